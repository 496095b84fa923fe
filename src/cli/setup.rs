//! What commands share: a checked configuration made into a pipeline.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{BUG, CONFIGURATION, Exit, UNAVAILABLE, USAGE};
use crate::assess::Assessor;
use crate::assess::classify::Classifier;
use crate::assess::identify::{Identifier, IdentifySettings};
use crate::config::Config;
use crate::fetch::{FetchSettings, Fetcher};
use crate::read::ReadSettings;
use crate::store::{AnyStore, EmbeddedStore, Retention, StoreError};
use crate::transport::rabbitmq;
use crate::worker::{self, Pipeline, PoolSettings};

/// The pipeline with the store that `store` names (`none`, `file:DIR`, `redis://…`).
pub async fn pipeline(config: &Config, read: ReadSettings, store: &str) -> Result<Pipeline, Exit> {
    read.sites.put(super::rules::load(Path::new(config.text("read.sites")))?);
    Ok(Pipeline {
        read,
        classifier: Arc::new(
            Classifier::load(config.classify()).map_err(|e| Exit::new(CONFIGURATION, e.to_string()))?,
        ),
        assessor: Arc::new(Assessor {
            source: config.event_source(),
            identifier: identifier(config, store).await?,
        }),
        fetcher: fetcher(config)?,
        max_event_bytes: config.size("rabbitmq.max_event_bytes"),
    })
}

/// The same pipeline with traces and all that was removed, for a person to look at. Fetches nothing.
pub fn tracing(pipeline: &Pipeline) -> Pipeline {
    Pipeline {
        read: ReadSettings { keep_removed: true, trace: true, ..pipeline.read.clone() },
        classifier: Arc::clone(&pipeline.classifier),
        assessor: Arc::clone(&pipeline.assessor),
        fetcher: Fetcher::default(),
        max_event_bytes: pipeline.max_event_bytes,
    }
}

/// Where claim checks may be fetched from.
fn fetcher(config: &Config) -> Result<Fetcher, Exit> {
    let directory = config.text("fetch.directory");
    let settings = FetchSettings {
        hosts: config.texts("fetch.hosts").to_vec(),
        directory: (!directory.is_empty()).then(|| directory.into()),
        private_addresses: config.switch("fetch.private_addresses"),
        timeout: Duration::from_secs(config.integer("fetch.timeout_seconds").unsigned_abs()),
        max_bytes: config.size("limits.body_bytes") as u64,
    };
    Fetcher::new(settings).map_err(|e| Exit::new(CONFIGURATION, format!("no client for fetch.hosts: {e}")))
}

/// How the broker is spoken to.
pub fn rabbitmq(config: &Config) -> Result<rabbitmq::Settings, Exit> {
    let seconds = |name| Duration::from_secs(config.integer(name).unsigned_abs());
    let ca_file = config.text("rabbitmq.ca_file");
    let ca_pem = match ca_file {
        "" => None,
        path => Some(std::fs::read_to_string(path).map_err(|e| {
            Exit::new(CONFIGURATION, format!("rabbitmq.ca_file = {path:?} cannot be read: {e}"))
        })?),
    };
    crate::tls::install();
    Ok(rabbitmq::Settings {
        url: config.text("rabbitmq.url").to_owned(),
        prefix: config.text("rabbitmq.prefix").to_owned(),
        heartbeat: seconds("rabbitmq.heartbeat_seconds"),
        connect_timeout: seconds("rabbitmq.connect_timeout_seconds"),
        confirm_timeout: seconds("rabbitmq.confirm_timeout_seconds"),
        ca_pem,
        window: rabbitmq::Window {
            prefetch_max: u16::try_from(config.integer("worker.prefetch_max")).unwrap_or(u16::MAX),
            bytes: config.size("worker.prefetch_bytes"),
            isolate_after: worker::Settings::default().isolate_after,
        },
        unconfirmed_max: config.size("worker.prefetch_max"),
        linger: Duration::from_millis(config.integer("worker.linger_millis").unsigned_abs()),
    })
}

/// How much the worker does at a time, and how long it may take.
pub fn worker(config: &Config) -> worker::Settings {
    worker::Settings {
        // most pages at hand wait for the store or a confirm, not for a core
        concurrency: config.size("worker.prefetch_max"),
        in_flight_bytes: config.size("worker.prefetch_bytes"),
        attempts: u32::try_from(config.integer("worker.attempts_max") - 1).unwrap_or(0),
        drain_grace: Duration::from_secs(config.integer("worker.drain_seconds").unsigned_abs()),
        ..worker::Settings::default()
    }
}

/// The threads that pages are read on.
pub fn pool(config: &Config) -> PoolSettings {
    PoolSettings {
        threads: config.jobs(),
        deadline: Duration::from_secs(config.integer("worker.page_deadline_seconds").unsigned_abs()),
        abandoned_limit: config.size("worker.abandoned_max"),
    }
}

/// Identity with the memory that `store` names.
async fn identifier(config: &Config, store: &str) -> Result<Identifier, Exit> {
    let settings = IdentifySettings {
        lease: Duration::from_secs(config.size("store.claim_seconds") as u64),
        publish_unchecked: config.text("store.on_outage") == "publish_unchecked",
        retention: Retention {
            days: config.size("store.retention_days") as u32,
            articles: config.size("store.max_articles") as u64,
            sites: config.size("store.max_sites") as u64,
        },
    };
    crate::tls::install();
    let store = AnyStore::open(store, config.size("store.cache_bytes")).await?;
    Ok(store.map_or_else(Identifier::default, |store| Identifier::new(store, settings)))
}

impl From<StoreError> for Exit {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Held { .. }
            | StoreError::Io { .. }
            | StoreError::Spent { .. }
            | StoreError::Damaged { .. } => UNAVAILABLE,
            StoreError::Format { .. } | StoreError::Url { .. } => CONFIGURATION,
            StoreError::Corrupt { .. } => BUG,
        };
        Self::new(code, error.to_string())
    }
}

/// A runtime for one command.
pub fn runtime() -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Exit::new(BUG, format!("no runtime: {e}")))
}

/// What a command looks into: a mistyped name must not make a new store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// One that is there.
    Store,
    /// One that is there, or a directory that can hold one.
    Room,
}

/// The store that was said on the command line, else that of the configuration.
pub async fn existing_store(config: &Config, said: Option<&str>, wanted: Wanted) -> Result<AnyStore, Exit> {
    let url = said.map_or_else(|| config.text("store.url").to_owned(), store_url);
    if let Some(dir) = AnyStore::directory(&url) {
        let room = wanted == Wanted::Room && dir.is_dir();
        if !room && !EmbeddedStore::is_in(&dir) {
            let advice = match wanted {
                Wanted::Store => "is the name right?",
                Wanted::Room => "make the directory first, if the name is right",
            };
            return Err(Exit::new(USAGE, format!("{} holds no store: {advice}", dir.display())));
        }
    }
    crate::tls::install();
    let store = AnyStore::open(&url, config.size("store.cache_bytes")).await?;
    store.ok_or_else(|| {
        Exit::new(USAGE, "no store is configured: set store.url, or say --store DIR or redis://…")
    })
}

/// `--store` as a person writes it: a bare directory is an embedded store.
pub fn store_url(said: &str) -> String {
    match said {
        "none" => said.to_owned(),
        url if url.contains("://") || url.starts_with("file:") => url.to_owned(),
        directory => format!("file:{directory}"),
    }
}
