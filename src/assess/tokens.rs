//! Text → sentences of hashed words, with what a comparison needs to know of each word.

/// Lines of dates and counters.
mod furniture;
/// Digits of all scripts, and what stands between and beside them.
mod numbers;

use numbers::{Join, Sign};

/// A word as a comparison sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Of its letters and digits in lower case, the digits of any script as ASCII's.
    pub hash: u64,
    /// The same, with the minus and the currency that stand at a number.
    pub exact: u64,
    /// Begins with a digit.
    pub number: bool,
    /// Begins with a capital.
    pub capital: bool,
    /// In characters.
    pub length: usize,
    /// One character of a script without spaces.
    pub wide: bool,
    /// Hash of the first six characters, of longer words.
    pub stem: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    pub words: Vec<Word>,
    /// Ends in a full stop or the like.
    pub ended: bool,
}

/// What a sentence is to the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It says something.
    Prose,
    /// Something amid prose, nothing by itself: a line with the page's date, a call of two words.
    Amid,
    /// A label, a menu, a line of dates or counters.
    Furniture,
}

/// Shortest sentence with a full stop that says something by itself, in words or wide characters.
const SHORT_PROSE: usize = 3;
const SHORT_WIDE: usize = 5;
/// Without a full stop it takes this many.
const PROSE_WORDS: usize = 12;

impl Sentence {
    /// In a paragraph that is neither a list's nor a live report's.
    pub fn role(&self) -> Role {
        let short = if self.words.iter().all(|w| w.wide) { SHORT_WIDE } else { SHORT_PROSE };
        match self.words.len() {
            words if words >= PROSE_WORDS || (self.ended && words >= short) => furniture::role(self),
            2.. if self.ended => Role::Amid,
            _ => Role::Furniture,
        }
    }

    /// Where every line counts that is no clock and no counter, in a list or a live report.
    pub fn says_something(&self) -> bool {
        furniture::role(self) == Role::Prose
    }

    /// Hashes of the numbers.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().filter(|w| w.number).map(|w| (w.hash >> 32) as u32)
    }

    /// Hashes of capitalised words but the first, which is capitalised anyway.
    pub fn names(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().skip(1).filter(|w| w.capital && !w.number).map(|w| (w.hash >> 32) as u32)
    }
}

/// The sentences of a text. Digits joined by a point or comma are one number; in scripts without
/// spaces each character is a word.
pub fn sentences(text: &str) -> impl Iterator<Item = Sentence> + '_ {
    Sentences { rest: text }
}

struct Sentences<'a> {
    rest: &'a str,
}

impl Iterator for Sentences<'_> {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        let mut sentence = Sentence::default();
        let mut word = Building::default();
        let mut sign = Sign::default();
        let mut chars = self.rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            let end = at + c.len_utf8();
            let c = numbers::digit(c).unwrap_or(c);
            sign.meet(c, &mut word, &mut sentence);
            if is_wide(c) {
                word.finish(&mut sentence);
                word.push(c);
                word.wide = true;
                word.finish(&mut sentence);
            } else if c.is_alphanumeric() {
                if !word.begun() && c.is_ascii_digit() {
                    word.sign = sign.taken();
                }
                word.push(c);
            } else if is_apostrophe(c) && word.begun() && next.is_some_and(char::is_alphanumeric) {
                // It's is one word, however the apostrophe is written.
            } else if let Some(join) = word.number.then(|| numbers::join(c, &self.rest[end..])).flatten() {
                // 1,204 is one number; the separator differs from page to page.
                if join == Join::Point {
                    word.push('.');
                }
            } else {
                word.finish(&mut sentence);
                let stop = matches!(c, '。' | '！' | '？' | '!' | '?' | '…' | '।' | '؟')
                    || (c == '.' && next.is_none_or(|n| n.is_whitespace() || is_closing(n)));
                if c == '\n' || stop {
                    self.rest = &self.rest[end..];
                    sentence.ended = stop && !is_abbreviation(&sentence);
                    if sentence.words.is_empty() {
                        return self.next_or_none();
                    }
                    return Some(sentence);
                }
            }
        }
        word.finish(&mut sentence);
        self.rest = "";
        (!sentence.words.is_empty()).then_some(sentence)
    }
}

impl Sentences<'_> {
    /// Goes on after a stop without words, without recursion: skips what cannot begin a word.
    fn next_or_none(&mut self) -> Option<Sentence> {
        let begin = self.rest.find(|c: char| c.is_alphanumeric() || is_wide(c))?;
        self.rest = &self.rest[begin..];
        self.next()
    }
}

#[derive(Default)]
struct Building {
    hash: u64,
    length: usize,
    number: bool,
    capital: bool,
    wide: bool,
    stem: u64,
    sign: u64,
}

