//! DNS look-ups, as far as mail needs them.

mod anchors;
mod fixed;
mod upstream;
mod wildcard;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub use fixed::StaticNames;
use hickory_proto::ProtoError;
use hickory_proto::dnssec::Proof;
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

const NOT_AUTHENTIC: &str = "the answer is not authentic (DNSSEC)";

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
    /// What was asked for.
    pub fn name(&self) -> &str {
        match self {
            LookupError::NoSuchName(name) | LookupError::NoRecords(name) => name,
            LookupError::Later { name, .. } => name,
        }
    }

    /// Whether an answer came whose signatures are wrong or missing (RFC 4035 §5.5).
    pub fn is_bogus(&self) -> bool {
        matches!(self, LookupError::Later { reason, .. } if reason == NOT_AUTHENTIC)
    }

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
pub enum NamesSetupError {
    /// The library refuses them, or the system's cannot be read.
    #[error("cannot set up the DNS resolver")]
    Resolver(#[from] NetError),
    /// The trust anchors cannot be read.
    #[error("the trust anchor: {0}")]
    TrustAnchor(String),
    /// Anybody on the way could set the bit.
    #[error("the AD bit is believed of a resolver on this machine only, and {0} is none")]
    NotLoopback(IpAddr),
}

/// How it is found out whether an answer is authentic (RFC 4035).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validation {
    /// The signatures are followed to the trust anchor.
    #[default]
    Own,
    /// The AD bit of a resolver on this machine is believed (RFC 6840 §5.7).
    AuthenticDataBit,
    /// It is not: nothing is authentic.
    Off,
}

/// Whom to ask for names.
#[derive(Clone, Debug, Default)]
pub struct NamesOptions {
    /// The resolvers; those of the system if there are none.
    pub servers: Vec<SocketAddr>,
    /// Servers for the names at and below a zone, instead of the resolvers: `("test", …)`. The longest
    /// zone that holds a name counts.
    pub forward: Vec<(String, Vec<SocketAddr>)>,
    /// How authenticity is found out.
    pub validation: Validation,
    /// DNSKEY records in zone-file form to trust. Keys of the root replace the built-in ones; other zones'
    /// are trusted for names below them, all keys of such a zone must be there.
    pub trust_anchor: Option<String>,
}

/// The name with its root. What hickory takes for no text of a name may be one all the same: labels are any octets
/// (RFC 2181 §11), SPF macros make such names (RFC 7208 §7.1), and names are printed with escapes (RFC 1035 §5.1).
fn absolute(name: &str) -> Result<Name, ProtoError> {
    Name::from_str_relaxed(format!("{name}.")).or_else(|_| {
        let mut labels = vec![Vec::new()];
        let mut rest = name.as_bytes();
        while let Some((&octet, behind)) = rest.split_first() {
            rest = behind;
            let label = labels.last_mut().expect("there is one from the beginning on");
            let number = || std::str::from_utf8(behind.get(..3)?).ok()?.parse::<u8>().ok();
            match octet {
                b'.' => labels.push(Vec::new()),
                b'\\' => match number() {
                    Some(number) => {
                        label.push(number);
                        rest = &behind[3..];
                    }
                    None => {
                        label.extend(behind.first());
                        rest = behind.get(1..).unwrap_or_default();
                    }
                },
                octet => label.push(octet),
            }
        }
        let mut absolute = Name::from_labels(labels.iter().map(Vec::as_slice))?;
        absolute.set_fqdn(true);
        Ok(absolute)
    })
}

