//! Reports of others, in their forms, and of those who mean no good.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use world::StaticNames;

use super::*;
use crate::limits::UNPACKED_LIMIT_BYTES;
use crate::{Aggregate, TlsReport, Treatment, Unreadable};

#[test]
fn a_report_in_googles_form_is_read() {
    let report = Aggregate::parse(GOOGLE.as_bytes()).unwrap();
    assert_eq!((report.reporter.as_str(), report.report_id.as_str()), ("google.com", "4451823389127001234"));
    assert_eq!(report.begins_at.rfc3339(), "2026-11-20T00:00:00Z");
    assert_eq!((report.policy.domain.as_str(), report.policy.p.as_str()), ("valbois.test", "quarantine"));
    let [good, bad] = &report.rows[..] else { panic!("{:?}", report.rows) };
    assert!(good.passes() && good.count == 12 && good.source.to_string() == "192.0.2.25");
    assert_eq!(good.dkim, [("valbois.test".to_owned(), Some("r20261101".to_owned()), "pass".to_owned())]);
    assert!(!bad.passes() && bad.disposition == Treatment::Quarantine);
    assert_eq!(bad.reasons, [("local_policy".to_owned(), "arc=fail & more".to_owned())]);
}

#[test]
fn reports_in_microsofts_and_yahoos_forms_are_read() {
    let report = Aggregate::parse(MICROSOFT.as_bytes()).unwrap();
    assert_eq!(report.rows.len(), 2);
    assert_eq!(report.rows[1].envelope_from.as_deref(), Some("list.example"));
    assert!(report.rows[1].passes(), "DKIM alone suffices");
    let report = Aggregate::parse(YAHOO.as_bytes()).unwrap();
    assert_eq!(report.rows[0].header_from, "news.valbois.test");
    assert_eq!(report.rows[0].disposition, Treatment::Reject);
}

#[test]
fn a_report_that_we_write_is_one_that_we_read() {
    for xml in [GOOGLE, MICROSOFT, YAHOO] {
        let report = Aggregate::parse(xml.as_bytes()).unwrap();
        assert_eq!(Aggregate::parse(report.to_xml().as_bytes()).unwrap(), report);
    }
    for json in [GOOGLE_TLS, MICROSOFT_TLS] {
        let report = TlsReport::parse(json.as_bytes()).unwrap();
        assert_eq!(TlsReport::parse(report.to_json().as_bytes()).unwrap(), report);
    }
}

#[test]
fn tls_reports_are_read_with_fractions_and_zones() {
    let report = TlsReport::parse(MICROSOFT_TLS.as_bytes()).unwrap();
    let (begin, end) = report.period().unwrap();
    assert_eq!(
        (begin.rfc3339().as_str(), end.rfc3339().as_str()),
        ("2026-11-20T00:00:00Z", "2026-11-20T23:59:59Z")
    );
    let east = MICROSOFT_TLS.replace("00:00:00.0000000+00:00", "02:30:00+02:30");
    assert_eq!(TlsReport::parse(east.as_bytes()).unwrap().period().unwrap().0, begin);
    let report = TlsReport::parse(GOOGLE_TLS.as_bytes()).unwrap();
    assert_eq!(report.policies[0].failure_details[0].result_type, "certificate-expired");
}

#[test]
fn every_packing_is_opened() {
    let packed = [
        letter("application/gzip", "google.com!valbois.test!1!2.xml.gz", &gzip(GOOGLE.as_bytes())),
        letter("application/zip", "google.com!valbois.test!1!2.zip", &zip("a.xml", GOOGLE.as_bytes())),
        letter("application/octet-stream", "x", &gzip(GOOGLE.as_bytes())),
        letter("text/xml", "report.xml", GOOGLE.as_bytes()),
        letter("text/xml", "report.xml", format!("\u{feff}{GOOGLE}").as_bytes()),
    ];
    for letter in packed {
        assert!(
            matches!(Content::find(&letter), Ok(Content::Aggregate(_))),
            "{}",
            String::from_utf8_lossy(&letter)
        );
    }
    let tls = letter("application/tlsrpt+gzip", "x.json.gz", &gzip(GOOGLE_TLS.as_bytes()));
    assert!(matches!(Content::find(&tls), Ok(Content::Tls(_))));
}

