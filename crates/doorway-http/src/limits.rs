//! How much and how long.

use std::time::Duration;

use doorway::Allowance;

/// What a door on HTTP allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections.
    pub allowance: Allowance,
    /// Requests that one source has under way at the same time.
    pub requests_per_source: usize,
    /// Until TLS is agreed.
    pub handshake_timeout: Duration,
    /// For a whole request head, and so for the pause between two requests (RFC 9112 §9.5).
    pub header_timeout: Duration,
    /// For a request's body and what we make of it, until the answer begins.
    pub request_timeout: Duration,
    /// A connection on which nothing moves in either direction is closed.
    pub idle_timeout: Duration,
    /// Octets of a request's head.
    pub head_bytes: usize,
    /// Fields of a request's head.
    pub header_count: usize,
    /// Octets of a body, whatever the route would take.
    pub body_bytes: u64,
    /// Streams of one HTTP/2 connection (RFC 9113 §6.5.2 recommends at least 100).
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            allowance: Allowance {
                connections: 4000,
                connections_per_source: 64,
                connections_per_minute: Some(1200),
            },
            requests_per_source: 128,
            handshake_timeout: Duration::from_secs(15),
            header_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(75),
            head_bytes: 32 * 1024,
            header_count: 100,
            body_bytes: 100 * 1024 * 1024,
            streams: 100,
        }
    }
}

/// Octets of a body that come at least in each span of its pace: 52 kbit/s where the span is ten seconds.
pub(crate) const PACE_OCTETS: usize = 64 * 1024;
/// Octets of a target in the log.
pub(crate) const LOGGED_PATH_OCTETS: usize = 200;
/// Octets that are read and thrown away after our last word (RFC 9112 §9.6).
pub(crate) const LINGER_OCTETS: usize = 256 * 1024;
/// How long that is done.
pub(crate) const LINGER: Duration = Duration::from_secs(2);
/// How often a connection is looked at for being idle.
pub(crate) const IDLE_LOOK: Duration = Duration::from_secs(5);
/// How long browsers remember to come by https only: two years (RFC 6797 §6.1.1).
pub(crate) const HSTS: &str = "max-age=63072000; includeSubDomains";
