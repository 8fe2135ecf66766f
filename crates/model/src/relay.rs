//! Where mail goes that does not go to its domain's own servers, and how.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use thiserror::Error;

use crate::Domain;

/// The port of mail servers (RFC 5321 §2.3.4).
const SMTP_PORT: u16 = 25;

/// A way that an operator chose, and what he demands of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Relay {
    /// Where to.
    pub target: RelayTarget,
    /// Encryption.
    pub tls: RelayTls,
}

/// The servers that take mail on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RelayTarget {
    /// The mail exchangers of a name: `mx:im.post.ch`.
    Exchangers(Domain),
    /// A host by its name: `mail.example.org`, `mail.example.org:2525`.
    Host(Domain, u16),
    /// A host by its address: `192.0.2.1`, `192.0.2.1:2525`, `[2001:db8::1]:2525`. Not advised: addresses change.
    Address(SocketAddr),
}

impl RelayTarget {
    /// What speaks against such a target.
    pub fn warning(&self) -> Option<&'static str> {
        match self {
            RelayTarget::Address(_) => {
                Some("static addresses are not advised, because they usually change: name the server instead")
            }
            RelayTarget::Exchangers(_) | RelayTarget::Host(..) => None,
        }
    }
}

impl fmt::Display for RelayTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RelayTarget::Exchangers(name) => write!(f, "mx:{name}"),
            RelayTarget::Host(name, port) => write!(f, "{name}:{port}"),
            RelayTarget::Address(address) => address.fmt(f),
        }
    }
}

/// What is no target.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("«{0}» is neither mx:NAME nor HOST, HOST:PORT, ADDRESS, ADDRESS:PORT")]
pub struct NotARelayTarget(String);

impl FromStr for RelayTarget {
    type Err = NotARelayTarget;

    fn from_str(text: &str) -> Result<RelayTarget, NotARelayTarget> {
        let wrong = || NotARelayTarget(text.to_owned());
        let name = |text: &str| {
            let is_address = text.starts_with('[') || text.parse::<IpAddr>().is_ok();
            Domain::parse(text).ok().filter(|_| !is_address).ok_or_else(wrong)
        };
        if let Some(rest) = text.strip_prefix("mx:") {
            return Ok(RelayTarget::Exchangers(name(rest)?));
        }
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let bare =
            bare.map_or_else(|| text.parse().ok(), |text| text.parse::<Ipv6Addr>().ok().map(IpAddr::V6));
        let address = bare.map(|ip| SocketAddr::new(ip, SMTP_PORT)).or_else(|| text.parse().ok());
        if let Some(address) = address {
            return if address.port() == 0 { Err(wrong()) } else { Ok(RelayTarget::Address(address)) };
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?),
            None => (text, SMTP_PORT),
        };
        Ok(RelayTarget::Host(name(host)?, port))
    }
}

/// What is demanded of the servers' encryption. But for the first, mail waits rather than going without, and
/// returns to its sender with the reason in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RelayTls {
    /// What the target's own domain demands (DANE, MTA-STS); plaintext where it demands nothing and offers none.
    #[default]
    Opportunistic,
    /// Encryption, with any certificate.
    Encrypt,
    /// A certificate for the host's name from an authority that we trust.
    Verify,
}

impl RelayTls {
    /// The word in commands, API and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            RelayTls::Opportunistic => "opportunistic",
            RelayTls::Encrypt => "encrypt",
            RelayTls::Verify => "verify",
        }
    }
}

impl FromStr for RelayTls {
    type Err = String;

    fn from_str(text: &str) -> Result<RelayTls, String> {
        [RelayTls::Opportunistic, RelayTls::Encrypt, RelayTls::Verify]
            .into_iter()
            .find(|tls| tls.as_str() == text)
            .ok_or_else(|| format!("«{text}» is neither opportunistic nor encrypt nor verify"))
    }
}

impl fmt::Display for Relay {
    /// For the log: `im.post.ch:25 (TLS verify)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (TLS {})", self.target, self.tls.as_str())
    }
}
