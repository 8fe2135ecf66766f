//! Content-Transfer-Encoding (RFC 2045 §6): tolerant decoders for what strangers send.

use std::borrow::Cow;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// `7bit`, `8bit` or `binary`: as it is.
    #[default]
    Plain,
    /// `quoted-printable`.
    QuotedPrintable,
    /// `base64`.
    Base64,
    /// Anything else, such as `x-uuencode`.
    Unknown,
}

impl Encoding {
    /// The encoding a field's value names.
    pub fn parse(value: &[u8]) -> Encoding {
        let token =
            value.split(|octet| matches!(octet, b';' | b' ' | b'\t' | b'(')).find(|word| !word.is_empty());
        let is = |name: &str| token.is_some_and(|token| token.eq_ignore_ascii_case(name.as_bytes()));
        if token.is_none() || is("7bit") || is("8bit") || is("binary") {
            Encoding::Plain
        } else if is("quoted-printable") {
            Encoding::QuotedPrintable
        } else if is("base64") {
            Encoding::Base64
        } else {
            Encoding::Unknown
        }
    }

    /// The decoded bytes; `None` if we do not know the encoding.
    pub fn decode<'a>(&self, body: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match self {
            Encoding::Plain => Some(Cow::Borrowed(body)),
            Encoding::QuotedPrintable => Some(Cow::Owned(decode_quoted_printable(body))),
            Encoding::Base64 => Some(Cow::Owned(decode_base64(body))),
            Encoding::Unknown => None,
        }
    }
}

const SKIP: u8 = 255;
const PAD: u8 = 254;

const BASE64: [u8; 256] = {
    let mut table = [SKIP; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut index = 0;
    while index < 64 {
        table[alphabet[index] as usize] = index as u8;
        index += 1;
    }
    table[b'=' as usize] = PAD;
    table
};

/// RFC 2045 §6.8: what is not of the alphabet is passed over; padding in the middle ends one piece and the
/// next begins (programs join encoded pieces); missing padding is forgiven.
pub(crate) fn decode_base64(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut collected, mut count) = (0_u32, 0_u32);
    let drain = |collected: u32, count: u32, decoded: &mut Vec<u8>| match count {
        2 => decoded.push((collected >> 4) as u8),
        3 => decoded.extend_from_slice(&[(collected >> 10) as u8, (collected >> 2) as u8]),
        _ => {}
    };
    for octet in body {
        match BASE64[*octet as usize] {
            SKIP => {}
            PAD => {
                drain(collected, count, &mut decoded);
                (collected, count) = (0, 0);
            }
            sextet => {
                collected = collected << 6 | u32::from(sextet);
                count += 1;
                if count == 4 {
                    decoded.extend_from_slice(&collected.to_be_bytes()[1..]);
                    (collected, count) = (0, 0);
                }
            }
        }
    }
    drain(collected, count, &mut decoded);
    decoded
}

/// RFC 2045 §6.7: blanks at the end of a line go, `=` at the end joins lines, a wrong `=XY` stays as it is.
pub(crate) fn decode_quoted_printable(body: &[u8]) -> Vec<u8> {
    let hex = |octet: u8| (octet as char).to_digit(16).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|octet| *octet == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let line_break = &line[text.len()..];
        let mut rest = text.trim_ascii_end();
        let is_soft = rest.last() == Some(&b'=');
        if is_soft {
            rest = &rest[..rest.len() - 1];
        }
        while let Some(mark) = memchr::memchr(b'=', rest) {
            decoded.extend_from_slice(&rest[..mark]);
            rest = &rest[mark..];
            match rest {
                [_, high, low, after @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                    decoded.push(hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0));
                    rest = after;
                }
                _ => {
                    decoded.push(b'=');
                    rest = &rest[1..];
                }
            }
        }
        decoded.extend_from_slice(rest);
        if !is_soft {
            decoded.extend_from_slice(line_break);
        }
    }
    decoded
}
