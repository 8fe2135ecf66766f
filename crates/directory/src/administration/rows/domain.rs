//! Mail domains.

use db::{DbError, Page, Row, Seek, Tx, in_order, values};
use model::{Domain, DomainId, OrganisationId, ServiceId, Timestamp};

use super::count;
use crate::entities::DomainInfo;
use crate::linking::DomainPlace;

fn domain_info(row: &Row) -> Result<DomainInfo, DbError> {
    Ok(DomainInfo {
        id: DomainId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        service: ServiceId(row.integer(2)?),
        name: Domain::parse(row.text(3)?).map_err(|_| DbError::Column { column: 3, expected: "domain" })?,
        is_disabled: row.boolean(4)?,
        created_at: row.timestamp(5)?,
        addresses: count(row.integer(6)?),
        place: match (row.boolean(7)?, row.boolean(8)?) {
            (true, _) => DomainPlace::Linked,
            (false, true) => DomainPlace::Main,
            (false, false) => DomainPlace::Apart,
        },
        keeps_records: row.boolean(9)?,
    })
}

macro_rules! select_domain {
    ($($rest:literal),+) => {
        concat!(
            "SELECT d.id, d.organisation, d.service, d.name, d.disabled, d.created_at,
                    (SELECT count(*) FROM address a WHERE a.domain = d.id), d.linked,
                    CASE WHEN s.main_domain = d.id THEN 1 ELSE 0 END, d.keeps_records
             FROM domain d JOIN service s ON s.id = d.service ",
            $($rest),+
        )
    };
}

/// Within the limit to one domain lies that one, and what is linked to it.
macro_rules! within_limit {
    ($where:literal $(, $rest:literal)*) => {
        select_domain!(
            $where,
            " AND (CAST(?3 AS BIGINT) IS NULL OR d.id = ?3 OR (d.linked = 1 AND s.main_domain = ?3))"
            $(, $rest)*
        )
    };
}

pub(in crate::administration) fn domain(tx: &mut Tx, id: DomainId) -> Result<Option<DomainInfo>, DbError> {
    tx.query_one(
        within_limit!("WHERE d.id = ?1 AND d.organisation = COALESCE(?2, d.organisation)"),
        values![id, tx.organisation(), tx.domain()],
        domain_info,
    )
}

pub(in crate::administration) fn domain_called(
    tx: &mut Tx,
    name: &str,
) -> Result<Option<DomainInfo>, DbError> {
    tx.query_one(
        within_limit!("WHERE d.name = ?1 AND d.organisation = COALESCE(?2, d.organisation)"),
        values![name, tx.organisation(), tx.domain()],
        domain_info,
    )
}

/// Looks in the whole installation, because a domain is unique there; only yes or no leaves the scope.
pub(in crate::administration) fn is_domain_taken(tx: &mut Tx, name: &str) -> Result<bool, DbError> {
    let row = tx.query_one(
        "SELECT 1 FROM domain WHERE name = ?1 UNION ALL SELECT 1 FROM domain_synonym WHERE name = ?1",
        values![name],
        |row| row.integer(0),
    )?;
    Ok(row.is_some())
}

pub(in crate::administration) fn domains(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<Vec<DomainInfo>, DbError> {
    tx.query(
        within_limit!(
            "WHERE d.organisation = COALESCE(?1, d.organisation) AND d.organisation = COALESCE(?2, d.organisation)",
            " ORDER BY d.name"
        ),
        values![organisation, tx.organisation(), tx.domain()],
        domain_info,
    )
}

pub(in crate::administration) fn domains_in(
    tx: &mut Tx,
    service: ServiceId,
) -> Result<Vec<DomainInfo>, DbError> {
    tx.query(
        within_limit!(
            "WHERE d.service = ?1 AND d.organisation = COALESCE(?2, d.organisation)",
            " ORDER BY d.name"
        ),
        values![service, tx.organisation(), tx.domain()],
        domain_info,
    )
}

pub(in crate::administration) fn page_of_domains(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    seek: &Seek,
) -> Result<Page<DomainInfo>, DbError> {
    if tx.domain().is_some() {
        // They are few.
        let mut within = domains(tx, organisation)?;
        within.retain(|one| one.id.0 > seek.after());
        within.sort_by_key(|one| one.id.0);
        return Ok(seek.page(within, |one| one.id.0));
    }
    tx.page(in_order!(select_domain, "d"), organisation, seek, domain_info, |one| one.id.0)
}

pub(in crate::administration) fn domains_of(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<DomainId>, DbError> {
    tx.query("SELECT id FROM domain WHERE organisation = ?1", values![organisation], |row| {
        Ok(DomainId(row.integer(0)?))
    })
}

pub(in crate::administration) fn insert_domain(
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

pub(in crate::administration) fn move_domain(
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
    tx.execute(
        "UPDATE deleted_address SET service = ?3 WHERE domain = ?1 AND organisation = ?2",
        values![id, organisation, service],
    )?;
    Ok(())
}

pub(in crate::administration) fn disable_domain(
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

/// Deletes what a domain has in one of the two tables of addresses; their accounts stay, marked.
macro_rules! empty_domain {
    ($tx:ident, $id:ident, $organisation:ident, $at:ident, $addresses:literal) => {
        $tx.execute(
            concat!(
                "DELETE FROM known_source WHERE subject IN
                     (SELECT 'login ' || a.localpart_key || '@' || d.name FROM ",
                $addresses,
                " a
                      JOIN domain d ON d.id = a.domain WHERE a.domain = ?1 AND a.organisation = ?2)"
            ),
            values![$id, $organisation],
        )?;
        $tx.execute(
            concat!(
                "DELETE FROM credential WHERE organisation = ?2 AND account IN (SELECT account FROM ",
                $addresses,
                " WHERE domain = ?1 AND organisation = ?2 AND account IS NOT NULL)"
            ),
            values![$id, $organisation],
        )?;
        $tx.execute(
            concat!(
                "UPDATE account SET deleted_at = ?3 WHERE organisation = ?2 AND id IN (SELECT account FROM ",
                $addresses,
                " WHERE domain = ?1 AND organisation = ?2 AND account IS NOT NULL)"
            ),
            values![$id, $organisation, $at],
        )?;
        $tx.execute(
            concat!(
                "DELETE FROM alias_target WHERE organisation = ?2 AND address IN (SELECT id FROM ",
                $addresses,
                " WHERE domain = ?1 AND organisation = ?2)"
            ),
            values![$id, $organisation],
        )?;
        $tx.execute(
            concat!(
                "DELETE FROM forward_target WHERE organisation = ?2 AND address IN (SELECT id FROM ",
                $addresses,
                " WHERE domain = ?1 AND organisation = ?2)"
            ),
            values![$id, $organisation],
        )?;
        $tx.execute(
            concat!("DELETE FROM ", $addresses, " WHERE domain = ?1 AND organisation = ?2"),
            values![$id, $organisation],
        )?;
    };
}

/// The domain with its addresses, also those that could be restored; their accounts stay, marked.
pub(in crate::administration) fn delete_domain(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: DomainId,
    at: Timestamp,
) -> Result<(), DbError> {
    empty_domain!(tx, id, organisation, at, "address");
    empty_domain!(tx, id, organisation, at, "deleted_address");
    tx.execute("DELETE FROM domain WHERE id = ?1 AND organisation = ?2", values![id, organisation])?;
    Ok(())
}
