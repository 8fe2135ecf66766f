//! Into accounts: each account's letters in their order, many accounts side by side, so that one durable
//! commit of the database serves many letters.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::resume_unwind;
use std::sync::Arc;

use db::{DbError, Tx};
use mail_deliver::{Outcome, Parcel, into_account, refusal, stamps};
use mail_secure::{Carriage, Heard, SecureError};
use mail_store::{Role, StoreError};
use model::{AccountRef, DeliveryId, LetterId, Reply};
use parking_lot::Mutex;
use thiserror::Error;
use tracing::{debug, error, warn};
use trail::Step;

use crate::accept::{Ready, summarise};
use crate::hand::{Body, Cargo, Job};
use crate::settle::{Ended, conclude};
use crate::{Flow, limits};

/// What waits for each account that somebody delivers into just now.
#[derive(Default)]
pub(crate) struct Lanes {
    waiting: Mutex<HashMap<AccountRef, VecDeque<Job>>>,
}

/// Why a commit into an account did not happen.
#[derive(Debug, Error)]
enum Undelivered {
    /// The claim of the batch's n-th delivery is no longer ours.
    #[error("a claim is no longer ours")]
    Lost(usize),
    /// The account does not take the batch's n-th letter.
    #[error("the account takes no letter")]
    Refused(usize, Outcome),
    /// Nothing can be stated of the batch's n-th letter.
    #[error("nothing can be stated of a secure letter that arrived")]
    Unstated(usize, #[source] SecureError),
    #[error("the mail store does not take a letter")]
    Store(#[source] StoreError),
    #[error("the database does not take a letter")]
    Db(#[from] DbError),
}

impl Undelivered {
    fn is_temporary(&self) -> bool {
        match self {
            Undelivered::Lost(_) | Undelivered::Refused(..) => false,
            Undelivered::Unstated(_, error) => error.is_temporary(),
            Undelivered::Store(error) => error.is_temporary(),
            Undelivered::Db(error) => error.is_temporary(),
        }
    }
}

impl Flow {
    /// Puts a delivery at the end of its account's lane.
    pub(crate) fn enter_lane(&self, account: AccountRef, job: Job) {
        match self.inner.lanes.waiting.lock().entry(account) {
            Entry::Occupied(mut lane) => lane.get_mut().push_back(job),
            Entry::Vacant(place) => {
                place.insert(VecDeque::from([job]));
                tokio::spawn(self.clone().work_lane(account));
            }
        }
    }

    /// What waits in lanes, because we stop.
    pub(crate) fn take_waiting_in_lanes(&self) -> Vec<Job> {
        self.inner.lanes.waiting.lock().values_mut().flat_map(|lane| lane.drain(..)).collect()
    }

    async fn work_lane(self, account: AccountRef) {
        loop {
            let batch: VecDeque<Arc<Job>> = {
                let mut lanes = self.inner.lanes.waiting.lock();
                let Some(lane) = lanes.get_mut(&account) else { return };
                if lane.is_empty() {
                    lanes.remove(&account);
                    return;
                }
                let count = lane.len().min(limits::ACCOUNT_BATCH_LIMIT);
                lane.drain(..count).map(Arc::new).collect()
            };
            if self.survives(account, batch.clone()).await {
                continue;
            }
            // Which one it is shows when they go one by one; those that are delivered already are no longer ours.
            for job in batch {
                if !self.survives(account, VecDeque::from([job.clone()])).await {
                    error!(
                        message = job.delivery.message.id.0,
                        "a letter makes us panic; it is tried again later"
                    );
                    self.give_up_for_now(vec![job]).await;
                }
            }
        }
    }

    /// Delivers in a task of its own, so that a panic takes neither the lane nor the node with it; false after one.
    async fn survives(&self, account: AccountRef, batch: VecDeque<Arc<Job>>) -> bool {
        tokio::spawn(self.clone().deliver_all(account, batch)).await.is_ok()
    }

    /// The end of an attempt at which we panicked: the pauses grow, and after the lifetime it is over.
    pub(crate) async fn give_up_for_now(&self, jobs: Vec<Arc<Job>>) {
        let reply = Reply::later(451, 3, 0, "temporary trouble here");
        let ended = jobs
            .into_iter()
            .map(|job| Ended { job, outcome: Outcome::Later { reply: reply.clone(), host: None } })
            .collect();
        let flow = self.clone();
        if tokio::spawn(async move { flow.settle(ended, Vec::new()).await }).await.is_err() {
            error!("the end of an attempt cannot be written; its claim runs out");
        }
    }

    async fn deliver_all(self, account: AccountRef, mut jobs: VecDeque<Arc<Job>>) {
        while let Some(first) = jobs.pop_front() {
            if let Err(outcome) = self.load(&first.cargo).await {
                self.settle(vec![Ended { job: first, outcome }], Vec::new()).await;
                continue;
            }
            let mut batch = vec![first];
            // Only what is in memory already: whoever waits for memory holds none.
            while jobs.front().is_some_and(|next| next.cargo.body.initialized()) {
                batch.extend(jobs.pop_front());
            }
            self.deliver(account, batch).await;
        }
    }

    /// The body, without keeping it in memory for others.
    pub(crate) async fn body(&self, cargo: &Cargo) -> Result<bytes::Bytes, blobs::BlobError> {
        match cargo.body.get() {
            Some(body) => Ok(body.bytes.clone()),
            None => self.inner.blobs.get(&cargo.message.blob).await,
        }
    }

    /// Makes sure that the body is in memory.
    async fn load(&self, cargo: &Cargo) -> Result<(), Outcome> {
        let message = &cargo.message;
        let read = async || {
            let kib = (message.blob.size_bytes / 1024 + 1).min(limits::READING_MEMORY_KIB as u64);
            let kib = u32::try_from(kib).unwrap_or(u32::MAX);
            let share = self.inner.reading.clone().acquire_many_owned(kib).await;
            let share = share.expect("the semaphore is never closed");
            let bytes = self.inner.blobs.get(&message.blob).await?;
            let (prefix, letter) = (message.prefix.clone(), bytes.clone());
            // Large letters of many parts take their time, in which others should go on.
            let summary = tokio::task::spawn_blocking(move || summarise(&prefix, &letter)).await;
            let summary = summary.unwrap_or_else(|panic| resume_unwind(panic.into_panic()));
            Ok::<_, blobs::BlobError>(Body { bytes, summary, _share: share })
        };
        match cargo.body.get_or_try_init(read).await {
            Ok(_) => Ok(()),
            Err(error) => {
                error!(
                    error = %model::Chain(&error),
                    message = message.id.0,
                    "cannot read a queued body"
                );
                Err(Outcome::Later { reply: Reply::later(451, 3, 0, "temporary trouble here"), host: None })
            }
        }
    }

    /// One commit for all of them; when something is wrong with one, the others go without it.
    async fn deliver(&self, account: AccountRef, mut jobs: Vec<Arc<Job>>) {
        let mut unstated = HashSet::new();
        while !jobs.is_empty() {
            if !self.can_state(jobs.iter().map(|job| &job.delivery)).await {
                self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                continue;
            }
            let reports = match self.success_reports(&jobs).await {
                Ok(reports) => reports,
                Err(reply) => {
                    warn!(%reply, "a report cannot be kept now; the letters wait for it");
                    self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                    continue;
                }
            };
            match self.commit_into(account, jobs.clone(), &reports, unstated.clone()).await {
                Ok(()) => {
                    for job in &jobs {
                        debug!(message = job.delivery.message.id.0, recipient = %job.delivery.recipient, "delivered");
                    }
                    return;
                }
                Err(Undelivered::Lost(index)) => {
                    let lost = jobs.remove(index);
                    warn!(delivery = lost.delivery.id.0, "the claim was lost before the delivery");
                }
                Err(Undelivered::Refused(index, outcome)) => {
                    let job = jobs.remove(index);
                    self.settle(vec![Ended { job, outcome }], Vec::new()).await;
                }
                Err(error) if error.is_temporary() => {
                    warn!(error = %model::Chain(&error), "letters wait for the database");
                    self.inner.world.clock.sleep(limits::STORAGE_PAUSE).await;
                }
                // The letter itself arrives, whatever can be said of it.
                Err(Undelivered::Unstated(index, error)) => {
                    let delivery = jobs[index].delivery.id;
                    error!(error = %model::Chain(&error), delivery = delivery.0, "no statement of a letter that arrives");
                    unstated.insert(delivery);
                }
                Err(error) => {
                    error!(error = %model::Chain(&error), "a letter does not go into its account");
                    // Which one it is shows when they go one by one.
                    let is_alone = jobs.len() == 1;
                    for job in std::mem::take(&mut jobs) {
                        if is_alone {
                            let reply = Reply::later(451, 3, 0, "temporary trouble here");
                            let outcome = Outcome::Later { reply, host: None };
                            self.settle(vec![Ended { job, outcome }], Vec::new()).await;
                        } else {
                            Box::pin(self.deliver(account, vec![job])).await;
                        }
                    }
                }
            }
        }
    }

    /// Reports for those who asked to hear of success.
    async fn success_reports(&self, jobs: &[Arc<Job>]) -> Result<Vec<Arc<Ready>>, Reply> {
        let mut reports = Vec::new();
        for job in jobs.iter().filter(|job| job.delivery.notify.is_some_and(|notify| notify.success)) {
            let now = self.inner.world.clock.now();
            let outcome =
                Outcome::Delivered { place: place_of(job).to_owned(), reply: None, reports_success: false };
            let conclusion = conclude(&job.delivery, &outcome, now, now, &self.inner.settings);
            reports.append(&mut self.delivery_reports(&[(job.delivery.clone(), conclusion)]).await?);
        }
        Ok(reports)
    }

    /// The one commit: each letter leaves the queue as it comes into the account.
    async fn commit_into(
        &self,
        account: AccountRef,
        jobs: Vec<Arc<Job>>,
        reports: &[Arc<Ready>],
        unstated: HashSet<DeliveryId>,
    ) -> Result<(), Undelivered> {
        let flow = self.clone();
        let opened = self.inner.store.account(account);
        // Whoever sent a secure letter hears that it arrived.
        let is_ours_alone = reports.is_empty() && jobs.iter().all(|job| job.delivery.slot.is_none());
        let scope = if is_ours_alone {
            self.inner.db.tenant(account.organisation)
        } else {
            self.inner.db.operator("a letter goes into an account, and a report to its sender")
        };
        let write = move |tx: &mut Tx| {
            let now = flow.inner.world.clock.now();
            for (index, job) in jobs.iter().enumerate() {
                let (delivery, message) = (&job.delivery, &job.delivery.message);
                let Some(body) = job.cargo.body.get() else { continue };
                if !mail_queue::finish(tx, delivery)? {
                    return Err(Undelivered::Lost(index));
                }
                let mut prefix = stamps(&message.from, &delivery.recipient).into_bytes();
                prefix.extend_from_slice(&message.prefix);
                let parcel = Parcel {
                    letter: LetterId(flow.inner.world.new_id()),
                    prefix: &prefix,
                    blob: message.blob,
                    summary: &body.summary,
                    is_doubtful: delivery.is_doubtful(),
                    received_at: message.received_at,
                };
                if let Err(error) = into_account(tx, &opened, &parcel) {
                    return Err(match refusal(&error) {
                        Some(outcome) => Undelivered::Refused(index, outcome),
                        None => Undelivered::Store(error),
                    });
                }
                let step = Step::Delivered { place: place_of(job).to_owned(), reply: None };
                trail::record(tx, &flow.event(delivery, now, step))?;
                if unstated.contains(&delivery.id) {
                    continue;
                }
                flow.note_carried(tx, delivery, Heard::Queue(delivery.id), &Carriage::Arrived).map_err(
                    |error| match error {
                        SecureError::Db(error) => Undelivered::Db(error),
                        error => Undelivered::Unstated(index, error),
                    },
                )?;
            }
            Ok(true)
        };
        self.committed(reports, scope, write).await.map(drop)
    }
}

/// The folder that a letter goes to, for the trail.
fn place_of(job: &Job) -> &'static str {
    if job.delivery.is_doubtful() { Role::Junk.default_name() } else { Role::Inbox.default_name() }
}
