//! `copydesk train extract`: which blocks of a page are its article, learned from gold pages,
//! cross-validated by domain.

use std::path::PathBuf;

use crate::cli::{Exit, USAGE};
use crate::train;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder with html/publishers, html/articles and html/snippets
    #[arg(long, value_name = "DIR")]
    corpus: PathBuf,
    /// Where the model is written; without it only the table is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let trained = train::extract::run(&args.corpus, &mut |line| eprintln!("{line}"))
        .map_err(|e| Exit::new(USAGE, e.to_string()))?;
    print!("{}", trained.table);
    super::write(args.out, &trained.model.to_bytes())
}
