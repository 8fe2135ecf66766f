//! Tokens of programs, on both engines.

use db::Seek;
use std::time::Duration;

use super::*;
use crate::{
    DirectoryError, Entrance, NewOwnToken, NewToken, NewUser, OrganisationChange, Proof, Repetition, Role,
    SettingsChange, StoredAnswer, TokenId, UserChange,
};

fn new(organisation: Option<OrganisationId>, name: &str) -> NewToken {
    NewToken { organisation, name: name.to_owned(), may_write: true, ..NewToken::default() }
}

#[tokio::test]
async fn a_token_opens_until_it_is_revoked_and_its_secret_is_nowhere() {
    for town in towns().await {
        let made = town.operator.create_token(new(Some(town.valbois), "backup")).await.unwrap();
        assert!(made.token.starts_with(&made.info.shown) && made.token.len() == 48, "{}", *made.token);
        let source = ip("192.0.2.1");
        let known = town.directory.bearer(&made.token, source).await.unwrap().unwrap();
        assert_eq!((known.organisation, known.may_write), (Some(town.valbois), true));
        let used = town.operator.token(made.info.id).await.unwrap();
        assert_eq!(used.last_source.as_deref(), Some("192.0.2.1"));
        for wrong in ["", "relais_", &made.token[..47], &format!("{}x", *made.token), "Bearer"] {
            assert_eq!(town.directory.bearer(wrong, source).await.unwrap(), None, "{wrong}");
        }
        town.operator.revoke_token(made.info.id).await.unwrap();
        assert_eq!(town.directory.bearer(&made.token, source).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_with_its_organisation() {
    for town in towns().await {
        let source = ip("192.0.2.1");
        let until = town.world.clock.now().plus(Duration::from_secs(60));
        let short = NewToken { expires_at: Some(until), ..new(Some(town.acme), "short") };
        let short = town.operator.create_token(short).await.unwrap();
        let long = town.operator.create_token(new(Some(town.acme), "long")).await.unwrap();
        let operator = town.operator.create_token(new(None, "all")).await.unwrap();
        assert!(town.directory.bearer(&short.token, source).await.unwrap().is_some());
        town.world.clock.advance(Duration::from_secs(60));
        assert!(town.directory.bearer(&short.token, source).await.unwrap().is_none());
        let change = OrganisationChange { is_disabled: Some(true), ..OrganisationChange::default() };
        town.operator.change_organisation(town.acme, change).await.unwrap();
        assert!(town.directory.bearer(&long.token, source).await.unwrap().is_none());
        assert!(town.directory.bearer(&operator.token, source).await.unwrap().is_some());
        let past = NewToken { expires_at: Some(town.world.clock.now()), ..new(None, "past") };
        assert!(town.operator.create_token(past).await.is_err());
    }
}

#[tokio::test]
async fn a_tenant_makes_and_sees_only_tokens_of_its_own() {
    for town in towns().await {
        let tenant = town.directory.administration(Scope::Tenant(town.acme), "acme");
        let foreign = town.operator.create_token(new(Some(town.valbois), "foreign")).await.unwrap();
        let operator = town.operator.create_token(new(None, "operator")).await.unwrap();
        assert!(tenant.create_token(new(Some(town.valbois), "x")).await.is_err());
        let own = tenant.create_token(new(None, "own")).await.unwrap();
        assert_eq!(own.info.organisation, Some(town.acme), "never more than its own");
        let names: Vec<String> =
            tenant.tokens(Seek::first(9)).await.unwrap().items.into_iter().map(|token| token.name).collect();
        assert_eq!(names, ["own"]);
        for other in [foreign.info.id, operator.info.id, TokenId(1)] {
            assert!(matches!(tenant.revoke_token(other).await, Err(DirectoryError::NotFound { .. })));
        }
        assert_eq!(town.operator.tokens(Seek::first(9)).await.unwrap().items.len(), 3);
    }
}

#[tokio::test]
async fn a_repeated_request_is_answered_from_memory_for_a_day() {
    for town in towns().await {
        let token = town.operator.create_token(new(None, "t")).await.unwrap().info.id;
        let ask = async |key: &str, request: &str| {
            town.directory.repetition(token, key, request.as_bytes()).await.unwrap()
        };
        assert_eq!(ask("k", "POST /a").await, Repetition::First);
        assert_eq!(ask("k", "POST /a").await, Repetition::UnderWay);
        let answer = StoredAnswer {
            status: 201,
            content_type: "application/json".to_owned(),
            body: Some(b"{}".to_vec()),
        };
        town.directory.keep_answer(token, "k", Some(answer.clone())).await.unwrap();
        assert_eq!(ask("k", "POST /a").await, Repetition::Done(answer));
        assert_eq!(ask("k", "POST /b").await, Repetition::Another);
        // What failed for a moment may be tried again under the same key.
        assert_eq!(ask("l", "POST /a").await, Repetition::First);
        town.directory.keep_answer(token, "l", None).await.unwrap();
        assert_eq!(ask("l", "POST /a").await, Repetition::First);
        // A node that stopped in the middle blocks a key for a minute only.
        town.world.clock.advance(crate::limits::ANSWER_AWAITED_FOR + Duration::from_millis(1));
        assert_eq!(ask("l", "POST /a").await, Repetition::First);
        town.world.clock.advance(crate::limits::ANSWER_KEPT_FOR);
        assert_eq!(ask("k", "POST /b").await, Repetition::First);
    }
}

#[tokio::test]
async fn a_token_has_so_many_answers_and_no_more() {
    for town in towns().await {
        let token = town.operator.create_token(new(None, "t")).await.unwrap().info.id;
        let other = town.operator.create_token(new(None, "other")).await.unwrap().info.id;
        let ask = async |token: TokenId, key: &str| {
            town.directory.repetition(token, key, b"POST /a").await.unwrap()
        };
        let fill = async |keys: i64, octets: i64| {
            let at = town.world.clock.now();
            let operator = town.db.operator("test");
            let written: Result<(), db::DbError> = operator
                .write(move |tx| {
                    tx.execute("DELETE FROM api_answer WHERE token = ?1", db::values![token.0])?;
                    let body = vec![0; usize::try_from(octets / keys).unwrap()];
                    for key in 0..keys {
                        let name = format!("filled {key}");
                        tx.execute(
                            "INSERT INTO api_answer (token, request_key, request_hash, status, body, at)
                             VALUES (?1, ?2, ?3, 200, ?4, ?5)",
                            db::values![token.0, &name, &[0][..], &body[..], at],
                        )?;
                    }
                    Ok(())
                })
                .await;
            written.unwrap();
        };
        fill(crate::limits::ANSWERS_PER_TOKEN_LIMIT - 1, 0).await;
        assert_eq!(ask(token, "last").await, Repetition::First);
        let full = ask(token, "more").await;
        assert!(matches!(full, Repetition::Full(limit) if limit.contains("10,000 keys")), "{full:?}");
        assert_eq!(ask(token, "last").await, Repetition::UnderWay, "what is known stays known");
        assert_eq!(ask(other, "more").await, Repetition::First, "each token has its own");
        fill(64, crate::limits::ANSWER_OCTETS_PER_TOKEN_LIMIT).await;
        let full = ask(token, "more").await;
        assert!(matches!(full, Repetition::Full(limit) if limit.contains("64 MiB")), "{full:?}");
        town.world.clock.advance(crate::limits::ANSWER_KEPT_FOR + Duration::from_millis(1));
        assert_eq!(ask(token, "more").await, Repetition::First);
    }
}

#[tokio::test]
async fn tokens_that_do_not_hold_ban_their_source() {
    let exempt = Options { exempt_loopback: true, ..Options::default() };
    for town in towns_with(exempt).await {
        let good = town.operator.create_token(new(None, "good")).await.unwrap();
        for source in ["198.51.100.7", "127.0.0.1"] {
            assert!(town.directory.bearer(&good.token, ip(source)).await.unwrap().is_some());
            for guess in ["relais_guess", "nonsense"].into_iter().cycle().take(9) {
                assert_eq!(town.directory.bearer(guess, ip(source)).await.unwrap(), None);
            }
            assert_eq!(town.directory.is_banned(ip(source)), None, "{source}");
            assert_eq!(town.directory.bearer("relais_guess", ip(source)).await.unwrap(), None);
        }
        assert!(town.directory.is_banned(ip("198.51.100.7")).is_some());
        assert_eq!(town.directory.is_banned(ip("127.0.0.1")), None);
        assert_eq!(town.directory.is_banned(ip("198.51.100.8")), None);
        assert_eq!(town.operator.bans().await.unwrap()[0].subject, "source 198.51.100.7");
    }
}

/// A session of somebody who was just made, and a proof.
async fn claire(town: &Town) -> (crate::Session, crate::Proved) {
    let new = NewUser {
        organisation: town.valbois,
        login: address("claire@far.test"),
        name: "Claire".to_owned(),
        role: Role::Administrator,
        password: Zeroizing::new(CHOSEN.to_owned()),
    };
    town.operator.create_user(new).await.unwrap();
    signed_in(town, CHOSEN).await
}

async fn signed_in(town: &Town, password: &str) -> (crate::Session, crate::Proved) {
    let source = ip("192.0.2.9");
    let person = town.directory.sign_in("claire@far.test", password, source).await.unwrap();
    let Entrance::Session(token) = town.directory.enter(&person, source, "Firefox").await.unwrap() else {
        panic!("no second factor was given")
    };
    let session = town.directory.session(&token).await.unwrap().unwrap();
    let proof = Proof::Password(Zeroizing::new(password.to_owned()));
    let proved = town.directory.prove(&session, proof, source).await.unwrap();
    (session, proved)
}

#[tokio::test]
async fn a_token_for_the_own_things_is_its_persons_and_ends_with_the_password() {
    for town in towns().await {
        let (session, proved) = claire(&town).await;
        let (source, new) = (ip("192.0.2.1"), |name: &str| NewOwnToken {
            name: name.to_owned(),
            may_write: true,
            expires_at: None,
        });
        let made = town.directory.create_own_token(&session, proved, new("calendar")).await.unwrap();
        let known = town.directory.bearer(&made.token, source).await.unwrap().unwrap();
        assert!(known.is_own && known.user == Some(session.user));
        let person = town.directory.person_of(&known).await.unwrap().unwrap();
        assert_eq!((person.login.as_str(), person.is_operator), ("claire@far.test", false));
        assert!(town.directory.recently_proved(&person).is_none(), "a token is no proof");
        // One that an administrator made for the person is none of these.
        let foreign = NewToken { user: Some(session.user), ..self::new(Some(town.valbois), "x") };
        let foreign = town.operator.create_token(foreign).await.unwrap();
        let foreign = town.directory.bearer(&foreign.token, source).await.unwrap().unwrap();
        assert_eq!(town.directory.person_of(&foreign).await.unwrap(), None);
        assert_eq!(town.directory.own_tokens(&session).await.unwrap().len(), 1);
        // Blocked, the person has none; let in again, it holds.
        for is_disabled in [true, false] {
            let change = UserChange { is_disabled: Some(is_disabled), ..UserChange::default() };
            town.operator.change_user(session.user, change).await.unwrap();
            let bearer = town.directory.bearer(&made.token, source).await.unwrap();
            let person = match &bearer {
                Some(token) => town.directory.person_of(token).await.unwrap(),
                None => None,
            };
            assert_eq!(person.is_none(), is_disabled);
        }
        // An organisation that asks for a second factor closes it until there is one.
        for requires in [true, false] {
            let change =
                SettingsChange { requires_second_factor: Some(requires), ..SettingsChange::default() };
            town.operator.change_settings(town.valbois, change).await.unwrap();
            assert_eq!(town.directory.person_of(&known).await.unwrap().is_none(), requires);
        }
        let (session, proved) = signed_in(&town, CHOSEN).await;
        for number in 1..crate::limits::OWN_TOKENS_LIMIT {
            town.directory.create_own_token(&session, proved, new(&format!("{number}"))).await.unwrap();
        }
        assert!(town.directory.create_own_token(&session, proved, new("one more")).await.is_err());
        let password = Zeroizing::new("une autre phrase de passe".to_owned());
        town.directory.change_own_password(&session, proved, &password).await.unwrap();
        assert_eq!(town.directory.bearer(&made.token, source).await.unwrap(), None);
        assert!(town.directory.own_tokens(&session).await.unwrap().is_empty());
        // A request that began before, with the old password, makes none that outlives it.
        let late = town.directory.create_own_token(&session, proved, new("late")).await;
        assert!(matches!(late, Err(DirectoryError::NotFound { .. })));
        let (session, proved) = signed_in(&town, &password).await;
        assert!(town.directory.own_tokens(&session).await.unwrap().is_empty());
        let made = town.directory.create_own_token(&session, proved, new("again")).await.unwrap();
        town.directory.revoke_own_token(&session, made.info.id).await.unwrap();
        assert_eq!(town.directory.bearer(&made.token, source).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_token_for_the_own_things_ends_where_the_home_does() {
    for town in towns().await {
        let (session, proved) = claire(&town).await;
        let member = crate::NewMember {
            organisation: town.acme,
            login: address("claire@far.test"),
            role: Role::External,
        };
        town.operator.add_member(member).await.unwrap();
        let new = NewOwnToken { name: "calendar".to_owned(), may_write: false, expires_at: None };
        let made = town.directory.create_own_token(&session, proved, new).await.unwrap();
        town.tenant(town.valbois).delete_user(session.user).await.unwrap();
        let (there, _) = signed_in(&town, CHOSEN).await;
        assert_eq!(there.home, town.acme, "the home moved");
        assert_eq!(town.directory.bearer(&made.token, ip("192.0.2.1")).await.unwrap(), None);
        let seen = town.tenant(town.valbois).tokens(Seek::first(10)).await.unwrap();
        assert!(seen.items.is_empty(), "nor does the former home see whose it was");
    }
}

#[tokio::test]
async fn a_token_that_the_password_alone_made_does_not_outlive_it_as_the_only_proof() {
    for town in towns().await {
        let (session, proved) = claire(&town).await;
        let new = |name: &str| NewOwnToken { name: name.to_owned(), may_write: true, expires_at: None };
        let weak = town.directory.create_own_token(&session, proved, new("phished")).await.unwrap();
        let setup = town.directory.begin_totp(&session).await.unwrap();
        let secret = totp_rs::Secret::try_from_base32(&setup.secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
        let shown = totp.generate(town.world.clock.now().0.unsigned_abs() / 1000).to_string();
        town.directory.add_totp(&session, proved, &setup.token, &shown, "Telefon").await.unwrap();
        let source = ip("192.0.2.1");
        assert_eq!(town.directory.bearer(&weak.token, source).await.unwrap(), None, "it is revoked");
        // A request that began before the second factor was there makes a weak one.
        let late = town.directory.create_own_token(&session, proved, new("late")).await.unwrap();
        let late = town.directory.bearer(&late.token, source).await.unwrap().unwrap();
        assert!(!town.directory.person_of(&late).await.unwrap().unwrap().has_second_factor);
        let with_factor = crate::Session { has_second_factor: true, ..session };
        let strong = town.directory.create_own_token(&with_factor, proved, new("strong")).await.unwrap();
        let strong = town.directory.bearer(&strong.token, source).await.unwrap().unwrap();
        assert!(town.directory.person_of(&strong).await.unwrap().unwrap().has_second_factor);
    }
}
