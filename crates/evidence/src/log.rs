//! The public log: a Merkle tree by RFC 6962 §2.1, served as tiles, with signed checkpoints.
//!
//! A leaf tells nothing: it is `SHA-256(0x00 ‖ blind ‖ SHA-256(sealed))`, and the blind stays with the statement. Who
//! holds the statement can show that it is in the log; who holds the log learns how many statements there are.

mod checkpoint;
mod frontier;
mod note;
mod proof;
mod tile;
mod tree;

pub use checkpoint::{Checkpoint, LogSigner, NotACheckpoint, NotASigner};
pub use frontier::{Frontier, NotAFrontier};
pub use note::{KeyKind, NotAKey, NotANote, Note, NoteKey, NoteSignature, SignatureRefused, Signed};
pub use proof::{
    NoProof, Unproven, consistency, consistency_nodes, inclusion, inclusion_nodes, verify_consistency,
    verify_inclusion,
};
pub use tile::{NotATile, Tile};
pub use tree::{Node, empty_root, leaf, parent, root};
