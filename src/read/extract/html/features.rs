//! One row of numbers a block, for the trees. A name stands beside each number, so that a trained model can
//! be read and a removal explained.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::facts::{Facts, shingles, tokens};
use super::layout::{self, FAR, Kind, Layout, Place, Signature};
use super::lexicon::{CLASSES, PHRASES, Phrase};
use super::witness::{Witnesses, overlap};
use crate::model::html::{Block, HtmlPage};

/// Everything known of a page before the model is asked.
pub struct Sight<'a> {
    pub page: &'a HtmlPage,
    pub facts: Vec<Facts>,
    pub layout: Layout,
    pub witnesses: Witnesses,
    /// How often a block's text stands on the page, and the number of this one among them.
    repeats: Vec<(u16, u16)>,
    /// Overlap with title (both ways), description (both ways), and JSON-LD body.
    overlaps: Vec<[f32; 5]>,
    /// Block that prints the title; the number of blocks where none does.
    pub title_block: usize,
    first_h1: usize,
    /// Position of each block in its run of like siblings, and the run's length.
    runs: Vec<(f32, f32)>,
    images_before: Vec<u32>,
    /// The heading that each block stands under; itself for a heading, the number of blocks for none.
    headings: Vec<usize>,
    /// Blocks to the nearest running text before and after.
    to_good: Vec<(f32, f32)>,
}

impl<'a> Sight<'a> {
    pub fn of(page: &'a HtmlPage) -> Self {
        let mut lower = String::new();
        let facts: Vec<Facts> = (0..page.blocks.len()).map(|b| Facts::of(page, b, &mut lower)).collect();
        let layout = Layout::new(page, &facts);
        let witnesses = Witnesses::of(page);
        let overlaps = overlaps(page, &witnesses);
        let blocks = page.blocks.len();
        let kind = |b: usize| {
            layout.place(page.blocks[b].container).map(|p| layout.places[p.block_level as usize].kind)
        };
        let first_h1 = (0..blocks).find(|&b| kind(b) == Some(Kind::H1)).unwrap_or(blocks);
        let is_title = |b: usize| overlaps[b][0] > 0.6 && overlaps[b][1] > 0.55 && facts[b].chars < 400.0;
        let title_block = (0..blocks)
            .find(|&b| is_title(b) && matches!(kind(b), Some(Kind::H1 | Kind::Heading)))
            .or_else(|| (0..blocks).find(|&b| is_title(b)))
            .unwrap_or(first_h1);
        let mut images_before = vec![0; blocks + 1];
        for image in &page.images {
            images_before[(image.block as usize).min(blocks)] += 1;
        }
        Self {
            repeats: repeats(&facts),
            runs: runs(page, &layout),
            to_good: to_good(&facts),
            headings: under(blocks, |b| matches!(kind(b), Some(Kind::H1 | Kind::Heading))),
            page,
            facts,
            layout,
            witnesses,
            overlaps,
            title_block,
            first_h1,
            images_before,
        }
    }

    /// Whether no other block has the same text.
    pub fn is_once(&self, block: usize) -> bool {
        self.repeats[block].0 == 1
    }

    pub fn blocks(&self) -> usize {
        self.facts.len()
    }

    /// The block-level place of a block, where it has one.
    pub fn place(&self, block: usize) -> Option<&Place> {
        let own = self.layout.place(self.page.blocks[block].container)?;
        self.layout.place(own.block_level)
    }

    pub fn title_overlap(&self, block: usize) -> (f32, f32) {
        (self.overlaps[block][0], self.overlaps[block][1])
    }

    pub fn description_overlap(&self, block: usize) -> (f32, f32) {
        (self.overlaps[block][2], self.overlaps[block][3])
    }

    /// How much of the JSON-LD body the visible blocks hold.
    pub fn share_of_json_ld_on_page(&self) -> f32 {
        let found: f32 = self.overlaps.iter().zip(&self.facts).map(|(o, f)| o[4].max(0.0) * f.words).sum();
        share(found, self.witnesses.body.len() as f32)
    }

    /// Row-major, `COUNT` numbers a block.
    pub fn rows(&self) -> Vec<f32> {
        let mut rows = Vec::with_capacity(self.blocks() * count());
        self.add_rows(0..self.blocks(), count(), &mut rows);
        rows
    }

