//! The things themselves, as administrators, screens and the DNS door see them.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use model::{DomainId, OrganisationId, RecordId, Timestamp, ZoneId};

use crate::kind::RecordKind;
use crate::name::DnsName;

/// A hosted zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneInfo {
    /// Its identifier.
    pub id: ZoneId,
    /// The owner.
    pub organisation: OrganisationId,
    /// Its name, unique within the installation.
    pub name: DnsName,
    /// The serial of its last change (RFC 1982); a synonym has its main zone's.
    pub serial: u32,
    /// The time to live of records that say none.
    pub default_ttl: u32,
    /// Whether its answers are signed (DNSSEC).
    pub is_signed: bool,
    /// The zone whose records a synonym mirrors; `None` for a zone of its own.
    pub main: Option<ZoneId>,
    /// Whether a product is bound to it that must not have synonyms (the newsletter).
    pub has_newsletter: bool,
    /// Counts every change of the row or its records; never goes back.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// How many records it has of its own.
    pub records: u64,
}

/// Who keeps a record right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManagedBy {
    /// Nobody but people.
    User,
    /// The mail service of this domain: written with it, removed with it.
    MailService(DomainId),
    /// The installation: its own hosts, the name servers of every zone.
    Installation,
}

impl ManagedBy {
    /// The word that columns and views use: `user`, `mail-service`, `installation`.
    pub fn as_str(self) -> &'static str {
        match self {
            ManagedBy::User => "user",
            ManagedBy::MailService(_) => "mail-service",
            ManagedBy::Installation => "installation",
        }
    }

    pub(crate) fn domain(self) -> Option<DomainId> {
        match self {
            ManagedBy::MailService(domain) => Some(domain),
            _ => None,
        }
    }

    pub(crate) fn from_columns(word: &str, domain: Option<i64>) -> Option<ManagedBy> {
        match (word, domain) {
            ("user", _) => Some(ManagedBy::User),
            ("mail-service", Some(domain)) => Some(ManagedBy::MailService(DomainId(domain))),
            ("installation", _) => Some(ManagedBy::Installation),
            _ => None,
        }
    }
}

impl fmt::Display for ManagedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a record says, without its place in the database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordData {
    /// Relative to the zone: `@`, `www`, `*`, `_imaps._tcp`.
    pub owner: String,
    /// Its type.
    pub kind: RecordKind,
    /// Its data in presentation form, names absolute, text in quotes: `10 mx.example.org.`.
    pub data: String,
    /// Its time to live, in seconds.
    pub ttl: u32,
    /// Who keeps it right.
    pub managed_by: ManagedBy,
    /// What people want to remember about it.
    pub note: String,
}

impl RecordData {
    /// What makes two records the same (RFC 2181 §5).
    pub fn key(&self) -> (&str, RecordKind, &str) {
        (&self.owner, self.kind, &self.data)
    }
}

/// A record of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordInfo {
    /// Its identifier.
    pub id: RecordId,
    /// What it says.
    pub record: RecordData,
}

impl std::ops::Deref for RecordInfo {
    type Target = RecordData;

    fn deref(&self) -> &RecordData {
        &self.record
    }
}

/// A record as somebody enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRecord {
    /// `@` or empty for the zone itself, relative, or absolute with a final dot.
    pub owner: String,
    /// The type: `MX`.
    pub kind: String,
    /// The data: `10 mx`. Names without a final dot are relative; text may stand without quotes.
    pub data: String,
    /// `None`: that of the records beside it, or else the zone's.
    pub ttl: Option<u32>,
    /// What people want to remember about it.
    pub note: String,
}

impl NewRecord {
    /// A record with the time to live of its zone and without a note.
    pub fn new(owner: impl Into<String>, kind: impl Into<String>, data: impl Into<String>) -> NewRecord {
        NewRecord {
            owner: owner.into(),
            kind: kind.into(),
            data: data.into(),
            ttl: None,
            note: String::new(),
        }
    }

    /// The same with a time to live.
    #[must_use]
    pub fn with_ttl(mut self, ttl: u32) -> NewRecord {
        self.ttl = Some(ttl);
        self
    }
}

/// What to do with a zone's records in one change: all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// What the history and the audit call it; empty: told from what it does.
    pub called: String,
    /// Records to remove.
    pub remove: Vec<RecordId>,
    /// Records that get other content.
    pub change: Vec<(RecordId, NewRecord)>,
    /// Records to add.
    pub add: Vec<NewRecord>,
    /// The serial that the caller has seen; another one refuses the change.
    pub expected: Option<u32>,
    /// Whether to check and tell only.
    pub is_dry: bool,
    /// Whether records that a mail service keeps may go, and with them what they do.
    pub is_forced: bool,
}

/// What a change did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The zone's serial afterwards.
    pub serial: u32,
    /// Records that were not there before.
    pub added: Vec<RecordData>,
    /// Records that are not there any more.
    pub removed: Vec<RecordData>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// One change in a zone's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeInfo {
    /// The serial that it gave the zone.
    pub serial: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What it was called.
    pub called: String,
    /// What it added.
    pub added: Vec<RecordData>,
    /// What it removed.
    pub removed: Vec<RecordData>,
}

/// What to change of a zone itself; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ZoneChange {
    /// The time to live of records that say none; those that stand keep theirs.
    pub default_ttl: Option<u32>,
    /// DNSSEC on or off.
    pub is_signed: Option<bool>,
    /// Whether the newsletter is bound to it.
    pub has_newsletter: Option<bool>,
}

/// A secondary name server that may transfer a zone and is told of its changes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secondary {
    /// Where it listens for NOTIFY.
    pub address: SocketAddr,
    /// The name of the TSIG key (hmac-sha256), shared with it.
    pub key_name: DnsName,
    /// The key.
    pub secret: Vec<u8>,
}

impl fmt::Debug for Secondary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secondary")
            .field("address", &self.address)
            .field("key_name", &self.key_name)
            .finish_non_exhaustive()
    }
}

/// How an import treats what stands in the zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportMode {
    /// What the file does not name stays.
    #[default]
    Add,
    /// What people wrote and the file does not name goes; managed records stay.
    Replace,
}

impl FromStr for ImportMode {
    type Err = String;

    fn from_str(text: &str) -> Result<ImportMode, String> {
        match text {
            "add" => Ok(ImportMode::Add),
            "replace" => Ok(ImportMode::Replace),
            other => Err(format!("«{other}» is neither add nor replace")),
        }
    }
}

/// A line of a zone file that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// Counted from 1; `None` if the whole does not fit together.
    pub line: Option<usize>,
    /// Which field.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What holds.
    pub rule: &'static str,
}

/// What an import does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// What changes.
    pub diff: Diff,
    /// How many records of the file stand in the zone already.
    pub unchanged: usize,
    /// Lines that are ours to say (the SOA, signatures) and are passed over, with the reason.
    pub skipped: Vec<RefusedLine>,
    /// Lines that break a rule; while there are any, nothing is applied.
    pub refused: Vec<RefusedLine>,
}
