//! Looking at an integrated organisation's servers as delivery would meet them, one after the other and step by step,
//! without a letter of anybody's: what a test of the connection tells.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gateways::{Peer, Verdict};
use model::{Domain, Reply};
use parking_lot::Mutex;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use trust::TlsFailure;
use world::is_elsewhere;

use crate::connection::{Broken, Connection, Server};
use crate::goals::{Choice, Goal};
use crate::policy::{Seen, ShownCertificate};
use crate::remote::{Consignment, Progress, Remote};
use crate::{Outcome, limits};

/// Which hosts and addresses a probe may talk to. Whoever starts one is a stranger to what lies behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Public addresses of these hosts, and of hosts below these domains, on port 25.
    Own {
        /// Domains that were shown to be the starter's.
        domains: Vec<Domain>,
    },
    /// Whatever the integration says: the operator's staff has chosen to.
    Staff,
}

/// What was seen on the way to the servers for one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// The recipients' domain.
    pub domain: Domain,
    /// Its servers, best first; or why there are none.
    pub servers: Result<Vec<ProbedServer>, Reply>,
}

/// What was seen of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbedServer {
    /// Its name, or its address in text.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The address that was tried.
    pub address: Option<IpAddr>,
    /// How far it went.
    pub reached: Reached,
    /// The certificate that it showed.
    pub shown: Option<ShownCertificate>,
    /// Whether it asked for ours.
    pub asked_for_ours: bool,
}

/// How far the conversation with a server went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It was not tried: it is not the starter's to look at.
    NotAllowed,
    /// Its name has no address.
    NoAddress(String),
    /// No connection, or it broke before anything was said.
    NoConnection(String),
    /// It does not want us: its greeting, its answer to EHLO.
    Refused(Reply),
    /// It does not offer STARTTLS.
    NoStartTls(String),
    /// The handshake failed.
    NoHandshake(String),
    /// The handshake went well, and then it hung up: it did not like our certificate.
    HungUp(String),
    /// It talked to us within TLS.
    Talked {
        /// Version and cipher.
        tls: String,
        /// What it said to the letter of the test, where there was one.
        letter: Option<Reply>,
    },
}

