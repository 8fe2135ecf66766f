//! Organisations.

use db::{DbError, List, Page, Row, Seek, Tx, values};
use model::{OrganisationId, Timestamp};

use super::count;
use crate::entities::OrganisationInfo;

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

macro_rules! select_organisation {
    ($($rest:literal),+) => {
        concat!(
            "SELECT o.id, o.name, o.disabled, o.created_at,
                    (SELECT count(*) FROM domain d WHERE d.organisation = o.id),
                    (SELECT count(*) FROM address a WHERE a.organisation = o.id)
             FROM organisation o ",
            $($rest),+
        )
    };
}

pub(in crate::administration) fn organisation(
    tx: &mut Tx,
    id: OrganisationId,
) -> Result<Option<OrganisationInfo>, DbError> {
    tx.query_one(
        select_organisation!("WHERE o.id = ?1 AND o.id = COALESCE(?2, o.id) AND o.deleted_at IS NULL"),
        values![id, tx.organisation()],
        organisation_info,
    )
}

pub(in crate::administration) fn organisations(tx: &mut Tx) -> Result<Vec<OrganisationInfo>, DbError> {
    tx.query(
        select_organisation!("WHERE o.id = COALESCE(?1, o.id) AND o.deleted_at IS NULL ORDER BY o.name_key"),
        values![tx.organisation()],
        organisation_info,
    )
}

pub(in crate::administration) fn page_of_organisations(
    tx: &mut Tx,
    seek: &Seek,
) -> Result<Page<OrganisationInfo>, DbError> {
    const LIST: List = List {
        of_one: select_organisation!(
            "WHERE o.id = ?1 AND o.id > ?2 AND o.deleted_at IS NULL ORDER BY o.id LIMIT ?3"
        ),
        of_all: select_organisation!("WHERE o.id > ?1 AND o.deleted_at IS NULL ORDER BY o.id LIMIT ?2"),
    };
    tx.page(LIST, None, seek, organisation_info, |one| one.id.0)
}

/// Looks in the whole installation, because names are unique there; the caller shows only what the scope
/// holds.
pub(in crate::administration) fn organisation_by_name(
    tx: &mut Tx,
    key: &str,
) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one("SELECT id FROM organisation WHERE name_key = ?1", values![key], |row| {
        Ok(OrganisationId(row.integer(0)?))
    })
}

pub(in crate::administration) fn insert_organisation(
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

pub(in crate::administration) fn rename_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    name: &str,
    key: &str,
) -> Result<(), DbError> {
    tx.execute("UPDATE organisation SET name = ?2, name_key = ?3 WHERE id = ?1", values![id, name, key])?;
    Ok(())
}

pub(in crate::administration) fn disable_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    is_disabled: bool,
) -> Result<(), DbError> {
    tx.execute("UPDATE organisation SET disabled = ?2 WHERE id = ?1", values![id, is_disabled])?;
    Ok(())
}

/// Everything but the domains, which go before; the row stays, without the name's key.
pub(in crate::administration) fn delete_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    at: Timestamp,
) -> Result<(), DbError> {
    crate::forgetting::rows::of_organisation(tx, id)?;
    // Whoever belongs to others too stays there; everybody else goes.
    crate::membership::rows::delete_organisation(tx, id)?;
    tx.execute(
        "INSERT INTO past_login (login, ended_at) SELECT p.login, ?2 FROM person p WHERE p.organisation = ?1
             AND NOT EXISTS (SELECT 1 FROM person r WHERE r.login = p.login AND r.organisation = 0)
         ON CONFLICT (login) DO UPDATE SET ended_at = excluded.ended_at",
        values![id, at],
    )?;
    for statement in [
        "DELETE FROM known_source WHERE subject IN
             (SELECT 'login user ' || login FROM person WHERE organisation = ?1)",
        "DELETE FROM operator_staff WHERE person IN (SELECT id FROM person WHERE organisation = ?1)",
        "DELETE FROM factor WHERE person IN (SELECT id FROM person WHERE organisation = ?1)",
        "DELETE FROM recovery_code WHERE person IN (SELECT id FROM person WHERE organisation = ?1)",
        "DELETE FROM person_contact WHERE person IN (SELECT id FROM person WHERE organisation = ?1)",
        "DELETE FROM person WHERE organisation = ?1",
    ] {
        tx.execute(statement, values![id])?;
    }
    tx.execute("DELETE FROM service WHERE organisation = ?1", values![id])?;
    tx.execute(
        "UPDATE organisation SET name_key = NULL, disabled = 1, deleted_at = ?2 WHERE id = ?1",
        values![id, at],
    )?;
    Ok(())
}
