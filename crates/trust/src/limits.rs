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
