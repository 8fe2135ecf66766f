//! Sums over the reports' tables.

use std::collections::HashMap;

use db::{DbError, Row, Tx, values};
use model::{OrganisationId, Timestamp};

use super::{DmarcDay, Letters, Owner, Range, Reporter, Source, Summary, TlsDay, TlsTrouble};
use crate::day_of;

/// Lists in a summary.
const LISTED: i64 = 100;

/// What [`letters`] reads, of a domain's days ?3 to ?4, behind the column by which it is grouped.
macro_rules! sums_of_letters {
    ($by:literal, $further:literal, $grouped:literal) => {
        concat!(
            "SELECT ",
            $by,
            ", CAST(sum(CASE WHEN dkim_aligned + spf_aligned > 0 THEN letters ELSE 0 END) AS BIGINT),
             CAST(sum(CASE WHEN dkim_aligned + spf_aligned = 0 AND disposition = 'none' THEN letters ELSE 0 END)
                 AS BIGINT),
             CAST(sum(CASE WHEN dkim_aligned + spf_aligned = 0 AND disposition = 'quarantine' THEN letters ELSE 0 END)
                 AS BIGINT),
             CAST(sum(CASE WHEN dkim_aligned + spf_aligned = 0 AND disposition = 'reject' THEN letters ELSE 0 END)
                 AS BIGINT)",
            $further,
            " FROM report_row WHERE organisation = ?1 AND domain = ?2 AND day >= ?3 AND day <= ?4 ",
            $grouped
        )
    };
}

fn letters(row: &Row<'_>, from: usize) -> Result<Letters, DbError> {
    Ok(Letters {
        passed: row.integer(from)?,
        failed: row.integer(from + 1)?,
        quarantined: row.integer(from + 2)?,
        rejected: row.integer(from + 3)?,
    })
}

pub(crate) fn summary(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    range: Range,
) -> Result<Summary, DbError> {
    let (from, to) = (day_of(range.from), day_of(range.to));
    let dmarc = tx.query(
        sums_of_letters!("day", "", "GROUP BY day ORDER BY day"),
        values![organisation, domain, from, to],
        |row| Ok(DmarcDay { day: row.timestamp(0)?, letters: letters(row, 1)? }),
    )?;
    let tls = tx.query(
        "SELECT day, CAST(sum(CASE WHEN failure = '' THEN sessions ELSE 0 END) AS BIGINT),
             CAST(sum(CASE WHEN failure = '' THEN 0 ELSE sessions END) AS BIGINT)
         FROM report_tls WHERE organisation = ?1 AND domain = ?2 AND day >= ?3 AND day <= ?4
         GROUP BY day ORDER BY day",
        values![organisation, domain, from, to],
        |row| Ok(TlsDay { day: row.timestamp(0)?, succeeded: row.integer(1)?, failed: row.integer(2)? }),
    )?;
    let tls_troubles = tx.query(
        "SELECT failure, host, policy_type, CAST(sum(sessions) AS BIGINT) AS total
         FROM report_tls WHERE organisation = ?1 AND domain = ?2 AND day >= ?3 AND day <= ?4 AND failure <> ''
         GROUP BY failure, host, policy_type ORDER BY total DESC, failure, host LIMIT ?5",
        values![organisation, domain, from, to, LISTED],
        |row| {
            Ok(TlsTrouble {
                failure: row.text(0)?.to_owned(),
                host: row.text(1)?.to_owned(),
                policy: row.text(2)?.to_owned(),
                sessions: row.integer(3)?,
            })
        },
    )?;
    let complaints = tx.query_one(
        "SELECT CAST(COALESCE(sum(counted), 0) AS BIGINT) FROM complaint
         WHERE organisation = ?1 AND domain = ?2 AND day >= ?3 AND day <= ?4",
        values![organisation, domain, from, to],
        |row| row.integer(0),
    )?;
    let left_out = tx.query_one(
        "SELECT CAST(COALESCE(sum(left_out), 0) AS BIGINT) FROM report
         WHERE organisation = ?1 AND domain = ?2 AND kind = 'dmarc' AND day >= ?3 AND day <= ?4",
        values![organisation, domain, from, to],
        |row| row.integer(0),
    )?;
    Ok(Summary {
        dmarc,
        left_out: left_out.unwrap_or(0),
        reporters: reporters(tx, organisation, domain, "dmarc", (from, to))?,
        tls,
        tls_troubles,
        tls_reporters: reporters(tx, organisation, domain, "tls", (from, to))?,
        complaints: complaints.unwrap_or(0),
    })
}

fn reporters(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    kind: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Reporter>, DbError> {
    tx.query(
        "SELECT reporter, count(*), CAST(sum(good) AS BIGINT), CAST(sum(bad) AS BIGINT), CAST(sum(good + bad) AS BIGINT)
             AS total
         FROM report WHERE organisation = ?1 AND domain = ?2 AND kind = ?3 AND day >= ?4 AND day <= ?5
         GROUP BY reporter ORDER BY total DESC, reporter LIMIT ?6",
        values![organisation, domain, kind, from, to, LISTED],
        |row| {
            Ok(Reporter {
                name: row.text(0)?.to_owned(),
                reports: row.integer(1)?,
                good: row.integer(2)?,
                bad: row.integer(3)?,
            })
        },
    )
}

pub(crate) fn sources(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    range: Range,
    limit: usize,
) -> Result<Vec<Source>, DbError> {
    tx.query(
        sums_of_letters!(
            "source",
            ", CAST(sum(dkim_aligned * letters) AS BIGINT), CAST(sum(spf_aligned * letters) AS BIGINT),
             CAST(sum(letters) AS BIGINT) AS total",
            "GROUP BY source ORDER BY total DESC, source LIMIT ?5"
        ),
        values![organisation, domain, day_of(range.from), day_of(range.to), limit as i64],
        |row| {
            Ok(Source {
                address: row.text(0)?.to_owned(),
                name: None,
                owner: Owner::Unknown,
                letters: letters(row, 1)?,
                dkim_aligned: row.integer(5)?,
                spf_aligned: row.integer(6)?,
            })
        },
    )
}

/// The names of servers that were looked up since `since`.
pub(crate) fn names(
    tx: &mut Tx,
    addresses: &[String],
    since: Timestamp,
) -> Result<HashMap<String, Option<String>>, DbError> {
    let mut names = HashMap::new();
    for address in addresses {
        let found = tx.query_one(
            "SELECT name FROM report_source WHERE source = ?1 AND looked_up_at >= ?2",
            values![address, since],
            |row| Ok(row.optional_text(0)?.map(str::to_owned)),
        )?;
        if let Some(name) = found {
            names.insert(address.clone(), name);
        }
    }
    Ok(names)
}

pub(crate) fn remember_names(
    tx: &mut Tx,
    found: &[(String, Option<String>)],
    now: Timestamp,
) -> Result<(), DbError> {
    for (address, name) in found {
        tx.execute(
            "INSERT INTO report_source (source, name, looked_up_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (source) DO UPDATE SET name = excluded.name, looked_up_at = excluded.looked_up_at",
            values![address, name.as_deref(), now],
        )?;
    }
    Ok(())
}

pub(crate) fn prune_names(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    tx.execute("DELETE FROM report_source WHERE looked_up_at < ?1", values![before])?;
    Ok(())
}
