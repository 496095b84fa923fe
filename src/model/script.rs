//! What a character is in its script; whether it is a letter, at once for those that most news is written in.

/// Letters of Latin, Greek, Cyrillic, Hebrew, Arabic, kana, Han and Hangul, none of them a number or a mark. Tables
/// of all scripts are only asked for what is none of them.
#[inline]
pub fn is_common_letter(c: char) -> bool {
    let c = c as u32;
    match LOW.get(c as usize / 64) {
        Some(bits) => bits >> (c % 64) & 1 != 0,
        None => {
            matches!(c, 0x4e00..=0x9ffc | 0xac00..=0xd7a3 | 0x3041..=0x3096 | 0x30a1..=0x30fa | 0x620..=0x64a)
        }
    }
}

/// A bit for each character below U+0600.
const LOW: [u64; 24] = {
    let ranges = [
        ('A', 'Z'),
        ('a', 'z'),
        ('À', 'Ö'),
        ('Ø', 'ö'),
        ('ø', 'ʯ'),
        ('Α', 'Ρ'),
        ('Σ', 'ώ'),
        ('Ѐ', 'ҁ'),
        ('Ҋ', 'ԯ'),
        ('א', 'ת'),
    ];
    let mut bits = [0; 24];
    let mut at = 0;
    while at < ranges.len() {
        let mut c = ranges[at].0 as u32;
        while c <= ranges[at].1 as u32 {
            bits[c as usize / 64] |= 1 << (c % 64);
            c += 1;
        }
        at += 1;
    }
    bits
};

/// As `char::is_alphabetic`.
#[inline]
pub fn is_letter(c: char) -> bool {
    is_common_letter(c) || (!c.is_ascii() && !is_punctuation(c) && c.is_alphabetic())
}

/// As `char::is_alphanumeric`.
#[inline]
pub fn is_word(c: char) -> bool {
    is_common_letter(c) || (!is_punctuation(c) && c.is_alphanumeric())
}

/// Quotation marks, dashes and the like, none of them a letter or a number.
#[inline]
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{3004}')
}

/// The lower case of letters that most news is written in, themselves where they have none; `None` for those that
/// only the tables of all scripts tell.
#[inline]
pub fn lower(c: char) -> Option<char> {
    let step = match c as u32 {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a1 | 0x3a3..=0x3ab | 0x410..=0x42f => 32,
        // Capital and small letter in turn.
        c @ (0x100..=0x12f | 0x132..=0x137 | 0x14a..=0x177 | 0x460..=0x481 | 0x48a..=0x4bf) => 1 - (c & 1),
        c @ 0x139..=0x148 => c & 1,
        0x400..=0x40f => 80,
        0..=0xff | 0x3ac..=0x3ce | 0x430..=0x45f | 0x5d0..=0x5ea | 0x620..=0x64a => 0,
        0x2000..=0x206f | 0x3000..=0x30ff | 0x4e00..=0x9ffc | 0xac00..=0xd7a3 => 0,
        _ => return None,
    };
    char::from_u32(c as u32 + step)
}

/// Calls `each` for what a character is in lower case.
#[inline]
pub fn lowered(c: char, mut each: impl FnMut(char)) {
    match lower(c) {
        Some(lower) => each(lower),
        None => c.to_lowercase().for_each(each),
    }
}

/// As `str::to_lowercase`.
pub fn lower_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| !b.is_ascii()) {
        out.push_str(&rest[..at]);
        let Some(c) = rest[at..].chars().next() else { break };
        if c == 'Σ' {
            // Its lower case depends on what stands around it.
            return text.to_lowercase();
        }
        lowered(c, |lower| out.push(lower));
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest);
    out.make_ascii_lowercase();
    out
}

/// The zeros of scripts with decimal digits of their own, those of ASCII and of old scripts aside.
const ZEROS: [char; 22] = [
    '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '෦', '๐', '໐', '༠', '၀', '០', '᠐', '᭐', '᮰',
    '０',
];

/// The value of a decimal digit in any script.
pub fn digit(c: char) -> Option<u32> {
    if c.is_ascii() || is_common_letter(c) {
        return c.to_digit(10);
    }
    ZEROS.iter().filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero))).find(|value| *value < 10)
}

/// Letters and digits alone, in lower case: two spellings of one text are equal.
pub fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_word(*c)) {
        lowered(c, |lower| out.push(lower));
    }
    out
}

/// The first `bytes` of a text, or a few less where they end within a character.
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Characters of scripts that write without spaces.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// How much of a word a character of a script without spaces is: Thai, Burmese and Khmer spell theirs in letters.
pub fn unspaced_words(c: char) -> f32 {
    if c < '\u{3000}' { 0.25 } else { 0.5 }
}

/// Hangul: letters of words that are written with spaces and take endings.
pub fn is_syllable(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_the_tables_say() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_word(c), c.is_alphanumeric(), "{c:?}");
            assert!(!is_common_letter(c) || !c.is_numeric(), "{c:?}");
            let mut known = String::new();
            lowered(c, |lower| known.push(lower));
            assert_eq!(known, c.to_lowercase().to_string(), "{c:?}");
        }
    }

    #[test]
    fn lower_case_is_that_of_the_library() {
        for text in
            ["", "ÄRGER an der Straße", "ΟΔΟΣ Σ ΣΑΣ", "İstanbul ILIK", "МОСКВА и Ёж", "東京 TOKYO", "ǅ ẞ Ω"]
        {
            assert_eq!(lower_case(text), text.to_lowercase());
        }
    }
}
