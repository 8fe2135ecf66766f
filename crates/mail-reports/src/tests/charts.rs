//! What reports say, by day, source and reporter.

use world::StaticNames;

use super::*;
use crate::{Letters, Owner, Range, Reporter, TlsTrouble};

async fn filled(names: StaticNames) -> Vec<Town> {
    let towns = towns(names).await;
    for town in &towns {
        for xml in [GOOGLE, MICROSOFT, YAHOO] {
            town.receive(&letter("text/xml", "x.xml", xml.as_bytes())).await.unwrap();
        }
        for json in [GOOGLE_TLS, MICROSOFT_TLS] {
            town.receive(&letter("application/json", "x.json", json.as_bytes())).await.unwrap();
        }
    }
    towns
}

#[tokio::test]
async fn a_summary_adds_up_by_day_and_reporter() {
    for town in filled(StaticNames::default()).await {
        let range = Range::last_days(town.world.clock.now(), 7);
        let summary = town.reports.summary(town.valbois, &domain("valbois.test"), range).await.unwrap();
        let [day] = &summary.dmarc[..] else { panic!("{summary:?}") };
        assert_eq!(day.day.rfc3339(), "2026-11-20T00:00:00Z");
        let letters = Letters { passed: 17, failed: 2, quarantined: 3, rejected: 1 };
        assert_eq!((day.letters, summary.letters()), (letters, letters));
        let google = Reporter { name: "google.com".to_owned(), reports: 1, good: 12, bad: 3 };
        assert_eq!((summary.reporters.len(), &summary.reporters[0]), (3, &google));
        assert_eq!((summary.tls[0].succeeded, summary.tls[0].failed), (32, 4));
        let expired = TlsTrouble {
            failure: "certificate-expired".to_owned(),
            host: "mx.valbois.test".to_owned(),
            policy: "sts".to_owned(),
            sessions: 3,
        };
        assert_eq!(summary.tls_troubles[0], expired);
        assert_eq!(
            summary.tls_troubles[1].failure, "unknown",
            "what the reporter counts and does not explain"
        );
        let earlier = Range { from: model::Timestamp(0), to: range.from };
        let nothing = town.reports.summary(town.valbois, &domain("valbois.test"), earlier).await.unwrap();
        assert_eq!(nothing.dmarc, []);
    }
}

#[tokio::test]
async fn sources_have_names_and_owners() {
    let names = StaticNames::default()
        .with("25.2.0.192.in-addr.arpa", "PTR", "mx.relais.test.")
        .with("mx.relais.test", "A", "192.0.2.25")
        .with("7.100.51.198.in-addr.arpa", "PTR", "o1.outbound.sendgrid.net.")
        .with("o1.outbound.sendgrid.net", "A", "198.51.100.7");
    for town in filled(names).await {
        let range = Range::last_days(town.world.clock.now(), 7);
        let sources = town.reports.sources(town.valbois, &domain("valbois.test"), range).await.unwrap();
        let told: Vec<(&str, Option<&str>, Owner)> = sources
            .iter()
            .map(|source| (source.address.as_str(), source.name.as_deref(), source.owner))
            .collect();
        assert_eq!(
            told,
            [
                ("192.0.2.25", Some("mx.relais.test"), Owner::Ours),
                ("2001:db8::bad", None, Owner::Unknown),
                ("198.51.100.7", Some("o1.outbound.sendgrid.net"), Owner::Known("SendGrid")),
            ]
        );
        assert_eq!((sources[0].dkim_aligned, sources[0].spf_aligned), (17, 12));
        // The second time they are remembered.
        assert_eq!(
            town.reports.sources(town.valbois, &domain("valbois.test"), range).await.unwrap(),
            sources
        );
    }
}

#[tokio::test]
async fn another_tenant_finds_nothing() {
    for town in filled(StaticNames::default()).await {
        let range = Range::last_days(town.world.clock.now(), 7);
        let name = domain("valbois.test");
        let not_found = |error: crate::ReportsError| {
            matches!(error, crate::ReportsError::Directory(directory::DirectoryError::NotFound { .. }))
        };
        assert!(not_found(town.reports.summary(town.acme, &name, range).await.unwrap_err()));
        assert!(not_found(town.reports.sources(town.acme, &name, range).await.unwrap_err()));
        let own = town.reports.summary(town.acme, &domain("acme.test"), range).await.unwrap();
        assert_eq!(own, crate::Summary::default());
        assert!(town.reputation.score(town.acme, &name).await.is_err());
    }
}

#[tokio::test]
async fn only_failures_of_sources_that_also_pass_count_against_a_domain() {
    for town in filled(StaticNames::default()).await {
        let history = town.reputation.history(town.valbois, &domain("valbois.test"), 7).await.unwrap();
        let failures: i64 = history.iter().map(|day| day.counts.authentication_failures).sum();
        assert_eq!(failures, 2, "Microsoft's two of 192.0.2.25; the others are strangers");
    }
}

#[tokio::test]
async fn old_reports_are_forgotten() {
    for town in filled(StaticNames::default()).await {
        let then = town.world.clock.now();
        town.world.clock.advance(crate::limits::RETENTION + std::time::Duration::from_secs(60));
        town.reports.prune(town.world.clock.now()).await.unwrap();
        let range = Range::last_days(then, 7);
        let summary = town.reports.summary(town.valbois, &domain("valbois.test"), range).await.unwrap();
        assert_eq!(summary, crate::Summary::default());
    }
}
