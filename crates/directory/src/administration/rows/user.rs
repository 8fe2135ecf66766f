//! The people who administer.

use db::{DbError, Page, Row, Seek, Tx, in_order, values};
use model::{OrganisationId, Timestamp, UserId};

use super::{count, scope};
use crate::entities::{Role, UserInfo};

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

macro_rules! select_user {
    ($($rest:literal),+) => {
        concat!(
            "SELECT p.id, p.organisation, p.login, p.name, p.role, p.disabled, p.created_at, p.last_used_at
             FROM person p ",
            $($rest),+
        )
    };
}

pub(in crate::administration) fn user(tx: &mut Tx, id: UserId) -> Result<Option<UserInfo>, DbError> {
    tx.query_one(
        select_user!("WHERE p.id = ?1 AND p.organisation = COALESCE(?2, p.organisation)"),
        values![id, scope(tx)],
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
        select_user!("WHERE p.login = ?1 AND p.organisation = COALESCE(?2, p.organisation)"),
        values![login, scope(tx)],
        user_info,
    )
}

pub(in crate::administration) fn users(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
) -> Result<Vec<UserInfo>, DbError> {
    tx.query(
        select_user!(
            "WHERE p.organisation = COALESCE(?1, p.organisation) AND p.organisation = COALESCE(?2, p.organisation)
             ORDER BY p.login"
        ),
        values![organisation, scope(tx)],
        user_info,
    )
}

pub(in crate::administration) fn page_of_users(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    seek: &Seek,
) -> Result<Page<UserInfo>, DbError> {
    tx.page(in_order!(select_user, "p"), organisation, seek, user_info, |one| one.id.0)
}

/// Looks in the whole installation, because a login is unique there; only yes or no leaves the scope.
pub(in crate::administration) fn is_login_taken(tx: &mut Tx, login: &str) -> Result<bool, DbError> {
    let row = tx.query_one("SELECT 1 FROM person WHERE login = ?1", values![login], |row| row.integer(0))?;
    Ok(row.is_some())
}

pub(in crate::administration) struct NewPerson<'a> {
    pub(in crate::administration) id: UserId,
    pub(in crate::administration) organisation: OrganisationId,
    pub(in crate::administration) login: &'a str,
    pub(in crate::administration) name: &'a str,
    pub(in crate::administration) role: Role,
    pub(in crate::administration) argon2: &'a str,
    pub(in crate::administration) at: Timestamp,
}

pub(in crate::administration) fn insert_user(tx: &mut Tx, new: &NewPerson) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO person (id, organisation, login, name, role, argon2, version, disabled, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 0, ?7)",
        values![new.id, new.organisation, new.login, new.name, new.role.as_str(), new.argon2, new.at],
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

pub(in crate::administration) fn user_role(
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

/// How many legal owners of an organisation can sign in.
pub(in crate::administration) fn count_owners(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    let owners = tx.query_one(
        "SELECT count(*) FROM person WHERE organisation = ?1 AND role = ?2 AND disabled = 0",
        values![organisation, Role::LegalOwner.as_str()],
        |row| row.integer(0),
    )?;
    Ok(count(owners.unwrap_or(0)))
}

pub(in crate::administration) fn delete_user(
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
