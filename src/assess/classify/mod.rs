//! What an article is about: IPTC Media Topics, entities, watch rules.

/// Hand-written terms of each language.
pub mod lexicon;
/// The trained model: words and pairs of words.
pub mod linear;
/// IPTC Media Topics.
pub mod taxonomy;
/// Words as hashes.
pub mod tokens;
/// All witnesses weighed.
pub mod topics;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::model::Article;
use crate::model::article::{Evidence, EvidenceSource};
use crate::model::event::{Entity, Topic};
use tokens::Words;
use topics::TopicModel;

/// What `classify` says of an article.
#[derive(Debug, Clone, Default)]
pub struct Classification {
    /// Highest confidence first.
    pub topics: Vec<Topic>,
    pub entities: Vec<Entity>,
    /// Which witnesses spoke, under `topics`.
    pub evidence: BTreeMap<String, Evidence>,
    /// Ids of the models that were asked.
    pub models: Vec<String>,
}

/// How to classify.
#[derive(Debug, Clone)]
pub struct ClassifySettings {
    /// Topics below it are left out; 0 lists all of the first level.
    pub min_confidence: f32,
}

impl Default for ClassifySettings {
    fn default() -> Self {
        Self { min_confidence: 0.5 }
    }
}

static SHIPPED: LazyLock<Arc<TopicModel>> = LazyLock::new(|| {
    // Tests compile the shipped data; a build that carries others never leaves them.
    Arc::new(TopicModel::shipped().unwrap_or_else(|e| unreachable!("the shipped topic model: {e}")))
});

/// Settings and compiled models; built once, shared by all threads.
#[derive(Debug)]
pub struct Classifier {
    settings: ClassifySettings,
    model: Arc<TopicModel>,
}

impl Default for Classifier {
    fn default() -> Self {
        Self::new(ClassifySettings::default())
    }
}

impl Classifier {
    pub fn new(settings: ClassifySettings) -> Self {
        Self { settings, model: SHIPPED.clone() }
    }

    pub fn classify(&self, article: &Article) -> Classification {
        let mut text = article.headline.clone().unwrap_or_default();
        text.push('\n');
        text.push_str(&article.body());
        let words = Words::of(&text);
        if words.is_empty() {
            return Classification::default();
        }
        let weighed = self.model.weigh(&words, &article.language.tag);
        let topics = self.model.topics(&weighed, self.settings.min_confidence);
        let mut evidence = BTreeMap::new();
        if let Some(best) = topics.first() {
            let said = Evidence { source: EvidenceSource::Text, confidence: best.confidence, raw: None };
            evidence.insert("topics".to_owned(), said);
        }
        Classification { topics, entities: Vec::new(), evidence, models: vec![self.model.id().to_owned()] }
    }
}
