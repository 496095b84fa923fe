//! What an article is about: IPTC Media Topics, entities, watch rules. Modules in reading order:

/// Words as hashes.
pub mod tokens;
/// IPTC Media Topics.
pub mod taxonomy;
/// Hand-written terms of each language.
pub mod lexicon;
/// The trained model: words and pairs of words.
pub mod linear;
/// Section, keywords and path: what the publisher says.
pub mod witness;
/// All witnesses weighed.
pub mod topics;
/// People, places, organisations.
pub mod entities;
mod entity_words;
/// A user's own labels.
pub mod watch;
/// A model elsewhere, asked first where one is named.
pub mod remote;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;

use crate::model::Article;
use crate::model::article::{Evidence, EvidenceSource};
use crate::model::event::{Entity, Topic};
use entities::EntityFinder;
use linear::{Linear, ModelError};
use remote::{Remote, RemoteError};
use tokens::Words;
use topics::{TopicModel, TopicModelError};
use watch::{WatchError, WatchRules};
use witness::{Names, Statement};

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
    /// Watch rules; a file that is absent holds none.
    pub watch: Option<PathBuf>,
    /// A model made by `copydesk train topics`, instead of the shipped one or beside it.
    pub model: Option<PathBuf>,
    /// Asked before the embedded model.
    pub remote_url: Option<String>,
    pub remote_budget: Duration,
    /// Whether a name is that of a country or a larger city: the gazetteer, handed in.
    pub is_place: Option<fn(&str) -> bool>,
}

impl Default for ClassifySettings {
    fn default() -> Self {
        Self {
            min_confidence: 0.5,
            watch: None,
            model: None,
            remote_url: None,
            remote_budget: Duration::from_millis(500),
            is_place: None,
        }
    }
}

/// What a user's own files may get wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    #[error("{path}: {error}")]
    File { path: PathBuf, error: std::io::Error },
    #[error("classify.watch, {path}:\n{error}")]
    Watch { path: PathBuf, error: WatchError },
    #[error("classify.model, {path}: {error}")]
    Model { path: PathBuf, error: ModelError },
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

/// What is compiled into the program: one for the process.
struct Shipped {
    model: Arc<TopicModel>,
    names: Names,
    entities: EntityFinder,
}

static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    // Tests compile the shipped data: a build whose data do not compile never leaves them.
    let model = TopicModel::shipped().unwrap_or_else(|e| unreachable!("the shipped topic model: {e}"));
    let names = Names::shipped(model.taxonomy());
    Shipped { model: Arc::new(model), names, entities: EntityFinder::shipped() }
});

/// Settings and compiled models; built once, shared by all threads.
#[derive(Debug)]
pub struct Classifier {
    settings: ClassifySettings,
    model: Arc<TopicModel>,
    /// A user's model with labels of its own, asked beside the topics.
    own: Option<Linear>,
    remote: Option<Remote>,
    watch: RwLock<Arc<Watch>>,
}

/// The rules in force and the text they were made of.
#[derive(Debug, Default)]
struct Watch {
    text: String,
    rules: WatchRules,
}

impl Default for Classifier {
    fn default() -> Self {
        Self {
            settings: ClassifySettings::default(),
            model: Arc::clone(&SHIPPED.model),
            own: None,
            remote: None,
            watch: RwLock::default(),
        }
    }
}

impl Classifier {
    /// Reads the user's files; every mistake of the rules is told at once.
    pub fn load(settings: ClassifySettings) -> Result<Self, ClassifyError> {
        let mut classifier = Self { settings, ..Self::default() };
        if let Some(path) = classifier.settings.model.clone() {
            let bytes =
                std::fs::read(&path).map_err(|error| ClassifyError::File { path: path.clone(), error })?;
            let damaged = |error| ClassifyError::Model { path: path.clone(), error };
            let linear = Linear::parse(&bytes).map_err(damaged)?;
            if classifier.model.knows_all(&linear.card.labels) {
                classifier.model = Arc::new(TopicModel::with(linear).map_err(|e| match e {
                    TopicModelError::Model(error) => damaged(error),
                    TopicModelError::Lexicon { .. } => {
                        unreachable!("the shipped lexica compiled before: {e}")
                    }
                })?);
            } else {
                classifier.own = Some(linear);
            }
        }
        if let Some(url) = &classifier.settings.remote_url {
            classifier.remote = Some(Remote::new(url, classifier.settings.remote_budget)?);
        }
        classifier.reload()?;
        Ok(classifier)
    }

