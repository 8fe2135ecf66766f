//! Modified UTF-7, in which IMAP4rev1 writes folder names (RFC 3501 §5.1.3).

use crate::folder::NotAName;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The modified UTF-7 form of a name.
pub fn to_utf7(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut shifted: Vec<u16> = Vec::new();
    let flush = |out: &mut String, shifted: &mut Vec<u16>| {
        if shifted.is_empty() {
            return;
        }
        out.push('&');
        let (mut bits, mut count) = (0u32, 0);
        for unit in shifted.drain(..) {
            bits = bits << 16 | u32::from(unit);
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(char::from(ALPHABET[(bits >> count & 63) as usize]));
            }
            bits &= (1 << count) - 1;
        }
        if count > 0 {
            out.push(char::from(ALPHABET[(bits << (6 - count) & 63) as usize]));
        }
        out.push('-');
    };
    for character in name.chars() {
        if matches!(character, ' '..='~') {
            flush(&mut out, &mut shifted);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            shifted.extend_from_slice(character.encode_utf16(&mut units));
        }
    }
    flush(&mut out, &mut shifted);
    out
}

/// The name that a modified UTF-7 text stands for; only the one right form of each name is accepted
/// (RFC 3501 §5.1.3: no superfluous shifts, printable ASCII represents itself).
pub fn from_utf7(text: &[u8]) -> Result<String, NotAName> {
    const NOT: NotAName = NotAName("this is not modified UTF-7 (RFC 3501 §5.1.3)");
    let mut name = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if !matches!(byte, b' '..=b'~') {
            return Err(NOT);
        }
        if byte != b'&' {
            name.push(char::from(byte));
            continue;
        }
        let length = rest.iter().position(|&byte| byte == b'-').ok_or(NOT)?;
        let (encoded, after) = (rest.get(..length).unwrap_or_default(), rest.get(length + 1..));
        rest = after.unwrap_or_default();
        if encoded.is_empty() {
            name.push('&');
            continue;
        }
        let (mut bits, mut count, mut units) = (0u32, 0, Vec::with_capacity(length));
        for byte in encoded {
            let value = ALPHABET.iter().position(|letter| letter == byte).ok_or(NOT)?;
            bits = bits << 6 | value as u32;
            count += 6;
            if count >= 16 {
                count -= 16;
                units.push((bits >> count) as u16);
                bits &= (1 << count) - 1;
            }
        }
        if count >= 6 || bits != 0 {
            return Err(NOT);
        }
        name.push_str(&String::from_utf16(&units).map_err(|_| NOT)?);
    }
    // Two shifts side by side, or ASCII within one, have another spelling: only that one counts.
    if to_utf7(&name).as_bytes() == text { Ok(name) } else { Err(NOT) }
}
