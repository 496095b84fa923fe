//! Rebuilds the shipped models from data, deterministically, and scores them.

/// Gradient-boosted trees.
pub mod boost;
/// Jobs on two threads.
mod parallel;
/// Which blocks of a page are its article.
pub mod extract;
/// Topic models.
pub mod topics;
/// Their measure.
pub mod topics_score;
/// The model of languages.
pub mod languages;
/// The measure.
pub mod score;
/// The line model of extracted text.
pub mod text;
/// Page kinds.
pub mod kinds;
/// The gazetteer.
pub mod places;
/// When a headline joins a story.
pub mod stories;
