//! What every field looks at: the parsed page, the statement of its JSON-LD, where the headline stands
//! and where the story begins and ends.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use url::Url;

use super::dates::{self, Moment};
use super::entities::plain;
use super::headline::LONGEST_TITLE;
use super::jsonld::{JsonLd, Statement};
use super::marks::{Mark, Marks};
use super::state::{self, Told};
use super::url as address;
use crate::model::body::{Found, FoundField, Paragraph};
use crate::model::html::HtmlPage;
use crate::model::script::{cut, squeezed};
use crate::model::{Budget, DecodedPage, Rejection};
use crate::read::Parsed;

/// Bytes of JSON-LD that are read; more is no news page.
const JSON_LD_BYTES: usize = 2 << 20;
/// Blocks beside the story in which its byline, date and standfirst are looked for.
const NEAR: u32 = 25;

pub struct Scene<'a> {
    pub page: &'a DecodedPage,
    pub html: Option<&'a HtmlPage>,
    pub ld: Option<Statement>,
    pub json_ld: JsonLd,
    /// What script state says, where the JSON-LD leaves something out.
    pub told: Option<Told>,
    pub found: &'a [Found],
    marks: Marks,
    pub now: Option<Moment>,
    before: Option<Moment>,
    /// What the page says of its language: `<html lang>` or kin, e.g. `en-US`.
    pub declared: Option<String>,
    /// All that it says of it, the first of which is `declared`.
    pub languages: Vec<String>,
    /// Block of the headline, where an `h1` holds one.
    pub headline_block: Option<u32>,
    pub first_block: Option<u32>,
    pub last_block: Option<u32>,
    /// Names by which the site calls itself, squeezed: of Open Graph, JSON-LD, the domain.
    pub site_names: Vec<String>,
}

impl<'a> Scene<'a> {
    pub fn set(
        page: &'a DecodedPage,
        parsed: &'a Parsed,
        paragraphs: &[Paragraph],
        found: &'a [Found],
        budget: &mut Budget,
    ) -> Result<Self, Rejection> {
        let html = match parsed {
            Parsed::Html(html) => Some(&**html),
            Parsed::Text(_) => None,
        };
        let time = |at: &Option<String>| dates::parse(at.as_deref()?, &dates::Context::default());
        let now = time(&page.fetched_at);
        let mut scene = Self {
            page,
            html,
            ld: None,
            json_ld: JsonLd::default(),
            told: None,
            found,
            marks: html.map(Marks::of).unwrap_or_default(),
            now,
            before: time(&page.received_at),
            declared: None,
            languages: Vec::new(),
            headline_block: None,
            first_block: paragraphs.iter().filter_map(|p| p.block).min(),
            last_block: paragraphs.iter().filter_map(|p| p.block).max(),
            site_names: Vec::new(),
        };
        let Some(html) = html else {
            scene.declared = page.hints.language.clone();
            scene.languages.extend(scene.declared.clone());
            return Ok(scene);
        };
        let bytes: usize = html.head.json_ld.iter().map(String::len).sum();
        budget.draw((bytes + html.blocks.len() + html.attrs.len()) as u64, "describe")?;
        scene.headline_block = headline_block(html, scene.first_block);
        scene.json_ld = JsonLd::read(&html.head.json_ld, JSON_LD_BYTES);
        let own = own_keys(page, html);
        let is_this_page = |claim: &str| {
            let url = Url::parse(claim).ok().filter(|u| u.host_str().is_some() && u.path().len() > 1)?;
            (!own.is_empty()).then(|| own.contains(&address::key(&url)))
        };
        let h1 = scene.headline_block.map(|b| html.block_text(b as usize).to_owned());
        let titles: Vec<&str> = h1
            .iter()
            .map(String::as_str)
            .chain(html.meta("og:title"))
            .chain(html.head.title.as_deref())
            .map(|title| cut(title, LONGEST_TITLE))
            .collect();
        scene.ld = scene.json_ld.statement(&is_this_page, &titles);
        let whole = scene
            .ld
            .as_ref()
            .is_some_and(|ld| ld.headline.is_some() && ld.published.is_some() && !ld.authors.is_empty());
        if !whole && !html.head.state.is_empty() {
            let bytes: usize = html.head.state.iter().map(|(_, text)| text.len()).sum();
            budget.draw(bytes as u64, "describe")?;
            scene.told = state::told(&html.head.state, &titles);
        }
        let ld = scene.ld.as_ref().and_then(|s| s.language.clone()).filter(|l| l.len() <= 12);
        let lang = html.head.lang.clone().filter(|l| !l.trim().is_empty());
        scene.languages = lang
            .into_iter()
            .chain(ld)
            .chain(html.meta("content-language").map(str::to_owned))
            .chain(html.meta("og:locale").map(|l| l.replace('_', "-")))
            .chain(page.hints.language.clone())
            .collect();
        scene.declared = scene.languages.first().cloned();
        scene.site_names = site_names(&scene, html);
        Ok(scene)
    }