    /// Adds the rows of some blocks, each filled up with zeros to `stride` numbers.
    pub fn add_rows(&self, blocks: Range<usize>, stride: usize, out: &mut Vec<f32>) {
        out.reserve_exact(blocks.len() * stride);
        for block in blocks {
            let end = out.len() + stride;
            self.row(block, out);
            out.resize(end, 0.0);
        }
    }

    fn row(&self, b: usize, out: &mut Vec<f32>) {
        let start = out.len();
        self.text(b, out);
        self.neighbours(b, out);
        self.position(b, out);
        self.containers(b, out);
        self.signatures(b, out);
        self.witnessed(b, out);
        debug_assert_eq!(out.len() - start, count());
    }
}

/// Names of the columns of `rows`.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = [TEXT, NEIGHBOURS, POSITION, CONTAINERS, SIGNATURES, WITNESSED]
        .iter()
        .flat_map(|group| group.iter().map(|n| (*n).to_owned()))
        .collect();
    // The two lexicon groups stand at the ends of their own groups.
    let phrases = (0..PHRASES).map(|p| format!("phrase_{p}"));
    let distances = (0..CLASSES).map(|c| format!("class_distance_{c}"));
    let at = TEXT.len();
    names.splice(at..at, phrases);
    let at = TEXT.len() + PHRASES + NEIGHBOURS.len() + POSITION.len() + CONTAINERS.len();
    names.splice(at..at, distances);
    names
}

pub const fn count() -> usize {
    TEXT.len()
        + PHRASES
        + NEIGHBOURS.len()
        + POSITION.len()
        + CONTAINERS.len()
        + CLASSES
        + SIGNATURES.len()
        + WITNESSED.len()
}

/// A group of columns: names and values side by side.
macro_rules! columns {
    ($names:ident, $method:ident($self:ident, $b:ident $(, $set:ident = $value:expr)*) $($name:literal => $number:expr,)* ; $tail:expr) => {
        const $names: &[&str] = &[$($name,)*];
        impl Sight<'_> {
            fn $method(&$self, $b: usize, out: &mut Vec<f32>) {
                $(let $set = $value;)*
                out.extend([$($number as f32,)*]);
                $tail(out);
            }
        }
    };
}

columns! { TEXT, text(self, b, f = &self.facts[b], block = self.page.blocks[b], words = self.facts[b].words.max(1.0))
    "chars" => f.chars,
    "words" => f.words,
    "word_length" => f.chars / words,
    "comma_share" => f.commas / words,
    "commas" => f.commas,
    "stops" => f.stops,
    "stop_share" => f.stops / words,
    "words_a_sentence" => f.words / (f.stops + 1.0),
    "ending" => f.ending,
    "digit_share" => f.digits / f.chars.max(1.0),
    "upper_share" => f.uppercase / f.chars.max(1.0),
    "capitalised_share" => f.capitalised / words,
    "symbols" => f.symbols,
    "quotes" => f.quotes,
    "lines" => f.lines,
    "starts_lower" => u8::from(f.starts_lower),
    "link_share" => f.link_share,
    "links" => block.links,
    "emphasis_share" => f.emphasis_share,
    "phrase_count" => f.phrases.count_ones(),
    "dense_script" => u8::from(f.dense_script),
    ; |out: &mut Vec<f32>| out.extend((0..PHRASES).map(|p| f32::from(f.phrases & 1 << p != 0)))
}

