//! To other servers: the recipients of one message at one destination go together.

use std::sync::Arc;
use std::time::Duration;

use mail_deliver::{Carried, Consignment, Content, Outcome, Source};
use mail_queue::{Message, Next, Offer};
use model::{
    BlobRef, Domain, Envelope, IntegrationId, MessageId, OrganisationId, Recipient, Reply, ReversePath,
    Route, Timestamp,
};
use tracing::error;

use crate::forward::{Outgoing, forwarder};
use crate::hand::Job;
use crate::secure::plain_size;
use crate::settle::Ended;
use crate::{Flow, Settings, trouble};

/// Deliveries of one message to one destination; never empty.
pub(crate) struct Load {
    pub(crate) destination: Domain,
    pub(crate) jobs: Vec<Job>,
}

/// What copies have in common that go together.
#[derive(Clone, PartialEq, Eq)]
struct Owner {
    /// The domain that forwards them.
    forwarder: Option<Domain>,
    /// The organisation that sends them.
    organisation: Option<OrganisationId>,
    /// Whose servers take them, where it is not the domain's own.
    integration: Option<IntegrationId>,
}

impl Flow {
    /// Sends a load on its way, or lets it wait for its turn.
    pub(crate) fn dispatch(&self, load: Load) {
        let now = self.inner.world.clock.now();
        let destination = load.destination.clone();
        let offer = self.inner.destinations.lock().offer(&destination, load, now);
        match offer {
            Offer::Go(load) => self.start(load),
            Offer::Waits => {}
            Offer::Closed(load, until) => self.send_home(vec![load], until),
            Offer::Crowded(load) => self.send_home(vec![load], now.plus(mail_queue::limits::CROWDED_PAUSE)),
        }
    }

    fn start(&self, load: Load) {
        let flow = self.clone();
        tokio::spawn(async move {
            let permit = flow.inner.carriers.clone().acquire_owned().await;
            let Load { destination, jobs } = load;
            let jobs: Vec<Arc<Job>> = jobs.into_iter().map(Arc::new).collect();
            // A task of its own, so that a panic does not keep the destination's place.
            let carried = tokio::spawn(flow.clone().carry(destination.clone(), jobs.clone())).await;
            let was_reached = match carried {
                Ok(was_reached) => was_reached,
                Err(panic) => {
                    error!(%panic, %destination, "a letter makes us panic; it is tried again later");
                    flow.give_up_for_now(jobs).await;
                    true
                }
            };
            drop(permit);
            flow.go_on(&destination, was_reached);
        });
    }

    fn go_on(&self, destination: &Domain, was_reached: bool) {
        let (now, random) = (self.inner.world.clock.now(), &self.inner.world.random);
        let pause = |failures| mail_queue::pause(failures, random);
        let next = self.inner.destinations.lock().done(destination, was_reached, now, pause);
        for next in next {
            match next {
                Next::Go(load) => self.start(load),
                Next::Closed(loads, until) => self.send_home(loads, until),
            }
        }
    }

    /// One attempt, to its committed end; tells whether anybody answered. Copies that are forwarded go apart
    /// from others: they have another sender. So do those of several organisations: each has its relays.
    async fn carry(self, destination: Domain, jobs: Vec<Arc<Job>>) -> bool {
        let mut groups: Vec<(Owner, Vec<Arc<Job>>)> = Vec::new();
        for job in jobs {
            let owner = Owner {
                forwarder: forwarder(&job.delivery),
                organisation: job.delivery.organisation,
                integration: match &job.delivery.route {
                    Route::Gateway { integration, .. } => Some(*integration),
                    _ => None,
                },
            };
            match groups.iter_mut().find(|(known, _)| *known == owner) {
                Some((_, group)) => group.push(job),
                None => groups.push((owner, vec![job])),
            }
        }
        let mut was_reached = groups.is_empty();
        for (owner, group) in groups {
            was_reached |= self.carry_together(&destination, owner, group).await;
        }
        was_reached
    }

