//! Markdown, as many extractors write it, without its signs: a link is its words, a picture is nothing.

use std::borrow::Cow;

use crate::model::script::{cut, is_unspaced};

/// Bytes that the words of a link, or its address, may have.
const MOST_WORDS: usize = 600;
const MOST_ADDRESS: usize = 4_000;
/// Pictures in links in links.
const MOST_DEPTH: usize = 3;
/// Emphasis in emphasis.
const MOST_OPEN: usize = 8;

/// A text without the signs of Markdown.
pub struct Plain<'a> {
    pub text: Cow<'a, str>,
    /// Number of the line that is its only heading of the first level.
    pub title: Option<usize>,
}

/// The words of a text in Markdown; any other text as it is.
pub fn plain(source: &str) -> Plain<'_> {
    if !is_markdown(source) {
        return Plain { text: Cow::Borrowed(source), title: None };
    }
    let mut inlined = Inline { out: String::with_capacity(source.len()), allowance: 8 * source.len() };
    inlined.copy(source, MOST_DEPTH);
    let mut out = String::with_capacity(inlined.out.len());
    let mut titles = Vec::new();
    for (number, line) in inlined.out.lines().enumerate() {
        if line.starts_with("# ") {
            titles.push(number);
        }
        out.push_str(without_marks(line));
        out.push('\n');
    }
    Plain { text: Cow::Owned(out), title: Some(titles).filter(|t| t.len() == 1).map(|t| t[0]) }
}

/// Two links or pictures with addresses, or two headings, that no other kind of text has.
fn is_markdown(source: &str) -> bool {
    const ENOUGH: usize = 2;
    let address = |rest: &str| {
        let rest = rest.trim_start_matches('<');
        ["http://", "https://", "/", "#", "mailto:"].iter().any(|start| rest.starts_with(start))
    };
    let links = source.match_indices("](").filter(|(at, _)| address(&source[at + 2..]));
    if links.take(ENOUGH).count() == ENOUGH {
        return true;
    }
    let is_heading = |line: &&str| {
        let text = line.trim_start_matches('#');
        (1..=6).contains(&(line.len() - text.len()))
            && text.strip_prefix(' ').is_some_and(|t| t.trim_start().starts_with(char::is_alphabetic))
    };
    source.lines().filter(is_heading).take(ENOUGH).count() == ENOUGH
}

/// A line without the marks that it begins with; nothing of one that is marks alone.
fn without_marks(line: &str) -> &str {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let ruled = text.chars().filter(|c| !c.is_whitespace()).count() >= 3
        && ["-", "=", "*", "_", "|:-"].iter().any(|rule| text.chars().all(|c| c == ' ' || rule.contains(c)));
    if ruled {
        return "";
    }
    let mut text = text;
    while let Some(quoted) =
        text.strip_prefix('>').filter(|quoted| quoted.is_empty() || quoted.starts_with([' ', '>']))
    {
        text = quoted.trim_start();
    }
    let heading = text.trim_start_matches('#');
    if (1..=6).contains(&(text.len() - heading.len())) && heading.starts_with(' ') {
        let words = heading.trim();
        let closed = words.trim_end_matches('#');
        return if closed.ends_with(' ') { closed.trim_end() } else { words };
    }
    // A bullet or a number keeps its indent, by which lists are told.
    if text.len() == line.len() - indent { line } else { text }
}

/// Copies text without the signs of links, pictures and emphasis.
struct Inline {
    out: String,
    /// Bytes that may still be looked at in search of ends of links, so that signs without one stay cheap.
    allowance: usize,
}

