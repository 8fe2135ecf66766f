//! The sender's side takes a letter back: by the person who sent it, or by whoever administers in the organisation's
//! name, which stands in the log of changes.

use db::{DbError, Tx};
use evidence::{Event, Mode, State};
use model::{OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::notice::NoticeKind;
use crate::platform::Platform;
use crate::statement::Happening;
use crate::types::{Copy, Letter, Way};
use crate::{Secure, rows};

/// Characters of a reason.
const REASON_CHARACTERS: usize = 500;

/// Takes the deliveries that bring a copy out of the queue, in the transaction that withdraws it.
pub type Recall = Box<dyn Fn(&mut Tx, &Slot, Timestamp) -> Result<Recalled, DbError> + Send + Sync>;

/// What became of a copy's deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recalled {
    /// None of them is in the queue any more.
    All,
    /// All are, for one is under way at this moment: nobody can say whether it arrives.
    Underway,
}

/// What is taken back, why, and when.
pub(crate) struct Withdrawal {
    letter: i64,
    only: Option<Slot>,
    reason: String,
    at: Timestamp,
}

impl Secure {
    /// The sender takes a letter back from one recipient, or from all: nobody opens it any more. What was accepted or
    /// opened stays.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] outside of the organisation; [`SecureError::Illegal`] when none of them can be taken
    /// back; [`SecureError::Underway`] when what would arrive as it is is on its way at this moment.
    pub async fn withdraw(
        &self,
        organisation: OrganisationId,
        letter: i64,
        only: Option<Slot>,
        reason: &str,
    ) -> Result<Vec<Copy>, SecureError> {
        let platform = self.platform().await?;
        let (secure, withdrawal) = (self.clone(), Withdrawal::new(letter, only, reason, self.now()));
        // Deliveries are of the recipients' organisations.
        self.db()
            .operator("a letter is taken back, and its deliveries out of the queue")
            .write(move |tx: &mut Tx| Ok(secure.withdrawn(tx, &platform, organisation, &withdrawal)?.1))
            .await
    }

    /// As [`Secure::withdraw`], for whoever administers in the name of the organisation: the log of changes has who did
    /// it, in the same commit.
    ///
    /// # Errors
    /// As [`Secure::withdraw`].
    pub async fn withdraw_for(
        &self,
        who: trail::Actor,
        organisation: OrganisationId,
        letter: i64,
        only: Option<Slot>,
        reason: &str,
    ) -> Result<Vec<Copy>, SecureError> {
        let platform = self.platform().await?;
        let (secure, withdrawal) = (self.clone(), Withdrawal::new(letter, only, reason, self.now()));
        let id = self.world().new_id();
        self.db()
            .operator("an organisation takes a letter back, and its deliveries out of the queue")
            .write(move |tx: &mut Tx| {
                let (found, copies) = secure.withdrawn(tx, &platform, organisation, &withdrawal)?;
                let change = Done { id, at: withdrawal.at, who: who.clone(), what: "withdraw secure letter" };
                change.write(tx, &found, &copies, &withdrawal.reason)?;
                Ok(copies)
            })
            .await
    }

    pub(crate) fn withdrawn(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        organisation: OrganisationId,
        withdrawal: &Withdrawal,
    ) -> Result<(Letter, Vec<Copy>), SecureError> {
        let Withdrawal { letter, only, reason, .. } = withdrawal;
        let found = rows::letter(tx, self.vault(), *letter)?;
        let found = found.filter(|found| found.organisation == organisation).ok_or(SecureError::NotFound)?;
        let mut withdrawn = Vec::new();
        let mut refused = None;
        for listed in rows::copies_of(tx, *letter)? {
            if only.is_some_and(|slot| slot != listed.slot) {
                continue;
            }
            let Some(mut copy) = rows::copy_to_change(tx, &listed.slot)? else { continue };
            // Not before nobody else changes it: an acceptance that was faster came before.
            let at = &self.now();
            // What goes as it is must not arrive any more. An envelope that does opens nothing.
            let is_plain = matches!(copy.way, Way::Mailbox | Way::Gateway) && copy.state == State::Submitted;
            if is_plain && self.recalled(tx, &copy, *at)? == Recalled::Underway {
                refused = Some(SecureError::Underway);
                continue;
            }
            let words = if reason.is_empty() { "the sender withdrew it" } else { reason };
            let event = Happening::new(Event::ContentConsignmentFailure, *at).because("RD06", words);
            match self.notary(platform).state(tx, &found, &mut copy, &event) {
                Ok(()) => {}
                Err(SecureError::Illegal(why)) => {
                    refused = Some(SecureError::from(why));
                    continue;
                }
                Err(error) => return Err(error),
            }
            if !is_plain {
                self.recalled(tx, &copy, *at)?;
            }
            copy.end(*at);
            rows::update_copy(tx, &copy)?;
            if found.mode == Mode::Registered {
                self.tell_recipient(tx, &found, &copy, NoticeKind::Withdrawn, *at)?;
            }
            withdrawn.push(copy);
        }
        match (withdrawn.is_empty(), refused) {
            (false, _) => Ok((found, withdrawn)),
            (true, Some(why)) => Err(why),
            (true, None) => Err(SecureError::NotFound),
        }
    }

    fn recalled(&self, tx: &mut Tx, copy: &Copy, at: Timestamp) -> Result<Recalled, SecureError> {
        match self.inner.recall.get() {
            Some(recall) => Ok(recall(tx, &copy.slot, at)?),
            // Without the queue nobody knows.
            None => Ok(Recalled::Underway),
        }
    }
}

impl Withdrawal {
    pub(crate) fn new(letter: i64, only: Option<Slot>, reason: &str, at: Timestamp) -> Withdrawal {
        Withdrawal { letter, only, reason: shortened(reason), at }
    }
}

/// What whoever administers did to a letter, for the log of changes.
pub(crate) struct Done {
    pub(crate) id: i64,
    pub(crate) at: Timestamp,
    pub(crate) who: trail::Actor,
    pub(crate) what: &'static str,
}

impl Done {
    /// Of which letter, for whom and why, in the transaction that does it.
    pub(crate) fn write(
        self,
        tx: &mut Tx,
        letter: &Letter,
        copies: &[Copy],
        reason: &str,
    ) -> Result<(), DbError> {
        let Done { id, at, who, what } = self;
        let addresses: Vec<String> = copies.iter().map(|copy| copy.address.to_string()).collect();
        let of = format!("{} → {}", letter.sender, addresses.join(" "));
        let change = trail::Change::new(at, id, Some(letter.organisation), who, what, of);
        let facts = trail::Facts::new()
            .with("sent", letter.submitted_at.rfc3339())
            .with("mode", letter.mode)
            .with("reason", reason);
        trail::audit(tx, &change.with(trail::Facts::new(), facts))
    }
}

/// A reason as it is kept: on one line, and not too long.
pub(crate) fn shortened(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_control()).take(REASON_CHARACTERS).collect()
}
