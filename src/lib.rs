//! copydesk: raw news pages in, one clean, classified, deduplicated article event out.
//!
//! A `Source` lends a message; `read` turns it into an `Article`; `assess` decides what it is to us and
//! makes an `ArticleEvent`; a `Sink` confirms it; the message is settled.
//!
//! Modules in reading order:
#![forbid(unsafe_code)]

/// What flows through: the trade's words as types.
pub mod model;
/// Every setting: type, default, reason, check.
pub mod config;
/// Bytes → article. Pure: no I/O, no clock, no memory between pages.
pub mod read;
/// Article → event: identify, classify, story, route.
pub mod assess;
/// What the service remembers: sites, articles, stories.
pub mod store;
/// Where messages come from and where events go: RabbitMQ, files, a channel for tests.
pub mod transport;
/// Carries, bounds, retries, settles, drains.
pub mod worker;
/// Claim checks: bodies that lie elsewhere, by http or from a directory.
pub mod fetch;
/// The only file that names the `backoff` crate.
pub mod backoff;
/// Which cryptography TLS uses.
pub mod tls;
/// Metric names, logs, health and metrics server.
pub mod telemetry;
/// Rebuilds the shipped models from data; scores them.
pub mod train;
/// The command line: one file a command.
pub mod cli;
