//! Letters that go to other servers.

use super::*;
use crate::hand::Fresh;

async fn send(town: &Town, to: &[&str], subject: &str) -> MessageId {
    let anna = town.user("anna@valbois.test").await;
    town.bring(anna, envelope("anna@valbois.test", to), &letter("anna@valbois.test", subject)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_of_one_domain_go_in_one_transaction() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        send(&town, &["zed@else.test", "yan@else.test"], "out").await;
        town.queue_is_empty().await;
        let heard = stranger.heard().split_off(before);
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].from, "<anna@valbois.test>");
        assert_eq!(heard[0].to, ["<zed@else.test>", "<yan@else.test>"]);
        assert!(heard[0].body.starts_with("Received: from stranger.test"), "{}", heard[0].body);
        assert!(heard[0].body.ends_with("\r\n\r\n.body of out\r\n"), "{}", heard[0].body);
        let steps = town.steps("zed@else.test").await;
        assert_eq!(steps, ["accepted", "judged", "queued", "tried", "delivered"]);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_used_again() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.connections();
        for number in 0..5 {
            send(&town, &["zed@else.test"], &format!("n{number}")).await;
            town.queue_is_empty().await;
        }
        assert_eq!(stranger.connections(), before + 1);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_for_now_is_tried_again_at_growing_intervals() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        stranger.says("RCPT", "450 4.2.0 greylisted");
        send(&town, &["zed@else.test"], "grey").await;
        let mut now = town.world.clock.now();
        for (attempts, minutes) in [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 240), (8, 240)]
        {
            let waiting = town.waiting(attempts).await;
            assert_eq!(waiting.last_reply.as_ref().unwrap().text(), "greylisted");
            let pause = waiting.next_at.since(now);
            assert!(pause >= minutes * MINUTE && pause <= minutes * MINUTE * 9 / 8, "{attempts}: {pause:?}");
            town.world.clock.advance(pause);
            now = town.world.clock.now();
        }
        town.waiting(9).await;
        stranger.says_yes_again();
        town.world.clock.advance(5 * HOUR);
        town.queue_is_empty().await;
        let steps = town.steps("zed@else.test").await;
        assert_eq!(steps.iter().filter(|step| **step == "deferred").count(), 9);
        assert_eq!(steps.last(), Some(&"delivered"));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_destination_is_not_hammered() {
    let nobody = Stranger::nobody();
    for mut town in towns(&[("else.test", &nobody)]).await {
        town.go();
        send(&town, &["zed@else.test"], "first").await;
        assert_eq!(town.waiting(1).await.last_reply.unwrap().status(), "4.4.1");
        for number in 0..20 {
            send(&town, &["zed@else.test"], &format!("n{number}")).await;
        }
        // They go back without an attempt, and are tried when the destination opens again.
        until(async || {
            let queue = town.queue().await;
            queue.iter().all(|entry| entry.node.is_none()).then_some(())
        })
        .await;
        assert_eq!(town.queue().await.iter().map(|entry| entry.attempts).sum::<u32>(), 1);
        let tried = town.steps("zed@else.test").await.iter().filter(|step| **step == "tried").count();
        assert_eq!(tried, 1);
        // An administrator may insist, from a process of its own.
        let beside =
            mail_queue::Queue::new(db::testing::another(&town.db), town.world.clone(), "command line");
        let retried = beside.retry(None, Selection::All, "ops").await.unwrap();
        assert_eq!(retried, 21);
        until(async || {
            (town.queue().await.iter().map(|entry| entry.attempts).sum::<u32>() >= 2).then_some(())
        })
        .await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_after_the_final_dot_leaves_the_letter_for_later() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        stranger.says_once(".", "CLOSE");
        send(&town, &["zed@else.test"], "lost").await;
        assert_eq!(town.waiting(1).await.last_reply.unwrap().status(), "4.4.2");
        town.world.clock.advance(6 * MINUTE);
        town.queue_is_empty().await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn held_letters_wait_for_their_release() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        // Before the loop runs nothing moves, so that the test can hold it.
        let queue = town.flow.queue().clone();
        let (valbois, acme) =
            (town.organisation("anna@valbois.test").await, town.organisation("zoe@acme.test").await);
        let before = stranger.heard().len();
        stranger.says("RCPT", "450 4.2.0 not now");
        town.go();
        send(&town, &["zed@else.test"], "held").await;
        let entry = town.waiting(1).await;
        stranger.says_yes_again();
        let one = || Selection::Delivery(entry.delivery);
        // Another organisation sees nothing and moves nothing.
        assert_eq!(queue.list(Some(acme), Selection::All, 10).await.unwrap(), []);
        assert_eq!(queue.hold(Some(acme), one(), "anna").await.unwrap(), 0);
        assert_eq!(queue.delete(Some(acme), Selection::All, "anna").await.unwrap(), 0);
        assert_eq!(queue.hold(Some(valbois), one(), "anna").await.unwrap(), 1);
        town.world.clock.advance(12 * HOUR);
        tokio::task::yield_now().await;
        assert!(town.queue().await[0].is_held);
        assert_eq!(queue.retry(None, one(), "ops").await.unwrap(), 0);
        assert_eq!(queue.release(Some(valbois), Selection::Message(entry.message), "anna").await.unwrap(), 1);
        town.queue_is_empty().await;
        assert_eq!(stranger.heard().len(), before + 1);
        // What is deleted is gone with its message.
        stranger.says("RCPT", "450 4.2.0 not now");
        send(&town, &["zed@else.test"], "deleted").await;
        town.waiting(1).await;
        let domain = Domain::parse("else.test").unwrap();
        assert_eq!(queue.delete(Some(valbois), Selection::Destination(domain), "anna").await.unwrap(), 1);
        assert_eq!(town.steps("zed@else.test").await.last(), Some(&"deleted"));
        assert_eq!(live_blobs(&town).await, 0);
        stranger.says_yes_again();
        town.stop().await;
    }
}

