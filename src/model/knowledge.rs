//! What a site has taught, as a read-only snapshot, and what one page teaches. Learning happens
//! outside `read`: the same page and the same snapshot give the same article.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::script::{is_common_letter, is_word, lowered};

/// An immutable snapshot of what is known about one site.
#[derive(Debug, Clone, Default)]
pub struct SiteKnowledge {
    /// Names the snapshot in the event's `pipeline.knowledge`; empty where nothing is known.
    pub id: String,
    pub site: Option<String>,
    /// Masked-line hash to what was learned about the line: each is to be removed.
    pub lines: Arc<FxHashMap<u64, LearnedLine>>,
    /// Distinct stories that taught this.
    pub leads: u32,
}

/// Characters that are kept of a line's text.
pub const SHOWN: usize = 500;

/// A line that the site repeats under different stories.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedLine {
    /// Distinct stories under which the line was seen.
    pub leads: u32,
    /// Share of the site's stories that carry it.
    pub share: f32,
    pub pinned: bool,
}

/// What one page teaches about its site. Given to the store by `assess`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observations {
    pub site: Option<String>,
    /// Language edition of the page, primary subtag.
    pub edition: String,
    /// Sketch of the story's own sentences: decides whether two pages are the same lead.
    pub lead: Vec<u64>,
    pub lines: Vec<ObservedLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ObservedLine {
    /// Hash of the line with its digits masked.
    pub hash: u64,
    /// Long prose needs more evidence before it may be removed.
    pub prose: bool,
    /// Whether this page's cleaning kept the line.
    pub kept: bool,
    /// For people who look at what was learned; cut at `SHOWN` characters.
    pub text: String,
}

impl SiteKnowledge {
    pub fn line(&self, text: &str) -> Option<&LearnedLine> {
        if self.lines.is_empty() { None } else { self.lines.get(&line_hash(text)) }
    }
}

/// Hash of a line as site memory knows it: letters in lower case, each run of digits as one, everything
/// else as a word boundary. Stable over versions and machines, since it is stored. FNV-1a, 64 bits,
/// with a final mix.
pub fn line_hash(text: &str) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let fed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let (mut digits, mut gap, mut begun) = (false, false, false);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphabetic() {
            if std::mem::take(&mut gap) {
                hash = fed(hash, b' ');
            }
            (begun, digits) = (true, false);
            while let Some(letter) = bytes.get(at).filter(|b| b.is_ascii_alphabetic()) {
                hash = fed(hash, letter.to_ascii_lowercase());
                at += 1;
            }
            continue;
        }
        if byte.is_ascii() && !byte.is_ascii_digit() {
            gap = begun;
            // `10,000` and `10.000` count as one run; so do `1 of 12` and `3 of 4`, digit by digit.
            digits = digits && matches!(byte, b',' | b'.');
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        let (digit, word) = if c.is_ascii() {
            // All but digits went above.
            (true, true)
        } else if is_common_letter(c) {
            (false, true)
        } else {
            (c.is_numeric(), is_word(c) || is_mark(c))
        };
        if !word {
            (gap, digits) = (begun, false);
            continue;
        }
        if digit && digits {
            gap = false;
            continue;
        }
        if std::mem::take(&mut gap) {
            hash = fed(hash, b' ');
        }
        begun = true;
        digits = digit;
        if digit {
            hash = fed(hash, b'0');
        } else if c == 'İ' {
            // Its lower case is two characters, of which Turkish writes one.
            hash = fed(hash, b'i');
        } else {
            lowered(c, |lower| hash = lower.encode_utf8(&mut [0; 4]).bytes().fold(hash, fed));
        }
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

/// Combining marks are part of words in Indic scripts.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_itself_whatever_its_case_marks_and_numbers() {
        let same: &[(&str, &str)] = &[
            ("Remind me later.", "Remind me later"),
            ("READ MORE »", "Read more"),
            ("12 comments", "1,204 comments"),
            ("Updated 10:20, 3 May", "Updated 9:05, 17 May"),
            ("  Teilen   auf X ", "Teilen auf X"),
            ("İçeriğe geç", "içeriğe geç"),
        ];
        for (a, b) in same {
            assert_eq!(line_hash(a), line_hash(b), "{a} / {b}");
        }
        let different: &[(&str, &str)] = &[
            ("Read more", "Readmore"),
            ("12 comments", "comments"),
            ("हिन्दी", "हनद"),
            ("Подписаться", "Подписка"),
        ];
        for (a, b) in different {
            assert_ne!(line_hash(a), line_hash(b), "{a} / {b}");
        }
    }

    #[test]
    fn the_hash_is_fixed_for_good() {
        // Stored memories hold it: when this fails, the store's format has changed.
        for (line, hash) in [
            ("Remind me later.", 0x143e_7619_3f26_e200),
            ("…", 0xfdbd_f6ac_4fc5_2e7f),
            ("Updated 10:20, 3 May — 1,204 comments", 0x7ce8_b5c5_2383_40b1),
            ("İçeriğe geç", 0x7a5e_cfc7_acb3_9cf8),
            ("Подписаться на рассылку", 0x13c8_e553_7f6c_a627),
            ("हिन्दी में समाचार", 0x416c_3767_35de_ec07),
            ("東京都は31日", 0xeb61_2add_ea08_515e),
            ("a1b2 3,4.5;6 ½ x", 0xacf5_839d_a134_d9ad),
        ] {
            assert_eq!(line_hash(line), hash, "{line}");
        }
    }
}
