//! Dates as pages state them: ISO and epoch variants, numbers in three orders, month names of eighty
//! languages. A moment keeps the precision it was stated at, and a zone only where one was stated.

mod civil;
mod compact;
mod months;
mod tokens;
mod weekdays;
mod words;

pub use civil::{day_number, from_jalali};
pub use months::month;
pub use weekdays::is_day_of_week;
pub use words::{is_label, is_romance_weekday, is_weekday};

use crate::model::article::{Precision, Timestamp};
use crate::model::script::cut;

/// A date, and perhaps a time of day, as stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    pub year: i32,
    pub month: Option<u8>,
    pub day: Option<u8>,
    /// Hour and minute; seconds where stated.
    pub time: Option<(u8, u8, Option<u8>)>,
    /// Minutes east of UTC; 0 was stated as `Z`, `UTC` or `+00:00`.
    pub offset: Option<i32>,
}

/// What helps to read a date that is ambiguous by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// BCP 47 tag of the page, e.g. `en-US`.
    pub language: Option<&'a str>,
    /// The page's own capture time. Nothing beyond a day after it is believed.
    pub now: Option<Moment>,
    /// A time before which the page was captured, where no more is known. Nothing beyond a day after it is believed.
    pub before: Option<Moment>,
}

/// Longest attribute or line that is looked at for a date, in bytes.
const LONGEST: usize = 400;
/// The earliest year that a news page is believed to be published in.
const EARLIEST: i32 = 1800;
/// Without a capture time, years from here on are not believed.
const LATEST: i32 = 2100;

/// Reads an attribute or a line that is all date: `2024-04-28T10:20:00+02:00`, `1714292400`,
/// `28 April 2024, 10.20 Uhr`, `April 2024`.
pub fn parse(raw: &str, context: &Context<'_>) -> Option<Moment> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > LONGEST {
        return None;
    }
    let moment = compact::iso(raw)
        .or_else(|| compact::epoch(raw))
        .or_else(|| words::find(raw, context).map(|found| found.moment))
        .or_else(|| words::month_and_year(raw, context))?;
    moment.believable(context).then_some(moment)
}

/// The first date that stands in a line among other words, to the day at least.
pub fn find(line: &str, context: &Context<'_>) -> Option<Moment> {
    let found = words::find(cut(line, LONGEST), context)?;
    found.moment.believable(context).then_some(found.moment)
}

/// What a line says before and behind its first date, the companions of the date aside: `Ada Fern` and nothing of
/// `Ada Fern, Fri 8 May 2026, 16:42`.
pub fn beside<'l>(line: &'l str, context: &Context<'_>) -> Option<(&'l str, &'l str)> {
    if line.len() > LONGEST {
        return None;
    }
    let found = words::find(line, context).filter(|found| found.moment.believable(context))?;
    Some((&line[..found.span.start], &line[found.span.end..]))
}

/// How many letters of the line are no part of its first date: few, where the line is a date line.
pub fn letters_beside(line: &str, context: &Context<'_>) -> Option<usize> {
    if line.len() > LONGEST {
        return None;
    }
    Some(words::find(line, context)?.letters_beside)
}

impl Moment {
    pub fn day(year: i32, month: u8, day: u8) -> Option<Self> {
        civil::valid(year, month, day).then_some(Self {
            year,
            month: Some(month),
            day: Some(day),
            ..Self::default()
        })
    }

    pub fn precision(&self) -> Precision {
        match (self.month, self.day, self.time) {
            (None, _, _) => Precision::Year,
            (_, None, _) => Precision::Month,
            (_, _, None) => Precision::Day,
            (_, _, Some((_, _, None))) => Precision::Minute,
            (_, _, Some((_, _, Some(_)))) => Precision::Second,
        }
    }

