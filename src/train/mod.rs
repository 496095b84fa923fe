//! Rebuilds the shipped models from data, deterministically, and scores them.

/// Gradient-boosted trees.
pub mod boost;
/// Topic models.
pub mod topics;
/// Their measure.
pub mod topics_score;
/// The measure.
pub mod score;
/// The line model of extracted text.
pub mod text;
/// Page kinds.
pub mod kinds;
