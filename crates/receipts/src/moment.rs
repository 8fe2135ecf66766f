//! Times as people read them: in Switzerland's time with its distance from UTC, and in UTC.

use jiff::tz::TimeZone;
use krilla::metadata::DateTime;
use languages::Language;
use model::Timestamp;

use crate::error::NotARecord;

/// Switzerland since 1981, by the rules of today (IEEE 1003.1 §8.3): the same on every machine, whatever its tables.
const SWITZERLAND: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The name of that zone for people.
const NAME: &str = "Europe/Zurich";

/// A moment in several spellings.
pub(crate) struct Moment {
    /// `23.11.2026, 14:03:05`, for a sentence.
    pub(crate) short: String,
    /// `23.11.2026, 14:03:05 (Europe/Zurich, UTC+01:00)`.
    pub(crate) local: String,
    /// `2026-11-23T13:03:05Z`.
    pub(crate) utc: String,
}

impl Moment {
    pub(crate) fn new(at: Timestamp, language: Language) -> Result<Moment, NotARecord> {
        let zone = TimeZone::posix(SWITZERLAND).map_err(|_| NotARecord::Time)?;
        let moment = jiff::Timestamp::from_millisecond(at.0).map_err(|_| NotARecord::Time)?;
        let local = moment.to_zoned(zone);
        if !(0..=9999).contains(&local.year()) {
            return Err(NotARecord::Time);
        }
        let offset = local.offset().seconds();
        let sign = if offset < 0 { '−' } else { '+' };
        let offset = offset.unsigned_abs();
        // Months by name in English, where 3.4. and 4/3 are both read either way.
        let date = match language {
            Language::English => {
                format!(
                    "{} {} {}",
                    local.day(),
                    MONTHS[usize::from(local.month().unsigned_abs()) - 1],
                    local.year()
                )
            }
            _ => format!("{:02}.{:02}.{:04}", local.day(), local.month(), local.year()),
        };
        let short = format!("{date}, {:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
        Ok(Moment {
            local: format!("{short} ({NAME}, UTC{sign}{:02}:{:02})", offset / 3600, offset / 60 % 60),
            short,
            utc: at.rfc3339(),
        })
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment for the PDF's own fields.
pub(crate) fn pdf_date(at: Timestamp) -> Result<DateTime, NotARecord> {
    let civil = at.civil();
    let year = u16::try_from(civil.year).ok().filter(|year| *year <= 9999).ok_or(NotARecord::Time)?;
    let small = |number: usize| u8::try_from(number).map_err(|_| NotARecord::Time);
    Ok(DateTime::new(year)
        .month(small(civil.month)?)
        .day(small(civil.day)?)
        .hour(small(civil.hour)?)
        .minute(small(civil.minute)?)
        .second(small(civil.second)?)
        .utc_offset_hour(0)
        .utc_offset_minute(0))
}
