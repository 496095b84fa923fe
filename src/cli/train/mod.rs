//! `copydesk train`: rebuilds the shipped models from data, byte for byte the same, and scores them.

/// Which blocks of a page are its article.
mod extract;
/// What kind of page a page is.
mod kinds;
/// Which language a text is in.
mod languages;
/// Cities and countries.
mod places;
/// When a headline joins a story.
mod stories;
/// Which lines of an extracted text are its story.
mod text;
/// Which subjects an article has.
mod topics;

use std::path::PathBuf;

use super::{Exit, USAGE};

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Which blocks of a page are its article: from gold pages
    Extract(extract::Args),
    /// What kind of page a page is: from labelled pages
    Kinds(kinds::Args),
    /// Which language a text is in: from translated messages and help pages
    Languages(languages::Args),
    /// The gazetteer of cities: from a dump of GeoNames
    Places(places::Args),
    /// When a headline joins a story: from headlines whose stories are known; prints what
    /// `assess/story/join.rs` holds
    Stories(stories::Args),
    /// Which lines of an extracted text are its story: from texts with gold bodies
    Text(text::Args),
    /// Topics from labelled texts: JSON lines with `text` and `topic`, or CSV with these columns
    Topics(topics::Args),
}

pub fn run(args: Args) -> Result<(), Exit> {
    match args {
        Args::Extract(args) => extract::run(args),
        Args::Kinds(args) => kinds::run(args),
        Args::Languages(args) => languages::run(args),
        Args::Places(args) => places::run(args),
        Args::Stories(args) => stories::run(args),
        Args::Text(args) => text::run(args),
        Args::Topics(args) => topics::run(args),
    }
}

/// Writes a model or a table where that was asked for.
fn write(out: Option<PathBuf>, bytes: &[u8]) -> Result<(), Exit> {
    let Some(path) = out else { return Ok(()) };
    std::fs::write(&path, bytes).map_err(|e| Exit::new(USAGE, format!("{}: {e}", path.display())))?;
    eprintln!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}
