//! `copydesk train text`: which lines of an extracted text are its story, learned from texts with gold
//! bodies, cross-validated by publisher.

use std::path::PathBuf;

use crate::cli::{Exit, USAGE};
use crate::train;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// JSON lines with `id`, `scraper`, `publisher`, `text` and `body`, also gzip
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// Where the model goes; without it only the table is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where the model of headlines goes
    #[arg(long, value_name = "FILE")]
    headlines: Option<PathBuf>,
    /// Where the held-out predictions go, one JSON object a line
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<(), Exit> {
    let Args { corpus, out, headlines, predictions } = args;
    let params = train::text::params();
    let trained = train::text::run(&corpus, &params, &mut |line| eprintln!("{line}"))
        .map_err(|e| Exit::new(USAGE, e.to_string()))?;
    print!("{}", trained.table);
    if predictions.is_some() {
        let line =
            |(id, body): &(String, String)| serde_json::json!({ "id": id, "body": body }).to_string() + "\n";
        let lines: String = trained.predictions.iter().map(line).collect();
        super::write(predictions, lines.as_bytes())?;
    }
    super::write(headlines, &trained.headlines.trees.to_bytes())?;
    super::write(out, &trained.model.to_bytes())
}
