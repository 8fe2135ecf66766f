//! How a letter comes in: judge, route, one commit, and only then "250".

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use db::{DbError, Scoped, Tx};
use mail_judge::{Authorship, Evidence, HeaderFacts, Placement, Verdict, decide};
use mail_queue::{Delivery, Lease, Message, NewDelivery};
use mail_route::Leg;
use model::{
    Address, BodyKind, DeliveryId, Envelope, MessageId, OrganisationId, Reply, ReversePath, Route, Timestamp,
    TlsWish,
};
use tokio::sync::mpsc;
use tracing::{debug, error, info};
use trail::{Event, Step};
use wire_mime::Summary;

use crate::arrival::{Accepted, Arrival, Incoming, Origin};
use crate::hand::{Body, Cargo, Fresh};
use crate::judging::Told;
use crate::placing::{Placed, as_placed};
use crate::recipient::may_relay;
use crate::sign::Letter;
use crate::{Flow, limits, stamp, trouble};

/// A letter with everything decided and its body kept: only the commit is missing.
pub(crate) struct Ready {
    pub(crate) message: Arc<Message>,
    deliveries: Vec<NewDelivery>,
    /// Where each of them goes, in words.
    routes: Vec<String>,
    steps: Vec<Step>,
    /// What the recipients' lists made of it.
    placed: Vec<Placed>,
    body: parking_lot::Mutex<Option<Body>>,
}

/// A place in the delivery loop's channel, and the claim with which its deliveries are born.
struct Place<'a> {
    permit: mpsc::Permit<'a, Fresh>,
    lease: Lease,
}

impl Flow {
    /// Takes responsibility for a letter, or says why not. `Ok` is returned after the durable commit: the
    /// door answers `250` then and not before. Every refusal is final for this letter; those of class 4
    /// are ours (disk, database) and leave nothing behind.
    pub async fn accept(&self, mut arrival: Arrival) -> Result<Accepted, Reply> {
        arrival.body.complete().await?;
        if let Some(kept) = arrival.body.take_secret() {
            let mut to = arrival.envelope.recipients.iter();
            return match to.any(|recipient| self.is_return_path(&recipient.address)) {
                true => self.accept_returned(arrival, kept).await,
                false => self.accept_secured(arrival, kept).await,
            };
        }
        let gateway = arrival.origin.gateway().is_some().then(|| arrival.origin.clone());
        let ready = Arc::new(self.prepare(arrival).await?);
        let message = ready.message.id;
        let (scope, letters) = (self.scope_of(&ready), [ready.clone()]);
        let committed = self.committed(&letters, scope, |_| Ok(true)).await;
        committed.map_err(|error: DbError| trouble::db(&error))?;
        if let Some(origin) = gateway {
            let recipients = ready.deliveries.iter().map(|delivery| &delivery.recipient);
            self.note_brought(&origin, &ready.message.from, recipients, None).await;
        }
        Ok(Accepted { message })
    }

