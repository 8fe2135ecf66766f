//! Reports of those who want to fill the database: however much a letter says, few rows of it are written.

use std::fmt::Write as _;

use db::values;
use world::StaticNames;

use super::*;
use crate::limits::{
    COUNT_LIMIT, FAILURES_LIMIT, POLICIES_LIMIT, POLICY_LIMIT_OCTETS, POLICY_LINES, PRUNE_BATCH, PRUNE_ROWS,
    ROW_LIMIT_OCTETS, ROWS_LIMIT, ROWS_PER_DAY, ROWS_PER_STATEMENT, TEXT_LIMIT_OCTETS, TLS_ROWS_LIMIT,
};
use crate::{Aggregate, Range, Summary, TlsReport};

/// A TLS report of these policies, each an object of JSON.
fn tls_report(id: &str, policies: &[String]) -> String {
    format!(
        "{{\"organization-name\":\"flood\",\"date-range\":{{\"start-datetime\":\"2026-11-20T00:00:00Z\",\
         \"end-datetime\":\"2026-11-20T23:59:59Z\"}},\"contact-info\":\"x\",\"report-id\":\"{id}\",\"policies\":[{}]}}",
        policies.join(",")
    )
}

fn policy(number: usize, failed: usize, failures: &[String]) -> String {
    format!(
        "{{\"policy\":{{\"policy-type\":\"sts{number}\",\"policy-domain\":\"valbois.test\"}},\
         \"summary\":{{\"total-successful-session-count\":1,\"total-failure-session-count\":{failed}}},\
         \"failure-details\":[{}]}}",
        failures.join(",")
    )
}

fn failure(kind: &str, host: &str, source: &str, sessions: usize) -> String {
    format!(
        "{{\"result-type\":\"{kind}\",\"receiving-mx-hostname\":\"{host}\",\"sending-mta-ip\":\"{source}\",\
         \"failed-session-count\":{sessions}}}"
    )
}

/// A DMARC report with these rows: source, letters, author.
fn dmarc_report(id: &str, rows: impl Iterator<Item = (String, u64, String)>) -> String {
    let (head, _) = GOOGLE.split_once("  <record>").unwrap();
    let mut xml = head.replace("4451823389127001234", id);
    for (source, count, author) in rows {
        write!(
            xml,
            "<record><row><source_ip>{source}</source_ip><count>{count}</count><policy_evaluated><disposition>none\
             </disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>{author}\
             </header_from></identifiers></record>"
        )
        .unwrap();
    }
    xml + "</feedback>"
}

/// As many sources as wanted, of one letter each.
fn sources(count: usize) -> impl Iterator<Item = (String, u64, String)> {
    (0..count).map(|n| (format!("10.1.{}.{}", n / 256, n % 256), 1, "valbois.test".to_owned()))
}

impl Town {
    async fn receive_dmarc(&self, xml: &str) -> Kept {
        self.receive(&letter("application/gzip", "x.xml.gz", &gzip(xml.as_bytes()))).await.unwrap()
    }

    async fn receive_tls(&self, json: &str) -> Kept {
        self.receive(&letter("application/tlsrpt+gzip", "x.json.gz", &gzip(json.as_bytes()))).await.unwrap()
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let operator = self.db.operator("test");
        let number = operator.read(move |tx| tx.query_one(sql, values![], |row| row.integer(0)));
        number.await.unwrap().unwrap()
    }

    async fn all_days(&self) -> Summary {
        let range = Range::last_days(self.world.clock.now(), 30);
        self.reports.summary(self.valbois, &domain("valbois.test"), range).await.unwrap()
    }
}

