//! What readers see: marked bylines near the story, author links, lines that begin with `By`.

use super::{Heard, LONGEST_BYLINE, eastern, lines};
use crate::model::article::{Author, AuthorKind, EvidenceSource as From};
use crate::model::body::FoundField;
use crate::model::html::HtmlPage;
use crate::model::script::squeezed;
use crate::read::describe::ledger::Said;
use crate::read::describe::marks::Mark;
use crate::read::describe::names::{self, Trust};
use crate::read::describe::scene::Scene;
use rustc_hash::FxHashSet;

pub fn visible(scene: &Scene<'_>) -> Vec<Heard> {
    let mut out = Vec::new();
    let sites = &scene.site_names;
    for line in scene.found(FoundField::Byline).take(3) {
        let authors = names::authors(line, Trust::Text, sites);
        out.push(Said::new(From::Text, "byline", line, authors));
    }
    if let Some(html) = scene.html {
        out.extend(author_props(scene, html));
        out.extend(marked_bylines(scene, html));
        out.extend(author_links(scene, html));
        out.extend(by_lines(scene, html));
        out.extend(eastern::reporter(scene, html));
        out.extend(lines::beside_a_job(scene, html));
        out.extend(lines::beside_a_date(scene, html));
        out.extend(lines::signed(scene, html));
    } else {
        out.extend(lines::of_date_lines(scene));
    }
    out.retain(|s| !s.value.is_empty());
    out
}

/// Of an element that can hold nothing but a name a single word is believed: `<a rel=author>gizzmo</a>`. Names of East
/// Asia are of one word anywhere.
fn trust_of(text: &str, sure: bool) -> Trust {
    if names::is_cjk_name(text) {
        Trust::Byline
    } else if sure && text.chars().any(|c| c.is_lowercase() || c.is_uppercase()) && !text.trim().contains(' ')
    {
        Trust::Field
    } else {
        Trust::Text
    }
}

/// Authors of one page beyond which no more are looked for.
const MOST_AUTHORS: usize = 64;

fn author_props(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let mut authors = Vec::new();
    let mut raw = Vec::new();
    for prop in html
        .props
        .iter()
        .filter(|p| matches!(html.attr(p.name), "author" | "schema:author" | "article:author"))
    {
        let text = if html.text(prop.text).is_empty() { html.attr(prop.value) } else { html.text(prop.text) };
        if text.len() > LONGEST_BYLINE
            || text.contains("://")
            || scene.marked(prop.container, 8, Mark::NotTheAuthor)
        {
            continue;
        }
        raw.push(text);
        authors.extend(names::authors(text, trust_of(text, true), &scene.site_names));
        if authors.len() > MOST_AUTHORS {
            break;
        }
    }
    distinct(&mut authors);
    (!authors.is_empty()).then(|| Said::new(From::Html, "itemprop author", raw.join("; "), authors))
}

/// Classes inside which names are of somebody else.
pub const NOT_THE_AUTHOR: &[&str] = &[
    "comment",
    "related",
    "teaser",
    "recommend",
    "sidebar",
    "caption",
    "copyright",
    "credit",
    "footer",
    "most-read",
    "popular",
    "card",
    "promo",
    "kommentar",
    "photo",
    "image",
    "figure",
    "newsletter",
    "trending",
];

/// Classes of bylines.
pub const BYLINE: &[&str] = &[
    "byline",
    "author",
    "autor",
    "auteur",
    "redakteur",
    "writer",
    "signature",
    "firma",
    "forfatter",
    "yazar",
];

/// A marked element's lines, and whether its name says that it holds nothing but a name.
struct Marked<'h> {
    lines: Vec<&'h str>,
    sure: bool,
}

