//! An address that stands for several mailboxes: a copy is undeliverable when the last of them is out of reach.

use mail_secure::State;
use wire_safe::Slot;

use super::returned::{path_of, report};
use super::secured::{carrier, send};
use super::*;

const GONE: &str = "550 5.1.1 no such mailbox";

/// An address of the town that leads elsewhere.
async fn alias(town: &Town, name: &str, targets: &[&str]) {
    let alias_to = targets.iter().map(|target| address(target)).collect();
    let new = NewAddress { address: address(name), alias_to, quota_bytes: None };
    town.operator.create_address(new).await.unwrap();
}

/// The copies of the newest letter.
async fn copy(town: &Town) -> mail_secure::Copy {
    let organisation = town.organisation("anna@valbois.test").await;
    let wanted = mail_secure::Wanted { sender: None, recipient: None, before: None, limit: 1 };
    town.flow.secure().letters(Some(organisation), wanted).await.unwrap().remove(0).copies.remove(0)
}

/// How many notices were queued for the sender.
async fn told(town: &Town) -> usize {
    town.flow.secure().notarise().await.unwrap();
    let mut count = 0;
    loop {
        match town.flow.post_notices().await.unwrap() {
            0 => return count,
            posted => count += posted,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_is_gone_does_not_end_the_letter_of_another_behind_the_same_address() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        alias(&town, "duo@valbois.test", &["zed@else.test", "dead@else.test"]).await;
        for (mark, arrived) in
            [("<im><c>", State::Notified), ("<im><p>", State::Notified), ("<im><r>", State::Offered)]
        {
            for last in ["dead", "zed"] {
                stranger.says_yes_again();
                let before = stranger.heard().len();
                stranger.says_once(&format!("RCPT TO:<{last}"), "451 4.2.0 not now");
                if last == "zed" {
                    stranger.says("RCPT TO:<dead", GONE);
                }
                send(&town, &format!("{mark} Bonjour"), &["duo@valbois.test"]).await.unwrap();
                town.waiting(1).await;
                until(async || (town.queue().await.len() == 1).then_some(())).await;
                assert_eq!(copy(&town).await.state, arrived, "{mark}, {last} waits");
                stranger.says("RCPT TO:<dead", GONE);
                town.world.clock.advance(HOUR);
                town.queue_is_empty().await;
                let waits = copy(&town).await;
                assert_eq!(
                    (waits.state, waits.store_share.is_some()),
                    (arrived, true),
                    "{mark}, {last} last"
                );
                assert_eq!(stranger.heard().len(), before + 1);
                let receipts = usize::from(arrived == State::Offered);
                assert_eq!(told(&town).await, receipts, "{mark}: nobody hears of a failure");
                // Later the other one is out of reach as well, by the word of its server: who has the letter opens it.
                let heard = stranger.heard().pop().unwrap();
                let gone = report("zed@else.test", "5.1.1", GONE, "Subject: x\r\n\r\n");
                town.bring(peer(), envelope("", &[&path_of(&heard)]), &gone).await.unwrap();
                let reported = copy(&town).await;
                let stays = if arrived == State::Offered { arrived } else { State::Consigned };
                assert_eq!((reported.state, reported.store_share.is_some()), (stays, true));
                assert_eq!(told(&town).await, 1, "{mark}: its sender hears of it once");
            }
        }
        // None of them is there: that is the end.
        stranger.says("RCPT TO", GONE);
        send(&town, "<im><r> Bonjour", &["duo@valbois.test"]).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(copy(&town).await.state, State::Undeliverable);
        assert_eq!(told(&town).await, 2, "submitted, and not delivered");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mailbox_behind_an_address_has_a_return_path_of_its_own() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        town.go();
        alias(&town, "duo@valbois.test", &["zed@else.test", "yan@else.test"]).await;
        let before = stranger.heard().len();
        send(&town, "<im><c> Bonjour", &["duo@valbois.test"]).await.unwrap();
        town.queue_is_empty().await;
        let heard = stranger.heard().split_off(before);
        let [one, other] = heard.as_slice() else { panic!("{heard:?}") };
        assert_ne!(path_of(one), path_of(other));
        let slot: Slot = town.flow.secure().slot_of(carrier(&one.body).envelope).await.unwrap();
        let gone = |to: &str| report(to, "5.1.1", GONE, "Subject: x\r\n\r\n");
        let failed =
            |heard: &mail_deliver::testing::Heard| heard.to[0].split(['<', '>']).nth(1).unwrap().to_owned();
        // The same report twice is about one of them; with the other's its sender hears of it.
        for _ in 0..2 {
            town.bring(peer(), envelope("", &[&path_of(one)]), &gone(&failed(one))).await.unwrap();
            assert_eq!(town.flow.secure().seen(&slot).await.unwrap().copy.state, State::Notified);
        }
        town.bring(peer(), envelope("", &[&path_of(other)]), &gone("duo@valbois.test")).await.unwrap();
        assert_eq!(town.flow.secure().seen(&slot).await.unwrap().copy.state, State::Consigned);
        assert_eq!(told(&town).await, 1);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_while_it_waits_never_leaves() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        let organisation = town.organisation("anna@valbois.test").await;
        let before = stranger.heard().len();
        // Born in the hands of this node, and no loop runs: nobody can say whether it is on its way.
        send(&town, "<im><c> Bonjour", &["zoe@acme.test"]).await.unwrap();
        let secure = town.flow.secure().clone();
        let id = copy(&town).await.letter;
        let refused = secure.withdraw(organisation, id, None, "").await.unwrap_err();
        assert!(matches!(refused, mail_secure::SecureError::Underway), "{refused}");
        assert_eq!((copy(&town).await.state, copy(&town).await.sequence), (State::Submitted, 1));
        town.go();
        town.inbox_of("zoe@acme.test", 1).await;
        until(async || (copy(&town).await.state == State::HandedOver).then_some(())).await;
        // An envelope that waits goes out of the queue with its letter.
        stranger.says_once("RCPT", "451 4.2.0 not now");
        send(&town, "<im><r> Bonjour", &["zed@else.test"]).await.unwrap();
        town.waiting(1).await;
        secure.withdraw(organisation, copy(&town).await.letter, None, "").await.unwrap();
        assert_eq!(copy(&town).await.state, State::Withdrawn);
        assert!(town.queue().await.is_empty());
        assert_eq!(letters_out::live_blobs(&town).await, 0);
        assert!(town.steps("zed@else.test").await.contains(&"deleted"));
        town.world.clock.advance(HOUR);
        assert_eq!(stranger.heard().len(), before, "nothing leaves");
        town.stop().await;
    }
}
