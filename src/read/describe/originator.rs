//! The wire agency that the text came from: of the dateline, of a credit among the authors, of a last line
//! in brackets.

use super::agencies;
use super::ledger::{Ledger, Said};
use super::scene::Scene;
use crate::model::article::{Author, AuthorKind, Dateline, EvidenceSource as From};
use crate::model::body::{FoundField, Paragraph};

/// Longest line that can be a credit, in bytes.
const LONGEST_CREDIT: usize = 60;

pub fn originator(
    scene: &Scene<'_>,
    dateline: Option<&Dateline>,
    authors: &[Author],
    paragraphs: &[Paragraph],
    ledger: &mut Ledger,
) -> Option<String> {
    let mut heard: Vec<Said<&'static str>> = Vec::new();
    if let Some(agency) = dateline.and_then(|d| d.agency.as_deref()).and_then(agencies::agency) {
        heard.push(Said::new(From::Dateline, "dateline", agency, agency));
    }
    if let Some(credit) = scene.ld.as_ref().and_then(|s| s.credit.as_deref()) {
        heard.extend(agencies::agency(credit).map(|a| Said::new(From::JsonLd, "creditText", credit, a)));
    }
    // An agency beside people of the house was a source among others, not where the text came from.
    let organisations: Vec<&Author> = authors.iter().filter(|a| a.kind == AuthorKind::Organisation).collect();
    if organisations.len() == authors.len() {
        heard.extend(organisations.iter().find_map(|a| {
            let agency = agencies::agencies(&a.name)?.first().copied()?;
            Some(Said::new(From::Text, "authors", a.name.clone(), agency))
        }));
    }
    let last = paragraphs.last().map(|p| p.text.as_str());
    for line in scene.found(FoundField::Credit).chain(last).filter(|l| l.len() <= LONGEST_CREDIT) {
        let inner = line.trim().trim_matches(['(', ')', '[', ']', '/', '.', '–', '-', ' ']);
        let set_off = line.trim().starts_with(['(', '[', '/', '–', '-']);
        heard.extend(
            agencies::agency(inner)
                .filter(|_| set_off || inner == line.trim())
                .map(|a| Said::new(From::Text, "last line", line, a)),
        );
    }
    for (i, said) in heard.iter().enumerate() {
        match i {
            0 => ledger.believe("originator", said, 0.9, "first by the order of witnesses"),
            _ => ledger.dismiss("originator", said, "another was first"),
        }
    }
    heard.first().map(|s| s.value.to_owned())
}
