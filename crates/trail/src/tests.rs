//! The trail on each engine.

use std::time::Duration;

use db::{Db, DbError, Moment, Seek};
use model::{Address, DeliveryId, MessageId, OrganisationId, Reply, Timestamp};

use crate::{Change, Event, MIGRATIONS, Search, Step, Trail, audit, record};

const ACME: OrganisationId = OrganisationId(1);
const VALBOIS: OrganisationId = OrganisationId(2);

fn event(
    at: i64,
    id: i64,
    organisation: OrganisationId,
    message: Option<i64>,
    to: Option<&str>,
    step: Step,
) -> Event {
    Event {
        at: Timestamp(at),
        id,
        organisation: Some(organisation),
        message: message.map(MessageId),
        delivery: to.map(|_| DeliveryId(id)),
        sender: "Carla@far.test".to_owned(),
        recipient: to.map(str::to_owned),
        step,
    }
}

fn accepted() -> Step {
    Step::Accepted {
        protocol: "ESMTPS".to_owned(),
        peer_ip: Some("192.0.2.1".parse().unwrap()),
        helo: Some("mx.far.test".to_owned()),
        tls: Some("TLS 1.3".to_owned()),
        login: None,
        size_bytes: 4096,
        subject: Some("Séance".to_owned()),
        message_id: Some("<1@far.test>".to_owned()),
    }
}

fn delivered() -> Step {
    Step::Delivered { place: "INBOX of anna@valbois.test".to_owned(), reply: None }
}

fn address(text: &str) -> Option<Address> {
    Some(Address::parse(text).unwrap())
}

async fn write(db: &Db, events: Vec<Event>) {
    db.operator("test")
        .write(move |tx| -> Result<(), DbError> { events.iter().try_for_each(|event| record(tx, event)) })
        .await
        .unwrap();
}

fn engines() -> Vec<Db> {
    let engines = db::testing::engines();
    for db in &engines {
        db.migrate(&[MIGRATIONS]).unwrap();
    }
    engines
}

fn sample() -> Vec<Event> {
    let refusal =
        Step::Refused { peer_ip: None, reply: Reply::never(50, 1, 1, "no such address"), evidence: None };
    vec![
        event(10, 1, VALBOIS, Some(7), None, accepted()),
        event(
            10,
            2,
            VALBOIS,
            Some(7),
            Some("Anna@valbois.test"),
            Step::Queued { route: "her mailbox".to_owned() },
        ),
        event(20, 3, VALBOIS, Some(7), Some("Anna@valbois.test"), delivered()),
        event(30, 4, VALBOIS, Some(8), None, accepted()),
        event(30, 5, VALBOIS, Some(8), Some("bruno@valbois.test"), delivered()),
        event(40, 6, VALBOIS, None, Some("nobody@valbois.test"), refusal),
        event(50, 7, ACME, Some(9), Some("anna@valbois.test"), delivered()),
    ]
}

#[tokio::test]
async fn a_letter_is_found_by_recipient_sender_message_and_time() {
    for db in engines() {
        write(&db, sample()).await;
        let trail = Trail::new(db);
        let ids = async |search: Search| -> Vec<i64> {
            trail.search(search).await.unwrap().iter().map(|event| event.id).collect()
        };
        let valbois = || Search { organisation: Some(VALBOIS), ..Search::default() };
        assert_eq!(ids(Search { to: address("anna@VALBOIS.test"), ..valbois() }).await, [2, 3]);
        assert_eq!(ids(Search { to: address("anna@valbois.test"), ..Search::default() }).await, [2, 3, 7]);
        assert_eq!(
            ids(Search { from: address("carla@far.test"), since: Some(Timestamp(30)), ..valbois() }).await,
            [4, 5, 6]
        );
        assert_eq!(ids(Search { from: address("other@far.test"), ..valbois() }).await, Vec::<i64>::new());
        assert_eq!(ids(Search { message: Some(MessageId(8)), ..valbois() }).await, [4, 5]);
        assert_eq!(ids(Search { until: Some(Timestamp(20)), ..valbois() }).await, [1, 2]);
        assert_eq!(ids(Search { limit: Some(2), ..valbois() }).await, [5, 6]);
        assert_eq!(ids(Search { limit: Some(2), ..Search::default() }).await, [6, 7]);
    }
}

