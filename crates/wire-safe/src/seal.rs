//! Sealing: a letter becomes an envelope for one recipient.

use aws_lc_rs::aead::Aad;
use aws_lc_rs::error::Unspecified;
use model::Timestamp;
use thiserror::Error;
use zeroize::Zeroize;

use crate::chunks::{cipher, encrypted_octets, nonce};
use crate::derive::{self, Keys};
use crate::envelope::{COMMITMENT_OCTETS, MAGIC, ROOT_OCTETS, SIGNATURE_OCTETS};
use crate::header::{Header, Mode};
use crate::limits::{CHUNK_OCTETS, ENVELOPE_LIMIT_OCTETS, LAST_SECOND};
use crate::names::{SecureLetterId, Slot, WrappingKeyName};
use crate::origin::PortalOrigin;
use crate::padding::{LENGTH_OCTETS, padded_octets};
use crate::secret::RecipientSecret;
use crate::shares::{MailShare, StoreShare};
use crate::signing::{EnvelopeSigner, signed_octets};
use crate::tree::{Tree, hash};

/// What an envelope is made of, besides the letter and the platform's key.
#[derive(Debug)]
pub struct Sealing<'a> {
    /// The letter, the same for all recipients.
    pub letter: SecureLetterId,
    /// The letter for this recipient: 16 random octets.
    pub slot: Slot,
    /// How it is treated.
    pub mode: Mode,
    /// Under which key the store's share is wrapped.
    pub wrapping_key: &'a WrappingKeyName,
    /// From when it may be opened, to the second.
    pub not_before: Timestamp,
    /// Until when it may be opened, to the second.
    pub not_after: Timestamp,
    /// Where it is opened.
    pub origin: &'a PortalOrigin,
    /// 32 octets for the letter, of this envelope alone.
    pub mail_share: &'a MailShare,
    /// 32 octets for the store, of this envelope alone.
    pub store_share: &'a StoreShare,
    /// The recipient's passphrase, stretched with a salt of this envelope, if one is asked for.
    pub secret: Option<&'a RecipientSecret>,
    /// 32 random octets, from which the salt is made.
    pub randomness: [u8; 32],
}

/// A letter cannot be sealed.
#[derive(Debug, Error)]
pub enum NotSealed {
    /// The envelope would be larger than 64 MiB.
    #[error("a letter of {octets} octets does not go into one envelope")]
    TooLarge {
        /// Of the letter.
        octets: usize,
    },
    /// Ends before it begins, begins before 1970, or ends after 9999.
    #[error("the envelope would be valid from {} to {}", .not_before.0, .not_after.0)]
    Validity {
        /// The beginning.
        not_before: Timestamp,
        /// The end.
        not_after: Timestamp,
    },
    /// The cryptographic library failed, which it does for want of memory.
    #[error("cannot encrypt and sign the letter of slot {slot}")]
    Cryptography {
        /// The slot.
        slot: Slot,
        /// All that the library says.
        source: Unspecified,
    },
}

