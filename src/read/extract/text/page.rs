//! What is known of a text before its lines are judged: counts of lines and blocks, the best run of
//! prose, the headline, the words of the core.

use rustc_hash::{FxHashMap, FxHashSet};

use super::features::{FEATURES, rows};
use crate::model::knowledge::line_hash;
use crate::model::{Budget, Rejection};
use crate::read::clean::lexicon::Kind;
use crate::read::text::TextPage;

/// What is known of a text's blocks, with a row of features for each line.
#[derive(Debug, Default)]
pub struct Scored {
    pub blocks: Vec<Block>,
    /// Words of a paragraph that is long for this text.
    pub long: f32,
    /// Best and second-best run of prose, as ranges of blocks; empty where there is none.
    pub core: (usize, usize),
    pub second: (usize, usize),
    /// Share of each block's content words that stand elsewhere in the core too.
    pub shared: Vec<f32>,
    /// Line of the headline.
    pub headline: Option<usize>,
    /// How many lines of the text have the same hash.
    pub repeats: FxHashMap<u64, u32>,
    rows: Vec<f32>,
}

/// A paragraph, as far as it can be told.
#[derive(Debug, Clone, Default)]
pub struct Block {
    pub first: usize,
    pub end: usize,
    pub words: f32,
    pub stops: f32,
    pub letters: u32,
    pub digits: u32,
    pub capitals: u32,
    pub commas: u32,
    pub sentences: u32,
    pub quotes: u32,
    pub separators: u32,
    pub we: u32,
    pub you: u32,
    pub ends_sentence: bool,
    pub bullet: bool,
    pub indent: u16,
    /// Kinds of boilerplate with hits outside quotations, as bits, and how many hits.
    pub kinds: u16,
    pub hits: u32,
    pub exact: u16,
    /// 0 to 1: how much it reads like a paragraph of prose.
    pub prose: f32,
}

impl Scored {
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }
    pub fn row(&self, line: usize) -> &[f32] {
        &self.rows[line * FEATURES..(line + 1) * FEATURES]
    }
}

/// Looks at a text and makes its features. `title` is what the sender says the headline is.
pub fn look(text: &TextPage, title: Option<&str>, budget: &mut Budget) -> Result<Scored, Rejection> {
    budget.draw(text.content.len() as u64 + 64 * text.lines.len() as u64, "extract")?;
    let mut page = Scored::default();
    for s in &text.stats {
        *page.repeats.entry(s.hash).or_default() += 1;
    }
    (page.blocks, page.long) = blocks(text);
    let worth: Vec<f32> = (0..page.blocks.len())
        .map(|at| if is_between(&page.blocks, at) { BETWEEN } else { worth(&page.blocks[at]) })
        .collect();
    page.core = best_run(&worth, 0, worth.len());
    let before = best_run(&worth, 0, page.core.0);
    let after = best_run(&worth, page.core.1, worth.len());
    let sum = |(from, to): (usize, usize)| worth[from..to].iter().sum::<f32>();
    page.second = if sum(before) > sum(after) { before } else { after };
    page.shared = shared(text, &page);
    page.headline = headline(text, &page, title);
    page.rows = rows(text, &page);
    Ok(page)
}

/// The blocks, and how many words a long one has.
fn blocks(text: &TextPage) -> (Vec<Block>, f32) {
    let mut blocks: Vec<Block> = Vec::with_capacity(text.blocks as usize);
    for (i, (line, s)) in text.lines.iter().zip(&text.stats).enumerate() {
        if blocks.len() <= line.block as usize {
            blocks.push(Block { first: i, bullet: line.bullet, indent: line.indent, ..Block::default() });
        }
        let Some(b) = blocks.last_mut() else { continue };
        b.end = i + 1;
        b.words += s.words;
        b.stops += s.stops;
        b.letters += s.letters;
        b.digits += s.digits;
        b.capitals += s.capitals;
        b.commas += s.commas;
        b.sentences += s.sentences;
        b.quotes += s.quotes;
        b.separators += s.separators;
        b.we += s.we;
        b.you += s.you;
        b.ends_sentence = s.ends_sentence;
        b.exact |= s.hits.exact;
        for kind in Kind::ALL {
            let hits = u32::from(s.hits.count(kind));
            if hits > 0 && kind != Kind::Date {
                b.kinds |= kind.bit();
                b.hits += hits;
            }
        }
    }
    let silent = is_silent(&blocks);
    let long = paragraph_words(&blocks);
    for b in &mut blocks {
        let stops = if silent { b.words * UNKNOWN_SHARE } else { b.stops };
        b.prose = prose(long, b.words, stops, b.ends_sentence, b.separators, b.capitals);
    }
    (blocks, long)
}

