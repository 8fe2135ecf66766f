//! An administrator limited to one domain: it is all there is of the organisation, whatever is named.

use db::Seek;
use model::{Domain, DomainId, ServiceId, UserId};
use zeroize::Zeroizing;

use super::{CHOSEN, Town, address, ip, towns};
use crate::{
    About, AddressChange, AddressProof, AddressQuery, Administration, Choice, DeviceKind, DirectoryError,
    DomainChange, Limits, NewAddress, NewAddressJob, NewDevicePassword, NewInvitation, NewTargets, NewToken,
    NewUser, Permissions, Protocols, Role, Scope, SelectedAct, SenderKind, ServiceChange,
};

/// `valbois.test` with Anna and, in the same mail service, `ecole.test` with Émile.
struct Limited {
    anna: Administration,
    school: DomainId,
    own: DomainId,
    service: ServiceId,
}

async fn limited(town: &Town) -> Limited {
    let own = town.operator.domain_called(&Domain::parse("valbois.test").unwrap()).await.unwrap();
    let school = Domain::parse("ecole.test").unwrap();
    let school = town.operator.create_domain(town.valbois, Some(own.service), &school).await.unwrap();
    let scope = Scope::within(town.valbois, Some(own.id));
    let anna = town.directory.administration(scope, "anna");
    Limited { anna, school: school.id, own: own.id, service: own.service }
}

fn invited() -> NewInvitation {
    let (language, email) = ("fr".to_owned(), "x@far.test".to_owned());
    NewInvitation { language, email, ..NewInvitation::default() }
}

