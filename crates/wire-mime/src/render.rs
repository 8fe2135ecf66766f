//! ENVELOPE, BODYSTRUCTURE and BODY as IMAP writes them (RFC 9051 §7.5.2), ready to send.
//!
//! Header text comes out as ASCII: raw eight-bit words of subjects and names as encoded words. Other
//! strings (addresses, parameters) keep raw eight-bit octets as a literal, which is legal for every client.

use std::ops::Range;

use crate::address::ListedAddress;
use crate::header::unfold;
use crate::limits::{BODY_STRUCTURE_LIMIT_OCTETS, ENVELOPE_LIMIT_OCTETS};
use crate::parameters::{Parameter, Valued};
use crate::structure::{Content, Part, Structure};
use crate::words::encode_words;

// RFC 9051 §9: string = quoted / literal
pub(crate) fn string(text: &[u8], out: &mut Vec<u8>) {
    if text.iter().all(|octet| matches!(octet, b' '..=b'~')) {
        out.push(b'"');
        for octet in text {
            if matches!(octet, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(*octet);
        }
        out.push(b'"');
        return;
    }
    // CHAR8 has no NUL.
    let clean: Vec<u8> = text.iter().copied().filter(|octet| *octet != 0).collect();
    out.extend_from_slice(format!("{{{}}}\r\n", clean.len()).as_bytes());
    out.extend_from_slice(&clean);
}

/// A string of header text: raw eight-bit words become encoded words.
fn text_string(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        // Control characters of header text say nothing: a blank instead keeps it a quoted string.
        if text.iter().any(u8::is_ascii_control) {
            let clean: Vec<u8> =
                text.iter().map(|octet| if octet.is_ascii_control() { b' ' } else { *octet }).collect();
            return string(&clean, out);
        }
        return string(text, out);
    }
    text_string(&encode_words(text), out);
}

fn nil_or(value: Option<&[u8]>, out: &mut Vec<u8>, write: impl FnOnce(&[u8], &mut Vec<u8>)) {
    match value {
        Some(value) => write(value, out),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// The fields of a header that ENVELOPE tells of, unfolded.
#[derive(Default)]
pub(crate) struct EnvelopeFields<'a> {
    pub(crate) date: Option<&'a [u8]>,
    pub(crate) subject: Option<&'a [u8]>,
    pub(crate) from: Vec<ListedAddress>,
    pub(crate) sender: Vec<ListedAddress>,
    pub(crate) reply_to: Vec<ListedAddress>,
    pub(crate) to: Vec<ListedAddress>,
    pub(crate) cc: Vec<ListedAddress>,
    pub(crate) bcc: Vec<ListedAddress>,
    pub(crate) in_reply_to: Option<&'a [u8]>,
    pub(crate) message_id: Option<&'a [u8]>,
}

impl EnvelopeFields<'_> {
    // RFC 9051 §9: envelope
    pub(crate) fn render(&self, out: &mut Vec<u8>) {
        let start = out.len();
        let unfolded = |value: Option<&[u8]>, out: &mut Vec<u8>| {
            nil_or(value, out, |value, out| text_string(&unfold(value), out));
        };
        out.push(b'(');
        unfolded(self.date, out);
        out.push(b' ');
        unfolded(self.subject, out);
        // RFC 9051 §7.5.2: an absent Sender or Reply-To is the From.
        let or_from = |list| if <[ListedAddress]>::is_empty(list) { self.from.as_slice() } else { list };
        let lists =
            [&self.from, or_from(&self.sender), or_from(&self.reply_to), &self.to, &self.cc, &self.bcc];
        for list in lists {
            out.push(b' ');
            addresses(list, start + ENVELOPE_LIMIT_OCTETS, out);
        }
        out.push(b' ');
        unfolded(self.in_reply_to, out);
        out.push(b' ');
        unfolded(self.message_id, out);
        out.push(b')');
    }
}

