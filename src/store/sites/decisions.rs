//! What a person sees of a site's memory, and decides about its lines: pinned ones always go, forbidden ones
//! always stay.

use super::{Edition, SiteMemory, SiteMemoryError, cut};
use crate::model::knowledge::line_hash;

/// Lines on which a person has decided.
const MAX_DECISIONS: usize = 500;
/// Fewest digits of a handle that name a line.
const FEWEST_DIGITS: usize = 8;

/// What a person decided about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Always removed.
    Pin,
    /// Never removed by what was learned.
    Forbid,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decided {
    pub hash: u64,
    pub decision: Decision,
    pub text: String,
}

/// Why what a person said names no line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    #[error("the line is empty: say its text, or its handle from `copydesk sites show {site}`")]
    Empty { site: String },
    #[error(
        "{site} never taught that line: see `copydesk sites show {site}`, and say the handle where a line is long"
    )]
    Unknown { site: String },
    #[error("{site} has no line of the handle {handle}: see `copydesk sites show {site}`")]
    NoHandle { site: String, handle: String },
    #[error("{handle} begins the handles of {lines} lines of {site}: say more of its digits")]
    Ambiguous { site: String, handle: String, lines: usize },
}

/// A line as it is named to the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    hash: u64,
    text: String,
    /// Whether the site has taught it, or a person decided on it before.
    pub known: bool,
}

