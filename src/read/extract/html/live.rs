//! Entries of a live report: a time, often a heading, and what came to pass, again and again in one container. Pages
//! seldom declare them, and name their classes as they like; the shape is the same on all.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::features::Sight;
use super::layout::{Kind, Prefix};
use super::rules::Decision;
use crate::model::body::ParagraphKind;
use crate::model::html::{NONE, SourceMark};
use crate::read::describe::kind::{measure, signs};

/// Fewer times are those of a story and its update.
const ENTRIES: usize = 3;
/// Levels between a time and the container of all entries.
const LEVELS: usize = 6;
/// A line that is a time, a date perhaps beside it and a word or two: `Updated 31 March, 18:05 CET`.
const STAMP_CHARS: f32 = 40.0;
const STAMP_WORDS: usize = 4;
/// Words of the shortest entry.
const TOLD_WORDS: f32 = 5.0;
/// Of a page that does not call itself live, so much of the story must stand in entries.
const SHARE: f32 = 0.6;

/// The time of an entry: a line of its own, or the beginning of the entry's text.
struct Stamp {
    block: usize,
    alone: bool,
}

/// Marks what stands in entries, and takes out the times over them.
pub fn entries(sight: &Sight, decisions: &mut [Decision]) {
    let live = declares(sight) || signs::says_live(sight.page);
    let stamps = stamps(sight, decisions, live);
    let told = |b: usize| decisions[b].kept && sight.facts[b].words >= TOLD_WORDS;
    let telling = Prefix::new((0..decisions.len()).map(|b| f32::from(u8::from(told(b)))));
    let tells = |range: &Range<usize>| telling.between(range.start, range.end) > 0.0;
    // Remarks of readers have times too, and nothing that was kept.
    let next = |i: usize| stamps.get(i + 1).map_or(decisions.len(), |s: &Stamp| s.block);
    let followed = (0..stamps.len()).filter(|i| tells(&(stamps[*i].block..next(*i))));
    let Some(list) = list(sight, followed.map(|i| stamps[i].block)) else { return };
    let inside = sight.page.containers[list as usize];
    let (first, end) = (inside.first_block as usize, (inside.end_block as usize).min(decisions.len()));
    let stamps: Vec<Stamp> = stamps.into_iter().filter(|s| (first..end).contains(&s.block)).collect();
    let mut ranges: Vec<Range<usize>> = (0..stamps.len())
        .map(|i| {
            let next = stamps.get(i + 1).map_or(end, |s| s.block);
            let item = item(sight, list, stamps[i].block, decisions.len());
            let whole = stamps[i].alone && tells(&item);
            if whole { item } else { stamps[i].block..next }
        })
        .filter(tells)
        .collect();
    if ranges.len() < ENTRIES || ranges.len() * 2 < stamps.len() {
        return;
    }
    if !live {
        let kept = |b: usize| if decisions[b].kept { sight.facts[b].words } else { 0.0 };
        let words = Prefix::new((0..decisions.len()).map(kept));
        let told: f32 = ranges.iter().map(|range| words.between(range.start, range.end)).sum();
        // Stories below each other have main headlines.
        let main = Prefix::new(
            (0..decisions.len())
                .map(|b| f32::from(u8::from(sight.place(b).is_some_and(|p| p.kind == Kind::H1)))),
        );
        if told < SHARE * words.whole() || ranges.iter().any(|r| main.between(r.start, r.end) > 0.0) {
            return;
        }
    }
    // All times of one entry give it.
    let mut seen = FxHashSet::default();
    ranges.retain(|range| seen.insert((range.start, range.end)));
    for b in ranges.into_iter().flatten() {
        let decision = &mut decisions[b];
        if decision.kind == ParagraphKind::Paragraph {
            decision.kind = ParagraphKind::LiveEntry;
        }
    }
    for stamp in stamps {
        let decision = &mut decisions[stamp.block];
        match stamp.alone {
            true if decision.kept => decision.leave_out("clock"),
            true => {}
            false => decision.kind = ParagraphKind::LiveEntry,
        }
    }
}

