//! Somebody is kept out and asks to be let in again: a request with the domain and the public address, which goes to the
//! administrators of the domain, or to the operator where the domain is nobody's here. Whether it is is not said.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use model::{Address, Domain, OrganisationId, Timestamp};

use super::{checked_text, parsed_ip, rows, shown};
use crate::Directory;
use crate::administration::{Administration, found};
use crate::error::DirectoryError;
use crate::login::source_subject;

type Result<T> = std::result::Result<T, DirectoryError>;

/// Requests from one source within an hour.
const PER_SOURCE: u64 = 3;
const PER_SOURCE_WITHIN: Duration = Duration::from_secs(3600);
/// Requests to one organisation that wait; more are not kept, so that nobody fills the list.
const OPEN_LIMIT: u64 = 200;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnbanState {
    /// Nobody has decided yet.
    Open,
    /// The ban was lifted.
    Granted,
    /// It stays.
    Refused,
}

impl UnbanState {
    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            UnbanState::Open => "open",
            UnbanState::Granted => "granted",
            UnbanState::Refused => "refused",
        }
    }

    pub(crate) fn of(text: &str) -> UnbanState {
        match text {
            "granted" => UnbanState::Granted,
            "refused" => UnbanState::Refused,
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
        let sent_from = source_subject(sent_from);
        let hour_ago = now.minus(PER_SOURCE_WITHIN);
        self.db
            .operator("take the request of somebody who is kept out")
            .write(move |tx| {
                if rows::unban_requests_from(tx, &sent_from, hour_ago)? >= PER_SOURCE {
                    return Err(DirectoryError::Invalid {
                        field: "ip",
                        reason: "three requests came from there within the hour".to_owned(),
                        rule: "three requests an hour from one address; the answer takes a while",
                    });
                }
                let organisation = rows::owner_of_domain(tx, domain.as_str())?;
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
                };
                if rows::open_unban_requests(tx, organisation)? < OPEN_LIMIT {
                    rows::add_unban_request(tx, &request)?;
                }
                Ok(())
            })
            .await
    }
}

impl Administration {
    /// The requests to the organisation, or to the operator all; the newest first.
    pub async fn unban_requests(&self) -> Result<Vec<UnbanRequest>> {
        let now = self.now();
        self.read(move |tx| {
            let mut requests = rows::unban_requests(tx)?;
            for request in &mut requests {
                request.banned_until = rows::banned_until(tx, &request.source, now)?;
                request.source = shown(&request.source).to_owned();
                request.sent_from = shown(&request.sent_from).to_owned();
            }
            Ok(requests)
        })
        .await
    }

    /// Lifts the ban that a request is about, or lets it stand.
    pub async fn decide_unban_request(&self, id: i64, is_granted: bool) -> Result<()> {
        let (at, who) = (self.now(), self.who().to_owned());
        let action = if is_granted { "grant unban request" } else { "refuse unban request" };
        self.act(action, id.to_string(), move |tx| {
            let request = found("unban request", rows::unban_request(tx, id)?)?;
            if request.state != UnbanState::Open {
                return Err(DirectoryError::NotFound { what: "open unban request" });
            }
            let state = if is_granted { UnbanState::Granted } else { UnbanState::Refused };
            rows::decide_unban_request(tx, id, state, &who, at)?;
            if is_granted {
                crate::login::delete_ban(tx, &request.source)?;
            }
            Ok((request.organisation, ()))
        })
        .await?;
        self.directory().maintain().await
    }
}
