//! Mail addresses (RFC 5321 §4.1.2, RFC 6531 §3.3): parsed once, correct ever after.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Octets of a local part (RFC 5321 §4.5.3.1.1).
const LOCALPART_LIMIT_OCTETS: usize = 64;
/// Octets of a domain (RFC 5321 §4.5.3.1.2, RFC 1035 §2.3.4 less the root).
const DOMAIN_LIMIT_OCTETS: usize = 253;
/// Octets of one label (RFC 1035 §2.3.4).
const LABEL_LIMIT_OCTETS: usize = 63;

/// A domain name, or an address literal in brackets, in the form that comparisons use:
/// lower case, international labels as A-labels (RFC 5890).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// The text is no domain; the message says which rule it breaks.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("«{text}» is not a domain: {reason}")]
pub struct NotADomain {
    /// What was given.
    pub text: String,
    /// The rule that it breaks.
    pub reason: &'static str,
}

impl Domain {
    /// Parses a domain name (U-labels or A-labels) or an address literal such as `[192.0.2.1]`.
    pub fn parse(text: &str) -> Result<Domain, NotADomain> {
        let not = |reason| NotADomain { text: text.chars().take(300).collect(), reason };
        if text.starts_with('[') {
            return Domain::parse_literal(text)
                .ok_or_else(|| not("an address literal is [IPv4] or [IPv6:…] (RFC 5321 §4.1.3)"));
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        // Four octets for each character of a U-label is the most that UTF-8 takes.
        if text.is_empty() || text.len() > 4 * DOMAIN_LIMIT_OCTETS {
            return Err(not("a domain has 1 to 253 octets (RFC 1035 §2.3.4)"));
        }
        let ascii = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_strict(text)
                .map_err(|_| not("not a valid international name (RFC 5891)"))?
        };
        if ascii.len() > DOMAIN_LIMIT_OCTETS {
            return Err(not("a domain has 1 to 253 octets (RFC 1035 §2.3.4)"));
        }
        for label in ascii.split('.') {
            if label.is_empty() || label.len() > LABEL_LIMIT_OCTETS {
                return Err(not("a label has 1 to 63 octets (RFC 1035 §2.3.4)"));
            }
            // Underscores are no host names, but they are met in the HELO names of real servers.
            if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
                return Err(not("a label has letters, digits and hyphens (RFC 5321 §4.1.2)"));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(not("a label neither begins nor ends with a hyphen (RFC 5321 §4.1.2)"));
            }
        }
        Ok(Domain(ascii))
    }

    fn parse_literal(text: &str) -> Option<Domain> {
        let inside = text.strip_prefix('[')?.strip_suffix(']')?;
        let address: std::net::IpAddr = match inside.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => std::net::IpAddr::V6(inside[5..].parse().ok()?),
            _ => std::net::IpAddr::V4(inside.parse().ok()?),
        };
        Some(Domain(match address {
            std::net::IpAddr::V4(ip) => format!("[{ip}]"),
            std::net::IpAddr::V6(ip) => format!("[ipv6:{ip}]"),
        }))
    }

    /// The name with A-labels, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The IP address, if this is an address literal.
    pub fn literal(&self) -> Option<std::net::IpAddr> {
        let inside = self.0.strip_prefix('[')?.strip_suffix(']')?;
        inside.strip_prefix("ipv6:").unwrap_or(inside).parse().ok()
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part before the `@`, without quotes, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Localpart(String);

/// The text is no local part; the message says which rule it breaks.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("«{text}» is not the local part of an address: {reason}")]
pub struct NotALocalpart {
    /// What was given.
    pub text: String,
    /// The rule that it breaks.
    pub reason: &'static str,
}

impl Localpart {
    /// Parses a dot-string or a quoted string (RFC 5321 §4.1.2), with UTF-8 (RFC 6531 §3.3) in NFC (RFC 6532 §3.1): what is
    /// compared is what mail is sent to. Else `K` written as the sign for kelvin would lead to another mailbox than the one
    /// for which it counts in lower case.
    pub fn parse(text: &str) -> Result<Localpart, NotALocalpart> {
        let not = |reason| NotALocalpart { text: text.chars().take(100).collect(), reason };
        if text.is_empty() || text.len() > 2 * LOCALPART_LIMIT_OCTETS + 2 {
            return Err(not("it has 1 to 64 octets (RFC 5321 §4.5.3.1.1)"));
        }
        let content = match text.strip_prefix('"') {
            Some(rest) => unquote(rest).ok_or_else(|| {
                not("its quotes are not closed or hold a control character (RFC 5321 §4.1.2)")
            })?,
            None => {
                if text.split('.').any(str::is_empty) {
                    return Err(not("its dots stand between other characters (RFC 5321 §4.1.2)"));
                }
                if !text.chars().all(|c| c == '.' || is_atext(c)) {
                    return Err(not("such a character stands only within quotes (RFC 5321 §4.1.2)"));
                }
                text.to_owned()
            }
        };
        let content = if content.is_ascii() { content } else { content.nfc().collect() };
        if content.len() > LOCALPART_LIMIT_OCTETS {
            return Err(not("it has 1 to 64 octets (RFC 5321 §4.5.3.1.1)"));
        }
        Ok(Localpart(content))
    }

    /// The characters themselves, without quotes. Never goes into a command or a header: use `Display`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Localpart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = !self.0.is_empty()
            && !self.0.split('.').any(str::is_empty)
            && self.0.chars().all(|c| c == '.' || is_atext(c));
        if plain {
            return f.write_str(&self.0);
        }
        f.write_str("\"")?;
        for c in self.0.chars() {
            if c == '"' || c == '\\' {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_control())
}

/// The content of a quoted string whose opening quote is gone; `None` if it does not end with a quote.
fn unquote(rest: &str) -> Option<String> {
    let mut content = String::with_capacity(rest.len());
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(content),
            '\\' => content.push(characters.next().filter(|c| (' '..='~').contains(c))?),
            c if c.is_control() => return None,
            c => content.push(c),
        }
    }
}

