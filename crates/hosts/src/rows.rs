//! Hosts, servers, links: what is read and written of them. Every statement carries the scope's organisation.

mod applying;

use db::{DbError, Row, Tx, values};
use model::{AccountId, AddressId, Domain, DomainId, OrganisationId, Timestamp};

use crate::entities::{
    Act, Host, HostId, Linked, Links, MailServer, MailServerId, Roles, ServerRole, Values,
};
use crate::limits::LINKED_SHOWN;

pub(crate) use applying::*;

fn damaged(expected: &'static str) -> DbError {
    DbError::Column { column: 0, expected }
}

fn count(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

fn domain_at(row: &Row<'_>, column: usize) -> Result<Domain, DbError> {
    Domain::parse(row.text(column)?).map_err(|_| damaged("domain"))
}

fn host_of(row: &Row<'_>) -> Result<Host, DbError> {
    Ok(Host {
        id: HostId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        domain: DomainId(row.integer(2)?),
        domain_name: domain_at(row, 3)?,
        name: row.text(4)?.to_owned(),
        fqdn: domain_at(row, 5)?,
        ipv4: row.optional_text(6)?.and_then(|text| text.parse().ok()),
        ipv6: row.optional_text(7)?.and_then(|text| text.parse().ok()),
        description: row.text(8)?.to_owned(),
        created_at: row.timestamp(9)?,
        waits: row.optional_text(10)?.map(Act::read),
    })
}

fn server_of(row: &Row<'_>) -> Result<MailServer, DbError> {
    Ok(MailServer {
        host: host_of(row)?,
        id: MailServerId(row.integer(11)?),
        roles: Roles { imap: row.boolean(12)?, smtp_in: row.boolean(13)?, smtp_out: row.boolean(14)? },
        created_at: row.timestamp(15)?,
        waits: row.optional_text(16)?.map(Act::read),
    })
}

macro_rules! select_host {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT h.id, h.organisation, h.domain, d.name, h.name, h.fqdn, h.ipv4, h.ipv6, h.description,
                 h.created_at, p.act ",
            $more,
            " FROM host h JOIN domain d ON d.id = h.domain
             LEFT JOIN pending_change p ON p.entity = 'host' AND p.thing = h.id ",
            $rest
        )
    };
}

/// The hosts within the scope, of one domain or of all, by name.
pub(crate) fn hosts(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    domain: Option<DomainId>,
) -> Result<Vec<Host>, DbError> {
    tx.query(
        select_host!(
            "",
            "WHERE h.organisation = COALESCE(?1, h.organisation)
               AND h.organisation = COALESCE(?2, h.organisation)
               AND h.domain = COALESCE(?3, h.domain)
             ORDER BY h.name, h.id"
        ),
        values![tx.organisation(), organisation, domain],
        host_of,
    )
}

pub(crate) fn host(tx: &mut Tx, id: HostId) -> Result<Option<Host>, DbError> {
    tx.query_one(
        select_host!("", "WHERE h.organisation = COALESCE(?1, h.organisation) AND h.id = ?2"),
        values![tx.organisation(), id],
        host_of,
    )
}

pub(crate) fn count_hosts(tx: &mut Tx, organisation: OrganisationId) -> Result<usize, DbError> {
    let hosts =
        tx.query_one("SELECT count(*) FROM host WHERE organisation = ?1", values![organisation], |row| {
            row.integer(0)
        })?;
    Ok(usize::try_from(hosts.unwrap_or(0)).unwrap_or(usize::MAX))
}