    async fn carry_together(
        &self,
        destination: &Domain,
        Owner { forwarder, organisation, integration }: Owner,
        jobs: Vec<Arc<Job>>,
    ) -> bool {
        let Some(first) = jobs.first() else { return true };
        let message = first.delivery.message.clone();
        let mut bytes = first.cargo.body.get().map(|body| body.bytes.clone());
        // What lies closed is opened as a whole, in memory.
        let blob = BlobRef { size_bytes: plain_size(&message), ..message.blob };
        let message = Arc::new(Message { blob, ..(*message).clone() });
        let prepared = async {
            if bytes.is_none() && message.body_key.is_some() {
                bytes = Some(self.plain_body(&first.delivery.message).await.map_err(later)?);
            }
            // Rules for relays are about letters to strangers' servers, never about these.
            let (rule, gateway) = match integration {
                Some(integration) => (None, Some(self.peer(integration).await?)),
                None => (
                    self.relay_rule(organisation, destination, &message, bytes.as_ref())
                        .await
                        .map_err(later)?,
                    None,
                ),
            };
            let outgoing =
                self.outgoing(&message, forwarder.as_ref(), bytes.as_ref()).await.map_err(later)?;
            let sources = self.sources(organisation, &outgoing.from, message.id).await.map_err(later)?;
            Ok::<_, Outcome>((rule, gateway, outgoing, sources))
        };
        let (rule, gateway, Outgoing { from, prefix }, sources) = match prepared.await {
            Ok(prepared) => prepared,
            Err(outcome) => {
                let ended = jobs.into_iter().map(|job| Ended { job, outcome: outcome.clone() });
                self.settle(ended.collect(), Vec::new()).await;
                return true;
            }
        };
        let recipients = jobs.iter().map(|job| Recipient {
            address: match &job.delivery.route {
                Route::Remote { address } | Route::Gateway { address, .. } => address.clone(),
                Route::Account { .. } | Route::Reports { .. } | Route::Nowhere { .. } => {
                    job.delivery.recipient.clone()
                }
            },
            notify: job.delivery.notify,
            original: job.delivery.original.clone(),
        });
        let consignment = Consignment {
            destination: destination.clone(),
            relay: rule.map(|rule| rule.relay),
            gateway,
            envelope: Envelope {
                from,
                recipients: recipients.collect(),
                return_content: message.return_content,
                envelope_id: message.envelope_id.clone(),
                body: message.body,
                smtputf8: message.needs_smtputf8,
                tls: message.tls,
            },
            content: Content { prefix, blob: message.blob, bytes, blobs: self.inner.blobs.clone() },
            sources,
        };
        let Carried { outcomes, attempts, was_reached } = self.inner.remote.carry(&consignment).await;
        if let Some(peer) = &consignment.gateway {
            self.note_shown(peer).await;
        }
        let ended = jobs.into_iter().zip(outcomes).map(|(job, outcome)| Ended { job, outcome });
        self.settle(ended.collect(), attempts).await;
        // A relay or a gateway that is away says nothing about the domain's own servers.
        was_reached || consignment.relay.is_some() || consignment.gateway.is_some()
    }

    /// The dedicated addresses that a letter leaves from; an error is temporary trouble of ours.
    async fn sources(
        &self,
        organisation: Option<OrganisationId>,
        from: &ReversePath,
        message: MessageId,
    ) -> Result<Vec<Source>, Reply> {
        let sender = match from {
            ReversePath::Address(sender) => Some(sender.domain()),
            ReversePath::Null => None,
        };
        let (host, turn) = (self.inner.settings.host.as_ref(), message.0.unsigned_abs());
        let found = self.inner.directory.sending_addresses(organisation, sender, host, turn).await;
        let sources = found.map_err(|error| trouble::directory(&error))?;
        Ok(sources.into_iter().map(|source| Source { ip: source.ip, name: source.name }).collect())
    }

    /// Loads whose destination is closed go back to the queue without an attempt. Those that expire
    /// meanwhile, or whose sender should hear that it takes long, end as if they had been tried.
    fn send_home(&self, loads: Vec<Load>, until: Timestamp) {
        let flow = self.clone();
        tokio::spawn(async move {
            let now = flow.inner.world.clock.now();
            let mut unused = Vec::new();
            for load in loads {
                let (due, rest): (Vec<Job>, Vec<Job>) =
                    load.jobs.into_iter().partition(|job| is_due_for_words(job, now, &flow.inner.settings));
                unused.extend(rest);
                let ended = due.into_iter().map(|job| {
                    let words = "the destination has not answered lately";
                    let reply =
                        job.delivery.last_reply.clone().unwrap_or_else(|| Reply::later(451, 4, 1, words));
                    Ended { job: Arc::new(job), outcome: Outcome::Later { reply, host: None } }
                });
                flow.settle(ended.collect(), Vec::new()).await;
            }
            // A little apart, so that they do not all come back in one moment.
            let jitter = Duration::from_millis(flow.inner.world.random.below(30_000));
            flow.put_back(unused, until.plus(jitter)).await;
        });
    }

    /// Gives claims back; if that fails they run out.
    pub(crate) async fn put_back(&self, jobs: Vec<Job>, next_at: Timestamp) {
        if jobs.is_empty() {
            return;
        }
        let claims = jobs.iter().map(Job::claim).collect();
        if let Err(error) = self.inner.queue.put_back(claims, next_at).await {
            error!(error = %model::Chain(&error), "cannot give claims back");
        }
    }
}

fn later(reply: Reply) -> Outcome {
    Outcome::Later { reply, host: None }
}

fn is_due_for_words(job: &Job, now: Timestamp, settings: &Settings) -> bool {
    let delivery = &job.delivery;
    let received_at = delivery.message.received_at;
    mail_queue::is_expired(received_at, now, settings.lifetime)
        || (!delivery.is_delay_reported && now.since(received_at) >= settings.delay_notice_after)
}
