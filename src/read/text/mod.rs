//! Extracted text → lines, with the layout that the extractor left in them.

/// Markdown → words.
pub mod markdown;
pub(crate) mod join;
pub mod sentences;
/// Counts of one line.
pub mod stats;

use crate::model::{Budget, Cut, Rejection};
use crate::read::Limits;
use crate::read::clean::lexicon::Kind;
use stats::{Stats, stats};

/// A plain text as lines.
#[derive(Debug, Clone, Default)]
pub struct TextPage {
    pub lines: Vec<Line>,
    /// What can be counted on each line: asked for by extraction and by cleaning.
    pub stats: Vec<Stats>,
    /// Content words of all lines, as hashes; each line's range stands in its stats.
    pub content: Vec<u32>,
    /// Number of blocks: paragraphs, as far as they can be told.
    pub blocks: u32,
    /// Its lines were run together, and were cut apart again.
    pub cut: bool,
    /// The line that the text itself marks as its title.
    pub title: Option<usize>,
    /// Limits that were reached: each cut something off.
    pub limits_hit: Vec<Cut>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Trimmed, without bullet.
    pub text: String,
    /// Columns of white space before the text.
    pub indent: u16,
    /// Blank lines before this one.
    pub blank_before: u16,
    /// `*`, `-` or `•` stood before the text.
    pub bullet: bool,
    /// Cut from the line before: the text came with its lines run together.
    pub cut: bool,
    /// The paragraph that the line is part of: an extractor may have broken it at its links, or at a
    /// width. Rises with the lines.
    pub block: u32,
}

/// Lines beyond these are cut off: no story has so many, and what has is bounded here.
const MAX_LINES: usize = 200_000;

pub fn parse(source: &str, limits: &Limits, budget: &mut Budget) -> Result<TextPage, Rejection> {
    budget.draw(3 * source.len() as u64, "parse")?;
    let mut page = TextPage::default();
    let mut blank_before = 0u16;
    let mut bytes = 0;
    let plain = markdown::plain(source);
    for (number, raw) in plain.text.lines().enumerate() {
        let text = raw.trim();
        if text.is_empty() {
            blank_before = blank_before.saturating_add(1);
            continue;
        }
        if page.lines.len() == MAX_LINES {
            page.limits_hit.push(Cut::TextLines);
            break;
        }
        bytes += text.len();
        if bytes > limits.text_bytes {
            page.limits_hit.push(Cut::TextBytes);
            break;
        }
        let indent = raw.chars().take_while(|c| c.is_whitespace()).count().min(usize::from(u16::MAX)) as u16;
        let (bullet, text) = strip_bullet(text);
        if text.is_empty() {
            continue;
        }
        if plain.title == Some(number) {
            page.title = Some(page.lines.len());
        }
        page.lines.push(Line { text: text.to_owned(), indent, blank_before, bullet, ..Line::default() });
        blank_before = 0;
    }
    let mut lower = String::new();
    if page.lines.len() <= MOST_RUN_TOGETHER {
        page.lines = apart(std::mem::take(&mut page.lines), &mut lower);
        page.cut = page.lines.iter().any(|line| line.cut);
        if page.lines.len() > MAX_LINES {
            page.lines.truncate(MAX_LINES);
            page.limits_hit.push(Cut::TextLines);
        }
    }
    page.blocks = join::number_blocks(&mut page.lines);
    page.stats = page.lines.iter().map(|line| stats(&line.text, &mut page.content, &mut lower)).collect();
    Ok(page)
}

/// Lines of a text whose lines were run together, and the characters that one then has.
const MOST_RUN_TOGETHER: usize = 3;
const LONG: usize = 600;

/// Cuts long lines into their sentences where they speak of more than their story: of two kinds of notices. A line
/// that tells a story alone stays whole.
fn apart(lines: Vec<Line>, lower: &mut String) -> Vec<Line> {
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        let long = line.text.chars().nth(LONG).is_some();
        if !long || notices(&stats(&line.text, &mut Vec::new(), lower)) < 2 {
            out.push(line);
            continue;
        }
        for (at, sentence) in sentences::sentences(&line.text).into_iter().enumerate() {
            let first = Line { text: sentence.to_owned(), cut: at > 0, ..Line::default() };
            out.push(if at == 0 { Line { text: first.text, ..line.clone() } } else { first });
        }
    }
    out
}

