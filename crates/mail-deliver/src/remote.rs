//! To other people's servers: which, in which order, and what they say.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gateways::Peer;
use model::{BodyKind, Class, Domain, Envelope, Relay, Reply, TlsWish};
use parking_lot::Mutex;
use rustls::client::ResolvesClientCert;
use trust::{MtaSts, TlsFailure};
use wire_smtp::{Obstacle, Plan};
use world::{LookupError, World, is_elsewhere};

use crate::connection::{Answers, Broken, Connection, Encryption, Server};
use crate::exchangers::lookup_outcome;
use crate::goals::{Choice, Goal};
use crate::outbound::Outbound;
use crate::policy::{Demander, TlsPolicy};
use crate::pool::{Key, Pool};
use crate::wishes::{Unfit, cannot_require};
use crate::{Attempt, Carried, Content, Outcome, limits, seven_bit};

/// Carries messages to other servers, reusing connections. One for the whole node.
pub struct Remote {
    pub(crate) world: World,
    pub(crate) outbound: Outbound,
    pub(crate) policies: MtaSts,
    pool: Pool,
    pub(crate) certificate: Mutex<Option<Arc<dyn ResolvesClientCert>>>,
}

/// The goal of a set of recipients: every one in the envelope belongs to `destination`.
pub struct Consignment {
    /// The recipients' domain.
    pub destination: Domain,
    /// Where it goes instead of the domain's own servers, by a rule of our operator.
    pub relay: Option<Relay>,
    /// Whose servers take it instead of the domain's own, and by what they are known; it counts before `relay`.
    pub gateway: Option<Peer>,
    /// Sender, these recipients, their wishes.
    pub envelope: Envelope,
    /// The message.
    pub content: Content,
    /// The dedicated addresses of whoever sends it, at most one of each family; none: the machine's usual ones.
    pub sources: Vec<Source>,
}

/// An address that letters leave from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The address.
    pub ip: IpAddr,
    /// How we call ourselves there: the name that its pointer leads to.
    pub name: Option<Domain>,
}

/// What is known so far while one server after the other is tried.
pub(crate) struct Progress {
    /// `None`: not yet decided.
    outcomes: Vec<Option<Outcome>>,
    attempts: Vec<Attempt>,
    was_reached: bool,
    /// Why the servers tried so far did not do.
    trouble: Option<Outcome>,
}

impl Remote {
    /// A carrier without connections.
    pub fn new(world: World, outbound: Outbound, policies: MtaSts) -> Remote {
        Remote { world, outbound, policies, pool: Pool::default(), certificate: Mutex::default() }
    }

    /// Shows this certificate from now on to servers of integrated organisations.
    pub fn present(&self, certificate: Arc<dyn ResolvesClientCert>) {
        *self.certificate.lock() = Some(certificate);
    }

