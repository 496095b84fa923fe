//! What operators see: metrics, health and logs.
//!
//! - [`names`] every metric in one list; [`labels`] the closed sets of their labels
//! - [`record`] what the worker counts
//! - [`health`] what the worker says about itself
//! - [`recent`] the last pages that came to no article
//! - [`server`] `/metrics`, `/livez`, `/readyz`
//! - [`logs`] one JSON object a line
//! - [`systemd`] ready, alive, stopping
//! - [`trace`] W3C trace context
//!
//! The service sets it up once: [`logs::init`], [`install`], [`Metrics::spawn_upkeep`], [`Health::new`], and
//! [`serve`] of [`router`]. The worker then calls [`Health`]'s setters and the functions of [`record`].

pub mod health;
pub mod labels;
pub mod logs;
pub mod names;
pub mod recent;
pub mod record;
pub mod server;
pub mod systemd;
pub mod trace;

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::task::JoinHandle;

pub use health::Health;
pub use server::{Peer, router, serve};

use names::Kind;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The revision it was built from, where the build said so (`COPYDESK_REVISION`).
pub const REVISION: &str = match option_env!("COPYDESK_REVISION") {
    Some(revision) => revision,
    None => "unknown",
};

/// How often histograms are folded: without it they grow until somebody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);
/// Combinations of labels up to which a metric is shown from the start.
const ZEROED_SERIES: usize = 150;

/// The way to what was counted: renders `/metrics`.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: Arc<metrics_process::Collector>,
}

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error("metrics are installed already in this process; `telemetry::install` is called once")]
    Installed,
}

/// Makes the metrics of this process count, describes them all and sets the closed ones to zero.
pub fn install(version: &str, revision: &str) -> Result<Metrics, InstallError> {
    let recorder = recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| InstallError::Installed)?;
    describe_all();
    start_at_zero();
    gauge!(names::BUILD_INFO, "version" => version.to_owned(), "revision" => revision.to_owned()).set(1.0);
    let process = metrics_process::Collector::default();
    process.describe();
    Ok(Metrics { handle, process: Arc::new(process) })
}

impl Metrics {
    /// The text of `/metrics`.
    pub fn render(&self) -> String {
        self.process.collect();
        self.handle.render()
    }

    /// Folds what was recorded every few seconds, until the runtime ends or the task is aborted.
    pub fn spawn_upkeep(&self) -> JoinHandle<()> {
        let handle = self.handle.clone();
        tokio::spawn(async move {
            let mut every = tokio::time::interval(UPKEEP);
            loop {
                every.tick().await;
                handle.run_upkeep();
            }
        })
    }
}

fn recorder() -> PrometheusRecorder {
    names::ALL
        .iter()
        .filter_map(|metric| match metric.kind {
            Kind::Histogram(bounds) => Some((metric.name, bounds)),
            Kind::Counter | Kind::Gauge => None,
        })
        .fold(PrometheusBuilder::new(), |builder, (name, bounds)| {
            builder
                .set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)
                .expect("no list of buckets is empty: the tests of `names` say so")
        })
        .build_recorder()
}

fn describe_all() {
    for metric in names::ALL {
        let (name, unit, help) = (metric.name, metric.unit, metric.help);
        match metric.kind {
            Kind::Counter => describe_counter!(name, unit, help),
            Kind::Gauge => describe_gauge!(name, unit, help),
            Kind::Histogram(_) => describe_histogram!(name, unit, help),
        }
    }
}

/// A counter that appears with its first event hides that event from `rate`: so they stand at zero from the start,
/// all but the few whose labels have too many combinations to show before they are used.
fn start_at_zero() {
    for metric in names::ALL {
        let combinations = metric.combinations();
        if combinations.len() > ZEROED_SERIES {
            continue;
        }
        for labels in combinations {
            match metric.kind {
                Kind::Counter => counter!(metric.name, &labels).increment(0),
                Kind::Gauge => gauge!(metric.name, &labels).set(0.0),
                Kind::Histogram(_) => {}
            }
        }
    }
}