pub(super) async fn live_blobs(town: &Town) -> usize {
    town.db
        .operator("test")
        .read(|tx| {
            let mut count = 0;
            mail_queue::live_blobs(tx, |_| count += 1)?;
            Ok::<_, db::DbError>(count)
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_nodes_share_one_queue_and_each_may_stop() {
    let stranger = Stranger::new().await;
    let routes = [("else.test", &stranger)];
    for mut town in towns(&routes).await {
        // Accepted by a node whose loop never runs: its claims run out, and the other node takes over.
        for number in 0..10 {
            send(&town, &["zed@else.test", "zoe@acme.test"], &format!("n{number}")).await;
        }
        let before = stranger.heard().len();
        let mut other = town.second_node(&routes);
        other.go();
        assert!(town.queue().await.iter().all(|entry| entry.node.as_deref() == Some("node")));
        town.world.clock.advance(11 * MINUTE);
        town.inbox_of("zoe@acme.test", 10).await;
        town.queue_is_empty().await;
        assert_eq!(stranger.heard().len(), before + 10);
        // The first node wakes up with claims that are no longer its own: nothing happens twice.
        town.go();
        send(&town, &["zoe@acme.test"], "last").await;
        town.inbox_of("zoe@acme.test", 11).await;
        town.queue_is_empty().await;
        other.stop().await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_leaves_everything_due_for_the_next_start() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        stranger.says("RCPT", "450 4.2.0 not now");
        send(&town, &["zed@else.test"], "stay").await;
        town.waiting(1).await;
        stranger.says_yes_again();
        town.stop().await;
        // The doors close after the loop at the latest: what still comes in is kept for the next start.
        send(&town, &["zoe@acme.test"], "late").await;
        let queue = town.queue().await;
        assert_eq!(queue.len(), 2);
        assert!(queue.iter().all(|entry| entry.node.is_none()));
        let mut next = town.second_node(&[("else.test", &stranger)]);
        next.go();
        next.inbox_of("zoe@acme.test", 1).await;
        next.world.clock.advance(6 * MINUTE);
        next.queue_is_empty().await;
        next.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_requires_tls_never_goes_where_nobody_proves_it_and_comes_back_without_its_text() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let mut envelope = envelope("anna@valbois.test", &["zed@else.test"]);
        envelope.tls = model::TlsWish::Required;
        envelope.return_content = Some(ReturnContent::Full);
        town.bring(anna, envelope, &letter("anna@valbois.test", "secret")).await.unwrap();
        let inbox = town.inbox_of("anna@valbois.test", 1).await;
        assert!(inbox[0].contains("Status: 5.7.30\r\n"), "{}", inbox[0]);
        assert!(inbox[0].contains("\r\nSubject: secret\r\n") && !inbox[0].contains("body of secret"));
        town.queue_is_empty().await;
        assert_eq!(stranger.heard(), []);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_claimed_anew_while_its_former_attempt_lets_go_is_taken_up() {
    for mut town in towns(&[]).await {
        town.bring(
            peer(),
            envelope("zed@else.test", &["anna@valbois.test"]),
            &letter("zed@else.test", "anew"),
        )
        .await
        .unwrap();
        // A former attempt has ended (its row is free and due again) but has not let go.
        let mut ends = town.flow.inner.ends.lock().take().unwrap();
        let Fresh { cargo, deliveries } = ends.fresh.try_recv().unwrap();
        let former = town.flow.inner.in_hand.take(deliveries[0].clone(), cargo).unwrap();
        town.flow.inner.ends.lock().replace(ends);
        let claim = former.claim();
        town.flow.queue().put_back(vec![claim], town.world.clock.now()).await.unwrap();
        town.go();
        until(async || town.flow.inner.in_hand.awaits(claim.0).then_some(())).await;
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 0);
        drop(former);
        town.inbox_of("anna@valbois.test", 1).await;
        town.queue_is_empty().await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_leads_letters_to_a_relay_by_domain_subject_and_sender() {
    use mail_route::NewRelayRule;
    use model::{Relay, RelayTls};
    let (usual, gateway) = (Stranger::new().await, Stranger::new().await);
    let routes = [("else.test", &usual), ("clinic.incamail.test", &usual)];
    for mut town in towns(&routes).await {
        town.go();
        let relay = Relay {
            target: format!("127.0.0.1:{}", gateway.port).parse().unwrap(),
            tls: RelayTls::Opportunistic,
        };
        let rule = |recipients: &str, subject: Option<&str>, organisation| NewRelayRule {
            position: None,
            organisation,
            recipients: recipients.parse().unwrap(),
            subject: subject.map(str::to_owned),
            relay: relay.clone(),
            validity: model::Validity::default(),
        };
        let rules = town.flow.relays().administration(Scope::Operator("test"), "test");
        let acme = Some(town.organisation("zoe@acme.test").await);
        rules.add(rule("*.incamail.test", None, None)).await.unwrap();
        rules.add(rule("*", Some("<im>"), None)).await.unwrap();
        rules.add(rule("else.test", None, acme)).await.unwrap();
        for (subject, to, by_gateway) in [
            ("first", "zed@clinic.incamail.test", true),
            ("second <IM><c>", "zed@else.test", true),
            ("=?utf-8?Q?third_=3Cim=3E?=", "zed@else.test", true),
            ("fourth", "zed@else.test", false),
        ] {
            let (before, there) = (gateway.heard().len(), usual.heard().len());
            send(&town, &[to], subject).await;
            town.queue_is_empty().await;
            let now = (gateway.heard().len() - before, usual.heard().len() - there);
            assert_eq!(now, if by_gateway { (1, 0) } else { (0, 1) }, "{subject}");
        }
        // What another organisation's rule leads there is its own letters only.
        let zoe = town.user("zoe@acme.test").await;
        let before = gateway.heard().len();
        let text = letter("zoe@acme.test", "fifth");
        town.bring(zoe, envelope("zoe@acme.test", &["zed@else.test"]), &text).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(gateway.heard().len(), before + 1);
        let search = Search { to: Some(address("zed@clinic.incamail.test")), ..Search::default() };
        let ways = Trail::new(town.db.clone()).ways(search).await.unwrap();
        let told: Vec<String> = ways[0].events.iter().map(|event| event.step.to_string()).collect();
        let queued = format!("route *.incamail.test → 127.0.0.1:{} (TLS opportunistic)", gateway.port);
        assert!(told.iter().any(|step| step.contains(&queued)), "{told:#?}");
        assert!(told.iter().any(|step| step.contains("(route): 250")), "{told:#?}");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_relay_does_not_get_securely_waits_and_comes_back_with_the_reason() {
    use mail_route::NewRelayRule;
    use model::{Relay, RelayTls};
    // It knows no STARTTLS.
    let (usual, gateway) = (Stranger::new().await, Stranger::new().await);
    for mut town in towns(&[("else.test", &usual)]).await {
        town.go();
        let (heard, there) = (gateway.heard().len(), usual.heard().len());
        let target = format!("127.0.0.1:{}", gateway.port).parse().unwrap();
        let rules = town.flow.relays().administration(Scope::Operator("test"), "test");
        let recipients = "else.test".parse().unwrap();
        let relay = Relay { target, tls: RelayTls::Verify };
        rules
            .add(NewRelayRule {
                position: None,
                organisation: None,
                recipients,
                subject: None,
                relay,
                validity: model::Validity::default(),
            })
            .await
            .unwrap();
        send(&town, &["zed@else.test"], "secret").await;
        let waiting = town.waiting(1).await;
        assert_eq!(waiting.last_reply.unwrap().status(), "4.7.4");
        town.world.clock.advance(6 * 24 * HOUR);
        let report = town.inbox_of("anna@valbois.test", 1).await.remove(0);
        assert!(report.contains("Action: failed\r\nStatus: 4.7.4\r\n"), "{report}");
        assert_eq!((gateway.heard().len(), usual.heard().len()), (heard, there), "nobody got it");
        town.stop().await;
    }
}
