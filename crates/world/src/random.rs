//! Unpredictable bytes and new identifiers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};

use crate::Clock;

/// A source of random bytes.
#[derive(Clone)]
pub struct Random(Kind);

#[derive(Clone)]
enum Kind {
    Real,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    /// The operating system's generator.
    pub fn real() -> Random {
        Random(Kind::Real)
    }

    /// The same bytes in each run; for tests.
    pub fn seeded(seed: u64) -> Random {
        Random(Kind::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Kind::Real => {
                SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes once it is up")
            }
            Kind::Seeded(generator) => generator.lock().fill_bytes(bytes),
        }
    }

    /// A number below `bound`; 0 for a bound of 0. Good for jitter and shuffling, slightly uneven.
    pub fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }
}

/// Bits of an identifier that are not the time.
const SEQUENCE_BITS: u32 = 20;
/// 2025-01-01T00:00:00Z in milliseconds: 43 bits from there last until the year 2303.
const EPOCH_MILLIS: i64 = 1_735_689_600_000;

/// Makes identifiers: 43 bits of milliseconds, then 20 bits that begin at a random place in each
/// millisecond, so that two nodes collide with a chance of one in a million per shared millisecond
/// (and then the database refuses the second).
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    random: Random,
    last: Arc<AtomicI64>,
}

impl Ids {
    /// Starts after the present moment.
    pub fn new(clock: Clock) -> Ids {
        Ids { clock, random: Random::real(), last: Arc::new(AtomicI64::new(0)) }
    }

    /// The next identifier.
    pub fn next(&self) -> i64 {
        let millis = (self.clock.now().0 - EPOCH_MILLIS).max(1);
        // Half of the low bits are left free above the random start, for more ids in the same millisecond.
        let fresh = (millis << SEQUENCE_BITS) | self.random.below(1 << (SEQUENCE_BITS - 1)) as i64;
        let step = |last: i64| if fresh >> SEQUENCE_BITS > last >> SEQUENCE_BITS { fresh } else { last + 1 };
        let last = self.last.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(step(last)));
        step(last.expect("the update always gives a value"))
    }
}
