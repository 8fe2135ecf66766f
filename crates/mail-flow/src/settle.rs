//! The end of an attempt: what became of each recipient, what the sender hears, all in one commit.

use std::collections::HashSet;
use std::sync::Arc;

use db::{DbError, Tx};
use mail_deliver::{Attempt, Outcome};
use mail_queue::{Deferral, Delivery};
use mail_secure::{Carriage, Heard, SecureError};
use model::{Class, DeliveryId, Reply, ReversePath, Route, Timestamp};
use thiserror::Error;
use tracing::{error, info, warn};
use trail::{Event, Step};

use crate::accept::Ready;
use crate::hand::Job;
use crate::report::{Kind, Reported};
use crate::secure::LinkedCopy;
use crate::{Flow, Settings, limits, returned};

/// A job and what came of it.
pub(crate) struct Ended {
    pub(crate) job: Arc<Job>,
    pub(crate) outcome: Outcome,
}

/// What follows from an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It leaves the queue: the recipient has it.
    Delivered { place: String, reply: Option<Reply> },
    /// It leaves the queue: it will never be.
    Failed { reply: Reply, is_expired: bool },
    /// It stays until then.
    Deferred { reply: Reply, next_at: Timestamp },
}

/// What follows, and whether the sender hears of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) end: End,
    pub(crate) report: Option<Kind>,
    /// The server whose words they are.
    pub(crate) host: Option<String>,
}

/// Decides what follows; pure. `next_at` is when another attempt would be made.
pub(crate) fn conclude(
    delivery: &Delivery,
    outcome: &Outcome,
    now: Timestamp,
    next_at: Timestamp,
    settings: &Settings,
) -> Conclusion {
    let message = &delivery.message;
    let is_expired = mail_queue::is_expired(message.received_at, now, settings.lifetime);
    let (end, wanted, host) = match outcome {
        Outcome::Delivered { place, reply, reports_success } => {
            let wants = delivery.notify.is_some_and(|notify| notify.success) && !reports_success;
            let kind = match &delivery.route {
                Route::Account { .. } | Route::Reports { .. } => Kind::Delivered,
                // RFC 3461 §5.2.2: the next server does not report, so we say that it went on.
                Route::Remote { .. } | Route::Gateway { .. } | Route::Nowhere { .. } => Kind::Relayed,
            };
            (End::Delivered { place: place.clone(), reply: reply.clone() }, wants.then_some(kind), None)
        }
        Outcome::Failed { reply, host } => {
            (End::Failed { reply: reply.clone(), is_expired: false }, Some(Kind::Failed), host.clone())
        }
        Outcome::Later { reply, host } if is_expired => {
            (End::Failed { reply: reply.clone(), is_expired: true }, Some(Kind::Failed), host.clone())
        }
        Outcome::Later { reply, host } => {
            let is_late = now.since(message.received_at) >= settings.delay_notice_after;
            let expires_at = message.received_at.plus(settings.lifetime);
            let end = End::Deferred { reply: reply.clone(), next_at: next_at.min(expires_at) };
            (end, (is_late && !delivery.is_delay_reported).then_some(Kind::Delayed), host.clone())
        }
    };
    let report = wanted.filter(|kind| match kind {
        // RFC 3461 §4.1: without NOTIFY the sender hears of failures, and may hear of delays.
        Kind::Failed => delivery.notify.is_none_or(|notify| notify.failure),
        Kind::Delayed => delivery.notify.is_none_or(|notify| notify.delay),
        Kind::Delivered | Kind::Relayed => true,
    });
    // RFC 5321 §4.5.5: never a report about a report.
    let report = report.filter(|_| match &message.from {
        ReversePath::Null => false,
        // What becomes of an envelope is stated, and its sender told, in the commit that ends the delivery.
        ReversePath::Address(from) => !returned::looks_like_one(from, &settings.hostname),
    });
    Conclusion { end, report, host }
}

