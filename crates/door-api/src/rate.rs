//! How often each token has asked lately.

use std::collections::HashMap;

use directory::TokenId;
use model::Timestamp;
use parking_lot::Mutex;

use crate::limits::{Limits, RATES_LIMIT};

/// A bucket for each token, refilled with time.
#[derive(Default)]
pub(crate) struct Rates(Mutex<HashMap<TokenId, Bucket>>);

struct Bucket {
    /// Thousandths of a request that may still come.
    left: u64,
    at: Timestamp,
}

impl Rates {
    /// Takes one request; or tells after how many seconds there is one again.
    pub(crate) fn take(&self, token: TokenId, limits: &Limits, now: Timestamp) -> Result<(), u64> {
        let (full, rate) = (u64::from(limits.burst) * 1000, u64::from(limits.requests_per_second).max(1));
        let mut buckets = self.0.lock();
        if buckets.len() >= RATES_LIMIT {
            // A bucket that had time to fill says nothing.
            buckets.retain(|_, bucket| now.since(bucket.at).as_secs() * rate * 1000 < full);
        }
        let bucket = buckets.entry(token).or_insert(Bucket { left: full, at: now });
        // A thousandth of a request in a millisecond for each request in a second.
        let refill = u64::try_from(now.since(bucket.at).as_millis()).unwrap_or(u64::MAX).saturating_mul(rate);
        (bucket.left, bucket.at) = (bucket.left.saturating_add(refill).min(full), now);
        match bucket.left.checked_sub(1000) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => Err((1000 - bucket.left).div_ceil(rate * 1000).max(1)),
        }
    }
}

#[test]
fn a_burst_passes_and_then_the_rate_holds() {
    use std::time::Duration;
    let (rates, token) = (Rates::default(), TokenId(1));
    let limits = Limits { requests_per_second: 2, burst: 3 };
    let now = Timestamp(1_000_000);
    for _ in 0..3 {
        assert_eq!(rates.take(token, &limits, now), Ok(()));
    }
    assert_eq!(rates.take(token, &limits, now), Err(1));
    assert_eq!(rates.take(TokenId(2), &limits, now), Ok(()), "another token has its own");
    let later = now.plus(Duration::from_millis(500));
    assert_eq!(rates.take(token, &limits, later), Ok(()));
    assert_eq!(rates.take(token, &limits, later), Err(1));
}
