//! What was seen, and what is said of it.

use gateways::{Identity, IntegrationDomain, Proof, Refusal, Sighting, SightingKind, Verdict};
use mail_deliver::{Probed, ProbedRoute, ProbedServer, Reached, ShownCertificate};
use model::{Reply, Timestamp};

use super::*;
use crate::checks::{Check, Findings, Light, Line, Says, SuffixAnswer, judge};
use crate::report::lead_key;
use crate::{ConnectionTest, Language, Phase, PhaseRecord, PhaseState, line_words};

const NOW: Timestamp = Timestamp(1_780_000_000_000);
const DAY: i64 = 24 * 60 * 60 * 1000;

fn integration() -> Integration {
    let proven =
        IntegrationDomain { name: domain("else.test"), proof: Some(Proof::Staff), proven_at: Some(NOW) };
    Integration {
        id: IntegrationId(1),
        organisation: OrganisationId(1),
        name: "Muster AG".to_owned(),
        state: IntegrationState::Active,
        contact: String::new(),
        is_hosted_gateway: false,
        inbound: InboundTarget::Exchangers,
        accepts_host_name: false,
        takes_ordinary: false,
        domains: vec![proven],
        certificates: Vec::new(),
        created_at: NOW,
    }
}

fn server(reached: Reached, verdict: Option<Verdict>) -> ProbedServer {
    ProbedServer {
        host: "gw1.else.test".to_owned(),
        port: 25,
        address: Some("192.0.2.7".parse().unwrap()),
        reached,
        shown: verdict.map(|verdict| ShownCertificate { certificate: None, verdict }),
        asked_for_ours: true,
    }
}

fn known() -> Option<Verdict> {
    Some(Verdict::Identified(Identity::Name(domain("gw1.else.test"))))
}

fn talked(letter: Option<Reply>) -> Reached {
    Reached::Talked { tls: "TLSv1.3".to_owned(), letter }
}

fn route() -> ProbedRoute {
    ProbedRoute { domain: domain("else.test"), hosts: Some(Ok(vec!["gw1.else.test".to_owned()])) }
}

fn findings(server: ProbedServer) -> Findings {
    Findings {
        probed: Probed { routes: vec![route()], servers: vec![server] },
        suffixes: Vec::new(),
        own_exchangers: vec![domain("mail.relais.test")],
        sightings: Vec::new(),
    }
}

/// What is said of a server, by check.
fn check(server: ProbedServer, letter_to: Option<&str>, expected: &[(Check, Says)]) {
    let lines = judge(&integration(), &findings(server), letter_to, NOW);
    for (check, says) in expected {
        let found: Vec<Says> =
            lines.iter().filter(|line| line.check == *check).map(|line| line.says).collect();
        assert_eq!(found, [*says], "{check:?}");
    }
}

#[test]
fn each_step_that_fails_is_named_and_what_is_behind_it_is_not_guessed() {
    let lost = || "refused".to_owned();
    check(server(Reached::NoConnection(lost()), None), None, &[(Check::Port, Says::PortClosed)]);
    check(server(Reached::NoAddress(lost()), None), None, &[(Check::Port, Says::PortNoAddress)]);
    check(server(Reached::NotAllowed, None), None, &[(Check::Port, Says::PortNotAllowed)]);
    let refused = Reached::Refused(Reply::never(554, 7, 1, "not on the list"));
    check(server(refused, None), None, &[(Check::Port, Says::PortRefused)]);
    let without = server(Reached::NoStartTls("not offered".to_owned()), None);
    check(
        without,
        Some("eve@else.test"),
        &[
            (Check::Port, Says::PortOpen),
            (Check::StartTls, Says::TlsMissing),
            (Check::Letter, Says::LetterNotTried),
        ],
    );
    check(server(Reached::NoHandshake(lost()), None), None, &[(Check::StartTls, Says::TlsFailed)]);
    let hung_up = server(Reached::HungUp("bad certificate".to_owned()), known());
    check(
        hung_up,
        None,
        &[(Check::Certificate, Says::CertificateKnown), (Check::OurCertificate, Says::OursRefused)],
    );
    let mut not_asked = server(talked(None), known());
    not_asked.asked_for_ours = false;
    check(not_asked, None, &[(Check::OurCertificate, Says::OursNotAsked), (Check::Letter, Says::LetterNone)]);
}

#[test]
fn every_wrong_certificate_has_a_reason_of_its_own() {
    for (refusal, says) in [
        (Refusal::SelfSigned, Says::CertificateSelfSigned),
        (Refusal::Expired, Says::CertificateExpired),
        (Refusal::NotYetValid, Says::CertificateNotYet),
        (Refusal::UnknownAuthority { issuer: "CN=x".to_owned() }, Says::CertificateUnknownAuthority),
        (Refusal::WrongName { presented: vec!["gw2.else.test".to_owned()] }, Says::CertificateWrongName),
        (Refusal::Unfit { reason: "no".to_owned() }, Says::CertificateUnfit),
        (Refusal::Unreadable, Says::CertificateUnfit),
    ] {
        let wrong = server(Reached::NoHandshake("no".to_owned()), Some(Verdict::Refused(refusal)));
        check(wrong, None, &[(Check::StartTls, Says::TlsOffered), (Check::Certificate, says)]);
    }
}

