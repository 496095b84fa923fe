//! The learned part: two stages of trees. The first judges each block by itself and where it stands; the
//! second again, knowing what the first made of its neighbours and containers.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::features::{self, Sight};
use super::layout::Prefix;
use crate::read::extract::stages;
use crate::read::scorer::{Early, Scorer};
use crate::read::trees::{Trees, TreesError, probability};

/// Scores above are kept. A page that declares itself news carries more furniture around its story (key
/// points, notices, boxes) than others do. Calibrated on the cross-validated table of `copydesk train extract`
/// at steps of .05: publishers rise up to .65, other articles fall from .35 on.
pub const THRESHOLD_NEWS: f32 = 0.6;
pub const THRESHOLD: f32 = 0.4;

#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub first: Trees,
    pub second: Trees,
    /// Of either stage.
    scorers: [Scorer; 2],
}

/// Logit under which a block is none of the story, whatever stands around it. Calibrated on the cross-validated table
/// of `copydesk train extract`: no figure moves.
const SURE: f32 = -2.2;
/// Most blocks of a page are none of its story, which the first trees of either stage see. Learned and scored under.
pub const EARLY: Option<Early> = Some(Early { after: 120, below: SURE });

/// The shipped model, made by `copydesk train extract`.
pub const FILE: &[u8] = include_bytes!("model.bin");

pub static MODEL: LazyLock<Model> =
    LazyLock::new(|| Model::from_bytes(FILE).expect("a test loads the shipped model"));

impl Model {
    pub fn new(first: Trees, second: Trees) -> Self {
        let scorers = [&first, &second].map(|trees| Scorer::new(trees, EARLY));
        Self { first, second, scorers }
    }

    /// Probability of each block to be part of the story. Rows are made piece by piece, since all at once they
    /// would outweigh the page. The second stage is asked about a third of the blocks, of which the first is not
    /// sure; their rows are made again.
    pub fn judge(&self, sight: &Sight) -> Judgement {
        let blocks = sight.blocks();
        let width = second_count();
        let (mut rows, mut logits) = (Vec::new(), Vec::new());
        let mut first = Vec::with_capacity(blocks);
        for from in (0..blocks).step_by(PIECE) {
            rows.clear();
            sight.add_rows(from..(from + PIECE).min(blocks), width, &mut rows);
            self.scorers[0].logits(&rows, width, &mut logits);
            first.append(&mut logits);
        }
        let around = Surroundings::of(sight, &first);
        let open: Vec<usize> = (0..blocks).filter(|&block| first[block] >= SURE).collect();
        let mut scores: Vec<f32> = first.iter().map(|&logit| probability(logit)).collect();
        for piece in open.chunks(PIECE) {
            rows.clear();
            for &block in piece {
                sight.add_rows(block..block + 1, width, &mut rows);
            }
            around.fill(piece, &mut rows);
            self.scorers[1].logits(&rows, width, &mut logits);
            for (&block, &logit) in piece.iter().zip(&logits) {
                scores[block] = probability(logit);
            }
        }
        Judgement { scores, first }
    }

    /// The columns that moved a row's logit most, e.g. `link_share=0.92 (-1.8)`.
    pub fn reasons(&self, row: &[f32], most: usize) -> String {
        let names = second_names();
        let reason = |(f, by): &(usize, f32)| {
            format!("{}={} ({by:+.1})", names[*f], (row[*f] * 100.0).round() / 100.0)
        };
        self.second.contributions(row).iter().take(most).map(reason).collect::<Vec<_>>().join(", ")
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        stages::to_bytes(&self.first, &self.second)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreesError> {
        let (first, second) = stages::from_bytes(bytes, [features::count(), second_count()])?;
        Ok(Self::new(first, second))
    }
}

pub struct Judgement {
    pub scores: Vec<f32>,
    /// Logits of the first stage.
    pub first: Vec<f32>,
}

/// Blocks whose rows are made at a time.
const PIECE: usize = 32;

const NAMES: [&str; 25] = [
    "first",
    "first_before",
    "first_after",
    "first_before2",
    "first_after2",
    "first_before3",
    "first_after3",
    "mean_near",
    "mean_around",
    "mean_parent",
    "mean_grandparent",
    "mean_third",
    "mean_path",
    "mean_tags",
    "mass_parent",
    "mass_grandparent",
    "mass_before",
    "mass_after",
    "mass_page",
    "mean_page",
    "to_kept_before",
    "to_kept_after",
    "largest_position",
    "largest_mass",
    "chars_from_largest",
];

pub fn second_names() -> Vec<String> {
    let mut names = features::names();
    names.extend(NAMES.iter().map(|n| (*n).to_owned()));
    names
}

pub const fn second_count() -> usize {
    features::count() + NAMES.len()
}

/// The second stage's rows of all blocks.
pub fn second_rows(sight: &Sight, logits: &[f32]) -> Vec<f32> {
    let mut rows = Vec::new();
    sight.add_rows(0..sight.blocks(), second_count(), &mut rows);
    let all: Vec<usize> = (0..sight.blocks()).collect();
    Surroundings::of(sight, logits).fill(&all, &mut rows);
    rows
}

/// What the first stage's logits say of each block's surroundings.
pub struct Surroundings<'a> {
    sight: &'a Sight<'a>,
    logits: &'a [f32],
    p: Vec<f32>,
    mass: Prefix,
    by_path: Vec<f32>,
    by_tags: Vec<f32>,
    before: Vec<f32>,
    after: Vec<f32>,
    largest: (usize, usize),
}

