//! Which hosts a consignment goes to, and who chose them: a rule of our operator, his settings, the domain itself.

use std::sync::Arc;

use gateways::{InboundTarget, Peer};
use model::{Domain, Relay, RelayTarget, RelayTls, TlsWish};
use trust::TlsFailure;

use crate::Outcome;
use crate::connection::Encryption;
use crate::exchangers::{choose, lookup_outcome};
use crate::outbound::SmartHostTls;
use crate::policy::{Demander, TlsPolicy};
use crate::remote::{Progress, Remote};
use crate::wishes::Wishes;

/// A host to try, before its addresses are known.
pub(crate) struct Goal {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) login: Option<(String, String)>,
    pub(crate) choice: Choice,
    /// It carries on for us and knows us by our usual address: a smart host, a relay.
    pub(crate) is_relay: bool,
}

/// Who chose a host, and so decides what is demanded of it.
pub(crate) enum Choice {
    /// Our operator.
    Operator(Encryption),
    /// The recipients' domain.
    Domain(Arc<Wishes>),
    /// The sender, who wrote its address.
    Literal,
    /// An integrated organisation, as its integration says.
    Integration(TlsPolicy),
}

impl Remote {
    /// Where mail for a domain goes, in words for the trail.
    pub fn describe(&self, domain: &Domain) -> String {
        match (self.outbound.routes.iter().find(|route| route.domain == *domain), &self.outbound.smart_host) {
            (Some(route), _) => format!("{}:{}", route.host, route.port),
            (None, Some(smart_host)) => format!("smart host {}:{}", smart_host.host, smart_host.port),
            (None, None) => format!("mail servers of {domain}"),
        }
    }

    pub(crate) async fn goals(
        &self,
        domain: &Domain,
        wish: TlsWish,
        progress: &mut Progress,
    ) -> Result<Vec<Goal>, Outcome> {
        if let Some(route) = self.outbound.routes.iter().find(|route| route.domain == *domain) {
            let encryption = Encryption::Starttls(TlsPolicy::Opportunistic);
            let (host, port, choice) = (route.host.clone(), route.port, Choice::Operator(encryption));
            return Ok(vec![Goal { host, port, login: None, choice, is_relay: false }]);
        }
        if let Some(smart_host) = &self.outbound.smart_host {
            let encryption = match smart_host.tls {
                SmartHostTls::Starttls => Encryption::Starttls(TlsPolicy::Verify(Demander::Operator)),
                SmartHostTls::Implicit => Encryption::Implicit,
                SmartHostTls::Plaintext => Encryption::Never("as configured".to_owned()),
            };
            return Ok(vec![Goal {
                host: smart_host.host.clone(),
                port: smart_host.port,
                login: smart_host.login.clone(),
                choice: Choice::Operator(encryption),
                is_relay: true,
            }]);
        }
        let port = self.outbound.port;
        if let Some(ip) = domain.literal() {
            let (host, choice) = (ip.to_string(), Choice::Literal);
            return Ok(vec![Goal { host, port, login: None, choice, is_relay: false }]);
        }
        let (hosts, is_authentic) = self.exchangers(domain, progress).await?;
        let wishes = Arc::new(Wishes::of(domain, is_authentic, wish, &self.policies).await?);
        let goal = |host: Domain| Goal {
            host: host.as_str().to_owned(),
            port,
            login: None,
            choice: Choice::Domain(wishes.clone()),
            is_relay: false,
        };
        Ok(hosts.into_iter().map(goal).collect())
    }

    /// The hosts of a relay. What its own domain demands counts only where the rule demands nothing.
    pub(crate) async fn goals_of_relay(
        &self,
        relay: &Relay,
        wish: TlsWish,
        progress: &mut Progress,
    ) -> Result<Vec<Goal>, Outcome> {
        let policy = match relay.tls {
            RelayTls::Opportunistic => TlsPolicy::Opportunistic,
            RelayTls::Encrypt => TlsPolicy::Encrypt(Demander::Route),
            RelayTls::Verify => TlsPolicy::Verify(Demander::Route),
        };
        let goal = |host: String, port| Goal {
            host,
            port,
            login: None,
            choice: Choice::Operator(Encryption::Starttls(policy.clone())),
            is_relay: true,
        };
        Ok(match &relay.target {
            RelayTarget::Host(name, port) => vec![goal(name.to_string(), *port)],
            RelayTarget::Address(address) => vec![goal(address.ip().to_string(), address.port())],
            RelayTarget::Exchangers(name) if relay.tls == RelayTls::Opportunistic => {
                // As if the recipients were there, but for other rules.
                let (hosts, is_authentic) = self.exchangers(name, progress).await?;
                let wishes = Arc::new(Wishes::of(name, is_authentic, wish, &self.policies).await?);
                let choice = || Choice::Domain(wishes.clone());
                let goals = hosts
                    .iter()
                    .map(|host| Goal { choice: choice(), ..goal(host.to_string(), self.outbound.port) });
                goals.collect()
            }
            RelayTarget::Exchangers(name) => {
                let (hosts, _) = self.exchangers(name, progress).await?;
                hosts.iter().map(|host| goal(host.to_string(), self.outbound.port)).collect()
            }
        })
    }

    /// The servers of an integrated organisation for the recipients' domain. Which name a server has is certain where
    /// the integration names it, or where the list of exchangers is authentic.
    pub(crate) async fn goals_of_gateway(
        &self,
        peer: &Peer,
        domain: &Domain,
        progress: &mut Progress,
    ) -> Result<Vec<Goal>, Outcome> {
        let goal = |host: String, port, certain: Option<&Domain>| Goal {
            host,
            port,
            login: None,
            choice: Choice::Integration(TlsPolicy::Gateway { peer: peer.clone(), host: certain.cloned() }),
            is_relay: true,
        };
        let name = match &peer.target {
            InboundTarget::Server(RelayTarget::Host(name, port)) => {
                return Ok(vec![goal(name.to_string(), *port, Some(name))]);
            }
            InboundTarget::Server(RelayTarget::Address(address)) => {
                return Ok(vec![goal(address.ip().to_string(), address.port(), None)]);
            }
            InboundTarget::Server(RelayTarget::Exchangers(name)) => name,
            InboundTarget::Exchangers => domain,
        };
        let (hosts, is_authentic) = self.exchangers(name, progress).await?;
        let port = self.outbound.port;
        Ok(hosts.iter().map(|host| goal(host.to_string(), port, is_authentic.then_some(host))).collect())
    }

    /// The mail exchangers of a domain, best first, and whether their list is authentic.
    async fn exchangers(
        &self,
        domain: &Domain,
        progress: &mut Progress,
    ) -> Result<(Vec<Domain>, bool), Outcome> {
        let (answer, is_authentic) = match self.world.names.mx_securely(domain).await {
            Ok((mx, is_authentic)) => (Ok(mx), is_authentic),
            Err(error) => {
                if error.is_bogus() {
                    let outcome = lookup_outcome(domain, &error);
                    progress.not_as_demanded(domain.as_str(), "DANE", TlsFailure::DnssecInvalid, outcome);
                }
                (Err(error), false)
            }
        };
        Ok((choose(domain, answer, &self.outbound.hostname, &self.world.random)?, is_authentic))
    }
}
