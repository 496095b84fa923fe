//! Carries, bounds, retries, settles, drains.

/// One page from envelope to event: the same for every command.
pub mod pipeline;
/// The threads that pages are read on, under a deadline.
pub mod pool;
/// Waiting out what is shared; trying again what fails for one page.
pub mod retry;

pub use pipeline::{Outcome, Parked, Pipeline, Ready};
pub use pool::{CpuPool, PoolSettings};
pub use retry::Patience;
