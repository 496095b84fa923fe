//! Headline, authors, dates, dateline, language, images, kind, completeness: each with its evidence.

pub mod dates;
pub mod kind;

use std::collections::BTreeMap;

use crate::model::article::{Completeness, Kind, Language, Publisher};
use crate::model::trace::Trace;
use crate::model::{Article, Body, Budget, DecodedPage, Rejection, SiteKnowledge};
use crate::read::Parsed;

pub fn describe(
    page: &DecodedPage,
    _parsed: &Parsed,
    body: Body,
    knowledge: &SiteKnowledge,
    _budget: &mut Budget,
    _trace: &mut Trace,
) -> Result<Article, Rejection> {
    Ok(Article {
        url: page.url.as_ref().map(|u| u.to_string()),
        canonical_url: None,
        url_aliases: Vec::new(),
        source: page.site.as_ref().map(|site| Publisher { name: None, domain: Some(site.clone()) }),
        headline: page.hints.title.clone(),
        standfirst: None,
        byline: None,
        authors: Vec::new(),
        dateline: None,
        originator: None,
        published_at: None,
        modified_at: None,
        language: Language { tag: "und".into(), confidence: 0.0, declared: None },
        images: Vec::new(),
        links: Vec::new(),
        section: None,
        keywords: Vec::new(),
        kind: Kind::Article,
        completeness: Completeness::Full,
        evidence: BTreeMap::new(),
        paragraphs: body.paragraphs,
        removed: body.removed,
        raw: page.raw.clone(),
        site: page.site.clone(),
        knowledge: (!knowledge.id.is_empty()).then(|| knowledge.id.clone()),
        rules: None,
        models: Vec::new(),
    })
}
