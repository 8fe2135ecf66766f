//! How hard each destination is pressed: so many at a time, and none while it does not answer.
//!
//! Only memory: after a start every destination gets its chance at once. Pure: the caller says what time it
//! is and carries the loads.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use model::{Domain, Timestamp};

use crate::limits::{DESTINATION_LIMIT, DESTINATION_WAITING};

/// The destinations with loads under way, and those that are closed. `L` is what is carried.
#[derive(Debug)]
pub struct Destinations<L> {
    by_domain: HashMap<Domain, Destination<L>>,
    concurrency: usize,
}

#[derive(Debug)]
struct Destination<L> {
    under_way: usize,
    waiting: VecDeque<L>,
    failures: u32,
    closed_until: Option<Timestamp>,
}

/// The answer to a load.
#[derive(Debug, PartialEq, Eq)]
pub enum Offer<L> {
    /// Carry it now, and call [`Destinations::done`] afterwards.
    Go(L),
    /// It waits here; `done` will hand it out.
    Waits,
    /// The destination did not answer lately: not before this moment.
    Closed(L, Timestamp),
    /// Too many wait already: later.
    Crowded(L),
}

/// What follows from the end of a load.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<L> {
    /// Carry this one now.
    Go(L),
    /// The destination is closed: these go back to the queue until then.
    Closed(Vec<L>, Timestamp),
}

impl<L> Destinations<L> {
    /// With so many transactions at a time for each.
    pub fn new(concurrency: usize) -> Destinations<L> {
        Destinations { by_domain: HashMap::new(), concurrency: concurrency.max(1) }
    }

    /// Asks whether `load` may go.
    pub fn offer(&mut self, domain: &Domain, load: L, now: Timestamp) -> Offer<L> {
        if self.by_domain.len() >= DESTINATION_LIMIT && !self.by_domain.contains_key(domain) {
            self.forget_one();
        }
        let destination = self.by_domain.entry(domain.clone()).or_insert_with(|| Destination {
            under_way: 0,
            waiting: VecDeque::new(),
            failures: 0,
            closed_until: None,
        });
        match destination.closed_until {
            Some(until) if until > now => Offer::Closed(load, until),
            // After a failure one load at a time tries whether somebody is there.
            _ if destination.under_way < self.concurrency
                && (destination.failures == 0 || destination.under_way == 0) =>
            {
                destination.under_way += 1;
                Offer::Go(load)
            }
            _ if destination.waiting.len() < DESTINATION_WAITING => {
                destination.waiting.push_back(load);
                Offer::Waits
            }
            _ => Offer::Crowded(load),
        }
    }

    /// A load has come to its end. With `pause` the destination could not be reached; it is asked for the
    /// pause that follows so many failures.
    pub fn done(
        &mut self,
        domain: &Domain,
        was_reached: bool,
        now: Timestamp,
        pause: impl FnOnce(u32) -> Duration,
    ) -> Vec<Next<L>> {
        let Some(destination) = self.by_domain.get_mut(domain) else { return Vec::new() };
        destination.under_way = destination.under_way.saturating_sub(1);
        if !was_reached {
            // Several that failed together count once.
            if destination.closed_until.is_none_or(|until| until <= now) {
                destination.failures = destination.failures.saturating_add(1);
                destination.closed_until = Some(now.plus(pause(destination.failures)));
            }
            let until = destination.closed_until.unwrap_or(now);
            let back: Vec<L> = destination.waiting.drain(..).collect();
            return if back.is_empty() { Vec::new() } else { vec![Next::Closed(back, until)] };
        }
        destination.failures = 0;
        destination.closed_until = None;
        let mut next = Vec::new();
        while destination.under_way < self.concurrency {
            let Some(load) = destination.waiting.pop_front() else { break };
            destination.under_way += 1;
            next.push(Next::Go(load));
        }
        if destination.under_way == 0 {
            self.by_domain.remove(domain);
        }
        next
    }

    /// An administrator asks to try now: what is closed opens.
    pub fn open_all(&mut self) {
        for destination in self.by_domain.values_mut() {
            destination.closed_until = None;
        }
    }

    /// Everything that waits, because we stop.
    pub fn take_waiting(&mut self) -> Vec<L> {
        self.by_domain.values_mut().flat_map(|destination| destination.waiting.drain(..)).collect()
    }

    fn forget_one(&mut self) {
        let idle = self.by_domain.iter().filter(|(_, destination)| destination.under_way == 0);
        let oldest =
            idle.min_by_key(|(_, destination)| destination.closed_until).map(|(domain, _)| domain.clone());
        if let Some(domain) = oldest {
            self.by_domain.remove(&domain);
        }
    }
}
