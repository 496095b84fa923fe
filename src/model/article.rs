//! A described article: the record of an event as far as one page alone can fill it. A field that
//! the page lacks is absent: not null, not guessed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::body::{self, Paragraph, Removed};
use super::page::RawInfo;

#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Article {
    /// The URL that the page was asked for or arrived at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The address that the page calls its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_url: Option<String>,
    /// Other addresses of the article.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub url_aliases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Publisher>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Printed above the text, and then the beginning of `body` too; or in meta tags alone, and not in `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standfirst: Option<String>,
    pub paragraphs: Vec<Paragraph>,
    /// As the page prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byline: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dateline: Option<Dateline>,
    /// The wire agency that the text came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<Timestamp>,
    pub language: Language,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ArticleImage>,
    /// Addresses that the body links to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    pub kind: Kind,
    pub completeness: Completeness,
    /// By field: where it came from.
    pub evidence: BTreeMap<String, Evidence>,
    /// Only where `read.keep_removed` or `process --explain` asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
    pub raw: RawInfo,
    /// Registrable domain of the URL, else the sender's `source`: whose site memory applies.
    #[serde(skip)]
    pub site: Option<String>,
    /// Id of the site snapshot that cleaned the text.
    #[serde(skip)]
    pub knowledge: Option<String>,
    /// The packs, and the site's own rules where they found something: `packs@1f2e3d4c herald.example@3`.
    #[serde(skip)]
    pub rules: Option<String>,
    /// Ids of the models that `read` asked.
    #[serde(skip)]
    pub models: Vec<String>,
}

impl Article {
    /// All paragraphs but captions, joined with a blank line.
    pub fn body(&self) -> String {
        body::join(&self.paragraphs)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Publisher {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Author {
    pub name: String,
    pub kind: AuthorKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    Person,
    Organisation,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Dateline {
    pub raw: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// ISO 8601 cut at its precision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
}

/// A point in time as the page states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Timestamp {
    /// ISO 8601 cut at its precision; a zone only where the page states one.
    pub value: String,
    pub precision: Precision,
    pub raw: String,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    Year,
    Month,
    Day,
    Minute,
    Second,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Language {
    /// Shortest BCP 47 form; `und` where unknown.
    pub tag: String,
    /// 0 to 1.
    pub confidence: f32,
    /// What the page declares, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArticleImage {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Article,
    Opinion,
    LiveBlog,
    Brief,
    PressRelease,
    Gallery,
    Video,
    Podcast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    Full,
    Partial,
}

/// Where a field came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Evidence {
    pub source: EvidenceSource,
    /// 0 to 1.
    pub confidence: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// What other witnesses said otherwise and were not believed, strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losers: Vec<Loser>,
}

/// A witness that contradicts the one that was believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Loser {
    pub source: EvidenceSource,
    pub raw: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    JsonLd,
    OpenGraph,
    Meta,
    Html,
    Url,
    Dateline,
    Text,
    Hint,
}
