//! The DKIM signatures of a letter (RFC 6376 §6).

use base64_word::beginning;
use futures_util::future::join_all;
use trust::{DkimEvidence, DkimResult};
use wire_mime::Field;
use wire_trust::dkim::{Algorithm, Signature};
use world::Names;

use crate::body::Hashed;
use crate::limits::{FUTURE_LIMIT_SECONDS, SIGNATURE_LIMIT};
use crate::verify::{Flaw, key, signed_header, verify};

/// Checks up to [`SIGNATURE_LIMIT`] signatures, the topmost first; all keys are looked up at the same time.
pub(crate) async fn check(
    names: &Names,
    fields: &[Field<'_>],
    bodies: &Hashed,
    now_seconds: i64,
) -> Vec<DkimEvidence> {
    let signatures = fields.iter().filter(|field| field.is("dkim-signature")).take(SIGNATURE_LIMIT);
    join_all(signatures.map(|field| one(names, fields, field, bodies, now_seconds))).await
}

async fn one(
    names: &Names,
    fields: &[Field<'_>],
    field: &Field<'_>,
    bodies: &Hashed,
    now_seconds: i64,
) -> DkimEvidence {
    let content = String::from_utf8_lossy(field.value);
    let signature = match Signature::parse(&content) {
        Ok(signature) => signature,
        Err(fault) => {
            let because = format!("the signature is broken: {} ({})", fault.reason, fault.term);
            return DkimEvidence { result: DkimResult::Neutral, because, ..DkimEvidence::default() };
        }
    };
    let mut evidence = DkimEvidence {
        result: DkimResult::Pass,
        domain: signature.domain.clone(),
        selector: signature.selector.clone(),
        algorithm: signature.algorithm.word().to_owned(),
        signature: beginning(&signature.signature),
        because: String::new(),
    };
    match holds(names, fields, field, &signature, bodies, now_seconds).await {
        Ok(weakness) => evidence.because = weakness.to_owned(),
        Err((result, because)) => (evidence.result, evidence.because) = (result, because),
    }
    evidence
}

async fn holds(
    names: &Names,
    fields: &[Field<'_>],
    own: &Field<'_>,
    signature: &Signature,
    bodies: &Hashed,
    now_seconds: i64,
) -> Result<&'static str, Flaw> {
    let fail = |why: &str| (DkimResult::Fail, why.to_owned());
    if signature.expires_at.is_some_and(|expires| expires < now_seconds) {
        return Err(fail("the signature has expired"));
    }
    if signature.signed_at.is_some_and(|signed| signed > now_seconds + FUTURE_LIMIT_SECONDS) {
        return Err(fail("the signature was made in the future"));
    }
    if signature.algorithm == Algorithm::RsaSha1 {
        // RFC 8301 §3.1; its body hash is no SHA-256 either.
        return Err((DkimResult::Policy, "SHA-1 proves nothing any more".to_owned()));
    }
    let hash = bodies.of(signature).map_err(|why| (DkimResult::PermError, why.to_owned()))?;
    if hash != signature.body_hash {
        return Err(fail("the body was changed"));
    }
    let key = key(names, &signature.selector, &signature.domain).await?;
    if key.is_exact
        && let Some(identity) = &signature.identity
    {
        // RFC 6376 §3.6.1: t=s.
        let domain = identity.rsplit_once('@').map_or("", |(_, domain)| domain);
        if !domain.eq_ignore_ascii_case(&signature.domain) {
            return Err((DkimResult::PermError, "the key is not for domains below".to_owned()));
        }
    }
    let data = signed_header(fields, own, signature);
    let weakness = verify(signature.algorithm, &key, &data, &signature.signature)?;
    Ok(match (weakness, signature.length) {
        ("", Some(_)) => "only the beginning of the body is signed",
        _ => weakness,
    })
}

mod base64_word {
    //! header.b of RFC 6008 §3: enough of the signature to tell it from others.

    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// The first eight characters of the signature's base64.
    pub(super) fn beginning(signature: &[u8]) -> String {
        let letter = |at: usize| {
            let octet = |at: usize| u16::from(signature.get(at).copied().unwrap_or(0));
            let (bit, first) = (at * 6, at * 6 / 8);
            let word = octet(first) << 8 | octet(first + 1);
            char::from(LETTERS[usize::from(word >> (10 - bit % 8) & 63)])
        };
        (0..8).map(letter).collect()
    }
}