// RFC 9051 §9: address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
fn addresses(list: &[ListedAddress], end: usize, out: &mut Vec<u8>) {
    if list.is_empty() {
        return out.extend_from_slice(b"NIL");
    }
    let not_empty = |text: &'_ [u8]| !text.is_empty();
    out.push(b'(');
    let mut is_in_group = false;
    for address in list {
        match address {
            ListedAddress::Mailbox { .. } if out.len() >= end => {}
            ListedAddress::Mailbox { name, route, local, domain } => {
                out.push(b'(');
                nil_or(Some(name.as_slice()).filter(|text| not_empty(text)), out, text_string);
                out.push(b' ');
                nil_or(Some(route.as_slice()).filter(|text| not_empty(text)), out, string);
                out.push(b' ');
                string(local, out);
                out.push(b' ');
                // NIL would make it the beginning of a group.
                string(domain, out);
                out.push(b')');
            }
            ListedAddress::GroupBegins(name) if out.len() < end => {
                is_in_group = true;
                out.extend_from_slice(b"(NIL NIL ");
                text_string(name, out);
                out.extend_from_slice(b" NIL)");
            }
            ListedAddress::GroupBegins(_) => {}
            ListedAddress::GroupEnds if is_in_group => {
                is_in_group = false;
                out.extend_from_slice(b"(NIL NIL NIL NIL)");
            }
            ListedAddress::GroupEnds => {}
        }
    }
    out.push(b')');
}

impl Structure {
    /// BODYSTRUCTURE with extension data; [`body_of_structure`] makes BODY of it.
    pub fn render(&self, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.render_part(message, self.root(), &mut out);
        out
    }

    // RFC 9051 §9: body. The tree is at most DEPTH_LIMIT deep, and so is this recursion.
    fn render_part(&self, message: &[u8], part: &Part, out: &mut Vec<u8>) {
        out.push(b'(');
        let (kind, subtype) = part.content_type.value.split_once('/').unwrap_or(("text", "plain"));
        let told =
            |value: &Option<Range<usize>>| value.clone().and_then(|value| message.get(value)).map(unfold);
        if part.content == Content::Multipart {
            for (index, child) in part.children.iter().enumerate() {
                // At least one must be there.
                if index > 0 && out.len() > BODY_STRUCTURE_LIMIT_OCTETS {
                    break;
                }
                self.render_part(message, &self.parts()[*child], out);
            }
            out.push(b' ');
            string(subtype.as_bytes(), out);
            out.push(b' ');
            parameters(&part.content_type.parameters, out);
        } else {
            string(kind.as_bytes(), out);
            out.push(b' ');
            string(subtype.as_bytes(), out);
            out.push(b' ');
            if kind == "text" && !part.has_content_type {
                // RFC 2045 §5.2: the default, in full.
                out.extend_from_slice(b"(\"charset\" \"us-ascii\")");
            } else {
                parameters(&part.content_type.parameters, out);
            }
            out.push(b' ');
            nil_or(told(&part.told.id).as_deref(), out, text_string);
            out.push(b' ');
            nil_or(told(&part.told.description).as_deref(), out, text_string);
            out.push(b' ');
            let encoding = told(&part.told.encoding);
            let encoding = encoding.as_deref().filter(|value| !value.is_empty() && value.is_ascii());
            text_string(&encoding.unwrap_or(b"7bit").to_ascii_lowercase(), out);
            out.extend_from_slice(format!(" {}", part.body.len()).as_bytes());
            if part.content == Content::Message
                && let Some(enclosed) = part.children.first().map(|child| &self.parts()[*child])
            {
                out.push(b' ');
                crate::summary::envelope_of(&message[enclosed.header.clone()], out);
                out.push(b' ');
                self.render_part(message, enclosed, out);
            }
            if kind == "text" || part.content == Content::Message {
                out.extend_from_slice(format!(" {}", part.lines(message)).as_bytes());
            }
            // body-fld-md5: RFC 9051 §7.5.2 permits NIL, and nobody computes it any more.
            out.extend_from_slice(b" NIL");
        }
        out.push(b' ');
        match part.disposition(message).filter(|disposition| !disposition.value.is_empty()) {
            None => out.extend_from_slice(b"NIL"),
            Some(Valued { value, parameters: list }) => {
                out.push(b'(');
                text_string(value.as_bytes(), out);
                out.push(b' ');
                parameters(&list, out);
                out.push(b')');
            }
        }
        out.push(b' ');
        languages(told(&part.told.language).as_deref(), out);
        out.push(b' ');
        nil_or(told(&part.told.location).as_deref(), out, text_string);
        out.push(b')');
    }
}

