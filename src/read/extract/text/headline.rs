//! Which line is the headline, once it is known which are the story: trees over what stands around each line above
//! the story and a little into it. A line that says who, when or whose picture is none.

use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::THRESHOLD;
use super::features::FEATURES;
use super::fields;
use super::page::Scored;
use crate::model::body::FoundField;
use crate::model::knowledge::line_hash;
use crate::model::script::{is_unspaced, is_word};
use crate::read::clean::lexicon::{Kind, word_hash};
use crate::read::scorer::Scorer;
use crate::read::text::TextPage;
use crate::read::trees::{Trees, TreesError, probability};

#[derive(Debug, Clone, PartialEq)]
pub struct HeadlineModel {
    pub trees: Trees,
    scorer: Scorer,
}

impl HeadlineModel {
    pub fn new(trees: Trees) -> Self {
        let scorer = Scorer::new(&trees, None);
        Self { trees, scorer }
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreesError> {
        Ok(Self::new(Trees::from_bytes(bytes, count())?))
    }

    /// The likeliest of the lines, and its probability.
    pub fn likeliest(&self, candidates: &Candidates) -> Option<(usize, f32)> {
        let mut logits = Vec::new();
        self.scorer.logits(&candidates.rows, count(), &mut logits);
        let (at, logit) = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        Some((candidates.lines[at], probability(*logit)))
    }
}

/// The headline model that ships, made by `copydesk train text`.
pub const FILE: &[u8] = include_bytes!("headline.model");

static MODEL: LazyLock<Result<HeadlineModel, TreesError>> = LazyLock::new(|| HeadlineModel::from_bytes(FILE));

/// The headline model that ships; fails only where it was not trained for these features.
pub fn shipped() -> Result<&'static HeadlineModel, &'static TreesError> {
    MODEL.as_ref()
}

/// A line is a headline from this probability on. Calibrated by `copydesk train text` over five folds of publishers.
pub const BELIEVED: f32 = 0.4;

/// Lines above the story that are looked at, and lines into it.
const ABOVE: usize = 60;
const INTO: usize = 3;
const WORDS: RangeInclusive<f32> = 2.0..=40.0;

/// The line that the sender or the text itself says is the headline, else the likeliest.
pub fn find(
    text: &TextPage,
    page: &Scored,
    scores: &[f32],
    title: Option<&str>,
    model: &HeadlineModel,
) -> Option<usize> {
    let candidates = Candidates::of(text, page, scores);
    let told = title.map(line_hash);
    if let Some(line) = candidates.reach.clone().find(|&i| told == Some(text.stats[i].hash)) {
        return Some(line);
    }
    if let Some(line) = text.title.filter(|line| candidates.lines.contains(line)) {
        return Some(line);
    }
    let (line, probability) = model.likeliest(&candidates)?;
    (probability >= BELIEVED).then_some(line)
}

/// The lines that may be the headline, and a row of features for each.
pub struct Candidates {
    pub lines: Vec<usize>,
    pub rows: Vec<f32>,
    reach: Range<usize>,
}

impl Candidates {
    pub fn of(text: &TextPage, page: &Scored, scores: &[f32]) -> Self {
        let around = Around::of(text, page, scores);
        let reach = around.from..(around.first + INTO).min(text.lines.len());
        let lines: Vec<usize> = reach.clone().filter(|&i| around.may_be(i)).collect();
        let mut rows = Vec::with_capacity(lines.len() * count());
        lines.iter().for_each(|&i| around.row(text, page, scores, i, &mut rows));
        Self { lines, rows, reach }
    }
}

pub const fn count() -> usize {
    FEATURES + NAMES.len()
}

/// Behind those of the line model.
const NAMES: [&str; 22] = [
    "score",
    "lines_to_story",
    "blocks_to_story",
    "words_to_story",
    "shared_beginnings",
    "shared_beginnings_head",
    "byline_after",
    "date_after",
    "credit_after",
    "field_before",
    "repeated_above",
    "begins_earlier",
    "begins_later",
    "longest_near",
    "words_of_longest_near",
    "all_capitals",
    "inner_colon",
    "begins_quoted",
    "from_top",
    "candidates_between",
    "next_is_candidate",
    "score_after",
];

/// Letters of a word's beginning by which words are told, whatever their ending.
const BEGINNING: usize = 5;

struct Around {
    /// First line of the story's first paragraph.
    first: usize,
    /// Beginnings of the words of its first paragraphs; of the very first.
    story: FxHashSet<u32>,
    head: FxHashSet<u32>,
    /// First line in reach.
    from: usize,
    /// Of each line in reach and of some after it: the field that it is, and whether it may be the headline.
    fields: Vec<Option<FoundField>>,
    may_be: Vec<bool>,
}

impl Around {
    fn of(text: &TextPage, page: &Scored, scores: &[f32]) -> Self {
        /// Words of the story that are looked at.
        const ENOUGH: f32 = 300.0;
        let first = fields::first_paragraph(text, page, |i| scores[i] >= THRESHOLD)
            .or_else(|| page.blocks.get(page.core.0).filter(|_| page.core.1 > page.core.0).map(|b| b.first))
            .unwrap_or(text.lines.len());
        let mut story = FxHashSet::default();
        let mut head = FxHashSet::default();
        let mut words = 0.0;
        for i in (first..text.lines.len()).filter(|&i| scores[i] >= THRESHOLD) {
            if words >= ENOUGH {
                break;
            }
            let of_line = beginnings(&text.lines[i].text);
            if words == 0.0 {
                head.extend(&of_line);
            }
            story.extend(of_line);
            words += text.stats[i].words;
        }
        let from = first.saturating_sub(ABOVE);
        let to = (first + INTO + 5).min(text.lines.len());
        let fields: Vec<_> = (from..to).map(|i| fields::field(&text.lines[i].text, &text.stats[i])).collect();
        let may_be = (from..to)
            .zip(&fields)
            .map(|(i, field)| {
                let (line, s) = (&text.lines[i].text, &text.stats[i]);
                let told = s.hits.count(Kind::Credit) > 0 || s.credit_tail && line.contains(". ");
                field.is_none() && !told && WORDS.contains(&s.words) && s.hits.exact == 0 && !s.ends_colon
            })
            .collect();
        Self { first, story, head, from, fields, may_be }
    }

