//! `relais domain reports` and `relais domain reputation`: what others report of a domain, and what it is worth.

use anyhow::Result;
use directory::DomainInfo;
use mail_reports::{Letters, Range, Reporter, Reports};
use model::Timestamp;
use reputation::{Day, Factor, Reputation, TOOLS, advice, consequence, explanation};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, table};

/// Days that a command looks at when nothing was said.
pub(super) const DAYS: u32 = 30;

fn date(at: Timestamp) -> String {
    at.rfc3339().chars().take(10).collect()
}

fn words(letters: &Letters) -> Vec<String> {
    [letters.passed, letters.failed, letters.quarantined, letters.rejected].map(|n| n.to_string()).to_vec()
}

fn reporters(title: &str, reporters: &[Reporter], text: &mut String) -> Value {
    let rows = reporters.iter().map(|reporter| {
        let json = json!({
            "name": reporter.name, "reports": reporter.reports, "good": reporter.good, "bad": reporter.bad,
        });
        let numbers = [reporter.reports, reporter.good, reporter.bad].map(|n| n.to_string());
        (json, [vec![reporter.name.clone()], numbers.to_vec()].concat())
    });
    let rows: Vec<_> = rows.collect();
    let values = rows.iter().map(|(json, _)| json.clone()).collect();
    if !rows.is_empty() {
        text.push_str(&format!(
            "\n{title}\n{}",
            table(&["REPORTER", "REPORTS", "GOOD", "BAD"], rows).to_text()
        ));
    }
    values
}

/// What others report of the domain.
pub(super) async fn reports(platform: &Platform, domain: &DomainInfo, days: u32) -> Result<Output> {
    let installation = &platform.installation;
    let reports: &Reports = installation.flow.reports();
    let range = Range::last_days(installation.world.clock.now(), days);
    let summary = reports.summary(domain.organisation, &domain.name, range).await?;
    let sources = reports.sources(domain.organisation, &domain.name, range).await?;
    let mut rows: Vec<(Value, Vec<String>)> = Vec::new();
    for day in &summary.dmarc {
        let json = json!({ "day": date(day.day), "letters": day.letters });
        rows.push((json, [vec![date(day.day)], words(&day.letters)].concat()));
    }
    let by_day: Vec<Value> = rows.iter().map(|(json, _)| json.clone()).collect();
    let mut text = format!("DMARC reports of the last {days} days\n");
    text.push_str(&table(&["DAY", "PASS", "FAIL", "QUARANTINED", "REJECTED"], rows).to_text());
    let mut rows: Vec<(Value, Vec<String>)> = Vec::new();
    for source in &sources {
        let json = json!({
            "address": source.address,
            "name": source.name,
            "owner": source.owner.word(),
            "letters": source.letters,
            "dkim_aligned": source.dkim_aligned,
            "spf_aligned": source.spf_aligned,
        });
        let name = source.name.clone().unwrap_or_else(|| "-".to_owned());
        let cells = vec![source.address.clone(), name, source.owner.word().to_owned()];
        rows.push((json, [cells, words(&source.letters)].concat()));
    }
    let by_source: Vec<Value> = rows.iter().map(|(json, _)| json.clone()).collect();
    if !rows.is_empty() {
        let columns = ["SOURCE", "NAME", "OWNER", "PASS", "FAIL", "QUARANTINED", "REJECTED"];
        text.push_str(&format!("\nWho sends as {}\n{}", domain.name, table(&columns, rows).to_text()));
    }
    if summary.left_out > 0 {
        text.push_str(&format!(
            "{} more letters, of the smallest sources or of broken rows, are counted nowhere above\n",
            summary.left_out
        ));
    }
    let by_reporter = reporters("Who reports", &summary.reporters, &mut text);
    let mut rows: Vec<(Value, Vec<String>)> = Vec::new();
    for day in &summary.tls {
        let json = json!({ "day": date(day.day), "succeeded": day.succeeded, "failed": day.failed });
        rows.push((json, vec![date(day.day), day.succeeded.to_string(), day.failed.to_string()]));
    }
    let tls: Vec<Value> = rows.iter().map(|(json, _)| json.clone()).collect();
    if !rows.is_empty() {
        text.push_str(&format!(
            "\nConnections with TLS\n{}",
            table(&["DAY", "GOOD", "FAILED"], rows).to_text()
        ));
    }
    let mut rows: Vec<(Value, Vec<String>)> = Vec::new();
    for trouble in &summary.tls_troubles {
        let json = json!({
            "failure": trouble.failure, "host": trouble.host, "policy": trouble.policy, "sessions": trouble.sessions,
        });
        let cells = [&trouble.failure, &trouble.host, &trouble.policy].map(Clone::clone).to_vec();
        rows.push((json, [cells, vec![trouble.sessions.to_string()]].concat()));
    }
    let troubles: Vec<Value> = rows.iter().map(|(json, _)| json.clone()).collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{}", table(&["FAILURE", "HOST", "POLICY", "SESSIONS"], rows).to_text()));
    }
    let tls_reporters = reporters("Who reports about TLS", &summary.tls_reporters, &mut text);
    text.push_str(&format!("\nComplaints: {}\n", summary.complaints));
    let json = json!({
        "domain": domain.name.to_string(),
        "days": days,
        "letters": summary.letters(),
        "by_day": by_day,
        "sources": by_source,
        "reporters": by_reporter,
        "left_out": summary.left_out,
        "tls": { "by_day": tls, "failures": troubles, "reporters": tls_reporters },
        "complaints": summary.complaints,
    });
    Ok(Output::new(json, text))
}

