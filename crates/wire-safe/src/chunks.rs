//! The encrypted letter: AES-256-GCM in chunks, each with a nonce that says its place and whether it is the last (STREAM:
//! Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015). Chunks cannot be left out, repeated, swapped or cut off.

use aws_lc_rs::aead::{AES_256_GCM, NONCE_LEN, Nonce};

use crate::limits::CHUNK_OCTETS;

/// Octets that a chunk is longer for being encrypted.
pub(crate) const TAG_OCTETS: usize = 16;

/// Octets of all chunks of a padded letter.
pub(crate) fn encrypted_octets(padded_octets: usize) -> Option<usize> {
    padded_octets.div_ceil(CHUNK_OCTETS).checked_mul(TAG_OCTETS)?.checked_add(padded_octets)
}

/// The nonce of a chunk: its number in 11 octets, big-endian, and 1 for the last chunk, 0 for others.
pub(crate) fn nonce(number: usize, is_last: bool) -> Nonce {
    let mut octets = [0; NONCE_LEN];
    octets[3..11].copy_from_slice(&(number as u64).to_be_bytes());
    octets[11] = u8::from(is_last);
    Nonce::assume_unique_for_key(octets)
}

/// The cipher of the chunks.
pub(crate) fn cipher(key: &[u8; 32]) -> Result<aws_lc_rs::aead::LessSafeKey, aws_lc_rs::error::Unspecified> {
    crate::derive::cipher(key, &AES_256_GCM)
}
