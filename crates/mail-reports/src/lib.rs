//! Reports about mail: DMARC aggregates (RFC 7489 §7.2), TLS reports (RFC 8460) and complaints (RFC 5965).
//!
//! ```text
//! others ─ letter to dmarc-reports@, tls-reports@, complaint-reports@ ─ read() ─ keep() ─ tables ─ charts
//! trail ─ gather() once a day ─ outbox ─ due() ─ letters ─ mail-flow ─ sent() in the commit that queues them
//! ```
//!
//! **Read.** A letter to one of the three addresses of a hosted domain takes a route of its own
//! (`model::Route::Reports`). [`Reports::read`] finds the report in it, within limits, and says which hosted
//! domain it is about; [`keep`] writes its rows in the transaction in which the delivery leaves the queue.
//!
//! **Sent.** Nothing is written for reports while letters come and go: [`Reports::gather`] counts a finished
//! day from the trail, in one commit for the day, so that several nodes and crashes count it once.
//! [`Reports::due`] makes letters of what was counted, for those who want them; [`sent()`] ends a row in the
//! transaction that queues its letter, so that each report leaves exactly once.

mod aggregate;
mod capped;
mod charts;
mod complaint;
mod letter;
pub mod limits;
mod merge;
mod outgoing;
mod rows;
mod sent;
mod tls;
mod unpack;

use std::sync::Arc;

use db::{Db, DbError};
use directory::{Directory, DirectoryError, Found};
use model::{Address, Domain, OrganisationId, Timestamp};
use thiserror::Error;
use trail::Trail;
use world::World;

pub use aggregate::{Aggregate, AggregateRow, Published, Treatment};
pub use charts::{DmarcDay, Letters, Owner, Range, Reporter, Source, Summary, TlsDay, TlsTrouble};
pub use complaint::Complaint;
pub use letter::{Content, Reading};
pub use outgoing::rows::sent;
pub use outgoing::{Outgoing, OutgoingKind};
pub use rows::{Kept, MIGRATIONS, keep};
pub use sent::Sent;
pub use tls::{DateRange, TlsFailure, TlsPolicy, TlsPolicyRow, TlsReport, TlsSummary};

/// Why a letter is not kept as a report. The words stand in the trail; nobody is written to.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unreadable {
    /// There is none in it.
    #[error("the letter holds no report")]
    NoReport,
    /// It is larger than [`limits`] allow, packed or unpacked.
    #[error("the report is too large")]
    TooLarge,
    /// It cannot be unpacked.
    #[error("the report cannot be unpacked: {0}")]
    Packed(String),
    /// It breaks the rules of its form.
    #[error("the report is wrong: {0}")]
    Wrong(String),
    /// It is about somebody else.
    #[error("the report is about {0}, which is no domain of this organisation")]
    NotOurs(String),
    /// The letter itself is doubtful.
    #[error("the letter is doubtful: whose report it is cannot be known")]
    Doubtful,
}

