//! «Sécurité globale»: what the world sees of a mail domain, held against what ought to be there.
//!
//! `look` asks (DNS, the MTA-STS policy over HTTPS, our own certificate), `judge` decides without
//! asking anybody, `mend` turns what is wrong into records to write or to copy.

mod judge;
mod keep;
mod kept;
mod look;
mod mend;
mod remark;
mod rows;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use model::{Domain, Timestamp};
use trust::lists::DnsList;
use world::{RData, RecordType};

use crate::entities::NewRecord;
use crate::mail::REPORTS_LABELS;

pub use judge::{Answer, Certificate, Findings, ListAnswer, Policy, judge};
pub use keep::{Changed, INTERVAL, Mended};
pub use look::Looker;
pub use mend::{Fix, Line, fix};
pub use remark::{Light, Remark, Says};

/// One lamp of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Where mail goes.
    Mx,
    /// Who may send.
    Spf,
    /// Signing keys.
    Dkim,
    /// What happens to forgeries.
    Dmarc,
    /// Mail to us by TLS only, by policy.
    MtaSts,
    /// Mail to us by TLS only, by DNSSEC.
    Dane,
    /// The zone is signed.
    Dnssec,
    /// Mail programs set themselves up.
    Autoconfig,
    /// The server's address has a name that leads back.
    Reverse,
    /// The name that the server greets with.
    Helo,
    /// Nobody lists us as a source of spam.
    BlockLists,
    /// The certificate of the server.
    Certificate,
}

impl Check {
    /// Every one, as the page shows them.
    pub const EACH: [Check; 12] = [
        Check::Mx,
        Check::Spf,
        Check::Dkim,
        Check::Dmarc,
        Check::MtaSts,
        Check::Dane,
        Check::Dnssec,
        Check::Autoconfig,
        Check::Reverse,
        Check::Helo,
        Check::BlockLists,
        Check::Certificate,
    ];

    /// The word of commands and of the API: `mx`, `mta-sts`.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Mx => "mx",
            Check::Spf => "spf",
            Check::Dkim => "dkim",
            Check::Dmarc => "dmarc",
            Check::MtaSts => "mta-sts",
            Check::Dane => "dane",
            Check::Dnssec => "dnssec",
            Check::Autoconfig => "autoconfig",
            Check::Reverse => "reverse",
            Check::Helo => "helo",
            Check::BlockLists => "block-lists",
            Check::Certificate => "certificate",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Check {
    type Err = String;

    fn from_str(word: &str) -> Result<Check, String> {
        Check::EACH.into_iter().find(|check| check.as_str() == word).ok_or_else(|| {
            let words: Vec<&str> = Check::EACH.iter().map(|check| check.as_str()).collect();
            format!("«{word}» is none of {}", words.join(", "))
        })
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lamp {
    /// Which one.
    pub check: Check,
    /// The worst of the remarks.
    pub light: Light,
    /// What the world sees, as lines of a zone file or as words.
    pub found: Vec<String>,
    /// What ought to be there, the same way.
    pub expected: Vec<String>,
    /// Why; never empty.
    pub remarks: Vec<Remark>,
    /// What would mend it.
    pub fix: Option<Fix>,
}

/// All lamps of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The domain.
    pub domain: Domain,
    /// When it was looked at.
    pub checked_at: Timestamp,
    /// One for each [`Check`], in their order.
    pub lamps: Vec<Lamp>,
}

impl Diagnosis {
    /// The worst light.
    pub fn light(&self) -> Light {
        self.lamps.iter().map(|lamp| lamp.light).max().unwrap_or(Light::Off)
    }

    /// Whether one of `checks` is bad, or any where none is named.
    pub fn has_bad(&self, checks: &[Check]) -> bool {
        self.lamps.iter().any(|lamp| {
            (checks.is_empty() || checks.contains(&lamp.check)) && matches!(lamp.light, Light::Bad)
        })
    }

    /// One lamp.
    pub fn lamp(&self, check: Check) -> Option<&Lamp> {
        self.lamps.iter().find(|lamp| lamp.check == check)
    }
}

/// A record that ought to be in the DNS.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Which lamp it belongs to.
    pub check: Check,
    /// The whole name, in lower case, without the final dot.
    pub name: String,
    /// What it says.
    pub data: RData,
    /// The same as somebody would enter it, with the absolute owner.
    pub record: NewRecord,
}

impl Wanted {
    /// Its type.
    pub fn kind(&self) -> RecordType {
        self.data.record_type()
    }

    /// A line of a zone file.
    pub fn line(&self) -> String {
        Line::of(&self.name, &self.data).to_string()
    }
}

/// The zone here that holds the domain's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedZone {
    /// Its name, without the final dot.
    pub name: String,
    /// Whether its answers are signed.
    pub is_signed: bool,
    /// The DS records that its parent ought to have, in presentation form.
    pub ds: Vec<String>,
    /// Its name servers, without final dots.
    pub name_servers: Vec<String>,
}

/// What the checks are held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The mail domain.
    pub domain: Domain,
    /// The zone, if it is hosted here.
    pub zone: Option<HostedZone>,
    /// The records of the mail service.
    pub wanted: Vec<Wanted>,
    /// The names of DKIM keys that do not sign yet, because others do.
    pub successors: Vec<String>,
    /// What SPF must include.
    pub spf_host: Option<String>,
    /// The name that this installation greets with.
    pub hostname: Domain,
    /// The addresses from which it sends.
    pub addresses: Vec<IpAddr>,
    /// The hosts that take the domain's mail.
    pub exchangers: Vec<Domain>,
    /// The block lists that are switched on.
    pub block_lists: Vec<DnsList>,
}

impl Expectation {
    pub(crate) fn of(&self, check: Check) -> impl Iterator<Item = &Wanted> {
        self.wanted.iter().filter(move |wanted| wanted.check == check)
    }

    /// The records by which the domain says that it takes DMARC reports about its second names (RFC 7489 §7.1).
    pub(crate) fn report_permissions(&self) -> impl Iterator<Item = &Wanted> {
        self.of(Check::Dmarc).filter(|wanted| wanted.name.contains(REPORTS_LABELS))
    }
}
