//! The hearing of witnesses: who said what of which field, who was believed and why. Winners go into the
//! event's evidence, all into the trace.

use std::collections::BTreeMap;

use crate::model::article::{Evidence, EvidenceSource};
use crate::model::trace::Witness;

/// Witnesses kept for one page, and bytes of one value.
const MOST: usize = 200;
const LONGEST: usize = 300;

#[derive(Debug, Default)]
pub struct Ledger {
    pub evidence: BTreeMap<String, Evidence>,
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
        let raw = Some(cut(&said.raw)).filter(|r| !r.is_empty());
        self.evidence.insert(field.into(), Evidence { source: said.source, confidence, raw });
        self.note(field, said, true, why);
    }

    /// A witness that was heard and not believed.
    pub fn dismiss<T>(&mut self, field: &'static str, said: &Said<T>, why: &str) {
        self.note(field, said, false, why);
    }

    fn note<T>(&mut self, field: &'static str, said: &Said<T>, chosen: bool, why: &str) {
        if self.witnesses.len() < MOST {
            self.witnesses.push(Witness {
                field,
                source: format!("{} {}", name(said.source), said.place),
                value: cut(&said.raw),
                chosen,
                why: why.into(),
            });
        }
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
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
