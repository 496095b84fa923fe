//! Dates as people write them, found among other words: three numbers, or a day, a month's name and a
//! year in any of the orders in use, with a time of day and a zone beside them.

use std::ops::Range;

use super::compact::{in_range, zone};
use super::months::{PERSIAN_BASE, month};
use super::tokens::{Token, placed, tokens};
use super::weekdays::is_day_of_week;
use super::{Context, Moment, civil};

pub struct Found {
    pub moment: Moment,
    /// Letters of the line in words that are no part of the date, its time, or their usual companions.
    pub letters_beside: usize,
    /// Bytes of the line that the date takes with its time and companions.
    pub span: Range<usize>,
}

/// The first whole date of a line.
pub fn find(line: &str, context: &Context<'_>) -> Option<Found> {
    let (tokens, places) = placed(line);
    for at in 0..tokens.len() {
        let found = numeric(&tokens, at, context).or_else(|| named(&tokens, at, context));
        let Some((mut moment, end)) = found else { continue };
        let start = at;
        let (time, time_end) = time_after(&tokens, end);
        let mut end = end;
        if let Some((time, offset)) = time {
            moment.time = Some(time);
            moment.offset = offset;
            end = time_end;
        } else if let Some((time, offset)) = time_before(&tokens, start) {
            moment.time = Some(time);
            moment.offset = offset;
        }
        if !in_range(moment) {
            moment.time = None;
            moment.offset = None;
        }
        let letters_beside = tokens
            .iter()
            .enumerate()
            .filter(|(i, _)| !(start..end).contains(i))
            .map(|(_, t)| match t {
                Token::Word(w) if !companion(w) => w.chars().count(),
                _ => 0,
            })
            .sum();
        // A short word with a capital may be part of a name.
        let small = |i: usize| line[places[i]..].starts_with(|c: char| !c.is_uppercase());
        let beside = |i: usize| match &tokens[i] {
            Token::Word(w) => {
                let named = companion(w) && (w.chars().count() > 2 || small(i));
                named || is_day_of_week(w) || matches!(zone(w), Some((_, "")))
            }
            Token::Space | Token::Number(..) => true,
            Token::Mark(c) => !matches!(c, '|' | '·' | '•' | '/' | '"' | '“' | '«'),
        };
        let from = (0..start).rev().take_while(|i| beside(*i)).last().unwrap_or(start);
        let to = (end..tokens.len()).take_while(|i| beside(*i)).last().map_or(end, |i| i + 1);
        return Some(Found { moment, letters_beside, span: places[from]..places[to] });
    }
    None
}

/// `April 2024`, `marzo de 2024`, `2024年4月`, where nothing else is said.
pub fn month_and_year(line: &str, context: &Context<'_>) -> Option<Moment> {
    let beside =
        |w: &str| matches!(w, "de" | "del" | "of" | "г" | "р" | "m" | "gada" | "року" | "года" | "พ.ศ");
    let tokens: Vec<Token> = tokens(line)
        .into_iter()
        .filter(|t| !matches!(t, Token::Space | Token::Mark(',' | '.' | '/')))
        .filter(|t| !matches!(t, Token::Word(w) if beside(w)))
        .collect();
    let (number, year) = match tokens.as_slice() {
        [Token::Word(w), Token::Number(y, 4)] | [Token::Number(y, 4), Token::Word(w)] => {
            (month(w, context.primary()).filter(|m| *m <= 12)?, *y)
        }
        [Token::Number(y, 4), Token::Word(year), Token::Number(n @ 1..=12, _), Token::Word(of)]
            if matches!((year.as_str(), of.as_str()), ("年", "月") | ("년", "월")) =>
        {
            (*n as u8, *y)
        }
        [Token::Word(of), Token::Number(n @ 1..=12, 1 | 2), Token::Number(y, 4)] if of == "tháng" => {
            (*n as u8, *y)
        }
        _ => return None,
    };
    // The Buddhist era, in which Thai papers count.
    let year = if (2400..=2700).contains(&year) { year - 543 } else { year };
    Some(Moment { year: year as i32, month: Some(number), ..Moment::default() })
}

