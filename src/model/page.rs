//! An opened message: one raw page and what its sender says about it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the opened message holds. The body may still have to be fetched.
#[derive(Debug, Clone)]
pub struct RawPage {
    pub message_id: Option<String>,
    /// The URL asked for or arrived at, as sent.
    pub url: Option<String>,
    /// The site where there is no URL: a name or a domain.
    pub source: Option<String>,
    pub scraper: Option<String>,
    /// RFC 3339, as sent and checked. The page's own "now": never a publication date.
    pub fetched_at: Option<String>,
    /// RFC 3339, when the message was taken up. Stands in for `fetched_at` where that is absent: no date beyond a
    /// day after it is believed, and it says which dated site rules are meant. Says nothing else, so that a page
    /// read again gives the same article.
    pub received_at: Option<String>,
    pub status: Option<u16>,
    /// HTTP response headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    pub content_type: Option<String>,
    /// Encoding of `body` that is still to be undone: `gzip`, `br`, `zstd`, `deflate`.
    pub content_encoding: Option<String>,
    pub body: RawBody,
    pub hints: Hints,
}

#[derive(Debug, Clone)]
pub enum RawBody {
    /// Text of a JSON string: already decoded to UTF-8.
    Text(String),
    Bytes(Bytes),
    /// A claim check, fetched by the worker before `decode`.
    Reference(BodyRef),
}

/// Where a body lies that was too large for the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BodyRef {
    pub uri: String,
    /// Lower-case hex.
    pub sha256: String,
    pub bytes: u64,
}

/// What a feed said about the page: evidence, never truth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    pub title: Option<String>,
    pub published_at: Option<String>,
    pub authors: Vec<String>,
    pub language: Option<String>,
}

/// A page as text, with what identifies it.
#[derive(Debug, Clone)]
pub struct DecodedPage {
    pub media: Media,
    /// Decoded, repaired text: HTML source or plain text.
    pub text: String,
    /// WHATWG name of the charset that was used, lower case.
    pub charset: String,
    /// What repair changed, e.g. mojibake undone.
    pub repairs: Vec<Repair>,
    pub url: Option<url::Url>,
    /// Registrable domain of the URL, else the sender's `source`.
    pub site: Option<String>,
    /// The sender's `source` where it stands for the site and is a name, not a domain.
    pub source_name: Option<String>,
    pub fetched_at: Option<String>,
    /// As in `RawPage`.
    pub received_at: Option<String>,
    pub status: Option<u16>,
    pub hints: Hints,
    pub raw: RawInfo,
}

impl DecodedPage {
    /// When the page was fetched; when it was taken up, where nobody says.
    pub fn captured_at(&self) -> Option<&str> {
        self.fetched_at.as_deref().or(self.received_at.as_deref())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    Html,
    Text,
}

/// A repair of the text that `decode` made; each is named in the event's evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    Mojibake,
    HtmlEntities,
    SoftHyphens,
    Direction,
    Spaces,
    LineHyphens,
    Nfc,
    InvalidBytes,
}

impl Repair {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mojibake => "mojibake",
            Self::HtmlEntities => "html_entities",
            Self::SoftHyphens => "soft_hyphens",
            Self::Direction => "direction",
            Self::Spaces => "spaces",
            Self::LineHyphens => "line_hyphens",
            Self::Nfc => "nfc",
            Self::InvalidBytes => "invalid_bytes",
        }
    }
}

/// What the event says of the raw page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RawInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// sha256 of raw bytes, URL or source, and scraper, in hex.
    pub page_key: String,
    /// sha256 of the raw body, in hex.
    pub sha256: String,
    pub bytes: u64,
    pub content_type: String,
    /// The charset that the bytes were read in.
    pub encoding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scraper: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<String>,
}
