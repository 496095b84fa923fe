//! Pages that are a list: links and hardly anything beside them, however they stand, and teasers of stories.

use super::words::{self, Topic};
use crate::model::html::HtmlPage;
use crate::model::script::is_letter;
use crate::model::{DecodedPage, Rejection, SkipReason};

/// A text of so many lines or links, of whose letters so much is linked, is a list of links.
const LINKS: usize = 8;
const LINKED_SHARE: f32 = 0.9;

pub fn listing(page: &DecodedPage, links: usize) -> Rejection {
    Rejection::skip(kind_of_list(page), format!("{links} links or lines of them, and hardly a word beside"))
}

/// A list under one subject, by its address, or of anything.
fn kind_of_list(page: &DecodedPage) -> SkipReason {
    let path = page.url.as_ref().map_or("", |url| url.path()).to_lowercase();
    match path.split('/').any(|segment| words::of_segment(segment) == Some(Topic::Topic)) {
        true => SkipReason::TopicPage,
        false => SkipReason::Listing,
    }
}

/// Links, or lines of them, in a text that is hardly anything else: a story that is a list of links still says
/// what they are for. What parts links that stand on one line is no word beside them.
pub fn links_alone(html: &HtmlPage, blocks: impl Iterator<Item = usize>) -> Option<usize> {
    let (mut lines, mut links, mut linked, mut all) = (0, 0, 0, 0);
    for b in blocks {
        let block = &html.blocks[b];
        lines += 1;
        links += usize::from(block.links);
        all += letters(html.text(block.text));
        if block.links > 0 {
            linked += letters_of_links(html, b);
        }
    }
    (lines.max(links) >= LINKS && linked as f32 >= LINKED_SHARE * all as f32).then(|| lines.max(links))
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| is_letter(*c)).count()
}

/// Anchors stand in the order of their blocks; one that a paragraph left open goes on behind its block.
fn letters_of_links(html: &HtmlPage, b: usize) -> usize {
    let block = &html.blocks[b];
    if block.link_bytes as usize >= block.text.len() {
        return letters(html.text(block.text));
    }
    let first = html.anchors.partition_point(|a| a.text.end <= block.text.start);
    html.anchors[first..]
        .iter()
        .take_while(|a| a.text.start < block.text.end)
        .map(|a| a.text.start.max(block.text.start)..a.text.end.min(block.text.end))
        .map(|range| html.text.get(range.start as usize..range.end as usize).map_or(0, letters))
        .sum()
}

/// The same of extracted text, where it has its links in Markdown.
pub fn markdown_links_alone(source: &str) -> Option<usize> {
    let (mut links, mut linked, mut addresses, mut behind) = (0, 0, 0, 0);
    // The next sign that ends an address, or a line.
    let mut end = 0;
    for (at, _) in source.match_indices("](") {
        if at < behind {
            continue;
        }
        let open = source[behind..at].rfind('[').map(|n| behind + n + 1);
        behind = at + 2;
        if end < behind {
            end = source[behind..].find([')', '\n']).map_or(source.len(), |n| behind + n);
        }
        if let Some(open) = open
            && source[end..].starts_with(')')
        {
            links += 1;
            linked += letters(&source[open..at]);
            addresses += letters(&source[behind..end]);
            behind = end + 1;
        }
    }
    if links < LINKS {
        return None;
    }
    let all = letters(source) - addresses;
    (linked as f32 >= LINKED_SHARE * all as f32).then_some(links)
}

/// Why a page is none where its text is teasers.
pub fn teasers(
    page: &DecodedPage,
    html: &HtmlPage,
    blocks: impl Iterator<Item = usize>,
) -> Option<Rejection> {
    let list = kind_of_list(page);
    let few = if list == SkipReason::TopicPage { TEASERS_OF_A_SUBJECT } else { TEASERS };
    let teasers = teasers_alone(html, blocks, few)?;
    Some(Rejection::skip(list, format!("{teasers} linked lines, and no running text beside them")))
}

