//! JSON as pages ship it: read whole where it can be mended, string by string where it cannot.

/// Whole documents, mended where that is safe.
mod mend;
/// Halves of surrogate pairs.
pub mod surrogates;
/// The objects of JSON-LD.
pub mod graph;
/// Strings of what is not parsed.
pub mod strings;

pub use mend::documents;
