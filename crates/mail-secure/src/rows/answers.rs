//! Rows of answers from the portal: how many there are.

use db::{DbError, Tx, values};
use model::Timestamp;
use wire_safe::Slot;

/// Answers to a copy.
pub(crate) fn to_copy(tx: &mut Tx, answered: &Slot) -> Result<i64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM secure_letter WHERE answers = ?1",
        values![&answered.to_string()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Answers by somebody since a moment.
pub(crate) fn of_person(tx: &mut Tx, canonical: &str, since: Timestamp) -> Result<i64, DbError> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM secure_letter WHERE sender = ?1 AND submitted_at >= ?2 AND answers IS NOT NULL",
        values![canonical, since],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or_default())
}
