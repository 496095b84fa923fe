//! Who wrote it: fields made for authors first, the visible byline where they are silent, name only
//! the house, or leave someone out.

use super::agencies::agency;
use super::ledger::{Ledger, Said};
use super::marks::Mark;
use super::names::{self, Trust};
use super::scene::{Scene, squeezed};
use crate::model::article::{Author, AuthorKind, EvidenceSource as From};
use crate::model::body::FoundField;
use crate::model::html::HtmlPage;

/// Longest block that can be a byline, in bytes.
const LONGEST_BYLINE: usize = 220;

/// Longest name of a house, in bytes.
const LONGEST_HOUSE: usize = 80;

type Heard = Said<Vec<Author>>;

#[derive(Debug, Default)]
pub struct Authorship {
    pub byline: Option<String>,
    pub authors: Vec<Author>,
}

pub fn authors(scene: &Scene<'_>, ledger: &mut Ledger) -> Authorship {
    let mut fields = fields(scene);
    let visible = visible(scene);
    for said in fields.iter_mut() {
        drop_house(&mut said.value, scene);
    }
    let byline = visible.first().map(|said| said.raw.clone());
    for (i, said) in visible.iter().enumerate() {
        match i {
            0 => ledger.believe("byline", said, 0.9, "the line nearest to the headline"),
            _ => ledger.dismiss("byline", said, "another was nearer"),
        }
    }
    let heard: Vec<&Heard> = fields.iter().chain(&visible).filter(|s| !s.value.is_empty()).collect();
    let Some((chosen, why)) = choose(&heard, scene) else {
        return Authorship { byline, authors: Vec::new() };
    };
    for said in &heard {
        if std::ptr::eq(*said, chosen) {
            let agree = heard.iter().filter(|o| same(&o.value, &chosen.value)).count();
            ledger.believe("authors", said, if agree > 1 { 0.97 } else { 0.85 }, why);
        } else if same(&said.value, &chosen.value) {
            ledger.agree("authors", said, "says the same");
        } else {
            ledger.dismiss("authors", said, "another witness is nearer to the byline");
        }
    }
    Authorship { byline, authors: chosen.value.clone() }
}

/// The first witness that names a person; one further on that names the same people and more; the house
/// where nobody else is named.
fn choose<'h>(heard: &[&'h Heard], scene: &Scene<'_>) -> Option<(&'h Heard, &'static str)> {
    let people = |s: &Heard| s.value.iter().filter(|a| a.kind == AuthorKind::Person).count();
    let own = |s: &Heard| {
        s.value.iter().all(|a| scene.site_names.contains(&squeezed(&a.name)) || is_house(a, scene))
    };
    let first = *heard
        .iter()
        .find(|s| people(s) > 0)
        .or_else(|| heard.iter().find(|s| !own(s) && !matches!(s.source, From::Html | From::Text)))
        .or_else(|| heard.first())?;
    let fuller = heard.iter().find(|s| {
        s.value.len() > first.value.len()
            && s.value.len() <= 6
            && s.value.iter().all(|a| {
                let known = first.value.iter().any(|b| squeezed(&b.name) == squeezed(&a.name));
                known || a.kind == AuthorKind::Person || agency(&a.name).is_some()
            })
            && first.value.iter().all(|a| s.value.iter().any(|b| squeezed(&a.name) == squeezed(&b.name)))
            && matches!(s.place, "byline" | "by line")
    });
    match fuller {
        Some(fuller) => Some((fuller, "names the same people and more")),
        None if people(first) > 0 => Some((first, "the first witness that names a person")),
        None => Some((first, "no witness names a person")),
    }
}

/// A publishing company beside people is the house, not an author.
fn drop_house(authors: &mut Vec<Author>, scene: &Scene<'_>) {
    if authors.iter().any(|a| a.kind == AuthorKind::Person) {
        authors.retain(|a| a.kind == AuthorKind::Person || !is_house(a, scene));
    }
}

fn is_house(author: &Author, scene: &Scene<'_>) -> bool {
    const LEGAL: [&str; 9] = ["gmbh", "ag", "kg", "inc", "ltd", "llc", "verlag", "corp", "limited"];
    let lower = author.name.to_lowercase();
    author.kind == AuthorKind::Organisation
        && (scene.site_names.contains(&squeezed(&author.name))
            || lower.split(|c: char| !c.is_alphanumeric()).any(|w| LEGAL.contains(&w)))
}

fn same(a: &[Author], b: &[Author]) -> bool {
    a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| squeezed(&x.name) == squeezed(&y.name)))
}

