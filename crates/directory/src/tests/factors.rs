//! Second factors: codes, recovery codes, passkeys, the step between password and session, and who may change what.

use std::time::Duration;

use model::{Address, OrganisationId};
use zeroize::Zeroizing;

use super::authenticator::{Authenticator, HOST, ORIGIN};
use super::{CHOSEN, Town, ip, towns_with};
use crate::{
    AuthRefusal, DirectoryError, Entrance, FactorKind, NewUser, Options, Proof, Proved, RecoveryCodes,
    RelyingParty, Role, Session, SettingsChange, StepRefusal, UserChange, limits,
};

const HERE: &str = "192.0.2.7";
const CLAIRE: &str = "claire@valbois.test";

async fn people() -> Vec<Town> {
    let party = RelyingParty { id: HOST.to_owned(), origins: vec![ORIGIN.to_owned()] };
    let towns = towns_with(Options { relying_party: Some(party), ..Options::default() }).await;
    for town in &towns {
        person(town, CLAIRE, town.valbois).await;
        person(town, "denis@acme.test", town.acme).await;
    }
    towns
}

async fn person(town: &Town, login: &str, organisation: OrganisationId) {
    let new = NewUser {
        organisation,
        login: Address::parse(login).unwrap(),
        name: login.to_owned(),
        role: Role::LegalOwner,
        password: Zeroizing::new(CHOSEN.to_owned()),
    };
    town.operator.create_user(new).await.unwrap();
}

async fn enter(town: &Town, login: &str) -> Entrance {
    let signed_in = town.directory.sign_in(login, CHOSEN, ip(HERE)).await.unwrap();
    town.directory.enter(&signed_in, ip(HERE), "Firefox").await.unwrap()
}

async fn session(town: &Town, login: &str) -> Session {
    match enter(town, login).await {
        Entrance::Session(token) => town.directory.session(&token).await.unwrap().unwrap(),
        Entrance::Step(_) => panic!("{login} has a second factor"),
    }
}

async fn step(town: &Town, login: &str) -> Zeroizing<String> {
    match enter(town, login).await {
        Entrance::Step(token) => token,
        Entrance::Session(_) => panic!("{login} has no second factor"),
    }
}

async fn proved(town: &Town, session: &Session) -> Proved {
    let proof = Proof::Password(Zeroizing::new(CHOSEN.to_owned()));
    town.directory.prove(session, proof, ip(HERE)).await.unwrap()
}

/// The code that an application shows.
fn code(town: &Town, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(town.world.clock.now().0 as u64 / 1000).to_string()
}

/// Sets an application up; gives its secret and the recovery codes.
async fn set_up(town: &Town, session: &Session) -> (String, RecoveryCodes) {
    let setup = town.directory.begin_totp(session).await.unwrap();
    let proved = town.directory.recently_proved(session).unwrap();
    let shown = code(town, &setup.secret);
    let codes = town.directory.add_totp(session, proved, &setup.token, &shown, "Téléphone").await.unwrap();
    // That code's step is taken.
    town.world.clock.advance(Duration::from_secs(60));
    (setup.secret.to_string(), codes)
}

async fn with_code(town: &Town, token: &str, code: &str) -> Result<Zeroizing<String>, StepRefusal> {
    town.directory.enter_with_code(token, code, ip(HERE), "Firefox").await
}

#[tokio::test]
async fn whoever_has_a_second_factor_shows_it_after_the_password() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let (secret, codes) = set_up(&town, &claire).await;
        assert_eq!(codes.len(), 10);
        let token = step(&town, CLAIRE).await;
        assert!(town.directory.session(&token).await.unwrap().is_none(), "a step opens nothing");
        assert!(matches!(
            with_code(&town, &token, "000000").await,
            Err(StepRefusal::Refused(AuthRefusal::Wrong))
        ));
        let shown = code(&town, &secret);
        let spaced = format!("{} {}", &shown[..3], &shown[3..]);
        let opened = with_code(&town, &token, &spaced).await.unwrap();
        assert!(town.directory.session(&opened).await.unwrap().unwrap().has_second_factor);
        assert!(
            matches!(with_code(&town, &token, &shown).await, Err(StepRefusal::Over)),
            "a step leads on once"
        );
    }
}

