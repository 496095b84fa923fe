//! An article as the store remembers it.

use super::ids::{article_id, event_id, id};
use crate::assess::fingerprint::{Printed, fingerprint};
use crate::assess::tokens;
use crate::model::Article;
use crate::model::article::Completeness;
use crate::model::body::ParagraphKind;
use crate::model::script::cut;
use crate::store::record::MAX_CAPTIONS;
use crate::store::{ArticleRecord, Described, today};

/// Texts longer than this are cut before they are remembered.
const MAX_HEADLINE_BYTES: usize = 300;
const MAX_SCRAPER_BYTES: usize = 60;

/// What would be remembered if the article were new.
pub(super) fn draft(article: &Article, printed: &Printed) -> ArticleRecord {
    let short = |text: &Option<String>| text.as_deref().map(|t| cut(t, MAX_HEADLINE_BYTES).to_owned());
    let content_hash = printed.print.content_hash.to_string();
    let article_id = article_id(article, &content_hash);
    let source = article.source.as_ref().and_then(|s| s.domain.clone().or_else(|| s.name.clone()));
    ArticleRecord {
        touched: today(),
        keys: Vec::new(),
        event_id: id(&event_id(&article_id, 1, &article.raw.page_key)),
        article_id: id(&article_id),
        version: 1,
        story: None,
        site: short(&article.site.clone().or(source)),
        scraper: article.raw.scraper.as_deref().map_or(0, scraper_hash),
        captured: article.raw.fetched_at.as_deref().and_then(seconds),
        partial: article.completeness == Completeness::Partial,
        addressed: article.url.is_some(),
        headline: short(&article.headline),
        published_at: article.published_at.clone(),
        byline: short(&article.byline),
        originator: short(&article.originator),
        print: printed.print.clone(),
        scraper_name: article.raw.scraper.as_deref().map(|name| cut(name, MAX_SCRAPER_BYTES).to_owned()),
        standfirst: short(&article.standfirst),
        dateline: article.dateline.clone().filter(|d| d.raw.len() <= MAX_HEADLINE_BYTES),
        captions: captions(article).take(MAX_CAPTIONS).collect(),
        heard: Vec::new(),
        described: Described::of(article),
    }
}

pub(super) fn scraper_hash(name: &str) -> u32 {
    (tokens::word_hash(name) >> 32) as u32
}

fn captions(article: &Article) -> impl Iterator<Item = String> + '_ {
    let own = article.paragraphs.iter().filter(|p| p.kind == ParagraphKind::Caption);
    own.map(|p| cut(&p.text, MAX_HEADLINE_BYTES).to_owned())
}

/// What is compared of an article, for measuring.
pub fn record_of(article: &Article) -> ArticleRecord {
    draft(article, &fingerprint(article))
}

/// Seconds since 1970 of an RFC 3339 time.
fn seconds(time: &str) -> Option<i64> {
    time.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}
