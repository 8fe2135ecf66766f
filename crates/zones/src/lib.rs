//! Hosted DNS zones: their records, rules, history, synonyms, the mail records kept right, and diagnosis.
//!
//! ```text
//! organisation → zone → record (kept by people, by the mail service of a domain, or by the installation)
//!                     → change (serial, who, what was added and removed)
//!                     → secondary (address, TSIG key)
//!                zone that is a synonym → its main zone, whose records it says under its own name
//! mail service → operation on one of its domains → step → line of the log
//! ```
//!
//! Three faces:
//!
//! - **The DNS door** loads what it answers from with [`Zones::load`], sees what changed with
//!   [`Zones::versions`], and is woken by notices on the channel [`ZONES`], also from other processes.
//! - **Administrators** change things through [`Administration`], within a scope as in `directory`. Every
//!   change is checked as a whole, gets one serial, an entry in the history and one in the audit; a refusal
//!   names the field, the reason and the rule, and changes nothing.
//! - **The mail service** of a domain gets its records by [`Administration::create_domain`] or
//!   [`Administration::refresh`]; what people wrote is never overwritten unasked.
//!
//! No sockets here: `wire-dns` speaks DNS, `door-dns` answers.

mod administration;
pub mod diagnosis;
mod entities;
mod error;
mod installation;
mod kind;
pub mod limits;
mod linking;
mod load;
pub mod mail;
mod managed;
mod name;
mod pointer;
mod renew;
mod renumbering;
mod rollover;
mod rows;
mod rules;
pub mod serial;
mod snapshot;
pub mod spf;

use db::{Db, Notices};
use directory::{Directory, Scope};
use keys::Keys;
use world::World;

pub use administration::{Administration, Candidate, Checked, ImportOptions, MailDomain, Prerequisite, Seen};
pub use entities::{
    ChangeInfo, Diff, Edit, Import, ImportMode, ManagedBy, NewRecord, RecordData, RecordInfo, RefusedLine,
    Secondary, ZoneChange, ZoneInfo,
};
pub use error::ZoneError;
pub use installation::{Access, Exchanger, Host, Installation, StsMode};
pub use kind::{RecordKind, Wrong, quoted, text_octets};
pub use linking::{
    Failure, LineKind, Link, LinkCandidate, LogLine, NewLink, OPERATIONS, Operation, OperationId,
    OperationKind, OperationState, Step,
};
pub use load::{HostedZone, ZoneVersion};
pub use mail::{FullRecord, SpfStrictness};
pub use managed::{Kept, MailConflict, Standing};
pub use name::{DnsName, NotAName};
pub use renumbering::{AddressStep, Moved, PinnedRecord, RecordSet, Stepped};
pub use rows::MIGRATIONS;

/// The channel of notices about zones: the payload is the identifier of the zone, or empty for all of them.
pub const ZONES: &str = "zones";

type Result<T> = std::result::Result<T, ZoneError>;

/// The hosted zones; cheap to clone.
#[derive(Clone)]
pub struct Zones {
    db: Db,
    world: World,
    directory: Directory,
    keys: Keys,
}

impl Zones {
    /// The zones kept in this database.
    pub fn new(db: Db, world: World, directory: Directory, keys: Keys) -> Zones {
        Zones { db, world, directory, keys }
    }

    /// Administration within `scope`, in the name of `who`, as the audit and the history will say.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }

    /// Notices from now on; those of the channel [`ZONES`] tell which zone changed, and `Lagged` means to
    /// look at [`Zones::versions`] again.
    pub fn subscribe(&self) -> Notices {
        self.db.subscribe()
    }

    /// The settings of the installation; `None` before they are first written.
    pub async fn installation(&self) -> Result<Option<Installation>> {
        self.db.operator("read what the installation is called").read(administration::installation_of).await
    }

    /// Whether a name is our own: the installation's, a domain whose mail is taken here, or a name below one that our
    /// web doors answer for. What a request calls us is the client's word; only such a name is repeated to anybody.
    pub async fn is_own_name(&self, name: &str) -> Result<bool> {
        let Ok(name) = model::Domain::parse(name) else { return Ok(false) };
        let below = name.as_str().split_once('.').filter(|(label, _)| mail::WEB_NAMES.contains(label));
        let domains = [Some(name.as_str()), below.map(|(_, domain)| domain)];
        for domain in domains.into_iter().flatten().filter_map(|domain| model::Domain::parse(domain).ok()) {
            if self.directory.serves(&domain).await? {
                return Ok(true);
            }
        }
        Ok(self.installation().await?.is_some_and(|own| own.own_names().any(|known| *known == name)))
    }
}

#[cfg(test)]
mod tests;
