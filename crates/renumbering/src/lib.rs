//! The platform's endpoints get other addresses: declared, announced, carried out, withdrawn.
//!
//! ```text
//! declare ─→ Declared ─ one old time to live before the date ─→ Prepared ─ the date ─→ Switched ─ overlap over ─→ Completed
//!               └──────────────── cancel ────────────────────────┘
//! announce ─→ a letter for each connected customer ─→ answers ─→ a reminder for those who have not answered
//! ```
//!
//! - A [`Renumbering`] names each endpoint by its host name, its port and the modes of those who connect to it, with old
//!   and new addresses.
//! - The [`Report`] says what names an old address: routes, allowed sources, integrations, machines, records of hosted
//!   zones, the DNS of mail domains elsewhere; whose it is, and who has to do something.
//! - [`Renumberings::tend`] does each step when its time has come, in one commit: zones, settings of the installation,
//!   routes and allowed sources, the stage, the log of changes. A process that dies before the commit has done nothing;
//!   of several nodes one does it.
//! - In the overlap both addresses hold: entries with the old address end with it, and those with the new one begin at
//!   the date ([`model::Validity`]).

mod administration;
mod endpoint;
mod entities;
pub mod limits;
mod notice;
mod report;
mod rows;
mod steps;

use std::net::IpAddr;
use std::sync::Arc;

use db::{Db, Migrations};
use directory::{Directory, Scope};
use gateways::Gateways;
use hosts::Hosts;
use mail_route::Relays;
use world::World;
use zones::{ZoneError, Zones};

pub use administration::{Administration, Announced, NewRenumbering};
pub use endpoint::{Endpoint, Mode};
pub use entities::{
    Answer, Customer, Finding, Letter, NoticeKind, Pin, Remedy, Renumbering, RenumberingId, Report, Stage,
};

/// Tables of changes of addresses.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "renumbering",
    steps: &[(1, "changes of addresses", include_str!("0001_renumbering.sql"))],
};

type Result<T> = std::result::Result<T, ZoneError>;

/// What a change of addresses reaches.
#[derive(Clone)]
pub struct Parts {
    /// Rows.
    pub db: Db,
    /// Clock, identifiers, names.
    pub world: World,
    /// Who exists; allowed sources; the installation's addresses.
    pub directory: Directory,
    /// Machines.
    pub hosts: Hosts,
    /// Integrated organisations.
    pub gateways: Gateways,
    /// The DNS that we serve.
    pub zones: Zones,
    /// Routes.
    pub relays: Relays,
}

/// Addresses in the settings of this node, by the setting's name.
pub type NodeSettings = Arc<Vec<(String, IpAddr)>>;

/// Changes of addresses; cheap to clone.
#[derive(Clone)]
pub struct Renumberings {
    parts: Parts,
    settings: NodeSettings,
    suffixes: Arc<Vec<String>>,
}

impl Renumberings {
    /// Those kept in this database.
    pub fn new(parts: Parts) -> Renumberings {
        Renumberings { parts, settings: Arc::default(), suffixes: Arc::default() }
    }

    /// The same with the addresses that stand in the settings of this node.
    #[must_use]
    pub fn with_settings(self, settings: Vec<(String, IpAddr)>) -> Renumberings {
        Renumberings { settings: Arc::new(settings), ..self }
    }

    /// The same with the names below which every domain's mail exchangers are ours, for letters.
    #[must_use]
    pub fn with_suffixes(self, suffixes: Vec<String>) -> Renumberings {
        Renumberings { suffixes: Arc::new(suffixes), ..self }
    }

    /// Administration within `scope`, in the name of `who`.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }
}

#[cfg(test)]
mod tests;
