//! Sessions: opening, ending, expiring, and the operator's choice of an organisation.

use model::Address;
use zeroize::Zeroizing;

use super::{CHOSEN, Town, ip, towns};
use crate::{DirectoryError, Entrance, NewUser, Role, Session, UserChange, limits};

async fn person(town: &Town, login: &str, organisation: model::OrganisationId) {
    let new = NewUser {
        organisation,
        login: Address::parse(login).unwrap(),
        name: login.to_owned(),
        role: Role::LegalOwner,
        password: Zeroizing::new(CHOSEN.to_owned()),
    };
    town.operator.create_user(new).await.unwrap();
}

async fn token(town: &Town, login: &str) -> Zeroizing<String> {
    let signed_in = town.directory.sign_in(login, CHOSEN, ip("192.0.2.7")).await.unwrap();
    match town.directory.enter(&signed_in, ip("192.0.2.7"), "Firefox").await.unwrap() {
        Entrance::Session(token) => token,
        Entrance::Step(_) => panic!("{login} has a second factor"),
    }
}

async fn session(town: &Town, token: &str) -> Option<Session> {
    town.directory.session(token).await.unwrap()
}

#[tokio::test]
async fn a_token_opens_its_session_until_it_is_signed_out() {
    for town in towns().await {
        person(&town, "claire@valbois.test", town.valbois).await;
        let (first, second) =
            (token(&town, "claire@valbois.test").await, token(&town, "claire@valbois.test").await);
        let open = session(&town, &first).await.unwrap();
        assert_eq!((open.login.as_str(), open.organisation), ("claire@valbois.test", town.valbois));
        assert!(!open.is_operator);
        assert_eq!(town.directory.sessions(&open).await.unwrap().len(), 2);
        assert_eq!(town.directory.end_other_sessions(&open).await.unwrap(), 1);
        assert!(session(&town, &second).await.is_none());
        town.directory.end_session(&open, open.id).await.unwrap();
        assert!(session(&town, &first).await.is_none());
        assert!(session(&town, "").await.is_none());
        assert!(session(&town, &"x".repeat(10_000)).await.is_none());
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_old_or_its_password_changes() {
    for town in towns().await {
        person(&town, "claire@valbois.test", town.valbois).await;
        let idle = token(&town, "claire@valbois.test").await;
        town.world.clock.advance(limits::SESSION_IDLE);
        assert!(session(&town, &idle).await.is_none());
        let busy = token(&town, "claire@valbois.test").await;
        for _ in 0..8 {
            assert!(session(&town, &busy).await.is_some());
            town.world.clock.advance(limits::SESSION_LIFETIME / 8);
        }
        assert!(session(&town, &busy).await.is_none(), "the lifetime holds for a busy session too");
        let former = token(&town, "claire@valbois.test").await;
        let user = session(&town, &former).await.unwrap().user;
        let change = UserChange {
            password: Some(Zeroizing::new("une autre phrase".to_owned())),
            ..UserChange::default()
        };
        town.operator.change_user(user, change).await.unwrap();
        assert!(session(&town, &former).await.is_none());
    }
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    for town in towns().await {
        person(&town, "claire@valbois.test", town.valbois).await;
        person(&town, "denis@acme.test", town.acme).await;
        let (claire, denis) =
            (token(&town, "claire@valbois.test").await, token(&town, "denis@acme.test").await);
        let (hers, his) = (session(&town, &claire).await.unwrap(), session(&town, &denis).await.unwrap());
        let refused = town.directory.end_session(&his, hers.id).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        assert!(session(&town, &claire).await.is_some());
    }
}

#[tokio::test]
async fn a_tenant_changes_nobody_of_the_operators_staff() {
    for town in towns().await {
        person(&town, "claire@valbois.test", town.valbois).await;
        let claire = token(&town, "claire@valbois.test").await;
        let user = session(&town, &claire).await.unwrap().user;
        let tenant = town.tenant(town.valbois).in_role(Role::LegalOwner);
        let renamed = UserChange { name: Some("Claire B.".to_owned()), ..UserChange::default() };
        tenant.change_user(user, renamed.clone()).await.unwrap();
        town.operator.set_operator(user, true).await.unwrap();
        let password = UserChange {
            password: Some(Zeroizing::new("a way in for eve".to_owned())),
            ..UserChange::default()
        };
        for change in
            [password, renamed.clone(), UserChange { is_disabled: Some(true), ..UserChange::default() }]
        {
            let refused = tenant.change_user(user, change).await.unwrap_err();
            assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        }
        let refused = tenant.delete_user(user).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        assert!(session(&town, &claire).await.is_some());
        town.operator.change_user(user, renamed.clone()).await.unwrap();
        town.operator.set_operator(user, false).await.unwrap();
        tenant.change_user(user, renamed).await.unwrap();
    }
}

#[tokio::test]
async fn only_the_operators_staff_looks_at_another_organisation() {
    for town in towns().await {
        person(&town, "claire@valbois.test", town.valbois).await;
        let claire = token(&town, "claire@valbois.test").await;
        let before = session(&town, &claire).await.unwrap();
        let refused = town.directory.choose_organisation(&before, town.acme).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        assert!(town.tenant(town.valbois).set_operator(before.user, true).await.is_err());
        town.operator.set_operator(before.user, true).await.unwrap();
        let staff = session(&town, &claire).await.unwrap();
        town.directory.choose_organisation(&staff, town.acme).await.unwrap();
        assert_eq!(session(&town, &claire).await.unwrap().organisation, town.acme);
        town.operator.set_operator(before.user, false).await.unwrap();
        assert_eq!(session(&town, &claire).await.unwrap().organisation, town.valbois);
    }
}
