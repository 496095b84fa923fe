//! What goes out: one CloudEvent a page, its routing key, and the record inside.

use serde::{Deserialize, Serialize};

use super::article::Article;
use super::failure::SkipReason;
use super::page::RawInfo;
use super::verdict::{Dedup, Story};

/// An event ready to be published. `time` is set when it is emitted, and by no one before.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ArticleEvent {
    pub specversion: &'static str,
    /// The same for a page delivered again: drop repeats by it.
    pub id: String,
    /// `urn:copydesk:` and `service.name`.
    pub source: String,
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The article's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    pub datacontenttype: &'static str,
    pub dataschema: &'static str,
    pub data: Data,
    #[serde(skip)]
    pub routing_key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum EventType {
    #[serde(rename = "article.created")]
    Created,
    #[serde(rename = "article.updated")]
    Updated,
    #[serde(rename = "article.duplicate")]
    Duplicate,
    #[serde(rename = "page.skipped")]
    Skipped,
}

impl EventType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "article.created",
            Self::Updated => "article.updated",
            Self::Duplicate => "article.duplicate",
            Self::Skipped => "page.skipped",
        }
    }
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Data {
    Article(Box<ArticleData>),
    Skipped(Box<SkippedData>),
}

/// `data` of `article.*`.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ArticleData {
    /// The same for every version and copy of the article.
    pub article_id: String,
    /// From 1.
    pub version: u32,
    /// Hash of headline and body without standfirst.
    pub content_hash: String,
    /// All paragraphs but captions, joined by a blank line.
    pub body: String,
    pub word_count: u32,
    #[serde(flatten)]
    pub article: Article,
    pub topics: Vec<Topic>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub entities: Vec<Entity>,
    pub dedup: Dedup,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story: Option<Story>,
    /// Where several scrapers' extractions of the page were reconciled: first the one whose body this
    /// is, then the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub scrapers: Vec<String>,
    pub pipeline: PipelineInfo,
}

/// `data` of `page.skipped`.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SkippedData {
    pub reason: SkipReason,
    /// What was seen that decided it.
    pub detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<super::article::Publisher>,
    pub raw: RawInfo,
    pub pipeline: PipelineInfo,
}

/// A subject of the article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Topic {
    /// `medtop:` and eight digits, or a watch rule's own scheme.
    pub code: String,
    pub name: String,
    /// 0 to 1, calibrated.
    pub confidence: f32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Entity {
    pub text: String,
    #[serde(rename = "type")]
    pub kind: EntityKind,
    pub count: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    Person,
    Place,
    Organisation,
}

/// What made the event, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PipelineInfo {
    pub version: String,
    /// The packs, and the site's own rules where they found something: `packs@1f2e3d4c herald.example@3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// Model ids, e.g. `html-blocks@1f2e3d4c`, `topics-1`.
    pub models: Vec<String>,
    /// Id of the site snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knowledge: Option<String>,
}
