//! What commands share: a checked configuration made into a pipeline.

use std::sync::Arc;

use super::{BUG, Exit};
use crate::assess::Assessor;
use crate::assess::classify::Classifier;
use crate::assess::identify::Identifier;
use crate::config::Config;
use crate::fetch::Fetcher;
use crate::read::ReadSettings;
use crate::worker::Pipeline;

/// The pipeline with the store that `store` names (`none`, `file:DIR`, `redis://…`).
pub async fn pipeline(config: &Config, read: ReadSettings, _store: &str) -> Result<Pipeline, Exit> {
    Ok(Pipeline {
        read,
        classifier: Arc::new(Classifier::default()),
        assessor: Arc::new(Assessor { source: config.event_source(), identifier: Identifier::default() }),
        fetcher: Fetcher::default(),
        max_event_bytes: config.size("rabbitmq.max_event_bytes"),
    })
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
