//! DNS: answers for the hosted zones, and for no others.
//!
//! [`wire_dns`] compiles zones to images and writes answers; here are the sockets. One thread for each UDP socket
//! takes datagrams from the kernel by the batch; connections are tasks. `keeper.rs` holds what is answered from equal
//! to the database: it hears of changes, builds the zone anew beside the one that is served, and puts it in its place
//! at once for everybody.
//!
//! - Nothing is looked up for strangers: a name outside of our zones is REFUSED, also from loopback.
//! - A zone goes out whole only over TCP and only for a question signed with a key of one of its secondaries.
//! - Over UDP nobody gets more than 1232 octets, nor the same answer more than a hundred times a second per network.

mod board;
mod datagrams;
mod keeper;
mod limiter;
pub mod limits;
mod notifier;
mod respond;
mod streams;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arc_swap::ArcSwap;
use doorway::{Allowance, Gate};
use keys::Keys;
use tokio::sync::Semaphore;
use world::World;
use zones::Zones;

pub use datagrams::{bind_udp, serve_udp};
pub use keeper::{LoadError, keep};
pub use streams::serve_tcp;

use crate::board::Board;
use crate::limiter::Limiter;

/// How much is too much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one IPv4 address or IPv6 /64.
    pub connections_per_source: usize,
    /// New connections from one source in a minute.
    pub connections_per_minute: usize,
    /// Times that a network gets the same answer in a second over UDP; 0: no limit.
    pub same_answers_per_second: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: limits::CONNECTIONS,
            connections_per_source: limits::CONNECTIONS_PER_SOURCE,
            connections_per_minute: limits::CONNECTIONS_PER_MINUTE,
            same_answers_per_second: limits::SAME_ANSWERS_PER_SECOND,
        }
    }
}

impl Limits {
    fn allowance(&self) -> Allowance {
        Allowance {
            connections: self.connections,
            connections_per_source: self.connections_per_source,
            connections_per_minute: Some(self.connections_per_minute),
        }
    }
}

/// What all sockets of the door share.
pub struct Shared {
    zones: Zones,
    keys: Keys,
    world: World,
    exempt_loopback: bool,
    limits: Limits,
    gate: Gate,
    board: ArcSwap<Board>,
    limiter: Limiter,
    transfers: Semaphore,
    counters: Counters,
}

/// What happened since the start.
#[derive(Default)]
struct Counters {
    datagrams: AtomicU64,
    dropped: AtomicU64,
    transfers: AtomicU64,
}

impl Shared {
    /// The door with no zones yet: [`Shared::load`] brings them. With `exempt_loopback` whoever asks from this machine
    /// is not limited: for the demo and for tests.
    pub fn new(zones: Zones, keys: Keys, world: World, exempt_loopback: bool, limits: Limits) -> Arc<Shared> {
        let limiter = Limiter::new(limits::LIMITER_PLACES, limits.same_answers_per_second, limits::SLIP);
        Arc::new(Shared {
            zones,
            keys,
            world,
            exempt_loopback,
            limits,
            gate: Gate::default(),
            board: ArcSwap::default(),
            limiter,
            transfers: Semaphore::new(limits::TRANSFERS),
            counters: Counters::default(),
        })
    }

    /// How many zones are served.
    pub fn zone_count(&self) -> usize {
        self.board.load().images.len()
    }

    /// The serial number with which a zone is served.
    pub fn serial(&self, zone: &wire_dns::Name) -> Option<u32> {
        self.board.load().images.get(zone).map(|image| image.serial())
    }
}

#[cfg(test)]
mod tests;