// RFC 9051 §9: body-fld-param. Extended values (RFC 2231) keep their form and their asterisk, as clients expect.
fn parameters(list: &[Parameter], out: &mut Vec<u8>) {
    if list.is_empty() {
        return out.extend_from_slice(b"NIL");
    }
    out.push(b'(');
    for (index, parameter) in list.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        let mark = if parameter.is_extended { "*" } else { "" };
        string(format!("{}{mark}", parameter.name).as_bytes(), out);
        out.push(b' ');
        string(&parameter.value, out);
    }
    out.push(b')');
}

// RFC 9051 §9: body-fld-lang; RFC 3282: tags separated by commas.
fn languages(value: Option<&[u8]>, out: &mut Vec<u8>) {
    let tags: Vec<&[u8]> = value
        .unwrap_or_default()
        .split(|octet| *octet == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|tag| !tag.is_empty())
        .take(50)
        .collect();
    match tags[..] {
        [] => out.extend_from_slice(b"NIL"),
        [tag] => text_string(tag, out),
        _ => {
            out.push(b'(');
            for (index, tag) in tags.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                text_string(tag, out);
            }
            out.push(b')');
        }
    }
}

/// BODY, which is BODYSTRUCTURE without extension data, from what [`Structure::render`] wrote.
///
/// Bytes that it did not write come back as they are.
pub fn body_of_structure(body_structure: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body_structure.len());
    match copy_body(body_structure, 0, &mut out) {
        Some(_) => out,
        None => body_structure.to_vec(),
    }
}

/// Copies the body at `at` without its extension data; returns where it ends.
fn copy_body(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let mut at = at + 1;
    out.push(b'(');
    let is_multipart = bytes.get(at) == Some(&b'(');
    let mut kept = 0;
    if is_multipart {
        while bytes.get(at) == Some(&b'(') {
            at = copy_body(bytes, at, out)?;
        }
        // The subtype.
        kept = 1;
    }
    let mut is_message = false;
    let mut index = 0;
    let start = at;
    while bytes.get(at) != Some(&b')') {
        at += usize::from(bytes.get(at) == Some(&b' '));
        let end = end_of_item(bytes, at)?;
        let item = &bytes[at..end];
        if !is_multipart {
            match (index, item) {
                // Type, subtype, parameters, id, description, encoding, size.
                (0, b"\"text\"") => kept = 8,
                (0, b"\"message\"") => (kept, is_message) = (10, true),
                (0, _) => kept = 7,
                (1, b"\"rfc822\"" | b"\"global\"") => {}
                (1, _) if is_message => (kept, is_message) = (7, false),
                _ => {}
            }
        }
        if index < kept {
            if at > start || is_multipart {
                out.push(b' ');
            }
            if is_message && index == 8 {
                copy_body(bytes, at, out)?;
            } else {
                out.extend_from_slice(item);
            }
        }
        index += 1;
        at = end;
    }
    out.push(b')');
    Some(at + 1)
}

/// Where the string, number, NIL or list at `at` ends.
pub(crate) fn end_of_item(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'(' => {
                depth += 1;
                at += 1;
            }
            b')' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b'"' => at = end_of_quoted(bytes, at)?,
            b'{' => at = literal(bytes, at)?.end,
            b' ' => {
                at += 1;
                continue;
            }
            _ => {
                let rest = &bytes[at..];
                at += rest.iter().position(|octet| matches!(octet, b' ' | b'(' | b')')).unwrap_or(rest.len());
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

fn end_of_quoted(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The octets of the literal at `at`.
pub(crate) fn literal(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at + 1..)?;
    let digits = memchr::memchr(b'}', rest)?;
    let length: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    let start = at + 1 + digits + 3;
    let end = start.checked_add(length).filter(|end| *end <= bytes.len())?;
    Some(start..end)
}