/// Three numbers at `at`: `2024-04-28`, `28.04.2024`, `4/28/2024`, `2024年4月28日`, `2024. 4. 28`.
fn numeric(tokens: &[Token], at: usize, context: &Context<'_>) -> Option<(Moment, usize)> {
    let Token::Number(mut first, mut first_digits) = *tokens.get(at)? else { return None };
    if at > 0 && joins(&tokens[at - 1]) && matches!(tokens.get(at.wrapping_sub(2)), Some(Token::Number(..))) {
        return None;
    }
    let (first_mark, i) = separator(tokens, at + 1)?;
    let Token::Number(second, second_digits) = *tokens.get(i)? else { return None };
    let (second_mark, j) = separator(tokens, i + 1)?;
    let Token::Number(third, third_digits) = *tokens.get(j)? else { return None };
    if first_mark != second_mark || second_digits > 2 {
        return None;
    }
    if first_mark == '年' && first_digits < 4 {
        (first, first_digits) = (first + era_before(tokens, at)?, 4);
    }
    if first_digits == 4 && (1300..1500).contains(&first) && context.primary() == Some("fa") {
        let (year, month, day) = civil::from_jalali(first as i32, second as u8, third as u8)?;
        return Moment::day(year, month, day).map(|m| (m, j + 1));
    }
    let mut end = j + 1;
    if first_mark == '年'
        && matches!(tokens.get(end), Some(Token::Word(w)) if w.starts_with(['日', '號', '号', '일']))
    {
        end += 1;
    } else if joins(tokens.get(end).unwrap_or(&Token::Space))
        && matches!(tokens.get(end + 1), Some(Token::Number(..)))
    {
        return None;
    }
    if first_digits == 4 && third_digits <= 2 {
        return date(first, second as u8, third as u8).map(|m| (m, end));
    }
    if first_digits > 2 || first_mark == '年' {
        return None;
    }
    let year = match third_digits {
        4 => third,
        // Two digits of a year only where the marks are those of a date and nothing else.
        2 if matches!(first_mark, '.' | '/') && first_digits == 2 && second_digits == 2 => 2000 + third,
        _ => return None,
    };
    let month_first = match (first > 12, second > 12) {
        (true, true) => return None,
        (true, false) => false,
        (false, true) => true,
        (false, false) if first == second => false,
        (false, false) if first_mark != '/' => context.month_first() == Some(true) && first_mark == '-',
        (false, false) => context.month_first()?,
    };
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    date(year, month as u8, day as u8).map(|m| (m, end))
}

/// The year before the first of the era that stands before a year: `令和8年`, `民國 115 年`.
fn era_before(tokens: &[Token], year: usize) -> Option<u32> {
    const ERAS: [(&str, u32); 6] =
        [("令和", 2018), ("平成", 1988), ("昭和", 1925), ("大正", 1911), ("民國", 1911), ("民国", 1911)];
    let at = year.checked_sub(1)?;
    let at = if tokens[at] == Token::Space { at.checked_sub(1)? } else { at };
    let Token::Word(word) = &tokens[at] else { return None };
    ERAS.iter().find(|(era, _)| word.ends_with(era)).map(|(_, before)| *before)
}

/// A day, a month's name and a year at `at`, in any order, with up to two short words between.
fn named(tokens: &[Token], at: usize, context: &Context<'_>) -> Option<(Moment, usize)> {
    match &tokens[at] {
        Token::Number(first, digits) => {
            let (first, digits) = (*first, *digits);
            if digits <= 2 && (1..=31).contains(&first) {
                let (month, i) = month_near(tokens, at + 1, context)?;
                let (year, end) = year_near(tokens, i)?;
                return date(year, month, first as u8).map(|m| (m, end));
            }
            if digits == 4 {
                // 2024 m. balandžio 28 · 2024. április 28. · 2024. gada 28. aprīlis
                if let Some((month, i)) = month_near(tokens, at + 1, context) {
                    let (day, end) = day_near(tokens, i)?;
                    return date(first, month, day).map(|m| (m, end));
                }
                let (day, i) = day_near(tokens, at + 1)?;
                let (month, end) = month_near(tokens, i, context)?;
                return date(first, month, day).map(|m| (m, end));
            }
            None
        }
        Token::Word(_) => {
            // April 28, 2024 · Apr 28 19:20:36 CEST 2023
            let (month, i) = month_at(tokens, at, context)?;
            let (day, j) = day_near(tokens, i)?;
            // Sat 8 Feb 2025 · Sat, Feb 8, 2025 · mar. 11 mars 2025: a day of the week that is a month of another
            // language.
            if month_near(tokens, i, context).or_else(|| month_near(tokens, j, context)).is_some() {
                return None;
            }
            let (year, end) = year_near(tokens, j).or_else(|| year_past_time(tokens, j))?;
            date(year, month, day).map(|m| (m, if end > j + 8 { j } else { end }))
        }
        _ => None,
    }
}

