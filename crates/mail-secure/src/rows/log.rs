//! Rows of the public log: what waits for it, its nodes, its checkpoints, and the statements with their places.

use db::{DbError, Row, Tx, values};
use evidence::log::{Frontier, Node};
use evidence::{Digest, Event};
use model::{OrganisationId, Timestamp};
use wire_safe::Slot;

use crate::error::SecureError;
use crate::limits;

/// Takes the log's turn, so that whoever else appends waits until this transaction is over; gives its size.
pub(crate) fn take_turn(tx: &mut Tx) -> Result<u64, DbError> {
    let size = tx.query_one(
        "INSERT INTO secure_log (id, turn, size, stamped) VALUES (1, 1, 0, 0)
         ON CONFLICT (id) DO UPDATE SET turn = secure_log.turn + 1 RETURNING size",
        values![],
        |row| row.integer(0),
    )?;
    Ok(number(size.unwrap_or_default()))
}

pub(crate) fn set_size(tx: &mut Tx, size: u64) -> Result<(), DbError> {
    tx.execute("UPDATE secure_log SET size = ?1 WHERE id = 1", values![integer(size)])?;
    Ok(())
}

/// How many leaves the log has.
pub(crate) fn size(tx: &mut Tx) -> Result<u64, DbError> {
    let size = tx.query_one("SELECT size FROM secure_log WHERE id = 1", values![], |row| row.integer(0))?;
    Ok(number(size.unwrap_or_default()))
}

/// A statement that is in no checkpoint yet.
pub(crate) struct Waiting {
    pub(crate) organisation: OrganisationId,
    slot: String,
    sequence: i64,
    /// Of its sealed form.
    pub(crate) digest: Digest,
    pub(crate) blind: Digest,
}

/// Statements that wait and were sealed by `now`, those about one copy in their order and without a gap.
pub(crate) fn waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<Waiting>, DbError> {
    tx.query(
        "SELECT organisation, slot, sequence, sealed, blind FROM secure_statement s
         WHERE log_index IS NULL AND NOT EXISTS (
             SELECT 1 FROM secure_statement e
             WHERE e.slot = s.slot AND e.sequence <= s.sequence AND e.log_index IS NULL AND e.sealed_at > ?2)
         ORDER BY slot, sequence LIMIT ?1",
        values![limits::BATCH_LIMIT, now],
        |row| {
            Ok(Waiting {
                organisation: OrganisationId(row.integer(0)?),
                slot: row.text(1)?.to_owned(),
                sequence: row.integer(2)?,
                digest: Digest::of(&[row.text(3)?.as_bytes()]),
                blind: digest(row, 4)?,
            })
        },
    )
}

pub(crate) fn any_waiting(tx: &mut Tx) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT organisation FROM secure_statement WHERE log_index IS NULL LIMIT 1",
        values![],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// A statement has its place; false if it had one, which nobody gives it while this transaction has the turn.
pub(crate) fn place(tx: &mut Tx, waiting: &Waiting, index: u64) -> Result<bool, DbError> {
    let changed = tx.execute(
        "UPDATE secure_statement SET log_index = ?3
         WHERE slot = ?1 AND sequence = ?2 AND organisation = ?4 AND log_index IS NULL",
        values![&waiting.slot, waiting.sequence, integer(index), waiting.organisation],
    )?;
    Ok(changed == 1)
}

pub(crate) fn insert_node(tx: &mut Tx, node: Node, hash: &Digest) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_log_node (level, position, hash) VALUES (?1, ?2, ?3)",
        values![i64::from(node.level), integer(node.index), &hash.0[..]],
    )?;
    Ok(())
}

pub(crate) fn node(tx: &mut Tx, node: Node) -> Result<Option<Digest>, DbError> {
    tx.query_one(
        "SELECT hash FROM secure_log_node WHERE level = ?1 AND position = ?2",
        values![i64::from(node.level), integer(node.index)],
        |row| digest(row, 0),
    )
}

/// Hashes of one level, one after the other, as a tile has them.
pub(crate) fn tile(tx: &mut Tx, level: u8, first: u64, count: u16) -> Result<Vec<u8>, DbError> {
    let mut octets = Vec::with_capacity(usize::from(count) * 32);
    tx.for_each(
        "SELECT hash FROM secure_log_node WHERE level = ?1 AND position >= ?2 AND position < ?3 ORDER BY position",
        values![i64::from(level), integer(first), integer(first + u64::from(count))],
        |row| {
            octets.extend_from_slice(row.bytes(0)?);
            Ok(())
        },
    )?;
    Ok(octets)
}

