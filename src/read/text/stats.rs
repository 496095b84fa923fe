//! What can be counted on one line of text, in one pass over its characters.

use std::ops::Range;

use crate::model::knowledge::line_hash;
use crate::read::clean::lexicon::{Hits, LEXICON, WORD_SEED, is_unspaced, push_word};
use crate::read::text::join::ends_sentence;

#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// In scripts without spaces two characters count as a word.
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
    let mut s = Stats { content: content.len() as u32..0, ..Stats::default() };
    lower.clear();
    let mut word = Word::default();
    let mut unspaced_before = '\0';
    let mut mark = false;
    let mut first_letter = None;
    for c in text.chars() {
        s.chars += 1;
        if c.is_ascii() {
            lower.push(c.to_ascii_lowercase());
        } else {
            match c {
                '’' | '‘' | 'ʼ' => lower.push('\''),
                '\u{a0}' | '\u{202f}' => lower.push(' '),
                'İ' => lower.push('i'),
                _ if is_unspaced(c) => lower.push(c),
                _ => lower.extend(c.to_lowercase()),
            }
        }
        if c == ' ' {
            s.sentences += u32::from(std::mem::take(&mut mark));
            word.end(&mut s, content, lexicon);
            continue;
        }
        mark = matches!(c, '.' | '!' | '?' | '…' | '।' | '۔')
            || (mark && matches!(c, '"' | '”' | '’' | '»' | ')'));
        if !c.is_ascii() && is_unspaced(c) {
            word.end(&mut s, content, lexicon);
            s.unspaced += 1;
            s.letters += 1;
            s.words += 0.5;
            s.stops += if FREQUENT.contains(&c) { 0.5 } else { 0.0 };
            if unspaced_before != '\0' && matches!(c, '\u{30a0}'..='\u{9fff}') {
                content.push(push_word(push_word(WORD_SEED, unspaced_before), c));
            }
            unspaced_before = if matches!(c, '\u{30a0}'..='\u{9fff}') { c } else { '\0' };
            first_letter = first_letter.or(Some(false));
            continue;
        }
        unspaced_before = '\0';
        if c.is_alphabetic() {
            s.letters += 1;
            s.upper += u32::from(c.is_uppercase());
            first_letter = first_letter.or(Some(c.is_lowercase()));
            word.push(c);
        } else if c.is_ascii_digit() {
            s.digits += 1;
            word.push(c);
        } else if matches!(c, '\'' | '’' | '-') || !c.is_ascii() && c.is_alphanumeric() {
            word.inside(c);
        } else {
            if c == '@' || (c == '/' && lower.ends_with("://")) {
                s.address = true;
            }
            word.end(&mut s, content, lexicon);
            match c {
                ',' | ';' | '،' | '、' | '，' => s.commas += 1,
                '。' | '！' | '？' => s.sentences += 1,
                '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' => s.quotes += 1,
                '|' | '•' | '·' | '›' | '→' | '▶' | '/' | '>' | '★' | '■' | '#' => {
                    s.separators += 1
                }
                _ => {}
            }
        }
    }
    s.sentences += u32::from(mark);
    word.end(&mut s, content, lexicon);
    s.content.end = content.len() as u32;
    s.ends_sentence = ends_sentence(text);
    s.ends_ellipsis = text.ends_with(['…', '．']) || text.ends_with("...");
    s.credit_tail = credit_tail(text);
    s.ends_colon = text.ends_with([':', '：']);
    s.ends_question = text.ends_with(['?', '？']);
    s.starts_small = first_letter == Some(true);
    s.address |= lower.contains("www.");
    s.hash = line_hash(text);
    s.hits = lexicon.scan_hashed(lower, s.hash);
    s
}

/// The words of a line as `stats` counts them.
pub fn words(text: &str) -> f32 {
    let (mut words, mut inside) = (0.0, false);
    for c in text.chars() {
        if !c.is_ascii() && is_unspaced(c) {
            words += if inside { 1.5 } else { 0.5 };
            inside = false;
        } else if c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphabetic() {
            inside = true;
        } else if inside && !matches!(c, '\'' | '’' | '-') && (c.is_ascii() || !c.is_alphanumeric()) {
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
    #[inline]
    fn push(&mut self, c: char) {
        if self.chars == 0 {
            self.hash = WORD_SEED;
            self.capital = c.is_uppercase();
        }
        let small = if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) };
        self.hash = push_word(self.hash, small);
        self.chars += 1;
        self.letters += u32::from(!c.is_ascii_digit());
    }

    fn inside(&mut self, c: char) {
        if self.chars > 0 {
            self.hash = push_word(self.hash, if c == '’' { '\'' } else { c });
        }
    }

    #[inline]
    fn end(&mut self, s: &mut Stats, content: &mut Vec<u32>, lexicon: &crate::read::clean::lexicon::Lexicon) {
        if self.chars == 0 {
            return;
        }
        s.words += 1.0;
        s.capitals += u32::from(self.capital);
        let stop = self.chars <= 10 && lexicon.stop.contains(&self.hash);
        if stop || self.chars <= 8 {
            s.we += u32::from(lexicon.we.contains(&self.hash));
            s.you += u32::from(lexicon.you.contains(&self.hash));
        }
        if stop {
            s.stops += 1.0;
        } else if self.chars >= 4 && self.letters > 0 {
            content.push(self.hash);
        }
        self.chars = 0;
        self.letters = 0;
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
            "हिन्दी में समाचार, 12.5%",
            "a'",
        ] {
            assert_eq!(words(text), stats(text, &mut content, &mut buffer).words, "{text}");
        }
    }
}
