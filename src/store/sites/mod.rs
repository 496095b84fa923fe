//! What one site has taught: which lines it prints under different stories. A pure value; whoever
//! persists it stores its bytes and compares before it sets.
//!
//! A line counts once for each distinct *lead* (story), never for each sighting: an article that is
//! scraped five times would otherwise look like boilerplate to itself. Counts reach back over a window
//! of stories, so that what a new layout no longer prints is forgotten.

mod codec;
/// What a person sees of the lines, and says of them.
mod decisions;

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use codec::SiteMemoryError;
pub use decisions::{Decision, LineError, LineReport, Named};

use crate::model::knowledge::{LearnedLine, SHOWN};
use crate::model::{Observations, SiteKnowledge};
use decisions::Decided;

/// Stories that are remembered of an edition; older ones no longer count.
const WINDOW: usize = 48;
/// Sentence hashes kept of a story.
const SKETCH: usize = 24;
/// Lines remembered of an edition.
const MAX_LINES: usize = 3000;
/// Bytes that they may take together; those of an edition of 3000 short lines are a third of it.
const MAX_BYTES: usize = 512 << 10;
/// A line not seen again within so many stories is forgotten.
const PATIENCE: u32 = 24;
const MAX_EDITIONS: usize = 8;

/// A line is the site's own from so many leads on, and where it stands under that share of the stories
/// since it was first seen. Calibrated on the synthetic stream of the tests.
const LEADS: usize = 3;
const SHARE: f32 = 0.2;
/// Long prose may be the background of a running story: it needs more.
const PROSE_LEADS: usize = 5;
const PROSE_SHARE: f32 = 0.25;
/// Standard deviations by which the stories that carry prose of no company must be more than half of all. With a
/// background in 30 % of the stories of the synthetic stream .01 % of the body is lost; with half alone .1 %.
const DEVIATIONS: f32 = 2.2;

/// The memory of one site.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteMemory {
    site: String,
    /// Least recently taught first.
    editions: VecDeque<Edition>,
    decisions: Vec<Decided>,
}

/// A language edition: what it prints differs from its sisters'.
#[derive(Debug, Clone, Default, PartialEq)]
struct Edition {
    name: String,
    /// Distinct stories ever: the next lead's number.
    stories: u32,
    leads: VecDeque<Lead>,
    lines: FxHashMap<u64, LineMemory>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Lead {
    number: u32,
    /// Sorted; the smallest sentence hashes of the story.
    sketch: Vec<u32>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct LineMemory {
    /// Leads in the window that carried the line, by their numbers, rising.
    leads: Vec<Sighting>,
    first: u32,
    prose: bool,
    /// Unix seconds.
    since: u64,
    /// Kept from the second lead on.
    text: String,
}

/// A line under one lead.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sighting {
    lead: u32,
    company: Company,
}

/// Sides of a line on which stood a line that the site repeats: what belongs to a story stands among the
/// story's own. The ends of a page are as good as its furniture, but not by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    None,
    OneSide,
    BothSides,
}

impl SiteMemory {
    pub fn new(site: &str) -> Self {
        Self { site: site.to_owned(), ..Self::default() }
    }

    pub fn site(&self) -> &str {
        &self.site
    }

    /// Distinct stories that the site has taught with, in all editions.
    pub fn stories(&self) -> u32 {
        self.editions.iter().map(|e| e.stories).sum()
    }

    /// Learns from one page; `at` is the time in Unix seconds. The same page again changes nothing but
    /// the order of editions. Says how many lines had to go for want of room.
    pub fn learn(&mut self, seen: &Observations, at: u64) -> usize {
        if seen.lead.is_empty() {
            return 0;
        }
        let edition = match self.editions.iter().position(|e| e.name == seen.edition) {
            Some(place) => self.editions.remove(place).unwrap_or_default(),
            None => Edition { name: seen.edition.clone(), ..Edition::default() },
        };
        if self.editions.len() >= MAX_EDITIONS {
            self.editions.pop_front();
        }
        self.editions.push_back(edition);
        self.editions.back_mut().map_or(0, |edition| edition.learn(seen, at))
    }

