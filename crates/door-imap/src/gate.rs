//! How many connections may be open at the same time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::Limits;

/// Counts connections; shared by all listeners of the door. Cheap to clone.
#[derive(Clone, Default)]
pub struct Gate(Arc<Counters>);

#[derive(Default)]
struct Counters {
    open: Mutex<HashMap<IpAddr, usize>>,
    panics: AtomicU64,
}

/// One connection's place; given back when it is dropped.
pub(crate) struct Pass {
    gate: Gate,
    source: IpAddr,
}

impl Gate {
    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.0.open.lock().values().sum()
    }

    /// How many connections ended by a bug of ours.
    pub fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn count_panic(&self) {
        self.0.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets a connection in, or not. Whoever `is_exempt` is counted, but only the total holds.
    pub(crate) fn admit(&self, ip: IpAddr, is_exempt: bool, limits: &Limits) -> Option<Pass> {
        let source = network(ip);
        let mut open = self.0.open.lock();
        let total: usize = open.values().sum();
        let from_there = open.get(&source).copied().unwrap_or(0);
        if total >= limits.connections || !is_exempt && from_there >= limits.connections_per_source {
            return None;
        }
        open.insert(source, from_there + 1);
        Some(Pass { gate: self.clone(), source })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut open = self.gate.0.open.lock();
        let left = open.get(&self.source).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            open.remove(&self.source);
        } else {
            open.insert(self.source, left);
        }
    }
}

/// What belongs to one customer: an IPv4 address, or the /64 of an IPv6 address.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) & !u128::from(u64::MAX))),
        ip => ip,
    }
}
