//! Names that stand below the headline without a word that says whose they are: beside a date, `Ada Fern • 8 September
//! 2025 • 5 min`, or above a job, `Ada Fern` and `Political correspondent`. The weakest witness, heard last.

use super::Heard;
use super::visible::distinct;
use crate::model::article::{Author, EvidenceSource as From};
use crate::model::body::FoundField;
use crate::model::html::HtmlPage;
use crate::model::script::squeezed;
use crate::read::describe::dates;
use crate::read::describe::gazetteer;
use crate::read::describe::ledger::Said;
use crate::read::describe::marks::Mark;
use crate::read::describe::names;
use crate::read::describe::scene::Scene;

/// The place of this witness.
pub const BESIDE: &str = "name beside a date";
const BESIDE_JOB: &str = "name beside a job";
const SIGNED: &str = "name below the story";

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
    // A line of both may have been taken for the first of the story.
    let may_be = |b: &u32| of_story(b) || scene.first_block == Some(*b) && fits(*b);
    (top + 1..=to).filter(may_be).find_map(|b| {
        let line = html.block_text(b as usize);
        let mut authors = names_in(line, scene, html, b)?;
        let dated = facts(line).chain([line]).any(|part| is_date(part, scene));
        if authors.is_empty() && of_story(&b) && dated {
            let beside = [b - 1, b + 1, b.saturating_sub(2), b + 2];
            let beside = beside.into_iter().filter(|n| (top + 1..=to).contains(n) && of_story(n));
            let name = |n: u32| signatory(html.block_text(n as usize), scene, html, n);
            authors.extend(beside.filter_map(name).take(1));
        }
        distinct(&mut authors);
        (!authors.is_empty()).then(|| Said::new(From::Html, BESIDE, line, authors))
    })
}

/// Blocks below the headline in which a name stands above or behind its job.
const BELOW_JOB: u32 = 8;
/// Longest line that states a job, in characters.
const LONGEST_JOB: usize = 60;

/// The names whose job stands below or behind them: `Ada Fern` and `Transport correspondent`; `Reporter Ada Fern`.
pub fn beside_a_job(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let top = scene.headline_block?;
    let to = (top + 1 + BELOW_JOB).min(html.blocks.len() as u32);
    let first = scene.first_block.filter(|first| *first > top).unwrap_or(to);
    let fits = |b: &u32| {
        let container = html.blocks[*b as usize].container;
        let text = html.block_text(*b as usize);
        text.len() <= LONGEST
            && !text.ends_with(['.', '…', '।'])
            && !scene.quoted(*b)
            && !scene.marked(container, 8, Mark::NotTheAuthor)
    };
    let lines: Vec<(u32, &str)> = (top + 1..to.min(first + 2))
        .filter(fits)
        .flat_map(|b| {
            html.block_text(b as usize)
                .split(['\n', '|', '·', '•', ',', '/'])
                .map(move |line| (b, line.trim()))
        })
        .filter(|(_, line)| !line.is_empty())
        .collect();
    let mut authors = Vec::new();
    let mut raw = Vec::new();
    for (at, (block, line)) in lines.iter().enumerate() {
        let name = names::behind_job(line);
        let next = lines.get(at + 1).filter(|(b, _)| b - block <= 1).map_or("", |(_, next)| *next);
        let job = |line: &str| line.chars().count() <= LONGEST_JOB && names::is_writers_job(line);
        // `Hollis GreaveChief Reporter`: two elements run into one.
        let glued = names::without_glued(name);
        let name = if names::is_writers_job(&name[glued.len()..]) { glued } else { name };
        if name.len() < line.len() || job(next) && !job(line) {
            let author = unlisted(name, scene, html, *block);
            raw.extend(author.is_some().then_some(*line));
            authors.extend(author);
        }
    }
    distinct(&mut authors);
    (1..=6).contains(&authors.len()).then(|| Said::new(From::Html, BESIDE_JOB, raw.join("; "), authors))
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
    let mut dated = false;
    let mut authors = Vec::new();
    for part in facts(line) {
        let Some((before, behind)) = dates::beside(part, &scene.dates()) else {
            authors.extend(unlisted(part, scene, html, block));
            continue;
        };
        dated = true;
        // `7:00 Božena Křížová, ČTK`, `Ada Fern, Fri 8 May`
        for beside in [before, behind] {
            let beside = beside.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')'));
            authors.extend(signatory(beside, scene, html, block));
        }
    }
    // `Ada Fern | 03·03·2026`: a date whose own marks are those between facts.
    (dated || dates::beside(line, &scene.dates()).is_some()).then_some(authors)
}

/// The name at the head of a line that adds no more than a job, a house or a place: `Dana Whitford, Quick News`.
fn signatory(line: &str, scene: &Scene<'_>, html: &HtmlPage, block: u32) -> Option<Author> {
    let mut pieces = line.split(['\n', ',', '|', '/', '(']).map(|piece| piece.trim().trim_end_matches(')'));
    let name = pieces.next()?;
    let adds = |piece: &str| {
        piece.is_empty()
            || names::is_writers_job(piece)
            || names::is_organisation(piece, &scene.site_names)
            || gazetteer::lookup(piece).is_some()
    };
    pieces.all(adds).then(|| unlisted(name, scene, html, block)).flatten()
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
    let part = names::without_particle(part, scene.dates().primary());
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

/// Who signed the story in a line of its own right below the last paragraph and beside it in the page, as is the
/// custom of Vietnamese papers; elsewhere subheads and lists stand there.
pub fn signed(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let custom = scene.dates().primary() == Some("vi");
    let last =
        scene.last_block.filter(|last| custom && scene.first_block.is_some_and(|first| first + 1 < *last))?;
    let around = |b: u32| html.ancestors(html.blocks.get(b as usize).map_or(0, |b| b.container)).nth(1);
    let of_story = around(last)?.first_block..around(last)?.end_block;
    (last - 1..=last + 1).filter(|b| of_story.contains(b)).find_map(|b| {
        let line = html.block_text(b as usize);
        let linked = html.anchors.iter().any(|anchor| anchor.block == b);
        let author = (line.len() <= LONGEST && !linked).then(|| unlisted(line, scene, html, b)).flatten()?;
        Some(Said::new(From::Html, SIGNED, line, vec![author]))
    })
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