/// Words of a paragraph that is long by itself.
pub const LONG: f32 = 30.0;

/// Words of a paragraph that is long for this text: some are told in short sentences, each a paragraph of its own.
/// Half of the words of its sentences stand in longer ones.
fn paragraph_words(blocks: &[Block]) -> f32 {
    const SHORTEST: f32 = 10.0;
    const LEAST: f32 = 4.0;
    let mut words: Vec<f32> =
        blocks.iter().filter(|b| b.ends_sentence && b.words >= LEAST).map(|b| b.words).collect();
    words.sort_by(f32::total_cmp);
    let half = words.iter().sum::<f32>() / 2.0;
    let mut sum = 0.0;
    let middle = words.into_iter().find(|words| {
        sum += words;
        sum >= half
    });
    middle.unwrap_or(LONG).clamp(SHORTEST, LONG)
}

/// Of frequent words, in a language none are known of.
const UNKNOWN_SHARE: f32 = 0.2;

/// Whether a text is in a language without frequent words in the lexicon: its sentences hold next to none.
fn is_silent(blocks: &[Block]) -> bool {
    const LEAST_WORDS: f32 = 12.0;
    const MOST_SHARE: f32 = 0.06;
    let (mut words, mut stops) = (0.0, 0.0);
    for b in blocks.iter().filter(|b| b.words >= LEAST_WORDS && b.ends_sentence) {
        words += b.words;
        stops += b.stops;
    }
    words >= 3.0 * LEAST_WORDS && stops < MOST_SHARE * words
}

/// 0 to 1: long, full of frequent words, ending as sentences do. `long` is how many words are.
pub fn prose(long: f32, words: f32, stops: f32, ends_sentence: bool, separators: u32, capitals: u32) -> f32 {
    if words < 1.0 {
        return 0.0;
    }
    let length = (words / long).min(1.0);
    let frequent = (stops / words / 0.3).min(1.0);
    let end = if ends_sentence { 1.0 } else { 0.45 };
    let menu = 1.0 - (separators as f32 * 4.0 / words).min(0.7);
    let title = if capitals as f32 > words * 0.7 { 0.6 } else { 1.0 };
    length * (0.35 + 0.65 * frequent) * end * menu * title
}

/// What a block adds to a run of prose.
fn worth(b: &Block) -> f32 {
    const BOILERPLATE: u16 = !(1 << Kind::Date as u16 | 1 << Kind::Byline as u16 | 1 << Kind::Credit as u16);
    if b.exact & BOILERPLATE != 0 && b.words < 12.0 {
        return -1.5;
    }
    let boiler = (b.kinds & BOILERPLATE).count_ones() as f32;
    let value = b.prose * 4.0 - 0.75;
    if boiler > 0.0 && b.words < 60.0 { value.min(0.0) - 0.8 * boiler } else { value }
}

/// What a label between two paragraphs takes from a run.
const BETWEEN: f32 = -0.3;

/// A label that sites set between the paragraphs of a story as well as under it, with prose before and soon after.
fn is_between(blocks: &[Block], at: usize) -> bool {
    const LABELS: u16 = 1 << Kind::Advert as u16 | 1 << Kind::Related as u16 | 1 << Kind::Share as u16;
    const PROSE: f32 = 0.3;
    let b = &blocks[at];
    let prose = |b: &Block| b.prose >= PROSE && b.ends_sentence && b.kinds == 0;
    b.exact & LABELS != 0
        && b.exact & !LABELS == 0
        && b.words < 12.0
        && at > 0
        && prose(&blocks[at - 1])
        && blocks[at + 1..].iter().take(2).any(prose)
}

