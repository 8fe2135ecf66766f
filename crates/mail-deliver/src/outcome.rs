//! What became of an attempt.

use std::net::IpAddr;

use model::{Class, Reply};

/// What became of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The recipient has it, or the next server is responsible.
    Delivered {
        /// The folder or the server.
        place: String,
        /// The server's words.
        reply: Option<Reply>,
        /// The next server has taken over the duty to report success (RFC 3461 §5.2.2).
        reports_success: bool,
    },
    /// Not now.
    Later {
        /// Why; of class 4, whatever the server called it.
        reply: Reply,
        /// The server that said so; `None` if it is our own finding.
        host: Option<String>,
    },
    /// Not at all.
    Failed {
        /// Why.
        reply: Reply,
        /// The server that said so; `None` if it is our own finding.
        host: Option<String>,
    },
}

impl Outcome {
    /// The words behind it.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Outcome::Delivered { reply, .. } => reply.clone().unwrap_or_else(|| Reply::new(250, None, "")),
            Outcome::Later { reply, .. } | Outcome::Failed { reply, .. } => reply.clone(),
        }
    }

    /// A refusal by a server, by its class.
    pub fn refused(reply: Reply, host: Option<String>) -> Outcome {
        match reply.class() {
            Class::Never => Outcome::Failed { reply, host },
            _ => Outcome::Later { reply, host },
        }
    }
}

/// One server that was tried, for the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its name.
    pub host: String,
    /// Its address, if one was tried.
    pub ip: Option<IpAddr>,
    /// The dedicated address that the connection came from.
    pub source: Option<IpAddr>,
    /// Version and cipher, if the connection was encrypted.
    pub tls: Option<String>,
    /// Why it was not.
    pub why_no_tls: Option<String>,
    /// What was demanded of its TLS, if anything: `DANE`, `MTA-STS`.
    pub policy: Option<String>,
    /// How TLS failed: a result type of RFC 8460 §4.3.
    pub failure: Option<&'static str>,
    /// The decisive words.
    pub reply: Reply,
}

/// What came of carrying a message to a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// One for each recipient, in the envelope's order.
    pub outcomes: Vec<Outcome>,
    /// The servers tried.
    pub attempts: Vec<Attempt>,
    /// Whether any server answered: if not, others need not try now.
    pub was_reached: bool,
}
