//! What the source of a page says by itself: marks that its blocks do not keep, and whether it is a feed.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::html::SourceMark;
use crate::model::script::cut;

/// Bytes of the source that are searched for marks.
const LOOKED_AT: usize = 4 << 20;
/// Bytes that are put in lower case at a time, so that they stay in the cache; and how far one piece reaches
/// into the next, more than the longest mark with what stands before it.
const PIECE: usize = 16 * 1024;
const REACH: usize = 32;
/// Bytes in which a feed shows its root.
const HEAD: usize = 2000;

/// Players, password fields and the like, each with what stands before it; letter case does not matter.
const MARKS: [(&str, &[&str], SourceMark); 13] = [
    ("password", &["type=", "type=\"", "type='"], SourceMark::Password),
    ("<video", &[""], SourceMark::Video),
    ("-video-id", &["data"], SourceMark::Video),
    ("<audio", &[""], SourceMark::Audio),
    (".mp3\"", &[""], SourceMark::Audio),
    (".m4a\"", &[""], SourceMark::Audio),
    ("/embed/", &[""], SourceMark::Embed),
    ("\"dialog\"", &["role="], SourceMark::Dialog),
    ("-modal", &["aria"], SourceMark::Dialog),
    ("\"player", &["class="], SourceMark::Video),
    ("og:video", &[""], SourceMark::Video),
    ("og:audio", &[""], SourceMark::Audio),
    ("schema.org/liveblogposting", &[""], SourceMark::LiveReport),
];

/// Few and rare, so that the finder can rush over what begins none of them.
static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(MARKS.iter().map(|(mark, ..)| mark))
        .expect("a dozen short patterns build")
});

/// Bits of the marks that stand in a source.
pub fn marks(source: &str) -> u8 {
    let source = &source.as_bytes()[..source.len().min(LOOKED_AT)];
    let mut lower = Vec::with_capacity((PIECE + 2 * REACH).min(source.len()));
    let mut marks = 0;
    for start in (0..source.len()).step_by(PIECE) {
        lower.clear();
        lower.extend_from_slice(
            &source[start.saturating_sub(REACH)..(start + PIECE + REACH).min(source.len())],
        );
        lower.make_ascii_lowercase();
        for found in FINDER.find_iter(&lower) {
            let (_, before, mark) = MARKS[found.pattern().as_usize()];
            let head = &lower[..found.start()];
            let fits = |lead: &&str| {
                head.ends_with(lead.as_bytes())
                    && match lead.as_bytes().last() {
                        Some(quote @ (b'"' | b'\'')) => lower.get(found.end()) == Some(quote),
                        _ => true,
                    }
            };
            if before.iter().any(fits) {
                marks |= mark as u8;
            }
        }
    }
    marks
}

/// Whether a tag's name ends here.
fn is_name(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))
}

/// Whether a text spells the tags of paragraphs, rather than to speak of one.
pub fn has_tags(text: &str) -> bool {
    block_tags(text).take(2).count() == 2
}

/// Where tags stand that begin or end a paragraph or a line.
pub fn block_tags(text: &str) -> impl Iterator<Item = usize> + '_ {
    const NAMES: [&str; 14] = [
        "p",
        "br",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "li",
        "ul",
        "ol",
        "blockquote",
        "td",
        "article",
        "section",
    ];
    memchr::memchr_iter(b'<', text.as_bytes()).filter(move |at| {
        let rest = &text.as_bytes()[at + 1..];
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        let length = rest.iter().take(12).take_while(|b| b.is_ascii_alphanumeric()).count();
        let ends = rest.get(length).is_some_and(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace());
        ends && NAMES.iter().any(|name| rest[..length].eq_ignore_ascii_case(name.as_bytes()))
    })
}

/// Bytes of a text in which its tags are looked for, and those between two of them on average.
const TAGS_LOOKED_AT: usize = 64 * 1024;
const BYTES_A_TAG: usize = 2_000;

/// Whether what is called plain text is HTML without a head: of its paragraphs hardly one has no tag that begins or
/// ends one. A story that speaks of tags has others.
pub fn is_fragment(text: &str) -> bool {
    let text = cut(text, TAGS_LOOKED_AT);
    let tags = block_tags(text).count();
    if tags < 3 || tags * BYTES_A_TAG < text.len() {
        return false;
    }
    let (mut paragraphs, mut tagged) = (0, 0);
    for paragraph in text.split("\n\n").flat_map(|p| p.split("\r\n\r\n")).filter(|p| !p.trim().is_empty()) {
        paragraphs += 1;
        tagged += usize::from(block_tags(paragraph).next().is_some());
    }
    tagged * 10 >= paragraphs * 9
}

