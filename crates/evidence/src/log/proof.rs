//! Proofs that a leaf is in a tree, and that a tree is the beginning of another.
//!
//! Making a proof needs hashes of complete subtrees, which the caller has stored. `…_nodes` says which, so that one
//! query can fetch them; the function that makes the proof then finds them by a closure.

use std::cell::RefCell;

use thiserror::Error;

use super::tree::{Node, parent, split};
use crate::digest::Digest;

/// Why no proof could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoProof {
    /// There is no such leaf.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    NoLeaf {
        /// The leaf that was asked for, from 0.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The older tree is larger than the newer.
    #[error("a tree of {new} leaves does not begin with one of {old}")]
    NotOlder {
        /// The size of the older tree.
        old: u64,
        /// The size of the newer tree.
        new: u64,
    },
    /// The stored hashes are incomplete.
    #[error("the hash of the subtree {index} of height {level} is not there", level = .0.level, index = .0.index)]
    Missing(Node),
}

/// What a proof does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unproven {
    /// The leaf is beyond the end, or the older tree is larger than the newer.
    #[error("the positions do not fit the size of the log")]
    Positions,
    /// Too few or too many hashes.
    #[error("the proof has the wrong length")]
    Length,
    /// The hashes lead elsewhere.
    #[error("the proof leads to another root")]
    Root,
}

/// The inclusion proof of the leaf `index` in the tree of `size` leaves, the lowest hash first (RFC 9162 §2.1.3.1).
///
/// # Errors
/// When there is no such leaf, or `stored` lacks a node of [`inclusion_nodes`].
pub fn inclusion(
    index: u64,
    size: u64,
    stored: impl Fn(Node) -> Option<Digest>,
) -> Result<Vec<Digest>, NoProof> {
    if index >= size {
        return Err(NoProof::NoLeaf { index, size });
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    // From the root down; the standard's order is from the leaf up.
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range(middle, end, &stored)?);
            end = middle;
        } else {
            path.push(range(start, middle, &stored)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The consistency proof between the trees of `old` and `new` leaves (RFC 9162 §2.1.4.1). Empty when they are equal or
/// the older one is empty.
///
/// # Errors
/// When `old` is greater than `new`, or `stored` lacks a node of [`consistency_nodes`].
pub fn consistency(
    old: u64,
    new: u64,
    stored: impl Fn(Node) -> Option<Digest>,
) -> Result<Vec<Digest>, NoProof> {
    if old > new {
        return Err(NoProof::NotOlder { old, new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(range(middle, end, &stored)?);
            end = middle;
        } else {
            path.push(range(start, middle, &stored)?);
            start = middle;
        }
    }
    // The old root itself is known to the reader when it is a complete subtree from the beginning.
    if start != 0 {
        path.push(range(start, end, &stored)?);
    }
    path.reverse();
    Ok(path)
}

/// The stored nodes that [`inclusion`] will ask for.
///
/// # Errors
/// As [`inclusion`], except that nothing can be missing.
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<Node>, NoProof> {
    asked(|stored| inclusion(index, size, stored))
}

/// The stored nodes that [`consistency`] will ask for.
///
/// # Errors
/// As [`consistency`], except that nothing can be missing.
pub fn consistency_nodes(old: u64, new: u64) -> Result<Vec<Node>, NoProof> {
    asked(|stored| consistency(old, new, stored))
}

fn asked(
    prove: impl Fn(&dyn Fn(Node) -> Option<Digest>) -> Result<Vec<Digest>, NoProof>,
) -> Result<Vec<Node>, NoProof> {
    let nodes = RefCell::new(Vec::new());
    prove(&|node| {
        nodes.borrow_mut().push(node);
        Some(Digest([0; 32]))
    })?;
    Ok(nodes.into_inner())
}

/// The hash over the leaves from `start`, which begins a complete subtree, up to `end` (RFC 6962 §2.1: MTH).
fn range(start: u64, end: u64, stored: &impl Fn(Node) -> Option<Digest>) -> Result<Digest, NoProof> {
    let size = end - start;
    if size.is_power_of_two() {
        let level = size.trailing_zeros() as u8;
        let node = Node { level, index: start >> level };
        return stored(node).ok_or(NoProof::Missing(node));
    }
    let middle = start + split(size);
    Ok(parent(&range(start, middle, stored)?, &range(middle, end, stored)?))
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).
///
/// # Errors
/// What the proof does not show.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), Unproven> {
    if index >= size {
        return Err(Unproven::Positions);
    }
    let (mut place, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(Unproven::Length);
        }
        if place & 1 == 1 || place == last {
            hash = parent(sibling, &hash);
            // A right edge has no sibling on the levels where its bit is zero.
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = parent(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(Unproven::Length);
    }
    if hash == *root { Ok(()) } else { Err(Unproven::Root) }
}

/// Checks that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 9162 §2.1.4.2). Everything
/// begins with the empty tree.
///
/// # Errors
/// What the proof does not show.
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), Unproven> {
    if old > new {
        return Err(Unproven::Positions);
    }
    if old == 0 || old == new {
        return match (proof, old == 0 || old_root == new_root) {
            ([], true) => Ok(()),
            ([], false) => Err(Unproven::Root),
            _ => Err(Unproven::Length),
        };
    }
    let (first, rest) = match proof {
        _ if old.is_power_of_two() => (*old_root, proof),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(Unproven::Length),
    };
    let (mut place, mut last) = (old - 1, new - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(Unproven::Length);
        }
        if place & 1 == 1 || place == last {
            old_hash = parent(sibling, &old_hash);
            new_hash = parent(sibling, &new_hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = parent(&new_hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(Unproven::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(Unproven::Root) }
}
