//! Rows that say the same, put together, and no more of them than the limits allow: done while a report is read and
//! before anything is written, since the transaction that writes is everybody's.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::limits::{COUNT_LIMIT, POLICIES_LIMIT, ROW_LIMIT_OCTETS, ROWS_LIMIT, TLS_ROWS_LIMIT};
use crate::{AggregateRow, TlsReport, Treatment};

/// What rows of a DMARC report have in common that become one.
type Likeness = (IpAddr, Treatment, bool, bool, String);

/// The rows of a DMARC report as they come in; never more than twice [`ROWS_LIMIT`].
#[derive(Default)]
pub(crate) struct Merged {
    rows: Vec<AggregateRow>,
    places: HashMap<Likeness, usize>,
    left_out: u64,
}

impl Merged {
    /// Adds a row. Of rows alike in source, treatment, results and author the first one's details stay.
    pub(crate) fn add(&mut self, mut row: AggregateRow) {
        row.count = row.count.min(COUNT_LIMIT);
        let likeness = likeness(&row);
        if let Some(known) = self.places.get(&likeness).and_then(|place| self.rows.get_mut(*place)) {
            known.count = known.count.saturating_add(row.count).min(COUNT_LIMIT);
            return;
        }
        if self.rows.len() >= 2 * ROWS_LIMIT {
            self.cut();
        }
        shorten(&mut row);
        self.places.insert(likeness, self.rows.len());
        self.rows.push(row);
    }

    /// Counts letters of a row that is not kept.
    pub(crate) fn leave_out(&mut self, count: u64) {
        self.left_out = self.left_out.saturating_add(count).min(COUNT_LIMIT);
    }

    /// The rows, and the letters of those that are left out.
    pub(crate) fn finish(mut self) -> (Vec<AggregateRow>, u64) {
        self.cut();
        (self.rows, self.left_out)
    }

    /// Keeps the rows of the largest sources, in their order.
    fn cut(&mut self) {
        if self.rows.len() <= ROWS_LIMIT {
            return;
        }
        let mut totals: HashMap<IpAddr, u64> = HashMap::new();
        for row in &self.rows {
            *totals.entry(row.source).or_default() += row.count;
        }
        let mut numbered: Vec<(usize, AggregateRow)> =
            std::mem::take(&mut self.rows).into_iter().enumerate().collect();
        let total = |row: &AggregateRow| totals.get(&row.source).copied().unwrap_or(0);
        numbered.sort_by_key(|(_, row)| Reverse((total(row), row.source, row.count)));
        for (_, row) in numbered.split_off(ROWS_LIMIT) {
            self.leave_out(row.count);
        }
        numbered.sort_by_key(|(number, _)| *number);
        self.rows = numbered.into_iter().map(|(_, row)| row).collect();
        self.places = self.rows.iter().enumerate().map(|(place, row)| (likeness(row), place)).collect();
    }
}

fn likeness(row: &AggregateRow) -> Likeness {
    (row.source, row.disposition, row.dkim_aligned, row.spf_aligned, row.header_from.clone())
}

/// Drops details until the row's texts fit: reasons first, results of SPF last.
fn shorten(row: &mut AggregateRow) {
    let names = 3 * 8 + row.header_from.len() + row.envelope_from.as_deref().map_or(0, str::len);
    let result = |(one, two, three): &(String, Option<String>, String)| {
        octets([one, two.as_deref().unwrap_or_default(), three])
    };
    loop {
        let reasons: usize = row.reasons.iter().map(|(kind, comment)| octets([kind, comment, ""])).sum();
        let results: usize = row.dkim.iter().chain(&row.spf).map(result).sum();
        if names + reasons + results <= ROW_LIMIT_OCTETS {
            return;
        }
        if row.reasons.pop().is_none() && row.dkim.pop().is_none() && row.spf.pop().is_none() {
            return;
        }
    }
}

/// The octets of an element of a list as JSON, at most: `["…","…",null],` with what has to be escaped.
fn octets(texts: [&str; 3]) -> usize {
    let escaped = |text: &str| text.bytes().filter(|octet| matches!(octet, b'"' | b'\\')).count();
    texts.iter().map(|text| text.len() + escaped(text) + 5).sum::<usize>() + 3
}

/// What a row of a TLS report counts: the policy's type and domain, how connections failed (empty: they did not) and at
/// which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TlsKey<'a> {
    pub(crate) policy_type: &'a str,
    pub(crate) policy_domain: &'a str,
    pub(crate) failure: &'a str,
    pub(crate) host: &'a str,
}

/// A row of a TLS report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TlsCount<'a> {
    /// Who connected; empty where several did.
    pub(crate) source: &'a str,
    /// More about it; empty where several things are said.
    pub(crate) note: &'a str,
    pub(crate) sessions: u64,
}

/// Failures that nobody explains.
const UNKNOWN: &str = "unknown";

/// The rows of a TLS report, [`TLS_ROWS_LIMIT`] at the most.
pub(crate) fn tls_rows(report: &TlsReport) -> Vec<(TlsKey<'_>, TlsCount<'_>)> {
    let mut rows: BTreeMap<TlsKey<'_>, TlsCount<'_>> = BTreeMap::new();
    for row in &report.policies {
        let (policy_type, policy_domain) =
            (row.policy.policy_type.as_str(), row.policy.policy_domain.as_str());
        let key = |failure, host| TlsKey { policy_type, policy_domain, failure, host };
        let succeeded = row.summary.total_successful_session_count;
        add(&mut rows, key("", ""), TlsCount { sessions: succeeded, ..TlsCount::default() });
        let mut told = 0u64;
        for failure in &row.failure_details {
            told = told.saturating_add(failure.failed_session_count);
            // Without a word it would count as a success.
            let result = if failure.result_type.is_empty() { UNKNOWN } else { failure.result_type.as_str() };
            let count = TlsCount {
                source: &failure.sending_mta_ip,
                note: &failure.failure_reason_code,
                sessions: failure.failed_session_count,
            };
            add(&mut rows, key(result, &failure.receiving_mx_hostname), count);
        }
        let untold = row.summary.total_failure_session_count.saturating_sub(told);
        if untold > 0 {
            add(&mut rows, key(UNKNOWN, ""), TlsCount { sessions: untold, ..TlsCount::default() });
        }
    }
    if rows.len() <= TLS_ROWS_LIMIT {
        return rows.into_iter().collect();
    }
    // Each policy has its successes and one row for what is left out; the others have room beside them.
    let is_named = |key: &TlsKey<'_>| !key.failure.is_empty() && (key.failure, key.host) != (UNKNOWN, "");
    let (mut named, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(key, _)| is_named(key));
    let mut rows: BTreeMap<_, _> = others.into_iter().collect();
    named.sort_by_key(|(key, count)| (Reverse(count.sessions), *key));
    for (key, count) in named.split_off((TLS_ROWS_LIMIT - 2 * POLICIES_LIMIT).min(named.len())) {
        add(
            &mut rows,
            TlsKey { failure: UNKNOWN, host: "", ..key },
            TlsCount { source: "", note: "", ..count },
        );
    }
    rows.into_iter().chain(named).collect()
}

fn add<'a>(rows: &mut BTreeMap<TlsKey<'a>, TlsCount<'a>>, key: TlsKey<'a>, count: TlsCount<'a>) {
    let sum = rows.entry(key).or_insert(TlsCount { sessions: 0, ..count });
    if sum.source != count.source {
        sum.source = "";
    }
    if sum.note != count.note {
        sum.note = "";
    }
    sum.sessions = sum.sessions.saturating_add(count.sessions).min(COUNT_LIMIT);
}
