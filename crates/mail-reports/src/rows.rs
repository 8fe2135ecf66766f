//! The tables of reports that others wrote.

use std::collections::HashSet;
use std::sync::LazyLock;

use db::{DbError, Migrations, Tx, Value, values};
use model::{OrganisationId, Timestamp};
use trail::{Event, Step};

use crate::letter::{Content, Reading};
use crate::merge::{TlsCount, TlsKey, tls_rows};
use crate::{Aggregate, AggregateRow, Complaint, TlsPolicy, TlsReport, day_of, limits};

/// Tables of reports.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "mail-reports",
    steps: &[
        (1, "reports", include_str!("0001_reports.sql")),
        (2, "rows of a report and what is left out", include_str!("0002_bounds.sql")),
        (3, "letters of complaints", include_str!("0003_letters_of_complaints.sql")),
    ],
};

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    New,
    /// It had come already: reporters try again.
    Known,
    /// It is new, and counts for nothing: a complaint that names no letter of ours.
    Unproved,
    /// The domain has more reports of that day, or more rows in them, than anybody honest writes.
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
        Content::Complaint(complaint) => keep_complaint(tx, &place, reading, complaint),
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
    row_count: usize,
    left_out: u64,
}

/// A stranger's number, as the database takes it.
fn number(count: u64) -> i64 {
    i64::try_from(count.min(limits::COUNT_LIMIT)).unwrap_or(i64::MAX)
}

fn insert_head(
    tx: &mut Tx,
    place: &Place<'_>,
    received_at: Timestamp,
    head: &Head<'_>,
) -> Result<Kept, DbError> {
    let row_count = i64::try_from(head.row_count).unwrap_or(i64::MAX);
    let (reports, rows) = tx
        .query_one(
            "SELECT count(CASE WHEN kind = ?3 THEN 1 END), CAST(COALESCE(sum(row_count), 0) AS BIGINT) FROM report
             WHERE organisation = ?1 AND domain = ?2 AND kind IN ('dmarc', 'tls') AND day = ?4",
            values![place.organisation, place.domain, head.kind, place.day],
            |row| Ok((row.integer(0)?, row.integer(1)?)),
        )?
        .unwrap_or((0, 0));
    if reports >= limits::REPORTS_PER_DAY || rows.saturating_add(row_count) > limits::ROWS_PER_DAY {
        return Ok(Kept::TooMany);
    }
    let inserted = tx.execute(
        "INSERT INTO report (organisation, id, kind, domain, day, reporter, contact, report_id, begins_at, ends_at,
             received_at, policy, good, bad, row_count, left_out)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
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
            row_count,
            number(head.left_out),
        ],
    )?;
    Ok(if inserted == 0 { Kept::Known } else { Kept::New })
}

/// Two statements of the same form: for [`limits::ROWS_PER_STATEMENT`] rows and for one.
struct Inserts {
    many: &'static str,
    one: &'static str,
}

impl Inserts {
    /// Rows have `shared` values in common and `own` ones of their own behind these.
    fn new(start: &str, shared: usize, own: usize) -> Inserts {
        let places = |from: usize, count: usize| {
            let places: Vec<String> = (1..=count).map(|place| format!("?{}", from + place)).collect();
            places.join(", ")
        };
        let text = |rows: usize| -> &'static str {
            let row = |row: usize| format!("({}, {})", places(0, shared), places(shared + row * own, own));
            let rows: Vec<String> = (0..rows).map(row).collect();
            // One text for the life of the program, as statements are kept by their address.
            Box::leak(format!("{start} VALUES {}", rows.join(", ")).into_boxed_str())
        };
        Inserts { many: text(limits::ROWS_PER_STATEMENT), one: text(1) }
    }

    fn write<T, const OWN: usize>(
        &self,
        tx: &mut Tx,
        shared: &[Value<'_>],
        rows: &[T],
        own: impl for<'a> Fn(&'a T) -> [Value<'a>; OWN],
    ) -> Result<(), DbError> {
        let chunks = rows.chunks_exact(limits::ROWS_PER_STATEMENT);
        let rest = chunks.remainder().chunks(1);
        for (chunk, statement) in
            chunks.map(|chunk| (chunk, self.many)).chain(rest.map(|row| (row, self.one)))
        {
            let mut values = Vec::with_capacity(shared.len() + chunk.len() * OWN);
            values.extend_from_slice(shared);
            values.extend(chunk.iter().flat_map(&own));
            tx.execute(statement, &values)?;
        }
        Ok(())
    }
}

