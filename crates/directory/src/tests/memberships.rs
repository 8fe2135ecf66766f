//! People in several organisations: roles, their limits, and who may change whom.

use model::{Address, OrganisationId};
use zeroize::Zeroizing;

use super::{CHOSEN, Town, ip, towns};
use crate::{
    Administration, AuthRefusal, DirectoryError, Entrance, Joined, Limits, NewMember, NewUser, ProfileChange,
    Role, Session, UserChange, UserInfo,
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
    match who.add_member(NewMember { organisation, login, role }).await.unwrap() {
        Joined::Member(info) => *info,
        Joined::Asked(offer) => panic!("{offer:?}"),
    }
}

async fn asks(who: &Administration, login: &str, organisation: OrganisationId) -> Joined {
    let login = Address::parse(login).unwrap();
    who.add_member(NewMember { organisation, login, role: Role::Collaborator }).await.unwrap()
}

fn new(login: &str, organisation: OrganisationId) -> NewUser {
    NewUser {
        organisation,
        login: Address::parse(login).unwrap(),
        name: "Claire Favre".to_owned(),
        role: Role::Collaborator,
        password: Zeroizing::new(CHOSEN.to_owned()),
    }
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
        join(&town.operator, CLAIRE, town.acme, Role::External).await;
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
        let claire = join(&town.operator, CLAIRE, town.acme, Role::Collaborator).await;
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
async fn of_two_legal_owners_who_leave_at_once_one_stays() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        let denis = person(&town, "denis@valbois.test", town.valbois, Role::LegalOwner).await;
        let (one, other) = (owner(&town, town.valbois), owner(&town, town.valbois));
        let left = |result: &Result<UserInfo, DirectoryError>| match result {
            Ok(_) => true,
            Err(error) if error.is_refusal() => false,
            Err(error) => panic!("{error}"),
        };
        // Who is first is not said: often enough, so that both begin before either ends.
        for round in 0..20 {
            let change = if round % 2 == 0 { role(Role::Administrator) } else { blocked(true) };
            let (first, second) =
                tokio::join!(one.change_user(claire.id, change.clone()), other.change_user(denis.id, change));
            let gone = match (left(&first), left(&second)) {
                (true, false) => claire.id,
                (false, true) => denis.id,
                both => panic!("round {round}: {both:?}"),
            };
            let back = UserChange { is_disabled: Some(false), ..role(Role::LegalOwner) };
            one.change_user(gone, back).await.unwrap();
        }
        let (first, second) = tokio::join!(one.delete_user(claire.id), other.delete_user(denis.id));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(first.err().or(second.err()).unwrap().is_refusal());
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
        // The login is an address of the first one all the same: nobody else gets into what it opens.
        let acme = owner(&town, town.acme);
        let refused = acme.change_user(claire.id, password.clone()).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::Invalid { field: "user", .. }), "{refused}");
        session(&town, CLAIRE).await;
        town.operator.change_user(claire.id, password).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_takes_a_login_at_a_domain_of_another_organisation() {
    for town in towns().await {
        let name = |text: &str| model::Domain::parse(text).unwrap();
        let second = name("second.test");
        town.operator.create_domain(town.valbois, None, &second).await.unwrap();
        let (tie, valbois) = (name("synonym.test"), town.valbois);
        town.db
            .operator("test")
            .write(move |tx| {
                crate::add_synonym(tx, valbois, &tie, &name("valbois.test"))?;
                Ok::<_, DirectoryError>(())
            })
            .await
            .unwrap();
        let (acme, valbois) = (owner(&town, town.acme), owner(&town, town.valbois));
        for login in ["anna@valbois.test", "ANNA@Valbois.Test", "x@second.test", "x@synonym.test"] {
            let refused = acme.create_user(new(login, town.acme)).await.unwrap_err();
            assert!(matches!(refused, DirectoryError::Invalid { field: "login", .. }), "{refused}");
        }
        for (who, login, organisation) in [
            (&valbois, "x@synonym.test", town.valbois),
            (&valbois, CLAIRE, town.valbois),
            (&acme, "boss@acme.test", town.acme),
            (&acme, "somebody@far.test", town.acme),
        ] {
            who.create_user(new(login, organisation)).await.unwrap();
        }
        // Who has the login already is asked, not told of: the answer is the same as elsewhere.
        let refused = acme.create_user(new(CLAIRE, town.acme)).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::Conflict { field: "login", .. }), "{refused}");
    }
}

