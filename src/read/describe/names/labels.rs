//! Lines of several labels: `来源：江北日报 作者：周启明 编辑：韩雪`, `Text: Ada Fern | Fotos: Ben Holt`. Each label ends
//! what the one before it names.

use super::{LEXICON, has_lead, is_mark, words_of};

/// Longest line that is cut, in bytes.
const LONGEST: usize = 400;

/// The pieces of a line, each from one known label to the next; what stands before the first is one too.
pub fn pieces(line: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> = starts(line);
    cuts.extend([0, line.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2)
        .map(|cut| line[cut[0]..cut[1]].trim_matches(MARKS))
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Between two labels.
const MARKS: [char; 13] = [' ', '|', ',', ';', '·', '•', '—', '–', '-', '/', '\u{3000}', '，', '、'];

/// Of a line, what may name its writer: the pieces under a writer's label, and where none has one, what stands
/// before all labels.
pub fn of_writers(line: &str) -> Vec<&str> {
    if line.len() > LONGEST || !may_hold_a_label(line) {
        return vec![line];
    }
    let pieces = pieces(line);
    let led: Vec<&str> = pieces.iter().copied().filter(|p| has_lead(p) && !is_of_others(p)).collect();
    if !led.is_empty() {
        return led;
    }
    pieces.into_iter().take(1).filter(|p| !is_of_others(p)).collect()
}

/// Whether a line is worth looking through.
fn may_hold_a_label(line: &str) -> bool {
    line.contains([':', '：', '＝', '=', '／'])
        || [" by", " By", " BY", " von"].iter().any(|word| line.contains(word))
        || is_of_others(line)
}

/// Whether a piece names an editor, a photographer, a source, a day.
pub fn is_of_others(piece: &str) -> bool {
    behind(piece).is_some()
}

/// Whether a word is a label of others than the writer: `SOURCE`.
pub fn is_label(word: &str) -> bool {
    LEXICON.others_of(word).iter().any(|label| after(word, label) == Some(""))
}

/// What a label of others than the writer stands before.
pub fn behind(piece: &str) -> Option<&str> {
    let behind = |label: &&str| {
        let rest = after(piece, label)?;
        (label.contains(' ') && rest.starts_with(' ') || is_marked(rest))
            .then(|| rest.trim_start_matches([' ', '\u{a0}', ':', '：', '＝', '=', '／']))
    };
    LEXICON.others_of(piece).iter().find_map(behind)
}

/// Whether a text ends with what stands before somebody else's name: `Fact checked by`.
pub fn leads_to_others(text: &str) -> bool {
    let text = text.trim_end_matches([' ', ':']);
    words_of(&LEXICON.others_ends, text.chars().next_back())
        .iter()
        .any(|label| start_of(text, label).is_some())
}

/// What follows `label` at the head of a text, letter case aside.
fn after<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    label.chars().all(|expected| rest.next().is_some_and(|c| is(c, expected))).then_some(rest.as_str())
}

/// Between the names of two jobs.
const JOBS: [&str; 20] = [
    " und ", " & ", " and ", " y ", " e ", " et ", " og ", " och ", " en ", " i ", " a ", " ja ", " és ",
    " și ", " и ", " та ", " ve ", "・", "/", "·",
];

/// What stands behind a label of two jobs, one of which is to write: `Texto y fotos: Lucio Barreda`, `文・写真＝林美咲`.
pub fn after_two_jobs(text: &str) -> Option<&str> {
    let mut jobs = [LEXICON.leads_of(text), LEXICON.others_of(text)].into_iter().enumerate();
    jobs.find_map(|(kind, labels)| {
        labels.iter().find_map(|label| {
            let rest = after(text, label)?;
            let rest = JOBS.iter().find_map(|joint| rest.strip_prefix(joint))?;
            let second = if kind == 0 { LEXICON.others_of(rest) } else { LEXICON.leads_of(rest) };
            // `Story and photographs by Ines Okafor`
            let led =
                |label: &str, rest: &str| is_marked(rest) || label.contains(' ') && rest.starts_with(' ');
            second.iter().find_map(|label| after(rest, label).filter(|rest| led(label, rest)))
        })
    })
}

/// Where the label begins that stands before the one at `at`, joined to it.
fn joined_before(line: &str, at: usize) -> Option<usize> {
    let head = &line[..at];
    let head = JOBS.iter().find_map(|joint| head.strip_suffix(joint))?;
    let labels = words_of(&LEXICON.ends, head.chars().next_back());
    labels.iter().filter_map(|label| start_of(head, label)).min()
}

fn is_marked(rest: &str) -> bool {
    rest.trim_start().starts_with([':', '：', '＝', '=', '／'])
}

fn is(c: char, expected: char) -> bool {
    c == expected || c.to_lowercase().eq(std::iter::once(expected))
}

/// Where known labels begin: before a colon, or of several words.
fn starts(line: &str) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    if line.len() > LONGEST {
        return out;
    }
    for (at, _) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '＝' | '=' | '／')) {
        let head = line[..at].trim_end();
        let labels = words_of(&LEXICON.ends, head.chars().next_back());
        let start = labels.iter().filter_map(|label| start_of(head, label)).min();
        out.extend(start.map(|start| joined_before(line, start).unwrap_or(start)));
    }
    for (at, _) in line.char_indices().filter(|(at, _)| begins(line, *at)) {
        let named = LEXICON.others_of(&line[at..]).iter().filter(|label| label.contains(' '));
        if named.filter_map(|label| after(&line[at..], label)).any(|rest| rest.starts_with(' ')) {
            out.push(joined_before(line, at).unwrap_or(at));
        }
    }
    out
}

