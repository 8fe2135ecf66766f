//! Linked domains: every address answers under each name, and the main name changes without any other change.

use db::Tx;
use model::{AccountRef, Domain, DomainId, ServiceId};

use super::administering::field;
use super::{CHOSEN, Town, address, towns};
use crate::linking::{link_domain, make_main, rename_targets, unlink_domain, unlinked};
use crate::{
    AddressCreation, AddressKind, AuthProtocol, DirectoryError, DomainChange, DomainCreation, DomainPlace,
    Found, NewAddress, NewKind, NewTargets,
};

fn name(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

impl Town {
    async fn service(&self) -> ServiceId {
        self.operator.domain_called(&name("valbois.test")).await.unwrap().service
    }

    async fn within<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Tx) -> Result<T, DirectoryError> + Send + 'static,
    ) -> Result<T, DirectoryError> {
        self.db.tenant(self.valbois).write(act).await
    }

    async fn link(&self, text: &str) -> Result<DomainId, DirectoryError> {
        let creation = DomainCreation {
            id: DomainId(self.world.new_id()),
            new_service: ServiceId(self.world.new_id()),
            organisation: self.valbois,
            service: Some(self.service().await),
            at: self.world.clock.now(),
        };
        let name = name(text);
        self.within(move |tx| Ok(link_domain(tx, &creation, &name, true)?.id)).await
    }

    /// The account and the own address behind an address.
    async fn opens(&self, text: &str) -> Option<(AccountRef, String)> {
        match self.directory.find(&address(text)).await.unwrap() {
            Found::Mailbox { account, address, .. } => Some((account, address.to_string())),
            _ => None,
        }
    }
}

#[tokio::test]
async fn every_address_answers_under_a_linked_name() {
    for town in towns().await {
        town.alias("contact@valbois.test", &["anna@valbois.test"]).await;
        assert_eq!(town.opens("anna@bois.test").await, None);
        town.link("bois.test").await.unwrap();
        let anna = town.opens("anna@valbois.test").await.unwrap();
        assert_eq!(town.opens("Anna@bois.test").await, Some(anna.clone()));
        assert_eq!(town.opens("anna+list@bois.test").await, Some(anna.clone()));
        assert_eq!(town.opens("postmaster@bois.test").await, Some(anna.clone()));
        assert!(matches!(
            town.directory.find(&address("contact@bois.test")).await.unwrap(),
            Found::Alias { targets, .. } if targets == [address("anna@valbois.test")]
        ));
        assert!(matches!(
            town.directory.find(&address("nobody@bois.test")).await.unwrap(),
            Found::Unknown { .. }
        ));
        // Reports are about the name that was asked for.
        assert!(matches!(
            town.directory.find(&address("dmarc-reports@bois.test")).await.unwrap(),
            Found::Reports { domain, .. } if domain == name("bois.test")
        ));
        assert!(town.directory.serves(&name("bois.test")).await.unwrap());
        for own in ["anna@bois.test", "anna@valbois.test", "anna+x@bois.test", "contact@bois.test"] {
            assert!(town.directory.may_send_as(&anna.0, &address(own)).await.unwrap(), "{own}");
        }
        // Who signs in under either name opens the same account.
        for login in ["anna@valbois.test", "ANNA@bois.test"] {
            let authenticated = town.log_in(login, CHOSEN, "192.0.2.1").await.unwrap();
            assert_eq!(authenticated.account, anna.0);
            assert_eq!(authenticated.address, address("anna@valbois.test"));
        }
        let begun = b"n,,n=anna@bois.test,r=abcdefgh";
        let source = "192.0.2.1".parse().unwrap();
        assert!(town.directory.scram_begin(begun, AuthProtocol::Imap, source).await.is_ok());
    }
}

