//! What the queue tells of the letters that bring a copy, in the commit that ends their delivery; and the second notice,
//! by a link, where a recipient's server does not take what is attached.

use std::sync::Arc;

use bytes::Bytes;
use db::Tx;
use mail_deliver::Outcome;
use mail_queue::Delivery;
use mail_secure::{Carriage, Heard, Leg, SecureError};
use model::{DeliveryId, Reply};
use tracing::warn;

use crate::accept::Ready;
use crate::secure::known;
use crate::settle::Ended;
use crate::{Flow, trouble};

/// A blocked letter as one with a link.
pub(crate) struct LinkedCopy {
    linked: mail_secure::Linked,
    letters: Vec<Arc<Ready>>,
    legs: Vec<Leg>,
}

impl Flow {
    /// Whether statements can be made about these deliveries, if any of them brings a copy of a secure letter: the keys
    /// are at hand then.
    pub(crate) async fn can_state(&self, mut deliveries: impl Iterator<Item = &Delivery>) -> bool {
        if !deliveries.any(|delivery| delivery.slot.is_some()) {
            return true;
        }
        match self.inner.secure.platform().await {
            Ok(_) => true,
            Err(error) => {
                warn!(error = %model::Chain(&error), "the end of a secure letter's delivery cannot be stated now");
                false
            }
        }
    }

    /// For what a recipient's server does not take because of what is attached: the same once more, by a link. Where that
    /// cannot be made now the outcome becomes one that waits, and the first notice is tried again.
    pub(crate) async fn linked(&self, ended: &mut [Ended]) -> Vec<(DeliveryId, LinkedCopy)> {
        let mut linked = Vec::new();
        for Ended { job, outcome } in ended {
            let delivery = &job.delivery;
            let (Some(slot), Outcome::Failed { reply, .. }) = (delivery.slot, &*outcome) else { continue };
            if delivery.message.body_key.is_none() || !is_about_content(reply) {
                continue;
            }
            match self.link_in_place_of(delivery, slot).await {
                Ok(Some(copy)) => linked.push((delivery.id, copy)),
                Ok(None) => {}
                Err(trouble) => {
                    warn!(%trouble, delivery = delivery.id.0, "a blocked letter cannot be sent by a link now");
                    *outcome = Outcome::Later { reply: trouble, host: None };
                }
            }
        }
        linked
    }

    async fn link_in_place_of(
        &self,
        delivery: &Delivery,
        slot: [u8; 16],
    ) -> Result<Option<LinkedCopy>, Reply> {
        self.link_letter(slot, &self.plain_body(&delivery.message).await?).await
    }

    /// A letter with a link, made of one that brought the envelope. `None` where it had a link already, or nobody can
    /// open it any more.
    pub(crate) async fn link_letter(
        &self,
        slot: [u8; 16],
        carrier: &Bytes,
    ) -> Result<Option<LinkedCopy>, Reply> {
        let linked =
            self.inner.secure.linked(slot, carrier).await.map_err(|error| trouble::secure(&error))?;
        let Some(linked) = linked else { return Ok(None) };
        let organisation = known(linked.organisation);
        let parcel = &linked.parcel;
        let bringing = self.carriers_of(parcel, organisation, linked.next_leg).await?;
        Ok(Some(LinkedCopy { linked, letters: bringing.letters, legs: bringing.legs }))
    }

    /// Queues the second notice in the commit that ends the first one, or in which its failure is heard of; it is due at
    /// once, for any node. False where no second one goes any more, and nothing was written.
    pub(crate) fn send_link(
        &self,
        tx: &mut Tx,
        copy: &LinkedCopy,
        heard: Heard,
    ) -> Result<bool, SecureError> {
        if !self.inner.secure.note_linked(tx, &copy.linked, heard, &copy.legs)? {
            return Ok(false);
        }
        for letter in &copy.letters {
            self.commit(tx, letter, None)?;
        }
        tx.notify(mail_queue::WAKE, mail_queue::LOOK.to_owned());
        Ok(true)
    }

    /// What became of a delivery that brings a copy of a secure letter, in the commit that ends it.
    pub(crate) fn note_carried(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
        heard: Heard,
        carriage: &Carriage,
    ) -> Result<(), SecureError> {
        let Some(slot) = delivery.slot else { return Ok(()) };
        self.inner.secure.note_carried(tx, slot, heard, carriage)
    }
}

/// Whether a refusal is about what is in the letter rather than about the mailbox (RFC 3463 §3.3, §3.4: X.1 and X.2): its
/// kind (X.6), its size (X.3.4), a rule of the server's (X.7). Servers without enhanced codes say 552 or 554.
pub(crate) fn is_about_content(reply: &Reply) -> bool {
    match reply.enhanced() {
        Some(code) => matches!((code.subject, code.detail), (6 | 7, _) | (3, 4)),
        None => matches!(reply.code(), 552 | 554),
    }
}
