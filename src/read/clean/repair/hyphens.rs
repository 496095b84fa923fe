//! Words that were hyphenated at the line ends of set text, made whole.

use rustc_hash::FxHashSet;

/// Fewer line-end hyphens than this are the text's own.
const FEWEST: usize = 3;
/// Set text is narrow: lines wider than this were not broken by a typesetter.
const WIDEST: usize = 100;

/// Words that keep their hyphen where no other place of the text says otherwise.
const COMPOUND: &[&str] = &[
    "all", "anti", "co", "cross", "ex", "far", "first", "full", "half", "high", "long", "low", "mid",
    "multi", "non", "post", "pre", "pro", "second", "self", "semi", "short", "so", "third", "two", "three",
    "vice", "well",
];

/// Joins `infor-⏎mation` where the text as a whole is set in narrow lines with such breaks.
pub fn join(text: &str) -> Option<String> {
    let breaks = breaks(text);
    if breaks.len() < FEWEST {
        return None;
    }
    let words: FxHashSet<&str> =
        text.split(|c: char| !c.is_alphabetic() && c != '-').filter(|w| !w.is_empty()).collect();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Break { start, hyphen, next, end } in breaks {
        let (head, tail) = (&text[start..hyphen], &text[next..end]);
        out.push_str(&text[done..hyphen]);
        let compound = words.contains(format!("{head}-{tail}").as_str())
            || (!words.contains(format!("{head}{tail}").as_str())
                && COMPOUND.contains(&head.to_lowercase().as_str()));
        if compound {
            out.push('-');
        }
        // The word is completed on its first line; the rest of the second stays where it was.
        out.push_str(tail);
        let punctuation = text[end..]
            .find(|c: char| c.is_whitespace() || c.is_alphanumeric())
            .map_or(text.len(), |n| end + n);
        out.push_str(&text[end..punctuation]);
        let rest = &text[punctuation..];
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        done = punctuation + spaces;
        if !rest[spaces..].starts_with(['\n', '\r']) && !rest[spaces..].is_empty() {
            out.push('\n');
        }
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Byte offsets: of the word's first half, its hyphen, its second half and the end of that.
struct Break {
    start: usize,
    hyphen: usize,
    next: usize,
    end: usize,
}

fn breaks(text: &str) -> Vec<Break> {
    let bytes = text.as_bytes();
    let mut found: Vec<Break> = Vec::new();
    let mut line = 0;
    for newline in memchr::memchr_iter(b'\n', bytes) {
        let width = newline - line;
        let start_of_line = std::mem::replace(&mut line, newline + 1);
        let end = newline - usize::from(newline > 0 && bytes[newline - 1] == b'\r');
        if !(20..=WIDEST * 2).contains(&width) || end == 0 || bytes[end - 1] != b'-' {
            continue;
        }
        let hyphen = end - 1;
        let head = text[start_of_line..hyphen].rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        let tail_len =
            text[newline + 1..].find(|c: char| !c.is_alphabetic()).unwrap_or(text.len() - newline - 1);
        let tail = &text[newline + 1..newline + 1 + tail_len];
        let lower = |w: &str| w.chars().all(char::is_lowercase);
        if head.chars().count() < 2 || tail.chars().count() < 2 || !lower(tail) {
            continue;
        }
        if found.last().is_some_and(|last| last.end > start_of_line && last.end >= hyphen - head.len()) {
            continue;
        }
        found.push(Break {
            start: hyphen - head.len(),
            hyphen,
            next: newline + 1,
            end: newline + 1 + tail_len,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = "The harbour board gave no infor-\nmation about the long-\nstanding quarrel. The informa-\ntion came from a well-\ninformed clerk, who asked for consid-\neration; information of that kind\nis rare.\n";

    #[test]
    fn short_lines_are_not_set_text() {
        assert_eq!(join("one-\ntwo three-\nfour five-\nsix"), None);
    }

    #[test]
    fn set_text_is_made_whole() {
        let wide = SET.replace("The harbour", "The harbour of the old town and its");
        let out = join(&wide).expect("five breaks");
        for whole in ["no information\n", "a well-informed\n", "consideration;\n", "information of that kind"]
        {
            assert!(out.contains(whole), "{whole:?} in {out:?}");
        }
        assert_eq!(join(&out), None, "idempotent");
    }

    #[test]
    fn two_hyphens_are_the_texts_own() {
        assert_eq!(join("He called it a matter of give-\nand-take and of well-\nmeant advice to all"), None);
    }
}