    /// Everything before the commit.
    pub(crate) async fn prepare(&self, arrival: Arrival) -> Result<Ready, Reply> {
        let Arrival { origin, mut envelope, mut body } = arrival;
        body.complete().await?;
        let mut seen = HashSet::new();
        // The same recipient twice is one (RFC 5321 §4.1.1.3 leaves it to us).
        envelope.recipients.retain(|recipient| seen.insert(recipient.address.to_string()));
        let is_whole = body.head.len() as u64 == body.size_bytes;
        let header = HeaderFacts::of(&body.head, is_whole);
        let mut evidence = self.evidence(&origin, &envelope, header).await?;
        let policy = &self.inner.settings.policy;
        let mut verdict = decide(&evidence, policy);
        // What is refused anyway needs no look-ups.
        if matches!(verdict, Verdict::Accept(_)) {
            evidence.authentication =
                self.authentication(&origin, &envelope, &evidence.header, &mut body).await?;
            verdict = decide(&evidence, policy);
        }
        let told = Told::of(evidence.authentication.as_ref());
        let placement = match verdict {
            Verdict::Accept(placement) => placement,
            Verdict::Refuse(reply) => {
                self.note_refusal(&origin, &envelope, &reply, told).await;
                return Err(reply);
            }
        };
        if let Some(application) = origin.application()
            && let Err(reply) =
                self.count_application(application, envelope.recipients.len(), body.size_bytes).await
        {
            self.note_refusal(&origin, &envelope, &reply, told).await;
            return Err(reply);
        }
        let Incoming { writer, head, size_bytes, has_eight_bit, .. } = body;
        let head = head.freeze();
        let (blob, routed) = tokio::join!(writer.finish(), self.route(&origin, &envelope));
        let blob = blob.map_err(|error| trouble::blobs(&error))?;
        let mut deliveries = routed?;
        let refusal = match deliveries.len() > limits::COPIES_LIMIT {
            // RFC 3463 §3.6: X.5.3, too many recipients.
            true => Some(Reply::never(554, 5, 3, "the recipients stand for too many mailboxes")),
            false => only_nowhere(&deliveries),
        };
        if let Some(reply) = refusal {
            self.note_refusal(&origin, &envelope, &reply, told).await;
            return Err(reply);
        }
        let judged = (placement, evidence.authentication.as_ref());
        let placed =
            self.ask_sender_lists(&origin, &envelope, &evidence.header, judged, &mut deliveries).await?;
        if matches!(origin, Origin::Peer(_)) {
            limit_success_reports(&mut deliveries);
        }
        let (id, now) = (MessageId(self.inner.world.new_id()), self.inner.world.clock.now());
        let prefix = self.stamps(&origin, &envelope, &evidence.header, id, now);
        let header_bytes = evidence.header.size_bytes.min(head.len());
        let letter = Letter { head: &head, header_bytes, blob };
        let signed =
            self.signed(&origin, &envelope.from, &evidence.header, prefix.as_bytes(), &letter).await?;
        // The newest trace field stands at the top (RFC 8601 §5).
        let prefix = signed + &self.results_field(evidence.authentication.as_ref()) + &prefix;
        let seen = &head[..if is_whole { head.len() } else { evidence.header.size_bytes.min(head.len()) }];
        let summary = summarise(prefix.as_bytes(), seen);
        let routes = self.describe(&deliveries, &summary.subject).await?;
        let steps = vec![
            accepted_step(&origin, &envelope, size_bytes, &summary),
            Step::Judged {
                verdict: match placement {
                    Placement::Inbox => "inbox".to_owned(),
                    Placement::Junk => "junk".to_owned(),
                },
                why: told.why,
                evidence: told.evidence,
            },
        ];
        let needs_smtputf8 = envelope.smtputf8 && needs_smtputf8(&envelope, &evidence.header);
        let message = Message {
            id,
            organisation: origin.organisation(),
            from: envelope.from,
            blob,
            prefix: prefix.into_bytes(),
            received_at: now,
            return_content: envelope.return_content,
            envelope_id: envelope.envelope_id,
            body: match (envelope.body, has_eight_bit) {
                (BodyKind::Binary, _) => BodyKind::Binary,
                (_, true) => BodyKind::EightBit,
                (_, false) => BodyKind::SevenBit,
            },
            needs_smtputf8,
            tls: match envelope.tls {
                // RFC 8689 §4.1: the field counts where the sender did not say REQUIRETLS.
                TlsWish::Usual if evidence.header.waives_tls => TlsWish::Waived,
                wish => wish,
            },
            is_doubtful: placement == Placement::Junk,
            body_key: None,
            pending: deliveries.len() as u32,
        };
        let body = if is_whole { self.riding(head, summary) } else { None };
        Ok(Ready {
            message: Arc::new(message),
            deliveries,
            routes,
            steps,
            placed,
            body: parking_lot::Mutex::new(body),
        })
    }

    /// One commit for what `write` writes and the letters that are queued with it, which then go to the delivery loop.
    /// `write` tells whether they are queued; where it does not, and where it fails, none is.
    pub(crate) async fn committed<E>(
        &self,
        letters: &[Arc<Ready>],
        scope: Scoped,
        mut write: impl FnMut(&mut Tx) -> Result<bool, E> + Send + 'static,
    ) -> Result<bool, E>
    where
        E: From<DbError> + Send + 'static,
    {
        let places: Vec<Option<Place<'_>>> = letters.iter().map(|_| self.place()).collect();
        let leases: Vec<_> = places.iter().map(|place| place.as_ref().map(|place| place.lease)).collect();
        let (flow, queued, born) = (self.clone(), letters.to_vec(), leases.clone());
        let committed = scope
            .write(move |tx: &mut Tx| {
                if !write(tx)? {
                    return Ok(false);
                }
                for (letter, lease) in queued.iter().zip(&born) {
                    flow.commit(tx, letter, *lease)?;
                }
                Ok::<_, E>(true)
            })
            .await;
        match &committed {
            Ok(true) => {
                for (letter, place) in letters.iter().zip(places) {
                    self.hand_over(letter, place);
                }
            }
            Ok(false) => {}
            // The database may have it all the same, where only its answer was lost.
            Err(_) => leases.into_iter().flatten().for_each(|lease| self.inner.queue.doubt(lease)),
        }
        committed
    }

