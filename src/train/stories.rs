//! Learns when a headline joins a story from the first half of gold headlines in order of time, and says
//! how good that is on the second half.
//!
//! Each headline is compared with the stories before it, all of them grouped as the gold groups them. The
//! weights are those of a logistic regression (Newton's method) pulled towards nothing; the probability
//! from which a headline joins is the best of a few over folds of languages.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::assess::story::join::{COUNT, Features, NAMES, Weights};
use crate::assess::story::{Stories, own_story};
use crate::store::{Id, StoryEntry};

/// Pull of each weight, of features of variance one, towards nothing.
const PULL: f64 = 30.0;
const STEPS: usize = 30;
/// Languages that are held out together.
const FOLDS: [&[&str]; 3] = [&["eng"], &["spa", "fra", "ara"], &["por", "deu", "rus", "slv", "zho"]];
const JOINS: [f32; 6] = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5];

#[derive(Debug, thiserror::Error)]
pub enum StoriesError {
    #[error("{path}: {error}")]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{path}, line {line}: expected `cluster`, `language`, `time` and `title`")]
    Line { path: PathBuf, line: usize },
}

/// A headline whose story is known. Gold stories count by language: nothing joins across languages.
#[derive(Debug, Clone)]
pub struct Headline {
    pub story: String,
    pub language: String,
    pub title: String,
    /// Seconds since 1970.
    pub at: i64,
}

#[derive(Debug)]
pub struct Trained {
    pub weights: Weights,
    pub report: String,
}

/// Reads gold headlines, JSON lines in gzip, and puts them in order of time.
pub fn headlines(path: &Path) -> Result<Vec<Headline>, StoriesError> {
    let unreadable = |error| StoriesError::Read { path: path.to_owned(), error };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).map_err(unreadable)?;
    let read = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).ok()?;
        let word = |name: &str| row[name].as_str().map(str::to_owned);
        let time = format!("{}Z", word("time")?.replace(' ', "T"));
        let language = word("language")?;
        Some(Headline {
            story: format!("{}/{language}", word("cluster")?),
            language,
            title: word("title")?,
            at: time.parse::<jiff::Timestamp>().ok()?.as_second(),
        })
    };
    let numbered = text.lines().enumerate();
    let mut headlines = numbered
        .map(|(at, line)| read(line).ok_or(StoriesError::Line { path: path.to_owned(), line: at + 1 }))
        .collect::<Result<Vec<_>, _>>()?;
    headlines.sort_by_key(|headline| headline.at);
    Ok(headlines)
}

/// Learns from the first half alone.
pub fn train(headlines: &[Headline]) -> Trained {
    let first = &headlines[..headlines.len() / 2];
    let samples = samples(first);
    let mut report = String::new();
    let mut scores = [0.0; JOINS.len()];
    for languages in FOLDS {
        let (held, rest): (Vec<&Sample>, Vec<&Sample>) =
            samples.iter().partition(|sample| languages.contains(&sample.language.as_str()));
        if held.is_empty() || rest.is_empty() {
            continue;
        }
        let learned = fit(&rest);
        let part: Vec<Headline> =
            first.iter().filter(|h| languages.contains(&h.language.as_str())).cloned().collect();
        for (score, joins) in scores.iter_mut().zip(JOINS) {
            let placed = placed(&Weights { joins, ..learned }, &part);
            *score += b_cubed(&placed).2 * part.len() as f64 / first.len() as f64;
        }
    }
    for (score, joins) in scores.iter().zip(JOINS) {
        let _ = writeln!(report, "held-out languages, joins from {joins:.2}: B³ F1 {score:.3}");
    }
    let best = scores.iter().zip(JOINS).max_by(|a, b| a.0.total_cmp(b.0)).map_or(0.4, |(_, joins)| joins);
    let weights = Weights { joins: best, ..fit(&samples.iter().collect::<Vec<_>>()) };
    let placed = placed(&weights, headlines);
    for (which, part) in [("first", &placed[..first.len()]), ("second", &placed[first.len()..])] {
        let (precision, recall, f1) = b_cubed(part);
        let _ = writeln!(report, "{which} half: B³ precision {precision:.3} recall {recall:.3} F1 {f1:.3}");
    }
    for (name, weight) in NAMES.iter().zip(weights.each) {
        let _ = writeln!(report, "{weight:8.3}  {name}");
    }
    let _ = writeln!(report, "{:8.3}  bias", weights.bias);
    let _ = writeln!(report, "{:8.3}  joins", weights.joins);
    Trained { weights, report }
}

/// The stories that headlines, in order of time, are placed in, beside their own.
pub fn placed(weights: &Weights, headlines: &[Headline]) -> Vec<(String, Id)> {
    let mut stories = Stories::default();
    let place = |(n, h): (usize, &Headline)| {
        let article = Id((n as u128).to_le_bytes());
        let likely = stories.likely(weights, &h.language, &h.title, h.at);
        let story = likely.unwrap_or_else(|| own_story(article));
        stories.insert(&entry(h, article, story));
        (h.story.clone(), story)
    };
    headlines.iter().enumerate().map(place).collect()
}

