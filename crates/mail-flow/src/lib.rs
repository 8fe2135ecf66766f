//! THE PAGE TO READ FIRST: how a letter comes in and how it goes on.
//!
//! ```text
//! a door → Arrival ─ accept() ─ judge → route → one commit ─→ "250"
//!                                                  │
//!          send_due() ─ takes what is due ─ carry ─┴→ one commit: outcome, mailbox row or report, trail
//! ```
//!
//! [`Flow::accept`] is the one gate: what a peer brings, what our users submit and what we write ourselves
//! all pass it, and nothing is answered with `250` before the queue has committed. [`Flow::send_due`] is the
//! delivery loop. What it commits at the end of an attempt is one transaction: the delivery leaves the queue
//! in the very commit that puts the letter into the mailbox, or the report into the queue. So a crash at any
//! moment loses nothing and delivers nothing twice (docs/journey.md).

mod accept;
mod application;
mod arrival;
mod asking;
mod beforehand;
mod carriage;
mod composed;
mod delivery_status;
mod forward;
mod gateway;
mod ground;
mod hand;
mod judging;
mod known;
mod lanes;
mod limits;
mod placing;
mod posting;
mod reading;
pub mod received;
mod recipient;
mod relay;
mod report;
mod returned;
mod secure;
mod send;
mod settle;
mod sighted;
mod sign;
mod stamp;
pub mod testing;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use blobs::Blobs;
use db::Db;
use directory::Directory;
use gateways::Gateways;
use keys::Keys;
use mail_deliver::{Outbound, Remote};
use mail_queue::{Destinations, Queue};
use mail_reports::Reports;
use mail_route::{Relays, ReturnPaths};
use mail_secure::{Recalled, Secure};
use mail_store::MailStore;
use model::Domain;
use parking_lot::Mutex;
use reputation::Reputation;
use tokio::sync::{Notify, Semaphore, mpsc};
use world::World;

pub use arrival::{Accepted, Arrival, Incoming, Origin, Session};
pub use asking::Asking;
pub use beforehand::{REFERENCE_DAYS, RecipientCheck, SecureService};
pub use composed::{Composed, NotTaken, TakenComposed, reference_of, reference_shown};
pub use ground::Ground;
pub use secure::{Sending, TakenSecured};
pub use sighted::{TEST_MAIL_SUBJECT, TEST_MAIL_TEXT};
use trust::MtaSts;

use carriage::Load;
use hand::{Fresh, InHand};
use judging::Judging;
use known::Known;
use lanes::Lanes;

/// What may be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How this server calls itself in Received fields, reports and EHLO.
    pub hostname: Domain,
    /// The node's own name among the nodes of one database.
    pub node: String,
    /// Which host this node is, where its configuration says so.
    pub host: Option<Domain>,
    /// How letters leave.
    pub outbound: Outbound,
    /// What is refused.
    pub policy: mail_judge::Policy,
    /// What looks for malware in letters that leave sealed.
    pub scanner: Option<mail_judge::Scanner>,
    /// How long a delivery is tried.
    pub lifetime: Duration,
    /// When the sender hears that it takes long.
    pub delay_notice_after: Duration,
    /// Transactions at the same time to one destination.
    pub destination_concurrency: usize,
    /// How we call ourselves in reports about mail.
    pub reports: mail_reports::Settings,
}

impl Settings {
    /// The defaults for a server of that name.
    pub fn new(hostname: Domain, node: impl Into<String>) -> Settings {
        Settings {
            outbound: Outbound::new(hostname.clone()),
            reports: mail_reports::Settings::new(hostname.clone()),
            hostname,
            node: node.into(),
            host: None,
            policy: mail_judge::Policy::default(),
            scanner: None,
            lifetime: mail_queue::limits::LIFETIME,
            delay_notice_after: mail_queue::limits::DELAY_NOTICE_AFTER,
            destination_concurrency: mail_queue::limits::DESTINATION_CONCURRENCY,
        }
    }
}

/// What the flow is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The bodies.
    pub blobs: Blobs,
    /// Clock, randomness, names, dialling out.
    pub world: World,
    /// Who exists.
    pub directory: Directory,
    /// Where accounts keep their letters.
    pub store: MailStore,
    /// What signs letters.
    pub keys: Keys,
    /// Secure letters.
    pub secure: Secure,
    /// What may be set.
    pub settings: Settings,
}

