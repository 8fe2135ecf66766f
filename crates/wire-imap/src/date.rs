//! Dates of SEARCH, APPEND and INTERNALDATE (RFC 9051 §9).

use crate::cursor::{Cursor, Expected, Parsed};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// A day that exists.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(leap),
            1..=12 => 31,
            _ => return None,
        };
        ((0..=9999).contains(&year) && (1..=length).contains(&day)).then_some(Date { year, month, day })
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        // Howard Hinnant's days_from_civil: eras of 400 years, years that begin in March.
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let march_month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The day so many days after 1970-01-01; the years 0 to 9999.
    pub fn from_days(days: i64) -> Date {
        let shifted = days.clamp(-719_528, 2_932_896) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date { year: year as i32, month: month as u8, day: day as u8 }
    }

    /// `date = date-text / DQUOTE date-text DQUOTE`, `date-text = date-day "-" date-month "-" date-year`.
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Parsed<Date> {
        let is_quoted = cursor.take(b'"');
        let day = cursor.number()?;
        let date = Date::parse_month_and_year(cursor, day)?;
        if is_quoted {
            cursor.expect(b'"', "a closing quote")?;
        }
        Ok(date)
    }

    fn parse_month_and_year(cursor: &mut Cursor<'_>, day: u32) -> Parsed<Date> {
        const EXPECTED: Expected = Expected("a date like 1-Feb-1994");
        cursor.expect(b'-', EXPECTED.0)?;
        let month = MONTHS.iter().position(|month| cursor.prefix(month)).ok_or(EXPECTED)?;
        cursor.expect(b'-', EXPECTED.0)?;
        let digits = cursor.take_while(|byte| byte.is_ascii_digit());
        let year = crate::cursor::ascii(digits).filter(|digits| digits.len() == 4).ok_or(EXPECTED)?;
        let year = year.parse().map_err(|_| EXPECTED)?;
        Date::new(year, month as u8 + 1, u8::try_from(day).map_err(|_| EXPECTED)?).ok_or(EXPECTED)
    }

    /// Appends `1-Feb-1994`.
    pub(crate) fn encode(self, out: &mut Vec<u8>) {
        let text = format!("{}-{}-{:04}", self.day, MONTHS[usize::from(self.month) - 1], self.year);
        out.extend_from_slice(text.as_bytes());
    }
}

/// A moment with the zone that it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Minutes east of Greenwich.
    pub zone_minutes: i32,
}

impl DateTime {
    /// `date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE`.
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Parsed<DateTime> {
        const EXPECTED: Expected = Expected("a date and time like \"17-Jul-1996 02:44:25 -0700\"");
        cursor.expect(b'"', EXPECTED.0)?;
        // `date-day-fixed = (SP DIGIT) / 2DIGIT`.
        cursor.take(b' ');
        let day = cursor.number()?;
        let date = Date::parse_month_and_year(cursor, day)?;
        cursor.expect(b' ', EXPECTED.0)?;
        let hour = two_digits(cursor).filter(|&hour| hour < 24).ok_or(EXPECTED)?;
        cursor.expect(b':', EXPECTED.0)?;
        let minute = two_digits(cursor).filter(|&minute| minute < 60).ok_or(EXPECTED)?;
        cursor.expect(b':', EXPECTED.0)?;
        let second = two_digits(cursor).filter(|&second| second <= 60).ok_or(EXPECTED)?;
        cursor.expect(b' ', EXPECTED.0)?;
        let sign = if cursor.take(b'-') {
            -1
        } else {
            cursor.expect(b'+', EXPECTED.0)?;
            1
        };
        let zone_hours = two_digits(cursor).filter(|&hours| hours < 24).ok_or(EXPECTED)?;
        let zone_minutes = two_digits(cursor).filter(|&minutes| minutes < 60).ok_or(EXPECTED)?;
        cursor.expect(b'"', EXPECTED.0)?;
        let zone_minutes = sign * (zone_hours * 60 + zone_minutes);
        let local =
            date.days() * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Ok(DateTime { seconds: local - i64::from(zone_minutes) * 60, zone_minutes })
    }

    /// Appends `"17-Jul-1996 02:44:25 -0700"` with its quotes.
    pub fn encode(self, out: &mut Vec<u8>) {
        let local = self.seconds.saturating_add(i64::from(self.zone_minutes) * 60);
        let date = Date::from_days(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let pair = |out: &mut Vec<u8>, number: i64| {
            out.extend_from_slice(&[b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]);
        };
        out.push(b'"');
        if date.day < 10 {
            out.extend_from_slice(&[b' ', b'0' + date.day]);
        } else {
            pair(out, i64::from(date.day));
        }
        out.push(b'-');
        out.extend_from_slice(MONTHS[usize::from(date.month) - 1].as_bytes());
        out.push(b'-');
        pair(out, i64::from(date.year / 100));
        pair(out, i64::from(date.year % 100));
        out.push(b' ');
        pair(out, second / 3600);
        out.push(b':');
        pair(out, second / 60 % 60);
        out.push(b':');
        pair(out, second % 60);
        out.extend_from_slice(if self.zone_minutes < 0 { b" -" } else { b" +" });
        let zone = i64::from(self.zone_minutes.abs());
        pair(out, zone / 60);
        pair(out, zone % 60);
        out.push(b'"');
    }
}

fn two_digits(cursor: &mut Cursor<'_>) -> Option<i32> {
    let digit = |cursor: &mut Cursor<'_>| (0..=9).find(|&digit| cursor.take(b'0' + digit)).map(i32::from);
    Some(digit(cursor)? * 10 + digit(cursor)?)
}
