//! Integration tests, in one binary.

/// The command line: exit codes, messages.
mod cli;
/// Shipped pages and their golden events.
mod golden;
/// Which room may know which.
mod rooms;
mod redis_server;
mod store;
/// Verdicts, ids, versions, claims.
mod identity;
