//! Names that stand beside a date below the headline, without a word that says whose they are:
//! `Ada Fern • 8 September 2025 • 5 min`, `8 September 2025 by Ada Fern`. The weakest witness, heard last.

use super::Heard;
use super::visible::distinct;
use crate::model::article::{Author, EvidenceSource as From};
use crate::model::body::FoundField;
use crate::model::html::HtmlPage;
use crate::model::script::squeezed;
use crate::read::describe::dates;
use crate::read::describe::ledger::Said;
use crate::read::describe::marks::Mark;
use crate::read::describe::names;
use crate::read::describe::scene::Scene;

/// The place of this witness.
pub const BESIDE: &str = "name beside a date";

/// Blocks below the headline in which such lines stand.
const BELOW: u32 = 4;
/// Longest of them, in bytes.
const LONGEST: usize = 160;

/// The name in the line of the date, or in the one next to it.
pub fn beside_a_date(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let top = scene.headline_block?;
    let to = (top + BELOW).min(html.blocks.len() as u32 - 1);
    let fits = |b: u32| {
        let container = html.blocks[b as usize].container;
        html.block_text(b as usize).len() <= LONGEST
            && !scene.quoted(b)
            && !scene.marked(container, 8, Mark::NotTheAuthor)
            && !scene.marked(container, 8, Mark::OtherDate)
    };
    let of_story = |b: &u32| scene.first_block.is_none_or(|first| *b < first || first <= top) && fits(*b);
    (top + 1..=to).filter(of_story).find_map(|b| {
        let line = html.block_text(b as usize);
        let mut authors = names_in(line, scene, html, b)?;
        if authors.is_empty() {
            let beside = [b - 1, b + 1].into_iter().filter(|n| (top + 1..=to).contains(n) && of_story(n));
            let name = |n: u32| unlisted(html.block_text(n as usize), scene, html, n);
            authors.extend(beside.filter_map(name).take(1));
        }
        distinct(&mut authors);
        (!authors.is_empty()).then(|| Said::new(From::Html, BESIDE, line, authors))
    })
}

/// Names in the lines that text cleaning set aside for the date.
pub fn of_date_lines(scene: &Scene<'_>) -> Option<Heard> {
    scene.found(FoundField::Date).take(3).find_map(|line| {
        let name = |part: &str| names::bare(part, &scene.site_names);
        let authors: Vec<Author> = if facts(line).any(|part| is_date(part, scene)) {
            facts(line).filter_map(name).collect()
        } else {
            Vec::new()
        };
        (!authors.is_empty()).then(|| Said::new(From::Text, BESIDE, line, authors))
    })
}

/// The names of a line that states a date; nothing where it states none.
fn names_in(line: &str, scene: &Scene<'_>, html: &HtmlPage, block: u32) -> Option<Vec<Author>> {
    facts(line).any(|part| is_date(part, scene)).then_some(())?;
    Some(facts(line).filter_map(|part| unlisted(part, scene, html, block)).collect())
}

fn facts(line: &str) -> impl Iterator<Item = &str> {
    line.split(['|', '·', '•', '—', '–', '\n'])
        .flat_map(|part| part.split(" - "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn is_date(part: &str, scene: &Scene<'_>) -> bool {
    dates::letters_beside(part, &scene.dates()) == Some(0)
}

/// A name that is none of the sections which the page's menus list, or which the link to it leads to.
fn unlisted(part: &str, scene: &Scene<'_>, html: &HtmlPage, block: u32) -> Option<Author> {
    const SECTIONS: [&str; 9] =
        ["/category", "/categor", "/tag/", "/tags/", "/topic", "/section", "/rubri", "/thema", "/kategori"];
    let author = names::bare(part, &scene.site_names)?;
    let key = squeezed(part);
    let listed = html.anchors.iter().take_while(|a| a.block <= block).any(|anchor| {
        let own = anchor.block == block;
        let leads = SECTIONS.iter().any(|path| html.attr(anchor.href).contains(path));
        (!own || leads) && squeezed(html.text(anchor.text)) == key
    });
    let section = scene.ld.as_ref().and_then(|ld| ld.section.as_deref());
    let section = section.into_iter().chain(html.meta("article:section"));
    (!listed && section.map(squeezed).all(|section| section != key)).then_some(author)
}

/// `8 September 2025 by Ada Fern | Local News`: what stands behind the date, from the preposition on.
pub fn behind_a_date<'l>(line: &'l str, scene: &Scene<'_>) -> Option<&'l str> {
    const JOINTS: [&str; 11] =
        [" by ", " By ", " von ", " par ", " por ", " di ", " door ", " af ", " av ", " od ", " oleh "];
    /// Letters of other words before the name: `Posted on Friday`.
    const BESIDE_IT: usize = 12;
    let dated =
        |head: &str| dates::letters_beside(head, &scene.dates()).is_some_and(|letters| letters <= BESIDE_IT);
    let at = JOINTS.iter().filter_map(|joint| line.find(joint)).find(|at| dated(&line[..*at]))?;
    Some(line[at..].split(['|', '·', '•', '\n']).next()?.trim())
}
