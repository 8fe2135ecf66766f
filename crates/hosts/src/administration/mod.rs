//! Creating, changing, deleting in the staged form; what waits; applying. Everything within a scope, audited.

mod applying;
mod host;
mod link;
mod server;

use db::{DbError, Page, Scoped, Seek, Tx};
use directory::{DirectoryError, Scope};
use model::{DomainId, OrganisationId, Timestamp};
use world::World;

use crate::entities::{Act, ChangeId, Host, MailServer, PendingChange, Thing};
use crate::{HOSTS, Hosts, Result, rows};

pub use host::{HostChange, NewHost};
pub use link::assign_domain;
pub use server::NewMailServer;

/// Hosts and servers within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    hosts: Hosts,
    scope: Scope,
    domain: Option<DomainId>,
    who: trail::Actor,
}

/// Who does something, and when.
#[derive(Clone)]
struct Hand {
    world: World,
    who: trail::Actor,
    at: Timestamp,
    domain: Option<DomainId>,
}

impl Administration {
    pub(crate) fn new(hosts: Hosts, scope: Scope, who: trail::Actor) -> Administration {
        Administration { hosts, scope, domain: scope.domain(), who }
    }

    fn scoped(&self) -> Scoped {
        // Everything here asks for the domain: see `Hand::reaches`.
        self.scope.limited(&self.hosts.db)
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scoped().read(read).await
    }

    /// A read that asks for things as changes do.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Tx, &Hand) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let hand = self.hand();
        self.scoped().read(move |tx| look(tx, &hand)).await
    }

    async fn write<T: Send + 'static>(
        &self,
        mut write: impl FnMut(&mut Tx, &Hand) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let hand = self.hand();
        self.scoped().write(move |tx| write(tx, &hand)).await
    }

    fn hand(&self) -> Hand {
        Hand {
            world: self.hosts.world.clone(),
            who: self.who.clone(),
            at: self.hosts.world.clock.now(),
            domain: self.domain,
        }
    }
}

impl Hand {
    fn audit(&self, tx: &mut Tx, organisation: OrganisationId, action: &str, what: String) -> Result<()> {
        let change = trail::Change::new(
            self.at,
            self.world.new_id(),
            Some(organisation),
            self.who.clone(),
            action,
            what,
        );
        Ok(trail::audit(tx, &change)?)
    }

    /// Writes down how the staged form of a thing differs from the applied one, or that it does no more.
    fn stage(&self, tx: &mut Tx, thing: Thing, host: &Host) -> Result<()> {
        let (before, after) = match thing {
            Thing::Host(id) => (rows::values_of_host(tx, id, true)?, rows::values_of_host(tx, id, false)?),
            Thing::MailServer(id) => {
                (rows::values_of_server(tx, id, true)?, rows::values_of_server(tx, id, false)?)
            }
        };
        let act = match (&before, &after) {
            (None, Some(_)) => Act::Create,
            (Some(_), None) => Act::Delete,
            (Some(before), Some(after)) if before != after => Act::Modify,
            _ => {
                if let Some(run) = rows::forget_change(tx, thing)? {
                    rows::count_in_run(tx, run, false)?;
                }
                return self.tell(tx, host.organisation);
            }
        };
        // Servers stand on hosts: a host comes before its server and goes after it.
        let rank = match (thing, act) {
            (Thing::Host(_), Act::Create | Act::Modify) => 0,
            (Thing::MailServer(_), Act::Create | Act::Modify) => 1,
            (Thing::MailServer(_), Act::Delete) => 2,
            (Thing::Host(_), Act::Delete) => 3,
        };
        let change = PendingChange {
            id: ChangeId(self.world.new_id()),
            organisation: host.organisation,
            domain: host.domain,
            thing,
            act,
            name: host.name.clone(),
            before,
            after,
            who: self.who.to_string(),
            at: self.at,
            run: None,
        };
        rows::write_change(tx, &change, rank)?;
        self.tell(tx, host.organisation)
    }

    fn tell(&self, tx: &mut Tx, organisation: OrganisationId) -> Result<()> {
        tx.notify_of(Some(organisation), HOSTS, organisation.to_string());
        Ok(())
    }

    /// Whether an administrator who is limited to a domain reaches this one.
    fn reaches(&self, domain: DomainId) -> bool {
        self.domain.is_none_or(|own| own == domain)
    }

    /// A host within the scope and the domain.
    fn host(&self, tx: &mut Tx, id: crate::HostId) -> Result<Host> {
        found("host", rows::host(tx, id)?.filter(|host| self.reaches(host.domain)))
    }

    /// A mail server within the scope and the domain.
    fn server(&self, tx: &mut Tx, id: crate::MailServerId) -> Result<MailServer> {
        found("mail server", rows::server(tx, id)?.filter(|server| self.reaches(server.host.domain)))
    }
}

fn found<T>(what: &'static str, thing: Option<T>) -> Result<T> {
    thing.ok_or(DirectoryError::NotFound { what })
}

/// Two administrators wrote the same name at the same moment.
fn conflict(taken: impl FnOnce() -> DirectoryError) -> impl FnOnce(DbError) -> DirectoryError {
    move |error| match error {
        DbError::Conflict { .. } => taken(),
        other => other.into(),
    }
}

/// A page of things that are few enough to be read at once: an organisation's hosts.
fn page<T>(mut all: Vec<T>, seek: Seek, id: impl Fn(&T) -> i64) -> Page<T> {
    all.retain(|thing| id(thing) > seek.after());
    all.sort_unstable_by_key(&id);
    seek.page(all, id)
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
