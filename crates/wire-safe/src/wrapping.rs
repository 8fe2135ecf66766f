//! How the store's share is kept: encrypted under a key that the database does not have, and good only for the row it was
//! made for.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use aws_lc_rs::error::Unspecified;
use model::OrganisationId;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::derive;
use crate::names::{SecureLetterId, Slot};
use crate::shares::StoreShare;

/// Octets of a wrapped share: nonce, ciphertext, tag.
pub const WRAPPED_SHARE_OCTETS: usize = NONCE_LEN + 32 + 16;

/// A key that wraps shares: 32 octets from the master key or a key service; rotated without touching envelopes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct WrappingKey([u8; 32]);

/// The row to which a wrapped share belongs. Moved to another row it no longer opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareContext {
    /// The letter.
    pub letter: SecureLetterId,
    /// The letter for this recipient.
    pub slot: Slot,
    /// Whose letter it is.
    pub organisation: OrganisationId,
}

/// A share cannot be wrapped.
#[derive(Debug, Error)]
#[error("cannot wrap the share of slot {slot}")]
pub struct NotWrapped {
    slot: Slot,
    source: Unspecified,
}

/// A wrapped share does not open: another key, another row, or other octets.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the wrapped share of slot {slot} does not open with this key")]
pub struct NotUnwrapped {
    slot: Slot,
}

impl WrappingKey {
    /// A key of 32 random octets.
    pub fn new(random: [u8; 32]) -> WrappingKey {
        WrappingKey(random)
    }

    /// The key of one row: derived, so that no nonce is ever used for two shares under one key and a wrapping key has no
    /// number of uses after which random nonces would have to meet (NIST SP 800-38D §8.3).
    fn of_row(&self, context: &ShareContext) -> Result<LessSafeKey, Unspecified> {
        let mut key = Zeroizing::new([0; 32]);
        derive::expand(&[], &self.0, &[b"SEM1 share", &context.octets()], &mut key)?;
        derive::cipher(&key, &AES_256_GCM)
    }
}

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey(…)")
    }
}

impl ShareContext {
    /// letter (16) | slot (16) | organisation (8, big-endian).
    fn octets(&self) -> [u8; 40] {
        let mut octets = [0; 40];
        octets[..16].copy_from_slice(&self.letter.0);
        octets[16..32].copy_from_slice(&self.slot.0);
        octets[32..].copy_from_slice(&self.organisation.0.to_be_bytes());
        octets
    }
}

impl fmt::Display for ShareContext {
    /// The row in words, for a vault that binds what it wraps to a text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ShareContext { letter, slot, organisation } = self;
        write!(f, "SEM1 share: letter {letter}, slot {slot}, organisation {organisation}")
    }
}

impl StoreShare {
    /// The share as the database keeps it: nonce | AES-256-GCM ciphertext | tag, 60 octets. `nonce` is random.
    pub fn wrap(
        &self,
        key: &WrappingKey,
        context: &ShareContext,
        nonce: [u8; NONCE_LEN],
    ) -> Result<Vec<u8>, NotWrapped> {
        let refused = |source| NotWrapped { slot: context.slot, source };
        let mut wrapped = Vec::with_capacity(WRAPPED_SHARE_OCTETS);
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(self.octets());
        let tag = key
            .of_row(context)
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                cipher.seal_in_place_separate_tag(
                    nonce,
                    Aad::from(context.octets()),
                    &mut wrapped[NONCE_LEN..],
                )
            })
            .map_err(|source| {
                wrapped.zeroize();
                refused(source)
            })?;
        wrapped.extend_from_slice(tag.as_ref());
        Ok(wrapped)
    }

    /// The share from its row. Refuses what was wrapped under another key or for another row.
    pub fn unwrap(
        wrapped: &[u8],
        key: &WrappingKey,
        context: &ShareContext,
    ) -> Result<StoreShare, NotUnwrapped> {
        let refused = NotUnwrapped { slot: context.slot };
        if wrapped.len() != WRAPPED_SHARE_OCTETS {
            return Err(refused);
        }
        let (nonce, rest) = wrapped.split_first_chunk().ok_or(refused)?;
        let (ciphertext, tag) = rest.split_at(32);
        let mut octets = Zeroizing::new([0; 32]);
        key.of_row(context)
            .and_then(|cipher| {
                let nonce = Nonce::assume_unique_for_key(*nonce);
                let context = Aad::from(context.octets());
                cipher.open_separate_gather(nonce, context, ciphertext, tag, octets.as_mut_slice())
            })
            .map_err(|_| refused)?;
        Ok(StoreShare::new(*octets))
    }
}