columns! { NEIGHBOURS, neighbours(self, b,
        at = |offset: isize| b.checked_add_signed(offset).and_then(|i| self.facts.get(i)),
        chars = |offset| at(offset).map_or(-1.0, |f: &Facts| f.chars),
        links = |offset| at(offset).map_or(-1.0, |f: &Facts| f.link_share),
        first = b.saturating_sub(4), end = b + 5,
        heading = self.headings[b], under = self.facts.get(self.headings[b]))
    "before_chars" => chars(-1),
    "before2_chars" => chars(-2),
    "after_chars" => chars(1),
    "after2_chars" => chars(2),
    "before_links" => links(-1),
    "after_links" => links(1),
    "before_ending" => at(-1).map_or(-1.0, |f| f32::from(f.ending)),
    "after_ending" => at(1).map_or(-1.0, |f| f32::from(f.ending)),
    "before_phrases" => at(-1).map_or(0, |f| f.phrases.count_ones()),
    "after_phrases" => at(1).map_or(0, |f| f.phrases.count_ones()),
    "window_chars" => self.layout.chars.between(first, end),
    "window_good_share" => share(self.layout.good.between(first, end), self.layout.chars.between(first, end)),
    "window_link_share" => share(self.layout.link_chars.between(first, end), self.layout.chars.between(first, end)),
    "to_good_before" => self.to_good[b].0,
    "to_good_after" => self.to_good[b].1,
    "from_heading" => if heading < self.blocks() { b as f32 - heading as f32 } else { -1.0 },
    "heading_words" => under.map_or(0.0, |f| f.words),
    "heading_phrases" => under.map_or(0, |f| f.phrases.count_ones()),
    "heading_speaks_of_more" => u8::from(under.is_some_and(|f| f.phrases & MORE != 0)),
    "heading_class" => self.heading_class(heading),
    "run_at" => self.runs[b].0,
    "run_length" => self.runs[b].1,
    "images_before" => self.images_before[b],
    "images_after" => self.images_before[b + 1],
    ; |_: &mut Vec<f32>| {}
}

columns! { POSITION, position(self, b, n = self.blocks().max(1) as f32, chars = &self.layout.chars, good = &self.layout.good,
        best = self.range(self.layout.best), top = self.range(self.layout.top))
    "blocks" => self.blocks(),
    "page_chars" => chars.whole(),
    "page_good" => good.whole(),
    "at" => b as f32 / n,
    "from_end" => self.blocks() - b,
    "chars_before_share" => share(chars.between(0, b), chars.whole()),
    "good_before_share" => share(good.between(0, b), good.whole()),
    "good_after_share" => share(good.between(b + 1, self.blocks()), good.whole()),
    "from_h1" => signed(b, self.first_h1, self.blocks()),
    "from_title" => signed(b, self.title_block, self.blocks()),
    "chars_from_title" => if b >= self.title_block { chars.between(self.title_block, b) } else { -chars.between(b, self.title_block) },
    "best_position" => within(b, best),
    "top_position" => within(b, top),
    "best_share" => share(chars.between(best.0, best.1), chars.whole()),
    "repeats" => self.repeats[b].0,
    "repeat_number" => self.repeats[b].1,
    ; |_: &mut Vec<f32>| {}
}

