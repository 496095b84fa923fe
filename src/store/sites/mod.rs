//! What one site has taught: which lines it prints under different stories. A pure value; whoever
//! persists it stores its bytes and compares before it sets.
//!
//! A line counts once for each distinct *lead* (story), never for each sighting: an article that is
//! scraped five times would otherwise look like boilerplate to itself. Counts reach back over a window
//! of stories, so that what a new layout no longer prints is forgotten.

mod codec;

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use codec::SiteMemoryError;

use crate::model::knowledge::{LearnedLine, line_hash};
use crate::model::{Observations, SiteKnowledge};

/// Stories that are remembered of an edition; older ones no longer count.
const WINDOW: usize = 48;
/// Sentence hashes kept of a story.
const SKETCH: usize = 24;
/// Lines remembered of an edition.
const MAX_LINES: usize = 3000;
/// A line not seen again within so many stories is forgotten.
const PATIENCE: u32 = 24;
const MAX_EDITIONS: usize = 8;
/// Lines on which a person has decided.
const MAX_DECISIONS: usize = 500;
const MAX_TEXT: usize = 120;

/// A line is the site's own from so many leads on, and where it stands under that share of the stories
/// since it was first seen. Calibrated on the synthetic stream of the tests.
const LEADS: usize = 3;
const SHARE: f32 = 0.2;
/// Long prose may be the background of a running story: it needs more.
const PROSE_LEADS: usize = 5;
const PROSE_SHARE: f32 = 0.25;

/// The memory of one site.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteMemory {
    site: String,
    /// Least recently taught first.
    editions: VecDeque<Edition>,
    decisions: Vec<Decided>,
}

/// What a person decided about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Always removed.
    Pin,
    /// Never removed by what was learned.
    Forbid,
}

#[derive(Debug, Clone, PartialEq)]
struct Decided {
    hash: u64,
    decision: Decision,
    text: String,
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
    /// Numbers of the leads in the window that carried the line, rising.
    leads: Vec<u32>,
    first: u32,
    /// Leads under which the line stood among lines that the site repeats, on both sides: what belongs
    /// to a story stands among the story's own.
    company: u32,
    prose: bool,
    /// Unix seconds.
    since: u64,
    /// Kept from the second lead on.
    text: String,
}

/// A learned line as a person sees it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LineReport {
    pub edition: String,
    pub text: String,
    /// Distinct stories in the window that carried the line.
    pub leads: u32,
    pub share: f32,
    /// Unix seconds of the first sighting; 0 for a line that a person pinned before it was seen.
    pub since: u64,
    pub prose: bool,
    /// Whether the line is removed from pages.
    pub removed: bool,
    pub decision: Option<&'static str>,
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
    /// the order of editions.
    pub fn learn(&mut self, seen: &Observations, at: u64) {
        if seen.lead.is_empty() {
            return;
        }
        let edition = match self.editions.iter().position(|e| e.name == seen.edition) {
            Some(place) => self.editions.remove(place).unwrap_or_default(),
            None => Edition { name: seen.edition.clone(), ..Edition::default() },
        };
        if self.editions.len() >= MAX_EDITIONS {
            self.editions.pop_front();
        }
        self.editions.push_back(edition);
        if let Some(edition) = self.editions.back_mut() {
            edition.learn(seen, at);
        }
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

    /// Pins or forbids a line. Fails where a person has decided on too many.
    pub fn decide(&mut self, text: &str, decision: Decision) -> Result<(), SiteMemoryError> {
        let hash = line_hash(text);
        self.decisions.retain(|d| d.hash != hash);
        if self.decisions.len() >= MAX_DECISIONS {
            return Err(SiteMemoryError::TooManyDecisions { site: self.site.clone(), most: MAX_DECISIONS });
        }
        self.decisions.push(Decided { hash, decision, text: cut(text) });
        Ok(())
    }

    /// Forgets a line and what was decided about it; says whether anything was known.
    pub fn forget(&mut self, text: &str) -> bool {
        let hash = line_hash(text);
        let before = self.decisions.len();
        self.decisions.retain(|d| d.hash != hash);
        let mut known = self.decisions.len() < before;
        for edition in &mut self.editions {
            known |= edition.lines.remove(&hash).is_some();
        }
        known
    }

    /// Lines seen under at least two stories or decided upon, most frequent first.
    pub fn report(&self) -> Vec<LineReport> {
        let decision = |hash: u64| self.decisions.iter().find(|d| d.hash == hash).map(|d| d.decision);
        let mut out = Vec::new();
        for edition in &self.editions {
            for (&hash, line) in edition.lines.iter().filter(|(_, l)| l.leads.len() >= 2) {
                let share = edition.share(line);
                let decided = decision(hash);
                out.push(LineReport {
                    edition: edition.name.clone(),
                    text: line.text.clone(),
                    leads: line.leads.len() as u32,
                    share,
                    since: line.since,
                    prose: line.prose,
                    removed: match decided {
                        Some(Decision::Pin) => true,
                        Some(Decision::Forbid) => false,
                        None => edition.is_boilerplate(line, share),
                    },
                    decision: decided.map(Decision::as_str),
                });
            }
        }
        for decided in &self.decisions {
            let seen = |e: &Edition| e.lines.get(&decided.hash).is_some_and(|l| l.leads.len() >= 2);
            if !self.editions.iter().any(seen) {
                out.push(LineReport {
                    edition: String::new(),
                    text: decided.text.clone(),
                    leads: 0,
                    share: 0.0,
                    since: 0,
                    prose: false,
                    removed: decided.decision == Decision::Pin,
                    decision: Some(decided.decision.as_str()),
                });
            }
        }
        out.sort_by(|a, b| b.leads.cmp(&a.leads).then_with(|| a.text.cmp(&b.text)));
        out
    }
}

