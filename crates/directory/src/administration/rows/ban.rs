//! Who is kept out for a while.

use db::{DbError, Tx, values};
use model::Timestamp;

use crate::entities::Ban;
use crate::limits;

pub(in crate::administration) fn bans(tx: &mut Tx, now: Timestamp) -> Result<Vec<Ban>, DbError> {
    tx.query(
        "SELECT subject, banned_at, until, strikes, reason FROM ban WHERE until > ?1
         ORDER BY until DESC, subject LIMIT ?2",
        values![now, limits::BANS_LIMIT as i64],
        |row| {
            Ok(Ban {
                subject: row.text(0)?.to_owned(),
                from: row.timestamp(1)?,
                until: row.timestamp(2)?,
                strikes: u32::try_from(row.integer(3)?).unwrap_or(u32::MAX),
                reason: row.text(4)?.to_owned(),
            })
        },
    )
}

pub(in crate::administration) fn delete_ban(tx: &mut Tx, subject: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM ban WHERE subject = ?1", values![subject])
}
