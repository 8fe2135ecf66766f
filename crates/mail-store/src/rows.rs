//! All SQL of this crate: every statement is keyed by account, every change stands in the feed.
//!
//! The functions here do what they are told; which account, whether there is room and what counts as a
//! change is decided above. Callers that change rows hold a [`Step`], which only the locked account gives.

use db::{DbError, Migrations, Row, Tx, values};
use model::{AccountId, AccountRef, BlobRef, FolderId, LetterId, Timestamp};

use crate::error::{LiveBlob, StoreError, WrongCounter};
use crate::flags::Flags;
use crate::limits::{FOLDER_CHANGES_KEPT, UID_LIMIT};
use crate::types::{Columns, Folder, MessageRow, Role};
use crate::uids::UidSet;

/// What `db.migrate` applies for this crate.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "mail-store", steps: &[(1, "accounts", include_str!("0001_accounts.sql"))] };

/// What happened to a message, as the feed keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Came = 1,
    Flags = 2,
    Gone = 3,
}

/// The folder id of feed rows that tell of folders.
const FOLDERS: FolderId = FolderId(0);

/// A change in progress: the account's row is locked, and this is its new MODSEQ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) account: AccountId,
    pub(crate) modseq: i64,
    pub(crate) history: History,
}

/// How much of a folder's history is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct History {
    /// Changes that are kept.
    pub(crate) kept: i64,
    /// How many more there may be before the oldest are removed.
    pub(crate) slack: i64,
}

/// Counters of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) bytes: i64,
    pub(crate) messages: i64,
}

/// What a change does to a folder's counters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delta {
    pub(crate) messages: i64,
    pub(crate) unseen: i64,
    pub(crate) deleted: i64,
    pub(crate) size_bytes: i64,
    pub(crate) changes: i64,
}

impl Delta {
    /// Adds (1) or takes away (-1) a message with these flags.
    pub(crate) fn message(&mut self, sign: i64, flags: &Flags, size_bytes: i64) {
        self.messages += sign;
        self.unseen += sign * i64::from(!flags.is_seen());
        self.deleted += sign * i64::from(flags.is_deleted());
        self.size_bytes += sign * size_bytes;
        self.changes += 1;
    }
}

// The account.

pub(crate) fn account_exists(tx: &mut Tx, account: AccountRef) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM store_account WHERE account = ?1 AND organisation = ?2",
        values![account.account, account.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Makes the account's row; whether it was missing.
pub(crate) fn create_account(tx: &mut Tx, account: AccountRef) -> Result<bool, DbError> {
    let made = tx.execute(
        "INSERT INTO store_account (account, organisation, modseq, used_bytes, used_messages, last_uid_validity)
         VALUES (?1, ?2, 1, 0, 0, 0) ON CONFLICT (account) DO NOTHING",
        values![account.account, account.organisation],
    )?;
    Ok(made > 0)
}

pub(crate) fn begin_step(
    tx: &mut Tx,
    account: AccountRef,
    history: History,
) -> Result<Option<Step>, DbError> {
    tx.query_one(
        "UPDATE store_account SET modseq = modseq + 1 WHERE account = ?1 AND organisation = ?2
         RETURNING modseq",
        values![account.account, account.organisation],
        |row| Ok(Step { account: account.account, modseq: row.integer(0)?, history }),
    )
}

/// Begins a step that adds a message, if the account then uses at most `quota_bytes`.
pub(crate) fn begin_append(
    tx: &mut Tx,
    account: AccountRef,
    history: History,
    size_bytes: i64,
    quota_bytes: i64,
) -> Result<Option<Step>, DbError> {
    tx.query_one(
        "UPDATE store_account
         SET modseq = modseq + 1, used_bytes = used_bytes + ?3, used_messages = used_messages + 1
         WHERE account = ?1 AND organisation = ?2 AND used_bytes + ?3 <= ?4
         RETURNING modseq",
        values![account.account, account.organisation, size_bytes, quota_bytes],
        |row| Ok(Step { account: account.account, modseq: row.integer(0)?, history }),
    )
}

pub(crate) fn use_account(tx: &mut Tx, step: Step, bytes: i64, messages: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_account SET used_bytes = used_bytes + ?2, used_messages = used_messages + ?3
         WHERE account = ?1",
        values![step.account, bytes, messages],
    )?;
    Ok(())
}