/// Small elements near the story whose class says byline or author.
fn marked_bylines(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let mut best: Option<(u8, Vec<Author>, String)> = None;
    // Each element around a byline has the same lines.
    let mut seen = FxHashSet::default();
    for marked in marked_elements(scene, html).chain(marked_words(scene, html)) {
        let Marked { lines, sure } = marked;
        let Some(last) = lines.last() else { continue };
        if lines.iter().map(|t| t.len()).sum::<usize>() > LONGEST_BYLINE {
            continue;
        }
        let joined = lines.join(" ");
        if !seen.insert((joined.clone(), lines.len(), sure)) {
            continue;
        }
        let led = names::has_lead(&joined);
        let mut authors: Vec<Author> = if led && !names::has_lead(last) {
            names::authors(&joined, Trust::Text, &scene.site_names)
        } else {
            lines.iter().flat_map(|t| names::authors(t, trust_of(t, sure), &scene.site_names)).collect()
        };
        distinct(&mut authors);
        if authors.is_empty() || authors.len() > 8 {
            continue;
        }
        let rank = u8::from(led) * 2 + u8::from(authors.iter().any(|a| a.kind == AuthorKind::Person));
        if best.as_ref().is_none_or(|(r, a, _)| {
            rank > *r || (rank == *r && authors.len() > a.len() && contains(&authors, a))
        }) {
            best = Some((rank, authors, joined));
        }
    }
    best.map(|(_, authors, raw)| Said::new(From::Html, "byline", raw, authors))
}

fn marked_elements<'h>(scene: &'h Scene<'_>, html: &'h HtmlPage) -> impl Iterator<Item = Marked<'h>> {
    html.containers.iter().enumerate().filter_map(|(i, container)| {
        let blocks = container.end_block.saturating_sub(container.first_block);
        let marked = !container.hidden
            && (1..=6).contains(&blocks)
            && scene.marked(i as u32, 1, Mark::Byline)
            && scene.near(container.first_block)
            && !scene.marked(i as u32, 8, Mark::NotTheAuthor);
        marked.then(|| Marked {
            lines: (container.first_block..container.end_block)
                .map(|b| html.block_text(b as usize))
                .collect(),
            sure: is_card(html.attr(container.class)),
        })
    })
}

/// Blocks behind the story in which it is signed; further down stand other stories and their writers.
const BEHIND: u32 = 4;

/// Words amid a line: `<span class=author>Ada Fern</span> <span>8 May</span>`.
fn marked_words<'h>(scene: &'h Scene<'_>, html: &'h HtmlPage) -> impl Iterator<Item = Marked<'h>> {
    html.labels.iter().enumerate().filter_map(|(i, label)| {
        let block = html.blocks.get(label.block as usize)?;
        let marked = scene.near(label.block)
            && scene.last_block.is_none_or(|last| label.block <= last + BEHIND)
            && label.text.len() <= 2 * LONGEST_BYLINE
            && scene.label_marked(i, Mark::Byline)
            && !scene.label_marked(i, Mark::NotTheAuthor)
            && !html.containers.get(block.container as usize).is_some_and(|c| c.hidden)
            && !scene.marked(block.container, 8, Mark::NotTheAuthor)
            && !of_somebody_else(html, i);
        marked.then(|| Marked {
            lines: html.text(label.text).split('\n').collect(),
            sure: is_card(html.attr(label.class)),
        })
    })
}

/// Whether what stands before the words, in their line or as the line before, says that they name no writer.
fn of_somebody_else(html: &HtmlPage, label: usize) -> bool {
    let label = &html.labels[label];
    let line = html.blocks[label.block as usize].text.start;
    let before = html.text.get(line as usize..label.text.start as usize).unwrap_or_default();
    match (before.trim().is_empty(), label.block.checked_sub(1)) {
        (true, Some(block)) => names::leads_to_others(html.block_text(block as usize)),
        _ => names::leads_to_others(before),
    }
}

/// Classes of a visiting card, and those that say *name*.
fn is_card(class: &str) -> bool {
    const CARDS: [&str; 6] = ["vcard", "h-card", "fn", "author-name", "author_name", "authorname"];
    class.split_ascii_whitespace().any(|word| CARDS.contains(&word))
}

fn contains(more: &[Author], fewer: &[Author]) -> bool {
    fewer.iter().all(|a| more.iter().any(|b| squeezed(&a.name) == squeezed(&b.name)))
}

