//! How a letter goes on: take what is due, send each delivery on its way, stop cleanly.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mail_deliver::Outcome;
use mail_queue::Delivery;
use model::{Domain, MessageId, Reply, Route};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::carriage::Load;
use crate::hand::{Cargo, Fresh, Job};
use crate::settle::Ended;
use crate::{Ends, Flow, limits};

impl Flow {
    /// The delivery loop; runs until `shutdown` turns true, and then until what is under way has ended or
    /// its patience is over. One per node; a second call returns at once.
    ///
    /// Letters accepted here come through a channel without a detour through the database; whatever else
    /// is due (deferred, left behind by a node that stopped, accepted by a node that was busy) is claimed.
    pub async fn send_due(&self, mut shutdown: watch::Receiver<bool>) {
        let Some(Ends { mut fresh, mut again }) = self.inner.ends.lock().take() else {
            error!("the delivery loop runs already");
            return;
        };
        let mut notices = self.inner.db.subscribe();
        let clock = self.inner.world.clock.clone();
        let mut next_look = clock.now();
        let mut has_freed = false;
        loop {
            tokio::select! {
                biased;
                // The sender's end counts as the wish to stop.
                () = async { drop(shutdown.wait_for(|stop| *stop).await) } => break,
                () = clock.sleep_until(next_look) => {
                    has_freed = has_freed || self.free_old_leases().await;
                    // Counted from before the look: what became due meanwhile may have been missed.
                    let looked_at = clock.now();
                    next_look = looked_at.plus(self.look().await);
                }
                () = self.inner.look.notified() => next_look = clock.now(),
                Some(letter) = fresh.recv() => self.begin(letter),
                Some(letter) = again.recv() => self.take_up(letter),
                notice = notices.recv() => match notice {
                    Ok(notice) if notice.channel != mail_queue::WAKE => {}
                    Ok(notice) if notice.payload == mail_queue::LOOK => next_look = clock.now(),
                    // Somebody asks to try now; or another process wrote something, and it may be this:
                    // `relais queue retry` beside us on SQLite.
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        self.inner.destinations.lock().open_all();
                        next_look = clock.now();
                    }
                    Err(RecvError::Closed) => break,
                },
            }
        }
        fresh.close();
        self.stop().await;
    }

    /// At start: what this node had in hand when it stopped is due at once.
    async fn free_old_leases(&self) -> bool {
        match self.inner.queue.free_old_leases().await {
            Ok(0) => true,
            Ok(count) => {
                info!(count, "deliveries of our last run go on");
                true
            }
            Err(error) => {
                warn!(error = %model::Chain(&error), "cannot free our old claims now");
                false
            }
        }
    }

    /// Renews what is in hand, claims what is due; tells how long nothing is to be done.
    async fn look(&self) -> Duration {
        let clock = &self.inner.world.clock;
        self.renew().await;
        match self.inner.queue.free_doubted().await {
            Ok(0) => {}
            Ok(count) => info!(count, "deliveries whose writing was in doubt go on"),
            Err(error) => warn!(error = %model::Chain(&error), "cannot look for doubted claims now"),
        }
        let flow = self.clone();
        tokio::spawn(async move { flow.inner.remote.close_idle(false).await });
        let room = limits::IN_HAND_LIMIT.saturating_sub(self.inner.in_hand.count());
        let next_due = match self.inner.queue.next_due().await {
            Ok(Some(next_due)) => next_due,
            Ok(None) => return limits::POLL_INTERVAL,
            Err(error) => {
                warn!(error = %model::Chain(&error), "the queue cannot be read now");
                return limits::POLL_INTERVAL;
            }
        };
        let wait = next_due.since(clock.now());
        if !wait.is_zero() || room == 0 {
            return wait.clamp(Duration::from_millis(10), limits::POLL_INTERVAL);
        }
        match self.inner.queue.claim(room.min(limits::CLAIM_LIMIT)).await {
            Ok(claimed) => {
                let pause = if claimed.is_empty() { limits::POLL_INTERVAL } else { Duration::ZERO };
                for letter in by_message(claimed) {
                    self.begin(letter);
                }
                pause
            }
            Err(error) => {
                warn!(error = %model::Chain(&error), "nothing can be claimed now");
                limits::POLL_INTERVAL
            }
        }
    }

    async fn renew(&self) {
        let soon = self.inner.world.in_future(mail_queue::limits::LEASE / 2);
        let claims = self.inner.in_hand.ending_before(soon);
        if claims.is_empty() {
            return;
        }
        match self.inner.queue.renew(claims.clone()).await {
            Ok((until, lost)) => {
                self.inner.in_hand.renewed(&claims, until);
                if !lost.is_empty() {
                    warn!(count = lost.len(), "claims were lost; what becomes of them here will not count");
                }
            }
            Err(error) => warn!(error = %model::Chain(&error), "claims cannot be renewed now"),
        }
    }

    /// Begins with what was claimed while a former attempt still had it in hand, if the claim holds still.
    fn take_up(&self, mut letter: Fresh) {
        let now = self.inner.world.clock.now();
        letter.deliveries.retain(|delivery| delivery.lease.until > now);
        self.begin(letter);
    }

    /// Sends each delivery of a letter on its way.
    fn begin(&self, letter: Fresh) {
        let mut loads: HashMap<Domain, Load> = HashMap::new();
        let mut others = Vec::new();
        for delivery in letter.deliveries {
            let route = delivery.route.clone();
            let is_overdue = self.is_overdue(&delivery);
            let Some(job) = self.inner.in_hand.take(delivery, letter.cargo.clone()) else { continue };
            if is_overdue {
                let words = || Reply::later(451, 3, 0, "temporary trouble here");
                let reply = job.delivery.last_reply.clone().unwrap_or_else(words);
                let outcome = Outcome::Later { reply, host: None };
                let (flow, job) = (self.clone(), Arc::new(job));
                tokio::spawn(async move { flow.settle(vec![Ended { job, outcome }], Vec::new()).await });
                continue;
            }
            match route {
                Route::Account { account, .. } => self.enter_lane(account, job),
                Route::Remote { .. } | Route::Gateway { .. } if !self.inner.queue.carries_remote() => {
                    others.push(job)
                }
                Route::Remote { address } | Route::Gateway { address, .. } => {
                    let destination = address.domain().clone();
                    loads
                        .entry(destination.clone())
                        .or_insert_with(|| Load { destination, jobs: Vec::new() })
                        .jobs
                        .push(job);
                }
                Route::Reports { organisation, domain } => self.take_report(organisation, domain, job),
                Route::Nowhere { reply } => {
                    let (flow, job, outcome) =
                        (self.clone(), Arc::new(job), Outcome::Failed { reply, host: None });
                    tokio::spawn(async move { flow.settle(vec![Ended { job, outcome }], Vec::new()).await });
                }
            }
        }
        for load in loads.into_values() {
            self.dispatch(load);
        }
        self.leave_to_others(others);
    }

    /// From now on this node brings letters to other servers, or leaves them to nodes that do. What is under way
    /// goes on to its end.
    pub fn carry_remote(&self, does: bool) {
        if self.inner.queue.carries_remote() == does {
            return;
        }
        self.inner.queue.carry_remote(does);
        let waiting = match does {
            true => Vec::new(),
            false => self.inner.destinations.lock().take_waiting(),
        };
        self.leave_to_others(waiting.into_iter().flat_map(|load| load.jobs).collect());
        self.inner.look.notify_one();
    }

    /// Gives claims back to nodes that bring letters to other servers; if that fails they run out.
    fn leave_to_others(&self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let flow = self.clone();
        tokio::spawn(async move {
            let claims = jobs.iter().map(Job::claim).collect();
            if let Err(error) = flow.inner.queue.leave_to_others(claims).await {
                error!(error = %model::Chain(&error), "cannot leave letters to other nodes");
            }
        });
    }

    /// Whether a delivery should have ended long ago, but its attempts come to no end.
    fn is_overdue(&self, delivery: &Delivery) -> bool {
        let before = self.inner.world.clock.now().minus(limits::PAST_LIFETIME);
        delivery.attempts > limits::ATTEMPTS_PAST_LIFETIME
            && mail_queue::is_expired(delivery.message.received_at, before, self.inner.settings.lifetime)
    }

    /// Lets go of what waits, waits for what is under way, frees the claims for others or for the next start.
    async fn stop(&self) {
        drop(self.take_waiting_in_lanes());
        drop(self.inner.destinations.lock().take_waiting());
        tokio::select! {
            () = self.inner.in_hand.wait_until_empty() => {}
            () = self.inner.world.clock.sleep(limits::STOP_PATIENCE) => {
                let count = self.inner.in_hand.count();
                warn!(count, "stopping with deliveries under way; they are tried again");
            }
        }
        self.inner.remote.close_idle(true).await;
        if let Err(error) = self.inner.queue.free_all_leases().await {
            warn!(
                error = %model::Chain(&error),
                "our claims stay until the next start or their end"
            );
        }
    }
}

/// Claimed deliveries, with what they share.
fn by_message(claimed: Vec<Delivery>) -> Vec<Fresh> {
    let mut letters: Vec<Fresh> = Vec::new();
    let mut places: HashMap<MessageId, usize> = HashMap::new();
    for delivery in claimed {
        let place = *places.entry(delivery.message.id).or_insert_with(|| {
            let cargo = Cargo::new(Arc::clone(&delivery.message), None);
            letters.push(Fresh { cargo, deliveries: Vec::new() });
            letters.len() - 1
        });
        letters[place].deliveries.push(delivery);
    }
    letters
}