#[test]
fn what_the_server_answers_to_our_letter_tells_of_lists() {
    for (reply, says) in [
        (Reply::done(250, 2, 0, "taken"), Says::LetterTaken),
        (Reply::later(451, 7, 1, "greylisted"), Says::LetterDeferred),
        (Reply::never(550, 7, 1, "blocked"), Says::LetterRefused),
    ] {
        check(server(talked(Some(reply)), known()), Some("eve@else.test"), &[(Check::Letter, says)]);
    }
}

#[test]
fn who_was_refused_is_red_where_nobody_was_identified_and_a_remark_where_somebody_was() {
    let sighting = |kind, days: i64, ends_in: Option<i64>| Sighting {
        kind,
        at: Timestamp(NOW.0 - days * DAY),
        detail: "192.0.2.7".to_owned(),
        ends_at: ends_in.map(|days| Timestamp(NOW.0 + days * DAY)),
    };
    let says = |sightings: Vec<Sighting>, check: Check| {
        let findings = Findings { sightings, ..findings(server(talked(None), known())) };
        let lines = judge(&integration(), &findings, None, NOW);
        lines.iter().filter(|line| line.check == check).map(|line| line.says).collect::<Vec<_>>()
    };
    use SightingKind::{Identified, ReceivedExternal, Refused, TestMail};
    assert_eq!(says(vec![], Check::Sending), [Says::SenderNone]);
    assert_eq!(says(vec![sighting(Identified, 2, Some(300))], Check::Sending), [Says::SenderKnown]);
    assert_eq!(says(vec![sighting(Identified, 2, Some(300))], Check::SendingEnd), [Says::EndFar]);
    assert_eq!(says(vec![sighting(Identified, 2, Some(29))], Check::SendingEnd), [Says::EndNear]);
    let both =
        |identified, refused| vec![sighting(Identified, identified, None), sighting(Refused, refused, None)];
    // Anybody may claim the domain and be refused: that takes nothing from who was identified.
    assert_eq!(says(both(2, 1), Check::Sending), [Says::SenderKnown, Says::SenderRefusedSince]);
    assert_eq!(Says::SenderRefusedSince.light(), Light::Warning);
    assert_eq!(says(both(31, 1), Check::Sending), [Says::SenderRefused]);
    // A certificate that has ended since it was seen does not end soon.
    assert_eq!(says(vec![sighting(Identified, 20, Some(-1))], Check::SendingEnd), [Says::EndOver]);
    assert_eq!(says(both(1, 2), Check::Sending), [Says::SenderKnown]);
    // What is long ago says nothing of today.
    assert_eq!(says(vec![sighting(Identified, 31, None)], Check::Sending), [Says::SenderNone]);
    assert_eq!(says(vec![sighting(TestMail, 1, None)], Check::TestMail), [Says::TestMailSeen]);
    assert_eq!(says(vec![sighting(ReceivedExternal, 1, None)], Check::ReceiveExternal), [Says::WaySeen]);
    assert_eq!(says(vec![], Check::SendInternal), [Says::WayNone]);
}

#[test]
fn names_below_the_suffix_lead_to_us_or_a_rule_of_routing_is_needed() {
    let name = domain("else.test.incamail.ch");
    for (exchangers, says) in [
        (Ok(vec![domain("mail.relais.test")]), Says::SuffixOurs),
        (Ok(vec![domain("mx.elsewhere.test")]), Says::SuffixElsewhere),
        (Err("no such name".to_owned()), Says::SuffixNone),
    ] {
        let suffixes = vec![SuffixAnswer { name: name.clone(), exchangers }];
        let findings = Findings { suffixes, ..findings(server(talked(None), known())) };
        let lines = judge(&integration(), &findings, None, NOW);
        let found = lines.iter().find(|line| line.check == Check::Suffix).unwrap();
        assert_eq!((found.says, found.subject.as_str()), (says, "else.test.incamail.ch"));
    }
}

#[test]
fn what_strangers_say_is_one_line_of_a_limited_length() {
    let reply = Reply::never(550, 7, 1, format!("no\tno {}", "x".repeat(5_000)));
    let lines =
        judge(&integration(), &findings(server(talked(Some(reply)), known())), Some("eve@else.test"), NOW);
    let line = lines.iter().find(|line| line.check == Check::Letter).unwrap();
    assert!(line.what.chars().count() <= 300 && !line.what.contains(char::is_control), "{}", line.what);
    assert_eq!(line.light(), Light::Bad);
}

#[test]
fn lines_are_kept_as_they_were() {
    let mut lines = judge(&integration(), &findings(server(talked(None), known())), None, NOW);
    lines[0].at = Some(NOW);
    assert_eq!(crate::checks::read(&crate::checks::write(&lines)), lines);
    assert_eq!(crate::checks::read("nothing of ours"), Vec::new());
}

