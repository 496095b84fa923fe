//! Where the article is at home: its address and aliases, its publisher, section and keywords, and
//! whether it may be read for free.

use url::Url;

use super::dates;
use super::entities::plain;
use super::headline::{LONGEST_TITLE, MARKS};
use super::ledger::{Ledger, Said};
use super::names;
use super::scene::{Scene, folded};
use super::url as address;
use crate::model::article::{Completeness, EvidenceSource as From, Publisher};
use crate::model::body::FoundField;
use crate::model::html::Anchor;
use crate::model::script::squeezed;

const MOST_KEYWORDS: usize = 40;
const LONGEST_KEYWORD: usize = 80;
const LONGEST_NAME: usize = 80;

#[derive(Debug, Default)]
pub struct Addresses {
    pub canonical: Option<String>,
    pub aliases: Vec<String>,
}

/// `<link rel=canonical>` where it is believed, then `og:url`, then JSON-LD, then the page's own address.
pub fn addresses(scene: &Scene<'_>, ledger: &mut Ledger) -> Addresses {
    let base = scene.page.url.as_ref();
    let mut claims: Vec<(From, &'static str, String)> = Vec::new();
    if let Some(html) = scene.html {
        claims.extend(
            html.head
                .links
                .iter()
                .filter(|l| l.rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("canonical")))
                .map(|l| (From::Html, "link canonical", l.href.clone()))
                .take(3),
        );
        claims.extend(html.meta("og:url").map(|u| (From::OpenGraph, "og:url", u.to_owned())));
    }
    if let Some(url) = scene.ld.as_ref().and_then(|s| s.url.clone()) {
        claims.push((From::JsonLd, "url", url));
    }
    claims.extend(base.map(|u| (From::Url, "page", u.to_string())));
    let mut out = Addresses::default();
    for (source, place, raw) in claims {
        let believed = address::believed(&raw, base);
        let said = Said::new(source, place, raw, ());
        match believed {
            None => ledger.dismiss("canonical_url", &said, "no article's address on this site"),
            Some(url) if out.canonical.is_none() => {
                ledger.believe(
                    "canonical_url",
                    &said,
                    if source == From::Url { 0.7 } else { 0.95 },
                    "first believed",
                );
                out.canonical = Some(url.to_string());
            }
            Some(url) => {
                ledger.dismiss("canonical_url", &said, "another was first");
                remember(&mut out, url.as_str());
            }
        }
    }
    if let Some(base) = base {
        remember(&mut out, base.as_str());
    }
    if let Some(html) = scene.html {
        let amp = html.head.links.iter().find(|l| l.rel.eq_ignore_ascii_case("amphtml"));
        if let Some(url) = amp.and_then(|l| resolve(base, &l.href)) {
            remember(&mut out, url.as_str());
        }
    }
    out
}

fn remember(out: &mut Addresses, url: &str) {
    let known = out.canonical.as_deref() == Some(url) || out.aliases.iter().any(|a| a == url);
    if !known && out.aliases.len() < 8 && url.len() <= address::LONGEST {
        out.aliases.push(url.to_owned());
    }
}

/// An http(s) address, relative to the page where it must be.
pub fn resolve(base: Option<&Url>, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.len() > address::LONGEST {
        return None;
    }
    let url = match base {
        Some(base) => base.join(href).ok()?,
        None => Url::parse(href).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|h| h.contains('.')))
        .then_some(url)
}

