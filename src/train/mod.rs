//! Rebuilds the shipped models from data, deterministically, and scores them.

/// Gradient-boosted trees.
pub mod boost;
/// The model of languages.
pub mod languages;
/// The measure.
pub mod score;