#[tokio::test]
async fn no_code_is_taken_twice_and_none_that_is_far_from_now() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let (secret, _) = set_up(&town, &claire).await;
        let shown = code(&town, &secret);
        with_code(&town, &step(&town, CLAIRE).await, &shown).await.unwrap();
        let again = with_code(&town, &step(&town, CLAIRE).await, &shown).await;
        assert!(matches!(again, Err(StepRefusal::Refused(AuthRefusal::Wrong))), "{again:?}");
        town.world.clock.advance(Duration::from_secs(30));
        let before = code(&town, &secret);
        town.world.clock.advance(Duration::from_secs(30));
        with_code(&town, &step(&town, CLAIRE).await, &before).await.expect("one step late is near enough");
        let old = code(&town, &secret);
        town.world.clock.advance(Duration::from_secs(90));
        assert!(with_code(&town, &step(&town, CLAIRE).await, &old).await.is_err(), "three steps late");
    }
}

#[tokio::test]
async fn a_step_ends_by_time_by_failures_and_by_another_password() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let (secret, _) = set_up(&town, &claire).await;
        let slow = step(&town, CLAIRE).await;
        town.world.clock.advance(limits::CEREMONY_FOR);
        assert!(matches!(with_code(&town, &slow, &code(&town, &secret)).await, Err(StepRefusal::Over)));
        let guessed = step(&town, CLAIRE).await;
        for _ in 0..limits::CEREMONY_FAILURES_LIMIT {
            assert!(with_code(&town, &guessed, "000000").await.is_err());
        }
        assert!(matches!(with_code(&town, &guessed, &code(&town, &secret)).await, Err(StepRefusal::Over)));
        let former = step(&town, CLAIRE).await;
        let password = Some(Zeroizing::new("une autre phrase".to_owned()));
        town.operator
            .change_user(claire.user, UserChange { password, ..UserChange::default() })
            .await
            .unwrap();
        assert!(matches!(with_code(&town, &former, &code(&town, &secret)).await, Err(StepRefusal::Over)));
    }
}

#[tokio::test]
async fn wrong_codes_count_in_the_same_limits_as_wrong_passwords() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        set_up(&town, &claire).await;
        // The password was right from there, but not the code: the source is not known.
        let elsewhere = ip("198.51.100.9");
        let mut refused = None;
        for _ in 0..20 {
            let signed_in = match town.directory.sign_in(CLAIRE, CHOSEN, elsewhere).await {
                Ok(signed_in) => signed_in,
                Err(refusal) => {
                    refused = Some(refusal);
                    break;
                }
            };
            let entrance = town.directory.enter(&signed_in, elsewhere, "curl").await.unwrap();
            let Entrance::Step(token) = entrance else { panic!("no step") };
            let _ = town.directory.enter_with_code(&token, "000000", elsewhere, "curl").await;
        }
        assert!(matches!(refused, Some(AuthRefusal::Banned { .. })), "{refused:?}");
        step(&town, CLAIRE).await;
    }
}

#[tokio::test]
async fn each_recovery_code_opens_once() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let (_, codes) = set_up(&town, &claire).await;
        let opened = with_code(&town, &step(&town, CLAIRE).await, &codes[0].to_uppercase()).await.unwrap();
        assert!(with_code(&town, &step(&town, CLAIRE).await, &codes[0]).await.is_err());
        let now = town.directory.session(&opened).await.unwrap().unwrap();
        assert_eq!(town.directory.own_factors(&now).await.unwrap().recovery_codes, 9);
        let proof = proved(&town, &now).await;
        let renewed = town.directory.renew_recovery_codes(&now, proof).await.unwrap();
        assert!(
            with_code(&town, &step(&town, CLAIRE).await, &codes[1]).await.is_err(),
            "the old ones are void"
        );
        with_code(&town, &step(&town, CLAIRE).await, &renewed[0]).await.unwrap();
        let kinds: Vec<String> =
            town.directory.waiting_notices().await.unwrap().into_iter().map(|notice| notice.kind).collect();
        assert_eq!(kinds, ["factor-added", "recovery-code-used", "recovery-codes", "recovery-code-used"]);
    }
}

async fn passkey(town: &Town, session: &Session, id: &str) -> Authenticator {
    let mut authenticator = Authenticator::new(id);
    let challenge = town.directory.begin_passkey(session).await.unwrap();
    let answer = authenticator.create(&challenge.options);
    let proof = town.directory.recently_proved(session).unwrap();
    town.directory.add_passkey(session, proof, &challenge.token, &answer, "Clé").await.unwrap();
    authenticator
}