    pub fn dates(&self) -> dates::Context<'_> {
        dates::Context { language: self.declared.as_deref(), now: self.now, before: self.before }
    }

    /// Whether a block stands in a quotation or a post: who and when there is of those.
    pub fn quoted(&self, block: u32) -> bool {
        self.html.is_some_and(|html| {
            let container = html.blocks.get(block as usize).map_or(0, |b| b.container);
            html.ancestors(container).take(QUOTE_LEVELS).any(|c| html.attr(c.tag) == "blockquote")
        })
    }

    /// Whether a block stands in or near the story: not in the navigation, the footer, other stories.
    pub fn near(&self, block: u32) -> bool {
        let head = self.headline_block.or(self.first_block);
        let from = head.into_iter().chain(self.first_block).min().unwrap_or(0).saturating_sub(NEAR);
        let to = self.last_block.into_iter().chain(head).max().unwrap_or(u32::MAX - NEAR) + NEAR;
        (from..=to).contains(&block)
    }

    /// Whether the element or one around it carries one of the mark's words in its class, id, or kin; `limit`
    /// elements are looked at.
    pub fn marked(&self, container: u32, limit: usize, mark: Mark) -> bool {
        self.html.is_some_and(|html| self.marks.on(html, container, limit, mark))
    }

    /// Whether words amid a line, `html.labels[label]`, stand in an element whose own name carries the mark.
    pub fn label_marked(&self, label: usize, mark: Mark) -> bool {
        self.marks.on_label(label, mark)
    }

    /// Lines that text cleaning set aside for a field.
    pub fn found(&self, field: FoundField) -> impl Iterator<Item = &'a str> {
        self.found.iter().filter(move |f| f.field == field).map(|f| f.text.as_str())
    }
}

/// Keys of the addresses by which the page calls itself.
fn own_keys(page: &DecodedPage, html: &HtmlPage) -> Vec<String> {
    let canonical = html.head.links.iter().filter(|link| link.rel.eq_ignore_ascii_case("canonical"));
    let claims = canonical.map(|link| link.href.as_str()).chain(html.meta("og:url"));
    let claims = claims.filter_map(|claim| match &page.url {
        Some(base) => base.join(claim).ok(),
        None => Url::parse(claim).ok(),
    });
    page.url.iter().cloned().chain(claims).map(|url| address::key(&url)).collect()
}

/// The block inside the `h1` that stands last before the story, or first in the page.
fn headline_block(html: &HtmlPage, first: Option<u32>) -> Option<u32> {
    let mut best: Option<(bool, usize, u32)> = None;
    for container in &html.containers {
        if html.attr(container.tag) != "h1"
            || container.hidden
            || container.first_block >= container.end_block
        {
            continue;
        }
        let length: usize =
            (container.first_block..container.end_block).map(|b| html.block_text(b as usize).len()).sum();
        // Logos and section names stand in h1 too, but are short.
        let headline_like = (12..=400).contains(&length);
        let before = first.is_none_or(|first| container.first_block <= first);
        let rank = (before && headline_like, if before { 1 } else { 0 }, container.first_block);
        let better = match best {
            None => true,
            Some(old) => {
                (rank.0, rank.1) > (old.0, old.1) || (rank.0 && old.0 && closer(first, rank.2, old.2))
            }
        };
        if better {
            best = Some(rank);
        }
    }
    best.map(|(_, _, block)| block)
}

fn closer(first: Option<u32>, a: u32, b: u32) -> bool {
    first.is_some_and(|first| first.abs_diff(a) < first.abs_diff(b))
}

fn site_names(scene: &Scene<'_>, html: &HtmlPage) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let name = squeezed(&plain(name));
        if name.chars().count() >= 2 && !names.contains(&name) {
            names.push(name);
        }
    };
    for meta in [
        "og:site_name",
        "application-name",
        "apple-mobile-web-app-title",
        "publisher",
        "dc.publisher",
        "twitter:site",
    ] {
        if let Some(name) = html.meta(meta) {
            add(name);
        }
    }
    if let Some(name) = scene.ld.as_ref().and_then(|s| s.publisher.as_deref()) {
        add(name);
    }
    if let Some(name) = scene.json_ld.site_name() {
        add(&name);
    }
    let host = scene.page.url.as_ref().and_then(Url::host_str);
    if let Some(host) = host {
        add(host);
        add(host.strip_prefix("www.").unwrap_or(host));
    }
    if let Some(site) = &scene.page.site {
        add(site);
        if let Some((label, _)) = site.split_once('.') {
            add(label);
        }
    }
    names
}

/// Elements between a line and the quotation that it signs.
const QUOTE_LEVELS: usize = 6;

/// Without marks on its letters, as names of hosts are written.
pub fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'ł' => 'l',
        'ø' => 'o',
        'đ' => 'd',
        'ı' => 'i',
        other => other,
    };
    text.nfd().filter(|c| !is_combining_mark(*c)).map(plain).collect()
}

/// `needle` is in lower case ASCII.
pub fn contains_ignore_case(text: &str, needle: &str) -> bool {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.len() >= needle.len() && text.windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle))
}