/// The flow of letters through one node. Cheap to clone.
#[derive(Clone)]
pub struct Flow {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    queue: Queue,
    remote: Remote,
    /// Letters accepted here, on their way to the delivery loop without a detour through the database.
    fresh: mpsc::Sender<Fresh>,
    /// The other ends, until the delivery loop takes them.
    ends: Mutex<Option<Ends>>,
    known: Known,
    judging: Judging,
    in_hand: Arc<InHand>,
    lanes: Lanes,
    return_paths: ReturnPaths,
    relays: Relays,
    gateways: Gateways,
    reports: Reports,
    reputation: Reputation,
    destinations: Mutex<Destinations<Load>>,
    /// Asks the delivery loop to look at the queue now.
    look: Notify,
    /// Transactions with other servers at the same time.
    carriers: Arc<Semaphore>,
    /// KiB of bodies that ride along with fresh letters.
    riding: Arc<Semaphore>,
    /// KiB of bodies read for delivery into accounts.
    reading: Arc<Semaphore>,
    /// What secured letters may take of memory while they arrive.
    secrets: Arc<Semaphore>,
    /// Turns for sealing.
    sealing: Semaphore,
}

/// What comes to the delivery loop without a detour through the database.
struct Ends {
    /// Letters just accepted.
    fresh: mpsc::Receiver<Fresh>,
    /// Claims that waited for a former attempt to let go.
    again: mpsc::UnboundedReceiver<Fresh>,
}

impl std::ops::Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Flow {
    /// Puts the flow together; nothing runs until [`Flow::send_due`] is called.
    pub fn new(parts: Parts) -> Flow {
        let queue = Queue::new(parts.db.clone(), parts.world.clone(), &parts.settings.node);
        let policies = MtaSts::new(parts.db.clone(), parts.world.clone());
        let remote = Remote::new(parts.world.clone(), parts.settings.outbound.clone(), policies);
        let reports = Reports::new(
            parts.db.clone(),
            parts.world.clone(),
            parts.directory.clone(),
            parts.settings.reports.clone(),
        );
        let reputation = Reputation::new(parts.db.clone(), parts.world.clone(), parts.directory.clone());
        let judge = mail_judge::Judge::new(
            parts.world.names.clone(),
            parts.world.clock.clone(),
            parts.settings.hostname.clone(),
        );
        let return_paths = ReturnPaths::new(parts.db.clone(), parts.world.clone(), parts.keys.clone());
        let world = parts.world.clone();
        // What is taken back leaves the queue in the same transaction.
        parts.secure.recalls_by(Box::new(move |tx, slot, now| {
            let is_all = mail_queue::recall(tx, &world, slot.0, now)?;
            Ok(if is_all { Recalled::All } else { Recalled::Underway })
        }));
        let (fresh, fresh_end) = mpsc::channel(limits::FRESH_LIMIT);
        let (again, again_end) = mpsc::unbounded_channel();
        Flow {
            inner: Arc::new(Inner {
                queue,
                remote,
                fresh,
                ends: Mutex::new(Some(Ends { fresh: fresh_end, again: again_end })),
                known: Known::default(),
                judging: Judging::new(judge),
                in_hand: InHand::new(again),
                lanes: Lanes::default(),
                return_paths,
                relays: Relays::new(parts.db.clone(), parts.world.clone()),
                gateways: Gateways::new(parts.db.clone(), parts.world.clone(), parts.keys.clone()),
                reports,
                reputation,
                destinations: Mutex::new(Destinations::new(parts.settings.destination_concurrency)),
                look: Notify::new(),
                carriers: Arc::new(Semaphore::new(limits::CARRIER_LIMIT)),
                riding: Arc::new(Semaphore::new(limits::RIDING_MEMORY_KIB)),
                reading: Arc::new(Semaphore::new(limits::READING_MEMORY_KIB)),
                secrets: Arc::new(Semaphore::new(limits::SECRET_SHARES)),
                sealing: Semaphore::new(limits::SEALED_AT_ONCE),
                parts,
            }),
        }
    }

    /// Secure letters, for the portal and an administrator's commands.
    pub fn secure(&self) -> &Secure {
        &self.inner.secure
    }

    /// The return paths of what is forwarded, for upkeep.
    pub fn return_paths(&self) -> &ReturnPaths {
        &self.inner.return_paths
    }

    /// The rules for relays, for an administrator's commands.
    pub fn relays(&self) -> &Relays {
        &self.inner.relays
    }

    /// The reports, for charts and upkeep.
    pub fn reports(&self) -> &Reports {
        &self.inner.reports
    }

    /// The queue, for an administrator's commands.
    pub fn queue(&self) -> &Queue {
        &self.inner.queue
    }
}

#[cfg(test)]
mod tests;
