//! The line model of extracted text: learned from texts with gold bodies, scored on publishers that it
//! has not seen.

mod panel;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::boost::{self, Params};
use super::score::{Overlap, overlap};
use crate::assess::reconcile::medoid;
use crate::model::Budget;
use crate::read::clean::count::Counter;
use crate::read::clean::rules;
use crate::read::extract::text::features::FEATURES;
use crate::read::extract::text::page::{self, Scored};
use crate::read::extract::text::{LineModel, assemble};
use crate::read::text::TextPage;
use crate::read::trees::Trees;
use crate::read::{Limits, text};

/// One text as a scraper gave it, with the gold body of its page.
#[derive(Debug, Clone, Deserialize)]
pub struct Sample {
    pub id: String,
    #[serde(default)]
    pub page: String,
    #[serde(default)]
    pub scraper: String,
    #[serde(default)]
    pub publisher: String,
    pub text: String,
    pub body: String,
}

pub fn params() -> Params {
    Params {
        trees: 250,
        leaves: 31,
        learning_rate: 0.05,
        min_leaf_rows: 20,
        feature_share: 0.5,
        ..Params::default()
    }
}

/// A sample with the features of its lines and what the gold says of them.
pub struct Prepared {
    pub text: TextPage,
    pub scored: Scored,
    pub labels: Vec<f32>,
    pub weights: Vec<f32>,
}

pub fn prepare(sample: &Sample) -> Prepared {
    let mut budget = Budget::new(u64::MAX);
    let (source, _) = crate::read::clean::repair::repair(&sample.text);
    let (gold, _) = crate::read::clean::repair::repair(&sample.body);
    let text = text::parse(&source, &Limits::default(), &mut budget)
        .unwrap_or_else(|e| panic!("{}: {e}", sample.id));
    let scored = page::look(&text, None, &mut budget).unwrap_or_else(|e| panic!("{}: {e}", sample.id));
    let (labels, weights) = labels(&text, &gold);
    Prepared { text, scored, labels, weights }
}

/// The share of each line's words that stand in the gold in the same order, four at a time, and what the
/// line weighs: its share of the gold body, bounded, since each page counts the same.
fn labels(text: &TextPage, gold: &str) -> (Vec<f32>, Vec<f32>) {
    const N: usize = 4;
    let gold_words: Vec<u64> = words(gold).map(hash).collect();
    let mut grams: FxHashMap<[u64; N], u32> = FxHashMap::default();
    for gram in gold_words.windows(N) {
        *grams.entry([gram[0], gram[1], gram[2], gram[3]]).or_default() += 1;
    }
    let mut all: Vec<u64> = Vec::new();
    let mut ranges = Vec::with_capacity(text.lines.len());
    for line in &text.lines {
        let from = all.len();
        all.extend(words(&line.text).map(hash));
        ranges.push(from..all.len());
    }
    let mut inside = vec![false; all.len()];
    for (at, gram) in all.windows(N).enumerate() {
        if grams.contains_key(&[gram[0], gram[1], gram[2], gram[3]]) {
            inside[at..at + N].fill(true);
        }
    }
    let total = gold_words.len().max(1) as f32;
    let mut labels = Vec::with_capacity(ranges.len());
    let mut weights = Vec::with_capacity(ranges.len());
    for range in ranges {
        let len = range.len();
        let hit = inside[range].iter().filter(|&&i| i).count();
        let label = if len == 0 { 0.0 } else { hit as f32 / len as f32 };
        labels.push(label);
        weights.push((len as f32 / total).min(0.5));
    }
    let negative: f32 = labels.iter().zip(&weights).map(|(l, w)| (1.0 - l) * w).sum();
    let cap = (1.5 / negative.max(1e-6)).min(1.0);
    for (label, weight) in labels.iter().zip(&mut weights) {
        if *label < 0.5 {
            *weight *= cap;
        }
        // By the root of its share: a few long lines should not outvote the many short ones, and every
        // line has a say, however short.
        *weight = (*weight * 100.0).sqrt().max(0.05);
    }
    (labels, weights)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty())
}

fn hash(word: &str) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    word.hash(&mut hasher);
    hasher.finish()
}