/// A learned line as a person sees it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LineReport {
    pub edition: String,
    /// Names the line where its text is long: 16 hex digits.
    pub handle: String,
    /// As it was first seen twice; cut at 500 characters.
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
    /// The line that a person means: by its handle, the first eight digits of it or more, or by its text.
    pub fn named(&self, said: &str) -> Result<Named, LineError> {
        let site = || self.site.clone();
        let said = said.trim();
        if !said.chars().any(char::is_alphanumeric) {
            return Err(LineError::Empty { site: site() });
        }
        let known = self.known();
        let digits = said.bytes().all(|b| b.is_ascii_hexdigit());
        if !digits || !(FEWEST_DIGITS..=16).contains(&said.len()) {
            let hash = line_hash(said);
            let known = known.iter().any(|(known, _)| *known == hash);
            return Ok(Named { hash, text: cut(said), known });
        }
        let handle = said.to_ascii_lowercase();
        let mut meant: Vec<&(u64, &str)> =
            known.iter().filter(|(hash, _)| handle_of(*hash).starts_with(&handle)).collect();
        meant.dedup_by_key(|(hash, _)| *hash);
        match meant.as_slice() {
            [] => Err(LineError::NoHandle { site: site(), handle }),
            [(hash, text)] => Ok(Named { hash: *hash, text: (*text).to_owned(), known: true }),
            several => Err(LineError::Ambiguous { site: site(), handle, lines: several.len() }),
        }
    }

    /// Hash and text of every line that was seen or decided upon, the longest text first; one line may come twice.
    fn known(&self) -> Vec<(u64, &str)> {
        let seen =
            self.editions.iter().flat_map(|e| e.lines.iter().map(|(hash, l)| (*hash, l.text.as_str())));
        let decided = self.decisions.iter().map(|d| (d.hash, d.text.as_str()));
        let mut known: Vec<(u64, &str)> = seen.chain(decided).collect();
        known.sort_unstable_by_key(|(hash, text)| (*hash, std::cmp::Reverse(text.len())));
        known
    }

    /// Pins or forbids a line. Fails where a person has decided on too many.
    pub fn decide(&mut self, line: &Named, decision: Decision) -> Result<(), SiteMemoryError> {
        self.decisions.retain(|d| d.hash != line.hash);
        if self.decisions.len() >= MAX_DECISIONS {
            return Err(SiteMemoryError::TooManyDecisions { site: self.site.clone(), most: MAX_DECISIONS });
        }
        self.decisions.push(Decided { hash: line.hash, decision, text: line.text.clone() });
        Ok(())
    }

    /// Forgets a line and what was decided about it.
    pub fn forget(&mut self, line: &Named) {
        self.decisions.retain(|d| d.hash != line.hash);
        for edition in &mut self.editions {
            edition.lines.remove(&line.hash);
        }
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
                    handle: handle_of(hash),
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
                    handle: handle_of(decided.hash),
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

/// As events and people name a line.
pub(super) fn handle_of(hash: u64) -> String {
    format!("{hash:016x}")
}

impl Decision {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pinned",
            Self::Forbid => "forbidden",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{APPEAL, page};
    use super::*;

    fn taught(lines: &[&str]) -> SiteMemory {
        let mut memory = SiteMemory::new("herald.example");
        for story in ["alpha", "beta", "gamma"] {
            memory.learn(&page(story, lines), 7);
        }
        memory
    }

    fn decide(memory: &mut SiteMemory, line: &str, decision: Decision) -> Result<(), SiteMemoryError> {
        let line = memory.named(line).expect("a line");
        memory.decide(&line, decision)
    }

    #[test]
    fn a_person_decides() {
        let mut memory = taught(&[APPEAL]);
        let before = memory.snapshot().id;
        decide(&mut memory, APPEAL, Decision::Pin).expect("room");
        assert_ne!(memory.snapshot().id, before, "the same line, removed for another reason");
        decide(&mut memory, APPEAL, Decision::Forbid).expect("room");
        decide(&mut memory, "Paid content", Decision::Pin).expect("room");
        let known = memory.snapshot();
        assert!(known.line(APPEAL).is_none());
        assert!(known.line("paid content").is_some_and(|l| l.pinned));
        assert_ne!(known.id, before);
        let report = memory.report();
        assert_eq!(report.len(), 2, "the last decision stands");
        assert_eq!((report[0].leads, report[0].decision, report[0].since), (3, Some("forbidden"), 7));
        let line = memory.named(APPEAL).expect("a line");
        memory.forget(&line);
        assert!(!memory.named(APPEAL).expect("a line").known);
        let most = (0..MAX_DECISIONS).map(|i| decide(&mut memory, &"p".repeat(i + 1), Decision::Pin).is_ok());
        assert_eq!(most.filter(|ok| *ok).count(), MAX_DECISIONS - 1, "one stands from before");
        assert!(decide(&mut memory, "one more", Decision::Pin).is_err());
    }

    #[test]
    fn a_line_is_named_by_its_text_or_by_its_handle() {
        let long = format!("{} and nobody else but you.", "Support the Herald ".repeat(12));
        let memory = taught(&[&long, APPEAL]);
        let report = memory.report();
        let shown = report.iter().find(|l| l.text == long).expect("in full");
        let by_text = memory.named(&long).expect("taught");
        for said in [shown.handle.as_str(), &shown.handle[..8], &shown.handle.to_ascii_uppercase()] {
            assert_eq!(memory.named(said), Ok(by_text.clone()), "{said}");
        }
        assert!(by_text.known && !memory.named(&long[..120]).expect("a line").known);
        for nothing in ["", "  ", "???"] {
            assert!(matches!(memory.named(nothing), Err(LineError::Empty { .. })), "{nothing:?}");
        }
        assert!(matches!(memory.named("00000000"), Err(LineError::NoHandle { .. })));
        // Short words of hex digits are words.
        assert!(!memory.named("decade").expect("a line").known);
    }

    #[test]
    fn a_handle_of_two_lines_names_neither() {
        let mut memory = SiteMemory::new("herald.example");
        for hash in [0xabcd_ef01_0000_0001, 0xabcd_ef01_0000_0002] {
            memory.decisions.push(Decided { hash, decision: Decision::Pin, text: String::new() });
        }
        assert!(matches!(memory.named("abcdef01"), Err(LineError::Ambiguous { lines: 2, .. })));
        assert!(memory.named("abcdef0100000002").is_ok());
    }
}
