//! Folders, the UIDs that they give out, and subscriptions.

use db::{DbError, Row, Tx, values};
use model::{AccountId, FolderId, Timestamp};

use super::account::next_uid_validity;
use super::feed::change_folder;
use super::{Delta, Kind, Step};
use crate::limits::UID_LIMIT;
use crate::types::{Folder, Role};

const FOLDER_ROW: usize = 15;

macro_rules! folder_columns {
    () => {
        "f.folder, f.name, f.role, f.selectable, f.uid_validity, f.uid_next, f.messages, f.unseen, f.deleted,
         f.size_bytes, f.modseq, f.recent_from, f.changes_from, f.changes,
         EXISTS (SELECT 1 FROM store_subscription s WHERE s.account = f.account AND s.name = f.name)"
    };
}

/// A folder and what only this crate wants to know of it.
#[derive(Clone, Debug)]
pub(crate) struct FolderRow {
    pub(crate) folder: Folder,
    /// The feed is complete for MODSEQs above this.
    pub(crate) changes_from: i64,
}

fn folder_row(row: &Row<'_>) -> Result<FolderRow, DbError> {
    let small = |column| Ok::<u32, DbError>(u32::try_from(row.integer(column)?).unwrap_or(0));
    let large = |column| Ok::<u64, DbError>(u64::try_from(row.integer(column)?).unwrap_or(0));
    let folder = Folder {
        id: FolderId(row.integer(0)?),
        name: row.text(1)?.to_owned(),
        role: row.optional_text(2)?.and_then(Role::from_stored),
        is_selectable: row.boolean(3)?,
        has_children: false,
        is_subscribed: subscribed(row)?,
        uid_validity: small(4)?,
        uid_next: small(5)?,
        messages: small(6)?,
        unseen: small(7)?,
        deleted: small(8)?,
        size_bytes: large(9)?,
        highest_modseq: large(10)?,
        recent_from: small(11)?,
    };
    Ok(FolderRow { folder, changes_from: row.integer(12)? })
}

fn subscribed(row: &Row<'_>) -> Result<bool, DbError> {
    Ok(row.integer(FOLDER_ROW - 1)? != 0)
}

pub(crate) fn folders(tx: &mut Tx, account: AccountId) -> Result<Vec<Folder>, DbError> {
    tx.query(
        concat!("SELECT ", folder_columns!(), " FROM store_folder f WHERE f.account = ?1 ORDER BY f.name"),
        values![account],
        |row| Ok(folder_row(row)?.folder),
    )
}

pub(crate) fn folder(tx: &mut Tx, account: AccountId, id: FolderId) -> Result<Option<FolderRow>, DbError> {
    tx.query_one(
        concat!("SELECT ", folder_columns!(), " FROM store_folder f WHERE f.account = ?1 AND f.folder = ?2"),
        values![account, id],
        folder_row,
    )
}

pub(crate) fn folder_named(
    tx: &mut Tx,
    account: AccountId,
    name: &str,
) -> Result<Option<FolderRow>, DbError> {
    tx.query_one(
        concat!("SELECT ", folder_columns!(), " FROM store_folder f WHERE f.account = ?1 AND f.name = ?2"),
        values![account, name],
        folder_row,
    )
}

pub(crate) fn folder_of(tx: &mut Tx, account: AccountId, role: Role) -> Result<Option<FolderRow>, DbError> {
    tx.query_one(
        concat!("SELECT ", folder_columns!(), " FROM store_folder f WHERE f.account = ?1 AND f.role = ?2"),
        values![account, role.stored()],
        folder_row,
    )
}

/// Folders below `name`: those whose name begins with it and a slash.
pub(crate) fn folders_below(
    tx: &mut Tx,
    account: AccountId,
    name: &str,
) -> Result<Vec<(FolderId, String)>, DbError> {
    // `0` follows `/` in the order of octets, in which both engines compare.
    tx.query(
        "SELECT folder, name FROM store_folder WHERE account = ?1 AND name >= ?2 AND name < ?3 ORDER BY name",
        values![account, &format!("{name}/"), &format!("{name}0")],
        |row| Ok((FolderId(row.integer(0)?), row.text(1)?.to_owned())),
    )
}

pub(crate) fn count_folders(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    let count =
        tx.query_one("SELECT count(*) FROM store_folder WHERE account = ?1", values![account], |row| {
            row.integer(0)
        })?;
    Ok(count.unwrap_or(0))
}

pub(crate) fn insert_folder(
    tx: &mut Tx,
    step: Step,
    now: Timestamp,
    id: FolderId,
    name: &str,
    role: Option<Role>,
) -> Result<(), DbError> {
    let uid_validity = next_uid_validity(tx, step, now)?;
    tx.execute(
        "INSERT INTO store_folder (account, folder, name, role, selectable, uid_validity, uid_next, messages,
             unseen, deleted, size_bytes, modseq, recent_from, changes, changes_from)
         VALUES (?1, ?2, ?3, ?4, 1, ?5, 1, 0, 0, 0, 0, ?6, 1, 0, ?6)",
        values![step.account, id, name, role.map(Role::stored), uid_validity, step.modseq],
    )?;
    change_folder(tx, step, id, Kind::Came)
}

