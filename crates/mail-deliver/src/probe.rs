//! Looking at an integrated organisation's servers as delivery would meet them, each once and several at a time, without
//! a letter of anybody's: what a test of the connection tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};
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

/// What is to be looked at, for whom.
pub struct Probing<'a> {
    /// Whose servers, and how they are known.
    pub peer: &'a Peer,
    /// The recipients' domains; the letter's is the first.
    pub domains: &'a [Domain],
    /// Handed over to the best server whose certificate is right, of those of the first domain.
    pub letter: Option<&'a Consignment>,
    /// What may be talked to.
    pub permission: &'a Permission,
    /// The platform's own public addresses, behind which nobody's test looks.
    pub own: &'a [IpAddr],
}

/// What was seen on the way to the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// Where the letters of each domain go.
    pub routes: Vec<ProbedRoute>,
    /// Each server once, also where it takes the letters of several domains.
    pub servers: Vec<ProbedServer>,
}

/// Where the letters of a domain go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbedRoute {
    /// The recipients' domain.
    pub domain: Domain,
    /// Its servers, best first; or why there are none. `None`: the name service did not answer in time.
    pub hosts: Option<Result<Vec<String>, Reply>>,
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
    /// Nobody came to it in the time that there was: others did not answer.
    NotReached,
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

