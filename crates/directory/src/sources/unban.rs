//! Somebody is kept out and asks to be let in again: a request with the domain and the public address, which goes to the
//! administrators of the domain, or to the operator where the domain is nobody's here. Whether it is is not said.
//! Administrators who may not lift the ban themselves pass the request on to the operator.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use db::{Page, Seek};
use model::{Address, Domain, OrganisationId, Timestamp};

use super::{SourceSearch, checked_text, every, parsed_ip, rows, shown};
use crate::Directory;
use crate::administration::{Administration, found, liftable};
use crate::error::DirectoryError;
use crate::login::source_subject;
use crate::membership::rows::owner_of_domain;

type Result<T> = std::result::Result<T, DirectoryError>;

/// Requests from one source within an hour.
const PER_SOURCE: u64 = 3;
const PER_SOURCE_WITHIN: Duration = Duration::from_secs(3600);
/// Requests to one organisation that wait.
const OPEN_LIMIT: u64 = 200;
/// Requests that wait in the whole installation from one network, so that none fills the lists of the others.
const OPEN_PER_NETWORK: u64 = 10;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnbanState {
    /// Nobody has decided yet.
    Open,
    /// The ban was lifted.
    Granted,
    /// It stays.
    Refused,
    /// The administrators are for it and may not lift the ban: the operator decides.
    PassedOn,
}

impl UnbanState {
    /// All of them.
    pub const EACH: [UnbanState; 4] =
        [UnbanState::Open, UnbanState::Granted, UnbanState::Refused, UnbanState::PassedOn];

    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            UnbanState::Open => "open",
            UnbanState::Granted => "granted",
            UnbanState::Refused => "refused",
            UnbanState::PassedOn => "passed-on",
        }
    }

    pub(crate) fn of(text: &str) -> UnbanState {
        match text {
            "granted" => UnbanState::Granted,
            "refused" => UnbanState::Refused,
            "passed-on" => UnbanState::PassedOn,
            _ => UnbanState::Open,
        }
    }
}

impl fmt::Display for UnbanState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Somebody asks to be let in again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnbanRequest {
    /// Its identifier.
    pub id: i64,
    /// The owner of the domain; `None` if it is nobody's here.
    pub organisation: Option<OrganisationId>,
    /// The domain that was named.
    pub domain: String,
    /// The address that is kept out.
    pub source: String,
    /// Where an answer reaches the person.
    pub contact: String,
    /// What the person writes.
    pub message: String,
    /// From where it was sent.
    pub sent_from: String,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub state: UnbanState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Until when the source is kept out; `None` if it is not, or no longer.
    pub banned_until: Option<Timestamp>,
    /// Whether this scope may lift the ban; otherwise granting passes the request on to the operator.
    pub can_lift: bool,
}

/// A request as it was typed.
#[derive(Clone, Debug)]
pub struct NewUnbanRequest {
    /// The domain concerned.
    pub domain: String,
    /// The public address concerned.
    pub ip: String,
    /// Where an answer reaches the person.
    pub contact: String,
    /// What happened.
    pub message: String,
}

impl Directory {
    /// Takes a request from anybody.
    pub async fn ask_to_be_let_in(&self, new: NewUnbanRequest, sent_from: IpAddr) -> Result<()> {
        let domain = Domain::parse(new.domain.trim()).map_err(|_| DirectoryError::Invalid {
            field: "domain",
            reason: format!("«{}» is no domain", new.domain.trim()),
            rule: "the domain of the address with which you sign in, such as example.ch",
        })?;
        let ip = parsed_ip("ip", &new.ip)?;
        let contact = Address::parse(new.contact.trim()).map_err(|_| DirectoryError::Invalid {
            field: "contact",
            reason: format!("«{}» is no e-mail address", new.contact.trim()),
            rule: "an address at which an answer reaches you",
        })?;
        let message = checked_text("message", &new.message, true)?;
        let (id, now) = (self.world.new_id(), self.now());
        let subject = source_subject(ip);
        let network = network(sent_from);
        let sent_from = source_subject(sent_from);
        let hour_ago = now.minus(PER_SOURCE_WITHIN);
        self.db
            .operator("take the request of somebody who is kept out")
            .write(move |tx| {
                if rows::unban_requests_from(tx, &sent_from, hour_ago)? >= PER_SOURCE {
                    return Err(DirectoryError::Invalid {
                        field: "limit",
                        reason: "three requests came from there within the hour".to_owned(),
                        rule: "three requests an hour from one address; the answer takes a while",
                    });
                }
                let organisation = owner_of_domain(tx, domain.as_str())?;
                // One request about a source waits at an organisation. Who repeats it is told; who names another of its
                // domains is not, as that would tell whose the domains are.
                if rows::is_unban_asked_for(tx, domain.as_str(), &subject)? {
                    return Err(DirectoryError::Invalid {
                        field: "waits",
                        reason: "a request about this address waits already".to_owned(),
                        rule: "one request about an address waits at a time; the answer takes a while",
                    });
                }
                if let Some(organisation) = organisation
                    && rows::is_unban_asked(tx, organisation, &subject)?
                {
                    return Ok(());
                }
                if rows::open_unban_requests(tx, organisation)? >= OPEN_LIMIT
                    || rows::open_unban_requests_from(tx, &network)? >= OPEN_PER_NETWORK
                {
                    return Err(DirectoryError::Invalid {
                        field: "limit",
                        reason: "too many requests wait".to_owned(),
                        rule: "200 requests wait at a time, ten from one network",
                    });
                }
                let request = UnbanRequest {
                    id,
                    organisation,
                    domain: domain.to_string(),
                    source: subject.clone(),
                    contact: contact.to_string(),
                    message: message.clone(),
                    sent_from: sent_from.clone(),
                    at: now,
                    state: UnbanState::Open,
                    decided_by: None,
                    banned_until: None,
                    can_lift: false,
                };
                Ok(rows::add_unban_request(tx, &request, &network)?)
            })
            .await
    }
}

