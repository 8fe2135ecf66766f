//! The ordinary letters that a secured one becomes: itself where the way to the reader is ours or verified, and what
//! brings an envelope or a link.

use std::sync::Arc;

use bytes::Bytes;
use keys::BodyKey;
use mail_judge::HeaderFacts;
use mail_queue::{Message, NewDelivery};
use mail_route::Leg;
use mail_secure::{Mode, Prepared, wish};
use model::{
    Address, BlobRef, BodyKind, DeliveryId, Envelope, MessageId, OrganisationId, Recipient, Reply,
    ReturnContent, ReversePath, Route, TlsWish,
};

use crate::accept::{Ready, accepted_step, summarise};
use crate::arrival::Origin;
use crate::secure::closed::body_context;
use crate::secure::known;
use crate::secure::sealing::Plain;
use crate::sign::Letter;
use crate::{Flow, stamp, trouble};

/// A letter of which all is decided but the routes.
pub(super) struct Outgoing<'a> {
    pub(super) origin: &'a Origin,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) from: ReversePath,
    pub(super) bytes: Bytes,
    pub(super) deliveries: Vec<NewDelivery>,
    /// Whether its body lies closed for as long as it is in the queue.
    pub(super) is_closed: bool,
    /// How it was sent, for who gets it as it is.
    pub(super) sent_as: Option<Mode>,
}

impl Flow {
    /// The letters that a secured one becomes: itself for mailboxes here, itself with a closed body for gateways, and
    /// one that brings the envelope for each of the others.
    pub(super) async fn letters_of(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        prepared: &Prepared,
        plain: Plain,
    ) -> Result<Vec<Arc<Ready>>, Reply> {
        let organisation = known(prepared.letter().organisation);
        let mut letters = Vec::new();
        for (deliveries, is_closed) in [(plain.mailboxes, false), (plain.gateways, true)] {
            if !deliveries.is_empty() {
                let (from, bytes) = (envelope.from.clone(), plain.bytes.clone());
                let sent_as = Some(prepared.letter().mode);
                let outgoing = Outgoing { origin, organisation, from, bytes, deliveries, is_closed, sent_as };
                letters.push(self.ready(outgoing).await?);
            }
        }
        for carrier in prepared.carriers() {
            let (slot, bytes) = (carrier.slot.0, &carrier.bytes);
            letters.extend(self.carriers_of(slot, &carrier.recipient, organisation, bytes).await?);
        }
        Ok(letters)
    }

    /// What brings an envelope, or the link to one, to its recipient. In a mailbox here it lies as it is; on its way
    /// elsewhere nobody else is to read its share of the key, and reports come back to the copy.
    pub(super) async fn carriers_of(
        &self,
        slot: [u8; 16],
        address: &Address,
        organisation: Option<OrganisationId>,
        bytes: &Bytes,
    ) -> Result<Vec<Arc<Ready>>, Reply> {
        let recipient = Flow::reported_recipient(address);
        let (directory, paths) = (&self.inner.directory, &self.inner.return_paths);
        let legs = mail_route::route(directory, paths, &ReversePath::Null, address).await;
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for Leg { organisation: owner, route } in legs.map_err(|error| trouble::routing(&error))? {
            let route = self.by_gateway(route).await?;
            let is_here = matches!(route, Route::Account { .. });
            let mut delivery = self.new_delivery(owner.or(organisation), &recipient, route);
            delivery.slot = Some(slot);
            if is_here { here.push(delivery) } else { elsewhere.push(delivery) }
        }
        let mut letters = Vec::new();
        let returned = self.return_path_of(slot).await?;
        for (deliveries, from, is_closed) in [(here, ReversePath::Null, false), (elsewhere, returned, true)] {
            if !deliveries.is_empty() {
                let (origin, bytes, sent_as) = (&Origin::Ourselves, bytes.clone(), None);
                let outgoing = Outgoing { origin, organisation, from, bytes, deliveries, is_closed, sent_as };
                letters.push(self.ready(outgoing).await?);
            }
        }
        Ok(letters)
    }

    /// A letter in memory with everything decided and its body kept: only the commit is missing.
    pub(super) async fn ready(&self, outgoing: Outgoing<'_>) -> Result<Arc<Ready>, Reply> {
        let Outgoing { origin, organisation, from, bytes, deliveries, is_closed, sent_as } = outgoing;
        let (id, now) = (MessageId(self.inner.world.new_id()), self.inner.world.clock.now());
        let header = HeaderFacts::of(&bytes, true);
        let envelope = Envelope {
            from,
            recipients: Vec::new(),
            return_content: None,
            envelope_id: None,
            body: if bytes.is_ascii() { BodyKind::SevenBit } else { BodyKind::EightBit },
            smtputf8: deliveries.iter().any(|delivery| !delivery.recipient.is_ascii()),
            tls: TlsWish::Usual,
        };
        let mut prefix = stamp::received(origin, &envelope, &self.inner.settings.hostname, id, now);
        if let Some(mode) = sent_as {
            prefix.push_str(&format!("{}: {mode}\r\n", wish::FIELD));
        }
        let header_bytes = header.size_bytes.min(bytes.len());
        let plain = BlobRef { segment: 0, offset: 0, size_bytes: bytes.len() as u64, hash: [0; 32] };
        let letter = Letter { head: &bytes, header_bytes, blob: plain };
        let signed = self.signed(origin, &envelope.from, &header, prefix.as_bytes(), &letter).await?;
        let prefix = signed + &prefix;
        let summary = summarise(prefix.as_bytes(), &bytes);
        let routes = self.describe(&deliveries, &summary.subject).await?;
        let steps = vec![accepted_step(origin, &envelope, bytes.len() as u64, &summary)];
        let (stored, body_key) = match is_closed {
            true => {
                let key = BodyKey::fresh(&self.inner.world.random);
                let wrapped = key.wrap(self.inner.secure.vault(), &body_context(id));
                (Bytes::from(key.close(bytes.to_vec())), Some(wrapped))
            }
            false => (bytes.clone(), None),
        };
        let blob = self.inner.blobs.put(stored).await.map_err(|error| trouble::blobs(&error))?;
        let needs_smtputf8 = envelope.smtputf8;
        // Only what brings an envelope is wanted back whole: it can go once more by a link. What goes as it is shall not
        // travel again, on who knows which way.
        let return_content = match (sent_as, deliveries.iter().any(|delivery| delivery.slot.is_some())) {
            (Some(_), _) => Some(ReturnContent::Headers),
            (None, true) => Some(ReturnContent::Full),
            (None, false) => None,
        };
        let message = Message {
            id,
            organisation,
            from: envelope.from,
            blob,
            body_key,
            prefix: prefix.into_bytes(),
            received_at: now,
            return_content,
            envelope_id: None,
            body: envelope.body,
            needs_smtputf8,
            tls: TlsWish::Usual,
            is_doubtful: false,
            pending: deliveries.len() as u32,
        };
        let body = self.riding(bytes, summary);
        Ok(Arc::new(Ready::new(message, deliveries, routes, steps, body)))
    }

    pub(super) fn new_delivery(
        &self,
        organisation: Option<OrganisationId>,
        recipient: &Recipient,
        route: Route,
    ) -> NewDelivery {
        NewDelivery {
            id: DeliveryId(self.inner.world.new_id()),
            organisation,
            recipient: recipient.address.clone(),
            original: recipient.original.clone(),
            notify: recipient.notify,
            route,
            is_doubtful: None,
            slot: None,
        }
    }
}
