//! Integration tests, in one binary.

/// The worker over RabbitMQ.
mod broker;
/// The node killed, frozen and off under load.
mod broker_outage;
/// The command line: exit codes, messages.
mod cli;
/// What `deploy/rabbitmq` ships, on a real node.
mod definitions;
/// Everything under `deploy/`, by the real tools.
mod deploy;
/// Which text of a page is its story.
mod extract;
/// Any text parses and is extracted within its bounds.
mod html;
/// Shipped pages and their golden events.
mod golden;
/// Page kinds: labelled pages, languages held out.
mod kinds;
/// Private servers for tests.
mod kit;
/// The dashboard and the alerts against a real Prometheus.
mod prometheus;
/// Which room may know which.
mod rooms;
/// `/metrics`, `/livez`, `/readyz`.
mod telemetry;
/// Finds the tools that tests call.
mod tools;
/// A private redis-server.
mod redis_server;
/// Both homes of the store, held to one suite.
mod store;
mod describe;
/// The worker over the channel transport.
mod worker;
