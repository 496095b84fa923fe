//! The learned part: two stages of trees. The first judges each line by itself and where it stands; the second
//! again, knowing what the first made of its neighbours.

use rustc_hash::FxHashMap;

use super::features::{FEATURES, NAMES};
use super::page::Scored;
use crate::read::extract::stages;
use crate::read::scorer::Scorer;
use crate::read::text::TextPage;
use crate::read::trees::{Trees, TreesError, probability};

#[derive(Debug, Clone, PartialEq)]
pub struct LineModel {
    pub first: Trees,
    pub second: Trees,
    /// Of the first trees of the first stage, of its others, of the second stage.
    scorers: [Scorer; 3],
}

/// Trees that every line is shown to. Most lines of a page are menu or plain prose, which these tell alone.
const FIRST: usize = 30;
/// Logits of the first trees beyond which nothing else is asked. Calibrated so that held-out body F1 stays the same
/// to the third place.
const SURE: (f32, f32) = (-1.2, 1.4);

impl LineModel {
    pub fn new(first: Trees, second: Trees) -> Self {
        let (mut head, mut rest) = (first.clone(), first.clone());
        let at = FIRST.min(first.roots.len());
        head.roots.truncate(at);
        rest.roots.drain(..at);
        rest.base = 0.0;
        let scorers = [&head, &rest, &second].map(|trees| Scorer::new(trees, None));
        Self { first, second, scorers }
    }

    /// The model's probability of each line to be of the story.
    pub fn probabilities(&self, text: &TextPage, page: &Scored) -> Vec<f32> {
        let Judged { mut logits, unsure } = self.first_stage(page);
        let rows = second_rows(text, page, &logits, &unsure);
        let mut second = Vec::new();
        self.scorers[2].logits(&rows, second_count(), &mut second);
        for (line, logit) in unsure.into_iter().zip(second) {
            logits[line] = logit;
        }
        logits.into_iter().map(probability).collect()
    }

    pub fn first_stage(&self, page: &Scored) -> Judged {
        let mut logits = Vec::new();
        self.scorers[0].logits(page.rows(), FEATURES, &mut logits);
        let unsure: Vec<usize> =
            (0..logits.len()).filter(|&line| (SURE.0..=SURE.1).contains(&logits[line])).collect();
        let rows: Vec<f32> = unsure.iter().flat_map(|&line| page.row(line)).copied().collect();
        let mut more = Vec::new();
        self.scorers[1].logits(&rows, FEATURES, &mut more);
        for (&line, more) in unsure.iter().zip(more) {
            logits[line] += more;
        }
        Judged { logits, unsure }
    }

    /// The columns that moved each line's logit most in the stage that had the last word on it, e.g.
    /// `donation=2.00 (-1.8)`.
    pub fn reasons(&self, text: &TextPage, page: &Scored) -> Vec<String> {
        const MOST: usize = 3;
        let Judged { logits, unsure } = self.first_stage(page);
        let told = |trees: &Trees, row: &[f32]| {
            let strongest = trees.contributions(row).into_iter().take(MOST);
            let named = strongest.map(|(f, push)| format!("{}={:.2} ({push:+.2})", column(f), row[f]));
            named.collect::<Vec<_>>().join(", ")
        };
        let mut reasons: Vec<String> =
            (0..logits.len()).map(|line| told(&self.first, page.row(line))).collect();
        let rows = second_rows(text, page, &logits, &unsure);
        for (line, row) in unsure.into_iter().zip(rows.chunks_exact(second_count())) {
            reasons[line] = told(&self.second, row);
        }
        reasons
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        stages::to_bytes(&self.first, &self.second)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreesError> {
        let (first, second) = stages::from_bytes(bytes, [FEATURES, second_count()])?;
        Ok(Self::new(first, second))
    }
}

/// What the first stage makes of a page.
pub struct Judged {
    pub logits: Vec<f32>,
    /// Lines that the second stage has the last word on.
    pub unsure: Vec<usize>,
}

const AROUND: [&str; 23] = [
    "first",
    "first_before",
    "first_after",
    "first_before2",
    "first_after2",
    "first_before3",
    "first_after3",
    "mean_near",
    "mean_around",
    "mean_wide",
    "mean_block",
    "mean_block_before",
    "mean_block_after",
    "mean_shape",
    "mass_before",
    "mass_after",
    "mass_page",
    "mean_page",
    "to_kept_before",
    "to_kept_after",
    "largest_position",
    "largest_mass",
    "words_from_largest",
];

pub const fn second_count() -> usize {
    FEATURES + AROUND.len()
}

fn column(at: usize) -> &'static str {
    if at < FEATURES { NAMES[at] } else { AROUND[at - FEATURES] }
}

/// The second stage's rows of some lines.
pub fn second_rows(text: &TextPage, page: &Scored, logits: &[f32], lines: &[usize]) -> Vec<f32> {
    let mut rows = Vec::with_capacity(lines.len() * second_count());
    if lines.is_empty() {
        return rows;
    }
    let around = Surroundings::of(text, page, logits);
    for &line in lines {
        rows.extend_from_slice(page.row(line));
        rows.extend(around.columns(line));
    }
    rows
}