    /// Reads the watch rules again; true where they changed. Rules with a mistake are refused whole, and
    /// the old ones stay in force.
    pub fn reload(&self) -> Result<bool, ClassifyError> {
        let Some(path) = self.settings.watch.clone() else { return Ok(false) };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(ClassifyError::File { path, error }),
        };
        if self.watch().text == text {
            return Ok(false);
        }
        let rules = WatchRules::parse(&text).map_err(|error| ClassifyError::Watch { path, error })?;
        *self.watch.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Watch { text, rules });
        Ok(true)
    }

    /// The card of a user's own model, where one is in use.
    pub fn own_card(&self) -> Option<&linear::ModelCard> {
        self.settings.model.as_ref().map(|_| self.own.as_ref().map_or(self.model.card(), |own| &own.card))
    }

    /// Watch rules in force.
    pub fn watch_rules(&self) -> usize {
        self.watch().rules.len()
    }

    pub fn classify(&self, article: &Article) -> Classification {
        let mut text = article.headline.clone().unwrap_or_default();
        text.push('\n');
        text.push_str(&article.body());
        let words = Words::of(&text);
        let language = article.language.tag.as_str();
        let mut said =
            Classification { models: vec![self.model.id().to_owned()], ..Classification::default() };
        let mut weighed = self.model.weigh(&words, language);
        let heard = self.model.best(&weighed);
        let statements = SHIPPED.names.hear(article);
        for statement in &statements {
            weighed.testify(statement.topic, statement.logit);
        }
        if !words.is_empty() || !statements.is_empty() {
            said.topics = self.model.topics(&weighed, self.settings.min_confidence);
            said.evidence.extend(
                said.topics
                    .first()
                    .map(|best| ("topics".to_owned(), self.evidence(best, heard, &statements))),
            );
        }
        if let Some(own) = &self.own {
            said.models.push(own.card.id.clone());
            said.topics.extend(own_topics(own, &words, self.settings.min_confidence));
        }
        let source = article.source.as_ref().and_then(|s| s.domain.as_deref()).or(article.site.as_deref());
        said.topics.extend(self.watch().rules.hear(&words, language, source));
        said.topics.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        said.entities = SHIPPED.entities.find(&text, &words, language, self.settings.is_place);
        said
    }

    /// Asks the remote model, where there is one: its Media Topics take the place of the embedded model's.
    /// Whether it answered stands in `models`.
    pub async fn ask_remote(&self, article: &Article, mut said: Classification) -> Classification {
        let Some(remote) = &self.remote else { return said };
        match remote.ask(article, self.model.taxonomy()).await {
            Ok((id, topics)) => {
                said.models.push(id);
                said.topics.retain(|t| !t.code.starts_with("medtop:"));
                said.topics
                    .extend(topics.into_iter().filter(|t| t.confidence >= self.settings.min_confidence));
                said.topics.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
                let best = said.topics.iter().find(|t| t.code.starts_with("medtop:"));
                let evidence = best.map(|best| Evidence {
                    source: EvidenceSource::Text,
                    confidence: best.confidence,
                    raw: said.models.last().cloned(),
                    losers: Vec::new(),
                });
                said.evidence.remove("topics");
                said.evidence.extend(evidence.map(|e| ("topics".to_owned(), e)));
            }
            Err(error) => {
                tracing::warn!(%error, "the remote topic model did not answer; the embedded one did");
                said.models.push(format!("remote:fallback({})", error.word()));
            }
        }
        said
    }

    /// Looks for changed watch rules now and then, for as long as the service runs.
    pub async fn keep_fresh(self: Arc<Self>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            match self.reload() {
                Ok(true) => tracing::info!(rules = self.watch_rules(), "watch rules were read anew"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "changed watch rules are refused; the old ones stay in force")
                }
            }
        }
    }

    fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who spoke for the first topic: the text alone, or the text with the publisher's own words.
    fn evidence(&self, best: &Topic, heard: Option<usize>, statements: &[Statement]) -> Evidence {
        let topic = self.model.taxonomy().number(&best.code).map(|n| self.model.taxonomy().first_level(n));
        let mut spoke: Vec<String> = Vec::new();
        if heard.is_some() && heard == topic {
            spoke.push("text".into());
        }
        let supporting = statements.iter().filter(|s| Some(s.topic) == topic);
        spoke.extend(supporting.clone().map(|s| format!("{}: {}", witness_name(s.source), s.said)));
        let source = match (heard == topic, supporting.clone().next()) {
            (false, Some(statement)) => statement.source,
            _ => EvidenceSource::Text,
        };
        Evidence {
            source,
            confidence: best.confidence,
            raw: Some(spoke.join("; ")).filter(|s| !s.is_empty()),
            losers: Vec::new(),
        }
    }
}

fn witness_name(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Url => "url",
        EvidenceSource::Meta => "keyword",
        _ => "section",
    }
}

/// Topics of a user's own model.
fn own_topics(own: &Linear, words: &Words, least: f32) -> Vec<Topic> {
    let mut shares = own.logits(words);
    topics::softmax(&mut shares);
    let labels = own.card.labels.iter().zip(shares);
    labels
        .filter(|(_, confidence)| *confidence >= least)
        .map(|(label, confidence)| Topic {
            code: label.clone(),
            name: label.split_once(':').map_or(label.as_str(), |(_, name)| name).replace('-', " "),
            confidence,
        })
        .collect()
}
