//! When to try again.

use std::time::Duration;

use world::Random;

use crate::limits::{FIRST_PAUSE, LONGEST_PAUSE};

/// The pause after the given number of failed attempts (from 1): 5, 10, 20, 40 … minutes up to four
/// hours, each up to an eighth longer by chance, so that what failed together does not come back together.
pub fn pause(failures: u32, random: &Random) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let mut chance = [0; 2];
    random.fill(&mut chance);
    pause + pause.mul_f64(f64::from(u16::from_be_bytes(chance)) / f64::from(u16::MAX) / 8.0)
}