/// Why the commit of an end did not happen.
#[derive(Debug, Error)]
enum Unsettled {
    #[error("the claim of delivery {0} is no longer ours")]
    Lost(DeliveryId),
    #[error("nothing can be stated of the end of delivery {0}")]
    Unstated(DeliveryId, #[source] SecureError),
    #[error("cannot write the end of an attempt")]
    Db(#[from] DbError),
}

impl Flow {
    /// Writes what became of the deliveries of one message: queue, trail and reports in one commit. Does not
    /// end before it is written, it turns out that others have taken over, or the node stops.
    pub(crate) async fn settle(&self, ended: Vec<Ended>, attempts: Vec<Attempt>) {
        let attempts = Arc::new(attempts);
        let mut ended = ended;
        // What nothing can be said of ends all the same: it has arrived, or not.
        let mut unstated: HashSet<DeliveryId> = HashSet::new();
        loop {
            if ended.is_empty() {
                return;
            }
            if !self.can_state(ended.iter().map(|ended| &ended.job.delivery)).await {
                self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                continue;
            }
            let linked = self.linked(&mut ended).await;
            let now = self.inner.world.clock.now();
            let concluded: Vec<(Delivery, Conclusion)> =
                ended.iter().map(|ended| (ended.job.delivery.clone(), self.concluded(ended, now))).collect();
            let reports = match self.delivery_reports(&concluded).await {
                Ok(reports) => reports,
                Err(reply) => {
                    warn!(%reply, "a report cannot be kept now; the deliveries wait for it");
                    self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                    continue;
                }
            };
            let (flow, rows, tried) = (self.clone(), Arc::new(concluded), attempts.clone());
            let (logged, silent) = (rows.clone(), unstated.clone());
            let write = move |tx: &mut Tx| {
                for (delivery, conclusion) in rows.iter() {
                    if !flow.write_end(tx, delivery, conclusion, &tried, now)? {
                        return Err(Unsettled::Lost(delivery.id));
                    }
                    if silent.contains(&delivery.id) {
                        continue;
                    }
                    let linked = linked.iter().find(|(failed, _)| *failed == delivery.id);
                    flow.state_end(tx, delivery, conclusion, linked.map(|(_, linked)| linked)).map_err(
                        |error| match error {
                            SecureError::Db(error) => Unsettled::Db(error),
                            error => Unsettled::Unstated(delivery.id, error),
                        },
                    )?;
                }
                Ok(true)
            };
            let scope = self.inner.db.operator("an attempt ends for recipients of several organisations");
            match self.committed(&reports, scope, write).await {
                Ok(_) => {
                    for (delivery, conclusion) in logged.iter() {
                        log_end(delivery, conclusion);
                        self.note_taken(delivery, conclusion).await;
                    }
                    return;
                }
                Err(Unsettled::Unstated(delivery, error)) => {
                    error!(error = %model::Chain(&error), delivery = delivery.0, "no statement of a delivery's end");
                    unstated.insert(delivery);
                }
                // Another node took it over, or an administrator deleted it: nothing of ours happened.
                Err(Unsettled::Lost(lost)) => {
                    warn!(delivery = lost.0, "the claim was lost before the end of the attempt");
                    ended.retain(|ended| ended.job.delivery.id != lost);
                }
                Err(Unsettled::Db(error)) if error.is_temporary() => {
                    warn!(
                        error = %model::Chain(&error),
                        "the end of an attempt cannot be written now"
                    );
                    self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                }
                // The claims run out, and the deliveries are tried again.
                Err(error) => {
                    error!(error = %model::Chain(&error), "the end of an attempt is not written");
                    return;
                }
            }
        }
    }

    fn concluded(&self, ended: &Ended, now: Timestamp) -> Conclusion {
        let delivery = &ended.job.delivery;
        let next_at = now.plus(mail_queue::pause(delivery.attempts, &self.inner.world.random));
        conclude(delivery, &ended.outcome, now, next_at, &self.inner.settings)
    }

    /// One report for each kind that somebody is to hear of. An error is temporary trouble of ours.
    pub(crate) async fn delivery_reports(
        &self,
        concluded: &[(Delivery, Conclusion)],
    ) -> Result<Vec<Arc<Ready>>, Reply> {
        let mut reports = Vec::new();
        for kind in [Kind::Failed, Kind::Delayed, Kind::Delivered, Kind::Relayed] {
            let reported: Vec<Reported<'_>> = concluded
                .iter()
                .filter(|(_, conclusion)| conclusion.report == Some(kind))
                .map(|(delivery, conclusion)| Reported::new(delivery, conclusion))
                .collect();
            let Some(arrival) = self.report(kind, &reported).await? else { continue };
            match self.prepare(arrival).await {
                Ok(ready) => reports.push(Arc::new(ready)),
                Err(reply) if reply.class() == Class::Later => return Err(reply),
                // The sender does not exist: nobody is there to hear it.
                Err(reply) => info!(%reply, "a report finds no recipient"),
            }
        }
        Ok(reports)
    }

    /// The rows of one delivery's end; false if the claim is no longer ours.
    fn write_end(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
        conclusion: &Conclusion,
        attempts: &[Attempt],
        now: Timestamp,
    ) -> Result<bool, DbError> {
        let is_ours = match &conclusion.end {
            End::Delivered { .. } | End::Failed { .. } => mail_queue::finish(tx, delivery)?,
            End::Deferred { reply, next_at } => {
                let is_delay_reported =
                    delivery.is_delay_reported || conclusion.report == Some(Kind::Delayed);
                mail_queue::defer(tx, delivery, &Deferral { next_at: *next_at, reply, is_delay_reported })?
            }
        };
        if !is_ours {
            return Ok(false);
        }
        let destination = delivery
            .destination()
            .filter(|destination| *destination != delivery.recipient.domain())
            .map(ToString::to_string);
        for attempt in attempts {
            let step = Step::Tried {
                destination: destination.clone(),
                host: attempt.host.clone(),
                ip: attempt.ip,
                source: attempt.source,
                tls: attempt.tls.clone(),
                why_no_tls: attempt.why_no_tls.clone(),
                policy: attempt.policy.clone(),
                failure: attempt.failure.map(str::to_owned),
                reply: attempt.reply.clone(),
            };
            trail::record(tx, &self.event(delivery, now, step))?;
        }
        for step in steps(conclusion) {
            trail::record(tx, &self.event(delivery, now, step))?;
        }
        Ok(true)
    }

    /// What is stated of a secure letter whose delivery ends: that it goes once more by a link, or how it ended.
    fn state_end(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
        conclusion: &Conclusion,
        linked: Option<&LinkedCopy>,
    ) -> Result<(), SecureError> {
        let heard = Heard::Queue(delivery.id);
        if let Some(linked) = linked
            && self.send_link(tx, linked, heard)?
        {
            return Ok(());
        }
        let carriage = match &conclusion.end {
            End::Delivered { .. } => Carriage::Arrived,
            End::Failed { reply, .. } => Carriage::Failed(reply.to_string()),
            End::Deferred { .. } => return Ok(()),
        };
        self.note_carried(tx, delivery, heard, &carriage)
    }

    pub(crate) fn event(&self, delivery: &Delivery, now: Timestamp, step: Step) -> Event {
        Event {
            at: now,
            id: self.inner.world.new_id(),
            organisation: delivery.organisation,
            message: Some(delivery.message.id),
            delivery: Some(delivery.id),
            sender: delivery.message.from.to_string(),
            recipient: Some(delivery.recipient.to_string()),
            step,
        }
    }
}

fn steps(conclusion: &Conclusion) -> Vec<Step> {
    let mut steps = match &conclusion.end {
        End::Delivered { place, reply } => {
            vec![Step::Delivered { place: place.clone(), reply: reply.clone() }]
        }
        End::Failed { reply, is_expired: true } => {
            vec![Step::Expired, Step::Bounced { reply: reply.clone() }]
        }
        End::Failed { reply, is_expired: false } => vec![Step::Bounced { reply: reply.clone() }],
        End::Deferred { reply, next_at } => {
            vec![Step::Deferred { reply: reply.clone(), next_at: *next_at }]
        }
    };
    if let Some(kind) = conclusion.report {
        steps.push(Step::Reported { kind: kind.action().to_owned() });
    }
    steps
}

fn log_end(delivery: &Delivery, conclusion: &Conclusion) {
    let (message, recipient) = (delivery.message.id.0, &delivery.recipient);
    match &conclusion.end {
        End::Delivered { place, reply } => {
            let reply = reply.as_ref().map(Reply::to_string).unwrap_or_default();
            info!(message, %recipient, %place, %reply, "delivered");
        }
        End::Failed { reply, is_expired } => info!(message, %recipient, %reply, is_expired, "failed"),
        End::Deferred { reply, next_at } => {
            info!(message, %recipient, %reply, next_at = %next_at.rfc3339(), "deferred");
        }
    }
}
