//! Rows for who looks back: letters by sender and recipient, what happened to a copy, how many are where.

use db::{DbError, Tx, values};
use evidence::{Event, State};
use keys::Vault;
use model::{OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::journal::{Count, Happened, Wanted};
use crate::types::Letter;
use crate::wish;

/// Letters, the newest first.
pub(crate) fn letters(tx: &mut Tx, vault: &Vault, wanted: &Wanted) -> Result<Vec<Letter>, SecureError> {
    let sender = wanted.sender.as_ref().map(model::Address::canonical);
    let recipient = wanted.recipient.as_ref().map(model::Address::canonical);
    let found = tx.query(
        "SELECT id, organisation, public_id, mode, sender, sender_name, authentication, message_id, subject,
                content, salt, size_bytes, submitted_at, client_reference, digests, answers
         FROM secure_letter l
         WHERE organisation = COALESCE(?1, organisation) AND sender = COALESCE(?2, sender)
             AND id < COALESCE(?3, 9223372036854775807)
             AND EXISTS (SELECT 1 FROM secure_recipient r
                         WHERE r.letter = l.id AND r.canonical = COALESCE(?4, r.canonical))
         ORDER BY id DESC LIMIT ?5",
        values![
            tx.organisation(),
            sender.as_deref(),
            wanted.before,
            recipient.as_deref(),
            i64::from(wanted.limit)
        ],
        super::closed,
    )?;
    found.into_iter().map(|found| super::opened(vault, found)).collect()
}

/// What happened to a copy, from the first; whether it is time-stamped.
pub(crate) fn happened(tx: &mut Tx, slot: &Slot) -> Result<Vec<Happened>, DbError> {
    tx.query(
        "SELECT event, at, log_index,
                CASE WHEN log_index < (SELECT stamped FROM secure_log WHERE id = 1) THEN 1 ELSE 0 END
         FROM secure_statement WHERE slot = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY sequence",
        values![&slot.to_string(), tx.organisation()],
        |row| {
            Ok(Happened {
                event: Event::from_name(row.text(0)?)
                    .ok_or(DbError::Column { column: 0, expected: "event" })?,
                at: row.timestamp(1)?,
                log_index: row.optional_integer(2)?.and_then(|index| u64::try_from(index).ok()),
                is_stamped: row.boolean(3)?,
            })
        },
    )
}

/// How many copies of letters taken since a moment are in which state.
pub(crate) fn counts(tx: &mut Tx, since: Timestamp) -> Result<Vec<Count>, DbError> {
    tx.query(
        "SELECT r.organisation, l.mode, r.state, COUNT(*),
             SUM(CASE WHEN r.state IN ('offered', 'accepted', 'consigned', 'notified')
                         AND (SELECT MIN(CASE WHEN g.failed_at IS NULL THEN 0 ELSE 1 END)
                              FROM secure_leg g WHERE g.slot = r.slot) = 1
                      THEN 1 ELSE 0 END)
         FROM secure_recipient r JOIN secure_letter l ON l.id = r.letter
         WHERE r.organisation = COALESCE(?1, r.organisation) AND r.submitted_at >= ?2
         GROUP BY r.organisation, l.mode, r.state ORDER BY r.organisation, l.mode, r.state",
        values![tx.organisation(), since],
        |row| {
            let column = |column, expected| DbError::Column { column, expected };
            Ok(Count {
                organisation: OrganisationId(row.integer(0)?),
                mode: wish::mode_named(row.text(1)?).ok_or_else(|| column(1, "mode"))?,
                state: State::from_word(row.text(2)?).ok_or_else(|| column(2, "state"))?,
                copies: u64::try_from(row.integer(3)?).unwrap_or_default(),
                unreached: u64::try_from(row.integer(4)?).unwrap_or_default(),
            })
        },
    )
}
