//! How much and how long.

/// Octets of a request's body: Outlook's question has less than one kilobyte.
pub(crate) const BODY_BYTES: usize = 16 * 1024;
/// Octets of an address in a question (RFC 5321 §4.5.3.1: 64, @, 255; four octets for each character).
pub(crate) const ADDRESS_BYTES: usize = 1280;
/// How long other servers may keep our MTA-STS policy: a week, so that a change of servers is seen soon
/// (RFC 8461 §3.2 recommends weeks, and allows a year).
pub(crate) const POLICY_MAX_AGE_SECONDS: u32 = 604_800;
