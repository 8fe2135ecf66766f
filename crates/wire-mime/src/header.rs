//! Header fields as they lie in the message (RFC 5322 §2.2), without reading what they say.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use crate::limits::{FIELD_LIMIT_OCTETS, HEADER_FIELDS_LIMIT, HEADER_LIMIT_OCTETS};

/// A field of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, without blanks before the colon (RFC 5322 §4.5 permits them).
    pub name: &'a [u8],
    /// What follows the colon, folded as it is, without the last line break.
    pub value: &'a [u8],
    /// The whole field with its line breaks.
    pub raw: &'a [u8],
    /// Where `value` begins in the bytes that were given to [`fields`].
    pub value_at: usize,
}

impl Field<'_> {
    /// Whether the field has this name; field names know no case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value on one line: see [`unfold`].
    pub fn unfolded(&self) -> Cow<'_, [u8]> {
        unfold(self.value)
    }
}

/// The fields of a header; lines that are none (no colon) are passed over.
pub fn fields(header: &[u8]) -> Fields<'_> {
    Fields { header, at: 0, left: HEADER_FIELDS_LIMIT }
}

/// What [`fields`] returns.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    header: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        while self.at < self.header.len() && self.left > 0 {
            self.left -= 1;
            let start = self.at;
            self.at = end_of_field(self.header, start);
            let raw = &self.header[start..self.at];
            let line = without_line_break(raw);
            if line.is_empty() {
                return None;
            }
            // A first line that begins with a blank continues nothing.
            if line[0] == b' ' || line[0] == b'\t' {
                continue;
            }
            let Some(colon) = memchr(b':', line) else { continue };
            let name = line[..colon].trim_ascii_end();
            // RFC 5322 §3.6.8: ftext. An mbox `From ` line with a time in it is no field.
            if name.is_empty() || name.iter().any(|octet| *octet <= b' ' || *octet == 127) {
                continue;
            }
            return Some(Field { name, value: &line[colon + 1..], raw, value_at: start + colon + 1 });
        }
        None
    }
}

/// The end of the field (or other line) at `start`, after the line break of its last line.
fn end_of_field(header: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        match memchr(b'\n', &header[at..]) {
            None => return header.len(),
            Some(length) => at += length + 1,
        }
        // RFC 5322 §2.2.3: a line that begins with a blank continues the field.
        if !matches!(header.get(at), Some(b' ' | b'\t')) {
            return at;
        }
    }
}

fn without_line_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Where the header that begins at `within.start` ends, after its blank line.
///
/// Without a blank line all of it is header, up to the limit.
pub(crate) fn end_of_header(bytes: &[u8], within: Range<usize>) -> usize {
    let mut at = within.start;
    while at < within.end {
        let Some(length) = memchr(b'\n', &bytes[at..within.end]) else {
            return if within.end - within.start > HEADER_LIMIT_OCTETS { at } else { within.end };
        };
        let next = at + length + 1;
        if length == 0 || (length == 1 && bytes[at] == b'\r') {
            return next;
        }
        if next - within.start > HEADER_LIMIT_OCTETS {
            return at;
        }
        at = next;
    }
    within.end
}

/// The value on one line: line breaks and NUL go, blanks stay (RFC 5322 §2.2.3), ends are trimmed.
pub fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    let value = &value[..value.len().min(FIELD_LIMIT_OCTETS)];
    let value = value.trim_ascii();
    if value.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)) {
        Cow::Owned(value.iter().copied().filter(|octet| !matches!(octet, b'\r' | b'\n' | 0)).collect())
    } else {
        Cow::Borrowed(value)
    }
}

/// Whether a header (as [`crate::Part::header`] bounds it) ends with its blank line.
pub(crate) fn has_blank_line(header: &[u8]) -> bool {
    header == b"\n" || header == b"\r\n" || header.ends_with(b"\n\n") || header.ends_with(b"\n\r\n")
}

/// The header at the beginning of `message` with its blank line; `None` if these bytes do not reach so far.
pub fn whole_header(message: &[u8]) -> Option<&[u8]> {
    let header = &message[..end_of_header(message, 0..message.len())];
    has_blank_line(header).then_some(header)
}
