//! What administration reads and writes. Every statement carries the organisation: the scope's own, or
//! within an operator's scope the one of the row that was read before.

use db::{DbError, Row, Tx, values};
use model::{
    AccountId, AddressId, CredentialId, Domain, DomainId, OrganisationId, ServiceId, Timestamp, UserId,
};

use crate::entities::{
    AddressInfo, AddressKind, Ban, DevicePasswordInfo, DomainInfo, OrganisationInfo, Protocols, Role,
    ServiceInfo, UserInfo,
};
use crate::limits;
use crate::login::NewHash;
use crate::rows::{address_of, quota};

/// The scope's organisation, for `organisation = COALESCE(?, organisation)`.
fn scope(tx: &Tx) -> Option<i64> {
    tx.organisation().map(|id| id.0)
}

fn count(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

// Organisations

fn organisation_info(row: &Row) -> Result<OrganisationInfo, DbError> {
    Ok(OrganisationInfo {
        id: OrganisationId(row.integer(0)?),
        name: row.text(1)?.to_owned(),
        is_disabled: row.boolean(2)?,
        created_at: row.timestamp(3)?,
        domains: count(row.integer(4)?),
        addresses: count(row.integer(5)?),
    })
}

pub(super) fn organisation(tx: &mut Tx, id: OrganisationId) -> Result<Option<OrganisationInfo>, DbError> {
    tx.query_one(
        "SELECT o.id, o.name, o.disabled, o.created_at,
                (SELECT count(*) FROM domain d WHERE d.organisation = o.id),
                (SELECT count(*) FROM address a WHERE a.organisation = o.id)
         FROM organisation o WHERE o.id = ?1 AND o.id = COALESCE(?2, o.id) AND o.deleted_at IS NULL",
        values![id, scope(tx)],
        organisation_info,
    )
}

pub(super) fn organisations(tx: &mut Tx) -> Result<Vec<OrganisationInfo>, DbError> {
    tx.query(
        "SELECT o.id, o.name, o.disabled, o.created_at,
                (SELECT count(*) FROM domain d WHERE d.organisation = o.id),
                (SELECT count(*) FROM address a WHERE a.organisation = o.id)
         FROM organisation o WHERE o.id = COALESCE(?1, o.id) AND o.deleted_at IS NULL ORDER BY o.name_key",
        values![scope(tx)],
        organisation_info,
    )
}

/// Looks in the whole installation, because names are unique there; the caller shows only what the scope
/// holds.
pub(super) fn organisation_by_name(tx: &mut Tx, key: &str) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one("SELECT id FROM organisation WHERE name_key = ?1", values![key], |row| {
        Ok(OrganisationId(row.integer(0)?))
    })
}

pub(super) fn insert_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    name: &str,
    key: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO organisation (id, name, name_key, disabled, created_at) VALUES (?1, ?2, ?3, 0, ?4)",
        values![id, name, key, at],
    )?;
    Ok(())
}

pub(super) fn rename_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    name: &str,
    key: &str,
) -> Result<(), DbError> {
    tx.execute("UPDATE organisation SET name = ?2, name_key = ?3 WHERE id = ?1", values![id, name, key])?;
    Ok(())
}

pub(super) fn disable_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute("UPDATE organisation SET disabled = ?2 WHERE id = ?1", values![id, is_disabled])?;
    Ok(())
}

/// Everything but the domains, which go before; the row stays, without the name's key.
pub(super) fn delete_organisation(tx: &mut Tx, id: OrganisationId, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM known_source WHERE subject IN
             (SELECT 'login user ' || login FROM person WHERE organisation = ?1)",
        values![id],
    )?;
    tx.execute("DELETE FROM person WHERE organisation = ?1", values![id])?;
    tx.execute("DELETE FROM service WHERE organisation = ?1", values![id])?;
    tx.execute(
        "UPDATE organisation SET name_key = NULL, disabled = 1, deleted_at = ?2 WHERE id = ?1",
        values![id, at],
    )?;
    Ok(())
}