#[tokio::test]
async fn the_whole_way_of_a_letter_is_told() {
    for db in engines() {
        write(&db, sample()).await;
        let trail = Trail::new(db);
        let search =
            Search { organisation: Some(VALBOIS), to: address("anna@valbois.test"), ..Search::default() };
        let ways = trail.ways(search).await.unwrap();
        assert_eq!(ways.len(), 1);
        let sentences: Vec<String> = ways[0].events.iter().map(ToString::to_string).collect();
        assert_eq!(
            sentences,
            [
                "1970-01-01T00:00:00Z  <Carla@far.test>: accepted from 192.0.2.1 (mx.far.test) by ESMTPS over TLS 1.3, \
                 4096 bytes, «Séance», <1@far.test>",
                "1970-01-01T00:00:00Z  <Carla@far.test> to <Anna@valbois.test>: queued for her mailbox",
                "1970-01-01T00:00:00Z  <Carla@far.test> to <Anna@valbois.test>: delivered to INBOX of anna@valbois.test",
            ]
        );
        let all = trail.ways(Search { organisation: Some(VALBOIS), ..Search::default() }).await.unwrap();
        let messages: Vec<Option<i64>> = all.iter().map(|way| way.message.map(|id| id.0)).collect();
        assert_eq!(messages, [Some(7), Some(8), None]);
        let newest = trail
            .ways(Search { organisation: Some(VALBOIS), limit: Some(1), ..Search::default() })
            .await
            .unwrap();
        assert_eq!(newest[0].message, None);
    }
}

#[tokio::test]
async fn a_tenant_sees_and_writes_only_its_own_events() {
    for db in engines() {
        write(&db, sample()).await;
        let foreign = event(60, 8, ACME, Some(7), None, Step::Held);
        db.tenant(VALBOIS).write(move |tx| record(tx, &foreign)).await.unwrap();
        let trail = Trail::new(db);
        let acme = Search { organisation: Some(ACME), ..Search::default() };
        let ids: Vec<i64> = trail.search(acme.clone()).await.unwrap().iter().map(|event| event.id).collect();
        assert_eq!(ids, [7]);
        let other = Search { message: Some(MessageId(7)), ..acme };
        assert!(trail.search(other.clone()).await.unwrap().is_empty());
        assert!(trail.ways(other).await.unwrap().is_empty());
    }
}

#[test]
fn every_step_survives_the_database() {
    let reply = Reply::later(51, 4, 4, "try\nlater");
    let ip = Some("2001:db8::1".parse().unwrap());
    for step in [
        accepted(),
        Step::Refused { peer_ip: ip, reply: Reply::new(550, None, "no"), evidence: None },
        Step::Judged { verdict: "junk".to_owned(), why: "it is".to_owned(), evidence: None },
        Step::Queued { route: "x".to_owned() },
        Step::Tried {
            destination: None,
            host: "mx".to_owned(),
            ip,
            source: None,
            tls: None,
            why_no_tls: Some("not offered".to_owned()),
            policy: Some("DANE".to_owned()),
            failure: Some("starttls-not-supported".to_owned()),
            reply: reply.clone(),
        },
        delivered(),
        Step::Delivered { place: "mx".to_owned(), reply: Some(reply.clone()) },
        Step::Deferred { reply: reply.clone(), next_at: Timestamp(5) },
        Step::Bounced { reply },
        Step::Expired,
        Step::Held,
        Step::Released,
        Step::Deleted,
        Step::Reported { kind: "delayed".to_owned() },
        Step::Complained { feedback: "abuse".to_owned(), agent: "x/1".to_owned() },
    ] {
        let json = serde_json::to_value(&step).unwrap();
        assert_eq!(json["kind"], step.kind());
        assert_eq!(serde_json::from_value::<Step>(json).unwrap(), step);
    }
}

