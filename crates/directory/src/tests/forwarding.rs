//! Redirections, mailboxes that forward, catch-alls: who agrees, and where letters go.

use std::time::Duration;

use model::AddressId;

use super::{Town, address, ip, towns};
use crate::{
    AddressCreation, DirectoryError, ForwardLetter, Forwarding, Found, NewKind, NewTargets, Purpose,
    TargetState,
};

async fn redirection(town: &Town, text: &str, targets: &[&str]) -> AddressId {
    let creation = AddressCreation::of(address(text), NewKind::Redirection);
    let id = town.operator.create_address(creation).await.unwrap().id;
    lead(town, id, targets).await.unwrap();
    id
}

async fn lead(town: &Town, id: AddressId, targets: &[&str]) -> Result<Vec<TargetState>, DirectoryError> {
    let targets = targets.iter().map(|target| address(target)).collect();
    let new = NewTargets { targets, keeps_copy: None, language: "fr".to_owned() };
    let set = town.tenant(town.valbois).set_targets(id, new).await?;
    Ok(set.into_iter().map(|target| target.state).collect())
}

/// Posts what waits; gives the links by who gets them.
async fn letters(town: &Town) -> Vec<ForwardLetter> {
    let letters = town.directory.forward_letters().await.unwrap();
    for letter in &letters {
        town.directory.forward_letter_sent(letter).await.unwrap();
    }
    letters
}