/// Makes a placeholder a folder again; its UIDs begin anew under a new UIDVALIDITY.
pub(crate) fn revive_folder(
    tx: &mut Tx,
    step: Step,
    now: Timestamp,
    id: FolderId,
    role: Option<Role>,
) -> Result<(), DbError> {
    let uid_validity = next_uid_validity(tx, step, now)?;
    tx.execute(
        "UPDATE store_folder SET selectable = 1, role = ?3, uid_validity = ?4, uid_next = 1, recent_from = 1,
             modseq = ?5, changes = 0, changes_from = ?5
         WHERE account = ?1 AND folder = ?2",
        values![step.account, id, role.map(Role::stored), uid_validity, step.modseq],
    )?;
    change_folder(tx, step, id, Kind::Flags)
}

pub(crate) fn rename_folder(tx: &mut Tx, step: Step, id: FolderId, name: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_folder SET name = ?3 WHERE account = ?1 AND folder = ?2",
        values![step.account, id, name],
    )?;
    change_folder(tx, step, id, Kind::Flags)
}

/// Gives a role to a folder, or takes it away.
pub(crate) fn set_role(tx: &mut Tx, step: Step, id: FolderId, role: Option<Role>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_folder SET role = ?3 WHERE account = ?1 AND folder = ?2",
        values![step.account, id, role.map(Role::stored)],
    )?;
    change_folder(tx, step, id, Kind::Flags)
}

/// Removes an empty folder; with `keep_name` the name stays as a placeholder for what lies below it.
pub(crate) fn remove_folder(tx: &mut Tx, step: Step, id: FolderId, keep_name: bool) -> Result<(), DbError> {
    tx.execute("DELETE FROM store_change WHERE account = ?1 AND folder = ?2", values![step.account, id])?;
    if keep_name {
        tx.execute(
            "UPDATE store_folder SET selectable = 0, role = NULL WHERE account = ?1 AND folder = ?2",
            values![step.account, id],
        )?;
        return change_folder(tx, step, id, Kind::Flags);
    }
    tx.execute("DELETE FROM store_folder WHERE account = ?1 AND folder = ?2", values![step.account, id])?;
    change_folder(tx, step, id, Kind::Gone)
}

/// Where a message can be put: UIDs taken from the folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) folder: FolderId,
    pub(crate) uid_validity: u32,
    pub(crate) first_uid: u32,
    pub(crate) changes: i64,
}

fn taken(row: &Row<'_>) -> Result<Taken, DbError> {
    Ok(Taken {
        folder: FolderId(row.integer(0)?),
        uid_validity: u32::try_from(row.integer(1)?).unwrap_or(0),
        first_uid: u32::try_from(row.integer(2)?).unwrap_or(0),
        changes: row.integer(3)?,
    })
}

macro_rules! take_uids {
    ($by:literal) => {
        concat!(
            "UPDATE store_folder SET uid_next = uid_next + ?3, messages = messages + ?3, unseen = unseen + ?4,
                 deleted = deleted + ?5, size_bytes = size_bytes + ?6, modseq = ?7, changes = changes + ?3
             WHERE account = ?1 AND ",
            $by,
            " AND selectable = 1 AND uid_next + ?3 <= ?8
             RETURNING folder, uid_validity, uid_next - ?3, changes"
        )
    };
}

/// Takes `delta.messages` UIDs of a folder and counts the messages.
pub(crate) fn take_uids(
    tx: &mut Tx,
    step: Step,
    id: FolderId,
    delta: Delta,
) -> Result<Option<Taken>, DbError> {
    let Delta { messages, unseen, deleted, size_bytes, .. } = delta;
    tx.query_one(
        take_uids!("folder = ?2"),
        values![step.account, id, messages, unseen, deleted, size_bytes, step.modseq, UID_LIMIT],
        taken,
    )
}

/// As [`take_uids()`], of the folder of that role.
pub(crate) fn take_uids_of(
    tx: &mut Tx,
    step: Step,
    role: Role,
    delta: Delta,
) -> Result<Option<Taken>, DbError> {
    let Delta { messages, unseen, deleted, size_bytes, .. } = delta;
    tx.query_one(
        take_uids!("role = ?2"),
        values![step.account, role.stored(), messages, unseen, deleted, size_bytes, step.modseq, UID_LIMIT],
        taken,
    )
}

pub(crate) fn set_recent_from(tx: &mut Tx, account: AccountId, id: FolderId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_folder SET recent_from = uid_next WHERE account = ?1 AND folder = ?2",
        values![account, id],
    )?;
    Ok(())
}

// Subscriptions: names that need not be those of folders.

pub(crate) fn subscriptions(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT name FROM store_subscription WHERE account = ?1 ORDER BY name",
        values![account],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

pub(crate) fn subscribe(tx: &mut Tx, account: AccountId, name: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_subscription (account, name) VALUES (?1, ?2) ON CONFLICT (account, name) DO NOTHING",
        values![account, name],
    )?;
    Ok(())
}

pub(crate) fn unsubscribe(tx: &mut Tx, account: AccountId, name: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM store_subscription WHERE account = ?1 AND name = ?2", values![account, name])?;
    Ok(())
}