#[tokio::test]
async fn events_are_forgotten_after_their_retention_and_changes_are_kept() {
    for db in engines() {
        let day = 24 * 60 * 60 * 1000;
        write(&db, (0..30).map(|n| event(n * day, n + 1, VALBOIS, Some(n + 1), None, Step::Held)).collect())
            .await;
        write(&db, (0..30).map(|n| event(n * day, n + 1, ACME, None, None, Step::Held)).collect()).await;
        let change = Change::new(Timestamp(0), 1, Some(VALBOIS), "root", "create domain", "valbois.test");
        let expected = change.clone();
        db.operator("test").write(move |tx| audit(tx, &change)).await.unwrap();
        let trail = Trail::new(db);
        let forgotten =
            trail.prune(Timestamp(29 * day), Duration::from_secs(20 * 24 * 60 * 60)).await.unwrap();
        assert_eq!(forgotten, 18);
        assert_eq!(trail.search(Search::default()).await.unwrap().len(), 42);
        assert_eq!(trail.changes(Some(VALBOIS), Seek::first(10)).await.unwrap().items[0].change, expected);
        assert!(trail.changes(Some(ACME), Seek::first(10)).await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn many_events_of_one_moment_are_forgotten_too() {
    for db in engines() {
        write(&db, (0..4500).map(|n| event(5, n + 1, VALBOIS, None, None, Step::Held)).collect()).await;
        let trail = Trail::new(db);
        assert_eq!(trail.prune(Timestamp(6), Duration::ZERO).await.unwrap(), 4500);
    }
}

#[test]
fn long_texts_are_cut_between_characters() {
    let long = "é".repeat(5000);
    assert_eq!(crate::rows::cut(&long).chars().count(), 1024);
}

#[tokio::test]
async fn pages_of_letters_hold_each_once_while_more_happens_to_them() {
    for db in db::testing::migrated(&[MIGRATIONS]) {
        let trail = Trail::new(db.clone());
        for message in 1..=5 {
            let at = message * 10;
            let to = Some("anna@valbois.test");
            write(&db, vec![event(at, at, VALBOIS, Some(message), to, accepted())]).await;
            write(&db, vec![event(at + 100, at + 1, VALBOIS, Some(message), to, delivered())]).await;
        }
        // Another's letter, and one to somebody else.
        write(&db, vec![event(1, 900, ACME, Some(9), Some("anna@valbois.test"), accepted())]).await;
        write(&db, vec![event(2, 901, VALBOIS, Some(8), Some("bruno@valbois.test"), accepted())]).await;
        let search =
            Search { organisation: Some(VALBOIS), to: address("ANNA@valbois.test"), ..Search::default() };
        let (mut seen, mut seek) = (Vec::new(), Seek::<Moment>::first(2));
        loop {
            let page = trail.page_of_ways(search.clone(), seek).await.unwrap();
            for way in &page.items {
                assert!(way.events.len() >= 2, "the whole way, whatever page it is on");
                seen.push(way.message.unwrap().0);
            }
            // What happens to any letter meanwhile moves none to another page.
            for message in [1, 5] {
                let id = 1000 + seen.len() as i64 * 10 + message;
                let to = Some("anna@valbois.test");
                write(&db, vec![event(id, id, VALBOIS, Some(message), to, delivered())]).await;
            }
            seek.after = page.next;
            if seek.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }
}

#[tokio::test]
async fn pages_of_changes_go_back_in_time() {
    for db in db::testing::migrated(&[MIGRATIONS]) {
        let trail = Trail::new(db.clone());
        // Two of one moment: the identifier decides.
        for (at, id, organisation) in
            [(1, 1, VALBOIS), (2, 2, ACME), (2, 3, VALBOIS), (2, 4, VALBOIS), (3, 5, ACME)]
        {
            let change =
                Change::new(Timestamp(at), id, Some(organisation), "anna", "create address", id.to_string());
            db.operator("test").write(move |tx| audit(tx, &change)).await.unwrap();
        }
        for (organisation, expected) in [(Some(VALBOIS), vec![4, 3, 1]), (None, vec![5, 4, 3, 2, 1])] {
            let (mut seen, mut seek) = (Vec::new(), Seek::<Moment>::first(1));
            loop {
                let page = trail.changes(organisation, seek).await.unwrap();
                seen.extend(page.items.iter().map(|entry| entry.change.id));
                seek.after = page.next;
                if seek.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected);
        }
    }
}

#[tokio::test]
async fn nodes_say_that_they_are_there_and_what_they_did() {
    for db in db::testing::migrated(&[MIGRATIONS]) {
        let trail = Trail::new(db);
        let node = |name: &str, free| crate::NodeState {
            name: name.to_owned(),
            version: "0.1".to_owned(),
            started_at: Timestamp(1),
            doors: "smtp imaps".to_owned(),
            disk_bytes: Some(100),
            free_bytes: free,
            certificate_names: "mail.test".to_owned(),
            certificate_ends_at: Some(Timestamp(9)),
        };
        let run = |error: Option<&str>| crate::ChoreRun {
            chore: "rotate keys".to_owned(),
            began_at: Timestamp(5),
            ended_at: Timestamp(6),
            error: error.map(str::to_owned),
        };
        trail.node_is_here(node("b", Some(1)), Timestamp(10)).await.unwrap();
        trail.node_is_here(node("a", None), Timestamp(10)).await.unwrap();
        trail.node_is_here(node("b", Some(2)), Timestamp(20)).await.unwrap();
        trail.chore_was_done("b", run(None)).await.unwrap();
        trail.chore_was_done("b", run(Some("no disk"))).await.unwrap();
        let nodes = trail.nodes().await.unwrap();
        assert_eq!(nodes.iter().map(|node| node.state.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((nodes[1].seen_at, nodes[1].state.free_bytes), (Timestamp(20), Some(2)));
        assert_eq!(nodes[1].chores, [run(Some("no disk"))]);
        let later = Timestamp(20).plus(Duration::from_secs(31 * 86_400));
        trail.node_is_here(node("a", None), later).await.unwrap();
        assert_eq!(trail.nodes().await.unwrap().len(), 1, "a node long gone is forgotten");
    }
}