/// Phrases of notices in a line.
fn notices(s: &Stats) -> u32 {
    Kind::ALL
        .iter()
        .filter(|kind| kind.bit() & Kind::NOTICES != 0)
        .map(|kind| u32::from(s.hits.count(*kind)))
        .sum()
}

impl TextPage {
    pub fn content_of(&self, line: usize) -> &[u32] {
        let range = &self.stats[line].content;
        &self.content[range.start as usize..range.end as usize]
    }
}

fn strip_bullet(text: &str) -> (bool, &str) {
    if matches!(text, "*" | "-" | "+" | "•") {
        return (true, "");
    }
    for bullet in ["* ", "- ", "+ ", "• ", "‣ ", "◦ ", "▪ ", "■ ", "● "] {
        if let Some(rest) = text.strip_prefix(bullet) {
            return (true, rest.trim_start());
        }
    }
    (false, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<String> {
        let page = parse(text, &Limits::default(), &mut Budget::new(1 << 30)).expect("text");
        let mut out: Vec<String> = vec![];
        for line in &page.lines {
            if out.len() <= line.block as usize {
                out.push(line.text.clone());
            } else if let Some(last) = out.last_mut() {
                last.push('|');
                last.push_str(&line.text);
            }
        }
        assert_eq!(out.len(), page.blocks as usize);
        out
    }

    #[test]
    fn layout_is_kept() {
        let source = "Menu\n\n\n    * Home\n    * \n  The story begins.\r\n";
        let page = parse(source, &Limits::default(), &mut Budget::new(1 << 30)).expect("text");
        let line = |text: &str, indent, blank_before, bullet, block| Line {
            text: text.to_owned(),
            indent,
            blank_before,
            bullet,
            block,
            cut: false,
        };
        assert_eq!(
            page.lines,
            [
                line("Menu", 0, 0, false, 0),
                line("Home", 4, 2, true, 1),
                line("The story begins.", 2, 0, false, 2)
            ]
        );
    }

    #[test]
    fn fragments_are_joined_and_menus_are_not() {
        let table: &[(&str, &[&str])] = &[
            ("Home\nNews\nSport", &["Home", "News", "Sport"]),
            ("watch\nmore\nlive", &["watch", "more", "live"]),
            (
                "The ministry said the\ncase of the dam\n, which broke in May, is closed.\nA new case is open.",
                &[
                    "The ministry said the|case of the dam|, which broke in May, is closed.",
                    "A new case is open.",
                ],
            ),
            (
                "Officials told the\nHarbour Herald\nthat the bridge was safe.",
                &["Officials told the|Harbour Herald|that the bridge was safe."],
            ),
            ("One line.\n\nand another", &["One line.", "and another"]),
            (
                "  * Rub the butter into the flour. Add\n    Two spoons of water\n    and bring together.\n  * Bake.\n    Home",
                &[
                    "Rub the butter into the flour. Add|Two spoons of water|and bring together.",
                    "Bake.",
                    "Home",
                ],
            ),
        ];
        for (text, want) in table {
            assert_eq!(blocks(text), *want);
        }
    }

    #[test]
    fn set_text_is_joined_to_its_blank_lines() {
        let paragraph = "The council of the small town met on\nTuesday to talk about the new bridge,\nwhich Mayor Ada Miller had promised\nto open in the spring.";
        let text = [paragraph; 4].join("\n\n");
        assert_eq!(blocks(&text).len(), 4);
    }

    #[test]
    fn a_million_lines_are_cut_and_counted() {
        let page =
            parse(&"word\n".repeat(1_000_000), &Limits::default(), &mut Budget::new(1 << 30)).expect("text");
        assert_eq!((page.lines.len(), page.limits_hit.as_slice()), (MAX_LINES, &[Cut::TextLines][..]));
    }
}
