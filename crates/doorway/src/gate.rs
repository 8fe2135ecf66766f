//! How many may come in at the same time, and how often.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::Timestamp;
use parking_lot::Mutex;

use crate::limits::REMEMBERED_SOURCES;

const MINUTE: Duration = Duration::from_secs(60);

/// How many connections a door takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// At the same time, over all listeners.
    pub connections: usize,
    /// At the same time from one source: an IPv4 address, or the /64 of an IPv6 address.
    pub connections_per_source: usize,
    /// New ones from one source in a minute; `None` where coming often is no trouble.
    pub connections_per_minute: Option<usize>,
}

/// Counts connections; shared by all listeners of a door. Cheap to clone.
#[derive(Clone, Default)]
pub struct Gate(Arc<Counters>);

#[derive(Default)]
struct Counters {
    state: Mutex<State>,
    panics: AtomicU64,
}

#[derive(Default)]
struct State {
    open: usize,
    visits: HashMap<IpAddr, Visits>,
    /// How many sources may be remembered before the next sweep.
    sweep_above: usize,
}

#[derive(Clone, Copy)]
struct Visits {
    open: usize,
    minute_began: Timestamp,
    in_minute: usize,
}

/// Why somebody has to wait outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMany {
    /// Connections over all.
    AtAll,
    /// Connections from this source.
    FromThere,
    /// New connections from this source in the last minute.
    TooFast,
}

/// One connection's place; given back when it is dropped.
pub struct Pass {
    gate: Gate,
    source: IpAddr,
}

impl Gate {
    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.0.state.lock().open
    }

    /// How many connections ended by a bug of ours.
    pub fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn count_panic(&self) {
        self.0.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets a connection in, or says why not. Whoever `is_exempt` is counted, but only the total holds.
    pub fn admit(
        &self,
        ip: IpAddr,
        is_exempt: bool,
        allowance: &Allowance,
        now: Timestamp,
    ) -> Result<Pass, TooMany> {
        let source = network_of(ip);
        let mut state = self.0.state.lock();
        if state.open >= allowance.connections {
            return Err(TooMany::AtAll);
        }
        state.sweep(now);
        let visits =
            state.visits.entry(source).or_insert(Visits { open: 0, minute_began: now, in_minute: 0 });
        if now.since(visits.minute_began) >= MINUTE {
            (visits.minute_began, visits.in_minute) = (now, 0);
        }
        if !is_exempt && visits.open >= allowance.connections_per_source {
            return Err(TooMany::FromThere);
        }
        if !is_exempt && allowance.connections_per_minute.is_some_and(|most| visits.in_minute >= most) {
            return Err(TooMany::TooFast);
        }
        visits.open += 1;
        visits.in_minute += 1;
        state.open += 1;
        drop(state);
        Ok(Pass { gate: self.clone(), source })
    }
}

impl State {
    /// Forgets sources of which nothing is open and nothing recent; seldom enough to cost nothing.
    fn sweep(&mut self, now: Timestamp) {
        if self.visits.len() > self.sweep_above.max(REMEMBERED_SOURCES) {
            self.visits.retain(|_, visits| visits.open > 0 || now.since(visits.minute_began) < MINUTE);
            self.sweep_above = self.visits.len().saturating_mul(2);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.gate.0.state.lock();
        state.open = state.open.saturating_sub(1);
        if let Some(visits) = state.visits.get_mut(&self.source) {
            visits.open = visits.open.saturating_sub(1);
        }
    }
}

/// What belongs to one customer: an IPv4 address, or the /64 of an IPv6 address.
pub fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) & !u128::from(u64::MAX))),
        v4 => v4,
    }
}
