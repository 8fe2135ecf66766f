//! What time does to letters: reminders of those that were offered, the end of those that nobody opened, and what need
//! not be kept.

use db::Tx;
use evidence::{Event, Mode, State};
use model::Timestamp;

use crate::error::SecureError;
use crate::notice::NoticeKind;
use crate::people::standing_instruction;
use crate::portal::Seen;
use crate::statement::Happening;
use crate::types::Copy;
use crate::{Secure, limits, rows};

impl Secure {
    /// Reminds recipients of registered letters that they were offered, when the profile says so; tells how many
    /// reminders. A reminder is a statement of its own, and nobody gets two at once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn remind(&self) -> Result<usize, SecureError> {
        let platform = self.platform().await?;
        let (secure, now) = (self.clone(), self.now());
        self.db()
            .operator("remind recipients of registered letters")
            .write(move |tx: &mut Tx| {
                let mut count = 0;
                let reminders = secure.settings().profile.reminders();
                for (already, after) in (0_u32..).zip(reminders) {
                    for listed in rows::to_remind(tx, already, now.minus(*after), now)? {
                        let Some(mut copy) = rows::unchanged(tx, &listed)? else { continue };
                        let letter = secure.letter_of(tx, &copy)?;
                        let happening = Happening::new(Event::NotificationForAcceptance, now);
                        secure.notary(&platform).state(tx, &letter, &mut copy, &happening)?;
                        let due = reminders.iter().filter(|after| copy.submitted_at.plus(**after) <= now);
                        copy.reminders = u32::try_from(due.count()).unwrap_or(u32::MAX);
                        rows::update_copy(tx, &copy)?;
                        secure.tell_recipient(tx, &letter, &copy, NoticeKind::Reminder, now)?;
                        count += 1;
                    }
                }
                Ok(count)
            })
            .await
    }

    /// Ends letters that nobody opened for as long as they could be, and destroys the store's share of every key whose
    /// time is over; tells how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_unopened(&self) -> Result<usize, SecureError> {
        let platform = self.platform().await?;
        let (secure, now) = (self.clone(), self.now());
        self.db()
            .operator("end letters whose time to be opened is over")
            .write(move |tx: &mut Tx| {
                let mut count = 0;
                for listed in rows::out_of_time(tx, now)? {
                    let Some(mut copy) = rows::unchanged(tx, &listed)? else { continue };
                    let letter = secure.letter_of(tx, &copy)?;
                    // What was opened stays so: only the share goes.
                    if matches!(copy.state, State::Consigned | State::Notified) {
                        let happening = Happening::new(Event::ContentHandoverFailure, now)
                            .because("RE04", "not opened while it could be");
                        secure.notary(&platform).state(tx, &letter, &mut copy, &happening)?;
                        copy.ended_at = Some(now);
                        secure.tell_sender(tx, &letter, &copy, NoticeKind::Unclaimed, now)?;
                    }
                    copy.store_share = None;
                    rows::update_copy(tx, &copy)?;
                    count += 1;
                }
                Ok(count)
            })
            .await
    }

    /// Forgets what is over: visits, codes, envelopes that were brought.
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
                Ok::<_, SecureError>(())
            })
            .await
    }

    /// A recipient whose standing instruction it is accepts a registered letter as it arrives.
    pub(crate) fn accept_on_arrival(
        &self,
        tx: &mut Tx,
        platform: &crate::Platform,
        seen: &mut Seen,
        now: Timestamp,
    ) -> Result<(), SecureError> {
        let Seen { letter, copy } = seen;
        if letter.mode != Mode::Registered || copy.state != State::Offered {
            return Ok(());
        }
        let Some(consent) = standing_instruction(tx, &copy.address.canonical())? else { return Ok(()) };
        let mut accepted = Happening::new(Event::ConsignmentAcceptance, now);
        let instruction = crate::words::STANDING_INSTRUCTION;
        accepted.authentication = Some(format!("{instruction}{}", consent.in_evidence()));
        self.state_acceptance(tx, platform, letter, copy, &accepted)
    }

    fn letter_of(&self, tx: &mut Tx, copy: &Copy) -> Result<crate::Letter, SecureError> {
        rows::letter(tx, self.vault(), copy.letter)?.ok_or(SecureError::Damaged("a copy without its letter"))
    }
}
