//! Which signature algorithm this is, and the check of one signature.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

use crate::der::{self, INTEGER, Item, Items, NotDer, OBJECT_IDENTIFIER, SEQUENCE};
use crate::digest::{Digest, parameters_are_empty};
use crate::oid;

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A structure cannot be read.
    #[error("cannot read the algorithm or the key")]
    Structure(#[from] NotDer),
    /// An algorithm, a curve or a combination that is not taken: SHA-1, MD5, DSA, unusual parameters.
    #[error("the signature algorithm {0} is not accepted with this key")]
    Algorithm(String),
    /// The mathematics say no: other bytes, another key, or an RSA key under 2048 bits.
    #[error("the signature does not fit the bytes and the key")]
    Wrong,
}

/// Checks `signature` over `message` with the key in `key_info` (SubjectPublicKeyInfo).
///
/// `algorithm` is the AlgorithmIdentifier beside the signature. `digest` is what CMS names apart; then it must be the
/// digest of the algorithm too (RFC 5652 §5.3), and `rsaEncryption`, which names none, takes it from there.
pub(crate) fn verify(
    algorithm: &Item<'_>,
    digest: Option<Digest>,
    key_info: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let mut items = algorithm.items();
    let name = items.take(OBJECT_IDENTIFIER)?.value;
    let refused =
        || SignatureError::Algorithm(der::dotted(name).unwrap_or_else(|| "(unreadable)".to_owned()));

    let mut key_items = Item::only(key_info, SEQUENCE)?.items();
    let mut key_algorithm = key_items.take(SEQUENCE)?.items();
    let key_name = key_algorithm.take(OBJECT_IDENTIFIER)?.value;
    let key = key_items.take(der::BIT_STRING)?.bits()?;

    use Digest::{Sha256, Sha384, Sha512};
    let (scheme, named): (Scheme, Option<Digest>) = match name {
        oid::RSA => (Scheme::Pkcs1, digest),
        oid::RSA_SHA256 => (Scheme::Pkcs1, Some(Sha256)),
        oid::RSA_SHA384 => (Scheme::Pkcs1, Some(Sha384)),
        oid::RSA_SHA512 => (Scheme::Pkcs1, Some(Sha512)),
        oid::RSA_PSS => {
            let digest = pss_digest(&mut items)?.ok_or_else(refused)?;
            (Scheme::Pss, Some(digest))
        }
        oid::ECDSA_SHA256 => (Scheme::Ecdsa, Some(Sha256)),
        oid::ECDSA_SHA384 => (Scheme::Ecdsa, Some(Sha384)),
        oid::ECDSA_SHA512 => (Scheme::Ecdsa, Some(Sha512)),
        // RFC 8419 §3.1: over the message itself; the digest of the attributes is SHA-512 and has no part in it.
        oid::ED25519 => (Scheme::Ed25519, digest),
        _ => return Err(refused()),
    };
    if name != oid::RSA_PSS {
        parameters_are_empty(items)?;
    }
    if let (Some(named), Some(digest)) = (named, digest)
        && named != digest
    {
        return Err(refused());
    }

    let verifier: &'static dyn VerificationAlgorithm = match (scheme, key_name, named) {
        (Scheme::Pkcs1, oid::RSA, Some(Sha256)) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (Scheme::Pkcs1, oid::RSA, Some(Sha384)) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (Scheme::Pkcs1, oid::RSA, Some(Sha512)) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (Scheme::Pss, oid::RSA | oid::RSA_PSS, Some(Sha256)) => &signature::RSA_PSS_2048_8192_SHA256,
        (Scheme::Pss, oid::RSA | oid::RSA_PSS, Some(Sha384)) => &signature::RSA_PSS_2048_8192_SHA384,
        (Scheme::Pss, oid::RSA | oid::RSA_PSS, Some(Sha512)) => &signature::RSA_PSS_2048_8192_SHA512,
        (Scheme::Ecdsa, oid::EC, Some(digest)) => match (key_algorithm.object_identifier()?, digest) {
            (oid::P256, Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
            (oid::P256, Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
            (oid::P256, Sha512) => &signature::ECDSA_P256_SHA512_ASN1,
            (oid::P384, Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
            (oid::P384, Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
            (oid::P384, Sha512) => &signature::ECDSA_P384_SHA512_ASN1,
            _ => return Err(refused()),
        },
        (Scheme::Ed25519, oid::ED25519, _) => &signature::ED25519,
        _ => return Err(refused()),
    };
    UnparsedPublicKey::new(verifier, key).verify(message, signature).map_err(|_| SignatureError::Wrong)
}

#[derive(Clone, Copy)]
enum Scheme {
    Pkcs1,
    Pss,
    Ecdsa,
    Ed25519,
}

/// The digest of RSASSA-PSS-params; `None` for parameters that are not the usual ones.
///
/// ```text
/// RSASSA-PSS-params ::= SEQUENCE {              -- RFC 8017 appendix A.2.3
///     hashAlgorithm      [0] HashAlgorithm      DEFAULT sha1,
///     maskGenAlgorithm   [1] MaskGenAlgorithm   DEFAULT mgf1SHA1,
///     saltLength         [2] INTEGER            DEFAULT 20,
///     trailerField       [3] TrailerField       DEFAULT trailerFieldBC }
/// ```
///
/// RFC 4056 §3 recommends one digest for both and a salt of its length; nothing else is taken.
fn pss_digest(items: &mut Items<'_>) -> Result<Option<Digest>, NotDer> {
    let mut parameters = items.take(SEQUENCE)?.items();
    items.end()?;
    let Some(hash) = parameters.optional(der::context_constructed(0))? else { return Ok(None) };
    let Some(digest) = Digest::of(&Item::only(hash.value, SEQUENCE)?)? else { return Ok(None) };
    let Some(mask) = parameters.optional(der::context_constructed(1))? else { return Ok(None) };
    let mut mask = Item::only(mask.value, SEQUENCE)?.items();
    if mask.object_identifier()? != oid::MGF1 || Digest::of(&mask.take(SEQUENCE)?)? != Some(digest) {
        return Ok(None);
    }
    let Some(salt) = parameters.optional(der::context_constructed(2))? else { return Ok(None) };
    let salt = Item::only(salt.value, INTEGER)?.unsigned()?;
    let length = match digest {
        Digest::Sha256 => 32,
        Digest::Sha384 => 48,
        Digest::Sha512 => 64,
    };
    if let Some(trailer) = parameters.optional(der::context_constructed(3))?
        && Item::only(trailer.value, INTEGER)?.unsigned()? != 1
    {
        return Ok(None);
    }
    parameters.end()?;
    Ok((salt == length).then_some(digest))
}
