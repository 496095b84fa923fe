//! The line model of extracted text: learned from texts with gold bodies, scored on publishers that it
//! has not seen.

/// Headlines.
pub mod headlines;
mod panel;
mod variants;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::boost::{self, Params};
use super::parallel::parallel;
use super::score::{Overlap, overlap};
use crate::assess::reconcile::medoid;
use crate::model::Budget;
use crate::read::clean::count::Counter;
use crate::read::clean::rules;
use crate::read::extract::text::assemble;
use crate::read::extract::text::features::FEATURES;
use crate::read::extract::text::headline::{self, HeadlineModel};
use crate::read::extract::text::model::{Judged, LineModel, second_count, second_rows};
use crate::read::extract::text::page::{self, Scored};
use crate::read::text::TextPage;
use crate::read::trees::Trees;
use crate::read::{Limits, text};

use headlines::{Tally, Titled};

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
    #[serde(default)]
    pub title: Option<String>,
    pub text: String,
    pub body: String,
}

/// Of either stage. The second sees the lines alone that the first is unsure of, and is the better for being small.
pub fn params() -> [Params; 2] {
    let of = |trees, leaves| Params {
        trees,
        leaves,
        learning_rate: 0.05,
        min_leaf_rows: 20,
        feature_share: 0.5,
        ..Params::default()
    };
    [of(250, 31), of(80, 8)]
}

/// What a line of a variant weighs beside one of a text as it came.
const VARIANT: f32 = 0.3;

/// Folds of the cross-validation.
const FOLDS: u64 = 5;

