//! The legs on which a copy goes to its recipient. An address may stand for several mailboxes (an alias, a mailbox that
//! keeps a copy and forwards): each delivery is a leg, and the copy is undeliverable once all of them are dead.

use db::Tx;
use model::{Address, DeliveryId, OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::{Secure, rows};

/// A delivery that is about to be queued for a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The copy.
    pub slot: Slot,
    /// From 0 in each copy, in the order in which they were queued: reports name it by the return path.
    pub number: u32,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The address that the next server is told.
    pub address: Address,
}

/// A leg as it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLeg {
    /// Its number in the copy.
    pub number: u32,
    /// The address that the next server was told.
    pub address: Address,
    /// When the mailbox or the next server took it.
    pub arrived_at: Option<Timestamp>,
    /// When it was heard that nothing arrives on it.
    pub failed_at: Option<Timestamp>,
}

/// From whom it is heard what became of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The queue has ended this delivery.
    Queue(DeliveryId),
    /// A report came back by the return path of the leg with this number. Whoever has the letter may have written it.
    Report(u32),
}

impl Secure {
    /// Keeps the legs of copies, in the transaction that queues their deliveries.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn note_legs(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        legs: &[Leg],
    ) -> Result<(), SecureError> {
        legs.iter().try_for_each(|leg| Ok(rows::legs::insert_leg(tx, organisation, leg)?))
    }

    /// A leg of a copy; `None` if it has none of this number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn leg(&self, slot: &Slot, number: u32) -> Result<Option<KeptLeg>, SecureError> {
        let slot = *slot;
        let scope = self.db().operator("find the way on which a letter went that came back");
        Ok(scope.read(move |tx: &mut Tx| rows::legs::leg_heard_of(tx, &slot, Heard::Report(number))).await?)
    }
}
