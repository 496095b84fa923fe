//! `copydesk train stories`: when a headline joins a story, from headlines whose stories are known.

use std::path::PathBuf;

use crate::cli::{Exit, USAGE};
use crate::train::stories;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines in gzip with `cluster`, `language`, `time` and `title`
    headlines: PathBuf,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let headlines = stories::headlines(&args.headlines).map_err(|e| Exit::new(USAGE, e.to_string()))?;
    if headlines.len() < 2 {
        return Err(Exit::new(USAGE, "too few headlines to learn from"));
    }
    print!("{}", stories::train(&headlines).report);
    Ok(())
}
