//! Lines that sign a story: `Texto: Ana Prado`, `Reporting by Ada Fern`, a name and its address.

use crate::model::body::FoundField;
use crate::read::extract::text::fields;
use crate::read::text::stats::stats;

/// Words of a line that is no more than a signature.
const MOST_WORDS: usize = 14;

/// Says who wrote: a byline's lead, or a name with an address, and nothing of the story.
pub fn is_signature(line: &str) -> bool {
    let line = line.trim();
    if line.split_whitespace().nth(MOST_WORDS).is_some() {
        return false;
    }
    let (mut content, mut lower) = (Vec::new(), String::new());
    let counted = stats(line, &mut content, &mut lower);
    let byline = fields::field(line, &counted) == Some(FoundField::Byline);
    // German sets a capital on every noun: `Aus Wunsch wird Wirklichkeit`.
    let named = line.split_once(' ').map_or_else(
        || !line.is_ascii(),
        |(_, names)| are_names(names) || !names.contains(char::is_lowercase),
    );
    byline && named || is_led(line) || is_name_with_address(line)
}

/// What a signature begins with, in lower case, and whether the name may follow without a colon.
const LEADS: [(&str, bool); 33] = [
    ("text", true),
    ("texto", true),
    ("texto y fotos", true),
    ("texto e fotos", true),
    ("testo", true),
    ("texte", true),
    ("tekst", true),
    ("teksti", true),
    ("tekst og foto", true),
    ("text och foto", true),
    ("text & foto", true),
    ("text und fotos", true),
    ("textes et photos", true),
    ("szöveg", true),
    ("por", false),
    ("par", false),
    ("by", false),
    ("von", false),
    ("words", false),
    ("reporter", false),
    ("autor", false),
    ("autora", false),
    ("автор", false),
    ("текст", false),
    ("opracowanie", false),
    ("foto", false),
    ("fotos", false),
    ("photo", false),
    ("fotó", false),
    ("фото", false),
    ("interview", false),
    ("intervju", false),
    ("entrevista", false),
];

/// `Texto: Ana Prado | Fotos: Caio Bezerra`: a lead, and behind it names.
pub fn is_led(line: &str) -> bool {
    let led = |(lead, bare): &(&str, bool)| {
        let lead_end = line.char_indices().nth(lead.chars().count()).map(|(at, _)| at)?;
        if line[..lead_end].to_lowercase() != *lead {
            return None;
        }
        let rest = &line[lead_end..];
        match rest.trim_start().strip_prefix(':') {
            Some(names) => Some(names),
            None if *bare && rest.starts_with(' ') => Some(rest),
            None => None,
        }
    };
    let Some(names) = LEADS.iter().find_map(led) else { return false };
    !line.ends_with(['?', '!', '“', '”', '"']) && are_names(names)
}

/// Two words with capitals or more, among which no more stand without than `och` or `fot.`.
fn are_names(text: &str) -> bool {
    let words = || text.split_whitespace().filter(|w| w.contains(char::is_alphabetic) && !w.contains('@'));
    let named = words().filter(|w| w.starts_with(char::is_uppercase)).count();
    let first = words().next().is_some_and(|w| w.starts_with(char::is_uppercase));
    first && named >= 2 && (words().count() - named) * 3 <= named
}

/// `Ben Holt ben.holt@herald.example`, `김서연 기자 seoyeon@ilbo.example`
fn is_name_with_address(line: &str) -> bool {
    const MOST_WORDS: usize = 7;
    let addresses = line.split_whitespace().filter(|w| w.contains('@')).count();
    let mut words = line.split_whitespace().filter(|w| !w.contains('@'));
    let sign = |w: &str| !w.contains(char::is_alphabetic);
    // Hangul and Han have no capitals.
    let name = |w: &str| w.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    let count = words.clone().filter(|w| !sign(w)).count();
    addresses == 1
        && (2..=MOST_WORDS).contains(&count)
        && !line.ends_with(['.', '!', '?', '。'])
        && !line.contains([':', '?'])
        && words.all(|w| sign(w) || name(w))
}

/// `Staff writer Ada Fern contributed to this report.`, `(Reporting by Ada Fern; editing by Ben Holt)`
pub fn contributes(text: &str) -> bool {
    const MOST_WORDS: usize = 40;
    const BEGINS: [&str; 8] = [
        "reporting by ",
        "additional reporting by ",
        "additional reporting ",
        "reporting and writing by ",
        "writing by ",
        "editing by ",
        "edited by ",
        "with reporting by ",
    ];
    const SAYS: [&str; 14] = [
        "contributed to this report",
        "contributed to this story",
        "contributed to this article",
        "contributed reporting",
        "contributed additional reporting",
        "hat zu diesem bericht beigetragen",
        "haben zu diesem bericht beigetragen",
        "a contribué à cet article",
        "ont contribué à cet article",
        "contribuyó a este reportaje",
        "contribuyó con este reportaje",
        "colaborou com esta reportagem",
        "colaborou para esta reportagem",
        "ha collaborato a questo articolo",
    ];
    if text.split_whitespace().nth(MOST_WORDS).is_some() || text.contains(['“', '"', '„', '«']) {
        return false;
    }
    let lower = text.to_lowercase();
    let line = lower.trim_start_matches(['(', '[', '—', '–', '-', ' ']);
    let ends = |said: &&str| {
        line.find(*said).is_some_and(|at| {
            let rest = &line[at + said.len()..];
            // `… from Brevik.`
            rest.split_whitespace().count() <= 4
        })
    };
    // Names begin with capitals; `editing by hand` is a way to work.
    let named = |begin: &&str| {
        line.strip_prefix(*begin).is_some_and(|rest| {
            let at = text.len() - rest.len();
            text.get(at..).is_some_and(|rest| rest.starts_with(char::is_uppercase))
        })
    };
    BEGINS.iter().any(named) || SAYS.iter().any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_told_from_the_last_words_of_a_story() {
        for (line, expected) in [
            ("Texto: Lívia Sampaio Dorneles", true),
            ("Texto: Ana Prado | Fotos: Caio Bezerra", true),
            ("Tekst: Bożena Wilk, fot. OSP Machów", true),
            ("Text Ylva Hed ylva.hed@post.example", true),
            ("Por: Camila Huenchumán", true),
            ("By Ada Fern", true),
            ("Автор: Оксана Дзюбак", true),
            ("Ben Holt ben.holt@herald.example", true),
            ("김서연 기자 seoyeon@ilbo.example", true),
            ("Por ahora, Camila Huenchumán espera.", false),
            ("Par: 71, and the wind from the west", false),
            ("Text messages from the mayor were read out", false),
            ("By Friday the water was gone.", false),
            ("Aus Wunsch soll Wirklichkeit werden", false),
            ("Write to Ada Fern at ada@herald.example", false),
            ("Tickets: Ada Fern, ada@herald.example", false),
        ] {
            assert_eq!(is_signature(line), expected, "{line}");
        }
    }

    #[test]
    fn who_helped_is_told_from_who_gave() {
        for (line, expected) in [
            ("Staff writer Bo Lind contributed to this report.", true),
            ("Ada Fern in Brevik contributed reporting.", true),
            ("(Reporting by Ada Fern in Alder; editing by Ben Holt)", true),
            ("Additional reporting by Ada Fern", true),
            ("Ada Fern a contribué à cet article.", true),
            (
                "Heavy rain contributed to this report of the dam’s failure being late by a week, he said.",
                false,
            ),
            ("Editing by hand took her four years.", false),
            ("“He contributed to this story,” she said.", false),
        ] {
            assert_eq!(contributes(line), expected, "{line}");
        }
    }
}