/// Linked lines among short ones, and nothing that is told at length: headlines with a line below each.
fn teasers_alone(html: &HtmlPage, blocks: impl Iterator<Item = usize>, few: usize) -> Option<usize> {
    let (mut lines, mut teasers, mut cuts) = (0, 0, 0);
    for block in blocks.map(|b| &html.blocks[b]) {
        lines += 1;
        let text = html.text(block.text).trim_end();
        // A beginning of a story that goes on at its own place.
        let cut = text.ends_with(['…', ']']) || text.ends_with("...");
        let linked = (block.link_bytes as usize).min(block.text.len()) as f32;
        cuts += usize::from(cut);
        if linked >= TEASER_LINKED * block.text.len() as f32 {
            teasers += usize::from(block.text.len() >= TEASER_BYTES);
        } else if block.text.len() > RUNNING_BYTES && !cut {
            return None;
        }
    }
    if cuts >= CUT_STORIES && cuts * 2 >= lines {
        return Some(cuts);
    }
    (teasers >= few && teasers * 3 >= lines).then_some(teasers)
}

/// A line that is a link to a story, in bytes, and how much of it is linked; a date may stand beside.
const TEASER_BYTES: usize = 15;
const TEASER_LINKED: f32 = 0.6;
const TEASERS: usize = 5;
const TEASERS_OF_A_SUBJECT: usize = 3;
/// So many lines that break off, and at least every second.
const CUT_STORIES: usize = 4;
/// From here on a line is running text.
const RUNNING_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [&str; 4] =
        ["Council adopts its budget", "Ferry runs aground", "Storm warning for the coast", "潮位が上がる"];

    fn alone(source: &str) -> bool {
        let limits = crate::read::Limits::default();
        let html = crate::read::html::parse(source, &limits, &mut crate::model::Budget::new(1 << 24));
        let html = html.expect("small");
        links_alone(&html, 0..html.blocks.len()).is_some()
    }

    fn links(number: usize, between: &str) -> String {
        let link = |n: usize| format!("<a href='/{n}'>{} {n}</a>", TITLES[n % TITLES.len()]);
        (0..number).map(link).collect::<Vec<_>>().join(between)
    }

    #[test]
    fn links_are_a_list_however_they_stand() {
        let story = "<p>The council of Port Alder voted on Tuesday to rebuild the harbour wall, which the storms had \
                     broken, the mayor said; the work begins in June and lasts until the autumn of the next year.</p>";
        for (name, source, expected) in [
            ("on one line", links(30, " "), true),
            ("behind bars", links(30, " | "), true),
            ("behind dots and numbers", links(300, " · 12 · "), true),
            ("below each other", links(30, "<br>"), true),
            ("in blocks", links(30, "<hr>"), true),
            ("in a paragraph each", links(30, "<p>"), true),
            (
                "as one link of many blocks",
                format!("<a href=/>{}</a>", "<div>Ferry aground</div>".repeat(9)),
                true,
            ),
            ("more than a block counts", links(70_000, " "), true),
            ("below a heading", format!("<h1>News</h1>{}", links(30, " ")), true),
            ("few", links(7, " "), false),
            ("over a story", format!("{}{story}", links(9, " ")), false),
            ("none", story.repeat(9), false),
            ("a story of links", links(9, ", which the mayor of the town had promised, and "), false),
        ] {
            assert_eq!(alone(&source), expected, "{name}");
        }
    }

    #[test]
    fn markdown_links_are_a_list_too() {
        let link = |n: usize| format!("[{} {n}](https://herald.example/{n}?a=b)", TITLES[n % TITLES.len()]);
        let links = |number: usize, between: &str| (0..number).map(link).collect::<Vec<_>>().join(between);
        for (name, source, expected) in [
            ("on one line", links(60, " "), true),
            ("in a list", format!("- {}", links(60, "\n- ")), true),
            ("few", links(7, " "), false),
            ("a story with links", links(9, ", which the mayor of the town had promised, and "), false),
            ("signs without links", "](".repeat(1000), false),
            ("brackets without end", "[a](b".repeat(1000), false),
            ("an address over two lines", "[a](b\nc)".repeat(20), false),
        ] {
            assert_eq!(markdown_links_alone(&source).is_some(), expected, "{name}");
        }
    }
}
