//! DNS look-ups, as far as mail needs them.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RData;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use model::Domain;
use thiserror::Error;

/// Each try of a question; the resolver tries twice.
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
/// Answers kept for their time to live.
const CACHE_ANSWERS: u64 = 2048;
/// Mail exchangers taken from one answer; a longer list is cut.
const MX_LIMIT: usize = 32;

/// Why a name gave no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LookupError {
    /// The name does not exist (NXDOMAIN).
    #[error("the name {0} does not exist")]
    NoSuchName(Domain),
    /// The name exists, without records of this kind.
    #[error("the name {0} has no such records")]
    NoRecords(Domain),
    /// No answer now: time-out, SERVFAIL, REFUSED, no network.
    #[error("the name {name} cannot be looked up now: {reason}")]
    Later {
        /// What was asked for.
        name: Domain,
        /// The resolver's words.
        reason: String,
    },
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

/// Names known without asking anybody.
#[derive(Clone, Debug, Default)]
pub struct StaticNames {
    /// MX answers.
    pub mx: HashMap<Domain, Mx>,
    /// Address answers.
    pub addresses: HashMap<Domain, Vec<IpAddr>>,
}

/// Look-ups with a cache.
#[derive(Clone)]
pub struct Names(Arc<Source>);

enum Source {
    Resolver { resolver: Box<TokioResolver>, reserved_names_exist: bool },
    Fixed(StaticNames),
}

impl Names {
    /// Asks `servers`, or those of the system if there are none.
    pub fn resolver(servers: &[SocketAddr]) -> Result<Names, NamesSetupError> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().map_err(NamesSetupError)?
        } else {
            let servers = servers.iter().map(name_server).collect();
            TokioResolver::builder_with_config(
                ResolverConfig::from_parts(None, Vec::new(), servers),
                TokioRuntimeProvider::default(),
            )
        };
        let options = builder.options_mut();
        options.timeout = TRY_TIMEOUT;
        options.attempts = 2;
        options.edns0 = true;
        options.cache_size = CACHE_ANSWERS;
        // What a stranger's MX names must never lead to a line of /etc/hosts.
        options.use_hosts_file = ResolveHosts::Never;
        let resolver = Box::new(builder.build().map_err(NamesSetupError)?);
        Ok(Names(Arc::new(Source::Resolver { resolver, reserved_names_exist: true })))
    }

    /// The same resolver, for which names below `.test` (RFC 6761 §6.2) do not exist: what the demo uses,
    /// so that nothing in it depends on the outside.
    pub fn without_reserved_names(self) -> Names {
        match Arc::into_inner(self.0) {
            Some(Source::Resolver { resolver, .. }) => {
                Names(Arc::new(Source::Resolver { resolver, reserved_names_exist: false }))
            }
            Some(fixed) => Names(Arc::new(fixed)),
            None => unreachable!("called on a resolver that nobody shares yet"),
        }
    }

    /// Knows only `names`.
    pub fn fixed(names: StaticNames) -> Names {
        Names(Arc::new(Source::Fixed(names)))
    }

    /// Where mail for `domain` goes.
    pub async fn mx(&self, domain: &Domain) -> Result<Mx, LookupError> {
        let resolver = match self.source(domain)? {
            Source::Fixed(names) => {
                return match names.mx.get(domain) {
                    Some(mx) => Ok(mx.clone()),
                    None if names.addresses.contains_key(domain) => Ok(Mx::Implicit),
                    None => Err(LookupError::NoSuchName(domain.clone())),
                };
            }
            Source::Resolver { resolver, .. } => resolver,
        };
        let lookup = match resolver.mx_lookup(absolute(domain)).await {
            Ok(lookup) => lookup,
            Err(error) => {
                return match lookup_error(domain, error) {
                    LookupError::NoRecords(_) => Ok(Mx::Implicit),
                    other => Err(other),
                };
            }
        };
        let mut hosts = Vec::new();
        let mut saw_null = false;
        for record in lookup.answers() {
            let RData::MX(mx) = &record.data else { continue };
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
            (true, false) => Err(LookupError::NoRecords(domain.clone())),
            (false, _) => Ok(Mx::Hosts(hosts)),
        }
    }

    /// The IPv4 and IPv6 addresses of `host`, in the resolver's order.
    pub async fn addresses(&self, host: &Domain) -> Result<Vec<IpAddr>, LookupError> {
        let resolver = match self.source(host)? {
            Source::Fixed(names) => {
                let addresses = names.addresses.get(host).cloned();
                return addresses.ok_or_else(|| LookupError::NoSuchName(host.clone()));
            }
            Source::Resolver { resolver, .. } => resolver,
        };
        let (v4, v6) =
            tokio::join!(resolver.ipv4_lookup(absolute(host)), resolver.ipv6_lookup(absolute(host)));
        let mut addresses = Vec::new();
        let mut trouble = None;
        for answer in [v6, v4] {
            match answer {
                Ok(lookup) => {
                    addresses.extend(lookup.answers().iter().filter_map(|record| match &record.data {
                        RData::A(a) => Some(IpAddr::V4(a.0)),
                        RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
                        _ => None,
                    }))
                }
                Err(error) => {
                    let error = lookup_error(host, error);
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
            (true, None) => Err(LookupError::NoRecords(host.clone())),
        }
    }

    fn source(&self, name: &Domain) -> Result<&Source, LookupError> {
        let reserved = || name.as_str() == "test" || name.as_str().ends_with(".test");
        match &*self.0 {
            Source::Resolver { reserved_names_exist: false, .. } if reserved() => {
                Err(LookupError::NoSuchName(name.clone()))
            }
            source => Ok(source),
        }
    }
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.to_vec())
}

/// With the final dot, so that no search list of the system is tried.
fn absolute(name: &Domain) -> String {
    format!("{name}.")
}

fn lookup_error(name: &Domain, error: NetError) -> LookupError {
    if let NetError::Dns(DnsError::NoRecordsFound(none)) = &error {
        match none.response_code {
            ResponseCode::NXDomain => return LookupError::NoSuchName(name.clone()),
            ResponseCode::NoError => return LookupError::NoRecords(name.clone()),
            _ => {}
        }
    }
    LookupError::Later { name: name.clone(), reason: error.to_string() }
}
