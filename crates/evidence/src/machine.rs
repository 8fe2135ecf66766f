//! Which events may follow which: the states of a letter on its way to one recipient.
//!
//! The same table makes illegal steps impossible where letters are handled, and lets a verifier refuse evidence that
//! tells of one.

use std::fmt;

use thiserror::Error;

use crate::event::Event;
use crate::statement::Mode;

/// Where a letter is for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing happened yet.
    Unsent,
    /// Taken from its sender.
    Submitted,
    /// Not taken. Final.
    Rejected,
    /// The recipient takes no such letters. Final.
    Blocked,
    /// With another platform or, confidential only, on an ordinary mail server: what follows is told there. Final.
    Relayed,
    /// The recipient was asked whether they accept.
    Offered,
    /// The recipient accepted.
    Accepted,
    /// The recipient refused. Final.
    Refused,
    /// The recipient neither accepted nor refused in time. Final.
    Expired,
    /// The content is ready for the recipient.
    Consigned,
    /// The recipient was told that it is.
    Notified,
    /// The recipient has the content. Nothing changes that; being looked at again is noted.
    HandedOver,
    /// The recipient could not be reached. Final.
    Undeliverable,
    /// The sender took it back. Final.
    Withdrawn,
    /// Its time ended before the recipient fetched it. Final.
    Unclaimed,
}

impl State {
    /// All of them.
    pub const ALL: [State; 15] = [
        State::Unsent,
        State::Submitted,
        State::Rejected,
        State::Blocked,
        State::Relayed,
        State::Offered,
        State::Accepted,
        State::Refused,
        State::Expired,
        State::Consigned,
        State::Notified,
        State::HandedOver,
        State::Undeliverable,
        State::Withdrawn,
        State::Unclaimed,
    ];

    /// Whether nothing can follow at all.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            State::Rejected
                | State::Blocked
                | State::Relayed
                | State::Refused
                | State::Expired
                | State::Undeliverable
                | State::Withdrawn
                | State::Unclaimed
        )
    }

    /// The word by which the state is stored.
    pub fn word(self) -> &'static str {
        match self {
            State::Unsent => "unsent",
            State::Submitted => "submitted",
            State::Rejected => "rejected",
            State::Blocked => "blocked",
            State::Relayed => "relayed",
            State::Offered => "offered",
            State::Accepted => "accepted",
            State::Refused => "refused",
            State::Expired => "expired",
            State::Consigned => "consigned",
            State::Notified => "notified",
            State::HandedOver => "handed over",
            State::Undeliverable => "undeliverable",
            State::Withdrawn => "withdrawn",
            State::Unclaimed => "unclaimed",
        }
    }

    /// Reads what [`State::word`] writes.
    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// An event that cannot happen there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow when a {mode} letter is {state}")]
pub struct Illegal {
    /// The kind of letter.
    pub mode: Mode,
    /// Where it is.
    pub state: State,
    /// What does not fit.
    pub event: Event,
}

/// A letter of one mode on its way to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    mode: Mode,
    state: State,
}

impl Machine {
    /// A letter to which nothing has happened.
    pub fn new(mode: Mode) -> Machine {
        Machine { mode, state: State::Unsent }
    }

    /// A letter whose state was stored.
    pub fn resume(mode: Mode, state: State) -> Machine {
        Machine { mode, state }
    }

    /// The kind of letter.
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// Where it is.
    pub fn state(self) -> State {
        self.state
    }

    /// Where it is after the event. All legal steps stand here.
    ///
    /// # Errors
    /// When the event cannot happen there.
    pub fn after(self, event: Event) -> Result<Machine, Illegal> {
        use Event as E;
        use Mode::{Confidential, Personal, Registered};
        use State as S;
        let state = match (self.mode, self.state, event) {
            (_, S::Unsent, E::SubmissionAcceptance) => S::Submitted,
            (_, S::Unsent, E::SubmissionRejection) => S::Rejected,
            // A letter of a connected server: it came as ordinary mail over a verified connection.
            (Confidential, S::Unsent, E::ReceivedFromNonERDS) => S::Submitted,

            (_, S::Submitted, E::RelayAcceptance) => S::Relayed,
            (_, S::Submitted, E::RelayRejection | E::RelayFailure) => S::Undeliverable,
            // The sender may take back what the recipient does not have.
            (_, S::Submitted | S::Offered, E::ContentConsignmentFailure) => S::Withdrawn,

            (Registered, S::Submitted, E::SubmissionRejection) => S::Blocked,
            (Registered, S::Submitted, E::NotificationForAcceptance) => S::Offered,
            (Registered, S::Submitted | S::Offered, E::NotificationForAcceptanceFailure) => S::Undeliverable,
            // A reminder, and the other server's receipt for a notice.
            (Registered, S::Offered, E::NotificationForAcceptance | E::NotificationDelivered) => S::Offered,
            // A server that had taken the notice reports later that it did not deliver it: the deadline runs on.
            (Registered, S::Offered, E::ConsignmentNotificationFailure) => S::Offered,
            (Registered, S::Offered, E::ConsignmentAcceptance) => S::Accepted,
            (Registered, S::Offered, E::ConsignmentRejection) => S::Refused,
            (Registered, S::Offered, E::AcceptanceRejectionExpiry) => S::Expired,
            // Accepted is accepted: from here on the sender cannot take it back.
            (Registered, S::Accepted, E::ContentConsignment) => S::Consigned,
            (Registered, S::Accepted, E::NotificationDelivered) => S::Accepted,

            (Confidential | Personal, S::Submitted, E::ContentConsignment) => S::Consigned,
            (Confidential, S::Submitted, E::RelayToNonERDS) => S::Relayed,
            (Confidential, S::Submitted, E::RelayToNonERDSFailure) => S::Undeliverable,
            (Confidential | Personal, S::Consigned | S::Notified, E::ContentConsignmentFailure) => {
                S::Withdrawn
            }
            // The recipient's server did not take what brings it.
            (Confidential | Personal, S::Consigned | S::Notified, E::RelayToNonERDSFailure) => {
                S::Undeliverable
            }

            // A second notice is one by link after the first was blocked, or a reminder.
            (_, S::Consigned | S::Notified, E::ConsignmentNotification) => S::Notified,
            (_, S::Notified, E::NotificationDelivered) => S::Notified,
            (_, S::Consigned, E::NotificationDelivered) => S::Consigned,
            // A server that had taken the notice reports later that it did not deliver it, or somebody says so in its
            // name: who has the letter opens it.
            (_, S::Consigned | S::Notified, E::ConsignmentNotificationFailure) => S::Consigned,
            (_, S::Consigned | S::Notified, E::ContentHandover) => S::HandedOver,
            (_, S::Consigned | S::Notified, E::ContentHandoverFailure) => S::Unclaimed,
            (_, S::HandedOver, E::ContentAccessTracking | E::NotificationDelivered) => S::HandedOver,

            (mode, state, event) => return Err(Illegal { mode, state, event }),
        };
        Ok(Machine { mode: self.mode, state })
    }
}
