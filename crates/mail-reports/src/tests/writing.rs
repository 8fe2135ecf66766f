//! What we report: counted from the trail, sent to those who want it, once.

use std::net::IpAddr;
use std::time::Duration;

use model::{MessageId, Reply, Timestamp};
use trail::{Event, Step};
use trust::{
    Authentication, Disposition, DkimEvidence, DkimResult, DmarcEvidence, DmarcResult, SpfEvidence, SpfResult,
};
use world::StaticNames;

use super::*;
use crate::{Aggregate, OutgoingKind, TlsReport, Treatment, sent};

const DAY: Duration = Duration::from_secs(86_400);

fn evidence(ip: &str, passes: bool, rua: &[&str]) -> Authentication {
    let result =
        if passes { (SpfResult::Pass, DmarcResult::Pass) } else { (SpfResult::Fail, DmarcResult::Fail) };
    Authentication {
        ip: Some(ip.parse::<IpAddr>().unwrap()),
        helo: "mail.sender.example".to_owned(),
        mail_from: "bounce.sender.example".to_owned(),
        header_from: "sender.example".to_owned(),
        spf: Some(SpfEvidence {
            result: result.0,
            domain: "bounce.sender.example".to_owned(),
            ..SpfEvidence::default()
        }),
        dkim: vec![DkimEvidence {
            result: DkimResult::Pass,
            domain: "list.example".to_owned(),
            selector: "s1".to_owned(),
            ..DkimEvidence::default()
        }],
        dmarc: Some(DmarcEvidence {
            result: result.1,
            domain: "sender.example".to_owned(),
            record: format!("v=DMARC1; p=quarantine; sp=reject; pct=50; rua={}", rua.join(",")),
            spf_aligned: passes,
            reports_to: rua.iter().map(|uri| (*uri).to_owned()).collect(),
            disposition: if passes { Disposition::None } else { Disposition::Quarantine },
            ..DmarcEvidence::default()
        }),
        ..Authentication::default()
    }
}

impl Town {
    async fn tell(&self, message: Option<MessageId>, organisation: OrganisationId, step: Step) {
        let event = Event {
            at: self.world.clock.now(),
            id: self.world.new_id(),
            organisation: Some(organisation),
            message,
            delivery: None,
            sender: "x@bounce.sender.example".to_owned(),
            recipient: Some("anna@remote.example".to_owned()),
            step,
        };
        self.db.operator("test").write(move |tx| trail::record(tx, &event)).await.unwrap();
    }

    async fn judge(&self, evidence: Authentication) {
        let message = Some(MessageId(self.world.new_id()));
        let step = Step::Judged {
            verdict: "inbox".to_owned(),
            why: String::new(),
            evidence: Some(Box::new(evidence)),
        };
        // A letter for two organisations is one letter.
        self.tell(message, self.valbois, step.clone()).await;
        self.tell(message, self.acme, step).await;
    }

    async fn connect(&self, host: &str, tls: bool, policy: Option<&str>, failure: Option<&str>) {
        let step = Step::Tried {
            host: host.to_owned(),
            ip: Some("198.51.100.9".parse().unwrap()),
            source: None,
            tls: tls.then(|| "TLSv1.3".to_owned()),
            why_no_tls: None,
            policy: policy.map(str::to_owned),
            failure: failure.map(str::to_owned),
            reply: Reply::done(250, 0, 0, "ok"),
            destination: None,
        };
        self.tell(Some(MessageId(self.world.new_id())), self.valbois, step).await;
    }

    fn tomorrow(&self) -> Timestamp {
        self.world.clock.advance(DAY);
        self.world.clock.now()
    }
}

const RUA: &[&str] =
    &["mailto:dmarc@sender.example!1m", "mailto:agg@other.example", "mailto:no@third.example"];