/// The envelope of a letter. The same arguments give the same octets; another letter gets other keys even with the same
/// randomness.
pub fn seal(sealing: &Sealing<'_>, letter: &[u8], signer: &EnvelopeSigner) -> Result<Vec<u8>, NotSealed> {
    let failed = |source| NotSealed::Cryptography { slot: sealing.slot, source };
    let padded_octets = padded_octets(letter.len());
    let chunks_octets = encrypted_octets(padded_octets).filter(|octets| *octets <= ENVELOPE_LIMIT_OCTETS);
    let too_large = NotSealed::TooLarge { octets: letter.len() };
    let Some(chunks_octets) = chunks_octets else { return Err(too_large) };
    let header = header(sealing, letter, padded_octets, signer)?;
    let encoded = header.encode();
    let header_digest = hash(&[&encoded]);
    let keys =
        Keys::new(&header.salt, &header_digest, sealing.mail_share, sealing.store_share, sealing.secret);
    let keys = keys.map_err(failed)?;

    let front = MAGIC.len() + 4 + encoded.len() + COMMITMENT_OCTETS + ROOT_OCTETS + SIGNATURE_OCTETS;
    if front + chunks_octets > ENVELOPE_LIMIT_OCTETS {
        return Err(too_large);
    }
    let mut envelope = Vec::with_capacity(front + chunks_octets);
    envelope.extend_from_slice(MAGIC);
    envelope.extend_from_slice(&(encoded.len() as u32).to_be_bytes());
    envelope.extend_from_slice(&encoded);
    envelope.extend_from_slice(&keys.commitment);
    let root_at = envelope.len();
    // Root and signature come when the chunks are there.
    envelope.resize(front, 0);
    let root =
        append_chunks(&mut envelope, letter, padded_octets, &keys, &header_digest).map_err(|source| {
            // What of the letter is not encrypted yet does not stay behind in memory.
            envelope.zeroize();
            failed(source)
        })?;
    let signature = signer.sign(&signed_octets(&header_digest, &keys.commitment, &root)).map_err(failed)?;
    envelope[root_at..root_at + ROOT_OCTETS].copy_from_slice(&root);
    envelope[root_at + ROOT_OCTETS..front].copy_from_slice(&signature);
    Ok(envelope)
}

fn header(
    sealing: &Sealing<'_>,
    letter: &[u8],
    padded_octets: usize,
    signer: &EnvelopeSigner,
) -> Result<Header, NotSealed> {
    let (not_before, not_after) = (sealing.not_before, sealing.not_after);
    let invalid = |_| NotSealed::Validity { not_before, not_after };
    let not_before_seconds = u64::try_from(not_before.seconds()).map_err(invalid)?;
    let not_after_seconds = u64::try_from(not_after.seconds()).map_err(invalid)?;
    if not_after_seconds < not_before_seconds || not_after_seconds > LAST_SECOND {
        return Err(NotSealed::Validity { not_before, not_after });
    }
    let digest = hash(&[letter]);
    let (mail, store) = (sealing.mail_share, sealing.store_share);
    Ok(Header {
        letter: sealing.letter,
        slot: sealing.slot,
        mode: sealing.mode,
        wrapping_key: sealing.wrapping_key.clone(),
        signing_key: signer.id(),
        not_before_seconds,
        not_after_seconds,
        salt: derive::salt(mail, store, sealing.secret, &sealing.randomness, &digest),
        origin: sealing.origin.clone(),
        stretching: sealing.secret.map(|secret| *secret.stretching()),
        padded_octets,
    })
}

/// Encrypts chunk by chunk where each will stay, and hashes it while it is in the cache. Gives the root of the chunks.
fn append_chunks(
    envelope: &mut Vec<u8>,
    letter: &[u8],
    padded_octets: usize,
    keys: &Keys,
    header_digest: &[u8; 32],
) -> Result<[u8; 32], Unspecified> {
    let cipher = cipher(&keys.content)?;
    let mut tree = Tree::default();
    let mut rest = letter;
    let chunks = padded_octets.div_ceil(CHUNK_OCTETS);
    for number in 0..chunks {
        let is_last = number + 1 == chunks;
        let length = CHUNK_OCTETS.min(padded_octets - number * CHUNK_OCTETS);
        let start = envelope.len();
        let (now, later) = rest.split_at(rest.len().min(length));
        envelope.extend_from_slice(now);
        envelope.resize(start + length, 0);
        rest = later;
        if is_last {
            // All padded lengths are multiples of 256: the letter's length never lies across the border of two chunks.
            let at = envelope.len() - LENGTH_OCTETS;
            envelope[at..].copy_from_slice(&(letter.len() as u64).to_be_bytes());
        }
        let nonce = nonce(number, is_last);
        let tag =
            cipher.seal_in_place_separate_tag(nonce, Aad::from(header_digest), &mut envelope[start..])?;
        envelope.extend_from_slice(tag.as_ref());
        tree.push(&envelope[start..]);
    }
    Ok(tree.root())
}
