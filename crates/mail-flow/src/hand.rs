//! Deliveries in hand: claimed by this node and not yet at their end.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use mail_queue::{Delivery, Message};
use model::{DeliveryId, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{Notify, OnceCell, OwnedSemaphorePermit, mpsc};
use wire_mime::Summary;

/// A body in memory with what is listed of it.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) summary: Summary,
    /// The memory's share, free when the body goes.
    pub(crate) _share: OwnedSemaphorePermit,
}

/// A message on its way, shared by its deliveries.
pub(crate) struct Cargo {
    pub(crate) message: Arc<Message>,
    /// The body: riding along since its acceptance, or read when the first account needs it.
    pub(crate) body: OnceCell<Body>,
}

impl Cargo {
    pub(crate) fn new(message: Arc<Message>, body: Option<Body>) -> Arc<Cargo> {
        Arc::new(Cargo { message, body: OnceCell::new_with(body) })
    }
}

/// A letter just accepted, with the deliveries that were born claimed by this node.
pub(crate) struct Fresh {
    pub(crate) cargo: Arc<Cargo>,
    pub(crate) deliveries: Vec<Delivery>,
}

/// One claimed delivery; as long as it exists its claim is renewed.
pub(crate) struct Job {
    pub(crate) delivery: Delivery,
    pub(crate) cargo: Arc<Cargo>,
    in_hand: Arc<InHand>,
}

impl Job {
    /// The claim, for giving it back.
    pub(crate) fn claim(&self) -> (DeliveryId, i64) {
        (self.delivery.id, self.delivery.lease.token)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let mut claims = self.in_hand.claims.lock();
        if let Some(Claim { next: Some(next), .. }) = claims.remove(&self.delivery.id) {
            // The loop's end is gone: we stop, and the claim is freed with the others.
            drop(self.in_hand.again.send(*next));
        }
        if claims.is_empty() {
            self.in_hand.empty.notify_waiters();
        }
    }
}

struct Claim {
    token: i64,
    until: Timestamp,
    /// The same delivery, claimed anew while this attempt still had it in hand.
    next: Option<Box<Fresh>>,
}

/// Every claim that this node works on.
pub(crate) struct InHand {
    claims: Mutex<HashMap<DeliveryId, Claim>>,
    empty: Notify,
    /// Where claims go that waited for a former attempt to let go.
    again: mpsc::UnboundedSender<Fresh>,
}

impl InHand {
    pub(crate) fn new(again: mpsc::UnboundedSender<Fresh>) -> Arc<InHand> {
        Arc::new(InHand { claims: Mutex::default(), empty: Notify::default(), again })
    }

    /// Takes a delivery in hand. `None` if a former attempt has it still: its end is written and it lets go in
    /// a moment, or its claim has run out and it goes on alone. The new claim is taken up when it lets go.
    pub(crate) fn take(self: &Arc<InHand>, delivery: Delivery, cargo: Arc<Cargo>) -> Option<Job> {
        let mut claims = self.claims.lock();
        if let Some(former) = claims.get_mut(&delivery.id) {
            former.next = Some(Box::new(Fresh { cargo, deliveries: vec![delivery] }));
            return None;
        }
        let claim = Claim { token: delivery.lease.token, until: delivery.lease.until, next: None };
        claims.insert(delivery.id, claim);
        Some(Job { delivery, cargo, in_hand: self.clone() })
    }

    /// Whether a new claim waits for a former attempt to let go.
    #[cfg(test)]
    pub(crate) fn awaits(&self, delivery: DeliveryId) -> bool {
        self.claims.lock().get(&delivery).is_some_and(|claim| claim.next.is_some())
    }

    pub(crate) fn count(&self) -> usize {
        self.claims.lock().len()
    }

    /// Claims that end before `moment`.
    pub(crate) fn ending_before(&self, moment: Timestamp) -> Vec<(DeliveryId, i64)> {
        let claims = self.claims.lock();
        claims
            .iter()
            .filter(|(_, claim)| claim.until < moment)
            .map(|(id, claim)| (*id, claim.token))
            .collect()
    }

    pub(crate) fn renewed(&self, renewed: &[(DeliveryId, i64)], until: Timestamp) {
        let mut claims = self.claims.lock();
        for (id, token) in renewed {
            if let Some(claim) = claims.get_mut(id).filter(|claim| claim.token == *token) {
                claim.until = until;
            }
        }
    }

    /// Waits until nothing is in hand.
    pub(crate) async fn wait_until_empty(&self) {
        loop {
            let emptied = self.empty.notified();
            if self.claims.lock().is_empty() {
                return;
            }
            emptied.await;
        }
    }
}
