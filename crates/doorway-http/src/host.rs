//! Whom a request is for. The name is the client's word: it chooses what to show and is never trusted.

use std::net::IpAddr;

use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};

/// The name that a request is for, in lower case and without its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name such as `mta-sts.example.ch`.
    Name(String),
    /// A bare address.
    Address(IpAddr),
}

impl Host {
    /// The name of a request: that of its target (HTTP/2's `:authority`) before its Host field
    /// (RFC 9112 §3.2.2). `None` for none, several or a malformed one, which RFC 9112 §3.2 wants refused.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Option<Host> {
        if let Some(authority) = uri.authority() {
            return Host::parse(authority.as_str());
        }
        let mut fields = headers.get_all(HOST).iter();
        match (fields.next(), fields.next()) {
            (Some(only), None) => Host::parse(only.to_str().ok()?),
            _ => None,
        }
    }

    /// `name`, `name:port`, `192.0.2.1:port`, `[2001:db8::1]:port`.
    pub fn parse(text: &str) -> Option<Host> {
        if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            is_port(port).then_some(())?;
            return address.parse().ok().map(|ip| Host::Address(IpAddr::V6(ip)));
        }
        let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        is_port(port).then_some(())?;
        if let Ok(address) = name.parse() {
            return Some(Host::Address(IpAddr::V4(address)));
        }
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_name = !name.is_empty()
            && name.len() <= 253
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            && name.split('.').all(|label| !label.is_empty() && label.len() <= 63);
        is_name.then(|| Host::Name(name.to_ascii_lowercase()))
    }

    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Host::Name(name) => Some(name),
            Host::Address(_) => None,
        }
    }

    /// Whether it means this machine (RFC 6761 §6.3).
    pub fn is_loopback(&self) -> bool {
        match self {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Address(ip) => ip.to_canonical().is_loopback(),
        }
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Address(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Host::Address(ip) => write!(f, "{ip}"),
        }
    }
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok())
}
