//! Where a record breaks its grammar, and how.

use thiserror::Error;

/// A record that breaks a rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("at character {}: {reason}", .position + 1)]
pub struct Fault {
    /// The byte at which the wrong term or tag begins.
    pub position: usize,
    /// The wrong term or tag as written, without characters that would disturb a line of text.
    pub term: String,
    /// The rule, as a sentence's end: `the prefix length of an IPv4 network is at most 32`.
    pub reason: String,
}

impl Fault {
    pub(crate) fn new(position: usize, term: &str, reason: impl Into<String>) -> Fault {
        Fault { position, term: term.escape_debug().take(100).collect(), reason: reason.into() }
    }
}
