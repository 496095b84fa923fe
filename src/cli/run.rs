//! `copydesk run`: the service. RabbitMQ in, RabbitMQ out; metrics and health; ends on SIGTERM.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::console::{self, Console};
use super::{BUG, CONFIGURATION, Exit, UNAVAILABLE, setup};
use crate::backoff::Backoff;
use crate::config::{Config, sites};
use crate::model::site_rules::RuleShelf;
use crate::telemetry::{self, Health, logs};
use crate::transport::rabbitmq::management::Management;
use crate::transport::rabbitmq::topology::Topology;
use crate::transport::rabbitmq::{self, Fault};
use crate::worker::retry::{Gate, Probe};
use crate::worker::shutdown::Shutdown;
use crate::worker::{CpuPool, Ended, Pipeline, Worker};

/// How often the file of watch rules is looked at.
const WATCH_RULES_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(config: &Config, _: Args) -> Result<(), Exit> {
    let format = match config.text("log.format") {
        "json" => logs::Format::Json,
        "text" => logs::Format::Text,
        _ => logs::Format::Auto,
    };
    logs::init(format, config.text("log.level")).map_err(|e| Exit::new(CONFIGURATION, e.to_string()))?;
    let runtime = setup::runtime()?;
    let result = runtime.block_on(serve(config));
    // a thread that was given up would hold the process for ever
    runtime.shutdown_background();
    result
}

/// How often the directory of site rules is looked at.
const RULES_EVERY: Duration = Duration::from_secs(5);

/// Puts a new book on the shelf whenever a file of site rules has changed.
async fn watch_rules(mut watched: WatchedRules) {
    loop {
        tokio::time::sleep(RULES_EVERY).await;
        watched.look();
    }
}

/// The directory of site rules, as it was when it was last looked at.
struct WatchedRules {
    directory: PathBuf,
    shelf: RuleShelf,
    known: Vec<(PathBuf, u64, Option<SystemTime>)>,
}

impl WatchedRules {
    fn new(directory: PathBuf, shelf: RuleShelf) -> Self {
        Self { known: sites::fingerprint(&directory), directory, shelf }
    }

    /// Loads what has changed; a broken file leaves the last good book.
    fn look(&mut self) {
        let present = sites::fingerprint(&self.directory);
        if present == self.known {
            return;
        }
        self.known = present;
        match sites::load(&self.directory) {
            Ok(book) => {
                tracing::info!(sites = book.sites.len(), "site rules are loaded anew");
                self.shelf.put(book);
            }
            Err(errors) => {
                for error in errors {
                    tracing::error!(%error, "site rules are refused; the last good ones stay");
                }
            }
        }
    }
}

