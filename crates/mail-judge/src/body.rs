//! The hashes of a body in every form that a header's signatures ask for, while its bytes pass by once.

use aws_lc_rs::digest::{Context, SHA256};
use wire_mime::{fields, whole_header};
use wire_trust::dkim::{BodyCanonicalizer, Canonicalization, Signature};

use crate::limits::BODY_FORM_LIMIT;

/// Takes a body and gives its hashes. Without signatures in the header there is nothing to do.
pub struct BodyHashes {
    forms: Vec<Form>,
}

struct Form {
    kind: (Canonicalization, Option<u64>),
    canonicalizer: BodyCanonicalizer,
    hash: Context,
    /// How much of the canonical body was hashed, and how much there was.
    taken: u64,
    seen: u64,
}

/// The finished hashes.
#[derive(Clone, Debug, Default)]
pub struct Hashed {
    forms: Vec<(Canonicalization, Option<u64>, Vec<u8>, u64)>,
}

impl BodyHashes {
    /// For the signatures in `header`; further forms than [`BODY_FORM_LIMIT`] are not looked at.
    pub fn for_header(header: &[u8]) -> BodyHashes {
        let mut forms: Vec<Form> = Vec::new();
        for field in fields(header) {
            let is_arc = field.is("arc-message-signature");
            if (!is_arc && !field.is("dkim-signature")) || forms.len() >= BODY_FORM_LIMIT {
                continue;
            }
            let Ok(content) = std::str::from_utf8(field.value) else { continue };
            let read = if is_arc { Signature::parse_arc(content) } else { Signature::parse(content) };
            let Ok(signature) = read else { continue };
            let kind = (signature.body_form, signature.length);
            if forms.iter().all(|form| form.kind != kind) {
                forms.push(Form {
                    kind,
                    canonicalizer: BodyCanonicalizer::new(kind.0),
                    hash: Context::new(&SHA256),
                    taken: 0,
                    seen: 0,
                });
            }
        }
        BodyHashes { forms }
    }

    /// Of a letter that lies in memory as a whole.
    pub fn of(letter: &[u8]) -> Hashed {
        let header = whole_header(letter).unwrap_or(letter);
        let mut hashes = BodyHashes::for_header(header);
        hashes.push(&letter[header.len()..]);
        hashes.finish()
    }

    /// Takes the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        for form in &mut self.forms {
            let Form { kind, canonicalizer, hash, taken, seen } = form;
            canonicalizer.push(bytes, &mut |canonical| take(hash, kind.1, taken, seen, canonical));
        }
    }

    /// The end of the body.
    pub fn finish(self) -> Hashed {
        let finish = |form: Form| {
            let Form { kind, canonicalizer, mut hash, mut taken, mut seen } = form;
            canonicalizer.finish(&mut |canonical| take(&mut hash, kind.1, &mut taken, &mut seen, canonical));
            (kind.0, kind.1, hash.finish().as_ref().to_vec(), seen)
        };
        Hashed { forms: self.forms.into_iter().map(finish).collect() }
    }
}

/// RFC 6376 §3.7: at most l octets of the canonical form.
fn take(hash: &mut Context, limit: Option<u64>, taken: &mut u64, seen: &mut u64, canonical: &[u8]) {
    let room = usize::try_from(limit.unwrap_or(u64::MAX).saturating_sub(*taken)).unwrap_or(usize::MAX);
    let part = &canonical[..canonical.len().min(room)];
    hash.update(part);
    *taken += part.len() as u64;
    *seen += canonical.len() as u64;
}

impl Hashed {
    /// The hash for a signature; `Err` says why there is none.
    pub fn of(&self, signature: &Signature) -> Result<&[u8], &'static str> {
        let wanted = (signature.body_form, signature.length);
        match self.forms.iter().find(|(form, length, ..)| (*form, *length) == wanted) {
            None => Err("the letter has too many kinds of signatures"),
            // RFC 6376 §3.5: l is not larger than the body.
            Some((_, Some(length), _, seen)) if length > seen => {
                Err("the body is shorter than what was signed")
            }
            Some((.., hash, _)) => Ok(hash),
        }
    }
}
