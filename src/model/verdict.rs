//! What an article is to what we have seen before.

use serde::{Deserialize, Serialize};

/// What the article is to those seen before, and the one that it repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Dedup {
    pub verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Original>,
    /// Of the texts, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f32>,
    /// What the two were found to be one by: `url`, `canonical_url`, `content`, `headline`, `shingles`,
    /// `page_key`; or `older_capture`, `better_extraction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    New,
    Update,
    ExactDuplicate,
    NearDuplicate,
    Syndicated,
}

/// The event that a copy repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Original {
    pub article_id: String,
    pub version: u32,
    pub event_id: String,
}

/// The group of articles on the same event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Story {
    pub id: String,
    pub size: u32,
}
