//! Which lines are pieces of one paragraph: extractors break lines at links, or at a width.

use super::Line;
use crate::model::script::is_unspaced;
use crate::read::clean::lexicon::{LEXICON, word_hash};

/// Numbers the blocks; returns how many there are.
pub fn number_blocks(lines: &mut [Line]) -> u32 {
    let width = set_width(lines);
    let mut block = 0;
    let mut joined_to_next = false;
    // Of an item of a list whose next lines hang under its text.
    let mut hanging = None;
    for i in 0..lines.len() {
        if i > 0 && !joined_to_next {
            block += 1;
            hanging = None;
        }
        lines[i].block = block;
        hanging = lines.get(i + 1).and_then(|next| hanging_indent(&lines[i], next, hanging));
        let rest = &lines[i..];
        joined_to_next = hanging.is_some()
            || rest.len() > 1
                && match width {
                    Some(width) => continues_set(&rest[0], &rest[1], width),
                    None => {
                        continues(&rest[0], &rest[1])
                            || hangs(&rest[0], &rest[1])
                            || (rest.len() > 2 && is_link_between(&rest[0], &rest[1], &rest[2]))
                            || (i > 0 && is_link_after(&lines[i - 1], &rest[0], &rest[1]))
                    }
                };
    }
    if lines.is_empty() { 0 } else { block + 1 }
}

/// The indent of the lines that go on with an item of a list, where `b` is one of them: set two to four columns
/// further in than the bullet, as programs that set HTML as text do.
fn hanging_indent(a: &Line, b: &Line, hanging: Option<u16>) -> Option<u16> {
    let goes_on = b.blank_before == 0
        && !b.bullet
        && match hanging {
            Some(indent) => b.indent == indent,
            None => a.bullet && (a.indent + 2..=a.indent + 4).contains(&b.indent) && words(&a.text, 4),
        };
    goes_on.then_some(b.indent)
}

fn adjoin(a: &Line, b: &Line) -> bool {
    b.blank_before == 0 && !b.bullet && a.indent == b.indent
}

/// The second line goes on in small letters or with the marks that end a clause.
fn continues(a: &Line, b: &Line) -> bool {
    if !adjoin(a, b) {
        return false;
    }
    let Some(first) = b.text.chars().next() else { return false };
    if matches!(first, ',' | '.' | ';' | ')' | '!' | '?' | '%' | '”' | '»' | '’' | '。' | '、' | '」')
    {
        return !ends_sentence(&a.text) || first == ')';
    }
    // A mark of the sentence before, left over by a link: `: it was so`, `" he said`.
    if matches!(first, ':' | '"' | '“' | '-' | '–' | '—') && b.text[first.len_utf8()..].starts_with(' ')
    {
        return !ends_sentence(&a.text) && (words(&a.text, 2) || words(&b.text, 4));
    }
    let some = |line: &Line| line.text.len() >= 60 || words(&line.text, 4);
    first.is_lowercase() && !ends_sentence(&a.text) && (some(a) || some(b))
}

/// The first line ends in a word that no sentence and no heading ends in.
fn hangs(a: &Line, b: &Line) -> bool {
    if !adjoin(a, b) || !words(&a.text, 4) {
        return false;
    }
    let last = a.text.rsplit(' ').next().unwrap_or("");
    last.chars().all(char::is_alphabetic) && LEXICON.word(word_hash(&last.to_lowercase())).stop
}

/// A linked name that hangs on the line before, and what goes on after it.
fn is_link_after(a: &Line, b: &Line, c: &Line) -> bool {
    hangs(a, b) && adjoin(b, c) && !ends_sentence(&b.text) && !words(&b.text, 9) && words(&c.text, 4)
}

/// A linked name between two pieces of a sentence.
fn is_link_between(a: &Line, b: &Line, c: &Line) -> bool {
    adjoin(a, b)
        && adjoin(b, c)
        && !ends_sentence(&a.text)
        && !ends_sentence(&b.text)
        && a.text.chars().next_back().is_some_and(|c| c.is_lowercase() || c == ',')
        && (words(&a.text, 3) || words(&c.text, 4))
        && !words(&b.text, 9)
        && continues(b, c)
}

fn continues_set(a: &Line, b: &Line, width: usize) -> bool {
    follows_set(a, b) && (usize::from(a.indent) + a.text.chars().count()) * 10 >= width * 6
}

/// In set text a line that is further in begins a paragraph, and the next goes back.
fn follows_set(a: &Line, b: &Line) -> bool {
    const MOST_INDENT: u16 = 8;
    b.blank_before == 0 && !b.bullet && b.indent <= a.indent && a.indent - b.indent <= MOST_INDENT
}

/// The width of a text whose lines were broken at one: most lines that are followed by another end in
/// the middle of a sentence, near the widest.
fn set_width(lines: &[Line]) -> Option<usize> {
    const ENOUGH: usize = 6;
    /// Lines of wide characters are the shortest.
    const MIN_WIDTH: usize = 18;
    let mut widths: Vec<usize> = Vec::new();
    let mut broken = 0usize;
    for pair in lines.windows(2) {
        if follows_set(&pair[0], &pair[1]) {
            widths.push(usize::from(pair[0].indent) + pair[0].text.chars().count());
            broken += usize::from(!ends_sentence(&pair[0].text) && words(&pair[0].text, 4));
        }
    }
    if widths.len() < ENOUGH || broken * 10 < widths.len() * 7 {
        return None;
    }
    widths.sort_unstable();
    let high = widths[widths.len() * 19 / 20];
    let middle = widths[widths.len() / 2];
    ((MIN_WIDTH..=110).contains(&high) && middle * 10 >= high * 7).then_some(high)
}

/// Two characters of a script without spaces are a word.
fn words(text: &str, least: usize) -> bool {
    text.split_ascii_whitespace().nth(least - 1).is_some()
        || text.chars().filter(|c| !c.is_ascii() && is_unspaced(*c)).nth(2 * least - 1).is_some()
}

/// Ends in a full stop or its like, closing quotation marks and brackets aside, or is long and in a script that has
/// no such mark.
pub fn ends_sentence(text: &str) -> bool {
    const LONG: usize = 60;
    if text.ends_with(is_unmarked) {
        return text.chars().filter(|c| is_unmarked(*c)).nth(LONG - 1).is_some();
    }
    text.trim_end_matches(['"', '\'', '”', '“', '’', '»', '«', ')', ']', '」', '』'])
        .ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '।', '؟', '۔', '።', '၊', '။', '។', '։'])
        || text.ends_with(['」', '』'])
}

/// Thai and Lao, which end sentences in a space.
pub fn is_unmarked(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}')
}
