//! What each step did to one page, for `explain`; blocks and witnesses only where they are asked for.

use serde::Serialize;

use super::limit::Cut;

#[derive(Debug, Clone, Default, Serialize)]
pub struct Trace {
    pub blocks: Vec<BlockTrace>,
    pub witnesses: Vec<Witness>,
    /// Limits that cut something off the page.
    pub limits_hit: Vec<Cut>,
}

/// One block or line of the page and its fate.
#[derive(Debug, Clone, Serialize)]
pub struct BlockTrace {
    pub text: String,
    /// Path of tags and classes, e.g. `main>article.story>p`; empty for plain text.
    pub path: String,
    pub kept: bool,
    /// The model's score, 0 to 1, where it was asked.
    pub score: Option<f32>,
    /// The rule that decided, or the strongest features, e.g. `link_density=0.92 (-1.8)`.
    pub why: String,
}

/// One witness heard for a field.
#[derive(Debug, Clone, Serialize)]
pub struct Witness {
    pub field: &'static str,
    pub source: String,
    pub value: String,
    pub chosen: bool,
    pub why: String,
}
