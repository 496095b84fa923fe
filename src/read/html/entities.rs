//! Character references: `&amp;`, `&#8212;`, `&copy` (HTML Living Standard, 13.2.5.72 and following).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What `&…` stands for, and how many bytes of the source it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub chars: [char; 2],
    /// 1 or 2 of `chars` count.
    pub count: u8,
    pub source_bytes: usize,
}

impl Reference {
    pub fn chars(&self) -> &[char] {
        &self.chars[..usize::from(self.count)]
    }
}

/// Longest name, `CounterClockwiseContourIntegral`, and longest that needs no semicolon, `Aacute`.
const LONGEST: usize = 31;
const LONGEST_LEGACY: usize = 6;

/// Reads the reference that `source` begins with (at its `&`); `None` where the `&` stands for itself.
pub fn reference(source: &str, in_attribute: bool) -> Option<Reference> {
    let bytes = source.as_bytes();
    match bytes.get(1)? {
        b'#' => numeric(bytes),
        b if b.is_ascii_alphabetic() => named(source, in_attribute),
        _ => None,
    }
}

fn named(source: &str, in_attribute: bool) -> Option<Reference> {
    let bytes = &source.as_bytes()[1..];
    let length = bytes.iter().take(LONGEST + 1).take_while(|b| b.is_ascii_alphanumeric()).count();
    if length <= LONGEST
        && bytes.get(length) == Some(&b';')
        && let Some(entity) = NAMES.get(&source[1..1 + length])
    {
        return Some(Reference { chars: entity.chars, count: entity.count, source_bytes: length + 2 });
    }
    // `&copy2024`: names from before HTML 5 end where they end, but in attributes only before a stranger.
    (2..=length.min(LONGEST_LEGACY)).rev().find_map(|n| {
        let entity = NAMES.get(&source[1..1 + n]).filter(|e| e.legacy)?;
        let goes_on = bytes.get(n).is_some_and(|&b| b == b'=' || b.is_ascii_alphanumeric());
        (!in_attribute || !goes_on).then_some(Reference {
            chars: entity.chars,
            count: entity.count,
            source_bytes: n + 1,
        })
    })
}

fn numeric(bytes: &[u8]) -> Option<Reference> {
    let hex = matches!(bytes.get(2), Some(b'x' | b'X'));
    let (first, radix) = if hex { (3, 16) } else { (2, 10) };
    let mut at = first;
    let mut code: u32 = 0;
    while let Some(digit) = bytes.get(at).and_then(|&b| char::from(b).to_digit(radix)) {
        // Stays beyond the last code point once it is there.
        code = (code * radix + digit).min(0x11_0000);
        at += 1;
    }
    if at == first {
        return None;
    }
    let source_bytes = at + usize::from(bytes.get(at) == Some(&b';'));
    let char = match code {
        0 => '\u{fffd}',
        0x80..=0x9f => WINDOWS_1252[code as usize - 0x80],
        _ => char::from_u32(code).unwrap_or('\u{fffd}'),
    };
    Some(Reference { chars: [char, '\0'], count: 1, source_bytes })
}

struct Entity {
    chars: [char; 2],
    count: u8,
    legacy: bool,
}

/// The standard's table: a name, `+` where it needs no semicolon, and its code points in hex.
static NAMES: LazyLock<FxHashMap<&'static str, Entity>> = LazyLock::new(|| {
    include_str!("entities.txt")
        .lines()
        .filter_map(|line| {
            let end = line.find([' ', '+'])?;
            let mut chars = ['\0'; 2];
            let mut count = 0;
            for (slot, code) in chars.iter_mut().zip(line[end + 1..].split(' ')) {
                *slot = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
                count += 1;
            }
            Some((&line[..end], Entity { chars, count, legacy: line.as_bytes()[end] == b'+' }))
        })
        .collect()
});

/// What 0x80 to 0x9f mean to those who still write Windows-1252 numbers.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_as_the_standard_reads_them() {
        assert_eq!(NAMES.len(), 2125);
        for (source, in_attribute, expected, bytes) in [
            ("&amp;x", false, "&", 5),
            ("&ampx", false, "&", 4),
            ("&ampx", true, "", 0),
            ("&amp=", true, "", 0),
            ("&amp x", true, "&", 4),
            ("&notit;", false, "¬", 4),
            ("&notin;", false, "∉", 7),
            ("&hellip", false, "", 0),
            ("&NotEqualTilde;", false, "\u{2242}\u{338}", 15),
            ("&CounterClockwiseContourIntegral;", false, "∳", 33),
            ("&#8212;", false, "—", 7),
            ("&#x2014", false, "—", 7),
            ("&#X2014;", false, "—", 8),
            ("&#151;", false, "—", 6),
            ("&#0;", false, "\u{fffd}", 4),
            ("&#xd800;", false, "\u{fffd}", 8),
            ("&#99999999999999;", false, "\u{fffd}", 17),
            ("&#;", false, "", 0),
            ("&#x;", false, "", 0),
            ("&", false, "", 0),
            ("& ", false, "", 0),
            ("&é", false, "", 0),
            ("&unknown;", false, "", 0),
        ] {
            let got = reference(source, in_attribute);
            let text: String = got.iter().flat_map(|r| r.chars()).collect();
            assert_eq!((text.as_str(), got.map_or(0, |r| r.source_bytes)), (expected, bytes), "{source}");
        }
    }
}