/// JSON-LD, or microdata of the report or of its entries, says so.
fn declares(sight: &Sight) -> bool {
    let page = sight.page;
    sight.witnesses.declares_live
        || page.marks & SourceMark::LiveReport as u8 != 0
        || page.props.iter().any(|p| page.attr(p.name) == "liveBlogUpdate")
}

/// On a page that does not call itself live only elements that are times to a machine too are believed; on one that
/// does, such an element may say how long ago it was.
fn stamps(sight: &Sight, decisions: &[Decision], live: bool) -> Vec<Stamp> {
    let page = sight.page;
    // The longest text of such an element.
    let machine = |b: usize| {
        let first = page.times.partition_point(|t| (t.block as usize) < b);
        let times = page.times[first..].iter().take_while(|t| t.block as usize == b);
        times.filter(|t| page.attr(t.datetime).contains(':')).map(|t| t.text.len()).max()
    };
    let mut out = Vec::new();
    for (b, decision) in decisions.iter().enumerate() {
        let facts = &sight.facts[b];
        if facts.digits < 1.0 {
            continue;
        }
        let text = page.block_text(b);
        let short = facts.chars <= STAMP_CHARS;
        let stamp = short && is_stamp(text) && (live || machine(b).is_some());
        if stamp || short && live && machine(b) == Some(text.len()) {
            out.push(Stamp { block: b, alone: true });
        } else if live && decision.kept && facts.words >= TOLD_WORDS && measure::starts_with_clock(text) {
            out.push(Stamp { block: b, alone: false });
        }
    }
    out
}

fn is_stamp(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty());
    signs::is_time(line) && words.count() <= STAMP_WORDS && !line.split_whitespace().any(is_result)
}

/// `65.06`: seconds of a race, and no clock goes so far.
fn is_result(word: &str) -> bool {
    let two = |part: &str| part.parse::<u8>().ok().filter(|_| part.len() == 2);
    let Some((first, second)) = word.split_once(['.', ':']) else { return false };
    matches!((two(first), two(second)), (Some(first), Some(second)) if first > 24 || second > 59)
}

/// The innermost of the containers that hold the most of these blocks.
fn list(sight: &Sight, blocks: impl Iterator<Item = usize>) -> Option<u32> {
    let mut held: FxHashMap<u32, usize> = FxHashMap::default();
    for block in blocks {
        let mut at = sight.page.blocks[block].container;
        for _ in 0..LEVELS {
            let Some(container) = sight.page.containers.get(at as usize) else { break };
            *held.entry(at).or_default() += 1;
            at = container.parent;
        }
    }
    let depth = |c: u32| sight.page.containers[c as usize].depth;
    let (list, most) = held.into_iter().max_by_key(|(c, times)| (*times, depth(*c), *c))?;
    (most >= ENTRIES).then_some(list)
}

/// The blocks of the list's child that holds a time; none where that is a paragraph, or the time stands in the list
/// itself.
fn item(sight: &Sight, list: u32, block: usize, blocks: usize) -> Range<usize> {
    let mut at = sight.page.blocks[block].container;
    let mut child = NONE;
    while at != list {
        let Some(container) = sight.page.containers.get(at as usize) else { break };
        child = at;
        at = container.parent;
    }
    let place = sight.layout.place(child);
    match sight.page.containers.get(child as usize) {
        Some(c) if place.is_some_and(|p| p.kind != Kind::P) => {
            c.first_block as usize..(c.end_block as usize).min(blocks)
        }
        _ => block..block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_a_time_and_hardly_a_word() {
        for (line, expected) in [
            ("18:05", true),
            ("Updated 31 March 2026, 18:05 CET", true),
            ("vor 10 Minuten", false),
            ("14.05 Uhr", true),
            ("The gates open at 14:05 in the morning", false),
            ("31 March 2026", false),
            ("Run 15 65.06 sec.", false),
            ("31.03.2026, 18:05", true),
        ] {
            assert_eq!(is_stamp(line), expected, "{line}");
        }
    }
}