#[tokio::test]
async fn the_main_name_changes_and_nothing_else_does() {
    for town in towns().await {
        let new = town.link("bois.test").await.unwrap();
        town.alias("contact@valbois.test", &["anna@valbois.test", "carla@far.test"]).await;
        town.alias("both@valbois.test", &["anna@valbois.test", "anna@bois.test"]).await;
        let elsewhere = town.alias("valbois@acme.test", &["anna@valbois.test"]).await;
        let before = town.opens("anna@valbois.test").await.unwrap();
        let info = town.operator.address(town.anna).await.unwrap();

        let (old, moved, renamed) = town
            .within(move |tx| {
                let (old, moved) = make_main(tx, new)?;
                let new = crate::administration::domain_within(tx, new)?;
                let old = crate::administration::domain_within(tx, old.id)?;
                let renamed = rename_targets(tx, &old, &new)?;
                Ok((old, moved, renamed))
            })
            .await
            .unwrap();
        assert_eq!((moved, renamed), (3, 2));
        assert_eq!(old.place, DomainPlace::Linked);

        let after = town.opens("anna@bois.test").await.unwrap();
        assert_eq!(after, (before.0, "anna@bois.test".to_owned()));
        assert_eq!(town.opens("anna@valbois.test").await, Some(after.clone()));
        for own in ["anna@bois.test", "anna@valbois.test"] {
            assert!(town.directory.may_send_as(&after.0, &address(own)).await.unwrap(), "{own}");
            assert_eq!(town.log_in(own, CHOSEN, "192.0.2.1").await.unwrap().account, before.0);
        }
        let moved = town.operator.address(town.anna).await.unwrap();
        assert_eq!(moved.address, address("anna@bois.test"));
        assert_eq!((moved.id, moved.kind, moved.created_at), (info.id, info.kind, info.created_at));
        // What led to the former name leads to the new one, once.
        let targets =
            async |text: &str| match town.operator.address_called(&address(text)).await.unwrap().kind {
                AddressKind::Alias { targets } => targets,
                other => panic!("{other:?}"),
            };
        assert_eq!(
            targets("contact@bois.test").await,
            [address("anna@bois.test"), address("carla@far.test")]
        );
        assert_eq!(targets("both@bois.test").await, [address("anna@bois.test")]);
        // Another organisation's is not ours to write; it leads there as long as the name is linked.
        let AddressKind::Alias { targets } = town.operator.address(elsewhere).await.unwrap().kind else {
            panic!("an alias")
        };
        assert_eq!(targets, [address("anna@valbois.test")]);
        // And back.
        town.within(move |tx| Ok(make_main(tx, old.id)?.1)).await.unwrap();
        assert_eq!(town.opens("anna@bois.test").await, Some(before));
    }
}

#[tokio::test]
async fn a_name_that_is_unlinked_is_no_longer_ours_and_what_stops_is_told() {
    for town in towns().await {
        let id = town.link("bois.test").await.unwrap();
        town.mailbox("bruno@valbois.test").await;
        town.alias("info@valbois.test", &["bruno@bois.test"]).await;
        let told = town.within(move |tx| unlinked(tx, id)).await.unwrap();
        assert_eq!((told.addresses, told.leading_there), (3, 1));
        assert_eq!(told.examples, ["anna@bois.test", "bruno@bois.test", "info@bois.test"].map(address));
        let now = town.world.clock.now();
        town.within(move |tx| unlink_domain(tx, id, now).map(drop)).await.unwrap();
        assert_eq!(town.directory.find(&address("anna@bois.test")).await.unwrap(), Found::NotOurs);
        assert!(town.opens("anna@valbois.test").await.is_some());
        assert!(town.log_in("anna@bois.test", CHOSEN, "192.0.2.1").await.is_err());
    }
}