// Mail services

fn service_info(row: &Row) -> Result<ServiceInfo, DbError> {
    let administrator = match (row.optional_text(7)?, row.optional_text(8)?) {
        (Some(localpart), Some(domain)) => Some(address_of(localpart, domain)?),
        _ => None,
    };
    Ok(ServiceInfo {
        id: ServiceId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        name: row.text(2)?.to_owned(),
        is_disabled: row.boolean(3)?,
        quota_bytes: quota(row.optional_integer(4)?),
        created_at: row.timestamp(5)?,
        administrator,
    })
}

pub(super) fn service(tx: &mut Tx, id: ServiceId) -> Result<Option<ServiceInfo>, DbError> {
    tx.query_one(
        "SELECT s.id, s.organisation, s.name, s.disabled, s.quota_bytes, s.created_at, s.administrator,
                a.localpart, d.name
         FROM service s
         LEFT JOIN account c ON c.id = s.administrator AND c.deleted_at IS NULL
         LEFT JOIN address a ON a.id = c.address
         LEFT JOIN domain d ON d.id = a.domain
         WHERE s.id = ?1 AND s.organisation = COALESCE(?2, s.organisation)",
        values![id, scope(tx)],
        service_info,
    )
}

pub(super) fn services(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<Vec<ServiceInfo>, DbError> {
    tx.query(
        "SELECT s.id, s.organisation, s.name, s.disabled, s.quota_bytes, s.created_at, s.administrator,
                a.localpart, d.name
         FROM service s
         LEFT JOIN account c ON c.id = s.administrator AND c.deleted_at IS NULL
         LEFT JOIN address a ON a.id = c.address
         LEFT JOIN domain d ON d.id = a.domain
         WHERE s.organisation = COALESCE(?1, s.organisation) AND s.organisation = COALESCE(?2, s.organisation)
         ORDER BY s.organisation, s.name_key",
        values![organisation, scope(tx)],
        service_info,
    )
}

pub(super) fn has_other_service(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &str,
    id: ServiceId,
) -> Result<bool, DbError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM service WHERE organisation = ?1 AND name_key = ?2 AND id <> ?3",
            values![organisation, key, id],
            |row| row.integer(0),
        )?
        .is_some())
}

pub(super) fn insert_service(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
    name: &str,
    key: &str,
    quota_bytes: Option<i64>,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO service (id, organisation, name, name_key, disabled, quota_bytes, created_at)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
        values![id, organisation, name, key, quota_bytes, at],
    )?;
    Ok(())
}

pub(super) fn rename_service(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
    name: &str,
    key: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET name = ?3, name_key = ?4 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, name, key],
    )?;
    Ok(())
}

pub(super) fn disable_service(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET disabled = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, is_disabled],
    )?;
    Ok(())
}

pub(super) fn service_quota(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
    quota_bytes: Option<i64>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET quota_bytes = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, quota_bytes],
    )?;
    Ok(())
}

pub(super) fn service_administrator(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
    account: Option<AccountId>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET administrator = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, account],
    )?;
    Ok(())
}

pub(super) fn count_domains(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    let domains = tx.query_one(
        "SELECT count(*) FROM domain WHERE service = ?1 AND organisation = ?2",
        values![id, organisation],
        |row| row.integer(0),
    )?;
    Ok(count(domains.unwrap_or(0)))
}

