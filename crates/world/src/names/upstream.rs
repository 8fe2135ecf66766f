//! Whom we ask: the resolvers, and the servers of zones that are forwarded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::dnssec::Proof;
use hickory_proto::op::{DnsRequestOptions, Query};
use hickory_proto::rr::{Name, Record, RecordType};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer, RetryDnsHandle};
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig, system_conf};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::anchors::Anchors;
use super::{NamesOptions, NamesSetupError, Validation, wildcard};

/// Each try of a question; the resolver tries twice.
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
const TRIES: usize = 2;
/// Answers kept for their time to live.
const CACHE_ANSWERS: u64 = 2048;
/// After resolvers turned out to know nothing of signatures, they are believed to for that long.
const PROBE_INTERVAL: Duration = Duration::from_secs(600);

/// Servers for the names at and below a zone.
pub(super) struct Upstream {
    zone: Name,
    plain: TokioResolver,
    authentic: Authentic,
}

/// How authenticity is found out.
enum Authentic {
    /// Never.
    Off,
    /// By following the signatures.
    Own {
        resolver: Box<TokioResolver>,
        /// Follows the signatures as the resolver does, and shows what it calls bogus.
        second: Box<DnssecDnsHandle<Pool>>,
        anchors: Arc<Anchors>,
        probe: Mutex<Probe>,
    },
    /// By the resolver's word. It keeps answers itself.
    Bit(Box<Pool>),
}

/// The servers, asked without a cache.
type Pool = RetryDnsHandle<NameServerPool<TokioRuntimeProvider>>;

/// Whether the resolvers hand on signatures.
#[derive(Clone, Copy)]
enum Probe {
    Unknown,
    /// Once seen, their absence is an attack and no lack of ability.
    Signatures,
    NoSignaturesAt(Instant),
}

/// Records of a name and kind, aliases among them.
pub(super) struct Answer {
    pub(super) records: Vec<Record>,
    pub(super) is_secure: bool,
}

impl Upstream {
    fn new(
        zone: Name,
        servers: &[SocketAddr],
        validation: Validation,
        anchors: &Arc<Anchors>,
        kept_answers: u64,
    ) -> Result<Upstream, NamesSetupError> {
        let (config, system_options) = match servers {
            [] => system_conf::read_system_conf()?,
            _ => {
                let servers = servers.iter().map(name_server).collect();
                (ResolverConfig::from_parts(None, Vec::new(), servers), ResolverOpts::default())
            }
        };
        let build = |validate: bool| -> Result<TokioResolver, NetError> {
            let mut builder =
                TokioResolver::builder_with_config(config.clone(), TokioRuntimeProvider::default());
            *builder.options_mut() = options(system_options.clone(), kept_answers);
            if validate {
                builder = builder.with_trust_anchor(Arc::new(anchors.keys.clone()));
            }
            builder.build()
        };
        let pool = || -> Result<Pool, NetError> {
            let context =
                Arc::new(PoolContext::new(options(system_options.clone(), kept_answers), TlsConfig::new()?));
            let servers = config.name_servers().to_vec();
            let pool = NameServerPool::from_config(servers, context, TokioRuntimeProvider::default());
            Ok(RetryDnsHandle::new(pool, TRIES))
        };
        let authentic = match validation {
            Validation::Own => Authentic::Own {
                resolver: Box::new(build(true)?),
                second: Box::new(DnssecDnsHandle::with_trust_anchor(pool()?, Arc::new(anchors.keys.clone()))),
                anchors: anchors.clone(),
                probe: Mutex::new(Probe::Unknown),
            },
            Validation::AuthenticDataBit => {
                if let Some(far) = config.name_servers().iter().find(|server| !server.ip.is_loopback()) {
                    return Err(NamesSetupError::NotLoopback(far.ip));
                }
                Authentic::Bit(Box::new(pool()?))
            }
            Validation::Off => Authentic::Off,
        };
        Ok(Upstream { zone, plain: build(false)?, authentic })
    }

    /// Whether these are servers for a zone, and not the resolvers for everything.
    pub(super) fn is_forwarded(&self) -> bool {
        !self.zone.is_root()
    }

    /// What the servers say; nobody checks it.
    pub(super) async fn look_up(&self, name: Name, kind: RecordType) -> Result<Answer, NetError> {
        let lookup = self.plain.lookup(name, kind).await?;
        Ok(Answer { records: lookup.answers().to_vec(), is_secure: false })
    }

