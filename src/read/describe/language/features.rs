//! The features by which languages are told apart: one to four letters of a word with its ends marked,
//! and whole words. The trainer and the model see the same ones.

use crate::model::script::{is_letter, lower};

/// Letters of a word that are looked at.
const LONGEST_WORD: usize = 20;
/// Whole words up to this many letters are features.
const LONGEST_WHOLE: usize = 12;

/// Calls `with` for each feature of the text and adds its letters to `letters`.
pub fn each(text: &str, letters: &mut usize, mut with: impl FnMut(u32)) {
    let mut word = [' '; LONGEST_WORD + 2];
    let mut length = 0;
    for c in text.chars().chain([' ']) {
        let tabled = || if c.is_uppercase() { c.to_lowercase().next().unwrap_or(c) } else { c };
        let lower = lower(c).unwrap_or_else(tabled);
        if is_letter(lower) || is_mark(lower) {
            length += 1;
            word[length] = lower;
            // Scripts without spaces are read in pieces of this length.
            if !is_ideograph(lower) && length < LONGEST_WORD {
                continue;
            }
        }
        if length == 0 {
            continue;
        }
        // Ideographs make no words: what is gathered is handed on at each and one is kept for pairs.
        if is_ideograph(word[length]) && length < 2 && is_ideograph(lower) {
            *letters += 1;
            with(hash(&word[1..2], 1));
            continue;
        }
        if is_ideograph(word[length]) {
            *letters += 1;
            if is_ideograph(lower) {
                with(hash(&word[length..length + 1], 1));
                if is_ideograph(word[length - 1]) {
                    with(hash(&word[length - 1..length + 1], 2));
                }
                word[1] = word[length];
                length = 1;
                continue;
            }
            length = 0;
            continue;
        }
        *letters += length;
        word[length + 1] = ' ';
        let marked = &word[..length + 2];
        for order in 1..=4usize {
            for gram in marked.windows(order) {
                if order > 1 || gram[0] != ' ' {
                    with(hash(gram, order as u32));
                }
            }
        }
        if (3..=LONGEST_WHOLE).contains(&length) {
            with(hash(marked, 9));
        }
        length = 0;
    }
}

/// The order of a feature is hashed in, so that a word and an n-gram of the same letters differ.
fn hash(letters: &[char], order: u32) -> u32 {
    let mut hash = 0x9e37_79b9_7f4a_7c15u64 ^ u64::from(order);
    for c in letters {
        hash = (hash ^ u64::from(*c as u32)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 32;
    }
    (hash >> 16) as u32
}

fn is_mark(c: char) -> bool {
    (c as u32) >= 0x300 && unicode_normalization::char::is_combining_mark(c)
}

/// Han and kana: written without spaces between words.
pub fn is_ideograph(c: char) -> bool {
    matches!(c as u32, 0x3040..=0x30ff | 0x3400..=0x9fff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> (usize, usize) {
        let (mut letters, mut features) = (0, 0);
        each(text, &mut letters, |_| features += 1);
        (letters, features)
    }

    #[test]
    fn words_and_ideographs() {
        // `^to$`: 2 letters, 3 pairs, 2 triples, 1 of four.
        assert_eq!(count("to"), (2, 8));
        assert_eq!(count("TO, "), (2, 8));
        assert_eq!(count(""), (0, 0));
        assert_eq!(count("123 !"), (0, 0));
        let (letters, features) = count("市議会は閉鎖");
        assert!(letters >= 5 && features >= 8, "{letters} {features}");
    }

    #[test]
    fn case_does_not_matter() {
        let all = |text: &str| {
            let mut out = Vec::new();
            each(text, &mut 0, |h| out.push(h));
            out
        };
        assert_eq!(all("ÄRGER Straße"), all("ärger straße"));
    }
}