/// The publisher; `headline` tells the name of the site from what else stands in the title.
pub fn publisher(scene: &Scene<'_>, headline: Option<&str>, ledger: &mut Ledger) -> Option<Publisher> {
    let mut heard: Vec<Said<String>> = Vec::new();
    if let Some(html) = scene.html {
        heard.extend(
            html.meta("og:site_name").map(|n| Said::new(From::OpenGraph, "og:site_name", n, plain(n))),
        );
    }
    if let Some(name) = scene.ld.as_ref().and_then(|s| s.publisher.clone()) {
        heard.push(Said::new(From::JsonLd, "publisher", name.clone(), name));
    }
    if let Some(name) = scene.json_ld.site_name() {
        heard.push(Said::new(From::JsonLd, "WebSite", name.clone(), name));
    }
    if let Some(html) = scene.html {
        for meta in ["application-name", "publisher", "dc.publisher", "copyright"] {
            heard.extend(html.meta(meta).map(|n| Said::new(From::Meta, meta, n, plain(n))));
        }
    }
    let sent = scene.page.source_name.as_deref();
    heard.extend(sent.map(|n| Said::new(From::Hint, "source", n, plain(n))));
    heard.extend(headline.and_then(|headline| beside_headline(scene, headline)));
    heard.retain(|s| {
        !s.value.is_empty() && s.value.chars().count() <= LONGEST_NAME && !s.value.contains("://")
    });
    for (i, said) in heard.iter().enumerate() {
        match i {
            0 if said.place == BESIDE_HEADLINE => {
                ledger.believe("source", said, 0.7, "what the title adds to the headline");
            }
            0 => ledger.believe("source", said, 0.9, "first by the order of witnesses"),
            _ => ledger.dismiss("source", said, "another was first"),
        }
    }
    let name = heard.into_iter().next().map(|s| s.value);
    let domain = scene.page.site.clone().filter(|_| scene.page.source_name.is_none());
    (name.is_some() || domain.is_some()).then_some(Publisher { name, domain })
}

const BESIDE_HEADLINE: &str = "title";

/// What the title adds to the headline, where nothing says that it is something else than the site's name: a link
/// of the menu that leads elsewhere than home, a word for a section.
fn beside_headline(scene: &Scene<'_>, headline: &str) -> Option<Said<String>> {
    /// Words of a site's name, and its longest, in characters.
    const MOST_WORDS: usize = 5;
    const LONGEST: usize = 40;
    let html = scene.html?;
    let title = plain(html.head.title.as_deref()?);
    if title.len() > LONGEST_TITLE {
        return None;
    }
    let key = squeezed(headline);
    let name = MARKS.iter().find_map(|mark| {
        let behind = title.rsplit_once(mark).map(|(_, name)| name);
        let before = title.split_once(mark).map(|(name, _)| name);
        let head = |name: &&str| squeezed(&title[..title.len() - name.len()]).starts_with(&key);
        // Before a headline stand topics too, so that the address must know the name.
        let known = |name: &&str| scene.site_names.contains(&folded(&squeezed(name)));
        let tail = |name: &&str| squeezed(&title[name.len()..]) == key && known(name);
        behind.filter(head).filter(|_| !matches!(*mark, ":" | " / " | "|")).or_else(|| before.filter(tail))
    })?;
    let name = name.trim();
    let known = squeezed(name);
    let home = |href: &str| {
        scene.page.url.as_ref().and_then(|own| own.join(href).ok()).is_some_and(|to| to.path() == "/")
    };
    let elsewhere =
        |anchor: &Anchor| squeezed(html.text(anchor.text)) == known && !home(html.attr(anchor.href));
    let fits = !key.is_empty()
        && (2..=LONGEST).contains(&name.chars().count())
        && name.split_whitespace().count() <= MOST_WORDS
        && name.chars().next().is_some_and(|c| c.is_alphanumeric() && !c.is_lowercase())
        && !name.split_whitespace().all(names::is_section)
        && !names::has_lead(name)
        && dates::find(name, &scene.dates()).is_none()
        && !html.anchors.iter().any(elsewhere);
    fits.then(|| Said::new(From::Html, BESIDE_HEADLINE, title.clone(), name.to_owned()))
}

