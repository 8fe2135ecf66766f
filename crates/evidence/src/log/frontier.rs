//! The right edge of a growing tree: all that is needed to append and to know the root.

use thiserror::Error;

use super::tree::{Node, empty_root, parent};
use crate::digest::Digest;

/// The size of a tree and the roots of its complete subtrees, largest first: one for each bit of the size, so never
/// more than 64. It is stored with the log; appending costs at most 63 hashes and reads nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

/// A stored frontier whose number of roots does not fit its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a tree of {size} leaves has {} complete subtrees, not {roots}", size.count_ones())]
pub struct NotAFrontier {
    size: u64,
    roots: usize,
}

impl Frontier {
    /// The tree without leaves.
    pub fn empty() -> Frontier {
        Frontier::default()
    }

    /// A frontier as it was stored.
    ///
    /// # Errors
    /// When there is not one root for each bit of the size.
    pub fn new(size: u64, roots: Vec<Digest>) -> Result<Frontier, NotAFrontier> {
        if size.count_ones() as usize != roots.len() {
            return Err(NotAFrontier { size, roots: roots.len() });
        }
        Ok(Frontier { size, roots })
    }

    /// How many leaves there are: the index of the next one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first.
    pub fn roots(&self) -> &[Digest] {
        &self.roots
    }

    /// Appends a leaf and gives the complete subtrees that this made, the leaf first: they never change again and are
    /// what proofs are made of.
    pub fn push(&mut self, leaf: Digest) -> Vec<(Node, Digest)> {
        let mut node = Node { level: 0, index: self.size };
        let mut hash = leaf;
        let mut made = vec![(node, hash)];
        // Each trailing one of the old size is a complete subtree that gets its right neighbour.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.roots.pop() else { break };
            hash = parent(&left, &hash);
            node = Node { level: node.level + 1, index: node.index >> 1 };
            made.push((node, hash));
        }
        self.roots.push(hash);
        self.size += 1;
        made
    }

    /// The root of the whole tree (RFC 6962 §2.1).
    pub fn root(&self) -> Digest {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => empty_root(),
            Some(last) => roots.fold(*last, |right, left| parent(left, &right)),
        }
    }
}
