//! People who only receive secured letters: what their account opens, how it is got back, who takes its place; and whose
//! letters somebody may open.

use std::time::Duration;

use model::{OrganisationId, UserId};
use zeroize::Zeroizing;

use super::{CHOSEN, MIGRATIONS, TABLES, Town, address, ip, towns, towns_on};
use crate::{
    AddressProof, AuthRefusal, Directory, DirectoryError, Entrance, Forgotten, NewMember, NewRecipient,
    NewUser, NotReplaced, Opens, Options, Proof, Role, Scope, Session, StepRefusal, UserChange, UserInfo,
};

const HERE: &str = "192.0.2.7";
const ZED: &str = "zed@else.test";

async fn opened(town: &Town, login: &str) -> String {
    let new = NewRecipient {
        login: address(login),
        password: Zeroizing::new(CHOSEN.to_owned()),
        language: Some("de".to_owned()),
        source: ip(HERE),
    };
    let signed_in = town.directory.open_recipient(new).await.unwrap();
    match town.directory.enter(&signed_in, ip(HERE), "Firefox").await.unwrap() {
        Entrance::Session(token) => token.to_string(),
        Entrance::Step(_) => panic!("a new account has no second factor"),
    }
}

async fn session(town: &Town, token: &str) -> Session {
    town.directory.portal_session(token).await.unwrap().unwrap()
}

async fn user(town: &Town, login: &str, organisation: OrganisationId) -> Result<UserInfo, DirectoryError> {
    let new = NewUser {
        organisation,
        login: address(login),
        name: "Somebody".to_owned(),
        role: Role::External,
        password: Zeroizing::new("another passphrase".to_owned()),
    };
    town.tenant(organisation).create_user(new).await
}

/// A platform person's session.
async fn session_of(town: &Town, login: &str) -> Session {
    let signed_in = town.directory.sign_in(login, "another passphrase", ip(HERE)).await.unwrap();
    match town.directory.enter(&signed_in, ip(HERE), "Firefox").await.unwrap() {
        Entrance::Session(token) => town.directory.session(&token).await.unwrap().unwrap(),
        Entrance::Step(_) => panic!("{login} has a second factor"),
    }
}

/// The code that an application shows.
fn totp(town: &Town, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(town.world.clock.now().0 as u64 / 1000).to_string()
}

/// Sets an application up; gives its secret and the recovery codes.
async fn secured(town: &Town, session: &Session) -> (String, Vec<String>) {
    let setup = town.directory.begin_totp(session).await.unwrap();
    let proved = town.directory.recently_proved(session).unwrap();
    let code = totp(town, &setup.secret);
    let codes = town.directory.add_totp(session, proved, &setup.token, &code, "Telefon").await.unwrap();
    town.world.clock.advance(Duration::from_secs(60));
    (setup.secret.to_string(), codes.iter().map(|code| code.to_string()).collect())
}

/// The newest code that was sent.
async fn code(town: &Town) -> String {
    let all = town.directory.waiting_notices().await.unwrap();
    let codes: Vec<_> = all.into_iter().filter(|notice| notice.kind == "portal-code").collect();
    codes.last().unwrap().detail.clone()
}

fn forgotten(code: &str, factor: &str) -> Forgotten {
    Forgotten {
        login: address(ZED),
        code: Zeroizing::new(code.to_owned()),
        second_factor: Zeroizing::new(factor.to_owned()),
        password: Zeroizing::new("a new passphrase".to_owned()),
        source: ip(HERE),
    }
}

fn is_wrong(result: Result<(), NotReplaced>) -> bool {
    matches!(result, Err(NotReplaced::Refused(AuthRefusal::Wrong)))
}

