//! Machines and what they do in the mail: hosts, mail servers, and the change of both in two steps.
//!
//! ```text
//! domain → host (name, addresses) → mail server (IMAP, SMTP in, SMTP out) ← mailbox (reads there)
//!                                                                         ← domain (uses it in a role)
//! an administrator changes the staged form ─→ a change waits ─→ applied ─→ the nodes act on it
//! ```
//!
//! Every host and server exists in two forms. Administrators see and change the *staged* one; the nodes, the DNS
//! and automatic configuration read only the *applied* one. What differs waits as a [`PendingChange`], one for each
//! thing, until somebody applies what waits or cancels it. Changing a thing back to what is applied takes its
//! waiting change away.
//!
//! **Applying** ([`Administration::begin_applying`], then [`Hosts::work`]) commits one change after the other. A run
//! locks out a second one of the organisation. Whoever works on it holds a lease that each commit renews, so a run
//! whose process died is taken up by another ([`Hosts::resume`], every few seconds) where it stopped.
//!
//! **Links** from mailboxes and domains to servers are not staged: they say who uses a server, act as soon as that
//! server is applied with the role, and keep it from being deleted.

mod administration;
mod csv;
mod entities;
pub mod limits;
mod rows;
mod run;
mod runtime;
mod sending;

use db::{Db, Migrations, Notices};
use directory::{Directory, DirectoryError, Scope};
use world::World;

pub use administration::{Administration, HostChange, NewHost, NewMailServer, assign_domain};
pub use csv::csv;
pub use entities::{
    Act, ApplyRun, ChangeId, DomainServers, Host, HostId, Linked, Links, MailServer, MailServerId,
    PendingChange, Roles, RunId, RunState, Server, ServerRole, ServerSearch, Thing, Values,
};
pub use runtime::{count_hosts, domain_servers};
pub use sending::Binding;

/// Tables of hosts and servers.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "hosts",
    steps: &[(1, "hosts and mail servers, staged and applied", include_str!("0001_hosts.sql"))],
};

/// The channel of notices about hosts: the payload is the organisation's identifier.
pub const HOSTS: &str = "hosts";

type Result<T> = std::result::Result<T, DirectoryError>;

/// Hosts and mail servers; cheap to clone.
#[derive(Clone)]
pub struct Hosts {
    db: Db,
    world: World,
    directory: Directory,
}

impl Hosts {
    /// Those kept in this database.
    pub fn new(db: Db, world: World, directory: Directory) -> Hosts {
        Hosts { db, world, directory }
    }

    /// Administration within `scope`, in the name of `who`.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }

    /// Notices from now on; those of the channel [`HOSTS`] tell that something changed, and `Lagged` means to look
    /// again.
    pub fn subscribe(&self) -> Notices {
        self.db.subscribe()
    }
}

#[cfg(test)]
mod tests;
