//! SPF records: `v=spf1 include:_spf.example.org ip4:192.0.2.0/24 -all` (RFC 7208 §4.5 to §7).
//!
//! Parsing, printing and merging; evaluation needs look-ups and lives in `trust`.

mod macros;
mod merge;
mod parse;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use macros::{MacroString, Values};
pub use merge::merge;

use crate::Fault;

/// What a match means (RFC 7208 §4.6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// `+`, or nothing: the peer may send.
    #[default]
    Pass,
    /// `-`: it may not.
    Fail,
    /// `~`: probably not.
    SoftFail,
    /// `?`: nothing is said.
    Neutral,
}

impl Qualifier {
    /// The sign before a mechanism.
    pub fn sign(self) -> char {
        match self {
            Qualifier::Pass => '+',
            Qualifier::Fail => '-',
            Qualifier::SoftFail => '~',
            Qualifier::Neutral => '?',
        }
    }
}

/// How a peer is recognised (RFC 7208 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Everybody.
    All,
    /// Whoever passes for another domain.
    Include(MacroString),
    /// The addresses of a name; `None` is the domain itself.
    A(Option<MacroString>, Prefixes),
    /// The addresses of a domain's mail exchangers.
    Mx(Option<MacroString>, Prefixes),
    /// A name of the peer's address within the domain: slow, and discouraged (§5.5).
    Ptr(Option<MacroString>),
    /// An IPv4 network.
    Ip4(Ipv4Addr, u8),
    /// An IPv6 network.
    Ip6(Ipv6Addr, u8),
    /// A name that has an address of any kind.
    Exists(MacroString),
}

impl Mechanism {
    /// Whether it costs one of the ten look-ups (RFC 7208 §4.6.4).
    pub fn looks_up(&self) -> bool {
        !matches!(self, Mechanism::All | Mechanism::Ip4(..) | Mechanism::Ip6(..))
    }
}

/// The lengths of the networks around found addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefixes {
    /// Of 32.
    pub ipv4: u8,
    /// Of 128.
    pub ipv6: u8,
}

impl Prefixes {
    /// Single addresses.
    pub const WHOLE: Prefixes = Prefixes { ipv4: 32, ipv6: 128 };

    /// Whether `ip` lies in the network around `found`.
    pub fn contain(self, found: IpAddr, ip: IpAddr) -> bool {
        match (found, ip) {
            (IpAddr::V4(found), IpAddr::V4(ip)) => is_in_ipv4(ip, found, self.ipv4),
            (IpAddr::V6(found), IpAddr::V6(ip)) => is_in_ipv6(ip, found, self.ipv6),
            _ => false,
        }
    }
}

/// Whether `ip` lies in `network/prefix`.
pub fn is_in_ipv4(ip: Ipv4Addr, network: Ipv4Addr, prefix: u8) -> bool {
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
    u32::from(ip) & mask == u32::from(network) & mask
}

/// Whether `ip` lies in `network/prefix`.
pub fn is_in_ipv6(ip: Ipv6Addr, network: Ipv6Addr, prefix: u8) -> bool {
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or(0);
    u128::from(ip) & mask == u128::from(network) & mask
}

/// One term of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A mechanism with its qualifier.
    Directive(Qualifier, Mechanism),
    /// `redirect=`: another domain's record decides where nothing matched (§6.1).
    Redirect(MacroString),
    /// `exp=`: where the explanation for a fail is found (§6.2).
    Explanation(MacroString),
    /// A modifier that nobody knows (§6): skipped.
    Unknown(String, MacroString),
}

/// A record that follows the grammar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its terms in order.
    pub terms: Vec<Term>,
}

/// What follows the grammar and is a mistake all the same, most likely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// `+all`: everybody may send.
    EverybodyPasses,
    /// This term stands there twice.
    Duplicate(String),
    /// Nothing is looked at behind `all`; this term is.
    BehindAll(String),
    /// `redirect=` beside `all` is never used (§6.1).
    RedirectBesideAll,
    /// Neither `all` nor `redirect=`: unlisted peers are neutral (§4.7).
    NoEnd,
    /// `ptr` is slow and unreliable (§5.5).
    Ptr(String),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::EverybodyPasses => f.write_str("+all lets everybody send in the name of the domain"),
            Remark::Duplicate(term) => write!(f, "{term} stands there twice"),
            Remark::BehindAll(term) => write!(f, "{term} stands behind all and is never looked at"),
            Remark::RedirectBesideAll => f.write_str("redirect= is never used, because there is an all"),
            Remark::NoEnd => f.write_str("the record has neither all nor redirect= at its end"),
            Remark::Ptr(term) => write!(f, "{term} is slow and unreliable and should not be used"),
        }
    }
}

