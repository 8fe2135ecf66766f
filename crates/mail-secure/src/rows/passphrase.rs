//! Rows of the passphrases that somebody said of a copy in vain.

use db::{DbError, Tx, values};
use model::Timestamp;
use wire_safe::Slot;

/// Counts a try, if one may be made now: how many there are with it. `None` while there is a pause.
pub(crate) fn count_try(tx: &mut Tx, slot: &Slot, now: Timestamp) -> Result<Option<i64>, DbError> {
    tx.query_one(
        "INSERT INTO secure_passphrase_try (slot, tries, next_at) VALUES (?1, 1, ?2)
         ON CONFLICT (slot) DO UPDATE SET tries = secure_passphrase_try.tries + 1
             WHERE secure_passphrase_try.next_at <= excluded.next_at
         RETURNING tries",
        values![&slot.to_string(), now],
        |row| row.integer(0),
    )
}

/// From when on the next try is made.
pub(crate) fn pause(tx: &mut Tx, slot: &Slot, until: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_passphrase_try SET next_at = ?2 WHERE slot = ?1",
        values![&slot.to_string(), until],
    )?;
    Ok(())
}

/// From when on a try may be made; `None` where none was wrong.
pub(crate) fn next_try_at(tx: &mut Tx, slot: &Slot) -> Result<Option<Timestamp>, DbError> {
    tx.query_one(
        "SELECT next_at FROM secure_passphrase_try WHERE slot = ?1",
        values![&slot.to_string()],
        |row| row.timestamp(0),
    )
}

/// Forgets the tries of a copy: somebody knows the passphrase.
pub(crate) fn forget_tries(tx: &mut Tx, slot: &Slot) -> Result<(), DbError> {
    tx.execute("DELETE FROM secure_passphrase_try WHERE slot = ?1", values![&slot.to_string()])?;
    Ok(())
}

/// Forgets the tries of copies of which none was tried for long.
pub(crate) fn forget_old_tries(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM secure_passphrase_try WHERE next_at < ?1", values![before])
}
