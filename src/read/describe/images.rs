//! Pictures of the story with caption and credit: the lead image that the page declares, and those that
//! stand in or beside the text.

use url::Url;

use super::entities::plain;
use super::marks::Mark;
use super::place::resolve;
use super::scene::Scene;
use crate::model::article::ArticleImage;
use crate::model::html::{HtmlPage, Image};
use crate::model::script::squeezed;

const MOST: usize = 20;
/// Smallest stated side of a picture; less is an icon.
const SMALLEST: u32 = 90;
const LONGEST_CAPTION: usize = 600;

pub fn images(scene: &Scene<'_>) -> Vec<ArticleImage> {
    let base = scene.page.url.as_ref();
    let mut out: Vec<ArticleImage> = Vec::new();
    if let Some(ld) = &scene.ld {
        for picture in ld.images.iter().take(3) {
            add(&mut out, base, &picture.url, picture.caption.clone(), picture.credit.clone());
        }
    }
    let Some(html) = scene.html else { return out };
    for meta in ["og:image", "og:image:secure_url", "twitter:image", "twitter:image:src"] {
        if let Some(url) = html.meta(meta).filter(|_| out.is_empty()) {
            add(&mut out, base, url, None, None);
        }
    }
    for image in html.images.iter().filter(|i| in_story(scene, i)) {
        if out.len() >= MOST {
            break;
        }
        let (caption, credit) = caption(scene, html, image);
        add(&mut out, base, html.attr(image.src), caption, credit);
    }
    out
}

/// Classes of pictures that belong to the site or another story.
pub(super) const NOT_OF_THE_STORY: &[&str] = &[
    "author",
    "avatar",
    "logo",
    "icon",
    "related",
    "teaser",
    "recommend",
    "comment",
    "sidebar",
    "footer",
    "nav",
    "share",
    "banner",
    "promo",
    "advert",
    "newsletter",
    "byline",
    "most-read",
];
/// Classes of who took a picture.
pub(super) const CREDIT: &[&str] = &["credit", "copyright", "source", "quelle"];

fn in_story(scene: &Scene<'_>, image: &Image) -> bool {
    let (Some(first), Some(last)) = (scene.first_block, scene.last_block) else { return false };
    let from =
        scene.headline_block.filter(|h| *h < first && first - *h < 40).unwrap_or(first.saturating_sub(3));
    let small = |side: u32| side > 0 && side < SMALLEST;
    (from..=last).contains(&image.block)
        && !small(image.width)
        && !small(image.height)
        && !scene.marked(image.container, 7, Mark::NotOfTheStory)
}

/// Caption and credit in the figure around the picture.
fn caption(scene: &Scene<'_>, html: &HtmlPage, image: &Image) -> (Option<String>, Option<String>) {
    let mut at = image.container;
    for _ in 0..5 {
        let Some(container) = html.containers.get(at as usize) else { break };
        if html.attr(container.tag) == "figure" {
            let blocks = container.first_block..container.end_block.min(container.first_block + 6);
            let mut caption: Vec<&str> = Vec::new();
            let mut credit = None;
            for b in blocks {
                let text = html.block_text(b as usize);
                let is_credit = scene.marked(html.blocks[b as usize].container, 2, Mark::Credit);
                if is_credit && credit.is_none() {
                    credit = Some(text.to_owned());
                } else {
                    caption.push(text);
                }
            }
            let joined = caption.join(" ");
            let (text, inner) = split_credit(&joined);
            let text = Some(text).filter(|t| !t.is_empty() && t.len() <= LONGEST_CAPTION).map(str::to_owned);
            return (
                text,
                credit.or(inner.map(str::to_owned)).map(|c| bare_credit(&c)).filter(|c| !c.is_empty()),
            );
        }
        at = container.parent;
    }
    (None, None)
}

/// `The bridge. Photo: Ada Fern/AFP` · `Die Brücke © dpa` · `The bridge (Reuters)`.
fn split_credit(text: &str) -> (&str, Option<&str>) {
    const MARKS: &[&str] = &[
        "©",
        "Photo:",
        "Photograph:",
        "Photo by",
        "Foto:",
        "Fotos:",
        "Bild:",
        "Quelle:",
        "Credit:",
        "Image:",
        "Picture:",
        "Crédit",
        "Fuente:",
        "Fotka:",
        "Kuva:",
        "Zdjęcie:",
        "Фото:",
        "Source:",
    ];
    if let Some(at) = MARKS.iter().filter_map(|m| text.find(m)).min() {
        let head = text[..at].trim_end_matches([' ', '(', '[', '|', '–', '-']);
        return (head, Some(&text[at..]));
    }
    if let Some((head, tail)) = text.trim_end_matches('.').rsplit_once('(') {
        let inner = tail.trim_end_matches(')');
        let words = inner.split_whitespace().count();
        if tail.ends_with(')')
            && words <= 8
            && (super::agencies::agencies(inner).is_some() || inner.contains('/'))
        {
            return (head.trim_end(), Some(inner));
        }
    }
    (text, None)
}

fn bare_credit(text: &str) -> String {
    let mut text = text.trim().trim_matches(['(', ')', '[', ']']).trim();
    for lead in [
        "©",
        "Photograph:",
        "Photo:",
        "Photo by",
        "Foto:",
        "Fotos:",
        "Bild:",
        "Quelle:",
        "Credit:",
        "Image:",
        "Picture:",
        "Фото:",
        "Source:",
        "Fuente:",
    ] {
        text = text.strip_prefix(lead).unwrap_or(text).trim();
    }
    text.chars().take(200).collect()
}

fn add(
    out: &mut Vec<ArticleImage>,
    base: Option<&Url>,
    src: &str,
    caption: Option<String>,
    credit: Option<String>,
) {
    let Some(url) = resolve(base, &plain(src)) else { return };
    let path = url.path().to_ascii_lowercase();
    if path.ends_with(".svg") || path.ends_with(".gif") && path.contains("pixel") || path.len() < 2 {
        return;
    }
    let same = |a: &ArticleImage| {
        a.url == url.as_str() || file_name(&a.url).is_some_and(|f| Some(f) == file_name(url.as_str()))
    };
    if let Some(known) = out.iter_mut().find(|a| same(a)) {
        if known.caption.is_none() {
            known.caption = caption;
        }
        if known.credit.is_none() {
            known.credit = credit;
        }
        return;
    }
    let caption = caption.filter(|c| !squeezed(c).is_empty());
    out.push(ArticleImage { url: url.to_string(), caption, credit });
}

/// Last segment of the path where it is telling: the same picture in two sizes has one.
fn file_name(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    (name.len() >= 16).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_split_from_captions() {
        for (text, caption, credit) in [
            ("The bridge. Photo: Ada Fern/AFP", "The bridge.", Some("Ada Fern/AFP")),
            ("Die Brücke © dpa", "Die Brücke", Some("dpa")),
            ("The bridge (Reuters)", "The bridge", Some("Reuters")),
            ("The bridge (built 1902)", "The bridge (built 1902)", None),
        ] {
            let (head, found) = split_credit(text);
            assert_eq!((head, found.map(bare_credit).as_deref()), (caption, credit), "{text}");
        }
    }
}
