//! What happened to a secure letter, provably: chain of events, public log, bundle, verifier. No IO, no clock.
//!
//! Each event of a letter on its way to one recipient is an [`Evidence`]: a statement with one spelling. It is sealed
//! ([`seal()`]) and holds the digest of the one before it ([`Chain`]); which events may follow which, [`Machine`] knows.
//! The digest of each sealed statement, blinded, is a leaf of a public [`log`], whose checkpoints are signed and
//! time-stamped: one time-stamp for all statements before it. A [`Bundle`] is the file in which statements are kept
//! with their proofs, [`Keys`] is what the platform publishes, and [`verify()`] needs nothing else.
//!
//! The format is docs/formats/evidence.md; why it is so, docs/decisions/0067.

pub mod limits;
pub mod log;

mod bundle;
mod chain;
mod digest;
mod event;
mod files;
mod keys;
mod machine;
mod moment;
mod report;
mod seal;
mod statement;
mod verify;

pub use bundle::{Bundle, BundledCheckpoint, BundledLetter, BundledStatement, Logged, NotABundle};
pub use chain::{Chain, ChainBroken};
pub use digest::{Digest, Identifier};
pub use event::Event;
pub use files::{Unreadable, Verified, verify_files};
pub use keys::{Keys, NotKeys, Valid};
pub use machine::{Illegal, Machine, State};
pub use report::{Claim, Kind, Outcome, Report, Told, ToldEvent, Verdict};
pub use seal::{NotASealKey, NotSealable, NotSealed, SealBroken, SealKey, Sealed, seal};
pub use statement::{
    Content, Evidence, Issuer, Mode, NotEvidence, Part, Reason, Recipient, Sender, is_plain,
};
pub use verify::{Document, verify};

#[cfg(test)]
mod tests;