columns! { CONTAINERS, containers(self, b,
        block = self.page.blocks[b],
        own = self.layout.place(self.page.blocks[b].container),
        level = own.map_or(u32::MAX, |p| p.block_level),
        place = self.layout.place(level),
        parent = self.layout.outer(self.page, level),
        grandparent = self.layout.outer(self.page, parent),
        third = self.layout.outer(self.page, grandparent),
        score = |c: u32| self.layout.place(c).map_or(0.0, |p| p.score),
        relative = |c: u32| share(self.layout.place(c).map_or(0.0, |p| p.score), self.layout.max_score),
        flag = |bit: u16| u8::from(place.is_some_and(|p| p.flags & bit != 0)))
    "kind" => place.map_or(0, |p| p.kind as u8),
    "parent_kind" => self.layout.place(parent).map_or(0, |p| p.kind as u8),
    "grandparent_kind" => self.layout.place(grandparent).map_or(0, |p| p.kind as u8),
    "own_inline" => u8::from(own.is_some_and(|p| p.kind == Kind::Inline)),
    "depth" => self.page.containers.get(block.container as usize).map_or(0, |c| c.depth),
    "own_score" => score(level),
    "parent_score" => score(parent),
    "grandparent_score" => score(grandparent),
    "own_relative" => relative(level),
    "parent_relative" => relative(parent),
    "grandparent_relative" => relative(grandparent),
    "third_relative" => relative(third),
    "to_top" => place.map_or(60.0, |p| f32::from(p.to_top.min(60))),
    "own_chars" => self.sums(level).0,
    "own_link_share" => self.sums(level).1,
    "own_blocks" => self.sums(level).3,
    "parent_chars" => self.sums(parent).0,
    "parent_link_share" => self.sums(parent).1,
    "parent_good_share" => self.sums(parent).2,
    "parent_blocks" => self.sums(parent).3,
    "parent_page_share" => share(self.sums(parent).0, self.layout.chars.whole()),
    "grandparent_chars" => self.sums(grandparent).0,
    "grandparent_link_share" => self.sums(grandparent).1,
    "grandparent_good_share" => self.sums(grandparent).2,
    "grandparent_page_share" => share(self.sums(grandparent).0, self.layout.chars.whole()),
    "third_link_share" => self.sums(third).1,
    "third_good_share" => self.sums(third).2,
    "third_page_share" => share(self.sums(third).0, self.layout.chars.whole()),
    "at_in_parent" => within(b, self.range(parent)),
    "at_in_grandparent" => within(b, self.range(grandparent)),
    "in_article" => flag(layout::IN_ARTICLE),
    "in_main" => flag(layout::IN_MAIN),
    "in_aside" => flag(layout::IN_ASIDE),
    "in_nav" => flag(layout::IN_NAV),
    "in_footer" => flag(layout::IN_FOOTER),
    "in_header" => flag(layout::IN_HEADER),
    "in_form" => flag(layout::IN_FORM),
    "in_figure" => flag(layout::IN_FIGURE),
    "in_list" => flag(layout::IN_LIST),
    "in_table" => flag(layout::IN_TABLE),
    "in_quote" => flag(layout::IN_QUOTE),
    "in_hidden" => flag(layout::IN_HIDDEN),
    "in_body_prop" => flag(layout::IN_BODY_PROP),
    "in_caption" => flag(layout::IN_CAPTION),
    "negative_distance" => own.map_or(FAR, negative_distance),
    "class_words" => own.map_or(0, |p| p.mask.count_ones()),
    ; |out: &mut Vec<f32>| match own {
        Some(p) => out.extend(p.distance.map(f32::from)),
        None => out.extend([f32::from(FAR); CLASSES]),
    }
}

columns! { SIGNATURES, signatures(self, b,
        place = self.place(b),
        path = place.map_or(Signature::default(), |p| self.layout.paths[p.path as usize]),
        tags = place.map_or(Signature::default(), |p| self.layout.tag_paths[p.tag_path as usize]))
    "path_blocks" => path.blocks,
    "path_chars" => path.chars,
    "path_mean" => share(path.chars, path.blocks),
    "path_good_share" => share(path.good, path.chars),
    "path_link_share" => share(path.link_chars, path.chars),
    "path_of_good" => share(path.good, self.layout.good.whole()),
    "path_of_page" => share(path.chars, self.layout.chars.whole()),
    "tags_blocks" => tags.blocks,
    "tags_good_share" => share(tags.good, tags.chars),
    "tags_link_share" => share(tags.link_chars, tags.chars),
    "tags_of_good" => share(tags.good, self.layout.good.whole()),
    ; |_: &mut Vec<f32>| {}
}

columns! { WITNESSED, witnessed(self, b, o = self.overlaps[b])
    "title_of_block" => o[0],
    "block_of_title" => o[1],
    "description_of_block" => o[2],
    "block_of_description" => o[3],
    "json_ld_share" => o[4],
    "is_title_block" => u8::from(b == self.title_block),
    "author_phrase" => u8::from(self.facts[b].phrases & 1 << Phrase::Author as u8 != 0 && self.facts[b].words < 15.0),
    ; |_: &mut Vec<f32>| {}
}

/// A heading that says this heads something else than the story.
const MORE: u32 = 1 << Phrase::Related as u32
    | 1 << Phrase::Comment as u32
    | 1 << Phrase::Subscribe as u32
    | 1 << Phrase::Share as u32;

impl Sight<'_> {
    /// Steps from the heading up to a class that speaks of something else.
    fn heading_class(&self, heading: usize) -> u8 {
        let block = self.page.blocks.get(heading);
        block.and_then(|b| self.layout.place(b.container)).map_or(FAR, negative_distance)
    }

    fn range(&self, container: u32) -> (usize, usize) {
        let container = self.page.containers.get(container as usize);
        container.map_or((0, 0), |c| (c.first_block as usize, c.end_block as usize))
    }

    /// Characters, link share, share of running text, blocks.
    fn sums(&self, container: u32) -> (f32, f32, f32, f32) {
        let (first, end) = self.range(container);
        let chars = self.layout.chars.between(first, end);
        (
            chars,
            share(self.layout.link_chars.between(first, end), chars),
            share(self.layout.good.between(first, end), chars),
            end.saturating_sub(first) as f32,
        )
    }
}

