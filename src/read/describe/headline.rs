//! The headline: what most witnesses print, without the name of the site or section behind it.

use super::entities::plain;
use super::ledger::{Ledger, Said};
use super::scene::{Scene, folded};
use crate::model::article::EvidenceSource as From;
use crate::model::body::FoundField;
use crate::model::html::HtmlPage;
use crate::model::script::squeezed;

/// Longest headline that is believed, in characters.
const LONGEST: usize = 400;

/// Longest title that is taken apart, in bytes.
pub(super) const LONGEST_TITLE: usize = 2_000;

type Heard = Said<String>;

/// Weighs the witnesses: equal texts (letters and digits) add their weights, the heaviest text wins, and
/// is printed as its most careful witness prints it.
pub fn headline(scene: &Scene<'_>, ledger: &mut Ledger) -> Option<String> {
    let heard = witnesses(scene);
    let keys: Vec<String> = heard.iter().map(|(said, _)| squeezed(&said.value)).collect();
    let mut best: Option<(f32, usize)> = None;
    for (i, key) in keys.iter().enumerate() {
        let bare = is_bare(key, &keys);
        let agrees = |(k, (said, _)): &(&String, &(Heard, f32))| {
            *k == key || is_cut(k, key, &said.value) || bare && k.ends_with(key.as_str())
        };
        let votes: f32 = keys.iter().zip(&heard).filter(agrees).map(|(_, (_, w))| w).sum();
        if best.is_none_or(|(most, _)| votes > most) {
            best = Some((votes, i));
        }
    }
    let (votes, text) = best?;
    let chosen = spelling(&heard, &keys, text);
    let all: f32 = heard.iter().map(|(_, w)| w).sum();
    let mut value = heard[chosen].0.value.clone();
    let mut why = "most witnesses agree";
    if votes < all * 0.7
        && let Some(common) = common_tail(&heard)
    {
        value = common;
        why = "the witnesses differ in the kicker before it";
    }
    for (i, (said, _)) in heard.iter().enumerate() {
        if i == chosen {
            ledger.believe("headline", said, (votes / all).clamp(0.3, 0.99), why);
        } else if keys[i] == keys[chosen] {
            ledger.agree("headline", said, "says the same");
        } else {
            ledger.dismiss("headline", said, "fewer witnesses print this");
        }
    }
    Some(value)
}

