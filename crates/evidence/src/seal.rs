//! A statement under the platform's seal: JWS (RFC 7515) in compact form, ES256, in the shape of a JAdES baseline B
//! signature (ETSI TS 119 182-1).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire_cms::{Certificate, Signer, SigningFailed};

use crate::digest::Digest;
use crate::limits::SEALED_BYTES;
use crate::moment;
use crate::statement::{Evidence, NotEvidence, canonical};

/// The protected header. Like the statement it has one spelling.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// RFC 7518 §3.4.
    alg: String,
    /// RFC 7515 §4.1.11: who does not know `sigT` must not accept the seal.
    crit: Vec<String>,
    /// RFC 7515 §4.1.10.
    cty: String,
    /// RFC 7515 §4.1.4: the platform's name for its key.
    kid: String,
    /// TS 119 182-1 §5.2.1: when the platform says that it sealed.
    #[serde(rename = "sigT", with = "moment::seconds")]
    sealed_at: Timestamp,
    /// RFC 7515 §4.1.9.
    typ: String,
    /// RFC 7515 §4.1.8: SHA-256 of the certificate.
    #[serde(rename = "x5t#S256")]
    certificate: String,
}

/// Why nothing was sealed.
#[derive(Debug, Error)]
pub enum NotSealable {
    /// The statement breaks a rule of its form.
    #[error("cannot seal the statement")]
    Statement(#[source] NotEvidence),
    /// The signer's key is RSA; the format has one algorithm.
    #[error("a seal is made with ES256, and the key is for {0}")]
    Algorithm(&'static str),
    /// The seal would be older than what it tells.
    #[error("a statement cannot be sealed before it is true")]
    BeforeEvent,
    /// The certificate holds at another time: whoever verifies the seal would refuse it.
    #[error("the certificate of the seal holds from {from} until {until}, and not at {at}")]
    Validity {
        /// From when.
        from: String,
        /// Until when.
        until: String,
        /// When it was to seal.
        at: String,
    },
    /// The mathematics refused.
    #[error("cannot seal the statement")]
    Signing(#[source] SigningFailed),
}

/// Why a text is not a sealed statement.
#[derive(Debug, Error)]
pub enum NotSealed {
    /// Longer than the limit.
    #[error("a sealed statement of more than {SEALED_BYTES} bytes")]
    TooLong,
    /// Not three parts in base64url.
    #[error("not a JWS in compact form")]
    Form,
    /// A header that is not exactly as this format writes it.
    #[error("the header of the seal is not of this format")]
    Header,
    /// The payload.
    #[error("cannot read what was sealed")]
    Statement(#[source] NotEvidence),
    /// The header names another key than the statement.
    #[error("the seal and the statement name different keys")]
    OtherKey,
    /// The seal is older than what it tells.
    #[error("sealed before it was true")]
    BeforeEvent,
}

/// Why a seal is not the one of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealBroken {
    /// The header names another certificate.
    #[error("the seal is by another certificate")]
    OtherCertificate,
    /// The signature is not over these bytes by this key.
    #[error("the statement was altered or the seal is forged")]
    Signature,
}

/// A certificate whose key is not on P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the certificate's key is not on P-256")]
pub struct NotASealKey;

/// The public key of a seal, made ready once for many statements.
pub struct SealKey {
    certificate: Digest,
    public: ParsedPublicKey,
}

impl SealKey {
    /// The key of a certificate.
    ///
    /// # Errors
    /// When it is not on P-256.
    pub fn of(certificate: &Certificate) -> Result<SealKey, NotASealKey> {
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, certificate.public_key_info())
            .map_err(|_| NotASealKey)?;
        Ok(SealKey { certificate: Digest(certificate.sha256()), public })
    }
}

/// A statement with its seal. Reading says nothing about the seal: that is [`Sealed::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    text: String,
    evidence: Evidence,
    sealed_at: Timestamp,
    certificate: Digest,
    signature: Vec<u8>,
}

impl Sealed {
    /// The text, to be stored and handed on as it is: every byte counts.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// When the platform says that it sealed, to the second.
    pub fn sealed_at(&self) -> Timestamp {
        self.sealed_at
    }

    /// SHA-256 of the certificate whose key sealed.
    pub fn certificate(&self) -> Digest {
        self.certificate
    }

    /// SHA-256 of the text: what the next statement and the log commit to.
    pub fn digest(&self) -> Digest {
        Digest::of(&[self.text.as_bytes()])
    }

