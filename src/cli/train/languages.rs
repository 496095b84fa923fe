//! `copydesk train languages`: the model of languages out of translated messages and help pages.

use std::path::PathBuf;

use crate::cli::{Exit, USAGE};
use crate::train::languages;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Unpacked programs: `…/i18n/…/<language>.json` and `…/help/<language>/….page` under it are read
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// Where to write the model
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let learnt = languages::run(&args.corpus, &args.out)
        .map_err(|e| Exit::new(USAGE, format!("{}: {e}", args.corpus.display())))?;
    eprintln!(
        "{}: {} languages, {} of them named, {} features, {} bytes",
        args.out.display(),
        learnt.languages,
        learnt.supported,
        learnt.features,
        learnt.bytes
    );
    Ok(())
}
