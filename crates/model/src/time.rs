//! A moment, as the database keeps it.

use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z. Made by `world::Clock` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// From when until when something holds; without a bound it always did, or always will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// No more at this moment.
    pub until: Option<Timestamp>,
}

impl Validity {
    /// Whether it holds at a moment.
    pub fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether there is any moment at which it holds.
    pub fn is_possible(self) -> bool {
        match (self.from, self.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        }
    }
}

impl Timestamp {
    /// Seconds since 1970, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `later`; stays at the last representable moment instead of overflowing.
    pub fn plus(self, later: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment less `earlier`.
    pub fn minus(self, earlier: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(earlier.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The time from `earlier` to this moment; zero if `earlier` is not earlier.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The date and time of a `Date:` or `Received:` field in UTC: `Sat, 21 Nov 2026 20:05:00 +0000`
    /// (RFC 5322 §3.3).
    pub fn rfc5322(self) -> String {
        let civil = self.civil();
        format!(
            "{}, {} {} {} {:02}:{:02}:{:02} +0000",
            DAYS[civil.weekday],
            civil.day,
            MONTHS[civil.month - 1],
            civil.year,
            civil.hour,
            civil.minute,
            civil.second
        )
    }

    /// The date and time of RFC 3339 in UTC, to the second: `2026-11-21T20:05:00Z`.
    pub fn rfc3339(self) -> String {
        let civil = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )
    }

    /// This moment by the calendar, in UTC.
    pub fn civil(self) -> Civil {
        let seconds = self.seconds();
        let days = seconds.div_euclid(86_400);
        let second_of_day = seconds.rem_euclid(86_400) as usize;
        // Howard Hinnant's civil_from_days: eras of 400 years, years that begin in March.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * march_month + 2) / 5 + 1) as usize;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 } as usize;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Civil {
            year,
            month,
            day,
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
            weekday: (days + 4).rem_euclid(7) as usize,
        }
    }
}

/// A moment by the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: usize,
    /// 1 to 31.
    pub day: usize,
    /// 0 to 23.
    pub hour: usize,
    /// 0 to 59.
    pub minute: usize,
    /// 0 to 59.
    pub second: usize,
    /// 0 is Sunday.
    pub weekday: usize,
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
