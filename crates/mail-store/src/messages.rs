//! Messages of a folder: reading rows, flags, copies, moves, expunging, and what changed since when.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

use db::Tx;
use model::{AccountId, FolderId};

use crate::account::Account;
use crate::error::StoreError;
use crate::flags::FlagChange;
use crate::folders::found;
use crate::limits::{KEYWORDS_LISTED, ROWS_BATCH};
use crate::rows::{self, Delta, NewRow, Step};
use crate::types::{Changes, Columns, Copied, Expunged, MessageRow, OpenOptions, Opened, Stored, StoredRow};
use crate::uids::UidSet;

impl Account {
    /// Opens a folder: its state and all UIDs as of one moment.
    pub async fn open(&self, id: FolderId, options: OpenOptions) -> Result<Opened, StoreError> {
        let opened = self.read(move |tx, account| opened(tx, account, id)).await?;
        if options.claims_recent && opened.folder.recent_from < opened.folder.uid_next {
            // Two sessions at the same moment may both see a message as recent; RFC 3501 §2.3.2 forbids
            // only that none does.
            self.write(move |tx, account| Ok(rows::set_recent_from(tx, account.account.account, id)?))
                .await?;
        }
        Ok(opened)
    }

    /// The messages of these UIDs that exist, ascending, in batches.
    pub fn messages(&self, folder: FolderId, uids: &UidSet, columns: Columns) -> Rows {
        Rows { account: self.clone(), folder, left: uids.ranges().iter().cloned().collect(), columns }
    }

    /// What happened in the folder after a MODSEQ that an earlier answer gave.
    pub async fn changes_since(&self, id: FolderId, modseq: u64) -> Result<Changes, StoreError> {
        let modseq = i64::try_from(modseq).unwrap_or(i64::MAX);
        self.read(move |tx, account| changes_since(tx, account, id, modseq)).await
    }

    /// Alters flags. With `unchanged_since`, messages of a higher MODSEQ are left alone and listed
    /// (RFC 7162 §3.1.3). Large sets are done in several commits; each message is done or not.
    pub async fn store(
        &self,
        folder: FolderId,
        uids: &UidSet,
        change: FlagChange,
        unchanged_since: Option<u64>,
    ) -> Result<Stored, StoreError> {
        let mut left = uids.clone();
        let mut stored = Stored::default();
        loop {
            let (uids, change) = (left.clone(), change.clone());
            let work = move |tx: &mut Tx, account: &Account| {
                account.store_batch(tx, folder, &uids, &change, unchanged_since)
            };
            let (batch, last) = self.write(work).await?;
            stored.rows.extend(batch.rows);
            stored.modified =
                UidSet::from_ranges(stored.modified.ranges().iter().chain(batch.modified.ranges()).cloned());
            stored.modseq = batch.modseq;
            match last {
                Some(last) => {
                    left = left.intersection(&UidSet::from_ranges([last.saturating_add(1)..=u32::MAX]))
                }
                None => return Ok(stored),
            }
        }
    }

    /// Alters flags of the first messages of the set; the last UID done, if there may be more.
    fn store_batch(
        &self,
        tx: &mut Tx,
        folder: FolderId,
        uids: &UidSet,
        change: &FlagChange,
        unchanged_since: Option<u64>,
    ) -> Result<(Stored, Option<u32>), StoreError> {
        let step = self.begin(tx)?;
        found(rows::folder(tx, step.account, folder)?)?;
        let batch = rows::messages(tx, step.account, folder, uids, ROWS_BATCH)?;
        let last = (batch.len() == ROWS_BATCH).then(|| batch.last().map(|row| row.uid)).flatten();
        let mut stored = Stored { modseq: step.modseq as u64, ..Stored::default() };
        let mut delta = Delta::default();
        for row in batch {
            if unchanged_since.is_some_and(|limit| row.modseq > limit) {
                stored.modified.push(row.uid);
                continue;
            }
            let flags = change.apply(&row.flags).map_err(|_| StoreError::Limit("keywords of a message"))?;
            let has_changed = flags != row.flags;
            if has_changed {
                rows::set_flags(tx, step, folder, row.uid, &flags)?;
                delta.unseen += i64::from(!flags.is_seen()) - i64::from(!row.flags.is_seen());
                delta.deleted += i64::from(flags.is_deleted()) - i64::from(row.flags.is_deleted());
                delta.changes += 1;
            }
            let modseq = if has_changed { step.modseq as u64 } else { row.modseq };
            stored.rows.push(StoredRow { uid: row.uid, modseq, flags, has_changed });
        }
        if delta.changes > 0 {
            rows::count_changes(tx, step, folder, delta)?;
        }
        Ok((stored, last))
    }

