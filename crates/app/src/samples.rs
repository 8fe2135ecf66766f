//! What others would have reported of the demo's domain in the weeks before its first start. Each report is a letter
//! that is read and kept as those that arrive, so that the charts show what the program makes of them.
//!
//! The story: the commune's web site sends a newsletter without a signature for a week, and to a few addresses from
//! a very old list; then it is put right. Somebody forges the commune all the while. Once, its certificate was late.

use anyhow::{Context, Result};
use mail_reports::{
    Aggregate, AggregateRow, Content, DateRange, Published, TlsFailure, TlsPolicy, TlsPolicyRow, TlsReport,
    TlsSummary, Treatment, keep,
};
use model::{Domain, OrganisationId, Timestamp};
use reputation::{Reputation, Signal};

use crate::installation::Installation;

/// Days of the past that are reported on.
const DAYS: i64 = 28;
/// The days, counted back, on which the web site's newsletter had no signature.
const UNSIGNED: std::ops::RangeInclusive<i64> = 15..=20;
/// The day on which it went to trap addresses.
const TRAPS: i64 = 16;
/// The days on which the certificate had ended.
const CERTIFICATE_ENDED: std::ops::RangeInclusive<i64> = 10..=11;

const DAY_MILLISECONDS: i64 = 86_400_000;
const HOUR_MILLISECONDS: i64 = 3_600_000;

/// Who reports, and the part of the letters, in tenths, that it sees.
const REPORTERS: [(&str, &str, u64); 3] = [
    ("Grandmail", "grandmail.test", 6),
    ("Poste du Nord", "postedunord.test", 3),
    ("Université du Lac", "lac.test", 1),
];

/// Servers that send in the commune's name.
const OUR_SERVER: &str = "127.0.0.1";
const WEB_SITE: &str = "203.0.113.80";
const FORGER: &str = "198.51.100.66";

/// A day of the past: how many days ago, and its first moment.
#[derive(Clone, Copy)]
struct Day {
    ago: i64,
    begins_at: Timestamp,
}

impl Day {
    fn ends_at(self) -> Timestamp {
        Timestamp(self.begins_at.0 + DAY_MILLISECONDS - 1000)
    }

    /// About `usual`: less at the weekend, and never the same on two days.
    fn about(self, usual: u64) -> u64 {
        let number = self.begins_at.0.div_euclid(DAY_MILLISECONDS).unsigned_abs();
        // 1 January 1970 was a Thursday.
        let is_weekend = matches!(number % 7, 2 | 3);
        let usual = if is_weekend { usual / 4 } else { usual };
        usual + number * 7919 % (usual / 3 + 1)
    }
}

/// Reads and keeps them all, and computes the scores of those days.
pub(crate) async fn receive(
    installation: &Installation,
    organisation: OrganisationId,
    domain: &Domain,
) -> Result<()> {
    let now = installation.world.clock.now();
    let today = now.0.div_euclid(DAY_MILLISECONDS) * DAY_MILLISECONDS;
    let day = |ago: i64| Day { ago, begins_at: Timestamp(today - ago * DAY_MILLISECONDS) };
    let mut readings = Vec::new();
    for day in (1..=DAYS).rev().map(day) {
        // Reports come in the morning after.
        let received_at = Timestamp(day.ends_at().0 + 6 * HOUR_MILLISECONDS).min(now);
        for letter in letters(day, domain) {
            let content = Content::find(letter.as_bytes()).context("a sample letter holds a report")?;
            let reading =
                installation.flow.reports().read(organisation, domain, received_at, content).await?;
            readings.push((installation.world.new_id(), reading));
        }
    }
    let name = domain.to_string();
    let trapped = day(TRAPS).begins_at;
    installation
        .db
        .tenant(organisation)
        .write(move |tx| {
            for (id, reading) in &readings {
                keep(tx, reading, *id)?;
            }
            for _ in 0..2 {
                reputation::note(tx, organisation, &name, trapped, Signal::TrapHit)?;
            }
            Ok::<_, db::DbError>(())
        })
        .await?;
    let reputation =
        Reputation::new(installation.db.clone(), installation.world.clone(), installation.directory.clone());
    // Each computes a day and the one before.
    for day in (0..DAYS).rev().step_by(2).map(day) {
        reputation.compute(day.begins_at).await?;
    }
    reputation.compute(now).await?;
    Ok(())
}

/// The letters of a day: a DMARC report of each reporter, and the largest one's TLS report.
fn letters(day: Day, domain: &Domain) -> Vec<String> {
    let name = |host: &str, end: &str| {
        format!("{host}!{domain}!{}!{}.{end}", day.begins_at.seconds(), day.ends_at().seconds())
    };
    let mut letters: Vec<String> = REPORTERS
        .iter()
        .map(|(reporter, host, tenths)| {
            let xml = with_broken_row(&dmarc(day, domain, reporter, host, *tenths).to_xml(), day);
            letter(host, &format!("Report Domain: {domain}"), "text/xml", &name(host, "xml"), &xml)
        })
        .collect();
    let (reporter, host, _) = REPORTERS[0];
    let json = tls(day, domain, reporter, host).to_json();
    let subject = format!("Report Domain: {domain} Submitter: {host}");
    letters.push(letter(host, &subject, "application/tlsrpt+json", &name(host, "json"), &json));
    letters
}

fn letter(host: &str, subject: &str, media_type: &str, name: &str, content: &str) -> String {
    format!(
        "From: noreply@{host}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: {media_type}; name=\"{name}\"; charset=utf-8\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{content}\r\n"
    )
}

