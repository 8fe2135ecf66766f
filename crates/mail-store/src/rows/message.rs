//! Messages: the narrow table, a row for each copy in a folder.

use db::{DbError, Row, Tx, values};
use model::{AccountId, FolderId, LetterId, Timestamp};

use super::feed::change;
use super::{Kind, Step, prune_changes};
use crate::flags::Flags;
use crate::types::{Columns, MessageRow};
use crate::uids::UidSet;

/// What every reading of messages needs, and no more than lies in the narrow table.
macro_rules! message_columns {
    () => {
        "m.uid, m.modseq, m.flags, m.keywords, m.internal_date, m.saved_at, m.size_bytes, m.letter"
    };
}

macro_rules! select_messages {
    ($columns:literal, $join:literal) => {
        concat!(
            "SELECT ",
            message_columns!(),
            $columns,
            " FROM store_message m ",
            $join,
            " WHERE m.account = ?1 AND m.folder = ?2 AND m.uid >= ?3 AND m.uid <= ?4 ORDER BY m.uid LIMIT ?5"
        )
    };
}

fn message_row(row: &Row<'_>, columns: Columns) -> Result<MessageRow, DbError> {
    let body_structure_at = if columns.envelope { 9 } else { 8 };
    Ok(MessageRow {
        uid: u32::try_from(row.integer(0)?).unwrap_or(0),
        modseq: u64::try_from(row.integer(1)?).unwrap_or(0),
        flags: Flags::from_stored(row.integer(2)?, row.optional_text(3)?),
        internal_date: row.timestamp(4)?,
        saved_at: row.timestamp(5)?,
        size_bytes: u64::try_from(row.integer(6)?).unwrap_or(0),
        letter: LetterId(row.integer(7)?),
        envelope: if columns.envelope { Some(row.bytes(8)?.to_vec()) } else { None },
        body_structure: match columns.body_structure {
            true => Some(row.bytes(body_structure_at)?.to_vec()),
            false => None,
        },
    })
}

/// Hands over the messages of a range of UIDs, ascending, at most `limit`.
pub(crate) fn each_message(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    range: &std::ops::RangeInclusive<u32>,
    columns: Columns,
    limit: usize,
    mut take: impl FnMut(MessageRow),
) -> Result<(), DbError> {
    let sql = match (columns.envelope, columns.body_structure) {
        (false, false) => select_messages!("", ""),
        (true, false) => select_messages!(
            ", e.envelope",
            "JOIN store_envelope e ON e.account = m.account AND e.letter = m.letter"
        ),
        (false, true) => select_messages!(
            ", l.body_structure",
            "JOIN store_letter l ON l.account = m.account AND l.letter = m.letter"
        ),
        (true, true) => select_messages!(
            ", e.envelope, l.body_structure",
            "JOIN store_envelope e ON e.account = m.account AND e.letter = m.letter
             JOIN store_letter l ON l.account = m.account AND l.letter = m.letter"
        ),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.for_each(sql, values![account, folder, *range.start(), *range.end(), limit], |row| {
        take(message_row(row, columns)?);
        Ok(())
    })
}

/// The messages of a set of UIDs that exist, ascending.
pub(crate) fn messages(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    uids: &UidSet,
    limit: usize,
) -> Result<Vec<MessageRow>, DbError> {
    let mut rows = Vec::new();
    for range in uids.ranges() {
        let left = limit - rows.len();
        if left == 0 {
            break;
        }
        each_message(tx, account, folder, range, Columns::default(), left, |row| rows.push(row))?;
    }
    Ok(rows)
}

/// Messages with `\Deleted` of a range.
pub(crate) fn deleted_messages(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    range: &std::ops::RangeInclusive<u32>,
    limit: usize,
) -> Result<Vec<MessageRow>, DbError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.query(
        concat!(
            "SELECT ",
            message_columns!(),
            " FROM store_message m WHERE m.account = ?1 AND m.folder = ?2 AND m.uid >= ?3 AND m.uid <= ?4
                 AND (m.flags & ?6) <> 0
             ORDER BY m.uid LIMIT ?5"
        ),
        values![account, folder, *range.start(), *range.end(), limit, Flags::DELETED.stored_bits()],
        |row| message_row(row, Columns::default()),
    )
}

/// Messages changed after a MODSEQ, by reading the whole folder.
pub(crate) fn messages_after(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    modseq: i64,
) -> Result<Vec<MessageRow>, DbError> {
    tx.query(
        concat!(
            "SELECT ",
            message_columns!(),
            " FROM store_message m WHERE m.account = ?1 AND m.folder = ?2 AND m.modseq > ?3 ORDER BY m.uid"
        ),
        values![account, folder, modseq],
        |row| message_row(row, Columns::default()),
    )
}

/// Hands over UID, whether seen, and keywords of every message, ascending.
pub(crate) fn each_uid(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    mut take: impl FnMut(u32, bool, Option<&str>),
) -> Result<(), DbError> {
    tx.for_each(
        "SELECT uid, flags, keywords FROM store_message WHERE account = ?1 AND folder = ?2 ORDER BY uid",
        values![account, folder],
        |row| {
            let uid = u32::try_from(row.integer(0)?).unwrap_or(0);
            take(uid, row.integer(1)? & Flags::SEEN.stored_bits() != 0, row.optional_text(2)?);
            Ok(())
        },
    )
}

