//! Redirections, mailboxes that forward, and what no address takes.

use directory::{AddressCreation, NewKind, NewTargets, Purpose};

use super::{Town, address, create, goals, goals_from, towns};
use crate::{ReversePath, route};

/// Lets an address lead to targets, all of which agree.
async fn lead(town: &Town, from: &str, targets: &[&str], keeps_copy: bool) {
    let id = town.operator.address_called(&address(from)).await.unwrap().id;
    let targets = targets.iter().map(|target| address(target)).collect();
    let new = NewTargets { targets, keeps_copy: Some(keeps_copy), language: "fr".to_owned() };
    town.operator.set_targets(id, new).await.unwrap();
    for letter in town.directory.forward_letters().await.unwrap() {
        let source = "192.0.2.1".parse().unwrap();
        town.directory.answer_confirmation(&letter.token, true, source).await.unwrap();
        town.directory.forward_letter_sent(&letter).await.unwrap();
    }
}

async fn make(town: &Town, name: &str, kind: NewKind) {
    town.operator.create_address(AddressCreation::of(address(name), kind)).await.unwrap();
}

#[tokio::test]
async fn letters_follow_those_who_agreed_and_are_never_led_nowhere() {
    for town in towns().await {
        for mailbox in ["anna@valbois.test", "bruno@valbois.test", "carla@valbois.test"] {
            create(&town.operator, mailbox, &[]).await;
        }
        make(&town, "press@valbois.test", NewKind::Redirection).await;
        assert_eq!(goals(&town, "press@valbois.test").await, "5.2.1");
        lead(&town, "press@valbois.test", &["zoe@far.test", "carla@valbois.test"], true).await;
        lead(&town, "carla@valbois.test", &["max@far.test"], true).await;
        // Each leads to the other alone.
        lead(&town, "anna@valbois.test", &["bruno@valbois.test"], false).await;
        lead(&town, "bruno@valbois.test", &["anna@valbois.test"], false).await;
        for (to, expected) in [
            ("press@valbois.test", ">zoe@far.test carla@valbois.test >max@far.test"),
            ("carla+x@valbois.test", "carla@valbois.test >max@far.test"),
            ("anna@valbois.test", "bruno@valbois.test"),
            ("bruno@valbois.test", "anna@valbois.test"),
        ] {
            assert_eq!(goals(&town, to).await, expected, "{to}");
        }
    }
}

#[tokio::test]
async fn a_catch_all_takes_no_return_path() {
    for town in towns().await {
        create(&town.operator, "anna@valbois.test", &[]).await;
        make(
            &town,
            "catchall@valbois.test",
            NewKind::Mailbox { purpose: Purpose::CatchAll, quota_bytes: None },
        )
        .await;
        assert_eq!(goals(&town, "nobody@valbois.test").await, "catchall@valbois.test");
        assert_eq!(goals(&town, "anna@valbois.test").await, "anna@valbois.test");
        let domain = address("anna@valbois.test").domain().clone();
        let path = town.paths.make(&address("eve@stranger.test"), &domain).await.unwrap();
        assert_eq!(goals_from(&town, "", &path.to_string()).await, ">eve@stranger.test");
        assert_eq!(goals(&town, "SRS0=aaaa=bb=stranger.test=eve@valbois.test").await, "5.1.1");
        let legs = route(&town.directory, &town.paths, &ReversePath::Null, &path).await.unwrap();
        assert_eq!(legs.len(), 1);
    }
}