/// The month named by the word at `at`, or by it and the next.
fn month_at(tokens: &[Token], at: usize, context: &Context<'_>) -> Option<(u8, usize)> {
    let Some(Token::Word(word)) = tokens.get(at) else { return None };
    let language = context.primary();
    if let (Some(Token::Space), Some(Token::Word(next))) = (tokens.get(at + 1), tokens.get(at + 2))
        && let Some(number) = month(&format!("{word} {next}"), language)
    {
        return Some((number, at + 3));
    }
    // Vietnamese numbers its months: tháng 4.
    if word == "tháng"
        && let (Some(Token::Space), Some(Token::Number(n @ 1..=12, _))) =
            (tokens.get(at + 1), tokens.get(at + 2))
    {
        return Some((*n as u8, at + 3));
    }
    month(word, language).map(|number| (number, at + 1))
}

fn month_near(tokens: &[Token], from: usize, context: &Context<'_>) -> Option<(u8, usize)> {
    near(tokens, from, |i| month_at(tokens, i, context))
}

fn day_near(tokens: &[Token], from: usize) -> Option<(u8, usize)> {
    near(tokens, from, |i| match tokens[i] {
        Token::Number(day @ 1..=31, 1 | 2) if !matches!(tokens.get(i + 1), Some(Token::Mark(':'))) => {
            Some((day as u8, i + 1))
        }
        _ => None,
    })
}

fn year_near(tokens: &[Token], from: usize) -> Option<(u32, usize)> {
    near(tokens, from, |i| match tokens[i] {
        Token::Number(year @ 1200..=2700, 4) => Some((year, i + 1)),
        _ => None,
    })
}

/// The year of `Apr 28 19:20:36 CEST 2023`, behind time and zone.
fn year_past_time(tokens: &[Token], from: usize) -> Option<(u32, usize)> {
    let (time, end) = time_after(tokens, from);
    time?;
    year_near(tokens, end)
}

/// Looks past spaces, marks and at most two short words for what `want` accepts.
fn near<T>(tokens: &[Token], from: usize, want: impl Fn(usize) -> Option<T>) -> Option<T> {
    let mut words = 0;
    for (i, token) in tokens.iter().enumerate().skip(from).take(7) {
        if let Some(found) = want(i) {
            return Some(found);
        }
        match token {
            Token::Space | Token::Mark('.' | ',' | '-' | '/' | '\'' | '’' | 'º' | 'ª' | '°') => {}
            Token::Word(w) if w.chars().count() <= 4 && words < 2 => words += 1,
            _ => return None,
        }
    }
    None
}

type Time = ((u8, u8, Option<u8>), Option<i32>);

/// A time of day that follows a date within a few tokens.
fn time_after(tokens: &[Token], from: usize) -> (Option<Time>, usize) {
    let mut cue = false;
    let mut afternoon = None;
    for i in from..tokens.len().min(from + 10) {
        match &tokens[i] {
            Token::Space
            | Token::Mark(',' | '|' | '-' | '–' | '—' | '·' | '•' | '.' | '/' | '(' | ')' | ':' | '@') =>
                {}
            Token::Word(w) if w.chars().count() <= 9 => {
                cue |= matches!(w.as_str(), "um" | "kl" | "klo" | "at" | "ore" | "om" | "kello" | "alle");
                afternoon = afternoon.or(half_of_day(w));
            }
            Token::Number(..) => {
                return match clock(tokens, i, cue, afternoon) {
                    Some((time, end)) => (Some(time), end),
                    None => (None, from),
                };
            }
            _ => return (None, from),
        }
    }
    (None, from)
}

/// A time of day that stands right before a date: `14:00, 28 Apr 2024`.
fn time_before(tokens: &[Token], date: usize) -> Option<Time> {
    let from = date.saturating_sub(12);
    (from..date).find_map(|i| {
        let (time, end) = clock(tokens, i, false, None)?;
        let between = &tokens[end.min(date)..date];
        between
            .iter()
            .all(|t| {
                matches!(t, Token::Space | Token::Mark(',' | '|' | '-' | '–' | '·'))
                    || matches!(t, Token::Word(w) if companion(w))
            })
            .then_some(time)
    })
}

