//! DNS look-ups, as far as mail needs them.

mod fixed;
mod upstream;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub use fixed::StaticNames;
use hickory_proto::op::ResponseCode;
pub use hickory_proto::rr::{Name, RData, RecordType};
use hickory_resolver::net::{DnsError, NetError};
use model::Domain;
use thiserror::Error;

use upstream::Upstreams;

/// Mail exchangers taken from one answer; a longer list is cut.
const MX_LIMIT: usize = 32;
/// Records taken from one answer; a longer list is cut.
const RECORD_LIMIT: usize = 256;

/// Why a name gave no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LookupError {
    /// The name does not exist (NXDOMAIN).
    #[error("the name {0} does not exist")]
    NoSuchName(String),
    /// The name exists, without records of this kind.
    #[error("the name {0} has no such records")]
    NoRecords(String),
    /// No answer now: time-out, SERVFAIL, REFUSED, no network, or an answer that is not authentic.
    #[error("the name {name} cannot be looked up now: {reason}")]
    Later {
        /// What was asked for.
        name: String,
        /// The resolver's words.
        reason: String,
    },
}

impl LookupError {
    /// Whether it is certain that there is no such record (RFC 7208 §4.6.4 calls this a void look-up).
    pub fn is_void(&self) -> bool {
        !matches!(self, LookupError::Later { .. })
    }
}

/// The records of a name and kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// At least one.
    pub records: Vec<RData>,
    /// Whether a chain of DNSSEC signatures from the trust anchor proves them; always false where the
    /// resolver does not validate.
    pub is_secure: bool,
    /// How long they may be kept.
    pub ttl: Duration,
}

/// Where mail for a domain goes (RFC 5321 §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mx {
    /// `MX 0 .`: the domain takes no mail (RFC 7505).
    Null,
    /// The exchangers with their preferences, lowest first.
    Hosts(Vec<(u16, Domain)>),
    /// No MX records: the domain's own addresses.
    Implicit,
}

