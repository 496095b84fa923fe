//! `copydesk train`: rebuilds the shipped models from data, deterministically.

use std::path::PathBuf;

use super::{Exit, USAGE};
use crate::train;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Which blocks of a page are its article: learned from gold pages, cross-validated by domain
    Extract {
        /// Folder with html/publishers, html/articles and html/snippets
        #[arg(long, value_name = "DIR")]
        corpus: PathBuf,
        /// Where the model goes; without it only the table is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub fn run(args: Args) -> Result<(), Exit> {
    match args {
        Args::Extract { corpus, out } => {
            let trained = train::extract::run(&corpus, &mut |line| eprintln!("{line}"))
                .map_err(|e| Exit::new(USAGE, e.to_string()))?;
            print!("{}", trained.table);
            write(out, &trained.model.to_bytes())
        }
    }
}

fn write(out: Option<PathBuf>, bytes: &[u8]) -> Result<(), Exit> {
    let Some(path) = out else { return Ok(()) };
    std::fs::write(&path, bytes).map_err(|e| Exit::new(USAGE, format!("{}: {e}", path.display())))?;
    eprintln!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}
