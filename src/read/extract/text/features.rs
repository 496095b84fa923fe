//! What the line model looks at. Never the scraper's name, nor anything of one site.

use super::page::{Block, LONG, Scored, prose};
use crate::read::clean::lexicon::Kind;
use crate::read::text::stats::Stats;
use crate::read::text::{Line, TextPage};

pub const FEATURES: usize = NAMES.len();

/// In the order of the row.
pub const NAMES: [&str; 84] = [
    "line_words",
    "block_words",
    "line_prose",
    "block_prose",
    "line_ends_sentence",
    "block_ends_sentence",
    "starts_small",
    "ends_colon",
    "ends_question",
    "block_lines",
    "in_core",
    "core_distance",
    "core_position",
    "second_distance",
    "core_share",
    "core_blocks",
    "page_position",
    "page_lines",
    "line_stop_share",
    "block_stop_share",
    "block_capital_share",
    "block_digit_share",
    "commas_per_word",
    "sentences",
    "words_per_sentence",
    "quotes",
    "separators_per_word",
    "address",
    "average_word",
    "unspaced",
    "we",
    "you",
    "indent_against_core",
    "blank_before",
    "blank_after",
    "bullet",
    "repeats",
    "shared_with_core",
    "prose_before",
    "prose_after",
    "words_before",
    "words_after",
    "ends_before",
    "ends_after",
    "prose_window_2",
    "prose_window_5",
    "words_window_5",
    "ends_window_5",
    "hits_window_4",
    "bullets_window_4",
    "after_heading",
    "headline_distance",
    "is_headline",
    "line_exact",
    "line_hits",
    "block_hits",
    "block_kinds",
    "donation",
    "subscription",
    "consent",
    "newsletter",
    "share",
    "related",
    "comments",
    "app_or_advert",
    "copyright",
    "navigation",
    "credit",
    "byline",
    "reading_time",
    "dates",
    "begins_field",
    "credit_tail",
    "credit_before",
    "credit_after",
    "ends_ellipsis",
    "upper_share",
    "shared_with_headline",
    "exact_before",
    "exact_after",
    "prose_blocks_before",
    "prose_blocks_after",
    "next_shared",
    "previous_shared",
];

/// A row for each line.
pub fn rows(text: &TextPage, page: &Scored) -> Vec<f32> {
    let mut rows = Vec::with_capacity(text.lines.len() * FEATURES);
    let around = Around::new(page);
    for i in 0..text.lines.len() {
        row(text, page, &around, i, &mut rows);
    }
    rows
}

/// What a block's surroundings look like; shared by its lines.
struct Around {
    /// Sums up to and without each block: prose, words, blocks that end a sentence, hits, bullets.
    sums: Vec<[f32; 5]>,
    /// Blocks since a line that heads lists of other things: "Read also", "Comments", …; 30 at most.
    heading: Vec<f32>,
    core_indent: u16,
    core_words: f32,
    words: f32,
}

impl Around {
    fn new(page: &Scored) -> Self {
        const HEADS: u16 = 1 << Kind::Related as u16
            | 1 << Kind::Comments as u16
            | 1 << Kind::Newsletter as u16
            | 1 << Kind::Subscription as u16;
        let mut sums = Vec::with_capacity(page.blocks.len() + 1);
        let mut heading = Vec::with_capacity(page.blocks.len());
        let mut sum = [0.0; 5];
        let mut since = 30.0f32;
        for b in &page.blocks {
            sums.push(sum);
            sum[0] += b.prose;
            sum[1] += b.words.min(60.0);
            sum[2] += f32::from(u8::from(b.ends_sentence));
            sum[3] += f32::from(u8::from(b.kinds != 0 || b.exact != 0));
            sum[4] += f32::from(u8::from(b.bullet));
            since = if b.exact & HEADS != 0 { 0.0 } else { (since + 1.0).min(30.0) };
            heading.push(since);
        }
        sums.push(sum);
        let core = &page.blocks[page.core.0..page.core.1];
        let longest = core.iter().max_by(|a, b| a.words.total_cmp(&b.words));
        Self {
            sums,
            heading,
            core_indent: longest.map_or(0, |b| b.indent),
            core_words: core.iter().map(|b| b.words).sum(),
            words: page.blocks.iter().map(|b| b.words).sum(),
        }
    }

    /// Mean over the blocks within `reach` of `at`, itself left out.
    fn mean(&self, which: usize, at: usize, reach: usize) -> f32 {
        let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(self.sums.len() - 1));
        let own = self.sums[at + 1][which] - self.sums[at][which];
        let others = to - from - 1;
        if others == 0 { 0.0 } else { (self.sums[to][which] - self.sums[from][which] - own) / others as f32 }
    }
}

