//! What a site has taught, as a read-only snapshot, and what one page teaches. Learning happens
//! outside `read`: the same page and the same snapshot give the same article.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// An immutable snapshot of what is known about one site.
#[derive(Debug, Clone, Default)]
pub struct SiteKnowledge {
    /// Names the snapshot in the event's `pipeline.knowledge`; empty where nothing is known.
    pub id: String,
    pub site: Option<String>,
    /// Masked-line hash to what was learned about the line.
    pub lines: Arc<FxHashMap<u64, LearnedLine>>,
    /// Distinct stories that taught this.
    pub leads: u32,
}

/// A line that the site repeats under different stories.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedLine {
    /// Distinct stories under which the line was seen.
    pub leads: u32,
    /// Share of the site's stories that carry it.
    pub share: f32,
    pub pinned: bool,
}

/// What one page teaches about its site. Given to the store by `assess`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations {
    pub site: Option<String>,
    /// Language edition of the page, primary subtag.
    pub edition: String,
    /// Sketch of the story's own sentences: decides whether two pages are the same lead.
    pub lead: Vec<u64>,
    pub lines: Vec<ObservedLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ObservedLine {
    /// Hash of the line with its digits masked.
    pub hash: u64,
    /// Long prose needs more evidence before it may be removed.
    pub prose: bool,
    /// Whether this page's cleaning kept the line.
    pub kept: bool,
    /// Cut at 120 characters, for people who look at what was learned.
    pub text: String,
}