pub(super) fn delete_service(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    tx.execute("DELETE FROM service WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

// Domains

fn domain_info(row: &Row) -> Result<DomainInfo, DbError> {
    Ok(DomainInfo {
        id: DomainId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        name: Domain::parse(row.text(3)?).map_err(|_| DbError::Column { column: 3, expected: "domain" })?,
        is_disabled: row.boolean(4)?,
        created_at: row.timestamp(5)?,
        addresses: count(row.integer(6)?),
    })
}

pub(super) fn domain(tx: &mut Tx, id: DomainId) -> Result<Option<DomainInfo>, DbError> {
    tx.query_one(
        "SELECT d.id, d.organisation, d.service, d.name, d.disabled, d.created_at,
                (SELECT count(*) FROM address a WHERE a.domain = d.id)
         FROM domain d WHERE d.id = ?1 AND d.organisation = COALESCE(?2, d.organisation)",
        values![id, scope(tx)],
        domain_info,
    )
}

pub(super) fn domain_called(tx: &mut Tx, name: &str) -> Result<Option<DomainInfo>, DbError> {
    tx.query_one(
        "SELECT d.id, d.organisation, d.service, d.name, d.disabled, d.created_at,
                (SELECT count(*) FROM address a WHERE a.domain = d.id)
         FROM domain d WHERE d.name = ?1 AND d.organisation = COALESCE(?2, d.organisation)",
        values![name, scope(tx)],
        domain_info,
    )
}

/// Looks in the whole installation, because a domain is unique there; only yes or no leaves the scope.
pub(super) fn is_domain_taken(tx: &mut Tx, name: &str) -> Result<bool, DbError> {
    let row = tx.query_one(
        "SELECT 1 FROM domain WHERE name = ?1 UNION ALL SELECT 1 FROM domain_synonym WHERE name = ?1",
        values![name],
        |row| row.integer(0),
    )?;
    Ok(row.is_some())
}

pub(super) fn domains(tx: &mut Tx, organisation: Option<OrganisationId>) -> Result<Vec<DomainInfo>, DbError> {
    tx.query(
        "SELECT d.id, d.organisation, d.service, d.name, d.disabled, d.created_at,
                (SELECT count(*) FROM address a WHERE a.domain = d.id)
         FROM domain d
         WHERE d.organisation = COALESCE(?1, d.organisation) AND d.organisation = COALESCE(?2, d.organisation)
         ORDER BY d.name",
        values![organisation, scope(tx)],
        domain_info,
    )
}

pub(super) fn domains_of(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<DomainId>, DbError> {
    tx.query("SELECT id FROM domain WHERE organisation = ?1", values![organisation], |row| {
        Ok(DomainId(row.integer(0)?))
    })
}

pub(super) fn insert_domain(
    tx: &mut Tx,
    id: DomainId,
    organisation: OrganisationId,
    service: ServiceId,
    name: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO domain (id, organisation, service, name, disabled, created_at) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
        values![id, organisation, service, name, at],
    )?;
    Ok(())
}

pub(super) fn move_domain(
    tx: &mut Tx,
    id: DomainId,
    organisation: OrganisationId,
    service: ServiceId,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE domain SET service = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, service],
    )?;
    tx.execute(
        "UPDATE address SET service = ?3 WHERE domain = ?1 AND organisation = ?2",
        values![id, organisation, service],
    )?;
    Ok(())
}

pub(super) fn disable_domain(
    tx: &mut Tx,
    id: DomainId,
    organisation: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE domain SET disabled = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, is_disabled],
    )?;
    Ok(())
}

