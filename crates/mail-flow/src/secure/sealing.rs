//! Who may send a letter secured, which way leads to each of its recipients, and sealing it for them.

use std::collections::HashSet;

use bytes::Bytes;
use mail_judge::{HeaderFacts, Scanned};
use mail_queue::NewDelivery;
use mail_route::Leg;
use mail_secure::phone::{self, PHONE_FIELD, Phones};
use mail_secure::{Mode, Prepared, Submission, Unmarked, Way, unmarked, wish};
use model::{Address, Envelope, IntegrationId, MessageId, OrganisationId, Recipient, Reply, Route};
use tracing::error;

use crate::arrival::Origin;
use crate::secure::carriers::Bringing;
use crate::secure::{Submitter, known};
use crate::{Flow, stamp, trouble};

/// A secured letter for those who get it as it is.
#[derive(Default)]
pub(super) struct Plain {
    /// Empty where nobody gets it so.
    pub(super) bytes: Bytes,
    pub(super) mailboxes: Vec<NewDelivery>,
    pub(super) gateways: Vec<NewDelivery>,
}

/// A secured letter with all that brings it on the disk: only the commit is missing.
pub(super) struct Taking {
    pub(super) prepared: Prepared,
    pub(super) bringing: Bringing,
}

impl Flow {
    /// Which way to each recipient, and everything sealed.
    pub(super) async fn sealed_for_all(
        &self,
        origin: &Origin,
        envelope: &mut Envelope,
        submitter: Submitter,
        (mode, facts): (Mode, &HeaderFacts),
        letter: Bytes,
    ) -> Result<Taking, Reply> {
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
        self.scanned(&letter).await?;
        let whole_header = wire_mime::whole_header(&letter).unwrap_or(&letter);
        let passphrase = wish::passphrase(whole_header);
        let passphrase = passphrase.map_err(|bad| Reply::never(550, 7, 0, bad.to_string()))?;
        let passphrase = passphrase.or(submitter.passphrase);
        let phones = phone::phones(whole_header, &marks.suffixes);
        let mut phones = phones.map_err(|bad| Reply::never(550, 7, 0, bad.to_string()))?;
        phones.append(submitter.phones);
        self.can_text(&phones, mode, envelope)?;
        // Nobody opens what needs a passphrase who does not know what the sender has agreed with the recipients.
        let is_sealed = mode != Mode::Confidential || passphrase.is_some();
        let mut plain = Plain::default();
        let mut recipients = Vec::new();
        for recipient in &envelope.recipients {
            // Nor who has not the telephone that the sender named for this recipient.
            let is_sealed = is_sealed || phones.of(&recipient.address).is_some();
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
        let marked = letter;
        let letter = Unmarked { passphrase, phones, ..unmarked(&marked, marks, &missing) };
        drop(marked);
        if !plain.mailboxes.is_empty() || !plain.gateways.is_empty() {
            plain.bytes = letter.bytes.clone().into();
        }
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
        let mut bringing = Bringing::default();
        let turn = self.inner.sealing.acquire().await;
        let _turn = turn.expect("invariant: the semaphore is never closed");
        let mut sealer = secure.sealer(submission).await.map_err(|error| trouble::secure(&error))?;
        // What brings one envelope lies closed on the disk before the next is made.
        while let Some(parcel) = sealer.next().await.map_err(|error| trouble::secure(&error))? {
            bringing.append(self.carriers_of(&parcel, organisation, 0).await?);
        }
        let prepared = sealer.done();
        for delivery in plain.mailboxes.iter_mut().chain(&mut plain.gateways) {
            delivery.slot = prepared.slot_of(&delivery.recipient).map(|slot| slot.0);
        }
        bringing.append(self.plain_letters(origin, &envelope.from, (&prepared, plain)).await?);
        Ok(Taking { prepared, bringing })
    }

    /// Whether codes can go to the telephones that a letter names: each is one recipient's, the letter asks for no account,
    /// and there is a gateway for them.
    fn can_text(&self, phones: &Phones, mode: Mode, envelope: &Envelope) -> Result<(), Reply> {
        let settings = self.inner.secure.settings();
        let recipients = envelope.recipients.iter().map(|recipient| &recipient.address);
        let named = phones.check(recipients, &settings.marks.suffixes).and_then(|()| phones.allowed_in(mode));
        // RFC 3463 §3.8: X.7.0, a security matter without a code of its own.
        named.map_err(|bad| Reply::never(550, 7, 0, bad.to_string()))?;
        if !phones.is_empty() && !settings.sends_short_messages {
            // RFC 3463 §3.4: X.3.3, the system is not capable of what is asked.
            let reason = format!(
                "this installation sends no short messages: no telephone ({PHONE_FIELD}) can be named"
            );
            return Err(Reply::never(550, 3, 3, reason));
        }
        Ok(())
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
            if envelope.recipients.len() == 1 {
                return Err(reply.clone());
            }
            // The refusal is that of the whole letter: it says because of whom.
            let enhanced = reply.enhanced().map(|code| (code.subject, code.detail));
            let text = format!("{}: {}", recipient.address, reply.text());
            return Err(Reply::new(reply.code(), enhanced, text));
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
}