/// Links to authors' pages near the headline.
fn author_links(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    /// Of the authors' own pages.
    const SURE: usize = 3;
    const PATHS: &[&str] = &[
        "/author",
        "/autor",
        "/auteur",
        "/writers/",
        "/journalist",
        "/reporter",
        "/redakteur",
        "/staff/",
        "/profile/",
        "/people/",
        "/contributors/",
        "/by/",
        "/von/",
        "/autores/",
        "/redaktion/",
        "/profil/",
    ];
    let top = scene.headline_block.or(scene.first_block)?;
    let mut authors = Vec::new();
    let mut raw = Vec::new();
    for anchor in &html.anchors {
        let text = html.text(anchor.text);
        if text.len() > 80 || anchor.block.abs_diff(top) > 14 {
            continue;
        }
        let href = html.attr(anchor.href);
        let leads_to = |path: &&str| href.contains(*path) || href.starts_with(&path[1..]);
        let says_author = html.attr(anchor.rel).split(' ').any(|r| r == "author");
        if !says_author && !PATHS.iter().any(leads_to) {
            continue;
        }
        let container = html.blocks.get(anchor.block as usize).map_or(0, |b| b.container);
        if scene.marked(container, 8, Mark::NotTheAuthor) {
            continue;
        }
        let sure = says_author || PATHS[..SURE].iter().any(leads_to);
        raw.push(text);
        authors.extend(names::authors(text, trust_of(text, sure), &scene.site_names));
        if authors.len() > MOST_AUTHORS {
            break;
        }
    }
    distinct(&mut authors);
    ((1..=8).contains(&authors.len())).then(|| Said::new(From::Html, "rel=author", raw.join("; "), authors))
}

/// A short block near the headline that begins like a byline.
fn by_lines(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let top = scene.headline_block.or(scene.first_block)?;
    let to = (top + 15).min(html.blocks.len() as u32);
    (top.saturating_sub(3)..to).find_map(|b| {
        let text = html.block_text(b as usize);
        if text.len() > LONGEST_BYLINE || scene.quoted(b) {
            return None;
        }
        let particle = names::without_particle(text, scene.dates().primary());
        if particle.len() < text.len()
            && let Some(author) = names::bare(particle, &scene.site_names)
        {
            return Some(Said::new(From::Html, "by line", text, vec![author]));
        }
        // `Reporter` below a name is what its bearer does.
        let above = || html.block_text(b as usize - 1);
        if names::is_lead(text)
            && names::is_writers_job(text)
            && b > top
            && names::bare(above(), &scene.site_names).is_some()
        {
            return None;
        }
        if names::is_lead(text) {
            let next = (b + 1 < to).then(|| html.block_text(b as usize + 1))?;
            if next.len() > LONGEST_BYLINE {
                return None;
            }
            let authors = names::authors(next, Trust::Byline, &scene.site_names);
            return (!authors.is_empty())
                .then(|| Said::new(From::Html, "by line", format!("{text} {next}"), authors));
        }
        let reporters = eastern::in_line(text, &scene.site_names);
        if !reporters.is_empty() {
            return Some(Said::new(From::Html, "by line", text, reporters));
        }
        // A line of several facts: `22.01.2025, 10:15 | Автор: … | 2814 views`.
        let facts = text.split(['|', '·', '•', '\n']).flat_map(names::pieces).map(str::trim);
        let behind = std::iter::once_with(|| lines::behind_a_date(text, scene)).flatten();
        std::iter::once(text).chain(facts).chain(behind).find_map(|part| {
            let authors =
                names::has_lead(part).then(|| names::authors(part, Trust::Text, &scene.site_names))?;
            (!authors.is_empty()).then(|| Said::new(From::Html, "by line", part, authors))
        })
    })
}

pub fn distinct(authors: &mut Vec<Author>) {
    let mut seen = FxHashSet::default();
    authors.retain(|a| seen.insert(squeezed(&a.name)));
}
