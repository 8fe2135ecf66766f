//! What a session knows about itself and its peer, and what it may offer because of that.

use model::{Domain, Reply};
use wire_smtp::HelloVerb;

use crate::limits::Limits;

/// Which of our doors this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Mail from other servers (port 25). Business software may sign in here too, over TLS.
    Mx,
    /// Mail from our users (port 587, RFC 6409).
    Submission,
    /// Mail from our users, TLS from the first byte (port 465, RFC 8314 §3.3).
    Submissions,
    /// Mail from a trusted neighbour such as a filter (RFC 2033).
    Lmtp,
}

impl Kind {
    /// Whether one has to sign in before one sends.
    pub(crate) fn is_submission(self) -> bool {
        matches!(self, Kind::Submission | Kind::Submissions)
    }

    /// Whether one can sign in. A neighbour on the LMTP door brings mail for others, never his own.
    pub(crate) fn takes_logins(self) -> bool {
        self != Kind::Lmtp
    }

    // RFC 2033 §4.1: an LMTP client says LHLO, and nothing else.
    pub(crate) fn speaks(self, verb: HelloVerb) -> bool {
        (self == Kind::Lmtp) == (verb == HelloVerb::Lhlo)
    }
}

/// The standing facts of one connection.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) kind: Kind,
    pub(crate) hostname: Domain,
    pub(crate) limits: Limits,
    /// A certificate is there, so that STARTTLS may be offered.
    pub(crate) has_certificate: bool,
    /// Protocol version and cipher suite once TLS is up.
    pub(crate) tls: Option<String>,
    /// The peer may sign in without TLS.
    pub(crate) may_sign_in_plain: bool,
    /// The peer is not counted against limits of behaviour (loopback, where so configured).
    pub(crate) is_exempt: bool,
    /// Who signed in.
    pub(crate) login: Option<String>,
}

/// The mechanisms of AUTH, the better ones first.
pub(crate) const MECHANISMS: [&str; 3] = ["SCRAM-SHA-256", "PLAIN", "LOGIN"];

impl Facts {
    pub(crate) fn can_start_tls(&self) -> bool {
        self.has_certificate && self.tls.is_none()
    }

    // RFC 4954 §4: a password never travels in the clear, unless the network is trusted by configuration.
    pub(crate) fn can_sign_in(&self) -> bool {
        self.kind.takes_logins() && (self.tls.is_some() || self.may_sign_in_plain)
    }

    // RFC 8689 §2: offered within TLS. A neighbour that hands over by LMTP has no use for it.
    pub(crate) fn offers_require_tls(&self) -> bool {
        self.tls.is_some() && self.kind != Kind::Lmtp
    }

    /// The first words to a client.
    pub(crate) fn greeting(&self) -> Reply {
        let protocol = if self.kind == Kind::Lmtp { "LMTP" } else { "ESMTP" };
        Reply::new(220, None, format!("{} {protocol}", self.hostname))
    }

    /// The answer to a greeting: only what is usable now is offered.
    pub(crate) fn capabilities(&self, verb: HelloVerb) -> Reply {
        let mut text = self.hostname.to_string();
        if verb == HelloVerb::Helo {
            return Reply::new(250, None, text);
        }
        text.push_str("\nPIPELINING\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES\nCHUNKING\nDSN");
        text.push_str(&format!("\nSIZE {}", self.limits.message_bytes));
        if self.can_start_tls() {
            text.push_str("\nSTARTTLS");
        }
        if self.offers_require_tls() {
            text.push_str("\nREQUIRETLS");
        }
        // RFC 4954 §4: not offered any more once somebody has signed in.
        if self.can_sign_in() && self.login.is_none() {
            text.push_str("\nAUTH ");
            text.push_str(&MECHANISMS.join(" "));
        }
        Reply::new(250, None, text)
    }
}
