//! What was seen, and what is said of it.

use gateways::{Identity, IntegrationDomain, Proof, Refusal, Sighting, SightingKind, Verdict};
use mail_deliver::{Probed, ProbedServer, Reached, ShownCertificate};
use model::{Reply, Timestamp};

use super::*;
use crate::checks::{Check, Findings, Light, Says, SuffixAnswer, judge};

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

fn findings(server: ProbedServer) -> Findings {
    Findings {
        servers: vec![Probed { domain: domain("else.test"), servers: Ok(vec![server]) }],
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
fn a_server_that_was_refused_lately_is_red_until_it_is_identified_again() {
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
    assert_eq!(says(both(2, 1), Check::Sending), [Says::SenderRefused]);
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
    let lines = judge(&integration(), &findings(server(talked(None), known())), None, NOW);
    assert_eq!(crate::checks::read(&crate::checks::write(&lines)), lines);
    assert_eq!(crate::checks::read("nothing of ours"), Vec::new());
}
