//! `xs:dateTime` as a timestamp (XML Schema part 2 §3.2.7).

use model::Timestamp;

/// Reads `2026-11-21T20:05:00.250Z`, with `Z` or an offset, which are required: a local time is no moment. Fractions
/// are kept to the millisecond. `None` for anything else, and for years before 1970 or after 9999.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone_at);
    let (whole, fraction) = match time.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (time, None),
    };
    let [hour, minute, second] = numbers(whole, ':', [2, 2, 2])?;
    let milliseconds = fraction.map_or(Some(0), milliseconds)?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let is_moment = year >= 1970 && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    let offset_minutes = match zone.split_at(1) {
        ("Z", "") => 0,
        (sign, offset) => {
            let [hours, minutes] = numbers(offset, ':', [2, 2])?;
            // XML Schema part 2 §3.2.7.3: up to fourteen hours.
            let offset = hours * 60 + minutes;
            (minutes < 60 && offset <= 14 * 60).then_some(())?;
            if sign == "-" { -offset } else { offset }
        }
    };
    let seconds =
        days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_minutes * 60;
    (is_moment && seconds >= 0).then_some(Timestamp(seconds * 1000 + milliseconds))
}

/// In UTC, with a fraction only where there is one.
pub(crate) fn write(moment: Timestamp) -> String {
    let whole = moment.rfc3339();
    match moment.0.rem_euclid(1000) {
        0 => whole,
        milliseconds => format!("{}.{milliseconds:03}Z", whole.trim_end_matches('Z')),
    }
}

/// Numbers of exactly so many digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut found = [0; N];
    let mut pieces = text.split(separator);
    for (number, digits) in found.iter_mut().zip(digits) {
        let piece = pieces.next()?;
        (piece.len() == digits && piece.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
        *number = piece.parse().ok()?;
    }
    pieces.next().is_none().then_some(found)
}

fn milliseconds(fraction: &str) -> Option<i64> {
    let is_fraction = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_fraction.then_some(())?;
    format!("{fraction}00").get(..3)?.parse().ok()
}

/// Howard Hinnant's `days_from_civil`: the inverse of what `model::Timestamp::civil` does.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