/// `10:20`, `10:20:30`, `10h20`, `10.20 Uhr`, `3 p.m.`, `10时20分` at `at`, with a zone behind it.
fn clock(tokens: &[Token], at: usize, cue: bool, afternoon: Option<bool>) -> Option<(Time, usize)> {
    let Token::Number(hour, 1 | 2) = *tokens.get(at)? else { return None };
    let mut end = at + 1;
    let (mut minute, mut second) = (None, None);
    match tokens.get(end) {
        Some(Token::Mark(':' | '：')) => {
            minute = two_digits(tokens, end + 1);
            end += 2;
            if minute.is_some()
                && matches!(tokens.get(end), Some(Token::Mark(':')))
                && let Some(s) = two_digits(tokens, end + 1)
            {
                second = Some(s);
                end += 2;
            }
        }
        Some(Token::Mark('.')) => {
            minute = two_digits(tokens, end + 1);
            end += 2;
            if !cue && !matches!(word_near(tokens, end), Some("uhr" | "am" | "pm" | "a.m" | "p.m" | "wib")) {
                return None;
            }
        }
        Some(Token::Word(w)) if matches!(w.as_str(), "h" | "時" | "时" | "點" | "点" | "시") => {
            minute = two_digits(tokens, end + 1).or(two_digits(tokens, end + 2)).or(Some(0));
            end += 1;
            while matches!(tokens.get(end), Some(Token::Number(..) | Token::Space))
                || matches!(tokens.get(end), Some(Token::Word(w)) if w == "分" || w == "분")
            {
                end += 1;
            }
        }
        _ if matches!(word_near(tokens, end), Some("uhr")) => minute = Some(0),
        _ if word_near(tokens, end).and_then(half_of_day).is_some() => minute = Some(0),
        _ => {}
    }
    let minute = minute?;
    let mut hour = hour as u8;
    let mut half = afternoon;
    if let Some((i, word)) = next_word(tokens, end)
        && let Some(found) = half_of_day(word)
    {
        half = Some(found);
        end = i + 1;
    }
    match half {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    if hour > 23 || minute > 59 {
        return None;
    }
    let (offset, end) = zone_after(tokens, end);
    Some((((hour, minute, second), offset), end))
}

/// A zone behind a time, perhaps behind `Uhr` or a bracket.
fn zone_after(tokens: &[Token], from: usize) -> (Option<i32>, usize) {
    let mut i = from;
    while i < tokens.len().min(from + 5) {
        match &tokens[i] {
            Token::Space | Token::Mark('(' | '.' | ',' | '|') => i += 1,
            Token::Word(w) if matches!(w.as_str(), "uhr" | "klo" | "hrs" | "น") => i += 1,
            Token::Word(w) => {
                let mut text = w.clone();
                let mut end = i + 1;
                if let (Some(Token::Mark(sign @ ('+' | '-'))), Some(Token::Number(n, d))) =
                    (tokens.get(end), tokens.get(end + 1))
                {
                    text += &format!("{sign}{n:0width$}", width = *d as usize);
                    end += 2;
                }
                return match zone(&text) {
                    Some((offset, "")) => (Some(offset), end),
                    _ => (None, from),
                };
            }
            Token::Mark(sign @ ('+' | '-')) => {
                let Some(Token::Number(n, d @ (2 | 4))) = tokens.get(i + 1) else { return (None, from) };
                let mut text = format!("{sign}{n:0width$}", width = *d as usize);
                let mut end = i + 2;
                if let (2, Some(Token::Mark(':')), Some(Token::Number(m, 2))) =
                    (*d, tokens.get(end), tokens.get(end + 1))
                {
                    text += &format!(":{m:02}");
                    end += 2;
                }
                return match zone(&text) {
                    Some((offset, "")) => (Some(offset), end),
                    _ => (None, from),
                };
            }
            _ => break,
        }
    }
    (None, from)
}

fn two_digits(tokens: &[Token], at: usize) -> Option<u8> {
    match tokens.get(at)? {
        Token::Number(n, 2) if *n < 60 => Some(*n as u8),
        _ => None,
    }
}

fn next_word(tokens: &[Token], from: usize) -> Option<(usize, &str)> {
    let at = if matches!(tokens.get(from), Some(Token::Space)) { from + 1 } else { from };
    match tokens.get(at)? {
        Token::Word(w) => Some((at, w)),
        _ => None,
    }
}

fn word_near(tokens: &[Token], from: usize) -> Option<&str> {
    next_word(tokens, from).map(|(_, w)| w)
}

/// Afternoon (true) or morning (false).
fn half_of_day(word: &str) -> Option<bool> {
    match word {
        "am" | "a.m" | "a.m." | "上午" | "凌晨" | "午前" | "오전" => Some(false),
        "pm" | "p.m" | "p.m." | "下午" | "晚上" | "午後" | "오후" => Some(true),
        _ => None,
    }
}

/// An English or German name of a weekday, in lower case.
pub fn is_weekday(word: &str) -> bool {
    matches!(
        word,
        "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "mon"
            | "tue"
            | "wed"
            | "thu"
            | "fri"
            | "sat"
            | "sun"
            | "montag"
            | "dienstag"
            | "mittwoch"
            | "donnerstag"
            | "freitag"
            | "samstag"
            | "sonntag"
    )
}

/// A French or Spanish name of a weekday, in lower case.
pub fn is_romance_weekday(word: &str) -> bool {
    matches!(
        word,
        "lundi"
            | "mardi"
            | "mercredi"
            | "jeudi"
            | "vendredi"
            | "samedi"
            | "dimanche"
            | "lunes"
            | "martes"
            | "miércoles"
            | "jueves"
            | "viernes"
            | "sábado"
            | "domingo"
    )
}

/// Whether words beside a date say no more than that it is one: `Published on`, `Stand`, `um Uhr`.
pub fn is_label(text: &str) -> bool {
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words().count() <= 4 && words().all(|word| companion(&word.to_lowercase()))
}

/// Words that stand beside a date and say nothing else.
fn companion(word: &str) -> bool {
    word.chars().count() <= 2
        || half_of_day(word).is_some()
        || is_day_of_week(word)
        || HIJRI.contains(&word)
        || matches!(
            word,
            "uhr"
                | "published"
                | "updated"
                | "posted"
                | "stand"
                | "datum"
                | "date"
                | "publié"
                | "mis"
                | "jour"
                | "publicado"
                | "actualizado"
                | "veröffentlicht"
                | "aktualisiert"
                | "erstellt"
                | "last"
                | "first"
                | "gmt"
                | "utc"
                | "est"
                | "edt"
                | "cet"
                | "cest"
                | "wib"
                | "klo"
                | "the"
                | "on"
                | "الموافق"
                | "uur"
                | "klokken"
                | "ore"
                | "alle"
                | "saat"
                | "pukul"
                | "мск"
                | "года"
                | "року"
                | "ساعت"
                | "الساعة"
                | "ώρα"
                | "พ.ศ"
                | "ngày"
        )
}

/// Months of the Islamic calendar, by which Arab papers print the day a second time.
const HIJRI: [&str; 16] = [
    "محرم",
    "صفر",
    "ربيع",
    "الأول",
    "الآخر",
    "الثاني",
    "جمادى",
    "الأولى",
    "الآخرة",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "القعدة",
    "الحجة",
    "هـ",
];

fn joins(token: &Token) -> bool {
    matches!(token, Token::Mark('.' | '/' | '-'))
}

/// The mark between two numbers of a date and where the next number stands.
fn separator(tokens: &[Token], at: usize) -> Option<(char, usize)> {
    let mut i = at;
    // `2024 年 4 月 28 日`
    let east =
        |i| matches!(tokens.get(i), Some(Token::Word(w)) if matches!(w.as_str(), "年" | "月" | "년" | "월"));
    if tokens.get(i) == Some(&Token::Space) && east(i + 1) {
        i += 1;
    }
    let mark = match tokens.get(i)? {
        Token::Mark(c @ ('-' | '/' | '.')) => *c,
        Token::Mark('‐' | '‑' | '–') => '-',
        Token::Mark('·') => '.',
        Token::Word(w) if matches!(w.as_str(), "年" | "月" | "년" | "월") => '年',
        _ => return None,
    };
    i += 1;
    if matches!(tokens.get(i), Some(Token::Space)) && matches!(mark, '.' | '年' | '/') {
        i += 1;
    }
    Some((mark, i))
}

/// A valid date, Persian months and Buddhist years turned into Gregorian ones.
fn date(year: u32, month: u8, day: u8) -> Option<Moment> {
    if month > PERSIAN_BASE {
        let (year, month, day) = civil::from_jalali(year as i32, month - PERSIAN_BASE, day)?;
        return Moment::day(year, month, day);
    }
    let year = match year {
        2400..=2700 => year - 543,
        year => year,
    };
    Moment::day(year as i32, month, day)
}