    /// The rows of an accepted letter, in the caller's transaction.
    pub(crate) fn commit(&self, tx: &mut Tx, ready: &Ready, lease: Option<Lease>) -> Result<(), DbError> {
        let Ready { message, deliveries, routes, steps, placed, .. } = ready;
        mail_queue::commit(tx, message, deliveries, self.inner.queue.node(), lease)?;
        let event = |organisation, delivery: Option<&NewDelivery>, step| Event {
            at: message.received_at,
            id: self.inner.world.new_id(),
            organisation,
            message: Some(message.id),
            delivery: delivery.map(|delivery| delivery.id),
            sender: message.from.to_string(),
            recipient: delivery.map(|delivery| delivery.recipient.to_string()),
            step,
        };
        // Every organisation concerned sees how the letter came in.
        for organisation in ready.organisations() {
            for step in steps {
                let step = match message.organisation.is_none() || organisation == message.organisation {
                    true => step.clone(),
                    false => as_others_see(step),
                };
                let step = as_placed(step, placed, organisation);
                trail::record(tx, &event(organisation, None, step))?;
            }
        }
        for (delivery, route) in deliveries.iter().zip(routes) {
            let route = route.clone();
            trail::record(tx, &event(delivery.organisation, Some(delivery), Step::Queued { route }))?;
        }
        Ok(())
    }

