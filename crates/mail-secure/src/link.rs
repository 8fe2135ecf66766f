//! A second notice, where the recipient's server does not take the first one for its attachment: the same envelope stays
//! here, and the letter has a link to it.

use bytes::Bytes;
use db::Tx;
use evidence::{Event, State};
use model::{BlobRef, OrganisationId};
use wire_safe::{Envelope, Slot};

use crate::carrier::{Carried, Carrier, unpack};
use crate::error::SecureError;
use crate::legs::{Heard, KeptLeg, Leg};
use crate::portal::Seen;
use crate::statement::Happening;
use crate::submit::Parcel;
use crate::{Secure, rows};

/// A letter with a link in place of one with an envelope.
pub struct Linked {
    /// Whose letter it is; 0 for somebody without an organisation.
    pub organisation: OrganisationId,
    /// The letter.
    pub parcel: Parcel,
    /// The number of the first leg on which it goes.
    pub next_leg: u32,
    /// Where the envelope lies from now on.
    envelope: BlobRef,
}

/// The envelope that a letter of ours brings, or a letter that claims to be one. `None` where it has a link, or nothing.
pub fn envelope_of(carrier: &[u8]) -> Option<Vec<u8>> {
    unpack(carrier).map(|(envelope, _, _)| envelope)
}

impl Secure {
    /// Makes a letter with a link of one with an envelope, which is kept here. `None` where that letter brings no envelope
    /// of this copy, or another share of its key; where the copy has a link already, or nobody can open it any more.
    ///
    /// # Errors
    /// When ours cannot be done now.
    pub async fn linked(&self, slot: [u8; 16], carrier: &Bytes) -> Result<Option<Linked>, SecureError> {
        let Some((envelope, mail_share, language)) = unpack(carrier) else { return Ok(None) };
        let platform = self.platform().await?;
        let (slot, secure, now) = (Slot(slot), self.clone(), self.now());
        let scope = self.db().operator("make a letter with a link of one that was not taken");
        let found = scope.read(move |tx: &mut Tx| {
            let seen = secure.read(tx, &slot)?;
            let has_link = rows::envelope_of(tx, &slot)?.is_some();
            let is_over = has_link || !seen.copy.can_be_opened(now);
            Ok::<_, SecureError>((!is_over).then_some((seen, rows::legs::legs_of(tx, &slot)?.len())))
        });
        let Some((Seen { letter, copy }, legs)) = found.await? else { return Ok(None) };
        let store_share = self.unwrapped_share(&copy)?;
        // What a report brings back is a stranger's word: only an envelope that we signed counts, with the share that opens it.
        let Ok(genuine) = Envelope::parse(&envelope)
            .map_err(drop)
            .and_then(|one| one.verify(&platform.envelope_keys).map_err(drop))
        else {
            return Ok(None);
        };
        if genuine.header().slot != slot || genuine.fits(&mail_share, &store_share) == Some(false) {
            return Ok(None);
        }
        let settings = self.settings();
        let carrier = Carrier::of((&letter, &copy), settings, language, now, &mail_share, Carried::Link);
        let bytes = carrier.signed(&platform)?;
        let envelope = self.blobs().put(envelope.into()).await?;
        let parcel = Parcel { slot, recipient: copy.address, bytes: bytes.into() };
        let next_leg = u32::try_from(legs).unwrap_or(u32::MAX);
        Ok(Some(Linked { organisation: letter.organisation, parcel, next_leg, envelope }))
    }

    /// Keeps where the envelope lies and on which legs the link goes, and states the second notice, in the transaction that
    /// queues it. False, and nothing is written, where no second notice is to go: there was one, the copy has ended, or its
    /// recipient has it open.
    ///
    /// # Errors
    /// When the database does not answer, or a statement cannot be made.
    pub fn note_linked(
        &self,
        tx: &mut Tx,
        linked: &Linked,
        heard: Heard,
        legs: &[Leg],
    ) -> Result<bool, SecureError> {
        let platform = self.platform_at_hand().ok_or(SecureError::Keys("they are not open yet"))?;
        let slot = linked.parcel.slot;
        let Seen { letter, mut copy } = self.read_to_change(tx, &slot)?;
        let at = self.now();
        let Some(failed) = rows::legs::leg_heard_of(tx, &slot, heard)?.filter(|leg| leg.failed_at.is_none())
        else {
            return Ok(false);
        };
        if rows::envelope_of(tx, &slot)?.is_some() || !copy.can_be_opened(at) || !copy.has_room() {
            return Ok(false);
        }
        let event = match copy.state {
            State::Offered => Event::NotificationForAcceptance,
            State::Consigned | State::Notified => Event::ConsignmentNotification,
            _ => return Ok(false),
        };
        self.notary(&platform).state(tx, &letter, &mut copy, &Happening::new(event, at))?;
        rows::update_copy(tx, &copy)?;
        rows::keep_envelope(tx, &copy, &linked.envelope)?;
        rows::legs::update_leg(tx, &copy, &KeptLeg { failed_at: Some(at), ..failed })?;
        self.note_legs(tx, copy.organisation, legs)?;
        Ok(true)
    }
}