/// A message's row as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewRow<'a> {
    pub(crate) folder: FolderId,
    pub(crate) uid: u32,
    pub(crate) flags: &'a Flags,
    pub(crate) internal_date: Timestamp,
    pub(crate) saved_at: Timestamp,
    pub(crate) size_bytes: i64,
    pub(crate) letter: LetterId,
}

pub(crate) fn insert_message(tx: &mut Tx, step: Step, row: &NewRow<'_>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_message (account, folder, uid, modseq, flags, keywords, internal_date, saved_at,
             size_bytes, letter)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            step.account,
            row.folder,
            row.uid,
            step.modseq,
            row.flags.stored_bits(),
            row.flags.stored_keywords(),
            row.internal_date,
            row.saved_at,
            row.size_bytes,
            row.letter
        ],
    )?;
    change(tx, step, row.folder, row.uid, Kind::Came)
}

pub(crate) fn set_flags(
    tx: &mut Tx,
    step: Step,
    folder: FolderId,
    uid: u32,
    flags: &Flags,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_message SET flags = ?4, keywords = ?5, modseq = ?6
         WHERE account = ?1 AND folder = ?2 AND uid = ?3",
        values![step.account, folder, uid, flags.stored_bits(), flags.stored_keywords(), step.modseq],
    )?;
    change(tx, step, folder, uid, Kind::Flags)
}

/// Puts a message's row into another folder, under another UID.
pub(crate) fn move_message(
    tx: &mut Tx,
    step: Step,
    (from, uid): (FolderId, u32),
    (to, new_uid): (FolderId, u32),
    saved_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_message SET folder = ?4, uid = ?5, modseq = ?6, saved_at = ?7
         WHERE account = ?1 AND folder = ?2 AND uid = ?3",
        values![step.account, from, uid, to, new_uid, step.modseq, saved_at],
    )?;
    change(tx, step, from, uid, Kind::Gone)?;
    change(tx, step, to, new_uid, Kind::Came)
}

/// Removes a message's row, and its letter if this was the last copy.
pub(crate) fn remove_message(
    tx: &mut Tx,
    step: Step,
    folder: FolderId,
    uid: u32,
    letter: LetterId,
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM store_message WHERE account = ?1 AND folder = ?2 AND uid = ?3",
        values![step.account, folder, uid],
    )?;
    change(tx, step, folder, uid, Kind::Gone)?;
    let freed = tx.execute(
        "DELETE FROM store_letter WHERE account = ?1 AND letter = ?2 AND copies <= 1",
        values![step.account, letter],
    )?;
    if freed > 0 {
        tx.execute(
            "DELETE FROM store_envelope WHERE account = ?1 AND letter = ?2",
            values![step.account, letter],
        )?;
    } else {
        tx.execute(
            "UPDATE store_letter SET copies = copies - 1 WHERE account = ?1 AND letter = ?2",
            values![step.account, letter],
        )?;
    }
    Ok(())
}

/// Moves every message of a folder to an empty one, with its UIDs (RENAME of INBOX).
pub(crate) fn move_all(
    tx: &mut Tx,
    step: Step,
    from: FolderId,
    to: FolderId,
    saved_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_change (account, folder, modseq, uid, kind)
         SELECT account, folder, CAST(?3 AS BIGINT), uid, CAST(?4 AS BIGINT) FROM store_message WHERE account = ?1 AND folder = ?2",
        values![step.account, from, step.modseq, Kind::Gone as i64],
    )?;
    let moved = tx.execute(
        "UPDATE store_message SET folder = ?3, modseq = ?4, saved_at = ?5 WHERE account = ?1 AND folder = ?2",
        values![step.account, from, to, step.modseq, saved_at],
    )?;
    // The new folder's history begins here: it needs no rows for what it has from the start.
    tx.execute(
        "UPDATE store_folder SET
             uid_next = (SELECT s.uid_next FROM store_folder s WHERE s.account = ?1 AND s.folder = ?2),
             messages = (SELECT s.messages FROM store_folder s WHERE s.account = ?1 AND s.folder = ?2),
             unseen = (SELECT s.unseen FROM store_folder s WHERE s.account = ?1 AND s.folder = ?2),
             deleted = (SELECT s.deleted FROM store_folder s WHERE s.account = ?1 AND s.folder = ?2),
             size_bytes = (SELECT s.size_bytes FROM store_folder s WHERE s.account = ?1 AND s.folder = ?2),
             modseq = ?4, changes_from = ?4
         WHERE account = ?1 AND folder = ?3",
        values![step.account, from, to, step.modseq],
    )?;
    let changes = tx.query_one(
        "UPDATE store_folder SET messages = 0, unseen = 0, deleted = 0, size_bytes = 0, modseq = ?3,
             changes = changes + ?4
         WHERE account = ?1 AND folder = ?2 RETURNING changes",
        values![step.account, from, step.modseq, i64::try_from(moved).unwrap_or(0)],
        |row| row.integer(0),
    )?;
    prune_changes(tx, step, from, changes.unwrap_or(0))
}
