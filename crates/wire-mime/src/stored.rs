//! Reading back the ENVELOPE that we stored: a search for senders and subjects needs no body then.

use crate::render::{end_of_item, literal};
use crate::words::decode_words;

/// What a stored ENVELOPE says, decoded for comparing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// The subject; `None` where the field is missing.
    pub subject: Option<String>,
    /// From, as `Name <local@domain>` joined by commas.
    pub from: String,
    /// To.
    pub to: String,
    /// Cc.
    pub cc: String,
    /// Bcc.
    pub bcc: String,
    /// In-Reply-To, as it stands; `None` where the field is missing.
    pub in_reply_to: Option<String>,
    /// Message-ID, as it stands; `None` where the field is missing.
    pub message_id: Option<String>,
}

impl StoredEnvelope {
    /// Reads the envelope of a [`crate::Summary`]; `None` for bytes that it did not write.
    pub fn parse(envelope: &[u8]) -> Option<StoredEnvelope> {
        // date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id
        let items = items(envelope)?;
        let [_, subject, from, _, _, to, cc, bcc, in_reply_to, message_id] = items[..] else { return None };
        Some(StoredEnvelope {
            subject: text(subject)?,
            from: list(from)?,
            to: list(to)?,
            cc: list(cc)?,
            bcc: list(bcc)?,
            in_reply_to: text(in_reply_to)?,
            message_id: text(message_id)?,
        })
    }

    /// The decoded value of a header field, if the envelope tells of it: `Some(None)` is a message without
    /// the field, `None` a field that only the header itself knows.
    pub fn field(&self, name: &str) -> Option<Option<&str>> {
        let present = |text: &'_ str| !text.is_empty();
        let known: [(&str, Option<&str>); 7] = [
            ("subject", self.subject.as_deref()),
            ("from", Some(self.from.as_str()).filter(|text| present(text))),
            ("to", Some(self.to.as_str()).filter(|text| present(text))),
            ("cc", Some(self.cc.as_str()).filter(|text| present(text))),
            ("bcc", Some(self.bcc.as_str()).filter(|text| present(text))),
            ("in-reply-to", self.in_reply_to.as_deref()),
            ("message-id", self.message_id.as_deref()),
        ];
        known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A string as text; `Some(None)` for NIL.
fn text(item: &[u8]) -> Option<Option<String>> {
    Some(unquote(item)?.map(|octets| decode_words(&octets)))
}

/// The items of the list that `bytes` is.
fn items(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    if bytes.first() != Some(&b'(') {
        return None;
    }
    let mut found = Vec::new();
    let mut at = 1;
    while bytes.get(at)? != &b')' {
        at += usize::from(bytes[at] == b' ');
        let end = end_of_item(bytes, at)?;
        found.push(&bytes[at..end]);
        at = end;
    }
    Some(found)
}

/// The octets of a string; `Some(None)` for NIL.
fn unquote(item: &[u8]) -> Option<Option<Vec<u8>>> {
    match item.first()? {
        b'"' => {
            let inside = item.get(1..item.len().checked_sub(1)?)?;
            let mut text = Vec::with_capacity(inside.len());
            let mut octets = inside.iter();
            while let Some(octet) = octets.next() {
                text.push(if *octet == b'\\' { *octets.next()? } else { *octet });
            }
            Some(Some(text))
        }
        b'{' => Some(Some(item.get(literal(item, 0)?)?.to_vec())),
        _ => Some(None),
    }
}

fn list(item: &[u8]) -> Option<String> {
    if item.first() != Some(&b'(') {
        return Some(String::new());
    }
    let mut text = String::new();
    for address in items(item)? {
        let [name, _route, local, domain] = items(address)?[..] else { return None };
        let (name, local, domain) = (unquote(name)?, unquote(local)?, unquote(domain)?);
        if !text.is_empty() {
            text.push_str(", ");
        }
        if let Some(name) = name {
            text.push_str(&decode_words(&name));
            text.push(' ');
        }
        if let Some(local) = local {
            text.push('<');
            // A group's name stands in place of a local part.
            text.push_str(&decode_words(&local));
            if let Some(domain) = domain.filter(|domain| !domain.is_empty()) {
                text.push('@');
                text.push_str(&String::from_utf8_lossy(&domain));
            }
            text.push('>');
        }
    }
    Some(text)
}