    /// Reads `header.statement.signature`. Anything that could be written in a second way is refused.
    ///
    /// # Errors
    /// When it is not a sealed statement.
    pub fn parse(text: &str) -> Result<Sealed, NotSealed> {
        if text.len() > SEALED_BYTES {
            return Err(NotSealed::TooLong);
        }
        let mut parts = text.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
        let (Some(Ok(header)), Some(Ok(statement)), Some(Ok(signature)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotSealed::Form);
        };
        let read: Header = serde_json::from_slice(&header).map_err(|_| NotSealed::Header)?;
        let certificate = URL_SAFE_NO_PAD.decode(&read.certificate).map_err(|_| NotSealed::Header)?;
        let certificate = Digest(certificate.try_into().map_err(|_| NotSealed::Header)?);
        let expected = Header::new(&read.kid, certificate, read.sealed_at);
        if canonical(&expected).map_err(|_| NotSealed::Header)? != header {
            return Err(NotSealed::Header);
        }
        let evidence = Evidence::parse(&statement).map_err(NotSealed::Statement)?;
        if evidence.issuer.key != read.kid {
            return Err(NotSealed::OtherKey);
        }
        if read.sealed_at.seconds() < evidence.event_time.seconds() {
            return Err(NotSealed::BeforeEvent);
        }
        Ok(Sealed { text: text.to_owned(), evidence, sealed_at: read.sealed_at, certificate, signature })
    }

    /// Checks the seal. Whether the certificate counts is for [`wire_cms::chain::verify`] to say.
    ///
    /// # Errors
    /// When the seal is by another certificate, or not over these bytes.
    pub fn verify(&self, key: &SealKey) -> Result<(), SealBroken> {
        if key.certificate != self.certificate {
            return Err(SealBroken::OtherCertificate);
        }
        // RFC 7515 §5.2: what is signed is the text up to the second dot.
        let (signed, _) = self.text.rsplit_once('.').ok_or(SealBroken::Signature)?;
        key.public.verify_sig(signed.as_bytes(), &self.signature).map_err(|_| SealBroken::Signature)
    }
}

impl Header {
    fn new(kid: &str, certificate: Digest, sealed_at: Timestamp) -> Header {
        Header {
            alg: "ES256".to_owned(),
            crit: vec!["sigT".to_owned()],
            cty: "json".to_owned(),
            kid: kid.to_owned(),
            sealed_at,
            typ: "JOSE".to_owned(),
            certificate: URL_SAFE_NO_PAD.encode(certificate.0),
        }
    }
}

/// Seals a statement at a moment, which is told to the second.
///
/// # Errors
/// When the statement breaks a rule of its form, happens after `at`, the certificate does not hold then, or the key is not
/// on P-256.
pub fn seal(evidence: &Evidence, signer: &Signer, at: Timestamp) -> Result<Sealed, NotSealable> {
    let (from, until) = (signer.certificate().not_before(), signer.certificate().not_after());
    if moment::is_writable(at) && (at < from || at > until) {
        let (from, until, at) = (from.rfc3339(), until.rfc3339(), at.rfc3339());
        return Err(NotSealable::Validity { from, until, at });
    }
    sealed_by(evidence, signer, at)
}

/// Seals whether or not the certificate holds then.
pub(crate) fn sealed_by(evidence: &Evidence, signer: &Signer, at: Timestamp) -> Result<Sealed, NotSealable> {
    if signer.jose_algorithm() != "ES256" {
        return Err(NotSealable::Algorithm(signer.jose_algorithm()));
    }
    if at.seconds() < evidence.event_time.seconds() {
        return Err(NotSealable::BeforeEvent);
    }
    let statement = evidence.to_json().map_err(NotSealable::Statement)?;
    let certificate = Digest(signer.certificate().sha256());
    let sealed_at = Timestamp(at.seconds().saturating_mul(1000));
    if !moment::is_writable(sealed_at) {
        return Err(NotSealable::Statement(NotEvidence::Moment));
    }
    let header = Header::new(&evidence.issuer.key, certificate, sealed_at);
    let header = canonical(&header).map_err(|error| NotSealable::Statement(NotEvidence::Json(error)))?;
    let mut text = URL_SAFE_NO_PAD.encode(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(statement, &mut text);
    let signature = signer.sign_fixed(text.as_bytes()).map_err(NotSealable::Signing)?;
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(&signature, &mut text);
    if text.len() > SEALED_BYTES {
        return Err(NotSealable::Statement(NotEvidence::TooLong));
    }
    Ok(Sealed { text, evidence: evidence.clone(), sealed_at, certificate, signature })
}
