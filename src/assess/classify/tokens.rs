//! Text → words as hashes, the common currency of lexicon, linear model and watch rules: one pass,
//! lower case, hyphens part words, elided articles (`l'`, `dell'`) stand alone, a possessive `'s` falls away,
//! and scripts written without spaces give one word a character.

use std::ops::Range;

/// Words read of one text; the rest says nothing new about its topic.
pub const MAX_WORDS: usize = 200_000;
/// Bytes kept of one word.
const MAX_WORD_BYTES: usize = 96;

/// The words of a text, lower-cased into one buffer.
#[derive(Debug, Default)]
pub struct Words {
    lower: String,
    words: Vec<Word>,
}

/// One word: where it stands in the buffer and in the text.
#[derive(Debug, Clone)]
pub struct Word {
    /// FNV-1a of the lower-cased bytes.
    pub hash: u64,
    pub capital: bool,
    /// Bytes in the original text.
    pub source: Range<u32>,
    lower: Range<u32>,
}

impl Words {
    pub fn of(text: &str) -> Self {
        let mut words =
            Self { lower: String::with_capacity(text.len()), words: Vec::with_capacity(text.len() / 6) };
        words.read(text);
        words
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn all(&self) -> &[Word] {
        &self.words
    }

    /// The word as it was hashed.
    pub fn lower(&self, word: &Word) -> &str {
        &self.lower[word.lower.start as usize..word.lower.end as usize]
    }

    /// The first so many words, on their own.
    pub fn lead(&self, most: usize) -> Self {
        let words = self.words[..most.min(self.words.len())].to_vec();
        let end = words.last().map_or(0, |w| w.lower.end as usize);
        Self { lower: self.lower[..end].to_owned(), words }
    }

    fn read(&mut self, text: &str) {
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if self.words.len() >= MAX_WORDS {
                return;
            }
            if !c.is_alphanumeric() {
                continue;
            }
            let start = self.lower.len();
            self.push(c, start);
            let mut end = at + c.len_utf8();
            if !alone(c) {
                while let Some(&(next, d)) = chars.peek() {
                    if (!d.is_alphanumeric() && !combining(d)) || alone(d) {
                        break;
                    }
                    self.push(d, start);
                    end = next + d.len_utf8();
                    chars.next();
                }
            }
            self.close(text, start, at..end);
        }
    }

    fn push(&mut self, c: char, start: usize) {
        if self.lower.len() - start >= MAX_WORD_BYTES {
            return;
        }
        if c.is_ascii() {
            self.lower.push(c.to_ascii_lowercase());
        } else {
            self.lower.extend(c.to_lowercase());
        }
    }

    /// Joins what an apostrophe must not part: `don't`, `O'Brien`; forgets `'s`.
    fn close(&mut self, text: &str, start: usize, source: Range<usize>) {
        if let Some(before) = self.words.last_mut()
            && apostrophe(&text[before.source.end as usize..source.start])
        {
            let clitic = &self.lower[start..];
            if clitic == "s" {
                self.lower.truncate(start);
                before.source.end = source.end as u32;
                return;
            }
            let joined = matches!(clitic, "t" | "re" | "ve" | "ll")
                || &self.lower[before.lower.start as usize..before.lower.end as usize] == "o";
            if joined && before.lower.end as usize == start {
                before.lower.end = self.lower.len() as u32;
                before.source.end = source.end as u32;
                before.hash = hash(&self.lower.as_bytes()[before.lower.start as usize..]);
                return;
            }
        }
        self.words.push(Word {
            hash: hash(&self.lower.as_bytes()[start..]),
            capital: text[source.start..].chars().next().is_some_and(char::is_uppercase),
            source: source.start as u32..source.end as u32,
            lower: start as u32..self.lower.len() as u32,
        });
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, 64 bits.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_START, |h, b| step(h, *b))
}

/// One byte more: so that every beginning of a word is hashed on the way.
pub fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

/// The hash before the first byte.
pub fn start() -> u64 {
    FNV_START
}

/// Hash of two or more words in their order.
pub fn join(phrase: u64, word: u64) -> u64 {
    (phrase.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn apostrophe(between: &str) -> bool {
    matches!(between, "'" | "\u{2019}" | "\u{02bc}")
}

/// Han, kana: each character a word of its own.
fn alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Marks inside Devanagari, Arabic, Thai and decomposed words.
fn combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0903}'
        | '\u{093a}'..='\u{094f}' | '\u{0e31}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(text: &str) -> Vec<String> {
        let words = Words::of(text);
        words.all().iter().map(|w| words.lower(w).to_owned()).collect()
    }

    #[test]
    fn words_are_parted_as_lexica_are() {
        for (text, expected) in [
            ("Steel-maker's profit", vec!["steel", "maker", "profit"]),
            ("Don’t, O'Brien!", vec!["don't", "o'brien"]),
            ("l'économie d’Été", vec!["l", "économie", "d", "été"]),
            ("東京で火災", vec!["東", "京", "で", "火", "災"]),
            ("COVID-19", vec!["covid", "19"]),
            ("Straße İzmir", vec!["straße", "i\u{307}zmir"]),
            (" \u{0} … ", vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(|w| w.replace("don't", "dont")).collect();
            let found: Vec<String> = lower(text);
            assert_eq!(
                found,
                expected.iter().map(|w| w.replace("o'brien", "obrien")).collect::<Vec<_>>(),
                "{text}"
            );
        }
    }

    #[test]
    fn sources_point_into_the_text() {
        let text = "«Über uns» sagt O'Neill";
        let words = Words::of(text);
        let found: Vec<&str> =
            words.all().iter().map(|w| &text[w.source.start as usize..w.source.end as usize]).collect();
        assert_eq!(found, ["Über", "uns", "sagt", "O'Neill"]);
        assert!(words.all()[0].capital && !words.all()[1].capital);
    }

    #[test]
    fn a_lead_is_the_first_words() {
        let words = Words::of("Bank raises rates, again");
        let lead = words.lead(2);
        let found: Vec<&str> = lead.all().iter().map(|w| lead.lower(w)).collect();
        assert_eq!(found, ["bank", "raises"]);
        assert_eq!((words.lead(9).len(), Words::of("").lead(3).len()), (4, 0));
    }

    #[test]
    fn huge_texts_are_cut() {
        assert_eq!(Words::of(&"a ".repeat(MAX_WORDS + 9)).len(), MAX_WORDS);
        assert!(lower(&"x".repeat(5000))[0].len() <= MAX_WORD_BYTES);
    }
}
