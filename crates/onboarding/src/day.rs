//! A day of the calendar, as forms have it.

use std::fmt;
use std::str::FromStr;

use languages::Language;
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// A day between 2000 and 2199; its order is that of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The day of a moment, in UTC.
    pub fn of(at: Timestamp) -> Day {
        at.rfc3339()[..10].parse().unwrap_or(Day { year: 2000, month: 1, day: 1 })
    }
}

impl Day {
    /// As people write it: `23.11.2026`, in English `23 November 2026`.
    pub fn written(self, language: Language) -> String {
        let year = i16::try_from(self.year).expect("invariant: between 2000 and 2199");
        receipts::date((year, self.month, self.day), language)
    }
}

impl FromStr for Day {
    type Err = String;

    /// `2026-11-23` (RFC 3339 §5.6, full-date).
    fn from_str(text: &str) -> Result<Day, String> {
        let wrong = || format!("«{text}» is no day such as 2026-11-23");
        let text = text.trim();
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return Err(wrong()) };
        let is_number = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !(is_number(year, 4) && is_number(month, 2) && is_number(day, 2)) {
            return Err(wrong());
        }
        let (year, month, day): (u16, u8, u8) = (
            year.parse().map_err(|_| wrong())?,
            month.parse().map_err(|_| wrong())?,
            day.parse().map_err(|_| wrong())?,
        );
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return Err(wrong()),
        };
        match (2000..2200).contains(&year) && (1..=days).contains(&day) {
            true => Ok(Day { year, month, day }),
            false => Err(wrong()),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for good in ["2026-11-23", "2028-02-29", " 2026-01-31 "] {
            assert_eq!(good.parse::<Day>().unwrap().to_string(), good.trim());
        }
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "26-1-1",
            "1999-01-01",
            "+026-01-01",
            "",
            "x",
        ] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        let day: Day = "2026-02-03".parse().unwrap();
        assert_eq!(day.written(Language::French), "03.02.2026");
        assert_eq!(day.written(Language::English), "3 February 2026");
        assert_eq!(Day::of(Timestamp(1_780_000_000_000)).to_string(), "2026-05-28");
    }
}