/// Notes whether a server asked for our certificate.
#[derive(Debug)]
struct Asked {
    inner: Option<Arc<dyn ResolvesClientCert>>,
    was_asked: AtomicBool,
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.inner.as_ref()?.resolve(hints, schemes)
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl Remote {
    /// Looks at the servers that take a domain's letters for `peer`. The letter, if there is one, is handed to the
    /// first server whose certificate is right; its recipients are of `domain`.
    pub async fn probe(
        &self,
        peer: &Peer,
        domain: &Domain,
        letter: Option<&Consignment>,
        permission: &Permission,
    ) -> Probed {
        let goals = match self.goals_of_gateway(peer, domain, &mut Progress::of(0)).await {
            Ok(goals) => goals,
            Err(Outcome::Later { reply, .. } | Outcome::Failed { reply, .. }) => {
                return Probed { domain: domain.clone(), servers: Err(reply) };
            }
            Err(Outcome::Delivered { .. }) => Vec::new(),
        };
        // What a domain itself names as its exchangers is its own.
        let is_named_by_domain = matches!(peer.target, gateways::InboundTarget::Exchangers);
        let mut servers = Vec::new();
        let mut waiting = letter;
        for goal in goals.into_iter().take(limits::PROBED_SERVERS) {
            let is_allowed = match permission {
                Permission::Staff => true,
                Permission::Own { .. } if self.outbound.may_reach_itself => true,
                Permission::Own { domains } => {
                    goal.port == SMTP_PORT && (is_named_by_domain || self.is_own(&goal, domains).await)
                }
            };
            let server = match is_allowed {
                true => self.probe_goal(goal, waiting, permission).await,
                false => ProbedServer::untouched(&goal, Reached::NotAllowed),
            };
            if matches!(server.reached, Reached::Talked { letter: Some(_), .. }) {
                waiting = None;
            }
            servers.push(server);
        }
        Probed { domain: domain.clone(), servers: Ok(servers) }
    }

    /// Whether a host lies below one of the domains, or is one of their exchangers.
    async fn is_own(&self, goal: &Goal, domains: &[Domain]) -> bool {
        let Ok(host) = Domain::parse(&goal.host) else { return false };
        if domains.iter().any(|domain| host == *domain || host.as_str().ends_with(&format!(".{domain}"))) {
            return true;
        }
        for domain in domains.iter().take(limits::PROBED_DOMAINS) {
            let found = self.world.names.mx_securely(domain).await;
            if matches!(found, Ok((world::Mx::Hosts(hosts), _)) if hosts.iter().any(|(_, name)| *name == host))
            {
                return true;
            }
        }
        false
    }

    async fn probe_goal(
        &self,
        goal: Goal,
        letter: Option<&Consignment>,
        permission: &Permission,
    ) -> ProbedServer {
        let mut probed = ProbedServer::untouched(&goal, Reached::NotAllowed);
        let addresses = match self.addresses(&goal.host).await {
            Ok((addresses, _)) => addresses,
            Err((_, error)) => {
                probed.reached = Reached::NoAddress(error.to_string());
                return probed;
            }
        };
        let may = |ip: &IpAddr| match permission {
            _ if self.outbound.may_reach_itself => true,
            Permission::Staff => is_elsewhere(*ip),
            Permission::Own { .. } => is_public(*ip),
        };
        let Some(ip) = addresses.into_iter().find(may) else { return probed };
        probed.address = Some(ip);
        let Choice::Integration(policy) = goal.choice else { return probed };
        let asked =
            Arc::new(Asked { inner: self.certificate.lock().clone(), was_asked: AtomicBool::new(false) });
        let seen: Seen = Arc::new(Mutex::new(None));
        let server = Server {
            host: goal.host.clone(),
            address: SocketAddr::new(ip, goal.port),
            encryption: crate::connection::Encryption::Starttls(policy),
            login: None,
            source: None,
            noted: None,
            certificate: Some(asked.clone()),
            seen: Some(seen.clone()),
        };
        let talk = self.talk(&server, letter);
        probed.reached = tokio::select! {
            reached = talk => reached,
            () = self.world.clock.sleep(limits::PROBE_TIME) => {
                Reached::NoConnection(format!("nothing within {} seconds", limits::PROBE_TIME.as_secs()))
            }
        };
        probed.shown = seen.lock().clone();
        probed.asked_for_ours = asked.was_asked.load(Ordering::Relaxed);
        let is_identified =
            matches!(&probed.shown, Some(ShownCertificate { verdict: Verdict::Identified(_), .. }));
        // TLS 1.3 tells of a client's certificate only after the handshake (RFC 8446 §4.4.2).
        if let Reached::NoConnection(why) | Reached::NoHandshake(why) = &probed.reached
            && is_identified
        {
            probed.reached = Reached::HungUp(why.clone());
        }
        probed
    }

    async fn talk(&self, server: &Server, letter: Option<&Consignment>) -> Reached {
        let name = self.outbound.hostname.as_str();
        let mut connection = match Connection::open(&self.world, server, name).await {
            Ok(connection) => connection,
            Err(Broken::Refused(reply)) => return Reached::Refused(reply),
            Err(Broken::Tls { failure: TlsFailure::StarttlsNotSupported, why }) => {
                return Reached::NoStartTls(why);
            }
            Err(Broken::Tls { why, .. }) => return Reached::NoHandshake(why),
            Err(Broken::Lost(reply) | Broken::Ours(reply)) => {
                return Reached::NoConnection(reply.text().to_owned());
            }
        };
        let tls = connection.tls.clone().unwrap_or_default();
        let answered = match letter {
            Some(consignment) => match self.transact(&mut connection, consignment, &server.host).await {
                Ok((_, words, _)) => Some(words),
                Err(broken) => Some(broken.reply()),
            },
            None => None,
        };
        connection.quit().await;
        Reached::Talked { tls, letter: answered }
    }
}

/// The port on which mail servers receive (RFC 5321 §4.5.4.2); nothing else is looked at for a customer.
const SMTP_PORT: u16 = 25;

impl ProbedServer {
    fn untouched(goal: &Goal, reached: Reached) -> ProbedServer {
        ProbedServer {
            host: goal.host.clone(),
            port: goal.port,
            address: None,
            reached,
            shown: None,
            asked_for_ours: false,
        }
    }
}

/// Whether an address is one of the public Internet. A customer's test is no way to look into the networks that this
/// machine can reach (RFC 1918, RFC 6598, RFC 4193).
fn is_public(ip: IpAddr) -> bool {
    is_elsewhere(ip)
        && match ip.to_canonical() {
            IpAddr::V4(ip) => {
                let [first, second, ..] = ip.octets();
                !(ip.is_private() || (first == 100 && second & 0xc0 == 64) || first >= 240)
            }
            IpAddr::V6(ip) => !ip.is_unique_local(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_probe_reaches_public_addresses_only() {
        for public in ["192.0.2.7", "8.8.8.8", "2001:db8::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        let inner = [
            "10.0.0.1",
            "192.168.1.1",
            "172.16.9.9",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "240.0.0.1",
            "0.0.0.0",
        ];
        for inner in inner {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
    }
}