static INSERT_DMARC: LazyLock<Inserts> = LazyLock::new(|| {
    Inserts::new(
        "INSERT INTO report_row (organisation, report, domain, day, number, source, letters, disposition, dkim_aligned,
             spf_aligned, header_from, envelope_from, dkim, spf, reasons)",
        4,
        11,
    )
});

static INSERT_TLS: LazyLock<Inserts> = LazyLock::new(|| {
    Inserts::new(
        "INSERT INTO report_tls (organisation, report, domain, day, number, policy_type, policy_domain, failure, host,
             source, note, sessions)",
        4,
        8,
    )
});

/// A row of a DMARC report with its texts.
struct DmarcLine<'a> {
    number: i64,
    row: &'a AggregateRow,
    source: String,
    dkim: String,
    spf: String,
    reasons: String,
}

impl DmarcLine<'_> {
    fn values(&self) -> [Value<'_>; 11] {
        [
            self.number.into(),
            (&self.source).into(),
            number(self.row.count).into(),
            self.row.disposition.word().into(),
            self.row.dkim_aligned.into(),
            self.row.spf_aligned.into(),
            (&self.row.header_from).into(),
            self.row.envelope_from.as_deref().into(),
            (&self.dkim).into(),
            (&self.spf).into(),
            (&self.reasons).into(),
        ]
    }
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
        row_count: report.rows.len(),
        left_out: report.left_out,
    };
    let kept = insert_head(tx, place, received_at, &head)?;
    if kept != Kept::New {
        return Ok(kept);
    }
    let line = |(index, row)| DmarcLine {
        number: index as i64,
        row,
        source: row.source.to_string(),
        dkim: json(&row.dkim),
        spf: json(&row.spf),
        reasons: json(&row.reasons),
    };
    let lines: Vec<DmarcLine<'_>> = report.rows.iter().enumerate().map(line).collect();
    let shared = values![place.organisation, place.id, place.domain, place.day];
    INSERT_DMARC.write(tx, shared, &lines, DmarcLine::values)?;
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
    let rows = tls_rows(report);
    let sum = |count: fn(&crate::TlsSummary) -> u64| {
        report.policies.iter().fold(0u64, |sum, row| sum.saturating_add(count(&row.summary)))
    };
    let head = Head {
        kind: "tls",
        reporter: &report.organization_name,
        contact: &report.contact_info,
        report_id: &report.report_id,
        period: report.period().unwrap_or((received_at, received_at)),
        policy: policies(report),
        good: sum(|summary| summary.total_successful_session_count),
        bad: sum(|summary| summary.total_failure_session_count),
        row_count: rows.len(),
        left_out: 0,
    };
    let kept = insert_head(tx, place, received_at, &head)?;
    if kept != Kept::New {
        return Ok(kept);
    }
    let numbered: Vec<(i64, TlsKey<'_>, TlsCount<'_>)> =
        (1..).zip(rows).map(|(number, (key, count))| (number, key, count)).collect();
    let shared = values![place.organisation, place.id, place.domain, place.day];
    INSERT_TLS.write(tx, shared, &numbered, tls_values)?;
    Ok(Kept::New)
}

fn tls_values<'a>((place, key, count): &'a (i64, TlsKey<'_>, TlsCount<'_>)) -> [Value<'a>; 8] {
    [
        (*place).into(),
        key.policy_type.into(),
        key.policy_domain.into(),
        key.failure.into(),
        key.host.into(),
        count.source.into(),
        count.note.into(),
        number(count.sessions).into(),
    ]
}

/// The policies of a TLS report as a list, as many as fit; without their lines where these are too many.
fn policies(report: &TlsReport) -> String {
    let mut list = String::from("[");
    for row in &report.policies {
        let short = TlsPolicy { policy_string: Vec::new(), mx_host: Vec::new(), ..row.policy.clone() };
        let fits = |text: &String| list.len() + text.len() + 2 <= limits::POLICY_LIMIT_OCTETS;
        let Some(text) = [json(&row.policy), json(&short)].into_iter().find(fits) else { break };
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(&text);
    }
    list + "]"
}