fn row(text: &TextPage, page: &Scored, around: &Around, i: usize, rows: &mut Vec<f32>) {
    let (line, s) = (&text.lines[i], &text.stats[i]);
    let at = line.block as usize;
    let b = &page.blocks[at];
    let none = Block::default();
    let before = if at > 0 { &page.blocks[at - 1] } else { &none };
    let after = page.blocks.get(at + 1).unwrap_or(&none);
    let flag = |set: bool| f32::from(u8::from(set));
    let per = |part: f32, whole: f32| if whole > 0.0 { part / whole } else { 0.0 };
    let core = distance(at, page.core);
    let blank_after = text.lines.get(i + 1).map_or(3, |next: &Line| next.blank_before);
    let kind = |kind: Kind| {
        f32::from(s.hits.count(kind).min(5))
            + 2.0 * flag(s.hits.is(kind))
            + 0.5 * flag(b.kinds & kind.bit() != 0)
    };
    rows.extend([
        s.words.ln_1p(),
        b.words.ln_1p(),
        prose(LONG, s.words, s.stops, s.ends_sentence, s.separators, s.capitals),
        b.prose,
        flag(s.ends_sentence),
        flag(b.ends_sentence),
        flag(s.starts_small),
        flag(s.ends_colon),
        flag(s.ends_question),
        (b.end - b.first).min(20) as f32,
        flag(core == 0.0),
        core,
        per((at as f32) - page.core.0 as f32, (page.core.1 - page.core.0) as f32).clamp(-3.0, 4.0),
        distance(at, page.second),
        per(around.core_words, around.words),
        ((page.core.1 - page.core.0) as f32).ln_1p(),
        per(i as f32, text.lines.len() as f32),
        (text.lines.len() as f32).ln_1p(),
        per(s.stops, s.words),
        per(b.stops, b.words),
        per(b.capitals as f32, b.words),
        per(b.digits as f32, (b.letters + b.digits) as f32),
        per(b.commas as f32, b.words),
        b.sentences.min(20) as f32,
        per(b.words, b.sentences as f32).min(100.0),
        b.quotes.min(8) as f32,
        per(b.separators as f32, b.words),
        flag(s.address),
        per(s.letters as f32, s.words),
        per(s.unspaced as f32, s.chars as f32),
        per(b.we as f32, b.words),
        per(b.you as f32, b.words),
        (f32::from(line.indent) - f32::from(around.core_indent)).clamp(-20.0, 20.0),
        f32::from(line.blank_before.min(4)),
        f32::from(blank_after.min(4)),
        flag(line.bullet),
        (page.repeats.get(&s.hash).copied().unwrap_or(1).min(20)) as f32,
        page.shared[at],
        before.prose,
        after.prose,
        before.words.ln_1p(),
        after.words.ln_1p(),
        flag(before.ends_sentence),
        flag(after.ends_sentence),
        around.mean(0, at, 2),
        around.mean(0, at, 5),
        around.mean(1, at, 5),
        around.mean(2, at, 5),
        around.mean(3, at, 4),
        around.mean(4, at, 4),
        around.heading[at],
        page.headline.map_or(f32::NAN, |h| (i as f32 - h as f32).clamp(-40.0, 40.0)),
        flag(page.headline.is_some_and(|h| text.stats[h].hash == s.hash)),
        s.hits.exact.count_ones() as f32,
        s.hits.unquoted.iter().map(|&n| f32::from(n)).sum::<f32>().min(20.0),
        b.hits.min(20) as f32,
        b.kinds.count_ones() as f32,
        kind(Kind::Donation),
        kind(Kind::Subscription),
        kind(Kind::Consent),
        kind(Kind::Newsletter),
        kind(Kind::Share),
        kind(Kind::Related),
        kind(Kind::Comments),
        kind(Kind::App) + kind(Kind::Advert),
        kind(Kind::Copyright),
        kind(Kind::Navigation),
        kind(Kind::Credit),
        kind(Kind::Byline),
        kind(Kind::Reading),
        per(f32::from(s.hits.count(Kind::Date)), s.words.max(1.0)),
        flag(s.hits.begins != 0),
        flag(s.credit_tail),
        i.checked_sub(1).map_or(0.0, |j| credit(&text.stats[j])),
        text.stats.get(i + 1).map_or(0.0, credit),
        flag(s.ends_ellipsis),
        per(s.upper as f32, s.letters as f32),
        titled(text, page, i),
        before.exact.count_ones() as f32,
        after.exact.count_ones() as f32,
        around.sums[at][2].ln_1p(),
        (around.sums[around.sums.len() - 1][2] - around.sums[at + 1][2]).ln_1p(),
        page.shared.get(at + 1).copied().unwrap_or(0.0),
        if at > 0 { page.shared[at - 1] } else { 0.0 },
    ]);
}

/// Whether a line says who took a picture.
fn credit(s: &Stats) -> f32 {
    let says = s.hits.begins & Kind::Credit.bit() != 0 || (s.words < 12.0 && s.hits.has(Kind::Credit));
    f32::from(u8::from(says)) + f32::from(u8::from(s.credit_tail && s.words < 12.0))
}

/// Share of the headline's content words that the line has too.
fn titled(text: &TextPage, page: &Scored, line: usize) -> f32 {
    let Some(headline) = page.headline.map(|h| text.content_of(h)).filter(|h| !h.is_empty()) else {
        return 0.0;
    };
    let own = text.content_of(line);
    let own = &own[..own.len().min(200)];
    headline.iter().take(30).filter(|w| own.contains(w)).count() as f32 / headline.len().min(30) as f32
}

/// Blocks from a run, negative before it; 0 inside, 60 at most.
fn distance(at: usize, (from, to): (usize, usize)) -> f32 {
    if from == to {
        return 60.0;
    }
    if at < from {
        -((from - at).min(60) as f32)
    } else if at >= to {
        (at - to + 1).min(60) as f32
    } else {
        0.0
    }
}