    /// A place in the delivery loop's channel, kept before the commit so that what is born claimed is
    /// certainly worked on. Without one the letter is found by polling.
    fn place(&self) -> Option<Place<'_>> {
        if self.inner.in_hand.count() >= limits::IN_HAND_LIMIT {
            return None;
        }
        let permit = self.inner.fresh.try_reserve().ok()?;
        Some(Place { permit, lease: self.inner.queue.lease() })
    }

    /// Gives a committed letter to the delivery loop.
    fn hand_over(&self, ready: &Ready, place: Option<Place<'_>>) {
        debug!(
            message = ready.message.id.0,
            from = %ready.message.from,
            recipients = ready.deliveries.len(),
            size_bytes = ready.message.size_bytes(),
            "accepted"
        );
        let Some(Place { permit, lease }) = place else { return };
        let message = &ready.message;
        let deliveries = ready
            .deliveries
            .iter()
            .map(|delivery| Delivery::fresh(delivery.clone(), message.clone(), lease))
            .collect();
        permit.send(Fresh { cargo: Cargo::new(message.clone(), ready.body.lock().take()), deliveries });
    }

    /// The scope that the rows of a letter need: its one organisation's, where there is only one.
    pub(crate) fn scope_of(&self, ready: &Ready) -> Scoped {
        let organisations = ready.organisations();
        match organisations.first() {
            Some(Some(only)) if organisations.len() == 1 => self.inner.db.tenant(*only),
            _ => self.inner.db.operator("accept a letter that concerns several organisations, or none"),
        }
    }

    pub(crate) async fn evidence(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        header: HeaderFacts,
    ) -> Result<Evidence, Reply> {
        // A letter that our own user sends again, with the field of its first delivery, does not circle.
        let has_been_here = matches!(origin, Origin::Peer(_))
            && envelope
                .recipients
                .iter()
                .any(|recipient| header.delivered_to.contains(&recipient.address.canonical()));
        let authorship = self.authorship(origin, &header).await?;
        Ok(Evidence { header, has_been_here, authorship, authentication: None })
    }

    async fn authorship(&self, origin: &Origin, header: &HeaderFacts) -> Result<Authorship, Reply> {
        if origin.organisation().is_none() {
            return Ok(Authorship::NotOurs);
        }
        let authors = header.authors();
        if authors.is_empty() {
            return Ok(Authorship::Missing);
        }
        for author in authors {
            let address = match author {
                Ok(address) => address,
                Err(text) => return Ok(Authorship::Foreign(text)),
            };
            let directory = &self.inner.directory;
            let may = match origin {
                // The usual case needs no look-up.
                Origin::Submitted { authenticated, .. }
                    if address.canonical() == authenticated.address.canonical() =>
                {
                    continue;
                }
                Origin::Submitted { authenticated, .. } => {
                    directory.may_send_as(&authenticated.account, &address).await
                }
                Origin::Application { application, .. } => {
                    directory.application_may_send_as(application, &address).await
                }
                Origin::Peer(_) | Origin::Ourselves => return Ok(Authorship::NotOurs),
            };
            if !may.map_err(|error| trouble::directory(&error))? {
                return Ok(Authorship::Foreign(address.to_string()));
            }
        }
        Ok(Authorship::Own)
    }

    async fn route(&self, origin: &Origin, envelope: &Envelope) -> Result<Vec<NewDelivery>, Reply> {
        let submitter = origin.organisation();
        let mut deliveries = Vec::with_capacity(envelope.recipients.len());
        for recipient in &envelope.recipients {
            if deliveries.len() > limits::COPIES_LIMIT {
                break;
            }
            let legs = match self.inner.known.take(&recipient.address, self.inner.world.clock.now()) {
                Some((account, address)) => {
                    let organisation = Some(account.organisation);
                    vec![Leg { organisation, route: Route::Account { account, address } }]
                }
                None => {
                    let (directory, paths) = (&self.inner.directory, &self.inner.return_paths);
                    mail_route::route(directory, paths, &envelope.from, &recipient.address)
                        .await
                        .map_err(|error| trouble::routing(&error))?
                }
            };
            for Leg { organisation, route } in legs {
                let route = match (&route, organisation) {
                    // Asked at RCPT already; but nothing that a door forgets may make an open relay.
                    (Route::Remote { .. }, None) => match may_relay(origin) {
                        Ok(()) => route,
                        Err(reply) => Route::Nowhere { reply },
                    },
                    _ => route,
                };
                let route = self.by_gateway(route).await?;
                deliveries.push(NewDelivery {
                    id: DeliveryId(self.inner.world.new_id()),
                    organisation: organisation.or(submitter),
                    recipient: recipient.address.clone(),
                    original: recipient.original.clone(),
                    notify: recipient.notify,
                    route,
                    is_doubtful: None,
                    slot: None,
                });
            }
        }
        Ok(deliveries)
    }

    fn stamps(
        &self,
        origin: &Origin,
        envelope: &Envelope,
        header: &HeaderFacts,
        id: MessageId,
        now: Timestamp,
    ) -> String {
        let hostname = &self.inner.settings.hostname;
        let mut prefix = stamp::received(origin, envelope, hostname, id, now);
        if origin.organisation().is_some() {
            prefix.push_str(&stamp::missing_fields(
                header.has_message_id,
                header.has_date,
                hostname,
                id,
                now,
            ));
        }
        prefix
    }

    /// The body for a fresh letter's deliveries, if there is room for it.
    pub(crate) fn riding(&self, bytes: Bytes, summary: Summary) -> Option<Body> {
        let kib = u32::try_from(bytes.len() / 1024 + 1).ok()?;
        let share = self.inner.riding.clone().try_acquire_many_owned(kib).ok()?;
        Some(Body { bytes, summary, _share: share })
    }

    /// A refusal stands in the trail of those whom it concerns; if that fails, the refusal stands all the same.
    pub(crate) async fn note_refusal(&self, origin: &Origin, envelope: &Envelope, reply: &Reply, told: Told) {
        let session = origin.session();
        info!(peer = ?session.map(|session| session.ip), from = %envelope.from, %reply, "refused");
        let submitter = origin.organisation();
        let mut events = Vec::new();
        // One moment for all recipients: by it reports see that this was one letter.
        let at = self.inner.world.clock.now();
        for recipient in &envelope.recipients {
            let organisation = match self.inner.directory.find(&recipient.address).await {
                Ok(found) => owner(&found).or(submitter),
                Err(_) => submitter,
            };
            events.push(Event {
                at,
                id: self.inner.world.new_id(),
                organisation,
                message: None,
                delivery: None,
                sender: envelope.from.to_string(),
                recipient: Some(recipient.address.to_string()),
                step: Step::Refused {
                    // From where somebody submits is for the own organisation to see.
                    peer_ip: session
                        .filter(|_| submitter.is_none() || organisation == submitter)
                        .map(|session| session.ip),
                    reply: reply.clone(),
                    evidence: told.evidence.clone(),
                },
            });
        }
        let noted = self
            .inner
            .db
            .operator("note a refusal for every recipient's organisation")
            .write(move |tx| events.iter().try_for_each(|event| trail::record(tx, event)))
            .await;
        if let Err(error) = noted {
            let error: DbError = error;
            error!(error = %model::Chain(&error), "cannot note a refusal");
        }
    }
}

