//! What commands share: a checked configuration made into a pipeline.

use std::sync::Arc;
use std::time::Duration;

use super::{BUG, CONFIGURATION, Exit, UNAVAILABLE};
use crate::assess::Assessor;
use crate::assess::classify::Classifier;
use crate::assess::identify::{Identifier, IdentifySettings};
use crate::config::Config;
use crate::fetch::Fetcher;
use crate::read::ReadSettings;
use crate::store::{AnyStore, Retention, StoreError};
use crate::worker::Pipeline;

/// The pipeline with the store that `store` names (`none`, `file:DIR`, `redis://…`).
pub async fn pipeline(config: &Config, read: ReadSettings, store: &str) -> Result<Pipeline, Exit> {
    Ok(Pipeline {
        read,
        classifier: Arc::new(Classifier::default()),
        assessor: Arc::new(Assessor {
            source: config.event_source(),
            identifier: identifier(config, store).await?,
        }),
        fetcher: Fetcher::default(),
        max_event_bytes: config.size("rabbitmq.max_event_bytes"),
    })
}

/// Identity with the memory that `store` names.
async fn identifier(config: &Config, store: &str) -> Result<Identifier, Exit> {
    let settings = IdentifySettings {
        lease: Duration::from_secs(config.size("store.claim_seconds") as u64),
        publish_unchecked: config.text("store.on_outage") == "publish_unchecked",
        retention: Retention {
            days: config.size("store.retention_days") as u32,
            articles: config.size("store.max_articles") as u64,
        },
    };
    let store = AnyStore::open(store, config.size("store.cache_bytes")).await?;
    Ok(store.map_or_else(Identifier::default, |store| Identifier::new(store, settings)))
}

impl From<StoreError> for Exit {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Held { .. } | StoreError::Io { .. } => UNAVAILABLE,
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

/// `--store` as a person writes it: a bare directory is an embedded store.
pub fn store_url(said: &str) -> String {
    match said {
        "none" => said.to_owned(),
        url if url.contains("://") || url.starts_with("file:") => url.to_owned(),
        directory => format!("file:{directory}"),
    }
}
