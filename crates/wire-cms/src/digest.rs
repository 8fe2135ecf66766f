//! The digests that signatures use.

use aws_lc_rs::digest;

use crate::der::{Item, Items, NotDer, OBJECT_IDENTIFIER};
use crate::oid;

/// A digest that is good enough for a signature today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    /// Of a DigestAlgorithmIdentifier; `None` for one that we do not take.
    pub(crate) fn of(algorithm: &Item<'_>) -> Result<Option<Digest>, NotDer> {
        let mut items = algorithm.items();
        let oid = items.take(OBJECT_IDENTIFIER)?.value;
        // RFC 5754 §2: parameters absent, or NULL as older programs write.
        parameters_are_empty(items)?;
        Ok(Digest::of_oid(oid))
    }

    pub(crate) fn of_oid(oid: &[u8]) -> Option<Digest> {
        match oid {
            oid::SHA256 => Some(Digest::Sha256),
            oid::SHA384 => Some(Digest::Sha384),
            oid::SHA512 => Some(Digest::Sha512),
            _ => None,
        }
    }

    /// The digest of these bytes.
    pub(crate) fn compute(self, bytes: &[u8]) -> digest::Digest {
        self.compute_pieces(&[bytes])
    }

    /// The digest of these bytes one after another.
    pub(crate) fn compute_pieces(self, pieces: &[&[u8]]) -> digest::Digest {
        let mut context = digest::Context::new(match self {
            Digest::Sha256 => &digest::SHA256,
            Digest::Sha384 => &digest::SHA384,
            Digest::Sha512 => &digest::SHA512,
        });
        pieces.iter().for_each(|piece| context.update(piece));
        context.finish()
    }
}

/// Parameters are absent or NULL.
pub(crate) fn parameters_are_empty(mut items: Items<'_>) -> Result<(), NotDer> {
    match items.next()? {
        None => Ok(()),
        Some(item) if item.whole == [0x05, 0x00] => items.end(),
        Some(item) => Err(NotDer::Tag { expected: 0x05, found: item.tag }),
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// SHA-1: names certificates as people and old tokens know them, and proves nothing.
pub(crate) fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut out = [0; 20];
    out.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    out
}
