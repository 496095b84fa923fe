//! Where raw text ends: script, style, title, textarea and kin.

use memchr::{memchr, memmem};

use super::attributes::is_space;
use super::tags::Tag;

/// End of the content that begins at `from`, and the offset behind its end tag. Without an end tag the
/// content takes the rest of the page.
pub fn content(bytes: &[u8], from: usize, tag: Tag) -> (usize, usize) {
    let name: &[u8] = match tag {
        Tag::Script => return script(bytes, from),
        Tag::Style => b"style",
        Tag::Title => b"title",
        Tag::Textarea => b"textarea",
        Tag::Iframe => b"iframe",
        Tag::Noembed => b"noembed",
        Tag::Noframes => b"noframes",
        Tag::Noscript => b"noscript",
        _ => b"xmp",
    };
    let mut at = from;
    while let Some(n) = memchr(b'<', &bytes[at..]) {
        at += n;
        if closes(bytes, at, name) {
            return (at, behind_tag(bytes, at));
        }
        at += 1;
    }
    (bytes.len(), bytes.len())
}

/// A script may hold `<!-- <script> </script> -->`, whose inner end tag does not end it (13.2.5.17 and
/// following).
fn script(bytes: &[u8], from: usize) -> (usize, usize) {
    let mut at = from;
    // Where the comment that we are in began; whether a `<script` opened inside it.
    let mut comment: Option<usize> = None;
    let mut nested = false;
    while let Some(n) = memchr(b'<', &bytes[at..]) {
        let next = at + n;
        if let Some(begun) = comment
            && memmem::find(&bytes[begun.max(at.saturating_sub(2))..next], b"-->").is_some()
        {
            comment = None;
            nested = false;
        }
        if closes(bytes, next, b"script") {
            if !nested {
                return (next, behind_tag(bytes, next));
            }
            nested = false;
        } else if comment.is_none() && bytes[next..].starts_with(b"<!--") {
            // The dashes of `<!--` may be those of `-->`.
            comment = Some(next + 2);
        } else if comment.is_some() && !nested && opens(bytes, next + 1, b"script") {
            nested = true;
        }
        at = next + 1;
    }
    (bytes.len(), bytes.len())
}

fn closes(bytes: &[u8], at: usize, name: &[u8]) -> bool {
    bytes.get(at + 1) == Some(&b'/') && opens(bytes, at + 2, name)
}

fn opens(bytes: &[u8], at: usize, name: &[u8]) -> bool {
    let end = at + name.len();
    bytes.get(at..end).is_some_and(|b| b.eq_ignore_ascii_case(name))
        && bytes.get(end).is_some_and(|&b| matches!(b, b'>' | b'/') || is_space(b))
}

fn behind_tag(bytes: &[u8], at: usize) -> usize {
    memchr(b'>', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_text_ends_where_the_standard_ends_it() {
        for (tag, source, content_is, rest) in [
            (Tag::Script, "a<b</script>x", "a<b", "x"),
            (Tag::Script, "a</scripty></SCRIPT >x", "a</scripty>", "x"),
            (Tag::Script, "'</script>'", "'", "'"),
            (Tag::Script, "<!-- a </script>x", "<!-- a ", "x"),
            (Tag::Script, "<!-- <script> a </script> b </script>x", "<!-- <script> a </script> b ", "x"),
            (Tag::Script, "<!-- <script> --> a </script>x", "<!-- <script> --> a ", "x"),
            (Tag::Script, "<!--> <script> a </script>x", "<!--> <script> a ", "x"),
            (Tag::Script, "a <script> b </script>x", "a <script> b ", "x"),
            (Tag::Script, "never ends", "never ends", ""),
            (Tag::Style, "<!-- </style> -->", "<!-- ", " -->"),
            (Tag::Title, "a <b> c</title>x", "a <b> c", "x"),
            (Tag::Textarea, "</text></textarea>x", "</text>", "x"),
        ] {
            let (end, next) = content(source.as_bytes(), 0, tag);
            assert_eq!((&source[..end], &source[next..]), (content_is, rest), "{source}");
        }
    }
}
