//! How letters leave: the settings.

use model::Domain;

/// How letters leave.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// How we call ourselves in EHLO; the name that an MX record of ours would have.
    pub hostname: Domain,
    /// The port of other people's mail servers.
    pub port: u16,
    /// Everything that is not ours goes there instead of to the recipients' servers.
    pub smart_host: Option<SmartHost>,
    /// Addresses and MX records that strangers choose may lead to this machine itself: only for tests.
    pub may_reach_itself: bool,
    /// Domains with a fixed server; they count before the smart host and before MX records.
    pub routes: Vec<StaticRoute>,
}

impl Outbound {
    /// Straight to the recipients' servers on port 25.
    pub fn new(hostname: Domain) -> Outbound {
        Outbound { hostname, port: 25, smart_host: None, may_reach_itself: false, routes: Vec::new() }
    }
}

/// Mail for `domain` goes to `host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticRoute {
    /// The recipients' domain.
    pub domain: Domain,
    /// A host name or an IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// A server that carries everything on for us.
#[derive(Clone)]
pub struct SmartHost {
    /// A host name or an IP address; its certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Encryption.
    pub tls: SmartHostTls,
    /// Name and password, if it wants us to sign in.
    pub login: Option<(String, String)>,
}

impl std::fmt::Debug for SmartHost {
    // The password goes nowhere.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmartHost")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Encryption towards the smart host; always with a verified certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmartHostTls {
    /// STARTTLS, and nothing without it (port 587).
    Starttls,
    /// From the first byte (port 465, RFC 8314 §3.3).
    Implicit,
    /// None: for a server on the same machine or in a tunnel.
    Plaintext,
}