#[tokio::test]
async fn a_passkey_stands_beside_the_password() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let mut key = passkey(&town, &claire, "first").await;
        let token = step(&town, CLAIRE).await;
        let challenge = town.directory.step_challenge(&token).await.unwrap().unwrap();
        let answer = key.get(&challenge.options);
        let enter = |answer: String| {
            let (directory, token) = (town.directory.clone(), token.clone());
            async move { directory.enter_with_passkey(&token, &answer, ip(HERE), "Firefox").await }
        };
        let mut other = Authenticator::new("first");
        other.create(&town.directory.begin_passkey(&claire).await.unwrap().options);
        assert!(
            enter(other.get(&challenge.options)).await.is_err(),
            "somebody else's key under the same name"
        );
        key.origin = "https://evil.test";
        assert!(enter(key.get(&challenge.options)).await.is_err(), "a page that looks like ours");
        enter(answer.clone()).await.unwrap();
        assert!(matches!(enter(answer).await, Err(StepRefusal::Over)));
    }
}

#[tokio::test]
async fn a_passkey_that_verified_its_user_signs_in_by_itself() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let mut key = passkey(&town, &claire, "first").await;
        let sign_in = async |key: &mut Authenticator| {
            let challenge = town.directory.passkey_challenge(ip(HERE)).await.unwrap().unwrap();
            let answer = key.get(&challenge.options);
            let first =
                town.directory.sign_in_with_passkey(&challenge.token, &answer, ip(HERE), "Firefox").await;
            let second =
                town.directory.sign_in_with_passkey(&challenge.token, &answer, ip(HERE), "Firefox").await;
            assert!(second.is_err(), "a challenge is answered once");
            first
        };
        let token = sign_in(&mut key).await.unwrap();
        assert_eq!(town.directory.session(&token).await.unwrap().unwrap().login, CLAIRE);
        key.verifies_user = false;
        assert!(sign_in(&mut key).await.is_err(), "whoever finds the key is not its owner");
        key.verifies_user = true;
        sign_in(&mut key).await.unwrap();
        assert!(sign_in(&mut Authenticator::new("unknown")).await.is_err());
        let info = town.operator.user(claire.user).await.unwrap();
        town.operator
            .create_user(NewUser {
                organisation: town.valbois,
                login: Address::parse("eve@valbois.test").unwrap(),
                name: "Eve".to_owned(),
                role: Role::LegalOwner,
                password: Zeroizing::new(CHOSEN.to_owned()),
            })
            .await
            .unwrap();
        let change = UserChange { is_disabled: Some(true), ..UserChange::default() };
        town.operator.change_user(info.id, change).await.unwrap();
        let refused = sign_in(&mut key).await.unwrap_err();
        assert!(matches!(refused, StepRefusal::Refused(AuthRefusal::Disabled)), "{refused}");
    }
}