    /// What is known now, for `read`.
    pub fn snapshot(&self) -> SiteKnowledge {
        let mut lines = FxHashMap::default();
        for edition in &self.editions {
            for (&hash, line) in &edition.lines {
                let share = edition.share(line);
                if edition.is_boilerplate(line, share) {
                    let known = LearnedLine { leads: line.leads.len() as u32, share, pinned: false };
                    lines.insert(hash, known);
                }
            }
        }
        for decided in &self.decisions {
            match decided.decision {
                Decision::Pin => {
                    lines.insert(decided.hash, LearnedLine { leads: 0, share: 1.0, pinned: true });
                }
                Decision::Forbid => {
                    lines.remove(&decided.hash);
                }
            }
        }
        SiteKnowledge {
            id: snapshot_id(&lines),
            site: Some(self.site.clone()),
            lines: Arc::new(lines),
            leads: self.stories(),
        }
    }
}

impl Edition {
    fn learn(&mut self, seen: &Observations, at: u64) -> usize {
        // The lead is assigned before anything is counted.
        let number = self.assign(sketch(&seen.lead));
        let oldest = self.leads.front().map_or(0, |l| l.number);
        let elsewhere = |known: &LineMemory| known.leads.iter().any(|s| s.lead != number);
        let repeated: Vec<bool> =
            seen.lines.iter().map(|line| self.lines.get(&line.hash).is_some_and(elsewhere)).collect();
        for (i, line) in seen.lines.iter().enumerate() {
            let before = i.checked_sub(1).map(|at| repeated[at]);
            let company = Company::of(before, repeated.get(i + 1).copied());
            let known = self.lines.entry(line.hash).or_insert_with(|| LineMemory {
                first: number,
                since: at,
                ..LineMemory::default()
            });
            known.prose |= line.prose;
            if let Err(place) = known.leads.binary_search_by_key(&number, |s| s.lead) {
                known.leads.insert(place, Sighting { lead: number, company });
                known.leads.retain(|s| s.lead >= oldest);
                if known.leads.len() >= 2 && known.text.is_empty() {
                    known.text = cut(&line.text);
                }
            }
        }
        self.prune(oldest)
    }

    /// The number of the story that the sketch belongs to: a remembered one that shares at least half
    /// of its own sentences, else a new one.
    fn assign(&mut self, sketch: Vec<u32>) -> u32 {
        // Sentences that several stories share are no one's own.
        let mut stories: FxHashMap<u32, u32> = FxHashMap::default();
        for lead in &self.leads {
            for &sentence in &lead.sketch {
                *stories.entry(sentence).or_default() += 1;
            }
        }
        let own = |sentence: &&u32| stories.get(*sentence).is_none_or(|&n| n < LEADS as u32);
        let mine = sketch.iter().filter(own).count();
        for lead in &mut self.leads {
            let shared = lead.sketch.iter().filter(own).filter(|s| sketch.binary_search(s).is_ok()).count();
            let theirs = lead.sketch.iter().filter(own).count();
            if shared > 0 && shared * 2 >= mine.min(theirs) {
                return lead.number;
            }
        }
        let number = self.stories;
        self.stories += 1;
        self.leads.push_back(Lead { number, sketch });
        if self.leads.len() > WINDOW {
            self.leads.pop_front();
        }
        number
    }

    /// Forgets what is no longer printed and, where there is no room, what was seen least; says how many of these.
    fn prune(&mut self, oldest: u32) -> usize {
        let now = self.stories;
        self.lines.retain(|_, line| {
            line.leads.retain(|s| s.lead >= oldest);
            line.leads.last().is_some_and(|last| line.leads.len() >= LEADS || now - last.lead <= PATIENCE)
        });
        let all = self.lines.len();
        let mut lines = all;
        let mut bytes: usize = self.lines.values().map(LineMemory::bytes).sum();
        if lines <= MAX_LINES && bytes <= MAX_BYTES {
            return 0;
        }
        let mut by_worth: Vec<(usize, u32, u64, usize)> = self
            .lines
            .iter()
            .map(|(&hash, l)| (l.leads.len(), l.leads.last().map_or(0, |s| s.lead), hash, l.bytes()))
            .collect();
        by_worth.sort_unstable();
        for (_, _, hash, size) in by_worth {
            if lines <= MAX_LINES * 9 / 10 && bytes <= MAX_BYTES / 10 * 9 {
                break;
            }
            self.lines.remove(&hash);
            lines -= 1;
            bytes -= size;
        }
        all - lines
    }

