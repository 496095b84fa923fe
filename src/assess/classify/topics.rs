//! Text → topics: what the lexicon hears and what the linear model sums, weighed together with the
//! publisher's own words, and turned into confidences.

use rustc_hash::FxHashMap;

use super::lexicon::{Heard, Lexicon, LexiconError};
use super::linear::{Linear, ModelCard, ModelError};
use super::taxonomy::{TOPICS, Taxonomy};
use super::tokens::Words;
use crate::model::event::Topic;

/// The shipped linear model: English, trained by `copydesk train topics`.
const SHIPPED: &[u8] = include_bytes!("topics.model");

/// Languages with a lexicon, as (subtag, texts).
const LEXICA: &[(&str, &[&str])] = &[
    ("en", &[include_str!("lexicon/en.txt")]),
    ("de", &[include_str!("lexicon/de.txt")]),
    ("fr", &[include_str!("lexicon/fr.txt")]),
    ("es", &[include_str!("lexicon/es.txt")]),
    ("it", &[include_str!("lexicon/it.txt")]),
    ("pt", &[include_str!("lexicon/pt.txt")]),
    ("nl", &[include_str!("lexicon/nl.txt")]),
    ("pl", &[include_str!("lexicon/pl.txt")]),
    ("ru", &[include_str!("lexicon/ru.txt")]),
    ("zh", &[include_str!("lexicon/zh.txt")]),
    ("ja", &[include_str!("lexicon/ja.txt")]),
    ("da", &[DANISH]),
    // Written Norwegian shares most of its words with Danish.
    ("nb", &[DANISH, NORWEGIAN]),
    ("sv", &[include_str!("lexicon/sv.txt")]),
    ("ar", &[include_str!("lexicon/ar.txt")]),
];

const DANISH: &str = include_str!("lexicon/da.txt");
const NORWEGIAN: &str = include_str!("lexicon/nb.txt");

/// Logits of the lexicon against those of the linear model, both over the root of the length.
/// Chosen on held-out training sentences and whole articles read by eye; between 5 and 15 little changes.
const LEXICON_WEIGHT: f32 = 10.0;
/// The linear model was trained on sentences of this many words, and is trusted less the longer a text is:
/// its sums grow with the length of a text, on whole articles faster than they say anything. Without
/// fading, articles read by eye fell from 26 right of 29 to 22; between .3 and .5 little changes.
const SENTENCE: f32 = 24.0;
const FADING: f32 = 0.4;
/// What stands first says more: headline and lead of this many words are heard once more, in this measure.
/// By 822 whole articles of many publishers, in two halves by publisher: .848 to .867 on the half that it
/// was chosen on, .845 to .865 on the other; 60 to 150 words and .3 to .6 do the same. A text that is no
/// longer than this stays as it is.
const LEAD: usize = 60;
const LEAD_WEIGHT: f32 = 0.5;
/// Second-level topics need so much of their first level's evidence.
const SECOND_SHARE: f32 = 0.5;
/// And so many different terms in the text.
const SECOND_TERMS: usize = 5;

/// Lexica and linear model, compiled once.
#[derive(Debug)]
pub struct TopicModel {
    taxonomy: Taxonomy,
    lexica: FxHashMap<&'static str, Lexicon>,
    linear: Linear,
    /// First-level topic of each class of the linear model that is trusted.
    classes: Vec<Option<usize>>,
}

/// Why the shipped data do not compile: a mistake of a build, not of a user.
#[derive(Debug, thiserror::Error)]
pub enum TopicModelError {
    #[error("lexicon {language}: {error}")]
    Lexicon { language: &'static str, error: LexiconError },
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Evidence for each topic before it becomes confidence.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// One logit a first-level topic.
    pub logits: [f32; TOPICS],
    pub heard: Heard,
    pub words: usize,
}

impl Weighed {
    /// Adds log-odds that stand outside the text, in the measure that the text's own are calibrated to.
    pub fn testify(&mut self, topic: usize, log_odds: f32) {
        self.logits[topic] += log_odds * temperature(self.words);
    }
}

impl TopicModel {
    pub fn shipped() -> Result<Self, TopicModelError> {
        Self::with(Linear::parse(SHIPPED)?)
    }