#[test]
fn a_bomb_ends_at_the_limit() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..=UNPACKED_LIMIT_BYTES / zeros.len() {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1024 * 1024, "it is small");
    assert_eq!(Content::find(&letter("application/gzip", "x.xml.gz", &bomb)), Err(Unreadable::TooLarge));
}

#[test]
fn document_types_and_entities_are_refused() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE feedback [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\
                  <feedback><report_metadata><org_name>&b;</org_name></report_metadata></feedback>";
    let wrong = |text: &str| Aggregate::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(wrong(laughs).contains("document type"), "{}", wrong(laughs));
    let outside = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><feedback/>";
    assert!(wrong(outside).contains("document type"));
    assert!(wrong("<feedback><report_metadata><org_name>&b;</org_name>").contains("entity"));
}

#[test]
fn what_is_broken_says_how() {
    let wrong = |text: &str| Aggregate::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(wrong("<html></html>").contains("no report"));
    assert!(wrong("<feedback>").contains("cut off"));
    assert!(wrong("<feedback></feedback>").contains("lacks"));
    assert!(wrong(&GOOGLE.replace("1795132800", "yesterday")).contains("number of seconds"));
    assert!(wrong(&"<feedback>".repeat(50)).contains("too deep"));
    assert!(wrong(&GOOGLE.replace("google.com</org_name>", &"x".repeat(100_000))).contains("too long"));
    assert_eq!(Content::find(b"Subject: hello\r\n\r\nHow are you?\r\n"), Err(Unreadable::NoReport));
    let cut = &gzip(GOOGLE.as_bytes())[..300];
    assert!(matches!(Content::find(&letter("application/gzip", "x.gz", cut)), Err(Unreadable::Packed(_))));
    let cut = &zip("a.xml", GOOGLE.as_bytes())[..33];
    assert!(matches!(Content::find(&letter("application/zip", "x.zip", cut)), Err(Unreadable::Packed(_))));
    assert!(TlsReport::parse(b"{\"report-id\": 1}").is_err());
}

#[test]
fn letters_of_rows_that_cannot_be_read_are_counted() {
    let broken = GOOGLE.replace("2001:db8::bad", "nobody");
    let report = Aggregate::parse(broken.as_bytes()).unwrap();
    assert_eq!((report.rows.len(), report.left_out), (1, 3));
}

#[tokio::test]
async fn a_report_comes_once() {
    for town in towns(StaticNames::default()).await {
        let google = letter("application/gzip", "x.xml.gz", &gzip(GOOGLE.as_bytes()));
        assert_eq!(town.receive(&google).await, Ok(Kept::New));
        assert_eq!(town.receive(&google).await, Ok(Kept::Known));
        let tls = letter("application/tlsrpt+gzip", "x.json.gz", &gzip(GOOGLE_TLS.as_bytes()));
        assert_eq!(town.receive(&tls).await, Ok(Kept::New));
        assert_eq!(town.receive(&tls).await, Ok(Kept::Known));
    }
}

#[tokio::test]
async fn reports_about_others_and_other_times_are_refused() {
    for town in towns(StaticNames::default()).await {
        let refused = async |text: String| {
            town.receive(&letter("text/xml", "x.xml", text.as_bytes())).await.unwrap_err()
        };
        let about = |name: &str| GOOGLE.replace("<domain>valbois.test", &format!("<domain>{name}"));
        // Another tenant's domain is as foreign as any.
        assert!(refused(about("acme.test")).await.contains("no domain of this organisation"));
        assert!(refused(about("stranger.example")).await.contains("no domain of this organisation"));
        assert!(refused(GOOGLE.replace("1795", "1395")).await.contains("period"));
        assert!(refused(GOOGLE.replace("<begin>17951", "<begin>17940")).await.contains("too long"));
        let below = letter("text/xml", "x.xml", about("news.valbois.test").as_bytes());
        assert_eq!(town.receive(&below).await, Ok(Kept::New), "what stands below is ours");
    }
}

