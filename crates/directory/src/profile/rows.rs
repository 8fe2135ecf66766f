//! Rows of what a person says of himself.

use db::{DbError, Tx, values};
use model::UserId;

pub(crate) fn set_password(tx: &mut Tx, user: UserId, argon2: &str) -> Result<(), DbError> {
    tx.execute("UPDATE person SET argon2 = ?2, version = version + 1 WHERE id = ?1", values![user, argon2])?;
    Ok(())
}

pub(super) fn set_name(tx: &mut Tx, user: UserId, name: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET name = ?2 WHERE id = ?1 AND organisation = COALESCE(?3, organisation)",
        values![user, name, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn set_language(tx: &mut Tx, user: UserId, language: Option<&str>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET language = ?2 WHERE id = ?1 AND organisation = COALESCE(?3, organisation)",
        values![user, language, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn set_phone(tx: &mut Tx, user: UserId, phone: Option<&str>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE person SET phone = ?2 WHERE id = ?1 AND organisation = COALESCE(?3, organisation)",
        values![user, phone, tx.organisation()],
    )?;
    Ok(())
}

/// The language that the person with this login name chose, before others whoever gets letters there, in the caller's
/// transaction; whatever organisation is theirs: it is for letters of our own to them.
pub fn language_of(tx: &mut Tx, login: &str) -> Result<Option<String>, DbError> {
    let found = tx.query_one(
        "SELECT language FROM person WHERE login = ?1 ORDER BY organisation LIMIT 1",
        values![login],
        |row| Ok(row.optional_text(0)?.map(ToOwned::to_owned)),
    )?;
    Ok(found.flatten())
}

pub(super) fn language_and_phone(
    tx: &mut Tx,
    user: UserId,
) -> Result<(Option<String>, Option<String>), DbError> {
    let found = tx.query_one("SELECT language, phone FROM person WHERE id = ?1", values![user], |row| {
        Ok((row.optional_text(0)?.map(ToOwned::to_owned), row.optional_text(1)?.map(ToOwned::to_owned)))
    })?;
    Ok(found.unwrap_or_default())
}

pub(super) fn contacts(tx: &mut Tx, user: UserId) -> Result<Vec<String>, DbError> {
    tx.query("SELECT address FROM person_contact WHERE person = ?1 ORDER BY position", values![user], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

pub(super) fn set_contacts(tx: &mut Tx, user: UserId, addresses: &[String]) -> Result<(), DbError> {
    tx.execute("DELETE FROM person_contact WHERE person = ?1", values![user])?;
    for (position, address) in addresses.iter().enumerate() {
        tx.execute(
            "INSERT INTO person_contact (person, position, address) VALUES (?1, ?2, ?3)",
            values![user, position as i64, address.as_str()],
        )?;
    }
    Ok(())
}
