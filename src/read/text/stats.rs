//! What can be counted on one line of text, in one pass over its characters.

use std::ops::Range;

use crate::model::knowledge::line_hash;
use crate::model::script::{is_letter, is_unspaced, is_word, lower, unspaced_words};
use crate::read::clean::lexicon::{Frequent, Hits, LEXICON, Lexicon, WORD_SEED, lower_into, push_word};
use crate::read::text::join::ends_sentence;

#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// In scripts without spaces two characters count as a word; four where they are letters.
    pub words: f32,
    pub chars: u32,
    /// Frequent words of some language.
    pub stops: f32,
    pub letters: u32,
    pub digits: u32,
    /// Words that begin with a capital.
    pub capitals: u32,
    pub commas: u32,
    /// Marks that end a sentence and stand before a space or the end.
    pub sentences: u32,
    pub quotes: u32,
    /// Bars, arrows, middle dots and slashes: what parts the items of a menu.
    pub separators: u32,
    pub we: u32,
    pub you: u32,
    pub ends_sentence: bool,
    pub ends_colon: bool,
    pub ends_question: bool,
    pub starts_small: bool,
    /// An address of the web or of a person.
    pub address: bool,
    pub unspaced: u32,
    /// Letters that are capitals.
    pub upper: u32,
    pub ends_ellipsis: bool,
    /// Ends as captions do, with who took the picture: in brackets, behind a slash or a sign.
    pub credit_tail: bool,
    pub hash: u64,
    pub hits: Hits,
    /// Its content words in the page's list of word hashes.
    pub content: Range<u32>,
}

/// Frequent characters of scripts without spaces: particles and endings.
const FREQUENT: &[char] = &[
    'い', 'う', 'か', 'が', 'く', 'さ', 'し', 'す', 'そ', 'た', 'だ', 'っ', 'て', 'で', 'と', 'な', 'に',
    'の', 'は', 'へ', 'ま', 'も', 'や', 'よ', 'ら', 'り', 'る', 'れ', 'を', 'ん', '一', '不', '与', '了',
    '他', '和', '在', '将', '對', '对', '就', '已', '并', '我', '是', '有', '的', '要', '這', '这', '為',
    '為', '为', '與', '也',
];

/// Counts a line; pushes the hashes of its content words. `lower` is a buffer to be reused.
pub fn stats(text: &str, content: &mut Vec<u32>, lower: &mut String) -> Stats {
    let lexicon = &*LEXICON;
    lower_into(text, lower);
    let mut s = Stats { content: content.len() as u32..0, ..Stats::default() };
    let mut count = Count { s: &mut s, content, lexicon, word: Word::default(), unspaced_before: '\0' };
    let bytes = text.as_bytes();
    let mut first_letter = None;
    let mut mark = false;
    let mut at = 0;
    while at < bytes.len() {
        let class = class(bytes[at]);
        if class <= DIGIT {
            let (end, first) = count.run(bytes, at);
            first_letter = first_letter.or(first);
            mark = false;
            at = end;
            continue;
        }
        if class == SPACE {
            count.s.chars += 1;
            count.s.sentences += u32::from(std::mem::take(&mut mark));
            count.end();
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        count.s.chars += 1;
        mark = matches!(c, '.' | '!' | '?' | '…' | '।' | '۔')
            || (mark && matches!(c, '"' | '”' | '’' | '»' | ')'));
        if !c.is_ascii() && is_unspaced(c) {
            count.unspaced(c);
            first_letter = first_letter.or(Some(false));
            continue;
        }
        count.unspaced_before = '\0';
        if !c.is_ascii() && is_letter(c) {
            count.s.letters += 1;
            count.s.upper += u32::from(c.is_uppercase());
            first_letter = first_letter.or(Some(c.is_lowercase()));
            count.word.push(c);
        } else if matches!(c, '\'' | '’' | '-') || !c.is_ascii() && is_word(c) {
            count.word.inside(c);
        } else {
            if c == '@' || (c == '/' && text[..at].ends_with("://")) {
                count.s.address = true;
            }
            count.end();
            count.sign(c);
        }
    }
    count.end();
    s.sentences += u32::from(mark);
    s.content.end = content.len() as u32;
    s.ends_sentence = ends_sentence(text);
    s.ends_ellipsis = text.ends_with(['…', '．']) || text.ends_with("...");
    s.credit_tail = credit_tail(text);
    s.ends_colon = text.ends_with([':', '：']);
    s.ends_question = text.ends_with(['?', '？']);
    s.starts_small = first_letter == Some(true);
    s.address |= memchr::memmem::find(lower.as_bytes(), b"www.").is_some();
    s.hash = line_hash(text);
    s.hits = lexicon.scan_hashed(lower, s.hash);
    s
}

const SMALL: u8 = 0;
const CAPITAL: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const OTHER: u8 = 4;

/// Of a byte: letters and digits of ASCII, the space, all else.
fn class(byte: u8) -> u8 {
    const CLASSES: [u8; 256] = {
        let mut classes = [OTHER; 256];
        let mut b = 0;
        while b < 128 {
            let byte = b as u8;
            if byte.is_ascii_lowercase() {
                classes[b] = SMALL;
            } else if byte.is_ascii_uppercase() {
                classes[b] = CAPITAL;
            } else if byte.is_ascii_digit() {
                classes[b] = DIGIT;
            }
            b += 1;
        }
        classes[b' ' as usize] = SPACE;
        classes
    };
    CLASSES[byte as usize]
}

/// A line while it is counted.
struct Count<'a> {
    s: &'a mut Stats,
    content: &'a mut Vec<u32>,
    lexicon: &'a Lexicon,
    word: Word,
    unspaced_before: char,
}

