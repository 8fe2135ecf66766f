//! Cutting the input into command lines.

use memchr::memchr;

/// What stands at the beginning of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line; `octets` has no CRLF, `consumed` counts it.
    Complete {
        /// The line.
        octets: &'a [u8],
        /// What to take off the input.
        consumed: usize,
    },
    /// A line that ended with LF alone, which no command may (RFC 5321 §2.3.8).
    BareLf {
        /// What to take off the input.
        consumed: usize,
    },
    /// The end of the line has not come yet.
    Incomplete,
    /// The line is above the limit, with or without its end in sight.
    TooLong,
}

/// Looks for the first line of `input`; it may have `limit_octets` with its CRLF.
pub fn next_line(input: &[u8], limit_octets: usize) -> Line<'_> {
    match memchr(b'\n', &input[..input.len().min(limit_octets)]) {
        Some(end) => match input[..end].split_last() {
            Some((b'\r', octets)) => Line::Complete { octets, consumed: end + 1 },
            _ => Line::BareLf { consumed: end + 1 },
        },
        None if input.len() >= limit_octets => Line::TooLong,
        None => Line::Incomplete,
    }
}
