//! Messages that we are responsible for, and when to try them again.
//!
//! A [`Message`] has one delivery for each recipient and route. A delivery is *waiting* (due at some
//! moment), *claimed* by a node (its lease ends at some moment), or *held* by an administrator; it ends with
//! [`finish`], whatever came of it, and the message ends with its last delivery. All of it happens in the
//! caller's transaction, beside what else must be true at the same moment: the mailbox's row, the report to
//! the sender, the trail.
//!
//! Claims are fenced: each has a token, and [`finish`] and [`defer`] change nothing once another node has
//! claimed the delivery. Several nodes may work on one database; each may stop at any time.

mod destinations;
pub mod limits;
mod rows;
mod schedule;
mod types;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use db::{Db, DbError, Page, Scoped, Seek, Tx};
use model::{DeliveryId, OrganisationId, Timestamp};
use parking_lot::Mutex;
use trail::{Actor, Change, Event, Facts, Step};
use world::World;

pub use destinations::{Destinations, Next, Offer};
pub use rows::{Deferral, MIGRATIONS, commit, defer, finish, live_blobs};
pub use schedule::pause;
pub use types::{Delivery, Entry, Lease, Message, NewDelivery, Reach, Selection};

/// The channel of notices that wakes every node's delivery loop: an administrator wants something tried now.
pub const WAKE: &str = "queue";

/// The payload of [`WAKE`] where nobody asks for more than a look: a node gave back what others are to carry.
pub const LOOK: &str = "look";

/// The queue as one node sees it. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    db: Db,
    world: World,
    node: Arc<str>,
    epoch: i64,
    carries_remote: Arc<AtomicBool>,
    /// The claims of writes that failed lately, and until when to look for them.
    doubted: Arc<Mutex<Vec<(i64, Timestamp)>>>,
}

impl Queue {
    /// `node` is this node's own name; no other node of the database may have it.
    pub fn new(db: Db, world: World, node: &str) -> Queue {
        let epoch = world.new_id();
        let (carries_remote, doubted) = (Arc::new(AtomicBool::new(true)), Arc::default());
        Queue { db, world, node: node.into(), epoch, carries_remote, doubted }
    }

    /// Whether this node brings letters to other servers; one that does not leaves them to those that do.
    pub fn carries_remote(&self) -> bool {
        self.carries_remote.load(Ordering::Relaxed)
    }

    /// From now on this node brings letters to other servers, or leaves them to others.
    pub fn carry_remote(&self, does: bool) {
        self.carries_remote.store(does, Ordering::Relaxed);
    }

    /// The node's name, for [`commit`].
    pub fn node(&self) -> &str {
        &self.node
    }

    /// A new claim from now on.
    pub fn lease(&self) -> Lease {
        Lease { token: self.world.new_id(), until: self.world.in_future(limits::LEASE) }
    }

    /// Claims up to `limit` due deliveries.
    pub async fn claim(&self, limit: usize) -> Result<Vec<Delivery>, DbError> {
        let (node, lease, now) = (self.node.clone(), self.lease(), self.world.clock.now());
        let with_remote = self.carries_remote();
        let claimed =
            self.all().write(move |tx| rows::claim(tx, &node, lease, now, limit, with_remote)).await;
        claimed.inspect_err(|_| self.doubt(lease))
    }

    /// Notes a claim whose write failed. The database may have it all the same, where only its answer was lost: then
    /// nobody works on it until [`Queue::free_doubted`] finds it.
    pub fn doubt(&self, lease: Lease) {
        let mut doubted = self.doubted.lock();
        if doubted.len() < limits::DOUBTED_LIMIT {
            doubted.push((lease.token, self.world.in_future(limits::DOUBTED_FOR)));
        }
    }

    /// Frees the claims that were doubted and stand in the database, so that they are due at once; tells how many. They
    /// are looked for a while, because the write of a lost connection may end after it.
    pub async fn free_doubted(&self) -> Result<u64, DbError> {
        let tokens: HashSet<i64> = self.doubted.lock().iter().map(|(token, _)| *token).collect();
        let (Some(first), Some(last)) = (tokens.iter().min().copied(), tokens.iter().max().copied()) else {
            return Ok(0);
        };
        let (node, now) = (self.node.clone(), self.world.clock.now());
        // One look at the queue, however many are doubted, and no write where none stands there.
        let mut claimed = self.all().read(move |tx| rows::claimed(tx, &node, first, last)).await?;
        claimed.retain(|(_, token)| tokens.contains(token));
        let mut freed = 0;
        if !claimed.is_empty() {
            let node = self.node.clone();
            let free = move |tx: &mut Tx| {
                let free = |(id, token): &(DeliveryId, i64)| rows::free_lease(tx, &node, *id, *token, now);
                claimed.iter().map(free).sum::<Result<u64, DbError>>()
            };
            freed = self.all().write(free).await?;
        }
        self.doubted.lock().retain(|(_, until)| *until > now);
        Ok(freed)
    }