#[tokio::test]
async fn a_flood_of_tls_failures_becomes_few_rows_that_still_add_up() {
    let failures: Vec<String> =
        (0..300).map(|n| failure("expired", &format!("host{n}"), "192.0.2.7", n + 1)).collect();
    let total = 300 * 301 / 2;
    let policies: Vec<String> = (0..100).map(|n| policy(n, total, &failures)).collect();
    for town in towns(StaticNames::default()).await {
        assert_eq!(town.receive_tls(&tls_report("flood", &policies)).await, Kept::New);
        let rows = town.number("SELECT count(*) FROM report_tls").await;
        assert!(rows <= TLS_ROWS_LIMIT as i64, "{rows}");
        assert_eq!(town.number("SELECT CAST(sum(row_count) AS BIGINT) FROM report").await, rows);
        let day = &town.all_days().await.tls[0];
        let kept = POLICIES_LIMIT as i64;
        assert_eq!((day.succeeded, day.failed), (kept, kept * total as i64));
        // The largest have names; the smallest that were read at all have not.
        let named = "SELECT count(*) FROM report_tls WHERE host = 'host99'";
        assert_eq!(town.number(named).await, kept);
        let unnamed = "SELECT count(*) FROM report_tls WHERE host = 'host1' OR host = 'host200'";
        assert_eq!(town.number(unnamed).await, 0);
    }
}

#[tokio::test]
async fn tls_failures_of_one_kind_at_one_server_are_one_row() {
    let mut failures: Vec<String> =
        (0..50).map(|n| failure("expired", "mx.valbois.test", &format!("192.0.2.{n}"), 2)).collect();
    // Without a word it is a failure all the same.
    failures.push(failure("", "", "", 3));
    let report = tls_report("alike", &[policy(0, 110, &failures), policy(0, 5, &[])]);
    for town in towns(StaticNames::default()).await {
        assert_eq!(town.receive_tls(&report).await, Kept::New);
        assert_eq!(town.number("SELECT count(*) FROM report_tls").await, 3);
        let expired = "SELECT sessions FROM report_tls WHERE failure = 'expired' AND source = ''";
        assert_eq!(town.number(expired).await, 100);
        assert_eq!(town.number("SELECT sessions FROM report_tls WHERE failure = 'unknown'").await, 15);
        assert_eq!(town.number("SELECT sessions FROM report_tls WHERE failure = ''").await, 2);
    }
}

#[test]
fn what_stands_beyond_the_limit_of_a_list_is_not_even_built() {
    // A number is no policy, no failure and no name: who built it would fail.
    let beyond = |first: String, count: usize| [vec![first; count], vec!["7".to_owned(); 1_000]].concat();
    let failures = beyond(failure("expired", "mx", "192.0.2.7", 1), FAILURES_LIMIT);
    let names = beyond("\"mx\"".to_owned(), POLICY_LINES).join(",");
    let lists = format!("\"mx-host\":[{names}],\"policy-string\":[{names}],\"policy-domain\"");
    let policy = policy(0, 1, &failures).replacen("\"policy-domain\"", &lists, 1);
    let json = tls_report("long", &beyond(policy, POLICIES_LIMIT));
    let report = TlsReport::parse(json.as_bytes()).unwrap();
    assert_eq!(report.policies.len(), POLICIES_LIMIT);
    assert_eq!(report.policies[0].failure_details.len(), FAILURES_LIMIT);
    let policy = &report.policies[0].policy;
    assert_eq!((policy.mx_host.len(), policy.policy_string.len()), (POLICY_LINES, POLICY_LINES));
    let short = tls_report("short", &beyond("7".to_owned(), 0));
    assert!(TlsReport::parse(short.as_bytes()).is_err(), "within the limit it is an error");
}

#[tokio::test]
async fn of_too_many_sources_the_largest_stay_and_the_rest_is_counted_together() {
    let count = 3 * ROWS_LIMIT;
    let large =
        ["2001:db8::1", "2001:db8::2"].map(|source| (source.to_owned(), 900, "valbois.test".to_owned()));
    let xml = dmarc_report(
        "many",
        large[..1].iter().cloned().chain(sources(count)).chain(large[1..].iter().cloned()),
    );
    let report = Aggregate::parse(xml.as_bytes()).unwrap();
    assert_eq!((report.rows.len(), report.left_out), (ROWS_LIMIT, (count + 2 - ROWS_LIMIT) as u64));
    let last = report.rows.last().unwrap();
    assert_eq!(
        (report.rows[0].count, last.count, last.source.to_string().as_str()),
        (900, 900, "2001:db8::2")
    );
    for town in towns(StaticNames::default()).await {
        assert_eq!(town.receive_dmarc(&xml).await, Kept::New);
        assert_eq!(town.number("SELECT count(*) FROM report_row").await, ROWS_LIMIT as i64);
        let summary = town.all_days().await;
        assert_eq!(summary.letters().failed + summary.left_out, (1800 + count) as i64);
        assert_eq!(summary.left_out, report.left_out as i64);
    }
}