impl Administration {
    /// The requests to the organisation, or to the operator all; the newest first.
    pub async fn unban_requests(&self) -> Result<Vec<UnbanRequest>> {
        every(|seek| self.page_of_unban_requests(SourceSearch::default(), seek)).await
    }

    /// A page of those of [`Administration::unban_requests`] that are looked for.
    pub async fn page_of_unban_requests(
        &self,
        search: SourceSearch<UnbanState>,
        seek: Seek,
    ) -> Result<Page<UnbanRequest>> {
        let now = self.now();
        self.read(move |tx| {
            let page = rows::unban_requests(tx, &search, &seek)?;
            let mut page = seek.page(page, |request| request.id);
            let requests = &mut page.items;
            for request in requests.iter_mut() {
                request.banned_until = rows::banned_until(tx, &request.source, now)?;
            }
            let banned = requests.iter().filter(|request| request.banned_until.is_some());
            let banned: Vec<&str> = banned.map(|request| request.source.as_str()).collect();
            let liftable = liftable(tx, now, &banned)?;
            for request in requests {
                request.can_lift = request.banned_until.is_none() || liftable.contains(&request.source);
                request.source = shown(&request.source).to_owned();
                request.sent_from = shown(&request.sent_from).to_owned();
            }
            Ok(page)
        })
        .await
    }

    /// How many requests wait for this scope's own decision.
    pub async fn count_undecided_unban_requests(&self) -> Result<u64> {
        self.read(|tx| Ok(rows::undecided_unban_requests(tx)?)).await
    }

    /// Lifts the ban that a request is about, or lets it stand. Administrators who may not lift it pass the request on
    /// to the operator, whom it waits for then.
    pub async fn decide_unban_request(&self, id: i64, is_granted: bool) -> Result<UnbanState> {
        let (at, who) = (self.now(), self.who().to_owned());
        let action = if is_granted { "grant unban request" } else { "refuse unban request" };
        let state = self
            .act(action, String::new(), move |tx| {
                let request = found("unban request", rows::unban_request(tx, id)?)?;
                let is_waiting = match request.state {
                    UnbanState::Open => true,
                    // For the operator, not again for those who passed it on.
                    UnbanState::PassedOn => tx.organisation().is_none(),
                    UnbanState::Granted | UnbanState::Refused => false,
                };
                if !is_waiting {
                    return Err(DirectoryError::NotFound { what: "open unban request" });
                }
                let is_banned = rows::banned_until(tx, &request.source, at)?.is_some();
                let state = match is_granted {
                    false => UnbanState::Refused,
                    true if is_banned && liftable(tx, at, &[&request.source])?.is_empty() => {
                        UnbanState::PassedOn
                    }
                    true => UnbanState::Granted,
                };
                rows::decide_unban_request(tx, id, state, &who, at)?;
                let of = |state: UnbanState| trail::Facts::new().with("state", state.as_str());
                let told = trail::Told::of_thing(shown(&request.source)).before(of(request.state));
                trail::tell(tx, told.after(of(state).with("domain", &request.domain)));
                if state == UnbanState::Granted {
                    crate::login::delete_ban(tx, &request.source)?;
                }
                Ok((request.organisation, state))
            })
            .await?;
        self.directory().maintain().await?;
        Ok(state)
    }
}

/// The network that counts as one sender: of IPv4 the /24, of IPv6 the /48 that a customer is given (RFC 6177 §2),
/// so that whoever has thousands of /64 counts once.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}