/// The domain with its addresses; their accounts stay, marked.
pub(super) fn delete_domain(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: DomainId,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM known_source WHERE subject IN
             (SELECT 'login ' || a.localpart_key || '@' || d.name
              FROM address a JOIN domain d ON d.id = a.domain WHERE a.domain = ?1 AND a.organisation = ?2)",
        values![id, organisation],
    )?;
    tx.execute(
        "DELETE FROM credential WHERE organisation = ?2 AND account IN
             (SELECT account FROM address WHERE domain = ?1 AND organisation = ?2 AND account IS NOT NULL)",
        values![id, organisation],
    )?;
    tx.execute(
        "UPDATE account SET deleted_at = ?3 WHERE organisation = ?2 AND id IN
             (SELECT account FROM address WHERE domain = ?1 AND organisation = ?2 AND account IS NOT NULL)",
        values![id, organisation, at],
    )?;
    tx.execute(
        "DELETE FROM alias_target WHERE organisation = ?2 AND address IN
             (SELECT id FROM address WHERE domain = ?1 AND organisation = ?2)",
        values![id, organisation],
    )?;
    tx.execute("DELETE FROM address WHERE domain = ?1 AND organisation = ?2", values![id, organisation])?;
    tx.execute("DELETE FROM domain WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

// Addresses

/// An address before its targets are read.
struct Bare {
    info: AddressInfo,
    is_alias: bool,
}

fn bare(row: &Row) -> Result<Bare, DbError> {
    let account = row.optional_integer(8)?.map(AccountId);
    let kind = match account {
        Some(account) => AddressKind::Mailbox {
            account,
            own_quota_bytes: quota(row.optional_integer(9)?),
            quota_bytes: quota(row.optional_integer(10)?),
            passwords: count(row.integer(11)?),
        },
        None => AddressKind::Alias { targets: Vec::new() },
    };
    let info = AddressInfo {
        id: AddressId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        domain: DomainId(row.integer(3)?),
        address: address_of(row.text(4)?, row.text(5)?)?,
        kind,
        is_disabled: row.boolean(6)?,
        created_at: row.timestamp(7)?,
    };
    Ok(Bare { info, is_alias: account.is_none() })
}

fn with_targets(tx: &mut Tx, bare: Bare) -> Result<AddressInfo, DbError> {
    let mut info = bare.info;
    if bare.is_alias {
        let targets = crate::rows::alias_targets(tx, info.organisation, info.id.0)?;
        info.kind = AddressKind::Alias { targets };
    }
    Ok(info)
}

macro_rules! select_address {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.organisation, a.service, a.domain, a.localpart, d.name, a.disabled, a.created_at,
                    a.account, c.quota_bytes, COALESCE(c.quota_bytes, s.quota_bytes),
                    (SELECT count(*) FROM credential k WHERE k.account = a.account)
             FROM address a
             JOIN domain d ON d.id = a.domain
             JOIN service s ON s.id = a.service
             LEFT JOIN account c ON c.id = a.account ",
            $rest
        )
    };
}

pub(super) fn address(tx: &mut Tx, id: AddressId) -> Result<Option<AddressInfo>, DbError> {
    let found = tx.query_one(
        select_address!("WHERE a.id = ?1 AND a.organisation = COALESCE(?2, a.organisation)"),
        values![id, scope(tx)],
        bare,
    )?;
    found.map(|bare| with_targets(tx, bare)).transpose()
}

pub(super) fn address_called(tx: &mut Tx, domain: &str, key: &str) -> Result<Option<AddressInfo>, DbError> {
    let id = tx.query_one(
        "SELECT a.id FROM domain d JOIN address a ON a.domain = d.id AND a.localpart_key = ?2
         WHERE d.name = ?1 AND a.organisation = COALESCE(?3, a.organisation)",
        values![domain, key, scope(tx)],
        |row| Ok(AddressId(row.integer(0)?)),
    )?;
    match id {
        Some(id) => address(tx, id),
        None => Ok(None),
    }
}

/// One statement for each scope, so that each reads its own rows by an index.
pub(super) fn addresses(tx: &mut Tx, domain: Option<DomainId>) -> Result<Vec<AddressInfo>, DbError> {
    let found = match (domain, tx.organisation()) {
        (Some(domain), _) => tx.query(
            select_address!(
                "WHERE a.domain = ?1 AND a.organisation = COALESCE(?2, a.organisation)
                 ORDER BY d.name, a.localpart_key"
            ),
            values![domain, scope(tx)],
            bare,
        )?,
        (None, Some(organisation)) => tx.query(
            select_address!("WHERE a.organisation = ?1 ORDER BY d.name, a.localpart_key"),
            values![organisation],
            bare,
        )?,
        (None, None) => tx.query(select_address!("ORDER BY d.name, a.localpart_key"), &[], bare)?,
    };
    found.into_iter().map(|bare| with_targets(tx, bare)).collect()
}

