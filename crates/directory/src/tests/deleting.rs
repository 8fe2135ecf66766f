//! Deleted addresses, restored ones, and what is done with many at once.

use std::time::Duration;

use db::Seek;

use super::{CHOSEN, address, towns};
use crate::{
    AddressChange, AddressKind, AuthRefusal, DeletedQuery, DeletedSort, DeviceKind, DirectoryError, Found,
    NewDevicePassword, Protocols, SelectedAct, ServiceChange,
};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_deleted_address_comes_back_with_everything_it_had() {
    for town in towns().await {
        let noted = AddressChange {
            display_name: Some("Anna Muster".to_owned()),
            note: Some("since 2019".to_owned()),
            is_shared: Some(true),
            ..AddressChange::default()
        };
        let before = town.operator.change_address(town.anna, noted).await.unwrap();
        let alias = town.alias("contact@valbois.test", &["anna@valbois.test"]).await;
        let aliased = town.operator.address(alias).await.unwrap();
        let tenant = town.tenant(town.valbois);
        for id in [town.anna, alias] {
            tenant.delete_address(id).await.unwrap();
            assert!(matches!(tenant.delete_address(id).await, Err(DirectoryError::NotFound { .. })));
        }
        for text in ["anna@valbois.test", "contact@valbois.test"] {
            let found = town.directory.find(&address(text)).await.unwrap();
            assert!(matches!(found, Found::Unknown { .. }), "{found:?}");
        }
        let refused = town.log_in("anna@valbois.test", CHOSEN, "192.0.2.1").await;
        assert!(matches!(refused, Err(AuthRefusal::Wrong)));
        assert!(town.directory.deleted_accounts().await.unwrap().is_empty());
        // The name stays with its organisation.
        let new = crate::NewAddress {
            address: address("anna@valbois.test"),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let refused = tenant.create_address(new).await.err().unwrap();
        assert!(refused.to_string().contains("30 days"), "{refused}");
        let listed = tenant.page_of_deleted_addresses(Seek::first(10)).await.unwrap().items;
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [town.anna, alias]);
        let query = |search: &str, skip| DeletedQuery {
            search: search.to_owned(),
            sort: DeletedSort::Address,
            is_descending: true,
            skip,
            limit: 1,
        };
        for (search, skip, first, found) in [
            ("", 0, Some(alias), 2),
            ("", 1, Some(town.anna), 2),
            ("", 9, Some(town.anna), 2),
            ("ANNA@", 0, Some(town.anna), 1),
            ("_", 0, None, 0),
        ] {
            let part = tenant.find_deleted_addresses(query(search, skip)).await.unwrap();
            assert_eq!((part.items.first().map(|one| one.id), part.found, part.total), (first, found, 2));
        }
        let other = town.tenant(town.acme);
        assert_eq!(other.find_deleted_addresses(query("", 0)).await.unwrap().total, 0);
        assert!(other.page_of_deleted_addresses(Seek::first(10)).await.unwrap().items.is_empty());
        assert!(matches!(other.restore_address(town.anna).await, Err(DirectoryError::NotFound { .. })));
        assert!(matches!(other.erase_address(town.anna).await, Err(DirectoryError::NotFound { .. })));
        assert_eq!(tenant.restore_address(town.anna).await.unwrap(), before);
        assert_eq!(tenant.restore_address(alias).await.unwrap(), aliased);
        town.log_in("anna@valbois.test", CHOSEN, "192.0.2.1").await.unwrap();
    }
}

#[tokio::test]
async fn after_thirty_days_a_deleted_address_is_gone_and_its_name_free() {
    for town in towns().await {
        town.operator.delete_address(town.anna).await.unwrap();
        town.world.clock.advance(DAY * 29);
        assert_eq!(town.directory.forget_deleted_addresses().await.unwrap(), 0);
        town.world.clock.advance(DAY * 2);
        assert_eq!(town.directory.forget_deleted_addresses().await.unwrap(), 1);
        assert_eq!(town.directory.deleted_accounts().await.unwrap().len(), 1);
        assert!(town.operator.restore_address(town.anna).await.is_err());
        let again = town.mailbox("anna@valbois.test").await;
        town.operator.erase_address(again).await.unwrap();
        assert_eq!(town.directory.deleted_accounts().await.unwrap().len(), 2);
        town.mailbox("anna@valbois.test").await;
    }
}

