//! Rows of the short messages that tell codes: each waits in the row of its code, and is over with it.

use db::{DbError, Tx, values};
use languages::Language;
use model::Timestamp;
use wire_safe::Slot;

use crate::limits;
use crate::types::sixteen;

/// A code whose short message is due.
pub(crate) struct Due {
    pub(crate) slot: Slot,
    pub(crate) language: Language,
    /// With the slot: which code it is.
    pub(crate) made_at: Timestamp,
    attempts: i64,
}

/// Takes what is due of codes made after `since`, the oldest first; each comes again after a pause, unless this is its last
/// try.
pub(crate) fn take_due(tx: &mut Tx, now: Timestamp, since: Timestamp) -> Result<Vec<Due>, DbError> {
    let due = tx.query(
        "SELECT slot, language, made_at, attempts FROM secure_code WHERE due_at <= ?1 AND made_at > ?2
         ORDER BY due_at, slot LIMIT ?3",
        values![now, since, limits::SHORT_MESSAGES_AT_ONCE],
        |row| {
            let column = |column, expected| DbError::Column { column, expected };
            Ok(Due {
                slot: Slot(sixteen(row.text(0)?).ok_or_else(|| column(0, "slot"))?),
                language: row.optional_text(1)?.and_then(Language::of_tag).unwrap_or_default(),
                made_at: row.timestamp(2)?,
                attempts: row.integer(3)?,
            })
        },
    )?;
    let mut taken = Vec::with_capacity(due.len());
    for one in due {
        let attempts = one.attempts + 1;
        let again = (attempts < limits::SHORT_MESSAGE_TRIES).then(|| now.plus(limits::SHORT_MESSAGE_PAUSE));
        // On PostgreSQL another node may have taken it since it was read.
        let is_ours = tx.execute(
            "UPDATE secure_code SET attempts = ?3, due_at = ?4 WHERE slot = ?1 AND made_at = ?2 AND attempts = ?5",
            values![&one.slot.to_string(), one.made_at, attempts, again, one.attempts],
        )? > 0;
        if is_ours {
            taken.push(one);
        }
    }
    Ok(taken)
}

/// The short message of a code comes no more.
pub(crate) fn end(tx: &mut Tx, slot: &Slot, made_at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_code SET due_at = NULL WHERE slot = ?1 AND made_at = ?2",
        values![&slot.to_string(), made_at],
    )?;
    Ok(())
}
