//! Opening a letter here, for a browser that cannot: the platform sees it for that moment, and its evidence says so. Where
//! the sender has set a passphrase, wrong ones are counted for each copy, and from the fifth on each makes the pause longer.

use std::time::Duration;

use bytes::Bytes;
use db::Tx;
use model::Timestamp;
use wire_safe::{Envelope, MailShare, RecipientSecret, Slot, StoreShare};
use zeroize::Zeroizing;

use crate::error::SecureError;
use crate::portal::Seen;
use crate::rows::passphrase as rows;
use crate::statement::Shown;
use crate::submit::blocking;
use crate::turns::Turn;
use crate::types::Copy;
use crate::{Secure, limits};

impl Secure {
    /// Opens a letter here.
    ///
    /// # Errors
    /// As [`Secure::release`]; [`SecureError::Forged`] where the shares do not open the envelope,
    /// [`SecureError::Passphrase`] where it wants one that is missing, or another, and [`SecureError::Paused`] after too
    /// many of these.
    pub async fn open_here(
        &self,
        slot: &Slot,
        envelope: Bytes,
        (mail_share, passphrase): (MailShare, Zeroizing<String>),
        who: &Shown,
    ) -> Result<wire_safe::Letter, SecureError> {
        let platform = self.platform().await?;
        let (share, copy) = self.share(slot, who).await?;
        let turn = match copy.has_passphrase {
            true => Some(self.turn_to_try(slot, &passphrase).await?),
            false => None,
        };
        let wanted = *slot;
        let opened = blocking(move || {
            let genuine = Envelope::parse(&envelope)
                .map_err(|_| SecureError::Forged)?
                .verify(&platform.envelope_keys)
                .map_err(|_| SecureError::Forged)?;
            if genuine.header().slot != wanted {
                return Err(SecureError::Forged);
            }
            let Some(stretching) = genuine.header().stretching else {
                return genuine.open(&mail_share, &share, None).map_err(|_| SecureError::Forged);
            };
            let _turn: Turn =
                turn.ok_or(SecureError::Damaged("a copy that says nothing of its passphrase"))?;
            let secret = RecipientSecret::stretch(&passphrase, stretching);
            let secret = secret.map_err(|_| SecureError::Passphrase)?;
            // A share of another letter looks the same: whoever has that says the right passphrase in vain.
            genuine.open(&mail_share, &share, Some(&secret)).map_err(|_| SecureError::Passphrase)
        })
        .await?;
        if copy.has_passphrase {
            let scope = self.db().operator("somebody said the passphrase of a letter");
            scope.write(move |tx: &mut Tx| rows::forget_tries(tx, &wanted)).await?;
        }
        self.note_opened(slot, who, true).await?;
        Ok(opened)
    }

    /// Until when no passphrase of a copy is compared, because too many were wrong; `None` where one may be tried.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn passphrase_pause(&self, slot: &Slot) -> Result<Option<Timestamp>, SecureError> {
        let (slot, now) = (*slot, self.now());
        let scope = self.db().operator("see whether passphrases of a letter are compared now");
        let next = scope.read(move |tx: &mut Tx| rows::next_try_at(tx, &slot)).await?;
        Ok(next.filter(|next| *next > now))
    }

    /// The share for opening the letter here: it leaves the platform by nobody's browser.
    async fn share(&self, slot: &Slot, who: &Shown) -> Result<(StoreShare, Copy), SecureError> {
        let (secure, slot, who) = (self.clone(), *slot, who.clone());
        let scope = self.db().operator("open a letter for its recipient");
        scope
            .read(move |tx: &mut Tx| {
                let Seen { letter, copy } = secure.read(tx, &slot)?;
                secure.may(tx, &letter, &copy, &who)?;
                Ok((secure.share_of(&letter, &copy)?, copy))
            })
            .await
    }

    /// A turn to try a passphrase. It counts as wrong before it is compared, so that of many at the same time no more are
    /// compared than one after the other.
    async fn turn_to_try(&self, slot: &Slot, passphrase: &str) -> Result<Turn, SecureError> {
        if passphrase.is_empty() {
            return Err(SecureError::Passphrase);
        }
        let turn = self.turn_to_stretch()?;
        let (slot, now) = (*slot, self.now());
        let scope = self.db().operator("somebody says a passphrase of a letter");
        let until = scope
            .write(move |tx: &mut Tx| {
                match rows::count_try(tx, &slot, now)? {
                    Some(tries) => rows::pause(tx, &slot, now.plus(pause_after(tries)))?,
                    None => return rows::next_try_at(tx, &slot),
                }
                Ok::<_, db::DbError>(None)
            })
            .await?;
        match until {
            Some(until) => Err(SecureError::Paused { until }),
            None => Ok(turn),
        }
    }
}

/// How long after so many wrong ones the next is compared: at once, then a minute, two, four … and an hour at most.
fn pause_after(tries: i64) -> Duration {
    let beyond = tries.saturating_sub(limits::PASSPHRASE_TRIES).min(31);
    let Ok(beyond) = u32::try_from(beyond) else { return Duration::ZERO };
    limits::PASSPHRASE_PAUSE.saturating_mul(1 << beyond).min(limits::PASSPHRASE_LONGEST_PAUSE)
}

#[test]
fn each_wrong_passphrase_makes_the_pause_longer_up_to_an_hour() {
    let minutes = |tries| pause_after(tries).as_secs() / 60;
    assert_eq!([1, 4, 5, 6, 7, 10, 11, 12, i64::MAX].map(minutes), [0, 0, 1, 2, 4, 32, 60, 60, 60]);
}
