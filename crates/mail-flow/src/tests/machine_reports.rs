//! Reports that programs write to programs: ours about others, others' about our domains.

use std::sync::atomic::{AtomicBool, Ordering};

use mail_reports::{Content, Range};

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

/// What `wants.test` and our own `valbois.test` publish: both send from 192.0.2.1 and want reports.
fn names() -> StaticNames {
    let mut names = StaticNames::default();
    for domain in ["wants.test", "valbois.test"] {
        let rua = format!("v=DMARC1; p=quarantine; rua=mailto:dmarc-reports@{domain}");
        names = names
            .with(domain, "TXT", "v=spf1 ip4:192.0.2.1 -all")
            .with(&format!("_dmarc.{domain}"), "TXT", &rua)
            .with(&format!("_smtp._tls.{domain}"), "TXT", &format!("v=TLSRPTv1; rua=mailto:tls@{domain}"));
    }
    names
}

async fn towns_with_names(routes: &[(&str, &Stranger)]) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in testing::engines() {
        towns.push(Town::with_names(db, names(), routes).await);
    }
    towns
}

async fn summary(town: &Town) -> mail_reports::Summary {
    let organisation = town.organisation("anna@valbois.test").await;
    let range = Range::last_days(town.world.clock.now(), 7);
    town.flow.reports().summary(organisation, &Domain::parse("valbois.test").unwrap(), range).await.unwrap()
}

