//! The standfirst: the lines between headline and story. One that the page prints above the text heads
//! the body; one that stands in meta tags alone is in the field only.

use super::entities::plain;
use super::ledger::{Ledger, Said};
use super::marks::Mark;
use super::scene::{Scene, contains_ignore_case};
use crate::model::article::EvidenceSource as From;
use crate::model::body::{FoundField, Paragraph, ParagraphKind};
use crate::model::html::HtmlPage;
use crate::model::script::squeezed;

/// In characters: less is a kicker, more is the story.
const SHORTEST: usize = 30;
const LONGEST: usize = 800;

/// Classes and properties that mark a standfirst.
pub(super) const MARKS: &[&str] = &[
    "standfirst",
    "dek",
    "lead",
    "lede",
    "subhead",
    "sub-head",
    "subtitle",
    "sub-title",
    "summary",
    "intro",
    "teaser",
    "abstract",
    "chapo",
    "chapeau",
    "entradilla",
    "bajada",
    "sottotitolo",
    "sommario",
    "vorspann",
    "anleser",
    "ingress",
    "kicker-text",
    "deck",
    "strapline",
    "excerpt",
    "description",
    "manchet",
    "perex",
    "leadin",
    "sapo",
    "underrubrik",
    "alternativeheadline",
    "synopsis",
    "subtitular",
];

/// Parts of names that mean nothing else: directly under the headline a line of theirs needs no full stop.
const PLAIN: [&str; 16] = [
    "standfirst",
    "dek",
    "subtitle",
    "subtitular",
    "strapline",
    "synopsis",
    "syn",
    "chapo",
    "chapeau",
    "entradilla",
    "bajada",
    "sottotitolo",
    "vorspann",
    "underrubrik",
    "perex",
    "alternativeheadline",
];

/// Finds the standfirst and gives its paragraph the kind; puts it at the head of the body where the page
/// prints it and extraction left it out.
pub fn standfirst(
    scene: &Scene<'_>,
    paragraphs: &mut Vec<Paragraph>,
    headline: Option<&str>,
    ledger: &mut Ledger,
) -> Option<String> {
    let told = told(scene, headline);
    if let Some(first) = paragraphs.first()
        && first.kind == ParagraphKind::Standfirst
    {
        let said = Said::new(From::Html, "above the text", first.text.clone(), ());
        ledger.believe("standfirst", &said, 0.95, "printed above the text");
        return Some(first.text.clone());
    }
    if let Some(line) = scene.found(FoundField::Standfirst).next() {
        let said = Said::new(From::Text, "standfirst line", line, ());
        ledger.believe("standfirst", &said, 0.8, "set off above the text");
        return Some(plain(line));
    }
    if let Some(text) = lead_in_body(scene, paragraphs, &told) {
        let said = Said::new(From::Html, "above the text", text.clone(), ());
        ledger.believe("standfirst", &said, 0.9, "first paragraph, marked or equal to the description");
        return Some(text);
    }
    if let Some(paragraph) = printed(scene, paragraphs, &told, headline) {
        let said = Said::new(From::Html, "above the text", paragraph.text.clone(), ());
        ledger.believe("standfirst", &said, 0.9, "printed between headline and text");
        let text = paragraph.text.clone();
        paragraphs.insert(0, paragraph);
        return Some(text);
    }
    let said = told.into_iter().find(|s| !repeats_the_text(&s.value, paragraphs))?;
    ledger.believe("standfirst", &said, 0.6, "in the page's description alone");
    Some(said.value)
}

/// Descriptions in the head.
fn told(scene: &Scene<'_>, headline: Option<&str>) -> Vec<Said<String>> {
    let mut out = Vec::new();
    if let Some(text) = scene.ld.as_ref().and_then(|s| s.description.clone()) {
        out.push(Said::new(From::JsonLd, "description", text.clone(), text));
    }
    if let Some(html) = scene.html {
        for (source, meta) in [
            (From::OpenGraph, "og:description"),
            (From::Meta, "description"),
            (From::Meta, "twitter:description"),
        ] {
            out.extend(html.meta(meta).map(|v| Said::new(source, meta, v, plain(v))));
        }
    }
    let headline = headline.map(squeezed);
    out.retain(|s| {
        let length = s.value.chars().count();
        let key = squeezed(&s.value);
        (SHORTEST..=LONGEST).contains(&length)
            && headline.as_deref() != Some(key.as_str())
            && !scene.site_names.contains(&key)
    });
    out
}