    /// ISO 8601 cut at the precision.
    pub fn value(&self) -> String {
        let mut out = format!("{:04}", self.year);
        let (Some(month), day) = (self.month, self.day) else { return out };
        out += &format!("-{month:02}");
        let Some(day) = day else { return out };
        out += &format!("-{day:02}");
        let Some((hour, minute, second)) = self.time else { return out };
        out += &format!("T{hour:02}:{minute:02}");
        if let Some(second) = second {
            out += &format!(":{second:02}");
        }
        match self.offset {
            Some(0) => out.push('Z'),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                out += &format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
            }
            None => {}
        }
        out
    }

    pub fn timestamp(&self, raw: &str) -> Timestamp {
        Timestamp { value: self.value(), precision: self.precision(), raw: raw.trim().to_owned() }
    }

    /// Days since 1970-01-01 in the stated zone; the first of the month or year where coarser.
    pub fn days(&self) -> i64 {
        day_number(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// Minutes since 1970 in UTC, reading a stated time without a zone as UTC.
    pub fn utc_minutes(&self) -> i64 {
        let (hour, minute, _) = self.time.unwrap_or((0, 0, None));
        self.days() * 1440 + i64::from(hour) * 60 + i64::from(minute) - i64::from(self.offset.unwrap_or(0))
    }

    /// Whether both may name the same day, in their own zones or in UTC.
    pub fn same_day(&self, other: &Self) -> bool {
        if self.day.is_none() || other.day.is_none() {
            let open = self.month.is_none() || other.month.is_none();
            return self.year == other.year && (self.month == other.month || open);
        }
        let days = |m: &Self| [m.days(), m.utc_minutes().div_euclid(1440)];
        days(self).iter().any(|d| days(other).contains(d))
    }

    fn believable(&self, context: &Context<'_>) -> bool {
        // The zero of computers' clocks, in its own zone or in UTC, is a field left empty.
        let zero = self.day.is_some() && (self.utc_minutes() == 0 || self.days() == 0);
        if !(EARLIEST..LATEST).contains(&self.year) || zero {
            return false;
        }
        match context.now.or(context.before) {
            Some(now) if now.day.is_some() => {
                // A time without a zone may be up to fourteen hours ahead of UTC.
                let slack = if self.offset.is_none() && self.time.is_some() { 14 * 60 } else { 0 };
                let end_of_day = if now.time.is_none() { 1439 } else { 0 };
                self.utc_minutes() <= now.utc_minutes() + end_of_day + 1440 + slack
            }
            _ => true,
        }
    }
}

impl<'a> Context<'a> {
    /// Primary subtag, e.g. `pt` of `pt-BR`.
    pub fn primary(&self) -> Option<&'a str> {
        self.language.and_then(|tag| tag.split(['-', '_']).next()).filter(|s| !s.is_empty())
    }

    /// Whether `4/5/2024` means April: only where the page says that it is American.
    fn month_first(&self) -> Option<bool> {
        let tag = self.language?.to_ascii_lowercase().replace('_', "-");
        match tag.as_str() {
            "en-us" | "en-ph" | "es-us" => Some(true),
            "en" => None,
            _ => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str, language: &str) -> String {
        let context =
            Context { language: (!language.is_empty()).then_some(language), now: None, before: None };
        parse(raw, &context).map_or_else(|| "-".into(), |m| m.value())
    }

    #[test]
    fn attributes_of_machines() {
        for (raw, expected) in [
            ("2024-04-28T10:20:30+02:00", "2024-04-28T10:20:30+02:00"),
            ("2024-04-28T10:20:30.123456Z", "2024-04-28T10:20:30Z"),
            ("2024-04-28T10:20+0200", "2024-04-28T10:20+02:00"),
            ("2024-04-28 10:20:30 +02:00", "2024-04-28T10:20:30+02:00"),
            ("2024-04-28 10:20:30 UTC", "2024-04-28T10:20:30Z"),
            ("2024-04-28 10:20", "2024-04-28T10:20"),
            ("2024-04-28T00:00:00", "2024-04-28"),
            ("2024-04-28T00:00:00+02:00", "2024-04-28"),
            ("2024-04-28", "2024-04-28"),
            ("2024/04/28", "2024-04-28"),
            ("2024-4-8", "2024-04-08"),
            ("20240428", "2024-04-28"),
            ("20240428T102030Z", "2024-04-28T10:20:30Z"),
            ("202404281020", "2024-04-28T10:20"),
            ("2024-04", "2024-04"),
            ("2024", "2024"),
            ("1714299630", "2024-04-28T10:20:30Z"),
            ("1714299630000", "2024-04-28T10:20:30Z"),
            ("0", "-"),
            ("1970-01-01T00:00:00+00:00", "-"),
            ("1969-12-31T19:00:00-05:00", "-"),
            ("1970-01-02", "1970-01-02"),
            ("Sun, 28 Apr 2024 10:20:30 GMT", "2024-04-28T10:20:30Z"),
            ("Sun, 28 Apr 2024 10:20:30 -0400", "2024-04-28T10:20:30-04:00"),
            ("Fri Apr 28 19:20:36 CEST 2023", "2023-04-28T19:20:36+02:00"),
            ("Mon Apr 29 2024 10:37:00 GMT+0200 (CEST)", "2024-04-29T10:37:00+02:00"),
            ("2024-13-40", "-"),
            ("2023-02-29", "-"),
            ("yesterday", "-"),
            ("2203-01-01", "-"),
            ("12", "-"),
            ("", "-"),
        ] {
            assert_eq!(value(raw, ""), expected, "{raw}");
        }
    }

    #[test]
    fn dates_that_people_read() {
        for (raw, language, expected) in [
            ("April 28, 2024", "en", "2024-04-28"),
            ("28th of April 2024", "en", "2024-04-28"),
            ("Sat 8 Feb 2025 06:00 GMT", "en", "2025-02-08T06:00Z"),
            ("Sat, Feb 8, 2025", "en", "2025-02-08"),
            ("mar. 11 févr. 2025", "fr", "2025-02-11"),
            ("14:00, 28 Apr 2024", "en", "2024-04-28T14:00"),
            ("Published Apr. 28, 2024 3:05 p.m. EDT", "en", "2024-04-28T15:05-04:00"),
            ("Sept. 3, 2024 at 12:10 AM", "en", "2024-09-03T00:10"),
            ("04/28/2024", "en", "2024-04-28"),
            ("28/04/2024", "en", "2024-04-28"),
            ("04/05/2024", "en", "-"),
            ("04/05/2024", "en-US", "2024-04-05"),
            ("04/05/2024", "en-GB", "2024-05-04"),
            ("04/05/2024", "fr", "2024-05-04"),
            ("28.04.2024, 10.20 Uhr", "de", "2024-04-28T10:20"),
            ("28. April 2024 um 10:20 Uhr", "de", "2024-04-28T10:20"),
            ("Stand: 28.04.24", "de", "2024-04-28"),
            ("1. März 2024", "de", "2024-03-01"),
            ("le 28 avril 2024 à 10h20", "fr", "2024-04-28T10:20"),
            ("1er mai 2024", "fr", "2024-05-01"),
            ("28 de abril de 2024", "es", "2024-04-28"),
            ("28 de abril de 2024 às 10h20", "pt", "2024-04-28T10:20"),
            ("28 aprile 2024", "it", "2024-04-28"),
            ("28 april 2024 om 10:20", "nl", "2024-04-28T10:20"),
            ("28. april 2024 kl. 10.20", "da", "2024-04-28T10:20"),
            ("28. huhtikuuta 2024 klo 10.20", "fi", "2024-04-28T10:20"),
            ("28 kwietnia 2024, 10:20", "pl", "2024-04-28T10:20"),
            ("28. dubna 2024", "cs", "2024-04-28"),
            ("2 listopada 2024", "pl", "2024-11-02"),
            ("2. listopada 2024.", "hr", "2024-10-02"),
            ("2024. április 28.", "hu", "2024-04-28"),
            ("28 aprilie 2024", "ro", "2024-04-28"),
            ("28 апреля 2024, 10:20", "ru", "2024-04-28T10:20"),
            ("28 квітня 2024 р.", "uk", "2024-04-28"),
            ("28 април 2024 г.", "bg", "2024-04-28"),
            ("28 Απριλίου 2024", "el", "2024-04-28"),
            ("28 Nisan 2024", "tr", "2024-04-28"),
            ("2024 m. balandžio 28 d.", "lt", "2024-04-28"),
            ("2024. gada 28. aprīlis", "lv", "2024-04-28"),
            ("28. aprill 2024", "et", "2024-04-28"),
            ("28 tháng 4, 2024", "vi", "2024-04-28"),
            ("28 April 2024 | 10:20 WIB", "id", "2024-04-28T10:20+07:00"),
            ("2024年4月28日 10:20", "ja", "2024-04-28T10:20"),
            ("2024 年 4 月 28 日 10:20", "zh", "2024-04-28T10:20"),
            ("令和6年4月28日(日) 10時20分", "ja", "2024-04-28T10:20"),
            ("平成 31 年 4 月 28 日", "ja", "2019-04-28"),
            ("中華民國113年4月28日 10:20", "zh", "2024-04-28T10:20"),
            ("第6年4月28日", "zh", "-"),
            ("28 d'abril de 2024", "ca", "2024-04-28"),
            ("۱۴۰۳/۰۲/۰۹ - ۱۰:۲۰", "fa", "2024-04-28T10:20"),
            ("1403/02/09", "en", "-"),
            ("الأحد 19 شوال 1445 هـ الموافق 28 أبريل 2024", "ar", "2024-04-28"),
            ("2024年04月28日10时20分", "zh", "2024-04-28T10:20"),
            ("2024년 4월 28일 오후 3:05", "ko", "2024-04-28T15:05"),
            ("2024.04.28. 10:20", "ko", "2024-04-28T10:20"),
            ("28 أبريل 2024", "ar", "2024-04-28"),
            ("٢٨ أبريل ٢٠٢٤", "ar", "2024-04-28"),
            ("28 באפריל 2024", "he", "2024-04-28"),
            ("28 अप्रैल 2024", "hi", "2024-04-28"),
            ("6 मई 2024, 11:20 AM", "hi", "2024-05-06T11:20"),
            ("৬ মে ২০২৪", "bn", "2024-05-06"),
            ("28 أفريل 2024", "ar", "2024-04-28"),
            ("28 غشت 2024", "ar", "2024-08-28"),
            ("9 اردیبهشت 1403", "fa", "2024-04-28"),
            ("28 เม.ย. 2567", "th", "2024-04-28"),
            ("28 เมษายน 2567", "th", "2024-04-28"),
            ("3 hours ago", "en", "-"),
            ("Version 1.2.2024.7", "en", "-"),
        ] {
            assert_eq!(value(raw, language), expected, "{raw} [{language}]");
        }
    }

    #[test]
    fn every_precision_is_kept_as_stated() {
        use Precision::{Day, Minute, Month, Second, Year};
        for (raw, language, expected, precision) in [
            ("2014", "", "2014", Year),
            ("2014-03", "", "2014-03", Month),
            ("2014/03", "", "2014-03", Month),
            ("2014-03-11", "", "2014-03-11", Day),
            ("2014-03-11T10:20", "", "2014-03-11T10:20", Minute),
            ("2014-03-11T10:20:05", "", "2014-03-11T10:20:05", Second),
            ("March 2014", "en", "2014-03", Month),
            ("Mar. 2014", "en", "2014-03", Month),
            ("März 2014", "de", "2014-03", Month),
            ("mars 2014", "fr", "2014-03", Month),
            ("marzo de 2014", "es", "2014-03", Month),
            ("março de 2014", "pt", "2014-03", Month),
            ("marzo 2014", "it", "2014-03", Month),
            ("maart 2014", "nl", "2014-03", Month),
            ("marts 2014", "da", "2014-03", Month),
            ("mars 2014", "sv", "2014-03", Month),
            ("maaliskuu 2014", "fi", "2014-03", Month),
            ("marzec 2014", "pl", "2014-03", Month),
            ("březen 2014", "cs", "2014-03", Month),
            ("2014. március", "hu", "2014-03", Month),
            ("martie 2014", "ro", "2014-03", Month),
            ("март 2014 г.", "ru", "2014-03", Month),
            ("березень 2014 року", "uk", "2014-03", Month),
            ("Μάρτιος 2014", "el", "2014-03", Month),
            ("Mart 2014", "tr", "2014-03", Month),
            ("tháng 3, 2014", "vi", "2014-03", Month),
            ("Maret 2014", "id", "2014-03", Month),
            ("2014年3月", "ja", "2014-03", Month),
            ("２０１４年３月", "ja", "2014-03", Month),
            ("2014年03月", "zh", "2014-03", Month),
            ("2014년 3월", "ko", "2014-03", Month),
            ("مارس ٢٠١٤", "ar", "2014-03", Month),
            ("מרץ 2014", "he", "2014-03", Month),
            ("मार्च २०१४", "hi", "2014-03", Month),
            ("มีนาคม 2557", "th", "2014-03", Month),
        ] {
            let context =
                Context { language: (!language.is_empty()).then_some(language), ..Context::default() };
            let moment = parse(raw, &context).unwrap_or_else(|| panic!("{raw} [{language}] is not read"));
            assert_eq!((moment.value().as_str(), moment.precision()), (expected, precision), "{raw}");
        }
        // A Persian month lies in two of ours.
        for raw in ["فروردین ۱۴۰۳", "2014年13月", "tháng 13, 2014", "March", "3 2014", "May Smith"]
        {
            assert_eq!(value(raw, "fa"), "-", "{raw}");
        }
    }

    #[test]
    fn nothing_from_beyond_tomorrow() {
        let now = compact::iso("2024-04-28T12:00:00Z");
        let context = Context { language: None, now, before: None };
        assert!(parse("2024-04-29T11:00:00Z", &context).is_some());
        assert!(parse("2024-04-29T13:00:00Z", &context).is_none());
        assert!(parse("2031-01-01", &context).is_none());
        assert!(parse("2024-04-29", &context).is_some());
        assert!(parse("2024-04-30", &context).is_none());
    }

    #[test]
    fn what_stands_beside_a_date() {
        for (line, language, expected) in [
            ("Ada Fern, Fri 8 May 2026 16.42 BST", "en", "Ada Fern|"),
            ("4. května 2026 7:00 \u{a0} Božena Křížová, ČTK", "cs", "|Božena Křížová, ČTK"),
            ("Bart van den Akker maandag 30 maart 2026, 7:30 uur", "nl", "Bart van den Akker|"),
            ("Соломія Гнатенко, п’ятниця, 6 березня 2026", "uk", "Соломія Гнатенко|"),
            ("Published: Monday 3 June 2024 by Ada Li", "en", "|Ada Li"),
            ("Bo Ek 3 juni 2024", "sv", "Bo Ek|"),
        ] {
            let context = Context { language: Some(language), ..Context::default() };
            let (head, tail) = beside(line, &context).unwrap_or_else(|| panic!("{line} states no date"));
            assert_eq!(format!("{head}|{tail}"), expected, "{line}");
        }
    }

    #[test]
    fn hostile_lines_end() {
        let context = Context::default();
        for line in ["1".repeat(5000), "1/".repeat(3000), "april ".repeat(2000), "٢".repeat(3000)] {
            assert_eq!(find(&line, &context), None);
            assert_eq!(parse(&line, &context), None);
        }
    }
}
