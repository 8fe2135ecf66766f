//! A message with eight-bit lines for a server without 8BITMIME: the parts are encoded anew
//! (RFC 6152 §3, RFC 2045 §6).

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire_mime::{Content, Encoding, Part, Structure, fields};

/// Characters of an encoded line (RFC 2045 §6.7, §6.8).
const LINE_LIMIT: usize = 76;

/// A replacement of some bytes of the message.
struct Edit {
    place: Range<usize>,
    text: Vec<u8>,
}

/// The message in US-ASCII; `None` if that cannot be done without loss: eight-bit header fields, signed
/// parts, parts in which the encoding is not what it claims to be.
pub(crate) fn convert(message: &[u8]) -> Option<Vec<u8>> {
    let structure = Structure::parse(message);
    let mut edits: Vec<Edit> = Vec::new();
    for (index, part) in structure.parts().iter().enumerate() {
        if message[part.body.clone()].is_ascii() {
            continue;
        }
        // RFC 1847 §2.1: what is signed may not be changed on the way.
        if part.content_type.value == "multipart/signed" {
            return None;
        }
        let encoding = match part.content {
            // RFC 2045 §6.4: only their parts are encoded.
            Content::Multipart | Content::Message => "7bit",
            _ if part.encoding != Encoding::Plain => return None,
            Content::Text => "quoted-printable",
            Content::Other => "base64",
        };
        relabel(message, part, encoding, index == 0, &mut edits);
        let body = &message[part.body.clone()];
        let text = match encoding {
            "quoted-printable" => quoted_printable(body),
            "base64" => base64_lines(body),
            _ => continue,
        };
        edits.push(Edit { place: part.body.clone(), text });
    }
    edits.sort_by_key(|edit| edit.place.start);
    let mut converted = Vec::with_capacity(message.len() + message.len() / 3);
    let mut at = 0;
    for edit in edits {
        converted.extend_from_slice(message.get(at..edit.place.start)?);
        converted.extend_from_slice(&edit.text);
        at = edit.place.end;
    }
    converted.extend_from_slice(message.get(at..)?);
    converted.is_ascii().then_some(converted)
}

/// Writes the part's new Content-Transfer-Encoding, in place of the old one or at the header's end.
fn relabel(message: &[u8], part: &Part, encoding: &str, is_root: bool, edits: &mut Vec<Edit>) {
    let header = &message[part.header.clone()];
    let mut has_version = false;
    let mut old = None;
    for field in fields(header) {
        if field.is("content-transfer-encoding") && old.is_none() {
            let start = part.header.start + field.value_at;
            old = Some(start..start + field.value.len());
        }
        has_version |= field.is("mime-version");
    }
    let mut added = String::new();
    if is_root && !has_version {
        added.push_str("MIME-Version: 1.0\r\n");
        // RFC 1428 §3: the name for a character set that nobody told.
        if !part.has_content_type {
            added.push_str("Content-Type: text/plain; charset=unknown-8bit\r\n");
        }
    }
    match old {
        Some(place) => edits.push(Edit { place, text: format!(" {encoding}").into_bytes() }),
        None => added.push_str(&format!("Content-Transfer-Encoding: {encoding}\r\n")),
    }
    if !added.is_empty() {
        // Before the blank line, or where it should be.
        let blank = if header.ends_with(b"\r\n") { 2 } else { 0 };
        let at = part.header.end - blank;
        edits.push(Edit { place: at..at, text: added.into_bytes() });
    }
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(body.len() * 2);
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let (text, line_break) = match line {
            [text @ .., b'\r', b'\n'] => (text, &b"\r\n"[..]),
            other => (other, &b""[..]),
        };
        let mut width = 0;
        for (index, &byte) in text.iter().enumerate() {
            let is_last = index + 1 == text.len();
            let is_plain =
                matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !is_last);
            let needs = if is_plain { 1 } else { 3 };
            // One place is kept for the soft line break's `=`.
            if width + needs > LINE_LIMIT - 1 {
                encoded.extend_from_slice(b"=\r\n");
                width = 0;
            }
            if is_plain {
                encoded.push(byte);
            } else {
                encoded.extend_from_slice(format!("={byte:02X}").as_bytes());
            }
            width += needs;
        }
        encoded.extend_from_slice(line_break);
    }
    encoded
}

fn base64_lines(body: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(body);
    let lines: Vec<&[u8]> = text.as_bytes().chunks(LINE_LIMIT).collect();
    lines.join(&b"\r\n"[..])
}
