//! The letter that a recipient reads: as it came, without the marks by which it was asked to go secured.

use std::borrow::Cow;

use evidence::{Content as Digested, Digest};
use model::Domain;
use wire_mime::{Content, Structure, encode_words, fields, whole_header};

use crate::limits::{PART_NAME_LIMIT, PARTS_LIMIT, SUBJECT_LIMIT};
use crate::phone::{Phones, phones};
use crate::settings::Marks;
use crate::wish::{Passphrase, passphrase, subject_of, untagged};

/// Fields that no recipient sees: the blind recipients, and what is for us alone.
const OURS: [&str; 1] = ["bcc"];
/// Our own fields: nobody else writes them.
const OUR_PREFIX: &[u8] = b"x-relais-";
/// Fields with addresses, in which suffixes are taken away.
const ADDRESSED: [&str; 5] = ["to", "cc", "reply-to", "resent-to", "resent-cc"];

/// A letter without marks, and what is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmarked {
    /// All of it.
    pub bytes: Vec<u8>,
    /// The subject, decoded and without a tag.
    pub subject: String,
    /// Message-ID with its angle brackets, if it has one.
    pub message_id: Option<String>,
    /// What its recipients have to know besides, if the sender says so.
    pub passphrase: Option<Passphrase>,
    /// The telephones that the sender named: whom they belong to gets codes there.
    pub phones: Phones,
}

/// Takes the marks from a letter: the tag of its subject, the suffixes of its recipients, our own fields.
/// `missing` are fields to add because the sender forgot them, with their line breaks.
pub fn unmarked(letter: &[u8], marks: &Marks, missing: &str) -> Unmarked {
    let header = whole_header(letter).unwrap_or(letter);
    let body = &letter[header.len()..];
    let mut bytes = Vec::with_capacity(letter.len() + missing.len());
    bytes.extend_from_slice(missing.as_bytes());
    let (mut subject, mut message_id) = (None, message_id_of(missing.as_bytes()));
    for field in fields(header) {
        if OURS.iter().any(|name| field.is(name)) || is_ours(field.name) {
            continue;
        }
        if field.is("subject") && subject.is_none() {
            let decoded = subject_of(&field);
            match untagged(&decoded, &marks.tags) {
                Ok(Some((_, rest))) => {
                    bytes.extend_from_slice(&subject_field(&rest));
                    subject = Some(rest);
                    continue;
                }
                _ => subject = Some(decoded),
            }
        }
        if field.is("message-id") && message_id.is_none() {
            message_id = message_id_of(field.raw);
        }
        match ADDRESSED.iter().any(|name| field.is(name)) {
            true => bytes.extend_from_slice(&without_suffixes(field.raw, &marks.suffixes)),
            false => bytes.extend_from_slice(field.raw),
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    let subject = subject.unwrap_or_default().chars().take(SUBJECT_LIMIT).collect();
    // One that cannot be taken was refused when the wish was read.
    let passphrase = passphrase(header).ok().flatten();
    let phones = phones(header, &marks.suffixes).unwrap_or_default();
    Unmarked { bytes, subject, message_id, passphrase, phones }
}

fn is_ours(name: &[u8]) -> bool {
    name.get(..OUR_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(OUR_PREFIX))
}

fn message_id_of(header: &[u8]) -> Option<String> {
    let field = fields(header).find(|field| field.is("message-id"))?;
    let value = String::from_utf8_lossy(&field.unfolded()).trim().to_owned();
    // One that no statement can hold, such as one with a tab inside, is none: the letter is called by another.
    evidence::is_plain(&value).then_some(value)
}

/// A Subject field; words that are not ASCII are encoded, and no line is longer than 76 characters (RFC 2047 §2).
pub(crate) fn subject_field(subject: &str) -> Vec<u8> {
    let encoded = encode_words(format!(" {}", subject.replace(char::is_control, " ")).as_bytes());
    let encoded = String::from_utf8_lossy(&encoded).replace(" =?", "\r\n =?");
    format!("Subject:{encoded}\r\n").into_bytes()
}

/// A field of addresses with the suffixes taken from their domains; everything else stays as it is.
fn without_suffixes<'a>(field: &'a [u8], suffixes: &[Domain]) -> Cow<'a, [u8]> {
    let mut field = Cow::Borrowed(field);
    for suffix in suffixes {
        let wanted = format!(".{suffix}").into_bytes();
        let mut kept = Vec::with_capacity(field.len());
        let mut at = 0;
        while at < field.len() {
            let is_here =
                field[at..].get(..wanted.len()).is_some_and(|text| text.eq_ignore_ascii_case(&wanted))
                    && !field.get(at + wanted.len()).is_some_and(|byte| is_of_domain(*byte))
                    && is_behind_a_domain(&field[..at]);
            if is_here {
                at += wanted.len();
            } else {
                kept.push(field[at]);
                at += 1;
            }
        }
        if kept.len() != field.len() {
            field = Cow::Owned(kept);
        }
    }
    field
}

fn is_of_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.'
}

/// Whether the text ends in `@` and a domain.
fn is_behind_a_domain(text: &[u8]) -> bool {
    let domain = text.iter().rev().take_while(|byte| is_of_domain(**byte)).count();
    domain > 0 && text.len() > domain && text[text.len() - domain - 1] == b'@'
}

/// The digests of a letter and of its parts: with the salt for its evidence, without for its receipts.
pub(crate) fn digested(salt: &Digest, letter: &[u8]) -> (Digested, Vec<Digest>) {
    let structure = Structure::parse(letter);
    let mut parts = Vec::new();
    let leaves = structure
        .parts()
        .iter()
        .filter(|part| part.content != Content::Multipart && part.children.is_empty());
    for (index, part) in leaves.enumerate().take(PARTS_LIMIT) {
        let Some(body) = letter.get(part.body.clone()) else { continue };
        let decoded = part.encoding.decode(body).unwrap_or(Cow::Borrowed(body));
        let name = part
            .disposition(letter)
            .and_then(|disposition| disposition.text("filename"))
            .or_else(|| part.content_type.text("name"));
        let name = name.map(|name| clean(&name)).filter(|name| !name.is_empty());
        parts.push((
            name.unwrap_or_else(|| (index + 1).to_string()),
            clean(&part.content_type.value),
            decoded,
        ));
    }
    let mut plain = vec![Digest::of(&[letter])];
    plain.extend(parts.iter().map(|(_, _, bytes)| Digest::of(&[&bytes[..]])));
    let told = parts.iter().map(|(name, kind, bytes)| (name.as_str(), kind.as_str(), &bytes[..]));
    (Digested::of(salt, letter, told), plain)
}

/// A text of a stranger for evidence: no control characters, not too long.
fn clean(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(PART_NAME_LIMIT).collect();
    text.trim().to_owned()
}