/// The complaint of the fixture, with its lines as they travel.
fn complaint() -> String {
    include_str!("fixtures/complaint.eml").replace('\n', "\r\n")
}

impl Town {
    /// A letter that anna of this organisation sent, as the trail has it.
    async fn anna_sent(
        &self,
        organisation: OrganisationId,
        message_id: &str,
        to: &[&str],
    ) -> model::MessageId {
        let (message, at) = (model::MessageId(self.world.new_id()), self.world.clock.now());
        let event = |recipient: Option<&str>, step| trail::Event {
            at,
            id: self.world.new_id(),
            organisation: Some(organisation),
            message: Some(message),
            delivery: recipient.map(|_| model::DeliveryId(self.world.new_id())),
            sender: "anna@valbois.test".to_owned(),
            recipient: recipient.map(str::to_owned),
            step,
        };
        let accepted = trail::Step::Accepted {
            protocol: "ESMTPSA".to_owned(),
            peer_ip: None,
            helo: None,
            tls: None,
            login: Some("anna@valbois.test".to_owned()),
            size_bytes: 1,
            subject: None,
            message_id: Some(message_id.to_owned()),
        };
        let queued = || trail::Step::Queued { route: "mail servers of provider.example".to_owned() };
        let mut events = vec![event(None, accepted)];
        events.extend(to.iter().map(|to| event(Some(to), queued())));
        let tenant = self.db.tenant(organisation);
        let written = tenant.write(move |tx| events.iter().try_for_each(|event| trail::record(tx, event)));
        written.await.unwrap();
        message
    }

    async fn complained(&self, text: &str) -> Result<Kept, String> {
        self.receive(text.as_bytes()).await
    }

    /// How many complaints the score and the summary know.
    async fn counted(&self) -> (i64, i64) {
        let name = domain("valbois.test");
        let score = self.reputation.score(self.valbois, &name).await.unwrap();
        let factors = score.factors.iter().filter(|factor| factor.cause == reputation::Cause::Complaints);
        let range = crate::Range::last_days(self.world.clock.now(), 7);
        let summary = self.reports.summary(self.valbois, &name, range).await.unwrap();
        (factors.map(|factor| factor.seen).sum(), summary.complaints)
    }
}