/// As names are compared: lower case, without the final dot.
fn key(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Look-ups with a cache.
#[derive(Clone)]
pub struct Names(Arc<Source>);

enum Source {
    Resolver { upstreams: Box<Upstreams>, reserved_names_exist: bool },
    Fixed(StaticNames),
}

impl Names {
    /// Asks whom `options` name.
    pub fn resolver(options: &NamesOptions) -> Result<Names, NamesSetupError> {
        let upstreams = Box::new(Upstreams::new(options)?);
        Ok(Names(Arc::new(Source::Resolver { upstreams, reserved_names_exist: true })))
    }

    /// The same resolver, for which names below `.test` (RFC 6761 §6.2) exist only where they are forwarded
    /// and the server there does not refuse to speak of them: what the demo uses, so that nothing in it
    /// depends on the outside.
    pub fn without_reserved_names(self) -> Names {
        match Arc::into_inner(self.0) {
            Some(Source::Resolver { upstreams, .. }) => {
                Names(Arc::new(Source::Resolver { upstreams, reserved_names_exist: false }))
            }
            Some(fixed) => Names(Arc::new(fixed)),
            None => unreachable!("called on a resolver that nobody shares yet"),
        }
    }

    /// The same servers, each question asked anew: for whoever wants to see what has just changed.
    pub fn without_cache(&self) -> Result<Names, NamesSetupError> {
        match &*self.0 {
            Source::Fixed(_) => Ok(self.clone()),
            Source::Resolver { upstreams, reserved_names_exist } => {
                let upstreams = Box::new(upstreams.without_cache()?);
                Ok(Names(Arc::new(Source::Resolver {
                    upstreams,
                    reserved_names_exist: *reserved_names_exist,
                })))
            }
        }
    }

    /// Knows only `names`.
    pub fn fixed(names: StaticNames) -> Names {
        Names(Arc::new(Source::Fixed(names)))
    }

    /// The records of `name`, aliases followed. The name is absolute, with or without its final dot.
    pub async fn look_up(&self, name: &str, kind: RecordType) -> Result<Found, LookupError> {
        self.ask(name, kind, Care::Any).await
    }

    /// [`Names::look_up`], where it matters whether the answer is authentic: [`Found::is_secure`] tells. An
    /// answer that should be authentic and is not is [`LookupError::Later`].
    pub async fn look_up_securely(&self, name: &str, kind: RecordType) -> Result<Found, LookupError> {
        self.ask(name, kind, Care::Authenticity).await
    }

    async fn ask(&self, name: &str, kind: RecordType, care: Care) -> Result<Found, LookupError> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let (upstreams, reserved_names_exist) = match &*self.0 {
            Source::Fixed(names) if names.is_silent(name) => std::future::pending().await,
            Source::Fixed(names) => return names.look_up(name, kind),
            Source::Resolver { upstreams, reserved_names_exist } => (upstreams, *reserved_names_exist),
        };
        // With the final dot, so that no search list of the system is tried. A name that DNS cannot carry
        // does not exist in it.
        let absolute = absolute(name).map_err(|_| LookupError::NoSuchName(name.to_owned()))?;
        let upstream = upstreams.of(&absolute);
        if !reserved_names_exist && !upstream.is_forwarded() && is_reserved(name) {
            return Err(LookupError::NoSuchName(name.to_owned()));
        }
        let answer = match care {
            Care::Any => upstream.look_up(absolute, kind).await,
            Care::Authenticity => upstream.look_up_securely(absolute, kind).await,
        };
        let answer = answer.map_err(|error| match error {
            // The demo: whoever is asked for these names hosts them, or nobody does.
            NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused))
                if !reserved_names_exist && is_reserved(name) =>
            {
                LookupError::NoSuchName(name.to_owned())
            }
            error => lookup_error(name, error),
        })?;
        let records = answer.records.iter().filter(|record| record.record_type() == kind);
        let ttl = records.clone().map(|record| record.ttl).min().unwrap_or(0);
        let records: Vec<RData> = records.take(RECORD_LIMIT).map(|record| record.data.clone()).collect();
        if records.is_empty() {
            return Err(LookupError::NoRecords(name.to_owned()));
        }
        Ok(Found { records, is_secure: answer.is_secure, ttl: Duration::from_secs(ttl.into()) })
    }

    /// Where mail for `domain` goes.
    pub async fn mx(&self, domain: &Domain) -> Result<Mx, LookupError> {
        Ok(exchangers(domain, self.look_up(domain.as_str(), RecordType::MX).await)?.0)
    }

    /// [`Names::mx`], and whether the answer is authentic. Of an answer without records that is not known:
    /// false.
    pub async fn mx_securely(&self, domain: &Domain) -> Result<(Mx, bool), LookupError> {
        exchangers(domain, self.look_up_securely(domain.as_str(), RecordType::MX).await)
    }

    /// The IPv4 and IPv6 addresses of `host`, in the resolver's order.
    pub async fn addresses(&self, host: &Domain) -> Result<Vec<IpAddr>, LookupError> {
        Ok(self.addresses_with(host, Care::Any).await?.0)
    }

    /// [`Names::addresses`], and whether all of them are authentic.
    pub async fn addresses_securely(&self, host: &Domain) -> Result<(Vec<IpAddr>, bool), LookupError> {
        self.addresses_with(host, Care::Authenticity).await
    }

    async fn addresses_with(&self, host: &Domain, care: Care) -> Result<(Vec<IpAddr>, bool), LookupError> {
        let (v4, v6) = tokio::join!(
            self.ask(host.as_str(), RecordType::A, care),
            self.ask(host.as_str(), RecordType::AAAA, care)
        );
        let mut addresses = Vec::new();
        let mut is_secure = true;
        let mut trouble = None;
        for answer in [v6, v4] {
            match answer {
                Ok(found) => {
                    is_secure &= found.is_secure;
                    addresses.extend(found.records.iter().filter_map(address));
                }
                Err(error) => {
                    // "Later" of one family must not be hidden by "no records" of the other.
                    if !matches!(trouble, Some(LookupError::Later { .. })) {
                        trouble = Some(error);
                    }
                }
            }
        }
        match (addresses.is_empty(), trouble) {
            (false, _) => Ok((addresses, is_secure)),
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

/// What a question is asked for.
#[derive(Clone, Copy)]
enum Care {
    Any,
    Authenticity,
}

fn exchangers(domain: &Domain, answer: Result<Found, LookupError>) -> Result<(Mx, bool), LookupError> {
    let found = match answer {
        Err(LookupError::NoRecords(_)) => return Ok((Mx::Implicit, false)),
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
        (true, true) => Ok((Mx::Null, found.is_secure)),
        // Exchangers were named, and not one of them is a host name: there is nowhere to go.
        (true, false) => Err(LookupError::NoRecords(domain.to_string())),
        (false, _) => Ok((Mx::Hosts(hosts), found.is_secure)),
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
    let code = match &error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => Some(none.response_code),
        // Denied in a way that proves nothing, such as by NSEC3 of a zone with too many iterations.
        NetError::Dns(DnsError::Nsec { response, proof, .. }) if *proof != Proof::Bogus => {
            Some(response.response_code)
        }
        _ => None,
    };
    match code {
        Some(ResponseCode::NXDomain) => LookupError::NoSuchName(name.to_owned()),
        Some(ResponseCode::NoError) => LookupError::NoRecords(name.to_owned()),
        _ => {
            let reason = match &error {
                NetError::Dns(DnsError::DnssecBogus | DnsError::Nsec { .. }) => NOT_AUTHENTIC.to_owned(),
                other => other.to_string(),
            };
            LookupError::Later { name: name.to_owned(), reason }
        }
    }
}