pub(super) fn is_address_taken(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    key: &str,
) -> Result<bool, DbError> {
    Ok(tx
        .query_one(
            "SELECT 1 FROM address WHERE domain = ?1 AND localpart_key = ?2 AND organisation = ?3",
            values![domain, key, organisation],
            |row| row.integer(0),
        )?
        .is_some())
}

pub(super) fn insert_address(
    tx: &mut Tx,
    id: AddressId,
    domain: &DomainInfo,
    localpart: &str,
    key: &str,
    account: Option<AccountId>,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO address
             (id, organisation, service, domain, localpart, localpart_key, account, disabled, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
        values![id, domain.organisation, domain.service, domain.id, localpart, key, account, at],
    )?;
    Ok(())
}

pub(super) fn insert_account(
    tx: &mut Tx,
    id: AccountId,
    organisation: OrganisationId,
    address: AddressId,
    quota_bytes: Option<i64>,
    salt: &[u8],
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO account (id, organisation, address, quota_bytes, scram_salt, scram_iterations, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values![id, organisation, address, quota_bytes, salt, limits::SCRAM_ITERATIONS, at],
    )?;
    Ok(())
}

pub(super) fn replace_targets(
    tx: &mut Tx,
    address: AddressId,
    organisation: OrganisationId,
    targets: &[String],
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM alias_target WHERE address = ?1 AND organisation = ?2",
        values![address, organisation],
    )?;
    for (position, target) in targets.iter().enumerate() {
        tx.execute(
            "INSERT INTO alias_target (address, position, organisation, target) VALUES (?1, ?2, ?3, ?4)",
            values![address, position as i64, organisation, target.as_str()],
        )?;
    }
    Ok(())
}

pub(super) fn disable_address(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE address SET disabled = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, is_disabled],
    )?;
    Ok(())
}

pub(super) fn account_quota(
    tx: &mut Tx,
    id: AccountId,
    organisation: OrganisationId,
    quota_bytes: Option<i64>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET quota_bytes = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, quota_bytes],
    )?;
    Ok(())
}

/// The address with its passwords; a mailbox's account stays, marked.
pub(super) fn delete_address(
    tx: &mut Tx,
    address: &AddressInfo,
    key: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    let organisation = address.organisation;
    match address.kind {
        AddressKind::Mailbox { account, .. } => {
            tx.execute(
                "DELETE FROM credential WHERE account = ?1 AND organisation = ?2",
                values![account, organisation],
            )?;
            tx.execute(
                "UPDATE account SET deleted_at = ?3 WHERE id = ?1 AND organisation = ?2",
                values![account, organisation, at],
            )?;
            let subject = format!("login {key}");
            tx.execute("DELETE FROM known_source WHERE subject = ?1", values![subject.as_str()])?;
        }
        AddressKind::Alias { .. } => replace_targets(tx, address.id, organisation, &[])?,
    }
    tx.execute("DELETE FROM address WHERE id = ?1 AND organisation = ?2", values![address.id, organisation])?;
    Ok(())
}

// Passwords