/// Most that one line's words weigh in a mean.
const MOST_WORDS: f32 = 80.0;

/// What the first stage's logits say of each line's surroundings.
struct Surroundings<'a> {
    text: &'a TextPage,
    page: &'a Scored,
    logits: &'a [f32],
    p: Vec<f32>,
    words: Vec<f32>,
    /// Up to and without each line: words, and words times probability.
    sums: Vec<[f32; 2]>,
    shapes: FxHashMap<u32, [f32; 2]>,
    before: Vec<f32>,
    after: Vec<f32>,
    largest: (usize, usize),
}

impl<'a> Surroundings<'a> {
    fn of(text: &'a TextPage, page: &'a Scored, logits: &'a [f32]) -> Self {
        let p: Vec<f32> = logits.iter().map(|&logit| probability(logit)).collect();
        let words: Vec<f32> = text.stats.iter().map(|s| s.words.clamp(1.0, MOST_WORDS)).collect();
        let mut sums = Vec::with_capacity(p.len() + 1);
        let mut shapes: FxHashMap<u32, [f32; 2]> = FxHashMap::default();
        let mut sum = [0.0; 2];
        for line in 0..p.len() {
            sums.push(sum);
            let own = [words[line], words[line] * p[line]];
            let shape = shapes.entry(shape(text, line)).or_default();
            for which in 0..2 {
                sum[which] += own[which];
                shape[which] += own[which];
            }
        }
        sums.push(sum);
        let (before, after) = stages::to_kept(&p);
        let largest = stages::largest(&p, |line| words[line]);
        Self { text, page, logits, p, words, sums, shapes, before, after, largest }
    }

    fn columns(&self, line: usize) -> [f32; AROUND.len()] {
        let at = |offset: isize| {
            line.checked_add_signed(offset).and_then(|i| self.p.get(i)).copied().unwrap_or(-1.0)
        };
        let lines = self.p.len();
        let own = [self.words[line], self.words[line] * self.p[line]];
        let others = |all: [f32; 2]| {
            let words = all[0] - own[0];
            if words > 0.5 { (all[1] - own[1]) / words } else { -1.0 }
        };
        let near = |reach: usize| others(self.between(line.saturating_sub(reach), line + reach + 1));
        let number = self.text.lines[line].block as usize;
        let block = |number: Option<usize>| {
            number.and_then(|n| self.page.blocks.get(n)).map(|b| self.between(b.first, b.end))
        };
        let mean =
            |all: Option<[f32; 2]>| all.map_or(-1.0, |all| if all[0] > 0.0 { all[1] / all[0] } else { -1.0 });
        let whole = self.sums[lines];
        let mass = |from: usize, to: usize| {
            if whole[1] > 0.0 { self.between(from, to)[1] / whole[1] } else { 0.0 }
        };
        let (first, end) = self.largest;
        let span = end.saturating_sub(first) as f32;
        [
            self.logits[line],
            at(-1),
            at(1),
            at(-2),
            at(2),
            at(-3),
            at(3),
            near(2),
            near(5),
            near(12),
            block(Some(number)).map_or(-1.0, others),
            mean(block(number.checked_sub(1))),
            mean(block(Some(number + 1))),
            self.shapes.get(&shape(self.text, line)).map_or(-1.0, |all| others(*all)),
            mass(0, line),
            mass(line + 1, lines),
            whole[1].ln_1p(),
            whole[1] / whole[0].max(1.0),
            self.before[line],
            self.after[line],
            if span > 0.0 { ((line as f32 - first as f32 + 0.5) / span).clamp(-9.0, 10.0) } else { -10.0 },
            mass(first, end),
            if line < first {
                -self.between(line, first)[0].ln_1p()
            } else if line >= end {
                self.between(end, line)[0].ln_1p()
            } else {
                0.0
            },
        ]
    }

    fn between(&self, from: usize, to: usize) -> [f32; 2] {
        let (from, to) = (self.sums[from.min(self.p.len())], self.sums[to.min(self.p.len())]);
        [to[0] - from[0], to[1] - from[1]]
    }
}

/// Lines of one list look alike: bullets, indent, length, how they end.
fn shape(text: &TextPage, line: usize) -> u32 {
    let (l, s) = (&text.lines[line], &text.stats[line]);
    let length = match s.words as u32 {
        0..=3 => 0,
        4..=7 => 1,
        8..=15 => 2,
        16..=30 => 3,
        _ => 4,
    };
    let flags = [l.bullet, s.ends_sentence, s.starts_small, s.address, l.blank_before > 0];
    let flags = flags.iter().fold(0, |all, flag| all * 2 + u32::from(*flag));
    (u32::from(l.indent.min(31)) * 8 + length) * 32 + flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_loads_and_is_small() {
        let bytes = super::super::FILE;
        assert!(bytes.len() <= 500 << 10);
        let model = LineModel::from_bytes(bytes).expect("made for these features");
        assert_eq!(model.to_bytes(), bytes);
    }
}
