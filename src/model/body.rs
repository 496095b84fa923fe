//! What extraction and cleaning kept of a page, and what they removed, with reasons.

use serde::{Deserialize, Serialize};

/// The story, paragraph by paragraph, and everything that was taken away or set aside.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub paragraphs: Vec<Paragraph>,
    pub removed: Vec<Removed>,
    /// Lines that are no story but say something about it: read by `describe`.
    pub found: Vec<Found>,
    /// Signs that the story goes on elsewhere (paywall, "read more", page 1 of 3).
    pub partial: Option<&'static str>,
    /// Where the text came from if not from the visible page: `json_ld`, `script_state`, `noscript`.
    pub text_source: Option<&'static str>,
    /// The site's own rules, where they found something on the page: `herald.example@3`.
    pub site_rules: Option<String>,
    /// Blocks that the site's own rules keep, rising: what no site needs to teach is not held against them.
    pub kept_by_site: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Paragraph {
    pub text: String,
    pub kind: ParagraphKind,
    /// Index of the block or line in the parsed page; only inside `read`.
    #[serde(skip)]
    pub block: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParagraphKind {
    Standfirst,
    Paragraph,
    Subhead,
    ListItem,
    Quote,
    Caption,
    LiveEntry,
}

/// A removed line or block with the rule that removed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Removed {
    /// Cut at 200 characters in events.
    pub text: String,
    /// Name of the rule, or `model:<score>`.
    pub rule: String,
    /// Number of kept paragraphs that stand before it.
    pub paragraph: u32,
    /// As in `Paragraph`.
    #[serde(skip)]
    pub block: Option<u32>,
}

/// A line that belongs in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub field: FoundField,
    pub text: String,
    pub block: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoundField {
    Headline,
    Standfirst,
    Byline,
    Date,
    Dateline,
    Caption,
    Credit,
    Section,
}

impl Body {
    /// Whether the site's own rules say that the paragraph stays.
    pub fn is_kept_by_site(&self, paragraph: &Paragraph) -> bool {
        paragraph.block.is_some_and(|block| self.kept_by_site.binary_search(&block).is_ok())
    }

    /// All but captions, joined with a blank line: an event's `body`.
    pub fn text(&self) -> String {
        join(&self.paragraphs)
    }
}

/// All but captions, joined with a blank line.
pub fn join(paragraphs: &[Paragraph]) -> String {
    let mut out = String::with_capacity(paragraphs.iter().map(|p| p.text.len() + 2).sum());
    for p in paragraphs.iter().filter(|p| p.kind != ParagraphKind::Caption) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(&p.text);
    }
    out
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A body of plain paragraphs.
    pub fn body(paragraphs: &[&str]) -> Body {
        let paragraph =
            |text: &&str| Paragraph { text: (*text).to_owned(), kind: ParagraphKind::Paragraph, block: None };
        Body { paragraphs: paragraphs.iter().map(paragraph).collect(), ..Body::default() }
    }
}