    /// What the servers say, and whether it is authentic. An answer that should be and is not is an error.
    pub(super) async fn look_up_securely(&self, name: Name, kind: RecordType) -> Result<Answer, NetError> {
        match &self.authentic {
            Authentic::Off => self.look_up(name, kind).await,
            Authentic::Own { resolver, second, anchors, probe } => {
                let is_validated = match anchors.covers(&name) {
                    true => true,
                    // Where a zone is forwarded, no chain leads from the root to it.
                    false if self.is_forwarded() => false,
                    false => hands_on_signatures(resolver, probe).await?,
                };
                if !is_validated {
                    return self.look_up(name, kind).await;
                }
                let records = match resolver.lookup(name.clone(), kind).await {
                    Ok(lookup) => lookup.answers().to_vec(),
                    Err(error @ NetError::Dns(DnsError::DnssecBogus)) => {
                        let query = Query::query(name, kind);
                        return match second.lookup(query, dnssec_options()).first_answer().await {
                            Err(seen) => wildcard::proved(&seen)
                                .map(|records| Answer { records, is_secure: true })
                                .ok_or(error),
                            Ok(_) => Err(error),
                        };
                    }
                    Err(error) => return Err(error),
                };
                // Every alias on the way as well as its goal.
                let is_secure = records
                    .iter()
                    .filter(|record| record.record_type() != RecordType::RRSIG)
                    .all(|record| record.proof == Proof::Secure);
                Ok(Answer { records, is_secure })
            }
            Authentic::Bit(pool) => {
                let response = pool.lookup(Query::query(name, kind), dnssec_options()).first_answer().await?;
                let is_secure = response.metadata.authentic_data;
                // RFC 4035 §3.2.3: an answer without records reads as an error here.
                let response = DnsError::from_response(response)?;
                Ok(Answer { records: response.answers.clone(), is_secure })
            }
        }
    }
}

/// Asks once for what is signed for certain. Resolvers that know nothing of DNSSEC must not stop all mail.
async fn hands_on_signatures(resolver: &TokioResolver, probe: &Mutex<Probe>) -> Result<bool, NetError> {
    let known = *probe.lock();
    match known {
        Probe::Signatures => return Ok(true),
        Probe::NoSignaturesAt(moment) if moment.elapsed() < PROBE_INTERVAL => return Ok(false),
        Probe::Unknown | Probe::NoSignaturesAt(_) => {}
    }
    let found = match resolver.lookup(Name::root(), RecordType::SOA).await {
        Ok(lookup) => lookup.answers().iter().any(|record| record.proof == Proof::Secure),
        Err(NetError::Dns(_)) => false,
        Err(trouble) => return Err(trouble),
    };
    if !found {
        tracing::warn!(
            "the DNS resolvers hand on no valid signatures of the root: DANE cannot be honoured; \
             name a resolver that knows DNSSEC in [dns] resolvers"
        );
    }
    *probe.lock() = if found { Probe::Signatures } else { Probe::NoSignaturesAt(Instant::now()) };
    Ok(found)
}

/// With signatures, please.
fn dnssec_options() -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.use_edns = true;
    options.edns_set_dnssec_ok = true;
    options.case_randomization = true;
    options
}

fn options(mut options: ResolverOpts, kept_answers: u64) -> ResolverOpts {
    options.timeout = TRY_TIMEOUT;
    options.attempts = TRIES;
    options.edns0 = true;
    options.cache_size = kept_answers;
    // What a stranger's MX names must never lead to a line of /etc/hosts.
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    // Against forged answers (RFC 5452): letters in random case, and source ports that the library draws.
    options.case_randomization = true;
    options.os_port_selection = false;
    options
}

/// All whom we ask.
pub(super) struct Upstreams {
    options: NamesOptions,
    resolvers: Upstream,
    forwarded: Vec<Upstream>,
}

impl Upstreams {
    pub(super) fn new(options: &NamesOptions) -> Result<Upstreams, NamesSetupError> {
        Upstreams::keeping(options, CACHE_ANSWERS)
    }

    /// The same servers, of whose answers none is kept.
    pub(super) fn without_cache(&self) -> Result<Upstreams, NamesSetupError> {
        Upstreams::keeping(&self.options, 0)
    }

    fn keeping(options: &NamesOptions, kept_answers: u64) -> Result<Upstreams, NamesSetupError> {
        let anchors = Arc::new(Anchors::new(options.trust_anchor.as_deref())?);
        let mut forwarded = Vec::new();
        for (zone, servers) in &options.forward {
            let zone =
                Name::from_str_relaxed(format!("{}.", zone.trim_end_matches('.'))).map_err(NetError::from)?;
            forwarded.push(Upstream::new(zone, servers, options.validation, &anchors, kept_answers)?);
        }
        // The longest zone first.
        forwarded.sort_by_key(|upstream| std::cmp::Reverse(upstream.zone.num_labels()));
        let resolvers =
            Upstream::new(Name::root(), &options.servers, options.validation, &anchors, kept_answers)?;
        Ok(Upstreams { options: options.clone(), resolvers, forwarded })
    }

    /// Whom to ask for `name`.
    pub(super) fn of(&self, name: &Name) -> &Upstream {
        self.forwarded.iter().find(|upstream| upstream.zone.zone_of(name)).unwrap_or(&self.resolvers)
    }
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.to_vec())
}
