//! The dateline at the head of a story: place, day and agency, in the forms of agencies around the
//! world. What is only a sentence that begins with a city does not fire.

mod eastern;
mod head;

pub use head::Parts;

use super::dates::{self, Moment, day_number};
use super::gazetteer;
use super::ledger::Said;
use super::scene::Scene;
use crate::model::article::{Dateline, EvidenceSource as From};
use crate::model::body::{FoundField, Paragraph, ParagraphKind};

/// A dateline ends within so many characters of its paragraph.
const LONGEST: usize = 130;
/// Paragraphs that may begin with it.
const PARAGRAPHS: usize = 3;

/// A parsed dateline and, where it tells the day, that day as a witness of the publication.
pub struct Told {
    pub dateline: Dateline,
    pub day: Option<Said<Moment>>,
}

/// Looks for a dateline at the head of the first paragraphs, and in lines set aside for it. The year
/// that a dateline leaves out is the one nearest to `published`, else to the page's capture.
pub fn dateline(scene: &Scene<'_>, paragraphs: &[Paragraph], published: Option<Moment>) -> Option<Told> {
    let language = scene.dates().primary();
    let prose = paragraphs
        .iter()
        .filter(|p| {
            matches!(p.kind, ParagraphKind::Paragraph | ParagraphKind::Standfirst | ParagraphKind::LiveEntry)
        })
        .take(PARAGRAPHS)
        .map(|p| p.text.as_str());
    let (raw, parts) =
        scene.found(FoundField::Dateline).chain(prose).find_map(|text| parse(text, language))?;
    let near = published.or(scene.now);
    let moment = parts.day.and_then(|day| dated(day, near));
    // Without any year to be near to, the day stands alone, as XML Schema writes a month and day.
    let bare = parts.day.filter(|_| moment.is_none()).map(|(month, day, _)| format!("--{month:02}-{day:02}"));
    // Two days of grace: a story is written before it is printed, in another zone.
    let fits = |m: &Moment| published.is_none_or(|p| (p.days() - m.days()).abs() <= 400);
    let dateline = Dateline {
        raw: raw.clone(),
        place: parts.place.clone(),
        date: moment.filter(fits).map(|m| m.value()).or(bare),
        agency: parts.agency.map(str::to_owned),
    };
    let day = moment
        .filter(|_| parts.day.is_some_and(|d| d.2.is_some()))
        .map(|m| Said::new(From::Dateline, "dateline", raw, m));
    Some(Told { dateline, day })
}

/// The dateline at the head of a paragraph: its text, and what it says.
pub fn parse(paragraph: &str, language: Option<&str>) -> Option<(String, Parts)> {
    let text =
        paragraph.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '•' | '"' | '“'));
    if let Some(found) = eastern::parse(text) {
        return Some(found);
    }
    let head: String = text.chars().take(LONGEST).collect();
    let mut best: Option<(usize, &str, Parts)> = None;
    for (end, after) in ends(&head).into_iter().take(4) {
        let Some(mut parts) = head::parse(&head[..end], language) else { continue };
        // `Москва, 11 марта — РИА Новости. …`
        let mut raw_end = after;
        if parts.agency.is_none()
            && let Some((agency, length)) = head::leading_agency(&head[after..])
        {
            parts.agency = Some(agency);
            raw_end = after + length;
        }
        let dash = head[end..after].starts_with(['-', '–', '—', '―', '−']);
        if !accepted(&parts, &head[..end], dash, &text[after.min(text.len())..]) {
            continue;
        }
        let weight = parts.weight();
        if best.as_ref().is_none_or(|(w, _, _)| weight > *w) {
            best = Some((weight, head[..raw_end].trim_end(), parts));
        }
    }
    let (_, raw, parts) = best?;
    Some((raw.to_owned(), parts))
}

/// Month, day, and the year where it is stated.
pub(crate) type MonthDay = (u8, u8, Option<i32>);