    /// Until when nothing is due for this node, as far as the database knows; `None` if the queue is empty.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, DbError> {
        let with_remote = self.carries_remote();
        self.all().read(move |tx| rows::next_due(tx, with_remote)).await
    }

    /// Prolongs claims; gives the end of the new ones and the deliveries that are no longer ours.
    pub async fn renew(
        &self,
        claims: Vec<(DeliveryId, i64)>,
    ) -> Result<(Timestamp, Vec<DeliveryId>), DbError> {
        let until = self.world.in_future(limits::LEASE);
        let lost = self
            .all()
            .write(move |tx| {
                let mut lost = Vec::new();
                for (delivery, token) in &claims {
                    if !rows::renew(tx, *delivery, *token, until)? {
                        lost.push(*delivery);
                    }
                }
                Ok::<_, DbError>(lost)
            })
            .await?;
        Ok((until, lost))
    }

    /// Gives claims back that were not used, due again at `next_at`.
    pub async fn put_back(&self, claims: Vec<(DeliveryId, i64)>, next_at: Timestamp) -> Result<(), DbError> {
        self.all()
            .write(move |tx| {
                for (delivery, token) in &claims {
                    rows::put_back(tx, *delivery, *token, next_at)?;
                }
                Ok(())
            })
            .await
    }

    /// Gives claims back that other nodes are to carry, at once, and wakes those.
    pub async fn leave_to_others(&self, claims: Vec<(DeliveryId, i64)>) -> Result<(), DbError> {
        let now = self.world.clock.now();
        self.all()
            .write(move |tx| {
                for (delivery, token) in &claims {
                    rows::put_back(tx, *delivery, *token, now)?;
                }
                tx.notify(WAKE, LOOK.to_owned());
                Ok(())
            })
            .await
    }

    /// At start: what this node had claimed when it stopped is due at once. What has been claimed often by
    /// now waits a little: it may be what stops us, and the others should get through between two such stops.
    pub async fn free_old_leases(&self) -> Result<u64, DbError> {
        let later = self.world.clock.now().plus(limits::SUSPECT_PAUSE);
        self.free_leases_before(self.epoch, later).await
    }

    /// At a clean stop: whatever this node still claims is due at once, here or elsewhere.
    pub async fn free_all_leases(&self) -> Result<u64, DbError> {
        self.free_leases_before(i64::MAX, self.world.clock.now()).await
    }

    async fn free_leases_before(&self, epoch: i64, later: Timestamp) -> Result<u64, DbError> {
        let (node, now) = (self.node.clone(), self.world.clock.now());
        let suspects = (limits::SUSPECT_ATTEMPTS, later);
        self.all().write(move |tx| rows::free_leases(tx, &node, epoch, now, suspects)).await
    }

    /// The selected deliveries, oldest first. A tenant sees its own.
    pub async fn list(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        limit: usize,
    ) -> Result<Vec<Entry>, DbError> {
        let limit = limit.min(limits::COMMAND_LIMIT);
        Ok(self.page(scope, selection, Seek::first(limit)).await?.items)
    }

    /// As [`Queue::list`], a page at a time.
    pub async fn page(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        seek: Seek,
    ) -> Result<Page<Entry>, DbError> {
        let reach = scope.into();
        self.scoped(reach.organisation)
            .read(move |tx| {
                let entries = rows::list(tx, &reach, &selection, seek.after(), seek.rows())?;
                Ok(seek.page(entries, |entry| entry.delivery.0))
            })
            .await
    }

    /// Holds the selected deliveries until they are released; tells how many.
    pub async fn hold(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        who: impl Into<Actor>,
    ) -> Result<usize, DbError> {
        self.command(scope, selection, ("hold deliveries", who.into()), |tx, entry, now| {
            Ok(rows::set_held(tx, entry.delivery, true, now)?.then_some(Step::Held))
        })
        .await
    }

    /// Lets held deliveries go on, at once; tells how many.
    pub async fn release(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        who: impl Into<Actor>,
    ) -> Result<usize, DbError> {
        self.command(scope, selection, ("release deliveries", who.into()), |tx, entry, now| {
            Ok(rows::set_held(tx, entry.delivery, false, now)?.then_some(Step::Released))
        })
        .await
    }

    /// Makes the selected deliveries due now, except those held or just under way; tells how many.
    pub async fn retry(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        who: impl Into<Actor>,
    ) -> Result<usize, DbError> {
        self.command(scope, selection, ("retry deliveries", who.into()), |tx, entry, now| {
            Ok(rows::make_due(tx, entry.delivery, now)?.then_some(Step::Released))
        })
        .await
    }

    /// Deletes the selected deliveries without telling their senders; tells how many.
    pub async fn delete(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        who: impl Into<Actor>,
    ) -> Result<usize, DbError> {
        self.command(scope, selection, ("delete deliveries", who.into()), |tx, entry, _| {
            Ok(rows::delete(tx, entry.delivery, entry.message)?.then_some(Step::Deleted))
        })
        .await
    }

    async fn command(
        &self,
        scope: impl Into<Reach>,
        selection: Selection,
        (action, who): (&'static str, Actor),
        change: fn(&mut Tx, &Entry, Timestamp) -> Result<Option<Step>, DbError>,
    ) -> Result<usize, DbError> {
        let (world, reach) = (self.world.clone(), scope.into());
        self.scoped(reach.organisation)
            .write(move |tx| {
                let now = world.clock.now();
                let mut changed = 0;
                // Of each organisation, the deliveries by name.
                let mut named: BTreeMap<Option<OrganisationId>, Vec<String>> = BTreeMap::new();
                for entry in rows::list(tx, &reach, &selection, i64::MIN, limits::COMMAND_LIMIT as i64)? {
                    let Some(step) = change(tx, &entry, now)? else { continue };
                    changed += 1;
                    named
                        .entry(entry.organisation)
                        .or_default()
                        .push(format!("<{}> → {}", entry.from, entry.recipient));
                    trail::record(
                        tx,
                        &Event {
                            at: now,
                            id: world.new_id(),
                            organisation: entry.organisation,
                            message: Some(entry.message),
                            delivery: Some(entry.delivery),
                            sender: entry.from.to_string(),
                            recipient: Some(entry.recipient.to_string()),
                            step,
                        },
                    )?;
                }
                for (organisation, deliveries) in named {
                    let what = deliveries.join(", ");
                    let change = Change::new(now, world.new_id(), organisation, who.clone(), action, what);
                    let after = Facts::new().with("deliveries", deliveries.len());
                    trail::audit(tx, &change.with(Facts::new(), after))?;
                }
                tx.notify(WAKE, String::new());
                Ok(changed)
            })
            .await
    }

    fn scoped(&self, scope: Option<OrganisationId>) -> Scoped {
        match scope {
            Some(organisation) => self.db.tenant(organisation),
            None => self.all(),
        }
    }

    fn all(&self) -> Scoped {
        self.db.operator("a node works on the queue of every organisation")
    }
}

/// Takes all deliveries that bring a copy of a secure letter out of the queue, in the caller's transaction; each stands in
/// the trail as deleted. False, and none is taken, if some node works on one of them at this moment.
///
/// # Errors
/// When the database does not answer.
pub fn recall(tx: &mut Tx, world: &World, slot: [u8; 16], now: Timestamp) -> Result<bool, DbError> {
    let found = rows::bringing(tx, slot)?;
    if found.iter().any(|one| one.is_under_way) {
        return Ok(false);
    }
    for one in found {
        rows::delete(tx, one.delivery, one.message)?;
        let event = Event {
            at: now,
            id: world.new_id(),
            organisation: one.organisation,
            message: Some(one.message),
            delivery: Some(one.delivery),
            sender: one.from.to_string(),
            recipient: Some(one.recipient.to_string()),
            step: Step::Deleted,
        };
        trail::record(tx, &event)?;
    }
    Ok(true)
}

/// Whether a delivery received at `received_at` has been tried long enough.
pub fn is_expired(received_at: Timestamp, now: Timestamp, lifetime: Duration) -> bool {
    now.since(received_at) >= lifetime
}

#[cfg(test)]
mod tests;
