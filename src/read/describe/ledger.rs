//! The hearing of witnesses: who said what of which field, who was believed and why. Winners go into the
//! event's evidence, all into the trace.

use std::collections::BTreeMap;

use crate::model::article::{Evidence, EvidenceSource, Loser};
use crate::model::script::{cut, squeezed};
use crate::model::trace::Witness;

/// Witnesses kept for one page, and bytes of one value.
const MOST: usize = 200;
const LONGEST: usize = 300;
/// Losers that one field's evidence names.
const MOST_LOSERS: usize = 4;

#[derive(Debug, Default)]
pub struct Ledger {
    evidence: BTreeMap<String, Evidence>,
    losers: BTreeMap<&'static str, Vec<Loser>>,
    pub witnesses: Vec<Witness>,
}

/// What one witness says of a field.
#[derive(Debug, Clone)]
pub struct Said<T> {
    pub source: EvidenceSource,
    /// The exact place, e.g. `og:title` or `h1`.
    pub place: &'static str,
    pub raw: String,
    pub value: T,
}

impl<T> Said<T> {
    pub fn new(source: EvidenceSource, place: &'static str, raw: impl Into<String>, value: T) -> Self {
        Self { source, place, raw: raw.into(), value }
    }
}

impl Ledger {
    /// A witness that was believed: the field's evidence.
    pub fn believe<T>(&mut self, field: &'static str, said: &Said<T>, confidence: f32, why: &str) {
        let raw = Some(short(&said.raw)).filter(|r| !r.is_empty());
        self.evidence
            .insert(field.into(), Evidence { source: said.source, confidence, raw, losers: Vec::new() });
        self.note(field, said, true, why);
    }

    /// A witness that says what the one that was believed says.
    pub fn agree<T>(&mut self, field: &'static str, said: &Said<T>, why: &str) {
        self.note(field, said, false, why);
    }

    /// A witness that was heard and not believed: what it said stays beside the winner.
    pub fn dismiss<T>(&mut self, field: &'static str, said: &Said<T>, why: &str) {
        let losers = self.losers.entry(field).or_default();
        let loser = Loser { source: said.source, raw: short(&said.raw) };
        if losers.len() < MOST_LOSERS && !loser.raw.is_empty() && losers.iter().all(|l| l.raw != loser.raw) {
            losers.push(loser);
        }
        self.note(field, said, false, why);
    }

    /// Evidence that was weighed elsewhere.
    pub fn enter(&mut self, field: &'static str, evidence: Evidence) {
        self.evidence.insert(field.into(), evidence);
    }

    /// The evidence of all fields, each with the witnesses it lost. A field that nobody was believed about
    /// is absent, and so is what was said of it.
    pub fn close(self) -> BTreeMap<String, Evidence> {
        let mut evidence = self.evidence;
        for (field, losers) in self.losers {
            let Some(winner) = evidence.get_mut(field) else { continue };
            let believed = winner.raw.as_deref().map(squeezed);
            winner.losers = losers.into_iter().filter(|l| believed != Some(squeezed(&l.raw))).collect();
        }
        evidence
    }

    fn note<T>(&mut self, field: &'static str, said: &Said<T>, chosen: bool, why: &str) {
        if self.witnesses.len() < MOST {
            self.witnesses.push(Witness {
                field,
                source: format!("{} {}", name(said.source), said.place),
                value: short(&said.raw),
                chosen,
                why: why.into(),
            });
        }
    }
}

fn short(text: &str) -> String {
    cut(text, LONGEST).to_owned()
}

fn name(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::JsonLd => "json_ld",
        EvidenceSource::OpenGraph => "open_graph",
        EvidenceSource::Meta => "meta",
        EvidenceSource::Html => "html",
        EvidenceSource::Url => "url",
        EvidenceSource::Dateline => "dateline",
        EvidenceSource::Text => "text",
        EvidenceSource::Hint => "hint",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: EvidenceSource, raw: &str) -> Said<()> {
        Said::new(source, "x", raw, ())
    }

    #[test]
    fn losers_stay_beside_the_winner() {
        let mut ledger = Ledger::default();
        // The order of hearing does not matter; one that only spells it otherwise has not lost.
        ledger.dismiss("headline", &said(EvidenceSource::Meta, "Mill closes | Herald"), "fewer");
        ledger.believe("headline", &said(EvidenceSource::Html, "Mill closes"), 0.9, "most");
        ledger.dismiss("headline", &said(EvidenceSource::JsonLd, "MILL CLOSES!"), "another was first");
        ledger.agree("headline", &said(EvidenceSource::OpenGraph, "Mill closes again"), "says the same");
        ledger.dismiss("section", &said(EvidenceSource::Meta, "Local"), "nobody was believed");
        let witnesses = ledger.witnesses.len();
        let evidence = ledger.close();
        assert_eq!(witnesses, 5);
        assert_eq!(evidence.len(), 1);
        let losers = &evidence["headline"].losers;
        assert_eq!(losers, &[Loser { source: EvidenceSource::Meta, raw: "Mill closes | Herald".into() }]);
    }

    #[test]
    fn losers_are_few() {
        let mut ledger = Ledger::default();
        ledger.believe("authors", &said(EvidenceSource::Html, "Ada Fern"), 0.9, "first");
        for i in 0..50 {
            ledger.dismiss("authors", &said(EvidenceSource::Meta, &format!("Name {i}")), "not first");
        }
        assert_eq!(ledger.close()["authors"].losers.len(), MOST_LOSERS);
    }
}
