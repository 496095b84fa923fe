//! Calendar arithmetic: the proleptic Gregorian calendar, and Persian dates turned into it.

/// Days since 1970-01-01 (Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
pub fn day_number(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let shifted = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day number.
pub fn from_day_number(days: i64) -> (i32, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u8;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month, day)
}

pub fn valid(year: i32, month: u8, day: u8) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=longest).contains(&day) && (1..=9999).contains(&year)
}

/// A date of the Persian solar calendar, by its 33-year cycle: exact for the years 1244 to 1473.
pub fn from_jalali(year: i32, month: u8, day: u8) -> Option<(i32, u8, u8)> {
    if !(1244..=1473).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let before = if month <= 7 { (i64::from(month) - 1) * 31 } else { (i64::from(month) - 1) * 30 + 6 };
    let years = i64::from(year) + 1595;
    let days = 365 * years + years / 33 * 8 + (years % 33 + 3) / 4 + before + i64::from(day);
    // 1403-01-01 is 2024-03-20, day 19802 since 1970.
    let reference = 365 * 2998 + 2998 / 33 * 8 + (2998 % 33 + 3) / 4 + 1;
    Some(from_day_number(days - reference + 19_802))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_go_and_come_back() {
        for (date, number) in
            [((1970, 1, 1), 0), ((2000, 3, 1), 11_017), ((2024, 3, 20), 19_802), ((1899, 12, 31), -25_568)]
        {
            assert_eq!(day_number(date.0, date.1, date.2), number);
            assert_eq!(from_day_number(number), date);
        }
    }

    #[test]
    fn persian_dates() {
        for (persian, gregorian) in [
            ((1403, 2, 9), (2024, 4, 28)),
            ((1399, 12, 30), (2021, 3, 20)),
            ((1400, 1, 1), (2021, 3, 21)),
            ((1357, 11, 22), (1979, 2, 11)),
        ] {
            assert_eq!(from_jalali(persian.0, persian.1, persian.2), Some(gregorian));
        }
        assert_eq!(from_jalali(2024, 1, 1), None);
    }
}
