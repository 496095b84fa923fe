//! What the sentences of prose say: what is compared beside the shingles.

use super::{FORM, MARKS, SENTENCES, bottom, short};
use crate::assess::tokens::{Role, Sentence, mix};
use crate::store::Fingerprint;

/// Sentences at the head of the text that are remembered in order.
const LEAD: usize = 4;
/// Words of the first sentence that are remembered, and sentences with numbers.
const OPENING: usize = 64;
const FIGURES: usize = 24;
/// Shorter sentences tell nothing of how a text begins.
const OPENING_WORDS: usize = 5;

/// Collects what the sentences of prose say.
#[derive(Default)]
pub(super) struct Prose {
    sentences: Vec<u64>,
    lead: Vec<u32>,
    opening: Vec<u32>,
    figures: Vec<(u32, u32)>,
    numbers: Vec<u32>,
    names: Vec<u32>,
    /// Hash of the first sentence of some length.
    pub(super) first: Option<u64>,
    /// Whether the paragraph has said something, and what stands in it that only then does.
    said: bool,
    waiting: Vec<Sentence>,
}

impl Prose {
    /// A paragraph begins.
    pub(super) fn paragraph(&mut self) {
        self.said = false;
        self.waiting.clear();
    }

    pub(super) fn sentence(&mut self, sentence: Sentence) {
        match sentence.role() {
            Role::Prose => {
                self.said = true;
                for earlier in std::mem::take(&mut self.waiting) {
                    self.add(&earlier);
                }
                self.add(&sentence);
            }
            Role::Amid if self.said => self.add(&sentence),
            Role::Amid => self.waiting.push(sentence),
            Role::Furniture => {}
        }
    }

    /// Of a list or a live report.
    pub(super) fn line(&mut self, line: &Sentence, shortest: usize) {
        if line.words.len() >= shortest && line.says_something() {
            self.add(line);
        }
    }

    fn add(&mut self, sentence: &Sentence) {
        let hash = sentence.words.iter().fold(0x51, |h, w| mix(h ^ w.exact));
        self.sentences.push(hash);
        if self.first.is_none() && sentence.words.len() >= 8 {
            self.first = Some(hash);
        }
        if self.lead.is_empty() && sentence.words.len() >= OPENING_WORDS {
            self.opening = opening(sentence);
        }
        if self.lead.len() < LEAD && sentence.words.len() >= OPENING_WORDS {
            self.lead.push(short(hash));
        }
        self.figures.extend(figures(sentence));
        self.numbers.extend(sentence.numbers().map(|hash| hash >> 8));
        self.names.extend(sentence.names().map(|hash| hash >> 8));
    }

    pub(super) fn finish(mut self) -> Fingerprint {
        self.sentences.sort_unstable();
        self.sentences.dedup();
        let prose_sum = self.sentences.iter().fold(0u64, |sum, h| sum.wrapping_add(*h));
        self.figures.sort_unstable();
        self.figures.dedup();
        self.figures.truncate(FIGURES);
        Fingerprint {
            prose_sum,
            prose: self.sentences.len() as u32,
            sentences: bottom(self.sentences.iter().map(|h| short(*h)).collect(), SENTENCES),
            lead: self.lead,
            numbers: bottom(self.numbers, MARKS),
            names: bottom(self.names, MARKS),
            opening: words(self.opening),
            figures: self.figures,
            form: FORM,
            ..Fingerprint::default()
        }
    }
}

/// The words of a sentence, for telling which of them another has too: in scripts without spaces pairs
/// of characters, which the lowest bit says.
pub(super) fn opening(sentence: &Sentence) -> Vec<u32> {
    let pairs = sentence.words.windows(2).filter(|pair| pair[0].wide && pair[1].wide);
    let pairs = pairs.map(|pair| short(mix(pair[0].hash ^ pair[1].hash.rotate_left(7))) | 1);
    let words = sentence.words.iter().filter(|w| !w.wide).map(|w| short(w.hash) & !1);
    words.chain(pairs).collect()
}

/// As many of them as are compared.
pub(super) fn words(opening: Vec<u32>) -> Vec<u32> {
    bottom(opening, OPENING)
}

/// A sentence of prose without its numbers, and they.
fn figures(sentence: &Sentence) -> Option<(u32, u32)> {
    let numbers = || sentence.words.iter().filter(|w| w.number);
    let words = sentence.words.len() - numbers().count();
    let without = sentence.words.iter().fold(0x52, |h, w| if w.number { mix(h) } else { mix(h ^ w.hash) });
    let said = numbers().fold(0x53, |h, w| mix(h ^ w.hash));
    (numbers().next().is_some() && words >= OPENING_WORDS - 1).then(|| (short(without), short(said)))
}
