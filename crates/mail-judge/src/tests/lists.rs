//! Lists of senders and a sender's earlier letters: asked, weighed, told.

use trust::{
    Authentication, Disposition, DmarcEvidence, DmarcResult, ListEvidence, ListWeight, Override,
    SenderEvidence, SpfEvidence, SpfResult,
};
use wire_trust::dmarc::Policy as Asked;
use world::StaticNames;

use super::gathering::gather_with;
use crate::*;
use model::Reply;

const LETTER: &str = "From: Anna <anna@x.test>\r\nTo: bruno@valbois.test\r\n\r\nhello\r\n";
const IP: &str = "192.0.2.7";

fn list(list: &str, codes: &[&str], weight: ListWeight) -> List {
    let codes = codes.iter().map(|codes| codes.parse().unwrap()).collect();
    List { list: list.parse().unwrap(), codes, weight }
}

async fn found(lists: Vec<List>) -> Authentication {
    let names = StaticNames::default()
        .with("7.2.0.192.bl.test", "A", "127.0.0.4")
        .with("7.2.0.192.bl.test", "TXT", "open relay; see https://bl.test/7")
        .with("7.2.0.192.wl.test", "A", "127.0.10.1")
        .with("x.test.dbl.test", "A", "127.0.1.2")
        .with("7.2.0.192.gone.test", "A", "127.0.0.2")
        .with("1.0.0.127.gone.test", "A", "127.0.0.2")
        .failing("7.2.0.192.dead.test");
    let policy = Policy { lists, ..Policy::default() };
    gather_with(&names, IP, "anna@x.test", LETTER, &policy).await
}

#[tokio::test]
async fn nobody_is_asked_unless_the_operator_names_a_list() {
    assert_eq!(found(Vec::new()).await.lists, []);
}

