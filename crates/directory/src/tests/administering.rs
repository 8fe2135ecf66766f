//! Creating, changing, deleting; rules, names, and what another tenant sees.

use model::{AccountRef, Address, CredentialId, Domain, UserId};
use zeroize::Zeroizing;

use super::{CHOSEN, Town, address, towns};
use crate::{
    AddressChange, AddressKind, DirectoryError, DomainChange, Found, NewAddress, NewDevicePassword, NewUser,
    OrganisationChange, Protocols, Role, ServiceChange, UserChange, limits,
};

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

/// The field that a rule or a name refuses.
pub(super) fn field<T>(result: Result<T, DirectoryError>) -> &'static str {
    match result.err().expect("a refusal") {
        DirectoryError::Invalid { field, reason, rule } => {
            assert!(!reason.is_empty() && !rule.is_empty());
            field
        }
        DirectoryError::Conflict { field, .. } | DirectoryError::InUse { field, .. } => field,
        DirectoryError::NotFound { .. } => "not found",
        other => panic!("{other}"),
    }
}

fn new_user(town: &Town, login: &str, role: Role) -> NewUser {
    NewUser {
        organisation: town.valbois,
        login: address(login),
        name: "Somebody".to_owned(),
        role,
        password: Zeroizing::new(CHOSEN.to_owned()),
    }
}

#[tokio::test]
async fn a_value_that_breaks_a_rule_is_refused_with_its_field() {
    for town in towns().await {
        let operator = &town.operator;
        assert_eq!(field(operator.create_organisation(" ").await), "name");
        assert_eq!(field(operator.create_organisation(&"x".repeat(201)).await), "name");
        assert_eq!(field(operator.create_organisation("a\nb").await), "name");
        assert_eq!(field(operator.create_organisation("ACME ").await), "name");
        assert_eq!(field(operator.create_domain(town.acme, None, &domain("localhost")).await), "domain");
        assert_eq!(field(operator.create_domain(town.acme, None, &domain("[192.0.2.1]")).await), "domain");
        assert_eq!(field(operator.create_domain(town.acme, None, &domain("a_b.test")).await), "domain");
        let new = |alias_to: &[&str], quota_bytes| NewAddress {
            address: address("new@acme.test"),
            alias_to: alias_to.iter().map(|text| address(text)).collect(),
            quota_bytes,
        };
        assert_eq!(field(operator.create_address(new(&["NEW@acme.test"], None)).await), "alias-to");
        assert_eq!(field(operator.create_address(new(&["a@b.test", "A@b.test"], None)).await), "alias-to");
        assert_eq!(field(operator.create_address(new(&[], Some(0))).await), "quota");
        assert_eq!(field(operator.create_address(new(&[], Some(u64::MAX))).await), "quota");
        let elsewhere =
            NewAddress { address: address("a@far.test"), alias_to: Vec::new(), quota_bytes: None };
        assert_eq!(field(operator.create_address(elsewhere).await), "not found");
        assert_eq!(field(operator.choose_password(town.anna, "short").await), "password");
        assert_eq!(field(operator.choose_password(town.anna, &"x".repeat(600)).await), "password");
        assert_eq!(field(operator.choose_password(town.anna, "with\u{0}a control").await), "password");
        let alias = town.alias("alias@acme.test", &["anna@valbois.test"]).await;
        assert_eq!(field(operator.choose_password(alias, CHOSEN).await), "address");
        let quota = AddressChange { quota_bytes: Some(Some(5)), ..AddressChange::default() };
        assert_eq!(field(operator.change_address(alias, quota).await), "quota");
        let targets = AddressChange { alias_to: Some(vec![address("b@c.test")]), ..AddressChange::default() };
        assert_eq!(field(operator.change_address(town.anna, targets.clone()).await), "alias-to");
        let changed = operator.change_address(alias, targets).await.unwrap();
        assert_eq!(changed.kind, AddressKind::Alias { targets: vec![address("b@c.test")] });
    }
}

#[tokio::test]
async fn a_domain_belongs_to_one_service_of_the_installation() {
    for town in towns().await {
        let taken = town.operator.create_domain(town.acme, None, &domain("VALBOIS.test")).await;
        let text = taken.as_ref().err().unwrap().to_string();
        assert_eq!(field(taken), "domain");
        assert!(!text.contains("Commune") && !text.contains(&town.valbois.to_string()), "{text}");
        let valbois = town.operator.domain_called(&domain("valbois.test")).await.unwrap();
        town.operator.delete_address(town.anna).await.unwrap();
        let refusal = town.operator.delete_domain(valbois.id, false).await.err().unwrap().to_string();
        assert!(refusal.contains("1 deleted address"), "{refusal}");
        town.operator.erase_address(town.anna).await.unwrap();
        town.operator.delete_domain(valbois.id, false).await.unwrap();
        town.operator.create_domain(town.acme, None, &domain("valbois.test")).await.unwrap();
        // Nothing here asks whose a name is, so a tenant has no way past those who do.
        let acme = town.tenant(town.acme);
        assert_eq!(field(acme.create_domain(town.acme, None, &domain("new.test")).await), "not found");
    }
}

