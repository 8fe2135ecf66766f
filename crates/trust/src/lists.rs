//! DNS lists of senders, good or bad (RFC 5782): asking one, and seeing when its answer means nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use model::Domain;
use world::{Names, RData, RecordType};

use crate::limits::LIST_TEXT_LIMIT_CHARACTERS;

/// What a list knows about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsListKind {
    /// Addresses (RFC 5782 §2.1).
    Address,
    /// Domains (RFC 5782 §2.2).
    Domain,
}

/// A list to ask, written `ip:bl.example.org` or `domain:bl.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsList {
    /// The zone: `bl.example.org`.
    pub zone: String,
    /// What it lists.
    pub kind: DnsListKind,
}

impl fmt::Display for DnsList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            DnsListKind::Address => "ip",
            DnsListKind::Domain => "domain",
        };
        write!(f, "{kind}:{}", self.zone)
    }
}

impl FromStr for DnsList {
    type Err = String;

    fn from_str(text: &str) -> Result<DnsList, String> {
        let (kind, zone) = match text.split_once(':') {
            Some(("ip", zone)) => (DnsListKind::Address, zone),
            Some(("domain", zone)) => (DnsListKind::Domain, zone),
            _ => return Err(format!("«{text}» is neither ip:ZONE nor domain:ZONE")),
        };
        let zone = Domain::parse(zone).map_err(|wrong| format!("«{zone}»: {wrong}"))?;
        Ok(DnsList { zone: zone.as_str().to_owned(), kind })
    }
}

impl DnsList {
    /// The codes under which the list has `subject` (an address or a domain, as the kind says), none if it has
    /// not. An error says why the answer means nothing: the list is gone, does not serve us, or lists everybody.
    pub async fn ask(&self, names: &Names, subject: &str) -> Result<Vec<Ipv4Addr>, String> {
        let codes = self.codes(names, &self.entry(subject)).await?;
        // RFC 5782 §5: what no list that works has. A zone whose owner gave up often answers for every name.
        if !codes.is_empty() && !self.codes(names, &self.entry(self.never_listed(subject))).await?.is_empty()
        {
            return Err("it lists everybody (RFC 5782 §5)".to_owned());
        }
        Ok(codes)
    }

    /// What the list says about an entry, for people (RFC 5782 §2.1); empty if it says nothing. One line of ASCII.
    pub async fn text(&self, names: &Names, subject: &str) -> String {
        let texts = names.texts(&self.entry(subject)).await.unwrap_or_default();
        let text = texts.first().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        let plain = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ');
        plain.take(LIST_TEXT_LIMIT_CHARACTERS).collect()
    }

    async fn codes(&self, names: &Names, entry: &str) -> Result<Vec<Ipv4Addr>, String> {
        match names.look_up(entry, RecordType::A).await {
            Ok(found) => codes(&found.records),
            Err(error) if error.is_void() => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The name to ask for: the octets or nibbles of an address backwards (RFC 5782 §2.1, §2.4), or the domain.
    fn entry(&self, subject: &str) -> String {
        let reversed = match (self.kind, subject.parse::<IpAddr>()) {
            (DnsListKind::Address, Ok(ip)) => {
                let reverse = world::Name::from(ip.to_canonical()).to_ascii();
                let reverse = reverse.trim_end_matches('.');
                let reverse = reverse.strip_suffix(".in-addr.arpa").or(reverse.strip_suffix(".ip6.arpa"));
                reverse.unwrap_or(subject).to_owned()
            }
            _ => subject.to_owned(),
        };
        format!("{reversed}.{}", self.zone)
    }

    fn never_listed(&self, subject: &str) -> &'static str {
        let ip = subject.parse::<IpAddr>().map(|ip| ip.to_canonical());
        match (self.kind, ip) {
            (DnsListKind::Domain, _) => "invalid",
            (DnsListKind::Address, Ok(IpAddr::V6(_))) => "::1",
            (DnsListKind::Address, _) => "127.0.0.1",
        }
    }
}

/// RFC 5782 §2.1: an entry is an address within 127.0.0.0/8. The larger lists answer 127.255.255.x to whoever
/// may not ask, which is no listing.
fn codes(records: &[RData]) -> Result<Vec<Ipv4Addr>, String> {
    let addresses = records.iter().filter_map(|record| match record {
        RData::A(a) => Some(a.0),
        _ => None,
    });
    let addresses: Vec<Ipv4Addr> = addresses.collect();
    if let Some(refused) = addresses.iter().find(|ip| ip.octets()[..3] == [127, 255, 255]) {
        return Err(format!("it answers {refused}: it does not serve us"));
    }
    let mut codes: Vec<Ipv4Addr> = addresses.into_iter().filter(Ipv4Addr::is_loopback).collect();
    codes.sort();
    codes.dedup();
    match codes.is_empty() {
        true => Err("its answer is none (RFC 5782 §2.1)".to_owned()),
        false => Ok(codes),
    }
}

/// Codes of a list: `127.0.0.2`, or all from one to another, `127.0.0.4-127.0.0.7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes {
    first: Ipv4Addr,
    last: Ipv4Addr,
}

impl Codes {
    /// Whether `code` is among them.
    pub fn contain(&self, code: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&code)
    }
}

impl FromStr for Codes {
    type Err = String;

    fn from_str(text: &str) -> Result<Codes, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let code = |text: &str| {
            let code: Option<Ipv4Addr> = text.trim().parse().ok();
            code.filter(Ipv4Addr::is_loopback)
                .ok_or_else(|| format!("«{text}» is no code: those begin with 127"))
        };
        let codes = Codes { first: code(first)?, last: code(last)? };
        if codes.first > codes.last {
            return Err(format!("«{text}» ends before it begins"));
        }
        Ok(codes)
    }
}

#[cfg(test)]
mod tests;