fn witnesses(scene: &Scene<'_>) -> Vec<(Heard, f32)> {
    let mut raw: Vec<(From, &'static str, String, f32)> = Vec::new();
    if let Some(ld) = &scene.ld {
        let headline = ld.headline.clone().or_else(|| ld.name.clone().filter(|_| !is_page_type(&ld.types)));
        raw.extend(headline.map(|h| (From::JsonLd, "headline", h, 3.0)));
    }
    if let Some(html) = scene.html {
        let metas: [(From, &'static str, f32); 6] = [
            (From::OpenGraph, "og:title", 2.5),
            (From::Meta, "twitter:title", 1.0),
            (From::Meta, "parsely-title", 1.0),
            (From::Meta, "dc.title", 1.0),
            (From::Meta, "citation_title", 1.0),
            (From::Meta, "headline", 1.5),
        ];
        for (source, place, weight) in metas {
            raw.extend(html.meta(place).map(|v| (source, place, v.to_owned(), weight)));
        }
        if let Some(text) = heading(scene, html) {
            raw.push((From::Html, "h1", text, 3.0));
        }
        let prop = html.props.iter().find(|p| html.attr(p.name).ends_with("headline"));
        if let Some(prop) = prop {
            let text = if prop.value.is_empty() { html.text(prop.text) } else { html.attr(prop.value) };
            raw.push((From::Html, "itemprop headline", text.to_owned(), 1.5));
        }
        if let Some(title) = &html.head.title {
            // A suffix and all, they were written by one hand.
            let copied = html.meta("og:title") == Some(title) && MARKS[..6].iter().any(|m| title.contains(m));
            raw.push((From::Html, "title", title.clone(), if copied { 0.0 } else { 1.5 }));
        }
        let above = line_above(scene, html);
        raw.extend(above.map(|text| (From::Html, "line above the story", text, 2.0)));
        let told = scene.told.as_ref().and_then(|told| told.headline.clone());
        raw.extend(told.map(|t| (From::Html, "script state", t, 1.0)));
    }
    // In HTML the line that cleaning set aside is the h1 again.
    let line = scene.found(FoundField::Headline).next().filter(|_| scene.html.is_none());
    raw.extend(line.map(|t| (From::Text, "title line", t.to_owned(), 2.0)));
    raw.extend(scene.page.hints.title.clone().map(|t| (From::Hint, "title", t, 2.2)));
    let all: Vec<String> = raw.iter().map(|(_, _, text, _)| plain(text)).collect();
    let careful = |place: &str| matches!(place, "h1" | "headline" | "itemprop headline");
    let whole: Vec<String> =
        raw.iter().zip(&all).filter(|(r, _)| careful(r.1)).map(|(_, text)| squeezed(text)).collect();
    // A headline that the page prints with all its dashes has no suffix.
    let is_whole = |text: &str| whole.contains(&squeezed(text));
    raw.into_iter()
        .zip(&all)
        .filter_map(|((source, place, raw, weight), text)| {
            let of_page = matches!(place, "title" | "og:title" | "twitter:title" | "parsely-title");
            let value = without_site(text, scene, &all, of_page && !is_whole(text));
            let length = value.chars().count();
            let is_site = scene.site_names.contains(&squeezed(&value));
            ((2..=LONGEST).contains(&length) && !is_site)
                .then(|| (Said::new(source, place, raw, value), weight))
        })
        .collect()
}

fn is_page_type(types: &[String]) -> bool {
    types.iter().any(|t| t.ends_with("Page"))
}

/// Text of the whole `h1` around a block.
fn heading_text(html: &HtmlPage, block: u32) -> String {
    let h1 = html.ancestors(html.blocks[block as usize].container).find(|c| html.attr(c.tag) == "h1");
    let range = h1.map_or(block..block + 1, |c| c.first_block..c.end_block);
    let parts: Vec<&str> = range.take(8).map(|b| html.block_text(b as usize)).collect();
    parts.join(" ")
}

/// Whether `short` is `long` cut off at the end by a content system, as `printed` shows.
fn is_cut(short: &str, long: &str, printed: &str) -> bool {
    let cut = printed.ends_with(['…', '.']) && printed.ends_with(['…']) | printed.ends_with("...");
    (cut || printed.chars().count() >= 100)
        && short.len() >= 30
        && short.len() < long.len()
        && long.starts_with(short)
}

/// Whether two witnesses print this text behind kickers of their own: `Traffic Night ferry is cut` and `Live: Night
/// ferry is cut`.
fn is_bare(key: &str, keys: &[String]) -> bool {
    /// Letters of the shortest such text.
    const SHORTEST: usize = 16;
    let mut kicked =
        keys.iter().filter(|k| k.len() > key.len() && k.len() < 2 * key.len() && k.ends_with(key));
    key.chars().count() >= SHORTEST && kicked.next().is_some_and(|one| kicked.any(|other| other != one))
}

/// Of the witnesses that say the same, the one whose very spelling most others share.
fn spelling(heard: &[(Heard, f32)], keys: &[String], text: usize) -> usize {
    let equal = || (0..heard.len()).filter(|i| keys[*i] == keys[text]);
    let words = |i: usize| heard[i].0.value.split_whitespace().count();
    let most = equal().map(words).max().unwrap_or(0);
    let shared = |i: usize| -> f32 {
        let alike = equal().filter(|j| heard[*j].0.value == heard[i].0.value);
        // A kicker glued to the headline makes a word less.
        alike.map(|j| heard[j].1).sum::<f32>() + if words(i) == most { 0.6 } else { 0.0 }
    };
    equal().fold(text, |best, i| if shared(i) > shared(best) { i } else { best })
}

/// What the main witnesses have in common where each puts another kicker before it:
/// `Crisis in town - “We stay”` and `Mill closes: “We stay”`.
fn common_tail(heard: &[(Heard, f32)]) -> Option<String> {
    let tails = |text: &str| -> Vec<String> {
        [": ", " - ", " – ", " — ", " | "]
            .iter()
            .filter_map(|mark| text.split_once(mark).map(|(_, tail)| tail.trim().to_owned()))
            .filter(|t| t.chars().count() >= 20)
            .collect()
    };
    let visible = heard.iter().find(|(s, _)| s.place == "h1")?;
    let others = heard.iter().filter(|(s, _)| s.place == "og:title" || s.place == "headline");
    let mine = tails(&visible.0.value);
    others.filter(|(s, _)| s.value != visible.0.value).find_map(|(s, _)| {
        let theirs = tails(&s.value);
        let shorter = s.value.chars().count().min(visible.0.value.chars().count());
        mine.iter()
            .filter(|m| m.chars().count() * 5 >= shorter * 3)
            .find(|m| theirs.iter().any(|t| squeezed(t) == squeezed(m)))
            .cloned()
    })
}

/// Marks between a headline and the names behind or before it.
pub(super) const MARKS: [&str; 15] =
    [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", "|", "｜", "：", "_", ":"];

/// The text without the site's name, its domain, a date or a section set off behind or before it.
/// Where `of_page`, the text is a title of the page, which may set off more behind the headline than names.
fn without_site(text: &str, scene: &Scene<'_>, all: &[String], of_page: bool) -> String {
    let mut text = text.trim();
    for _ in 0..4 {
        let Some(shorter) = shorter(text, scene, all, of_page) else { break };
        text = shorter;
    }
    without_kicker(text, all).to_owned()
}

/// `Column | The bus`, `LIVE. The bridge`: a word before the headline that another witness leaves out.
fn without_kicker<'t>(text: &'t str, all: &[String]) -> &'t str {
    for (mark, capitals) in [(" | ", false), (". ", true)] {
        if let Some((kicker, rest)) = text.split_once(mark)
            && kicker.chars().count() <= 14
            && (!capitals || kicker.chars().all(|c| !c.is_lowercase()) && kicker.chars().count() > 2)
            && rest.chars().count() >= 12
        {
            let rest_key = squeezed(rest);
            if all.iter().any(|other| squeezed(other) == rest_key) {
                return rest.trim_start();
            }
        }
    }
    text
}

fn shorter<'t>(text: &'t str, scene: &Scene<'_>, all: &[String], of_page: bool) -> Option<&'t str> {
    for mark in MARKS {
        if let Some((head, tail)) = text.rsplit_once(mark) {
            let (head, tail) = (head.trim_end(), tail.trim());
            if enough(head, tail) && (is_site(tail, scene) || is_day(tail, scene)) {
                return Some(head);
            }
        }
        let shown = || heads(text, mark).find(|(head, tail)| is_shown(head, tail, mark, all));
        if let Some((head, _)) = of_page.then(shown).flatten() {
            return Some(head);
        }
        if let Some((head, tail)) = text.split_once(mark) {
            let (head, tail) = (head.trim(), tail.trim_start());
            // A colon stands behind topics too.
            let named = |head| match mark {
                ":" => scene.site_names.contains(&folded(&squeezed(head))),
                _ => is_site(head, scene),
            };
            if enough(tail, head) && named(head) {
                return Some(tail);
            }
        }
    }
    // A site's name behind a comma, with nothing else that it could be.
    let (head, tail) = text.rsplit_once(", ")?;
    (enough(head, tail)
        && (is_site(tail, scene) && tail.contains('.') || is_day(tail, scene) && head.contains(',')))
    .then_some(head)
}

fn enough(kept: &str, dropped: &str) -> bool {
    let kept = kept.chars().count();
    kept >= 8 && kept + 12 > dropped.chars().count() || kept >= 4 && dropped.chars().count() < 12
}

/// Whether a part of a title is the site's name, or the name with an edition or section beside it.
fn is_site(part: &str, scene: &Scene<'_>) -> bool {
    let part = squeezed(part);
    if part.chars().count() < 2 {
        return false;
    }
    scene.site_names.iter().any(|name| {
        let (short, long) = if part.len() < name.len() { (&part, name) } else { (name, &part) };
        let (s, l) = (short.chars().count(), long.chars().count());
        part == *name
            || folded(&part) == folded(name)
            || (s >= 3
                && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()))
                && l <= s * 2 + 8)
    })
}

