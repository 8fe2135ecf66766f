//! To other people's servers: which, in which order, and what they say.

use std::net::{IpAddr, SocketAddr};

use model::{BodyKind, Class, Domain, Envelope, Reply};
use wire_smtp::{Obstacle, Plan};
use world::{LookupError, World};

use crate::connection::{Answers, Broken, Connection, Encryption, Server};
use crate::exchangers::{choose, lookup_outcome};
use crate::outbound::{Outbound, SmartHostTls};
use crate::pool::Pool;
use crate::{Attempt, Carried, Content, Outcome, limits, seven_bit};

/// Carries messages to other servers, reusing connections. One for the whole node.
pub struct Remote {
    world: World,
    outbound: Outbound,
    pool: Pool,
}

/// The goal of a set of recipients: every one in the envelope belongs to `destination`.
pub struct Consignment {
    /// The recipients' domain.
    pub destination: Domain,
    /// Sender, these recipients, their wishes.
    pub envelope: Envelope,
    /// The message.
    pub content: Content,
}

/// A host to try, before its addresses are known.
struct Goal {
    host: String,
    port: u16,
    encryption: Encryption,
    login: Option<(String, String)>,
    /// Our operator named it, and not the recipient's domain.
    is_configured: bool,
}

/// What is known so far while one server after the other is tried.
struct Progress {
    /// `None`: not yet decided.
    outcomes: Vec<Option<Outcome>>,
    attempts: Vec<Attempt>,
    was_reached: bool,
    /// Why the servers tried so far did not do.
    trouble: Option<Outcome>,
}

impl Remote {
    /// A carrier without connections.
    pub fn new(world: World, outbound: Outbound) -> Remote {
        Remote { world, outbound, pool: Pool::default() }
    }

    /// Where mail for a domain goes, in words for the trail.
    pub fn describe(&self, domain: &Domain) -> String {
        match (self.outbound.routes.iter().find(|route| route.domain == *domain), &self.outbound.smart_host) {
            (Some(route), _) => format!("{}:{}", route.host, route.port),
            (None, Some(smart_host)) => format!("smart host {}:{}", smart_host.host, smart_host.port),
            (None, None) => format!("mail servers of {domain}"),
        }
    }

    /// Carries a message to the recipients of one destination. At most [`limits::RECIPIENT_LIMIT`] of them
    /// are tried; the rest is for later.
    pub async fn carry(&self, consignment: &Consignment) -> Carried {
        let mut progress = Progress {
            outcomes: vec![None; consignment.envelope.recipients.len()],
            attempts: Vec::new(),
            was_reached: false,
            trouble: None,
        };
        match self.goals(&consignment.destination).await {
            Ok(goals) => self.try_goals(consignment, goals, &mut progress).await,
            Err(outcome) => {
                // The resolver is asked again as soon as the next letter comes: an answer is an answer.
                progress.was_reached = matches!(outcome, Outcome::Failed { .. });
                progress.trouble = Some(outcome);
            }
        }
        let trouble = progress.trouble.unwrap_or_else(|| Outcome::Later {
            reply: Reply::later(451, 4, 1, "no server of the destination answers"),
            host: None,
        });
        Carried {
            outcomes: progress
                .outcomes
                .into_iter()
                .map(|one| one.unwrap_or_else(|| trouble.clone()))
                .collect(),
            attempts: progress.attempts,
            was_reached: progress.was_reached,
        }
    }

    /// Says good-bye on connections that nobody used for a while; on all of them when `all`.
    pub async fn close_idle(&self, all: bool) {
        for connection in self.pool.expired(self.world.clock.now(), all) {
            connection.quit().await;
        }
    }

    async fn goals(&self, domain: &Domain) -> Result<Vec<Goal>, Outcome> {
        let plain = |host: String, port| Goal {
            host,
            port,
            encryption: Encryption::Opportunistic,
            login: None,
            is_configured: false,
        };
        if let Some(route) = self.outbound.routes.iter().find(|route| route.domain == *domain) {
            return Ok(vec![Goal { is_configured: true, ..plain(route.host.clone(), route.port) }]);
        }
        if let Some(smart_host) = &self.outbound.smart_host {
            return Ok(vec![Goal {
                host: smart_host.host.clone(),
                port: smart_host.port,
                encryption: match smart_host.tls {
                    SmartHostTls::Starttls => Encryption::Starttls,
                    SmartHostTls::Implicit => Encryption::Implicit,
                    SmartHostTls::Plaintext => Encryption::Never("as configured".to_owned()),
                },
                login: smart_host.login.clone(),
                is_configured: true,
            }]);
        }
        if let Some(ip) = domain.literal() {
            return Ok(vec![plain(ip.to_string(), self.outbound.port)]);
        }
        let answer = self.world.names.mx(domain).await;
        let hosts = choose(domain, answer, &self.outbound.hostname, &self.world.random)?;
        Ok(hosts.into_iter().map(|host| plain(host.as_str().to_owned(), self.outbound.port)).collect())
    }

