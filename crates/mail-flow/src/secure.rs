//! Letters that go secured: sealed in memory before they are ours, queued in one commit with the first statements about
//! them. And what the queue does for them: bodies that lie closed, ends that are told, notices that are sent.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use db::{DbError, Tx};
use keys::{BODY_OVERHEAD_BYTES, BodyKey};
use mail_deliver::Outcome;
use mail_judge::{HeaderFacts, Scanned, Verdict, decide};
use mail_queue::{Delivery, Message, NewDelivery};
use mail_route::Leg;
use mail_secure::{
    Carriage, Language, Mode, Prepared, SecureError, Submission, Way, unmarked,
    wish::{self, Wish},
};
use model::{
    Address, BlobRef, BodyKind, Class, DeliveryId, Envelope, IntegrationId, MessageId, Notify,
    OrganisationId, Recipient, Reply, ReturnContent, ReversePath, Route, TlsWish,
};
use tracing::{error, info, warn};
use wire_safe::Slot;

use crate::accept::{Place, Ready, accepted_step, summarise};
use crate::arrival::{Accepted, Arrival, Kept, Origin};
use crate::judging::Told;
use crate::settle::Ended;
use crate::sign::Letter;
use crate::{Flow, stamp, trouble};

/// A letter of which all is decided but the routes.
struct Outgoing<'a> {
    origin: &'a Origin,
    organisation: Option<OrganisationId>,
    from: ReversePath,
    bytes: Bytes,
    deliveries: Vec<NewDelivery>,
    /// Whether its body lies closed for as long as it is in the queue.
    is_closed: bool,
    /// How it was sent, for who gets it as it is.
    sent_as: Option<Mode>,
}

impl Origin {
    /// Whether marks of this one are honoured: anybody else may write them, and they mean nothing.
    pub(crate) fn may_secure(&self) -> bool {
        self.organisation().is_some() || self.gateway().is_some()
    }

    /// Whose letter it is, where it may go secured; and how we know, in the words of the evidence.
    fn submitter(&self) -> Option<(OrganisationId, String)> {
        match self {
            Origin::Submitted { authenticated, .. } => {
                let how = "password of the mailbox (SMTP AUTH)".to_owned();
                Some((authenticated.account.organisation, how))
            }
            Origin::Application { application, .. } => {
                let how = mail_secure::application_words("password of", &application.login, "SMTP AUTH");
                Some((application.organisation, how))
            }
            Origin::Peer(_) | Origin::Ourselves => {
                let how = "certificate of the organisation's mail server".to_owned();
                self.gateway().map(|gateway| (gateway.organisation, how))
            }
        }
    }
}

impl Flow {
    /// Takes responsibility for a letter that goes secured.
    pub(crate) async fn accept_secured(&self, arrival: Arrival, kept: Kept) -> Result<Accepted, Reply> {
        let Arrival { origin, mut envelope, body } = arrival;
        let header = HeaderFacts::of(&body.head, body.head.len() as u64 == body.size_bytes);
        let prepared = self.secured(&origin, &mut envelope, header, &kept.bytes).await;
        let (prepared, plain) = match prepared {
            Ok(prepared) => prepared,
            Err(reply) => {
                self.note_refusal(&origin, &envelope, &reply, Told::default()).await;
                return Err(reply);
            }
        };
        drop(kept);
        self.take_secured(&origin, &envelope, prepared, plain)
            .await
            .map(|taken| Accepted { message: taken.message })
    }

