//! `copydesk process`: pages from files or standard input through the one pipeline; one JSON line a page
//! on standard output, a summary on standard error.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinError, JoinSet};

use super::{BUG, Exit, PARKED, UNAVAILABLE, USAGE, setup};
use crate::config::Config;
use crate::model::event::Data;
use crate::model::{Failure, ParkReason};
use crate::transport::files::{FileSink, FileSource, Inputs};
use crate::transport::{Delivery, Outgoing, OutgoingEvent, Sink, Source};
use crate::worker::pipeline::Failed;
use crate::worker::{CpuPool, Outcome, Parked, Patience, Pipeline, PoolSettings, Ready};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, directories, or - for JSON lines on standard input:
    /// .html .txt .jsonl .ndjson .warc, each also .gz or .zst
    ///
    /// Without any: standard input, where that is no terminal.
    paths: Vec<PathBuf>,
    /// What is remembered between pages: `none` (each page as if alone), a directory, or redis://…
    #[arg(long, value_name = "none|DIR|URL", default_value = "none")]
    store: String,
    /// Pages at the same time [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
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

pub fn run(config: &Config, mut args: Args) -> Result<(), Exit> {
    if args.paths.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(Exit::new(
                USAGE,
                "nothing to process: name files or directories, or pipe JSON lines in",
            ));
        }
        args.paths.push("-".into());
    }
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
    let jobs = args.jobs.filter(|n| *n > 0).map_or_else(|| config.jobs(), usize::from);
    let store = setup::store_url(&args.store);
    let pipeline = Arc::new(setup::pipeline(config, read, &store).await?);
    let pool = CpuPool::new(&PoolSettings { threads: jobs, ..setup::pool(config) })
        .map_err(|e| Exit::new(BUG, format!("no threads to read pages on: {e}")))?;
    // Pages that depend on one another are taken one by one.
    let at_a_time = if args.ordered && store != "none" { 1 } else { jobs + 1 };
    let bar = progress(&inputs, args.quiet);
    let (started, ignored) = (Instant::now(), inputs.ignored);
    let mut source = FileSource::new(inputs, config.size("limits.message_bytes"), at_a_time);
    let read_so_far = source.progress();
    let way = Arc::new(Way {
        pipeline,
        pool,
        sink: FileSink::new(std::io::stdout()),
        turn: args.ordered.then(|| watch::Sender::new(0)),
    });
    let sink = way.sink.clone();
    let permits = Arc::new(Semaphore::new(at_a_time));
    let mut pages = JoinSet::new();
    let mut done = Summary::default();
    let mut failed = None;
    for number in 0.. {
        // Settled pages are taken note of before the next is asked for, so that the source can end.
        let permit = loop {
            tokio::select! {
                biased;
                Some(page) = pages.join_next() => failed = failed.or(done.count(page)),
                permit = Arc::clone(&permits).acquire_owned() => break permit,
            }
        };
        if failed.is_some() {
            break;
        }
        let next = loop {
            tokio::select! {
                next = source.next() => break next,
                Some(page) = pages.join_next() => failed = failed.or(done.count(page)),
            }
        };
        bar.set_position(read_so_far.bytes());
        let Some(delivery) = next else { break };
        let way = Arc::clone(&way);
        pages.spawn(async move {
            let page = way.through(number, delivery).await;
            drop(permit);
            page
        });
    }
    while let Some(page) = pages.join_next().await {
        failed = failed.or(done.count(page));
    }
    bar.finish_and_clear();
    if let Some(failure) = failed {
        // As with other tools, `| head` is no failure.
        return if sink.is_unread() { Ok(()) } else { Err(Exit::new(UNAVAILABLE, failure)) };
    }
    source.close().await;
    if !args.quiet {
        eprint!("{}", done.shown(started.elapsed(), ignored));
    }
    if done.parked.is_empty() { Ok(()) } else { Err(Exit::new(PARKED, "")) }
}

/// The way of each page, and the turns they take where they go out in order.
struct Way {
    pipeline: Arc<Pipeline>,
    pool: CpuPool,
    sink: FileSink,
    turn: Option<watch::Sender<u64>>,
}

/// One page that is through.
struct Page {
    bytes: u64,
    end: End,
}

enum End {
    /// The type of event, and the reason where it was skipped.
    Event(&'static str, Option<&'static str>),
    Parked(ParkReason),
    /// What every page needs is out of reach.
    Failed(String),
}

impl Way {
    async fn through(&self, number: u64, delivery: Delivery) -> Page {
        let bytes = delivery.envelope.payload.len() as u64;
        let name = delivery.envelope.origin.clone().unwrap_or_default();
        let outcome = self.pipeline.process(delivery.envelope.clone(), &self.pool, &Patience::None).await;
        if let Some(turn) = &self.turn {
            // The sender is here: waiting cannot fail.
            let _ = turn.subscribe().wait_for(|now| *now == number).await;
        }
        let end = match self.publish(delivery, outcome).await {
            Ok(end) => end,
            Err(failure) => End::Failed(format!("{name}: {failure}")),
        };
        if let Some(turn) = &self.turn {
            turn.send_replace(number + 1);
        }
        Page { bytes, end }
    }

    /// Out, remembered, settled: in this order.
    async fn publish(&self, delivery: Delivery, outcome: Outcome) -> Result<End, Failure> {
        let message = || delivery.carried(delivery.attempt);
        let (outgoing, claim, end) = match outcome {
            Outcome::Publish(ready) => {
                let Ready { event, payload, claim, .. } = *ready;
                let reason = match &event.data {
                    Data::Skipped(skipped) => Some(skipped.reason.as_str()),
                    Data::Article(_) => None,
                };
                let end = End::Event(event.kind.as_str(), reason);
                let event = OutgoingEvent { event, payload, trace: None };
                (Outgoing::Event(Box::new(event)), claim, end)
            }
            Outcome::Park(parked) => {
                let Parked { reason, stage, error, raw } = *parked;
                let raw = raw.map(Box::new);
                (Outgoing::Park { message: message(), reason, stage, error, raw }, None, End::Parked(reason))
            }
            // What only this page suffers from is parked: files have no tiers to wait in.
            Outcome::Failed(Failed { failure: failure @ Failure::OfPage { .. }, stage }) => {
                let (reason, error) = (ParkReason::AttemptsExhausted, failure.to_string());
                let park = Outgoing::Park { message: message(), reason, stage, error, raw: None };
                (park, None, End::Parked(reason))
            }
            Outcome::Failed(Failed { failure, .. }) => return Err(failure),
        };
        let confirmed = self.sink.put(&outgoing).await?;
        if let Some(claim) = claim {
            self.pipeline.assessor.keep(claim).await?;
        }
        delivery.settle(confirmed).await.map_err(|e| Failure::shared("the input", e))?;
        Ok(end)
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
    /// Counts a page; gives back what ends the command.
    fn count(&mut self, page: Result<Page, JoinError>) -> Option<String> {
        let page = match page {
            Ok(page) => page,
            Err(error) => return Some(error.to_string()),
        };
        self.pages += 1;
        self.bytes += page.bytes;
        match page.end {
            End::Event(_, Some(reason)) => *self.skipped.entry(reason).or_default() += 1,
            End::Event(kind, None) => *self.events.entry(kind).or_default() += 1,
            End::Parked(reason) => *self.parked.entry(reason).or_default() += 1,
            End::Failed(failure) => return Some(failure),
        }
        None
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
