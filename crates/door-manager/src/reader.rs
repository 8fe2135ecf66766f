//! Numbers and moments in the form in which readers write them: one for numbers, as Switzerland has it in all its
//! languages, and the day before the month.

use axum::http::HeaderMap;
use jiff::tz::TimeZone;
use model::{SizeStyle, Timestamp};

use crate::visitor::cookie;
use crate::words::{Language, say};

/// The cookie by which the script tells the browser's zone.
const ZONE_COOKIE: &str = "relais-zone";
/// Where the customers are: the zone of who tells none.
const CUSTOMERS_ZONE: &str = "Europe/Zurich";

tokio::task_local! {
    /// The zone of the request that is answered: forms, tables, files and sentences show one clock.
    static ZONE: TimeZone;
}

/// A zone by its name; that of the customers where there is none of that name.
pub(crate) fn zone_called(name: &str) -> TimeZone {
    let known = if name.is_empty() { None } else { TimeZone::get(name).ok() };
    known.or_else(|| TimeZone::get(CUSTOMERS_ZONE).ok()).unwrap_or(TimeZone::UTC)
}

/// Answers a request by the clock of its reader.
pub(crate) async fn in_zone_of<F: Future>(headers: &HeaderMap, answer: F) -> F::Output {
    ZONE.scope(zone_called(&cookie(headers, ZONE_COOKIE).unwrap_or_default()), answer).await
}

/// The reader's zone; UTC where nobody reads.
pub(crate) fn zone() -> TimeZone {
    ZONE.try_with(TimeZone::clone).unwrap_or(TimeZone::UTC)
}

/// Writes by the clock of the customers what nobody reads here and now: letters.
pub(crate) fn in_customers_zone<T>(write: impl FnOnce() -> T) -> T {
    ZONE.sync_scope(zone_called(""), write)
}

/// The same moment as RFC 3339 writes it in a zone: `2026-11-22T10:30:00+01:00`.
pub(crate) fn in_zone(zone: &TimeZone, moment: &str) -> String {
    match moment.parse::<jiff::Timestamp>() {
        Ok(at) => at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => moment.to_owned(),
    }
}

/// `3’600`.
pub(crate) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('’');
        }
        text.push(digit);
    }
    if number < 0 { format!("−{text}") } else { text }
}

/// How sizes are written: in French an octet is one.
fn size_style(language: Language) -> SizeStyle {
    match language {
        Language::French => SizeStyle { octet: 'o', mark: ',' },
        Language::Italian => SizeStyle { octet: 'B', mark: ',' },
        Language::German | Language::English => SizeStyle::PLAIN,
    }
}

/// Octets as people say them: `4,1 ko`.
pub(crate) fn octets(language: Language, octets: u64) -> String {
    size_style(language).about(octets)
}

/// Octets as a form holds them: read back ([`model::read_size`]) they are the same.
pub(crate) fn exact_octets(language: Language, octets: u64) -> String {
    size_style(language).exact(octets)
}

/// `21 novembre 2026`, from a moment of RFC 3339; what is none stays as it is.
pub(crate) fn day(language: Language, moment: &str) -> String {
    let part = |from: usize, to: usize| moment.get(from..to)?.parse::<u32>().ok();
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(5, 7), part(8, 10)) else {
        return moment.to_owned();
    };
    if !(1..=12).contains(&month) {
        return moment.to_owned();
    }
    let month = say(language, &format!("month-{month}"), &[]);
    match language {
        Language::German => format!("{day}. {month} {year}"),
        _ => format!("{day} {month} {year}"),
    }
}

/// `21 novembre 2026`: the day of a moment by the reader's clock.
pub(crate) fn day_of(language: Language, at: Timestamp) -> String {
    day(language, &in_zone(&zone(), &at.rfc3339()))
}

/// `21 novembre 2026, 12:04 CET`, by the reader's clock.
pub(crate) fn moment(language: Language, moment: &str) -> String {
    match moment.parse::<jiff::Timestamp>() {
        Ok(at) => {
            let at = at.to_zoned(zone());
            let date = day(language, &at.strftime("%Y-%m-%d").to_string());
            format!("{date}, {}", at.strftime("%H:%M %Z"))
        }
        Err(_) => moment.to_owned(),
    }
}

/// A day as a chart's label: `21.11.`, as all four languages understand it.
pub(crate) fn label(at: Timestamp) -> String {
    let text = at.rfc3339();
    match (text.get(8..10), text.get(5..7)) {
        (Some(day), Some(month)) => format!("{day}.{month}."),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{day, label, moment, number, octets};
    use crate::words::Language;

    #[test]
    fn numbers_have_an_apostrophe_between_thousands() {
        for (value, text) in
            [(0, "0"), (999, "999"), (3_600, "3’600"), (86_400, "86’400"), (-1_000_000, "−1’000’000")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn octets_have_the_readers_units_and_sign() {
        assert_eq!(octets(Language::French, 4_100), "4,1\u{a0}ko");
        assert_eq!(octets(Language::German, 4_100), "4.1\u{a0}kB");
        assert_eq!(octets(Language::English, 999), "999\u{a0}B");
        assert_eq!(octets(Language::Italian, 2_000_000_000_000_000), "2000\u{a0}TB");
    }

    #[test]
    fn days_and_moments_are_written_as_their_readers_do() {
        let at = "2026-03-01T09:05:00.000Z";
        for (language, written) in [
            (Language::French, "1 mars 2026"),
            (Language::German, "1. März 2026"),
            (Language::Italian, "1 marzo 2026"),
            (Language::English, "1 March 2026"),
        ] {
            assert_eq!(day(language, at), written);
            assert_eq!(moment(language, at), format!("{written}, 09:05 UTC"));
        }
        // In its reader's zone, which may be a day further.
        let sydney = super::zone_called("Australia/Sydney");
        let at = super::ZONE.sync_scope(sydney, || moment(Language::French, "2026-03-01T23:30:00.000Z"));
        assert_eq!(at, "2 mars 2026, 10:30 AEDT");
        let zurich = super::zone_called("Nowhere/Land");
        assert_eq!(super::in_zone(&zurich, "2026-07-01T07:30:00.000Z"), "2026-07-01T09:30:00+02:00");
        // Midnight there is the evening before in London.
        let midnight = model::Timestamp(1_794_351_600_000);
        let day = super::in_customers_zone(|| super::day_of(Language::French, midnight));
        assert_eq!((midnight.rfc3339().as_str(), day.as_str()), ("2026-11-10T23:00:00Z", "11 novembre 2026"));
        assert_eq!(super::day(Language::French, "soon"), "soon");
        assert_eq!(label(model::Timestamp(0)), "01.01.");
    }
}
