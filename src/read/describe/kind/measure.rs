//! Measures of a block's text: words, sentence ends, times, dates, prices, counters.

use super::words::is_unspaced;
use crate::model::script::{cut, is_word};

/// Short patterns at the start of a block, or in it.
#[derive(Debug, Default)]
pub struct Marks {
    /// Starts with a time of day.
    pub clock: bool,
    pub duration: bool,
    pub date: bool,
    pub price: bool,
    /// `3/12`, `3 of 12`.
    pub counter: bool,
}

impl Marks {
    pub fn of(text: &str) -> Self {
        let mut marks = Self::default();
        let mut head = ['\0'; 120];
        let mut length = 0;
        for (place, c) in head.iter_mut().zip(text.chars()) {
            *place = c;
            length += 1;
        }
        let head = &head[..length];
        let digits =
            |from: usize| head[from.min(head.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
        let first = digits(0);
        if (1..=2).contains(&first) && head.get(first).is_some_and(|c| matches!(c, ':' | '.' | 'h')) {
            let second = digits(first + 1);
            let next = head.get(first + 1 + second);
            marks.clock = second == 2 && !next.is_some_and(|c| matches!(c, '.' | ',' | '-' | '/' | '%'));
        }
        if (1..=3).contains(&first) {
            let rest: String = head[first..].iter().collect();
            let rest = rest.trim_start();
            marks.counter = rest.strip_prefix(['/', '∕']).is_some_and(|r| {
                let r = r.trim_start();
                r.starts_with(|c: char| c.is_ascii_digit()) && !r[1..].contains('/')
            });
        }
        for (i, c) in head.iter().enumerate() {
            // Most characters are letters and spaces.
            if c.is_ascii_lowercase() || *c == ' ' {
                continue;
            }
            match c {
                '€' | '£' | '$' | '¥' | '₽' | '₺' | '￥' | '₹' => marks.price = true,
                ':' if i > 0 && head[i - 1].is_ascii_digit() && digits(i + 1) == 2 => marks.duration = true,
                '.' | '/' | '-' if i > 1 && digits(i + 1) >= 2 && head[i - 1].is_ascii_digit() => {
                    let after = i + 1 + digits(i + 1);
                    marks.date |= head.get(after) == Some(c) && digits(after + 1) >= 2;
                }
                _ => {}
            }
        }
        marks
    }
}

/// Whether a line begins with a time of day.
pub fn starts_with_clock(line: &str) -> bool {
    Marks::of(line).clock
}

/// Words between non-letters; two characters a word in scripts that write no spaces.
pub fn word_count(text: &str) -> f32 {
    let (mut words, mut halves, mut inside) = (0_u32, 0_u32, false);
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest.bytes().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        let run = &rest.as_bytes()[..ascii];
        words += ascii_words(run, inside);
        inside = ends_inside(run, inside);
        rest = &rest[ascii..];
        for c in rest.chars().take_while(|c| !c.is_ascii()) {
            rest = &rest[c.len_utf8()..];
            if is_unspaced(c) {
                halves += 1;
                inside = false;
            } else if is_word(c) {
                words += u32::from(!inside);
                inside = true;
            } else if c != '’' {
                inside = false;
            }
        }
    }
    words as f32 + halves as f32 / 2.0
}

/// Whether a text has fewer words than so many. Counts a long one to its end only where its head has too few.
pub fn has_fewer_words(text: &str, most: f32) -> bool {
    const HEAD: usize = 1024;
    word_count(cut(text, HEAD)) < most && word_count(text) < most
}

/// The word that a text is but for one in twenty: filling, or what a broken script repeats.
pub fn one_word(text: &str) -> Option<&str> {
    const LEAST_WORDS: usize = 30;
    const MOST_LOOKED_AT: usize = 2_000;
    let mut words = cut(text, MOST_LOOKED_AT).split(|c: char| !is_word(c)).filter(|w| !w.is_empty());
    let first = words.next()?;
    let (mut all, mut same) = (1, 1);
    for word in words {
        all += 1;
        same += usize::from(word == first);
    }
    (all >= LEAST_WORDS && same * 20 >= all * 19).then_some(first)
}

/// Words that begin in a run of ASCII; `inside` says whether one goes on from before it.
fn ascii_words(run: &[u8], inside: bool) -> u32 {
    let Some(&first) = run.first() else { return 0 };
    let mut words = u32::from(is_letter(first) && !inside);
    // Letters behind what is none, in sums that fit a byte, so that many pairs are compared at once.
    for (before, at) in run.chunks(CHUNK).zip(run[1..].chunks(CHUNK)) {
        let begins = before.iter().zip(at).map(|(before, at)| u8::from(is_letter(*at) & !is_letter(*before)));
        words += u32::from(begins.sum::<u8>());
    }
    // Behind an apostrophe or a hyphen a word goes on where it had begun before.
    for at in memchr::memchr2_iter(b'\'', b'-', &run[..run.len() - 1]) {
        let goes_on = is_letter(run[at + 1]) && ends_inside(&run[..=at], inside);
        words -= u32::from(goes_on);
    }
    words
}

/// Whether the end of a run stands inside of a word.
fn ends_inside(run: &[u8], inside: bool) -> bool {
    run.iter().rev().find(|b| !is_joiner(**b)).map_or(inside, |b| is_letter(*b))
}

/// Bytes of which each may count one, in a sum of a byte.
const CHUNK: usize = 255;

fn is_letter(b: u8) -> bool {
    ((b | 0x20).wrapping_sub(b'a') < 26) | (b.wrapping_sub(b'0') < 10)
}

fn is_joiner(b: u8) -> bool {
    matches!(b, b'\'' | b'-')
}

/// Whether a block ends as prose does: with a stop, or, in a script that sets none, after as many letters
/// as a label does not have.
pub fn ends_a_sentence(text: &str) -> bool {
    let end = text.trim_end_matches(['"', '\'', '”', '’', '“', '»', '«', ')', ']', '」', '』', ' ']);
    end.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', ':', '։', '।', ';', '။', '។', '៕'])
        || end.ends_with(sets_no_stop)
            && end.chars().filter(|c| sets_no_stop(*c)).nth(SENTENCE_LETTERS - 1).is_some()
}

/// Letters of a sentence in a script without stops; headlines and labels have fewer.
const SENTENCE_LETTERS: usize = 80;

/// Thai and Lao.
fn sets_no_stop(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        for (text, clock, counter, date, price) in [
            ("18:42 Ferry company cancels", true, false, false, false),
            ("9.05 Uhr", true, false, false, false),
            ("12.09.2025", false, false, true, false),
            ("3/12 The goat", false, true, false, false),
            ("3 / 12 The goat", false, true, false, false),
            ("2025-09-12", false, false, true, false),
            ("£84.00", false, false, false, true),
            ("1.500 people", false, false, false, false),
            ("", false, false, false, false),
            ("7", false, false, false, false),
        ] {
            let m = Marks::of(text);
            assert_eq!((m.clock, m.counter, m.date, m.price), (clock, counter, date, price), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn words_are_those_met_byte_by_byte(text in "[a-c9'. -]{0,600}|[a-b'é’日-]{0,40}") {
            let (mut words, mut halves, mut inside) = (0, 0, false);
            for c in text.chars() {
                let letter = !is_unspaced(c) && c.is_alphanumeric();
                words += u32::from(letter && !inside);
                halves += u32::from(is_unspaced(c));
                inside = letter || inside && matches!(c, '\'' | '-' | '’');
            }
            proptest::prop_assert_eq!(word_count(&text), words as f32 + halves as f32 / 2.0);
        }
    }

    #[test]
    fn one_word_over_and_over_is_told_from_a_text() {
        let row = "word ".repeat(300);
        assert_eq!(one_word(&row), Some("word"));
        assert_eq!(one_word(&"Wort\n".repeat(40)), Some("Wort"));
        assert_eq!(one_word(&"la ".repeat(12)), None, "a song");
        assert_eq!(one_word(&"The harbour is shut until Friday, the mayor said. ".repeat(40)), None);
        assert_eq!(one_word(""), None);
    }

    #[test]
    fn a_sentence_ends_in_any_script() {
        let thai =
            "สภาเมืองมีมติอนุมัติงบประมาณซ่อมสะพานไม้เก่าริมคลองซึ่งปิดใช้งานมาตั้งแต่น้ำท่วมเมื่อปีที่แล้ว โดยจะเริ่มงานในเดือนหน้า";
        for (text, ends) in [
            ("It rained.", true),
            ("Weather", false),
            ("「雨です。」", true),
            (thai, true),
            ("เข้าสู่ระบบ", false),
            ("မြစ်ရေ မြင့်တက်လာသည်။", true),
        ] {
            assert_eq!(ends_a_sentence(text), ends, "{text}");
        }
    }

    #[test]
    fn words_are_counted_in_any_script() {
        for (text, words) in
            [("a b c", 3.0), ("don't stop", 2.0), ("日本語新聞", 2.5), ("", 0.0), ("Привет, мир!", 2.0)]
        {
            assert_eq!(word_count(text), words, "{text}");
        }
    }
}