    /// Stories since the line was first seen.
    fn since(&self, line: &LineMemory) -> usize {
        self.leads.iter().filter(|lead| lead.number >= line.first).count().max(1)
    }

    /// Share of the stories, since the line was first seen, that carry it.
    fn share(&self, line: &LineMemory) -> f32 {
        line.leads.len() as f32 / self.since(line) as f32
    }

    fn is_boilerplate(&self, line: &LineMemory, share: f32) -> bool {
        let leads = line.leads.len();
        // A first sighting has no company yet.
        let in_company = leads >= 2 && line.under(Company::BothSides) * 2 >= leads;
        if !line.prose {
            return leads >= LEADS - usize::from(in_company) && share >= SHARE;
        }
        if in_company && leads >= LEADS && share >= PROSE_SHARE {
            return true;
        }
        let alone = line.under(Company::None) * 2 > leads;
        if alone {
            // A paragraph amid the story is the background of what the site writes about, unless most stories
            // carry it, and that by no chance.
            let stories = self.since(line) as f32;
            return leads >= PROSE_LEADS && leads as f32 >= stories / 2.0 + DEVIATIONS * stories.sqrt() / 2.0;
        }
        let whole = leads as f32 / self.leads.len().max(1) as f32;
        leads >= PROSE_LEADS && share >= PROSE_SHARE && (whole >= SHARE || share >= 0.5)
    }
}

impl LineMemory {
    /// What it takes, as stored: about as much as in memory, where texts are long.
    fn bytes(&self) -> usize {
        16 + 2 * self.leads.len() + self.text.len()
    }

    /// Leads under which the line stood in such company.
    fn under(&self, company: Company) -> usize {
        self.leads.iter().filter(|s| s.company == company).count()
    }
}

impl Company {
    /// Whether the lines before and after are repeated; `None` at an end of the page.
    fn of(before: Option<bool>, after: Option<bool>) -> Self {
        match (before, after) {
            (None, None) | (Some(false), Some(false) | None) | (None, Some(false)) => Self::None,
            (Some(false), Some(true)) | (Some(true), Some(false)) => Self::OneSide,
            (Some(true) | None, Some(true)) | (Some(true), None) => Self::BothSides,
        }
    }
}

fn sketch(sentences: &[u64]) -> Vec<u32> {
    let mut out: Vec<u32> = sentences.iter().map(|hash| (hash >> 32) as u32).collect();
    out.sort_unstable();
    out.dedup();
    out.truncate(SKETCH);
    out
}