/// Fields of the page that are made for authors, most careful first.
fn fields(scene: &Scene<'_>) -> Vec<Heard> {
    let mut out = Vec::new();
    let sites = &scene.site_names;
    if let Some(ld) = &scene.ld {
        let mut authors: Vec<Author> = Vec::new();
        for named in &ld.authors {
            // A house's name may hold a number, at which names of people are cut: `Canal 24`.
            let numbered =
                named.name.chars().any(|c| c.is_ascii_digit()) && named.name.len() <= LONGEST_HOUSE;
            if named.organisation == Some(true)
                && numbered
                && !named.name.contains(['/', '@', '|', ':', ','])
                && names::is_house(&named.name)
            {
                let name = named.name.trim().to_owned();
                authors.push(Author { name, kind: AuthorKind::Organisation });
                continue;
            }
            for mut author in names::authors(&named.name, Trust::Field, sites) {
                if named.organisation == Some(true) {
                    author.kind = AuthorKind::Organisation;
                }
                if !authors.iter().any(|a| squeezed(&a.name) == squeezed(&author.name)) {
                    authors.push(author);
                }
            }
        }
        let raw = ld.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join("; ");
        out.push(Said::new(From::JsonLd, "author", raw, authors));
    }
    if let Some(html) = scene.html {
        const METAS: [&str; 15] = [
            "author",
            "article:author",
            "parsely-author",
            "byl",
            "sailthru.author",
            "dc.creator",
            "dcterms.creator",
            "citation_author",
            "cxenseparse:author",
            "og:article:author",
            "og:author",
            "dcsext.author",
            "creator",
            "article:author_name",
            "vr:author",
        ];
        for meta in METAS {
            let values: Vec<&str> = html.metas(meta).filter(|v| !v.contains("://")).take(12).collect();
            if !values.is_empty() {
                let mut authors: Vec<Author> = Vec::new();
                for author in values.iter().flat_map(|v| names::authors(v, Trust::Field, sites)) {
                    if !authors.iter().any(|a| squeezed(&a.name) == squeezed(&author.name)) {
                        authors.push(author);
                    }
                }
                // A field that the whole site fills alike names no author.
                authors.retain(|a| a.kind == AuthorKind::Person || !is_house(a, scene) || meta != "creator");
                out.push(Said::new(From::Meta, meta, values.join("; "), authors));
            }
        }
    }
    out.extend(labelled(scene));
    if let Some(told) = scene.told.as_ref().filter(|told| !told.authors.is_empty()) {
        let authors = told.authors.iter().flat_map(|a| names::authors(a, Trust::Field, sites)).collect();
        out.push(Said::new(From::Html, "script state", told.authors.join("; "), authors));
    }
    if !scene.page.hints.authors.is_empty() {
        let authors =
            scene.page.hints.authors.iter().flat_map(|a| names::authors(a, Trust::Field, sites)).collect();
        out.push(Said::new(From::Hint, "authors", scene.page.hints.authors.join("; "), authors));
    }
    out
}

/// `twitter:label1` says what `twitter:data1` holds: who wrote it, or the reading time.
fn labelled(scene: &Scene<'_>) -> Option<Heard> {
    let html = scene.html?;
    (1..=4).find_map(|n| {
        let label = html.meta(&format!("twitter:label{n}"))?;
        let name = html.meta(&format!("twitter:data{n}")).filter(|_| names::is_lead(label))?;
        let authors = names::authors(name, Trust::Field, &scene.site_names);
        (!authors.is_empty()).then(|| Said::new(From::Meta, "twitter:data", name, authors))
    })
}

/// What readers see: marked bylines near the story, author links, lines that begin with `By`.
fn visible(scene: &Scene<'_>) -> Vec<Heard> {
    let mut out = Vec::new();
    let sites = &scene.site_names;
    for line in scene.found(FoundField::Byline).take(3) {
        let authors = names::authors(line, Trust::Text, sites);
        out.push(Said::new(From::Text, "byline", line, authors));
    }
    let Some(html) = scene.html else { return out };
    out.extend(author_props(scene, html));
    out.extend(marked_bylines(scene, html));
    out.extend(author_links(scene, html));
    out.extend(by_lines(scene, html));
    out.extend(reporter(scene, html));
    out.retain(|s| !s.value.is_empty());
    out
}

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
        authors.extend(names::authors(text, Trust::Text, &scene.site_names));
    }
    distinct(&mut authors);
    (!authors.is_empty()).then(|| Said::new(From::Html, "itemprop author", raw.join("; "), authors))
}

