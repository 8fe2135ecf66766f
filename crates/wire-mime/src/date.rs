//! Date and time of a header field (RFC 5322 §3.3, and §4.3 for what older programs write).

use model::Timestamp;

use crate::header::unfold;

/// A moment, and the zone in which its writer lived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The moment.
    pub at: Timestamp,
    /// Minutes that the writer's clock was ahead of UTC.
    pub zone_minutes: i32,
}

impl Date {
    /// Reads a date; `None` if there is none to be made out.
    pub fn parse(field: &[u8]) -> Option<Date> {
        let line = unfold(field);
        let text = without_comments(&line[..line.len().min(200)]);
        let mut words = text
            .split(|octet| matches!(octet, b' ' | b'\t' | b','))
            .filter(|word| !word.is_empty())
            .peekable();
        // The day of the week says nothing that the date does not.
        if words.peek().is_some_and(|word| word[0].is_ascii_alphabetic()) {
            words.next();
        }
        // `21-Nov-2026` is written by some.
        let mut head: Vec<&[u8]> = Vec::new();
        while head.len() < 3 {
            head.extend(words.next()?.split(|octet| *octet == b'-').filter(|word| !word.is_empty()));
        }
        let [day, month, year] = head[..] else { return None };
        let (day, month, year) = (number(day)?, month_number(month)?, year_number(year)?);
        // Blanks may stand around the colons (RFC 5322 §4.3).
        let rest: Vec<&[u8]> = words.collect();
        let (clock, zone) = split_zone(&rest);
        let mut clock = clock.split(|octet| *octet == b':');
        let hour = number(clock.next().unwrap_or(b"0"))?;
        let minute = clock.next().map_or(Some(0), number)?;
        let second = clock.next().map_or(Some(0), number)?;
        if !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let zone_minutes = zone_minutes(zone);
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
            - i64::from(zone_minutes) * 60;
        Some(Date { at: Timestamp(seconds * 1000), zone_minutes })
    }

    /// The calendar day that the writer's clock showed, as days since 1970-01-01.
    pub fn local_day(&self) -> i64 {
        (self.at.seconds() + i64::from(self.zone_minutes) * 60).div_euclid(86_400)
    }
}

fn without_comments(line: &[u8]) -> Vec<u8> {
    let mut depth = 0_usize;
    let mut text = Vec::with_capacity(line.len());
    for octet in line {
        match octet {
            b'(' => depth += 1,
            b')' if depth > 0 => {
                depth -= 1;
                text.push(b' ');
            }
            octet if depth == 0 => text.push(*octet),
            _ => {}
        }
    }
    text
}

fn number(word: &[u8]) -> Option<i64> {
    (word.len() <= 4).then(|| std::str::from_utf8(word).ok()?.parse().ok())?.filter(|number| *number >= 0)
}

fn month_number(word: &[u8]) -> Option<i64> {
    const MONTHS: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let start = word.get(..3)?;
    MONTHS.iter().position(|month| start.eq_ignore_ascii_case(month)).map(|index| index as i64 + 1)
}

// RFC 5322 §4.3: two digits 00–49 are 2000–2049, 50–99 and three digits count from 1900.
fn year_number(word: &[u8]) -> Option<i64> {
    let year = number(word)?;
    Some(match (word.len(), year) {
        (..=2, ..=49) => 2000 + year,
        (..=3, _) => 1900 + year,
        _ => year,
    })
}

/// The time of day with its blanks removed, and the zone.
fn split_zone<'a>(words: &[&'a [u8]]) -> (Vec<u8>, &'a [u8]) {
    let is_zone = |word: &[u8]| {
        word.first().is_some_and(|first| matches!(first, b'+' | b'-') || first.is_ascii_alphabetic())
    };
    let zone_at = words.iter().position(|word| is_zone(word)).unwrap_or(words.len());
    let mut clock = words[..zone_at].concat();
    let mut zone = words.get(zone_at).copied().unwrap_or_default();
    // `12:00:00+0100`, without a blank.
    if zone.is_empty()
        && let Some(last) = words.last()
        && let Some(sign) = last.iter().position(|octet| matches!(octet, b'+' | b'-'))
    {
        zone = &last[sign..];
        clock.truncate(clock.len() - zone.len());
    }
    (clock, zone)
}

// RFC 5322 §3.3: zone; §4.3: obs-zone. Military letters and unknown names are -0000.
fn zone_minutes(zone: &[u8]) -> i32 {
    if let [sign @ (b'+' | b'-'), digits @ ..] = zone {
        let digits: Vec<i32> = digits
            .iter()
            .filter(|octet| **octet != b':')
            .take_while(|octet| octet.is_ascii_digit())
            .map(|octet| i32::from(octet - b'0'))
            .collect();
        let minutes = match digits[..] {
            [a, b, c, d, ..] => (a * 10 + b) * 60 + c * 10 + d,
            [a, b] => (a * 10 + b) * 60,
            _ => 0,
        };
        // Beyond a day it is no zone.
        let minutes = if minutes > 24 * 60 { 0 } else { minutes };
        return if *sign == b'-' { -minutes } else { minutes };
    }
    let hours = match zone.to_ascii_uppercase().as_slice() {
        b"EDT" => -4,
        b"EST" | b"CDT" => -5,
        b"CST" | b"MDT" => -6,
        b"MST" | b"PDT" => -7,
        b"PST" => -8,
        // Not of the RFC, but written in Europe.
        b"CET" | b"MEZ" => 1,
        b"CEST" | b"MESZ" => 2,
        _ => 0,
    };
    hours * 60
}

/// Howard Hinnant's days_from_civil: eras of 400 years, years that begin in March. `day` may exceed
/// the month and runs over.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
