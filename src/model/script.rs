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
    is_common_letter(c) || (!c.is_ascii() && c.is_alphabetic())
}

/// Characters of scripts that write without spaces.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
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
            assert!(!is_common_letter(c) || !c.is_numeric(), "{c:?}");
        }
    }
}
