//! Who an address is, and who may send as it.

use super::{Town, address, towns};
use crate::{AddressChange, DomainChange, Found, OrganisationChange, ServiceChange};

/// What an address leads to, in a word.
async fn found(town: &Town, text: &str) -> String {
    match town.directory.find(&address(text)).await.unwrap() {
        Found::NotOurs => "not ours".to_owned(),
        Found::Unknown { .. } => "unknown".to_owned(),
        Found::Disabled { .. } => "disabled".to_owned(),
        Found::Mailbox { address, detail: None, .. } => address.to_string(),
        Found::Mailbox { address, detail: Some(detail), .. } => format!("{address} {detail}"),
        Found::Alias { targets, .. } => {
            targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        Found::Redirection { targets, .. } => {
            format!("to {}", targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        Found::CatchAll { address, .. } => format!("{address} takes it"),
        Found::Reports { domain, .. } => format!("reports about {domain}"),
    }
}

#[tokio::test]
async fn an_address_leads_to_its_mailbox_or_its_targets() {
    for town in towns().await {
        town.mailbox("José@valbois.test").await;
        town.mailbox("\"a b\"@valbois.test").await;
        town.alias("contact@valbois.test", &["anna@valbois.test", "carla@far.test"]).await;
        town.alias("anna+paper@valbois.test", &["archive@far.test"]).await;
        for (text, expected) in [
            ("anna@valbois.test", "anna@valbois.test"),
            ("Anna@VALBOIS.test", "anna@valbois.test"),
            ("ANNA+List@valbois.test", "anna@valbois.test List"),
            ("anna+a+b@valbois.test", "anna@valbois.test a+b"),
            ("anna+@valbois.test", "anna@valbois.test "),
            ("anna+paper@valbois.test", "archive@far.test"),
            ("anna+PAPER@valbois.test", "archive@far.test"),
            ("jos\u{e9}@valbois.test", "José@valbois.test"),
            ("JOSE\u{301}@valbois.test", "José@valbois.test"),
            ("\"a b\"@valbois.test", "\"a b\"@valbois.test"),
            ("contact@valbois.test", "anna@valbois.test, carla@far.test"),
            ("contact+x@valbois.test", "anna@valbois.test, carla@far.test"),
            ("anna@acme.test", "unknown"),
            ("nobody@valbois.test", "unknown"),
            ("anna@far.test", "not ours"),
            ("anna@sub.valbois.test", "not ours"),
            ("anna@[127.0.0.1]", "not ours"),
        ] {
            assert_eq!(found(&town, text).await, expected, "{text}");
        }
    }
}

#[tokio::test]
async fn postmaster_and_abuse_always_exist_where_there_is_a_mailbox() {
    for town in towns().await {
        assert_eq!(found(&town, "Postmaster@valbois.test").await, "anna@valbois.test");
        assert_eq!(found(&town, "abuse+x@valbois.test").await, "anna@valbois.test");
        // Nobody is there to read it.
        assert_eq!(found(&town, "postmaster@acme.test").await, "unknown");
        let bruno = town.mailbox("bruno@valbois.test").await;
        let service = town.operator.address(bruno).await.unwrap().service;
        let administrator = Some(Some(address("bruno@valbois.test")));
        let change = ServiceChange { administrator, ..ServiceChange::default() };
        let changed = town.operator.change_service(service, change).await.unwrap();
        assert_eq!(changed.administrator, Some(address("bruno@valbois.test")));
        assert_eq!(found(&town, "postmaster@valbois.test").await, "bruno@valbois.test");
        // One who is out of use does not keep the postmaster out of reach.
        let off = AddressChange { is_disabled: Some(true), ..AddressChange::default() };
        town.operator.change_address(bruno, off.clone()).await.unwrap();
        assert_eq!(found(&town, "postmaster@valbois.test").await, "anna@valbois.test");
        let own = town.mailbox("postmaster@valbois.test").await;
        assert_eq!(found(&town, "postmaster@valbois.test").await, "postmaster@valbois.test");
        town.operator.change_address(own, off).await.unwrap();
        assert_eq!(found(&town, "postmaster@valbois.test").await, "anna@valbois.test");
        town.operator.delete_address(bruno).await.unwrap();
        assert_eq!(town.operator.service(service).await.unwrap().administrator, None);
    }
}

#[tokio::test]
async fn what_is_disabled_above_disables_everything_below_and_comes_back() {
    for town in towns().await {
        let info = town.operator.address(town.anna).await.unwrap();
        let crate::AddressKind::Mailbox { account, .. } = info.kind else { panic!("a mailbox") };
        let account = model::AccountRef { organisation: town.valbois, account };
        for is_disabled in [true, false] {
            let expected = if is_disabled { "disabled" } else { "anna@valbois.test" };
            let flag = Some(is_disabled);
            for level in ["address", "domain", "service", "organisation"] {
                let set = async |flag| match level {
                    "address" => {
                        let change = AddressChange { is_disabled: flag, ..AddressChange::default() };
                        drop(town.operator.change_address(town.anna, change).await.unwrap());
                    }
                    "domain" => {
                        let change = DomainChange { is_disabled: flag, ..DomainChange::default() };
                        drop(town.operator.change_domain(info.domain, change).await.unwrap());
                    }
                    "service" => {
                        let change = ServiceChange { is_disabled: flag, ..ServiceChange::default() };
                        drop(town.operator.change_service(info.service, change).await.unwrap());
                    }
                    _ => {
                        let change =
                            OrganisationChange { is_disabled: flag, ..OrganisationChange::default() };
                        drop(town.operator.change_organisation(town.valbois, change).await.unwrap());
                    }
                };
                set(flag).await;
                assert_eq!(found(&town, "anna@valbois.test").await, expected, "{level}");
                assert_eq!(town.directory.account_info(account).await.unwrap().is_disabled, is_disabled);
                set(Some(false)).await;
            }
        }
        assert!(town.directory.is_active(town.valbois).await.unwrap());
    }
}

#[tokio::test]
async fn an_account_sends_as_itself_and_as_aliases_that_are_its_alone() {
    for town in towns().await {
        town.mailbox("bruno@valbois.test").await;
        town.mailbox("eve@acme.test").await;
        town.alias("anna.m@valbois.test", &["anna@valbois.test"]).await;
        town.alias("mayor@valbois.test", &["anna.m@valbois.test"]).await;
        town.alias("contact@valbois.test", &["anna@valbois.test", "bruno@valbois.test"]).await;
        town.alias("far@valbois.test", &["carla@far.test"]).await;
        town.alias("steal@acme.test", &["anna@valbois.test"]).await;
        town.alias("ping@valbois.test", &["pong@valbois.test"]).await;
        town.alias("pong@valbois.test", &["ping@valbois.test"]).await;
        let Found::Mailbox { account, .. } =
            town.directory.find(&address("anna@valbois.test")).await.unwrap()
        else {
            panic!("a mailbox")
        };
        for (text, expected) in [
            ("anna@valbois.test", true),
            ("ANNA+list@valbois.test", true),
            ("anna.m@valbois.test", true),
            ("mayor@valbois.test", true),
            ("contact@valbois.test", false),
            ("far@valbois.test", false),
            ("bruno@valbois.test", false),
            ("steal@acme.test", false),
            ("ping@valbois.test", false),
            ("nobody@valbois.test", false),
            ("anna@far.test", false),
        ] {
            assert_eq!(
                town.directory.may_send_as(&account, &address(text)).await.unwrap(),
                expected,
                "{text}"
            );
        }
    }
}
