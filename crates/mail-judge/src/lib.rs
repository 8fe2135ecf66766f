//! Evidence and verdict: may this letter come in, and where does it go?
//!
//! Evidence is what can be known about a letter and its bringer; [`decide`] weighs it by the policy, without
//! IO, so that a table of one-line tests holds every rule. What needs the network is gathered by [`Judge`]:
//! SPF, DKIM, DMARC, ARC, reverse DNS; [`weigh`] says what that means. [`results`] puts it into words for
//! mail programs, [`disown`] takes our name from such words of others.

mod arc;
mod body;
mod dkim;
mod evidence;
mod gather;
pub mod limits;
mod lists;
mod malware;
mod origin;
mod placing;
mod stamp;
mod verify;

pub use body::{BodyHashes, Hashed};
pub use evidence::{Authorship, Evidence, HeaderFacts};
pub use gather::{Judge, Letter};
pub use lists::List;
pub use malware::{ScanError, Scanned, Scanner};
pub use origin::{Finding, weigh};
pub use placing::{Standing, place};
pub use stamp::{disown, disown_fields, results};
pub use trust::Authentication;

use std::net::IpAddr;

use ipnet::IpNet;
use model::Reply;
use trust::ListWeight;

/// What an operator may change about judging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Received fields from which on a letter is a loop.
    pub received_limit: usize,
    /// Bytes of a header.
    pub header_limit_bytes: usize,
    /// Domains whose ARC seals are believed, lower case: forwarders that check what they forward.
    pub trusted_sealers: Vec<String>,
    /// Networks whose letters are not checked: relays of ours in front of us.
    pub trusted_networks: Vec<IpNet>,
    /// Lists of senders that are asked; none unless the operator names some.
    pub lists: Vec<List>,
    /// What follows from a sender's earlier letters; `None`: nobody looks.
    pub senders: Option<ListWeight>,
}

impl Policy {
    /// Whether what that peer brings is checked.
    pub fn checks(&self, ip: IpAddr) -> bool {
        !self.trusted_networks.iter().any(|network| network.contains(&ip.to_canonical()))
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            received_limit: limits::RECEIVED_LIMIT,
            header_limit_bytes: limits::HEADER_LIMIT_BYTES,
            trusted_sealers: Vec::new(),
            trusted_networks: Vec::new(),
            lists: Vec::new(),
            senders: None,
        }
    }
}

/// Where an accepted letter lies, unless its owner's rules say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Placement {
    /// The inbox.
    Inbox,
    /// The folder for doubtful mail.
    Junk,
}

/// The answer to a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It comes in.
    Accept(Placement),
    /// It does not, with these words.
    Refuse(Reply),
}

/// Weighs the evidence.
pub fn decide(evidence: &Evidence, policy: &Policy) -> Verdict {
    let header = &evidence.header;
    if !header.is_complete || header.size_bytes > policy.header_limit_bytes {
        // RFC 3463 §3.4: 5.3.4, the message is too big for the system.
        return Verdict::Refuse(Reply::never(552, 3, 4, "the header is too long"));
    }
    // RFC 5321 §6.3: the simple counting of Received fields finds every loop in the end.
    if header.received >= policy.received_limit {
        return Verdict::Refuse(Reply::never(554, 4, 6, "too many hops: the message runs in circles"));
    }
    if evidence.has_been_here {
        return Verdict::Refuse(Reply::never(554, 4, 6, "the message has been delivered here before"));
    }
    match &evidence.authorship {
        Authorship::NotOurs | Authorship::Own => {}
        // RFC 6409 §6.1: a submission server may enforce who writes in whose name.
        Authorship::Missing => {
            return Verdict::Refuse(Reply::never(550, 7, 1, "the message needs a From field"));
        }
        Authorship::Foreign(author) => {
            let text = format!("the From field names {author}, which is not an address of yours");
            return Verdict::Refuse(Reply::never(550, 7, 1, text));
        }
    }
    match &evidence.authentication {
        Some(authentication) => weigh(authentication).verdict,
        None => Verdict::Accept(Placement::Inbox),
    }
}

#[cfg(test)]
mod tests;
