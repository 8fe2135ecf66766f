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

/// A moment in Switzerland's time, to the second: `23.11.2026, 14:03:05`, in English `23 November 2026, 14:03:05`; one
/// that no calendar has as RFC 3339 writes it.
pub fn moment(at: Timestamp, language: Language) -> String {
    Moment::new(at, language).map_or_else(|_| at.rfc3339(), |moment| moment.short)
}

/// The day of a moment, likewise: `23.11.2026`.
pub fn day(at: Timestamp, language: Language) -> String {
    let moment = moment(at, language);
    moment.split_once(", ").map_or(moment.clone(), |(day, _)| day.to_owned())
}

/// A day of the calendar, likewise; `month` and `day` count from one.
pub fn date((year, month, day): (i16, u8, u8), language: Language) -> String {
    let name = MONTHS.get(usize::from(month).saturating_sub(1));
    match (language, name) {
        // Months by name in English, where 3.4. and 4/3 are both read either way.
        (Language::English, Some(name)) => format!("{day} {name} {year}"),
        _ => format!("{day:02}.{month:02}.{year:04}"),
    }
}

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
        let small = |number: i8| number.unsigned_abs();
        let date = date((local.year(), small(local.month()), small(local.day())), language);
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