/// B³ precision, recall and F1 (Bagga and Baldwin 1998) of gold stories and found ones.
pub fn b_cubed(pairs: &[(String, Id)]) -> (f64, f64, f64) {
    let mut gold: HashMap<&str, f64> = HashMap::new();
    let mut found: HashMap<Id, f64> = HashMap::new();
    let mut both: HashMap<(&str, Id), f64> = HashMap::new();
    for (story, group) in pairs {
        *gold.entry(story).or_default() += 1.0;
        *found.entry(*group).or_default() += 1.0;
        *both.entry((story, *group)).or_default() += 1.0;
    }
    let n = pairs.len() as f64;
    let precision = pairs.iter().map(|(s, g)| both[&(s.as_str(), *g)] / found[g]).sum::<f64>() / n;
    let recall = pairs.iter().map(|(s, g)| both[&(s.as_str(), *g)] / gold[s.as_str()]).sum::<f64>() / n;
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

/// A headline beside a story that was there before it.
struct Sample {
    language: String,
    x: Features,
    joins: bool,
}

/// Every headline beside the stories before it, these grouped as the gold groups them.
fn samples(headlines: &[Headline]) -> Vec<Sample> {
    let mut stories = Stories::default();
    let mut gold: HashMap<&str, Id> = HashMap::new();
    let mut samples = Vec::new();
    for (n, h) in headlines.iter().enumerate() {
        let article = Id((n as u128).to_le_bytes());
        let own = gold.get(h.story.as_str()).copied();
        let compared = stories.compare(&h.language, &h.title, h.at);
        let within = own.filter(|own| stories.takes(*own, h.at));
        samples.extend(compared.into_iter().map(|(story, x)| Sample {
            language: h.language.clone(),
            x,
            joins: own == Some(story),
        }));
        let story = within.unwrap_or_else(|| own_story(article));
        gold.insert(&h.story, story);
        stories.insert(&entry(h, article, story));
    }
    samples
}

fn entry(h: &Headline, article: Id, story: Id) -> StoryEntry {
    StoryEntry { story, article, at: h.at, language: h.language.clone(), title: h.title.clone() }
}

/// Logistic regression; `joins` is left for the caller to set.
fn fit(samples: &[&Sample]) -> Weights {
    const SIZE: usize = COUNT + 1;
    let n = samples.len() as f64;
    let mean: [f64; COUNT] =
        std::array::from_fn(|at| samples.iter().map(|s| f64::from(s.x[at])).sum::<f64>() / n);
    let spread: [f64; COUNT] = std::array::from_fn(|at| {
        let squares = samples.iter().map(|s| (f64::from(s.x[at]) - mean[at]).powi(2)).sum::<f64>();
        (squares / n).sqrt().max(1e-9)
    });
    let row = |s: &Sample| -> [f64; SIZE] {
        std::array::from_fn(|at| if at == COUNT { 1.0 } else { (f64::from(s.x[at]) - mean[at]) / spread[at] })
    };
    let mut weights = [0.0; SIZE];
    for _ in 0..STEPS {
        let mut slope = [0.0; SIZE];
        let mut curve = [[0.0; SIZE]; SIZE];
        for at in 0..COUNT {
            slope[at] = -PULL * weights[at];
            curve[at][at] = PULL;
        }
        for sample in samples {
            let x = row(sample);
            let sum: f64 = x.iter().zip(weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let miss = f64::from(u8::from(sample.joins)) - p;
            for i in 0..SIZE {
                slope[i] += miss * x[i];
                for j in 0..SIZE {
                    curve[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        let step = solved(curve, slope);
        weights.iter_mut().zip(step).for_each(|(w, s)| *w += s);
        if step.iter().all(|s| s.abs() < 1e-7) {
            break;
        }
    }
    let each: [f64; COUNT] = std::array::from_fn(|at| weights[at] / spread[at]);
    let bias = weights[COUNT] - each.iter().zip(mean).map(|(w, m)| w * m).sum::<f64>();
    Weights { bias: bias as f32, each: each.map(|w| w as f32), joins: 0.5 }
}

/// Solves a system of equations whose matrix is positive definite, by elimination.
fn solved<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for at in 0..N {
        let (pivot, known) = (matrix[at], right[at]);
        for (row, right) in matrix.iter_mut().zip(&mut right).skip(at + 1) {
            let factor = row[at] / pivot[at];
            row.iter_mut().zip(pivot).for_each(|(cell, above)| *cell -= factor * above);
            *right -= factor * known;
        }
    }
    for at in (0..N).rev() {
        let known: f64 = (at + 1..N).map(|column| matrix[at][column] * right[column]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_cubed_agrees_with_a_sum_by_hand() {
        let id = |n| Id([n; 16]);
        let pairs = [("a", 1), ("a", 1), ("a", 2), ("b", 2)].map(|(s, g)| (s.to_owned(), id(g)));
        let (precision, recall, _) = b_cubed(&pairs);
        assert!((precision - 0.75).abs() < 1e-9 && (recall - 2.0 / 3.0).abs() < 1e-9, "{precision} {recall}");
    }

    #[test]
    fn a_system_is_solved() {
        let found = solved([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]], [6.0, 10.0, 8.0]);
        for (found, right) in found.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - right).abs() < 1e-9, "{found} for {right}");
        }
    }

    #[test]
    fn what_tells_gets_the_weight() {
        let sample = |n: usize| {
            let mut x = [0.0; COUNT];
            x[0] = (n % 10) as f32 / 10.0;
            x[1] = (n % 7) as f32 / 7.0;
            Sample { language: "eng".into(), x, joins: n % 10 >= 5 }
        };
        let samples: Vec<Sample> = (0..700).map(sample).collect();
        let weights = fit(&samples.iter().collect::<Vec<_>>());
        assert!(weights.each[0] > 3.0 && weights.each[1].abs() < 0.3, "{weights:?}");
    }
}
