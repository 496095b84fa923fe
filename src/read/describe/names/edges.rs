//! What stands before and behind the names of a byline, cut off: `By`, a date, an address, a handle.

use super::labels::after_two_jobs;
use super::{LEXICON, is_role};
use crate::model::script::{cut, lower};
use crate::read::describe::dates::{is_weekday, month};

pub fn without_lead(text: &str) -> &str {
    let mut text = text.trim_start_matches([' ', '|', '•', '·', '—', '–', '-', ':', ',', '*', '(', '（']);
    for _ in 0..2 {
        let led = || LEXICON.leads_of(text).iter().find_map(|lead| after_lead(text, lead));
        let Some(rest) = led().or_else(|| after_two_jobs(text).map(unmarked)) else { break };
        text = rest;
    }
    text
}

fn unmarked(rest: &str) -> &str {
    rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '：' | '・' | '|' | '＝' | '=' | '／')
    })
}

/// What a language puts before a writer's name and before much else: read only where the line holds no more than
/// a name behind it, `Na Juma Mwakalinga`.
pub fn without_particle<'t>(text: &'t str, language: Option<&str>) -> &'t str {
    const PARTICLES: [(&str, &[&str]); 8] = [
        ("el", &["του", "της", "των"]),
        ("mk", &["од"]),
        ("ro", &["de"]),
        ("sq", &["nga"]),
        ("sw", &["na"]),
        ("tl", &["ni", "nina"]),
        ("ca", &["per"]),
        ("be", &["ад"]),
    ];
    let Some((word, rest)) = text.trim().split_once(' ') else { return text };
    let word = word.to_lowercase();
    let known = PARTICLES.iter().any(|(of, words)| Some(*of) == language && words.contains(&word.as_str()));
    if known { rest.trim_start() } else { text }
}

/// `Корреспондент Тимур Галеев`, `onze verslaggever Sjoukje de Haan`: what stands behind a job and whose it is.
pub fn without_job(name: &str) -> &str {
    /// *Our*, and what joins it to the word before.
    const OUR: [&str; 28] = [
        "our",
        "unser",
        "unserem",
        "unserer",
        "unseren",
        "notre",
        "nuestro",
        "nuestra",
        "nostro",
        "nostra",
        "nosso",
        "nossa",
        "onze",
        "vår",
        "vores",
        "nasz",
        "nasza",
        "náš",
        "naš",
        "наш",
        "наша",
        "нашего",
        "dal",
        "dalla",
        "del",
        "do",
        "de",
        "von",
    ];
    let mut rest = name;
    let mut job = false;
    for _ in 0..4 {
        let Some((word, behind)) = rest.split_once(' ') else { break };
        let is_job = is_role(word) && !word.ends_with(':');
        let whose = !job && OUR.contains(&word.to_lowercase().as_str());
        if !(is_job || whose) {
            break;
        }
        job |= is_job;
        rest = behind.trim_start_matches([' ', ',']);
    }
    // `Editor at Large`
    let joined = ["at", "of", "in", "for", "and", "to"]
        .iter()
        .any(|joint| rest.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(joint)));
    if job && !joined && rest.contains(' ') && !is_role(rest) { rest } else { name }
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
    let marked = rest.trim_start().starts_with([':', '：', '・', '|', '＝', '=', '／']);
    // A sentence that begins with the word for a reporter is none: `记者会在北京举行，…`.
    let cjk =
        HAN_LEADS.contains(&lead) && rest.chars().count() <= 12 && !rest.contains(['。', '，', '！', '？']);
    // Many leads are ordinary words or first names: without a colon only prepositions and verbs count.
    let preposition = lead.contains(' ')
        || WROTE.contains(&lead)
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
    (marked || cjk || (preposition && spaced) || glued).then(|| unmarked(rest))
}

/// Verbs that say who wrote, before the name.
const WROTE: [&str; 24] = [
    "підготувала",
    "підготував",
    "подготовил",
    "подготовила",
    "беседовал",
    "беседовала",
    "записал",
    "записала",
    "napsal",
    "napsala",
    "napisał",
    "napisała",
    "napisao",
    "napisala",
    "rozmawiał",
    "rozmawiała",
    "opracował",
    "opracowała",
    "píše",
    "piše",
    "пише",
    "připravil",
    "připravila",
    "escribe",
];

/// Leads behind which the name follows at once.
const HAN_LEADS: [&str; 11] =
    ["记者", "記者", "作者", "撰文", "投稿者", "執筆", "筆者", "采写", "撰稿", "本报记者", "本報記者"];

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