/// RSS, Atom, RDF, sitemaps and JSON by their first bytes.
pub fn feed(source: &str) -> Option<&'static str> {
    let start = source.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let head = cut(start, HEAD);
    if head.starts_with('<') {
        let roots = [
            ("<rss", "root element rss"),
            ("<feed", "root element feed"),
            ("<rdf:RDF", "root element rdf:RDF"),
            ("<urlset", "root element urlset"),
            ("<sitemapindex", "root element sitemapindex"),
            ("<opml", "root element opml"),
        ];
        let html = head.find("<html").or_else(|| head.find("<body")).unwrap_or(usize::MAX);
        return roots
            .into_iter()
            .find(|(root, _)| {
                head.find(root).is_some_and(|at| at < html && is_name(&head[at + root.len()..]))
            })
            .map(|(_, d)| d);
    }
    let json = head.starts_with('{') || head.starts_with('[');
    (json && head[1..].trim_start().starts_with(['"', '{', '[']) && start.trim_end().ends_with(['}', ']']))
        .then_some("JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_markup_throughout_is_a_fragment() {
        let line = "The council of Port Alder voted on Tuesday to rebuild the harbour wall, the mayor said.";
        let paragraphs =
            |open: &str, close: &str, between: &str| vec![format!("{open}{line}{close}"); 6].join(between);
        for (name, text, expected) in [
            ("paragraphs", paragraphs("<p>", "</p>", "\n\n"), true),
            ("on one line", paragraphs("<P class=x>", "</P>", ""), true),
            ("breaks", paragraphs("", "<br>", "\n"), true),
            ("breaks between blank lines", paragraphs("", "<br />", "\r\n\r\n"), true),
            ("a headline above", format!("<h1>Wall</h1>{}", paragraphs("<div>", "</div>", "\n")), true),
            ("plain", paragraphs("", "", "\n\n"), false),
            ("emphasis", paragraphs("<b>", "</b>", "\n\n"), false),
            ("addresses and sums", paragraphs("<https://a.example> ", " 1 < 2 <p", "\n\n"), false),
            ("two tags", format!("<p>{line}</p>\n{}", line.repeat(4)), false),
            (
                "a story about tags",
                format!("{0}\n\n{line} Write <p>, <br> or <div>.\n\n{0}", paragraphs("", "", "\n\n")),
                false,
            ),
            ("a few among much", format!("{}<br><br><br>", line.repeat(400)), false),
            ("never closed", "<".repeat(5000), false),
            ("none", String::new(), false),
        ] {
            assert_eq!(is_fragment(&text), expected, "{name}");
        }
    }

    #[test]
    fn marks_are_found_in_any_case_and_on_the_seams_of_pieces() {
        for (mark, expected) in [
            ("<input TYPE=\"Password\">", Some(SourceMark::Password)),
            ("<input type=password>", Some(SourceMark::Password)),
            ("<input type='password'>", Some(SourceMark::Password)),
            ("<input type=\"password-hint\">", None),
            ("the password", None),
            ("<VIDEO src=x>", Some(SourceMark::Video)),
            ("<p data-video-id=3>", Some(SourceMark::Video)),
            ("<p class=\"Player-large\">", Some(SourceMark::Video)),
            ("<p id=\"player\">", None),
            ("<p role=\"dialog\">", Some(SourceMark::Dialog)),
            ("<p class=\"dialog\">", None),
            ("<p aria-modal>", Some(SourceMark::Dialog)),
            ("x.MP3\"", Some(SourceMark::Audio)),
            ("https://video.example/embed/3", Some(SourceMark::Embed)),
        ] {
            for before in [0, 5, PIECE - 30, PIECE - 12, PIECE - 1, PIECE, PIECE + 3] {
                let source = format!("{}{mark}", "x".repeat(before));
                assert_eq!(marks(&source), expected.map_or(0, |m| m as u8), "{mark} after {before}");
            }
        }
    }

    #[test]
    fn feeds_are_known_by_their_first_bytes() {
        for (source, expected) in [
            ("<?xml version=\"1.0\"?>\n<rss version=\"2.0\">", true),
            ("\u{feff}<feed xmlns=\"http://www.w3.org/2005/Atom\">", true),
            ("<urlset>", true),
            ("{\"items\": []}", true),
            ("[{\"a\":1}]", true),
            ("<html><body>the tag <rss is old", false),
            ("<feed-badge>3</feed-badge><p>It rained.</p>", false),
            ("<?xml version=\"1.0\"?><!DOCTYPE html><html>", false),
            ("[Update] The council has met.", false),
            ("", false),
        ] {
            assert_eq!(feed(source).is_some(), expected, "{source}");
        }
    }
}
