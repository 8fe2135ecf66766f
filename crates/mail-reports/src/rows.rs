//! The tables of reports that others wrote.

use std::collections::HashSet;

use db::{DbError, Migrations, Tx, values};
use model::{OrganisationId, Timestamp};

use crate::letter::{Content, Reading};
use crate::{Aggregate, Complaint, TlsReport, day_of, limits};

/// Tables of reports.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "mail-reports", steps: &[(1, "reports", include_str!("0001_reports.sql"))] };

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    New,
    /// It had come already: reporters try again.
    Known,
    /// The domain has more reports of that day than anybody honest writes.
    TooMany,
}

/// Writes a report's rows in the caller's transaction.
pub fn keep(tx: &mut Tx, reading: &Reading, id: i64) -> Result<Kept, DbError> {
    let middle = reading.content.middle(reading.received_at).unwrap_or(reading.received_at);
    let place = Place {
        organisation: reading.organisation,
        domain: reading.domain.as_str(),
        day: day_of(middle),
        id,
    };
    match &reading.content {
        Content::Aggregate(report) => keep_aggregate(tx, &place, reading.received_at, report),
        Content::Tls(report) => keep_tls(tx, &place, reading.received_at, report),
        Content::Complaint(complaint) => keep_complaint(tx, &place, reading.received_at, complaint),
    }
}

struct Place<'a> {
    organisation: OrganisationId,
    domain: &'a str,
    day: Timestamp,
    id: i64,
}

struct Head<'a> {
    kind: &'static str,
    reporter: &'a str,
    contact: &'a str,
    report_id: &'a str,
    period: (Timestamp, Timestamp),
    policy: String,
    good: u64,
    bad: u64,
}

/// A stranger's number, as the database takes it.
fn number(count: u64) -> i64 {
    // So that sums of many cannot overflow.
    i64::try_from(count).unwrap_or(i64::MAX).min(1 << 40)
}

fn insert_head(
    tx: &mut Tx,
    place: &Place<'_>,
    received_at: Timestamp,
    head: &Head<'_>,
) -> Result<Kept, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM report WHERE organisation = ?1 AND domain = ?2 AND kind = ?3 AND day = ?4",
        values![place.organisation, place.domain, head.kind, place.day],
        |row| row.integer(0),
    )?;
    if count.unwrap_or(0) >= limits::REPORTS_PER_DAY {
        return Ok(Kept::TooMany);
    }
    let inserted = tx.execute(
        "INSERT INTO report (organisation, id, kind, domain, day, reporter, contact, report_id, begins_at, ends_at,
             received_at, policy, good, bad)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (organisation, domain, kind, reporter, report_id) DO NOTHING",
        values![
            place.organisation,
            place.id,
            head.kind,
            place.domain,
            place.day,
            head.reporter,
            head.contact,
            head.report_id,
            head.period.0,
            head.period.1,
            received_at,
            &head.policy,
            number(head.good),
            number(head.bad),
        ],
    )?;
    Ok(if inserted == 0 { Kept::Known } else { Kept::New })
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn keep_aggregate(
    tx: &mut Tx,
    place: &Place<'_>,
    received_at: Timestamp,
    report: &Aggregate,
) -> Result<Kept, DbError> {
    let sum = |passes: bool| {
        report
            .rows
            .iter()
            .filter(|row| row.passes() == passes)
            .fold(0u64, |sum, row| sum.saturating_add(row.count))
    };
    let head = Head {
        kind: "dmarc",
        reporter: &report.reporter,
        contact: &report.contact,
        report_id: &report.report_id,
        period: (report.begins_at, report.ends_at),
        policy: json(&report.policy),
        good: sum(true),
        bad: sum(false),
    };
    let kept = insert_head(tx, place, received_at, &head)?;
    if kept != Kept::New {
        return Ok(kept);
    }
    for (index, row) in report.rows.iter().enumerate() {
        tx.execute(
            "INSERT INTO report_row (organisation, report, number, domain, day, source, letters, disposition,
                 dkim_aligned, spf_aligned, header_from, envelope_from, dkim, spf, reasons)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            values![
                place.organisation,
                place.id,
                index as i64,
                place.domain,
                place.day,
                &row.source.to_string(),
                number(row.count),
                row.disposition.word(),
                row.dkim_aligned,
                row.spf_aligned,
                &row.header_from,
                row.envelope_from.as_deref(),
                &json(&row.dkim),
                &json(&row.spf),
                &json(&row.reasons),
            ],
        )?;
    }
    // Only letters of sources that also pass count against the domain: others are strangers who use its name.
    let ours: HashSet<_> = report.rows.iter().filter(|row| row.passes()).map(|row| row.source).collect();
    let failed = report.rows.iter().filter(|row| !row.passes() && ours.contains(&row.source));
    let failed = failed.fold(0u64, |sum, row| sum.saturating_add(row.count));
    if failed > 0 {
        let signal = reputation::Signal::AuthenticationFailures(number(failed) as u64);
        reputation::note(tx, place.organisation, place.domain, place.day, signal)?;
    }
    Ok(Kept::New)
}