impl Record {
    /// Reads a record; the whole text of the TXT record, strings joined.
    pub fn parse(text: &str) -> Result<Record, Fault> {
        parse::record(text)
    }

    /// Whether a TXT record means to be one: `v=spf1`, alone or before a blank (RFC 7208 §4.5).
    pub fn is_meant(text: &[u8]) -> bool {
        text.get(..6).is_some_and(|version| version.eq_ignore_ascii_case(b"v=spf1"))
            && matches!(text.get(6), None | Some(b' '))
    }

    /// The mechanisms with their qualifiers.
    pub fn directives(&self) -> impl Iterator<Item = (Qualifier, &Mechanism)> {
        self.terms.iter().filter_map(|term| match term {
            Term::Directive(qualifier, mechanism) => Some((*qualifier, mechanism)),
            _ => None,
        })
    }

    /// The target of `redirect=`.
    pub fn redirect(&self) -> Option<&MacroString> {
        self.terms.iter().find_map(|term| match term {
            Term::Redirect(target) => Some(target),
            _ => None,
        })
    }

    /// The target of `exp=`.
    pub fn explanation(&self) -> Option<&MacroString> {
        self.terms.iter().find_map(|term| match term {
            Term::Explanation(target) => Some(target),
            _ => None,
        })
    }

    /// The qualifier of the first `all`.
    pub fn all(&self) -> Option<Qualifier> {
        self.directives().find(|(_, mechanism)| **mechanism == Mechanism::All).map(|(qualifier, _)| qualifier)
    }

    /// Puts `qualifier` at its `all`, which is added where there is none: the one-click soft variant.
    #[must_use]
    pub fn with_all(mut self, qualifier: Qualifier) -> Record {
        self.terms.retain(|term| !matches!(term, Term::Directive(_, Mechanism::All) | Term::Redirect(_)));
        self.terms.push(Term::Directive(qualifier, Mechanism::All));
        self
    }

    /// What is probably a mistake.
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut is_behind_all = false;
        for term in &self.terms {
            let text = term.to_string();
            let Term::Directive(qualifier, mechanism) = term else { continue };
            if is_behind_all {
                remarks.push(Remark::BehindAll(text.clone()));
            } else if seen.contains(&text.to_ascii_lowercase()) {
                remarks.push(Remark::Duplicate(text.clone()));
            }
            match mechanism {
                Mechanism::All => {
                    is_behind_all = true;
                    if *qualifier == Qualifier::Pass {
                        remarks.push(Remark::EverybodyPasses);
                    }
                }
                Mechanism::Ptr(_) => remarks.push(Remark::Ptr(text.clone())),
                _ => {}
            }
            seen.push(text.to_ascii_lowercase());
        }
        match (self.all(), self.redirect()) {
            (Some(_), Some(_)) => remarks.push(Remark::RedirectBesideAll),
            (None, None) => remarks.push(Remark::NoEnd),
            _ => {}
        }
        remarks
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=spf1")?;
        self.terms.iter().try_for_each(|term| write!(f, " {term}"))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Directive(Qualifier::Pass, mechanism) => write!(f, "{mechanism}"),
            Term::Directive(qualifier, mechanism) => write!(f, "{}{mechanism}", qualifier.sign()),
            Term::Redirect(target) => write!(f, "redirect={target}"),
            Term::Explanation(target) => write!(f, "exp={target}"),
            Term::Unknown(name, value) => write!(f, "{name}={value}"),
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, name: &str, target: &Option<MacroString>| match target {
            Some(target) => write!(f, "{name}:{target}"),
            None => f.write_str(name),
        };
        match self {
            Mechanism::All => f.write_str("all"),
            Mechanism::Include(target) => write!(f, "include:{target}"),
            Mechanism::A(target, prefixes) => named(f, "a", target).and_then(|()| write!(f, "{prefixes}")),
            Mechanism::Mx(target, prefixes) => named(f, "mx", target).and_then(|()| write!(f, "{prefixes}")),
            Mechanism::Ptr(target) => named(f, "ptr", target),
            Mechanism::Ip4(network, 32) => write!(f, "ip4:{network}"),
            Mechanism::Ip4(network, prefix) => write!(f, "ip4:{network}/{prefix}"),
            Mechanism::Ip6(network, 128) => write!(f, "ip6:{network}"),
            Mechanism::Ip6(network, prefix) => write!(f, "ip6:{network}/{prefix}"),
            Mechanism::Exists(target) => write!(f, "exists:{target}"),
        }
    }
}

impl fmt::Display for Prefixes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ipv4 != 32 {
            write!(f, "/{}", self.ipv4)?;
        }
        if self.ipv6 != 128 {
            write!(f, "//{}", self.ipv6)?;
        }
        Ok(())
    }
}
