//! What an article is about: IPTC Media Topics, entities, watch rules.

use std::collections::BTreeMap;

use crate::model::Article;
use crate::model::article::Evidence;
use crate::model::event::{Entity, Topic};

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

/// Settings and compiled models; built once, shared by all threads.
#[derive(Debug, Default)]
pub struct Classifier {}

impl Classifier {
    pub fn classify(&self, _article: &Article) -> Classification {
        Classification::default()
    }
}
