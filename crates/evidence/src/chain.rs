//! The statements about one letter to one recipient, in their order.
//!
//! None tells of an earlier time than the one before it, and none of a decision outside of the time that was offered.
//! Each holds the digest of the one before it with its seal, so that a statement can be neither left out nor put in nor
//! moved. What a chain cannot show is that nothing was said after its last statement.

use model::Timestamp;
use thiserror::Error;

use crate::event::Event;
use crate::limits::STATEMENTS;
use crate::machine::{Illegal, Machine};
use crate::seal::Sealed;
use crate::statement::{Evidence, Mode};

/// Statements that follow one another without a gap, from the first.
#[derive(Clone, Debug)]
pub struct Chain<'s> {
    mode: Mode,
    statements: Vec<&'s Sealed>,
}

/// Why statements are no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChainBroken {
    /// No statement at all.
    #[error("there is no statement")]
    Empty,
    /// More than the limit.
    #[error("there are more than {STATEMENTS} statements")]
    TooMany,
    /// A number that is not the next one.
    #[error("statement {found} stands where {expected} belongs")]
    Order {
        /// The number that belongs there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// The digest is not the one of the statement before.
    #[error("statement {0} does not follow the one before it")]
    Previous(u64),
    /// It happened before what it follows.
    #[error("statement {0} tells of an earlier time than the one before it")]
    Backwards(u64),
    /// Accepted or refused when the time that was offered for it was over.
    #[error("statement {0} tells of a decision after the time limit that was offered")]
    TooLate(u64),
    /// The time is said to be over that was offered, and was not; or none was offered.
    #[error("statement {0} tells that the time limit was over before the time that was offered")]
    TooEarly(u64),
    /// What must be the same in all of them is not.
    #[error("statement {sequence} tells of another {what}")]
    Other {
        /// The statement.
        sequence: u64,
        /// What differs from the first.
        what: &'static str,
    },
}

impl<'s> Chain<'s> {
    /// Checks numbers, digests, times, and that all tell of one letter and one recipient. Seals are not looked at.
    ///
    /// # Errors
    /// The first fault.
    pub fn verify(statements: impl IntoIterator<Item = &'s Sealed>) -> Result<Chain<'s>, ChainBroken> {
        let statements: Vec<&Sealed> = statements.into_iter().take(STATEMENTS + 1).collect();
        let first = statements.first().ok_or(ChainBroken::Empty)?.evidence();
        if statements.len() > STATEMENTS {
            return Err(ChainBroken::TooMany);
        }
        let (mut previous, mut at, mut deadline) = (None, first.event_time, None);
        for (expected, sealed) in (1..).zip(&statements) {
            let evidence = sealed.evidence();
            let sequence = evidence.sequence;
            if sequence != expected {
                return Err(ChainBroken::Order { expected, found: sequence });
            }
            if evidence.previous != previous {
                return Err(ChainBroken::Previous(sequence));
            }
            if let Some(what) = difference(first, evidence) {
                return Err(ChainBroken::Other { sequence, what });
            }
            if evidence.event_time < at {
                return Err(ChainBroken::Backwards(sequence));
            }
            deadline = within(evidence, deadline)?;
            at = evidence.event_time;
            previous = Some(sealed.digest());
        }
        Ok(Chain { mode: first.mode, statements })
    }

    /// The statements.
    pub fn statements(&self) -> &[&'s Sealed] {
        &self.statements
    }

    /// Where the letter is after them.
    ///
    /// # Errors
    /// When an event could not happen where it is told.
    pub fn machine(&self) -> Result<Machine, Illegal> {
        let mut events = self.statements.iter().map(|sealed| sealed.evidence().event);
        events.try_fold(Machine::new(self.mode), Machine::after)
    }
}

/// Whether a statement keeps to the time limit that was offered before; gives the limit that holds from here on.
fn within(evidence: &Evidence, offered: Option<Timestamp>) -> Result<Option<Timestamp>, ChainBroken> {
    let (at, sequence) = (evidence.event_time, evidence.sequence);
    match evidence.event {
        // A reminder does not change what was offered first.
        Event::NotificationForAcceptance if offered.is_some() && evidence.deadline != offered => {
            Err(ChainBroken::Other { sequence, what: "time limit" })
        }
        Event::NotificationForAcceptance => Ok(evidence.deadline),
        Event::ConsignmentAcceptance | Event::ConsignmentRejection
            if offered.is_some_and(|deadline| at > deadline) =>
        {
            Err(ChainBroken::TooLate(sequence))
        }
        Event::AcceptanceRejectionExpiry if offered.is_none_or(|deadline| at < deadline) => {
            Err(ChainBroken::TooEarly(sequence))
        }
        _ => Ok(offered),
    }
}

/// What two statements about one letter to one recipient must not say differently.
fn difference(first: &Evidence, other: &Evidence) -> Option<&'static str> {
    let same = [
        ("letter", first.letter == other.letter),
        ("recipient", first.recipient.slot == other.recipient.slot),
        ("recipient", first.recipient.address == other.recipient.address),
        ("Message-ID", first.message_identifier == other.message_identifier),
        ("kind of letter", first.mode == other.mode),
        ("sender", first.sender == other.sender),
        ("content", first.content == other.content),
        ("time of submission", first.submission_time == other.submission_time),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}