#[tokio::test]
async fn one_act_changes_many_addresses_or_none() {
    for town in towns().await {
        let bruno = town.mailbox("bruno@valbois.test").await;
        let alias = town.alias("contact@valbois.test", &["anna@valbois.test"]).await;
        let foreign = town.mailbox("eve@acme.test").await;
        let tenant = town.tenant(town.valbois);
        let all = vec![town.anna, bruno, alias];
        let refused = tenant.act_on_addresses(vec![town.anna, foreign], SelectedAct::Disable).await;
        assert!(matches!(refused, Err(DirectoryError::NotFound { .. })));
        assert!(!tenant.address(town.anna).await.unwrap().is_disabled);
        for (act, changed) in [
            (SelectedAct::Disable, 3),
            (SelectedAct::Disable, 0),
            (SelectedAct::Enable, 3),
            (SelectedAct::Quota(Some(5_000)), 2),
            (SelectedAct::Quota(Some(5_000)), 0),
            (SelectedAct::Quota(None), 2),
        ] {
            let done = tenant.act_on_addresses(all.clone(), act).await.unwrap();
            assert_eq!((done.changed, done.passed_over), (changed, 3 - changed), "{act:?}");
            let named: Vec<_> = done.each.iter().map(|one| one.id).collect();
            assert_eq!(named, all, "each is told of, in the order in which they were named");
            let told = done.each.iter().filter(|one| one.is_changed).count() as u64;
            assert_eq!(told, changed, "{act:?}");
        }
        assert_eq!(tenant.act_on_addresses(all.clone(), SelectedAct::Delete).await.unwrap().changed, 3);
        assert_eq!(tenant.page_of_deleted_addresses(Seek::first(10)).await.unwrap().items.len(), 3);
        assert!(tenant.act_on_addresses(Vec::new(), SelectedAct::Delete).await.is_err());
    }
}

#[tokio::test]
async fn in_maintenance_letters_arrive_and_nobody_logs_in() {
    for town in towns().await {
        let info = town.operator.address(town.anna).await.unwrap();
        let logged_in = town.log_in("anna@valbois.test", CHOSEN, "192.0.2.1").await.unwrap();
        for is_in_maintenance in [true, false] {
            let change =
                ServiceChange { is_in_maintenance: Some(is_in_maintenance), ..ServiceChange::default() };
            let changed = town.operator.change_service(info.service, change).await.unwrap();
            assert_eq!(changed.is_in_maintenance, is_in_maintenance);
            let found = town.directory.find(&address("anna@valbois.test")).await.unwrap();
            assert!(matches!(found, Found::Mailbox { .. }), "{found:?}");
            let refused = town.log_in("anna@valbois.test", CHOSEN, "192.0.2.1").await;
            assert_eq!(matches!(refused, Err(AuthRefusal::Maintenance)), is_in_maintenance);
            let opens = town.directory.still_opens(logged_in.account, logged_in.credential).await.unwrap();
            assert_eq!(opens, !is_in_maintenance);
        }
    }
}

#[tokio::test]
async fn a_device_password_says_on_what_it_is_and_from_where_it_was_used() {
    for town in towns().await {
        let new = NewDevicePassword {
            address: town.anna,
            label: "Mobile".to_owned(),
            protocols: Protocols::ALL,
            kind: DeviceKind::Phone,
        };
        let created = town.operator.create_device_password(new).await.unwrap();
        assert!(created.password.chars().count() >= 16);
        town.log_in("anna@valbois.test", &created.password, "192.0.2.7").await.unwrap();
        let info = town.operator.device_password(created.info.id).await.unwrap();
        assert_eq!((info.kind, info.last_source.as_deref()), (DeviceKind::Phone, Some("192.0.2.7")));
        assert_eq!(town.operator.delete_device_passwords(town.anna).await.unwrap(), 2);
        let AddressKind::Mailbox { passwords: 0, .. } = town.operator.address(town.anna).await.unwrap().kind
        else {
            panic!("none is left")
        };
        assert!(town.log_in("anna@valbois.test", &created.password, "192.0.2.7").await.is_err());
    }
}