#[tokio::test]
async fn dmarc_rows_that_say_the_same_are_one() {
    let rows = (0..5_000).map(|n| (format!("192.0.2.{}", n % 2), 2, "valbois.test".to_owned()));
    let report = Aggregate::parse(dmarc_report("alike", rows).as_bytes()).unwrap();
    let counts: Vec<u64> = report.rows.iter().map(|row| row.count).collect();
    assert_eq!((&counts[..], report.left_out), (&[5_000, 5_000][..], 0));
}

#[tokio::test]
async fn a_day_has_room_for_so_many_rows_and_no_more() {
    for town in towns(StaticNames::default()).await {
        for n in 0..ROWS_PER_DAY as usize / ROWS_LIMIT {
            let xml = dmarc_report(&format!("report-{n}"), sources(ROWS_LIMIT));
            assert_eq!(town.receive_dmarc(&xml).await, Kept::New);
        }
        let full = ROWS_PER_DAY;
        assert_eq!(town.number("SELECT count(*) FROM report_row").await, full);
        assert_eq!(town.receive_dmarc(&dmarc_report("late", sources(1))).await, Kept::TooMany);
        assert_eq!(town.receive_tls(GOOGLE_TLS).await, Kept::TooMany, "both kinds share the day");
        assert_eq!(town.number("SELECT count(*) FROM report_row").await, full);
        assert_eq!(town.number("SELECT count(*) FROM report_tls").await, 0);
        // The day after is another one.
        let tomorrow = dmarc_report("tomorrow", sources(1))
            .replace("17951", "17952")
            .replace("1795219199", "1795305599");
        assert_eq!(town.receive_dmarc(&tomorrow).await, Kept::New);
        // They are forgotten some at a time.
        let later = town.world.clock.now().plus(std::time::Duration::from_secs(1));
        let operator = town.db.operator("test");
        let forgotten =
            operator.write(move |tx| crate::rows::prune_batch(tx, later, PRUNE_BATCH)).await.unwrap();
        assert_eq!(forgotten as i64, PRUNE_ROWS / ROWS_LIMIT as i64);
        town.world.clock.advance(crate::limits::RETENTION + std::time::Duration::from_secs(60));
        town.reports.prune(town.world.clock.now()).await.unwrap();
        assert_eq!(town.number("SELECT count(*) FROM report_row").await, 0);
        assert_eq!(town.number("SELECT count(*) FROM report").await, 0);
    }
}

#[tokio::test]
async fn rows_of_several_statements_are_all_written() {
    let count = 2 * ROWS_PER_STATEMENT + 7;
    for town in towns(StaticNames::default()).await {
        assert_eq!(town.receive_dmarc(&dmarc_report("several", sources(count))).await, Kept::New);
        let different =
            "SELECT count(DISTINCT source) FROM report_row WHERE letters = 1 AND domain = 'valbois.test'";
        assert_eq!(town.number(different).await, count as i64);
        assert_eq!(town.number("SELECT max(number) + 1 FROM report_row").await, count as i64);
    }
}

#[tokio::test]
async fn numbers_are_cut_so_that_sums_hold() {
    let row = |n: u32| (format!("192.0.2.{n}"), u64::MAX, "valbois.test".to_owned());
    let many: Vec<String> =
        vec![failure("expired", "mx", "", 7).replace(":7}", &format!(":{}}}", u64::MAX)); 5];
    for town in towns(StaticNames::default()).await {
        // Two rows that become one, and one beside them.
        let xml = dmarc_report("large", [row(1), row(1), row(2)].into_iter());
        assert_eq!(town.receive_dmarc(&xml).await, Kept::New);
        let limit = COUNT_LIMIT as i64;
        let summary = town.all_days().await;
        assert_eq!(summary.letters().failed, 2 * limit);
        assert_eq!(summary.reporters[0].bad, limit);
        assert_eq!(town.receive_tls(&tls_report("large", &[policy(0, 1, &many)])).await, Kept::New);
        assert_eq!(town.all_days().await.tls[0].failed, limit);
        let days = i64::try_from(crate::limits::RETENTION.as_secs() / 86_400).unwrap();
        let largest = ROWS_PER_DAY.max(2 * crate::limits::REPORTS_PER_DAY) * (days + 60);
        assert!(limit.checked_mul(2).and_then(|limit| limit.checked_mul(largest)).is_some());
    }
}