/// The same lines, pinned or learned, have the same name, in whatever order they came: an article under it is
/// cleaned in the same way and for the same reasons.
fn snapshot_id(lines: &FxHashMap<u64, LearnedLine>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut known: Vec<(u64, bool)> = lines.iter().map(|(&hash, line)| (hash, line.pinned)).collect();
    known.sort_unstable();
    let mixed = |id: u64, more: u64| (id ^ more).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mix = |id: u64, &(hash, pinned): &(u64, bool)| mixed(mixed(id, hash), u64::from(pinned));
    format!("{:016x}", known.iter().fold(known.len() as u64, mix))
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::knowledge::{ObservedLine, line_hash};

    /// A page of story `story` with these lines and ten sentences of its own.
    pub(super) fn page(story: &str, lines: &[&str]) -> Observations {
        let own = (0..10).map(|i| line_hash(&format!("{story} sentence {}", "i".repeat(i)))).collect();
        let line = |text: &&str| ObservedLine {
            hash: line_hash(text),
            prose: text.len() > 80,
            kept: true,
            text: (*text).to_owned(),
        };
        Observations {
            site: Some("herald.example".into()),
            edition: "en".into(),
            lead: own,
            lines: lines.iter().map(line).collect(),
        }
    }

    pub(super) const APPEAL: &str = "Support the Herald";
    const LONG: &str = "Since the dam broke in the spring the province has been governed from the neighbouring capital, and talks go on.";

    #[test]
    fn a_story_scraped_again_and_again_teaches_once() {
        let mut memory = SiteMemory::new("herald.example");
        for _ in 0..20 {
            memory.learn(&page("alpha", &["The dam broke.", APPEAL]), 1);
        }
        assert_eq!((memory.stories(), memory.snapshot().lines.len()), (1, 0));
        memory.learn(&page("beta", &["The bridge opened.", APPEAL]), 2);
        assert!(memory.snapshot().line(APPEAL).is_none(), "two leads are not enough");
        memory.learn(&page("gamma", &["A cat was found.", APPEAL]), 3);
        let known = memory.snapshot();
        assert_eq!(known.line("SUPPORT THE HERALD!").map(|l| l.leads), Some(3));
        assert_eq!(known.lines.len(), 1);
    }

    #[test]
    fn long_prose_and_editions_need_evidence_of_their_own() {
        let mut memory = SiteMemory::new("herald.example");
        for story in ["alpha", "beta", "gamma", "delta"] {
            memory.learn(&page(story, &[LONG]), 1);
        }
        assert!(memory.snapshot().line(LONG).is_none());
        let mut other = page("epsilon", &[LONG]);
        other.edition = "de".into();
        memory.learn(&other, 1);
        assert!(memory.snapshot().line(LONG).is_none(), "seen once in the German edition");
        memory.learn(&page("zeta", &[LONG]), 1);
        assert!(memory.snapshot().line(LONG).is_some());
    }

    #[test]
    fn what_is_no_longer_printed_is_forgotten() {
        let mut memory = SiteMemory::new("herald.example");
        for story in 0..10 {
            memory.learn(&page(&"a".repeat(story + 1), &[APPEAL]), 1);
        }
        assert!(memory.snapshot().line(APPEAL).is_some());
        for story in 0..60 {
            memory.learn(&page(&"b".repeat(story + 1), &["Back the Herald"]), 1);
        }
        assert!(memory.snapshot().line(APPEAL).is_none());
        assert!(memory.snapshot().line("Back the Herald").is_some());
    }

    #[test]
    fn memory_is_bounded() {
        let mut memory = SiteMemory::new("herald.example");
        for story in 0..400 {
            let lines: Vec<String> =
                (0..200).map(|i| format!("{} {}", "s".repeat(story % 97), "l".repeat(i + story))).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let mut seen = page(&"x".repeat(story + 1), &lines);
            seen.edition = format!("e{}", story % 11);
            memory.learn(&seen, 1);
        }
        assert_eq!(memory.editions.len(), MAX_EDITIONS);
        assert!(memory.editions.iter().all(|e| e.lines.len() <= MAX_LINES && e.leads.len() <= WINDOW));
    }

    /// Long lines in letters of three bytes, of stories that all print them, beside an appeal.
    #[test]
    fn memory_is_bounded_in_bytes_and_keeps_what_is_seen_most() {
        let mut memory = SiteMemory::new("herald.example");
        let mut dropped = 0;
        for story in 0..40 {
            let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
            let named = |n: usize| [letter(n), letter(n / 26), letter(n / 676)].iter().collect::<String>();
            let mut lines: Vec<String> =
                (0..300).map(|i| "橋".repeat(SHOWN) + &named(story / 2 * 300 + i)).collect();
            lines.push(APPEAL.to_owned());
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            dropped += memory.learn(&page(&"x".repeat(story + 1), &lines), 1);
            assert!(memory.encode().len() <= MAX_BYTES + (64 << 10), "{}", memory.encode().len());
        }
        assert!(dropped > 0);
        assert!(memory.snapshot().line(APPEAL).is_some());
    }
}