    /// The one commit of a secured letter: its rows, its first statements, what brings it.
    async fn take_secured(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        prepared: Prepared,
        plain: Plain,
    ) -> Result<TakenSecured, Reply> {
        let letters = self.letters_of(origin, envelope, &prepared, plain).await?;
        let places: Vec<Option<Place<'_>>> = letters.iter().map(|_| self.place()).collect();
        let leases: Vec<_> = places.iter().map(|place| place.as_ref().map(|place| place.lease)).collect();
        let letter = prepared.letter().clone();
        let brought = (letter.mode, letter.subject.clone());
        let (flow, queued, prepared) = (self.clone(), letters.clone(), Arc::new(prepared));
        let doubted = leases.clone();
        let committed = self
            .inner
            .db
            .operator("take a secured letter: its rows, its first statements and what brings it")
            .write(move |tx: &mut Tx| {
                flow.inner.secure.commit(tx, &prepared)?;
                for (letter, lease) in queued.iter().zip(&leases) {
                    flow.commit(tx, letter, *lease)?;
                }
                Ok::<_, SecureError>(())
            })
            .await;
        if let Err(error) = committed {
            doubted.into_iter().flatten().for_each(|lease| self.inner.queue.doubt(lease));
            return Err(later(&error));
        }
        let message = letters.first().map(|letter| letter.message.id);
        for (letter, place) in letters.iter().zip(places) {
            self.hand_over(letter, place);
        }
        let recipients = envelope.recipients.iter().map(|recipient| &recipient.address);
        self.note_brought(origin, &envelope.from, recipients, Some((brought.0, &brought.1))).await;
        Ok(TakenSecured { message: message.unwrap_or(MessageId(0)), letter })
    }

    /// Sends a letter secured for somebody who did not come by SMTP: a program over SOAP or REST, a reader who answers
    /// at the portal. The author was made sure of by the caller. A letter that was sent under the same reference is not
    /// sent again.
    pub async fn send_secured(&self, sending: Sending) -> Result<TakenSecured, Reply> {
        let Sending {
            organisation,
            author,
            authentication,
            mode,
            letter,
            recipients,
            reference,
            answers,
            language,
        } = sending;
        let secure = &self.inner.secure;
        if let Some(reference) = &reference
            && let Some(letter) =
                secure.sent_as(organisation, reference).await.map_err(|error| later(&error))?
        {
            return Ok(TakenSecured { message: MessageId(0), letter });
        }
        if letter.len() > mail_secure::limits::LETTER_LIMIT_BYTES {
            return Err(Reply::never(552, 3, 4, "a secured letter has at most 30 MiB"));
        }
        let mut envelope = Envelope {
            from: ReversePath::Address(author.clone()),
            recipients: recipients
                .into_iter()
                .map(|address| Recipient { address, notify: None, original: None })
                .collect(),
            return_content: None,
            envelope_id: None,
            body: BodyKind::EightBit,
            smtputf8: false,
            tls: TlsWish::Usual,
        };
        let is_by_itself = mail_secure::application_in(&authentication).is_some();
        let submitter =
            Submitter { organisation, authentication, author, reference, answers, language, is_by_itself };
        let header = HeaderFacts::of(&letter, true);
        let (prepared, plain) = self.sealed_for_all(&mut envelope, submitter, mode, &header, &letter).await?;
        self.take_secured(&Origin::Ourselves, &envelope, prepared, plain).await
    }