/// A report about `valbois.test` of the day before, as a stranger writes it.
fn report(reporter: &str, about: &str) -> String {
    format!(
        "From: {reporter}\r\nTo: dmarc-reports@valbois.test\r\nSubject: Report Domain: {about}\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/xml; name=\"report.xml\"\r\n\r\n\
         <?xml version=\"1.0\"?>\r\n<feedback><report_metadata><org_name>else</org_name><email>{reporter}</email>\
         <report_id>7</report_id><date_range><begin>1795132800</begin><end>1795219199</end></date_range>\
         </report_metadata><policy_published><domain>{about}</domain><p>none</p></policy_published><record><row>\
         <source_ip>203.0.113.9</source_ip><count>5</count><policy_evaluated><disposition>none</disposition>\
         <dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>{about}</header_from>\
         </identifiers><auth_results/></record></feedback>\r\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_dmarc_reports_gets_one_on_the_next_day() {
    let stranger = Stranger::new().await;
    for mut town in towns_with_names(&[("wants.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        // Two recipients of two organisations: one letter all the same.
        let to = ["anna@valbois.test", "zoe@acme.test"];
        let text = letter("zed@wants.test", "hello");
        town.bring(peer(), envelope("zed@wants.test", &to), &text).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(town.flow.send_reports().await.unwrap(), 0, "the day is not over");
        town.world.clock.advance(DAY);
        assert_eq!(town.flow.send_reports().await.unwrap(), 1);
        town.queue_is_empty().await;
        assert_eq!(town.flow.send_reports().await.unwrap(), 0, "once");
        let heard = stranger.heard().split_off(before);
        let [report] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(
            (report.from.as_str(), &report.to[..]),
            ("<>", &["<dmarc-reports@wants.test>".to_owned()][..])
        );
        let content = Content::find(report.body.as_bytes()).unwrap();
        let Content::Aggregate(report) = content else { panic!("{content:?}") };
        assert_eq!(
            (report.reporter.as_str(), report.policy.domain.as_str()),
            ("mx.valbois.test", "wants.test")
        );
        let [row] = &report.rows[..] else { panic!("{report:?}") };
        assert_eq!((row.source.to_string().as_str(), row.count, row.spf_aligned), ("192.0.2.1", 1, true));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_domain_hears_from_us_without_a_letter() {
    for mut town in towns_with_names(&[]).await {
        town.go();
        let text = letter("anna@valbois.test", "from-a-host-of-ours");
        town.bring(peer(), envelope("anna@valbois.test", &["zoe@acme.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        town.world.clock.advance(DAY);
        assert_eq!(town.flow.send_reports().await.unwrap(), 1);
        town.queue_is_empty().await;
        let summary = summary(&town).await;
        assert_eq!((summary.letters().passed, summary.reporters.len()), (1, 1));
        assert_eq!(town.inbox("anna@valbois.test").await, Vec::<String>::new());
        assert_eq!(
            town.steps("dmarc-reports@valbois.test").await,
            ["accepted", "judged", "queued", "delivered"]
        );
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_report_becomes_rows_once() {
    for mut town in towns_with_names(&[]).await {
        town.go();
        for _ in 0..2 {
            let envelope = envelope("reports@else.test", &["dmarc-reports@valbois.test"]);
            let text = report("reports@else.test", "valbois.test");
            town.bring(peer(), envelope, &text).await.unwrap();
        }
        town.queue_is_empty().await;
        assert_eq!(summary(&town).await.letters().failed, 5);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_report_is_refused_in_the_trail_and_nobody_is_written_to() {
    let stranger = Stranger::new().await;
    for mut town in towns_with_names(&[("wants.test", &stranger)]).await {
        town.go();
        let texts = [
            letter("zed@wants.test", "no-report"),
            report("zed@wants.test", "acme.test"),
            report("zed@wants.test", "valbois.test").replace("<feedback>", "<!DOCTYPE x><feedback>"),
        ];
        for text in &texts {
            let envelope = envelope("zed@wants.test", &["tls-reports@valbois.test"]);
            town.bring(peer(), envelope, text).await.unwrap();
        }
        town.queue_is_empty().await;
        assert_eq!(stranger.heard().len(), 0);
        assert_eq!(summary(&town).await, mail_reports::Summary::default());
        let search = Search { to: Some(address("tls-reports@valbois.test")), ..Search::default() };
        let events = Trail::new(town.db.clone()).search(search).await.unwrap();
        let refusals: Vec<String> =
            events.iter().filter(|event| event.step.kind() == "refused").map(ToString::to_string).collect();
        assert_eq!(refusals.len(), 3, "{refusals:#?}");
        assert!(refusals.iter().any(|text| text.contains("about acme.test")), "{refusals:#?}");
        assert!(refusals.iter().any(|text| text.contains("document type")), "{refusals:#?}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doubtful_letter_is_no_report() {
    for mut town in towns_with_names(&[]).await {
        town.go();
        // The envelope's domain says that 192.0.2.1 may not send for it.
        let text = report("forger@valbois.test", "valbois.test");
        let mut origin = session();
        origin.ip = IpAddr::from([198, 51, 100, 66]);
        let envelope = envelope("reports@wants.test", &["dmarc-reports@valbois.test"]);
        let text = text.replace("forger@valbois.test", "reports@wants.test");
        town.bring(Origin::Peer(origin), envelope, &text).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(summary(&town).await, mail_reports::Summary::default());
        town.stop().await;
    }
}

/// What a provider writes when a reader of `letter` presses «this is spam».
fn complaint(letter: &str) -> String {
    format!(
        "From: fbl@else.test\r\nTo: complaint-reports@valbois.test\r\nSubject: complaint\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=part\r\n\r\n--part\r\n\
         Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Else/1\r\nVersion: 1\r\n\
         \r\n--part\r\nContent-Type: message/rfc822\r\n\r\n{letter}\r\n--part--\r\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_complaint_finds_the_letter_that_was_sent_and_an_invented_one_finds_none() {
    let stranger = Stranger::new().await;
    for mut town in towns_with_names(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        let (anna, text) = (town.user("anna@valbois.test").await, letter("anna@valbois.test", "an-offer"));
        town.bring(anna, envelope("anna@valbois.test", &["zed@else.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        // With our Received field in it, as every reporter sends it on.
        let sent = stranger.heard().split_off(before).remove(0).body;
        let invented = letter("anna@valbois.test", "an-invention");
        for letter in [&sent, &sent, &invented] {
            let envelope = envelope("fbl@else.test", &["complaint-reports@valbois.test"]);
            town.bring(peer(), envelope, &complaint(letter)).await.unwrap();
        }
        town.queue_is_empty().await;
        assert_eq!(summary(&town).await.complaints, 1);
        let told = Trail::new(town.db.clone());
        let place = Search { to: Some(address("complaint-reports@valbois.test")), ..Search::default() };
        let kept: Vec<String> = told.search(place).await.unwrap().iter().map(ToString::to_string).collect();
        for end in [
            "a complaint",
            "a complaint (it had come before)",
            "a complaint (it counts for nothing: it names no letter sent from here)",
        ] {
            let lines = kept.iter().filter(|line| line.ends_with(&format!("valbois.test: {end}")));
            assert_eq!(lines.count(), 1, "{end}: {kept:#?}");
        }
        // The reader is not told, so that it stands with the letter and not with his copy.
        let search = Search { from: Some(address("anna@valbois.test")), ..Search::default() };
        let steps = told.search(search).await.unwrap();
        assert_eq!(steps.iter().filter(|event| event.step.kind() == "complained").count(), 1, "{steps:#?}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_somebody_made_gets_its_letters() {
    for mut town in towns_with_names(&[]).await {
        town.go();
        let mailbox = address("dmarc-reports@valbois.test");
        let new = NewAddress { address: mailbox, alias_to: Vec::new(), quota_bytes: None };
        town.operator.create_address(new).await.unwrap();
        let envelope = envelope("reports@else.test", &["dmarc-reports@valbois.test"]);
        town.bring(peer(), envelope, &report("reports@else.test", "valbois.test")).await.unwrap();
        town.inbox_of("dmarc-reports@valbois.test", 1).await;
        assert_eq!(summary(&town).await, mail_reports::Summary::default());
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_letter_counts_once_however_many_recipients_it_has() {
    for town in towns(&[]).await {
        let to: Vec<String> = (0..60).map(|number| format!("anna+{number}@valbois.test")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let is_over = Arc::new(AtomicBool::new(false));
        let (clock, over) = (town.world.clock.clone(), is_over.clone());
        // Time goes on while the recipients are looked up, some times as fast as outside.
        let passing = std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_micros(100));
                clock.advance(Duration::from_millis(1));
            }
        });
        let text = letter("zed@reject.test", "x");
        let refused = town.bring(peer(), envelope("zed@else.test", &to), &text).await.unwrap_err();
        is_over.store(true, Ordering::Relaxed);
        passing.join().unwrap();
        assert_eq!(refused.code(), 550, "{refused}");
        let organisation = Some(town.organisation("anna@valbois.test").await);
        let search = Search { organisation, ..Search::default() };
        let events = Trail::new(town.db.clone()).search(search).await.unwrap();
        let refusals: Vec<_> = events.iter().filter(|event| event.step.kind() == "refused").collect();
        assert_eq!(refusals.len(), to.len());
        assert!(refusals.iter().all(|event| event.at == refusals[0].at), "one letter, one moment");
    }
}
