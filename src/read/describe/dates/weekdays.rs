//! Names of the days of the week, which stand beside dates and say nothing that those leave open.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// One line a language: its tag, then names in lower case, from Monday on.
const NAMES: &str = include_str!("weekdays.txt");

static TABLE: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| NAMES.lines().flat_map(|line| line.split(' ').skip(1)).collect());

/// Whether a lower-case word names a day of the week in any language.
pub fn is_day_of_week(word: &str) -> bool {
    TABLE.contains(word.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_names_seven_days() {
        for line in NAMES.lines() {
            assert!(line.split(' ').skip(1).count() >= 7, "{line}");
        }
        for day in ["monday", "freitag", "søndag", "среда", "τετάρτη", "الأحد", "금요일", "月曜日", "thứ"]
        {
            assert!(is_day_of_week(day), "{day}");
        }
        assert!(!is_day_of_week("march"));
    }
}