/// The configured name servers cannot be used.
#[derive(Debug, Error)]
#[error("cannot set up the DNS resolver")]
pub struct NamesSetupError(#[source] NetError);

/// Whom to ask for names.
#[derive(Clone, Debug, Default)]
pub struct NamesOptions {
    /// The resolvers; those of the system if there are none.
    pub servers: Vec<SocketAddr>,
    /// Servers for the names at and below a zone, instead of the resolvers: `("test", …)`. The longest
    /// zone that holds a name counts.
    pub forward: Vec<(String, Vec<SocketAddr>)>,
}

/// As names are compared: lower case, without the final dot.
fn key(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Look-ups with a cache.
#[derive(Clone)]
pub struct Names(Arc<Source>);

enum Source {
    Resolver { upstreams: Upstreams, reserved_names_exist: bool },
    Fixed(StaticNames),
}

impl Names {
    /// Asks whom `options` name.
    pub fn resolver(options: &NamesOptions) -> Result<Names, NamesSetupError> {
        let upstreams = Upstreams::new(options).map_err(NamesSetupError)?;
        Ok(Names(Arc::new(Source::Resolver { upstreams, reserved_names_exist: true })))
    }

    /// The same resolver, for which names below `.test` (RFC 6761 §6.2) do not exist where they are not
    /// forwarded: what the demo uses, so that nothing in it depends on the outside.
    pub fn without_reserved_names(self) -> Names {
        match Arc::into_inner(self.0) {
            Some(Source::Resolver { upstreams, .. }) => {
                Names(Arc::new(Source::Resolver { upstreams, reserved_names_exist: false }))
            }
            Some(fixed) => Names(Arc::new(fixed)),
            None => unreachable!("called on a resolver that nobody shares yet"),
        }
    }

    /// Knows only `names`.
    pub fn fixed(names: StaticNames) -> Names {
        Names(Arc::new(Source::Fixed(names)))
    }

    /// The records of `name`, aliases followed. The name is absolute, with or without its final dot.
    pub async fn look_up(&self, name: &str, kind: RecordType) -> Result<Found, LookupError> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let (upstreams, reserved_names_exist) = match &*self.0 {
            Source::Fixed(names) => return names.look_up(name, kind),
            Source::Resolver { upstreams, reserved_names_exist } => (upstreams, *reserved_names_exist),
        };
        // With the final dot, so that no search list of the system is tried. A name that DNS cannot carry
        // does not exist in it.
        let absolute = Name::from_str_relaxed(format!("{name}."))
            .map_err(|_| LookupError::NoSuchName(name.to_owned()))?;
        let upstream = upstreams.of(&absolute);
        if !reserved_names_exist && !upstream.is_forwarded() && is_reserved(name) {
            return Err(LookupError::NoSuchName(name.to_owned()));
        }
        let lookup =
            upstream.resolver.lookup(absolute, kind).await.map_err(|error| lookup_error(name, error))?;
        let answers = lookup.answers().iter().filter(|record| record.record_type() == kind);
        let ttl = answers.clone().map(|record| record.ttl).min().unwrap_or(0);
        let records: Vec<RData> = answers.take(RECORD_LIMIT).map(|record| record.data.clone()).collect();
        if records.is_empty() {
            return Err(LookupError::NoRecords(name.to_owned()));
        }
        Ok(Found { records, is_secure: false, ttl: Duration::from_secs(ttl.into()) })
    }

    /// Where mail for `domain` goes.
    pub async fn mx(&self, domain: &Domain) -> Result<Mx, LookupError> {
        let found = match self.look_up(domain.as_str(), RecordType::MX).await {
            Err(LookupError::NoRecords(_)) => return Ok(Mx::Implicit),
            found => found?,
        };
        let mut hosts = Vec::new();
        let mut saw_null = false;
        for record in &found.records {
            let RData::MX(mx) = record else { continue };
            if mx.exchange.is_root() {
                saw_null = true;
            } else if let Ok(host) = Domain::parse(&mx.exchange.to_ascii()) {
                hosts.push((mx.preference, host));
            }
        }
        hosts.sort();
        hosts.truncate(MX_LIMIT);
        match (hosts.is_empty(), saw_null) {
            (true, true) => Ok(Mx::Null),
            // Exchangers were named, and not one of them is a host name: there is nowhere to go.
            (true, false) => Err(LookupError::NoRecords(domain.to_string())),
            (false, _) => Ok(Mx::Hosts(hosts)),
        }
    }

    /// The IPv4 and IPv6 addresses of `host`, in the resolver's order.
    pub async fn addresses(&self, host: &Domain) -> Result<Vec<IpAddr>, LookupError> {
        let (v4, v6) = tokio::join!(
            self.look_up(host.as_str(), RecordType::A),
            self.look_up(host.as_str(), RecordType::AAAA)
        );
        let mut addresses = Vec::new();
        let mut trouble = None;
        for answer in [v6, v4] {
            match answer {
                Ok(found) => addresses.extend(found.records.iter().filter_map(address)),
                Err(error) => {
                    // "Later" of one family must not be hidden by "no records" of the other.
                    if !matches!(trouble, Some(LookupError::Later { .. })) {
                        trouble = Some(error);
                    }
                }
            }
        }
        match (addresses.is_empty(), trouble) {
            (false, _) => Ok(addresses),
            (true, Some(trouble)) => Err(trouble),
            (true, None) => Err(LookupError::NoRecords(host.to_string())),
        }
    }

    /// The texts of `name`, the strings of each record joined (RFC 7208 §3.3).
    pub async fn texts(&self, name: &str) -> Result<Vec<Vec<u8>>, LookupError> {
        let found = self.look_up(name, RecordType::TXT).await?;
        Ok(found
            .records
            .iter()
            .filter_map(|record| match record {
                RData::TXT(text) => Some(text.txt_data.concat()),
                _ => None,
            })
            .collect())
    }

    /// The names that `ip` points to (RFC 1035 §3.5), without their final dots, in lower case.
    pub async fn pointers(&self, ip: IpAddr) -> Result<Vec<String>, LookupError> {
        let found = self.look_up(&Name::from(ip.to_canonical()).to_ascii(), RecordType::PTR).await?;
        Ok(found
            .records
            .iter()
            .filter_map(|record| match record {
                RData::PTR(name) => Some(key(&name.0.to_ascii())),
                _ => None,
            })
            .collect())
    }
}

fn address(record: &RData) -> Option<IpAddr> {
    match record {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
        _ => None,
    }
}

/// Below `.test` (RFC 6761 §6.2).
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "test" || name.ends_with(".test")
}

fn lookup_error(name: &str, error: NetError) -> LookupError {
    if let NetError::Dns(DnsError::NoRecordsFound(none)) = &error {
        match none.response_code {
            ResponseCode::NXDomain => return LookupError::NoSuchName(name.to_owned()),
            ResponseCode::NoError => return LookupError::NoRecords(name.to_owned()),
            _ => {}
        }
    }
    LookupError::Later { name: name.to_owned(), reason: error.to_string() }
}