#[tokio::test]
async fn the_texts_of_a_row_stay_short_together() {
    let long = "\u{e9}\"\\".repeat(200);
    let result = format!("<domain>{long}</domain><selector>{long}</selector><result>{long}</result>");
    let details = format!(
        "<auth_results>{}{}</auth_results></record>",
        format!("<dkim>{result}</dkim>").repeat(10),
        format!("<spf>{result}</spf>").repeat(10)
    );
    let reason = format!("<reason><type>{long}</type><comment>{long}</comment></reason>").repeat(10);
    let identifiers = format!("<identifiers><envelope_from>{long}</envelope_from>");
    let row = ("192.0.2.1".to_owned(), 1, long.clone());
    let xml = dmarc_report("wordy", std::iter::once(row))
        .replace("</record>", &details)
        .replace("</policy_evaluated>", &format!("{reason}</policy_evaluated>"))
        .replace("<identifiers>", &identifiers)
        .replace("<p>quarantine", &format!("<p>{long}"));
    let json = long.replace('\\', "\\\\").replace('"', "\\\"");
    let failure = failure(&json, &json, &json, 1)
        .replace("{\"result", &format!("{{\"failure-reason-code\":\"{json}\",\"result"));
    let lists = format!("\"mx-host\":[\"{json}\",\"{json}\",\"{json}\"],\"policy-domain\"");
    let tls = tls_report("wordy", &vec![policy(0, 1, &[failure]).replace("\"policy-domain\"", &lists); 20]);
    for town in towns(StaticNames::default()).await {
        let report = Aggregate::parse(xml.as_bytes()).unwrap();
        assert!(report.rows[0].header_from.len() <= TEXT_LIMIT_OCTETS);
        assert!(report.rows[0].header_from.starts_with('\u{e9}'));
        assert_eq!(Aggregate::parse(report.to_xml().as_bytes()).unwrap(), report, "cut once");
        assert_eq!(town.receive_dmarc(&xml).await, Kept::New);
        assert_eq!(town.receive_tls(&tls).await, Kept::New);
        let limit = ROW_LIMIT_OCTETS as i64;
        // Letters of two octets count twice.
        let octets = "SELECT max(length(x) + length(x) - length(replace(x, '\u{e9}', ''))) FROM
            (SELECT header_from || COALESCE(envelope_from, '') || dkim || spf || reasons AS x FROM report_row) AS texts";
        let dmarc = town.number(octets).await;
        assert!(dmarc > 0 && dmarc <= limit, "{dmarc}");
        let octets = "SELECT max(length(x) + length(x) - length(replace(x, '\u{e9}', ''))) FROM
            (SELECT policy_type || policy_domain || failure || host || source || note AS x FROM report_tls) AS texts";
        let tls = town.number(octets).await;
        assert!(tls > TEXT_LIMIT_OCTETS as i64 && tls <= limit, "{tls}");
        let octets = "SELECT max(length(x) + length(x) - length(replace(x, '\u{e9}', ''))) FROM
            (SELECT reporter || contact || report_id || policy AS x FROM report) AS texts";
        let head = town.number(octets).await;
        assert!(head > 0 && head <= limit, "{head}");
        assert!(
            town.number("SELECT max(length(policy)) FROM report WHERE kind = 'tls'").await
                <= POLICY_LIMIT_OCTETS as i64
        );
    }
}

#[test]
fn a_report_of_more_than_the_limit_is_too_large_whatever_it_says() {
    let xml = GOOGLE.replacen("<record>", &format!("{}<record>", " ".repeat(17 * 1024 * 1024)), 1);
    let found = Content::find(&letter("application/gzip", "x.xml.gz", &gzip(xml.as_bytes())));
    assert_eq!(found, Err(crate::Unreadable::TooLarge));
}