/// What the name service says of a domain: where its servers are, or why there are none.
type Found = Result<Vec<Goal>, Reply>;

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
    /// Looks at the servers that take the domains' letters for a peer, within [`limits::ROUTES_TIME`],
    /// [`limits::PROBES_TIME`] and, for the letter, [`limits::PROBE_TIME`] one after the other. What was not seen in
    /// time is said to be so; what was seen stays.
    pub async fn probe(&self, probing: &Probing<'_>) -> Probed {
        let (mut routes, mut goals) = (Vec::new(), Vec::<Goal>::new());
        // Which of the goals take the letter, best first.
        let mut takers = Vec::new();
        for (at, (domain, found)) in probing.domains.iter().zip(self.routes(probing).await).enumerate() {
            let mut hosts = Vec::new();
            let found = found.map(|found| {
                found.map(|found| {
                    for goal in found.into_iter().take(limits::PROBED_SERVERS) {
                        hosts.push(goal.host.clone());
                        let is_it = |known: &Goal| (&known.host, known.port) == (&goal.host, goal.port);
                        let place = goals.iter().position(is_it).unwrap_or_else(|| {
                            goals.push(goal);
                            goals.len() - 1
                        });
                        if at == 0 {
                            takers.push(place);
                        }
                    }
                })
            });
            let hosts = found.map(|found| found.map(|()| hosts));
            routes.push(ProbedRoute { domain: domain.clone(), hosts });
        }
        let untouched = goals.iter().map(|goal| ProbedServer::untouched(goal, Reached::NotReached));
        let servers: Mutex<Vec<ProbedServer>> = Mutex::new(untouched.collect());
        let looked = stream::iter(goals.iter().enumerate()).for_each_concurrent(
            limits::PROBED_AT_ONCE,
            |(place, goal)| {
                let servers = &servers;
                async move {
                    let server = match self.is_allowed(goal, probing).await {
                        true => self.probe_goal(goal, None, probing).await,
                        false => ProbedServer::untouched(goal, Reached::NotAllowed),
                    };
                    servers.lock()[place] = server;
                }
            },
        );
        tokio::select! {
            () = looked => {}
            () = self.world.clock.sleep(limits::PROBES_TIME) => {}
        }
        let mut servers = std::mem::take(&mut *servers.lock());
        if let Some(letter) = probing.letter
            && let Some(place) = takers.into_iter().find(|place| servers[*place].is_right())
        {
            // A connection of its own: which server is the best of those that are right is known only now.
            let again = self.probe_goal(&goals[place], Some(letter), probing).await;
            if let Reached::Talked { letter, .. } = &mut servers[place].reached {
                *letter = Some(match again.reached {
                    Reached::Talked { letter: Some(reply), .. } => reply,
                    // RFC 3463 §3.5: X.4.2, bad connection.
                    _ => Reply::later(451, 4, 2, "the second connection of the test, for its letter, failed"),
                });
            }
        }
        Probed { routes, servers }
    }

    /// The servers of each domain; `None` where the name service did not answer in time.
    async fn routes(&self, probing: &Probing<'_>) -> Vec<Option<Found>> {
        let found: Mutex<Vec<Option<Found>>> = Mutex::new(probing.domains.iter().map(|_| None).collect());
        let looked = stream::iter(probing.domains.iter().enumerate()).for_each_concurrent(
            limits::PROBED_AT_ONCE,
            |(place, domain)| {
                let found = &found;
                async move {
                    let goals = self.goals_of_gateway(probing.peer, domain, &mut Progress::of(0)).await;
                    found.lock()[place] = Some(match goals {
                        Ok(goals) => Ok(goals),
                        Err(Outcome::Later { reply, .. } | Outcome::Failed { reply, .. }) => Err(reply),
                        Err(Outcome::Delivered { .. }) => Ok(Vec::new()),
                    });
                }
            },
        );
        tokio::select! {
            () = looked => {}
            () = self.world.clock.sleep(limits::ROUTES_TIME) => {}
        }
        std::mem::take(&mut *found.lock())
    }

    async fn is_allowed(&self, goal: &Goal, probing: &Probing<'_>) -> bool {
        // What a domain itself names as its exchangers is its own.
        let is_named_by_domain = matches!(probing.peer.target, gateways::InboundTarget::Exchangers);
        match probing.permission {
            Permission::Staff => true,
            Permission::Own { .. } if self.outbound.may_reach_itself => true,
            Permission::Own { domains } => {
                goal.port == SMTP_PORT && (is_named_by_domain || self.is_own(goal, domains).await)
            }
        }
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
        goal: &Goal,
        letter: Option<&Consignment>,
        probing: &Probing<'_>,
    ) -> ProbedServer {
        let mut probed = ProbedServer::untouched(goal, Reached::NotAllowed);
        let addresses = match self.addresses(&goal.host).await {
            Ok((addresses, _)) => addresses,
            Err((_, error)) => {
                probed.reached = Reached::NoAddress(error.to_string());
                return probed;
            }
        };
        let is_ours = |ip: &IpAddr| {
            let ip = ip.to_canonical();
            probing.own.iter().any(|own| own.to_canonical() == ip) || self.world.dial.has(ip)
        };
        let may = |ip: &IpAddr| match probing.permission {
            _ if self.outbound.may_reach_itself => true,
            Permission::Staff => is_elsewhere(*ip) && !is_ours(ip),
            Permission::Own { .. } => is_public(*ip) && !is_ours(ip),
        };
        let Some(ip) = addresses.into_iter().find(may) else { return probed };
        probed.address = Some(ip);
        let Choice::Integration(policy) = &goal.choice else { return probed };
        let asked =
            Arc::new(Asked { inner: self.certificate.lock().clone(), was_asked: AtomicBool::new(false) });
        let seen: Seen = Arc::new(Mutex::new(None));
        let server = Server {
            host: goal.host.clone(),
            address: SocketAddr::new(ip, goal.port),
            encryption: crate::connection::Encryption::Starttls(policy.clone()),
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
    /// Whether it talked to us, and is one of those that were declared.
    fn is_right(&self) -> bool {
        matches!(self.reached, Reached::Talked { .. })
            && matches!(&self.shown, Some(ShownCertificate { verdict: Verdict::Identified(_), .. }))
    }

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
/// machine can reach (RFC 1918, RFC 6598, RFC 6890, RFC 4193), nor are addresses that carry others within them.
fn is_public(ip: IpAddr) -> bool {
    is_elsewhere(ip)
        && match ip.to_canonical() {
            IpAddr::V4(ip) => match ip.octets() {
                // RFC 6598; RFC 6890 §2.2.2: assignments of protocols; RFC 2544: benchmarks.
                [100, second, ..] if second & 0xc0 == 64 => false,
                [192, 0, 0, _] | [198, 18 | 19, ..] | [240..=255, ..] => false,
                _ => !ip.is_private(),
            },
            IpAddr::V6(ip) => match embedded(ip) {
                Some(within) => is_public(IpAddr::V4(within)),
                // RFC 3879: site-local, of old.
                None => !ip.is_unique_local() && ip.segments()[0] & 0xffc0 != 0xfec0,
            },
        }
}

/// The address of version 4 that one of version 6 leads to: behind NAT64 (RFC 6052 §2.1), by 6to4 (RFC 3056 §2), or
/// written into the last four octets of zeroes (RFC 4291 §2.5.5.1).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = ip.octets();
    let within = |from: usize| {
        let mut four = [0; 4];
        four.copy_from_slice(&octets[from..from + 4]);
        Some(Ipv4Addr::from(four))
    };
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0, 0, ..] => within(12),
        [0x2002, ..] => within(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_probe_reaches_public_addresses_only() {
        for public in ["192.0.2.7", "8.8.8.8", "2001:db8::1", "64:ff9b::808:808", "2002:808:808::1"] {
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
            "192.0.0.8",
            "198.18.0.1",
            "198.19.255.1",
            "fec0::1",
            "64:ff9b::a00:1",
            "64:ff9b::127.0.0.1",
            "2002:a00:1::1",
            "2002:7f00:1::1",
            "::10.0.0.1",
        ];
        for inner in inner {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
    }
}
