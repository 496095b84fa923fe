//! What each block's text says of itself, in one walk over its characters.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::lexicon::phrase_mask;
use crate::model::html::HtmlPage;
use crate::model::script::{is_common_letter, is_word, lowered};

#[derive(Debug, Clone, Copy, Default)]
pub struct Facts {
    pub chars: f32,
    /// White-space-separated words; two characters of a script without spaces count as one.
    pub words: f32,
    pub commas: f32,
    /// Marks that end sentences.
    pub stops: f32,
    pub digits: f32,
    pub uppercase: f32,
    /// Words that begin with a capital.
    pub capitalised: f32,
    pub symbols: f32,
    /// What the text ends with: 1 a sentence's end, 2 a colon, 3 a comma, 4 an ellipsis, 0 anything else.
    pub ending: u8,
    pub quotes: f32,
    pub lines: f32,
    pub starts_lower: bool,
    pub link_share: f32,
    pub emphasis_share: f32,
    pub phrases: u32,
    /// Of the letters and digits, case folded.
    pub hash: u64,
    /// A script without spaces between words.
    pub dense_script: bool,
    /// Looks like running text: long enough, few links, a sentence's end.
    pub good: bool,
}

impl Facts {
    pub fn of(page: &HtmlPage, block: usize, lower: &mut String) -> Self {
        let text = page.block_text(block);
        let mut facts = Facts::default();
        let mut hasher = FxHasher::default();
        lower.clear();
        let (mut chars, mut dense, mut words, mut commas, mut stops) = (0u32, 0u32, 0u32, 0u32, 0u32);
        let (mut uppercase, mut capitalised, mut digits) = (0u32, 0u32, 0u32);
        let mut at_start = true;
        let mut last = ' ';
        let mut before_last = ' ';
        for c in text.chars() {
            chars += 1;
            if c.is_ascii_lowercase() {
                lower.push(c);
                hasher.write_u32(c as u32);
                words += u32::from(at_start);
                at_start = false;
            } else if c == ' ' || c.is_whitespace() {
                at_start = true;
                lower.push(' ');
                facts.lines += f32::from(c == '\n');
                continue;
            } else if is_word(c) {
                let is_dense = is_dense_script(c);
                let capital = c.is_uppercase();
                if is_dense {
                    dense += 1;
                } else if at_start {
                    words += 1;
                    capitalised += u32::from(capital);
                }
                at_start = false;
                uppercase += u32::from(capital);
                digits += u32::from(!is_dense && !is_common_letter(c) && c.is_numeric());
                if capital {
                    lowered(c, |l| {
                        lower.push(l);
                        hasher.write_u32(l as u32);
                    });
                } else {
                    lower.push(c);
                    hasher.write_u32(c as u32);
                }
            } else {
                at_start = matches!(c, '“' | '"' | '„' | '«' | '(' | '‘' | '\'' | '¿' | '¡' | '-' | '/');
                lower.push(c);
                match c {
                    ',' | '،' | '、' | '，' | ';' | '؛' | '；' => commas += 1,
                    '.' | '!' | '?' | '。' | '！' | '？' | '؟' | '।' | '…' | '۔' | '։' | '።' => {
                        stops += 1
                    }
                    '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' => facts.quotes += 1.0,
                    '|' | '•' | '·' | '›' | '→' | '▶' | '#' | '@' | '©' | '/' | '+' | '_' | '=' | '{'
                    | '}' => {
                        facts.symbols += 1.0;
                    }
                    _ => {}
                }
            }
            before_last = last;
            last = c;
        }
        let dense = dense as f32;
        facts.chars = chars as f32;
        facts.words = words as f32 + dense / 2.0;
        (facts.commas, facts.stops) = (commas as f32, stops as f32);
        (facts.uppercase, facts.capitalised, facts.digits) =
            (uppercase as f32, capitalised as f32, digits as f32);
        facts.dense_script = dense * 3.0 > facts.chars;
        facts.starts_lower = text.chars().next().is_some_and(char::is_lowercase);
        facts.ending = ending(last, before_last);
        let raw = page.blocks[block];
        let bytes = text.len().max(1) as f32;
        facts.link_share = (raw.link_bytes as f32 / bytes).min(1.0);
        facts.emphasis_share = (raw.emphasis_bytes as f32 / bytes).min(1.0);
        facts.hash = hasher.finish();
        facts.phrases = phrase_mask(lower);
        let long = if facts.dense_script { 25.0 } else { 80.0 };
        facts.good = facts.chars >= long && facts.link_share < 0.35 && facts.stops >= 1.0;
        facts
    }
}