impl Inline {
    fn copy(&mut self, source: &str, depth: usize) {
        let mut rest = source;
        let mut before = '\n';
        // Where signs of emphasis end that began before.
        let mut ends: Vec<(usize, usize)> = Vec::new();
        while let Some(at) = rest.find(['[', '!', '*', '_', '\\', '<']) {
            let copied = &rest[..at];
            self.out.push_str(copied);
            before = copied.chars().next_back().unwrap_or(before);
            rest = &rest[at..];
            let taken = match rest.as_bytes()[0] {
                b'[' if depth > 0 => self.link(rest).map(|(words, end)| {
                    // The number of a note is no word.
                    if before.is_whitespace() || !words.bytes().all(|b| b.is_ascii_digit()) {
                        self.copy(words, depth - 1);
                    }
                    end
                }),
                b'!' if rest.starts_with("![") => self.link(&rest[1..]).map(|(_, end)| end + 1),
                b'*' | b'_' => {
                    let at = source.len() - rest.len();
                    // Some ended in a link.
                    ends.retain(|(end, _)| *end >= at);
                    let ended = ends.iter().position(|(end, _)| *end == at).map(|i| ends.swap_remove(i).1);
                    ended.or_else(|| {
                        let (length, end) = self.emphasis(rest, before).filter(|_| ends.len() < MOST_OPEN)?;
                        ends.push((at + end, length));
                        Some(length)
                    })
                }
                // Of a sign: \. \[ \*
                b'\\' if rest[1..].starts_with(|c: char| c.is_ascii_punctuation()) => {
                    self.out.push_str(&rest[1..2]);
                    Some(2)
                }
                b'<' if rest.starts_with("<http") => self.address_end(&rest[1..], b'>').map(|end| {
                    self.out.push_str(&rest[1..1 + end]);
                    end + 2
                }),
                _ => None,
            };
            let end = taken.unwrap_or_else(|| {
                self.out.push_str(&rest[..1]);
                1
            });
            before = rest[..end].chars().next_back().unwrap_or(before);
            rest = &rest[end..];
        }
        self.out.push_str(rest);
    }

    /// The words of `[words](address)` at the start, and where that ends. Either may have been broken at a width.
    fn link<'a>(&mut self, text: &'a str) -> Option<(&'a str, usize)> {
        let mut open = 0usize;
        let words_end = self.look(text, MOST_WORDS).iter().position(|b| {
            match b {
                b'[' => open += 1,
                b']' => open -= 1,
                _ => {}
            }
            open == 0
        });
        self.allowance = self.allowance.saturating_sub(words_end.unwrap_or(MOST_WORDS));
        let words_end = words_end?;
        let address = text[words_end + 1..].strip_prefix('(')?;
        let end = self.address_end(address, b')')?;
        let words = &text[1..words_end];
        if !is_address(&address[..end]) {
            return None;
        }
        (!words.contains("\n\n")).then_some((words, words_end + 2 + end + 1))
    }

    /// Where an address, and a title behind it, end; an address may hold pairs of brackets.
    fn address_end(&mut self, text: &str, closes: u8) -> Option<usize> {
        const MOST_BREAKS: usize = 2;
        let (mut open, mut quoted, mut breaks) = (0usize, false, 0);
        let end = self.look(text, MOST_ADDRESS).iter().position(|&b| {
            match b {
                b'"' => quoted = !quoted,
                b'\n' => breaks += 1,
                b'(' if !quoted && closes == b')' => open += 1,
                _ if b == closes && !quoted && open > 0 => open -= 1,
                _ if b == closes && !quoted => return true,
                _ => {}
            }
            breaks > MOST_BREAKS
        });
        self.allowance = self.allowance.saturating_sub(end.unwrap_or(MOST_ADDRESS));
        end.filter(|_| breaks <= MOST_BREAKS)
    }

    /// The length of signs of emphasis at the start, and where the same signs end it: within the paragraph, both at
    /// edges of words. Scripts without spaces have no edges.
    fn emphasis(&mut self, text: &str, before: char) -> Option<(usize, usize)> {
        const MOST_SIGNS: usize = 3;
        const MOST_EMPHASISED: usize = 1_000;
        let sign = text.chars().next()?;
        let length = text.chars().take(MOST_SIGNS + 1).take_while(|c| *c == sign).count();
        let first = text[length..].chars().next()?;
        let opens = |c: char| c.is_whitespace() || is_unspaced(c) || "([{\"'“„«‘—–-*_|>".contains(c);
        let closes =
            |c: char| c.is_whitespace() || is_unspaced(c) || (!c.is_alphanumeric() && !"/\\@_".contains(c));
        if length > MOST_SIGNS || first.is_whitespace() || !(opens(before) || is_unspaced(first)) {
            return None;
        }
        let reach = cut(&text[length..], MOST_EMPHASISED.min(self.allowance));
        let reach = &reach[..reach.find("\n\n").unwrap_or(reach.len())];
        let signs = &text[..length];
        let end = reach.match_indices(signs).find(|(at, _)| {
            let (inside, behind) = (&reach[..*at], &reach[at + length..]);
            let last = inside.chars().next_back().unwrap_or(' ');
            let mut after = text[length + at + length..].chars();
            let (next, beyond) = (after.next().unwrap_or('\n'), after.next().unwrap_or('\n'));
            let ends = closes(next) && !(next == '.' && beyond.is_alphanumeric());
            !last.is_whitespace() && last != sign && !behind.starts_with(sign) && ends
        });
        self.allowance = self.allowance.saturating_sub(end.map_or(reach.len(), |(at, _)| at));
        end.map(|(at, _)| (length, length + at))
    }

    fn look<'a>(&self, text: &'a str, most: usize) -> &'a [u8] {
        &text.as_bytes()[..text.len().min(most).min(self.allowance)]
    }
}