fn keep_tls(
    tx: &mut Tx,
    place: &Place<'_>,
    received_at: Timestamp,
    report: &TlsReport,
) -> Result<Kept, DbError> {
    let sum = |count: fn(&crate::TlsSummary) -> u64| {
        report.policies.iter().fold(0u64, |sum, row| sum.saturating_add(count(&row.summary)))
    };
    let head = Head {
        kind: "tls",
        reporter: &report.organization_name,
        contact: &report.contact_info,
        report_id: &report.report_id,
        period: report.period().unwrap_or((received_at, received_at)),
        policy: json(&report.policies.iter().map(|row| &row.policy).take(10).collect::<Vec<_>>()),
        good: sum(|summary| summary.total_successful_session_count),
        bad: sum(|summary| summary.total_failure_session_count),
    };
    let kept = insert_head(tx, place, received_at, &head)?;
    if kept != Kept::New {
        return Ok(kept);
    }
    let mut index = 0;
    for row in &report.policies {
        let mut insert = |failure: &str, host: &str, source: &str, note: &str, sessions: u64| {
            index += 1;
            tx.execute(
                "INSERT INTO report_tls (organisation, report, number, domain, day, policy_type, policy_domain, failure,
                     host, source, note, sessions)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                values![
                    place.organisation,
                    place.id,
                    index,
                    place.domain,
                    place.day,
                    &row.policy.policy_type,
                    &row.policy.policy_domain,
                    failure,
                    host,
                    source,
                    note,
                    number(sessions),
                ],
            )
        };
        insert("", "", "", "", row.summary.total_successful_session_count)?;
        let mut told = 0u64;
        for failure in &row.failure_details {
            told = told.saturating_add(failure.failed_session_count);
            insert(
                &failure.result_type,
                &failure.receiving_mx_hostname,
                &failure.sending_mta_ip,
                &failure.failure_reason_code,
                failure.failed_session_count,
            )?;
        }
        let untold = row.summary.total_failure_session_count.saturating_sub(told);
        if untold > 0 {
            insert("unknown", "", "", "", untold)?;
        }
    }
    Ok(Kept::New)
}

fn keep_complaint(
    tx: &mut Tx,
    place: &Place<'_>,
    received_at: Timestamp,
    complaint: &Complaint,
) -> Result<Kept, DbError> {
    let (count, known) = tx
        .query_one(
            "SELECT count(*), count(CASE WHEN message_id = ?4 AND recipient = ?5 THEN 1 END) FROM complaint
             WHERE organisation = ?1 AND domain = ?2 AND day = ?3",
            values![
                place.organisation,
                place.domain,
                place.day,
                complaint.message_id.as_deref().unwrap_or_default(),
                complaint.recipient.as_deref().unwrap_or_default(),
            ],
            |row| Ok((row.integer(0)?, row.integer(1)?)),
        )?
        .unwrap_or((0, 0));
    if count >= limits::REPORTS_PER_DAY {
        return Ok(Kept::TooMany);
    }
    if known > 0 {
        return Ok(Kept::Known);
    }
    tx.execute(
        "INSERT INTO complaint (organisation, id, domain, day, received_at, feedback, agent, source, sender, recipient,
             message_id, incidents)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        values![
            place.organisation,
            place.id,
            place.domain,
            place.day,
            received_at,
            &complaint.kind,
            &complaint.agent,
            complaint.source.as_deref(),
            complaint.sender.as_deref(),
            complaint.recipient.as_deref(),
            complaint.message_id.as_deref(),
            number(complaint.incidents),
        ],
    )?;
    if complaint.is_against_us() {
        let signal = reputation::Signal::Complaints(complaint.incidents);
        reputation::note(tx, place.organisation, place.domain, place.day, signal)?;
    }
    Ok(Kept::New)
}

/// Forgets some of the reports and complaints that came before a moment; tells how many reports.
pub(crate) fn prune_batch(tx: &mut Tx, before: Timestamp, limit: usize) -> Result<usize, DbError> {
    let old = tx.query(
        "SELECT organisation, id FROM report WHERE received_at < ?1 ORDER BY received_at LIMIT ?2",
        values![before, limit as i64],
        |row| Ok((row.integer(0)?, row.integer(1)?)),
    )?;
    for (organisation, id) in &old {
        tx.execute(
            "DELETE FROM report_row WHERE organisation = ?1 AND report = ?2",
            values![*organisation, *id],
        )?;
        tx.execute(
            "DELETE FROM report_tls WHERE organisation = ?1 AND report = ?2",
            values![*organisation, *id],
        )?;
        tx.execute("DELETE FROM report WHERE organisation = ?1 AND id = ?2", values![*organisation, *id])?;
    }
    tx.execute("DELETE FROM complaint WHERE received_at < ?1", values![before])?;
    Ok(old.len())
}
