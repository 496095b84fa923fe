//! Text → sentences of hashed words, with what a comparison needs to know of each word.

/// A word as a comparison sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Of its letters and digits in lower case.
    pub hash: u64,
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

/// Words that a line about the page's own dates begins or ends with.
const DATED: &[&str] = &[
    "updated",
    "update",
    "published",
    "posted",
    "modified",
    "ago",
    "edited",
    "aktualisiert",
    "veröffentlicht",
    "stand",
    "uhr",
    "publié",
    "actualizado",
    "publicado",
    "atualizado",
    "aggiornato",
    "pubblicato",
    "обновлено",
    "опубликовано",
    "gmt",
    "utc",
    "cet",
    "bst",
];
/// Words that a counter begins or ends with; never a whole sentence ("Shares rose by 3.4 percent.").
const COUNTED: &[&str] = &[
    "comments",
    "comment",
    "shares",
    "shared",
    "views",
    "viewed",
    "likes",
    "readers",
    "reads",
    "read",
    "subscribers",
    "min",
    "mins",
    "followers",
    "reactions",
    "kommentare",
    "lesezeit",
    "minuten",
    "commentaires",
    "comentarios",
    "comentários",
    "commenti",
    "комментариев",
];

/// Fewer words than this need a full stop to be prose.
const PROSE_WORDS: usize = 12;
/// Fewer than this are a label, a heading, a button.
const LABEL_WORDS: usize = 5;
/// Lines up to this long may be furniture.
const FURNITURE_WORDS: usize = 14;

impl Sentence {
    /// Whether it says something: no label, no menu, no line of dates or counters.
    pub fn is_prose(&self) -> bool {
        let words = self.words.len();
        words >= LABEL_WORDS && (self.ended || words >= PROSE_WORDS) && !self.is_furniture()
    }

    fn is_furniture(&self) -> bool {
        if self.words.len() > FURNITURE_WORDS || !self.words.iter().any(|w| w.number) {
            return false;
        }
        let mut ends = self.words.iter().take(3).chain(self.words.iter().rev().take(2));
        ends.any(|w| {
            let in_list = |list: &[&str]| list.iter().any(|word| word_hash(word) == w.hash);
            in_list(DATED) || (!self.ended && in_list(COUNTED))
        })
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
        let mut chars = self.rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            let end = at + c.len_utf8();
            if is_wide(c) {
                word.finish(&mut sentence);
                word.push(c);
                word.wide = true;
                word.finish(&mut sentence);
            } else if c.is_alphanumeric() {
                word.push(c);
            } else if is_apostrophe(c) && word.begun() && next.is_some_and(char::is_alphanumeric) {
                // It's is one word, however the apostrophe is written.
            } else if matches!(c, '.' | ',') && word.number && next.is_some_and(|n| n.is_ascii_digit()) {
                // 1,204 is one number; the separator differs from page to page.
                if c == '.' {
                    word.push('.');
                }
            } else {
                word.finish(&mut sentence);
                let stop = matches!(c, '。' | '！' | '？' | '!' | '?' | '…' | '।')
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
            let Self { hash, length, number, capital, wide, stem } = std::mem::take(self);
            let stem = (length > STEM).then_some(stem);
            sentence.words.push(Word { hash: mix(hash), number, capital, length, wide, stem });
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
    }

    #[test]
    fn long_runs_of_stops_do_not_recurse() {
        assert_eq!(sentences(&". ".repeat(1_000_000)).count(), 0);
        assert_eq!(sentences(&"a. ".repeat(100_000)).count(), 100_000);
    }
}
