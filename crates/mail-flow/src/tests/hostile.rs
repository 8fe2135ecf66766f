//! What strangers send to make us stumble, or to make us a nuisance to others.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_makes_us_panic_holds_up_nobody_and_ends() {
    for mut town in towns(&[]).await {
        // Larger than what is looked at when it is accepted.
        let poison = format!(
            "{}{}this letter is poison\r\n",
            letter("zed@else.test", "poison"),
            "line\r\n".repeat(60_000)
        );
        town.bring(peer(), envelope("zed@else.test", &["anna@valbois.test"]), &poison).await.unwrap();
        for number in 0..3 {
            let text = letter("zed@else.test", &format!("n{number}"));
            town.bring(peer(), envelope("zed@else.test", &["anna@valbois.test"]), &text).await.unwrap();
        }
        town.go();
        town.inbox_of("anna@valbois.test", 3).await;
        let entry = town.waiting(1).await;
        assert!(entry.last_reply.is_some_and(|reply| reply.class() == model::Class::Later));
        assert!(entry.next_at > town.world.clock.now().plus(4 * MINUTE));
        town.world.clock.advance(mail_queue::limits::LIFETIME + HOUR);
        until(async || {
            town.world.clock.advance(MINUTE);
            town.queue()
                .await
                .iter()
                .all(|entry| entry.recipient != address("anna@valbois.test"))
                .then_some(())
        })
        .await;
        assert!(town.steps("anna@valbois.test").await.contains(&"expired"));
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_whose_attempts_never_end_is_not_tried_for_ever() {
    for mut town in towns(&[]).await {
        let text = letter("zed@else.test", "late");
        town.bring(peer(), envelope("", &["anna@valbois.test"]), &text).await.unwrap();
        // A node that takes it up and dies, again and again.
        for _ in 0..4 {
            town.world.clock.advance(mail_queue::limits::LEASE);
            assert_eq!(town.flow.queue().claim(1).await.unwrap().len(), 1);
        }
        town.world.clock.advance(mail_queue::limits::LIFETIME + 2 * HOUR);
        let mut other = town.second_node(&[]);
        other.go();
        town.queue_is_empty().await;
        assert!(town.steps("anna@valbois.test").await.ends_with(&["expired", "bounced"]));
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 0);
        other.stop().await;
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_cannot_make_many_reports_of_one_letter() {
    let stranger = Stranger::new().await;
    for mut town in towns(&[("else.test", &stranger)]).await {
        let before = stranger.heard().len();
        town.go();
        let to: Vec<String> = (0..20).map(|number| format!("anna+{number}@valbois.test")).collect();
        let mut envelope = envelope("victim@else.test", &to.iter().map(String::as_str).collect::<Vec<_>>());
        for recipient in &mut envelope.recipients {
            recipient.notify = Some(Notify { success: true, failure: false, delay: false });
        }
        town.bring(peer(), envelope, &letter("victim@else.test", "many")).await.unwrap();
        town.inbox_of("anna@valbois.test", 20).await;
        town.queue_is_empty().await;
        assert_eq!(stranger.heard().len() - before, crate::limits::STRANGERS_SUCCESS_REPORT_LIMIT);
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_letter_does_not_become_any_number_of_copies() {
    for town in towns(&[]).await {
        let alias_to = (0..100).map(|number| address(&format!("u{number}@else.test"))).collect();
        let list = NewAddress { address: address("list@valbois.test"), alias_to, quota_bytes: None };
        town.operator.create_address(list).await.unwrap();
        let to: Vec<String> = (0..=100).map(|number| format!("list+{number}@valbois.test")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let refused = town.bring(peer(), envelope("zed@else.test", &to), &letter("zed@else.test", "x")).await;
        assert_eq!(refused.unwrap_err().status(), "5.5.3");
        assert_eq!(town.queue().await.len(), 0);
    }
}