/// The right edge of the tree.
pub(crate) fn frontier(tx: &mut Tx, size: u64) -> Result<Frontier, SecureError> {
    let mut roots = Vec::new();
    for level in (0..64_u8).rev().filter(|level| size >> level & 1 == 1) {
        let subtree = Node { level, index: (size >> level) - 1 };
        roots.push(node(tx, subtree)?.ok_or(SecureError::Damaged("a node of the public log is missing"))?);
    }
    Frontier::new(size, roots).map_err(|_| SecureError::Damaged("the public log's edge"))
}

/// A checkpoint as it is kept.
#[derive(Clone)]
pub(crate) struct KeptCheckpoint {
    pub(crate) size: u64,
    pub(crate) note: String,
    pub(crate) made_at: Timestamp,
    pub(crate) token: Option<Vec<u8>>,
}

fn checkpoint(row: &Row<'_>) -> Result<KeptCheckpoint, DbError> {
    Ok(KeptCheckpoint {
        size: number(row.integer(0)?),
        note: row.text(1)?.to_owned(),
        made_at: row.timestamp(2)?,
        token: row.optional_bytes(3)?.map(<[u8]>::to_vec),
    })
}

pub(crate) fn insert_checkpoint(tx: &mut Tx, size: u64, note: &str, now: Timestamp) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_checkpoint (size, note, made_at) VALUES (?1, ?2, ?3)",
        values![integer(size), note, now],
    )?;
    Ok(())
}

pub(crate) fn newest_checkpoint(tx: &mut Tx) -> Result<Option<KeptCheckpoint>, DbError> {
    tx.query_one(
        "SELECT size, note, made_at, token FROM secure_checkpoint ORDER BY size DESC LIMIT 1",
        values![],
        checkpoint,
    )
}

/// The first stamped checkpoint that holds a leaf.
pub(crate) fn stamped_checkpoint(tx: &mut Tx, index: u64) -> Result<Option<KeptCheckpoint>, DbError> {
    tx.query_one(
        "SELECT size, note, made_at, token FROM secure_checkpoint
         WHERE size > ?1 AND token IS NOT NULL ORDER BY size LIMIT 1",
        values![integer(index)],
        checkpoint,
    )
}

/// Keeps a token, unless another node was faster.
pub(crate) fn keep_token(tx: &mut Tx, size: u64, token: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_checkpoint SET token = ?2 WHERE size = ?1 AND token IS NULL",
        values![integer(size), token],
    )?;
    tx.execute("UPDATE secure_log SET stamped = ?1 WHERE id = 1 AND stamped < ?1", values![integer(size)])?;
    Ok(())
}

pub(crate) fn keep_time_root(tx: &mut Tx, sha256: &[u8; 32], certificate: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_time_root (sha256, certificate) VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING",
        values![&sha256[..], certificate],
    )?;
    Ok(())
}

pub(crate) fn time_roots(tx: &mut Tx) -> Result<Vec<Vec<u8>>, DbError> {
    tx.query("SELECT certificate FROM secure_time_root ORDER BY sha256", values![], |row| {
        Ok(row.bytes(0)?.to_vec())
    })
}

/// A statement with its place.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) event: Event,
    pub(crate) sealed: String,
    pub(crate) blind: Digest,
    pub(crate) log_index: Option<u64>,
}

/// The statements about a copy, from the first.
pub(crate) fn statements(tx: &mut Tx, slot: &Slot) -> Result<Vec<Placed>, DbError> {
    tx.query(
        "SELECT event, sealed, blind, log_index FROM secure_statement
         WHERE slot = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY sequence",
        values![&slot.to_string(), tx.organisation()],
        |row| {
            Ok(Placed {
                event: Event::from_name(row.text(0)?)
                    .ok_or(DbError::Column { column: 0, expected: "event" })?,
                sealed: row.text(1)?.to_owned(),
                blind: digest(row, 2)?,
                log_index: row.optional_integer(3)?.map(number),
            })
        },
    )
}

fn digest(row: &Row<'_>, column: usize) -> Result<Digest, DbError> {
    let octets: &[u8] = row.bytes(column)?;
    octets.try_into().map(Digest).map_err(|_| DbError::Column { column, expected: "digest" })
}

/// Sizes and places are below 2⁵³ (`evidence::limits::WHOLE_NUMBER`).
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or_default()
}
