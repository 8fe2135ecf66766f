//! Text of any charset as Unicode, and the words of a message that a search looks through.

use std::borrow::Cow;

use encoding_rs::{Encoding as Charset, WINDOWS_1252};

use crate::header::fields;
use crate::structure::{Content, Structure};
use crate::words::decode_words;

/// Bytes of a charset as text; never fails.
///
/// Without a charset, or with one we do not know, it is UTF-8 if it can be, else windows-1252.
pub fn decode_charset<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    if let Some(charset) = charset.and_then(|label| Charset::for_label(label.trim().as_bytes())) {
        // UTF-8 under another name is common enough; the reverse is caught below by the replacement.
        return charset.decode_without_bom_handling(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Text without regard to case, for comparing: lower case (RFC 9051 §6.4.4 wants substrings without case).
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// Whether `text` contains the folded `wanted`.
pub fn contains(text: &str, wanted_folded: &str) -> bool {
    wanted_folded.is_empty()
        || memchr::memmem::find(fold(text).as_bytes(), wanted_folded.as_bytes()).is_some()
}

impl Structure {
    /// Whether a text part of the body contains the folded text (`SEARCH BODY`).
    pub fn body_contains(&self, message: &[u8], wanted_folded: &str) -> bool {
        wanted_folded.is_empty() || self.texts(message).any(|text| contains(&text, wanted_folded))
    }

    /// Whether the header, the header of an enclosed message or a text part contains the folded text
    /// (`SEARCH TEXT`).
    pub fn text_contains(&self, message: &[u8], wanted_folded: &str) -> bool {
        let in_header = |header: &[u8]| {
            fields(header).any(|field| {
                let line = [field.name, b": ", &field.unfolded()].concat();
                contains(&decode_words(&line), wanted_folded)
            })
        };
        self.parts().iter().any(|part| in_header(&message[part.header.clone()]))
            || self.body_contains(message, wanted_folded)
    }

    /// The decoded text of each text part; markup of HTML is left out.
    pub fn texts<'a>(&'a self, message: &'a [u8]) -> impl Iterator<Item = String> + 'a {
        let leaves = self.parts().iter().filter(|part| part.content == Content::Text);
        leaves.filter_map(move |part| {
            let body = message.get(part.body.clone())?;
            // A body in an encoding we do not know is looked through as it is.
            let decoded = part.encoding.decode(body).unwrap_or(Cow::Borrowed(body));
            let charset = part.content_type.text("charset");
            let text = decode_charset(&decoded, charset.as_deref());
            Some(if part.content_type.value == "text/html" {
                without_markup(&text)
            } else {
                text.into_owned()
            })
        })
    }
}

/// HTML as plain words: tags, scripts and styles left out, the commonest entities resolved. For searching
/// only, never for showing.
fn without_markup(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(open) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        text.push_str(&rest[..open]);
        let mark = &rest[open..];
        if mark.starts_with('&') {
            let (entity, length) = resolve_entity(mark);
            text.push(entity);
            rest = &mark[length..];
            continue;
        }
        let hidden = ["script", "style"]
            .into_iter()
            .find(|name| mark.get(1..1 + name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name)));
        let end = match hidden {
            Some("script") => find_ignoring_case(mark, b"</script"),
            Some(_) => find_ignoring_case(mark, b"</style"),
            None if mark.starts_with("<!--") => memchr::memmem::find(mark.as_bytes(), b"-->"),
            None => Some(0),
        };
        let Some(end) = end else { return text };
        let close = memchr::memchr(b'>', &mark.as_bytes()[end..]);
        let Some(close) = close else { return text };
        // Tags between words separate them, tags such as <b> within a word do not.
        if !mark[1..].starts_with(['b', 'i', 'u', '/'])
            || mark[1..].starts_with("br")
            || mark[1..].starts_with("/p")
        {
            text.push(' ');
        }
        rest = &mark[end + close + 1..];
    }
    text.push_str(rest);
    text
}

fn find_ignoring_case(text: &str, wanted: &[u8]) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

fn resolve_entity(text: &str) -> (char, usize) {
    let end = text.bytes().take(12).position(|octet| octet == b';');
    let Some(name) = end.and_then(|end| text.get(1..end)) else { return ('&', 1) };
    let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' ')];
    let character = number
        .and_then(char::from_u32)
        .or_else(|| named.into_iter().find(|(known, _)| *known == name).map(|(_, character)| character));
    character.map_or(('&', 1), |character| (character, name.len() + 2))
}
