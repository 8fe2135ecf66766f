//! Counts a day of the trail: who sent in whose name, and how TLS went.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use db::DbError;
use model::{Class, Timestamp};
use trail::{Step, Trail};
use trust::{Authentication, DkimResult, DmarcEvidence, DmarcResult, SpfEvidence};

use super::{Tally, reportable};
use crate::limits::{FAILURES_LIMIT, OUTGOING_DOMAINS_LIMIT, OUTGOING_ROWS_LIMIT, RESULTS_PER_ROW};
use crate::{
    AggregateRow, DAY_MILLISECONDS, Published, TlsFailure, TlsPolicy, TlsPolicyRow, TlsSummary, Treatment,
};

/// What was seen of a domain that wants DMARC reports.
struct Seen {
    published: Published,
    reports_to: Vec<String>,
    /// Rows by their text with a count of zero.
    rows: BTreeMap<String, (AggregateRow, u64)>,
}

/// The day's rows for each domain whose policy was found and that wants reports.
pub(crate) async fn dmarc(trail: &Trail, day: Timestamp) -> Result<BTreeMap<String, Tally>, DbError> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    // A letter for several organisations stands in the trail of each, a refused one once for each recipient.
    let mut judged = HashSet::new();
    let mut refused = HashSet::new();
    let end = Timestamp(day.0 + DAY_MILLISECONDS);
    trail
        .for_each(&["judged", "refused"], day, end, |event| {
            let evidence = match (&event.step, event.message) {
                (Step::Judged { evidence: Some(evidence), .. }, Some(message)) => {
                    if !judged.insert(message) {
                        return;
                    }
                    evidence
                }
                (Step::Refused { evidence: Some(evidence), reply, .. }, _) => {
                    // What was put off comes again.
                    if reply.class() == Class::Later
                        || !refused.insert((event.at, event.sender.clone(), evidence.header_from.clone()))
                    {
                        return;
                    }
                    evidence
                }
                _ => return,
            };
            let Some((domain, published, row)) = observation(evidence) else { return };
            let reports_to =
                || evidence.dmarc.as_ref().map(|dmarc| dmarc.reports_to.clone()).unwrap_or_default();
            if !seen.contains_key(&domain) && seen.len() >= OUTGOING_DOMAINS_LIMIT {
                return;
            }
            let seen = seen.entry(domain).or_insert_with(|| Seen {
                published: published.clone(),
                reports_to: reports_to(),
                rows: BTreeMap::new(),
            });
            // The day's last word of the domain counts.
            (seen.published, seen.reports_to) = (published, reports_to());
            let key = serde_json::to_string(&row).unwrap_or_default();
            let is_full = seen.rows.len() >= OUTGOING_ROWS_LIMIT;
            match seen.rows.get_mut(&key) {
                Some((_, count)) => *count += 1,
                None if is_full => {}
                None => {
                    seen.rows.insert(key, (row, 1));
                }
            }
        })
        .await?;
    let tally = |seen: Seen| Tally::Dmarc {
        published: seen.published,
        reports_to: seen.reports_to,
        rows: seen.rows.into_values().map(|(row, count)| AggregateRow { count, ..row }).collect(),
    };
    Ok(seen.into_iter().map(|(domain, seen)| (domain, tally(seen))).collect())
}

/// What one letter adds to a report, with a count of zero.
fn observation(evidence: &Authentication) -> Option<(String, Published, AggregateRow)> {
    let dmarc = evidence.dmarc.as_ref()?;
    let ip = evidence.ip?;
    let was_weighed = matches!(dmarc.result, DmarcResult::Pass | DmarcResult::Fail);
    if !was_weighed || dmarc.reports_to.is_empty() || !reportable(&dmarc.domain) {
        return None;
    }
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let result =
        |spf: &SpfEvidence, scope: &str| (spf.domain.clone(), text(scope), spf.result.word().to_owned());
    // RFC 7489 §7.2: SPF of MAIL FROM, or of HELO where that is empty.
    let spf = match (&evidence.spf, &evidence.spf_helo) {
        (Some(spf), _) if !spf.domain.is_empty() => result(spf, "mfrom"),
        (_, Some(spf)) if !spf.domain.is_empty() => result(spf, "helo"),
        _ => (evidence.helo.clone(), text("helo"), "none".to_owned()),
    };
    let signed = evidence.dkim.iter().filter(|dkim| dkim.result != DkimResult::None);
    let row = AggregateRow {
        source: ip.to_canonical(),
        count: 0,
        disposition: Treatment::parse(dmarc.disposition.word()),
        dkim_aligned: dmarc.dkim_aligned,
        spf_aligned: dmarc.spf_aligned,
        reasons: dmarc.overridden.iter().map(|reason| (reason.word().to_owned(), String::new())).collect(),
        header_from: evidence.header_from.clone(),
        envelope_from: text(&evidence.mail_from),
        envelope_to: None,
        dkim: signed
            .take(RESULTS_PER_ROW)
            .map(|dkim| (dkim.domain.clone(), text(&dkim.selector), dkim.result.word().to_owned()))
            .collect(),
        spf: vec![spf],
    };
    Some((dmarc.domain.clone(), published(dmarc), row))
}