    pub fn with(linear: Linear) -> Result<Self, TopicModelError> {
        let taxonomy = Taxonomy::shipped();
        let mut lexica = FxHashMap::default();
        for &(language, texts) in LEXICA {
            let lexicon = Lexicon::compile(texts, &taxonomy)
                .map_err(|error| TopicModelError::Lexicon { language, error })?;
            lexica.insert(language, lexicon);
        }
        let card = &linear.card;
        let trusted = |label: &String| {
            let number = taxonomy.number(label)?;
            (usize::from(number) < TOPICS && !card.weak.contains(label)).then_some(usize::from(number))
        };
        let classes = card.labels.iter().map(trusted).collect();
        Ok(Self { taxonomy, lexica, linear, classes })
    }

    /// Whether all labels are first-level Media Topics.
    pub fn knows_all(&self, labels: &[String]) -> bool {
        labels.iter().all(|l| self.taxonomy.number(l).is_some_and(|n| usize::from(n) < TOPICS))
    }

    pub fn card(&self) -> &ModelCard {
        &self.linear.card
    }

    /// The topic that most is said of, where anything is.
    pub fn best(&self, weighed: &Weighed) -> Option<usize> {
        let best = (0..TOPICS).max_by(|a, b| weighed.logits[*a].total_cmp(&weighed.logits[*b]))?;
        (weighed.logits[best] > 0.0).then_some(best)
    }

    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// Id of the model that is asked for a language.
    pub fn id(&self) -> &str {
        &self.linear.card.id
    }

    /// Weighs a text. A language without a lexicon is heard with the English one: names are the same.
    pub fn weigh(&self, words: &Words, language: &str) -> Weighed {
        let primary = match language.split('-').next().unwrap_or("") {
            "no" | "nn" => "nb",
            primary => primary,
        };
        let lexicon = self.lexica.get(primary).or_else(|| self.lexica.get("en"));
        let heard = match lexicon {
            Some(lexicon) => lexicon.hear(words, &self.taxonomy),
            None => Heard { first: [0.0; TOPICS], second: vec![0.0; self.taxonomy.len()], terms: 0 },
        };
        let mut logits = self.logits(words, &heard, primary);
        if words.len() > LEAD
            && let Some(lexicon) = lexicon
        {
            let lead = words.lead(LEAD);
            let first = self.logits(&lead, &lexicon.hear(&lead, &self.taxonomy), primary);
            for (logit, first) in logits.iter_mut().zip(first) {
                *logit = (*logit + LEAD_WEIGHT * first) / (1.0 + LEAD_WEIGHT);
            }
        }
        Weighed { logits, heard, words: words.len() }
    }

    fn logits(&self, words: &Words, heard: &Heard, language: &str) -> [f32; TOPICS] {
        let mut logits = heard.first.map(|s| s * LEXICON_WEIGHT);
        if language == self.linear.card.language {
            self.add_linear(words, &mut logits);
        }
        logits
    }

    /// Centres the trusted classes, so that topics without training text stand at 0 among them.
    fn add_linear(&self, words: &Words, logits: &mut [f32; TOPICS]) {
        let raw = self.linear.logits(words);
        let trusted = || self.classes.iter().zip(&raw).filter_map(|(c, l)| Some(((*c)?, *l)));
        let count = trusted().count().max(1) as f32;
        let mean = trusted().map(|(_, l)| l).sum::<f32>() / count;
        let trust = (SENTENCE / words.len().max(1) as f32).min(1.0).powf(FADING);
        for (topic, logit) in trusted() {
            logits[topic] += (logit - mean) * trust;
        }
    }

