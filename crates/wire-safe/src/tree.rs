//! The digest of all encrypted chunks: the Merkle tree hash of RFC 6962 §2.1, made while they are encrypted, so that one
//! chunk of a large envelope can be proven alone.

use aws_lc_rs::digest::{Context, SHA256};

/// Grows leaf by leaf; holds one digest for each complete subtree.
#[derive(Default)]
pub(crate) struct Tree {
    /// Roots of complete subtrees, from the largest on; their sizes are the binary digits of `leaves`.
    roots: Vec<[u8; 32]>,
    leaves: usize,
}

impl Tree {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let mut digest = hash(&[&[0], chunk]);
        // A carry of the binary number joins two subtrees of one size.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                digest = hash(&[&[1], &left, &digest]);
            }
        }
        self.roots.push(digest);
        self.leaves += 1;
    }

    pub(crate) fn root(self) -> [u8; 32] {
        let mut subtrees = self.roots.into_iter().rev();
        match subtrees.next() {
            // RFC 6962 §2.1: of an empty list, the digest of nothing.
            None => hash(&[]),
            Some(last) => subtrees.fold(last, |right, left| hash(&[&[1], &left, &right])),
        }
    }
}

/// SHA-256 of the parts one after the other.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}
