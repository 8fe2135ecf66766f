//! What time does to letters: reminders of those that were offered, the end of those whose time is over, and what need not
//! be kept.

use std::time::Duration;

use db::Tx;
use evidence::{Event, Mode, State};
use model::Timestamp;
use tracing::error;
use wire_safe::Slot;

use crate::error::SecureError;
use crate::notice::NoticeKind;
use crate::people::standing_instruction;
use crate::platform::Platform;
use crate::portal::Seen;
use crate::rows::Due;
use crate::statement::Happening;
use crate::types::sixteen;
use crate::{Secure, limits, rows};

/// What time does to a copy.
#[derive(Clone, Copy, Debug)]
enum Chore {
    /// A registered letter was neither accepted nor refused in time.
    Expire,
    /// The time in which it could be opened is over.
    End,
    /// The recipient of a registered letter is reminded, who was so many times already, so long after it was offered.
    Remind { already: u32, after: Duration },
}

impl Chore {
    /// For what the database is asked.
    fn words(self) -> &'static str {
        match self {
            Chore::Expire => "end registered letters whose deadline has passed",
            Chore::End => "end letters whose time to be opened is over",
            Chore::Remind { .. } => "remind recipients of registered letters",
        }
    }

    /// The copies whose time has come, from a place in the list on.
    fn due(self, tx: &mut Tx, now: Timestamp, behind: Option<&Due>) -> Result<Vec<Due>, SecureError> {
        Ok(match self {
            Chore::Expire => rows::expired(tx, now, behind)?,
            Chore::End => rows::out_of_time(tx, now, behind)?,
            Chore::Remind { already, after } => rows::to_remind(tx, already, now.minus(after), now, behind)?,
        })
    }
}

