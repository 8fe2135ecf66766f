//! The DKIM signatures of a letter (RFC 6376 §6).

use base64_word::beginning;
use futures_util::future::join_all;
use trust::{DkimEvidence, DkimResult};
use wire_mime::Field;
use wire_trust::dkim::{Algorithm, KeyRecord, Signature, TOO_MANY_SIGNED_FIELDS};
use world::Names;

use crate::body::Hashed;
use crate::limits::{FUTURE_LIMIT_SECONDS, SIGNATURE_LIMIT};
use crate::verify::{Flaw, Header, key, verify};

/// Checks up to [`SIGNATURE_LIMIT`] signatures, the topmost first: all keys are looked up at the same time, then one
/// signature after the other is checked, and other tasks get their turn between them.
pub(crate) async fn check(
    names: &Names,
    header: &Header<'_>,
    bodies: &Hashed,
    now_seconds: i64,
) -> Vec<DkimEvidence> {
    let fields: Vec<_> = header.named("dkim-signature").take(SIGNATURE_LIMIT).collect();
    let claims = join_all(fields.iter().map(|field| claim(names, field, bodies, now_seconds))).await;
    let mut checked = Vec::with_capacity(claims.len());
    for (field, claim) in fields.into_iter().zip(claims) {
        checked.push(match claim {
            Ok(claim) => {
                tokio::task::yield_now().await;
                claim.weigh(header, field)
            }
            Err(evidence) => evidence,
        });
    }
    checked
}

/// A signature that can be read, and its key.
struct Claim {
    signature: Signature,
    key: Result<KeyRecord, Flaw>,
}

async fn claim(
    names: &Names,
    field: &Field<'_>,
    bodies: &Hashed,
    now_seconds: i64,
) -> Result<Claim, DkimEvidence> {
    let content = String::from_utf8_lossy(field.value);
    let signature = Signature::parse(&content).map_err(|fault| {
        let because = format!("the signature is broken: {} ({})", fault.reason, fault.term);
        let result = match fault.reason == TOO_MANY_SIGNED_FIELDS {
            true => DkimResult::PermError,
            false => DkimResult::Neutral,
        };
        DkimEvidence { result, because, ..DkimEvidence::default() }
    })?;
    let key = usable_key(names, &signature, bodies, now_seconds).await;
    Ok(Claim { signature, key })
}

/// The key, if the rest of the signature deserves that its cryptography is looked at.
async fn usable_key(
    names: &Names,
    signature: &Signature,
    bodies: &Hashed,
    now_seconds: i64,
) -> Result<KeyRecord, Flaw> {
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
    Ok(key)
}

impl Claim {
    fn weigh(self, header: &Header<'_>, own: &Field<'_>) -> DkimEvidence {
        let Claim { signature, key } = self;
        let held = key.and_then(|key| {
            verify(signature.algorithm, &key, &header.signed(own, &signature), &signature.signature)
        });
        let (result, because) = match held {
            Ok("") if signature.length.is_some() => {
                (DkimResult::Pass, "only the beginning of the body is signed".to_owned())
            }
            Ok(weakness) => (DkimResult::Pass, weakness.to_owned()),
            Err(flaw) => flaw,
        };
        DkimEvidence {
            result,
            algorithm: signature.algorithm.word().to_owned(),
            signature: beginning(&signature.signature),
            domain: signature.domain,
            selector: signature.selector,
            because,
        }
    }
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
