//! The outbox of reports.

use db::{DbError, Tx, values};
use model::Timestamp;

use super::{Claimed, Outgoing, OutgoingKind};

/// Ends a report in the transaction that queues its letter. False if the claim is no longer ours: then nothing may
/// happen in this transaction.
pub fn sent(tx: &mut Tx, outgoing: &Outgoing) -> Result<bool, DbError> {
    let to: Vec<String> = outgoing.recipients.iter().map(ToString::to_string).collect();
    let key = (outgoing.kind, outgoing.day, outgoing.domain.as_str());
    end(tx, key, outgoing.token, "sent", &to.join(", "))
}

pub(crate) fn is_gathered(tx: &mut Tx, kind: OutgoingKind, day: Timestamp) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT day FROM report_gathered WHERE kind = ?1 AND day = ?2",
        values![kind.word(), day],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Writes a day's reports; false if another node has done so.
pub(crate) fn insert(
    tx: &mut Tx,
    kind: OutgoingKind,
    day: Timestamp,
    now: Timestamp,
    tallies: &[(String, i64, String)],
) -> Result<bool, DbError> {
    let is_first = tx.execute(
        "INSERT INTO report_gathered (kind, day) VALUES (?1, ?2) ON CONFLICT (kind, day) DO NOTHING",
        values![kind.word(), day],
    )?;
    if is_first == 0 {
        return Ok(false);
    }
    for (domain, id, content) in tallies {
        tx.execute(
            "INSERT INTO report_outgoing (kind, day, domain, id, content, next_at, attempts, token)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)",
            values![kind.word(), day, domain, *id, content, now],
        )?;
    }
    Ok(true)
}

/// Claims what is due. The outer condition is asked again under the row's lock, so that of two nodes only one
/// gets it.
pub(crate) fn claim(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
    token: i64,
    limit: usize,
) -> Result<Vec<Claimed>, DbError> {
    tx.query(
        "UPDATE report_outgoing SET next_at = ?2, token = ?3, attempts = attempts + 1
         WHERE id IN (SELECT id FROM report_outgoing WHERE next_at IS NOT NULL AND next_at <= ?1
                      ORDER BY next_at LIMIT ?4)
             AND next_at <= ?1
         RETURNING kind, day, domain, id, content, attempts",
        values![now, until, token, limit as i64],
        |row| {
            Ok(Claimed {
                kind: if row.text(0)? == "tls" { OutgoingKind::Tls } else { OutgoingKind::Dmarc },
                day: row.timestamp(1)?,
                domain: row.text(2)?.to_owned(),
                id: row.integer(3)?,
                content: row.text(4)?.to_owned(),
                attempts: row.integer(5)?,
                token,
            })
        },
    )
}

type Key<'a> = (OutgoingKind, Timestamp, &'a str);

pub(crate) fn end(
    tx: &mut Tx,
    (kind, day, domain): Key<'_>,
    token: i64,
    how: &str,
    note: &str,
) -> Result<bool, DbError> {
    let ended = tx.execute(
        "UPDATE report_outgoing SET next_at = NULL, content = '', ended = ?5, note = ?6
         WHERE kind = ?1 AND day = ?2 AND domain = ?3 AND token = ?4 AND next_at IS NOT NULL",
        values![kind.word(), day, domain, token, how, note],
    )?;
    Ok(ended > 0)
}

pub(crate) fn postpone(
    tx: &mut Tx,
    (kind, day, domain): Key<'_>,
    token: i64,
    next_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE report_outgoing SET next_at = ?5
         WHERE kind = ?1 AND day = ?2 AND domain = ?3 AND token = ?4 AND next_at IS NOT NULL",
        values![kind.word(), day, domain, token, next_at],
    )?;
    Ok(())
}

/// Forgets what was sent, and which days were counted, before a moment that nobody counts any more.
pub(crate) fn prune(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM report_outgoing WHERE day < ?1", values![before])?;
    tx.execute("DELETE FROM report_gathered WHERE day < ?1", values![before])?;
    Ok(())
}

/// How each report ended.
#[cfg(test)]
pub(crate) fn endings(tx: &mut Tx) -> Result<Vec<Option<String>>, DbError> {
    tx.query("SELECT ended FROM report_outgoing ORDER BY id", &[], |row| {
        Ok(row.optional_text(0)?.map(str::to_owned))
    })
}
