//! What the queue tells of the letters that bring a copy: it arrived, or it never will.

use db::Tx;
use evidence::{Event, Mode, State};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::notice::NoticeKind;
use crate::portal::Seen;
use crate::statement::Happening;
use crate::types::Way;
use crate::{Secure, rows};

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// The mailbox has it, or the recipient's server took it.
    Arrived,
    /// It will never arrive: why, in the words of whoever refused it.
    Failed(String),
}

impl Secure {
    /// States what became of a copy, in the transaction that ends its delivery. What can no longer follow upon what
    /// happened is passed over: a letter that was withdrawn may still arrive.
    ///
    /// # Errors
    /// When the database does not answer, or a statement cannot be made.
    pub fn note_carried(&self, tx: &mut Tx, slot: [u8; 16], carriage: &Carriage) -> Result<(), SecureError> {
        let platform = self.platform_at_hand().ok_or(SecureError::Keys("they are not open yet"))?;
        let mut seen = match self.read_to_change(tx, &Slot(slot)) {
            Err(SecureError::NotFound) => return Ok(()),
            read => read?,
        };
        let Seen { letter, copy } = &mut seen;
        let at = self.now();
        let events: Vec<Happening> = match (carriage, copy.way, letter.mode, copy.state) {
            (_, Way::Blocked, ..) => return Ok(()),
            (Carriage::Arrived, Way::Sealed, ..) => vec![Happening::new(Event::NotificationDelivered, at)],
            (Carriage::Arrived, Way::Mailbox, ..) => vec![
                Happening::new(Event::ContentConsignment, at),
                Happening::new(Event::ContentHandover, at),
            ],
            (Carriage::Arrived, Way::Gateway, ..) => vec![Happening::new(Event::RelayToNonERDS, at)],
            (Carriage::Failed(why), way, mode, state) => {
                let event = match (way, mode, state) {
                    (Way::Gateway | Way::Mailbox, ..) => Event::RelayToNonERDSFailure,
                    (_, Mode::Registered, State::Submitted | State::Offered) => {
                        Event::NotificationForAcceptanceFailure
                    }
                    _ => Event::ConsignmentNotificationFailure,
                };
                vec![Happening::new(event, at).because("RC02", why.chars().take(500).collect::<String>())]
            }
        };
        let mut changed = false;
        for event in &events {
            match self.notary(&platform).state(tx, letter, copy, event) {
                Ok(()) => changed = true,
                Err(SecureError::Illegal(_)) => break,
                Err(error) => return Err(error),
            }
        }
        if !changed {
            return Ok(());
        }
        if let Carriage::Failed(why) = carriage {
            if copy.state == State::Undeliverable {
                copy.store_share = None;
                copy.ended_at = Some(at);
            }
            let detail = serde_json::json!({ "reason": why });
            self.tell(tx, letter, copy, (NoticeKind::Undeliverable, &letter.sender), detail, at)?;
        } else if copy.state == State::HandedOver {
            copy.opened_at.get_or_insert(at);
        }
        if *carriage == Carriage::Arrived {
            self.accept_on_arrival(tx, &platform, &mut seen, at)?;
        }
        rows::update_copy(tx, &seen.copy)?;
        Ok(())
    }
}
