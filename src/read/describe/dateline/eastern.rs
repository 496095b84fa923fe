//! Datelines of Chinese, Japanese and Korean agencies, which know no dash and no capitals.

use super::Parts;
use crate::read::describe::{agencies, gazetteer};

/// Longest head that is looked at, in characters.
const LONGEST: usize = 40;

pub fn parse(text: &str) -> Option<(String, Parts)> {
    let first = text.chars().next()?;
    if (first as u32) < 0x2e80 && !matches!(first, '(' | '[' | '【' | '（') {
        return None;
    }
    let head: String = text.chars().take(LONGEST).collect();
    bracketed(&head).or_else(|| korean(&head)).or_else(|| wire(&head))
}

/// 【ワシントン共同】 · 【北京時事】 · [ワシントン 11日 ロイター] -
fn bracketed(head: &str) -> Option<(String, Parts)> {
    let close = match head.chars().next()? {
        '【' => '】',
        '[' | '［' => {
            if head.starts_with('[') {
                ']'
            } else {
                '］'
            }
        }
        _ => return None,
    };
    let end = head.find(close)?;
    let open = head.chars().next()?.len_utf8();
    let inner = &head[open..end];
    let raw = head[..end + close.len_utf8()].to_owned();
    let words: Vec<&str> = inner.split([' ', '\u{3000}', '＝', '=']).filter(|w| !w.is_empty()).collect();
    if words.len() >= 2 {
        let agency = words.iter().find_map(|w| agencies::agency(w));
        let place = words[0];
        return (agency.is_some() && is_eastern(place)
            || gazetteer::lookup(place).is_some() && is_eastern(place))
        .then(|| {
            (raw, Parts { place: Some(place.to_owned()), agency, bracketed: true, ..Parts::default() })
        });
    }
    let (place, agency) = suffix_agency(inner)?;
    let place = (!place.is_empty()).then(|| place.to_owned());
    Some((raw, Parts { place, agency: Some(agency), bracketed: true, ..Parts::default() }))
}

/// (서울=연합뉴스)
fn korean(head: &str) -> Option<(String, Parts)> {
    let open = head.chars().next().filter(|c| matches!(c, '(' | '[' | '（'))?;
    let end = head.find([')', ']', '）'])?;
    let inner = &head[open.len_utf8()..end];
    let (place, source) = inner.split_once(['=', '＝'])?;
    if !is_eastern(place.trim()) {
        return None;
    }
    let agency = agencies::agency(source);
    (agency.is_some() || gazetteer::lookup(place.trim()).is_some()).then(|| {
        let close = head[end..].chars().next().map_or(1, char::len_utf8);
        let place = Some(place.trim().to_owned());
        (head[..end + close].to_owned(), Parts { place, agency, bracketed: true, ..Parts::default() })
    })
}

/// 新华社北京3月11日电 · 中新网北京3月11日电 · 本报北京3月11日讯
fn wire(head: &str) -> Option<(String, Parts)> {
    let start = head.len() - head.trim_start_matches(['（', '(', ' ', '\u{3000}']).len();
    let inner = &head[start..];
    let end = inner.find(['电', '讯', '電', '訊'])?;
    let day_at = inner[..end].find('日')?;
    let month_at = inner[..day_at].find('月')?;
    let digits = |text: &str| -> String {
        let tail: Vec<char> = text.chars().rev().take_while(char::is_ascii_digit).collect();
        tail.into_iter().rev().collect()
    };
    let month = digits(&inner[..month_at]);
    let day: u8 = inner[month_at + '月'.len_utf8()..day_at].parse().ok()?;
    let before = &inner[..month_at - month.len()];
    let month: u8 = month.parse().ok()?;
    if inner[day_at + '日'.len_utf8()..end].chars().count() > 2
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
    {
        return None;
    }
    let (place, agency) = prefix_agency(before);
    if place.chars().count() > 8 {
        return None;
    }
    let mark = inner[end..].chars().next().map_or(0, char::len_utf8);
    let raw = head[..start + end + mark].to_owned();
    let place = (!place.is_empty()).then(|| place.to_owned());
    Some((raw, Parts { place, day: Some((month, day, None)), agency, bracketed: true, ..Parts::default() }))
}

fn prefix_agency(text: &str) -> (&str, Option<&'static str>) {
    let rest = text.strip_prefix("本报").or_else(|| text.strip_prefix("本報")).unwrap_or(text);
    let found = rest
        .char_indices()
        .map(|(i, c)| i + c.len_utf8())
        .rev()
        .find_map(|end| agencies::agency(&rest[..end]).map(|a| (end, a)));
    match found {
        Some((end, agency)) => (&rest[end..], Some(agency)),
        None => (rest, None),
    }
}

fn suffix_agency(text: &str) -> Option<(&str, &'static str)> {
    text.char_indices()
        .find_map(|(i, _)| agencies::agency(&text[i..]).map(|a| (text[..i].trim_end_matches(['=', '＝']), a)))
}

fn is_eastern(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c as u32 >= 0x2e80 || c == '・')
}