async fn serve(config: &Config) -> Result<(), Exit> {
    let bug = |what: &str, e: &dyn std::fmt::Display| Exit::new(BUG, format!("{what}: {e}"));
    let shutdown = Shutdown::on_signals().map_err(|e| bug("signals", &e))?;
    let metrics =
        telemetry::install(telemetry::VERSION, telemetry::REVISION).map_err(|e| bug("metrics", &e))?;
    telemetry::record::config_loaded(&config.fingerprint());
    let upkeep = metrics.spawn_upkeep();
    let health = Health::new();
    let stop_http = CancellationToken::new();
    let console = Console::new(config, Arc::clone(&health));
    let listen = config.text("http.listen");
    if !listen.is_empty() {
        let listener = TcpListener::bind(listen).await.map_err(|e| {
            Exit::new(CONFIGURATION, format!("http.listen = {listen:?} cannot be bound: {e}"))
        })?;
        let address = listener.local_addr().map_err(|e| bug("http.listen", &e))?;
        tracing::info!(listen = %address, "metrics and health are served");
        let router =
            telemetry::router(Arc::clone(&health), metrics).merge(console::router(Arc::clone(&console)));
        tokio::spawn(telemetry::serve(listener, router, stop_http.clone()));
    }
    let pipeline = Arc::new(setup::pipeline(config, config.read(), config.text("store.url")).await?);
    let watched = WatchedRules::new(config.text("read.sites").into(), pipeline.read.sites.clone());
    tokio::spawn(watch_rules(watched));
    health.set_store_reachable(true);
    tokio::spawn(Arc::clone(&pipeline.classifier).keep_fresh(WATCH_RULES_EVERY));
    let pool = CpuPool::new(&setup::pool(config)).map_err(|e| bug("threads", &e))?;
    console.open_desk(setup::tracing(&pipeline), pool.clone());
    let broker = setup::rabbitmq(config)?;
    let systemd = telemetry::systemd::attend(Arc::clone(&health));
    if config.text("rabbitmq.topology") == "apply" {
        tokio::select! {
            applied = health.ticking(apply(config, &broker)) => applied?,
            () = shutdown.requested() => return Ok(()),
        }
    }
    let gate = Gate::new(probe(&pipeline), Arc::clone(&health));
    let (source, sink) = rabbitmq::start(broker, Arc::clone(&health));
    let worker = Worker::new(setup::worker(config), pipeline, pool, sink, gate, Arc::clone(&health));
    let account = worker.account();
    tokio::select! {
        // the drain may wait for a broker that does not answer: the second request does not
        ended = worker.run(source, &shutdown) => {
            let balance = account.balance();
            tracing::info!(
                ?ended,
                received = balance.received,
                created = balance.created,
                updated = balance.updated,
                duplicate = balance.duplicate,
                skipped = balance.skipped,
                retried = balance.retried,
                parked = balance.parked,
                returned = balance.returned,
                in_flight = balance.in_flight(),
                "ended"
            );
            health.set_draining();
            systemd.await.map_err(|e| bug("telling systemd", &e))?;
            stop_http.cancel();
            upkeep.abort();
            match ended {
                Ended::WornOut => Err(Exit::new(
                    BUG,
                    "too many pages ran past their deadline and left their threads busy; start anew",
                )),
                Ended::Spent => Err(Exit::new(
                    UNAVAILABLE,
                    "the store's file must be opened by a new process: start anew once its disk has room and answers",
                )),
                Ended::Drained | Ended::Overrun | Ended::AtOnce => Ok(()),
            }
        }
        () = shutdown.requested_at_once() => Ok(()),
    }
}

/// Applies the topology, waiting for a broker that is not there yet.
async fn apply(config: &Config, broker: &rabbitmq::Settings) -> Result<(), Exit> {
    let topology = Topology::new(&broker.names(), config.switch("rabbitmq.subscriber_queue"));
    let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
    loop {
        match topology.declare(broker).await {
            Ok(()) => break,
            Err(fault @ Fault::Refused(_)) => {
                return Err(Exit::new(UNAVAILABLE, format!("the topology cannot be applied: {fault}")));
            }
            Err(fault) => {
                let wait = backoff.next_wait();
                tracing::warn!(error = %fault, wait_seconds = wait.as_secs_f32(), "the topology is not applied yet");
                tokio::time::sleep(wait).await;
            }
        }
    }
    let url = config.text("rabbitmq.management_url");
    if url.is_empty() {
        tracing::warn!(
            "exchanges, queues and bindings are declared; policies are not, since rabbitmq.management_url is not set"
        );
        return Ok(());
    }
    let management = Management::new(url, broker).map_err(|e| Exit::new(CONFIGURATION, e.to_string()))?;
    management.set_policies(&topology).await.map_err(|e| Exit::new(UNAVAILABLE, e.to_string()))?;
    tracing::info!("topology applied");
    Ok(())
}

/// Asks whether the store answers.
fn probe(pipeline: &Arc<Pipeline>) -> Probe {
    let assessor = Arc::clone(&pipeline.assessor);
    Box::new(move || {
        let assessor = Arc::clone(&assessor);
        Box::pin(async move { assessor.identifier.ping().await })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_of_rules_is_taken_and_a_broken_one_leaves_the_last_good_book() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("herald.example.toml");
        let shelf = RuleShelf::default();
        let mut watched = WatchedRules::new(directory.path().to_owned(), shelf.clone());
        let mut version_after = |text: Option<&str>| {
            match text {
                Some(text) => std::fs::write(&file, text).expect("written"),
                None => std::fs::remove_file(&file).expect("removed"),
            }
            watched.look();
            shelf.book().sites.get("herald.example").map(|rules| rules.version)
        };
        let held = "domain = 'herald.example'\nversion = ";
        assert_eq!(version_after(Some(&format!("{held}1"))), Some(1));
        assert_eq!(version_after(Some(&format!("{held}2 # better"))), Some(2));
        assert_eq!(version_after(Some(&format!("{held}3\n[[rule]]\nname = 'idle'"))), Some(2), "refused");
        assert_eq!(version_after(Some(&format!("{held}3\n"))), Some(3));
        assert_eq!(version_after(None), None);
    }
}
