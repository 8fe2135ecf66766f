//! The table of senders whose addresses are too long.

use db::{DbError, Migrations, Tx, values};

/// Tables of routing.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "mail-route", steps: &[(1, "return paths", include_str!("0001_return_paths.sql"))] };

pub(crate) fn remember(tx: &mut Tx, token: &str, sender: &str, day: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO forwarded_sender (token, sender, last_day) VALUES (?1, ?2, ?3)
         ON CONFLICT (token) DO UPDATE SET last_day = excluded.last_day",
        values![token, sender, day],
    )?;
    Ok(())
}

pub(crate) fn sender(tx: &mut Tx, token: &str) -> Result<Option<String>, DbError> {
    tx.query_one("SELECT sender FROM forwarded_sender WHERE token = ?1", values![token], |row| {
        Ok(row.text(0)?.to_owned())
    })
}

pub(crate) fn forget_before(tx: &mut Tx, day: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM forwarded_sender WHERE last_day < ?1", values![day])
}
