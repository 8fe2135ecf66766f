//! People in several organisations: roles, their limits, and who may change whom.

use model::{Address, OrganisationId};
use zeroize::Zeroizing;

use super::{CHOSEN, Town, ip, towns};
use crate::{
    Administration, AuthRefusal, DirectoryError, Entrance, Limits, NewMember, NewUser, ProfileChange, Role,
    Session, UserChange, UserInfo,
};

const CLAIRE: &str = "claire@valbois.test";

async fn person(town: &Town, login: &str, organisation: OrganisationId, role: Role) -> UserInfo {
    let new = NewUser {
        organisation,
        login: Address::parse(login).unwrap(),
        name: login.to_owned(),
        role,
        password: Zeroizing::new(CHOSEN.to_owned()),
    };
    town.operator.create_user(new).await.unwrap()
}

async fn join(who: &Administration, login: &str, organisation: OrganisationId, role: Role) -> UserInfo {
    let login = Address::parse(login).unwrap();
    who.add_member(NewMember { organisation, login, role }).await.unwrap()
}

async fn session(town: &Town, login: &str) -> Session {
    let signed_in = town.directory.sign_in(login, CHOSEN, ip("192.0.2.7")).await.unwrap();
    match town.directory.enter(&signed_in, ip("192.0.2.7"), "Firefox").await.unwrap() {
        Entrance::Session(token) => town.directory.session(&token).await.unwrap().unwrap(),
        Entrance::Step(_) => panic!("{login} has a second factor"),
    }
}

fn owner(town: &Town, organisation: OrganisationId) -> Administration {
    town.tenant(organisation).in_role(Role::LegalOwner)
}

fn role(role: Role) -> UserChange {
    UserChange { role: Some(role), ..UserChange::default() }
}

fn blocked(is_disabled: bool) -> UserChange {
    UserChange { is_disabled: Some(is_disabled), ..UserChange::default() }
}

#[tokio::test]
async fn the_choice_of_organisation_is_exactly_the_memberships() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        person(&town, "denis@acme.test", town.acme, Role::LegalOwner).await;
        let third = town.operator.create_organisation("Third").await.unwrap().id;
        join(&town.tenant(town.acme), CLAIRE, town.acme, Role::External).await;
        let here = session(&town, CLAIRE).await;
        let choices: Vec<_> = town.directory.choices(&here).await.unwrap();
        let seen: Vec<_> = choices.iter().map(|one| (one.organisation, one.role, one.is_home)).collect();
        assert_eq!(seen, [(town.valbois, Role::LegalOwner, true), (town.acme, Role::External, false)]);
        assert!(town.directory.choose_organisation(&here, third).await.is_err());
        town.directory.choose_organisation(&here, town.acme).await.unwrap();
        town.tenant(town.acme).delete_user(claire.id).await.unwrap();
        assert!(town.directory.choose_organisation(&here, town.acme).await.is_err());
        assert_eq!(town.directory.choices(&here).await.unwrap().len(), 1);
        session(&town, CLAIRE).await;
    }
}

#[tokio::test]
async fn a_session_has_the_role_of_the_organisation_that_is_looked_at() {
    for town in towns().await {
        person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        let claire = join(&town.tenant(town.acme), CLAIRE, town.acme, Role::Collaborator).await;
        let signed_in = town.directory.sign_in(CLAIRE, CHOSEN, ip("192.0.2.7")).await.unwrap();
        let entrance = town.directory.enter(&signed_in, ip("192.0.2.7"), "Firefox").await.unwrap();
        let Entrance::Session(token) = entrance else { panic!("no session") };
        let now = async || town.directory.session(&token).await.unwrap().unwrap();
        assert_eq!((now().await.organisation, now().await.role), (town.valbois, Role::LegalOwner));
        town.directory.choose_organisation(&now().await, town.acme).await.unwrap();
        assert_eq!((now().await.organisation, now().await.role), (town.acme, Role::Collaborator));
        town.tenant(town.acme).change_user(claire.id, blocked(true)).await.unwrap();
        assert_eq!(now().await.organisation, town.valbois, "blocked there, and at home again");
        town.tenant(town.acme).change_user(claire.id, blocked(false)).await.unwrap();
        assert_eq!(now().await.organisation, town.acme);
    }
}

