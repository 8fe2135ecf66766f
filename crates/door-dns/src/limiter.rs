//! How often the same is said to the same network over UDP: whoever forges a victim's address gets few answers sent
//! there. Counters lie in a table of fixed size; two that fall on one place share it, the later one begins anew.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes.
    Send,
    /// It goes without records, as «ask over TCP».
    Short,
    /// It does not go.
    Drop,
}

pub(crate) struct Limiter {
    places: Box<[AtomicU64]>,
    hasher: RandomState,
    most: u32,
    slip: u32,
}

/// A place: who and what (24 bits), the second (16 bits), how often (24 bits).
const COUNT_BITS: u32 = 24;
const SECOND_BITS: u32 = 16;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
const SECOND_MASK: u64 = (1 << SECOND_BITS) - 1;

impl Limiter {
    /// `most` in a second; 0: no limit.
    pub(crate) fn new(places: usize, most: u32, slip: u32) -> Limiter {
        let places = (0..places).map(|_| AtomicU64::new(0)).collect();
        Limiter { places, hasher: RandomState::new(), most, slip: slip.max(1) }
    }

    pub(crate) fn count(&self, ip: IpAddr, subject: u64, second: u64) -> Verdict {
        if self.most == 0 {
            return Verdict::Send;
        }
        let hash = self.hasher.hash_one((network(ip), subject));
        let place = &self.places[hash as usize % self.places.len()];
        let head = (hash >> 40) << SECOND_BITS | second & SECOND_MASK;
        let mut former = place.load(Ordering::Relaxed);
        let count = loop {
            let count = if former >> COUNT_BITS == head { (former & COUNT_MASK) + 1 } else { 1 };
            let next = head << COUNT_BITS | count.min(COUNT_MASK);
            match place.compare_exchange_weak(former, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break count,
                Err(now) => former = now,
            }
        };
        match count.checked_sub(u64::from(self.most)) {
            None | Some(0) => Verdict::Send,
            Some(over) if over.is_multiple_of(u64::from(self.slip)) => Verdict::Short,
            Some(_) => Verdict::Drop,
        }
    }
}

/// The /24 of an IPv4 address, the /56 of an IPv6 address.
fn network(ip: IpAddr) -> u128 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u128::from(u32::from(ip) >> 8),
        IpAddr::V6(ip) => u128::from(ip) >> 72 | 1 << 127,
    }
}