/// Nearest of the classes that speak of something else than the story.
fn negative_distance(place: &Place) -> u8 {
    use super::lexicon::Class::*;
    [Comment, Nav, Footer, Share, Related, Ad, Newsletter, Tags, Sidebar, Cookie, Widget]
        .into_iter()
        .map(|c| place.distance[c as usize])
        .min()
        .unwrap_or(FAR)
}

fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Blocks from `mark` to `b`; a page without the mark stands apart.
fn signed(b: usize, mark: usize, blocks: usize) -> f32 {
    if mark >= blocks { -1000.0 } else { b as f32 - mark as f32 }
}

/// 0 to 1 inside a range, below 0 before it, over 1 behind it.
fn within(b: usize, (first, end): (usize, usize)) -> f32 {
    if end <= first {
        return -10.0;
    }
    ((b as f32 - first as f32 + 0.5) / (end - first) as f32).clamp(-9.0, 10.0)
}

fn overlaps(page: &HtmlPage, witnesses: &Witnesses) -> Vec<[f32; 5]> {
    let mut words = Vec::new();
    (0..page.blocks.len())
        .map(|b| {
            tokens(page.block_text(b), &mut words);
            let (title_of_block, block_of_title) = overlap(&words, &witnesses.title);
            let (description_of_block, block_of_description) = overlap(&words, &witnesses.description);
            let in_body = if witnesses.body.is_empty() {
                -1.0
            } else if words.len() < 4 {
                -0.5
            } else {
                let all = shingles(&words, 4).count().max(1) as f32;
                shingles(&words, 4).filter(|s| witnesses.body.contains(s)).count() as f32 / all
            };
            [title_of_block, block_of_title, description_of_block, block_of_description, in_body]
        })
        .collect()
}

/// How often each text stands on the page, and which time this is.
fn repeats(facts: &[Facts]) -> Vec<(u16, u16)> {
    let mut seen: FxHashMap<u64, u16> = FxHashMap::default();
    let numbers: Vec<u16> = facts
        .iter()
        .map(|f| {
            let n = seen.entry(f.hash).or_default();
            *n = n.saturating_add(1);
            *n
        })
        .collect();
    facts.iter().zip(numbers).map(|(f, n)| (seen[&f.hash], n)).collect()
}

/// Runs of blocks whose containers have the same path.
fn runs(page: &HtmlPage, layout: &Layout) -> Vec<(f32, f32)> {
    let path = |b: &Block| {
        let own = layout.place(b.container)?;
        layout.place(own.block_level).map(|p| p.path)
    };
    let mut out = Vec::with_capacity(page.blocks.len());
    let mut first = 0;
    for at in 1..=page.blocks.len() {
        let ends = at == page.blocks.len() || path(&page.blocks[at]) != path(&page.blocks[first]);
        if ends {
            out.extend((first..at).map(|b| ((b - first) as f32, (at - first) as f32)));
            first = at;
        }
    }
    out
}

/// For each block the last one, itself counted, that `is`; the number of blocks where there is none.
fn under(blocks: usize, is: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut last = blocks;
    (0..blocks)
        .map(|b| {
            if is(b) {
                last = b;
            }
            last
        })
        .collect()
}

fn to_good(facts: &[Facts]) -> Vec<(f32, f32)> {
    const FURTHEST: f32 = 50.0;
    let mut out = vec![(FURTHEST, FURTHEST); facts.len()];
    let mut steps = FURTHEST;
    for (o, f) in out.iter_mut().zip(facts) {
        o.0 = steps;
        steps = if f.good { 1.0 } else { (steps + 1.0).min(FURTHEST) };
    }
    steps = FURTHEST;
    for (o, f) in out.iter_mut().zip(facts).rev() {
        o.1 = steps;
        steps = if f.good { 1.0 } else { (steps + 1.0).min(FURTHEST) };
    }
    out
}
