//! How leaves and nodes are hashed, and how a complete subtree is named.

use crate::digest::Digest;

/// A complete subtree: the leaves from `index << level` up to, not including, `(index + 1) << level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Its height; 0 for a leaf.
    pub level: u8,
    /// Its place among the complete subtrees of this height, from 0.
    pub index: u64,
}

/// The hash of a leaf (RFC 6962 §2.1: `SHA-256(0x00 ‖ entry)`) whose entry is the blind and the digest of what is
/// logged.
pub fn leaf(blind: &Digest, logged: &Digest) -> Digest {
    Digest::of(&[&[0x00], &blind.0, &logged.0])
}

/// The hash of two subtrees (RFC 6962 §2.1: `SHA-256(0x01 ‖ left ‖ right)`).
pub fn parent(left: &Digest, right: &Digest) -> Digest {
    Digest::of(&[&[0x01], &left.0, &right.0])
}

/// The root of the tree without leaves (RFC 6962 §2.1): the digest of nothing.
pub fn empty_root() -> Digest {
    Digest::of(&[])
}

/// The root of the tree of these leaf hashes. For a batch, and as the plain reading of the standard; a log keeps a
/// [`Frontier`](super::Frontier).
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        several => {
            let (left, right) = several.split_at(split(several.len() as u64) as usize);
            parent(&root(left), &root(right))
        }
    }
}

/// The largest power of two that is smaller than `size`, which is at least 2 (RFC 6962 §2.1: k).
pub(super) fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}