async fn leads_to(town: &Town, text: &str) -> Vec<String> {
    match town.directory.find(&address(text)).await.unwrap() {
        Found::Redirection { targets, .. } => targets.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn letters_go_to_the_targets_that_agreed_and_to_no_others() {
    for town in towns().await {
        let id =
            redirection(&town, "press@valbois.test", &["anna@valbois.test", "zoe@far.test", "max@far.test"])
                .await;
        // Whoever is of the organisation is not asked.
        assert_eq!(leads_to(&town, "press@valbois.test").await, ["anna@valbois.test"]);
        let asked = letters(&town).await;
        assert_eq!(asked.len(), 2);
        assert!(letters(&town).await.is_empty(), "each is written to once");
        let (zoe, max) = (&asked[0], &asked[1]);
        let shown = town.directory.confirmation(&zoe.token).await.unwrap().unwrap();
        assert_eq!(shown.target, address("zoe@far.test"));
        assert_eq!(shown.address, address("press@valbois.test"));
        assert_eq!(shown.state, TargetState::Pending);
        assert_eq!(town.directory.confirmation("forged").await.unwrap(), None);
        assert_eq!(town.directory.answer_confirmation("forged", true, ip("192.0.2.1")).await.unwrap(), None);
        for (letter, agrees) in [(zoe, true), (max, false)] {
            let source = ip("192.0.2.1");
            town.directory.answer_confirmation(&letter.token, agrees, source).await.unwrap().unwrap();
        }
        assert_eq!(leads_to(&town, "press@valbois.test").await, ["anna@valbois.test", "zoe@far.test"]);
        // They may think again.
        town.directory.answer_confirmation(&zoe.token, false, ip("192.0.2.1")).await.unwrap().unwrap();
        assert_eq!(leads_to(&town, "press@valbois.test").await, ["anna@valbois.test"]);
        // A refusal outlives being taken out and named anew; nobody is written to again.
        lead(&town, id, &["anna@valbois.test"]).await.unwrap();
        assert_eq!(town.directory.confirmation(&zoe.token).await.unwrap(), None);
        let states = lead(&town, id, &["zoe@far.test", "anna@valbois.test"]).await.unwrap();
        assert_eq!(states, [TargetState::Refused, TargetState::Accepted]);
        assert!(letters(&town).await.is_empty());
    }
}

#[tokio::test]
async fn a_target_is_asked_again_a_few_times_and_not_at_once() {
    for town in towns().await {
        let id = redirection(&town, "press@valbois.test", &["zoe@far.test"]).await;
        let tenant = town.tenant(town.valbois);
        let target = tenant.targets(id).await.unwrap()[0].id;
        let mut links = letters(&town).await;
        let again = async || tenant.ask_target_again(target).await;
        assert!(again().await.is_err(), "a moment ago");
        for _ in 1..crate::limits::FORWARD_LETTERS_PER_TARGET_LIMIT {
            town.world.clock.advance(Duration::from_secs(601));
            again().await.unwrap();
            links.extend(letters(&town).await);
        }
        town.world.clock.advance(Duration::from_secs(601));
        assert!(again().await.is_err(), "often enough");
        // Only the newest link is good.
        assert_eq!(town.directory.confirmation(&links[0].token).await.unwrap(), None);
        let newest = &links.last().unwrap().token;
        town.directory.answer_confirmation(newest, true, ip("192.0.2.1")).await.unwrap().unwrap();
        assert!(again().await.is_err(), "answered");
        let other = town.tenant(town.acme);
        assert!(matches!(other.ask_target_again(target).await, Err(DirectoryError::NotFound { .. })));
    }
}

#[tokio::test]
async fn targets_follow_rules() {
    for town in towns().await {
        let id = redirection(&town, "press@valbois.test", &["zoe@far.test"]).await;
        let many: Vec<String> = (0..11).map(|number| format!("a{number}@far.test")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for targets in
            [&[][..], &["press@valbois.test"], &["a@far.test", "A@far.test"], &["a@[127.0.0.1]"], &many]
        {
            let refused = lead(&town, id, targets).await.err().unwrap();
            assert!(matches!(refused, DirectoryError::Invalid { field: "targets", .. }), "{refused}");
        }
        let alias = town.alias("alias@valbois.test", &["anna@valbois.test"]).await;
        assert!(lead(&town, alias, &["zoe@far.test"]).await.is_err());
    }
}

#[tokio::test]
async fn a_mailbox_forwards_once_somebody_agreed_and_keeps_what_nobody_takes() {
    for town in towns().await {
        let forwarding = async || match town.directory.find(&address("anna@valbois.test")).await.unwrap() {
            Found::Mailbox { forwarding, .. } => forwarding,
            other => panic!("{other:?}"),
        };
        let new = NewTargets {
            targets: vec![address("zoe@far.test")],
            keeps_copy: Some(false),
            language: "de".to_owned(),
        };
        town.operator.set_targets(town.anna, new).await.unwrap();
        assert_eq!(forwarding().await, None);
        let asked = letters(&town).await;
        assert_eq!(asked[0].asked.language, "de");
        town.directory.answer_confirmation(&asked[0].token, true, ip("192.0.2.1")).await.unwrap();
        let expected = Forwarding { targets: vec![address("zoe@far.test")], keeps_copy: false };
        assert_eq!(forwarding().await, Some(expected));
        lead(&town, town.anna, &[]).await.unwrap();
        assert_eq!(forwarding().await, None);
    }
}

#[tokio::test]
async fn a_catch_all_takes_what_no_address_takes_and_never_sends() {
    for town in towns().await {
        let kind = NewKind::Mailbox { purpose: Purpose::CatchAll, quota_bytes: None };
        let wrong = AddressCreation::of(address("all@valbois.test"), kind.clone());
        assert!(town.operator.create_address(wrong).await.is_err());
        let creation = AddressCreation::of(address("catchall@valbois.test"), kind);
        let info = town.operator.create_address(creation).await.unwrap();
        let taken = |found| matches!(found, Found::CatchAll { .. });
        for (text, expected) in [
            ("nobody@valbois.test", true),
            ("nobody+x@valbois.test", true),
            ("anna@valbois.test", false),
            ("anna+x@valbois.test", false),
            ("postmaster@valbois.test", false),
            ("dmarc-reports@valbois.test", false),
            ("nobody@acme.test", false),
        ] {
            assert_eq!(taken(town.directory.find(&address(text)).await.unwrap()), expected, "{text}");
        }
        let Found::Mailbox { account, purpose: Purpose::CatchAll, .. } =
            town.directory.find(&address("catchall@valbois.test")).await.unwrap()
        else {
            panic!("a catch-all")
        };
        for text in ["catchall@valbois.test", "nobody@valbois.test", "anna@valbois.test"] {
            assert!(!town.directory.may_send_as(&account, &address(text)).await.unwrap(), "{text}");
        }
        let off = crate::AddressChange { is_disabled: Some(true), ..crate::AddressChange::default() };
        town.operator.change_address(info.id, off).await.unwrap();
        assert!(!taken(town.directory.find(&address("nobody@valbois.test")).await.unwrap()));
    }
}

#[tokio::test]
async fn the_targets_of_an_address_are_found_without_those_of_the_organisation() {
    // SQLite comes first; it has no statistics to go by.
    let town = towns().await.remove(0);
    let scope = town.db.operator("how targets are found");
    let plan = scope
        .read(|tx: &mut db::Tx| {
            tx.query(
                "EXPLAIN QUERY PLAN SELECT target FROM forward_target
                 WHERE address = 1 AND organisation = 2 AND state = 'accepted' ORDER BY position, id",
                db::values![],
                |row| Ok(row.text(3)?.to_owned()),
            )
        })
        .await
        .unwrap();
    assert!(plan[0].contains("forward_target_by_address"), "{plan:?}");
}
