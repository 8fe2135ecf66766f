//! The platform's signature: without it the portal opens nothing, so that nobody can send an envelope of his own through it.

use std::fmt;

use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::names::EnvelopeKeyId;
use crate::tree::hash;

/// Before what is signed, so that the signature is none of anything else.
const CONTEXT: &[u8] = b"SEM1-envelope\0";

/// What is signed: context | SHA-256 of the header | commitment | root of the chunks.
pub(crate) fn signed_octets(header_digest: &[u8; 32], commitment: &[u8; 32], root: &[u8; 32]) -> Vec<u8> {
    [CONTEXT, header_digest, commitment, root].concat()
}

/// A private key that signs envelopes (Ed25519, RFC 8032).
pub struct EnvelopeSigner {
    key: Ed25519KeyPair,
    id: EnvelopeKeyId,
}

/// A private key cannot be used.
#[derive(Debug, Error)]
#[error("cannot read an Ed25519 key that signs envelopes")]
pub struct KeyRefused(#[source] KeyRejected);

/// A private key cannot be written down.
#[derive(Debug, Error)]
#[error("cannot write down the key that signs envelopes")]
pub struct KeyNotWritten(#[source] Unspecified);

impl EnvelopeSigner {
    /// A new key from 32 random octets.
    pub fn generate(seed: &Zeroizing<[u8; 32]>) -> Result<EnvelopeSigner, KeyRefused> {
        Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map(EnvelopeSigner::of).map_err(KeyRefused)
    }

    /// A key from PKCS #8 in DER (RFC 8410 §7), as [`EnvelopeSigner::to_pkcs8`] or `openssl genpkey -algorithm ed25519`
    /// write it.
    pub fn from_pkcs8(der: &[u8]) -> Result<EnvelopeSigner, KeyRefused> {
        Ed25519KeyPair::from_pkcs8(der).map(EnvelopeSigner::of).map_err(KeyRefused)
    }

    /// The key as PKCS #8 in DER (version 1, so that every program reads it).
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyNotWritten> {
        self.key.to_pkcs8v1().map(|der| Zeroizing::new(der.as_ref().to_vec())).map_err(KeyNotWritten)
    }

    fn of(key: Ed25519KeyPair) -> EnvelopeSigner {
        let id = id_of(key.public_key().as_ref());
        EnvelopeSigner { key, id }
    }

    /// What checks its signatures.
    pub fn key(&self) -> EnvelopeKey {
        let mut octets = [0; 32];
        octets.copy_from_slice(self.key.public_key().as_ref());
        EnvelopeKey::new(octets)
    }

    /// Its name in headers.
    pub fn id(&self) -> EnvelopeKeyId {
        self.id
    }

    pub(crate) fn sign(&self, octets: &[u8]) -> Result<[u8; 64], Unspecified> {
        self.key.try_sign(octets)?.as_ref().try_into().map_err(|_| Unspecified)
    }
}

impl fmt::Debug for EnvelopeSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnvelopeSigner({})", self.id)
    }
}

/// A public key of the platform. Old ones stay in the list as long as their envelopes shall open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopeKey {
    octets: [u8; 32],
    id: EnvelopeKeyId,
}

impl EnvelopeKey {
    /// The key of these 32 octets (RFC 8032 §5.1.5).
    pub fn new(octets: [u8; 32]) -> EnvelopeKey {
        EnvelopeKey { octets, id: id_of(&octets) }
    }

    /// The 32 octets.
    pub fn octets(&self) -> &[u8; 32] {
        &self.octets
    }

    /// Its name in headers.
    pub fn id(&self) -> EnvelopeKeyId {
        self.id
    }

    pub(crate) fn has_signed(&self, octets: &[u8], signature: &[u8; 64]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.octets).verify(octets, signature).is_ok()
    }
}

fn id_of(public_key: &[u8]) -> EnvelopeKeyId {
    let digest = hash(&[public_key]);
    let mut id = [0; 8];
    id.copy_from_slice(&digest[..8]);
    EnvelopeKeyId(id)
}