/// Where a dateline may end: before each dash that stands free, and behind a bracket; with the place
/// where the story then begins.
fn ends(head: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let bytes = head.as_bytes();
    for (at, c) in head.char_indices() {
        let next = at + c.len_utf8();
        match c {
            '-' | '–' | '—' | '―' | '−' => {
                let doubled = at > 0 && bytes[at - 1] == b'-';
                let free = head[next..]
                    .chars()
                    .next()
                    .is_none_or(|n| n.is_whitespace() || n == '-' || n == '\u{a0}')
                    || matches!(c, '—' | '–') && at > 0 && !head[..at].ends_with(char::is_alphanumeric)
                    || c == '—';
                if free && !doubled && at > 0 {
                    let after = head[next..]
                        .find(|c: char| !matches!(c, '-' | ' ' | '\u{a0}'))
                        .map_or(head.len(), |i| next + i);
                    out.push((at, after));
                }
            }
            ')' | ']' => {
                let after = head[next..]
                    .find(|c: char| !matches!(c, '.' | ':' | ' ' | '\u{a0}' | ','))
                    .map_or(head.len(), |i| next + i);
                out.push((next, after));
            }
            '.' | ':' if head[next..].starts_with(' ') => out.push((at, next + 1)),
            _ => {}
        }
    }
    // Full stops and brackets end only what names its agency: `accepted` asks.
    out
}

/// Whether the parts make a dateline: an agency or a day beside a place, or a place in capitals that is
/// known and set off by a dash. What is no agency in brackets tells nothing, but is in the way of nothing.
fn accepted(parts: &Parts, head: &str, dash: bool, rest: &str) -> bool {
    let by_dash = rest.is_empty() || !head.trim_end().ends_with([')', ']']) && !ends_in_stop(head, rest);
    let Some(place) = &parts.place else {
        return parts.agency.is_some() && parts.bracketed;
    };
    let first = place.split('/').next().unwrap_or(place).trim();
    let known = gazetteer::lookup(first);
    if parts.agency.is_some() {
        return parts.bracketed || parts.day.is_some() || (by_dash && (known.is_some() || parts.capitals));
    }
    if parts.day.is_some() {
        return by_dash && (known.is_some() || parts.capitals);
    }
    if !(by_dash || parts.service && dash) {
        return false;
    }
    let begins = rest.chars().find(|c| c.is_alphanumeric() || matches!(c, '"' | '“' | '„' | '«' | '‘'));
    let sentence = begins.is_none_or(|c| !c.is_lowercase());
    let set_off = head.len() < 60 && sentence;
    match known {
        Some(_) if parts.service => set_off && parts.capitals,
        None if parts.service => set_off && parts.capitals && parts.region,
        Some(place) if parts.capitals => set_off && place.population >= 100,
        Some(place) => set_off && place.population >= 100 && first.chars().count() >= 4 && parts.region,
        None => false,
    }
}

fn ends_in_stop(head: &str, rest: &str) -> bool {
    let _ = rest;
    head.trim_end().ends_with(['.', ':'])
}

/// The day in the year nearest to `near`, where the dateline leaves the year out.
fn dated((month, day, year): (u8, u8, Option<i32>), near: Option<Moment>) -> Option<Moment> {
    if let Some(year) = year {
        return Moment::day(year, month, day);
    }
    let near = near?;
    let distance = |year: i32| (day_number(year, month, day) - near.days()).abs();
    let year = (near.year - 1..=near.year + 1).min_by_key(|y| distance(*y))?;
    Moment::day(year, month, day)
}

/// Month and day of a piece like `March 11`, `11 марта`, `11. März 2014`; what stands before it.
pub(crate) fn month_day<'t>(piece: &'t str, language: Option<&str>) -> Option<(&'t str, MonthDay)> {
    let words: Vec<(usize, &str)> = word_starts(piece);
    for (i, (start, word)) in words.iter().enumerate() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let number = |w: Option<&(usize, &str)>| -> Option<u8> {
            let digits: String = w?.1.chars().filter(char::is_ascii_digit).collect();
            let suffix = w?.1.chars().filter(|c| c.is_alphabetic()).count();
            digits.parse::<u8>().ok().filter(|d| (1..=31).contains(d) && digits.len() <= 2 && suffix <= 3)
        };
        let year = |w: Option<&(usize, &str)>| -> Option<i32> {
            w?.1.trim_matches(|c: char| !c.is_ascii_digit())
                .parse::<i32>()
                .ok()
                .filter(|y| (1900..2100).contains(y))
        };
        let month = |w: &str| dates::month(&w.to_lowercase(), language).filter(|m| *m <= 12);
        // 11 March 2014 · 11 марта
        if let (Some(day), Some((_, next))) = (number(words.get(i)), words.get(i + 1)) {
            let next = next.trim_matches(|c: char| !c.is_alphabetic());
            let (next, after) = match (month(next), words.get(i + 2)) {
                (Some(m), _) => (Some(m), i + 2),
                (None, Some((_, w))) if next.chars().count() <= 3 => {
                    (month(w.trim_matches(|c: char| !c.is_alphabetic())), i + 3)
                }
                _ => (None, i + 2),
            };
            if let Some(m) = next {
                let year = year(words.get(after));
                let rest = words.len() - after - usize::from(year.is_some());
                return (rest <= 1).then_some((&piece[..*start], (m, day, year)));
            }
        }
        // March 11, 2014
        if let Some(m) = month(bare) {
            let day = number(words.get(i + 1))?;
            let year = year(words.get(i + 2));
            let rest = words.len() - (i + 2) - usize::from(year.is_some());
            return (rest == 0).then_some((&piece[..*start], (m, day, year)));
        }
    }
    None
}

