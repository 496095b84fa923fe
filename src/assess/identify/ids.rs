//! Ids and hashes that identity is made of: all functions of what they are given.

use sha2::{Digest, Sha256};

use crate::model::Article;
use crate::model::body::ParagraphKind;
use crate::store::Id;

/// The id of an article judged by itself: by its canonical URL, else its URL, else its content.
pub fn article_id(article: &Article, content_hash: &str) -> String {
    let canonical = article.canonical_url.as_deref().filter(|url| !is_front_page(url));
    match canonical.or(article.url.as_deref()) {
        Some(url) => hex(&["article-url", url]),
        None => hex(&["article-content", content_hash]),
    }
}

/// Whether a URL names a site rather than a page of it: no canonical URL for an article.
pub fn is_front_page(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|u| matches!(u.path(), "" | "/") && u.query().is_none())
}

/// An id of 32 hex digits as bytes.
pub fn id(hex: &str) -> Id {
    Id::from_hex(hex).unwrap_or_default()
}

/// Deterministic: a page delivered twice gives the same id.
pub fn event_id(article_id: &str, version: u32, page_key: &str) -> String {
    hex(&["event", article_id, &version.to_string(), page_key])
}

pub fn skipped_id(page_key: &str, pipeline_version: &str) -> String {
    hex(&["skipped", page_key, pipeline_version])
}

/// Hash of headline and body without standfirst.
pub fn content_hash(article: &Article) -> String {
    let mut parts = vec![article.headline.as_deref().unwrap_or("")];
    let kept = |k| !matches!(k, ParagraphKind::Standfirst | ParagraphKind::Caption);
    parts.extend(article.paragraphs.iter().filter(|p| kept(p.kind)).map(|p| p.text.as_str()));
    hex(&parts)
}

/// First 16 bytes of SHA-256 over length-prefixed parts, in hex.
pub fn hex(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()[..16].iter().map(|b| format!("{b:02x}")).collect()
}