#[tokio::test]
async fn who_is_asked_to_belong_to_an_organisation_accepts_or_declines() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::LegalOwner).await;
        let (acme, valbois) = (owner(&town, town.acme), owner(&town, town.valbois));
        let Joined::Asked(offer) = asks(&acme, CLAIRE, town.acme).await else { panic!("joined at once") };
        assert_eq!((offer.login.as_str(), offer.role), (CLAIRE, Role::Collaborator));
        // Nothing is seen of the person, and nothing can be done with it.
        assert!(acme.user(claire.id).await.is_err());
        assert!(acme.profile(claire.id).await.is_err());
        assert!(acme.factors(claire.id).await.is_err());
        assert!(acme.memberships(claire.id).await.is_err());
        assert!(acme.users(None).await.unwrap().is_empty());
        assert_eq!(acme.membership_offers().await.unwrap(), std::slice::from_ref(&offer));
        assert!(valbois.membership_offers().await.unwrap().is_empty(), "the home learns nothing of it");
        assert!(valbois.withdraw_membership_offer(offer.id).await.is_err());
        let again = acme
            .add_member(NewMember {
                organisation: town.acme,
                login: Address::parse(CLAIRE).unwrap(),
                role: Role::External,
            })
            .await;
        assert!(matches!(again.unwrap_err(), DirectoryError::Conflict { field: "login", .. }));
        // The home goes on administering.
        let password = UserChange {
            password: Some(Zeroizing::new("forgotten at home".to_owned())),
            ..UserChange::default()
        };
        valbois.change_user(claire.id, password).await.unwrap();
        valbois
            .change_user(
                claire.id,
                UserChange { password: Some(Zeroizing::new(CHOSEN.to_owned())), ..UserChange::default() },
            )
            .await
            .unwrap();
        let letters = town.directory.waiting_notices().await.unwrap();
        let asked = letters.iter().find(|letter| letter.kind == "offer").unwrap();
        assert_eq!((asked.login.as_str(), asked.detail.as_str()), (CLAIRE, "collaborator @ Acme"));

        let here = session(&town, CLAIRE).await;
        person(&town, "other@far.test", town.valbois, Role::External).await;
        let other = session(&town, "other@far.test").await;
        assert!(town.directory.own_membership_offers(&other).await.unwrap().is_empty());
        assert!(town.directory.answer_membership_offer(&other, offer.id, true).await.is_err());
        assert_eq!(town.directory.own_membership_offers(&here).await.unwrap()[0].organisation_name, "Acme");
        town.directory.answer_membership_offer(&here, offer.id, false).await.unwrap();
        assert!(town.directory.answer_membership_offer(&here, offer.id, true).await.is_err(), "once");
        assert_eq!(town.directory.choices(&here).await.unwrap().len(), 1);

        let Joined::Asked(offer) = asks(&acme, CLAIRE, town.acme).await else { panic!("joined at once") };
        acme.withdraw_membership_offer(offer.id).await.unwrap();
        assert!(town.directory.answer_membership_offer(&here, offer.id, true).await.is_err(), "withdrawn");

        let Joined::Asked(offer) = asks(&acme, CLAIRE, town.acme).await else { panic!("joined at once") };
        town.directory.answer_membership_offer(&here, offer.id, true).await.unwrap();
        let choices = town.directory.choices(&here).await.unwrap();
        let seen: Vec<_> = choices.iter().map(|one| (one.organisation, one.role)).collect();
        assert_eq!(seen, [(town.valbois, Role::LegalOwner), (town.acme, Role::Collaborator)]);
        assert_eq!(acme.user(claire.id).await.unwrap().login, CLAIRE);
        assert!(acme.membership_offers().await.unwrap().is_empty());

        let changes = trail::Trail::new(town.db.clone());
        let changes = changes.changes(Some(town.acme), db::Seek::first(50)).await.unwrap().items;
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.action.as_str(), change.actor.who.as_str()))
            .take(2)
            .collect();
        assert_eq!(told, [("accept membership", CLAIRE), ("offer membership", "test")]);
    }
}

#[tokio::test]
async fn an_offer_is_over_after_seven_days_and_goes_with_the_person() {
    for town in towns().await {
        let claire = person(&town, CLAIRE, town.valbois, Role::Collaborator).await;
        let acme = owner(&town, town.acme);
        asks(&acme, CLAIRE, town.acme).await;
        town.world.clock.advance(crate::limits::MEMBERSHIP_OFFER_FOR);
        assert!(acme.membership_offers().await.unwrap().is_empty());
        town.directory.forget_old_membership_offers().await.unwrap();
        // Asked anew, and for whom the operator takes in there is nothing left to answer.
        asks(&acme, CLAIRE, town.acme).await;
        join(&town.operator, CLAIRE, town.acme, Role::External).await;
        assert!(acme.membership_offers().await.unwrap().is_empty());
        acme.delete_user(claire.id).await.unwrap();
        asks(&acme, CLAIRE, town.acme).await;
        town.operator.delete_user(claire.id).await.unwrap();
        assert!(acme.membership_offers().await.unwrap().is_empty());
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