impl<'a> Surroundings<'a> {
    pub fn of(sight: &'a Sight<'a>, logits: &'a [f32]) -> Self {
        let p: Vec<f32> = logits.iter().map(|&l| probability(l)).collect();
        let mass = Prefix::new((0..sight.blocks()).map(|b| p[b] * sight.facts[b].chars));
        let by_path = means(sight, &p, |place| place.path);
        let by_tags = means(sight, &p, |place| place.tag_path);
        let (before, after) = stages::to_kept(&p);
        let largest = stages::largest(&p, |b| sight.facts[b].chars);
        Self { sight, logits, p, mass, by_path, by_tags, before, after, largest }
    }

    /// Fills the last columns of the rows of some blocks.
    pub fn fill(&self, blocks: &[usize], rows: &mut [f32]) {
        for (&b, row) in blocks.iter().zip(rows.chunks_exact_mut(second_count())) {
            row[features::count()..].copy_from_slice(&self.columns(b));
        }
    }

    fn columns(&self, b: usize) -> [f32; NAMES.len()] {
        let Self { sight, p, mass, .. } = self;
        let (logits, before, after) = (self.logits, &self.before, &self.after);
        let (by_path, by_tags) = (&self.by_path, &self.by_tags);
        let (first, end) = self.largest;
        let blocks = sight.blocks();
        let chars = &sight.layout.chars;
        let mean =
            |first: usize, end: usize| ratio(mass.between(first, end), chars.between(first, end.min(blocks)));
        let range = |container: u32| {
            let container = sight.page.containers.get(container as usize);
            container.map_or((0, 0), |c| (c.first_block as usize, c.end_block as usize))
        };
        let largest_mass = ratio(mass.between(first, end), mass.whole());
        let at = |offset: isize| b.checked_add_signed(offset).and_then(|i| p.get(i)).copied().unwrap_or(-1.0);
        let own = sight.layout.place(sight.page.blocks[b].container);
        let level = own.map_or(u32::MAX, |place| place.block_level);
        let parent = sight.layout.outer(sight.page, level);
        let grandparent = sight.layout.outer(sight.page, parent);
        let third = sight.layout.outer(sight.page, grandparent);
        let of = |c: u32| {
            let (first, end) = range(c);
            mean(first, end)
        };
        let mass_of = |c: u32| {
            let (first, end) = range(c);
            ratio(mass.between(first, end), mass.whole())
        };
        [
            logits[b],
            at(-1),
            at(1),
            at(-2),
            at(2),
            at(-3),
            at(3),
            mean(b.saturating_sub(2), b + 3),
            mean(b.saturating_sub(6), b + 7),
            of(parent),
            of(grandparent),
            of(third),
            by_path[b],
            by_tags[b],
            mass_of(parent),
            mass_of(grandparent),
            ratio(mass.between(0, b), mass.whole()),
            ratio(mass.between(b + 1, blocks), mass.whole()),
            mass.whole(),
            ratio(mass.whole(), chars.whole()),
            before[b],
            after[b],
            if end > first {
                ((b as f32 - first as f32 + 0.5) / (end - first) as f32).clamp(-9.0, 10.0)
            } else {
                -10.0
            },
            largest_mass,
            if b < first {
                -chars.between(b, first)
            } else if b >= end {
                chars.between(end, b)
            } else {
                0.0
            },
        ]
    }
}
fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Mean probability of the other blocks under the same signature, by characters; -1 where there is none.
fn means(sight: &Sight, p: &[f32], key: impl Fn(&super::layout::Place) -> u32) -> Vec<f32> {
    let mut sums: FxHashMap<u32, (f32, f32)> = FxHashMap::default();
    let keys: Vec<u32> = (0..p.len()).map(|b| sight.place(b).map_or(u32::MAX, &key)).collect();
    for (b, key) in keys.iter().enumerate() {
        let sum = sums.entry(*key).or_default();
        sum.0 += p[b] * sight.facts[b].chars;
        sum.1 += sight.facts[b].chars;
    }
    keys.iter()
        .enumerate()
        .map(|(b, key)| {
            let (mass, chars) = sums[key];
            let own = sight.facts[b].chars;
            if chars - own > 0.5 { (mass - p[b] * own) / (chars - own) } else { -1.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_loads_and_is_small() {
        let bytes = FILE;
        assert!(bytes.len() < 1 << 20);
        let model = Model::from_bytes(bytes).expect("made for these features");
        assert_eq!(model.to_bytes(), bytes);
        assert_eq!(second_names().len(), second_count());
    }
}
