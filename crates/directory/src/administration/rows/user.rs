//! The people who administer.

use db::{DbError, List, Page, Row, Seek, Tx, values};
use model::{DomainId, OrganisationId, Timestamp, UserId};

use super::count;
use crate::entities::UserInfo;
use crate::{membership, recipient};

fn user_info(row: &Row) -> Result<UserInfo, DbError> {
    let (organisation, home) = (OrganisationId(row.integer(1)?), OrganisationId(row.integer(11)?));
    Ok(UserInfo {
        id: UserId(row.integer(0)?),
        organisation,
        login: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        role: row.text(4)?.parse().map_err(|_| DbError::Column { column: 4, expected: "role" })?,
        is_disabled: row.boolean(5)?,
        created_at: row.timestamp(6)?,
        last_used_at: row.optional_timestamp(7)?,
        language: row.optional_text(8)?.map(ToOwned::to_owned),
        phone: row.optional_text(9)?.map(ToOwned::to_owned),
        domain: row.optional_integer(10)?.map(DomainId),
        is_at_home: organisation == home,
        second_factors: count(row.integer(12)?),
    })
}

macro_rules! select_user {
    ($($rest:literal),+) => {
        concat!(
            "SELECT p.id, m.organisation, p.login, p.name, m.role,
                    CASE WHEN p.disabled = 0 AND m.disabled = 0 THEN 0 ELSE 1 END, p.created_at, p.last_used_at,
                    p.language, p.phone, m.domain, p.organisation,
                    (SELECT count(*) FROM factor f WHERE f.person = p.id)
             FROM membership m JOIN person p ON p.id = m.person ",
            $($rest),+
        )
    };
}

/// As the scope's organisation sees the person; for an operator, as the home does.
pub(in crate::administration) fn user(tx: &mut Tx, id: UserId) -> Result<Option<UserInfo>, DbError> {
    tx.query_one(
        select_user!("WHERE m.person = ?1 AND m.organisation = COALESCE(?2, p.organisation)"),
        values![id, tx.organisation()],
        user_info,
    )
}

/// As one organisation sees the person.
pub(in crate::administration) fn user_in(
    tx: &mut Tx,
    id: UserId,
    organisation: OrganisationId,
) -> Result<Option<UserInfo>, DbError> {
    tx.query_one(
        select_user!("WHERE m.person = ?1 AND m.organisation = ?2"),
        values![id, organisation],
        user_info,
    )
}

/// Whether somebody administers the whole installation.
pub(in crate::administration) fn is_operator_staff(tx: &mut Tx, id: UserId) -> Result<bool, DbError> {
    let found =
        tx.query_one("SELECT 1 FROM operator_staff WHERE person = ?1", values![id], |row| row.integer(0))?;
    Ok(found.is_some())
}

pub(in crate::administration) fn user_called(tx: &mut Tx, login: &str) -> Result<Option<UserInfo>, DbError> {
    tx.query_one(
        select_user!("WHERE p.login = ?1 AND m.organisation = COALESCE(?2, p.organisation)"),
        values![login, tx.organisation()],
        user_info,
    )
}

pub(in crate::administration) fn users(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<Vec<UserInfo>, DbError> {
    tx.query(
        select_user!(
            "WHERE m.organisation = COALESCE(?1, p.organisation)
               AND m.organisation = COALESCE(?2, m.organisation) ORDER BY p.login"
        ),
        values![organisation, tx.organisation()],
        user_info,
    )
}

pub(in crate::administration) fn page_of_users(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    seek: &Seek,
) -> Result<Page<UserInfo>, DbError> {
    const LIST: List = List {
        of_one: select_user!("WHERE m.organisation = ?1 AND m.person > ?2 ORDER BY m.person LIMIT ?3"),
        // Everybody once, as the home sees them.
        of_all: select_user!("WHERE m.organisation = p.organisation AND p.id > ?1 ORDER BY p.id LIMIT ?2"),
    };
    tx.page(LIST, organisation, seek, user_info, |one| one.id.0)
}

/// Whether a user has a login. Looks in the whole installation, because it is unique there; only yes or no leaves the scope,
/// and nothing of who has an account for letters to that address.
pub(crate) fn is_login_taken(tx: &mut Tx, login: &str) -> Result<bool, DbError> {
    Ok(membership::rows::person_called(tx, login)?.is_some())
}

pub(in crate::administration) struct NewPerson<'a> {
    pub(in crate::administration) id: UserId,
    pub(in crate::administration) organisation: OrganisationId,
    pub(in crate::administration) login: &'a str,
    pub(in crate::administration) name: &'a str,
    pub(in crate::administration) argon2: &'a str,
    pub(in crate::administration) at: Timestamp,
}

pub(in crate::administration) fn insert_user(tx: &mut Tx, new: &NewPerson) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO person (id, organisation, login, name, argon2, version, disabled, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, 0, ?6)",
        values![new.id, new.organisation, new.login, new.name, new.argon2, new.at],
    )?;
    Ok(())
}

pub(in crate::administration) fn rename_user(
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

pub(in crate::administration) fn user_password(
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

pub(in crate::administration) fn disable_user(
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

/// Forgets a person who belongs to nobody any more.
pub(in crate::administration) fn delete_user(
    tx: &mut Tx,
    id: UserId,
    login: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    if recipient::rows::is_proved(tx, id)? {
        tx.execute(
            "INSERT INTO past_login (login, ended_at) VALUES (?1, ?2)
             ON CONFLICT (login) DO UPDATE SET ended_at = excluded.ended_at",
            values![login, at],
        )?;
    }
    let subject = format!("login user {login}");
    tx.execute("DELETE FROM known_source WHERE subject = ?1", values![subject.as_str()])?;
    tx.execute("DELETE FROM operator_staff WHERE person = ?1", values![id])?;
    tx.execute("DELETE FROM session WHERE person = ?1", values![id])?;
    tx.execute("DELETE FROM shared_recipient WHERE person = ?1", values![id])?;
    tx.execute(
        "DELETE FROM api_answer WHERE token IN
             (SELECT t.id FROM api_token t WHERE t.person = ?1 AND t.person_version IS NOT NULL)",
        values![id],
    )?;
    tx.execute("DELETE FROM api_token WHERE person = ?1 AND person_version IS NOT NULL", values![id])?;
    tx.execute("DELETE FROM person WHERE id = ?1", values![id])?;
    Ok(())
}
