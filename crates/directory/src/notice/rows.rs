//! Rows of letters that are still to be posted.

use db::{DbError, Tx, values};
use model::{OrganisationId, Timestamp, UserId};

use super::Notice;

pub(super) fn insert(
    tx: &mut Tx,
    id: i64,
    person: UserId,
    kind: &str,
    detail: &str,
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    // The person as it is now: a letter about an account that is deleted in the same act has its address too.
    tx.execute(
        "INSERT INTO person_notice (id, organisation, person, login, name, language, kind, detail, who, at)
         SELECT ?1, p.organisation, p.id, p.login, p.name, p.language, ?3, ?4, ?5, ?6 FROM person p WHERE p.id = ?2",
        values![id, person, kind, detail, who, at],
    )?;
    Ok(())
}

/// For nobody's account but whoever reads the mailbox.
pub(super) fn insert_for_mailbox(
    tx: &mut Tx,
    id: i64,
    (organisation, address): (OrganisationId, &str),
    (kind, detail): (&str, &str),
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO person_notice (id, organisation, person, login, name, language, kind, detail, who, at)
         VALUES (?1, ?2, 0, ?3, ?3,
                 (SELECT p.language FROM membership m JOIN person p ON p.id = m.person
                  WHERE m.organisation = ?2 AND m.role = 'legal-owner' AND p.language IS NOT NULL
                  ORDER BY p.id LIMIT 1), ?4, ?5, ?6, ?7)",
        values![id, organisation, address, kind, detail, who, at],
    )?;
    Ok(())
}

pub(super) fn waiting(tx: &mut Tx, limit: usize) -> Result<Vec<Notice>, DbError> {
    tx.query(
        "SELECT n.id, n.organisation, n.login, n.name, n.language, n.kind, n.detail, n.who, n.at
         FROM person_notice n ORDER BY n.id LIMIT ?1",
        values![limit as i64],
        |row| {
            Ok(Notice {
                id: row.integer(0)?,
                organisation: OrganisationId(row.integer(1)?),
                login: row.text(2)?.to_owned(),
                name: row.text(3)?.to_owned(),
                language: row.optional_text(4)?.map(ToOwned::to_owned),
                kind: row.text(5)?.to_owned(),
                detail: row.text(6)?.to_owned(),
                who: row.text(7)?.to_owned(),
                at: row.timestamp(8)?,
            })
        },
    )
}

pub(super) fn posted(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM person_notice WHERE id = ?1", values![id])? > 0)
}

pub(super) fn organisation_name(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Option<String>, DbError> {
    tx.query_one("SELECT name FROM organisation WHERE id = ?1", values![organisation], |row| {
        Ok(row.text(0)?.to_owned())
    })
}
