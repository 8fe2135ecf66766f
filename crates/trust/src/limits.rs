//! Every limit of looking up what domains publish, by name.

use std::time::Duration;

/// Terms of SPF that look up (RFC 7208 §4.6.4: 10).
pub const SPF_LOOKUP_LIMIT: u32 = 10;
/// Look-ups of SPF that find nothing (RFC 7208 §4.6.4: 2 are suggested).
pub const SPF_VOID_LIMIT: u32 = 2;
/// Mail exchangers of one `mx` (RFC 7208 §4.6.4: 10).
pub const SPF_MX_LIMIT: usize = 10;
/// Names of one address that `ptr` and `%{p}` look at (RFC 7208 §4.6.4: 10).
pub const SPF_POINTER_LIMIT: usize = 10;
/// One evaluation (RFC 7208 §4.6.4: at least 20 seconds).
pub const SPF_TIME_LIMIT: Duration = Duration::from_secs(20);
/// Terms that a count for the owner of a record looks at before it gives up.
pub const SPF_COUNT_LIMIT: u32 = 60;
/// Names of one address that iprev looks at (RFC 8601 §2.7.3 leaves the number to us).
pub const REVERSE_NAME_LIMIT: usize = 10;
/// Looking for names of a peer: it is only recorded.
pub const REVERSE_TIME_LIMIT: Duration = Duration::from_secs(5);
/// TLSA records of one server (RFC 7671 §8 hopes for few).
pub const TLSA_LIMIT: usize = 20;
/// After a policy could not be fetched it is not tried again for that long (RFC 8461 §3.3: at least five minutes).
pub const STS_FAILURE_INTERVAL: Duration = Duration::from_secs(300);
/// Domains whose failed fetch is remembered.
pub const STS_FAILURES_KEPT: usize = 10_000;
/// What a list says about an entry, for people.
pub const LIST_TEXT_LIMIT_CHARACTERS: usize = 200;
