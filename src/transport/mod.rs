//! Where messages come from and where events go.

/// In memory, for tests; refuses on cue.
pub mod channel;
/// HTML, text, JSON lines and WARC from disk or standard input; JSON lines out.
pub mod files;
/// RabbitMQ: sessions, consuming, publishing with confirms, topology.
pub mod rabbitmq;