#[tokio::test]
async fn a_mail_service_has_one_main_domain_and_linked_ones_have_no_addresses() {
    for town in towns().await {
        let service = town.service().await;
        let place = async |text: &str| town.operator.domain_called(&name(text)).await.unwrap().place;
        let main = town.operator.domain_called(&name("valbois.test")).await.unwrap();
        assert_eq!(main.place, DomainPlace::Main);
        // One that is only created stands apart, with addresses of its own.
        let apart = town.operator.create_domain(town.valbois, None, &name("apart.test")).await.unwrap();
        assert_eq!(apart.place, DomainPlace::Apart);
        town.mailbox("zoe@apart.test").await;
        assert_eq!(field(town.link("apart.test").await), "domain");
        assert_eq!(field(town.link("valbois.test").await), "domain");
        assert_eq!(field(town.link("acme.test").await), "domain");
        let linked = town.link("bois.test").await.unwrap();
        // A step that is done twice.
        assert_eq!(town.link("bois.test").await.unwrap(), linked);
        let own = NewAddress { address: address("bob@bois.test"), alias_to: Vec::new(), quota_bytes: None };
        assert_eq!(field(town.operator.create_address(own).await), "address");
        // Neither the main one nor a linked one goes elsewhere by itself.
        let other = town.operator.create_service(town.valbois, "Other", None).await.unwrap().id;
        let there = DomainChange { service: Some(other), ..DomainChange::default() };
        assert_eq!(field(town.operator.change_domain(linked, there.clone()).await), "service");
        assert_eq!(field(town.operator.change_domain(main.id, there.clone()).await), "domain");
        assert_eq!(field(town.operator.delete_domain(main.id, true).await), "domain");
        assert_eq!(field(town.within(move |tx| make_main(tx, main.id)).await), "domain");
        // The first one of a service is its main one.
        town.operator.change_domain(apart.id, there).await.unwrap();
        assert_eq!(place("apart.test").await, DomainPlace::Main);
        // When the main one goes, the oldest with addresses of its own takes its place.
        town.operator.delete_domain(linked, false).await.unwrap();
        let back = DomainChange { service: Some(service), ..DomainChange::default() };
        town.operator.change_domain(apart.id, back).await.unwrap();
        assert_eq!(place("apart.test").await, DomainPlace::Apart);
        town.operator.delete_domain(main.id, true).await.unwrap();
        assert_eq!(place("apart.test").await, DomainPlace::Main);
    }
}

#[tokio::test]
async fn what_is_disabled_is_so_under_each_name() {
    for town in towns().await {
        let linked = town.link("bois.test").await.unwrap();
        let main = town.operator.domain_called(&name("valbois.test")).await.unwrap().id;
        let off = DomainChange { is_disabled: Some(true), ..DomainChange::default() };
        let on = DomainChange { is_disabled: Some(false), ..DomainChange::default() };
        town.operator.change_domain(linked, off.clone()).await.unwrap();
        assert!(town.opens("anna@bois.test").await.is_none());
        assert!(town.opens("anna@valbois.test").await.is_some());
        town.operator.change_domain(linked, on).await.unwrap();
        town.operator.change_domain(main, off).await.unwrap();
        assert!(town.opens("anna@bois.test").await.is_none());
    }
}

#[tokio::test]
async fn redirections_and_deleted_addresses_follow_the_main_name() {
    for town in towns().await {
        let new = town.link("bois.test").await.unwrap();
        let creation = AddressCreation::of(address("press@valbois.test"), NewKind::Redirection);
        let press = town.operator.create_address(creation).await.unwrap().id;
        let targets = NewTargets {
            targets: vec![address("anna@valbois.test"), address("zoe@far.test")],
            keeps_copy: None,
            language: "fr".to_owned(),
        };
        town.tenant(town.valbois).set_targets(press, targets).await.unwrap();
        let gone = town.mailbox("gone@valbois.test").await;
        town.operator.delete_address(gone).await.unwrap();
        let (told, moved) = town
            .within(move |tx| {
                let told = unlinked(tx, new)?;
                let (old, moved) = make_main(tx, new)?;
                let new = crate::administration::domain_within(tx, new)?;
                let old = crate::administration::domain_within(tx, old.id)?;
                rename_targets(tx, &old, &new)?;
                Ok((told, moved))
            })
            .await
            .unwrap();
        assert_eq!((told.leading_there, moved), (0, 2));
        let found = town.directory.find(&address("press@valbois.test")).await.unwrap();
        assert!(
            matches!(&found, Found::Redirection { targets, .. } if *targets == [address("anna@bois.test")]),
            "{found:?}"
        );
        let restored = town.operator.restore_address(gone).await.unwrap();
        assert_eq!(restored.address, address("gone@bois.test"));
        assert!(town.opens("gone@valbois.test").await.is_some());
        // What can be restored keeps a domain from being linked.
        let apart = town.operator.create_domain(town.valbois, None, &name("apart.test")).await.unwrap();
        let own = town.mailbox("zoe@apart.test").await;
        town.operator.delete_address(own).await.unwrap();
        assert_eq!(field(town.link("apart.test").await), "domain");
        town.operator.delete_domain(apart.id, true).await.unwrap();
    }
}