impl Count<'_> {
    /// Letters and digits of ASCII from `from` on: where they end, and whether the first letter is small.
    #[inline]
    fn run(&mut self, bytes: &[u8], from: usize) -> (usize, Option<bool>) {
        self.unspaced_before = '\0';
        let (mut capitals, mut digits) = (0, 0);
        let mut first = None;
        if self.word.chars == 0 {
            self.word.hash = WORD_SEED;
            self.word.capital = class(bytes[from]) == CAPITAL;
        }
        let mut hash = self.word.hash;
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            let class = class(byte);
            match class {
                SMALL => {}
                CAPITAL => capitals += 1,
                DIGIT => digits += 1,
                _ => break,
            }
            if class != DIGIT && first.is_none() {
                first = Some(class == SMALL);
            }
            hash = push_word(hash, char::from(byte.to_ascii_lowercase()));
            at += 1;
        }
        let length = (at - from) as u32;
        self.word.hash = hash;
        self.word.chars += length;
        self.word.letters += length - digits;
        self.s.chars += length;
        self.s.letters += length - digits;
        self.s.digits += digits;
        self.s.upper += capitals;
        (at, first)
    }

    fn unspaced(&mut self, c: char) {
        self.end();
        self.s.unspaced += 1;
        self.s.letters += 1;
        self.s.words += unspaced_words(c);
        self.s.stops += if FREQUENT.contains(&c) { 0.5 } else { 0.0 };
        let paired = matches!(c, '\u{30a0}'..='\u{9fff}');
        if self.unspaced_before != '\0' && paired {
            self.content.push(push_word(push_word(WORD_SEED, self.unspaced_before), c));
        }
        self.unspaced_before = if paired { c } else { '\0' };
    }

    fn sign(&mut self, c: char) {
        match c {
            ',' | ';' | '،' | '、' | '，' => self.s.commas += 1,
            '。' | '！' | '？' => self.s.sentences += 1,
            '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' => self.s.quotes += 1,
            '|' | '•' | '·' | '›' | '→' | '▶' | '/' | '>' | '★' | '■' | '#' => {
                self.s.separators += 1
            }
            _ => {}
        }
    }

    /// The word is over.
    #[inline]
    fn end(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.chars == 0 {
            return;
        }
        self.s.words += 1.0;
        self.s.capitals += u32::from(word.capital);
        let known = if word.chars <= 10 { self.lexicon.word(word.hash) } else { Frequent::default() };
        if known.stop || word.chars <= 8 {
            self.s.we += u32::from(known.we);
            self.s.you += u32::from(known.you);
        }
        if known.stop {
            self.s.stops += 1.0;
        } else if word.chars >= 4 && word.letters > 0 {
            self.content.push(word.hash);
        }
    }
}

