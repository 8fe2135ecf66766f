//! Keys that sign hosted zones (DNSSEC).
//!
//! A zone has one key for everything (RFC 6781 §3.1: a combined signing key), ECDSA P-256 (RFC 6605). Its
//! rollover is that of a key-signing key by double signature (RFC 7583 §3.3): the new one stands in the zone
//! and signs beside the old one, the parent's DS changes, the old one goes.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use model::{OrganisationId, Timestamp, ZoneId};
use zeroize::Zeroizing;

use crate::error::KeysError;

/// Where a zone key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneKeyState {
    /// It signs already; the parent does not know it yet.
    New,
    /// It signs, and the parent knows it (or is about to: it is the zone's first).
    Active,
    /// A newer one is active; it signs until every resolver has forgotten the parent's former DS.
    Retiring,
}

impl ZoneKeyState {
    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            ZoneKeyState::New => "new",
            ZoneKeyState::Active => "active",
            ZoneKeyState::Retiring => "retiring",
        }
    }
}

/// A zone's key. All keys that are returned are published in the DNSKEY set and sign it and everything else.
#[derive(Clone)]
pub struct ZoneKey {
    /// Its row.
    pub id: i64,
    /// The zone.
    pub zone: ZoneId,
    /// Whose zone it is.
    pub organisation: OrganisationId,
    /// The pair, for `wire_dns::SigningKey::from_pkcs8`.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// Where it stands.
    pub state: ZoneKeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is the active one.
    pub active_at: Option<Timestamp>,
    /// Since when another one is.
    pub retired_at: Option<Timestamp>,
}

/// An ECDSA P-256 pair as PKCS#8.
pub(crate) fn generate() -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| KeysError::Key("the generator fails"))?;
    Ok(Zeroizing::new(document.as_ref().to_vec()))
}