#[tokio::test]
async fn without_a_host_name_there_are_no_passkeys() {
    for town in towns_with(Options::default()).await {
        person(&town, CLAIRE, town.valbois).await;
        let claire = session(&town, CLAIRE).await;
        assert!(town.directory.relying_party().is_none());
        assert!(town.directory.begin_passkey(&claire).await.unwrap_err().is_refusal());
        assert!(town.directory.passkey_challenge(ip(HERE)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn whoever_takes_away_proves_it_again_and_every_other_session_ends() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        let Entrance::Session(elsewhere) = enter(&town, CLAIRE).await else { panic!("no session") };
        set_up(&town, &claire).await;
        assert!(town.directory.session(&elsewhere).await.unwrap().is_none(), "a new factor ends the others");
        let factors = town.directory.own_factors(&claire).await.unwrap();
        let (id, called) = (factors.all[0].id, factors.all[0].name.clone());
        let fresh = town.directory.recently_proved(&claire).unwrap();
        assert!(
            town.directory.remove_own_factor(&claire, fresh, id).await.is_err(),
            "signing in is not enough"
        );
        let wrong = Proof::Password(Zeroizing::new("something else".to_owned()));
        assert!(town.directory.prove(&claire, wrong, ip(HERE)).await.is_err());
        let denis = session(&town, "denis@acme.test").await;
        let his = proved(&town, &denis).await;
        assert!(town.directory.remove_own_factor(&claire, his, id).await.is_err(), "somebody else's proof");
        assert!(town.directory.remove_own_factor(&denis, his, id).await.is_err(), "somebody else's factor");
        let hers = proved(&town, &claire).await;
        town.directory.remove_own_factor(&claire, hers, id).await.unwrap();
        let gone = vec![("second factor".to_owned(), called)];
        let told = format!("{CLAIRE} change own account: {CLAIRE}");
        assert_eq!(town.newest(town.valbois).await, (told, gone, Vec::new()));
        assert_eq!(town.directory.own_factors(&claire).await.unwrap(), Default::default());
        town.world.clock.advance(limits::RECENTLY_SIGNED_IN);
        assert!(town.directory.recently_proved(&claire).is_none());
    }
}

#[tokio::test]
async fn another_password_keeps_this_session_and_ends_the_others() {
    for town in people().await {
        let Entrance::Session(here) = enter(&town, CLAIRE).await else { panic!("no session") };
        let Entrance::Session(elsewhere) = enter(&town, CLAIRE).await else { panic!("no session") };
        let claire = town.directory.session(&here).await.unwrap().unwrap();
        let proof = proved(&town, &claire).await;
        let short = Zeroizing::new("short".to_owned());
        assert!(town.directory.change_own_password(&claire, proof, &short).await.unwrap_err().is_refusal());
        let new = Zeroizing::new("une autre phrase".to_owned());
        town.directory.change_own_password(&claire, proof, &new).await.unwrap();
        assert!(town.directory.session(&here).await.unwrap().is_some());
        assert!(town.directory.session(&elsewhere).await.unwrap().is_none());
        assert!(town.directory.sign_in(CLAIRE, CHOSEN, ip(HERE)).await.is_err());
        town.directory.sign_in(CLAIRE, &new, ip(HERE)).await.unwrap();
    }
}

#[tokio::test]
async fn an_organisation_that_asks_for_a_second_factor_keeps_the_last_one() {
    for town in people().await {
        let asks = SettingsChange { requires_second_factor: Some(true), ..SettingsChange::default() };
        town.tenant(town.valbois).change_settings(town.valbois, asks.clone()).await.unwrap();
        let other = town.tenant(town.acme).change_settings(town.valbois, asks).await.unwrap_err();
        assert!(matches!(other, DirectoryError::NotFound { .. }), "{other}");
        let claire = session(&town, CLAIRE).await;
        assert!(claire.is_second_factor_required && !claire.has_second_factor);
        assert!(!session(&town, "denis@acme.test").await.is_second_factor_required);
        set_up(&town, &claire).await;
        let id = town.directory.own_factors(&claire).await.unwrap().all[0].id;
        let proof = proved(&town, &claire).await;
        assert!(town.directory.remove_own_factor(&claire, proof, id).await.unwrap_err().is_refusal());
        passkey(&town, &claire, "second").await;
        town.directory.remove_own_factor(&claire, proof, id).await.unwrap();
    }
}

#[tokio::test]
async fn administrators_see_and_remove_the_factors_of_their_own_people_only() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        set_up(&town, &claire).await;
        let acme = town.tenant(town.acme).in_role(Role::LegalOwner);
        let refused = acme.factors(claire.user).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        let valbois = town.tenant(town.valbois);
        let factors = valbois.factors(claire.user).await.unwrap();
        assert_eq!(factors[0].kind, FactorKind::Totp);
        let refused = acme.remove_factor(claire.user, factors[0].id).await.unwrap_err();
        assert!(matches!(refused, DirectoryError::NotFound { .. }), "{refused}");
        let refused = valbois.remove_factor(claire.user, factors[0].id).await.unwrap_err();
        assert!(refused.is_refusal(), "an administrator does not get at a legal owner: {refused}");
        valbois.in_role(Role::LegalOwner).remove_factor(claire.user, factors[0].id).await.unwrap();
        let gone = vec![("second factor".to_owned(), factors[0].name.clone())];
        let told = format!("test remove second factor: {CLAIRE}");
        assert_eq!(town.newest(town.valbois).await, (told, gone, Vec::new()));
        session(&town, CLAIRE).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_codes_at_the_same_time_a_step_bears_five() {
    for town in people().await {
        let claire = session(&town, CLAIRE).await;
        set_up(&town, &claire).await;
        let token = step(&town, CLAIRE).await;
        let tries: Vec<_> = (0..50)
            .map(|guess| {
                let (directory, token) = (town.directory.clone(), token.clone());
                let source = ip(&format!("198.51.100.{guess}"));
                tokio::spawn(async move { directory.enter_with_code(&token, "000000", source, "").await })
            })
            .collect();
        for tried in tries {
            assert!(tried.await.unwrap().is_err());
        }
        let operator = town.db.operator("test");
        let counted = operator
            .read(|tx| {
                tx.query_one("SELECT failures FROM ceremony WHERE kind = 'step'", db::values![], |row| {
                    row.integer(0)
                })
            })
            .await
            .unwrap();
        assert_eq!(counted, Some(limits::CEREMONY_FAILURES_LIMIT), "no more were compared");
    }
}
