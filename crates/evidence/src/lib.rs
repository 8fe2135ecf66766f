//! What happened to a secure letter, provably: chain of events, public log, bundle, verifier. No IO, no clock.

pub mod limits;
pub mod log;

mod digest;
mod event;
mod machine;
mod moment;
mod statement;

pub use digest::{Digest, Identifier};
pub use event::Event;
pub use machine::{Illegal, Machine, State};
pub use statement::{Content, Evidence, Issuer, Mode, NotEvidence, Part, Reason, Recipient, Sender};

#[cfg(test)]
mod tests;