#[tokio::test]
async fn only_a_legal_owner_makes_or_touches_legal_owners() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        let eve = person(&town, "eve@valbois.test", town.valbois, Role::Administrator).await;
        let administrator = town.tenant(town.valbois);
        let password = UserChange {
            password: Some(Zeroizing::new("a way in for eve".to_owned())),
            ..UserChange::default()
        };
        for (user, change) in [
            (eve.id, role(Role::LegalOwner)),
            (claire.id, role(Role::External)),
            (claire.id, blocked(true)),
            (claire.id, password),
        ] {
            let refused = administrator.change_user(user, change).await.unwrap_err();
            assert!(matches!(refused, DirectoryError::Invalid { field: "role", .. }), "{refused}");
        }
        assert!(administrator.delete_user(claire.id).await.is_err());
        owner(&town, town.valbois).change_user(eve.id, role(Role::LegalOwner)).await.unwrap();
        owner(&town, town.valbois).change_user(claire.id, role(Role::External)).await.unwrap();
        let letters: Vec<_> = town.directory.waiting_notices().await.unwrap();
        let told: Vec<_> = letters.iter().map(|one| (one.login.as_str(), one.detail.as_str())).collect();
        assert_eq!(
            told,
            [
                ("eve@valbois.test", "legal-owner @ Commune de Valbois"),
                (CLAIRE, "external @ Commune de Valbois")
            ]
        );
        town.directory.notice_posted(&letters[0]).await.unwrap();
        assert_eq!(town.directory.waiting_notices().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_last_legal_owner_stays_in_every_organisation() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        join(&town.operator, CLAIRE, town.acme, Role::LegalOwner).await;
        for who in [owner(&town, town.valbois), owner(&town, town.acme), town.operator.clone()] {
            for change in [role(Role::Administrator), blocked(true)] {
                assert!(who.change_user(claire.id, change).await.unwrap_err().is_refusal());
            }
            assert!(who.delete_user(claire.id).await.unwrap_err().is_refusal());
        }
        person(&town, "denis@acme.test", town.acme, Role::LegalOwner).await;
        assert!(town.operator.delete_user(claire.id).await.is_err(), "valbois has nobody else");
        owner(&town, town.acme).delete_user(claire.id).await.unwrap();
        assert_eq!(town.operator.memberships(claire.id).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_organisation_does_not_get_into_another_by_a_person_of_both() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::Administrator).await;
        join(&town.operator, CLAIRE, town.acme, Role::LegalOwner).await;
        let password = UserChange {
            password: Some(Zeroizing::new("a way into acme".to_owned())),
            ..UserChange::default()
        };
        for who in [owner(&town, town.valbois), owner(&town, town.acme)] {
            let refused = who.change_user(claire.id, password.clone()).await.unwrap_err();
            assert!(matches!(refused, DirectoryError::Invalid { field: "user", .. }), "{refused}");
        }
        let rename = ProfileChange { name: Some("Claire".to_owned()), ..ProfileChange::default() };
        assert!(owner(&town, town.acme).change_profile(claire.id, rename.clone()).await.is_err());
        owner(&town, town.valbois).change_profile(claire.id, rename).await.unwrap();
        let seen = owner(&town, town.acme).memberships(claire.id).await.unwrap();
        assert_eq!(seen.len(), 1, "nothing is said of the other organisation");
        // Out of the home: the other one becomes the home, and the account goes on.
        owner(&town, town.valbois).delete_user(claire.id).await.unwrap();
        let here = session(&town, CLAIRE).await;
        assert_eq!((here.home, here.role), (town.acme, Role::LegalOwner));
        owner(&town, town.acme).change_user(claire.id, password).await.unwrap();
    }
}

