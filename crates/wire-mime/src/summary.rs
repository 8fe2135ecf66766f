//! What is kept of a message beside its bytes, so that listing a folder never opens it.

use crate::address::{ListedAddress, parse_addresses};
use crate::date::Date;
use crate::header::{fields, unfold};
use crate::limits::{ADDRESSES_LIMIT, REFERENCES_LIMIT};
use crate::render::EnvelopeFields;
use crate::structure::{Content, Part, Structure};
use crate::words::decode_words;

/// A mailbox of an address list, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded; empty if there is none.
    pub name: String,
    /// `local@domain`, as written.
    pub address: String,
}

/// What a folder's list shows of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// ENVELOPE (RFC 9051 §7.5.2), ready to send.
    pub envelope: Vec<u8>,
    /// BODYSTRUCTURE with extension data, ready to send.
    pub body_structure: Vec<u8>,
    /// The subject, decoded.
    pub subject: String,
    /// From, decoded.
    pub from: Vec<Mailbox>,
    /// To, decoded.
    pub to: Vec<Mailbox>,
    /// Message-ID with its angle brackets.
    pub message_id: Option<String>,
    /// The ids of In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// The ids of References.
    pub references: Vec<String>,
    /// Date.
    pub date: Option<Date>,
    /// Whether a part is meant to be saved rather than shown.
    pub has_attachment: bool,
}

impl Summary {
    /// Reads a whole message; never fails.
    pub fn of(message: &[u8]) -> Summary {
        Summary::of_parsed(message, &Structure::parse(message))
    }

    /// Reads a message that is parsed already.
    pub fn of_parsed(message: &[u8], structure: &Structure) -> Summary {
        let header = message.get(structure.root().header.clone()).unwrap_or_default();
        let (envelope_fields, references) = collect(header);
        let mut envelope = Vec::with_capacity(512);
        envelope_fields.render(&mut envelope);
        let has_attachment =
            structure.parts().iter().any(|part| is_attachment(message, structure.root(), part));
        Summary {
            envelope,
            body_structure: structure.render(message),
            subject: envelope_fields.subject.map(|value| decode_words(&unfold(value))).unwrap_or_default(),
            from: mailboxes(&envelope_fields.from),
            to: mailboxes(&envelope_fields.to),
            message_id: envelope_fields.message_id.and_then(|value| message_ids(value).into_iter().next()),
            in_reply_to: envelope_fields.in_reply_to.map(message_ids).unwrap_or_default(),
            references: references.map(message_ids).unwrap_or_default(),
            date: envelope_fields.date.and_then(Date::parse),
            has_attachment,
        }
    }
}

/// ENVELOPE of a header.
pub(crate) fn envelope_of(header: &[u8], out: &mut Vec<u8>) {
    collect(header).0.render(out);
}

/// The fields of ENVELOPE, and References.
fn collect(header: &[u8]) -> (EnvelopeFields<'_>, Option<&[u8]>) {
    let mut envelope = EnvelopeFields::default();
    let mut references = None;
    for field in fields(header) {
        // RFC 5322 §3.6: each stands at most once. Where it stands twice the first counts, but
        // recipients are all recipients.
        let (list, is_first) = match field.name.len() {
            2 if field.is("To") => (&mut envelope.to, false),
            2 if field.is("Cc") => (&mut envelope.cc, false),
            3 if field.is("Bcc") => (&mut envelope.bcc, false),
            4 if field.is("From") => (&mut envelope.from, true),
            6 if field.is("Sender") => (&mut envelope.sender, true),
            8 if field.is("Reply-To") => (&mut envelope.reply_to, true),
            length => {
                let place = match length {
                    4 if field.is("Date") => &mut envelope.date,
                    7 if field.is("Subject") => &mut envelope.subject,
                    10 if field.is("Message-ID") => &mut envelope.message_id,
                    10 if field.is("References") => &mut references,
                    11 if field.is("In-Reply-To") => &mut envelope.in_reply_to,
                    _ => continue,
                };
                place.get_or_insert(field.value);
                continue;
            }
        };
        if list.is_empty() {
            *list = parse_addresses(field.value);
        } else if !is_first && list.len() < ADDRESSES_LIMIT {
            list.extend(parse_addresses(field.value));
        }
    }
    (envelope, references)
}

fn mailboxes(list: &[ListedAddress]) -> Vec<Mailbox> {
    let decoded = |address: &ListedAddress| match address {
        ListedAddress::Mailbox { name, local, domain, .. } => {
            let local = String::from_utf8_lossy(local);
            let domain = String::from_utf8_lossy(domain);
            let at = if domain.is_empty() { "" } else { "@" };
            Some(Mailbox { name: decode_words(name), address: format!("{local}{at}{domain}") })
        }
        _ => None,
    };
    list.iter().filter_map(decoded).collect()
}

/// The `<…>` of a field (RFC 5322 §3.6.4); a bare word where there is none.
fn message_ids(value: &[u8]) -> Vec<String> {
    let line = unfold(value);
    let text = String::from_utf8_lossy(&line);
    let mut ids = Vec::new();
    let mut rest = text.as_ref();
    while let Some(open) = rest.find('<') {
        let Some(length) = rest[open..].find('>') else { break };
        let id: String = rest[open..=open + length].chars().filter(|c| !c.is_whitespace()).collect();
        ids.push(id);
        if ids.len() == REFERENCES_LIMIT {
            return ids;
        }
        rest = &rest[open + length + 1..];
    }
    if ids.is_empty() {
        ids.extend(text.split_whitespace().next().map(|word| format!("<{word}>")));
    }
    ids
}

fn is_attachment(message: &[u8], root: &Part, part: &Part) -> bool {
    if matches!(part.content, Content::Multipart)
        || std::ptr::eq(root, part) && part.content != Content::Other
    {
        return false;
    }
    // Signatures and the like are parts of the message's form, not things to save.
    let kind = part.content_type.value.as_str();
    if kind.ends_with("-signature") || matches!(kind, "application/pgp-encrypted" | "application/ms-tnef") {
        return false;
    }
    match part.disposition(message) {
        Some(disposition) if disposition.value == "attachment" => true,
        Some(disposition) if disposition.value == "inline" && part.content != Content::Message => {
            part.content == Content::Other
                && part.told.id.is_none()
                && disposition.parameter("filename").is_some()
        }
        _ => {
            part.content == Content::Message
                || part.content == Content::Other
                    && part.told.id.is_none()
                    && part.content_type.parameter("name").is_some()
        }
    }
}
