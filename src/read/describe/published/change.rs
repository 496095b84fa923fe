//! Lines that tell two days: `Published 3 May 2025. Updated 7 May`, `입력 2025.03.07 수정 2025.03.08`.

use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark as is_mark;

use crate::read::describe::dates;
use crate::read::phrases::Phrases;

/// Words that mark the date of a change.
pub const CHANGE: &[&str] = &[
    "update",
    "modif",
    "aktualis",
    "aktualiz",
    "änderung",
    "geändert",
    "mis à jour",
    "mise à jour",
    "edited",
    "actualiz",
    "atualiz",
    "revised",
    "changed",
    "aggiorna",
    "oppdatert",
    "uppdaterad",
    "opdateret",
    "bijgewerkt",
    "aangepast",
    "gewijzigd",
    "päivitetty",
    "muokattu",
    "güncelle",
    "frissít",
    "módosít",
    "diperbarui",
    "diubah",
    "cập nhật",
    "обновл",
    "изменен",
    "изменён",
    "оновл",
    "змінен",
    "ενημ",
    "更新",
    "修订",
    "수정",
    "업데이트",
    "अपडेट",
    "تحديث",
    "به‌روز",
    "עודכן",
    "אחרון",
    "อัปเดต",
    "แก้ไข",
    "uuendatud",
    "muudetud",
    "ažurirano",
    "izmijenjeno",
    "atnaujin",
    "pakeista",
    "atjaunot",
    "posodobljeno",
    "актуализ",
    "промен",
    "ажурирано",
    "kemas kini",
    "হালনাগাদ",
    "আপডেট",
    "புதுப்பிக்கப்பட்ட",
];

/// Words that mark the first.
const FIRST: &[&str] = &[
    "publi",
    "pubbl",
    "veröffentlicht",
    "erstellt",
    "posted",
    "erschienen",
    "opublik",
    "publicer",
    "julkais",
    "gepubliceerd",
    "geplaatst",
    "udgivet",
    "giriş",
    "yayın",
    "diterbitkan",
    "đăng",
    "опублик",
    "δημοσ",
    "发布",
    "發布",
    "掲載",
    "公開",
    "입력",
    "등록",
    "प्रकाशित",
    "نشر",
    "פורסם",
    "เผยแพร่",
    "avaldatud",
    "zveřejn",
    "zverejn",
    "vydáno",
    "paskelbta",
    "közzét",
    "megjelen",
    "objav",
    "публик",
    "објав",
    "প্রকাশ",
    "பதிவு",
    "منتشر",
    "انتشار",
    "发表",
    "發表",
];

/// What a line says of the first day, and what of a change.
#[derive(Debug, PartialEq)]
pub struct Halves<'l> {
    pub published: Option<&'l str>,
    pub changed: Option<&'l str>,
}

pub fn halves(line: &str) -> Halves<'_> {
    let Told { change: Some(change), first } = Told::of(line) else {
        return Halves { published: Some(line), changed: None };
    };
    match first {
        Some(first) if first > change => {
            Halves { published: Some(&line[first..]), changed: Some(&line[change..first]) }
        }
        _ => Halves {
            published: Some(without_last(&line[..change])).filter(|half| !half.trim().is_empty()),
            changed: Some(&line[change..]),
        },
    }
}

/// Whether a line speaks of a change and of no first day.
pub fn says_change(line: &str) -> bool {
    let told = Told::of(line);
    told.first.is_none() && told.change.is_some()
}

/// Whether a line says that its day is the first.
pub fn says_first(line: &str) -> bool {
    Told::of(line).first.is_some()
}

/// Whether words beside a date say no more than whether it is the first: `Published on`, `Data publikacji`, `Stand`.
pub fn is_label(text: &str) -> bool {
    const MOST_WORDS: usize = 4;
    let words = || text.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|word| !word.is_empty());
    let stem = |word: &str| {
        let told = Told::of(word);
        told.first == Some(0) || told.change == Some(0)
    };
    words().count() <= MOST_WORDS && words().all(|word| dates::is_label(word) || stem(word))
}

/// `3 December 2025. Updated: 7 December`: up to where a change is spoken of.
pub fn before_change(line: &str) -> &str {
    without_last(&line[..Told::of(line).change.unwrap_or(line.len())])
}

/// Without the beginning of `Last updated`.
fn without_last(half: &str) -> &str {
    const LAST: [&str; 6] = ["last", "letzte", "zuletzt", "son", "dernière", "última"];
    let head = half.trim_end();
    let word = head.rfind(|c: char| !c.is_alphabetic()).map_or(head, |at| &head[at..]);
    let is_last =
        LAST.contains(&word.trim_start_matches(|c: char| !c.is_alphabetic()).to_lowercase().as_str());
    if is_last { &head[..head.len() - word.len()] } else { half }
}

/// Where a line first speaks of a change, and of the first day.
struct Told {
    change: Option<usize>,
    first: Option<usize>,
}

impl Told {
    fn of(line: &str) -> Self {
        static WORDS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[CHANGE, FIRST].concat()));
        // A capital of two small letters stays as it is, so that letters are counted alike in both.
        let small = |c: char| {
            let mut lower = c.to_lowercase();
            lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
        };
        let lower: String = line.chars().map(small).collect();
        let (mut change, mut first) = (None, None);
        WORDS.find_anywhere(&lower, |found| {
            let kind = if found.phrase < CHANGE.len() { &mut change } else { &mut first };
            kind.get_or_insert(found.start);
        });
        let place = |at: usize| line.char_indices().nth(lower[..at].chars().count()).map(|(at, _)| at);
        Self { change: change.and_then(place), first: first.and_then(place) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_days_of_a_line_are_told_apart() {
        for (line, published, changed) in [
            ("3 May 2025", Some("3 May 2025"), None),
            (
                "Published 3 May 2025, Updated 7 May 2025",
                Some("Published 3 May 2025, "),
                Some("Updated 7 May 2025"),
            ),
            ("Updated: 7 May. Published: 3 May", Some("Published: 3 May"), Some("Updated: 7 May. ")),
            ("3 May 2025. Last updated 7 May", Some("3 May 2025."), Some("updated 7 May")),
            ("Last modified: 7 May 2025", None, Some("modified: 7 May 2025")),
            ("Aktualisiert am 7. Mai 2025", None, Some("Aktualisiert am 7. Mai 2025")),
            (
                "Giriş: 21.02.2025 Son Güncelleme: 22.02.2025",
                Some("Giriş: 21.02.2025"),
                Some("Güncelleme: 22.02.2025"),
            ),
            ("Обновлено 7 мая 2025", None, Some("Обновлено 7 мая 2025")),
            ("입력 2025.03.07 수정 2025.03.08", Some("입력 2025.03.07 "), Some("수정 2025.03.08")),
            (
                "Publicado 3/5/2025 Atualizado 7/5/2025",
                Some("Publicado 3/5/2025 "),
                Some("Atualizado 7/5/2025"),
            ),
            ("İlk 3.5.2025 Güncelleme 7.5.2025", Some("İlk 3.5.2025 "), Some("Güncelleme 7.5.2025")),
        ] {
            assert_eq!(halves(line), Halves { published, changed }, "{line}");
        }
    }
}