pub(crate) fn used(tx: &mut Tx, account: AccountId) -> Result<Used, StoreError> {
    tx.query_one(
        "SELECT used_bytes, used_messages FROM store_account WHERE account = ?1",
        values![account],
        |row| Ok(Used { bytes: row.integer(0)?, messages: row.integer(1)? }),
    )?
    .ok_or(StoreError::NoSuchAccount)
}

/// The next UIDVALIDITY: the time in seconds, or one more than the last.
fn next_uid_validity(tx: &mut Tx, step: Step, now: Timestamp) -> Result<i64, DbError> {
    let next = tx.query_one(
        "UPDATE store_account
         SET last_uid_validity = CASE WHEN last_uid_validity >= ?2 THEN last_uid_validity + 1 ELSE ?2 END
         WHERE account = ?1 RETURNING last_uid_validity",
        values![step.account, now.seconds().clamp(1, UID_LIMIT)],
        |row| row.integer(0),
    )?;
    Ok(next.unwrap_or(1))
}

// Folders.

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

/// Writes a folder's own change into the feed, whose tail it cuts.
fn change_folder(tx: &mut Tx, step: Step, id: FolderId, kind: Kind) -> Result<(), DbError> {
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

pub(crate) fn set_recent_from(tx: &mut Tx, account: AccountId, id: FolderId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_folder SET recent_from = uid_next WHERE account = ?1 AND folder = ?2",
        values![account, id],
    )?;
    Ok(())
}

// Subscriptions.

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

// Messages.

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

/// Writes a message's change into the feed.
fn change(tx: &mut Tx, step: Step, folder: FolderId, uid: u32, kind: Kind) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_change (account, folder, modseq, uid, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![step.account, folder, step.modseq, uid, kind as i64],
    )?;
    Ok(())
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

// Letters.

/// A letter's row as it is written.
pub(crate) struct NewLetter<'a> {
    pub(crate) letter: LetterId,
    pub(crate) size_bytes: i64,
    pub(crate) blob: BlobRef,
    pub(crate) prefix: &'a [u8],
    pub(crate) summary: &'a wire_mime::Summary,
}

pub(crate) fn insert_letter(tx: &mut Tx, step: Step, new: &NewLetter<'_>) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO store_letter (account, letter, copies, size_bytes, blob, prefix, body_structure, has_attachment)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7)",
        values![
            step.account,
            new.letter,
            new.size_bytes,
            &new.blob.to_bytes(),
            new.prefix,
            &new.summary.body_structure,
            new.summary.has_attachment
        ],
    )?;
    let date = new.summary.date;
    tx.execute(
        "INSERT INTO store_envelope (account, letter, sent_at, sent_zone_minutes, envelope)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        values![
            step.account,
            new.letter,
            date.map(|date| date.at),
            date.map_or(0, |date| date.zone_minutes),
            &new.summary.envelope
        ],
    )?;
    Ok(())
}

pub(crate) fn count_copy(tx: &mut Tx, step: Step, letter: LetterId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE store_letter SET copies = copies + 1 WHERE account = ?1 AND letter = ?2",
        values![step.account, letter],
    )?;
    Ok(())
}

/// Where a letter's content lies.
#[derive(Clone, Debug)]
pub(crate) struct LetterRow {
    pub(crate) prefix: Vec<u8>,
    pub(crate) blob: BlobRef,
}

pub(crate) fn letter(tx: &mut Tx, account: AccountId, letter: LetterId) -> Result<LetterRow, StoreError> {
    let (prefix, blob) = tx
        .query_one(
            "SELECT prefix, blob FROM store_letter WHERE account = ?1 AND letter = ?2",
            values![account, letter],
            |row| Ok((row.bytes(0)?.to_vec(), row.bytes(1)?.to_vec())),
        )?
        .ok_or(StoreError::NoSuchMessage)?;
    Ok(LetterRow { prefix, blob: BlobRef::from_bytes(&blob).map_err(StoreError::damaged_blob)? })
}

/// What a search reads of a letter before it opens the body.
#[derive(Clone, Debug)]
pub(crate) struct SentRow {
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) sent_zone_minutes: i32,
    pub(crate) envelope: Vec<u8>,
}

pub(crate) fn sent(tx: &mut Tx, account: AccountId, letter: LetterId) -> Result<Option<SentRow>, DbError> {
    tx.query_one(
        "SELECT sent_at, sent_zone_minutes, envelope FROM store_envelope WHERE account = ?1 AND letter = ?2",
        values![account, letter],
        |row| {
            Ok(SentRow {
                sent_at: row.optional_timestamp(0)?,
                sent_zone_minutes: i32::try_from(row.integer(1)?).unwrap_or(0),
                envelope: row.bytes(2)?.to_vec(),
            })
        },
    )
}