/// Our own trouble.
#[derive(Debug, Error)]
pub enum ReportsError {
    /// With the database.
    #[error("cannot read or write reports")]
    Db(#[from] DbError),
    /// With the directory.
    #[error("cannot find out whose a domain is")]
    Directory(#[from] DirectoryError),
    /// With the letter's body.
    #[error("cannot read the letter")]
    Body,
    /// The letter is no report.
    #[error("the letter is not kept as a report")]
    Unreadable(#[from] Unreadable),
}

/// How we call ourselves in reports.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The host name of the installation.
    pub hostname: Domain,
    /// The organisation named in reports.
    pub organisation_name: String,
    /// Who writes them, and whom to ask.
    pub contact: Address,
    /// Our outgoing addresses: charts call these sources ours.
    pub own_addresses: Vec<std::net::IpAddr>,
}

impl Settings {
    /// Reports in the name of a server.
    pub fn new(hostname: Domain) -> Settings {
        let localpart = model::Localpart::parse("noreply-reports").expect("invariant: a local part");
        Settings {
            organisation_name: hostname.to_string(),
            contact: Address::new(localpart, hostname.clone()),
            hostname,
            own_addresses: Vec::new(),
        }
    }
}

/// The reports of an installation; cheap to clone.
#[derive(Clone)]
pub struct Reports {
    db: Db,
    world: World,
    directory: Directory,
    trail: Trail,
    settings: Arc<Settings>,
}

impl Reports {
    /// The reports kept in this database.
    pub fn new(db: Db, world: World, directory: Directory, settings: Settings) -> Reports {
        let trail = Trail::new(db.clone());
        Reports { db, world, directory, trail, settings: Arc::new(settings) }
    }

    /// Files what [`Content::find`] found in a letter to a report address of `domain`: under the hosted domain of the
    /// same organisation that it is about. The caller leaves out letters that the judge doubts
    /// ([`Unreadable::Doubtful`]), since anybody could have written them.
    pub async fn read(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
        received_at: Timestamp,
        content: Content,
    ) -> Result<Reading, ReportsError> {
        content.middle(received_at)?;
        if let Content::Complaint(complaint) = &content
            && let Some(sent) = self.letter_of(organisation, complaint, received_at).await?
        {
            let domain = sent.domain.clone();
            return Ok(Reading { organisation, domain, received_at, content, letter: Some(sent) });
        }
        let about = content.about();
        for claimed in &about {
            if let Some(domain) = self.hosted(organisation, claimed).await? {
                return Ok(Reading { organisation, domain, received_at, content, letter: None });
            }
        }
        let words = about.first().map_or_else(|| format!("not {domain}"), ToString::to_string);
        Err(Unreadable::NotOurs(words).into())
    }

    /// The hosted domain of the organisation that `claimed` is, or stands below.
    pub(crate) async fn hosted(
        &self,
        organisation: OrganisationId,
        claimed: &Domain,
    ) -> Result<Option<Domain>, ReportsError> {
        let mut name = claimed.as_str();
        loop {
            let Ok(domain) = Domain::parse(name) else { return Ok(None) };
            let localpart = model::Localpart::parse("postmaster").expect("invariant: a local part");
            let owner = match self.directory.find(&Address::new(localpart, domain.clone())).await? {
                Found::NotOurs => None,
                Found::Mailbox { account, .. } | Found::CatchAll { account, .. } => {
                    Some(account.organisation)
                }
                Found::Unknown { organisation }
                | Found::Disabled { organisation }
                | Found::Reports { organisation, .. }
                | Found::Redirection { organisation, .. }
                | Found::Alias { organisation, .. } => Some(organisation),
            };
            match (owner, name.split_once('.')) {
                (Some(owner), _) => return Ok((owner == organisation).then_some(domain)),
                (None, Some((_, parent))) if parent.contains('.') => name = parent,
                (None, _) => return Ok(None),
            }
        }
    }
}

/// Text of a stranger, bounded and without control characters.
pub(crate) fn kept(text: &str) -> String {
    cut(text, limits::TEXT_LIMIT_OCTETS)
}

/// A word of a stranger: bounded more narrowly.
pub(crate) fn word(text: &str) -> String {
    cut(text, limits::WORD_LIMIT_OCTETS)
}

fn cut(text: &str, limit_octets: usize) -> String {
    let mut kept = String::new();
    for character in text.trim().chars().filter(|character| !character.is_control()) {
        if kept.len() + character.len_utf8() > limit_octets {
            break;
        }
        kept.push(character);
    }
    kept.trim().to_owned()
}

/// The first moment of the UTC day.
pub(crate) fn day_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(DAY_MILLISECONDS) * DAY_MILLISECONDS)
}

/// A day of UTC.
pub(crate) const DAY_MILLISECONDS: i64 = 86_400_000;

#[cfg(test)]
mod tests;