/// Where the label begins that the text ends with.
fn start_of(text: &str, label: &str) -> Option<usize> {
    let mut back = text.char_indices().rev();
    let mut start = text.len();
    for expected in label.chars().rev() {
        let (at, c) = back.next()?;
        if !is(c, expected) {
            return None;
        }
        start = at;
    }
    begins(text, start).then_some(start)
}

/// Whether a word begins there: behind no letter, or with a capital run into the word before it.
fn begins(text: &str, at: usize) -> bool {
    let Some(c) = text[at..].chars().next().filter(|c| c.is_alphabetic()) else { return false };
    match text[..at].chars().next_back() {
        Some(before) => {
            !before.is_alphabetic() && !is_mark(before)
                || c as u32 >= 0x2e80
                || c.is_uppercase() && before.is_lowercase()
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_ends_what_the_one_before_it_names() {
        for (line, expected) in [
            ("Texto: Lívia Dorneles | Fotos: Caio Bezerra", "Texto: Lívia Dorneles"),
            ("2025-04-22 08:15 来源：江北日报 作者：周启明 编辑：韩雪 字号：大", "作者：周启明"),
            ("Fotos: Ralf Dörig, Text: Ursina Gmünder", "Text: Ursina Gmünder"),
            ("Texto y fotos: Lucio Barreda", "Texto y fotos: Lucio Barreda"),
            ("Foto og tekst: Siri Moe | Kamera: Ola Li", "Foto og tekst: Siri Moe"),
            ("文＝久保田 誠、写真＝林 美咲", "文＝久保田 誠"),
            ("Haber: Gülşah Öztekin - Kamera: Cem Ak", "Haber: Gülşah Öztekin"),
            ("Story and photographs by Ines Okafor", "Story and photographs by Ines Okafor"),
            ("取材・文／倉田杏奈　撮影／野村徹", "取材・文／倉田杏奈"),
            ("Text und Ton: Ada Fern", "Text und Ton: Ada Fern"),
            ("Giriş: 21.02.2025 - 09:14Haber: Elif SancaktarKaynak: KHA", "Haber: Elif Sancaktar"),
            ("लेखक: नेहा त्रिपाठी Edited By: Amit Rawat Published: 05 Mar 2025", "लेखक: नेहा त्रिपाठी"),
            ("Ada Fern Edited by Ben Holt", "Ada Fern"),
            ("Editor: Ben Holt", ""),
            ("编辑：韩雪", ""),
            ("Foto: Göran Åslund", ""),
            ("By Ada Fern, Storm: the day after", "By Ada Fern, Storm: the day after"),
            ("Ada Fern", "Ada Fern"),
        ] {
            assert_eq!(of_writers(line).join(" + "), expected, "{line}");
        }
    }
}
