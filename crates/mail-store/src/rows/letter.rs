//! Letters: what all copies of a message in an account share.

use db::{DbError, Tx, values};
use model::{AccountId, BlobRef, LetterId, Timestamp};

use super::Step;
use crate::error::StoreError;

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
