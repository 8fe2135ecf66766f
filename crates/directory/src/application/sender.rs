//! Whom an application may name as the sender: an address, or every address of a domain.

use std::fmt;
use std::str::FromStr;

use model::{Address, Domain};

/// Whom an application may name as the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedSender {
    /// This address.
    Address(Address),
    /// Every address of this domain.
    Domain(Domain),
}

/// Neither an address nor a domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("«{text}» is neither an address (payroll@example.ch) nor a domain (example.ch)")]
pub struct NotASender {
    text: String,
}

impl AllowedSender {
    /// The domain in which it lies.
    pub fn domain(&self) -> &Domain {
        match self {
            AllowedSender::Address(address) => address.domain(),
            AllowedSender::Domain(domain) => domain,
        }
    }

    /// Several, as they are kept and told: with spaces between them.
    pub(crate) fn several(senders: &[AllowedSender]) -> String {
        senders.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Whether it permits this address.
    pub fn permits(&self, address: &Address) -> bool {
        match self {
            AllowedSender::Address(allowed) => allowed.canonical() == address.canonical(),
            AllowedSender::Domain(domain) => domain == address.domain(),
        }
    }
}

impl FromStr for AllowedSender {
    type Err = NotASender;

    fn from_str(text: &str) -> Result<AllowedSender, NotASender> {
        let text = text.trim();
        let parsed = match text.contains('@') {
            true => Address::parse(text).ok().map(AllowedSender::Address),
            false => Domain::parse(text).ok().map(AllowedSender::Domain),
        };
        // Kept with spaces between them: a quoted local part with a space is nobody's payroll.
        parsed
            .filter(|sender| !sender.to_string().contains(char::is_whitespace))
            .ok_or_else(|| NotASender { text: text.chars().take(320).collect() })
    }
}

impl fmt::Display for AllowedSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AllowedSender::Address(address) => address.fmt(f),
            AllowedSender::Domain(domain) => domain.fmt(f),
        }
    }
}