#[tokio::test]
async fn where_there_are_several_services_one_is_named() {
    for town in towns().await {
        let second = town.operator.create_service(town.acme, "Second", Some(5)).await.unwrap();
        assert_eq!(field(town.operator.create_service(town.acme, "second", None).await), "name");
        assert_eq!(field(town.operator.create_domain(town.acme, None, &domain("b.test")).await), "service");
        let created =
            town.operator.create_domain(town.acme, Some(second.id), &domain("b.test")).await.unwrap();
        assert_eq!((created.service, created.addresses), (second.id, 0));
        let foreign = town.operator.create_domain(town.valbois, Some(second.id), &domain("c.test")).await;
        assert_eq!(field(foreign), "not found");
        assert_eq!(field(town.operator.delete_service(second.id).await), "service");
        // A domain moves with its addresses, and never out of its organisation.
        let a = town.mailbox("a@acme.test").await;
        let acme = town.operator.domain_called(&domain("acme.test")).await.unwrap();
        let first = acme.service;
        for service in [second.id, first] {
            let change = DomainChange { service: Some(service), ..DomainChange::default() };
            assert_eq!(town.operator.change_domain(acme.id, change).await.unwrap().service, service);
            assert_eq!(town.operator.address(a).await.unwrap().service, service);
        }
        let valbois = town.operator.domain_called(&domain("valbois.test")).await.unwrap();
        let change = DomainChange { service: Some(second.id), ..DomainChange::default() };
        assert_eq!(field(town.operator.change_domain(valbois.id, change).await), "not found");
        town.operator.delete_domain(created.id, false).await.unwrap();
        town.operator.delete_service(second.id).await.unwrap();
        let (told, before, after) = town.newest(town.acme).await;
        assert_eq!(told, "test delete service: Second");
        let quota = ("quota bytes".to_owned(), "5".to_owned());
        assert!(before.contains(&quota) && after.is_empty(), "{before:?} {after:?}");
        assert_eq!(town.operator.services(Some(town.acme)).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn quotas_change_at_once_for_the_address_and_for_the_service() {
    for town in towns().await {
        let info = town.operator.address(town.anna).await.unwrap();
        let AddressKind::Mailbox { account, quota_bytes: None, .. } = info.kind else { panic!("no quota") };
        let account = AccountRef { organisation: town.valbois, account };
        let quota = async || town.directory.account_info(account).await.unwrap().quota_bytes;
        let service = ServiceChange { quota_bytes: Some(Some(1000)), ..ServiceChange::default() };
        town.operator.change_service(info.service, service).await.unwrap();
        assert_eq!(quota().await, Some(1000));
        for (own, expected) in [(Some(5_000_000_000), Some(5_000_000_000)), (None, Some(1000))] {
            let change = AddressChange { quota_bytes: Some(own), ..AddressChange::default() };
            town.operator.change_address(town.anna, change).await.unwrap();
            assert_eq!(quota().await, expected);
        }
        let service = ServiceChange { quota_bytes: Some(None), ..ServiceChange::default() };
        town.operator.change_service(info.service, service).await.unwrap();
        assert_eq!(quota().await, None);
    }
}

#[tokio::test]
async fn what_still_has_addresses_is_deleted_by_force_only_and_names_are_free_again() {
    for town in towns().await {
        town.operator.create_user(new_user(&town, "anna@far.test", Role::LegalOwner)).await.unwrap();
        town.alias("contact@valbois.test", &["anna@valbois.test"]).await;
        let valbois = town.operator.domain_called(&domain("valbois.test")).await.unwrap();
        let refusal = town.operator.delete_domain(valbois.id, false).await.err().unwrap().to_string();
        assert!(refusal.contains("2 addresses"), "{refusal}");
        assert_eq!(field(town.operator.delete_organisation(town.valbois, false).await), "organisation");
        assert!(town.directory.deleted_accounts().await.unwrap().is_empty());
        town.operator.delete_organisation(town.valbois, true).await.unwrap();
        assert_eq!(field(town.operator.organisation(town.valbois).await), "not found");
        assert_eq!(town.directory.find(&address("anna@valbois.test")).await.unwrap(), Found::NotOurs);
        let deleted = town.directory.deleted_accounts().await.unwrap();
        assert_eq!(deleted.len(), 1);
        assert!(matches!(
            town.directory.account_info(deleted[0]).await,
            Err(DirectoryError::NotFound { .. })
        ));
        town.directory.forget_account(deleted[0]).await.unwrap();
        assert!(town.directory.deleted_accounts().await.unwrap().is_empty());
        let again = town.operator.create_organisation("commune de valbois").await.unwrap();
        town.operator.create_domain(again.id, None, &domain("valbois.test")).await.unwrap();
        town.mailbox("anna@valbois.test").await;
        let user = NewUser { organisation: again.id, ..new_user(&town, "anna@far.test", Role::LegalOwner) };
        town.operator.create_user(user).await.unwrap();
        // The old password went with the old mailbox.
        assert!(town.log_in("anna@valbois.test", CHOSEN, "192.0.2.1").await.is_err());
    }
}

#[tokio::test]
async fn the_last_legal_owner_stays() {
    for town in towns().await {
        let anna =
            town.operator.create_user(new_user(&town, "anna@far.test", Role::LegalOwner)).await.unwrap();
        assert_eq!(
            field(town.operator.create_user(new_user(&town, "ANNA@far.test", Role::External)).await),
            "login"
        );
        assert_eq!(field(town.operator.delete_user(anna.id).await), "user");
        let demoted = UserChange { role: Some(Role::Administrator), ..UserChange::default() };
        assert_eq!(field(town.operator.change_user(anna.id, demoted.clone()).await), "user");
        let disabled = UserChange { is_disabled: Some(true), ..UserChange::default() };
        assert_eq!(field(town.operator.change_user(anna.id, disabled).await), "user");
        town.operator.create_user(new_user(&town, "bruno@far.test", Role::LegalOwner)).await.unwrap();
        assert_eq!(town.operator.change_user(anna.id, demoted).await.unwrap().role, Role::Administrator);
        town.operator.delete_user(anna.id).await.unwrap();
        assert_eq!(town.operator.users(None).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn another_tenants_things_are_not_found_by_any_function() {
    for town in towns().await {
        let operator = &town.operator;
        let acme = town.tenant(town.acme);
        let info = operator.address(town.anna).await.unwrap();
        let user: UserId =
            operator.create_user(new_user(&town, "u@far.test", Role::Administrator)).await.unwrap().id;
        let password: CredentialId = operator.device_passwords(town.anna).await.unwrap()[0].id;
        let other = domain("valbois.test");
        let new_address =
            |text: &str| NewAddress { address: address(text), alias_to: Vec::new(), quota_bytes: None };
        let device = NewDevicePassword {
            address: town.anna,
            label: "x".to_owned(),
            protocols: Protocols::ALL,
            kind: crate::DeviceKind::Phone,
        };
        for result in [
            field(acme.organisation(town.valbois).await),
            field(acme.organisation_called("Commune de Valbois").await),
            field(acme.organisation_called(&town.valbois.to_string()).await),
            field(acme.change_organisation(town.valbois, OrganisationChange::default()).await),
            field(acme.delete_organisation(town.valbois, true).await),
            field(acme.delete_organisation(town.acme, true).await),
            field(acme.create_organisation("New").await),
            field(acme.create_service(town.valbois, "New", None).await),
            field(acme.service(info.service).await),
            field(acme.change_service(info.service, ServiceChange::default()).await),
            field(acme.delete_service(info.service).await),
            field(acme.create_domain(town.valbois, None, &domain("new.test")).await),
            field(acme.create_domain(town.acme, Some(info.service), &domain("new.test")).await),
            field(acme.domain(info.domain).await),
            field(acme.domain_called(&other).await),
            field(acme.change_domain(info.domain, DomainChange::default()).await),
            field(acme.delete_domain(info.domain, true).await),
            field(acme.create_address(new_address("new@valbois.test")).await),
            field(acme.create_address(new_address("anna@valbois.test")).await),
            field(acme.address(town.anna).await),
            field(acme.address_called(&address("anna@valbois.test")).await),
            field(acme.change_address(town.anna, AddressChange::default()).await),
            field(acme.delete_address(town.anna).await),
            field(acme.erase_address(town.anna).await),
            field(acme.targets(town.anna).await),
            field(
                acme.set_targets(
                    town.anna,
                    crate::NewTargets { targets: Vec::new(), keeps_copy: None, language: "fr".to_owned() },
                )
                .await,
            ),
            field(acme.act_on_addresses(vec![town.anna], crate::SelectedAct::Delete).await),
            field(acme.delete_device_passwords(town.anna).await),
            field(acme.create_device_password(device).await),
            field(acme.choose_password(town.anna, CHOSEN).await),
            field(acme.device_passwords(town.anna).await),
            field(acme.device_password(password).await),
            field(acme.disable_device_password(password, true).await),
            field(acme.change_device_password(password, Some("x"), None, None).await),
            field(acme.delete_device_password(password).await),
            field(acme.create_user(new_user(&town, "new@far.test", Role::Administrator)).await),
            field(acme.user(user).await),
            field(acme.user_called(&address("u@far.test")).await),
            field(acme.change_user(user, UserChange::default()).await),
            field(acme.delete_user(user).await),
            field(acme.lift_ban("192.0.2.1").await),
        ] {
            assert_eq!(result, "not found");
        }
        // An administrator of the service cannot be somebody else's mailbox either.
        let service = acme.services(None).await.unwrap()[0].id;
        let steal = ServiceChange {
            administrator: Some(Some(address("anna@valbois.test"))),
            ..ServiceChange::default()
        };
        assert_eq!(field(acme.change_service(service, steal).await), "not found");
        assert_eq!(acme.organisations().await.unwrap().len(), 1);
        assert!(acme.services(Some(town.valbois)).await.unwrap().is_empty());
        assert!(acme.domains(Some(town.valbois)).await.unwrap().is_empty());
        assert!(acme.addresses(Some(info.domain)).await.unwrap().is_empty());
        assert!(acme.users(Some(town.valbois)).await.unwrap().is_empty());
        assert_eq!(acme.domains(None).await.unwrap().len(), 1);
        let AddressKind::Mailbox { account, .. } = info.kind else { panic!("a mailbox") };
        let foreign = AccountRef { organisation: town.acme, account };
        assert!(matches!(town.directory.account_info(foreign).await, Err(DirectoryError::NotFound { .. })));
        assert!(!town.directory.may_send_as(&foreign, &address("anna@valbois.test")).await.unwrap());
        // Nothing of it changed anything.
        assert_eq!(operator.address(town.anna).await.unwrap(), info);
        town.log_in("anna@valbois.test", CHOSEN, "192.0.2.1").await.unwrap();
    }
}

#[tokio::test]
async fn a_chosen_password_takes_the_place_of_the_one_before_even_where_no_other_fits() {
    for town in towns().await {
        let device = || NewDevicePassword {
            address: town.anna,
            label: "Telephone".to_owned(),
            protocols: Protocols::ALL,
            kind: crate::DeviceKind::Other,
        };
        for _ in 1..limits::CREDENTIALS_PER_ADDRESS_LIMIT {
            town.operator.create_device_password(device()).await.unwrap();
        }
        assert_eq!(field(town.operator.create_device_password(device()).await), "address");
        town.operator.choose_password(town.anna, CHOSEN).await.unwrap();
        let passwords = town.operator.device_passwords(town.anna).await.unwrap();
        assert_eq!(passwords.len(), limits::CREDENTIALS_PER_ADDRESS_LIMIT);
        assert_eq!(passwords.iter().filter(|password| password.selector.is_none()).count(), 1);
    }
}

#[tokio::test]
async fn every_act_is_audited_in_its_own_organisation() {
    for town in towns().await {
        let changes = trail::Trail::new(town.db.clone())
            .changes(Some(town.valbois), db::Seek::first(10))
            .await
            .unwrap()
            .items;
        let actions: Vec<&str> = changes.iter().rev().map(|change| change.action.as_str()).collect();
        assert_eq!(actions, ["create organisation", "create domain", "create address", "create password"]);
        assert!(changes.iter().all(|change| change.actor.who == "test" && !change.what.contains(CHOSEN)));
        // A refused act leaves no line.
        assert!(town.operator.choose_password(town.anna, "short").await.is_err());
        let again = trail::Trail::new(town.db.clone())
            .changes(Some(town.valbois), db::Seek::first(10))
            .await
            .unwrap()
            .items;
        assert_eq!(again.len(), changes.len());
    }
}

#[tokio::test]
async fn things_are_listed_in_the_order_of_their_names() {
    for town in towns().await {
        for text in ["zoe@valbois.test", "bruno@valbois.test", "a@acme.test"] {
            town.mailbox(text).await;
        }
        let all: Vec<Address> =
            town.operator.addresses(None).await.unwrap().into_iter().map(|info| info.address).collect();
        let expected = ["a@acme.test", "anna@valbois.test", "bruno@valbois.test", "zoe@valbois.test"];
        assert_eq!(all, expected.map(address));
        let valbois = town.operator.organisation(town.valbois).await.unwrap();
        assert_eq!((valbois.domains, valbois.addresses), (1, 3));
        let names: Vec<String> =
            town.operator.organisations().await.unwrap().into_iter().map(|info| info.name).collect();
        assert_eq!(names, ["Acme", "Commune de Valbois"]);
    }
}