fn word_starts(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_whitespace() {
            if let Some(start) = from.take() {
                out.push((start, &text[start..at]));
            }
        } else if from.is_none() {
            from = Some(at);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parse(text, None) {
            None => "-".into(),
            Some((_, p)) => format!(
                "{}|{}|{}",
                p.place.unwrap_or_default(),
                p.day.map(|(m, d, _)| format!("{m}-{d}")).unwrap_or_default(),
                p.agency.unwrap_or_default()
            ),
        }
    }

    #[test]
    fn datelines_of_the_world() {
        for (text, expected) in [
            ("PARIS, March 31 (RIA Novosti) – The minister said", "Paris|3-31|RIA Novosti"),
            ("LONDON (Reuters) - Shares rose", "London||Reuters"),
            ("KIEW/MOSKAU (dpa) - Die Lage", "Kiew/Moskau||dpa"),
            ("Berlin (dpa) - Die Lage", "Berlin||dpa"),
            ("Москва, 11 марта — РИА Новости. Министр", "Москва|3-11|RIA Novosti"),
            ("МОСКВА, 11 мар - РИА Новости. Министр", "Москва|3-11|RIA Novosti"),
            ("МОСКВА, 11 марта. /ТАСС/. Министр", "Москва|3-11|TASS"),
            ("NORFOLK, Va., March 5 - The company said", "Norfolk|3-5|"),
            ("EL PASO, Texas, March 11 - The company said", "El Paso|3-11|"),
            ("WASHINGTON, March 12, Reuter - The bank", "Washington|3-12|Reuters"),
            ("JOHANNESBURG March 13 - The bank", "Johannesburg|3-13|"),
            ("DUBLIN — She has slammed", "Dublin||"),
            ("NEW YORK (AP) — The mayor", "New York||AP"),
            ("Madrid, 11 mar (EFE).- El ministro", "Madrid|3-11|EFE"),
            ("(ANSA) - ROMA, 11 MAR - Il ministro", "Roma|3-11|ANSA"),
            ("(EFE).- Nicaragua cerró", "||EFE"),
            ("Paris, 11 mars 2024 (AFP) - Le ministre", "Paris|3-11|AFP"),
            ("ANKARA (AA) - Bakan", "Ankara||Anadolu"),
            ("新华社北京3月11日电 记者从", "北京|3-11|Xinhua"),
            ("【ワシントン共同】米政府は", "ワシントン||Kyodo"),
            ("[ワシントン 11日 ロイター] - 米政府は", "ワシントン||Reuters"),
            ("(서울=연합뉴스) 기자 = 정부는", "서울||Yonhap"),
            ("DULUTH, Minn. (KDUL) — A bridge over", "Duluth||"),
            ("LAGOS (Web Desk) – The senate", "Lagos||"),
            ("Kassel/Berlin (dpa/lhe) - Die Lage", "Kassel/Berlin||dpa"),
            ("القاهرة (رويترز) - قال", "القاهرة||Reuters"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn sentences_do_not_fire() {
        for text in [
            "Paris is a city in France - and more.",
            "London - the capital of the United Kingdom - is large.",
            "The minister (left) - who spoke on March 3 - said no.",
            "On March 31 - a Sunday - the town voted.",
            "A spokesman said (AP reported) that it was over.",
            "NATO - the alliance - met in Brussels.",
            "“We won,” said Ada Fern (Herald).",
            "In Berlin (Germany) everything is closed.",
            "MARA QUILL (Labour) - The member for Elm",
            "Paris (Texas) - a town of no fame",
            "1. Paris - 2. London - 3. Rome",
            "",
        ] {
            assert_eq!(shown(text), "-", "{text}");
        }
    }

    #[test]
    fn the_year_is_the_nearest() {
        let near = Moment::day(2024, 1, 2);
        assert_eq!(dated((12, 31, None), near).map(|m| m.value()).as_deref(), Some("2023-12-31"));
        assert_eq!(dated((1, 1, None), near).map(|m| m.value()).as_deref(), Some("2024-01-01"));
        assert_eq!(dated((1, 1, None), None), None);
    }
}
