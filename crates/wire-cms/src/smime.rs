//! Letters with a signature: `multipart/signed` (RFC 8551 §3.5, RFC 1847 §2.1).
//!
//! The signature is over the first part exactly as it travels, with CRLF at the end of each line and without the CRLF
//! that belongs to the delimiter after it. Header fields outside of the part are not signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use model::Timestamp;

use crate::limits;
use crate::signed_data::{self, CmsError, Content, Signed};
use crate::signer::{Signer, SigningFailed};

/// Why an entity cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSignable {
    /// A line ends with CR or LF alone, a byte is above 127 or zero, or a line is longer than 998: somebody on the way
    /// would change it, and the signature would break (RFC 8551 §3.1.1, §3.1.2).
    #[error("the entity is not in the form that every server leaves as it is")]
    NotCanonical,
    /// The boundary is not 1 to 70 of the characters that need no quoting care (RFC 2046 §5.1.1), or stands in the
    /// entity.
    #[error("the boundary cannot be used for this entity")]
    Boundary,
    /// The mathematics refused.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
}

/// The longest line without its CRLF (RFC 5322 §2.1.1).
const LINE_BYTES: usize = 998;

/// Makes a `multipart/signed` entity of `entity`: header fields (from `Content-Type` on, without `MIME-Version`), an
/// empty line, both parts. Other header fields of the letter go before it.
///
/// `entity` is a MIME entity with its own header fields, all lines with CRLF, seven bits. `boundary` is a text that
/// stands nowhere in it.
///
/// # Errors
/// The entity or the boundary would not survive the way, or the mathematics refused.
pub fn sign(signer: &Signer, entity: &[u8], boundary: &str, at: Timestamp) -> Result<Vec<u8>, NotSignable> {
    if !is_canonical(entity) {
        return Err(NotSignable::NotCanonical);
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&byte);
    let delimiter = format!("--{boundary}");
    if boundary.is_empty()
        || boundary.len() > 70
        || !boundary.bytes().all(is_plain)
        || memmem::find(entity, delimiter.as_bytes()).is_some()
    {
        return Err(NotSignable::Boundary);
    }
    let signature = signed_data::sign(signer, Content::Detached(entity), at)?;
    let mut out = Vec::with_capacity(entity.len() + signature.len() * 3 / 2 + 1024);
    out.extend_from_slice(
        format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n \
             micalg=sha-256; boundary=\"{boundary}\"\r\n\r\n\
             This is an S/MIME signed message.\r\n\r\n{delimiter}\r\n"
        )
        .as_bytes(),
    );
    out.extend_from_slice(entity);
    out.extend_from_slice(
        format!(
            "\r\n{delimiter}\r\n\
             Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
        )
        .as_bytes(),
    );
    // RFC 2045 §6.8: lines of at most 76 characters.
    for line in STANDARD.encode(signature).as_bytes().chunks(76) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("\r\n{delimiter}--\r\n").as_bytes());
    Ok(out)
}

fn is_canonical(entity: &[u8]) -> bool {
    let mut line = 0;
    let mut bytes = entity.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' if bytes.next_if_eq(&b'\n').is_some() => line = 0,
            b'\r' | b'\n' | 0 | 0x80.. => return false,
            _ => line += 1,
        }
        if line > LINE_BYTES {
            return false;
        }
    }
    true
}

/// A signed letter whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedEntity<'a> {
    /// The MIME entity that is signed, as it came.
    pub entity: &'a [u8],
    /// Who signed; ask [`Signed::verify_chain`] whether that means anything.
    pub signed: Signed,
}

/// Why a letter carries no signature that holds.
#[derive(Debug, thiserror::Error)]
pub enum SmimeError {
    /// It is not `multipart/signed` with `application/pkcs7-signature`, or its parts are not two.
    #[error("the letter is not multipart/signed with an S/MIME signature: {0}")]
    NotSigned(&'static str),
    /// The signature does not hold.
    #[error("the letter's signature does not hold")]
    Signature(#[from] CmsError),
}

/// Verifies a letter or entity whose outermost structure is `multipart/signed`. The signature is read as DER.
///
/// # Errors
/// It is not that, or the signature does not hold.
pub fn verify(letter: &[u8]) -> Result<SignedEntity<'_>, SmimeError> {
    let (header, body) = split(letter).ok_or(SmimeError::NotSigned("no body"))?;
    let content_type = field(header, "content-type").ok_or(SmimeError::NotSigned("no Content-Type"))?;
    if media_type(&content_type) != "multipart/signed" {
        return Err(SmimeError::NotSigned("another Content-Type"));
    }
    let protocol = parameter(&content_type, "protocol").unwrap_or_default();
    if !is_signature_type(&protocol) {
        return Err(SmimeError::NotSigned("another protocol"));
    }
    let boundary = parameter(&content_type, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()));
    let boundary = boundary.ok_or(SmimeError::NotSigned("no boundary"))?;
    let [entity, signature] = parts(body, &boundary)?;

