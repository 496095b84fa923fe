//! The one integration-test binary.

/// What `deploy/rabbitmq` ships, on a real node.
mod definitions;
/// Everything under `deploy/`, by the real tools.
mod deploy;
/// Private servers for tests.
mod kit;
/// The dashboard and the alerts against a real Prometheus.
mod prometheus;
/// `/metrics`, `/livez`, `/readyz`.
mod telemetry;
/// Finds the tools that tests call.
mod tools;