fn dns() -> StaticNames {
    StaticNames::default().with("sender.example._report._dmarc.other.example", "TXT", "v=DMARC1").with(
        "_smtp._tls.remote.example",
        "TXT",
        "v=TLSRPTv1; rua=https://x.example/r,mailto:tls@remote.example",
    )
}

#[tokio::test]
async fn a_day_of_letters_becomes_one_report() {
    for town in towns(dns()).await {
        for _ in 0..3 {
            town.judge(evidence("192.0.2.1", true, RUA)).await;
        }
        town.judge(evidence("192.0.2.2", false, RUA)).await;
        let refused = |reply| Step::Refused {
            peer_ip: None,
            reply,
            evidence: Some(Box::new(evidence("192.0.2.2", false, RUA))),
        };
        // Two recipients of one refused letter, and one letter that was put off.
        town.tell(None, town.valbois, refused(Reply::never(550, 7, 1, "no"))).await;
        town.tell(None, town.acme, refused(Reply::never(550, 7, 1, "no"))).await;
        town.tell(None, town.acme, refused(Reply::later(451, 7, 0, "later"))).await;
        town.judge(evidence("192.0.2.3", true, &[])).await;
        let now = town.tomorrow();
        town.reports.gather(now).await.unwrap();
        let due = town.reports.due(now).await.unwrap();
        let [report] = &due[..] else { panic!("{due:?}") };
        assert_eq!((report.kind, report.domain.as_str()), (OutgoingKind::Dmarc, "sender.example"));
        let to: Vec<String> = report.recipients.iter().map(ToString::to_string).collect();
        assert_eq!(
            to,
            ["dmarc@sender.example", "agg@other.example"],
            "RFC 7489 §7.1: the third never agreed"
        );
        let text = String::from_utf8(report.letter.clone()).unwrap();
        assert!(
            text.contains("\r\nSubject: Report Domain: sender.example\r\n Submitter: mx.relais.test\r\n"),
            "{text}"
        );
        assert!(text.contains("filename=\"mx.relais.test!sender.example!1795219200!1795305599!"), "{text}");
        let Ok(Content::Aggregate(read)) = Content::find(&report.letter) else { panic!("{text}") };
        assert_eq!(
            (read.policy.p.as_str(), read.policy.sp.as_str(), read.policy.pct),
            ("quarantine", "reject", 50)
        );
        let counts: Vec<(String, u64, Treatment)> =
            read.rows.iter().map(|row| (row.source.to_string(), row.count, row.disposition)).collect();
        assert_eq!(
            counts,
            [
                ("192.0.2.1".to_owned(), 3, Treatment::None),
                ("192.0.2.2".to_owned(), 2, Treatment::Quarantine),
            ]
        );
        let scoped = ("bounce.sender.example".to_owned(), Some("mfrom".to_owned()), "pass".to_owned());
        assert_eq!(read.rows[0].spf, [scoped]);
        checks_of_the_schema(&read.to_xml());
    }
}

/// What RFC 7489 appendix C fixes: which elements there are, and their order.
fn checks_of_the_schema(xml: &str) {
    let order = [
        "<version>",
        "<report_metadata>",
        "<org_name>",
        "<email>",
        "<report_id>",
        "<date_range>",
        "<begin>",
        "<end>",
        "<policy_published>",
        "<domain>",
        "<adkim>",
        "<aspf>",
        "<p>",
        "<sp>",
        "<pct>",
        "<fo>",
        "<record>",
        "<row>",
        "<source_ip>",
        "<count>",
        "<policy_evaluated>",
        "<disposition>",
        "<dkim>",
        "<spf>",
        "<identifiers>",
        "<envelope_from>",
        "<header_from>",
        "<auth_results>",
        "<dkim>",
        "<domain>",
        "<selector>",
        "<result>",
        "<spf>",
        "<domain>",
        "<scope>",
        "<result>",
    ];
    let mut rest = xml;
    for element in order {
        let at =
            rest.find(element).unwrap_or_else(|| panic!("{element} is missing or stands too early in {xml}"));
        rest = &rest[at + element.len()..];
    }
}

