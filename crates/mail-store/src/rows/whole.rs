//! Across accounts: blobs in use, counters that are wrong, accounts that go.

use db::{DbError, Tx, values};
use model::{AccountId, AccountRef, BlobRef, FolderId, LetterId};

use super::account_exists;
use crate::error::{LiveBlob, StoreError, WrongCounter};
use crate::flags::Flags;

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
