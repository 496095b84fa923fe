//! A linear model over words and pairs of words: an exact table of fingerprints with one signed byte a
//! class, so that what it never saw weighs nothing.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::tokens::{self, Words};

const MAGIC: &[u8; 8] = b"CDTOPIC1";
/// Of a model file; a shipped one has under a megabyte.
const MAX_ROWS: usize = 4_000_000;
const MAX_LABELS: usize = 1_000;

/// What a model says about itself; the head of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// As it stands in `pipeline.models`.
    pub id: String,
    /// Codes of the classes: `medtop:…`, or a prefix of one's own.
    pub labels: Vec<String>,
    pub trained_on: String,
    pub licence: String,
    pub attribution: String,
    pub rows: usize,
    pub examples: usize,
    /// Language of the training text.
    pub language: String,
    /// Labels with too few examples to be told from their absence.
    #[serde(default)]
    pub weak: Vec<String>,
}

/// The compiled model.
#[derive(Debug)]
pub struct Linear {
    pub card: ModelCard,
    scales: Vec<f32>,
    bias: Vec<f32>,
    rows: FxHashMap<u32, u32>,
    weights: Vec<i8>,
}

/// Why a file is no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("not a topic model; make one with `copydesk train topics`")]
    NotAModel,
    #[error("the topic model is cut short or damaged: {0}; train it again")]
    Damaged(&'static str),
}

impl Linear {
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NotAModel)?;
        let (length, rest) = number(rest)?;
        let card = rest.get(..length).ok_or(ModelError::Damaged("card"))?;
        let card: ModelCard = serde_json::from_slice(card).map_err(|_| ModelError::Damaged("card"))?;
        let classes = card.labels.len();
        if classes == 0 || classes > MAX_LABELS || card.rows > MAX_ROWS {
            return Err(ModelError::Damaged("sizes"));
        }
        let rest = &rest[length..];
        let floats = 2 * classes * 4;
        if rest.len() != floats + card.rows * (4 + classes) {
            return Err(ModelError::Damaged("length"));
        }
        let (head, rest) = rest.split_at(floats);
        let floats: Vec<f32> = head.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        if floats.iter().any(|f| !f.is_finite()) {
            return Err(ModelError::Damaged("scales"));
        }
        let (prints, weights) = rest.split_at(card.rows * 4);
        let rows = prints
            .as_chunks::<4>()
            .0
            .iter()
            .enumerate()
            .map(|(i, b)| (u32::from_le_bytes(*b), i as u32))
            .collect();
        Ok(Self {
            scales: floats[..classes].to_vec(),
            bias: floats[classes..].to_vec(),
            rows,
            weights: weights.iter().map(|b| *b as i8).collect(),
            card,
        })
    }

    /// One logit a class.
    pub fn logits(&self, words: &Words) -> Vec<f32> {
        let classes = self.card.labels.len();
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        each_feature(words, |print| {
            if let Some(row) = self.rows.get(&print) {
                *counts.entry(*row).or_insert(0) += 1;
            }
        });
        let mut hits: Vec<(u32, u32)> = counts.into_iter().collect();
        hits.sort_unstable();
        let norm = norm(words.len());
        let mut sums = vec![0.0f32; classes];
        for (row, count) in hits {
            let value = (1.0 + (count as f32).ln()) / norm;
            let from = row as usize * classes;
            for (sum, weight) in sums.iter_mut().zip(&self.weights[from..from + classes]) {
                *sum += value * f32::from(*weight);
            }
        }
        sums.iter().zip(&self.scales).zip(&self.bias).map(|((s, scale), bias)| s * scale + bias).collect()
    }
}

/// Writes what `Linear::parse` reads. `rows` are sorted by fingerprint.
pub fn write(card: &ModelCard, scales: &[f32], bias: &[f32], rows: &[(u32, Vec<i8>)]) -> Vec<u8> {
    let head = serde_json::to_vec_pretty(card).unwrap_or_default();
    let mut out = MAGIC.to_vec();
    out.extend((head.len() as u32).to_le_bytes());
    out.extend(head);
    out.extend(scales.iter().chain(bias).flat_map(|f| f.to_le_bytes()));
    out.extend(rows.iter().flat_map(|(print, _)| print.to_le_bytes()));
    out.extend(rows.iter().flat_map(|(_, weights)| weights.iter().map(|w| *w as u8)));
    out
}

/// Fingerprints of all words and pairs of neighbours.
pub fn each_feature(words: &Words, mut f: impl FnMut(u32)) {
    let mut before = None;
    for word in words.all() {
        f(fingerprint(word.hash));
        if let Some(before) = before {
            f(fingerprint(tokens::join(before, word.hash)));
        }
        before = Some(word.hash);
    }
}

/// Length of the feature vector as training and use agree on it.
pub fn norm(words: usize) -> f32 {
    (2.0 * words.max(1) as f32).sqrt()
}

fn fingerprint(hash: u64) -> u32 {
    ((hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32
}

fn number(bytes: &[u8]) -> Result<(usize, &[u8]), ModelError> {
    let (head, rest) = bytes.split_first_chunk::<4>().ok_or(ModelError::Damaged("card length"))?;
    Ok((u32::from_le_bytes(*head) as usize, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(rows: usize) -> ModelCard {
        ModelCard {
            id: "t".into(),
            labels: vec!["x:a".into(), "x:b".into()],
            trained_on: "two sentences".into(),
            licence: "none".into(),
            attribution: String::new(),
            rows,
            examples: 2,
            language: "en".into(),
            weak: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut prints = Vec::new();
        each_feature(&Words::of("goal bank"), |p| prints.push(p));
        let mut rows = vec![(prints[0], vec![100, -100]), (prints[1], vec![-100, 100])];
        rows.sort();
        let bytes = write(&card(2), &[0.01, 0.01], &[0.0, 0.0], &rows);
        let model = Linear::parse(&bytes).unwrap();
        let logits = model.logits(&Words::of("goal"));
        assert!(logits[0] > 0.5 && logits[1] < -0.5, "{logits:?}");
        assert_eq!(model.logits(&Words::of("unseen")), [0.0, 0.0]);
        for cut in 0..bytes.len() {
            assert!(Linear::parse(&bytes[..cut]).is_err(), "{cut}");
        }
        let mut huge = card(usize::MAX / 2);
        huge.rows = usize::MAX / 2;
        assert_eq!(
            Linear::parse(&write(&huge, &[1.0, 1.0], &[0.0, 0.0], &[])).unwrap_err(),
            ModelError::Damaged("sizes")
        );
    }
}
