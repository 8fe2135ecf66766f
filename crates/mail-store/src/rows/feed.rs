//! The change feed: what happened to folders and messages, for those who come back.

use db::{DbError, Tx, values};
use model::{AccountId, FolderId};

use super::{Delta, Step};
use crate::limits::FOLDER_CHANGES_KEPT;

/// What happened to a message, as the feed keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Came = 1,
    Flags = 2,
    Gone = 3,
}

/// The folder id of feed rows that tell of folders.
const FOLDERS: FolderId = FolderId(0);

/// What happened to the messages of a folder after a MODSEQ, in order.
pub(crate) fn changes(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    modseq: i64,
) -> Result<Vec<(u32, bool)>, DbError> {
    tx.query(
        "SELECT uid, kind FROM store_change WHERE account = ?1 AND folder = ?2 AND modseq > ?3 ORDER BY modseq",
        values![account, folder, modseq],
        |row| Ok((u32::try_from(row.integer(0)?).unwrap_or(0), row.integer(1)? == Kind::Gone as i64)),
    )
}

/// Writes a message's change into the feed.
pub(super) fn change(tx: &mut Tx, step: Step, folder: FolderId, uid: u32, kind: Kind) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_change (account, folder, modseq, uid, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![step.account, folder, step.modseq, uid, kind as i64],
    )?;
    Ok(())
}

/// Writes a folder's own change into the feed, whose tail it cuts.
pub(super) fn change_folder(tx: &mut Tx, step: Step, id: FolderId, kind: Kind) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_change (account, folder, modseq, uid, kind) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, folder, modseq, uid) DO UPDATE SET kind = excluded.kind",
        values![step.account, FOLDERS, step.modseq, id, kind as i64],
    )?;
    tx.execute(
        "DELETE FROM store_change WHERE account = ?1 AND folder = ?2 AND modseq <
             (SELECT modseq FROM store_change WHERE account = ?1 AND folder = ?2
              ORDER BY modseq DESC LIMIT 1 OFFSET ?3)",
        values![step.account, FOLDERS, FOLDER_CHANGES_KEPT],
    )?;
    Ok(())
}

/// Counts what changed in a folder, and cuts the tail of its history where it has grown too long.
pub(crate) fn count_changes(tx: &mut Tx, step: Step, id: FolderId, delta: Delta) -> Result<(), DbError> {
    let changes = tx.query_one(
        "UPDATE store_folder SET messages = messages + ?3, unseen = unseen + ?4, deleted = deleted + ?5,
             size_bytes = size_bytes + ?6, modseq = ?7, changes = changes + ?8
         WHERE account = ?1 AND folder = ?2 RETURNING changes",
        values![
            step.account,
            id,
            delta.messages,
            delta.unseen,
            delta.deleted,
            delta.size_bytes,
            step.modseq,
            delta.changes
        ],
        |row| row.integer(0),
    )?;
    prune_changes(tx, step, id, changes.unwrap_or(0))
}

/// Cuts the tail of a folder's history if `changes` rows are too many.
pub(crate) fn prune_changes(tx: &mut Tx, step: Step, id: FolderId, changes: i64) -> Result<(), DbError> {
    if changes <= step.history.kept + step.history.slack {
        return Ok(());
    }
    let last = tx.query_one(
        "SELECT modseq FROM store_change WHERE account = ?1 AND folder = ?2 ORDER BY modseq LIMIT 1 OFFSET ?3",
        values![step.account, id, changes - step.history.kept - 1],
        |row| row.integer(0),
    )?;
    let Some(last) = last else { return Ok(()) };
    // Rows of one MODSEQ go together, or the history would have a hole that nobody sees.
    let gone = tx.execute(
        "DELETE FROM store_change WHERE account = ?1 AND folder = ?2 AND modseq <= ?3",
        values![step.account, id, last],
    )?;
    tx.execute(
        "UPDATE store_folder SET changes = changes - ?3, changes_from = ?4 WHERE account = ?1 AND folder = ?2",
        values![step.account, id, i64::try_from(gone).unwrap_or(0), last],
    )?;
    Ok(())
}