#[tokio::test]
async fn roles_are_narrowed_to_things_of_the_same_organisation() {
    for town in towns().await {
        person(&town, "denis@acme.test", town.acme, Role::LegalOwner).await;
        let eve = person(&town, "eve@valbois.test", town.valbois, Role::Administrator).await;
        let own = town.operator.domains(Some(town.valbois)).await.unwrap()[0].clone();
        let foreign = town.operator.domains(Some(town.acme)).await.unwrap()[0].clone();
        let valbois = town.tenant(town.valbois);
        let to = |domain| Limits { domain: Some(Some(domain)), ..Limits::default() };
        let refused = valbois.limit_member(town.valbois, eve.id, to(foreign.id)).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        valbois.limit_member(town.valbois, eve.id, to(own.id)).await.unwrap();
        assert_eq!(session(&town, "eve@valbois.test").await.domain, Some(own.id));
        let services =
            |domain: &crate::DomainInfo| Limits { services: Some(vec![domain.service]), ..Limits::default() };
        assert!(valbois.limit_member(town.valbois, eve.id, services(&foreign)).await.is_err());
        valbois.limit_member(town.valbois, eve.id, services(&own)).await.unwrap();
        assert_eq!(valbois.granted_services(town.valbois, eve.id).await.unwrap(), [own.service]);
        let acme = owner(&town, town.acme);
        assert!(acme.limit_member(town.valbois, eve.id, to(own.id)).await.is_err());
        assert!(acme.granted_services(town.valbois, eve.id).await.is_err());
        let changed = valbois.change_user(eve.id, role(Role::Collaborator)).await.unwrap();
        assert_eq!(changed.domain, None, "a collaborator is limited by services");
    }
}

#[tokio::test]
async fn whoever_belongs_to_nobody_active_cannot_sign_in() {
    for town in towns().await {
        person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        let out = crate::OrganisationChange { is_disabled: Some(true), ..Default::default() };
        town.operator.change_organisation(town.valbois, out).await.unwrap();
        let refused = town.directory.sign_in(CLAIRE, CHOSEN, ip("192.0.2.7")).await.unwrap_err();
        assert!(matches!(refused, AuthRefusal::Disabled), "{refused}");
        join(&town.operator, CLAIRE, town.acme, Role::External).await;
        assert_eq!(session(&town, CLAIRE).await.organisation, town.acme);
        town.operator.delete_organisation(town.valbois, true).await.unwrap();
        assert_eq!(session(&town, CLAIRE).await.home, town.acme);
    }
}

#[tokio::test]
async fn a_profile_holds_what_can_be_used() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        let here = session(&town, CLAIRE).await;
        for wrong in [
            ProfileChange { language: Some("xx".to_owned()), ..ProfileChange::default() },
            ProfileChange { phone: Some("call me".to_owned()), ..ProfileChange::default() },
            ProfileChange { name: Some("\u{7}".to_owned()), ..ProfileChange::default() },
        ] {
            assert!(town.directory.change_own_profile(&here, wrong).await.unwrap_err().is_refusal());
        }
        let change = ProfileChange {
            language: Some("de".to_owned()),
            phone: Some("+41 27 000 00 00".to_owned()),
            contacts: Some(vec![Address::parse("claire@elsewhere.test").unwrap()]),
            ..ProfileChange::default()
        };
        town.directory.change_own_profile(&here, change).await.unwrap();
        assert_eq!(session(&town, CLAIRE).await.language.as_deref(), Some("de"));
        let seen = town.tenant(town.valbois).profile(claire.id).await.unwrap();
        assert_eq!(seen.contacts, ["claire@elsewhere.test"]);
        assert!(town.tenant(town.acme).profile(claire.id).await.is_err());
    }
}