/// The next blobs in use, in the order of accounts and letters.
pub(crate) fn live_blobs(
    tx: &mut Tx,
    after: (AccountId, LetterId),
    limit: usize,
) -> Result<Vec<LiveBlob>, StoreError> {
    let rows = tx.query(
        "SELECT account, letter, blob FROM store_letter
         WHERE account > ?1 OR (account = ?1 AND letter > ?2) ORDER BY account, letter LIMIT ?3",
        values![after.0, after.1, i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| Ok((AccountId(row.integer(0)?), LetterId(row.integer(1)?), row.bytes(2)?.to_vec())),
    )?;
    rows.into_iter()
        .map(|(account, letter, blob)| {
            let blob = BlobRef::from_bytes(&blob).map_err(StoreError::damaged_blob)?;
            Ok(LiveBlob { after: (account, letter), blob })
        })
        .collect()
}

/// Folders whose counters are not what their rows say, and accounts whose use is not that of their folders.
pub(crate) fn wrong_counters(tx: &mut Tx) -> Result<Vec<WrongCounter>, DbError> {
    let mut wrong = tx.query(
        "SELECT f.account, f.folder FROM store_folder f
         LEFT JOIN (SELECT account, folder, count(*) AS messages, sum(size_bytes) AS size_bytes,
                        sum(CASE WHEN (flags & ?1) = 0 THEN 1 ELSE 0 END) AS unseen,
                        sum(CASE WHEN (flags & ?2) <> 0 THEN 1 ELSE 0 END) AS deleted,
                        max(uid) AS last_uid
                    FROM store_message GROUP BY account, folder) m
         ON m.account = f.account AND m.folder = f.folder
         WHERE f.messages <> COALESCE(m.messages, 0) OR f.size_bytes <> COALESCE(m.size_bytes, 0)
            OR f.unseen <> COALESCE(m.unseen, 0) OR f.deleted <> COALESCE(m.deleted, 0)
            OR f.uid_next <= COALESCE(m.last_uid, 0)
         ORDER BY f.account, f.folder",
        values![Flags::SEEN.stored_bits(), Flags::DELETED.stored_bits()],
        |row| {
            let folder = Some(FolderId(row.integer(1)?));
            Ok(WrongCounter { account: AccountId(row.integer(0)?), folder })
        },
    )?;
    wrong.extend(tx.query(
        "SELECT a.account FROM store_account a
         LEFT JOIN (SELECT account, sum(messages) AS messages, sum(size_bytes) AS size_bytes
                    FROM store_folder GROUP BY account) f ON f.account = a.account
         WHERE a.used_messages <> COALESCE(f.messages, 0) OR a.used_bytes <> COALESCE(f.size_bytes, 0)
         ORDER BY a.account",
        &[],
        |row| Ok(WrongCounter { account: AccountId(row.integer(0)?), folder: None }),
    )?);
    // A letter without all its rows, or rows without their letter.
    wrong.extend(tx.query(
        "SELECT l.account FROM store_letter l
         LEFT JOIN (SELECT account, letter, count(*) AS copies FROM store_message GROUP BY account, letter) m
         ON m.account = l.account AND m.letter = l.letter
         LEFT JOIN store_envelope e ON e.account = l.account AND e.letter = l.letter
         WHERE l.copies <> COALESCE(m.copies, 0) OR e.letter IS NULL
         UNION
         SELECT m.account FROM store_message m
         LEFT JOIN store_letter l ON l.account = m.account AND l.letter = m.letter WHERE l.letter IS NULL",
        &[],
        |row| Ok(WrongCounter { account: AccountId(row.integer(0)?), folder: None }),
    )?);
    Ok(wrong)
}

/// Removes every row of an account.
pub(crate) fn erase(tx: &mut Tx, account: AccountRef) -> Result<(), DbError> {
    if !account_exists(tx, account)? {
        return Ok(());
    }
    for sql in [
        "DELETE FROM store_change WHERE account = ?1",
        "DELETE FROM store_message WHERE account = ?1",
        "DELETE FROM store_envelope WHERE account = ?1",
        "DELETE FROM store_letter WHERE account = ?1",
        "DELETE FROM store_subscription WHERE account = ?1",
        "DELETE FROM store_folder WHERE account = ?1",
        "DELETE FROM store_account WHERE account = ?1",
    ] {
        tx.execute(sql, values![account.account])?;
    }
    Ok(())
}
