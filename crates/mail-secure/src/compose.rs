//! A letter made of what a program says of it: header, text, HTML, files (RFC 5322, RFC 2045 to 2047, RFC 2183).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Address;

use crate::carrier::{LINE_OCTETS, quoted};
use crate::letter::subject_field;

/// Octets of a Message-ID that is named again: with the field's name it stays below 998 (RFC 5322 §2.1.1).
const MESSAGE_ID_OCTETS: usize = 900;

/// What a program says of a letter.
#[derive(Clone, Debug)]
pub struct Composing<'a> {
    /// Who writes.
    pub from: &'a Address,
    /// To whom, with their names where known.
    pub to: &'a [(Address, Option<String>)],
    /// To whom a copy.
    pub cc: &'a [(Address, Option<String>)],
    /// The subject.
    pub subject: &'a str,
    /// The text.
    pub plain: Option<&'a str>,
    /// The text as HTML.
    pub html: Option<&'a str>,
    /// The files.
    pub attachments: &'a [Attached<'a>],
    /// Message-ID of the letter that is answered, with its angle brackets; what has another form is left out.
    pub answers: Option<&'a str>,
    /// Random letters and digits, which stand in no part.
    pub boundary: &'a str,
}

/// A file with a letter.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// Its name.
    pub name: &'a str,
    /// `application/pdf`; what has another form goes as octets.
    pub media_type: &'a str,
    /// The file.
    pub content: &'a [u8],
}

/// The letter, with CRLF; without Date and Message-ID, which it gets when it is taken.
pub fn compose(letter: &Composing<'_>) -> Vec<u8> {
    let mut whole = format!("From: {}\r\n", letter.from).into_bytes();
    for (name, addresses) in [("To", letter.to), ("Cc", letter.cc)] {
        if !addresses.is_empty() {
            let mailboxes: Vec<String> = addresses.iter().map(mailbox).collect();
            whole.extend_from_slice(format!("{name}: {}\r\n", mailboxes.join(",\r\n ")).as_bytes());
        }
    }
    whole.extend_from_slice(&subject_field(letter.subject));
    // RFC 5322 §3.6.4: of the answered letter nothing but its own identifier is known here.
    if let Some(id) = letter.answers.filter(|id| is_message_id(id)) {
        whole.extend_from_slice(format!("In-Reply-To: {id}\r\nReferences: {id}\r\n").as_bytes());
    }
    whole.extend_from_slice(b"MIME-Version: 1.0\r\n");
    let mut text = match (letter.plain, letter.html) {
        (Some(plain), Some(html)) => multipart(
            "alternative",
            &format!("text-{}", letter.boundary),
            &[text_part("plain", plain), text_part("html", html)],
        ),
        (None, Some(html)) => text_part("html", html),
        (plain, None) => text_part("plain", plain.unwrap_or_default()),
    };
    if !letter.attachments.is_empty() {
        let mut parts = vec![text];
        parts.extend(letter.attachments.iter().map(attached));
        text = multipart("mixed", &format!("whole-{}", letter.boundary), &parts);
    }
    whole.extend_from_slice(&text);
    whole
}

/// RFC 5322 §3.6.4, without spaces and comments, on one line.
fn is_message_id(text: &str) -> bool {
    let inside = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    text.len() <= MESSAGE_ID_OCTETS
        && inside.is_some_and(|id| {
            id.contains('@') && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>')
        })
}

fn mailbox((address, name): &(Address, Option<String>)) -> String {
    match name.as_deref().map(str::trim) {
        Some(name) if !name.is_empty() => format!("{} <{address}>", quoted(name)),
        _ => address.to_string(),
    }
}

fn multipart(kind: &str, boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut whole = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    for part in parts {
        whole.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        whole.extend_from_slice(part);
    }
    whole.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    whole
}

fn text_part(kind: &str, text: &str) -> Vec<u8> {
    // RFC 2045 §6.8: within base64 as well, lines of a text end with CRLF.
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    let mut part =
        format!("Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
            .into_bytes();
    push_base64(&mut part, text.as_bytes());
    part
}

fn attached(file: &Attached<'_>) -> Vec<u8> {
    let media_type =
        if is_media_type(file.media_type) { file.media_type } else { "application/octet-stream" };
    let mut part = format!(
        "Content-Type: {media_type}\r\nContent-Disposition: attachment; {}\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
        file_name(file.name)
    )
    .into_bytes();
    push_base64(&mut part, file.content);
    part
}

/// A type that is put into a field as it stands: `type/subtype` of token characters (RFC 2045 §5.1). A type that holds
/// other letters, or a letter, would not be read as the file that it is meant to be.
fn is_media_type(text: &str) -> bool {
    let is_token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.len() <= 127
        && text.split_once('/').is_some_and(|(kind, subtype)| {
            is_token(kind)
                && is_token(subtype)
                && !["multipart", "message"].iter().any(|other| kind.eq_ignore_ascii_case(other))
        })
}

/// RFC 2183 §2.3; characters beyond ASCII as RFC 2231 §4 has them.
fn file_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_. ()+".contains(&byte);
    if name.bytes().all(is_plain) {
        return format!("filename=\"{name}\"");
    }
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("filename*=UTF-8''{encoded}")
}

fn push_base64(part: &mut Vec<u8>, octets: &[u8]) {
    part.reserve(octets.len() / 3 * 4 + octets.len() / 28 + 4);
    for line in octets.chunks(LINE_OCTETS) {
        part.extend_from_slice(STANDARD.encode(line).as_bytes());
        part.extend_from_slice(b"\r\n");
    }
}