/// The words of a line as `stats` counts them.
pub fn words(text: &str) -> f32 {
    let (mut words, mut inside) = (0.0, false);
    for c in text.chars() {
        if !c.is_ascii() && is_unspaced(c) {
            words += unspaced_words(c) + if inside { 1.0 } else { 0.0 };
            inside = false;
        } else if c.is_ascii_alphanumeric() || is_letter(c) {
            inside = true;
        } else if inside && !matches!(c, '\'' | '’' | '-') && (c.is_ascii() || !is_word(c)) {
            words += 1.0;
            inside = false;
        }
    }
    if inside { words + 1.0 } else { words }
}

/// Looks at the last sixty bytes or so.
fn credit_tail(text: &str) -> bool {
    let mut from = text.len().saturating_sub(60);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let tail = &text[from..];
    if tail.contains(['©', '／']) || tail.contains("Getty") || tail.contains("via ") && tail.contains('/') {
        return true;
    }
    if let Some(inside) = tail.strip_suffix(')').and_then(|t| t.rsplit_once('(')).map(|(_, inside)| inside) {
        let small = inside.split(' ').filter(|w| w.starts_with(char::is_lowercase)).count();
        return inside.len() > 2
            && small * 3 <= inside.split(' ').count()
            && !inside.starts_with(|c: char| c.is_ascii_digit());
    }
    // `Name/Agency` in the last few words.
    let last = tail.rsplit(' ').take(3);
    last.into_iter().any(|w| {
        w.split_once('/').is_some_and(|(a, b)| {
            a.chars().all(char::is_alphabetic) && b.starts_with(char::is_uppercase)
                || a.is_empty() && b.is_empty()
        })
    })
}

#[derive(Default)]
struct Word {
    hash: u32,
    chars: u32,
    letters: u32,
    capital: bool,
}

impl Word {
    fn push(&mut self, c: char) {
        if self.chars == 0 {
            self.hash = WORD_SEED;
            self.capital = c.is_uppercase();
        }
        let small = lower(c).or_else(|| c.to_lowercase().next()).unwrap_or(c);
        self.hash = push_word(self.hash, small);
        self.chars += 1;
        self.letters += 1;
    }

    fn inside(&mut self, c: char) {
        if self.chars > 0 {
            self.hash = push_word(self.hash, if c == '’' { '\'' } else { c });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted() {
        let (mut content, mut buffer) = (vec![], String::new());
        let s = stats("“We need 3 bridges,” the Mayor of Port Alder said.", &mut content, &mut buffer);
        assert_eq!((s.words, s.digits, s.commas, s.sentences, s.capitals), (10.0, 1, 1, 1, 4));
        assert!(s.ends_sentence && !s.starts_small && s.we == 1);
        assert_eq!(content.len(), 5, "need, bridges, mayor, port, alder");
        let s = stats("東京都は新たな計画を発表した。", &mut content, &mut buffer);
        assert_eq!((s.words, s.unspaced, s.sentences), (7.0, 14, 1));
        assert!(s.ends_sentence && !s.content.is_empty());
        let s = stats("Home | News | Sport", &mut content, &mut buffer);
        assert_eq!((s.words, s.separators, s.ends_sentence), (3.0, 2, false));
        assert!(stats("desk@herald.example", &mut content, &mut buffer).address);
        for text in [
            "",
            "“We need 3½ bridges,” said the Mayor’s aide — twice.",
            "東京都は31日、JR東日本の计画を発表した。",
            "l'été d’Été co-op -- 'quoted' ٣ كتب",
            "ชาวบ้านใช้เงิน 2 ล้านบาท",
            "हिन्दी में समाचार, 12.5%",
            "a'",
        ] {
            assert_eq!(words(text), stats(text, &mut content, &mut buffer).words, "{text}");
        }
    }
}