    /// Copies messages with their flags and dates: all of them in one commit, or none (RFC 9051 §6.4.7).
    pub async fn copy(&self, from: FolderId, uids: &UidSet, to: FolderId) -> Result<Copied, StoreError> {
        let uids = uids.clone();
        self.write(move |tx, account| {
            let step = account.begin(tx)?;
            found(rows::folder(tx, step.account, from)?)?;
            let batch = rows::messages(tx, step.account, from, &uids, usize::MAX)?;
            let delta = delta_of(&batch);
            let quota = account.quota_limit(tx)?;
            if rows::used(tx, step.account)?.bytes.saturating_add(delta.size_bytes) > quota {
                return Err(StoreError::OverQuota);
            }
            let (mut copied, first_uid) = account.take(tx, step, to, delta)?;
            for (row, uid) in batch.iter().zip(first_uid..) {
                let new = NewRow {
                    folder: to,
                    uid,
                    flags: &row.flags,
                    internal_date: row.internal_date,
                    saved_at: account.store.now(),
                    size_bytes: i64::try_from(row.size_bytes).unwrap_or(i64::MAX),
                    letter: row.letter,
                };
                rows::insert_message(tx, step, &new)?;
                rows::count_copy(tx, step, row.letter)?;
                copied.uids.push((row.uid, uid));
            }
            rows::use_account(tx, step, delta.size_bytes, delta.messages)?;
            Ok(copied)
        })
        .await
    }

    /// Moves messages with their flags and dates, in batches; each is in one folder or the other, never
    /// in both or none (RFC 6851 §3.3). What was moved is the answer, even where a later batch failed.
    pub async fn move_to(&self, from: FolderId, uids: &UidSet, to: FolderId) -> Result<Copied, StoreError> {
        let mut left = uids.clone();
        let mut moved: Option<Copied> = None;
        loop {
            let uids = left.clone();
            let work = move |tx: &mut Tx, account: &Account| account.move_batch(tx, from, &uids, to);
            let batch = match (self.write(work).await, &moved) {
                (Ok(batch), _) => batch,
                (Err(_), Some(moved)) => return Ok(moved.clone()),
                (Err(error), None) => return Err(error),
            };
            let is_last = batch.uids.len() < ROWS_BATCH;
            let last = batch.uids.last().map_or(u32::MAX, |(uid, _)| *uid);
            match &mut moved {
                Some(moved) => {
                    moved.uids.extend(batch.uids);
                    moved.modseq = batch.modseq;
                }
                None => moved = Some(batch),
            }
            left = left.intersection(&UidSet::from_ranges([last.saturating_add(1)..=u32::MAX]));
            if is_last && let Some(moved) = moved {
                return Ok(moved);
            }
        }
    }

    fn move_batch(
        &self,
        tx: &mut Tx,
        from: FolderId,
        uids: &UidSet,
        to: FolderId,
    ) -> Result<Copied, StoreError> {
        let step = self.begin(tx)?;
        found(rows::folder(tx, step.account, from)?)?;
        let batch = rows::messages(tx, step.account, from, uids, ROWS_BATCH)?;
        let delta = delta_of(&batch);
        let (mut moved, first_uid) = self.take(tx, step, to, delta)?;
        for (row, uid) in batch.iter().zip(first_uid..) {
            rows::move_message(tx, step, (from, row.uid), (to, uid), self.store.now())?;
            moved.uids.push((row.uid, uid));
        }
        let gone = Delta {
            messages: -delta.messages,
            unseen: -delta.unseen,
            deleted: -delta.deleted,
            size_bytes: -delta.size_bytes,
            changes: delta.changes,
        };
        rows::count_changes(tx, step, from, gone)?;
        Ok(moved)
    }