fn ending(last: char, before: char) -> u8 {
    let mark = if matches!(last, '"' | '”' | '“' | '»' | ')' | '\'' | '’' | '」' | '』' | ']') {
        before
    } else {
        last
    };
    match mark {
        '.' | '!' | '?' | '。' | '！' | '？' | '؟' | '।' | '۔' | '։' | '።' => 1,
        ':' | '：' => 2,
        ',' | ';' | '、' | '،' => 3,
        '…' => 4,
        // `.",` and the like.
        _ if last == '”' || last == '"' || last == '»' => 1,
        _ => 0,
    }
}

/// Han, kana, Thai, Lao, Khmer, Burmese: words are not set apart.
pub fn is_dense_script(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x9fff
        | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// Letters rather than signs of words: what they share says nothing, three in a row do.
fn is_dense_alphabet(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff)
}

/// Hashes of a text's words in order, case folded; in scripts without spaces of its characters, or of three letters.
pub fn tokens(text: &str, out: &mut Vec<u32>) {
    out.clear();
    let mut hasher = FxHasher::default();
    let mut inside = false;
    let mut letters = ['\0'; 2];
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            inside = true;
            hasher.write_u32(c.to_ascii_lowercase() as u32);
            continue;
        }
        let dense = is_dense_script(c);
        if !dense && !c.is_ascii() && is_word(c) {
            inside = true;
            lowered(c, |l| hasher.write_u32(l as u32));
            continue;
        }
        if inside {
            out.push(fold(std::mem::take(&mut hasher)));
            inside = false;
        }
        if is_dense_alphabet(c) {
            if letters[0] != '\0' {
                letters.iter().chain([&c]).for_each(|c| hasher.write_u32(*c as u32));
                out.push(fold(std::mem::take(&mut hasher)));
            }
            letters = [letters[1], c];
            continue;
        }
        letters = ['\0'; 2];
        if dense && c.is_alphanumeric() {
            hasher.write_u32(c as u32);
            out.push(fold(std::mem::take(&mut hasher)));
        }
    }
    if inside {
        out.push(fold(hasher));
    }
}

fn fold(hasher: FxHasher) -> u32 {
    let h = hasher.finish();
    (h ^ (h >> 32)) as u32
}

/// Hashes of runs of `n` tokens; of all of them where there are fewer.
pub fn shingles(tokens: &[u32], n: usize) -> impl Iterator<Item = u64> + '_ {
    tokens.windows(n.min(tokens.len()).max(1)).map(|w| {
        let mut hasher = FxHasher::default();
        for &t in w {
            hasher.write_u32(t);
        }
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Limits;
    use crate::read::html::parse;

    fn facts(source: &str) -> Facts {
        let page = parse(source, &Limits::default(), &mut crate::model::Budget::new(1 << 20)).expect("small");
        Facts::of(&page, 0, &mut String::new())
    }

    #[test]
    fn a_line_is_measured() {
        let line = facts("<p>“Rain,” said Ada, 36, “fell <a>all week</a>.”</p>");
        assert_eq!((line.words, line.commas, line.stops, line.digits, line.ending), (7.0, 3.0, 1.0, 2.0, 1));
        assert_eq!(line.capitalised, 2.0);
        let dense = facts("<p>東京で大雨が降った。</p>");
        assert!(dense.dense_script && dense.ending == 1 && dense.words == 4.5);
    }

    #[test]
    fn tokens_are_words_or_characters() {
        let mut a = vec![];
        let mut b = vec![];
        tokens("ข่าวเช้า ab", &mut a);
        assert_eq!(a.len(), 7);
        tokens("The Río, 東京!", &mut a);
        tokens("the río 東 京", &mut b);
        assert_eq!(a.len(), 4);
        assert_eq!(a, b);
        assert_eq!(shingles(&a, 3).count(), 2);
        assert_eq!(shingles(&a[..2], 3).count(), 1);
        assert_eq!(shingles(&[], 3).count(), 0);
    }
}
