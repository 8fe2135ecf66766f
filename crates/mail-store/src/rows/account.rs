//! The account: its MODSEQ, and what it uses.

use std::collections::HashMap;

use db::{DbError, Tx, values};
use model::{AccountId, AccountRef, OrganisationId, Timestamp};

use super::{History, Step};
use crate::error::StoreError;
use crate::limits::UID_LIMIT;

/// Counters of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) bytes: i64,
    pub(crate) messages: i64,
}

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
pub(super) fn next_uid_validity(tx: &mut Tx, step: Step, now: Timestamp) -> Result<i64, DbError> {
    let next = tx.query_one(
        "UPDATE store_account
         SET last_uid_validity = CASE WHEN last_uid_validity >= ?2 THEN last_uid_validity + 1 ELSE ?2 END
         WHERE account = ?1 RETURNING last_uid_validity",
        values![step.account, now.seconds().clamp(1, UID_LIMIT)],
        |row| row.integer(0),
    )?;
    Ok(next.unwrap_or(1))
}

/// How many octets an account holds; zero if it is not there.
/// What the accounts of an organisation hold, of those that hold something.
pub(crate) fn used_by_account(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<HashMap<AccountId, u64>, DbError> {
    let used = tx.query(
        "SELECT account, used_bytes FROM store_account WHERE organisation = ?1 AND used_bytes > 0",
        values![organisation],
        |row| Ok((AccountId(row.integer(0)?), u64::try_from(row.integer(1)?).unwrap_or(0))),
    )?;
    Ok(used.into_iter().collect())
}

/// The letters of an account, for who has only its identifier.
pub(crate) fn used_messages(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    let used = tx.query_one(
        "SELECT used_messages FROM store_account WHERE account = ?1 AND organisation = ?2",
        values![account, organisation],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(used.unwrap_or(0)).unwrap_or(0))
}

pub(crate) fn used_bytes(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    let used = tx.query_one(
        "SELECT used_bytes FROM store_account WHERE account = ?1 AND organisation = ?2",
        values![account, organisation],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(used.unwrap_or(0)).unwrap_or(0))
}
