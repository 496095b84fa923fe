//! The head of a western dateline taken apart: brackets, commas and dashes separate place, region, day
//! and agency.

use super::month_day;
use crate::read::describe::{agencies, dates, gazetteer};

/// What a dateline says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// As printed, capitals turned into ordinary spelling; several places joined by `/`.
    pub place: Option<String>,
    /// Month, day, and the year where it is stated.
    pub day: Option<(u8, u8, Option<i32>)>,
    pub agency: Option<&'static str>,
    /// The agency stood in brackets.
    pub bracketed: bool,
    /// The place was printed in capitals.
    pub capitals: bool,
    /// A region or country followed the place.
    pub region: bool,
    /// A station or service that is no agency stood in brackets.
    pub service: bool,
}

impl Parts {
    pub fn weight(&self) -> usize {
        usize::from(self.place.is_some())
            + usize::from(self.day.is_some()) * 2
            + usize::from(self.agency.is_some()) * 2
    }
}

/// Takes apart what stands before the dash. Nothing where a piece is neither place, region, day nor
/// agency.
pub fn parse(head: &str, language: Option<&str>) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut names: Vec<&str> = Vec::new();
    for (piece, bracketed) in pieces(head) {
        let piece = piece.trim().trim_end_matches(['.', ':']).trim();
        if piece.is_empty() {
            continue;
        }
        let agency = agencies::agencies(piece);
        // `SANTIAGO, CP`: letters that are an agency outside brackets only behind place or day.
        if let Some(all) = agency.filter(|_| bracketed || !names.is_empty() || parts.day.is_some()) {
            parts.agency = parts.agency.or(all.first().copied());
            parts.bracketed |= bracketed;
            continue;
        }
        if parts.day.is_none()
            && let Some((before, day)) = month_day(piece, language)
        {
            parts.day = Some(day);
            let before = before.trim().trim_end_matches(['.', ',']);
            if !before.is_empty() && !is_weekday(before) {
                names.push(before);
            }
            continue;
        }
        if bracketed {
            // `(dpa/lhe)`: the agency's service.
            let agency = piece.split(['/', '-']).find_map(agencies::agency);
            if agency.is_none() && (names.is_empty() || !is_service(piece)) {
                return None;
            }
            parts.agency = parts.agency.or(agency);
            parts.bracketed |= agency.is_some();
            parts.service |= agency.is_none();
            continue;
        }
        if parts.day.is_some() && piece.bytes().all(|b| b.is_ascii_digit()) && piece.len() == 4 {
            parts.day = parts.day.map(|(m, d, _)| (m, d, piece.parse().ok()));
            continue;
        }
        if is_weekday(piece) && !names.is_empty() {
            continue;
        }
        names.push(piece);
    }
    // A wire in small letters: a day beside a known place tells enough.
    let small = parts.day.is_some() && names.first().is_some_and(|n| gazetteer::lookup(n).is_some());
    if names.len() > 3 || !names.iter().all(|n| is_place_like(n) || small) {
        return None;
    }
    if let Some(first) = names.first() {
        parts.capitals = first.chars().any(char::is_uppercase)
            && !first.chars().any(char::is_lowercase)
            && letters(first) >= 3;
        parts.place = Some(printed(first));
        parts.region = names.len() > 1;
    }
    (parts.place.is_some() || parts.agency.is_some()).then_some(parts)
}

/// An agency at the head of the story, set off by a full stop, colon or dash; and how long it is.
pub fn leading_agency(text: &str) -> Option<(&'static str, usize)> {
    let start = text.len() - text.trim_start_matches(['/', '(', ' ']).len();
    let end = text.char_indices().take(45).find(|(i, c)| {
        *i > start && matches!(c, '.' | ':' | '—' | '–' | ',' | '/' | ')')
            || (*c == '-' && text[*i..].starts_with("- "))
    })?;
    let agency = agencies::agency(text[start..end.0].trim())?;
    let after = text[end.0..]
        .find(|c: char| !matches!(c, '.' | ':' | '—' | '–' | '-' | ' ' | '/' | ')'))
        .map_or(text.len(), |i| end.0 + i);
    Some((agency, after))
}