    /// Takes UIDs of the destination for the messages of `delta`.
    fn take(&self, tx: &mut Tx, step: Step, to: FolderId, delta: Delta) -> Result<(Copied, u32), StoreError> {
        let taken = rows::take_uids(tx, step, to, delta)?.ok_or(StoreError::NoSuchFolder)?;
        rows::prune_changes(tx, step, to, taken.changes)?;
        let copied = Copied {
            uid_validity: taken.uid_validity,
            uids: Vec::with_capacity(usize::try_from(delta.messages).unwrap_or(0)),
            modseq: step.modseq as u64,
        };
        Ok((copied, taken.first_uid))
    }

    /// Removes messages with `\Deleted`: all, or those of a set (`UID EXPUNGE`), in batches.
    pub async fn expunge(&self, folder: FolderId, uids: Option<&UidSet>) -> Result<Expunged, StoreError> {
        let mut left = uids.cloned().unwrap_or_else(UidSet::all);
        let mut gone: Vec<RangeInclusive<u32>> = Vec::new();
        // Most closings of a folder have nothing to remove: they need no commit.
        let state = self.folder(folder).await?;
        let mut modseq = state.highest_modseq;
        if state.deleted == 0 {
            return Ok(Expunged { uids: UidSet::new(), modseq });
        }
        loop {
            let uids = left.clone();
            let work = move |tx: &mut Tx, account: &Account| account.expunge_batch(tx, folder, &uids);
            let batch = self.write(work).await?;
            modseq = batch.modseq;
            let last = batch.uids.ranges().last().map(|range| *range.end());
            let is_last = batch.uids.len() < ROWS_BATCH as u64;
            gone.extend(batch.uids.ranges().iter().cloned());
            match last {
                Some(last) if !is_last => {
                    left = left.intersection(&UidSet::from_ranges([last.saturating_add(1)..=u32::MAX]));
                }
                _ => return Ok(Expunged { uids: UidSet::from_ranges(gone), modseq }),
            }
        }
    }

    fn expunge_batch(&self, tx: &mut Tx, folder: FolderId, uids: &UidSet) -> Result<Expunged, StoreError> {
        let step = self.begin(tx)?;
        found(rows::folder(tx, step.account, folder)?)?;
        let mut batch = Vec::new();
        for range in uids.ranges() {
            let left = ROWS_BATCH - batch.len();
            if left == 0 {
                break;
            }
            batch.extend(rows::deleted_messages(tx, step.account, folder, range, left)?);
        }
        self.remove_messages(tx, step, folder, &batch)?;
        Ok(Expunged { uids: batch.iter().map(|row| row.uid).collect(), modseq: step.modseq as u64 })
    }

    /// Removes messages of a folder and what they held.
    pub(crate) fn remove_messages(
        &self,
        tx: &mut Tx,
        step: Step,
        folder: FolderId,
        batch: &[MessageRow],
    ) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut delta = Delta::default();
        for row in batch {
            rows::remove_message(tx, step, folder, row.uid, row.letter)?;
            delta.message(-1, &row.flags, i64::try_from(row.size_bytes).unwrap_or(0));
        }
        rows::count_changes(tx, step, folder, delta)?;
        rows::use_account(tx, step, delta.size_bytes, delta.messages)?;
        Ok(())
    }
}

/// What these messages count for.
fn delta_of(batch: &[MessageRow]) -> Delta {
    let mut delta = Delta::default();
    for row in batch {
        delta.message(1, &row.flags, i64::try_from(row.size_bytes).unwrap_or(0));
    }
    delta
}