/// The first paragraph, where its element or a description says that it is the standfirst.
fn lead_in_body(scene: &Scene<'_>, paragraphs: &mut [Paragraph], told: &[Said<String>]) -> Option<String> {
    let html = scene.html?;
    if paragraphs.len() < 3 {
        return None;
    }
    let first = paragraphs.first_mut()?;
    let length = first.text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    let container = html.blocks.get(first.block? as usize)?.container;
    let key = squeezed(&first.text);
    let described = told.iter().any(|s| squeezed(&s.value) == key);
    let plainly = is_plainly_marked(scene, container);
    let own = plainly || is_marked(scene, container, 2);
    // Papers set it in a small heading; one without such a mark is the story's first subhead.
    if first.kind != ParagraphKind::Paragraph && !(first.kind == ParagraphKind::Subhead && plainly) {
        return None;
    }
    // A description equal to a plain first paragraph was cut from the story, not printed above it.
    if own && (described || length <= 500) {
        first.kind = ParagraphKind::Standfirst;
        return Some(first.text.clone());
    }
    None
}

/// A block between headline and story that extraction left out: marked as a standfirst, or equal to a
/// description.
fn printed(
    scene: &Scene<'_>,
    paragraphs: &[Paragraph],
    told: &[Said<String>],
    headline: Option<&str>,
) -> Option<Paragraph> {
    let html = scene.html?;
    let top = scene.headline_block?;
    let first = scene.first_block?;
    if first <= top + 1 || first - top > 40 {
        return None;
    }
    let headline = headline.map(squeezed).unwrap_or_default();
    let under = end_of_headline(html, top);
    (top + 1..first).find_map(|b| {
        let text = html.block_text(b as usize);
        let length = text.chars().count();
        let block = html.blocks[b as usize];
        if !(SHORTEST..=LONGEST).contains(&length) || block.link_bytes as usize * 2 > text.len() {
            return None;
        }
        let key = squeezed(text);
        if key == headline || paragraphs.iter().take(3).any(|p| squeezed(&p.text).starts_with(&key)) {
            return None;
        }
        if html.ancestors(block.container).take(8).any(|c| {
            c.hidden || matches!(html.attr(c.tag), "figure" | "figcaption" | "nav" | "aside" | "footer")
        }) {
            return None;
        }
        let described = told.iter().any(|s| {
            let told = squeezed(&s.value);
            told == key || (told.len() > 60 && key.starts_with(&told))
        });
        let marked_so = is_marked(scene, block.container, 2) && length >= 50 && ends_like_a_sentence(text);
        let under_headline = b == under && is_plainly_marked(scene, block.container);
        (described || marked_so || under_headline).then(|| Paragraph {
            text: text.to_owned(),
            kind: ParagraphKind::Standfirst,
            block: Some(b),
        })
    })
}

/// The first block behind the element that holds the headline.
fn end_of_headline(html: &HtmlPage, top: u32) -> u32 {
    let container = html.blocks[top as usize].container;
    let heading = html.ancestors(container).take(4).find(|c| html.attr(c.tag) == "h1");
    heading.map_or(top + 1, |c| c.end_block)
}

/// Whether the element or the one around it has, as a name of its own, a mark that means nothing else.
fn is_plainly_marked(scene: &Scene<'_>, container: u32) -> bool {
    const LEVELS: usize = 2;
    let Some(html) = scene.html else { return false };
    let marks = |names: &str| {
        names.split_ascii_whitespace().any(|name| {
            // `Article__subTitle-x3` has the parts `article`, `subtitle` and `x3`.
            let lower =
                name.to_ascii_lowercase().replace("sub-title", "subtitle").replace("sub_title", "subtitle");
            lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| PLAIN.contains(&part))
        })
    };
    html.ancestors(container)
        .take(LEVELS)
        .any(|c| [c.class, c.id, c.itemprop, c.other].into_iter().any(|span| marks(html.attr(span))))
}

fn is_marked(scene: &Scene<'_>, container: u32, limit: usize) -> bool {
    let Some(html) = scene.html else { return false };
    scene.marked(container, limit, Mark::Standfirst)
        && !html.ancestors(container).take(limit).any(|c| {
            let class = html.attr(c.class);
            ["leader", "leaderboard", "related", "newsletter", "author"]
                .iter()
                .any(|w| contains_ignore_case(class, w))
        })
}

fn ends_like_a_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '…', '”', '"', '»', '“', '。', '！', '？', '।', '’', ':'])
}

/// Whether a description is only the beginning of the story, perhaps cut off.
fn repeats_the_text(description: &str, paragraphs: &[Paragraph]) -> bool {
    let stem = squeezed(description.trim_end_matches(['…', '.', ' ']));
    let head: String = stem.chars().take(60).collect();
    if head.is_empty() {
        return true;
    }
    let mut text = String::new();
    for paragraph in paragraphs.iter().take(12) {
        text += &squeezed(&paragraph.text);
    }
    text.contains(&head)
}