/// Learns from the prepared samples that `pick` picks.
pub fn learn(prepared: &[Prepared], params: &Params, pick: impl Fn(usize) -> bool) -> Trees {
    let (mut rows, mut labels, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (_, p) in prepared.iter().enumerate().filter(|(i, _)| pick(*i)) {
        rows.extend_from_slice(p.scored.rows());
        labels.extend_from_slice(&p.labels);
        weights.extend_from_slice(&p.weights);
    }
    boost::train(&rows, FEATURES, &labels, &weights, params)
}

/// What the text cleaner makes of a prepared sample with these trees.
pub fn predict(prepared: &Prepared, model: &LineModel) -> String {
    let mut budget = Budget::new(u64::MAX);
    let scores = prepared.scored.scores(model, &mut budget).unwrap_or_default();
    let mut body = assemble(&prepared.text, &prepared.scored, &scores, None);
    let mut counter = Counter::of_lines(&prepared.text);
    let mut counted = counter.paragraphs(&body);
    rules::apply(&mut body, &mut counted, &mut counter);
    body.text()
}

/// The fold of a publisher: by its name, so that more samples do not move it.
pub fn fold(publisher: &str, folds: u64) -> u64 {
    hash(publisher).rotate_left(17) % folds
}

/// Predictions for every sample by trees that have not seen its publisher.
pub fn cross_validate(samples: &[Sample], prepared: &[Prepared], params: &Params, folds: u64) -> Vec<String> {
    let mut out = vec![String::new(); samples.len()];
    for held in 0..folds {
        let trees = learn(prepared, params, |i| fold(&samples[i].publisher, folds) != held);
        let model = LineModel::new(trees);
        for (i, sample) in samples.iter().enumerate() {
            if fold(&sample.publisher, folds) == held {
                out[i] = predict(&prepared[i], &model);
            }
        }
    }
    out
}

/// Body F1, precision and recall by scraper and over all.
pub fn table(samples: &[Sample], bodies: &[String]) -> BTreeMap<String, (usize, f64, f64, f64)> {
    let mut by: BTreeMap<String, Vec<Overlap>> = BTreeMap::new();
    for (sample, body) in samples.iter().zip(bodies) {
        let o = overlap(&sample.body, body);
        by.entry(sample.scraper.clone()).or_default().push(o);
        by.entry("all".into()).or_default().push(o);
    }
    by.into_iter().map(|(name, all)| (name, mean(&all))).collect()
}

/// The medoid of each page's texts.
fn merged(samples: &[Sample], bodies: &[String]) -> (usize, f64, f64, f64) {
    let mut pages: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, sample) in samples.iter().enumerate() {
        pages.entry(sample.page.as_str()).or_default().push(i);
    }
    let chosen = pages.values().filter_map(|texts| {
        let candidates: Vec<&str> = texts.iter().map(|&i| bodies[i].as_str()).collect();
        let at = texts[medoid(&candidates)?];
        Some(overlap(&samples[at].body, &bodies[at]))
    });
    mean(&chosen.collect::<Vec<_>>())
}

fn mean(all: &[Overlap]) -> (usize, f64, f64, f64) {
    let ratio = |hit: f64, miss: f64| if hit + miss > 0.0 { hit / (hit + miss) } else { 1.0 };
    let with_output: Vec<f64> =
        all.iter().filter(|o| o.both + o.extra > 0).map(|o| ratio(o.both as f64, o.extra as f64)).collect();
    let with_gold: Vec<f64> =
        all.iter().filter(|o| o.both + o.missed > 0).map(|o| ratio(o.both as f64, o.missed as f64)).collect();
    let average = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
    let (precision, recall) = (average(&with_output), average(&with_gold));
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    (all.len(), f1, precision, recall)
}

/// What training gives: the model, and how trees of its kind did on publishers held out.
pub struct Trained {
    pub model: Trees,
    pub table: String,
    /// Held-out predictions, by id.
    pub predictions: Vec<(String, String)>,
}

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("{path}: {error}")]
    Read { path: String, error: std::io::Error },
    #[error("{path}, line {line}: {error}")]
    Parse { path: String, line: usize, error: serde_json::Error },
}

/// Reads samples from JSON lines, gzip or plain.
pub fn read_samples(path: &Path) -> Result<Vec<Sample>, TrainError> {
    let failed = |error| TrainError::Read { path: path.display().to_string(), error };
    let bytes = std::fs::read(path).map_err(failed)?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map_err(failed)?;
    } else {
        bytes.as_slice().read_to_string(&mut text).map_err(failed)?;
    }
    let parse = |(i, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| TrainError::Parse {
            path: path.display().to_string(),
            line: i + 1,
            error,
        })
    };
    text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()).map(parse).collect()
}

/// Trains on all samples; scores trees of five folds of publishers on what they have not seen.
pub fn run(path: &Path, params: &Params, progress: &mut dyn FnMut(&str)) -> Result<Trained, TrainError> {
    let samples = read_samples(path)?;
    let prepared: Vec<Prepared> = samples.iter().map(prepare).collect();
    let lines: usize = prepared.iter().map(|p| p.labels.len()).sum();
    progress(&format!("{} texts, {lines} lines", samples.len()));
    let bodies = cross_validate(&samples, &prepared, params, 5);
    let mut out = String::new();
    for (name, (texts, f1, precision, recall)) in table(&samples, &bodies) {
        out.push_str(&format!(
            "{name:18} {texts:4}  f1 {f1:.4}  precision {precision:.4}  recall {recall:.4}\n"
        ));
    }
    let (pages, f1, precision, recall) = merged(&samples, &bodies);
    out.push_str(&format!(
        "{:18} {pages:4}  f1 {f1:.4}  precision {precision:.4}  recall {recall:.4}\n",
        "merged"
    ));
    out.push_str(&panel::table(&samples, &bodies));
    let model = learn(&prepared, params, |_| true);
    let predictions = samples.iter().map(|s| s.id.clone()).zip(bodies).collect();
    Ok(Trained { model, table: out, predictions })
}
