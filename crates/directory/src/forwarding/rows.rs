//! Targets of addresses.

use db::{DbError, Row, Tx, values};
use model::{Address, AddressId, OrganisationId, Timestamp};

use super::{Confirmation, ForwardTarget, TargetState};
use crate::rows::address_of;

fn address(row: &Row, column: usize) -> Result<Address, DbError> {
    Address::parse(row.text(column)?).map_err(|_| DbError::Column { column, expected: "address" })
}

fn target(row: &Row) -> Result<ForwardTarget, DbError> {
    Ok(ForwardTarget {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        address: AddressId(row.integer(2)?),
        target: address(row, 3)?,
        state: TargetState::of(row.text(4)?),
        asked_by: row.text(5)?.to_owned(),
        asked_at: row.timestamp(6)?,
        language: row.text(7)?.to_owned(),
        letters: u32::try_from(row.integer(8)?).unwrap_or(u32::MAX),
        letter_sent_at: row.optional_timestamp(9)?,
        decided_at: row.optional_timestamp(10)?,
    })
}

macro_rules! select_target {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.organisation, t.address, t.target, t.state, t.asked_by, t.asked_at, t.language, t.letters,
                    t.letter_sent_at, t.decided_at
             FROM forward_target t ",
            $rest
        )
    };
}

pub(super) fn targets(
    tx: &mut Tx,
    organisation: OrganisationId,
    address: AddressId,
) -> Result<Vec<ForwardTarget>, DbError> {
    tx.query(
        select_target!(
            "WHERE t.address = ?1 AND t.organisation = ?2 AND t.removed = 0 ORDER BY t.position, t.id"
        ),
        values![address, organisation],
        target,
    )
}

/// A target of an address that exists, if it lies within the scope.
pub(super) fn target_within(tx: &mut Tx, id: i64) -> Result<Option<ForwardTarget>, DbError> {
    let scope = tx.organisation();
    tx.query_one(
        select_target!(
            "JOIN address a ON a.id = t.address
             WHERE t.id = ?1 AND t.removed = 0 AND t.organisation = COALESCE(?2, t.organisation)
               AND a.domain = COALESCE(?3, a.domain)"
        ),
        values![id, scope, tx.domain()],
        target,
    )
}

/// A target as it is found again.
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) key: String,
    pub(super) is_removed: bool,
    pub(super) state: TargetState,
}

pub(super) fn known(
    tx: &mut Tx,
    organisation: OrganisationId,
    address: AddressId,
) -> Result<Vec<Known>, DbError> {
    tx.query(
        "SELECT id, target_key, removed, state FROM forward_target WHERE address = ?1 AND organisation = ?2",
        values![address, organisation],
        |row| {
            Ok(Known {
                id: row.integer(0)?,
                key: row.text(1)?.to_owned(),
                is_removed: row.boolean(2)?,
                state: TargetState::of(row.text(3)?),
            })
        },
    )
}

/// How many targets of an organisation were written to, or are about to be.
pub(super) fn letters_since(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<i64, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM forward_target WHERE organisation = ?1 AND (letter_due = 1 OR letter_sent_at >= ?2)",
        values![organisation, since],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Whether a domain, or a synonym of one, is the organisation's.
pub(super) fn is_own_domain(tx: &mut Tx, organisation: OrganisationId, name: &str) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM domain WHERE name = ?1 AND organisation = ?2
         UNION ALL SELECT 1 FROM domain_synonym WHERE name = ?1 AND organisation = ?2",
        values![name, organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// A target about to be named.
pub(super) struct NewTarget<'a> {
    pub(super) id: i64,
    pub(super) organisation: OrganisationId,
    pub(super) address: AddressId,
    pub(super) position: i64,
    pub(super) target: String,
    pub(super) key: String,
    pub(super) asked_by: &'a str,
    pub(super) asked_at: Timestamp,
    pub(super) language: &'a str,
}

fn begin(is_own: bool) -> TargetState {
    if is_own { TargetState::Accepted } else { TargetState::Pending }
}

pub(super) fn insert(tx: &mut Tx, new: &NewTarget, is_own: bool) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO forward_target
             (id, organisation, address, position, target, target_key, state, removed, asked_by, asked_at, language,
              letter_due, letters)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, 0)",
        values![
            new.id,
            new.organisation,
            new.address,
            new.position,
            new.target.as_str(),
            new.key.as_str(),
            begin(is_own).as_str(),
            new.asked_by,
            new.asked_at,
            new.language,
            !is_own
        ],
    )?;
    Ok(())
}

