//! What the sender hears.

use super::*;

async fn send(town: &Town, notify: Option<Notify>, return_content: Option<ReturnContent>, subject: &str) {
    let anna = town.user("anna@valbois.test").await;
    let mut envelope = envelope("anna@valbois.test", &["zed@else.test"]);
    envelope.recipients[0].notify = notify;
    envelope.return_content = return_content;
    envelope.envelope_id = Some("my id".to_owned());
    town.bring(anna, envelope, &letter("anna@valbois.test", subject)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_reported_with_the_remote_words() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        stranger.says_once("RCPT", "550-5.1.1 no such\r\n550 5.1.1 user here");
        send(&town, None, None, "bounce").await;
        let inbox = town.inbox_of("anna@valbois.test", 1).await;
        let report = &inbox[0];
        for expected in [
            "Return-Path: <>\r\nDelivered-To: anna@valbois.test\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.valbois.test>\r\n",
            "To: <anna@valbois.test>\r\n",
            "Auto-Submitted: auto-replied\r\n",
            "Content-Type: multipart/report; report-type=delivery-status;\r\n",
            "Original-Envelope-Id: my id\r\nReporting-MTA: dns; mx.valbois.test\r\nArrival-Date: Sat, 21 Nov 2026",
            "\r\n\r\nFinal-Recipient: rfc822; zed@else.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Remote-MTA: dns; 127.0.0.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user here\r\n\
             Last-Attempt-Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n",
            "Content-Type: text/rfc822-headers\r\n",
            "\r\nSubject: bounce\r\n",
        ] {
            assert!(report.contains(expected), "{expected}\n--- is not in\n{report}");
        }
        assert!(!report.contains("body of bounce"));
        town.queue_is_empty().await;
        let steps = town.steps("zed@else.test").await;
        assert_eq!(steps, ["accepted", "judged", "queued", "tried", "bounced", "reported"]);
        // The parts are where they should be.
        let structure = wire_mime::Structure::parse(report.as_bytes());
        let types: Vec<_> = structure.parts().iter().map(|part| part.content_type.value.as_str()).collect();
        assert_eq!(
            types,
            ["multipart/report", "text/plain", "message/delivery-status", "text/rfc822-headers"]
        );
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sender_says_what_is_reported_and_what_is_returned() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        stranger.says("RCPT", "550 5.1.1 no");
        send(&town, Some(Notify::NEVER), None, "never").await;
        town.queue_is_empty().await;
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 0);
        send(&town, None, Some(ReturnContent::Full), "full").await;
        let inbox = town.inbox_of("anna@valbois.test", 1).await;
        assert!(inbox[0].contains("Content-Type: message/rfc822\r\n") && inbox[0].contains("body of full"));
        stranger.says_yes_again();
        let success = Notify { success: true, failure: true, delay: false };
        send(&town, Some(success), None, "success").await;
        let inbox = town.inbox_of("anna@valbois.test", 2).await;
        assert!(inbox[1].contains("Action: relayed\r\nStatus: 2.0.0\r\n"), "{}", inbox[1]);
        // Into a mailbox of ours it is final.
        let mut to_zoe = envelope("anna@valbois.test", &["zoe@acme.test"]);
        to_zoe.recipients[0].notify = Some(success);
        let anna = town.user("anna@valbois.test").await;
        town.bring(anna, to_zoe, &letter("anna@valbois.test", "success")).await.unwrap();
        let inbox = town.inbox_of("anna@valbois.test", 3).await;
        assert!(
            inbox[2].contains("Final-Recipient: rfc822; zoe@acme.test\r\nAction: delivered\r\n"),
            "{}",
            inbox[2]
        );
        town.inbox_of("zoe@acme.test", 1).await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_dsn_takes_over_the_duty_to_report() {
    let stranger = Stranger::new().await.offers(&["DSN", "PIPELINING"]);
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let before = stranger.heard().len();
        send(&town, Some(Notify { success: true, failure: false, delay: false }), None, "dsn").await;
        town.queue_is_empty().await;
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 0);
        let heard = &stranger.heard()[before];
        assert_eq!(heard.from, "<anna@valbois.test> ENVID=my+20id");
        assert_eq!(heard.to, ["<zed@else.test> NOTIFY=SUCCESS"]);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn null_sender_is_never_bounced() {
    for mut town in towns(&[]).await {
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let receipt = letter("anna@valbois.test", "receipt");
        town.bring(anna, envelope("", &["zed@nomail.test"]), &receipt).await.unwrap();
        town.queue_is_empty().await;
        let steps = town.steps("zed@nomail.test").await;
        assert_eq!(steps, ["accepted", "judged", "queued", "bounced"]);
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 0);
        town.stop().await;
    }
}

/// Waits until nobody works on anything in the queue, and nothing is due.
async fn everything_waits(town: &Town) {
    until(async || {
        let now = town.world.clock.now();
        let waits = |entry: &Entry| entry.next_at > now && entry.node.is_none();
        town.queue().await.iter().all(waits).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delays_are_told_once_and_the_end_comes_after_five_days() {
    let nobody = Stranger::nobody();
    for mut town in towns(&[("else.test", &nobody)]).await {
        town.go();
        send(&town, None, None, "slow").await;
        town.waiting(1).await;
        for _ in 0..5 {
            town.world.clock.advance(HOUR);
            everything_waits(&town).await;
        }
        let inbox = town.inbox_of("anna@valbois.test", 1).await;
        for expected in
            ["Action: delayed\r\nStatus: 4.4.1\r\n", "Will-Retry-Until: Thu, 26 Nov 2026 12:00:00 +0000\r\n"]
        {
            assert!(inbox[0].contains(expected), "{expected}\n--- is not in\n{}", inbox[0]);
        }
        for _ in 0..40 {
            town.world.clock.advance(3 * HOUR);
            everything_waits(&town).await;
        }
        town.queue_is_empty().await;
        let inbox = town.inbox_of("anna@valbois.test", 2).await;
        assert!(inbox[1].contains("Action: failed\r\nStatus: 4.4.1\r\n"), "{}", inbox[1]);
        let steps = town.steps("zed@else.test").await;
        assert_eq!(steps[steps.len() - 3..], ["expired", "bounced", "reported"]);
        assert_eq!(steps.iter().filter(|step| **step == "reported").count(), 2);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn international_addresses_are_reported_in_their_own_form() {
    let stranger = Stranger::new().await.offers(&["8BITMIME"]);
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let mut envelope = envelope("anna@valbois.test", &["josé@else.test"]);
        envelope.smtputf8 = true;
        town.bring(anna, envelope, &letter("anna@valbois.test", "utf8")).await.unwrap();
        let inbox = town.inbox_of("anna@valbois.test", 1).await;
        for expected in [
            "report-type=global-delivery-status;",
            "Content-Type: message/global-delivery-status\r\n",
            "Final-Recipient: utf-8; josé@else.test\r\nAction: failed\r\nStatus: 5.6.7\r\n",
        ] {
            assert!(inbox[0].contains(expected), "{expected}\n--- is not in\n{}", inbox[0]);
        }
        town.stop().await;
    }
}