/// Classes inside which names are of somebody else.
pub(super) const NOT_THE_AUTHOR: &[&str] = &[
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
pub(super) const BYLINE: &[&str] =
    &["byline", "author", "autor", "auteur", "redakteur", "writer", "signature", "firma", "forfatter"];

/// Small elements near the story whose class says byline or author.
fn marked_bylines(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    let mut best: Option<(u8, Vec<Author>, String)> = None;
    for (i, container) in html.containers.iter().enumerate() {
        let blocks = container.end_block.saturating_sub(container.first_block);
        if container.hidden || !(1..=6).contains(&blocks) || !scene.near(container.first_block) {
            continue;
        }
        if !scene.marked(i as u32, 1, Mark::Byline) || scene.marked(i as u32, 8, Mark::NotTheAuthor) {
            continue;
        }
        let text: Vec<&str> =
            (container.first_block..container.end_block).map(|b| html.block_text(b as usize)).collect();
        if text.iter().map(|t| t.len()).sum::<usize>() > LONGEST_BYLINE {
            continue;
        }
        let joined = text.join(" ");
        let mut authors: Vec<Author> = if names::has_lead(&joined) && !names::has_lead(text[text.len() - 1]) {
            names::authors(&joined, Trust::Text, &scene.site_names)
        } else {
            let trust = |t: &str| if names::is_cjk_name(t) { Trust::Byline } else { Trust::Text };
            text.iter().flat_map(|t| names::authors(t, trust(t), &scene.site_names)).collect()
        };
        distinct(&mut authors);
        if authors.is_empty() || authors.len() > 8 {
            continue;
        }
        let rank = u8::from(names::has_lead(&joined)) * 2
            + u8::from(authors.iter().any(|a| a.kind == AuthorKind::Person));
        if best.as_ref().is_none_or(|(r, a, _)| {
            rank > *r || (rank == *r && authors.len() > a.len() && contains(&authors, a))
        }) {
            best = Some((rank, authors, joined));
        }
    }
    best.map(|(_, authors, raw)| Said::new(From::Html, "byline", raw, authors))
}

fn contains(more: &[Author], fewer: &[Author]) -> bool {
    fewer.iter().all(|a| more.iter().any(|b| squeezed(&a.name) == squeezed(&b.name)))
}

/// Links to authors' pages near the headline.
fn author_links(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
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
        let says_author = html.attr(anchor.rel).split(' ').any(|r| r == "author")
            || PATHS.iter().any(|p| html.attr(anchor.href).contains(p));
        if !says_author {
            continue;
        }
        let container = html.blocks.get(anchor.block as usize).map_or(0, |b| b.container);
        if scene.marked(container, 8, Mark::NotTheAuthor) {
            continue;
        }
        raw.push(text);
        authors.extend(names::authors(text, Trust::Text, &scene.site_names));
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
        if names::is_lead(text) {
            let next = (b + 1 < to).then(|| html.block_text(b as usize + 1))?;
            let authors = names::authors(next, Trust::Byline, &scene.site_names);
            let named = next.len() <= LONGEST_BYLINE && !authors.is_empty();
            return named.then(|| Said::new(From::Html, "by line", format!("{text} {next}"), authors));
        }
        // A line of several facts: `22.01.2025, 10:15 | Автор: … | 2814 views`.
        std::iter::once(text).chain(text.split(['|', '·', '•']).map(str::trim)).find_map(|part| {
            let authors =
                names::has_lead(part).then(|| names::authors(part, Trust::Text, &scene.site_names))?;
            (!authors.is_empty()).then(|| Said::new(From::Html, "by line", part, authors))
        })
    })
}

/// The reporter whom East Asian papers name in a bracket at the head of the story: `本报讯（记者 …）`.
fn reporter(scene: &Scene<'_>, html: &HtmlPage) -> Option<Heard> {
    /// Characters within which the bracket ends.
    const HEAD: usize = 40;
    let text = html.block_text(scene.first_block? as usize);
    let head: String = text.chars().take(HEAD).collect();
    let (_, inside) = head.split_once(['（', '('])?;
    let (inside, _) = inside.split_once(['）', ')'])?;
    let named = inside.split_once("记者").or_else(|| inside.split_once("記者"))?.1;
    let mut authors: Vec<Author> = named
        .split([' ', '\u{3000}', '、', '，'])
        .filter(|name| (2..=4).contains(&name.chars().count()))
        .flat_map(|name| names::authors(name, Trust::Byline, &scene.site_names))
        .collect();
    distinct(&mut authors);
    (!authors.is_empty()).then(|| Said::new(From::Html, "reporter in the story's head", inside, authors))
}

fn distinct(authors: &mut Vec<Author>) {
    let mut seen: Vec<String> = Vec::new();
    authors.retain(|a| {
        let key = squeezed(&a.name);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
}
