//! Mail servers: hosts with roles.

use db::{Page, Seek, Tx};
use directory::DirectoryError;
use model::{AddressId, DomainId, OrganisationId};

use super::{Administration, Hand, conflict, counted, page};
use crate::entities::{
    HostId, Linked, Links, MailServer, MailServerId, Roles, ServerRole, ServerSearch, Thing,
};
use crate::{Result, rows};

/// A new mail server.
#[derive(Clone, Copy, Debug)]
pub struct NewMailServer {
    /// The machine; it is one server only.
    pub host: HostId,
    /// What it does.
    pub roles: Roles,
}

impl Administration {
    /// The mail servers within the scope that a search finds, of one organisation or of all, by name.
    pub async fn servers(
        &self,
        organisation: Option<OrganisationId>,
        search: ServerSearch,
    ) -> Result<Vec<MailServer>> {
        let domain = self.domain;
        self.read(move |tx| {
            let mut servers = rows::servers(tx, organisation, domain)?;
            servers.retain(|server| search.finds(server));
            Ok(servers)
        })
        .await
    }

    /// As [`Administration::servers`], a page at a time in the order they were made.
    pub async fn page_of_servers(
        &self,
        organisation: Option<OrganisationId>,
        search: ServerSearch,
        seek: Seek,
    ) -> Result<Page<MailServer>> {
        Ok(page(self.servers(organisation, search).await?, seek, |server| server.id.0))
    }

    /// A mail server.
    pub async fn server(&self, id: MailServerId) -> Result<MailServer> {
        self.look(move |tx, hand| hand.server(tx, id)).await
    }

    /// Makes a host a mail server, in the staged form.
    pub async fn create_server(&self, new: NewMailServer) -> Result<MailServer> {
        self.write(move |tx, hand| {
            let host = hand.host(tx, new.host)?;
            let exists = || DirectoryError::Conflict {
                field: "host",
                value: host.name.clone(),
                rule: "a host is one mail server, with any of the roles",
            };
            if rows::server_on(tx, host.id)?.is_some() {
                return Err(exists());
            }
            let id = MailServerId(hand.world.new_id());
            rows::insert_server(tx, id, &host, new.roles, hand.at).map_err(conflict(exists))?;
            hand.stage(tx, Thing::MailServer(id), &host)?;
            trail::tell(tx, trail::Told::of_thing(host.full_name()).after(facts(new.roles)));
            hand.audit(tx, host.organisation, "create mail server", host.full_name())?;
            hand.server(tx, id)
        })
        .await
    }

    /// Changes what a mail server does, in the staged form; its host stays. A role that somebody uses stays too.
    pub async fn change_server(&self, id: MailServerId, roles: Roles) -> Result<MailServer> {
        self.write(move |tx, hand| {
            let server = hand.server(tx, id)?;
            for role in ServerRole::ALL {
                if server.roles.has(role) && !roles.has(role) {
                    refuse_used(tx, &server, role)?;
                }
            }
            rows::set_roles(tx, &server, roles)?;
            hand.stage(tx, Thing::MailServer(id), &server.host)?;
            let what = server.host.full_name();
            let told = trail::Told::of_thing(&what).before(facts(server.roles));
            trail::tell(tx, told.after(facts(roles)));
            hand.audit(tx, server.host.organisation, "change mail server", what)?;
            hand.server(tx, id)
        })
        .await
    }

    /// What keeps a mail server from being deleted: the step before [`Administration::delete_server`].
    pub async fn links(&self, id: MailServerId) -> Result<Links> {
        self.look(move |tx, hand| {
            hand.server(tx, id)?;
            Ok(rows::links(tx, id)?)
        })
        .await
    }

    /// The first mailboxes and the first domains that lead to a mail server, by name; within one domain only its own.
    pub async fn linked(&self, id: MailServerId) -> Result<(Vec<Linked<AddressId>>, Vec<Linked<DomainId>>)> {
        self.look(move |tx, hand| {
            hand.server(tx, id)?;
            Ok((rows::linked_mailboxes(tx, id, hand.domain)?, rows::linked_domains(tx, id, hand.domain)?))
        })
        .await
    }

    /// Deletes a mail server in the staged form, if nothing leads to it.
    pub async fn delete_server(&self, id: MailServerId) -> Result<()> {
        self.write(move |tx, hand| {
            let server = hand.server(tx, id)?;
            refuse_linked(tx, &server)?;
            rows::delete_server(tx, id, server.host.organisation)?;
            hand.stage(tx, Thing::MailServer(id), &server.host)?;
            let what = server.host.full_name();
            trail::tell(tx, trail::Told::of_thing(&what).before(facts(server.roles)));
            hand.audit(tx, server.host.organisation, "delete mail server", what)
        })
        .await
    }
}

impl Hand {
    /// Takes back what waits of a server: created ones go, changed and deleted ones are again as applied.
    pub(super) fn revert_server(&self, tx: &mut Tx, id: MailServerId) -> Result<()> {
        let staged = rows::server(tx, id)?;
        let is_applied = rows::values_of_server(tx, id, true)?.is_some();
        match &staged {
            Some(server) if !is_applied => refuse_linked(tx, server)?,
            _ => {}
        }
        let host = match (&staged, rows::host_of_applied(tx, id)?) {
            (Some(server), _) => server.host.clone(),
            (None, Some(host)) => rows::host(tx, host)?.ok_or_else(|| DirectoryError::InUse {
                field: "host",
                value: host.to_string(),
                dependents: "a deletion that waits".to_owned(),
                rule: "the deletion of its host is cancelled first",
            })?,
            (None, None) => return Err(DirectoryError::NotFound { what: "mail server" }),
        };
        let taken = || DirectoryError::Conflict {
            field: "host",
            value: host.name.clone(),
            rule: "a host is one mail server, with any of the roles",
        };
        rows::revert_server(tx, id).map_err(conflict(taken))?;
        self.stage(tx, Thing::MailServer(id), &host)
    }
}

fn refuse_linked(tx: &mut Tx, server: &MailServer) -> Result<()> {
    let Links { users, domains } = rows::links(tx, server.id)?;
    let (dependents, rule) = match (users, domains) {
        (0, 0) => return Ok(()),
        (0, _) => (counted(domains, "domain", "domains"), "a server that a domain uses cannot be deleted"),
        (_, _) => (
            counted(users, "user", "users"),
            "a server that is linked to at least one user cannot be deleted",
        ),
    };
    Err(DirectoryError::InUse { field: "server", value: server.host.name.clone(), dependents, rule })
}

fn refuse_used(tx: &mut Tx, server: &MailServer, role: ServerRole) -> Result<()> {
    let field = role.as_str();
    let value = server.host.name.clone();
    let users = if role == ServerRole::Imap { rows::links(tx, server.id)?.users } else { 0 };
    if users > 0 {
        let dependents = counted(users, "user", "users");
        let rule = "a server on which people read their mail keeps IMAP";
        return Err(DirectoryError::InUse { field, value, dependents, rule });
    }
    let domains = rows::uses_in(tx, server.id, role)?;
    if domains > 0 {
        let dependents = counted(domains, "domain", "domains");
        let rule = "a server keeps the roles in which a domain uses it";
        return Err(DirectoryError::InUse { field, value, dependents, rule });
    }
    Ok(())
}

/// What the log of changes tells of a mail server.
fn facts(roles: Roles) -> trail::Facts {
    let each = ServerRole::ALL.into_iter();
    each.fold(trail::Facts::new(), |facts, role| facts.with_bool(role.as_str(), roles.has(role)))
}
