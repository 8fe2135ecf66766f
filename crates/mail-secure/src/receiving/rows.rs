//! Rows for programmes that read for recipients: copies by address, by sender, and which of them were processed.

use db::{DbError, Row, Tx, values};
use model::{OrganisationId, Timestamp};
use wire_safe::Slot;

use super::{Behind, RECEIVED_LIMIT, SentBy, Sought};
use crate::types::{Copy, sixteen};

/// The end of time, where no place and no moment is named.
const EVER: i64 = i64::MAX;

fn slot_and_moment(row: &Row<'_>) -> Result<(Slot, Timestamp), DbError> {
    let slot = sixteen(row.text(0)?).ok_or(DbError::Column { column: 0, expected: "slot" })?;
    Ok((Slot(slot), row.timestamp(1)?))
}

fn place(behind: Option<Behind>) -> (i64, String) {
    behind.map_or((EVER, String::new()), |behind| (behind.at.0, behind.slot.to_string()))
}

fn limit(sought: &Sought) -> i64 {
    i64::try_from(sought.limit.min(RECEIVED_LIMIT)).unwrap_or(i64::MAX)
}

pub(super) fn received(
    tx: &mut Tx,
    canonical: &str,
    sought: &Sought,
) -> Result<Vec<(Slot, Timestamp)>, DbError> {
    let (at, slot) = place(sought.behind);
    tx.query(
        "SELECT r.slot, (SELECT MAX(s.at) FROM secure_statement s WHERE s.slot = r.slot)
         FROM secure_recipient r JOIN secure_letter l ON l.id = r.letter
         WHERE r.canonical = ?1 AND r.way <> 'blocked' AND r.state NOT IN ('unsent', 'rejected', 'blocked')
           AND (r.submitted_at < ?2 OR (r.submitted_at = ?2 AND r.slot < ?3))
           AND r.submitted_at >= ?4 AND r.submitted_at < ?5
           AND l.sender = COALESCE(?6, l.sender) AND l.mode = COALESCE(?7, l.mode)
           AND r.state = COALESCE(?8, r.state)
           AND (?9 = 0 OR NOT EXISTS (SELECT 1 FROM secure_acknowledgement a WHERE a.slot = r.slot))
         ORDER BY r.submitted_at DESC, r.slot DESC LIMIT ?10",
        values![
            canonical,
            at,
            &slot,
            sought.since.map_or(i64::MIN, |since| since.0),
            sought.until.map_or(EVER, |until| until.0),
            sought.with.as_ref().map(model::Address::canonical).as_deref(),
            sought.mode.map(|mode| mode.to_string()).as_deref(),
            sought.state.map(evidence::State::word),
            i64::from(sought.is_unprocessed),
            limit(sought)
        ],
        slot_and_moment,
    )
}

pub(super) fn sent(
    tx: &mut Tx,
    organisation: OrganisationId,
    by: &SentBy,
    sought: &Sought,
) -> Result<Vec<(Slot, Timestamp)>, DbError> {
    let (at, slot) = place(sought.behind);
    let (sender, application) = match by {
        SentBy::Address(address) => (Some(address.canonical()), None),
        SentBy::Application(login) => (None, Some(login.clone())),
    };
    tx.query(
        "SELECT r.slot, (SELECT MAX(s.at) FROM secure_statement s
                         WHERE s.slot = r.slot AND s.organisation = r.organisation)
         FROM secure_letter l JOIN secure_recipient r ON r.letter = l.id AND r.organisation = l.organisation
         WHERE l.organisation = ?1 AND l.sender = COALESCE(?2, l.sender)
           AND COALESCE(l.application, '') = COALESCE(?3, COALESCE(l.application, ''))
           AND (r.submitted_at < ?4 OR (r.submitted_at = ?4 AND r.slot < ?5))
           AND r.submitted_at >= ?6 AND r.submitted_at < ?7
           AND r.canonical = COALESCE(?8, r.canonical) AND l.mode = COALESCE(?9, l.mode)
           AND r.state = COALESCE(?10, r.state)
         ORDER BY r.submitted_at DESC, r.slot DESC LIMIT ?11",
        values![
            organisation,
            sender.as_deref(),
            application.as_deref(),
            at,
            &slot,
            sought.since.map_or(i64::MIN, |since| since.0),
            sought.until.map_or(EVER, |until| until.0),
            sought.with.as_ref().map(model::Address::canonical).as_deref(),
            sought.mode.map(|mode| mode.to_string()).as_deref(),
            sought.state.map(evidence::State::word),
            limit(sought)
        ],
        slot_and_moment,
    )
}

/// Keeps when a copy was processed; a later time changes nothing.
pub(super) fn acknowledge(tx: &mut Tx, copy: &Copy, at: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_acknowledgement (slot, organisation, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (slot) DO NOTHING",
        values![&copy.slot.to_string(), copy.organisation, at],
    )?;
    Ok(())
}

pub(super) fn acknowledged(tx: &mut Tx, copy: &Copy) -> Result<Option<Timestamp>, DbError> {
    tx.query_one(
        "SELECT at FROM secure_acknowledgement WHERE slot = ?1 AND organisation = ?2",
        values![&copy.slot.to_string(), copy.organisation],
        |row| row.timestamp(0),
    )
}
