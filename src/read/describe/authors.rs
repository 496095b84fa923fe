//! Who wrote it: fields made for authors first, the visible byline where they are silent, name only
//! the house, or leave someone out.

/// Reporters whom East Asian papers name in the story itself.
mod eastern;
/// Names that stand beside a date, without a word that says whose they are.
mod lines;
/// What readers see.
mod visible;

use super::agencies::agency;
use super::ledger::{Ledger, Said};
use super::names::{self, Trust};
use super::scene::Scene;
use crate::model::article::{Author, AuthorKind, EvidenceSource as From};
use crate::model::html::HtmlPage;
use crate::model::script::squeezed;
pub(super) use eastern::in_line as reporters;
pub(super) use visible::{BYLINE, NOT_THE_AUTHOR};

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
    let visible = visible::visible(scene);
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
            let alone = if said.place == lines::BESIDE { 0.6 } else { 0.85 };
            ledger.believe("authors", said, if agree > 1 { 0.97 } else { alone }, why);
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
        out.extend(metas(scene, html));
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

fn metas(scene: &Scene<'_>, html: &HtmlPage) -> Vec<Heard> {
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
    let named = |meta: &'static str| (meta, html.metas(meta).collect());
    let own = html.head.metas.iter().filter(|(name, _)| !METAS.contains(&name.as_str()) && says_author(name));
    let own: Vec<&str> = own.map(|(_, value)| value.as_str()).collect();
    let all = METAS.into_iter().map(named).chain([("a meta named for it", own)]);
    all.filter_map(|(meta, mut values): (_, Vec<&str>)| {
        values.retain(|v| !v.contains("://"));
        values.truncate(12);
        let mut authors: Vec<Author> = Vec::new();
        for author in values.iter().flat_map(|v| names::authors(v, Trust::Field, &scene.site_names)) {
            if !authors.iter().any(|a| squeezed(&a.name) == squeezed(&author.name)) {
                authors.push(author);
            }
        }
        // A field that the whole site fills alike names no author.
        authors.retain(|a| a.kind == AuthorKind::Person || !is_house(a, scene) || meta != "creator");
        (!values.is_empty()).then(|| Said::new(From::Meta, meta, values.join("; "), authors))
    })
    .collect()
}

/// `articleAuthor`, `content_author`: names that sites make up. Others made the page, a picture, a book.
fn says_author(name: &str) -> bool {
    const OTHERS: [&str; 11] = [
        "web",
        "site",
        "theme",
        "design",
        "template",
        "image",
        "photo",
        "book",
        "comment",
        "copyright",
        "banner",
    ];
    let name = squeezed(name);
    name.ends_with("author") && !OTHERS.iter().any(|other| name.contains(other))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metas_that_sites_make_up() {
        for (name, is) in [
            ("articleauthor", true),
            ("content_author", true),
            ("my:page-author", true),
            ("web_author", false),
            ("book:author", false),
            ("theme-author", false),
            ("smartbanner:author", false),
            ("authority", false),
        ] {
            assert_eq!(says_author(name), is, "{name}");
        }
    }
}
