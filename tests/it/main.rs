//! Integration tests, in one binary.

/// The worker over RabbitMQ.
mod broker;
/// The worker beside a bare pass-through.
mod broker_bench;
/// The store off, the node killed, frozen and off under load.
mod broker_outage;
/// The command line: exit codes, messages.
mod cli;
/// What every transport promises, held against each of them.
/// What every transport promises.
mod conformance;
/// What `deploy/rabbitmq` ships, on a real node.
mod definitions;
/// Everything under `deploy/`, by the real tools.
mod deploy;
/// Which text of a page is its story.
mod extract;
/// Stories in a page's data.
mod data;
/// Live reports in a page's markup.
mod live;
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
mod scale;
/// What systemd is told.
mod systemd;
/// `/metrics`, `/livez`, `/readyz`.
mod telemetry;
/// The settings that `deploy/` gives are known.
mod settings_of_deploy;
/// Finds the tools that tests call.
mod tools;
/// A private redis-server.
mod redis_server;
/// Both homes of the store, held to one suite.
mod store;
mod store_crash;
/// Verdicts, ids, versions, claims.
mod identity;
mod describe;
/// Topics of whole texts: each topic, the traps, bad input.
mod topics;
/// A site's own rules through a whole read.
mod site_rules;
/// What a site teaches, on a synthetic stream.
mod site_memory;
/// Extracted text, samples and hostile shapes.
mod text;
/// Headline, byline, date and captions of extracted text.
mod text_fields;
/// The worker over the channel transport.
mod worker;
/// The claim protocol, model-checked.
mod claims_model;
/// Headlines on one event.
mod stories;