/// A sample with the features of its lines and what the gold says of them.
pub struct Prepared {
    pub fold: u64,
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
    Prepared { fold: fold(&sample.publisher, FOLDS), text, scored, labels, weights }
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

/// The first stage, learned from the prepared samples that `pick` picks.
fn learn_first(prepared: &[Prepared], params: &Params, pick: impl Fn(u64) -> bool) -> Trees {
    let (mut rows, mut labels, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for p in prepared.iter().filter(|p| pick(p.fold)) {
        rows.extend_from_slice(p.scored.rows());
        labels.extend_from_slice(&p.labels);
        weights.extend_from_slice(&p.weights);
    }
    boost::train(&rows, FEATURES, &labels, &weights, params)
}

/// The second stage, learned from what a first stage that has not seen the sample says of it; samples without one
/// are left out.
fn learn_second<'a>(
    prepared: &[Prepared],
    params: &Params,
    first_for: impl Fn(u64) -> Option<&'a LineModel>,
) -> Trees {
    let (mut rows, mut labels, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for p in prepared {
        let Some(first) = first_for(p.fold) else { continue };
        let Judged { logits, unsure } = first.first_stage(&p.scored);
        rows.extend(second_rows(&p.text, &p.scored, &logits, &unsure));
        labels.extend(unsure.iter().map(|&line| p.labels[line]));
        weights.extend(unsure.iter().map(|&line| p.weights[line]));
    }
    boost::train(&rows, second_count(), &labels, &weights, params)
}

/// A model for each fold that has not seen it, and one that has seen all. A second stage learns from first stages
/// without the sample's fold.
fn learn(prepared: &[Prepared], params: &[Params; 2]) -> (Vec<LineModel>, LineModel) {
    // Every pair of folds left out, a fold with itself being that fold alone.
    let pairs: Vec<(u64, u64)> = (0..FOLDS).flat_map(|a| (a..FOLDS).map(move |b| (a, b))).collect();
    let alone = |first| LineModel::new(first, Trees::none(second_count()));
    let firsts =
        parallel(&pairs, |&(a, b)| alone(learn_first(prepared, &params[0], |fold| fold != a && fold != b)));
    let without = |a: u64, b: u64| {
        let at = pairs.iter().position(|&pair| pair == (a.min(b), a.max(b)));
        at.map(|at| &firsts[at])
    };
    let held: Vec<u64> = (0..FOLDS).collect();
    let models = parallel(&held, |&held| {
        let second = learn_second(prepared, &params[1], |fold| without(held, fold).filter(|_| fold != held));
        without(held, held).map(|model| LineModel::new(model.first.clone(), second))
    });
    let whole = LineModel::new(
        learn_first(prepared, &params[0], |_| true),
        learn_second(prepared, &params[1], |fold| without(fold, fold)),
    );
    (models.into_iter().flatten().collect(), whole)
}

/// What the text cleaner makes of a prepared sample whose lines have these scores.
pub fn predict(prepared: &Prepared, scores: &[f32], headlines: &HeadlineModel) -> String {
    let headline = headline::find(&prepared.text, &prepared.scored, scores, None, headlines);
    let mut body = assemble(&prepared.text, &prepared.scored, scores, headline, None);
    let mut counter = Counter::of_lines(&prepared.text);
    let mut counted = counter.paragraphs(&body);
    rules::apply(&mut body, &mut counted, &mut counter);
    body.text()
}

/// The fold of a publisher: by its name, so that more samples do not move it.
pub fn fold(publisher: &str, folds: u64) -> u64 {
    hash(publisher).rotate_left(17) % folds
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
    pub model: LineModel,
    pub headlines: HeadlineModel,
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

/// Trains on all samples and their variants; scores trees of five folds of publishers on what they have not seen.
pub fn run(path: &Path, params: &[Params; 2], progress: &mut dyn FnMut(&str)) -> Result<Trained, TrainError> {
    let samples = read_samples(path)?;
    let mut prepared: Vec<Prepared> = samples.iter().map(prepare).collect();
    let made: Vec<Sample> = samples
        .iter()
        .zip(&prepared)
        .enumerate()
        .flat_map(|(at, (sample, p))| {
            // A text of another page.
            let other = samples[(at + samples.len() / 2) % samples.len()].title.as_deref();
            variants::of(sample, &p.text, &p.labels, at, other.unwrap_or("Harbour bridge to open in May"))
        })
        .collect();
    prepared.extend(made.iter().map(|sample| {
        let mut variant = prepare(sample);
        variant.weights.iter_mut().for_each(|w| *w *= VARIANT);
        variant
    }));
    let lines: usize = prepared.iter().map(|p| p.labels.len()).sum();
    progress(&format!("{} texts and {} variants, {lines} lines", samples.len(), made.len()));
    let (models, model) = learn(&prepared, params);
    let scores: Vec<Vec<f32>> =
        prepared.iter().map(|p| models[p.fold as usize].probabilities(&p.text, &p.scored)).collect();
    let with_scores = || prepared.iter().zip(&scores);
    let weighed = samples.iter().map(|s| (s, 1.0)).chain(made.iter().map(|s| (s, VARIANT)));
    let titled: Vec<Titled> = weighed
        .zip(with_scores())
        .filter_map(|((s, weight), (p, scores))| Titled::of(s, p, scores, weight))
        .collect();
    let of_headlines = headlines::params();
    let held: Vec<HeadlineModel> =
        (0..FOLDS).map(|held| headlines::learn(&titled, &of_headlines, |fold| fold != held)).collect();
    let mut tally = Tally::default();
    let mut of_short = Tally::default();
    for (sample, (p, scores)) in samples.iter().chain(&made).zip(with_scores()) {
        match sample.scraper.as_str() {
            "short" | "short split" => of_short.count(sample, p, scores, &held[p.fold as usize]),
            "split" | "short strewn" => {}
            _ => tally.count(sample, p, scores, &held[p.fold as usize]),
        }
    }
    let mut bodies: Vec<String> =
        with_scores().map(|(p, scores)| predict(p, scores, &held[p.fold as usize])).collect();
    let of_variants = bodies.split_off(samples.len());
    let mut out = tally.table();
    out.push_str("short texts: ");
    out.push_str(&of_short.table());
    let mut row = |name: &str, (texts, f1, precision, recall): (usize, f64, f64, f64)| {
        out.push_str(&format!(
            "{name:18} {texts:4}  f1 {f1:.4}  precision {precision:.4}  recall {recall:.4}\n"
        ));
    };
    table(&samples, &bodies).iter().for_each(|(name, scores)| row(name, *scores));
    row("merged", merged(&samples, &bodies));
    let variants = table(&made, &of_variants);
    variants.iter().filter(|(name, _)| *name != "all").for_each(|(name, scores)| row(name, *scores));
    out.push_str(&panel::table(&samples, &bodies));
    let predictions = samples.iter().map(|s| s.id.clone()).zip(bodies).collect();
    let headlines = headlines::learn(&titled, &of_headlines, |_| true);
    Ok(Trained { model, headlines, table: out, predictions })
}