    /// Carries a message to the recipients of one destination. At most [`limits::RECIPIENT_LIMIT`] of them
    /// are tried; the rest is for later.
    pub async fn carry(&self, consignment: &Consignment) -> Carried {
        let mut progress = Progress::of(consignment.envelope.recipients.len());
        let goals = match (&consignment.gateway, &consignment.relay) {
            (Some(peer), _) => self.goals_of_gateway(peer, &consignment.destination, &mut progress).await,
            (None, Some(relay)) => self.goals_of_relay(relay, consignment.envelope.tls, &mut progress).await,
            (None, None) => {
                self.goals(&consignment.destination, consignment.envelope.tls, &mut progress).await
            }
        };
        match goals {
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

    async fn try_goals(&self, consignment: &Consignment, goals: Vec<Goal>, progress: &mut Progress) {
        let mut addresses_left = limits::ADDRESS_LIMIT;
        let missing = consignment.sources.iter().find(|source| !self.world.dial.has(source.ip));
        for goal in goals {
            if let (Some(source), false) = (missing, goal.is_relay) {
                tracing::warn!(
                    source = %source.ip,
                    destination = %consignment.destination,
                    "a letter that is to leave from a dedicated address waits: this node does not have it"
                );
                // That says nothing about the destination: letters of others go on.
                progress.was_reached = true;
                progress.not_here(&goal.host, None, not_ours(source.ip));
                return;
            }
            let (addresses, is_authentic) = match self.addresses(&goal.host).await {
                Ok(found) if matches!(goal.choice, Choice::Operator(_)) || self.outbound.may_reach_itself => {
                    found
                }
                Ok((mut addresses, is_authentic)) => {
                    addresses.retain(|ip| is_elsewhere(*ip));
                    if addresses.is_empty() {
                        progress.not_here(&goal.host, None, leads_nowhere(&goal.host));
                    }
                    (addresses, is_authentic)
                }
                Err((host, error)) => {
                    let outcome = lookup_outcome(&host, &error);
                    match error.is_bogus() {
                        true => {
                            progress.not_as_demanded(&goal.host, "DANE", TlsFailure::DnssecInvalid, outcome);
                        }
                        false => progress.not_here(&goal.host, None, outcome),
                    }
                    continue;
                }
            };
            if addresses.is_empty() {
                continue;
            }
            let sources = if goal.is_relay { &[][..] } else { &consignment.sources };
            let addresses = reachable_from(sources, addresses);
            let encryption = match self.encryption(&goal, is_authentic, consignment.envelope.tls).await {
                Ok(encryption) => encryption,
                Err(Unfit { label, failure, outcome }) => {
                    progress.not_as_demanded(&goal.host, label, failure, outcome);
                    continue;
                }
            };
            for ip in addresses {
                if addresses_left == 0 {
                    return;
                }
                addresses_left -= 1;
                let source = sources.iter().find(|source| source.ip.is_ipv4() == ip.is_ipv4());
                let name = source.and_then(|source| source.name.as_ref()).unwrap_or(&self.outbound.hostname);
                let server = Server {
                    host: goal.host.clone(),
                    address: SocketAddr::new(ip, goal.port),
                    encryption: encryption.clone(),
                    login: goal.login.clone(),
                    source: source.map(|source| source.ip),
                    noted: match &goal.choice {
                        Choice::Domain(wishes) => wishes.noted(),
                        Choice::Operator(_) | Choice::Literal | Choice::Integration(_) => None,
                    },
                    certificate: match &goal.choice {
                        Choice::Integration(_) => self.certificate.lock().clone(),
                        Choice::Operator(_) | Choice::Domain(_) | Choice::Literal => None,
                    },
                    seen: None,
                };
                if self.try_server(consignment, server, name, progress).await {
                    return;
                }
            }
        }
    }

    /// What is demanded of a host whose addresses were found, authentic or not.
    async fn encryption(&self, goal: &Goal, is_authentic: bool, wish: TlsWish) -> Result<Encryption, Unfit> {
        let policy = match &goal.choice {
            // What our operator demands is enough for the sender as well, if the server is known by it.
            Choice::Operator(encryption) if wish != TlsWish::Required || encryption.policy().verifies() => {
                return Ok(encryption.clone());
            }
            // Nothing that the sender wishes is more, and nothing less will do.
            Choice::Integration(policy) => policy.clone(),
            Choice::Operator(_) | Choice::Literal if wish == TlsWish::Required => {
                TlsPolicy::Verify(Demander::RequireTls)
            }
            Choice::Operator(_) | Choice::Literal => TlsPolicy::Opportunistic,
            Choice::Domain(wishes) => {
                wishes.for_host(&self.world.names, &goal.host, goal.port, is_authentic).await?
            }
        };
        Ok(Encryption::Starttls(policy))
    }

    /// Addresses, and whether they are authentic.
    pub(crate) async fn addresses(&self, host: &str) -> Result<(Vec<IpAddr>, bool), (Domain, LookupError)> {
        if let Ok(ip) = host.parse() {
            return Ok((vec![ip], false));
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
            return Ok((vec![IpAddr::from([127, 0, 0, 1])], false));
        }
        self.world.names.addresses_securely(&domain).await.map_err(|error| (domain, error))
    }

    /// Tries one address; true if nothing is left to decide, so that no other server is needed.
    async fn try_server(
        &self,
        consignment: &Consignment,
        mut server: Server,
        name: &Domain,
        progress: &mut Progress,
    ) -> bool {
        let now = self.world.clock.now();
        let key = Key::of(&server);
        let policy = server.encryption.policy();
        let demands_more = consignment.envelope.tls == TlsWish::Required;
        // What hinders nothing: no fresh policy, or a handshake after which it goes on in plaintext.
        let mut noted = server.noted;
        let mut reused = self.pool.take(&key, now);
        loop {
            let was_reused = reused.is_some();
            let opened = match reused.take() {
                Some(connection) => Ok(connection),
                None => Connection::open(&self.world, &server, name.as_str()).await,
            };
            let mut connection = match opened {
                Ok(connection) => connection,
                // Better without encryption than not at all, where no policy demands it (RFC 7435).
                Err(Broken::Tls { failure, why })
                    if matches!(server.encryption, Encryption::Starttls(_)) && policy.allows_plaintext() =>
                {
                    server.encryption = Encryption::Never(format!("the handshake failed: {why}"));
                    noted = policy.label().map(|_| failure);
                    continue;
                }
                Err(broken @ Broken::Tls { failure, .. }) => {
                    progress.was_reached = true;
                    let outcome = match demands_more {
                        true => cannot_require(&broken.reply().to_string()),
                        false => Outcome::refused(broken.reply(), Some(server.host.clone())),
                    };
                    let attempt = Attempt {
                        ip: Some(server.address.ip()),
                        source: server.source,
                        policy: label(consignment, &policy),
                        failure: policy.label().map(|_| failure.as_str()),
                        ..attempt(&server.host, outcome.reply())
                    };
                    progress.unfit(attempt, outcome);
                    return false;
                }
                Err(broken) => {
                    progress.was_reached |= matches!(broken, Broken::Refused(_));
                    let outcome = Outcome::refused(broken.reply(), Some(server.host.clone()));
                    progress.not_here(&server.host, Some(server.address.ip()), outcome);
                    return false;
                }
            };
            progress.was_reached = true;
            if demands_more && !connection.capabilities.require_tls {
                let outcome = cannot_require("the server does not offer REQUIRETLS");
                progress.not_here(&server.host, Some(server.address.ip()), outcome);
                connection.quit().await;
                return false;
            }
            let answered = self.transact(&mut connection, consignment, &server.host).await;
            let attempt = |reply: Reply| Attempt {
                host: server.host.clone(),
                ip: Some(server.address.ip()),
                source: server.source,
                tls: connection.tls.clone(),
                why_no_tls: connection.why_no_tls.clone(),
                policy: label(consignment, &policy),
                failure: connection.failure.or(noted).map(TlsFailure::as_str),
                reply,
            };
            match answered {
                Ok((outcomes, words, is_usable)) => {
                    progress.attempts.push(attempt(words));
                    for (slot, outcome) in progress.outcomes.iter_mut().zip(outcomes) {
                        slot.get_or_insert(outcome);
                    }
                    if is_usable {
                        let spare = self.pool.put(key, connection, self.world.clock.now());
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
    pub(crate) async fn transact(
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
    /// Nothing is known of so many recipients.
    pub(crate) fn of(recipients: usize) -> Progress {
        Progress { outcomes: vec![None; recipients], attempts: Vec::new(), was_reached: false, trouble: None }
    }

    /// A server that could not be talked to.
    fn not_here(&mut self, host: &str, ip: Option<IpAddr>, outcome: Outcome) {
        let attempt = Attempt { ip, ..attempt(host, outcome.reply()) };
        self.unfit(attempt, outcome);
    }

    /// A server that does not meet what is demanded, as is known without talking to it.
    pub(crate) fn not_as_demanded(&mut self, host: &str, label: &str, failure: TlsFailure, outcome: Outcome) {
        let attempt = Attempt {
            policy: Some(label.to_owned()),
            failure: Some(failure.as_str()),
            ..attempt(host, outcome.reply())
        };
        self.unfit(attempt, outcome);
    }

    fn unfit(&mut self, attempt: Attempt, outcome: Outcome) {
        self.attempts.push(attempt);
        // One server that may come back outweighs any number that will not.
        if !matches!((&self.trouble, &outcome), (Some(Outcome::Later { .. }), Outcome::Failed { .. })) {
            self.trouble = Some(outcome);
        }
    }
}

/// Who decided about the connection, for the trail.
fn label(consignment: &Consignment, policy: &TlsPolicy) -> Option<String> {
    match (&consignment.relay, policy.label()) {
        (None, label) => label.map(str::to_owned),
        (Some(_), None | Some("route")) => Some("route".to_owned()),
        (Some(_), Some(label)) => Some(format!("route, {label}")),
    }
}

fn attempt(host: &str, reply: Reply) -> Attempt {
    Attempt {
        host: host.to_owned(),
        ip: None,
        source: None,
        tls: None,
        why_no_tls: None,
        policy: None,
        failure: None,
        reply,
    }
}

fn obstacle_reply(obstacle: &Obstacle) -> Reply {
    match obstacle {
        Obstacle::NeedsSmtpUtf8 => Reply::never(553, 6, 7, obstacle.to_string()),
        Obstacle::NeedsEightBitMime | Obstacle::NeedsBinaryMime => {
            Reply::never(554, 6, 3, obstacle.to_string())
        }
        Obstacle::NeedsRequireTls => Reply::never(550, 7, 30, obstacle.to_string()),
        Obstacle::TooLarge { .. } => Reply::never(552, 3, 4, obstacle.to_string()),
    }
}

/// The addresses of a host that letters from `sources` go to: those of a family that is among them, where the host
/// has any; to the others they leave from the machine's usual address.
fn reachable_from(sources: &[Source], addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let fits = |ip: &IpAddr| sources.iter().any(|source| source.ip.is_ipv4() == ip.is_ipv4());
    match addresses.iter().any(fits) {
        true => addresses.into_iter().filter(fits).collect(),
        false => addresses,
    }
}

/// RFC 3463 §3.4: X.3.5, system incorrectly configured.
fn not_ours(source: IpAddr) -> Outcome {
    let text = format!("the letter is to leave from {source}, which this node does not have");
    Outcome::Later { reply: Reply::later(451, 3, 5, text), host: None }
}

/// RFC 3463 §3.5: X.4.4, unable to route.
fn leads_nowhere(host: &str) -> Outcome {
    let text = format!("the address of {host} is none that a mail server can have");
    Outcome::Failed { reply: Reply::never(550, 4, 4, text), host: None }
}
