//! Names of zones, owners and targets: checked once, in the form that comparisons use.

use std::fmt;

use crate::limits::{LABEL_LIMIT_OCTETS, NAME_LIMIT_OCTETS};

/// A domain name in lower case with A-labels; absolute, so that `Display` ends with a dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(String);

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAName {
    /// What is wrong.
    pub reason: String,
    /// What holds.
    pub rule: &'static str,
}

const LABEL_RULE: &str = "a label has 1 to 63 octets (RFC 1035 §2.3.4)";
const NAME_RULE: &str = "a name has at most 253 octets (RFC 1035 §2.3.4)";
const CHARACTER_RULE: &str = "a label has letters, digits, hyphens, underscores and, in reverse zones, slashes (RFC 1035 §2.3.1, RFC 2317)";
const WILDCARD_RULE: &str = "an asterisk stands alone as the first label (RFC 4592 §2.1.1)";

impl DnsName {
    /// The root of all names.
    pub fn root() -> DnsName {
        DnsName(String::new())
    }

    /// A name of its own: `example.org`, with or without the final dot; `.` is the root.
    pub fn parse(text: &str) -> Result<DnsName, NotAName> {
        let text = text.trim();
        if text == "." {
            return Ok(DnsName::root());
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        // Four octets for each character of a U-label is the most that UTF-8 takes.
        if text.len() > 4 * NAME_LIMIT_OCTETS {
            return Err(NotAName { reason: format!("it has {} octets", text.len()), rule: NAME_RULE });
        }
        let mut name = String::with_capacity(text.len());
        for (number, label) in text.split('.').enumerate() {
            if number > 0 {
                name.push('.');
            }
            name.push_str(&checked_label(label, number == 0)?);
        }
        if name.len() > NAME_LIMIT_OCTETS {
            return Err(NotAName { reason: format!("it has {} octets", name.len()), rule: NAME_RULE });
        }
        Ok(DnsName(name))
    }

    /// A name as zone files have it: absolute with a final dot, `@` for the origin, otherwise below it.
    pub fn within(text: &str, origin: &DnsName) -> Result<DnsName, NotAName> {
        let text = text.trim();
        if text == "@" || text.is_empty() {
            return Ok(origin.clone());
        }
        if text.ends_with('.') || origin.is_root() {
            return DnsName::parse(text);
        }
        DnsName::parse(&format!("{text}.{origin}"))
    }

    /// The name without its final dot; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the first label is an asterisk.
    pub fn is_wildcard(&self) -> bool {
        self.0 == "*" || self.0.starts_with("*.")
    }

    /// How many labels it has.
    pub fn labels(&self) -> usize {
        if self.0.is_empty() { 0 } else { self.0.split('.').count() }
    }

    /// Whether it is `other` or lies below it.
    pub fn is_within(&self, other: &DnsName) -> bool {
        other.0.is_empty()
            || self.0 == other.0
            || self.0.strip_suffix(&other.0).is_some_and(|rest| rest.ends_with('.'))
    }

    /// How it stands in the zone `origin`: `@` for the origin itself; `None` if it lies outside.
    pub fn relative_to(&self, origin: &DnsName) -> Option<String> {
        if self == origin {
            return Some("@".to_owned());
        }
        if origin.is_root() {
            return Some(self.0.clone());
        }
        Some(self.0.strip_suffix(&origin.0)?.strip_suffix('.')?.to_owned())
    }

    /// The name above; `None` above the root.
    pub fn parent(&self) -> Option<DnsName> {
        if self.0.is_empty() {
            return None;
        }
        Some(DnsName(self.0.split_once('.').map_or(String::new(), |(_, rest)| rest.to_owned())))
    }

    /// This name and all above it, longest first, with the root.
    pub fn ancestry(&self) -> impl Iterator<Item = DnsName> {
        std::iter::successors(Some(self.clone()), DnsName::parent)
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.0)
    }
}

impl From<&model::Domain> for DnsName {
    /// What is a mail domain is a name; an address literal is never hosted.
    fn from(domain: &model::Domain) -> DnsName {
        DnsName(domain.as_str().to_owned())
    }
}

fn checked_label(label: &str, is_first: bool) -> Result<String, NotAName> {
    if label.is_empty() {
        return Err(NotAName { reason: "it has an empty label".to_owned(), rule: LABEL_RULE });
    }
    if label.contains('*') {
        return match label == "*" && is_first {
            true => Ok(label.to_owned()),
            false => Err(NotAName { reason: format!("«{label}» has an asterisk"), rule: WILDCARD_RULE }),
        };
    }
    let ascii = if label.is_ascii() {
        label.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_strict(label).map_err(|_| NotAName {
            reason: format!("«{label}» is no international label"),
            rule: "an international label follows RFC 5891",
        })?
    };
    if ascii.len() > LABEL_LIMIT_OCTETS {
        let shown: String = ascii.chars().take(20).collect();
        return Err(NotAName {
            reason: format!("the label «{shown}…» has {} octets", ascii.len()),
            rule: LABEL_RULE,
        });
    }
    match ascii.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/'))) {
        Some(other) => Err(NotAName {
            reason: format!("«{ascii}» has the character «{}»", other.escape_default()),
            rule: CHARACTER_RULE,
        }),
        None => Ok(ascii),
    }
}