    /// Topics at or over `least`, highest first; at 0 all of the first level.
    pub fn topics(&self, weighed: &Weighed, least: f32) -> Vec<Topic> {
        let mut topics = Vec::new();
        for (first, confidence) in confidences(weighed) {
            if confidence < least {
                break;
            }
            topics.push(self.topic(first as u16, confidence));
            if let Some((second, share)) = self.second(weighed, first) {
                let confidence = confidence * share;
                if confidence >= least && least > 0.0 || confidence >= 0.3 {
                    topics.push(self.topic(second, confidence));
                }
            }
        }
        topics.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        topics
    }

    /// The second-level topic that carries most of its first level, where the text says much about it.
    fn second(&self, weighed: &Weighed, first: usize) -> Option<(u16, f32)> {
        let sum: f32 = self.taxonomy.second_level(first).map(|s| weighed.heard.second[usize::from(s)]).sum();
        let best = self.taxonomy.second_level(first).max_by(|a, b| {
            weighed.heard.second[usize::from(*a)].total_cmp(&weighed.heard.second[usize::from(*b)])
        })?;
        let share = weighed.heard.second[usize::from(best)] / sum;
        let strong = weighed.heard.terms >= SECOND_TERMS && share >= SECOND_SHARE;
        strong.then_some((best, share))
    }

    fn topic(&self, number: u16, confidence: f32) -> Topic {
        Topic { code: self.taxonomy.code(number).into(), name: self.taxonomy.name(number).into(), confidence }
    }
}

/// First-level topics with their confidence, highest first. The best one's is the calibrated chance that
/// it is the right first topic; each further one's is its chance among what is left, cut by how much less
/// the text says of it, and raised where it is kin to the best.
fn confidences(weighed: &Weighed) -> Vec<(usize, f32)> {
    let temperature = temperature(weighed.words);
    let mut ranked: Vec<(usize, f32)> = weighed.logits.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let (best, top) = ranked[0];
    let mut left: f32 = ranked.iter().map(|(_, l)| ((l - top) / temperature).exp()).sum();
    for (topic, logit) in &mut ranked {
        let mass = ((*logit - top) / temperature).exp();
        let chance = (mass / left.max(mass)).clamp(0.0, 1.0);
        left -= mass;
        let weight = if top > 0.0 { (*logit / top).clamp(0.0, 1.0) } else { 0.0 };
        let chance = if *topic == best { sobered(chance, temperature, weighed.heard.terms) } else { chance };
        *logit = (chance * weight).max(mass * 1e-3);
    }
    let sure = ranked[0].1;
    for (topic, confidence) in &mut ranked[1..] {
        *confidence += kinship(best, *topic) * sure * (1.0 - *confidence);
    }
    ranked[1..].sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    // Strictly falling, so that the order says the same as the numbers.
    let mut before = f32::MAX;
    for (_, confidence) in &mut ranked {
        *confidence = confidence.min(before * 0.999);
        before = *confidence;
    }
    ranked
}

/// How readily a desk files a story of one topic under another: first-level codes and a share. Too little
/// to be listed for that alone; it orders what the text itself does not.
const KIN: &[(u8, u8, f32)] = &[
    (1, 8, 0.15),
    (1, 10, 0.15),
    (2, 14, 0.25),
    (2, 11, 0.15),
    (2, 8, 0.12),
    (2, 3, 0.1),
    (3, 8, 0.15),
    (3, 14, 0.12),
    (3, 2, 0.1),
    (3, 6, 0.1),
    (3, 11, 0.08),
    (4, 9, 0.2),
    (4, 11, 0.15),
    (5, 14, 0.3),
    (5, 11, 0.12),
    (5, 13, 0.1),
    (6, 13, 0.3),
    (6, 11, 0.1),
    (6, 14, 0.08),
    (7, 13, 0.25),
    (7, 14, 0.2),
    (7, 10, 0.1),
    (8, 1, 0.25),
    (8, 14, 0.2),
    (8, 10, 0.15),
    (9, 4, 0.35),
    (9, 14, 0.15),
    (9, 11, 0.1),
    (10, 1, 0.2),
    (10, 8, 0.1),
    (10, 14, 0.1),
    (11, 16, 0.15),
    (11, 14, 0.12),
    (12, 14, 0.3),
    (12, 1, 0.1),
    (12, 11, 0.08),
    (13, 6, 0.08),
    (13, 7, 0.08),
    (13, 4, 0.08),
    (14, 11, 0.2),
    (14, 2, 0.08),
    (14, 8, 0.08),
    (16, 11, 0.35),
    (16, 2, 0.1),
    (17, 3, 0.25),
    (17, 6, 0.2),
    (17, 13, 0.12),
];

fn kinship(of: usize, with: usize) -> f32 {
    let wanted = |(a, b, _): &&(u8, u8, f32)| usize::from(*a) == of + 1 && usize::from(*b) == with + 1;
    KIN.iter().find(wanted).map_or(0.0, |(_, _, share)| *share)
}

/// Scores to shares that sum to one.
pub fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    scores.iter_mut().for_each(|s| *s = (*s - top).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|s| *s /= sum);
}