pub fn section(scene: &Scene<'_>, ledger: &mut Ledger) -> Option<String> {
    let mut heard: Vec<Said<String>> = Vec::new();
    if let Some(section) = scene.ld.as_ref().and_then(|s| s.section.clone()) {
        heard.push(Said::new(From::JsonLd, "articleSection", section.clone(), section));
    }
    if let Some(html) = scene.html {
        for (source, meta) in [
            (From::OpenGraph, "article:section"),
            (From::OpenGraph, "og:article:section"),
            (From::Meta, "section"),
            (From::Meta, "parsely-section"),
            (From::Meta, "cxenseparse:section"),
            (From::Meta, "category"),
        ] {
            heard.extend(html.meta(meta).map(|v| Said::new(source, meta, v, plain(v))));
        }
        let prop = html.props.iter().find(|p| html.attr(p.name) == "articleSection");
        if let Some(prop) = prop {
            let text = if prop.value.is_empty() { html.text(prop.text) } else { html.attr(prop.value) };
            heard.push(Said::new(From::Html, "itemprop articleSection", text, plain(text)));
        }
        let told = scene.told.as_ref().and_then(|told| told.section.clone());
        heard.extend(told.map(|t| Said::new(From::Html, "script state", t.clone(), plain(&t))));
    }
    let crumbs = scene.json_ld.breadcrumbs();
    // The outermost crumb is the home page, the last the article itself.
    let crumb = crumbs.iter().skip(1).find(|c| !scene.site_names.contains(&squeezed(c)));
    heard.extend(
        crumb
            .filter(|_| crumbs.len() > 2)
            .map(|c| Said::new(From::JsonLd, "BreadcrumbList", c.clone(), c.clone())),
    );
    heard.extend(
        scene.found(FoundField::Section).next().map(|s| Said::new(From::Text, "section line", s, plain(s))),
    );
    heard.retain(|s| {
        let length = s.value.chars().count();
        (2..=LONGEST_NAME).contains(&length)
            && !scene.site_names.contains(&squeezed(&s.value))
            && !s.value.contains("://")
    });
    for (i, said) in heard.iter().enumerate() {
        match i {
            0 => ledger.believe("section", said, 0.85, "first by the order of witnesses"),
            _ => ledger.dismiss("section", said, "another was first"),
        }
    }
    heard.into_iter().next().map(|s| s.value)
}

pub fn keywords(scene: &Scene<'_>, ledger: &mut Ledger) -> Vec<String> {
    let mut heard: Vec<Said<Vec<String>>> = Vec::new();
    if let Some(ld) = scene.ld.as_ref().filter(|s| !s.keywords.is_empty()) {
        heard.push(Said::new(From::JsonLd, "keywords", ld.keywords.join(", "), ld.keywords.clone()));
    }
    if let Some(html) = scene.html {
        for meta in
            ["article:tag", "og:article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags"]
        {
            let words: Vec<String> = html
                .metas(meta)
                .take(MOST_KEYWORDS)
                .flat_map(|v| {
                    plain(v).split([',', ';', '、']).map(|w| w.trim().to_owned()).collect::<Vec<_>>()
                })
                .collect();
            if !words.is_empty() {
                heard.push(Said::new(From::Meta, meta, words.join(", "), words));
            }
        }
    }
    for said in &mut heard {
        let mut seen: Vec<String> = Vec::new();
        said.value.retain(|w| {
            let key = w.to_lowercase();
            let fits = !w.is_empty() && w.chars().count() <= LONGEST_KEYWORD && !seen.contains(&key);
            seen.push(key);
            fits
        });
        said.value.truncate(MOST_KEYWORDS);
    }
    heard.retain(|s| !s.value.is_empty());
    for (i, said) in heard.iter().enumerate() {
        match i {
            0 => ledger.believe("keywords", said, 0.9, "first by the order of witnesses"),
            _ => ledger.dismiss("keywords", said, "another was first"),
        }
    }
    heard.into_iter().next().map(|s| s.value).unwrap_or_default()
}

/// Notes whether the page says that it may be read for free; what follows from it is judged with `kind`.
pub fn note_free_access(scene: &Scene<'_>, completeness: Completeness, ledger: &mut Ledger) {
    let mut heard: Vec<Said<bool>> = Vec::new();
    if let Some(free) = scene.ld.as_ref().and_then(|s| s.free) {
        let raw = format!("isAccessibleForFree: {free}");
        heard.push(Said::new(From::JsonLd, "isAccessibleForFree", raw, free));
    }
    if let Some(html) = scene.html
        && let Some(tier) = html.meta("article:content_tier")
    {
        let free = tier.eq_ignore_ascii_case("free");
        let raw = format!("article:content_tier: {tier}");
        heard.push(Said::new(From::OpenGraph, "article:content_tier", raw, free));
    }
    for said in &heard {
        let claims = if said.value { Completeness::Full } else { Completeness::Partial };
        if claims == completeness {
            ledger.agree("completeness", said, "whether it may be read for free");
        } else {
            ledger.dismiss("completeness", said, "whether it may be read for free");
        }
    }
}
