//! The policies that we keep.

use db::{DbError, Migrations, Tx, values};
use model::{Domain, Timestamp};
use wire_trust::mta_sts::Policy;

use super::Kept;

/// Tables of this crate.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "trust", steps: &[(1, "MTA-STS policies", include_str!("0001_mta_sts.sql"))] };

pub(super) fn find(tx: &mut Tx, domain: &Domain) -> Result<Option<Kept>, DbError> {
    let found = tx.query_one(
        "SELECT id, policy, fetched_at FROM mta_sts_policy WHERE domain = ?1",
        values![domain.as_str()],
        |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.timestamp(2)?)),
    )?;
    // A policy that a later version of ours no longer reads is one that we do not have.
    Ok(found.and_then(|(id, text, fetched_at)| {
        Policy::parse(&text).ok().map(|policy| Kept { id, policy, fetched_at })
    }))
}

pub(super) fn put(tx: &mut Tx, domain: &Domain, kept: &Kept) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO mta_sts_policy (domain, id, policy, fetched_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (domain) DO UPDATE SET id = excluded.id, policy = excluded.policy,
             fetched_at = excluded.fetched_at, expires_at = excluded.expires_at",
        values![
            domain.as_str(),
            kept.id.as_str(),
            kept.policy.to_string().as_str(),
            kept.fetched_at,
            kept.expires_at()
        ],
    )?;
    Ok(())
}

pub(super) fn forget_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    tx.execute("DELETE FROM mta_sts_policy WHERE expires_at <= ?1", values![now])
}