fn opened(tx: &mut Tx, account: AccountId, id: FolderId) -> Result<Opened, StoreError> {
    let folder = found(rows::folder(tx, account, id)?)?;
    if !folder.is_selectable {
        return Err(StoreError::NoSuchFolder);
    }
    let mut uids = Vec::with_capacity(folder.messages as usize);
    let mut first_unseen = None;
    let mut keywords: BTreeMap<String, String> = BTreeMap::new();
    let mut last_seen: Option<String> = None;
    rows::each_uid(tx, account, id, |uid, is_seen, own| {
        uids.push(uid);
        if !is_seen && first_unseen.is_none() {
            first_unseen = Some(uid);
        }
        // Most messages have none, and many the same as the one before.
        if let Some(own) = own.filter(|own| last_seen.as_deref() != Some(own)) {
            for keyword in own.split(' ') {
                if keywords.len() < KEYWORDS_LISTED {
                    keywords.entry(keyword.to_ascii_lowercase()).or_insert_with(|| keyword.to_owned());
                }
            }
            last_seen = Some(own.to_owned());
        }
    })?;
    Ok(Opened { folder, uids, first_unseen, keywords: keywords.into_values().collect() })
}

fn changes_since(tx: &mut Tx, account: AccountId, id: FolderId, modseq: i64) -> Result<Changes, StoreError> {
    let row = rows::folder(tx, account, id)?.ok_or(StoreError::NoSuchFolder)?;
    let folder = row.folder;
    if modseq < row.changes_from {
        let changed = rows::messages_after(tx, account, id, modseq)?;
        let mut existing = UidSet::new();
        rows::each_uid(tx, account, id, |uid, _, _| existing.push(uid))?;
        let vanished = existing.complement(1, folder.uid_next.saturating_sub(1));
        return Ok(Changes { folder, changed, vanished, is_exact: false });
    }
    let mut latest: BTreeMap<u32, bool> = BTreeMap::new();
    if modseq < i64::try_from(folder.highest_modseq).unwrap_or(i64::MAX) {
        latest.extend(rows::changes(tx, account, id, modseq)?);
    }
    let pick = |gone: bool| latest.iter().filter(move |(_, is_gone)| **is_gone == gone).map(|(uid, _)| *uid);
    let (changed, vanished): (UidSet, UidSet) = (pick(false).collect(), pick(true).collect());
    let changed = rows::messages(tx, account, id, &changed, usize::MAX)?;
    Ok(Changes { folder, changed, vanished, is_exact: true })
}

/// A reading of messages in batches; each batch is a snapshot of its own, so a message that goes meanwhile
/// is not there.
pub struct Rows {
    account: Account,
    folder: FolderId,
    left: VecDeque<RangeInclusive<u32>>,
    columns: Columns,
}

impl Rows {
    /// The next messages; `None` when there are no more.
    pub async fn next_batch(&mut self) -> Result<Option<Vec<MessageRow>>, StoreError> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let (folder, columns, left) = (self.folder, self.columns, self.left.clone());
        let (batch, left) =
            self.account.read(move |tx, account| batch(tx, account, folder, &left, columns)).await?;
        self.left = left;
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// All that is left, for sets that are known to be small.
    pub async fn all(mut self) -> Result<Vec<MessageRow>, StoreError> {
        let mut all = Vec::new();
        while let Some(batch) = self.next_batch().await? {
            all.extend(batch);
        }
        Ok(all)
    }
}

/// Reads one batch; returns it and the ranges that are left.
fn batch(
    tx: &mut Tx,
    account: AccountId,
    folder: FolderId,
    left: &VecDeque<RangeInclusive<u32>>,
    columns: Columns,
) -> Result<(Vec<MessageRow>, VecDeque<RangeInclusive<u32>>), StoreError> {
    let mut left = left.clone();
    let mut batch: Vec<MessageRow> = Vec::with_capacity(ROWS_BATCH);
    while let Some(range) = left.pop_front() {
        let room = ROWS_BATCH - batch.len();
        let before = batch.len();
        rows::each_message(tx, account, folder, &range, columns, room, |row| batch.push(row))?;
        if batch.len() - before == room {
            let last = batch.last().map_or(u32::MAX, |row| row.uid);
            if last < *range.end() {
                left.push_front(last + 1..=*range.end());
            }
            break;
        }
    }
    Ok((batch, left))
}