impl Decision {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pinned",
            Self::Forbid => "forbidden",
        }
    }
}

impl Edition {
    fn learn(&mut self, seen: &Observations, at: u64) {
        // The lead is assigned before anything is counted.
        let number = self.assign(sketch(&seen.lead));
        let oldest = self.leads.front().map_or(0, |l| l.number);
        let elsewhere = |known: &LineMemory| known.leads.iter().any(|&lead| lead != number);
        let repeated: Vec<bool> =
            seen.lines.iter().map(|line| self.lines.get(&line.hash).is_some_and(elsewhere)).collect();
        for (i, line) in seen.lines.iter().enumerate() {
            // The ends of a page are as good as its furniture, but not by themselves.
            let before = i.checked_sub(1).map(|at| repeated[at]);
            let after = repeated.get(i + 1).copied();
            let company = before != Some(false) && after != Some(false) && (before, after) != (None, None);
            let known = self.lines.entry(line.hash).or_insert_with(|| LineMemory {
                first: number,
                since: at,
                ..LineMemory::default()
            });
            known.prose |= line.prose;
            if let Err(place) = known.leads.binary_search(&number) {
                known.leads.insert(place, number);
                known.leads.retain(|&lead| lead >= oldest);
                known.company += u32::from(company);
                if known.leads.len() >= 2 && known.text.is_empty() {
                    known.text = cut(&line.text);
                }
            }
        }
        self.prune(oldest);
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

    fn prune(&mut self, oldest: u32) {
        let now = self.stories;
        self.lines.retain(|_, line| {
            line.leads.retain(|&lead| lead >= oldest);
            line.leads.last().is_some_and(|&last| line.leads.len() >= LEADS || now - last <= PATIENCE)
        });
        if self.lines.len() > MAX_LINES {
            let mut by_worth: Vec<(usize, u32, u64)> = self
                .lines
                .iter()
                .map(|(&hash, l)| (l.leads.len(), l.leads.last().copied().unwrap_or(0), hash))
                .collect();
            by_worth.sort_unstable();
            for (_, _, hash) in &by_worth[..by_worth.len() - MAX_LINES * 9 / 10] {
                self.lines.remove(hash);
            }
        }
    }

    /// Share of the stories, since the line was first seen, that carry it.
    fn share(&self, line: &LineMemory) -> f32 {
        let since = self.leads.iter().filter(|lead| lead.number >= line.first).count();
        line.leads.len() as f32 / since.max(1) as f32
    }

    fn is_boilerplate(&self, line: &LineMemory, share: f32) -> bool {
        let leads = line.leads.len();
        // A first sighting has no company yet.
        let in_company = leads >= 2 && line.company as usize * 2 >= leads;
        if !line.prose {
            return leads >= LEADS - usize::from(in_company) && share >= SHARE;
        }
        if in_company && leads >= LEADS && share >= PROSE_SHARE {
            return true;
        }
        let whole = leads as f32 / self.leads.len().max(1) as f32;
        leads >= PROSE_LEADS && share >= PROSE_SHARE && (whole >= SHARE || share >= 0.5)
    }
}

fn sketch(sentences: &[u64]) -> Vec<u32> {
    let mut out: Vec<u32> = sentences.iter().map(|hash| (hash >> 32) as u32).collect();
    out.sort_unstable();
    out.dedup();
    out.truncate(SKETCH);
    out
}

/// The same lines have the same name, in whatever order they were learned.
fn snapshot_id(lines: &FxHashMap<u64, LearnedLine>) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut hashes: Vec<u64> = lines.keys().copied().collect();
    hashes.sort_unstable();
    let mix = |id: u64, hash: &u64| (id ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    format!("{:016x}", hashes.iter().fold(hashes.len() as u64, mix))
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::knowledge::ObservedLine;

    /// A page of story `story` with these lines and ten sentences of its own.
    fn page(story: &str, lines: &[&str]) -> Observations {
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

    const APPEAL: &str = "Support the Herald";
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
    fn a_person_decides() {
        let mut memory = SiteMemory::new("herald.example");
        for story in ["alpha", "beta", "gamma"] {
            memory.learn(&page(story, &[APPEAL]), 7);
        }
        let before = memory.snapshot().id;
        memory.decide(APPEAL, Decision::Forbid).expect("room");
        memory.decide("Paid content", Decision::Pin).expect("room");
        let known = memory.snapshot();
        assert!(known.line(APPEAL).is_none());
        assert!(known.line("paid content").is_some_and(|l| l.pinned));
        assert_ne!(known.id, before);
        let report = memory.report();
        assert_eq!((report[0].leads, report[0].decision, report[0].since), (3, Some("forbidden"), 7));
        assert!(memory.forget(APPEAL) && !memory.forget("never seen"));
        memory.decide(APPEAL, Decision::Pin).expect("room");
        memory.decide(APPEAL, Decision::Forbid).expect("room");
        assert_eq!(memory.report().len(), 2, "the last decision stands");
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
        assert!((0..MAX_DECISIONS).all(|i| memory.decide(&"p".repeat(i + 1), Decision::Pin).is_ok()));
        assert!(memory.decide("one more", Decision::Pin).is_err());
    }
}
