//! `copydesk store`: what is remembered, counted, carried away, brought in, cut down.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::setup::{Wanted, existing_store, runtime};
use super::{CONFIGURATION, Exit, UNAVAILABLE, USAGE};
use crate::config::Config;
use crate::store::transfer::{self, TransferError};
use crate::store::{AnyStore, Pruned, Retention, Store};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// file:DIR, a bare directory, or redis://…; store.url of the configuration where it is not given
    #[arg(long, global = true, value_name = "STORE")]
    store: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Count what the store holds
    Stats {
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write everything as JSON lines
    Export {
        /// A file; standard output where it is not given
        file: Option<PathBuf>,
    },
    /// Read an export; what is known already is left as it is
    Import {
        /// A file; standard input where it is `-`
        file: PathBuf,
    },
    /// Forget what is past retention, now; a running service does it by itself, little by little. A
    /// directory does not shrink: the room is used again
    Prune {
        /// Instead of store.retention_days
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        days: Option<u32>,
        /// Instead of store.max_articles
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
        articles: Option<u64>,
        /// Instead of store.max_sites
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
        sites: Option<u64>,
    },
}

/// Entries that one step of pruning may forget.
const PRUNE_STEPS: usize = 5_000;

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    runtime()?.block_on(async {
        let wanted = if matches!(args.action, Action::Import { .. }) { Wanted::Room } else { Wanted::Store };
        let store = existing_store(config, args.store.as_deref(), wanted).await?;
        act(config, &store, args.action).await
    })
}

async fn act(config: &Config, store: &AnyStore, action: Action) -> Result<(), Exit> {
    match action {
        Action::Stats { json } => {
            let stats = store.stats().await?;
            let value = serde_json::to_value(&stats).map_err(|e| Exit::new(super::BUG, e.to_string()))?;
            if json {
                out!("{value}");
            } else if let serde_json::Value::Object(fields) = value {
                for (name, value) in fields {
                    out!("{name:<11} {value}");
                }
            }
        }
        Action::Export { file } => {
            let written = match file {
                Some(path) => {
                    // Under its name when it is whole: an older export there stays until then.
                    let pipe = path.exists() && !path.is_file();
                    let part = if pipe { path.clone() } else { format!("{}.part", path.display()).into() };
                    let file = File::create(&part).map_err(|e| unreadable(&part, &e))?;
                    let mut out = BufWriter::new(file);
                    let written = transfer::export(store, &mut out).await?;
                    if !pipe {
                        let whole = out.into_inner().map_err(|e| e.into_error()).and_then(|f| f.sync_all());
                        whole
                            .and_then(|()| std::fs::rename(&part, &path))
                            .map_err(|e| unreadable(&path, &e))?;
                    }
                    written
                }
                None => transfer::export(store, &mut std::io::stdout().lock()).await?,
            };
            eprintln!("{written} entries exported");
        }
        Action::Import { file } => {
            let (read, new) = if file == Path::new("-") {
                transfer::import(store, &mut std::io::stdin().lock()).await?
            } else {
                let file = File::open(&file).map_err(|e| unreadable(&file, &e))?;
                transfer::import(store, &mut BufReader::new(file)).await?
            };
            eprintln!("{read} entries read, {new} of them new");
        }
        Action::Prune { days, articles, sites } => {
            let retention = Retention {
                days: days.unwrap_or(config.size("store.retention_days") as u32),
                articles: articles.unwrap_or(config.size("store.max_articles") as u64),
                sites: sites.unwrap_or(config.size("store.max_sites") as u64),
            };
            let mut forgotten = Pruned { more: true, ..Pruned::default() };
            while forgotten.more {
                forgotten += store.prune(retention, PRUNE_STEPS).await?;
            }
            let Pruned { articles, pages, sites, .. } = forgotten;
            eprintln!("{articles} articles, {pages} pages and {sites} sites forgotten");
        }
    }
    std::io::stdout().flush().map_err(|e| super::output_failed(&e))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Exit {
    Exit::new(USAGE, format!("{}: {error}", path.display()))
}

impl From<TransferError> for Exit {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Store(error) => error.into(),
            TransferError::Line { .. } | TransferError::Cut { .. } => {
                Self::new(CONFIGURATION, error.to_string())
            }
            // As with other tools, `| head` is no failure.
            TransferError::Io(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Self::new(0, ""),
            TransferError::Io(_) => Self::new(UNAVAILABLE, error.to_string()),
        }
    }
}