/// An address, with a title in quotes behind it or without.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let (address, title) = text.split_once([' ', '\n']).unwrap_or((text, ""));
    let whole: String =
        if title.contains(['"', '\'']) { address.into() } else { text.split_whitespace().collect() };
    let spoken = title.split_whitespace().count() > 2 && !title.contains(['"', '\'']);
    !spoken && (whole.is_empty() || whole.contains(['/', '#', '.', ':', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stay_and_the_signs_go() {
        let heads = "# Bridge opens\n\n## Why\n\n";
        for (markdown, words) in [
            ("The [harbour](https://e.example/a_(b) \"All (of it)\") was *shut*.", "The harbour was shut."),
            ("![A pier](https://e.example/p.jpg)\nThe pier.", "\nThe pier."),
            ("[![Pier](/p.jpg) The pier](/pier) stood.", " The pier stood."),
            ("He said **no**, she said __yes__, both ***left***.", "He said no, she said yes, both left."),
            (
                "5 * 3 and snake_case and Bürger*innen and a_b_c.",
                "5 * 3 and snake_case and Bürger*innen and a_b_c.",
            ),
            ("> \"Nobody\n> came\", he said.", "\"Nobody\ncame\", he said."),
            ("1\\. The first \\[sic\\]", "1. The first [sic]"),
            ("* One\n  * Two\n\n* * *\n---\nThree", "* One\n  * Two\n\n\n\nThree"),
            ("| Club | Points |\n|---|:-:|\n| Alder | 3 |", "| Club | Points |\n\n| Alder | 3 |"),
            (
                "The [new\npier](https://e.example/a-\nb) is [not] (yet) open [1].",
                "The new\npier is [not] (yet) open [1].",
            ),
            ("桟橋は**閉鎖**された", "桟橋は閉鎖された"),
            ("See <https://e.example/x> now!", "See https://e.example/x now!"),
            ("f*** off, 5* hotel, 3 * 4, Dear ____, us", "f*** off, 5* hotel, 3 * 4, Dear ____, us"),
            (
                "@_ada_fern_ in /_media/ and __init__.py and C:\\_x",
                "@_ada_fern_ in /_media/ and __init__.py and C:_x",
            ),
            ("## Why C#\n>50 percent", "Why C#\n>50 percent"),
            ("as of old.[12](#n12) But [she](the mayor) left", "as of old. But [she](the mayor) left"),
            ("市長は*冬*の間", "市長は冬の間"),
        ] {
            let text = format!("{heads}{markdown}\n");
            assert_eq!(plain(&text).text, format!("Bridge opens\n\nWhy\n\n{words}\n"), "{markdown}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "He won 5 * 3 times, [sic] (as told) and *left*.\n#hashtag\n# 1\n",
            "A [note](see below) and a [second](one).\n- item\n> quoted\n",
            "# One heading\n\nText with one [link](https://e.example/a).\n",
        ] {
            assert!(matches!(plain(text).text, Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn hostile_signs_take_linear_time() {
        for sign in
            ["[", "![", "](http://", "*", "_", "\\", "<http", "[](", "**a", "[[](", "*[a*](/x)", "*a **b "]
        {
            let text = format!("# a\n# b\n{}", sign.repeat(500_000 / sign.len()));
            assert!(plain(&text).text.len() <= text.len() + 1);
        }
    }
}