fn dmarc(day: Day, domain: &Domain, reporter: &str, host: &str, tenths: u64) -> Aggregate {
    let seen = |usual: u64| day.about(usual) * tenths / 10;
    let row = |source: &str, count: u64, is_proven: bool, disposition: Treatment| AggregateRow {
        source: source.parse().expect("invariant: the sources are addresses"),
        count,
        disposition,
        dkim_aligned: is_proven,
        spf_aligned: is_proven && source == OUR_SERVER,
        reasons: Vec::new(),
        header_from: domain.to_string(),
        envelope_from: Some(domain.to_string()),
        envelope_to: Some(host.to_owned()),
        dkim: Vec::new(),
        spf: Vec::new(),
    };
    let mut rows = vec![
        row(OUR_SERVER, seen(160), true, Treatment::None),
        row(WEB_SITE, seen(40), true, Treatment::None),
        row(FORGER, seen(24), false, Treatment::Quarantine),
        row(FORGER, seen(9), false, Treatment::Reject),
    ];
    if UNSIGNED.contains(&day.ago) {
        rows.push(row(WEB_SITE, seen(4), false, Treatment::None));
    }
    rows.retain(|row| row.count > 0);
    Aggregate {
        reporter: reporter.to_owned(),
        contact: format!("noreply@{host}"),
        extra_contact: None,
        report_id: format!("{}.{host}", day.begins_at.seconds()),
        begins_at: day.begins_at,
        ends_at: day.ends_at(),
        policy: Published {
            domain: domain.to_string(),
            adkim: "r".to_owned(),
            aspf: "r".to_owned(),
            p: "quarantine".to_owned(),
            sp: "quarantine".to_owned(),
            pct: 100,
            fo: "0".to_owned(),
        },
        rows,
        left_out: 0,
    }
}

/// Reporters make mistakes: on one day a row lacks its source.
fn with_broken_row(xml: &str, day: Day) -> String {
    let broken = "<record><row><source_ip>unknown</source_ip><count>1</count></row></record></feedback>";
    if day.ago == TRAPS { xml.replace("</feedback>", broken) } else { xml.to_owned() }
}

fn tls(day: Day, domain: &Domain, reporter: &str, host: &str) -> TlsReport {
    let failed = if CERTIFICATE_ENDED.contains(&day.ago) { day.about(6) } else { 0 };
    let exchanger = format!("mail.{domain}");
    let failure = TlsFailure {
        result_type: "certificate-expired".to_owned(),
        sending_mta_ip: String::new(),
        receiving_mx_hostname: exchanger.clone(),
        receiving_ip: OUR_SERVER.to_owned(),
        failed_session_count: failed,
        additional_information: String::new(),
        failure_reason_code: String::new(),
    };
    TlsReport {
        organization_name: reporter.to_owned(),
        date_range: DateRange {
            start_datetime: day.begins_at.rfc3339(),
            end_datetime: day.ends_at().rfc3339(),
        },
        contact_info: format!("noreply@{host}"),
        report_id: format!("{}.tls.{host}", day.begins_at.seconds()),
        policies: vec![TlsPolicyRow {
            policy: TlsPolicy {
                policy_type: "sts".to_owned(),
                policy_string: vec!["version: STSv1".to_owned(), "mode: enforce".to_owned()],
                policy_domain: domain.to_string(),
                mx_host: vec![exchanger],
            },
            summary: TlsSummary {
                total_successful_session_count: day.about(45),
                total_failure_session_count: failed,
            },
            failure_details: if failed > 0 { vec![failure] } else { Vec::new() },
        }],
    }
}

#[cfg(test)]
mod tests {
    use directory::Scope;
    use mail_reports::Range;
    use world::World;

    use super::*;

    #[tokio::test]
    async fn the_demos_charts_show_four_weeks() {
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            let data = tempfile::tempdir().unwrap();
            let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
            let text = format!("[node]\nhostname = 'mail.valbois.test'\ndata = '{}'", data.path().display());
            let config = toml::from_str(&text).unwrap();
            let installation =
                Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap();
            let directory = installation.directory.administration(Scope::Operator("test"), "test");
            let organisation = directory.create_organisation("Commune").await.unwrap().id;
            let domain = Domain::parse("valbois.test").unwrap();
            directory.create_domain(organisation, None, &domain).await.unwrap();
            receive(&installation, organisation, &domain).await.unwrap();

            let now = installation.world.clock.now();
            let summary = installation.flow.reports();
            let summary = summary.summary(organisation, &domain, Range::last_days(now, 30)).await.unwrap();
            assert_eq!((summary.dmarc.len(), summary.tls.len()), (DAYS as usize, DAYS as usize));
            assert_eq!(summary.reporters.len(), REPORTERS.len());
            let letters = summary.letters();
            assert!(letters.passed > 10 * letters.failed && letters.failed > 0, "{letters:?}");
            assert!(letters.quarantined > 0 && letters.rejected > 0, "{letters:?}");
            assert_eq!(summary.left_out, 3, "a broken row of each reporter");
            assert!(summary.tls.iter().any(|day| day.failed > 0));

            let reputation = Reputation::new(
                installation.db.clone(),
                installation.world.clone(),
                installation.directory.clone(),
            );
            let history = reputation.history(organisation, &domain, 30).await.unwrap();
            let points: Vec<i64> =
                history.iter().filter_map(|day| Some(day.score.as_ref()?.points)).collect();
            assert!(points.len() >= DAYS as usize, "{points:?}");
            assert!(*points.iter().min().unwrap() < 80 && *points.last().unwrap() > 85, "{points:?}");
        }
    }
}