impl Building {
    fn begun(&self) -> bool {
        self.length > 0
    }

    fn push(&mut self, c: char) {
        if self.length == 0 {
            self.hash = SEED;
            self.number = c.is_ascii_digit();
            self.capital = c.is_uppercase();
        }
        for lower in c.to_lowercase() {
            self.hash = step(self.hash, lower);
        }
        self.length += 1;
        if self.length == STEM {
            self.stem = self.hash;
        }
    }

    fn finish(&mut self, sentence: &mut Sentence) {
        if self.length > 0 {
            let Self { hash, length, number, capital, wide, stem, sign } = std::mem::take(self);
            let stem = (length > STEM).then_some(stem);
            let hash = mix(hash);
            let exact = if sign == 0 { hash } else { mix(hash ^ sign) };
            sentence.words.push(Word { hash, exact, number, capital, length, wide, stem });
        }
    }
}

/// Characters of a word that stand for its inflections.
const STEM: usize = 6;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a over code points: part of what is stored, so it never changes.
fn step(hash: u64, c: char) -> u64 {
    (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01b3)
}

/// The hash of one word given in lower case.
pub fn word_hash(word: &str) -> u64 {
    mix(word.chars().fold(SEED, step))
}

/// Finaliser of SplitMix64 (Steele, Lea, Flood 2014).
pub fn mix(mut h: u64) -> u64 {
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

/// `J.`, `Mr.`: a sentence of one word ends nothing.
fn is_abbreviation(sentence: &Sentence) -> bool {
    sentence.words.len() == 1
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '”' | '“' | '’' | '\'' | '»' | '«' | ')' | ']')
}

/// Scripts written without spaces.
pub fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{e00}'..='\u{e7f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        for (text, words) in [
            ("One two. Three four five!", vec![2, 3]),
            ("It fell 3.5 percent. Then it rose.", vec![4, 3]),
            ("“We go.” He left", vec![2, 2]),
            ("…!?. \n\n", vec![]),
            ("a.b.c d", vec![4]),
            ("橋は閉鎖。再開は未定。", vec![4, 5]),
            ("It’s Anna's", vec![2]),
        ] {
            let found: Vec<usize> = sentences(text).map(|s| s.words.len()).collect();
            assert_eq!(found, words, "{text}");
        }
    }

    #[test]
    fn numbers_ignore_thousands_separators() {
        let hashes = |t: &str| sentences(t).flat_map(|s| s.numbers().collect::<Vec<_>>()).collect::<Vec<_>>();
        assert_eq!(hashes("1,204 people"), hashes("1204 people"));
        assert_ne!(hashes("4.6 people"), hashes("46 people"));
        assert_eq!(hashes("12,04,500 rupees"), hashes("1204500 rupees"));
        assert_eq!(hashes("3,8 Millionen"), hashes("3.8 Millionen"));
        assert_ne!(hashes("3,8 Millionen"), hashes("38 Millionen"));
    }

    #[test]
    fn a_number_is_the_same_in_the_digits_of_any_script() {
        let hashes = |t: &str| sentences(t).flat_map(|s| s.numbers().collect::<Vec<_>>()).collect::<Vec<_>>();
        for (text, plain) in [
            ("深さ約３０キロ、規模５．２", "深さ約30キロ、規模5.2"),
            ("قوة ٤٫٦ على عمق ١٠", "قوة 4.6 على عمق 10"),
            ("भाव २१४० रुपये", "भाव 2140 रुपये"),
            ("งวดที่ ๑๖ มีนาคม", "งวดที่ 16 มีนาคม"),
        ] {
            assert_eq!(hashes(text), hashes(plain), "{text}");
            assert!(!hashes(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_sign_changes_what_a_number_says_but_not_the_number() {
        let words = |t: &str| sentences(t).flat_map(|s| s.words).collect::<Vec<_>>();
        for (one, other) in
            [("$14 million", "€14 million"), ("14 $ a day", "14 € a day"), ("up 4%", "up -4%"), ("¥ 5", "5")]
        {
            let (one, other) = (words(one), words(other));
            assert!(one.iter().zip(&other).all(|(a, b)| a.hash == b.hash));
            assert!(one.iter().zip(&other).any(|(a, b)| a.exact != b.exact));
        }
        assert_eq!(words("the years 2030-31"), words("the years 2030–31"));
    }

    #[test]
    fn long_runs_of_stops_do_not_recurse() {
        assert_eq!(sentences(&". ".repeat(1_000_000)).count(), 0);
        assert_eq!(sentences(&"a. ".repeat(100_000)).count(), 100_000);
    }
}
