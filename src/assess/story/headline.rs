//! A headline as weighted terms: the stems of its words and its word pairs.

use crate::assess::tokens::{mix, word_hash};

/// Words of a headline that are looked at.
const MAX_WORDS: usize = 40;

/// Letters of a word that are its stem: what is left where most languages inflect. Pieces of words find no
/// more of a story, at four times as many terms.
const STEM: usize = 5;
const STEM_WEIGHT: f32 = 1.1;
const PAIR_WEIGHT: f32 = 0.5;
/// Of the stems, by what the word is.
const NAME: f32 = 1.36;
const NUMBER: f32 = 0.8;
const SHORT: f32 = 0.22;

/// What stands between a headline and the name of its publisher or rubric.
const BARS: &[&str] = &[" | ", " - ", " – ", " — ", " // ", " · "];
/// Words of the longest such name, and of the shortest headline.
const NAME_WORDS: usize = 4;
const HEADLINE_WORDS: usize = 4;

/// Term and weight, by term, each once.
pub type Terms = Vec<(u32, f32)>;

pub fn terms(title: &str) -> Terms {
    let words = words(headline_alone(title));
    let capitals = words.iter().filter(|w| w.capital).count();
    // Where most words are capitalised the capitals say nothing.
    let titled = capitals * 10 > words.len() * 6;
    let mut terms: Terms = Vec::with_capacity(words.len() * 2);
    for (at, word) in words.iter().enumerate() {
        let kind = if word.number {
            NUMBER
        } else if word.short {
            SHORT
        } else if word.capital && at > 0 && !titled {
            NAME
        } else {
            1.0
        };
        terms.push((short(word.stem), kind * STEM_WEIGHT));
    }
    for pair in words.windows(2) {
        terms.push((short(mix(pair[0].hash.rotate_left(7) ^ pair[1].hash)), PAIR_WEIGHT));
    }
    terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    terms.dedup_by_key(|(term, _)| *term);
    terms
}

fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Without the publisher's name after it and the rubric before it.
fn headline_alone(title: &str) -> &str {
    let mut rest = title.trim();
    for _ in 0..2 {
        let last = BARS.iter().filter_map(|bar| rest.rfind(bar).map(|at| (at, at + bar.len()))).max();
        let Some((head, tail)) = last else { break };
        let (before, after) = (count(&rest[..head]), count(&rest[tail..]));
        if after > NAME_WORDS || before < HEADLINE_WORDS || before <= after {
            break;
        }
        rest = &rest[..head];
    }
    match rest.split_once(BARS[0]) {
        Some((rubric, headline)) if count(rubric) < NAME_WORDS && count(headline) >= HEADLINE_WORDS => {
            headline
        }
        _ => rest,
    }
}

fn count(text: &str) -> usize {
    words(text).len()
}

struct Word {
    hash: u64,
    stem: u64,
    capital: bool,
    number: bool,
    /// Of two letters or fewer, but not of a script without spaces.
    short: bool,
}

impl Word {
    fn new(text: &str, wide: bool) -> Self {
        let first = text.chars().next().unwrap_or_default();
        let lower = text.to_lowercase();
        let stem = lower.char_indices().nth(STEM).map_or(lower.as_str(), |(end, _)| &lower[..end]);
        Self {
            hash: word_hash(&lower),
            stem: word_hash(stem),
            capital: first.is_uppercase(),
            number: first.is_ascii_digit(),
            short: !wide && lower.chars().nth(2).is_none(),
        }
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if words.len() >= MAX_WORDS {
            return words;
        }
        let wide = crate::assess::tokens::is_wide(c);
        let inside = matches!(c, '\'' | '’' | 'ʼ')
            && !word.is_empty()
            && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() && !wide {
            word.push(c);
        } else if !inside {
            if !word.is_empty() {
                words.push(Word::new(&word, false));
                word.clear();
            }
            if wide {
                words.push(Word::new(c.encode_utf8(&mut [0; 4]), true));
            }
        }
    }
    if !word.is_empty() {
        words.push(Word::new(&word, false));
    }
    words.truncate(MAX_WORDS);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishers_and_rubrics_are_no_part_of_a_headline() {
        for (title, alone) in [
            ("Pier in Port Alder closed after cracks | Alder Post", "Pier in Port Alder closed after cracks"),
            ("Pier in Port Alder closed - Alder Post - Region", "Pier in Port Alder closed"),
            ("Harbour News | Pier in Port Alder closed | Post", "Pier in Port Alder closed"),
            ("Alder - Brack 2:1", "Alder - Brack 2:1"),
            ("Nine-year search ends", "Nine-year search ends"),
            (
                "Fire in Brack - hundreds flee their homes at night",
                "Fire in Brack - hundreds flee their homes at night",
            ),
            ("", ""),
        ] {
            assert_eq!(headline_alone(title), alone);
        }
    }

    #[test]
    fn inflected_words_share_a_stem() {
        let stems = |text: &str| words(text).iter().map(|word| word.stem).collect::<Vec<_>>();
        assert_eq!(stems("атлетов олимпийская Jogo"), stems("атлетами олимпийской jogo"));
        assert_ne!(stems("harbour"), stems("hardly"));
    }

    #[test]
    fn terms_are_sorted_once_each_and_bounded() {
        for text in
            ["Pier Pier pier", "橋は閉鎖、再開は未定", &"x".repeat(1_000_000), &"word ".repeat(100_000), "…"]
        {
            let terms = terms(text);
            assert!(terms.windows(2).all(|w| w[0].0 < w[1].0));
            assert!(terms.len() <= MAX_WORDS * 2);
        }
        assert!(terms("…").is_empty());
    }
}
