//! Rows of a person's journal: what they sent, and what they received, the newest first.

use db::{DbError, Row, Tx, values};
use keys::Vault;

use super::Closed;
use crate::error::SecureError;
use crate::own::Searched;
use crate::types::{Copy, Letter};

/// Where the columns of the letter begin, behind those of the copy.
const LETTER_COLUMN: usize = 24;
/// Greater than every slot: before the first place.
const BEFORE_ALL: &str = "g";

/// Copies of letters by this sender.
pub(crate) fn sent(
    tx: &mut Tx,
    vault: &Vault,
    canonical: &str,
    searched: &Searched,
    limit: usize,
) -> Result<Vec<(Copy, Letter)>, SecureError> {
    let ((at, slot), mode) = (place(searched), searched.mode.map(|mode| mode.to_string()));
    let found = tx.query(
        "SELECT r.slot, r.letter, r.organisation, r.address, r.way, r.state, r.store_share, r.not_after,
                r.submitted_at, r.deadline, r.accepted_at, r.opened_at, r.ended_at, r.reminders, r.sequence,
                r.last_statement, r.passphrase, r.is_named, r.released_at, r.released_to, r.last_at,
                r.phone_ending, r.phone, r.erased_at,
                l.id, l.organisation, l.public_id, l.mode, l.sender, l.sender_name, l.authentication, l.message_id,
                l.subject, l.content, l.salt, l.size_bytes, l.submitted_at, l.client_reference, l.digests, l.answers
         FROM secure_letter l JOIN secure_recipient r ON r.letter = l.id
         WHERE l.sender = ?1 AND l.mode = COALESCE(?2, l.mode) AND r.state = COALESCE(?3, r.state)
             AND l.submitted_at >= ?4 AND l.submitted_at < ?5
             AND (l.submitted_at < ?6 OR (l.submitted_at = ?6 AND r.slot < ?7))
         ORDER BY l.submitted_at DESC, r.slot DESC LIMIT ?8",
        values![
            canonical,
            mode.as_deref(),
            searched.state.map(evidence::State::word),
            searched.from.map_or(0, |from| from.0),
            searched.until.map_or(i64::MAX, |until| until.0),
            at,
            &slot,
            integer(limit)
        ],
        both,
    )?;
    opened(vault, found)
}

/// Copies of letters to this recipient, but for those of their own.
pub(crate) fn received(
    tx: &mut Tx,
    vault: &Vault,
    canonical: &str,
    searched: &Searched,
    limit: usize,
) -> Result<Vec<(Copy, Letter)>, SecureError> {
    let ((at, slot), mode) = (place(searched), searched.mode.map(|mode| mode.to_string()));
    let found = tx.query(
        "SELECT r.slot, r.letter, r.organisation, r.address, r.way, r.state, r.store_share, r.not_after,
                r.submitted_at, r.deadline, r.accepted_at, r.opened_at, r.ended_at, r.reminders, r.sequence,
                r.last_statement, r.passphrase, r.is_named, r.released_at, r.released_to, r.last_at,
                r.phone_ending, r.phone, r.erased_at,
                l.id, l.organisation, l.public_id, l.mode, l.sender, l.sender_name, l.authentication, l.message_id,
                l.subject, l.content, l.salt, l.size_bytes, l.submitted_at, l.client_reference, l.digests, l.answers
         FROM secure_recipient r JOIN secure_letter l ON l.id = r.letter
         WHERE r.canonical = ?1 AND l.sender <> ?1 AND l.mode = COALESCE(?2, l.mode)
             AND r.state = COALESCE(?3, r.state) AND r.submitted_at >= ?4 AND r.submitted_at < ?5
             AND (r.submitted_at < ?6 OR (r.submitted_at = ?6 AND r.slot < ?7))
         ORDER BY r.submitted_at DESC, r.slot DESC LIMIT ?8",
        values![
            canonical,
            mode.as_deref(),
            searched.state.map(evidence::State::word),
            searched.from.map_or(0, |from| from.0),
            searched.until.map_or(i64::MAX, |until| until.0),
            at,
            &slot,
            integer(limit)
        ],
        both,
    )?;
    opened(vault, found)
}

fn both(row: &Row<'_>) -> Result<(Copy, Closed), DbError> {
    Ok((super::copy(row)?, super::closed_behind(row, LETTER_COLUMN)?))
}

fn opened(vault: &Vault, found: Vec<(Copy, Closed)>) -> Result<Vec<(Copy, Letter)>, SecureError> {
    found.into_iter().map(|(copy, closed)| Ok((copy, super::opened(vault, closed)?))).collect()
}

fn place(searched: &Searched) -> (i64, String) {
    match searched.after {
        Some(place) => place.as_row(),
        None => (i64::MAX, BEFORE_ALL.to_owned()),
    }
}

fn integer(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