fn factor(factor: &Factor) -> Value {
    json!({
        "cause": factor.cause,
        "points": factor.points,
        "seen": factor.seen,
        "of": factor.of,
        "explanation": explanation(factor.cause).english,
        "advice": advice(factor.cause).english,
    })
}

fn day(day: &Day) -> Value {
    let counts = &day.counts;
    json!({
        "day": date(day.day),
        "points": day.score.as_ref().map(|score| score.points),
        "sent": counts.sent,
        "policy_bounces": counts.policy_bounces,
        "unknown_recipients": counts.unknown_bounces,
        "complaints": counts.complaints,
        "authentication_failures": counts.authentication_failures,
        "trap_hits": counts.trap_hits,
        "busiest_hour": counts.busiest_hour,
    })
}

/// The domain's score, what it is made of, and its history.
pub(super) async fn reputation(platform: &Platform, domain: &DomainInfo, days: u32) -> Result<Output> {
    let installation = &platform.installation;
    let reputation =
        Reputation::new(installation.db.clone(), installation.world.clone(), installation.directory.clone());
    let score = reputation.score(domain.organisation, &domain.name).await?;
    let history = reputation.history(domain.organisation, &domain.name, days).await?;
    let json = json!({
        "domain": domain.name.to_string(),
        "points": score.points,
        "says_little": score.says_little,
        "consequence": consequence(score.points).english,
        "factors": score.factors.iter().map(factor).collect::<Vec<_>>(),
        "history": history.iter().map(day).collect::<Vec<_>>(),
        "elsewhere": TOOLS.map(|tool| json!({
            "name": tool.name,
            "uri": tool.uri,
            "domain_page": tool.about_domain(&domain.name),
            "measures": tool.measures,
        })),
    });
    let mut text = card(
        Value::Null,
        &[
            ("domain", domain.name.to_string()),
            ("score", format!("{} of 100", score.points)),
            ("means", consequence(score.points).english.to_owned()),
        ],
    )
    .to_text();
    if score.says_little {
        text.push_str("So little was sent in these days that the score says little.\n");
    }
    for factor in &score.factors {
        let (why, help) = (explanation(factor.cause).english, advice(factor.cause).english);
        text.push_str(&format!(
            "\n-{}  {why} ({} of {})\n    {help}\n",
            factor.points, factor.seen, factor.of
        ));
    }
    let rows: Vec<(Value, Vec<String>)> = history
        .iter()
        .map(|day| {
            let points = day.score.as_ref().map_or_else(|| "-".to_owned(), |score| score.points.to_string());
            let counts = &day.counts;
            let numbers = [
                counts.sent,
                counts.policy_bounces,
                counts.unknown_bounces,
                counts.complaints,
                counts.authentication_failures,
                counts.trap_hits,
            ];
            let cells = [vec![date(day.day), points], numbers.map(|n| n.to_string()).to_vec()].concat();
            (Value::Null, cells)
        })
        .collect();
    if !rows.is_empty() {
        let columns =
            ["DAY", "SCORE", "SENT", "REFUSED AS SPAM", "UNKNOWN", "COMPLAINTS", "UNAUTHENTICATED", "TRAPS"];
        text.push_str(&format!("\n{}", table(&columns, rows).to_text()));
    }
    text.push_str("\nWhere others measure\n");
    for tool in TOOLS {
        let page = tool.about_domain(&domain.name).unwrap_or_else(|| tool.uri.to_owned());
        text.push_str(&format!("  {} ({}): {page}\n", tool.name, tool.measures));
    }
    Ok(Output::new(json, text))
}