/// Short texts are less sure than their logits say, long ones more. Fitted for the least calibration error
/// on held-out training sentences (24 words: 1.5) and on whole articles judged by eye (700 words: 0.65).
fn temperature(words: usize) -> f32 {
    (SHORT - 0.25 * (words.max(1) as f32 / 24.0).ln()).clamp(LONG, SHORT + 0.2)
}

const MANY_TERMS: f32 = 20.0;
const SHORT: f32 = 1.5;
const LONG: f32 = 0.65;

/// A short text's label is a matter of opinion even where all evidence agrees: its chances are drawn
/// towards the middle, which brings sentences and headlines under .08 of calibration error. A long text
/// that is torn between topics is more often right than its chances say, and one that is sure less often:
/// 239 whole articles judged by eye went from .097 to .049, and powers between .4 and .6 did the same.
/// Only where enough was heard: a story of a ferryman that names one minister stays unsure.
fn sobered(chance: f32, temperature: f32, terms: usize) -> f32 {
    let short = ((temperature - LONG) / (SHORT - LONG)).clamp(0.0, 1.0);
    let as_sentence = chance + 0.12 - 0.2 * chance;
    let heard = (terms as f32 / MANY_TERMS).min(1.0);
    let as_article = 0.96 * chance.powf(1.0 - 0.5 * heard);
    short * as_sentence + (1.0 - short) * as_article
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, language: &str, least: f32) -> Vec<String> {
        let model = TopicModel::shipped().unwrap();
        let topics = model.topics(&model.weigh(&Words::of(text), language), least);
        topics.into_iter().map(|t| t.code).collect()
    }

    #[test]
    fn all_first_level_topics_are_listed_at_zero() {
        let all =
            codes("The bank raised interest rates after inflation rose again, economists said.", "en", 0.0);
        let first: Vec<&String> = all.iter().filter(|c| c.ends_with("000000")).collect();
        assert_eq!((first.len(), first[0].as_str()), (TOPICS, "medtop:04000000"));
    }

    #[test]
    fn nothing_said_is_nothing_known() {
        for text in ["", "word", "the of and a to in is it", "lorem ipsum dolor sit amet"] {
            assert_eq!(codes(text, "en", 0.5), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn confidence_never_rises_down_the_list() {
        let model = TopicModel::shipped().unwrap();
        let words =
            Words::of("Police arrested the club's striker after the cup final; the minister resigned.");
        let topics = model.topics(&model.weigh(&words, "en"), 0.0);
        assert!(topics.windows(2).all(|w| w[0].confidence >= w[1].confidence), "{topics:?}");
        assert!(topics.iter().all(|t| (0.0..=1.0).contains(&t.confidence)), "{topics:?}");
    }
}
