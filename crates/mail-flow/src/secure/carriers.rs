//! The ordinary letters that a secured one becomes: itself where the way to the reader is ours or verified, and what
//! brings an envelope or a link.

use std::sync::Arc;

use bytes::Bytes;
use keys::BodyKey;
use mail_judge::HeaderFacts;
use mail_queue::{Message, NewDelivery};
use mail_route::Leg;
use mail_secure::{Mode, Parcel, Prepared, wish};
use model::{
    BlobRef, BodyKind, DeliveryId, Envelope, MessageId, OrganisationId, Recipient, Reply, ReturnContent,
    ReversePath, Route, TlsWish,
};
use trail::Step;
use wire_safe::Slot;

use crate::accept::{Ready, accepted_step, summarise};
use crate::arrival::Origin;
use crate::secure::closed::body_context;
use crate::secure::known;
use crate::secure::sealing::Plain;
use crate::sign::Letter;
use crate::{Flow, limits, stamp, trouble};

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
    /// Whether it tells of a letter rather than bringing it.
    pub(super) is_notice: bool,
}

/// Letters that bring copies, and the legs on which they do.
#[derive(Default)]
pub(super) struct Bringing {
    pub(super) letters: Vec<Arc<Ready>>,
    pub(super) legs: Vec<mail_secure::Leg>,
}

impl Bringing {
    /// Both together.
    pub(super) fn append(&mut self, mut other: Bringing) {
        self.letters.append(&mut other.letters);
        self.legs.append(&mut other.legs);
    }
}

impl Flow {
    /// A secured letter for those who get it as it is: in mailboxes here, and with a closed body for gateways.
    pub(super) async fn plain_letters(
        &self,
        origin: &Origin,
        from: &ReversePath,
        (prepared, plain): (&Prepared, Plain),
    ) -> Result<Bringing, Reply> {
        let organisation = known(prepared.letter().organisation);
        let mut bringing = Bringing::default();
        for (deliveries, is_closed) in [(plain.mailboxes, false), (plain.gateways, true)] {
            if deliveries.is_empty() {
                continue;
            }
            for delivery in &deliveries {
                let Some(slot) = delivery.slot.map(Slot) else { continue };
                let number = bringing.legs.iter().filter(|leg| leg.slot == slot).count();
                bringing.legs.push(leg(delivery, slot, number));
            }
            let (from, bytes) = (from.clone(), plain.bytes.clone());
            let sent_as = Some(prepared.letter().mode);
            let is_notice = false;
            let outgoing =
                Outgoing { origin, organisation, from, bytes, deliveries, is_closed, sent_as, is_notice };
            bringing.letters.push(self.ready(outgoing).await?);
        }
        Ok(bringing)
    }

    /// What brings an envelope, or the link to one, to its recipient, on legs that are numbered from `first`. In a mailbox
    /// here it lies as it is; on its way elsewhere nobody else is to read its share of the key. Each leg elsewhere has a
    /// return path of its own: a report that comes back by it says which leg is dead.
    pub(super) async fn carriers_of(
        &self,
        parcel: &Parcel,
        organisation: Option<OrganisationId>,
        first: u32,
    ) -> Result<Bringing, Reply> {
        let Parcel { slot, recipient: address, bytes } = parcel;
        let recipient = Flow::reported_recipient(address);
        let (directory, paths) = (&self.inner.directory, &self.inner.return_paths);
        let legs = mail_route::route(directory, paths, &ReversePath::Null, address).await;
        let legs = legs.map_err(|error| trouble::routing(&error))?;
        if legs.len() > limits::LEGS_LIMIT
            || legs.len().saturating_mul(bytes.len()) > mail_secure::limits::ENVELOPES_LIMIT_BYTES
        {
            let reason = format!("{address} stands for too many mailboxes");
            // RFC 3463 §3.6: X.5.3, too many recipients.
            return Err(Reply::never(554, 5, 3, reason));
        }
        let mut bringing = Bringing::default();
        let mut here = Vec::new();
        for (number, Leg { organisation: owner, route }) in (first as usize..).zip(legs) {
            let route = self.by_gateway(route).await?;
            let is_here = matches!(route, Route::Account { .. });
            let mut delivery = self.new_delivery(owner.or(organisation), &recipient, route);
            delivery.slot = Some(slot.0);
            let leg = leg(&delivery, *slot, number);
            let number = leg.number;
            bringing.legs.push(leg);
            if is_here {
                here.push(delivery);
                continue;
            }
            let outgoing = Outgoing {
                origin: &Origin::Ourselves,
                organisation,
                from: self.return_path_of(slot, number).await?,
                bytes: bytes.clone(),
                deliveries: vec![delivery],
                is_closed: true,
                sent_as: None,
                is_notice: false,
            };
            bringing.letters.push(self.ready(outgoing).await?);
        }
        if !here.is_empty() {
            let outgoing = Outgoing {
                origin: &Origin::Ourselves,
                organisation,
                from: ReversePath::Null,
                bytes: bytes.clone(),
                deliveries: here,
                is_closed: false,
                sent_as: None,
                is_notice: false,
            };
            bringing.letters.push(self.ready(outgoing).await?);
        }
        Ok(bringing)
    }

    /// A letter in memory with everything decided and its body kept: only the commit is missing.
    pub(super) async fn ready(&self, outgoing: Outgoing<'_>) -> Result<Arc<Ready>, Reply> {
        let Outgoing { origin, organisation, from, bytes, deliveries, is_closed, sent_as, is_notice } =
            outgoing;
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
        let mut accepted = accepted_step(origin, &envelope, bytes.len() as u64, &summary);
        // The subject of a notice may be a code, or what a letter is about.
        if let (Step::Accepted { subject, .. }, true) = (&mut accepted, is_notice) {
            *subject = None;
        }
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
        Ok(Arc::new(Ready::new(message, deliveries, routes, vec![accepted], body)))
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

fn leg(delivery: &NewDelivery, slot: Slot, number: usize) -> mail_secure::Leg {
    let address = match &delivery.route {
        Route::Account { address, .. } | Route::Remote { address } | Route::Gateway { address, .. } => {
            address
        }
        Route::Reports { .. } | Route::Nowhere { .. } => &delivery.recipient,
    };
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    mail_secure::Leg { slot, number, delivery: delivery.id, address: address.clone() }
}
