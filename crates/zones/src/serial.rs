//! Serial numbers: one for each change, like dates as long as there are fewer than a hundred a day.

use model::Timestamp;

/// Whether `newer` comes after `older` (RFC 1982 §3.2).
pub fn is_after(newer: u32, older: u32) -> bool {
    newer != older && newer.wrapping_sub(older) < 1 << 31
}

/// The serial of the next change: `YYYYMMDD00`, or one more than the last where that would go back.
pub fn next(last: u32, now: Timestamp) -> u32 {
    let civil = now.civil();
    let dated = u32::try_from(civil.year)
        .ok()
        .filter(|year| (1970..4200).contains(year))
        .map(|year| year * 1_000_000 + civil.month as u32 * 10_000 + civil.day as u32 * 100);
    match dated {
        Some(dated) if is_after(dated, last) => dated,
        // RFC 1982 §3.1: the sum wraps around. Zero is avoided, because RFC 2136 §4.2 warns of it.
        _ => last.wrapping_add(1).max(1),
    }
}
