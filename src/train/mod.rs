//! Rebuilds the shipped models from data, deterministically, and scores them.

/// Gradient-boosted trees.
pub mod boost;
/// The measure.
pub mod score;
/// Page kinds.
pub mod kinds;