/// The run with the greatest sum within `from..to` (Kadane).
fn best_run(worth: &[f32], from: usize, to: usize) -> (usize, usize) {
    let (mut best, mut best_sum) = ((from, from), 0.0);
    let (mut start, mut sum) = (from, 0.0f32);
    for (i, worth) in worth.iter().enumerate().take(to).skip(from) {
        if sum <= 0.0 {
            (start, sum) = (i, 0.0);
        }
        sum += worth;
        if sum > best_sum {
            (best, best_sum) = ((start, i + 1), sum);
        }
    }
    best
}

fn block_content<'a>(text: &'a TextPage, block: &Block) -> &'a [u32] {
    if block.first >= block.end {
        return &[];
    }
    let (from, to) = (text.stats[block.first].content.start, text.stats[block.end - 1].content.end);
    &text.content[from as usize..to as usize]
}

fn shared(text: &TextPage, page: &Scored) -> Vec<f32> {
    // In how many blocks of the core each word stands.
    let mut core: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    for (i, block) in page.blocks.iter().enumerate().take(page.core.1).skip(page.core.0) {
        for &word in block_content(text, block) {
            let seen = core.entry(word).or_insert((0, u32::MAX));
            if seen.1 != i as u32 {
                *seen = (seen.0 + 1, i as u32);
            }
        }
    }
    let inside = |i: usize| (page.core.0..page.core.1).contains(&i);
    page.blocks
        .iter()
        .enumerate()
        .map(|(i, block)| {
            let words = block_content(text, block);
            let own = u32::from(inside(i));
            let known = words.iter().filter(|&w| core.get(w).is_some_and(|&(n, _)| n > own)).count();
            if words.is_empty() { 0.0 } else { known as f32 / words.len() as f32 }
        })
        .collect()
}

/// The line that is the headline: above the core, of its words, or what the sender says it is.
fn headline(text: &TextPage, page: &Scored, title: Option<&str>) -> Option<usize> {
    const REACH: usize = 60;
    let told = title.map(line_hash);
    let core: FxHashSet<u32> = page.blocks[page.core.0..page.core.1]
        .iter()
        .flat_map(|b| block_content(text, b).iter().copied())
        .collect();
    let core_line = page.blocks.get(page.core.0).map_or(0, |b| b.first);
    // A headline may have been swept into the run, a line or two after its start.
    let end = (core_line + 3).min(text.lines.len());
    let mut best: Option<(f32, usize)> = None;
    for i in end.saturating_sub(REACH)..end {
        let (line, s) = (&text.lines[i], &text.stats[i]);
        if told.is_some_and(|t| t == s.hash) {
            return Some(i);
        }
        let menu = s.hits.exact != 0 || s.hits.begins & Kind::Byline.bit() != 0 || line.bullet;
        if !(3.0..=28.0).contains(&s.words) || menu || s.ends_colon {
            continue;
        }
        let block = &page.blocks[line.block as usize];
        if block.end - block.first > 1 {
            continue;
        }
        let words = text.content_of(i);
        let known = words.iter().filter(|w| core.contains(w)).count();
        let overlap = known as f32 / words.len().max(1) as f32;
        let full_stop = s.ends_sentence && !s.ends_question && !line.text.ends_with('!');
        let again = page.repeats.get(&s.hash).is_some_and(|&n| n > 1);
        let suffixed = text.lines[..i.min(4)]
            .iter()
            .any(|first| first.text.len() > line.text.len() && first.text.starts_with(line.text.as_str()));
        let near = 1.0 / (1.0 + core_line.saturating_sub(i) as f32 / 4.0);
        let mut score = 2.0 * overlap + 0.8 * near;
        score += if again || suffixed { 1.2 } else { 0.0 };
        score -= if full_stop { 1.4 } else { 0.0 };
        score -= if s.separators > 0 { 0.6 } else { 0.0 };
        score -= if s.hits.unquoted.iter().any(|&n| n > 0) { 0.5 } else { 0.0 };
        score -= if s.starts_small { 0.5 } else { 0.0 };
        score -= if i >= core_line && page.core.1 - page.core.0 < 2 { 1.0 } else { 0.0 };
        if score >= 1.5 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, i));
        }
    }
    best.map(|(_, i)| i)
}
