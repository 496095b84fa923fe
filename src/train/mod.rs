//! Rebuilds the shipped models from data, deterministically, and scores them.

/// Gradient-boosted trees.
pub mod boost;
/// Which blocks of a page are its article.
pub mod extract;
/// The measure.
pub mod score;