#[test]
fn what_there_was_no_time_for_is_said_of_each_server_and_domain_and_the_rest_stays() {
    let mut seen = findings(server(Reached::NoConnection("nothing within 20 seconds".to_owned()), None));
    seen.probed.routes.push(ProbedRoute { domain: domain("slow.test"), hosts: None });
    let late = ProbedServer { host: "gw9.else.test".to_owned(), ..server(Reached::NotReached, None) };
    seen.probed.servers.push(late);
    let lines = judge(&integration(), &seen, None, NOW);
    let of = |says: Says| -> Vec<(Check, &str)> {
        let lines = lines.iter().filter(|line| line.says == says);
        lines.map(|line| (line.check, line.subject.as_str())).collect()
    };
    assert_eq!(of(Says::NotReached), [(Check::Route, "slow.test"), (Check::Port, "gw9.else.test:25")]);
    assert_eq!(of(Says::PortClosed), [(Check::Port, "gw1.else.test:25")]);
    assert_eq!(of(Says::RouteExchangers), [(Check::Route, "else.test")]);
    assert_eq!(of(Says::Active).len(), 1);
}

/// A test in which all went well.
fn of_lines(lines: Vec<Line>) -> ConnectionTest {
    ConnectionTest {
        id: 1,
        organisation: OrganisationId(1),
        integration: IntegrationId(1),
        started_at: NOW,
        started_by: "anna".to_owned(),
        letter_to: None,
        ended_at: Some(NOW),
        lines,
    }
}

#[test]
fn a_connection_works_once_everything_was_seen_to_and_not_before() {
    let seen = |kinds: &[SightingKind]| -> Vec<Sighting> {
        let sighting = |kind: &SightingKind| Sighting {
            kind: *kind,
            at: NOW,
            detail: "192.0.2.7".to_owned(),
            ends_at: None,
        };
        kinds.iter().map(sighting).collect()
    };
    let works = |integration: &Integration, server: ProbedServer, kinds: &[SightingKind]| {
        let found = Findings { sightings: seen(kinds), ..findings(server) };
        of_lines(judge(integration, &found, None, NOW)).works()
    };
    let good = || server(talked(None), known());
    use SightingKind::{Identified, ReceivedExternal, ReceivedInternal, Refused, SentExternal, SentInternal};
    let all = [Identified, SentInternal, SentExternal, ReceivedInternal, ReceivedExternal];
    assert!(works(&integration(), good(), &all));
    for missing in 0..all.len() {
        let mut some = all.to_vec();
        some.remove(missing);
        assert!(!works(&integration(), good(), &some), "without {:?}", all[missing]);
    }
    let planned = Integration { state: IntegrationState::Planned, ..integration() };
    assert!(!works(&planned, good(), &all));
    assert!(!works(&integration(), server(Reached::NotAllowed, None), &all));
    assert!(!works(&integration(), server(Reached::NotReached, None), &all));
    // The record says so of a test of these days, of an integration that is active, with every phase done.
    let found = Findings { sightings: seen(&all), ..findings(good()) };
    let test = of_lines(judge(&integration(), &found, None, NOW));
    let phases = |last: PhaseState| -> Vec<PhaseRecord> {
        let record = |phase| PhaseRecord {
            phase,
            state: if phase == Phase::Test { last } else { PhaseState::Done },
            due_on: None,
            changed: None,
        };
        Phase::EACH.into_iter().map(record).collect()
    };
    let (done, open) = (phases(PhaseState::Done), phases(PhaseState::UnderWay));
    use IntegrationState::{Active, Suspended};
    let says = |phases: &[PhaseRecord], state, days: i64| {
        lead_key(phases, state, Some(&test), Timestamp(NOW.0 + days * DAY))
    };
    assert_eq!(says(&done, Active, 30), "report-lead-accepted");
    assert_eq!(says(&done, Active, 31), "report-lead-open");
    assert_eq!(says(&open, Active, 0), "report-lead-open");
    assert_eq!(says(&done, Suspended, 0), "report-lead-open");
    assert_eq!(lead_key(&done, Active, None, NOW), "report-lead-open");
    // Strangers who are refused take nothing away.
    assert!(works(&integration(), good(), &[all.as_slice(), &[Refused]].concat()));
    assert!(!of_lines(Vec::new()).works());
}

#[test]
fn moments_are_in_the_customers_time_and_in_the_readers_form() {
    let line = |says, what: &str| Line {
        check: Check::SendInternal,
        subject: String::new(),
        says,
        what: what.to_owned(),
        at: Some(Timestamp(1_795_428_765_000)),
    };
    let (text, _) = line_words(Language::French, &line(Says::WaySeen, "a@x.test → b@y.test"));
    assert!(text.contains("23.11.2026, 11:12:45, a@x.test → b@y.test"), "{text}");
    let (text, _) = line_words(Language::English, &line(Says::EndOver, ""));
    assert!(text.ends_with("it ended on 23 November 2026."), "{text}");
}