    fn may_be(&self, i: usize) -> bool {
        i >= self.from && self.may_be.get(i - self.from) == Some(&true)
    }

    fn row(&self, text: &TextPage, page: &Scored, scores: &[f32], i: usize, rows: &mut Vec<f32>) {
        let flag = |is: bool| f32::from(u8::from(is));
        rows.extend_from_slice(page.row(i));
        let (line, s) = (&text.lines[i], &text.stats[i]);
        let words = beginnings(&line.text);
        let share = |of: &FxHashSet<u32>| {
            let known = words.iter().filter(|word| of.contains(word)).count();
            known as f32 / words.len().max(1) as f32
        };
        let blocks = text.lines.get(self.first).map_or(0.0, |l| l.block as f32 - line.block as f32);
        let between: f32 = text.stats[(i + 1).min(self.first)..self.first].iter().map(|s| s.words).sum();
        let lines = self.first as f32 - i as f32;
        // Lines until a field of the kind; 9 where none is near.
        let after = |field: FoundField| {
            let here = i + 1 - self.from;
            let near = self.fields.iter().skip(here).take(5).position(|f| *f == Some(field));
            near.map_or(9.0, |steps| steps as f32)
        };
        let before = (1..=2).any(|back| i >= self.from + back && self.fields[i - back - self.from].is_some());
        let starts = |other: &str| other.len() > line.text.len() && other.starts_with(line.text.as_str());
        let earlier = text.lines[..i.min(8)].iter().any(|l| starts(&l.text));
        let later = text.lines[i + 1..(i + 12).min(text.lines.len())].iter().any(|l| starts(&l.text));
        let near = i.saturating_sub(4).max(self.from)..(i + 5).min(self.first.max(i + 1));
        let longest =
            near.filter(|&j| j != i && self.may_be(j)).map(|j| text.stats[j].words).fold(0.0, f32::max);
        let candidates = (i + 1..self.first).filter(|&j| self.may_be(j)).count();
        let above = text.stats[i.saturating_sub(60)..i].iter().any(|other| other.hash == s.hash);
        rows.extend([
            scores[i],
            lines.clamp(-8.0, 60.0),
            blocks.clamp(-8.0, 60.0),
            between.min(200.0),
            share(&self.story),
            share(&self.head),
            after(FoundField::Byline),
            after(FoundField::Date),
            after(FoundField::Credit),
            flag(before),
            flag(above),
            flag(earlier),
            flag(later),
            flag(s.words >= longest),
            s.words - longest,
            flag(s.upper > 6 && s.upper * 10 > s.letters * 9),
            flag(line.text.contains(": ") || line.text.contains('：')),
            flag(line.text.starts_with(['"', '“', '„', '«', '»', '‘', '「', '\''])),
            (i as f32).min(300.0),
            candidates as f32,
            flag(i + 1 < self.first && self.may_be(i + 1)),
            scores.get(i + 1).copied().unwrap_or(0.0),
        ]);
    }
}

/// Hashes of the beginnings of a line's words; of two characters at a time in scripts without spaces.
fn beginnings(line: &str) -> Vec<u32> {
    let lower = line.to_lowercase();
    let mut out = Vec::new();
    for word in lower.split(|c: char| !is_word(c)).filter(|w| !w.is_empty()) {
        if word.chars().any(is_unspaced) {
            let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
            out.extend(starts.windows(3).map(|w| word_hash(&word[w[0]..w[2]])));
        } else if word.chars().nth(2).is_some() {
            let end = word.char_indices().nth(BEGINNING).map_or(word.len(), |(at, _)| at);
            out.push(word_hash(&word[..end]));
        }
    }
    out
}
