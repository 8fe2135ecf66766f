//! How long a listener waits, and how much it remembers.

use std::time::Duration;

/// How long a stop waits for what is under way.
pub(crate) const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// How long accepting pauses when the system has no more sockets for us.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Sources that are remembered before the first of them are looked at again.
pub(crate) const REMEMBERED_SOURCES: usize = 1000;