pub(super) fn scram_parameters(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<Option<(Vec<u8>, u32)>, DbError> {
    tx.query_one(
        "SELECT scram_salt, scram_iterations FROM account
         WHERE id = ?1 AND organisation = ?2 AND deleted_at IS NULL",
        values![account, organisation],
        |row| {
            let iterations = u32::try_from(row.integer(1)?).unwrap_or(limits::SCRAM_ITERATIONS);
            Ok((row.bytes(0)?.to_vec(), iterations))
        },
    )
}

fn password_info(row: &Row) -> Result<DevicePasswordInfo, DbError> {
    Ok(DevicePasswordInfo {
        id: CredentialId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        account: AccountId(row.integer(2)?),
        label: row.text(3)?.to_owned(),
        selector: row.optional_text(4)?.map(str::to_owned),
        protocols: Protocols::from_bits(row.integer(5)?),
        is_disabled: row.boolean(6)?,
        created_at: row.timestamp(7)?,
        last_used_at: row.optional_timestamp(8)?,
    })
}

pub(super) fn password(tx: &mut Tx, id: CredentialId) -> Result<Option<DevicePasswordInfo>, DbError> {
    tx.query_one(
        "SELECT id, organisation, account, label, selector, protocols, disabled, created_at, last_used_at
         FROM credential WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, scope(tx)],
        password_info,
    )
}

pub(super) fn passwords(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<Vec<DevicePasswordInfo>, DbError> {
    tx.query(
        "SELECT id, organisation, account, label, selector, protocols, disabled, created_at, last_used_at
         FROM credential WHERE account = ?1 AND organisation = ?2 ORDER BY id",
        values![account, organisation],
        password_info,
    )
}

pub(super) struct NewCredential<'a> {
    pub(super) id: CredentialId,
    pub(super) account: AccountId,
    pub(super) organisation: OrganisationId,
    pub(super) label: &'a str,
    pub(super) selector: Option<&'a str>,
    pub(super) protocols: Protocols,
    pub(super) hash: &'a NewHash,
    pub(super) at: Timestamp,
}

pub(super) fn insert_password(tx: &mut Tx, new: &NewCredential) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO credential
             (account, id, organisation, label, selector, protocols, argon2, scram_stored_key, scram_server_key,
              version, disabled, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 0, ?10)",
        values![
            new.account,
            new.id,
            new.organisation,
            new.label,
            new.selector,
            new.protocols.bits(),
            new.hash.argon2.as_str(),
            &new.hash.scram_stored_key,
            &new.hash.scram_server_key,
            new.at,
        ],
    )?;
    Ok(())
}

pub(super) fn disable_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    id: CredentialId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE credential SET disabled = ?4 WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account, id, organisation, is_disabled],
    )?;
    Ok(())
}

pub(super) fn describe_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    id: CredentialId,
    label: &str,
    protocols: Protocols,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE credential SET label = ?4, protocols = ?5 WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account, id, organisation, label, protocols.bits()],
    )?;
    Ok(())
}

pub(super) fn delete_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    id: CredentialId,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM credential WHERE account = ?1 AND id = ?2 AND organisation = ?3",
        values![account, id, organisation],
    )?;
    Ok(())
}

// Users

fn user_info(row: &Row) -> Result<UserInfo, DbError> {
    Ok(UserInfo {
        id: UserId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        login: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        role: row.text(4)?.parse().map_err(|_| DbError::Column { column: 4, expected: "role" })?,
        is_disabled: row.boolean(5)?,
        created_at: row.timestamp(6)?,
        last_used_at: row.optional_timestamp(7)?,
    })
}

pub(super) fn user(tx: &mut Tx, id: UserId) -> Result<Option<UserInfo>, DbError> {
    tx.query_one(
        "SELECT id, organisation, login, name, role, disabled, created_at, last_used_at FROM person
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, scope(tx)],
        user_info,
    )
}

/// Whether somebody administers the whole installation.
pub(super) fn is_operator_staff(tx: &mut Tx, id: UserId) -> Result<bool, DbError> {
    let found =
        tx.query_one("SELECT 1 FROM operator_staff WHERE person = ?1", values![id], |row| row.integer(0))?;
    Ok(found.is_some())
}

pub(super) fn user_called(tx: &mut Tx, login: &str) -> Result<Option<UserInfo>, DbError> {
    tx.query_one(
        "SELECT id, organisation, login, name, role, disabled, created_at, last_used_at FROM person
         WHERE login = ?1 AND organisation = COALESCE(?2, organisation)",
        values![login, scope(tx)],
        user_info,
    )
}