fn published(dmarc: &DmarcEvidence) -> Published {
    let record = wire_trust::dmarc::Record::receive(&dmarc.record).unwrap_or_default();
    Published {
        domain: dmarc.domain.clone(),
        adkim: dmarc.dkim_alignment.letter().to_string(),
        aspf: dmarc.spf_alignment.letter().to_string(),
        p: record.policy.to_string(),
        sp: record.subdomains.unwrap_or(record.policy).to_string(),
        pct: record.percent,
        fo: record.failure_options,
    }
}

/// The day's rows for each domain to whose servers connections were made.
pub(crate) async fn tls(
    trail: &Trail,
    day: Timestamp,
    own: Option<IpAddr>,
) -> Result<BTreeMap<String, Tally>, DbError> {
    type Failures = BTreeMap<(String, String, String), u64>;
    // Successes, failures, and these by kind, as many as a report has room for.
    let mut seen: BTreeMap<(String, &'static str), (u64, u64, Failures)> = BTreeMap::new();
    // An attempt stands in the trail once for each recipient of the letter.
    let mut attempts = HashSet::new();
    let mut hosts: HashMap<(String, &'static str), Vec<String>> = HashMap::new();
    let end = Timestamp(day.0 + DAY_MILLISECONDS);
    trail
        .for_each(&["tried"], day, end, |event| {
            let Step::Tried { host, ip, tls, policy, failure, destination, .. } = &event.step else { return };
            let recipient = event.recipient.as_deref().and_then(|recipient| recipient.rsplit_once('@'));
            let Some(domain) = destination.as_deref().or(recipient.map(|(_, domain)| domain)) else { return };
            let domain = domain.to_ascii_lowercase();
            // Nobody answered, or nothing came to TLS: RFC 8460 §4.3 counts sessions.
            if !reportable(&domain) || (tls.is_none() && failure.is_none()) {
                return;
            }
            if !attempts.insert((event.message, event.at, domain.clone(), host.clone())) {
                return;
            }
            let policy = match policy.as_deref() {
                // A relay of our operator's choice: no business of the domain.
                Some(text) if text.starts_with("route") => return,
                Some("DANE") => "tlsa",
                Some(text) if text.starts_with("MTA-STS") => "sts",
                _ => "no-policy-found",
            };
            if seen.len() >= OUTGOING_DOMAINS_LIMIT && !seen.contains_key(&(domain.clone(), policy)) {
                return;
            }
            let names = hosts.entry((domain.clone(), policy)).or_default();
            if !names.contains(host) && names.len() < RESULTS_PER_ROW {
                names.push(host.clone());
            }
            let (good, failed, bad) = seen.entry((domain, policy)).or_default();
            let Some(failure) = failure else {
                *good += 1;
                return;
            };
            *failed += 1;
            let ip = ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default();
            let kind = (failure.clone(), host.clone(), ip);
            if bad.len() < FAILURES_LIMIT || bad.contains_key(&kind) {
                *bad.entry(kind).or_default() += 1;
            }
        })
        .await?;
    let mut tallies: BTreeMap<String, Vec<TlsPolicyRow>> = BTreeMap::new();
    for ((domain, policy), (good, failed, bad)) in seen {
        let mx_host = match policy {
            "no-policy-found" => Vec::new(),
            _ => hosts.remove(&(domain.clone(), policy)).unwrap_or_default(),
        };
        let failure_details = bad.into_iter().map(|((result_type, host, ip), count)| TlsFailure {
            result_type,
            sending_mta_ip: own.map(|own| own.to_string()).unwrap_or_default(),
            receiving_mx_hostname: host,
            receiving_ip: ip,
            failed_session_count: count,
            additional_information: String::new(),
            failure_reason_code: String::new(),
        });
        tallies.entry(domain.clone()).or_default().push(TlsPolicyRow {
            policy: TlsPolicy {
                policy_type: policy.to_owned(),
                policy_string: Vec::new(),
                policy_domain: domain,
                mx_host,
            },
            summary: TlsSummary { total_successful_session_count: good, total_failure_session_count: failed },
            failure_details: failure_details.collect(),
        });
    }
    Ok(tallies.into_iter().map(|(domain, rows)| (domain, Tally::Tls { rows })).collect())
}
