//! Answering a request for a time-stamp (RFC 3161 §2.4.2): an authority of one's own.

use model::Timestamp;
use x509_cert::der::asn1::ObjectIdentifier;

use crate::der::{self, GENERALIZED_TIME, INTEGER, Item, NotDer, OCTET_STRING, SEQUENCE};
use crate::signed_data::{self, Content};
use crate::signer::{Signer, SigningFailed};
use crate::{limits, oid};

/// What an authority says besides the digest.
#[derive(Clone, Copy, Debug)]
pub struct Issuing<'a> {
    /// Under which policy it works, dotted (RFC 3161 §2.4.2: TSAPolicyId).
    pub policy: &'a str,
    /// The token's number, which no other token of this authority has.
    pub serial: u64,
    /// Its time.
    pub at: Timestamp,
}

/// Why no token is issued.
#[derive(Debug, thiserror::Error)]
pub enum NotIssued {
    /// The request cannot be read, or is too long.
    #[error("the request for a time-stamp cannot be read")]
    Unreadable(#[from] NotDer),
    /// It asks for what this authority does not do.
    #[error("the request's {0} is not one that is answered")]
    Unanswered(&'static str),
    /// The policy is no object identifier.
    #[error("the authority's policy is no object identifier")]
    Policy,
    /// The mathematics refused.
    #[error("a time-stamp cannot be signed")]
    Signing(#[from] SigningFailed),
}

/// The answer (TimeStampResp, DER) of the authority `signer` to a request: granted, with a token and the authority's
/// certificates. Answered are requests of version 1 over SHA-256 with certReq, without extensions, and without a policy
/// or with this one. The accuracy is said to be one second.
///
/// # Errors
/// What is asked is not answered, or the mathematics refused.
pub fn issue(signer: &Signer, request: &[u8], issuing: &Issuing<'_>) -> Result<Vec<u8>, NotIssued> {
    let policy = ObjectIdentifier::new(issuing.policy).map_err(|_| NotIssued::Policy)?;
    if request.len() > limits::TIME_STAMP_BYTES {
        return Err(NotIssued::Unanswered("length"));
    }
    let mut items = Item::only(request, SEQUENCE)?.items();
    if items.take(INTEGER)?.unsigned()? != 1 {
        return Err(NotIssued::Unanswered("version"));
    }
    let imprint = items.take(SEQUENCE)?;
    let mut inside = imprint.items();
    if inside.take(SEQUENCE)?.items().object_identifier()? != oid::SHA256 {
        return Err(NotIssued::Unanswered("digest algorithm"));
    }
    if inside.take(OCTET_STRING)?.value.len() != 32 {
        return Err(NotIssued::Unanswered("digest"));
    }
    inside.end()?;
    if let Some(wanted) = items.optional(der::OBJECT_IDENTIFIER)?
        && wanted.value != policy.as_bytes()
    {
        return Err(NotIssued::Unanswered("policy"));
    }
    let nonce = items.optional(INTEGER)?.map(|item| item.whole).unwrap_or_default();
    let wants_certificates = items.optional(der::BOOLEAN)?.map_or(Ok(false), |item| item.boolean())?;
    if !wants_certificates {
        return Err(NotIssued::Unanswered("certReq"));
    }
    items.end().map_err(|_| NotIssued::Unanswered("extension"))?;
    let info = der::sequence(&[
        &der::unsigned(1),
        &der::object_identifier(policy.as_bytes()),
        imprint.whole,
        &der::unsigned(issuing.serial),
        &der::encode(GENERALIZED_TIME, &[generalized(issuing.at).as_bytes()]),
        // Accuracy: one second.
        &der::sequence(&[&der::unsigned(1)]),
        nonce,
    ]);
    let content_type = ObjectIdentifier::from_bytes(oid::TST_INFO).map_err(|_| NotIssued::Policy)?;
    let token = signed_data::sign(signer, Content::Attached { content_type, bytes: &info }, issuing.at)?;
    Ok(der::sequence(&[&der::sequence(&[&der::unsigned(0)]), &token]))
}

/// `YYYYMMDDhhmmss[.s…]Z` to the millisecond, without zeros at the end (RFC 3161 §2.4.2).
fn generalized(at: Timestamp) -> String {
    let civil = at.civil();
    let whole = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    );
    match at.0.rem_euclid(1000) {
        0 => format!("{whole}Z"),
        milliseconds => format!("{whole}.{}Z", format!("{milliseconds:03}").trim_end_matches('0')),
    }
}
