//! What is read for those who follow their letters.

use db::{DbError, Tx, values};
use evidence::{Event, State};
use model::{Address, OrganisationId, Timestamp};
use wire_safe::Slot;

use super::{Cursor, Happened, JOURNAL_LIMIT, JournalLine, Usage};
use crate::types::{Way, hex, sixteen};
use crate::wish;

fn damaged(column: usize, expected: &'static str) -> impl FnOnce() -> DbError {
    move || DbError::Column { column, expected }
}

fn event(name: &str) -> Option<Event> {
    Event::ALL.into_iter().find(|event| event.name() == name)
}

pub(super) fn id_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    public_id: &[u8; 16],
) -> Result<Option<i64>, DbError> {
    tx.query_one(
        "SELECT id FROM secure_letter WHERE public_id = ?1 AND organisation = ?2",
        values![&hex(public_id), organisation],
        |row| row.integer(0),
    )
}

pub(super) fn last_statements(
    tx: &mut Tx,
    organisation: OrganisationId,
    letter: i64,
) -> Result<Vec<(Slot, Timestamp)>, DbError> {
    tx.query(
        "SELECT slot, MAX(at) FROM secure_statement WHERE letter = ?1 AND organisation = ?2 GROUP BY slot",
        values![letter, organisation],
        |row| {
            let slot = sixteen(row.text(0)?).ok_or_else(damaged(0, "slot"))?;
            Ok((Slot(slot), row.timestamp(1)?))
        },
    )
}

/// Which statements.
pub(super) struct Listed {
    pub(super) organisation: OrganisationId,
    pub(super) application: Option<String>,
    pub(super) letter: Option<[u8; 16]>,
    pub(super) behind: Option<Cursor>,
    pub(super) limit: usize,
}

pub(super) fn happened(tx: &mut Tx, listed: &Listed) -> Result<Vec<Happened>, DbError> {
    let behind = listed.behind.map_or(-1, |behind| i64::try_from(behind.log_index).unwrap_or(i64::MAX));
    let letter = listed.letter.map(|letter| hex(&letter));
    tx.query(
        "SELECT s.slot, s.sequence, l.public_id, r.address, s.event, s.at, s.log_index
         FROM secure_statement s
         JOIN secure_letter l ON l.id = s.letter AND l.organisation = s.organisation
         JOIN secure_recipient r ON r.slot = s.slot AND r.organisation = s.organisation
         WHERE s.organisation = ?1 AND s.log_index > ?2 AND l.public_id = COALESCE(?3, l.public_id)
           AND COALESCE(l.application, '') = COALESCE(?4, COALESCE(l.application, ''))
         ORDER BY s.log_index LIMIT ?5",
        values![
            listed.organisation,
            behind,
            letter.as_deref(),
            listed.application.as_deref(),
            i64::try_from(listed.limit).unwrap_or(i64::MAX)
        ],
        |row| {
            Ok(Happened {
                slot: Slot(sixteen(row.text(0)?).ok_or_else(damaged(0, "slot"))?),
                sequence: u64::try_from(row.integer(1)?).unwrap_or_default(),
                letter: sixteen(row.text(2)?).ok_or_else(damaged(2, "public id"))?,
                recipient: Address::parse(row.text(3)?).map_err(|_| damaged(3, "address")())?,
                event: event(row.text(4)?).ok_or_else(damaged(4, "event"))?,
                at: row.timestamp(5)?,
                log_index: u64::try_from(row.integer(6)?).unwrap_or_default(),
            })
        },
    )
}

pub(super) fn usage(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<Usage>, DbError> {
    tx.query(
        "SELECT t.mode, COUNT(*), CAST(SUM(t.recipients) AS BIGINT), CAST(SUM(t.size_bytes) AS BIGINT)
         FROM (SELECT l.mode AS mode, l.size_bytes AS size_bytes,
                      (SELECT COUNT(*) FROM secure_recipient r
                       WHERE r.letter = l.id AND r.organisation = l.organisation) AS recipients
               FROM secure_letter l
               WHERE l.organisation = ?1 AND l.submitted_at >= ?2 AND l.submitted_at < ?3) t
         GROUP BY t.mode ORDER BY t.mode",
        values![organisation, since, until],
        |row| {
            let count = |number: i64| u64::try_from(number).unwrap_or_default();
            Ok(Usage {
                mode: wish::mode_named(row.text(0)?).ok_or_else(damaged(0, "mode"))?,
                letters: count(row.integer(1)?),
                recipients: count(row.integer(2)?),
                octets: count(row.integer(3)?),
            })
        },
    )
}

pub(super) fn journal(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<JournalLine>, DbError> {
    tx.query(
        "SELECT l.submitted_at, l.public_id, l.mode, l.sender, r.address, r.way, r.state, l.size_bytes,
                l.client_reference
         FROM secure_letter l
         JOIN secure_recipient r ON r.letter = l.id AND r.organisation = l.organisation
         WHERE l.organisation = ?1 AND l.submitted_at >= ?2 AND l.submitted_at < ?3
         ORDER BY l.submitted_at, l.id, r.canonical LIMIT ?4",
        values![organisation, since, until, i64::try_from(JOURNAL_LIMIT).unwrap_or(i64::MAX)],
        |row| {
            Ok(JournalLine {
                at: row.timestamp(0)?,
                letter: sixteen(row.text(1)?).ok_or_else(damaged(1, "public id"))?,
                mode: wish::mode_named(row.text(2)?).ok_or_else(damaged(2, "mode"))?,
                sender: Address::parse(row.text(3)?).map_err(|_| damaged(3, "address")())?,
                recipient: Address::parse(row.text(4)?).map_err(|_| damaged(4, "address")())?,
                way: Way::from_word(row.text(5)?).ok_or_else(damaged(5, "way"))?,
                state: State::from_word(row.text(6)?).ok_or_else(damaged(6, "state"))?,
                octets: u64::try_from(row.integer(7)?).unwrap_or_default(),
                client_reference: row.optional_text(8)?.map(str::to_owned),
            })
        },
    )
}
