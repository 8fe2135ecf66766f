//! Who uses which server: mailboxes read on one, domains use some in each role. Not staged: a link acts as soon as
//! its server is applied with the role.

use db::Tx;
use directory::DirectoryError;
use model::{AddressId, DomainId, OrganisationId};

use super::{Administration, found};
use crate::entities::{MailServer, MailServerId, ServerRole};
use crate::limits::SERVERS_OF_A_DOMAIN;
use crate::{HOSTS, Result, rows};

impl Administration {
    /// Chooses the server on which a mailbox is read; `None`: wherever its domain's are.
    pub async fn assign_mailbox(&self, address: AddressId, server: Option<MailServerId>) -> Result<()> {
        self.write(move |tx, hand| {
            let mailbox = rows::mailbox(tx, address)?.filter(|(_, _, domain)| hand.reaches(*domain));
            let (account, organisation, _) = found("mailbox", mailbox)?;
            let name = rows::name_of_mailbox(tx, address)?.unwrap_or_default();
            let former = match rows::server_of_account(tx, account)? {
                Some(former) => rows::server(tx, former)?,
                None => None,
            };
            let server = match server {
                None => None,
                Some(id) => {
                    let server = hand.server(tx, id)?;
                    check_server(&server, organisation, ServerRole::Imap)?;
                    Some(server)
                }
            };
            rows::link_mailbox(tx, account, organisation, server.as_ref().map(|server| server.id))?;
            let of = |server: Option<&MailServer>| {
                trail::Facts::new().with_some("server", server.map(|server| server.host.full_name()))
            };
            let told = trail::Told::of_thing(&name).before(of(former.as_ref()));
            trail::tell(tx, told.after(of(server.as_ref())));
            hand.audit(tx, organisation, "assign mailbox", name)
        })
        .await
    }

    /// The server that was chosen for a mailbox.
    pub async fn server_of_mailbox(&self, address: AddressId) -> Result<Option<MailServer>> {
        self.look(move |tx, hand| {
            let mailbox = rows::mailbox(tx, address)?.filter(|(_, _, domain)| hand.reaches(*domain));
            let (account, ..) = found("mailbox", mailbox)?;
            match rows::server_of_account(tx, account)? {
                Some(server) => {
                    Ok(rows::server(tx, server)?.filter(|server| hand.reaches(server.host.domain)))
                }
                None => Ok(None),
            }
        })
        .await
    }

    /// The servers that a domain is to use, in each role, whether applied or not.
    pub async fn servers_of_domain(&self, domain: DomainId) -> Result<Vec<(ServerRole, MailServer)>> {
        self.look(move |tx, hand| {
            let owner = rows::domain_owner(tx, domain)?.filter(|_| hand.reaches(domain));
            found("domain", owner)?;
            let mut servers = Vec::new();
            for (role, server) in rows::links_of_domain(tx, domain)? {
                if let Some(server) =
                    rows::server(tx, server)?.filter(|server| hand.reaches(server.host.domain))
                {
                    servers.push((role, server));
                }
            }
            Ok(servers)
        })
        .await
    }
}

/// Chooses the servers that a domain uses in a role, in the caller's transaction; none is the installation's. The
/// caller brings the mail records up to date and writes the audit; gives the names of the former servers and of these
/// for it.
pub fn assign_domain(
    tx: &mut Tx,
    domain: DomainId,
    role: ServerRole,
    servers: &[MailServerId],
) -> Result<(Vec<String>, Vec<String>)> {
    let organisation = found("domain", rows::domain_owner(tx, domain)?)?;
    if servers.len() > SERVERS_OF_A_DOMAIN {
        let reason = format!("there are {}", servers.len());
        return Err(DirectoryError::invalid("servers", reason, "a domain uses at most 16 servers in a role"));
    }
    let mut former = Vec::new();
    for (_, id) in rows::links_of_domain(tx, domain)?.into_iter().filter(|(known, _)| *known == role) {
        former.extend(rows::server(tx, id)?.map(|server| server.host.full_name()));
    }
    let mut names = Vec::new();
    let mut chosen: Vec<MailServerId> = Vec::new();
    for id in servers {
        let server = found("mail server", rows::server(tx, *id)?)?;
        check_server(&server, organisation, role)?;
        if !chosen.contains(id) {
            chosen.push(*id);
            names.push(server.host.full_name());
        }
    }
    rows::link_domain(tx, domain, organisation, role, &chosen)?;
    tx.notify_of(Some(organisation), HOSTS, organisation.to_string());
    Ok((former, names))
}

fn check_server(server: &MailServer, organisation: OrganisationId, role: ServerRole) -> Result<()> {
    if server.host.organisation != organisation {
        return Err(DirectoryError::NotFound { what: "mail server" });
    }
    if !server.roles.has(role) {
        let reason = format!("«{}» has not the role {role}", server.host.name);
        return Err(DirectoryError::invalid("server", reason, "a server is used in the roles that it has"));
    }
    Ok(())
}