impl Secure {
    /// Reminds recipients of registered letters that they were offered, when the profile says so; tells how many
    /// reminders. A reminder is a statement of its own, and nobody gets two at once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remind(&self) -> Result<usize, SecureError> {
        let mut count = 0;
        for (already, after) in (0_u32..).zip(self.settings().profile.reminders()) {
            count += self.tend(Chore::Remind { already, after: *after }).await?;
        }
        Ok(count)
    }

    /// Ends registered letters whose deadline has passed; tells how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn expire(&self) -> Result<usize, SecureError> {
        self.tend(Chore::Expire).await
    }

    /// Ends letters that nobody opened for as long as they could be, and destroys the store's share of every key whose
    /// time is over; tells how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_unopened(&self) -> Result<usize, SecureError> {
        self.tend(Chore::End).await
    }

    /// Does a chore to all copies whose time has come, each in a transaction of its own: a row that cannot be read, and a
    /// letter of which no statement can be made, hold up no other.
    async fn tend(&self, chore: Chore) -> Result<usize, SecureError> {
        let platform = self.platform().await?;
        let scope = self.db().operator(chore.words());
        let (mut count, mut behind) = (0, None);
        loop {
            let (now, after) = (self.now(), behind.take());
            let listed: Vec<Due> = scope.read(move |tx: &mut Tx| chore.due(tx, now, after.as_ref())).await?;
            for due in &listed {
                let (secure, platform, slot) = (self.clone(), platform.clone(), due.slot.clone());
                let done = scope.write(move |tx: &mut Tx| secure.tended(tx, &platform, chore, &slot)).await;
                match done {
                    Ok(is_done) => count += usize::from(is_done),
                    Err(error) if error.is_temporary() => return Err(error),
                    Err(error) => {
                        error!(slot = due.slot, error = %model::Chain(&error), "cannot {}", chore.words());
                    }
                }
            }
            if listed.len() < limits::CHORE_LIMIT as usize {
                return Ok(count);
            }
            behind = listed.into_iter().next_back();
        }
    }

    /// Does a chore to one copy, if its time has still come once nobody else changes it.
    fn tended(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        chore: Chore,
        slot: &str,
    ) -> Result<bool, SecureError> {
        let slot = Slot(sixteen(slot).ok_or(SecureError::Damaged("a slot"))?);
        let Seen { letter, mut copy } = self.read_to_change(tx, &slot)?;
        let now = self.now();
        let is_offered = copy.state == State::Offered;
        let deadline = copy.deadline.filter(|_| is_offered);
        match chore {
            Chore::Expire if deadline.is_some_and(|deadline| deadline <= now) => {
                let event = Happening::new(Event::AcceptanceRejectionExpiry, now)
                    .because("RC09", "neither accepted nor refused in time");
                self.notary(platform).state(tx, &letter, &mut copy, &event)?;
                copy.end(now);
                self.tell_sender(tx, &letter, &copy, NoticeKind::Expired, now)?;
            }
            Chore::End if !is_offered && copy.store_share.is_some() && copy.not_after <= now => {
                // What was opened stays so: only the share goes.
                if matches!(copy.state, State::Consigned | State::Notified) {
                    let (words, kind) = match &copy.released {
                        None => ("not opened while it could be".to_owned(), NoticeKind::Unclaimed),
                        Some(released) => (
                            format!(
                                "the key was given out on {} ({}), and opening was not confirmed while it could be",
                                released.at.rfc3339(),
                                released.to
                            ),
                            NoticeKind::Unconfirmed,
                        ),
                    };
                    let event = Happening::new(Event::ContentHandoverFailure, now).because("RE04", words);
                    self.notary(platform).state(tx, &letter, &mut copy, &event)?;
                    copy.ended_at = Some(now);
                    self.tell_sender(tx, &letter, &copy, kind, now)?;
                }
                copy.store_share = None;
            }
            Chore::Remind { already, after }
                if deadline.is_some_and(|deadline| deadline > now)
                    && copy.reminders == already
                    && copy.submitted_at.plus(after) <= now =>
            {
                let event = Happening::new(Event::NotificationForAcceptance, now);
                self.notary(platform).state(tx, &letter, &mut copy, &event)?;
                let reminders = self.settings().profile.reminders();
                let due = reminders.iter().filter(|after| copy.submitted_at.plus(**after) <= now);
                copy.reminders = u32::try_from(due.count()).unwrap_or(u32::MAX);
                self.tell_recipient(tx, &letter, &copy, NoticeKind::Reminder, now)?;
            }
            Chore::Expire | Chore::End | Chore::Remind { .. } => return Ok(false),
        }
        rows::update_copy(tx, &copy)?;
        Ok(true)
    }

    /// Forgets what is over: visits, codes, envelopes that were brought, wrong passphrases.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_what_is_over(&self) -> Result<(), SecureError> {
        let now = self.now();
        self.db()
            .operator("forget visits, codes and envelopes whose time is over")
            .write(move |tx: &mut Tx| {
                rows::forget_visits(tx, now)?;
                rows::forget_codes(tx, now.minus(limits::CODE_FOR))?;
                rows::forget_codes_asked(tx, now.minus(limits::CODES_COUNTED_FOR))?;
                rows::forget_parked(tx, now)?;
                rows::passphrase::forget_old_tries(tx, now.minus(limits::PASSPHRASE_TRIES_COUNTED_FOR))?;
                Ok::<_, SecureError>(())
            })
            .await
    }

    /// A recipient whose standing instruction it is accepts a registered letter as it arrives.
    pub(crate) fn accept_on_arrival(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        seen: &mut Seen,
        now: Timestamp,
    ) -> Result<(), SecureError> {
        let Seen { letter, copy } = seen;
        if letter.mode != Mode::Registered || copy.state != State::Offered {
            return Ok(());
        }
        // It was not there in time: nobody accepts what has expired.
        if copy.deadline.is_some_and(|deadline| now.max(copy.last_at) > deadline) {
            return Ok(());
        }
        let Some(consent) = standing_instruction(tx, &copy.address.canonical())? else { return Ok(()) };
        let mut accepted = Happening::new(Event::ConsignmentAcceptance, now);
        let instruction = crate::words::STANDING_INSTRUCTION;
        accepted.authentication = Some(format!("{instruction}{}", consent.in_evidence()));
        self.state_acceptance(tx, platform, letter, copy, &accepted)
    }
}
