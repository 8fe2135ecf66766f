//! What time it is, and waiting for later.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::Timestamp;
use tokio::sync::watch;

/// The clock that every rule about time reads.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    Real,
    Fake(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    /// The system's clock.
    pub fn real() -> Clock {
        Clock(Kind::Real)
    }

    /// A clock that stands still until it is advanced.
    pub fn fake(start: Timestamp) -> Clock {
        Clock(Kind::Fake(Arc::new(watch::Sender::new(start))))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Real => {
                // A system clock before 1970 is a broken one; the epoch is as good an answer as any.
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Kind::Fake(moment) => *moment.borrow(),
        }
    }

    /// Waits for `duration`; on a fake clock, until it has been advanced that far.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now().plus(duration)).await;
    }

    /// Waits until `moment` has come. Whoever has a moment waits for it with this: between `now` and `sleep`
    /// a clock may have moved.
    pub async fn sleep_until(&self, moment: Timestamp) {
        match &self.0 {
            Kind::Real => tokio::time::sleep(moment.since(self.now())).await,
            Kind::Fake(present) => {
                // The sender lives as long as `self`, so this wait cannot fail.
                let _ = present.subscribe().wait_for(|now| *now >= moment).await;
            }
        }
    }

    /// Moves a fake clock; the real one goes its own way.
    pub fn advance(&self, by: Duration) {
        if let Kind::Fake(moment) = &self.0 {
            moment.send_modify(|now| *now = now.plus(by));
        }
    }
}
