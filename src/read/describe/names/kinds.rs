//! What a piece of a byline is: junk of an interface, a house, a job, a section, or somebody's name.

use super::LEXICON;
use super::edges::weekday;
use crate::model::script::squeezed;
use crate::read::describe::{agencies, dates};

/// Words that no name holds: interface texts, accounts of content systems, addresses.
pub fn is_junk(name: &str) -> bool {
    let lower = name.to_lowercase();
    LEXICON.generic.contains(lower.as_str())
        || name.contains('@')
        || name.contains("://")
        || name.starts_with("www.")
        || name.chars().any(|c| c.is_ascii_digit())
        || name.contains(['{', '}', '<', '>', '=', '?', '!', '…', '#', '%'])
        || lower.split(|c: char| !c.is_alphanumeric() && c != '-').any(|w| LEXICON.junk.contains(w))
        || (dates::month(&lower, None).is_some() && lower.chars().count() > 4)
        || weekday(&lower)
        || NOBODY.iter().any(|word| name.contains(word))
        || !name.contains(' ') && (lower.ends_with("admin") || lower.starts_with("admin"))
        || !name.chars().any(char::is_alphabetic)
}

/// What papers of Bengal and India print where the reporter has no name: `own correspondent`.
const NOBODY: [&str; 4] = ["প্রতিবেদক", "সংবাদদাতা", "संवाददाता", "প্রতিনিধি"];

/// Names of desks, houses and legal bodies.
pub fn is_organisation(name: &str, site_names: &[String]) -> bool {
    if agencies::agency(name).is_some() {
        return true;
    }
    let key = squeezed(name);
    if site_names.iter().any(|site| {
        *site == key
            || (key.chars().count() >= 5
                && (site.starts_with(&key) || key.starts_with(site.as_str()))
                && site.len() >= 4)
    }) {
        return true;
    }

    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|w| LEXICON.organisations.contains(w))
        || is_domain(name)
        || ["編集部", "取材班", "新聞", "通信", "デジタル", "编辑部"].iter().any(|w| name.contains(w))
        || lower.ends_with("redaktion")
        || lower.ends_with("zeitung")
}

fn is_domain(name: &str) -> bool {
    let Some((label, ending)) = name.rsplit_once('.') else { return false };
    !label.is_empty()
        && !name.contains(' ')
        && (2..=6).contains(&ending.len())
        && ending.bytes().all(|b| b.is_ascii_lowercase())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// `Real Estate`, `World News`: where a paper files a story, and no name.
pub fn is_section(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|w| LEXICON.sections.contains(w))
}

/// Jobs, which stand behind names and are none.
pub fn is_role(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|w| {
        LEXICON.roles.contains(w)
            || (w.len() > 9
                && ["redakteur", "redakteurin", "korrespondent", "korrespondentin", "reporterin"]
                    .iter()
                    .any(|r| w.ends_with(r)))
    })
}

/// Jobs of those who make a story's pictures.
pub fn is_of_pictures(line: &str) -> bool {
    const STEMS: [&str; 9] =
        ["photo", "foto", "fotó", "valokuva", "фото", "φωτο", "camera", "kamera", "video"];
    let lower = line.to_lowercase();
    STEMS.iter().any(|stem| lower.contains(stem))
}

/// Whether most words begin with a capital, or the script has none.
pub fn is_personal(name: &str) -> bool {
    const PARTICLES: &[&str] = &[
        "von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "do", "du", "la", "le",
        "el", "al", "bin", "ibn", "ten", "ter", "zu", "zur", "und", "y", "e", "af", "av", "ul", "st.", "dr.",
        "prof.",
    ];
    // `Artikel von`, whose name stands elsewhere.
    if name.rsplit(' ').next().is_some_and(|last| PARTICLES.contains(&last)) {
        return false;
    }
    let mut capitals = 0;
    for word in name.split_whitespace() {
        if starts_upper(word) || word.contains(['\'', '’']) {
            capitals += 1;
        } else if !PARTICLES.contains(&word.to_lowercase().as_str()) {
            return false;
        }
    }
    capitals > 0
}

pub fn starts_upper(text: &str) -> bool {
    text.chars()
        .find(|c| c.is_alphabetic())
        .is_some_and(|c| c.is_uppercase() || (!c.is_lowercase() && c.is_alphabetic()))
}

pub fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}