pub(super) fn users(tx: &mut Tx, organisation: Option<OrganisationId>) -> Result<Vec<UserInfo>, DbError> {
    tx.query(
        "SELECT id, organisation, login, name, role, disabled, created_at, last_used_at FROM person
         WHERE organisation = COALESCE(?1, organisation) AND organisation = COALESCE(?2, organisation)
         ORDER BY login",
        values![organisation, scope(tx)],
        user_info,
    )
}

/// Looks in the whole installation, because a login is unique there; only yes or no leaves the scope.
pub(super) fn is_login_taken(tx: &mut Tx, login: &str) -> Result<bool, DbError> {
    let row = tx.query_one("SELECT 1 FROM person WHERE login = ?1", values![login], |row| row.integer(0))?;
    Ok(row.is_some())
}

pub(super) struct NewPerson<'a> {
    pub(super) id: UserId,
    pub(super) organisation: OrganisationId,
    pub(super) login: &'a str,
    pub(super) name: &'a str,
    pub(super) role: Role,
    pub(super) argon2: &'a str,
    pub(super) at: Timestamp,
}

pub(super) fn insert_user(tx: &mut Tx, new: &NewPerson) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO person (id, organisation, login, name, role, argon2, version, disabled, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 0, ?7)",
        values![new.id, new.organisation, new.login, new.name, new.role.as_str(), new.argon2, new.at],
    )?;
    Ok(())
}

pub(super) fn rename_user(
    tx: &mut Tx,
    id: UserId,
    organisation: OrganisationId,
    name: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET name = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, name],
    )?;
    Ok(())
}

pub(super) fn user_role(
    tx: &mut Tx,
    id: UserId,
    organisation: OrganisationId,
    role: Role,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET role = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, role.as_str()],
    )?;
    Ok(())
}

pub(super) fn user_password(
    tx: &mut Tx,
    id: UserId,
    organisation: OrganisationId,
    argon2: &str,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET argon2 = ?3, version = version + 1 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, argon2],
    )?;
    Ok(())
}

pub(super) fn disable_user(
    tx: &mut Tx,
    id: UserId,
    organisation: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET disabled = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, is_disabled],
    )?;
    Ok(())
}

/// How many legal owners of an organisation can sign in.
pub(super) fn count_owners(tx: &mut Tx, organisation: OrganisationId) -> Result<u64, DbError> {
    let owners = tx.query_one(
        "SELECT count(*) FROM person WHERE organisation = ?1 AND role = ?2 AND disabled = 0",
        values![organisation, Role::LegalOwner.as_str()],
        |row| row.integer(0),
    )?;
    Ok(count(owners.unwrap_or(0)))
}

pub(super) fn delete_user(
    tx: &mut Tx,
    id: UserId,
    organisation: OrganisationId,
    login: &str,
) -> Result<(), DbError> {
    let subject = format!("login user {login}");
    tx.execute("DELETE FROM known_source WHERE subject = ?1", values![subject.as_str()])?;
    tx.execute("DELETE FROM person WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

// Bans

pub(super) fn bans(tx: &mut Tx, now: Timestamp) -> Result<Vec<Ban>, DbError> {
    tx.query(
        "SELECT subject, banned_at, until, strikes, reason FROM ban WHERE until > ?1
         ORDER BY until DESC, subject LIMIT ?2",
        values![now, limits::BANS_LIMIT as i64],
        |row| {
            Ok(Ban {
                subject: row.text(0)?.to_owned(),
                from: row.timestamp(1)?,
                until: row.timestamp(2)?,
                strikes: u32::try_from(row.integer(3)?).unwrap_or(u32::MAX),
                reason: row.text(4)?.to_owned(),
            })
        },
    )
}

pub(super) fn delete_ban(tx: &mut Tx, subject: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM ban WHERE subject = ?1", values![subject])
}
