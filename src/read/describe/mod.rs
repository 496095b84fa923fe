//! Headline, authors, dates, dateline, language, images, kind, completeness: each with its evidence.

pub mod agencies;
mod authors;
mod credits;
pub mod dateline;
pub mod dates;
mod entities;
pub mod gazetteer;
mod headline;
mod images;
pub mod jsonld;
pub mod kind;
pub mod language;
mod ledger;
mod marks;
pub mod names;
mod originator;
mod place;
mod published;
mod scene;
mod standfirst;
mod state;

pub use crate::model::address as url;
use crate::model::article::{EvidenceSource, Language};
use crate::model::body;
use crate::model::trace::Trace;
use crate::model::{Article, Body, Budget, DecodedPage, Rejection, SiteKnowledge};
use crate::read::Parsed;
use ledger::Ledger;
use scene::Scene;

const MOST_LINKS: usize = 200;

pub fn describe(
    page: &DecodedPage,
    parsed: &Parsed,
    body: Body,
    knowledge: &SiteKnowledge,
    budget: &mut Budget,
    trace: &mut Trace,
) -> Result<Article, Rejection> {
    let judged = kind::judge(page, parsed, &body, budget)?;
    let Body { mut paragraphs, found, mut removed, .. } = body;
    let scene = Scene::set(page, parsed, &paragraphs, &found, budget)?;
    let mut ledger = Ledger::default();
    let headline = headline::headline(&scene, &mut ledger);
    let standfirst = standfirst::standfirst(&scene, &mut paragraphs, headline.as_deref(), &mut ledger);
    let authorship = authors::authors(&scene, &mut ledger);
    let firm = published::firm(&scene);
    let told = dateline::dateline(&scene, &paragraphs, firm);
    let dates = published::published(&scene, told.as_ref().and_then(|t| t.day.as_ref()), &mut ledger);
    let dateline = told.map(|t| t.dateline);
    credits::take_out(&scene, &authorship.authors, &dates, &mut paragraphs, &mut removed);
    if let Some(line) = &dateline {
        let said = ledger::Said::new(EvidenceSource::Text, "head of the story", line.raw.clone(), ());
        ledger.believe("dateline", &said, 0.95, "place, day or agency set off from the story");
    }
    let originator =
        originator::originator(&scene, dateline.as_ref(), &authorship.authors, &paragraphs, &mut ledger);
    let addresses = place::addresses(&scene, &mut ledger);
    let source = place::publisher(&scene, headline.as_deref(), &mut ledger);
    let section = place::section(&scene, &mut ledger);
    let keywords = place::keywords(&scene, &mut ledger);
    place::note_free_access(&scene, judged.completeness, &mut ledger);
    let images = images::images(&scene);
    let language = language::language(&body::join(&paragraphs), &scene.languages);
    note_language(&language, &scene, &mut ledger);
    let links = links(&scene, &paragraphs);
    ledger.enter("kind", judged.kind_evidence);
    ledger.enter("completeness", judged.completeness_evidence);
    trace.witnesses.append(&mut ledger.witnesses);
    Ok(Article {
        url: page.url.as_ref().map(|u| u.to_string()),
        canonical_url: addresses.canonical,
        url_aliases: addresses.aliases,
        source,
        headline,
        standfirst,
        byline: authorship.byline,
        authors: authorship.authors,
        dateline,
        originator,
        published_at: dates.published,
        modified_at: dates.modified,
        language,
        images,
        links,
        section,
        keywords,
        kind: judged.kind,
        completeness: judged.completeness,
        evidence: ledger.close(),
        paragraphs,
        removed,
        raw: page.raw.clone(),
        site: page.site.clone(),
        knowledge: (!knowledge.id.is_empty()).then(|| knowledge.id.clone()),
        rules: None,
        models: Vec::new(),
    })
}

/// The text speaks for its language; a page that declares another has lost.
fn note_language(language: &Language, scene: &Scene<'_>, ledger: &mut Ledger) {
    let said = ledger::Said::new(EvidenceSource::Text, "letters and words", language.tag.clone(), ());
    ledger.believe("language", &said, language.confidence, "the text's own letters and words");
    let Some(declared) = &language.declared else { return };
    let source = if scene.html.is_some() { EvidenceSource::Html } else { EvidenceSource::Hint };
    let said = ledger::Said::new(source, "declared", declared.clone(), ());
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    if primary(declared) == primary(&language.tag) {
        ledger.agree("language", &said, "declares the same");
    } else {
        ledger.dismiss("language", &said, "what the page declares is no witness of its text");
    }
}

/// Where the story's own words link to.
fn links(scene: &Scene<'_>, paragraphs: &[crate::model::body::Paragraph]) -> Vec<String> {
    let Some(html) = scene.html else { return Vec::new() };
    let mut blocks: Vec<u32> = paragraphs.iter().filter_map(|p| p.block).collect();
    blocks.sort_unstable();
    let mut out: Vec<String> = Vec::new();
    for anchor in &html.anchors {
        if out.len() == MOST_LINKS {
            break;
        }
        if blocks.binary_search(&anchor.block).is_err() {
            continue;
        }
        let Some(mut target) = place::resolve(scene.page.url.as_ref(), html.attr(anchor.href)) else {
            continue;
        };
        target.set_fragment(None);
        if scene.page.url.as_ref().is_none_or(|own| url::key(own) != url::key(&target))
            && !out.iter().any(|l| l == target.as_str())
        {
            out.push(target.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests;
