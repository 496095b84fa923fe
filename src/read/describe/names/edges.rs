//! What stands before and behind the names of a byline, cut off: `By`, a date, an address, a handle.

use super::LEXICON;
use crate::model::script::{cut, lower};
use crate::read::describe::dates::{is_weekday, month};

pub fn without_lead(text: &str) -> &str {
    let mut text = text.trim_start_matches([' ', '|', '•', '·', '—', '–', '-', ':', ',', '*', '(', '（']);
    for _ in 0..2 {
        let Some(rest) = LEXICON.leads_of(text).iter().find_map(|lead| after_lead(text, lead)) else { break };
        text = rest;
    }
    text
}

fn after_lead<'t>(text: &'t str, lead: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for expected in lead.chars() {
        let c = rest.next()?;
        let is = lower(c)
            .map_or_else(|| c.to_lowercase().eq(std::iter::once(expected)), |lower| lower == expected);
        if !is {
            return None;
        }
    }
    let rest = rest.as_str();
    let marked = rest.trim_start().starts_with([':', '：', '・', '|']);
    // A sentence that begins with the word for a reporter is none: `记者会在北京举行，…`.
    let cjk = lead.chars().all(|c| c as u32 >= 0x2e80)
        && rest.chars().count() <= 12
        && !rest.contains(['。', '，', '！', '？']);
    // Many leads are ordinary words or first names: without a colon only the prepositions count.
    let preposition = lead.contains(' ')
        || matches!(
            lead,
            "by" | "von"
                | "par"
                | "por"
                | "di"
                | "door"
                | "af"
                | "av"
                | "od"
                | "oleh"
                | "โดย"
                | "від"
                | "מאת"
                | "بقلم"
        );
    let spaced = rest.starts_with(char::is_whitespace);
    let glued = lead == "by" && text.starts_with("By") && rest.starts_with(char::is_uppercase);
    (marked || cjk || (preposition && spaced) || glued)
        .then(|| rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '・' | '|')))
}

/// Whether the text says who wrote it in several words: `Posted by`. Houses publish too.
pub fn is_plain_lead(text: &str) -> bool {
    let led =
        |lead: &&&str| lead.contains(' ') && **lead != "published by" && after_lead(text, lead).is_some();
    LEXICON.leads_of(text).iter().any(|lead| led(&lead))
}

/// Cuts what follows the names: a date, an address, a social handle, a role behind a mark.
pub fn without_tail(text: &str) -> &str {
    let mut end = text.len();
    for mark in [
        " | ", " • ", " · ", " – ", " — ", "|", " -- ", " @", " Follow ", " E-post", " E-mail", " Följ ",
        "\t",
    ] {
        if let Some(at) = text[..end].find(mark).filter(|at| *at > 0) {
            end = at;
        }
    }
    if let Some(at) = day_word(&text[..end]) {
        end = at;
    }
    // A mail address: from the start of its word on.
    if let Some(at) = text[..end].find('@') {
        end = text[..at].rfind([' ', ',', '(', '<']).unwrap_or(0);
    }
    // A date or a reading time: from its first digit on.
    if let Some(at) = text[..end].find(|c: char| c.is_ascii_digit()).filter(|at| *at > 3) {
        let word = text[..at].rfind([' ', ',']).unwrap_or(at);
        let before = text[..word].trim_end_matches([' ', ',', '.']);
        let last = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
        end = if month(&last, None).is_some() || weekday(&last) {
            before.len() - last.len().min(before.len())
        } else {
            word
        };
        end = cut(text, end).len();
        // Submitted by Ada Fern on Fri, 3/14/2025
        for before in [" on", " at", " am", " le", " el", " il", " em"] {
            end -= text[..end].trim_end().strip_suffix(before).map_or(0, |head| end - head.len());
        }
    }
    text[..end].trim_end_matches([' ', ',', ';', ':', '-', '–', '—', '|', '/', '('])
}

/// Words that tell when it was published or changed, and so end the names before them.
const DAY_WORDS: [&str; 26] = [
    "published",
    "updated",
    "posted",
    "publié",
    "publiée",
    "mis à jour",
    "modifié",
    "publicado",
    "publicada",
    "actualizado",
    "atualizado",
    "pubblicato",
    "aggiornato",
    "veröffentlicht",
    "aktualisiert",
    "gepubliceerd",
    "bijgewerkt",
    "publicerad",
    "uppdaterad",
    "publisert",
    "oppdatert",
    "опубликовано",
    "обновлено",
    "güncelleme",
    "yayınlanma",
    "päivitetty",
];

/// Where the first of them stands behind a name, perhaps run into it.
fn day_word(text: &str) -> Option<usize> {
    let ends = |at: usize| text[..at].chars().next_back();
    let begins = |at: usize, c: char| {
        ends(at).is_some_and(|before| {
            matches!(before, ' ' | '\t' | '|' | ',') || before.is_lowercase() && c.is_uppercase()
        })
    };
    let starts = text.char_indices().filter(|(at, c)| *at > 0 && begins(*at, *c)).map(|(at, _)| at);
    let whole = |rest: &str| !rest.starts_with(char::is_alphabetic);
    let mut starts = starts;
    starts.find(|at| DAY_WORDS.iter().any(|word| after_word(&text[*at..], word).is_some_and(whole)))
}

fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    let is = |c: char, expected: char| c.to_lowercase().eq(std::iter::once(expected));
    word.chars().all(|expected| rest.next().is_some_and(|c| is(c, expected))).then_some(rest.as_str())
}

pub fn weekday(word: &str) -> bool {
    is_weekday(word.trim_end_matches(['.', ',']))
}
