//! `copydesk train kinds`: the model of page kinds, from labelled pages.

use std::path::PathBuf;

use crate::cli::{Exit, USAGE};
use crate::train::kinds;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled pages, a file a kind
    #[arg(long, value_name = "DIR", default_value = "tests/kinds")]
    labelled: PathBuf,
    /// Folder with the `gold.jsonl` of the pages that ship, which are only tested on
    #[arg(long, value_name = "DIR", default_value = "tests/golden")]
    shipped: PathBuf,
    /// Folder with html/publishers, html/articles and html/metadata: real articles, none of which should be skipped
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Where the weights are written; without it only the table is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let trained = kinds::train(&args.labelled, &args.shipped, args.corpus.as_deref())
        .map_err(|e| Exit::new(USAGE, e.to_string()))?;
    print!("{}", trained.report);
    super::write(args.out, trained.weights.as_bytes())
}
