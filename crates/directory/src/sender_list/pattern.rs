//! What an entry of a sender list says: an address, a domain, or a pattern with `*` and `?`.

use model::{Address, Domain};

use crate::error::DirectoryError;
use crate::limits::SENDER_PATTERN_LIMIT_CHARACTERS;
use crate::rows::address_key;

/// Which senders an entry means. Built by [`Pattern::parse`] only, and printed in the form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// `john@example.test`.
    Address(String),
    /// `example.test`: the domain and everything below it.
    Domain(String),
    /// `*@example.test`: the domain alone.
    At(String),
    /// `john*@example.test`: some names at one domain.
    Names {
        /// The pattern of the name.
        name: Glob,
        /// The domain.
        domain: String,
    },
    /// `*@*example.test`: any other pattern, compared with the whole address.
    Glob(Glob),
    /// `*`.
    Everybody,
}

impl Pattern {
    /// Reads an entry as somebody typed it.
    pub fn parse(text: &str) -> Result<Pattern, DirectoryError> {
        let text = text.trim();
        let invalid = |reason: String| DirectoryError::Invalid {
            field: "pattern",
            reason,
            rule: "an address, a domain, or a pattern with * and ? of at most 255 characters without spaces",
        };
        let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
        if text.is_empty() {
            return Err(invalid("it is empty".to_owned()));
        }
        if text.chars().count() > SENDER_PATTERN_LIMIT_CHARACTERS {
            return Err(invalid(format!("it has {} characters", text.chars().count())));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(invalid(format!("«{shown}» has a space or a control character")));
        }
        let is_wild = |part: &str| part.contains(['*', '?']);
        if !is_wild(text) {
            return match text.contains('@') {
                true => match Address::parse(text) {
                    Ok(address) => Ok(Pattern::Address(address_key(&address))),
                    Err(_) => Err(invalid(format!("«{shown}» is no address"))),
                },
                false => match Domain::parse(text) {
                    Ok(domain) => Ok(Pattern::Domain(domain.as_str().to_owned())),
                    Err(_) => Err(invalid(format!("«{shown}» is neither an address nor a domain"))),
                },
            };
        }
        if text.chars().all(|c| c == '*') {
            return Ok(Pattern::Everybody);
        }
        let text = text.to_lowercase();
        let Some((name, domain)) = text.rsplit_once('@') else {
            return Err(invalid(format!("«{shown}» has no @: write *@{shown} for the domains of that form")));
        };
        if name.is_empty() || domain.is_empty() || name.contains('@') {
            return Err(invalid(format!("«{shown}» has not one name and one domain")));
        }
        if is_wild(domain) {
            let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '*' | '?' | '_');
            return match domain.chars().all(is_domain) {
                true => Ok(Pattern::Glob(Glob::new(&text))),
                false => Err(invalid(format!("«{shown}» has a character that no domain has"))),
            };
        }
        let Ok(domain) = Domain::parse(domain) else {
            return Err(invalid(format!("«{shown}» ends in no domain")));
        };
        let domain = domain.as_str().to_owned();
        match name.chars().all(|c| c == '*') {
            true => Ok(Pattern::At(domain)),
            false => Ok(Pattern::Names { name: Glob::new(name), domain }),
        }
    }

    /// Whether it means this address.
    pub fn fits(&self, address: &Address) -> bool {
        let whole = address_key(address);
        let (name, own) = whole.rsplit_once('@').unwrap_or_default();
        match self {
            Pattern::Address(address) => *address == whole,
            Pattern::Domain(parent) => own
                .strip_suffix(parent.as_str())
                .is_some_and(|below| below.is_empty() || below.ends_with('.')),
            Pattern::At(domain) => domain == own,
            Pattern::Names { name: glob, domain } => domain == own && glob.fits(name),
            Pattern::Glob(glob) => glob.fits(&whole),
            Pattern::Everybody => true,
        }
    }

    /// How exactly it names a sender: of two entries the more exact one counts.
    pub(super) fn exactness(&self) -> u8 {
        match self {
            Pattern::Address(_) => 4,
            Pattern::Names { .. } => 3,
            Pattern::Domain(_) | Pattern::At(_) => 2,
            Pattern::Glob(_) => 1,
            Pattern::Everybody => 0,
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Pattern::Address(text) | Pattern::Domain(text) => f.write_str(text),
            Pattern::At(domain) => write!(f, "*@{domain}"),
            Pattern::Names { name, domain } => write!(f, "{}@{domain}", name.0),
            Pattern::Glob(glob) => f.write_str(&glob.0),
            Pattern::Everybody => f.write_str("*"),
        }
    }
}

/// Text with `*` (any characters) and `?` (one).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glob(String);

impl Glob {
    pub(super) fn new(text: &str) -> Glob {
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            if c != '*' || !plain.ends_with('*') {
                plain.push(c);
            }
        }
        Glob(plain)
    }

    /// Whether the whole of `text` has this form. Never slower than both lengths multiplied.
    pub fn fits(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), text.as_bytes());
        // What stands behind the last star has to stand at the end: most entries fail here, at once.
        let tail =
            pattern.iter().rposition(|octet| *octet == b'*').map_or(pattern, |star| &pattern[star + 1..]);
        if !tail.contains(&b'?') && !text.ends_with(tail) {
            return false;
        }
        let (mut p, mut t, mut star) = (0, 0, None);
        while let Some(&octet) = text.get(t) {
            match pattern.get(p) {
                Some(b'*') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(b'?') => {
                    // One character, however many octets it has.
                    t += 1;
                    while text.get(t).is_some_and(|octet| octet & 0xc0 == 0x80) {
                        t += 1;
                    }
                    p += 1;
                }
                Some(expected) if *expected == octet => (p, t) = (p + 1, t + 1),
                _ => match star {
                    Some((at, from)) => {
                        star = Some((at, from + 1));
                        (p, t) = (at + 1, from + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|octet| *octet == b'*')
    }
}