#[tokio::test]
async fn a_complaint_counts_once_for_each_reader_of_a_letter_that_was_sent() {
    for town in towns(StaticNames::default()).await {
        let to = ["Victim@provider.example", "other@provider.example"];
        let message = town.anna_sent(town.valbois, "<offer-1@valbois.test>", &to).await;
        // Found by the reader and the Message-ID; it claims two incidents.
        assert_eq!(town.complained(&complaint()).await, Ok(Kept::New));
        assert_eq!(town.counted().await, (1, 1));
        // The same reader once more, whatever the words; also days later.
        town.world.clock.advance(std::time::Duration::from_secs(3 * 86_400));
        let fraud = complaint().replace("Feedback-Type: abuse", "Feedback-Type: fraud");
        for again in [complaint(), fraud] {
            assert_eq!(town.complained(&again).await, Ok(Kept::Known));
        }
        // He may change his mind, which counts for nothing.
        let praise = complaint().replace("Feedback-Type: abuse", "Feedback-Type: not-spam");
        assert_eq!(town.complained(&praise).await, Ok(Kept::New));
        assert_eq!(town.counted().await, (1, 1));
        // Found by our own Received field, where the reporter hides the reader; that counts once, too.
        let received = format!(
            "Received: from [192.0.2.7]\r\n\tby mx.relais.test with ESMTPSA\r\n\tid {message};\r\n\tSat, 21 Nov 2026 \
             09:00:00 +0000\r\nFrom: Anna <"
        );
        let hidden = complaint()
            .replace("From: Anna <", &received)
            .replace("Original-Rcpt-To: <victim@provider.example>\r\n", "");
        assert_eq!(town.complained(&hidden).await, Ok(Kept::New));
        for invented in ["", "Original-Rcpt-To: <x@provider.example>\r\n", "Incidents: 1000\r\n"] {
            let again = hidden.replace("Version: 1\r\n", &format!("Version: 1\r\n{invented}"));
            assert_eq!(town.complained(&again).await, Ok(Kept::Known), "{invented}");
        }
        assert_eq!(town.counted().await, (2, 2));
        let search = trail::Search { message: Some(message), ..trail::Search::default() };
        let told = trail::Trail::new(town.db.clone()).search(search).await.unwrap();
        let told: Vec<String> = told.iter().map(|event| event.to_string()).collect();
        let expected = "to <victim@provider.example>: a reader complained: abuse (told by SomeGenerator/1.0)";
        assert!(told.iter().any(|line| line.ends_with(expected)), "{told:#?}");
    }
}

#[tokio::test]
async fn who_never_had_the_letter_lowers_nothing_with_any_number_of_complaints() {
    for town in towns(StaticNames::default()).await {
        let message = town.anna_sent(town.valbois, "<offer-1@valbois.test>", &["a@provider.example"]).await;
        let theirs = town.anna_sent(town.acme, "<theirs@acme.test>", &["victim@provider.example"]).await;
        let invented = |number: usize| {
            complaint()
                .replace("offer-1", &format!("offer-{}", number + 2))
                .replace("Incidents: 2", "Incidents: 1000")
        };
        for number in 0..20 {
            assert_eq!(town.complained(&invented(number)).await, Ok(Kept::Unproved));
            assert_eq!(town.complained(&invented(number)).await, Ok(Kept::Known));
        }
        // The number of a letter is no secret, and its Message-ID does not fit.
        let guessed = |id: model::MessageId| {
            invented(30)
                .replace("From: Anna", &format!("Received: by x with SMTP id {id}; now\r\nFrom: Anna"))
        };
        assert_eq!(town.complained(&guessed(message)).await, Ok(Kept::Unproved));
        // Another organisation's letter is none of ours, with all that belongs to it.
        let foreign = guessed(theirs).replace("offer-32@valbois.test", "theirs@acme.test");
        assert_eq!(town.complained(&foreign).await, Ok(Kept::Unproved));
        assert_eq!(town.counted().await, (0, 0));
        let stranger = invented(40).replace("anna@valbois.test", "anna@else.example");
        assert!(town.complained(&stranger).await.unwrap_err().contains("no domain of this organisation"));
        // Who floods the address does not keep out those who read the letter.
        let flooded = town.db.tenant(town.valbois);
        let (organisation, day) = (town.valbois, crate::day_of(town.world.clock.now()));
        flooded
            .write(move |tx| {
                for id in 1..=crate::limits::REPORTS_PER_DAY {
                    tx.execute(
                        "INSERT INTO complaint (organisation, id, domain, day, received_at, feedback, agent, incidents)
                         VALUES (?1, ?2, 'valbois.test', ?3, ?3, 'abuse', '', 1)",
                        db::values![organisation, id, day],
                    )?;
                }
                Ok::<_, db::DbError>(())
            })
            .await
            .unwrap();
        assert_eq!(town.complained(&invented(50)).await, Ok(Kept::TooMany));
        let true_one = complaint().replace("victim@", "a@");
        assert_eq!(town.complained(&true_one).await, Ok(Kept::New));
        assert_eq!(town.counted().await, (1, 1));
    }
}