fn is_day(part: &str, scene: &Scene<'_>) -> bool {
    part.len() <= 24 && super::dates::letters_beside(part, &scene.dates()).is_some_and(|letters| letters == 0)
}

/// What stands before each of the marks, and what behind it: `Headline | Section | Site`. Nothing of a text that is
/// no title.
fn heads<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let text = if text.len() <= LONGEST_TITLE { text } else { "" };
    text.match_indices(mark).map(move |(at, _)| (text[..at].trim_end(), text[at + mark.len()..].trim()))
}

/// Whether another witness prints the kept part alone: then what is set off from it by a mark that
/// seldom stands in headlines is no part of it.
fn is_shown(kept: &str, dropped: &str, mark: &str, all: &[String]) -> bool {
    let loose = matches!(mark, " / " | ":" | "_" | "：");
    let short = dropped.split(mark).all(|part| part.chars().count() <= 40);
    if loose || !short || kept.ends_with(':') || kept.chars().count() < 8 {
        return false;
    }
    let kept = squeezed(kept);
    all.iter().any(|other| squeezed(other) == kept)
}

/// The headline's own heading. Where the `h1` is one side of the title and another heading the other, as on blogs
/// that head every page with their name, it is that one.
fn heading(scene: &Scene<'_>, html: &HtmlPage) -> Option<String> {
    let h1 = heading_text(html, scene.headline_block?);
    let title = html.head.title.as_deref().unwrap_or_default();
    let key = squeezed(&h1);
    let sides = MARKS.iter().flat_map(|mark| heads(title, mark));
    let others = sides.filter_map(|(head, tail)| {
        let (head, tail) = (squeezed(head), squeezed(tail));
        (head == key).then(|| tail.clone()).or_else(|| (tail == key).then_some(head))
    });
    let others: Vec<String> = others.filter(|other| other.chars().count() >= 8).collect();
    let in_heading = |b: &usize| {
        html.ancestors(html.blocks[*b].container).take(4).any(|c| matches!(html.attr(c.tag), "h2" | "h3"))
    };
    let of_story = |b: &usize| scene.near(*b as u32) && others.contains(&squeezed(html.block_text(*b)));
    let other = (0..html.blocks.len()).filter(|_| !others.is_empty()).filter(of_story).find(in_heading);
    Some(other.map_or(h1, |b| html.block_text(b).to_owned()))
}

/// Blocks above the story among which its headline may stand in an element of any name.
const ABOVE: u32 = 25;

/// A line above the story that is the head of the title, where no heading is.
fn line_above(scene: &Scene<'_>, html: &HtmlPage) -> Option<String> {
    let first = scene.first_block?;
    let titles = html.head.title.as_deref().into_iter().chain(html.meta("og:title"));
    let heads: Vec<String> = titles
        .flat_map(|title| MARKS[..6].iter().flat_map(move |mark| heads(title, mark)))
        // A kicker before the headline is shorter than what stands behind it.
        .filter(|(head, tail)| head.len() >= tail.len())
        .map(|(head, _)| squeezed(head))
        .filter(|head| head.chars().count() >= 8 && !scene.site_names.contains(head))
        .collect();
    let block = (first.saturating_sub(ABOVE)..first)
        .filter(|b| scene.headline_block != Some(*b))
        .find(|b| heads.contains(&squeezed(html.block_text(*b as usize))))?;
    Some(html.block_text(block as usize).to_owned())
}
