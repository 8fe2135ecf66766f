//! A second notice, where the recipient's server does not take the first one for its attachment: the same envelope stays
//! here, and the letter has a link to it.

use bytes::Bytes;
use db::Tx;
use evidence::{Event, Mode};
use model::{BlobRef, OrganisationId};
use wire_safe::Slot;

use crate::carrier::{Carried, Carrier, unpack};
use crate::error::SecureError;
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
    /// Where the envelope lies from now on.
    envelope: BlobRef,
}

/// The envelope that a letter of ours brings, or a letter that claims to be one. `None` where it has a link, or nothing.
pub fn envelope_of(carrier: &[u8]) -> Option<Vec<u8>> {
    unpack(carrier).map(|(envelope, _, _)| envelope)
}

impl Secure {
    /// Makes a letter with a link of one with an envelope, which is kept here. `None` where it had a link already, or
    /// nobody can open it any more.
    ///
    /// # Errors
    /// When ours cannot be done now.
    pub async fn linked(&self, slot: [u8; 16], carrier: &Bytes) -> Result<Option<Linked>, SecureError> {
        let Some((envelope, mail_share, language)) = unpack(carrier) else { return Ok(None) };
        let platform = self.platform().await?;
        let slot = Slot(slot);
        let Seen { letter, copy } = self.seen(&slot).await?;
        if !copy.can_be_opened(self.now()) {
            return Ok(None);
        }
        let settings = self.settings();
        let seen = (&letter, &copy);
        let carrier = Carrier::of(seen, settings, language, self.now(), &mail_share, Carried::Link);
        let bytes = carrier.signed(&platform)?;
        let envelope = self.blobs().put(envelope.into()).await?;
        let parcel = Parcel { slot, recipient: copy.address, bytes: bytes.into() };
        Ok(Some(Linked { organisation: letter.organisation, parcel, envelope }))
    }

    /// Keeps where the envelope lies, and states the second notice, in the transaction that queues it.
    ///
    /// # Errors
    /// When the database does not answer, or a statement cannot be made.
    pub fn note_linked(&self, tx: &mut Tx, linked: &Linked) -> Result<(), SecureError> {
        let platform = self.platform_at_hand().ok_or(SecureError::Keys("they are not open yet"))?;
        let Seen { letter, mut copy } = self.read_to_change(tx, &linked.parcel.slot)?;
        let event = match letter.mode {
            Mode::Registered => Event::NotificationForAcceptance,
            Mode::Confidential | Mode::Personal => Event::ConsignmentNotification,
        };
        self.notary(&platform).state(tx, &letter, &mut copy, &Happening::new(event, self.now()))?;
        rows::update_copy(tx, &copy)?;
        rows::keep_envelope(tx, &copy, &linked.envelope)?;
        Ok(())
    }
}
