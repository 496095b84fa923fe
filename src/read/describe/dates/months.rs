//! Month names of many languages (Unicode CLDR). A name that means different months in different
//! languages (`listopad`) is read in the page's language only.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// One line a language: tag, then twelve cells of names joined by `|`.
const NAMES: &str = include_str!("months.txt");

/// Months of the Persian solar calendar; given as 101 to 112.
const PERSIAN: [&str; 12] =
    ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"];

/// What a name was given as, for Persian months.
pub const PERSIAN_BASE: u8 = 100;

type Meanings = Vec<(&'static str, u8)>;

static TABLE: LazyLock<FxHashMap<&'static str, Meanings>> = LazyLock::new(|| {
    let mut table: FxHashMap<&'static str, Meanings> = FxHashMap::default();
    for line in NAMES.lines() {
        let mut cells = line.split('\t');
        let Some(language) = cells.next() else { continue };
        for (cell, number) in cells.zip(1u8..=12) {
            for name in cell.split('|').filter(|n| !n.is_empty()) {
                table.entry(name).or_default().push((language, number));
            }
        }
    }
    for (name, number) in PERSIAN.iter().zip(1u8..) {
        table.entry(name).or_default().push(("fa", PERSIAN_BASE + number));
    }
    table
});

/// The month that a lower-case word (one trailing full stop allowed) names: 1 to 12, or 101 to 112 for
/// Persian months.
pub fn month(word: &str, language: Option<&str>) -> Option<u8> {
    let word = word.strip_suffix('.').unwrap_or(word);
    if let Some(meanings) = TABLE.get(word) {
        if let Some((_, number)) = meanings.iter().find(|(l, _)| Some(*l) == language) {
            return Some(*number);
        }
        let first = meanings.first()?.1;
        return meanings.iter().all(|(_, n)| *n == first).then_some(first);
    }
    // Hebrew puts its preposition before the name: באפריל.
    let stem = word.strip_prefix('ב')?;
    TABLE.get(stem)?.iter().find(|(l, _)| *l == "he").map(|(_, n)| *n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_languages() {
        for (word, language, expected) in [
            ("april", None, Some(4)),
            ("sept.", Some("en"), Some(9)),
            ("listopad", Some("hr"), Some(10)),
            ("listopad", Some("pl"), Some(11)),
            ("listopad", None, None),
            ("märz", Some("en"), Some(3)),
            ("mundi", None, None),
        ] {
            assert_eq!(month(word, language), expected, "{word} {language:?}");
        }
    }

    #[test]
    fn at_least_twenty_languages_have_twelve_months() {
        let whole = NAMES.lines().filter(|l| l.split('\t').skip(1).filter(|c| !c.is_empty()).count() == 12);
        assert!(whole.count() >= 70);
    }
}
