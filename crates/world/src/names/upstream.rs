//! Whom we ask: the resolvers, and the servers of zones that are forwarded.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::rr::Name;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;

use super::NamesOptions;

/// Each try of a question; the resolver tries twice.
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
/// Answers kept for their time to live.
const CACHE_ANSWERS: u64 = 2048;

/// Servers for the names at and below a zone.
pub(super) struct Upstream {
    zone: Name,
    pub(super) resolver: TokioResolver,
}

impl Upstream {
    fn new(zone: Name, servers: &[SocketAddr]) -> Result<Upstream, NetError> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio()?
        } else {
            let servers = servers.iter().map(name_server).collect();
            let config = ResolverConfig::from_parts(None, Vec::new(), servers);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        options.timeout = TRY_TIMEOUT;
        options.attempts = 2;
        options.edns0 = true;
        options.cache_size = CACHE_ANSWERS;
        // What a stranger's MX names must never lead to a line of /etc/hosts.
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Upstream { zone, resolver: builder.build()? })
    }

    /// Whether these are servers for a zone, and not the resolvers for everything.
    pub(super) fn is_forwarded(&self) -> bool {
        !self.zone.is_root()
    }
}

/// All whom we ask.
pub(super) struct Upstreams {
    resolvers: Upstream,
    forwarded: Vec<Upstream>,
}

impl Upstreams {
    pub(super) fn new(options: &NamesOptions) -> Result<Upstreams, NetError> {
        let mut forwarded = Vec::new();
        for (zone, servers) in &options.forward {
            let zone = Name::from_str_relaxed(format!("{}.", zone.trim_end_matches('.')))?;
            forwarded.push(Upstream::new(zone, servers)?);
        }
        // The longest zone first.
        forwarded.sort_by_key(|upstream| std::cmp::Reverse(upstream.zone.num_labels()));
        Ok(Upstreams { resolvers: Upstream::new(Name::root(), &options.servers)?, forwarded })
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
