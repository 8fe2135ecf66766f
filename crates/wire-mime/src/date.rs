//! Date and time of a header field (RFC 5322 §3.3, and §4.3 for what older programs write).

use model::Timestamp;

/// A moment, and the zone in which its writer lived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The moment.
    pub at: Timestamp,
    /// Minutes that the writer's clock was ahead of UTC.
    pub zone_minutes: i32,
}
