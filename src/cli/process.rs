//! `copydesk process`: pages from files or standard input through the one pipeline; one JSON line a page
//! on standard output, a summary on standard error.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};

use super::{BUG, Exit, PARKED, UNAVAILABLE, USAGE, setup};
use crate::config::Config;
use crate::model::failure::Stage;
use crate::model::{Failure, ParkReason, Rejection};
use crate::transport::files::{Entry, Inputs};
use crate::worker::{CpuPool, Outcome, Parked, Patience, Pipeline, PoolSettings};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, directories, or - for JSON lines on standard input:
    /// .html .txt .jsonl .ndjson .warc, each also .gz or .zst
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// What is remembered between pages: `none` (each page as if alone), a directory, or redis://…
    #[arg(long, value_name = "none|DIR|URL", default_value = "none")]
    store: String,
    /// Pages at the same time [default: one for each core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// List what was removed from each article, and by which rule
    #[arg(long)]
    explain: bool,
    /// Print in input order; with a store also assess in input order, one page at a time
    #[arg(long)]
    ordered: bool,
    /// Print no summary and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(config: &Config, args: Args) -> Result<(), Exit> {
    let inputs = Inputs::find(&args.paths).map_err(|errors| Exit::new(USAGE, errors.join("\n")))?;
    if inputs.is_empty() {
        let ignored = inputs.ignored;
        return Err(Exit::new(
            USAGE,
            format!(
                "no pages there ({ignored} other files); wanted .html .txt .jsonl .ndjson .warc, each also .gz or .zst"
            ),
        ));
    }
    setup::runtime()?.block_on(all(config, args, inputs))
}

async fn all(config: &Config, args: Args, inputs: Inputs) -> Result<(), Exit> {
    let mut read = config.read();
    read.keep_removed |= args.explain;
    let jobs = args.jobs.filter(|n| *n > 0).unwrap_or_else(|| config.jobs());
    let store = setup::store_url(&args.store);
    let pipeline = Arc::new(setup::pipeline(config, read, &store).await?);
    let pool = CpuPool::new(&PoolSettings {
        threads: jobs,
        deadline: Duration::from_secs(config.integer("worker.page_deadline_seconds") as u64),
        abandoned_limit: config.size("worker.abandoned_max"),
    })
    .map_err(|e| Exit::new(BUG, format!("no threads to read pages on: {e}")))?;
    // Pages that depend on one another are taken one by one.
    let at_a_time = if args.ordered && store != "none" { 1 } else { jobs + 1 };
    let bar = progress(&inputs, args.quiet);
    let started = Instant::now();
    let ignored = inputs.ignored;
    let mut done = Summary::default();
    let mut pages = carry(inputs, pipeline, pool, at_a_time, config.size("limits.message_bytes"));
    let mut out = Output::new(args.ordered);
    while let Some(page) = pages.recv().await {
        bar.set_position(page.read_to);
        done.count(&page);
        if let Done::Failed(e) = &page.done {
            bar.finish_and_clear();
            return Err(Exit::new(UNAVAILABLE, format!("{}: {e}", page.name)));
        }
        out.take(page).map_err(|e| Exit::new(BUG, format!("standard output: {e}")))?;
    }
    out.end().map_err(|e| Exit::new(BUG, format!("standard output: {e}")))?;
    bar.finish_and_clear();
    if !args.quiet {
        eprint!("{}", done.shown(started.elapsed(), ignored));
    }
    if done.parked.is_empty() { Ok(()) } else { Err(Exit::new(PARKED, "")) }
}

/// One page that is through.
struct Page {
    number: u64,
    name: String,
    read_to: u64,
    bytes: u64,
    done: Done,
}

enum Done {
    /// The type of event, the reason where it was skipped, and the line.
    Event(&'static str, Option<&'static str>, Vec<u8>),
    Parked(ParkReason, Vec<u8>),
    Failed(String),
}

/// Reads lazily on a thread of its own; as many pages are on the way as there are permits.
fn carry(
    inputs: Inputs,
    pipeline: Arc<Pipeline>,
    pool: CpuPool,
    at_a_time: usize,
    message_bytes: usize,
) -> mpsc::Receiver<Page> {
    let (found, mut entries) = mpsc::channel::<Entry>(at_a_time);
    tokio::task::spawn_blocking(move || {
        for entry in inputs.entries(message_bytes) {
            if found.blocking_send(entry).is_err() {
                return;
            }
        }
    });
    let (through, pages) = mpsc::channel(at_a_time);
    tokio::spawn(async move {
        let permits = Arc::new(Semaphore::new(at_a_time));
        let mut number = 0;
        while let Some(entry) = entries.recv().await {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
            let (pipeline, pool, through) = (Arc::clone(&pipeline), pool.clone(), through.clone());
            let page = number;
            number += 1;
            tokio::spawn(async move {
                let page = one(page, entry, &pipeline, &pool).await;
                drop(permit);
                // The receiver is gone only when the command is ending.
                let _ = through.send(page).await;
            });
        }
    });
    pages
}