#[track_caller]
fn not_found<T>(result: Result<T, DirectoryError>) {
    let Err(error) = result else { panic!("it lies beyond the limit") };
    assert!(matches!(error, DirectoryError::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn what_belongs_to_another_domain_of_the_organisation_is_not_found() {
    for town in towns().await {
        let Limited { anna, school, own, service } = limited(&town).await;
        let emile = town.mailbox("emile@ecole.test").await;
        let gone = town.mailbox("gone@ecole.test").await;
        town.operator.delete_address(gone).await.unwrap();
        let password = NewDevicePassword {
            address: emile,
            label: "phone".to_owned(),
            protocols: Protocols::ALL,
            kind: DeviceKind::Other,
        };
        let password_of_emile = town.operator.create_device_password(password.clone()).await.unwrap().info.id;
        let whole = town.tenant(town.valbois);
        let invitation = whole.invite(emile, invited(), AddressProof::Machine).await.unwrap().info.id;
        let list = NewAddressJob { domain: school, text: "paul\n".to_owned(), makes_passwords: false };
        let job = town.operator.show_addresses(list.clone()).await.unwrap().id;
        let entry = whole.add_sender(service, SenderKind::Blocked, "spam.test").await.unwrap().id;
        let targets = || NewTargets {
            targets: vec![address("x@far.test")],
            keeps_copy: None,
            language: "fr".to_owned(),
        };
        let target = whole.set_targets(emile, targets()).await.unwrap()[0].id;
        let emile_name = address("emile@ecole.test");

        not_found(anna.address(emile).await);
        not_found(anna.address_called(&emile_name).await);
        not_found(anna.change_address(emile, AddressChange::default()).await);
        not_found(anna.delete_address(emile).await);
        not_found(anna.erase_address(emile).await);
        not_found(anna.erase_address(gone).await);
        not_found(anna.restore_address(gone).await);
        not_found(anna.deleted_address(gone).await);
        not_found(anna.aliases_of(emile).await);
        not_found(anna.act_on_addresses(vec![town.anna, emile], SelectedAct::Disable).await);
        assert!(!town.operator.address(town.anna).await.unwrap().is_disabled, "all or none");
        let new = NewAddress { address: address("spy@ecole.test"), alias_to: Vec::new(), quota_bytes: None };
        not_found(anna.create_address(new).await);
        not_found(anna.create_device_password(password).await);
        not_found(anna.choose_password(emile, CHOSEN).await);
        not_found(anna.device_passwords(emile).await);
        not_found(anna.device_password(password_of_emile).await);
        not_found(anna.disable_device_password(password_of_emile, true).await);
        not_found(anna.delete_device_password(password_of_emile).await);
        not_found(anna.delete_device_passwords(emile).await);
        not_found(anna.targets(emile).await);
        not_found(anna.set_targets(emile, targets()).await);
        not_found(anna.ask_target_again(target).await);
        not_found(anna.accesses(emile).await);
        not_found(anna.hindrance(emile).await);
        not_found(anna.invitations(emile).await);
        not_found(anna.invite(emile, invited(), AddressProof::Machine).await);
        not_found(anna.invitation(invitation).await);
        not_found(anna.renew_invitation(invitation).await);
        not_found(anna.revoke_invitation(invitation).await);
        not_found(anna.show_addresses(list).await);
        not_found(anna.address_job(job).await);
        not_found(anna.confirm_addresses(job, Choice::All).await);
        not_found(anna.discard_addresses(job).await);
        not_found(anna.domain(school).await);
        // The mail service has another domain, too: its lists and settings are not Anna's to decide.
        not_found(anna.senders(service).await);
        not_found(anna.sender(entry).await);
        not_found(anna.remove_sender(entry).await);
        not_found(anna.apply_senders(service).await);
        not_found(anna.set_default_permissions(service, Permissions::usual()).await);
        not_found(anna.change_service(service, ServiceChange::default()).await);

        let seek = || Seek::first(50);
        assert_eq!(anna.domains(None).await.unwrap().len(), 1);
        assert_eq!(anna.page_of_domains(None, seek()).await.unwrap().items[0].id, own);
        assert_eq!(anna.page_of_services(None, seek()).await.unwrap().items.len(), 1);
        assert_eq!(anna.services(None).await.unwrap()[0].id, service);
        let shown = anna.addresses(None).await.unwrap();
        assert_eq!(shown.iter().map(|one| one.id).collect::<Vec<_>>(), [town.anna]);
        assert_eq!(anna.addresses(Some(school)).await.unwrap(), []);
        assert_eq!(anna.page_of_addresses(None, seek()).await.unwrap().items, shown);
        assert_eq!(anna.page_of_addresses(Some(school), seek()).await.unwrap().items, []);
        let query = AddressQuery { limit: 50, ..AddressQuery::default() };
        let table = anna.find_addresses(town.valbois, query).await.unwrap();
        assert_eq!((table.items.len(), table.found, table.total), (1, 1, 1));
        assert_eq!(anna.page_of_deleted_addresses(seek()).await.unwrap().items, []);
        assert_eq!(anna.page_of_address_jobs(seek()).await.unwrap().items.len(), 0);
    }
}

#[tokio::test]
async fn what_concerns_the_whole_organisation_is_not_found_either() {
    for town in towns().await {
        let Limited { anna, own, service, .. } = limited(&town).await;
        let new = NewUser {
            organisation: town.valbois,
            login: address("eve@valbois.test"),
            name: "Eve".to_owned(),
            role: Role::Administrator,
            password: Zeroizing::new(CHOSEN.to_owned()),
        };
        let eve = town.operator.create_user(new.clone()).await.unwrap().id;
        not_found(anna.create_user(new).await);
        not_found(anna.users(None).await);
        not_found(anna.user(eve).await);
        not_found(anna.delete_user(eve).await);
        not_found(anna.memberships(eve).await);
        let lifted = Limits { domain: Some(None), ..Limits::default() };
        not_found(anna.limit_member(town.valbois, eve, lifted).await);
        not_found(anna.organisation(town.valbois).await);
        not_found(anna.organisations().await);
        not_found(anna.bans().await);
        not_found(anna.ips().await);
        not_found(anna.allowed_sources().await);
        not_found(anna.create_service(town.valbois, "another", None).await);
        not_found(anna.delete_service(service).await);
        not_found(anna.create_domain(town.valbois, None, &Domain::parse("new.test").unwrap()).await);
        not_found(anna.change_domain(own, DomainChange { is_disabled: Some(true), service: None }).await);
        not_found(anna.delete_domain(own, true).await);
        not_found(anna.tokens(Seek::first(50)).await);
        not_found(anna.create_token(NewToken { name: "mine".to_owned(), ..NewToken::default() }).await);
    }
}

#[tokio::test]
async fn within_the_limit_everything_works_as_without() {
    for town in towns().await {
        let Limited { anna, own, service, .. } = limited(&town).await;
        let new =
            NewAddress { address: address("bruno@valbois.test"), alias_to: Vec::new(), quota_bytes: None };
        let bruno = anna.create_address(new).await.unwrap().id;
        anna.change_address(
            bruno,
            AddressChange { note: Some("desk".to_owned()), ..AddressChange::default() },
        )
        .await
        .unwrap();
        anna.choose_password(bruno, CHOSEN).await.unwrap();
        anna.delete_address(bruno).await.unwrap();
        anna.restore_address(bruno).await.unwrap();
        let list = NewAddressJob { domain: own, text: "paul\n".to_owned(), makes_passwords: false };
        let job = anna.show_addresses(list).await.unwrap().id;
        anna.confirm_addresses(job, Choice::All).await.unwrap();
        town.directory.go_on_with_jobs().await.unwrap();
        assert_eq!(anna.addresses(None).await.unwrap().len(), 3);
        assert_eq!(anna.default_permissions(service).await.unwrap(), Permissions::usual());
        let invitation = anna.invite(bruno, invited(), AddressProof::Machine).await.unwrap().info.id;
        anna.revoke_invitation(invitation).await.unwrap();
    }
}

#[tokio::test]
async fn a_mail_service_with_no_other_domain_is_his_to_set() {
    for town in towns().await {
        let own = town.operator.domains(Some(town.valbois)).await.unwrap()[0].clone();
        let anna = town.directory.administration(Scope::within(town.valbois, Some(own.id)), "anna");
        let entry = anna.add_sender(own.service, SenderKind::Blocked, "spam.test").await.unwrap();
        anna.apply_senders(own.service).await.unwrap();
        anna.remove_sender(entry.id).await.unwrap();
        let name = ServiceChange { name: Some("Mairie".to_owned()), ..ServiceChange::default() };
        assert_eq!(anna.change_service(own.service, name).await.unwrap().name, "Mairie");
        let foreign = town.operator.domains(Some(town.acme)).await.unwrap()[0].clone();
        not_found(anna.service(foreign.service).await);
        not_found(anna.domain(foreign.id).await);
    }
}

async fn person(town: &Town, login: &str) -> UserId {
    let new = NewUser {
        organisation: town.valbois,
        login: address(login),
        name: login.to_owned(),
        role: Role::Administrator,
        password: Zeroizing::new(CHOSEN.to_owned()),
    };
    town.operator.create_user(new).await.unwrap().id
}

#[tokio::test]
async fn access_is_given_to_people_of_the_domain_and_to_nobody_else_by_number() {
    for town in towns().await {
        let Limited { anna, .. } = limited(&town).await;
        let near = person(&town, "claire@valbois.test").await;
        let far = person(&town, "denis@ecole.test").await;
        not_found(anna.grant_access(town.anna, far, None, AddressProof::Machine).await);
        anna.grant_access(town.anna, near, None, AddressProof::Machine).await.unwrap();
        // Who has a mailbox of the domain already is known there.
        let bruno = town.mailbox("bruno@valbois.test").await;
        town.tenant(town.valbois).grant_access(town.anna, far, None, AddressProof::Machine).await.unwrap();
        anna.grant_access(bruno, far, None, AddressProof::Machine).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_reaches_no_further_than_its_person_also_who_is_limited_later() {
    for town in towns().await {
        let Limited { own, school, .. } = limited(&town).await;
        let eve = person(&town, "eve@valbois.test").await;
        let token = |domain| NewToken {
            organisation: Some(town.valbois),
            domain,
            user: Some(eve),
            name: "program".to_owned(),
            may_write: true,
            ..NewToken::default()
        };
        let free = town.operator.create_token(token(None)).await.unwrap().token;
        let at_school = town.operator.create_token(token(Some(school))).await.unwrap().token;
        let reach = async |token: &str| {
            let known = town.directory.bearer(token, ip("192.0.2.1")).await.unwrap();
            known.map(|known| (known.organisation, known.domain))
        };
        assert_eq!(reach(&free).await, Some((Some(town.valbois), None)));
        assert_eq!(reach(&at_school).await, Some((Some(town.valbois), Some(school))));
        let to = |domain| Limits { domain: Some(domain), ..Limits::default() };
        let whole = town.tenant(town.valbois);
        whole.limit_member(town.valbois, eve, to(Some(own))).await.unwrap();
        assert_eq!(reach(&free).await, Some((Some(town.valbois), Some(own))));
        assert_eq!(reach(&at_school).await, None, "the two have nothing in common");
        whole.limit_member(town.valbois, eve, to(None)).await.unwrap();
        let role = crate::UserChange { role: Some(Role::Collaborator), ..crate::UserChange::default() };
        whole.change_user(eve, role).await.unwrap();
        assert_eq!(reach(&free).await, None, "who administers no more has no token");
        assert!(town.operator.create_token(token(None)).await.is_err_and(|error| error.is_refusal()));
        let foreign = town.operator.domains(Some(town.acme)).await.unwrap()[0].id;
        let elsewhere = NewToken { user: None, ..token(Some(foreign)) };
        not_found(town.operator.create_token(elsewhere).await);
    }
}

#[tokio::test]
async fn letters_about_a_domain_go_to_who_is_limited_to_it_and_others_do_not() {
    for town in towns().await {
        let Limited { own, school, .. } = limited(&town).await;
        let whole = town.tenant(town.valbois);
        let near = person(&town, "claire@valbois.test").await;
        let far = person(&town, "denis@ecole.test").await;
        let free = person(&town, "eve@valbois.test").await;
        for (user, domain) in [(near, own), (far, school)] {
            let limits = Limits { domain: Some(Some(domain)), ..Limits::default() };
            whole.limit_member(town.valbois, user, limits).await.unwrap();
        }
        let told = async |about| {
            let told = whole.administrators(town.valbois, about).await.unwrap();
            told.iter().map(|user| user.id).collect::<Vec<_>>()
        };
        let domain = |name| About::Domain(Domain::parse(name).unwrap());
        assert_eq!(told(About::Organisation).await, [free]);
        assert_eq!(told(domain("valbois.test")).await, [near, free]);
        assert_eq!(told(domain("ecole.test")).await, [far, free]);
    }
}