    async fn try_goals(&self, consignment: &Consignment, goals: Vec<Goal>, progress: &mut Progress) {
        let mut addresses_left = limits::ADDRESS_LIMIT;
        for goal in goals {
            let addresses = match self.addresses(&goal.host).await {
                Ok(addresses) if goal.is_configured || self.outbound.may_reach_itself => addresses,
                Ok(mut addresses) => {
                    addresses.retain(|ip| is_elsewhere(*ip));
                    if addresses.is_empty() {
                        progress.not_here(&goal.host, None, leads_nowhere(&goal.host));
                    }
                    addresses
                }
                Err((host, error)) => {
                    progress.not_here(&goal.host, None, lookup_outcome(&host, &error));
                    continue;
                }
            };
            for ip in addresses {
                if addresses_left == 0 {
                    return;
                }
                addresses_left -= 1;
                let server = Server {
                    host: goal.host.clone(),
                    address: SocketAddr::new(ip, goal.port),
                    encryption: goal.encryption.clone(),
                    login: goal.login.clone(),
                };
                if self.try_server(consignment, server, progress).await {
                    return;
                }
            }
        }
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, (Domain, LookupError)> {
        if let Ok(ip) = host.parse() {
            return Ok(vec![ip]);
        }
        // What is no name has no addresses.
        let unknown = |text: &str| {
            let domain = Domain::parse("invalid").expect("a valid name");
            let reason = format!("{text} is not a host name");
            (domain, LookupError::Later { name: text.to_owned(), reason })
        };
        let domain = Domain::parse(host).map_err(|_| unknown(host))?;
        if domain.as_str() == "localhost" {
            // RFC 6761 §6.3: never asked of the DNS.
            return Ok(vec![IpAddr::from([127, 0, 0, 1])]);
        }
        self.world.names.addresses(&domain).await.map_err(|error| (domain, error))
    }

    /// Tries one address; true if nothing is left to decide, so that no other server is needed.
    async fn try_server(
        &self,
        consignment: &Consignment,
        mut server: Server,
        progress: &mut Progress,
    ) -> bool {
        let now = self.world.clock.now();
        let mut reused = self.pool.take(server.address, now);
        loop {
            let was_reused = reused.is_some();
            let opened = match reused.take() {
                Some(connection) => Ok(connection),
                None => Connection::open(&self.world, &server, self.outbound.hostname.as_str()).await,
            };
            let mut connection = match opened {
                Ok(connection) => connection,
                // Better without encryption than not at all, where no policy demands it (RFC 7435).
                Err(Broken::Tls(why)) if server.encryption == Encryption::Opportunistic => {
                    server.encryption = Encryption::Never(format!("the handshake failed: {why}"));
                    continue;
                }
                Err(broken) => {
                    progress.was_reached |= matches!(broken, Broken::Refused(_));
                    let outcome = Outcome::refused(broken.reply(), Some(server.host.clone()));
                    progress.not_here(&server.host, Some(server.address.ip()), outcome);
                    return false;
                }
            };
            progress.was_reached = true;
            let answered = self.transact(&mut connection, consignment, &server.host).await;
            let attempt = |reply: Reply| Attempt {
                host: server.host.clone(),
                ip: Some(server.address.ip()),
                tls: connection.tls.clone(),
                why_no_tls: connection.why_no_tls.clone(),
                policy: None,
                failure: None,
                reply,
            };
            match answered {
                Ok((outcomes, words, is_usable)) => {
                    progress.attempts.push(attempt(words));
                    for (slot, outcome) in progress.outcomes.iter_mut().zip(outcomes) {
                        slot.get_or_insert(outcome);
                    }
                    if is_usable {
                        let spare = self.pool.put(server.address, connection, self.world.clock.now());
                        if let Some(spare) = spare {
                            spare.quit().await;
                        }
                    }
                    return true;
                }
                // The server had closed the old connection: that says nothing about a new one.
                Err(_) if was_reused => {}
                Err(broken) => {
                    progress.attempts.push(attempt(broken.reply()));
                    progress.trouble = Some(Outcome::refused(broken.reply(), Some(server.host.clone())));
                    return false;
                }
            }
        }
    }

    /// One transaction: an outcome for each recipient, the decisive words, and whether the connection can
    /// be used again.
    async fn transact(
        &self,
        connection: &mut Connection,
        consignment: &Consignment,
        host: &str,
    ) -> Result<(Vec<Outcome>, Reply, bool), Broken> {
        let mut envelope = consignment.envelope.clone();
        let left_over = envelope.recipients.len().saturating_sub(limits::RECIPIENT_LIMIT);
        envelope.recipients.truncate(limits::RECIPIENT_LIMIT);
        let mut content = consignment.content.clone();
        let all = |reply: Reply| {
            let outcome = Outcome::refused(reply.clone(), None);
            Ok((vec![outcome; consignment.envelope.recipients.len()], reply, true))
        };
        let plan = match Plan::new(&envelope, content.size_bytes(), &connection.capabilities) {
            Ok(plan) => plan,
            // RFC 6152 §3: without 8BITMIME a message is converted, or returned.
            Err(Obstacle::NeedsEightBitMime) => {
                match self.converted(&content).await? {
                    Some(converted) => content = converted,
                    None => return all(obstacle_reply(&Obstacle::NeedsEightBitMime)),
                }
                envelope.body = BodyKind::SevenBit;
                match Plan::new(&envelope, content.size_bytes(), &connection.capabilities) {
                    Ok(plan) => plan,
                    Err(obstacle) => return all(obstacle_reply(&obstacle)),
                }
            }
            Err(obstacle) => return all(obstacle_reply(&obstacle)),
        };
        let reports_success = connection.capabilities.dsn;
        let Answers { recipients, is_usable } = connection.transact(&plan, &envelope, &content).await?;
        let words = recipients
            .iter()
            .find(|reply| reply.class() == Class::Done)
            .or_else(|| recipients.first())
            .cloned()
            .unwrap_or_else(|| Reply::later(451, 5, 0, "no answer"));
        let mut outcomes: Vec<Outcome> = recipients
            .into_iter()
            .map(|reply| match reply.class() {
                Class::Done => {
                    Outcome::Delivered { place: host.to_owned(), reply: Some(reply), reports_success }
                }
                _ => Outcome::refused(reply, Some(host.to_owned())),
            })
            .collect();
        // RFC 5321 §4.5.3.1.10: 452 means that these are for the next transaction.
        let rest = Reply::later(452, 5, 3, "more recipients than one transaction takes");
        outcomes.extend(std::iter::repeat_n(Outcome::Later { reply: rest, host: None }, left_over));
        Ok((outcomes, words, is_usable))
    }

    async fn converted(&self, content: &Content) -> Result<Option<Content>, Broken> {
        if content.size_bytes() > limits::CONVERSION_LIMIT_BYTES {
            return Ok(None);
        }
        let whole = content.whole().await.map_err(|error| {
            tracing::error!(error = %model::Chain(&error), "cannot read a body that is to go out");
            Broken::Ours(Reply::later(451, 3, 0, "temporary trouble here"))
        })?;
        Ok(seven_bit::convert(&whole).map(|converted| Content::in_memory(converted, content)))
    }
}

impl Progress {
    /// A server that could not be talked to.
    fn not_here(&mut self, host: &str, ip: Option<IpAddr>, outcome: Outcome) {
        let (Outcome::Later { reply, .. } | Outcome::Failed { reply, .. }) = &outcome else { return };
        self.attempts.push(Attempt {
            host: host.to_owned(),
            ip,
            tls: None,
            why_no_tls: None,
            policy: None,
            failure: None,
            reply: reply.clone(),
        });
        // One server that may come back outweighs any number that will not.
        if !matches!((&self.trouble, &outcome), (Some(Outcome::Later { .. }), Outcome::Failed { .. })) {
            self.trouble = Some(outcome);
        }
    }
}

fn obstacle_reply(obstacle: &Obstacle) -> Reply {
    match obstacle {
        Obstacle::NeedsSmtpUtf8 => Reply::never(553, 6, 7, obstacle.to_string()),
        Obstacle::NeedsEightBitMime | Obstacle::NeedsBinaryMime => {
            Reply::never(554, 6, 3, obstacle.to_string())
        }
        Obstacle::TooLarge { .. } => Reply::never(552, 3, 4, obstacle.to_string()),
    }
}

/// Whether another machine's mail server can be there. A stranger's MX record or an address literal must not make
/// us talk to what listens on this machine alone, and trusts whoever can reach it.
fn is_elsewhere(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            // RFC 1122 §3.2.1.3: 0/8 is this host on this network.
            !(ip.is_loopback()
                || ip.octets()[0] == 0
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local())
        }
    }
}

/// RFC 3463 §3.5: X.4.4, unable to route.
fn leads_nowhere(host: &str) -> Outcome {
    let text = format!("the address of {host} is none that a mail server can have");
    Outcome::Failed { reply: Reply::never(550, 4, 4, text), host: None }
}
