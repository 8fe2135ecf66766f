//! The table stays bounded, and keeps bans longer than mere failures.

use std::time::Duration;

use model::Timestamp;

use super::{FailureLimits, Failures};
use crate::limits::FAILURE_SUBJECTS_LIMIT;
use crate::login::failures::Seen;

const SEEN: Seen = Seen { protocol: "imap", login: "x@far.test" };

#[test]
fn a_flood_of_sources_fills_the_table_up_to_its_limit() {
    let mut failures = Failures::new(FailureLimits::default());
    let now = Timestamp(1_000_000);
    for _ in 0..10 {
        failures.count_source("source banned", &SEEN, now);
    }
    for number in 0..FAILURE_SUBJECTS_LIMIT + 5_000 {
        failures.count_source(
            &format!("source {number}"),
            &SEEN,
            now.plus(Duration::from_millis(number as u64 / 1000)),
        );
    }
    assert_eq!(failures.len(), FAILURE_SUBJECTS_LIMIT);
    assert!(failures.banned_until("source banned", now).is_some());
    let later = now.plus(Duration::from_secs(48 * 60 * 60));
    assert!(failures.is_sweep_due(later));
    assert_eq!(failures.len(), 0);
    assert!(!failures.is_sweep_due(later));
}

#[test]
fn a_ban_that_was_never_written_is_not_lifted_by_its_absence() {
    let mut failures = Failures::new(FailureLimits::default());
    let now = Timestamp(0);
    for _ in 0..10 {
        failures.count_source("source a", &SEEN, now);
    }
    failures.take_over(&[], now);
    assert!(!failures.lift("source a"));
    assert!(failures.banned_until("source a", now).is_some());
    failures.kept("source a", false);
    assert!(failures.closed_until("source a", now).is_some());
    failures.take_over(&[], now);
    assert!(failures.banned_until("source a", now).is_none());
}
