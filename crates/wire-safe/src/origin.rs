//! Where an envelope is opened: the portal's origin. It ends up in a form's action and in a policy of the page, so only the
//! characters of host names and ports get in.

use std::fmt;

use thiserror::Error;

use crate::limits::ORIGIN_LIMIT_CHARACTERS;

/// An origin (RFC 6454 §6.2) in its ASCII form: `https://safe.example.ch` or `https://safe.example.ch:8443`, in small letters.
/// Without TLS only a loopback address is one: `http://127.0.0.1:8080`. No IPv6 address: a Content-Security-Policy cannot name
/// one, so that the page's form would go nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PortalOrigin(String);

/// A text that is not a portal's origin.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotAnOrigin {
    /// More than 255 characters.
    #[error("an origin has at most 255 characters")]
    TooLong,
    /// Neither `https://` nor `http://` with a loopback address.
    #[error("an origin begins with https:// (http:// only for a loopback address)")]
    Scheme,
    /// Not a host name of small letters, digits, dashes and dots.
    #[error("the host of an origin is a name in small ASCII letters")]
    Host,
    /// Not a number from 1 to 65535 without leading zeros.
    #[error("the port of an origin is a number from 1 to 65535")]
    Port,
}

impl PortalOrigin {
    /// Checks scheme, host and port; there is no path, not even `/`.
    pub fn parse(text: &str) -> Result<PortalOrigin, NotAnOrigin> {
        if text.len() > ORIGIN_LIMIT_CHARACTERS {
            return Err(NotAnOrigin::TooLong);
        }
        let (tls, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(NotAnOrigin::Scheme),
        };
        let (host, port) = rest.split_at(rest.find(':').unwrap_or(rest.len()));
        if !is_host(host) {
            return Err(NotAnOrigin::Host);
        }
        if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
            return Err(NotAnOrigin::Port);
        }
        if !tls && !["127.0.0.1", "localhost"].contains(&host) {
            return Err(NotAnOrigin::Scheme);
        }
        Ok(PortalOrigin(text.to_owned()))
    }

    /// The origin, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortalOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label)
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0') && port.bytes().all(|octet| octet.is_ascii_digit()) && port.parse::<u16>().is_ok()
}