/// Names one anew that was taken out: a refusal stays one.
pub(super) fn name_again(tx: &mut Tx, known: &Known, new: &NewTarget, is_own: bool) -> Result<(), DbError> {
    let state =
        if known.state == TargetState::Refused && !is_own { TargetState::Refused } else { begin(is_own) };
    tx.execute(
        "UPDATE forward_target SET removed = 0, position = ?3, target = ?4, state = ?5, asked_by = ?6, asked_at = ?7,
                language = ?8, decided_at = CASE WHEN ?5 = 'refused' THEN decided_at ELSE NULL END,
                letter_due = CASE WHEN ?5 = 'pending' AND letters < ?9 THEN 1 ELSE 0 END
         WHERE id = ?1 AND organisation = ?2",
        values![
            known.id,
            new.organisation,
            new.position,
            new.target.as_str(),
            state.as_str(),
            new.asked_by,
            new.asked_at,
            new.language,
            i64::from(crate::limits::FORWARD_LETTERS_PER_TARGET_LIMIT)
        ],
    )?;
    Ok(())
}

pub(super) fn place(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
    position: i64,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE forward_target SET position = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, position],
    )?;
    Ok(())
}

pub(super) fn remove(tx: &mut Tx, id: i64, organisation: OrganisationId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE forward_target SET removed = 1, letter_due = 0 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation],
    )?;
    Ok(())
}

pub(super) fn want_letter(tx: &mut Tx, id: i64, organisation: OrganisationId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE forward_target SET letter_due = 1 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation],
    )?;
    Ok(())
}

/// What a letter, or the page behind its link, says: the address, and who asks.
fn asked(row: &Row) -> Result<(i64, OrganisationId, Confirmation), DbError> {
    Ok((
        row.integer(0)?,
        OrganisationId(row.integer(1)?),
        Confirmation {
            address: address_of(row.text(2)?, row.text(3)?)?,
            target: address(row, 4)?,
            organisation: row.text(5)?.to_owned(),
            asked_by: row.text(6)?.to_owned(),
            asked_at: row.timestamp(7)?,
            language: row.text(8)?.to_owned(),
            state: TargetState::of(row.text(9)?),
        },
    ))
}

macro_rules! select_asked {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.organisation, a.localpart, d.name, t.target, o.name, t.asked_by, t.asked_at, t.language,
                    t.state
             FROM forward_target t
             JOIN address a ON a.id = t.address
             JOIN domain d ON d.id = a.domain
             JOIN organisation o ON o.id = t.organisation ",
            $rest
        )
    };
}

pub(super) fn confirmation(
    tx: &mut Tx,
    hash: &[u8],
) -> Result<Option<(i64, OrganisationId, Confirmation)>, DbError> {
    tx.query_one(select_asked!("WHERE t.token_hash = ?1 AND t.removed = 0"), values![hash], asked)
}

pub(super) fn due(tx: &mut Tx, limit: i64) -> Result<Vec<(i64, OrganisationId, Confirmation)>, DbError> {
    tx.query(
        select_asked!(
            "WHERE t.letter_due = 1 AND o.disabled = 0 AND a.disabled = 0 ORDER BY t.asked_at LIMIT ?1"
        ),
        values![limit],
        asked,
    )
}

pub(super) fn set_token(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
    hash: &[u8],
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE forward_target SET token_hash = ?3 WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, hash],
    )?;
    Ok(())
}

pub(super) fn letter_sent(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "UPDATE forward_target SET letter_due = 0, letters = letters + 1, letter_sent_at = ?2 WHERE id = ?1
           AND organisation = COALESCE(?3, organisation)",
        values![id, now, tx.organisation()],
    )?;
    Ok(())
}

pub(super) fn decide(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
    state: TargetState,
    source: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE forward_target SET state = ?3, decided_at = ?4, decided_from = ?5, letter_due = 0
         WHERE id = ?1 AND organisation = ?2",
        values![id, organisation, state.as_str(), now, source],
    )?;
    Ok(())
}
