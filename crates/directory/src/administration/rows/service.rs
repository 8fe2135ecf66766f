//! Mail services.

use db::{DbError, Page, Row, Seek, Tx, in_order, values};
use model::{AccountId, DomainId, OrganisationId, ServiceId, Timestamp};

use super::count;
use crate::entities::ServiceInfo;
use crate::rows::{address_of, quota};

fn service_info(row: &Row, limit: Option<DomainId>) -> Result<ServiceInfo, DbError> {
    let administrator = match (row.optional_text(7)?, row.optional_text(8)?) {
        // An address of another domain does not exist for who is limited to one.
        _ if limit.is_some() && row.optional_integer(10)?.map(DomainId) != limit => None,
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
        is_in_maintenance: row.boolean(9)?,
    })
}

macro_rules! select_service {
    ($($rest:literal),+) => {
        concat!(
            "SELECT s.id, s.organisation, s.name, s.disabled, s.quota_bytes, s.created_at, s.administrator,
                    a.localpart, d.name, s.maintenance, d.id
             FROM service s
             LEFT JOIN account c ON c.id = s.administrator AND c.deleted_at IS NULL
             LEFT JOIN address a ON a.id = c.address
             LEFT JOIN domain d ON d.id = a.domain ",
            $($rest),+
        )
    };
}

/// Within the limit to one domain lies the mail service that receives for it.
macro_rules! within_limit {
    ($where:literal $(, $rest:literal)*) => {
        select_service!(
            $where,
            " AND (CAST(?3 AS BIGINT) IS NULL
                   OR EXISTS (SELECT 1 FROM domain l WHERE l.id = ?3 AND l.service = s.id))"
            $(, $rest)*
        )
    };
}

pub(in crate::administration) fn service(tx: &mut Tx, id: ServiceId) -> Result<Option<ServiceInfo>, DbError> {
    let limit = tx.domain();
    tx.query_one(
        within_limit!("WHERE s.id = ?1 AND s.organisation = COALESCE(?2, s.organisation)"),
        values![id, tx.organisation(), limit],
        |row| service_info(row, limit),
    )
}

pub(in crate::administration) fn services(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<Vec<ServiceInfo>, DbError> {
    let limit = tx.domain();
    tx.query(
        within_limit!(
            "WHERE s.organisation = COALESCE(?1, s.organisation) AND s.organisation = COALESCE(?2, s.organisation)",
            " ORDER BY s.organisation, s.name_key"
        ),
        values![organisation, tx.organisation(), limit],
        |row| service_info(row, limit),
    )
}

pub(in crate::administration) fn page_of_services(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    seek: &Seek,
) -> Result<Page<ServiceInfo>, DbError> {
    if tx.domain().is_some() {
        // There is one at most.
        let mut within = services(tx, organisation)?;
        within.retain(|one| one.id.0 > seek.after());
        return Ok(seek.page(within, |one| one.id.0));
    }
    let read = |row: &Row| service_info(row, None);
    tx.page(in_order!(select_service, "s"), organisation, seek, read, |one| one.id.0)
}

pub(in crate::administration) fn has_other_service(
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

pub(in crate::administration) fn insert_service(
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

pub(in crate::administration) fn rename_service(
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

pub(in crate::administration) fn disable_service(
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

pub(in crate::administration) fn service_quota(
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

pub(in crate::administration) fn service_administrator(
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

pub(in crate::administration) fn count_domains(
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

pub(in crate::administration) fn delete_service(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    crate::forgetting::rows::of_service(tx, id, organisation)?;
    // An address that was bound to it and to a server too would else stand for every letter that the server carries.
    tx.execute(
        "UPDATE ip_address SET service = NULL, server = NULL WHERE service = ?1 AND organisation = ?2",
        values![id, organisation],
    )?;
    tx.execute("DELETE FROM service WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}

pub(in crate::administration) fn maintain_service(
    tx: &mut Tx,
    id: ServiceId,
    organisation: OrganisationId,
    is_in_maintenance: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET maintenance = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, is_in_maintenance],
    )?;
    Ok(())
}