fn keep_complaint(
    tx: &mut Tx,
    place: &Place<'_>,
    reading: &Reading,
    complaint: &Complaint,
) -> Result<Kept, DbError> {
    let letter = reading.letter.as_ref();
    let reader = letter.and_then(|letter| letter.reader.as_ref());
    // Whatever number of incidents it claims: one reader of one letter counts once.
    let counted = letter.is_some() && complaint.is_against_us();
    let (count, known) = tx
        .query_one(
            "SELECT count(*), count(CASE WHEN message_id = ?4 AND recipient = ?5 THEN 1 END) FROM complaint
             WHERE organisation = ?1 AND domain = ?2 AND day = ?3 AND CASE WHEN message IS NULL THEN 0 ELSE 1 END = ?6",
            values![
                place.organisation,
                place.domain,
                place.day,
                complaint.message_id.as_deref().unwrap_or_default(),
                complaint.recipient.as_deref().unwrap_or_default(),
                letter.is_some(),
            ],
            |row| Ok((row.integer(0)?, row.integer(1)?)),
        )?
        .unwrap_or((0, 0));
    // Those about letters of ours have a limit of their own, which nobody else can use up.
    if count >= limits::REPORTS_PER_DAY {
        return Ok(Kept::TooMany);
    }
    if letter.is_none() && known > 0 {
        return Ok(Kept::Known);
    }
    let written = tx.execute(
        "INSERT INTO complaint (organisation, id, domain, day, received_at, feedback, agent, source, sender, recipient,
             message_id, incidents, message, reader, counted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT DO NOTHING",
        values![
            place.organisation,
            place.id,
            place.domain,
            place.day,
            reading.received_at,
            &complaint.kind,
            &complaint.agent,
            complaint.source.as_deref(),
            complaint.sender.as_deref(),
            complaint.recipient.as_deref(),
            complaint.message_id.as_deref(),
            number(complaint.incidents),
            letter.map(|letter| letter.message.0),
            reader.map_or("", |(reader, _)| reader),
            counted,
        ],
    )?;
    if written == 0 {
        return Ok(Kept::Known);
    }
    let Some(letter) = letter else { return Ok(Kept::Unproved) };
    let event = Event {
        at: reading.received_at,
        id: place.id,
        organisation: Some(place.organisation),
        message: Some(letter.message),
        delivery: reader.map(|(_, delivery)| *delivery),
        sender: letter.sender.clone(),
        recipient: reader.map(|(reader, _)| reader.clone()),
        step: Step::Complained { feedback: complaint.kind.clone(), agent: complaint.agent.clone() },
    };
    trail::record(tx, &event)?;
    if counted {
        let signal = reputation::Signal::Complaints(1);
        reputation::note(tx, place.organisation, place.domain, place.day, signal)?;
    }
    Ok(Kept::New)
}

/// Forgets some of the reports and complaints that came before a moment; tells how many reports.
pub(crate) fn prune_batch(tx: &mut Tx, before: Timestamp, limit: usize) -> Result<usize, DbError> {
    let old = tx.query(
        "SELECT organisation, id, row_count FROM report WHERE received_at < ?1 ORDER BY received_at LIMIT ?2",
        values![before, limit as i64],
        |row| Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?)),
    )?;
    let (mut forgotten, mut rows) = (0, 0);
    for (organisation, id, row_count) in old {
        rows += row_count;
        if forgotten > 0 && rows > limits::PRUNE_ROWS {
            break;
        }
        forgotten += 1;
        for statement in [
            "DELETE FROM report_row WHERE organisation = ?1 AND report = ?2",
            "DELETE FROM report_tls WHERE organisation = ?1 AND report = ?2",
            "DELETE FROM report WHERE organisation = ?1 AND id = ?2",
        ] {
            tx.execute(statement, values![organisation, id])?;
        }
    }
    tx.execute("DELETE FROM complaint WHERE received_at < ?1", values![before])?;
    Ok(forgotten)
}
