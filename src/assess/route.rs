//! The routing key: a pure function, closed or filtered words only.

use crate::model::event::{ArticleData, EventType, Topic};
use crate::model::failure::SkipReason;

/// First-level Media Topics by their two leading digits, 01 to 17.
const TOPIC_WORDS: [&str; 17] = [
    "arts",
    "crime",
    "disaster",
    "economy",
    "education",
    "environment",
    "health",
    "human-interest",
    "labour",
    "lifestyle",
    "politics",
    "religion",
    "science",
    "society",
    "sport",
    "conflict",
    "weather",
];

/// `article.<what>.<language>.<topic>.<source>`.
pub fn article(kind: EventType, data: &ArticleData) -> String {
    let language = language_word(&data.article.language.tag);
    let topic = topic_word(&data.topics);
    let domain = data.article.source.as_ref().and_then(|s| s.domain.as_deref());
    format!("{}.{language}.{topic}.{}", kind.as_str(), source_word(domain))
}

pub fn skipped(reason: SkipReason) -> String {
    format!("{}.{}", EventType::Skipped.as_str(), reason.as_str().replace('_', "-"))
}

fn language_word(tag: &str) -> String {
    let primary = tag.split('-').next().unwrap_or("");
    let fits = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
    if fits { primary.to_owned() } else { "und".to_owned() }
}

/// The word of the first topic that has a first-level code.
pub fn topic_word(topics: &[Topic]) -> &'static str {
    topics.iter().find_map(|t| first_level_word(&t.code)).unwrap_or("none")
}

/// `medtop:NN000000` → the word of the first level NN.
pub fn first_level_word(code: &str) -> Option<&'static str> {
    let digits = code.strip_prefix("medtop:")?;
    let first: usize = digits.get(..2)?.parse().ok()?;
    if digits.len() != 8 || !digits.ends_with("000000") {
        return None;
    }
    TOPIC_WORDS.get(first.checked_sub(1)?).copied()
}

/// Registrable domain in punycode with `.` as `-`; what is no word becomes `none`.
fn source_word(domain: Option<&str>) -> String {
    let ascii = domain.and_then(|d| url::Host::parse(d.trim()).ok()).map(|h| h.to_string());
    let word: String = ascii
        .unwrap_or_default()
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c == '.' { '-' } else { c })
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .take(60)
        .collect();
    if word.is_empty() { "none".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_words_are_filtered_and_short() {
        let long = format!("{}.example", "a".repeat(63));
        for (domain, word) in [
            (Some("herald.example"), "herald-example"),
            (Some("Zürich.example"), "xn--zrich-kva-example"),
            (Some("a.b#c"), "none"),
            (Some("The Morning Star"), "none"),
            (None, "none"),
            (Some(long.as_str()), &"a".repeat(60)),
        ] {
            assert_eq!(source_word(domain), word, "{domain:?}");
        }
    }

    #[test]
    fn topic_words_come_from_first_level_codes() {
        for (code, word) in [
            ("medtop:01000000", Some("arts")),
            ("medtop:17000000", Some("weather")),
            ("medtop:18000000", None),
            ("medtop:20000002", None),
            ("watch:flood", None),
        ] {
            assert_eq!(first_level_word(code), word, "{code}");
        }
    }

    #[test]
    fn languages_are_primary_subtags() {
        for (tag, word) in [("en", "en"), ("zh-Hant", "zh"), ("x", "und"), ("", "und"), ("EN", "und")] {
            assert_eq!(language_word(tag), word);
        }
    }
}