async fn one(number: u64, entry: Entry, pipeline: &Pipeline, pool: &CpuPool) -> Page {
    let Entry { name, read_to, envelope } = entry;
    let bytes = envelope.as_ref().map_or(0, |e| e.payload.len() as u64);
    let done = match envelope {
        Err(Rejection::Park { reason, detail }) => {
            parked(&name, &Parked { reason, stage: Stage::Open, error: detail, raw: None })
        }
        Err(Rejection::Skip { detail, .. }) => Done::Failed(detail),
        Ok(envelope) => match pipeline.process(envelope, pool, &Patience::None).await {
            Outcome::Park(p) => parked(&name, &p),
            Outcome::Failed(failed) => failed_page(&name, failed.stage, &failed.failure),
            Outcome::Publish(ready) => {
                let kept = match ready.claim {
                    Some(claim) => pipeline.assessor.keep(claim).await,
                    None => Ok(()),
                };
                match kept {
                    Err(e) => failed_page(&name, Stage::Identify, &e),
                    Ok(()) => {
                        let reason = match &ready.event.data {
                            crate::model::event::Data::Skipped(s) => Some(s.reason.as_str()),
                            crate::model::event::Data::Article(_) => None,
                        };
                        Done::Event(ready.event.kind.as_str(), reason, ready.payload.to_vec())
                    }
                }
            }
        },
    };
    Page { number, name, read_to, bytes, done }
}

/// What only this page suffers from is parked here: files have no tiers to wait in.
fn failed_page(name: &str, stage: Stage, failure: &Failure) -> Done {
    match failure {
        Failure::Shared { .. } => Done::Failed(failure.to_string()),
        Failure::OfPage { .. } => parked(
            name,
            &Parked { reason: ParkReason::AttemptsExhausted, stage, error: failure.to_string(), raw: None },
        ),
    }
}

fn parked(name: &str, parked: &Parked) -> Done {
    let line = json!({ "parked": parked, "input": name });
    Done::Parked(parked.reason, line.to_string().into_bytes())
}

/// Standard output, in input order where that was asked for.
struct Output {
    to: std::io::BufWriter<std::io::Stdout>,
    ordered: bool,
    next: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
}

impl Output {
    fn new(ordered: bool) -> Self {
        Self { to: std::io::BufWriter::new(std::io::stdout()), ordered, next: 0, waiting: BTreeMap::new() }
    }

    fn take(&mut self, page: Page) -> std::io::Result<()> {
        let line = match page.done {
            Done::Event(_, _, line) | Done::Parked(_, line) => line,
            Done::Failed(_) => return Ok(()),
        };
        if !self.ordered {
            return self.write(&line);
        }
        // Never more than the pages on the way wait here.
        self.waiting.insert(page.number, line);
        while let Some(line) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.write(&line)?;
        }
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.to.write_all(line)?;
        self.to.write_all(b"\n")
    }

    fn end(mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

#[derive(Default)]
struct Summary {
    events: BTreeMap<&'static str, u64>,
    skipped: BTreeMap<&'static str, u64>,
    parked: BTreeMap<ParkReason, u64>,
    pages: u64,
    bytes: u64,
}

impl Summary {
    fn count(&mut self, page: &Page) {
        self.pages += 1;
        self.bytes += page.bytes;
        match &page.done {
            Done::Event(_, Some(reason), _) => *self.skipped.entry(reason).or_default() += 1,
            Done::Event(kind, None, _) => *self.events.entry(kind).or_default() += 1,
            Done::Parked(reason, _) => *self.parked.entry(*reason).or_default() += 1,
            Done::Failed(_) => {}
        }
    }

    fn shown(&self, took: Duration, ignored: usize) -> String {
        let mut out = String::new();
        let mut line = |what: &str, n: u64| out.push_str(&format!("{n:>9}  {what}\n"));
        line("pages read", self.pages);
        for (kind, n) in &self.events {
            line(kind, *n);
        }
        for (reason, n) in &self.skipped {
            line(&format!("page.skipped: {reason}"), *n);
        }
        for (reason, n) in &self.parked {
            line(&format!("parked: {reason}"), *n);
        }
        if ignored > 0 {
            line("files ignored: no pages by their names", ignored as u64);
        }
        let seconds = took.as_secs_f64().max(1e-9);
        out.push_str(&format!(
            "{seconds:>9.2}  seconds: {:.0} pages/s, {:.1} MB/s\n",
            self.pages as f64 / seconds,
            self.bytes as f64 / 1e6 / seconds
        ));
        out
    }
}

fn progress(inputs: &Inputs, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(inputs.bytes);
    let terminal = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
    if quiet || !terminal {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    } else if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
    {
        bar.set_style(style);
    }
    bar
}
