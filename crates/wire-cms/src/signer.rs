//! A key that signs, with the certificates that speak for it.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};

use crate::certificate::Certificate;
use crate::der::{self, INTEGER, Item, NotDer, SEQUENCE};
use crate::oid;

/// The shortest RSA key that signs, in bytes of its modulus: 2048 bits.
const RSA_MODULUS_BYTES: usize = 256;

/// A private key on P-256 or of RSA (2048 bits and more), its certificate, and those of its issuers.
pub struct Signer {
    key: Key,
    chain: Vec<Certificate>,
}

enum Key {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// Why a key with certificates is no signer.
#[derive(Debug, thiserror::Error)]
pub enum NotASigner {
    /// Neither ECDSA on P-256 nor RSA from 2048 to 8192 bits, or not PKCS#8.
    #[error("the private key is neither P-256 nor RSA of 2048 bits and more in PKCS#8")]
    Key,
    /// No certificate.
    #[error("no certificate for the private key")]
    NoCertificate,
    /// The first certificate is of another key.
    #[error("the certificate of {subject} belongs to another key")]
    OtherKey {
        /// Whose certificate.
        subject: String,
    },
}

/// The mathematics refused to sign: a fault of the machine, not of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot sign with the key")]
pub struct SigningFailed;

impl Signer {
    /// The key in PKCS#8 DER, with its certificate first and those of its issuers after it; the root may be left out.
    ///
    /// # Errors
    /// The key cannot sign, or is not that of the first certificate.
    pub fn from_pkcs8(pkcs8: &[u8], chain: Vec<Certificate>) -> Result<Signer, NotASigner> {
        let key = match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8) {
            Ok(key) => Key::P256(key),
            Err(_) => {
                let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| NotASigner::Key)?;
                if key.public_modulus_len() < RSA_MODULUS_BYTES {
                    return Err(NotASigner::Key);
                }
                Key::Rsa(key)
            }
        };
        let own = chain.first().ok_or(NotASigner::NoCertificate)?;
        let public = match &key {
            Key::P256(key) => key.public_key().as_ref(),
            Key::Rsa(key) => key.public_key().as_ref(),
        };
        if own.public_key() != Some(public) {
            return Err(NotASigner::OtherKey { subject: own.display_name() });
        }
        Ok(Signer { key, chain })
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> &Certificate {
        &self.chain[0]
    }

    /// The certificate and those of its issuers.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// Signs with SHA-256: ECDSA as DER (RFC 3279 §2.2.3), or RSASSA-PKCS1-v1_5.
    ///
    /// # Errors
    /// The mathematics refused.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let random = SystemRandom::new();
        match &self.key {
            Key::P256(key) => {
                let signature = key.sign(&random, message).map_err(|_| SigningFailed)?;
                Ok(signature.as_ref().to_vec())
            }
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(|_| SigningFailed)?;
                Ok(signature)
            }
        }
    }

    /// Signs as JOSE wants it (RFC 7518 §3.3, §3.4): r and s in 32 bytes each, or RSASSA-PKCS1-v1_5.
    ///
    /// # Errors
    /// The mathematics refused.
    pub fn sign_fixed(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed> {
        let signature = self.sign(message)?;
        match &self.key {
            Key::P256(_) => fixed(&signature).map_err(|_| SigningFailed),
            Key::Rsa(_) => Ok(signature),
        }
    }

    /// The name of [`Signer::sign_fixed`]'s algorithm in JOSE (RFC 7518 §3.1): `ES256` or `RS256`.
    pub fn jose_algorithm(&self) -> &'static str {
        match &self.key {
            Key::P256(_) => "ES256",
            Key::Rsa(_) => "RS256",
        }
    }

    /// The AlgorithmIdentifier of [`Signer::sign`].
    pub(crate) fn algorithm(&self) -> Vec<u8> {
        match &self.key {
            Key::P256(_) => der::algorithm(oid::ECDSA_SHA256),
            // RFC 4055 §5: NULL must be there.
            Key::Rsa(_) => der::algorithm_null(oid::RSA_SHA256),
        }
    }
}

/// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } as two times 32 bytes.
fn fixed(signature: &[u8]) -> Result<Vec<u8>, NotDer> {
    let mut items = Item::only(signature, SEQUENCE)?.items();
    let mut out = vec![0; 64];
    for half in out.chunks_exact_mut(32) {
        let number = items.take(INTEGER)?.magnitude()?;
        let start = 32usize.checked_sub(number.len()).ok_or(NotDer::Value)?;
        half[start..].copy_from_slice(number);
    }
    items.end()?;
    Ok(out)
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signer({:?})", self.certificate())
    }
}
