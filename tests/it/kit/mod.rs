//! What broker tests stand on: a private RabbitMQ node, a worker in this process or its own, a proxy that
//! breaks connections.

/// A private RabbitMQ node.
pub mod node;
/// A TCP proxy that stalls and resets.
pub mod proxy;
/// One test's place on the node, and workers on it.
pub mod room;