/// Pieces between commas, inner dashes and brackets; whether each stood in brackets.
fn pieces(head: &str) -> Vec<(&str, bool)> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut open = false;
    for (at, c) in head.char_indices() {
        match c {
            '(' | '[' => {
                out.push((&head[from..at], false));
                from = at + 1;
                open = true;
            }
            ')' | ']' => {
                out.push((&head[from..at], open));
                from = at + 1;
                open = false;
            }
            ',' | ';' | '،' if !open => {
                out.push((&head[from..at], false));
                from = at + c.len_utf8();
            }
            '-' | '–' | '—' if !open && head[at + c.len_utf8()..].starts_with([' ', '-']) => {
                out.push((&head[from..at], false));
                from = at + c.len_utf8();
            }
            '/' if !open && head[at + 1..].contains('/') && slashed(&head[at + 1..]) => {
                out.push((&head[from..at], false));
                from = at + 1;
                open = true;
            }
            '/' if open
                // Ends /AGENCY/, where that is what is open.
                && agencies::agency(&head[from..at]).is_some() && head[..from].ends_with('/') =>
            {
                out.push((&head[from..at], true));
                from = at + 1;
                open = false;
            }
            _ => {}
        }
    }
    out.push((&head[from..], open));
    out
}

fn slashed(rest: &str) -> bool {
    rest.split('/').next().is_some_and(|inner| agencies::agency(inner).is_some())
}

/// A name of a place: one to five words, each with a capital or of a script without; no digits, no
/// sentence marks.
fn is_place_like(text: &str) -> bool {
    const SMALL: &[&str] = &[
        "de", "la", "le", "les", "del", "der", "of", "the", "am", "an", "im", "and", "und", "et", "y", "do",
        "da", "dos", "al", "el", "in", "sur", "en", "upon",
    ];
    let words: Vec<&str> = text.split([' ', '/', '\n']).filter(|w| !w.is_empty()).collect();
    let length = text.chars().count();
    (1..=6).contains(&words.len())
        && (2..=42).contains(&length)
        && !text.chars().any(|c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    '"' | '“' | '”' | '«' | '»' | '?' | '!' | ':' | '=' | '%' | '$' | '€' | '@' | '+'
                )
        })
        && words[0].chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
        && words.iter().all(|w| {
            SMALL.contains(&w.to_lowercase().as_str())
                || w.chars().find(|c| c.is_alphabetic()).is_some_and(|c| !c.is_lowercase())
        })
}

/// What a station or service calls itself: `KDUL`, `Web Desk`.
fn is_service(text: &str) -> bool {
    let words = || text.split(' ').filter(|w| !w.is_empty());
    text.len() <= 24
        && (1..=3).contains(&words().count())
        && words().all(|w| w.chars().next().is_some_and(char::is_uppercase))
        && !text.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ':'))
}

fn is_weekday(text: &str) -> bool {
    let lower = text.to_lowercase();
    let word = lower.trim_end_matches('.');
    dates::is_weekday(word) || dates::is_romance_weekday(word) || matches!(word, "tues" | "thurs")
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

/// Capitals turned into ordinary spelling: `NEW YORK` → `New York`.
fn printed(text: &str) -> String {
    let text = text.trim().trim_matches('*').trim();
    if text.chars().any(char::is_lowercase) || letters(text) < 3 {
        return text.to_owned();
    }
    const SMALL: &[&str] =
        &["DE", "LA", "DEL", "DER", "OF", "DO", "DA", "DOS", "AM", "SUR", "EN", "UND", "AND"];
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    for word in text.split_inclusive([' ', '-', '/', '\'', '’']) {
        let bare = word.trim_end_matches([' ', '-', '/', '\'', '’']);
        if !first && SMALL.contains(&bare) {
            out.push_str(&word.to_lowercase());
        } else if bare.contains('.') {
            out.push_str(word);
        } else {
            let mut chars = word.chars();
            out.extend(chars.next());
            out.extend(chars.flat_map(char::to_lowercase));
        }
        first = false;
    }
    out
}