    let (header, body) = split(signature).ok_or(SmimeError::NotSigned("no signature in the second part"))?;
    let is_signature = field(header, "content-type")
        .is_some_and(|content_type| is_signature_type(media_type(&content_type).as_str()));
    let encoding = field(header, "content-transfer-encoding").unwrap_or_default();
    if !is_signature || !encoding.trim().eq_ignore_ascii_case("base64") {
        return Err(SmimeError::NotSigned("no signature in the second part"));
    }
    // What is encoded cannot be longer than what is allowed decoded.
    if body.len() > limits::SIGNED_DATA_BYTES {
        return Err(CmsError::TooLong { length: body.len() }.into());
    }
    let base64: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(base64).map_err(|_| SmimeError::NotSigned("the signature is not base64"))?;
    let signed = signed_data::verify(&bytes, Some(entity))?;
    Ok(SignedEntity { entity, signed })
}

/// The second name is that of RFC 2311, which programs still write.
fn is_signature_type(name: &str) -> bool {
    ["application/pkcs7-signature", "application/x-pkcs7-signature"]
        .iter()
        .any(|known| name.trim().eq_ignore_ascii_case(known))
}

/// Header fields and body, apart at the first empty line.
fn split(entity: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(body) = entity.strip_prefix(b"\r\n") {
        return Some((&[], body));
    }
    let end = memmem::find(entity, b"\r\n\r\n")?;
    Some((&entity[..end], &entity[end + 4..]))
}

/// The body of the only field with this name, unfolded; `None` if there is none, or more than one.
fn field(header: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(header);
    let unfolded = text.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut found = unfolded.split("\r\n").filter_map(|line| {
        let (field, body) = line.split_once(':')?;
        field.trim_end().eq_ignore_ascii_case(name).then(|| body.trim().to_owned())
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A parameter of Content-Type (RFC 2045 §5.1): a token, or a quoted string. Comments are not known here.
fn parameter(content_type: &str, name: &str) -> Option<String> {
    let mut rest = content_type.split_once(';')?.1;
    loop {
        let (found, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let mut value = String::new();
                let mut characters = quoted.char_indices();
                let end = loop {
                    match characters.next()? {
                        (at, '"') => break at + 1,
                        (_, '\\') => value.push(characters.next()?.1),
                        (_, character) => value.push(character),
                    }
                };
                (value, &quoted[end..])
            }
            None => {
                let (value, _) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), &after[value.len()..])
            }
        };
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.split_once(';')?.1;
    }
}

/// The two parts (RFC 2046 §5.1.1). The CRLF before a delimiter belongs to it.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<[&'a [u8]; 2], SmimeError> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    // Where the part that is being read begins.
    let mut start = None;
    let mut at = 0;
    while at < body.len() {
        let end = memmem::find(&body[at..], b"\r\n").map_or(body.len(), |end| at + end);
        let line = &body[at..end];
        let next = (end + 2).min(body.len());
        if let Some(after) = line.strip_prefix(delimiter.as_bytes()) {
            let (is_last, padding) = match after.strip_prefix(b"--") {
                Some(padding) => (true, padding),
                None => (false, after),
            };
            if padding.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
                if let Some(start) = start {
                    // The part may be empty: then its CRLF is that of the delimiter before it.
                    parts.push(&body[start..at.saturating_sub(2).max(start)]);
                }
                start = Some(next);
                if is_last {
                    return <[&[u8]; 2]>::try_from(parts).map_err(|_| SmimeError::NotSigned("not two parts"));
                }
                if parts.len() == 2 {
                    return Err(SmimeError::NotSigned("not two parts"));
                }
            }
        }
        at = next;
    }
    Err(SmimeError::NotSigned("no end"))
}
