//! Operations on the domains of a mail service: linking one, making it the main one, unlinking it, or letting it become
//! a synonym. Each has several steps; each step is one commit, which does its work, writes a line of the operation's
//! log and counts the step. So whoever goes on after a crash does neither a step twice nor none, and whoever works on
//! the same operation at the same time finds the step counted and lets it be.
//!
//! [`crate::Administration`] begins an operation, which locks the mail service for others; [`crate::Zones::carry`]
//! carries it to its end, and [`crate::Zones::carry_on`] every one that was left. What is refused by a rule ends an
//! operation with the reason; trouble of ours leaves it to be taken up again.

mod administration;
mod entities;
pub(crate) mod rows;
mod run;

pub use administration::{Link, LinkCandidate, NewLink};
pub use entities::{Failure, LineKind, LogLine, Operation, OperationId, OperationKind, OperationState, Step};

/// The channel of notices about operations: the payload is the operation's identifier.
pub const OPERATIONS: &str = "domain-operations";
