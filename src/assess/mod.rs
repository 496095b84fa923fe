//! Article → event: what it is to what we have seen, what it is about, where it goes.

/// Topics, entities and watch rules.
pub mod classify;
/// Text → sketch, sentences, numbers, names: what stands for it when articles are compared.
pub mod fingerprint;
/// New, update, duplicate or syndicated; which article it is. Claim before publish, keep after confirm.
pub mod identify;
/// Several extractions of one page made one.
pub mod reconcile;
/// The routing key, from closed words.
pub mod route;
/// Articles on the same event, grouped by their headlines.
pub mod story;
/// Text → sentences of hashed words.
pub mod tokens;

use std::sync::Arc;

use unicode_normalization::char::is_combining_mark;

use crate::model::article::Publisher;
use crate::model::event::{ArticleData, Data, EventType, PipelineInfo, SkippedData};
use crate::model::failure::SkipReason;
use crate::model::page::RawInfo;
use crate::model::verdict::Verdict;
use crate::model::{Article, ArticleEvent, Failure, Observations, SiteKnowledge};
use classify::Classification;
use identify::{Claim, Identified, Identifier};

/// Schema of `data` of article events; the version rises when a field changes its meaning.
pub const ARTICLE_SCHEMA: &str = "urn:copydesk:schema:article:1";
pub const SKIPPED_SCHEMA: &str = "urn:copydesk:schema:skipped:1";

/// Makes events of articles. One for the whole process.
#[derive(Debug)]
pub struct Assessor {
    /// The CloudEvents `source`, e.g. `urn:copydesk:newsroom`.
    pub source: String,
    pub identifier: Identifier,
}

/// An event and the claim that has to be kept once it is confirmed, or dropped if it never is.
#[derive(Debug)]
pub struct Assessed {
    pub event: ArticleEvent,
    pub claim: Claim,
}

impl Assessor {
    /// What is known about a site now.
    pub async fn knowledge(&self, site: Option<&str>) -> Result<Arc<SiteKnowledge>, Failure> {
        self.identifier.knowledge(site).await
    }

    /// Decides what an article is to us. Claims it in the store before anything is published.
    pub async fn assess(
        &self,
        mut article: Article,
        observations: Observations,
        classification: Classification,
    ) -> Result<Assessed, Failure> {
        let Identified { article_id, version, content_hash, event_id, dedup, story, filled, scrapers, claim } =
            self.identifier.identify(&article, observations).await?;
        filled.into_article(&mut article);
        article.evidence.extend(classification.evidence);
        let kind = match dedup.verdict {
            Verdict::New | Verdict::Syndicated if dedup.of.is_none() => EventType::Created,
            Verdict::New => EventType::Created,
            Verdict::Update => EventType::Updated,
            Verdict::ExactDuplicate | Verdict::NearDuplicate | Verdict::Syndicated => EventType::Duplicate,
        };
        let body = article.body();
        let data = ArticleData {
            article_id: article_id.clone(),
            version,
            content_hash,
            word_count: word_count(&body),
            body,
            topics: classification.topics,
            entities: classification.entities,
            dedup,
            story,
            scrapers,
            pipeline: PipelineInfo {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                rules: article.rules.clone(),
                models: [article.models.clone(), classification.models].concat(),
                knowledge: article.knowledge.clone(),
            },
            article,
        };
        let event = ArticleEvent {
            specversion: "1.0",
            id: event_id,
            source: self.source.clone(),
            routing_key: route::article(kind, &data),
            kind,
            subject: Some(article_id),
            time: None,
            datacontenttype: "application/json",
            dataschema: ARTICLE_SCHEMA,
            data: Data::Article(Box::new(data)),
        };
        Ok(Assessed { event, claim })
    }

    /// The event of a page that is no article.
    pub fn skipped(
        &self,
        reason: SkipReason,
        detail: String,
        url: Option<String>,
        source: Option<Publisher>,
        raw: RawInfo,
    ) -> ArticleEvent {
        let version = env!("CARGO_PKG_VERSION");
        ArticleEvent {
            specversion: "1.0",
            id: identify::skipped_id(&raw.page_key, version),
            source: self.source.clone(),
            kind: EventType::Skipped,
            subject: None,
            time: None,
            datacontenttype: "application/json",
            dataschema: SKIPPED_SCHEMA,
            routing_key: route::skipped(reason),
            data: Data::Skipped(Box::new(SkippedData {
                reason,
                detail,
                url,
                source,
                raw,
                pipeline: PipelineInfo {
                    version: version.to_owned(),
                    rules: None,
                    models: Vec::new(),
                    knowledge: None,
                },
            })),
        }
    }

    /// To be called when the broker has confirmed the event: only now is it remembered as published.
    pub async fn keep(&self, claim: Claim) -> Result<(), Failure> {
        self.identifier.keep(claim).await
    }

    /// To be called when the event will not be published: the claim is forgotten.
    pub async fn release(&self, claim: Claim) -> Result<(), Failure> {
        self.identifier.release(claim).await
    }
}

/// Words of text; in scripts without spaces each character of theirs counts as half a word.
pub fn word_count(text: &str) -> u32 {
    let mut words = 0u32;
    let mut unspaced = 0u32;
    // Marks and joiners stand inside the words of India's scripts.
    let inside = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '\'' | '’' | '\u{200c}' | '\u{200d}')
            || !c.is_ascii() && is_combining_mark(c)
    };
    for run in text.split(|c: char| !inside(c)) {
        let wide = run
            .chars()
            .filter(|c| c.is_alphanumeric())
            .filter(
                |c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}'),
            )
            .count() as u32;
        unspaced += wide;
        words += u32::from(!run.is_empty() && wide == 0);
    }
    words + unspaced.div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::word_count;

    #[test]
    fn words_of_many_scripts() {
        for (text, words) in [
            ("The mill’s gate, it's shut.", 5),
            ("नगर परिषद ने पुराने पुल को बंद किया", 8),
            ("শহর পরিষদ সেতুটি বন্ধ করেছে", 5),
            ("நகர சபை பாலத்தை மூடியது", 4),
            ("می\u{200c}خواهد برود", 2),
            ("cafe\u{301} ferme\u{301}", 2),
            ("橋を閉鎖", 2),
            ("", 0),
        ] {
            assert_eq!(word_count(text), words, "{text}");
        }
    }
}