#[tokio::test]
async fn a_report_leaves_once_whatever_happens() {
    for town in towns(dns()).await {
        town.judge(evidence("192.0.2.1", true, RUA)).await;
        let now = town.tomorrow();
        // Two nodes count the same day.
        let (one, other) = tokio::join!(town.reports.gather(now), town.reports.gather(now));
        one.unwrap();
        other.unwrap();
        let first = town.reports.due(now).await.unwrap();
        assert_eq!(first.len(), 1);
        assert_eq!(town.reports.due(now).await.unwrap().len(), 0, "the first has it");
        // The first dies; after its claim another one takes over, and the first comes back too late.
        town.world.clock.advance(crate::limits::LEASE);
        let now = town.world.clock.now();
        let mut second = town.reports.due(now).await.unwrap();
        assert_eq!(second.len(), 1);
        let late = first.into_iter().next().unwrap();
        assert!(!town.db.operator("test").write(move |tx| sent(tx, &late)).await.unwrap());
        let taken = second.pop().unwrap();
        assert!(town.db.operator("test").write(move |tx| sent(tx, &taken)).await.unwrap());
        town.world.clock.advance(crate::limits::LEASE);
        let now = town.world.clock.now();
        town.reports.gather(now).await.unwrap();
        assert_eq!(town.reports.due(now).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn reports_wait_for_dns_and_are_given_up_in_the_end() {
    let names = StaticNames::default().failing("sender.example._report._dmarc.other.example");
    for town in towns(names).await {
        town.judge(evidence("192.0.2.1", true, &["mailto:agg@other.example"])).await;
        town.tomorrow();
        for _ in 0..crate::limits::ATTEMPTS_LIMIT {
            let now = town.world.clock.now();
            town.reports.gather(now).await.unwrap();
            assert_eq!(town.reports.due(now).await.unwrap().len(), 0);
            town.world.clock.advance(crate::limits::RETRY_PAUSE);
        }
        let ended = town.db.operator("test").read(crate::outgoing::rows::endings).await.unwrap();
        assert_eq!(ended, [Some("given up".to_owned())]);
    }
}

#[tokio::test]
async fn what_nobody_wants_is_not_written() {
    for town in towns(dns()).await {
        town.judge(evidence("192.0.2.1", true, &["mailto:no@third.example", "https://x.example"])).await;
        town.judge(evidence("192.0.2.1", true, &["mailto:dmarc@sender.example!1"])).await;
        let now = town.tomorrow();
        town.reports.gather(now).await.unwrap();
        assert_eq!(town.reports.due(now).await.unwrap().len(), 0, "the last word takes one octet");
        let ended = town.db.operator("test").read(crate::outgoing::rows::endings).await.unwrap();
        assert_eq!(ended, [Some("unwanted".to_owned())]);
    }
}

#[tokio::test]
async fn connections_become_a_tls_report() {
    for town in towns(dns()).await {
        town.connect("mx1.remote.example", true, Some("MTA-STS"), None).await;
        town.connect("mx1.remote.example", true, Some("MTA-STS"), None).await;
        town.connect("mx2.remote.example", true, Some("MTA-STS"), Some("certificate-host-mismatch")).await;
        town.connect("mx1.remote.example", false, None, Some("starttls-not-supported")).await;
        town.connect("mx3.remote.example", false, None, None).await;
        let now = town.tomorrow();
        town.reports.gather(now).await.unwrap();
        let due = town.reports.due(now).await.unwrap();
        let [report] = &due[..] else { panic!("{due:?}") };
        assert_eq!(report.recipients[0].to_string(), "tls@remote.example");
        let text = String::from_utf8(report.letter.clone()).unwrap();
        assert!(text.contains("\r\nTLS-Report-Domain: remote.example\r\n"), "{text}");
        assert!(text.contains("multipart/report; report-type=\"tlsrpt\""), "{text}");
        let Ok(Content::Tls(read)) = Content::find(&report.letter) else { panic!("{text}") };
        let told: Vec<(&str, u64, u64)> = read
            .policies
            .iter()
            .map(|row| {
                let (good, bad) =
                    (row.summary.total_successful_session_count, row.summary.total_failure_session_count);
                (row.policy.policy_type.as_str(), good, bad)
            })
            .collect();
        assert_eq!(told, [("no-policy-found", 0, 1), ("sts", 2, 1)]);
        assert_eq!(read.policies[1].failure_details[0].receiving_mx_hostname, "mx2.remote.example");
        assert!(TlsReport::parse(read.to_json().as_bytes()).is_ok());
    }
}

#[test]
fn addresses_for_reports_have_limits() {
    let parse = |uri: &str| {
        crate::outgoing::Wish::parse(uri).map(|wish| (wish.address.to_string(), wish.limit_bytes))
    };
    let most = crate::limits::LETTER_LIMIT_BYTES;
    assert_eq!(parse("mailto:a@b.example"), Some(("a@b.example".to_owned(), most)));
    assert_eq!(parse("MAILTO:a@b.example!20k"), Some(("a@b.example".to_owned(), 20 * 1024)));
    assert_eq!(parse("mailto:a%2Bb@b.example!1t"), Some(("a+b@b.example".to_owned(), most)));
    assert_eq!(parse("mailto:a@b.example?subject=x"), Some(("a@b.example".to_owned(), most)));
    for wrong in [
        "https://b.example",
        "mailto:",
        "mailto:a@b.example!x",
        "mailto:a@[192.0.2.1]",
        "a@b.example",
        "mailto:%zz@b.example",
    ] {
        assert_eq!(parse(wrong), None, "{wrong}");
    }
}

#[test]
fn texts_of_strangers_cannot_break_the_xml() {
    let mut report = Aggregate::parse(GOOGLE.as_bytes()).unwrap();
    report.reporter = "<&>\"' ]]>".to_owned();
    report.rows[0].header_from = "</header_from><evil>".to_owned();
    let read = Aggregate::parse(report.to_xml().as_bytes()).unwrap();
    assert_eq!((read.reporter, &read.rows[0].header_from), (report.reporter, &report.rows[0].header_from));
}

/// Letters that depend on nothing but our code: independent parsers read the same files (interop/test_reports.py).
#[test]
fn our_letters_are_the_ones_that_others_were_shown() {
    let settings = Settings::new(domain("mx.relais.test"));
    let day = Timestamp(1_795_132_800_000);
    let claimed = |kind, domain: &str| crate::outgoing::Claimed {
        kind,
        day,
        domain: domain.to_owned(),
        id: 4711,
        content: String::new(),
        attempts: 1,
        token: 1,
    };
    let now = Timestamp(day.0 + 90_000_000);
    let to = [model::Address::parse("reports@valbois.test").unwrap()];
    let shown = |name: &str, letter: &[u8]| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/samples").join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, letter).unwrap();
        }
        assert_eq!(String::from_utf8_lossy(letter), String::from_utf8_lossy(&std::fs::read(path).unwrap()));
    };
    let aggregate = Aggregate::parse(MICROSOFT.as_bytes()).unwrap();
    let dmarc = claimed(OutgoingKind::Dmarc, "valbois.test");
    let file = crate::outgoing::compose::dmarc(&settings, &dmarc, aggregate.policy, aggregate.rows);
    shown("dmarc-report.eml", &crate::outgoing::compose::letter(&settings, &dmarc, &to, &file, now));
    let report = TlsReport::parse(GOOGLE_TLS.as_bytes()).unwrap();
    let tls = claimed(OutgoingKind::Tls, "valbois.test");
    let file = crate::outgoing::compose::tls(&settings, &tls, report.policies);
    shown("tls-report.eml", &crate::outgoing::compose::letter(&settings, &tls, &to, &file, now));
}
