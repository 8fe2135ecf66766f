//! Erasure: the share of the key is destroyed of a letter that its recipient has, so that it is not taken back any more.
//! Whoever administers in the organisation's name does it, or the operator; and with an organisation that is deleted the
//! shares of its letters go.
//!
//! What happened stays proven. Once a letter was handed over no event of ETSI EN 319 522 says that it is gone, so none is
//! stated: the copy keeps its state, and `erased_at` with the log of changes says it. One that was not opened, or whose
//! opening nobody confirmed, ends as it would at the end of its time: it was not handed over.

use db::Tx;
use evidence::{Event, State};
use model::OrganisationId;
use tracing::error;
use wire_safe::Slot;

use crate::error::SecureError;
use crate::platform::Platform;
use crate::portal::Seen;
use crate::rows::erasing as rows;
use crate::statement::Happening;
use crate::types::{Copy, Letter, sixteen};
use crate::withdrawing::{Done, Withdrawal, shortened};
use crate::{Secure, rows as letters};

/// Why letters of an organisation that is gone end.
const ORGANISATION_GONE: &str = "the sender's organisation left the platform";

impl Secure {
    /// Destroys the share of a letter's key for one recipient, or for all who have it, so that nobody opens it any more.
    /// What can still be taken back stays: withdrawing says more. The log of changes has who did it, and why, in the same
    /// commit.
    ///
    /// # Errors
    /// [`SecureError::NotFound`] outside of the organisation; [`SecureError::CanBeWithdrawn`] where it can be taken back,
    /// and [`SecureError::Ended`] where nobody can open it anyway.
    pub async fn erase_for(
        &self,
        who: trail::Actor,
        organisation: OrganisationId,
        letter: i64,
        only: Option<Slot>,
        reason: &str,
    ) -> Result<Vec<Copy>, SecureError> {
        let platform = self.platform().await?;
        let (secure, reason, id) = (self.clone(), shortened(reason), self.world().new_id());
        self.db()
            .operator("an organisation has the keys of a letter destroyed")
            .write(move |tx: &mut Tx| {
                let found = letters::letter(tx, secure.vault(), letter)?;
                let found =
                    found.filter(|found| found.organisation == organisation).ok_or(SecureError::NotFound)?;
                let copies = secure.erased(tx, &platform, &found, only, &reason)?;
                let change = Done { id, at: secure.now(), who: who.clone(), what: "erase secure letter" };
                change.write(tx, &found, &copies, &reason)?;
                Ok(copies)
            })
            .await
    }

    fn erased(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        letter: &Letter,
        only: Option<Slot>,
        reason: &str,
    ) -> Result<Vec<Copy>, SecureError> {
        let (mut erased, mut refused) = (Vec::new(), None);
        for listed in letters::copies_of(tx, letter.id)? {
            if only.is_some_and(|slot| slot != listed.slot) {
                continue;
            }
            let Some(mut copy) = letters::copy_to_change(tx, &listed.slot)? else { continue };
            if copy.can_be_erased(letter.mode) {
                self.erase(tx, platform, letter, &mut copy, reason)?;
                erased.push(copy);
            } else if copy.store_share.is_some() {
                refused = Some(SecureError::CanBeWithdrawn);
            } else {
                refused.get_or_insert(SecureError::Ended);
            }
        }
        match (erased.is_empty(), refused) {
            (false, _) => Ok(erased),
            (true, Some(why)) => Err(why),
            (true, None) => Err(SecureError::NotFound),
        }
    }

    /// Destroys the share of a copy that nobody else changes, and what else led to it.
    fn erase(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        letter: &Letter,
        copy: &mut Copy,
        reason: &str,
    ) -> Result<(), SecureError> {
        let at = self.now();
        if matches!(copy.state, State::Consigned | State::Notified) {
            let event = Happening::new(Event::ContentHandoverFailure, at).because("RE04", why(copy, reason));
            self.notary(platform).state(tx, letter, copy, &event)?;
            copy.ended_at = Some(at);
        }
        copy.store_share = None;
        copy.erased_at = Some(at);
        letters::update_copy(tx, copy)?;
        rows::forget_way_to(tx, copy)?;
        Ok(())
    }

    /// Destroys the shares of letters whose organisation was deleted: nobody is left who could take them back, or answer
    /// for them. What nobody has yet is withdrawn. Tells how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn erase_of_deleted_organisations(&self) -> Result<usize, SecureError> {
        let platform = self.platform().await?;
        let scope = self.db().operator("destroy keys of letters whose organisation was deleted");
        let mut count = 0;
        loop {
            let listed = scope
                .read(|tx: &mut Tx| {
                    let mut listed = Vec::new();
                    for organisation in rows::organisations_with_shares(tx)? {
                        if directory::is_organisation_deleted(tx, organisation)? {
                            listed.extend(rows::with_shares(tx, organisation)?);
                        }
                    }
                    Ok::<_, SecureError>(listed)
                })
                .await?;
            let mut done = 0;
            for due in listed {
                let (secure, platform, slot) = (self.clone(), platform.clone(), due.slot.clone());
                let ended = scope.write(move |tx: &mut Tx| secure.end_orphan(tx, &platform, &slot)).await;
                match ended {
                    Ok(()) => done += 1,
                    Err(error) if error.is_temporary() => return Err(error),
                    Err(error) => {
                        error!(slot = due.slot, error = %model::Chain(&error), "cannot erase a letter of a deleted organisation");
                    }
                }
            }
            if done == 0 {
                return Ok(count);
            }
            count += done;
        }
    }

    fn end_orphan(&self, tx: &mut Tx, platform: &Platform, slot: &str) -> Result<(), SecureError> {
        let slot = Slot(sixteen(slot).ok_or(SecureError::Damaged("a slot"))?);
        let Seen { letter, mut copy } = self.read_to_change(tx, &slot)?;
        if copy.can_be_erased(letter.mode) {
            return self.erase(tx, platform, &letter, &mut copy, ORGANISATION_GONE);
        }
        let withdrawal = Withdrawal::new(letter.id, Some(slot), ORGANISATION_GONE, self.now());
        self.withdrawn(tx, platform, letter.organisation, &withdrawal)?;
        Ok(())
    }
}

/// Why a letter is not handed over, for its evidence: what is known of its key goes into it.
fn why(copy: &Copy, reason: &str) -> String {
    let words = match &copy.released {
        None => "erased by the sender's side before it was opened".to_owned(),
        Some(released) => format!(
            "erased by the sender's side; the key was given out on {} ({}), and opening was not confirmed before",
            released.at.rfc3339(),
            released.to
        ),
    };
    if reason.is_empty() { words } else { format!("{words}: {reason}") }
}
