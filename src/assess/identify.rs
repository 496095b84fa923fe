//! Which article is this, and what is it to what we have seen: claim before publish, keep after confirm.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::model::body::ParagraphKind;
use crate::model::verdict::{Dedup, Story, Verdict};
use crate::model::{Article, Failure, Observations, SiteKnowledge};

/// What `identify` decided of one article.
#[derive(Debug)]
pub struct Identified {
    pub article_id: String,
    pub version: u32,
    pub content_hash: String,
    pub event_id: String,
    pub dedup: Dedup,
    pub story: Option<Story>,
    pub claim: Claim,
}

/// The right to publish, taken before and kept after. Dropped without either, it lapses.
#[derive(Debug, Clone, Default)]
pub struct Claim {}

/// Identity and memory: without a store each page is judged as if alone.
#[derive(Debug, Default)]
pub struct Identifier {}

impl Identifier {
    pub async fn knowledge(&self, site: Option<&str>) -> Result<Arc<SiteKnowledge>, Failure> {
        Ok(Arc::new(SiteKnowledge { site: site.map(str::to_owned), ..SiteKnowledge::default() }))
    }

    pub async fn identify(&self, article: &Article, _seen: Observations) -> Result<Identified, Failure> {
        let content_hash = content_hash(article);
        let key = article.canonical_url.as_deref().or(article.url.as_deref());
        let article_id = match key {
            Some(url) => hex(&["article-url", url]),
            None => hex(&["article-content", &content_hash]),
        };
        Ok(Identified {
            event_id: event_id(&article_id, 1, &article.raw.page_key),
            version: 1,
            content_hash,
            article_id,
            dedup: Dedup { verdict: Verdict::New, of: None, similarity: None, method: None },
            story: None,
            claim: Claim::default(),
        })
    }

    pub async fn keep(&self, _claim: Claim) -> Result<(), Failure> {
        Ok(())
    }

    pub async fn release(&self, _claim: Claim) -> Result<(), Failure> {
        Ok(())
    }
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