#[tokio::test]
async fn the_peer_and_the_author_are_asked_about_and_only_codes_that_count_do() {
    use ListWeight::*;
    let told = async |lists| {
        let found = found(lists).await;
        let finding = weigh(&found);
        (found.lists.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "), finding.verdict)
    };
    let inbox = Verdict::Accept(Placement::Inbox);
    let junk = Verdict::Accept(Placement::Junk);
    let listed = "192.0.2.7 is listed by bl.test (127.0.0.4: open relay; see https://bl.test/7)";
    assert_eq!(told(vec![list("ip:bl.test", &[], Mark)]).await, (listed.to_owned(), inbox.clone()));
    assert_eq!(told(vec![list("ip:bl.test", &[], Spam)]).await, (listed.to_owned(), junk.clone()));
    let refused = Verdict::Refuse(Reply::never(550, 7, 1, listed));
    assert_eq!(
        told(vec![list("ip:bl.test", &["127.0.0.2-127.0.0.9"], Refuse)]).await,
        (listed.to_owned(), refused)
    );
    assert_eq!(told(vec![list("ip:bl.test", &["127.0.0.2"], Refuse)]).await, (String::new(), inbox.clone()));
    let author = "x.test is listed by dbl.test (127.0.1.2)";
    assert_eq!(told(vec![list("domain:dbl.test", &[], Spam)]).await, (author.to_owned(), junk));
    // A list of good senders takes the weight from the others.
    let vouched = told(vec![list("ip:bl.test", &[], Refuse), list("ip:wl.test", &[], Allow)]).await;
    assert!(vouched.0.ends_with("; 192.0.2.7 is vouched for by wl.test (127.0.10.1)"), "{}", vouched.0);
    assert_eq!(vouched.1, inbox);
    // A list that lists everybody, and one that does not answer, are left alone.
    let useless = told(vec![list("ip:gone.test", &[], Refuse), list("ip:dead.test", &[], Refuse)]).await;
    assert!(useless.0.contains("the list gone.test was left alone: it lists everybody"), "{}", useless.0);
    assert!(useless.0.contains("the list dead.test was left alone: "), "{}", useless.0);
    assert_eq!(useless.1, inbox);
}

#[tokio::test(start_paused = true)]
async fn a_list_has_so_much_time_and_no_more() {
    let names = StaticNames::default().never_answering("7.2.0.192.slow.test");
    let policy = Policy { lists: vec![list("ip:slow.test", &[], ListWeight::Refuse)], ..Policy::default() };
    let found = gather_with(&names, IP, "anna@x.test", LETTER, &policy).await;
    assert_eq!(found.lists[0].trouble, "no answer in time");
}

#[tokio::test]
async fn results_tell_of_lists() {
    use ListWeight::*;
    let lists = [("ip:bl.test", Mark), ("ip:wl.test", Allow), ("ip:gone.test", Spam)];
    let found = found(lists.map(|(zone, weight)| list(zone, &[], weight)).to_vec()).await;
    let field = results(&found, "mx.valbois.test").to_string();
    for expected in [
        "x-dnsbl=fail dns.zone=bl.test policy.ip=127.0.0.4 policy.txt=\"open relay; see https://bl.test/7\"",
        "dnswl=pass dns.zone=wl.test policy.ip=127.0.10.1",
        "x-dnsbl=temperror\r\n\t reason=\"it lists everybody (RFC 5782 §5)\" dns.zone=gone.test",
    ] {
        assert!(field.contains(expected), "{expected}\n--- is not in\n{field}");
    }
}

/// A letter of x.test whose DMARC has that result under that policy, listed with that weight.
fn listed(weight: ListWeight, dmarc: DmarcResult, policy: Asked) -> Authentication {
    let entry = ListEvidence {
        zone: "bl.test".to_owned(),
        subject: IP.to_owned(),
        weight,
        codes: vec![[127, 0, 0, 2].into()],
        ..ListEvidence::default()
    };
    let domain = "x.test".to_owned();
    Authentication {
        header_from: domain.clone(),
        dmarc: Some(DmarcEvidence { result: dmarc, domain, policy, ..DmarcEvidence::default() }),
        lists: vec![entry],
        ..Authentication::default()
    }
}

#[test]
fn what_a_domain_asks_for_and_what_a_list_asks_for_are_told_apart() {
    let done = |weight, dmarc, policy| {
        let finding = weigh(&listed(weight, dmarc, policy));
        (matches!(finding.verdict, Verdict::Refuse(_)), finding.disposition, finding.overridden)
    };
    use DmarcResult::{Fail, Pass};
    use ListWeight::*;
    assert_eq!(done(Refuse, Pass, Asked::Reject), (true, Disposition::None, None));
    assert_eq!(done(Refuse, Fail, Asked::Reject), (true, Disposition::Reject, None));
    assert_eq!(
        done(Refuse, Fail, Asked::Quarantine),
        (true, Disposition::Reject, Some(Override::LocalPolicy))
    );
    assert_eq!(done(Spam, Fail, Asked::None), (false, Disposition::Quarantine, Some(Override::LocalPolicy)));
    assert_eq!(done(Spam, Pass, Asked::None), (false, Disposition::None, None));
}

#[test]
fn a_trusted_forwarder_is_believed_more_than_lists() {
    let mut letter = listed(ListWeight::Refuse, DmarcResult::Fail, Asked::None);
    let trusted = Some("lists.test".to_owned());
    letter.arc = Some(trust::ArcEvidence { result: trust::ArcResult::Pass, trusted, ..Default::default() });
    assert_eq!(weigh(&letter).verdict, Verdict::Accept(Placement::Inbox));
    letter.dmarc.as_mut().unwrap().result = DmarcResult::Pass;
    assert_eq!(weigh(&letter).verdict, Verdict::Accept(Placement::Inbox));
}

#[test]
fn a_sender_with_a_bad_name_is_treated_as_the_operator_says() {
    let of = |points, letters, weight, spf| Authentication {
        spf: Some(SpfEvidence { result: spf, domain: "x.test".to_owned(), because: String::new() }),
        sender: Some(SenderEvidence { domain: "x.test".to_owned(), points, letters, weight }),
        ..Authentication::default()
    };
    let bad = "earlier letters of x.test have 10 of 100 points (500 letters)";
    let told = |letter: Authentication| (weigh(&letter).verdict, weigh(&letter).why);
    let (inbox, junk) = (Verdict::Accept(Placement::Inbox), Verdict::Accept(Placement::Junk));
    use ListWeight::*;
    assert_eq!(told(of(10, 500, Mark, SpfResult::Pass)), (inbox.clone(), format!("{bad}, only marked")));
    assert_eq!(told(of(10, 500, Spam, SpfResult::Pass)), (junk, bad.to_owned()));
    let softfail = "the peer should not send for x.test (SPF softfail)";
    assert_eq!(
        told(of(10, 500, Mark, SpfResult::SoftFail)),
        (inbox.clone(), format!("{softfail}; {bad}, only marked"))
    );
    // Few letters, or good ones, decide nothing.
    assert_eq!(told(of(10, 3, Spam, SpfResult::Pass)), (inbox.clone(), String::new()));
    assert_eq!(told(of(90, 500, Spam, SpfResult::Pass)), (inbox, String::new()));
}