impl Ready {
    /// A letter of ours, or one that was judged elsewhere: nobody's lists have a say.
    pub(crate) fn new(
        message: Message,
        deliveries: Vec<NewDelivery>,
        routes: Vec<String>,
        steps: Vec<Step>,
        body: Option<Body>,
    ) -> Ready {
        Ready {
            message: Arc::new(message),
            deliveries,
            routes,
            steps,
            placed: Vec::new(),
            body: parking_lot::Mutex::new(body),
        }
    }

    /// The organisations concerned; one `None` if there is none.
    fn organisations(&self) -> Vec<Option<OrganisationId>> {
        let known: BTreeSet<OrganisationId> = self
            .deliveries
            .iter()
            .filter_map(|delivery| delivery.organisation)
            .chain(self.message.organisation)
            .collect();
        if known.is_empty() { vec![None] } else { known.into_iter().map(Some).collect() }
    }
}

fn owner(found: &directory::Found) -> Option<OrganisationId> {
    use directory::Found;
    match found {
        Found::NotOurs => None,
        Found::Unknown { organisation }
        | Found::Disabled { organisation }
        | Found::Reports { organisation, .. }
        | Found::Redirection { organisation, .. }
        | Found::Alias { organisation, .. } => Some(*organisation),
        Found::Mailbox { account, .. } | Found::CatchAll { account, .. } => Some(account.organisation),
    }
}

/// The refusal for a letter of which no copy goes anywhere: better now than by a report.
fn only_nowhere(deliveries: &[NewDelivery]) -> Option<Reply> {
    let mut replies = deliveries.iter().map(|delivery| match &delivery.route {
        Route::Nowhere { reply } => Some(reply),
        Route::Account { .. } | Route::Remote { .. } | Route::Gateway { .. } | Route::Reports { .. } => None,
    });
    let first = replies.next()??.clone();
    replies.all(|reply| reply.is_some()).then_some(first)
}

/// Takes NOTIFY=SUCCESS from all recipients but the first few: each would become a report to a sender who may
/// know nothing of it.
fn limit_success_reports(deliveries: &mut [NewDelivery]) {
    let wishes = deliveries.iter_mut().filter_map(|delivery| delivery.notify.as_mut());
    for notify in wishes.filter(|notify| notify.success).skip(limits::STRANGERS_SUCCESS_REPORT_LIMIT) {
        notify.success = false;
    }
}

/// A submission as the recipients' organisations see it: who logged in, and from where, is the submitter's own
/// organisation's business. Where a stranger's letter came from they see.
fn as_others_see(step: &Step) -> Step {
    let mut step = step.clone();
    if let Step::Accepted { peer_ip, helo, login, .. } = &mut step {
        (*peer_ip, *helo, *login) = (None, None, None);
    }
    step
}

/// A letter needs SMTPUTF8 on its further way only if something in it is international (RFC 6531 §3.4).
fn needs_smtputf8(envelope: &Envelope, header: &HeaderFacts) -> bool {
    let international = |address: &Address| !address.is_ascii();
    header.has_eight_bit
        || matches!(&envelope.from, ReversePath::Address(address) if international(address))
        || envelope.recipients.iter().any(|recipient| international(&recipient.address))
}

/// What is listed of a letter. Our own stamps matter only where they add what the sender forgot.
pub(crate) fn summarise(prefix: &[u8], body: &[u8]) -> Summary {
    #[cfg(test)]
    assert!(!body.ends_with(b"this letter is poison\r\n"), "a bug that a letter meets");
    let adds = wire_mime::fields(prefix).any(|field| field.is("message-id") || field.is("date"));
    if adds { Summary::of(&[prefix, body].concat()) } else { Summary::of(body) }
}

pub(crate) fn accepted_step(
    origin: &Origin,
    envelope: &Envelope,
    size_bytes: u64,
    summary: &Summary,
) -> Step {
    let session = origin.session();
    Step::Accepted {
        protocol: stamp::keyword(origin, envelope.smtputf8),
        peer_ip: session.map(|session| session.ip),
        helo: session.map(|session| session.helo.clone()),
        tls: session.and_then(|session| session.tls.clone()),
        login: origin.login().map(str::to_owned),
        size_bytes,
        subject: (!summary.subject.is_empty()).then(|| summary.subject.clone()),
        message_id: summary.message_id.clone(),
    }
}
