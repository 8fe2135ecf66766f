//! What became of the letters that bring a copy: the queue tells of it, or a server that had taken one reports it later.

use db::Tx;
use evidence::{Event, Mode, State};
use model::Timestamp;
use wire_safe::Slot;

use crate::error::SecureError;
use crate::legs::{Heard, KeptLeg};
use crate::notice::NoticeKind;
use crate::platform::Platform;
use crate::portal::Seen;
use crate::statement::Happening;
use crate::types::{Copy, Way};
use crate::{Secure, limits, rows};

/// Characters of a server's words that stand in evidence.
const WORDS_CHARACTERS: usize = 500;

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// The mailbox has it, or the recipient's server took it.
    Arrived,
    /// It will never arrive: why, in the words of whoever refused it.
    Failed(String),
}

impl Secure {
    /// States what became of a copy, in the transaction that ends its delivery or in which a report of it is taken. What
    /// is told once more, and what can no longer follow upon what happened, is passed over: a letter that was withdrawn may
    /// still arrive.
    ///
    /// # Errors
    /// When the database does not answer, or a statement cannot be made: then nothing of it may be committed.
    pub fn note_carried(
        &self,
        tx: &mut Tx,
        slot: [u8; 16],
        heard: Heard,
        carriage: &Carriage,
    ) -> Result<(), SecureError> {
        let platform = self.platform_at_hand().ok_or(SecureError::Keys("they are not open yet"))?;
        let mut seen = match self.read_to_change(tx, &Slot(slot)) {
            Err(SecureError::NotFound) => return Ok(()),
            read => read?,
        };
        let Some(leg) = rows::legs::leg_heard_of(tx, &seen.copy.slot, heard)? else { return Ok(()) };
        let at = self.now();
        match carriage {
            Carriage::Arrived => self.note_arrival(tx, &platform, &mut seen, leg, at),
            Carriage::Failed(_) if leg.failed_at.is_some() => Ok(()),
            Carriage::Failed(_) if matches!(heard, Heard::Report(_)) && leg.is_past_reports(at) => Ok(()),
            Carriage::Failed(why) => {
                rows::legs::update_leg(tx, &seen.copy, &KeptLeg { failed_at: Some(at), ..leg })?;
                match rows::legs::has_living_leg(tx, &seen.copy)? {
                    // Another mailbox behind the address has the letter, or may get it still.
                    true => Ok(()),
                    false => self.note_failure(tx, &platform, &mut seen, why, at),
                }
            }
        }
    }

    fn note_arrival(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        seen: &mut Seen,
        leg: KeptLeg,
        at: Timestamp,
    ) -> Result<(), SecureError> {
        if leg.arrived_at.is_none() {
            rows::legs::update_leg(tx, &seen.copy, &KeptLeg { arrived_at: Some(at), ..leg })?;
        }
        let events: &[Event] = match seen.copy.way {
            Way::Sealed if !seen.copy.has_room() => &[],
            Way::Sealed => &[Event::NotificationDelivered],
            Way::Mailbox => &[Event::ContentConsignment, Event::ContentHandover],
            Way::Gateway => &[Event::RelayToNonERDS],
            Way::Blocked => &[],
        };
        for event in events {
            if !self.stated(tx, platform, seen, &Happening::new(*event, at))? {
                return Ok(());
            }
        }
        if seen.copy.state == State::HandedOver {
            seen.copy.opened_at.get_or_insert(at);
        }
        self.accept_on_arrival(tx, platform, seen, at)?;
        rows::update_copy(tx, &seen.copy)?;
        Ok(())
    }

    /// No leg is left.
    fn note_failure(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        seen: &mut Seen,
        why: &str,
        at: Timestamp,
    ) -> Result<(), SecureError> {
        let copy = &seen.copy;
        // A server that had taken the letter says so, or whoever has it says it in its name. Who has it opens it; whether
        // anybody does shows by itself.
        let may_be_there = copy.way == Way::Sealed && rows::legs::has_arrived(tx, copy)?;
        let (event, kind) = match (copy.way, seen.letter.mode, copy.state) {
            _ if may_be_there => (Event::ConsignmentNotificationFailure, NoticeKind::Reported),
            (Way::Sealed, Mode::Registered, State::Submitted | State::Offered) => {
                (Event::NotificationForAcceptanceFailure, NoticeKind::Undeliverable)
            }
            (Way::Sealed, Mode::Registered, _) => {
                (Event::ConsignmentNotificationFailure, NoticeKind::Reported)
            }
            _ => (Event::RelayToNonERDSFailure, NoticeKind::Undeliverable),
        };
        if copy.way == Way::Blocked || (kind == NoticeKind::Reported && !copy.has_room()) {
            return Ok(());
        }
        let words: String = why.chars().take(WORDS_CHARACTERS).collect();
        if !self.stated(tx, platform, seen, &Happening::new(event, at).because("RC02", words))? {
            return Ok(());
        }
        let Seen { letter, copy } = seen;
        if copy.state == State::Undeliverable {
            copy.end(at);
        }
        let detail = serde_json::json!({ "reason": why });
        self.tell(tx, letter, copy, (kind, &letter.sender), detail, at)?;
        rows::update_copy(tx, copy)?;
        Ok(())
    }

    /// States what happened, if it may happen there.
    fn stated(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        seen: &mut Seen,
        happening: &Happening,
    ) -> Result<bool, SecureError> {
        match self.notary(platform).state(tx, &seen.letter, &mut seen.copy, happening) {
            Ok(()) => Ok(true),
            Err(SecureError::Illegal(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Copy {
    /// Whether its chain has room for what need not be stated. The end of a copy is stated however long the chain is, and
    /// a bundle of evidence holds no more than 1,000 statements.
    pub(crate) fn has_room(&self) -> bool {
        self.sequence < limits::ACCESSES_LIMIT
    }
}

impl KeptLeg {
    /// Whether a report comes too late to be one: no server tries for so long.
    fn is_past_reports(&self, now: Timestamp) -> bool {
        self.arrived_at.is_some_and(|arrived_at| now.since(arrived_at) > limits::REPORTS_FOR)
    }
}