#[tokio::test]
async fn a_recipient_is_known_at_the_portal_and_nowhere_else() {
    for town in towns().await {
        let token = opened(&town, "Zed@Else.test").await;
        let known = session(&town, &token).await;
        assert_eq!((known.login.as_str(), known.language.as_deref()), (ZED, Some("de")));
        assert!(known.is_recipients() && !known.is_member && !known.has_second_factor);
        assert!(
            town.directory.session(&token).await.unwrap().is_none(),
            "the Manager and the API know nobody"
        );
        let refused = town.directory.sign_in(ZED, CHOSEN, ip(HERE)).await;
        assert!(matches!(refused, Err(AuthRefusal::Wrong)), "as whoever is unknown: {refused:?}");
        town.directory.sign_in_at_portal(ZED, CHOSEN, ip(HERE)).await.unwrap();
        let wrong = town.directory.sign_in_at_portal(ZED, "wrong", ip(HERE)).await;
        assert!(matches!(wrong, Err(AuthRefusal::Wrong)));
        // No list has them, and nobody can ask them to belong to an organisation by their name.
        assert!(town.operator.users(None).await.unwrap().is_empty());
        assert!(town.operator.user_called(&address(ZED)).await.is_err());
        assert!(town.operator.user(known.user).await.is_err());
        assert!(town.operator.change_user(known.user, UserChange::default()).await.is_err());
        assert!(town.operator.delete_user(known.user).await.is_err());
        let asked = NewMember { organisation: town.valbois, login: address(ZED), role: Role::External };
        assert!(town.tenant(town.valbois).add_member(asked).await.is_err());
        assert_eq!(town.operator.organisations().await.unwrap().len(), 2);
        let again = NewRecipient {
            login: address(ZED),
            password: Zeroizing::new(CHOSEN.to_owned()),
            language: None,
            source: ip(HERE),
        };
        assert!(matches!(town.directory.open_recipient(again).await, Err(DirectoryError::Conflict { .. })));
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_from_the_first_sign_in_after_it_was_set_up() {
    for town in towns().await {
        let token = opened(&town, ZED).await;
        let (secret, codes) = secured(&town, &session(&town, &token).await).await;
        assert_eq!(codes.len(), 10);
        let signed_in = town.directory.sign_in_at_portal(ZED, CHOSEN, ip(HERE)).await.unwrap();
        let Entrance::Step(step) = town.directory.enter(&signed_in, ip(HERE), "").await.unwrap() else {
            panic!("no second factor is asked for");
        };
        let wrong = town.directory.enter_with_code(&step, "000000", ip(HERE), "").await;
        assert!(matches!(wrong, Err(StepRefusal::Refused(AuthRefusal::Wrong))));
        let entered =
            town.directory.enter_with_code(&step, &totp(&town, &secret), ip(HERE), "").await.unwrap();
        assert!(session(&town, &entered).await.has_second_factor);
        assert!(town.directory.session(&entered).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_forgotten_password_needs_the_mailbox_and_the_second_factor() {
    for town in towns().await {
        let token = opened(&town, ZED).await;
        let (secret, codes) = secured(&town, &session(&town, &token).await).await;
        assert!(town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap());
        let first = code(&town).await;
        assert!(town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap());
        let newest = code(&town).await;
        if first != newest {
            assert!(is_wrong(town.directory.replace_forgotten_password(forgotten(&first, &codes[0])).await));
        }
        for factor in ["", "000000", "aaaaa-aaaaa"] {
            let mailbox_alone = town.directory.replace_forgotten_password(forgotten(&newest, factor)).await;
            assert!(is_wrong(mailbox_alone), "«{factor}» is no second factor");
        }
        let mut weak = forgotten(&newest, &codes[0]);
        weak.password = Zeroizing::new("short".to_owned());
        let refused = town.directory.replace_forgotten_password(weak).await;
        assert!(matches!(refused, Err(NotReplaced::Password(_))));
        town.directory.sign_in_at_portal(ZED, CHOSEN, ip(HERE)).await.unwrap();
        town.directory.replace_forgotten_password(forgotten(&newest, &totp(&town, &secret))).await.unwrap();
        assert!(town.directory.portal_session(&token).await.unwrap().is_none(), "every session ended");
        town.directory.sign_in_at_portal(ZED, "a new passphrase", ip(HERE)).await.unwrap();
        // A code is good once, and a recovery code does as well.
        assert!(is_wrong(town.directory.replace_forgotten_password(forgotten(&newest, &codes[1])).await));
        assert!(town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap());
        let other = code(&town).await;
        town.directory.replace_forgotten_password(forgotten(&other, &codes[2])).await.unwrap();
    }
}

#[tokio::test]
async fn codes_for_a_new_password_end_and_tell_nobody_whether_there_is_an_account() {
    for town in towns().await {
        opened(&town, ZED).await;
        user(&town, "marc@valbois.test", town.valbois).await.unwrap();
        // Nothing goes to an address without such an account, and the answers are the same.
        for nobody in ["nobody@else.test", "marc@valbois.test"] {
            for asked in 0..7 {
                let sent =
                    town.directory.send_recipient_code(&address(nobody), ip("192.0.2.9")).await.unwrap();
                assert_eq!(sent, asked < 5, "{nobody} {asked}");
            }
        }
        for asked in 0..7 {
            let sent = town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap();
            assert_eq!(sent, asked < 5, "{asked}");
        }
        let told = town.directory.waiting_notices().await.unwrap();
        assert!(told.iter().filter(|told| told.kind == "portal-code").all(|told| told.login == ZED));
        // Too old, or tried too often.
        let newest = code(&town).await;
        town.world.clock.advance(Duration::from_secs(11 * 60));
        assert!(is_wrong(town.directory.replace_forgotten_password(forgotten(&newest, "")).await));
        town.world.clock.advance(Duration::from_secs(3600));
        assert!(town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap());
        let newest = code(&town).await;
        for guess in 1..6 {
            let guess = format!("{:08}", (newest.parse::<u32>().unwrap() + guess) % 100_000_000);
            assert!(is_wrong(town.directory.replace_forgotten_password(forgotten(&guess, "")).await));
        }
        assert!(is_wrong(town.directory.replace_forgotten_password(forgotten(&newest, "")).await));
        // One source asks for many addresses.
        for number in 0..25 {
            let somebody = address(&format!("n{number}@else.test"));
            let sent = town.directory.send_recipient_code(&somebody, ip("198.51.100.1")).await.unwrap();
            assert_eq!(sent, number < 20, "{number}");
        }
    }
}

#[tokio::test]
async fn a_user_of_the_domains_own_organisation_takes_the_place_and_nothing_that_was_shown_with_it() {
    for town in towns().await {
        // Elsewhere, nobody has shown whose mailbox it is: the account stays.
        let elsewhere = opened(&town, ZED).await;
        user(&town, ZED, town.valbois).await.unwrap();
        assert!(town.directory.portal_session(&elsewhere).await.unwrap().is_some());
        town.mailbox("eve@valbois.test").await;
        let token = opened(&town, "eve@valbois.test").await;
        secured(&town, &session(&town, &token).await).await;
        let old = session(&town, &token).await.user;
        let refused = user(&town, "eve@valbois.test", town.acme).await;
        assert!(matches!(refused, Err(DirectoryError::Invalid { .. })), "nobody else's: {refused:?}");
        assert!(town.directory.portal_session(&token).await.unwrap().is_some());
        let new = user(&town, "eve@valbois.test", town.valbois).await.unwrap();
        assert_ne!(new.id, old);
        assert!(town.directory.portal_session(&token).await.unwrap().is_none());
        let former = town.directory.sign_in_at_portal("eve@valbois.test", CHOSEN, ip(HERE)).await;
        assert!(matches!(former, Err(AuthRefusal::Wrong)));
        let session = session_of(&town, "eve@valbois.test").await;
        assert!(!session.has_second_factor, "the second factor is nobody's but its owner's");
        let operator = town.db.operator("test");
        let holder = operator.read(|tx| crate::login_holder(tx, "eve@valbois.test")).await.unwrap();
        assert_eq!(holder, Some(new.id));
        let trail = trail::Trail::new(town.db.clone());
        let entries = trail.changes(Some(town.valbois), db::Seek::first(5)).await.unwrap().items;
        let made = entries.into_iter().find(|entry| entry.action == "create user").unwrap();
        assert!(
            made.after.iter().any(|(name, value)| (name, value) == ("recipient replaced", "yes")),
            "{made:?}"
        );
        let told = town.directory.waiting_notices().await.unwrap();
        assert!(told.iter().any(|told| told.kind == "portal-replaced" && told.login == "eve@valbois.test"));
    }
}

#[tokio::test]
async fn a_recipient_deletes_the_own_account_and_nobody_elses() {
    for town in towns().await {
        let token = opened(&town, ZED).await;
        let zed = session(&town, &token).await;
        let proof = || Proof::Password(Zeroizing::new(CHOSEN.to_owned()));
        let proved = town.directory.prove(&zed, proof(), ip(HERE)).await.unwrap();
        let other = opened(&town, "eve@else.test").await;
        let other = session(&town, &other).await;
        assert!(town.directory.delete_recipient(&other, proved).await.is_err(), "the proof is another's");
        town.directory.delete_recipient(&zed, proved).await.unwrap();
        assert!(town.directory.portal_session(&token).await.unwrap().is_none());
        assert!(!town.directory.has_account(&address(ZED)).await.unwrap());
        // A user of an organisation is deleted by its administrators.
        user(&town, "marc@valbois.test", town.valbois).await.unwrap();
        let marc = session_of(&town, "marc@valbois.test").await;
        let proof = Proof::Password(Zeroizing::new("another passphrase".to_owned()));
        let proved = town.directory.prove(&marc, proof, ip(HERE)).await.unwrap();
        assert!(town.directory.delete_recipient(&marc, proved).await.is_err());
        assert!(town.directory.has_account(&address("marc@valbois.test")).await.unwrap());
    }
}

async fn check_opens(town: &Town, session: &Session, to: &str, wanted: Option<Opens>) {
    let opens = town.directory.opens(session, &address(to)).await.unwrap();
    assert_eq!(opens, wanted, "{} and {to}", session.login);
}

#[tokio::test]
async fn letters_are_opened_by_whom_their_mail_comes_to() {
    for town in towns().await {
        let info = town.mailbox("info@valbois.test").await;
        town.mailbox("marc@valbois.test").await;
        town.alias("service@valbois.test", &["marc@valbois.test", "info@valbois.test"]).await;
        town.alias("other@valbois.test", &["round@valbois.test"]).await;
        town.alias("round@valbois.test", &["other@valbois.test"]).await;
        town.alias("far@valbois.test", &["service@valbois.test", "zed@else.test"]).await;
        user(&town, "marc@valbois.test", town.valbois).await.unwrap();
        let clerk = user(&town, "clerk@elsewhere.test", town.valbois).await.unwrap();
        grant(&town, info, clerk.id).await;
        let marc = session_of(&town, "marc@valbois.test").await;
        let clerk_in = session_of(&town, "clerk@elsewhere.test").await;
        let zed = session(&town, &opened(&town, ZED).await).await;
        let own = [("marc@valbois.test", Some(Opens::Own)), ("Marc@valbois.test", Some(Opens::Own))];
        let by_name = ["marc+list@valbois.test", "service@valbois.test", "far@valbois.test"];
        for (to, wanted) in own.into_iter().chain(by_name.map(|to| (to, Some(Opens::Acting)))) {
            check_opens(&town, &marc, to, wanted).await;
        }
        for other in
            ["info@valbois.test", "anna@valbois.test", "round@valbois.test", "zed@else.test", "x@acme.test"]
        {
            check_opens(&town, &marc, other, None).await;
        }
        // Who reads a shared mailbox, with a login that an administrator wrote down.
        check_opens(&town, &clerk_in, "info@valbois.test", Some(Opens::Acting)).await;
        check_opens(&town, &clerk_in, "service@valbois.test", Some(Opens::Acting)).await;
        check_opens(&town, &clerk_in, "clerk@elsewhere.test", Some(Opens::Unproved)).await;
        check_opens(&town, &clerk_in, "marc@valbois.test", None).await;
        check_opens(&town, &zed, ZED, Some(Opens::Own)).await;
        check_opens(&town, &zed, "far@valbois.test", Some(Opens::Acting)).await;
        check_opens(&town, &zed, "service@valbois.test", None).await;
        // Who left today opens nothing more.
        let blocked = UserChange { is_disabled: Some(true), ..UserChange::default() };
        town.tenant(town.valbois).change_user(clerk.id, blocked).await.unwrap();
        check_opens(&town, &clerk_in, "info@valbois.test", None).await;
        let again = UserChange { is_disabled: Some(false), ..UserChange::default() };
        town.tenant(town.valbois).change_user(clerk.id, again).await.unwrap();
        check_opens(&town, &clerk_in, "info@valbois.test", Some(Opens::Acting)).await;
        town.tenant(town.valbois).revoke_access(info, clerk.id).await.unwrap();
        check_opens(&town, &clerk_in, "info@valbois.test", None).await;
    }
}

async fn grant(town: &Town, mailbox: model::AddressId, user: UserId) {
    town.tenant(town.valbois).grant_access(mailbox, user, None, AddressProof::Machine).await.unwrap();
}

/// An account that somebody asks for who has shown the mailbox.
async fn joined(town: &Town, login: &str) -> Result<(), DirectoryError> {
    let new = NewRecipient {
        login: address(login),
        password: Zeroizing::new(CHOSEN.to_owned()),
        language: None,
        source: ip(HERE),
    };
    town.directory.open_recipient(new).await.map(drop)
}

#[tokio::test]
async fn nobody_opens_an_account_alone_for_what_several_read() {
    for town in towns().await {
        let office = town.mailbox("greffe@valbois.test").await;
        let clerk = user(&town, "clerk@valbois.test", town.valbois).await.unwrap();
        town.tenant(town.valbois).grant_access(office, clerk.id, None, AddressProof::Machine).await.unwrap();
        town.mailbox("read@valbois.test").await;
        let reading = crate::NewApplication {
            organisation: town.valbois,
            name: "registry".to_owned(),
            senders: vec!["valbois.test".parse().unwrap()],
            reads: vec![address("read@valbois.test")],
            hourly_limit: None,
            size_limit_bytes: None,
        };
        town.tenant(town.valbois).create_application(reading).await.unwrap();
        town.alias("all@valbois.test", &["anna@valbois.test", "greffe@valbois.test"]).await;
        for shared in [
            "greffe@valbois.test",
            "read@valbois.test",
            "all@valbois.test",
            "anna+list@valbois.test",
            "postmaster@valbois.test",
            "nobody@valbois.test",
        ] {
            let refused = joined(&town, shared).await;
            assert!(
                matches!(refused, Err(DirectoryError::Invalid { field: "login", .. })),
                "{shared}: {refused:?}"
            );
        }
        joined(&town, "anna@valbois.test").await.unwrap();
        joined(&town, "zed@else.test").await.unwrap();
    }
}

#[tokio::test]
async fn an_account_opens_nothing_more_of_a_mailbox_that_others_read_since() {
    for town in towns().await {
        let office = town.mailbox("greffe@valbois.test").await;
        let session = session(&town, &opened(&town, "greffe@valbois.test").await).await;
        check_opens(&town, &session, "greffe@valbois.test", Some(Opens::Own)).await;
        assert!(town.directory.proved_address(&session).await.unwrap().is_some());
        let clerk = user(&town, "clerk@valbois.test", town.valbois).await.unwrap();
        town.tenant(town.valbois).grant_access(office, clerk.id, None, AddressProof::Machine).await.unwrap();
        check_opens(&town, &session, "greffe@valbois.test", None).await;
        assert_eq!(town.directory.proved_address(&session).await.unwrap(), None);
        let clerk_in = session_of(&town, "clerk@valbois.test").await;
        check_opens(&town, &clerk_in, "greffe@valbois.test", Some(Opens::Acting)).await;
        // Nor where the domain came here later, with the mailbox of several.
        let elsewhere = self::session(&town, &opened(&town, ZED).await).await;
        check_opens(&town, &elsewhere, ZED, Some(Opens::Own)).await;
        let domain = model::Domain::parse("else.test").unwrap();
        town.operator.create_domain(town.valbois, None, &domain).await.unwrap();
        check_opens(&town, &elsewhere, ZED, None).await;
        town.mailbox(ZED).await;
        check_opens(&town, &elsewhere, ZED, Some(Opens::Own)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_second_factors_at_the_same_time_a_code_for_a_new_password_bears_five() {
    for town in towns().await {
        let token = opened(&town, ZED).await;
        let (_, codes) = secured(&town, &session(&town, &token).await).await;
        town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap();
        let newest = code(&town).await;
        let tries: Vec<_> = (0..50)
            .map(|guess| {
                let (directory, mut shown) = (town.directory.clone(), forgotten(&newest, "000000"));
                shown.source = ip(&format!("198.51.100.{guess}"));
                tokio::spawn(async move { directory.replace_forgotten_password(shown).await })
            })
            .collect();
        for tried in tries {
            assert!(tried.await.unwrap().is_err());
        }
        let operator = town.db.operator("test");
        let counted = operator
            .read(|tx| {
                tx.query_one("SELECT failures FROM recipient_code", db::values![], |row| row.integer(0))
            })
            .await
            .unwrap();
        assert_eq!(counted, Some(5), "no more were compared");
        let mut right = forgotten(&newest, &codes[0]);
        right.source = ip("203.0.113.1");
        assert!(town.directory.replace_forgotten_password(right).await.is_err());
    }
}

#[tokio::test]
async fn a_login_that_an_administrator_wrote_down_keeps_nobody_from_the_own_mailbox() {
    for town in towns().await {
        // Acme writes zed's address down, signs in with it, and sets a second factor up.
        let written = user(&town, ZED, town.acme).await.unwrap();
        let theirs = session_of(&town, ZED).await;
        secured(&town, &theirs).await;
        check_opens(&town, &theirs, ZED, Some(Opens::Unproved)).await;
        assert!(!town.directory.has_account(&address(ZED)).await.unwrap());
        // Whoever shows the mailbox opens an account all the same; at the portal the login is theirs from then on.
        let token = opened(&town, ZED).await;
        let own = session(&town, &token).await;
        assert!(own.user != written.id && own.is_recipients());
        assert!(town.directory.has_account(&address(ZED)).await.unwrap());
        check_opens(&town, &own, ZED, Some(Opens::Own)).await;
        // Nor does it help whoever reads along in the mailbox around the second factor of its owner.
        check_opens(&town, &theirs, ZED, None).await;
        let again = joined(&town, ZED).await;
        assert!(matches!(again, Err(DirectoryError::Conflict { .. })), "{again:?}");
        let at_portal = town.directory.sign_in_at_portal(ZED, CHOSEN, ip(HERE)).await.unwrap();
        assert_eq!(at_portal.user, own.user);
        assert!(town.directory.sign_in_at_portal(ZED, "another passphrase", ip(HERE)).await.is_err());
        // At the Manager it is the user's as before, with the own password and second factor.
        let at_manager = town.directory.sign_in(ZED, "another passphrase", ip(HERE)).await.unwrap();
        assert_eq!(at_manager.user, written.id);
        assert!(town.directory.sign_in(ZED, CHOSEN, ip(HERE)).await.is_err());
        // A forgotten password is the recipient's, and needs no second factor of somebody else.
        assert!(town.directory.send_recipient_code(&address(ZED), ip(HERE)).await.unwrap());
        town.directory.replace_forgotten_password(forgotten(&code(&town).await, "")).await.unwrap();
        town.directory.sign_in_at_portal(ZED, "a new passphrase", ip(HERE)).await.unwrap();
        town.directory.sign_in(ZED, "another passphrase", ip(HERE)).await.unwrap();
        // That the user goes cuts nothing off from what the recipient sees.
        town.tenant(town.acme).delete_user(written.id).await.unwrap();
        let operator = town.db.operator("test");
        assert_eq!(operator.read(|tx| crate::login_ended(tx, ZED)).await.unwrap(), None);
        town.directory.sign_in_at_portal(ZED, "a new passphrase", ip(HERE)).await.unwrap();
        // Nor does one who was never more than written down.
        let other = user(&town, "yan@else.test", town.acme).await.unwrap();
        town.tenant(town.acme).delete_user(other.id).await.unwrap();
        assert_eq!(operator.read(|tx| crate::login_ended(tx, "yan@else.test")).await.unwrap(), None);
    }
}

#[tokio::test]
async fn whoever_makes_users_learns_nothing_of_who_has_an_account_for_letters() {
    for town in towns().await {
        let zed = opened(&town, ZED).await;
        town.mailbox("eve@valbois.test").await;
        opened(&town, "eve@valbois.test").await;
        let said = |made: Result<UserInfo, DirectoryError>, login: &str| match made {
            Ok(_) => "made".to_owned(),
            Err(error) => error.to_string().replace(login, "…"),
        };
        for [has, has_none] in [[ZED, "yan@else.test"], ["eve@valbois.test", "nobody@valbois.test"]] {
            let [one, other] = [
                said(user(&town, has, town.acme).await, has),
                said(user(&town, has_none, town.acme).await, has_none),
            ];
            assert_eq!(one, other, "{has}");
        }
        // Once the domain is theirs, its organisation decides who has the address: both are not its owner at once.
        let own = session(&town, &zed).await;
        let domain = model::Domain::parse("else.test").unwrap();
        town.operator.create_domain(town.acme, None, &domain).await.unwrap();
        town.mailbox(ZED).await;
        check_opens(&town, &own, ZED, None).await;
        check_opens(&town, &session_of(&town, ZED).await, ZED, Some(Opens::Own)).await;
    }
}

#[tokio::test]
async fn an_account_ends_once_others_have_read_its_mailbox_for_two_months() {
    const DAY: Duration = Duration::from_secs(86_400);
    const GREFFE: &str = "greffe@valbois.test";
    for town in towns().await {
        let office = town.mailbox(GREFFE).await;
        let token = opened(&town, GREFFE).await;
        opened(&town, ZED).await;
        town.mailbox("anna2@valbois.test").await;
        opened(&town, "anna2@valbois.test").await;
        let clerk = user(&town, "clerk@valbois.test", town.valbois).await.unwrap();
        let end = async || town.directory.end_shared_recipients().await.unwrap();
        // Somebody stands in during the holidays.
        grant(&town, office, clerk.id).await;
        assert_eq!(end().await, 0);
        town.world.clock.advance(40 * DAY);
        assert_eq!(end().await, 0);
        town.tenant(town.valbois).revoke_access(office, clerk.id).await.unwrap();
        assert_eq!(end().await, 0);
        grant(&town, office, clerk.id).await;
        assert_eq!(end().await, 0);
        town.world.clock.advance(40 * DAY);
        assert_eq!(end().await, 0, "the days before do not count");
        assert!(town.directory.has_account(&address(GREFFE)).await.unwrap());
        town.world.clock.advance(21 * DAY);
        assert_eq!(end().await, 1);
        assert!(town.directory.portal_session(&token).await.unwrap().is_none());
        for (login, has) in [(GREFFE, false), (ZED, true), ("anna2@valbois.test", true)] {
            assert_eq!(town.directory.has_account(&address(login)).await.unwrap(), has, "{login}");
        }
        let told = town.directory.waiting_notices().await.unwrap();
        assert!(told.iter().any(|told| told.kind == "portal-shared" && told.login == GREFFE));
        let trail = trail::Trail::new(town.db.clone());
        let entries = trail.changes(Some(town.valbois), db::Seek::first(5)).await.unwrap().items;
        assert!(entries.iter().any(|entry| entry.action == "end account of a shared mailbox"));
        assert_eq!(end().await, 0);
        // It does not come to life again for whoever had it, when the mailbox is somebody else's alone.
        town.tenant(town.valbois).revoke_access(office, clerk.id).await.unwrap();
        assert!(town.directory.portal_session(&token).await.unwrap().is_none());
        joined(&town, GREFFE).await.unwrap();
    }
}

#[tokio::test]
async fn people_of_before_keep_their_accounts_when_the_logins_of_recipients_are_parted_from_theirs() {
    let before = db::Migrations { steps: &MIGRATIONS.steps[..24], ..MIGRATIONS };
    let databases = db::testing::migrated(&[trail::MIGRATIONS, before]);
    for town in towns_on(databases, Options::default()).await {
        user(&town, "vera@else.test", town.acme).await.unwrap();
        let token = opened(&town, ZED).await;
        let known = town.operator.users(None).await.unwrap();
        // The program of now, on the same tables.
        let db = db::testing::another(&town.db);
        db.migrate(&TABLES).unwrap();
        let directory = Directory::new(db.clone(), town.world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let town = Town { db, directory, operator, ..town };
        assert_eq!(town.operator.users(None).await.unwrap(), known);
        assert_eq!(session(&town, &token).await.login, ZED);
        assert_eq!(session_of(&town, "vera@else.test").await.login, "vera@else.test");
        opened(&town, "vera@else.test").await;
        let twice = user(&town, "vera@else.test", town.valbois).await.unwrap_err();
        assert!(matches!(twice, DirectoryError::Conflict { field: "login", .. }), "{twice}");
    }
}