pub(crate) fn has_other_host(tx: &mut Tx, domain: DomainId, name: &str, id: HostId) -> Result<bool, DbError> {
    let other = tx.query_one(
        "SELECT 1 FROM host WHERE domain = ?1 AND name = ?2 AND id <> ?3
           AND organisation = COALESCE(?4, organisation)",
        values![domain, name, id, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(other.is_some())
}

pub(crate) fn insert_host(tx: &mut Tx, host: &Host) -> Result<(), DbError> {
    let (ipv4, ipv6) = addresses(host);
    tx.execute(
        "INSERT INTO host (id, organisation, domain, name, fqdn, ipv4, ipv6, description, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        values![
            host.id,
            host.organisation,
            host.domain,
            &host.name,
            host.fqdn.as_str(),
            ipv4.as_deref(),
            ipv6.as_deref(),
            &host.description,
            host.created_at,
        ],
    )?;
    Ok(())
}

pub(crate) fn update_host(tx: &mut Tx, host: &Host) -> Result<(), DbError> {
    let (ipv4, ipv6) = addresses(host);
    tx.execute(
        "UPDATE host SET name = ?3, fqdn = ?4, ipv4 = ?5, ipv6 = ?6, description = ?7
         WHERE id = ?1 AND organisation = ?2",
        values![
            host.id,
            host.organisation,
            &host.name,
            host.fqdn.as_str(),
            ipv4.as_deref(),
            ipv6.as_deref(),
            &host.description,
        ],
    )?;
    Ok(())
}

fn addresses(host: &Host) -> (Option<String>, Option<String>) {
    (host.ipv4.map(|ip| ip.to_string()), host.ipv6.map(|ip| ip.to_string()))
}

pub(crate) fn delete_host(tx: &mut Tx, id: HostId, organisation: OrganisationId) -> Result<(), DbError> {
    tx.execute("DELETE FROM host WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

macro_rules! select_server {
    ($rest:literal) => {
        concat!(
            "SELECT h.id, h.organisation, h.domain, d.name, h.name, h.fqdn, h.ipv4, h.ipv6, h.description,
                 h.created_at, p.act, s.id, s.imap, s.smtp_in, s.smtp_out, s.created_at, q.act
             FROM mail_server s JOIN host h ON h.id = s.host JOIN domain d ON d.id = h.domain
             LEFT JOIN pending_change p ON p.entity = 'host' AND p.thing = h.id
             LEFT JOIN pending_change q ON q.entity = 'mail_server' AND q.thing = s.id ",
            $rest
        )
    };
}

/// The mail servers within the scope, of one domain or of all, by the name of their host.
pub(crate) fn servers(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    domain: Option<DomainId>,
) -> Result<Vec<MailServer>, DbError> {
    tx.query(
        select_server!(
            "WHERE s.organisation = COALESCE(?1, s.organisation)
               AND s.organisation = COALESCE(?2, s.organisation)
               AND h.domain = COALESCE(?3, h.domain)
             ORDER BY h.name, s.id"
        ),
        values![tx.organisation(), organisation, domain],
        server_of,
    )
}

pub(crate) fn server(tx: &mut Tx, id: MailServerId) -> Result<Option<MailServer>, DbError> {
    tx.query_one(
        select_server!("WHERE s.organisation = COALESCE(?1, s.organisation) AND s.id = ?2"),
        values![tx.organisation(), id],
        server_of,
    )
}

pub(crate) fn server_on(tx: &mut Tx, host: HostId) -> Result<Option<MailServer>, DbError> {
    tx.query_one(
        select_server!("WHERE s.organisation = COALESCE(?1, s.organisation) AND s.host = ?2"),
        values![tx.organisation(), host],
        server_of,
    )
}

pub(crate) fn insert_server(
    tx: &mut Tx,
    id: MailServerId,
    host: &Host,
    roles: Roles,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO mail_server (id, organisation, host, imap, smtp_in, smtp_out, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values![id, host.organisation, host.id, roles.imap, roles.smtp_in, roles.smtp_out, at],
    )?;
    Ok(())
}

pub(crate) fn set_roles(tx: &mut Tx, server: &MailServer, roles: Roles) -> Result<(), DbError> {
    tx.execute(
        "UPDATE mail_server SET imap = ?3, smtp_in = ?4, smtp_out = ?5 WHERE id = ?1 AND organisation = ?2",
        values![server.id, server.host.organisation, roles.imap, roles.smtp_in, roles.smtp_out],
    )?;
    Ok(())
}

pub(crate) fn delete_server(
    tx: &mut Tx,
    id: MailServerId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    tx.execute("DELETE FROM mail_server WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

/// The owner of a domain, if it lies within the scope.
pub(crate) fn domain_owner(tx: &mut Tx, domain: DomainId) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one(
        "SELECT organisation FROM domain WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![domain, tx.organisation()],
        |row| Ok(OrganisationId(row.integer(0)?)),
    )
}

/// What a domain is called, if it lies within the scope.
pub(crate) fn domain_name(tx: &mut Tx, domain: DomainId) -> Result<Option<Domain>, DbError> {
    tx.query_one(
        "SELECT name FROM domain WHERE id = ?1
           AND organisation = COALESCE(?2, organisation) AND id = COALESCE(?3, id)",
        values![domain, tx.organisation(), tx.domain()],
        |row| domain_at(row, 0),
    )
}

/// Mailboxes and domains that lead to a server.
pub(crate) fn links(tx: &mut Tx, id: MailServerId) -> Result<Links, DbError> {
    let users = tx.query_one(
        "SELECT count(*) FROM mailbox_server m JOIN account a ON a.id = m.account
         WHERE m.server = ?1 AND a.deleted_at IS NULL AND m.organisation = COALESCE(?2, m.organisation)",
        values![id, tx.organisation()],
        |row| row.integer(0),
    )?;
    let domains = tx.query_one(
        "SELECT count(DISTINCT domain) FROM domain_server WHERE server = ?1
           AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(Links { users: count(users.unwrap_or(0)), domains: count(domains.unwrap_or(0)) })
}

/// The mailboxes that are read on a server, by name.
pub(crate) fn linked_mailboxes(
    tx: &mut Tx,
    id: MailServerId,
    domain: Option<DomainId>,
) -> Result<Vec<Linked<AddressId>>, DbError> {
    tx.query(
        "SELECT d.id, d.localpart, n.name FROM mailbox_server m
         JOIN account a ON a.id = m.account AND a.deleted_at IS NULL
         JOIN address d ON d.id = a.address JOIN domain n ON n.id = d.domain
         WHERE m.server = ?1 AND d.domain = COALESCE(?2, d.domain)
           AND m.organisation = COALESCE(?4, m.organisation)
         ORDER BY n.name, d.localpart LIMIT ?3",
        values![id, domain, LINKED_SHOWN as i64, tx.organisation()],
        |row| {
            let name = format!("{}@{}", row.text(1)?, row.text(2)?);
            Ok(Linked { id: AddressId(row.integer(0)?), name })
        },
    )
}

/// The domains that use a server in some role, by name.
pub(crate) fn linked_domains(
    tx: &mut Tx,
    id: MailServerId,
    domain: Option<DomainId>,
) -> Result<Vec<Linked<DomainId>>, DbError> {
    tx.query(
        "SELECT DISTINCT n.id, n.name FROM domain_server s JOIN domain n ON n.id = s.domain
         WHERE s.server = ?1 AND n.id = COALESCE(?2, n.id) AND s.organisation = COALESCE(?4, s.organisation)
         ORDER BY n.name LIMIT ?3",
        values![id, domain, LINKED_SHOWN as i64, tx.organisation()],
        |row| Ok(Linked { id: DomainId(row.integer(0)?), name: row.text(1)?.to_owned() }),
    )
}

/// Domains that use a server in this role.
pub(crate) fn uses_in(tx: &mut Tx, id: MailServerId, role: ServerRole) -> Result<u64, DbError> {
    let domains = tx.query_one(
        "SELECT count(*) FROM domain_server WHERE server = ?1 AND role = ?2
           AND organisation = COALESCE(?3, organisation)",
        values![id, role.as_str(), tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(count(domains.unwrap_or(0)))
}

/// The account of a mailbox, its organisation and its domain, within the scope.
pub(crate) fn mailbox(
    tx: &mut Tx,
    address: AddressId,
) -> Result<Option<(AccountId, OrganisationId, DomainId)>, DbError> {
    tx.query_one(
        "SELECT c.id, a.organisation, a.domain FROM address a JOIN account c ON c.address = a.id
         WHERE a.id = ?1 AND a.organisation = COALESCE(?2, a.organisation) AND c.deleted_at IS NULL",
        values![address, tx.organisation()],
        |row| Ok((AccountId(row.integer(0)?), OrganisationId(row.integer(1)?), DomainId(row.integer(2)?))),
    )
}

/// What a mailbox is called, if it lies within the scope.
pub(crate) fn name_of_mailbox(tx: &mut Tx, address: AddressId) -> Result<Option<String>, DbError> {
    tx.query_one(
        "SELECT a.localpart, d.name FROM address a JOIN domain d ON d.id = a.domain
         WHERE a.id = ?1
           AND a.organisation = COALESCE(?2, a.organisation) AND a.domain = COALESCE(?3, a.domain)",
        values![address, tx.organisation(), tx.domain()],
        |row| Ok(format!("{}@{}", row.text(0)?, row.text(1)?)),
    )
}

/// What an organisation is called, if it is the scope's.
pub(crate) fn organisation_name(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Option<String>, DbError> {
    tx.query_one(
        "SELECT name FROM organisation WHERE id = ?1 AND id = COALESCE(?2, id)",
        values![organisation, tx.organisation()],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

pub(crate) fn link_mailbox(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    server: Option<MailServerId>,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM mailbox_server WHERE account = ?1 AND organisation = ?2",
        values![account, organisation],
    )?;
    if let Some(server) = server {
        tx.execute(
            "INSERT INTO mailbox_server (account, organisation, server) VALUES (?1, ?2, ?3)",
            values![account, organisation, server],
        )?;
    }
    Ok(())
}

pub(crate) fn server_of_account(tx: &mut Tx, account: AccountId) -> Result<Option<MailServerId>, DbError> {
    tx.query_one(
        "SELECT server FROM mailbox_server WHERE account = ?1 AND organisation = COALESCE(?2, organisation)",
        values![account, tx.organisation()],
        |row| Ok(MailServerId(row.integer(0)?)),
    )
}

pub(crate) fn link_domain(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    role: ServerRole,
    servers: &[MailServerId],
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM domain_server WHERE domain = ?1 AND role = ?2 AND organisation = ?3",
        values![domain, role.as_str(), organisation],
    )?;
    for server in servers {
        tx.execute(
            "INSERT INTO domain_server (domain, role, server, organisation) VALUES (?1, ?2, ?3, ?4)",
            values![domain, role.as_str(), *server, organisation],
        )?;
    }
    Ok(())
}

/// Which servers a domain is to use, in which role, whether applied or not.
pub(crate) fn links_of_domain(
    tx: &mut Tx,
    domain: DomainId,
) -> Result<Vec<(ServerRole, MailServerId)>, DbError> {
    tx.query(
        "SELECT role, server FROM domain_server WHERE domain = ?1
           AND organisation = COALESCE(?2, organisation) ORDER BY role, server",
        values![domain, tx.organisation()],
        |row| {
            let role = row.text(0)?.parse().map_err(|_| damaged("role"))?;
            Ok((role, MailServerId(row.integer(1)?)))
        },
    )
}

/// The applied servers that a domain uses: role, name, addresses.
pub(crate) fn applied_of_domain(
    tx: &mut Tx,
    domain: &Domain,
) -> Result<Vec<(ServerRole, crate::Server)>, DbError> {
    tx.query(
        "SELECT l.role, h.fqdn, h.ipv4, h.ipv6
         FROM domain d JOIN domain_server l ON l.domain = d.id
         JOIN applied_mail_server s ON s.id = l.server JOIN applied_host h ON h.id = s.host
         WHERE (d.name = ?1 OR d.name = (SELECT main FROM domain_synonym WHERE name = ?1))
           AND d.organisation = COALESCE((SELECT y.organisation FROM domain_synonym y WHERE y.name = ?1),
                                         d.organisation)
           AND ((l.role = 'imap' AND s.imap = 1) OR (l.role = 'smtp_in' AND s.smtp_in = 1)
               OR (l.role = 'smtp_out' AND s.smtp_out = 1))
         ORDER BY h.name, h.id",
        values![domain.as_str()],
        |row| {
            let role = row.text(0)?.parse().map_err(|_| damaged("role"))?;
            let addresses = [row.optional_text(2)?, row.optional_text(3)?];
            let addresses = addresses.into_iter().flatten().filter_map(|text| text.parse().ok()).collect();
            Ok((role, crate::Server { name: domain_at(row, 1)?, addresses }))
        },
    )
}

/// The applied server with IMAP on which a mailbox is read, if somebody chose one.
pub(crate) fn applied_of_account(tx: &mut Tx, account: AccountId) -> Result<Option<Domain>, DbError> {
    tx.query_one(
        "SELECT h.fqdn FROM mailbox_server m JOIN applied_mail_server s ON s.id = m.server
         JOIN applied_host h ON h.id = s.host
         WHERE m.account = ?1 AND s.imap = 1 AND m.organisation = COALESCE(?2, m.organisation)",
        values![account, tx.organisation()],
        |row| domain_at(row, 0),
    )
}

/// The hosts of a domain, staged or applied.
pub(crate) fn count_hosts_of_domain(tx: &mut Tx, domain: DomainId) -> Result<u64, DbError> {
    let found = tx.query_one(
        "SELECT count(*) FROM (SELECT id FROM host WHERE domain = ?1
           AND organisation = COALESCE(?2, organisation)
                               UNION SELECT id FROM applied_host WHERE domain = ?1
                                 AND organisation = COALESCE(?2, organisation)) AS h",
        values![domain, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(count(found.unwrap_or(0)))
}

/// The domains that use some server.
pub(crate) fn domains_with_servers(tx: &mut Tx) -> Result<Vec<Domain>, DbError> {
    tx.query(
        "SELECT DISTINCT d.name FROM domain d JOIN domain_server l ON l.domain = d.id ORDER BY d.name",
        &[],
        |row| domain_at(row, 0),
    )
}

/// The applied roles of the host with this name and domain; `None` if there is no such host.
pub(crate) fn applied_roles(tx: &mut Tx, name: &str, domain: &str) -> Result<Option<Roles>, DbError> {
    tx.query_one(
        "SELECT COALESCE(s.imap, 0), COALESCE(s.smtp_in, 0), COALESCE(s.smtp_out, 0)
         FROM applied_host h JOIN domain d ON d.id = h.domain
         LEFT JOIN applied_mail_server s ON s.host = h.id
         WHERE h.name = ?1 AND d.name = ?2",
        values![name, domain],
        |row| Ok(Roles { imap: row.boolean(0)?, smtp_in: row.boolean(1)?, smtp_out: row.boolean(2)? }),
    )
}

/// The fields of a host as a change shows them.
pub(crate) fn values_of_host(tx: &mut Tx, id: HostId, is_applied: bool) -> Result<Option<Values>, DbError> {
    let statement = if is_applied {
        "SELECT name, fqdn, ipv4, ipv6, description FROM applied_host
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)"
    } else {
        "SELECT name, fqdn, ipv4, ipv6, description FROM host
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)"
    };
    tx.query_one(statement, values![id, tx.organisation()], |row| {
        let mut values = Values::new();
        for (column, field) in ["name", "fqdn", "ipv4", "ipv6", "description"].into_iter().enumerate() {
            values.push((field.to_owned(), row.optional_text(column)?.unwrap_or_default().to_owned()));
        }
        Ok(values)
    })
}

/// The fields of a mail server as a change shows them.
pub(crate) fn values_of_server(
    tx: &mut Tx,
    id: MailServerId,
    is_applied: bool,
) -> Result<Option<Values>, DbError> {
    let statement = if is_applied {
        "SELECT h.name, s.imap, s.smtp_in, s.smtp_out
         FROM applied_mail_server s JOIN applied_host h ON h.id = s.host
         WHERE s.id = ?1 AND s.organisation = COALESCE(?2, s.organisation)"
    } else {
        "SELECT h.name, s.imap, s.smtp_in, s.smtp_out
         FROM mail_server s JOIN host h ON h.id = s.host
         WHERE s.id = ?1 AND s.organisation = COALESCE(?2, s.organisation)"
    };
    tx.query_one(statement, values![id, tx.organisation()], |row| {
        let mut values = vec![("host".to_owned(), row.text(0)?.to_owned())];
        for (column, role) in ServerRole::ALL.into_iter().enumerate() {
            let word = if row.boolean(column + 1)? { "yes" } else { "no" };
            values.push((role.as_str().to_owned(), word.to_owned()));
        }
        Ok(values)
    })
}
