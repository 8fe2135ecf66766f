//! xtext (RFC 3461 §4) and the form of international addresses in ORCPT (RFC 6533 §3).

use std::fmt::Write;

/// Decodes xtext; `None` if it is malformed or does not decode to UTF-8 without control characters, which
/// would later stand in the fields of a report.
// xtext = *( xchar / hexchar ), xchar = %d33-42 / %d44-60 / %d62-126, hexchar = "+" 2HEXDIG
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(hex_digit(rest.next()?)? * 16 + hex_digit(rest.next()?)?),
            b'=' | 0..=b' ' | 127 => return None,
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

/// Encodes as xtext, byte by byte.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' if byte != b'+' && byte != b'=' => encoded.push(char::from(byte)),
            _ => write!(encoded, "+{byte:02X}").expect("a string takes every write"),
        }
    }
    encoded
}

/// Decodes the address of `ORCPT=utf-8;…`, in which `\x{20AC}` stands for a character.
// utf-8-addr-xtext = 1*(QCHAR / EmbeddedUnicodeChar), EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"
// QCHAR has no backslash.
pub fn decode_utf8_address(text: &str) -> Option<String> {
    let text = decode(text)?;
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("\\x{") {
        let (point, behind) = after.split_once('}')?;
        let is_point = (2..=6).contains(&point.len()) && point.bytes().all(|b| b.is_ascii_hexdigit());
        let character = char::from_u32(u32::from_str_radix(point, 16).ok().filter(|_| is_point)?)?;
        decoded.push_str(Some(before).filter(|text| !text.contains('\\'))?);
        decoded.push(Some(character).filter(|c| !c.is_control())?);
        rest = behind;
    }
    decoded.push_str(Some(rest).filter(|text| !text.contains('\\'))?);
    Some(decoded)
}

/// Encodes an address for `ORCPT=utf-8;…` in ASCII alone, so that it may go to every server with DSN.
pub fn encode_utf8_address(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '!'..='~' if !"+=\\".contains(character) => encoded.push(character),
            _ => write!(encoded, "\\x{{{:02X}}}", u32::from(character)).expect("a string takes every write"),
        }
    }
    encoded
}

// RFC 3461 §4: hexadecimal digits of xtext are in upper case. Lower case is met and harms nobody.
fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