    /// Whose organisation somebody belongs to who sends from a domain of this platform; 0 for anybody else.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn organisation_of(&self, author: &Address) -> Result<OrganisationId, Reply> {
        let (directory, paths) = (&self.inner.directory, &self.inner.return_paths);
        let legs = mail_route::route(directory, paths, &ReversePath::Null, author).await;
        let legs = legs.map_err(|error| trouble::routing(&error))?;
        let owner = legs.iter().find_map(|leg| leg.organisation);
        Ok(owner.unwrap_or(OrganisationId(0)))
    }

    /// Everything before the letters: who, how, to whom by which way, sealed. Beside it the letter without marks, and
    /// its recipients by each way.
    async fn secured(
        &self,
        origin: &Origin,
        envelope: &mut Envelope,
        header: HeaderFacts,
        letter: &[u8],
    ) -> Result<(Prepared, Plain), Reply> {
        let secure = &self.inner.secure;
        let marks = &secure.settings().marks;
        let Some((organisation, authentication)) = origin.submitter() else {
            return Err(Reply::never(550, 7, 1, "only who signed in sends secured letters"));
        };
        let evidence = self.evidence(origin, envelope, header).await?;
        if let Verdict::Refuse(reply) = decide(&evidence, &self.inner.settings.policy) {
            return Err(reply);
        }
        // A certificate vouches for its own domains, and nobody else's.
        if let Some(gateway) = origin.gateway()
            && !self.vouches(gateway, &evidence.header).await?
        {
            return Err(Reply::never(
                550,
                7,
                1,
                "the author is not of a domain of your organisation's integration",
            ));
        }
        if let Some(application) = origin.application() {
            self.count_application(application, envelope.recipients.len(), letter.len() as u64).await?;
        }
        let addresses: Vec<Address> =
            envelope.recipients.iter().map(|recipient| recipient.address.clone()).collect();
        let whole_header = wire_mime::whole_header(letter).unwrap_or(letter);
        let wished = wish::wish(whole_header, &addresses, marks);
        // RFC 3463 §3.8: X.7.0, a security matter without a code of its own.
        let wished = wished.map_err(|bad| Reply::never(550, 7, 0, bad.to_string()))?;
        let Some(Wish { mode, .. }) = wished else {
            return Err(Reply::never(550, 7, 0, "the letter was to go secured and says no longer how"));
        };
        let sender = author(&evidence.header).or_else(|| envelope.from.address().cloned());
        let sender = sender.ok_or_else(|| Reply::never(550, 7, 1, "nobody is named as the author"))?;
        let submitter = Submitter {
            organisation,
            authentication,
            author: sender,
            reference: None,
            answers: None,
            language: secure.settings().language,
            is_by_itself: origin.application().is_some() || origin.gateway().is_some(),
        };
        self.sealed_for_all(envelope, submitter, mode, &evidence.header, letter).await
    }

    /// Which way to each recipient, and everything sealed.
    async fn sealed_for_all(
        &self,
        envelope: &mut Envelope,
        submitter: Submitter,
        mode: Mode,
        facts: &HeaderFacts,
        letter: &[u8],
    ) -> Result<(Prepared, Plain), Reply> {
        let secure = &self.inner.secure;
        let marks = &secure.settings().marks;
        let organisation = known(submitter.organisation);
        if envelope.recipients.is_empty() {
            return Err(Reply::never(554, 5, 1, "no recipient is named"));
        }
        self.permitted(&submitter).await?;
        let mut seen = HashSet::new();
        for recipient in &mut envelope.recipients {
            match wish::without_suffix(&recipient.address, marks.suffixes.as_slice()) {
                Some(address) => recipient.address = address,
                None if self.is_secured(&recipient.address) => {
                    let reason = format!("no recipient stands before the suffix in {}", recipient.address);
                    return Err(Reply::never(553, 1, 3, reason));
                }
                None => {}
            }
        }
        envelope.recipients.retain(|recipient| seen.insert(recipient.address.canonical()));
        if envelope.recipients.len() > mail_secure::limits::RECIPIENTS_LIMIT {
            return Err(Reply::never(554, 5, 3, "a secured letter has at most 100 recipients"));
        }
        if envelope.recipients.len().saturating_mul(letter.len()) > mail_secure::limits::ENVELOPES_LIMIT_BYTES
        {
            return Err(Reply::never(552, 3, 4, "the letter is too large for so many recipients"));
        }
        self.scanned(letter).await?;
        let whole_header = wire_mime::whole_header(letter).unwrap_or(letter);
        let passphrase = wish::passphrase(whole_header);
        let passphrase = passphrase.map_err(|bad| Reply::never(550, 7, 0, bad.to_string()))?;
        // Nobody opens what needs a passphrase who does not know what the sender has agreed with the recipients.
        let is_sealed = mode != Mode::Confidential || passphrase.is_some();
        let mut plain = Plain::default();
        let mut recipients = Vec::new();
        for recipient in &envelope.recipients {
            let (way, deliveries) = self.way_of(is_sealed, envelope, recipient, organisation).await?;
            recipients.push((recipient.address.clone(), way));
            match way {
                // Who blocks such letters is known when they are sealed.
                Way::Sealed | Way::Blocked => {}
                Way::Mailbox => plain.mailboxes.extend(deliveries),
                Way::Gateway => plain.gateways.extend(deliveries),
            }
        }
        let (id, now) = (MessageId(self.inner.world.new_id()), self.inner.world.clock.now());
        let hostname = &self.inner.settings.hostname;
        let missing = stamp::missing_fields(facts.has_message_id, facts.has_date, hostname, id, now);
        let letter = unmarked(letter, marks, &missing);
        plain.bytes = letter.bytes.clone().into();
        let submission = Submission {
            organisation: submitter.organisation,
            sender: submitter.author,
            sender_name: wire_mime::Summary::of(&letter.bytes)
                .from
                .first()
                .map(|from| from.name.clone())
                .unwrap_or_default(),
            authentication: submitter.authentication,
            mode,
            message_id: format!("<{}@{hostname}>", id.0),
            letter,
            recipients,
            language: submitter.language,
            client_reference: submitter.reference,
            answers: submitter.answers,
        };
        let prepared = secure.prepare(submission).await.map_err(|error| later(&error))?;
        for delivery in plain.mailboxes.iter_mut().chain(&mut plain.gateways) {
            delivery.slot = prepared.slot_of(&delivery.recipient).map(|slot| slot.0);
        }
        Ok((prepared, plain))
    }

    /// Whether the organisation lets this author send secured letters. Its applications were given their senders by an
    /// administrator, and its own mail servers know themselves who may.
    async fn permitted(&self, submitter: &Submitter) -> Result<(), Reply> {
        if submitter.is_by_itself {
            return Ok(());
        }
        let sending = self.inner.directory.secured_sending(submitter.organisation).await;
        let sending = sending.map_err(|error| trouble::directory(&error))?;
        match sending.permits(&submitter.author) {
            true => Ok(()),
            // RFC 3463 §3.8: X.7.1, delivery not authorised.
            false => Err(Reply::never(
                550,
                7,
                1,
                format!(
                    "{} may not send secured letters: the organisation has named who may, its administrator can add you",
                    submitter.author
                ),
            )),
        }
    }

    /// Shows a letter to the virus scanner, where there is one: sealed, nobody on its way can. While it does not answer,
    /// nothing is sealed.
    async fn scanned(&self, letter: &[u8]) -> Result<(), Reply> {
        let Some(scanner) = &self.inner.settings.scanner else { return Ok(()) };
        match scanner.scan(&self.inner.world, letter).await {
            Ok(Scanned::Clean) => Ok(()),
            // RFC 3463 §3.8: X.7.1, refused by a rule.
            Ok(Scanned::Found(name)) => {
                Err(Reply::never(554, 7, 1, format!("malware was found in the letter: {name}")))
            }
            Err(error) => {
                error!(error = %model::Chain(&error), "secured letters wait for the virus scanner");
                Err(Reply::later(451, 3, 0, "the virus scanner does not answer, try again later"))
            }
        }
    }

    /// By which way a recipient gets a letter of this mode: personal and registered ones always sealed, confidential
    /// ones as they are where the way to the reader is ours, or verified.
    async fn way_of(
        &self,
        is_sealed: bool,
        envelope: &Envelope,
        recipient: &Recipient,
        organisation: Option<OrganisationId>,
    ) -> Result<(Way, Vec<NewDelivery>), Reply> {
        let (directory, paths) = (&self.inner.directory, &self.inner.return_paths);
        let legs = mail_route::route(directory, paths, &envelope.from, &recipient.address)
            .await
            .map_err(|error| trouble::routing(&error))?;
        if let [Leg { route: Route::Nowhere { reply }, .. }] = legs.as_slice() {
            return Err(reply.clone());
        }
        if is_sealed {
            return Ok((Way::Sealed, Vec::new()));
        }
        if legs.iter().all(|leg| matches!(leg.route, Route::Account { .. })) {
            let deliveries = legs.into_iter().map(|Leg { organisation: owner, route }| {
                self.new_delivery(owner.or(organisation), recipient, route)
            });
            return Ok((Way::Mailbox, deliveries.collect()));
        }
        // Of somebody whose domain is not of this platform it goes sealed: as it is, it would come from a server that the
        // author's domain does not name (RFC 7489 §3.1), however well the connection is verified.
        if organisation.is_some()
            && let Some(integration) = self.integration_of(&recipient.address).await?
        {
            let route = Route::Gateway { address: recipient.address.clone(), integration };
            return Ok((Way::Gateway, vec![self.new_delivery(organisation, recipient, route)]));
        }
        Ok((Way::Sealed, Vec::new()))
    }

    /// The integration whose servers take letters for an address.
    async fn integration_of(&self, address: &Address) -> Result<Option<IntegrationId>, Reply> {
        let book = self.inner.gateways.book().await.map_err(|error| trouble::db(&error))?;
        Ok(book.integration_of(address.domain()).map(|gateway| gateway.integration))
    }

    fn new_delivery(
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

    /// The letters that a secured one becomes: itself for mailboxes here, itself with a closed body for gateways, and
    /// one that brings the envelope for each of the others.
    async fn letters_of(
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
    async fn carriers_of(
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
    async fn ready(&self, outgoing: Outgoing<'_>) -> Result<Arc<Ready>, Reply> {
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

    /// The bytes of a message as they were before they were closed.
    pub(crate) async fn plain_body(&self, message: &Message) -> Result<Bytes, Reply> {
        let bytes = self.inner.blobs.get(&message.blob).await.map_err(|error| trouble::blobs(&error))?;
        let Some(wrapped) = &message.body_key else { return Ok(bytes) };
        let opened = BodyKey::unwrap(self.inner.secure.vault(), &body_context(message.id), wrapped)
            .and_then(|key| key.open(bytes.to_vec()));
        opened.map(Bytes::from).map_err(|error| {
            error!(error = %model::Chain(&error), message = message.id.0, "a closed body does not open");
            Reply::later(451, 3, 0, "temporary trouble here")
        })
    }

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

    /// For what a recipient's server does not take because of what is attached: the same once more, by a link.
    pub(crate) async fn linked(&self, ended: &[Ended]) -> Vec<(DeliveryId, LinkedCopy)> {
        let mut linked = Vec::new();
        for Ended { job, outcome } in ended {
            let delivery = &job.delivery;
            let (Some(slot), Outcome::Failed { reply, .. }) = (delivery.slot, outcome) else { continue };
            if delivery.message.body_key.is_none() || !is_about_content(reply) {
                continue;
            }
            match self.link_in_place_of(delivery, slot).await {
                Ok(Some(copy)) => linked.push((delivery.id, copy)),
                Ok(None) => {}
                Err(error) => {
                    warn!(%error, delivery = delivery.id.0, "a blocked letter is not sent by a link")
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
        let linked = self.inner.secure.linked(slot, carrier).await.map_err(|error| later(&error))?;
        let Some(linked) = linked else { return Ok(None) };
        let organisation = Some(linked.organisation).filter(|organisation| organisation.0 != 0);
        let parcel = &linked.parcel;
        let letters = self.carriers_of(slot, &parcel.recipient, organisation, &parcel.bytes).await?;
        Ok(Some(LinkedCopy { linked, letters }))
    }

    /// Queues the second notice in the commit that ends the first one, or in which its failure is heard of; it is due at
    /// once, for any node.
    pub(crate) fn send_link(&self, tx: &mut Tx, copy: &LinkedCopy) -> Result<(), DbError> {
        match self.inner.secure.note_linked(tx, &copy.linked) {
            Ok(()) => {}
            Err(SecureError::Db(error)) => return Err(error),
            Err(error) => warn!(error = %model::Chain(&error), "no statement of a second notice"),
        }
        for letter in &copy.letters {
            self.commit(tx, letter, None)?;
        }
        tx.notify(mail_queue::WAKE, mail_queue::LOOK.to_owned());
        Ok(())
    }

    /// What became of a delivery that brings a copy of a secure letter, in the commit that ends it.
    pub(crate) fn note_carried(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
        carriage: &Carriage,
    ) -> Result<(), DbError> {
        let Some(slot) = delivery.slot else { return Ok(()) };
        match self.inner.secure.note_carried(tx, slot, carriage) {
            Ok(()) => Ok(()),
            Err(SecureError::Db(error)) => Err(error),
            // The letter itself has arrived, or not, whatever can be said of it.
            Err(error) => {
                warn!(error = %model::Chain(&error), delivery = delivery.id.0, "no statement of a delivery's end");
                Ok(())
            }
        }
    }

    /// Sends what people have to hear of secure letters, until `shutdown`; on any node.
    pub async fn send_notices(&self, mut shutdown: tokio::sync::watch::Receiver<bool>) {
        let mut notices = self.inner.db.subscribe();
        loop {
            match self.post_notices().await {
                // There may be more than are taken at once.
                Ok(posted) if posted > 0 => continue,
                Ok(_) => {}
                Err(error) => warn!(error = %model::Chain(&error), "notices of secure letters wait"),
            }
            let pause = self.inner.world.in_future(crate::limits::NOTICE_INTERVAL);
            tokio::select! {
                biased;
                () = async { drop(shutdown.wait_for(|stop| *stop).await) } => return,
                () = self.inner.world.clock.sleep_until(pause) => {}
                () = async {
                    while let Ok(notice) = notices.recv().await {
                        if notice.channel == mail_secure::CHANNEL {
                            return;
                        }
                    }
                    std::future::pending().await
                } => {}
            }
        }
    }

    /// Queues the notices that are due; tells how many.
    pub async fn post_notices(&self) -> Result<usize, SecureError> {
        let mut posted = 0;
        for told in self.inner.secure.due_notices().await? {
            match self.post_notice(&told).await {
                Ok(()) => posted += 1,
                Err(reply) if reply.class() == Class::Never => {
                    warn!(recipient = %told.recipient, %reply, "a notice of a secure letter is refused");
                    let id = told.id;
                    let scope = self.inner.db.operator("give up a notice that nobody takes");
                    scope.write(move |tx: &mut Tx| mail_secure::sent(tx, id)).await?;
                }
                Err(reply) => {
                    info!(recipient = %told.recipient, %reply, "a notice of a secure letter waits");
                    self.inner.secure.postpone(told.id).await?;
                }
            }
        }
        Ok(posted)
    }

    async fn post_notice(&self, told: &mail_secure::Told) -> Result<(), Reply> {
        let recipient =
            Recipient { address: told.recipient.clone(), notify: Some(Notify::NEVER), original: None };
        let legs = mail_route::route(
            &self.inner.directory,
            &self.inner.return_paths,
            &ReversePath::Null,
            &recipient.address,
        );
        let organisation = known(told.organisation);
        let legs = legs.await.map_err(|error| trouble::routing(&error))?;
        let mut deliveries = Vec::new();
        for leg in legs {
            let route = self.by_gateway(leg.route).await?;
            deliveries.push(self.new_delivery(leg.organisation.or(organisation), &recipient, route));
        }
        // A code, and what was in a letter's subject, lie closed on their way as the letter does.
        let is_closed = !deliveries.iter().any(|delivery| matches!(delivery.route, Route::Account { .. }));
        let outgoing = Outgoing {
            origin: &Origin::Ourselves,
            organisation,
            from: ReversePath::Null,
            bytes: told.bytes.clone().into(),
            deliveries,
            is_closed,
            sent_as: None,
        };
        let ready = self.ready(outgoing).await?;
        let place = self.place();
        let lease = place.as_ref().map(|place| place.lease);
        let (flow, queued, id) = (self.clone(), ready.clone(), told.id);
        let committed = self
            .inner
            .db
            .operator("queue a notice of a secure letter and forget it in the outbox")
            .write(move |tx: &mut Tx| {
                if mail_secure::sent(tx, id)? {
                    flow.commit(tx, &queued, lease)?;
                    return Ok(true);
                }
                Ok::<_, SecureError>(false)
            })
            .await
            .map_err(|error| later(&error))?;
        if committed {
            self.hand_over(&ready, place);
        }
        Ok(())
    }
}

/// An organisation, but for that of somebody without one.
fn known(organisation: OrganisationId) -> Option<OrganisationId> {
    Some(organisation).filter(|organisation| organisation.0 != 0)
}

/// Who sends a letter secured, and how we know.
struct Submitter {
    organisation: OrganisationId,
    authentication: String,
    author: Address,
    reference: Option<String>,
    answers: Option<Slot>,
    language: Language,
    /// An application or a connected mail server, for which the organisation's list of people does not count.
    is_by_itself: bool,
}

/// A letter to be sent secured that did not come by SMTP.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Whose letter it is; 0 for a reader without an organisation.
    pub organisation: OrganisationId,
    /// Who writes: made sure of, and named in `From`.
    pub author: Address,
    /// How, in the words of the evidence.
    pub authentication: String,
    /// How it is treated.
    pub mode: Mode,
    /// The letter: header, empty line, body; lines end with CRLF.
    pub letter: Bytes,
    /// To whom.
    pub recipients: Vec<Address>,
    /// What the sender's program calls it: the same is not sent twice.
    pub reference: Option<String>,
    /// The copy whose recipient answers with it at the portal.
    pub answers: Option<Slot>,
    /// In which language recipients are written to.
    pub language: Language,
}

/// A secured letter that is ours now.
#[derive(Clone, Debug)]
pub struct TakenSecured {
    /// The first message that brings it; 0 where it had been sent before.
    pub message: MessageId,
    /// The letter.
    pub letter: mail_secure::Letter,
}

/// A blocked letter as one with a link.
pub(crate) struct LinkedCopy {
    linked: mail_secure::Linked,
    letters: Vec<Arc<Ready>>,
}

/// Whether a refusal is about what is in the letter rather than about the mailbox (RFC 3463 §3.3, §3.4: X.1 and X.2): its
/// kind (X.6), its size (X.3.4), a rule of the server's (X.7). Servers without enhanced codes say 552 or 554.
pub(crate) fn is_about_content(reply: &Reply) -> bool {
    match reply.enhanced() {
        Some(code) => matches!((code.subject, code.detail), (6 | 7, _) | (3, 4)),
        None => matches!(reply.code(), 552 | 554),
    }
}

/// A secured letter for those who get it as it is.
#[derive(Default)]
struct Plain {
    bytes: Bytes,
    mailboxes: Vec<NewDelivery>,
    gateways: Vec<NewDelivery>,
}

/// In which context the key of a message's body is wrapped.
fn body_context(message: MessageId) -> String {
    format!("queue body|{message}")
}

/// Octets of a message's body as it goes out.
pub(crate) fn plain_size(message: &Message) -> u64 {
    match message.body_key {
        Some(_) => message.blob.size_bytes.saturating_sub(BODY_OVERHEAD_BYTES as u64),
        None => message.blob.size_bytes,
    }
}

/// The first author that can be read; that all of them are the sender's own was asked before.
fn author(header: &HeaderFacts) -> Option<Address> {
    header.authors().into_iter().find_map(Result::ok)
}

pub(crate) fn later(error: &SecureError) -> Reply {
    match error {
        SecureError::Sealing(wire_safe::NotSealed::TooLarge { .. }) => {
            Reply::never(552, 3, 4, "the letter is too large to be sealed")
        }
        SecureError::TooOften => Reply::later(452, 7, 1, "too many answers for today, try again tomorrow"),
        error => {
            error!(error = %model::Chain(error), "a letter cannot be secured");
            Reply::later(451, 3, 0, "temporary trouble here, try again later")
        }
    }
}
