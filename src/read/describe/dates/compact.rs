//! Dates as machines write them: ISO 8601 and its cousins, digits run together, seconds since 1970.

use super::Moment;
use super::civil;

/// `YYYY[-MM[-DD[(T| )HH:MM[:SS[.fff]][ ]zone]]]`, with `/` or `.` for `-`, or run together. Midnight to
/// the second is how programs write a day without a time: it is cut to the day.
pub fn iso(raw: &str) -> Option<Moment> {
    let bytes = raw.as_bytes();
    if !raw.is_ascii() {
        return None;
    }
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let (mut moment, rest) = match digits {
        4 => separated(raw)?,
        8 | 12 | 14 => run_together(raw, digits)?,
        _ => return None,
    };
    let rest = rest.trim_start();
    if moment.time.is_some() {
        moment.offset = match zone(rest) {
            Some((offset, "")) => Some(offset),
            Some(_) => return None,
            None if rest.is_empty() => None,
            None => return None,
        };
    } else if !rest.is_empty() && zone(rest).is_none_or(|(_, after)| !after.is_empty()) {
        return None;
    }
    if matches!(moment.time, Some((0, 0, Some(0)))) {
        moment.time = None;
        moment.offset = None;
    }
    Some(moment)
}

/// Seconds or milliseconds since 1970, between 1995 and 2065: shorter numbers are something else.
pub fn epoch(raw: &str) -> Option<Moment> {
    let seconds: i64 = match raw.len() {
        9 | 10 => raw.parse().ok()?,
        12 | 13 => raw.parse::<i64>().ok()? / 1000,
        _ => return None,
    };
    if !(788_918_400..3_000_000_000).contains(&seconds) {
        return None;
    }
    let (year, month, day) = civil::from_day_number(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let part = |n: i64| (n % 60) as u8;
    let mut moment = Moment::day(year, month, day)?;
    moment.time = Some(((of_day / 3600) as u8, part(of_day / 60), Some(part(of_day))));
    moment.offset = Some(0);
    Some(moment)
}

fn separated(raw: &str) -> Option<(Moment, &str)> {
    let mut scan = Scan(raw);
    let year = scan.number(4, 4)? as i32;
    let mut moment = Moment { year, ..Moment::default() };
    let separator = match scan.peek() {
        None => return Some((moment, "")),
        Some(s @ ('-' | '/' | '.')) => s,
        Some(_) => return None,
    };
    scan.skip();
    let month = scan.number(1, 2)? as u8;
    if !(1..=12).contains(&month) {
        return None;
    }
    moment.month = Some(month);
    if scan.peek() != Some(separator) {
        return scan.0.is_empty().then_some((moment, ""));
    }
    scan.skip();
    let day = scan.number(1, 2)? as u8;
    let mut moment = Moment::day(year, month, day)?;
    let after_day = scan.0;
    if matches!(scan.peek(), Some('T' | 't' | ' ')) {
        scan.0 = scan.0[1..].trim_start();
        if let Some(hour) = scan.number(1, 2) {
            if scan.peek() != Some(':') {
                return None;
            }
            scan.skip();
            moment.time = Some((hour as u8, scan.number(2, 2)? as u8, None));
            if scan.peek() == Some(':') {
                scan.skip();
                let second = scan.number(2, 2)? as u8;
                moment.time = moment.time.map(|(h, m, _)| (h, m, Some(second)));
                if matches!(scan.peek(), Some('.' | ',')) {
                    scan.skip();
                    scan.0 = scan.0.trim_start_matches(|c: char| c.is_ascii_digit());
                }
            }
            return in_range(moment).then_some((moment, scan.0));
        }
        return None;
    }
    after_day.is_empty().then_some((moment, "")).or(Some((moment, after_day)))
}

fn run_together(raw: &str, digits: usize) -> Option<(Moment, &str)> {
    let mut scan = Scan(raw);
    let (year, month, day) = (scan.number(4, 4)?, scan.number(2, 2)?, scan.number(2, 2)?);
    let mut moment = Moment::day(year as i32, month as u8, day as u8)?;
    if matches!(scan.peek(), Some('T' | 't')) {
        scan.skip();
    } else if digits == 8 {
        return scan.0.is_empty().then_some((moment, ""));
    }
    let (hour, minute) = (scan.number(2, 2)? as u8, scan.number(2, 2)? as u8);
    moment.time = Some((hour, minute, scan.number(2, 2).map(|s| s as u8)));
    in_range(moment).then_some((moment, scan.0))
}

pub fn in_range(moment: Moment) -> bool {
    moment.time.is_none_or(|(h, m, s)| h < 24 && m < 60 && s.is_none_or(|s| s < 60))
}

/// A zone at the start of `text`, in minutes east of UTC, and what follows it.
pub fn zone(text: &str) -> Option<(i32, &str)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters > 0 {
        let (name, rest) = text.split_at(letters);
        let named = named_zone(name)?;
        if named == 0 && rest.starts_with(['+', '-']) {
            return numeric_zone(rest);
        }
        return Some((named, rest.trim_start()));
    }
    numeric_zone(text)
}

fn numeric_zone(text: &str) -> Option<(i32, &str)> {
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let mut scan = Scan(&text[1..]);
    let hours = scan.number(1, 2)? as i32;
    if scan.peek() == Some(':') {
        scan.skip();
    }
    let minutes = scan.number(2, 2).unwrap_or(0) as i32;
    (hours <= 14 && minutes < 60).then(|| (sign * (hours * 60 + minutes), scan.0.trim_start()))
}

/// Abbreviations that mean one offset in news pages. `ET`, `CT`, `IST` and the like do not.
fn named_zone(name: &str) -> Option<i32> {
    Some(match name.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "WET" => 0,
        "BST" | "CET" | "MEZ" | "WAT" | "WEST" => 60,
        "CEST" | "MESZ" | "EET" | "SAST" | "CAT" => 120,
        "EEST" | "MSK" | "EAT" | "TRT" => 180,
        "PKT" => 300,
        "WIB" | "ICT" => 420,
        "HKT" | "SGT" | "MYT" | "WITA" | "AWST" => 480,
        "JST" | "KST" | "WIT" => 540,
        "AEST" => 600,
        "AEDT" => 660,
        "NZST" => 720,
        "NZDT" => 780,
        "BRT" | "ART" | "ADT" => -180,
        "EDT" | "AST" => -240,
        "EST" | "CDT" => -300,
        "CST" | "MDT" => -360,
        "MST" | "PDT" => -420,
        "PST" => -480,
        _ => return None,
    })
}

struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }
    fn skip(&mut self) {
        self.0 = &self.0[1..];
    }
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if digits < least {
            return None;
        }
        let value = self.0[..digits].parse().ok()?;
        self.0 = &self.0[digits..];
        Some(value)
    }
}