/// `localpart@domain`, as it was received but for NFC; compare with [`Address::canonical`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    localpart: Localpart,
    domain: Domain,
}

/// The text is no address; the message says which rule it breaks.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAnAddress {
    /// There is no `@` with something on both sides.
    #[error("«{0}» is not an address: it needs a local part, an @ and a domain (RFC 5321 §4.1.2)")]
    NoAt(String),
    /// The part before the `@` is wrong.
    #[error(transparent)]
    Localpart(#[from] NotALocalpart),
    /// The part behind the `@` is wrong.
    #[error(transparent)]
    Domain(#[from] NotADomain),
}

impl Address {
    /// Puts two checked parts together.
    pub fn new(localpart: Localpart, domain: Domain) -> Address {
        Address { localpart, domain }
    }

    /// Parses `localpart@domain`, without angle brackets.
    pub fn parse(text: &str) -> Result<Address, NotAnAddress> {
        let (localpart, domain) =
            text.rsplit_once('@').ok_or_else(|| NotAnAddress::NoAt(text.chars().take(320).collect()))?;
        Ok(Address { localpart: Localpart::parse(localpart)?, domain: Domain::parse(domain)? })
    }

    /// The part before the `@`.
    pub fn localpart(&self) -> &Localpart {
        &self.localpart
    }

    /// The part behind the `@`.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The form for look-ups: local part in lower case, no subaddress changed.
    pub fn canonical(&self) -> String {
        format!("{}@{}", self.localpart.0.to_lowercase(), self.domain)
    }

    /// `anna` and `list` of `anna+list@…` (RFC 5233); `None` without a detail.
    pub fn subaddress(&self) -> Option<(Address, &str)> {
        let (base, detail) = self.localpart.0.split_once('+')?;
        if base.is_empty() {
            return None;
        }
        Some((Address { localpart: Localpart(base.to_owned()), domain: self.domain.clone() }, detail))
    }

    /// Whether the address can travel without SMTPUTF8 (RFC 6531). Domains always can, as A-labels.
    pub fn is_ascii(&self) -> bool {
        self.localpart.0.is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let domain = self.domain.0.strip_prefix("[ipv6:");
        match domain {
            Some(rest) => write!(f, "{}@[IPv6:{rest}", self.localpart),
            None => write!(f, "{}@{}", self.localpart, self.domain),
        }
    }
}
