//! Accounts at the portal: opened by a stranger, used, forgotten, deleted; shared mailboxes; passphrases.

use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::{AddressProof, NewAddress, NewUser, Role, Scope, UserChange, Zeroizing};
use mail_secure::{Mode, State};
use model::{Address, OrganisationId};

use super::{Answer, Browser, Portal, Sent, portals};

const LETTER: &str = "From: anna@valbois.test\r\nSubject: Bonjour\r\n\r\nsecret words\r\n";
const PASSWORD: &str = "une phrase de passe";
const MINUTE: Duration = Duration::from_secs(60);
const ZED: &str = "zed@else.test";

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let start = page.find(from).unwrap_or_else(|| panic!("«{from}» in {page}")) + from.len();
    &page[start..start + page[start..].find(to).unwrap()]
}

/// The code that an application shows whose secret stands on a page.
fn totp(portal: &Portal, page: &Answer) -> String {
    let secret =
        between(&page.text, "id=\"totp-secret\" class=\"secret\" tabindex=\"0\">", "<").replace(' ', "");
    code_of(portal, &secret)
}

fn code_of(portal: &Portal, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(portal.world.clock.now().0 as u64 / 1000).to_string()
}

/// Opens an account from the page of a letter, with a second factor; gives the secret and the recovery codes.
async fn join(portal: &Portal, browser: &mut Browser<'_>, place: &str) -> (String, Vec<String>) {
    browser.enter(place).await;
    let page = browser.get(place).await;
    assert!(page.text.contains("action=\"/safe/join\""), "{}", page.text);
    let form = browser.post("/safe/join", &[("next", place)]).await;
    assert!(form.text.contains(ZED) || form.text.contains("zoe@"), "{}", form.text);
    let fields = [("next", place), ("new", PASSWORD), ("repeated", PASSWORD)];
    let setup = browser.post("/safe/join/open", &fields).await;
    assert_eq!(setup.status, StatusCode::OK, "{}", setup.text);
    assert!(setup.text.contains("<svg"), "the QR code is drawn in the page");
    secured(portal, browser, place, &setup).await
}

async fn secured(
    portal: &Portal,
    browser: &mut Browser<'_>,
    place: &str,
    setup: &Answer,
) -> (String, Vec<String>) {
    let challenge = between(&setup.text, "name=\"challenge\" value=\"", "\"").to_owned();
    let secret =
        between(&setup.text, "id=\"totp-secret\" class=\"secret\" tabindex=\"0\">", "<").replace(' ', "");
    let wrong = [("next", place), ("challenge", &challenge), ("code", "000000")];
    assert_eq!(browser.post("/safe/account/totp", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = totp(portal, setup);
    let right = [("next", place), ("challenge", &challenge), ("code", &code)];
    let codes = browser.post("/safe/account/totp", &right).await;
    let found: Vec<String> =
        codes.text.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(found.len(), 10, "{}", codes.text);
    portal.world.clock.advance(MINUTE);
    (secret, found)
}

async fn state(portal: &Portal, sent: &Sent) -> State {
    portal.secure.seen(&sent.slot).await.unwrap().copy.state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_opens_an_account_agrees_once_and_accepts_a_registered_letter() {
    for portal in portals().await {
        let sent = portal.send(Mode::Registered, ZED, LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        let page = browser.get(&place).await.text;
        assert!(page.contains("/safe/sign-in?next=") && page.contains(&format!("{place}/code")), "{page}");
        join(&portal, &mut browser, &place).await;
        // Nothing before the agreement, whatever is asked.
        let page = browser.get(&place).await.text;
        assert!(page.contains(&format!("{place}/consent")) && page.contains("quittance signée"), "{page}");
        for form in ["accept", "refuse", "share", "read"] {
            let answer =
                browser.post(&format!("{place}/{form}"), &[("a", &sent.share), ("sure", "yes")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form}");
        }
        assert_eq!(state(&portal, &sent).await, State::Offered);
        let agreed = browser.post(&format!("{place}/consent"), &[]).await;
        assert_eq!(agreed.header("location"), format!("{place}?step=agreed"));
        assert!(browser.get(&place).await.text.contains(&format!("{place}/accept")));
        browser.post(&format!("{place}/accept"), &[]).await;
        assert_eq!(state(&portal, &sent).await, State::Consigned);
        let share = browser.post(&format!("{place}/share"), &[]).await;
        assert_eq!(share.status, StatusCode::OK, "{}", share.text);
        // The next letter asks for nothing more, and another address is another's.
        let next = portal.send(Mode::Personal, ZED, LETTER).await;
        let place = browser.arrive(&next).await;
        assert!(browser.get(&place).await.text.contains("id=\"opening\""));
        let other = portal.send(Mode::Personal, "eve@else.test", LETTER).await;
        let place = browser.arrive(&other).await;
        let page = browser.get(&place).await.text;
        assert!(page.contains("ne reçoit pas le courrier") && !page.contains("id=\"opening\""), "{page}");
        assert_eq!(browser.post(&format!("{place}/share"), &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.post(&format!("{place}/consent"), &[]).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_script_the_share_comes_through_the_opening_of_an_account() {
    for portal in portals().await {
        let sent = portal.send(Mode::Personal, ZED, LETTER).await;
        let mut browser = portal.browser();
        let encoded = STANDARD.encode(&sent.envelope);
        let a = sent.share.as_str();
        let hidden = format!("<input type=\"hidden\" name=\"a\" value=\"{a}\">");
        let page = browser.bring(&[("a", a.as_bytes()), ("envelope", encoded.as_bytes())]).await;
        let place = between(&page.text, "action=\"/safe/o/", "/").to_owned();
        let place = format!("/safe/o/{place}");
        let mut pages = vec![page];
        // The sign-in page has it as well, and brings it back.
        pages.push(browser.post("/safe/sign-in", &[("next", &place), ("a", a)]).await);
        pages.push(browser.post("/safe/forgotten", &[("next", &place), ("a", a)]).await);
        pages.push(browser.post(&format!("{place}/code"), &[("a", a)]).await);
        let code = portal.code().await;
        pages.push(browser.post(&format!("{place}/enter"), &[("a", a), ("code", &code)]).await);
        pages.push(browser.post("/safe/join", &[("next", &place), ("a", a)]).await);
        let fields = [("next", place.as_str()), ("a", a), ("new", PASSWORD), ("repeated", PASSWORD)];
        let setup = browser.post("/safe/join/open", &fields).await;
        let challenge = between(&setup.text, "name=\"challenge\" value=\"", "\"").to_owned();
        let code = totp(&portal, &setup);
        let fields = [("next", place.as_str()), ("a", a), ("challenge", &challenge), ("code", &code)];
        pages.push(setup);
        pages.push(browser.post("/safe/account/totp", &fields).await);
        pages.push(browser.post(&format!("{place}/next"), &[("a", a)]).await);
        pages.push(browser.post(&format!("{place}/consent"), &[("a", a)]).await);
        for page in &pages {
            assert!(page.text.contains(&hidden), "{}", page.text);
            let headers: String = page.headers.iter().map(|(_, value)| format!("{value:?}")).collect();
            assert!(
                !headers.contains(a) && !page.text.replace(&hidden, "").contains(a),
                "forms alone have it"
            );
        }
        let read = browser.post(&format!("{place}/read"), &[("a", a)]).await;
        assert!(read.text.contains("secret words"), "{}", read.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_opened_by_whoever_showed_the_mailbox_and_signed_in_to_with_both_factors() {
    for portal in portals().await {
        let sent = portal.send(Mode::Personal, ZED, LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        // Nobody, and somebody with another mailbox.
        let fields = [("next", place.as_str()), ("new", PASSWORD), ("repeated", PASSWORD)];
        assert_eq!(browser.post("/safe/join/open", &fields).await.status, StatusCode::FORBIDDEN);
        let mut eve = portal.browser();
        let other = portal.send(Mode::Personal, "eve@else.test", LETTER).await;
        let others = eve.arrive(&other).await;
        eve.enter(&others).await;
        for path in ["/safe/join", "/safe/join/open"] {
            assert_eq!(eve.post(path, &fields).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        for (new, repeated) in [("short", "short"), (PASSWORD, "another phrase"), ("", "")] {
            let fields = [("next", others.as_str()), ("new", new), ("repeated", repeated)];
            assert_eq!(eve.post("/safe/join/open", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let (secret, codes) = join(&portal, &mut browser, &place).await;
        // A second account for the address there is none of.
        let mut again = portal.browser();
        let again_at = again.arrive(&sent).await;
        again.enter(&again_at).await;
        let page = again.post("/safe/join", &[("next", &again_at)]).await;
        assert!(page.text.contains("déjà un compte"), "{}", page.text);
        let fields = [("next", again_at.as_str()), ("new", PASSWORD), ("repeated", PASSWORD)];
        assert_eq!(again.post("/safe/join/open", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Signing in anew asks for both; the pages of unknown and known logins are the same.
        let mut fresh = portal.browser();
        let mut wrong = Vec::new();
        for login in [ZED, "nobody@else.test"] {
            let fields = [("next", place.as_str()), ("login", login), ("password", "wrong, sadly")];
            let page = fresh.post("/safe/sign-in", &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            wrong.push(page.text.replace(login, "…"));
        }
        assert_eq!(wrong[0], wrong[1]);
        let fields = [("next", place.as_str()), ("login", ZED), ("password", PASSWORD)];
        let step = fresh.post("/safe/sign-in", &fields).await;
        assert!(!fresh.cookie.contains("session"), "the password alone is no session: {}", fresh.cookie);
        let token = between(&step.text, "name=\"step\" value=\"", "\"").to_owned();
        let fields = [("next", place.as_str()), ("step", &token), ("code", "000000")];
        assert_eq!(fresh.post("/safe/sign-in/step", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = code_of(&portal, &secret);
        let fields = [("next", place.as_str()), ("step", &token), ("code", &code)];
        assert_eq!(fresh.post("/safe/sign-in/step", &fields).await.header("location"), place);
        assert!(fresh.get(&place).await.text.contains(&format!("{place}/consent")));
        fresh.post("/safe/sign-out", &[("next", &place)]).await;
        assert!(fresh.get(&place).await.text.contains("/safe/sign-in?next="));
        // A recovery code does once.
        for is_right in [true, false] {
            let fields = [("next", place.as_str()), ("login", ZED), ("password", PASSWORD)];
            let step = fresh.post("/safe/sign-in", &fields).await;
            let token = between(&step.text, "name=\"step\" value=\"", "\"").to_owned();
            let fields = [("next", place.as_str()), ("step", &token), ("code", &codes[0])];
            let entered = fresh.post("/safe/sign-in/step", &fields).await;
            assert_eq!(entered.status == StatusCode::SEE_OTHER, is_right);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_replaced_with_the_mailbox_and_the_second_factor() {
    for portal in portals().await {
        let sent = portal.send(Mode::Personal, ZED, LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        let (_, codes) = join(&portal, &mut browser, &place).await;
        let mut fresh = portal.browser();
        let pages = [
            fresh.post("/safe/forgotten", &[("login", ZED)]).await.text.replace(ZED, "…"),
            fresh
                .post("/safe/forgotten", &[("login", "who@else.test")])
                .await
                .text
                .replace("who@else.test", "…"),
        ];
        assert_eq!(pages[0], pages[1], "nobody learns who has an account");
        let told = portal.directory.waiting_notices().await.unwrap();
        let told: Vec<_> = told.into_iter().filter(|told| told.kind == "portal-code").collect();
        assert_eq!((told.len(), told[0].login.as_str()), (1, ZED));
        let code = told[0].detail.clone();
        for (code, factor, wanted) in [
            (code.as_str(), "", StatusCode::UNPROCESSABLE_ENTITY),
            ("00000000", codes[0].as_str(), StatusCode::UNPROCESSABLE_ENTITY),
            (code.as_str(), codes[0].as_str(), StatusCode::OK),
            (code.as_str(), codes[1].as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let fields = [
                ("login", ZED),
                ("code", code),
                ("factor", factor),
                ("new", "another passphrase"),
                ("repeated", "another passphrase"),
            ];
            let answer = fresh.post("/safe/forgotten/password", &fields).await;
            assert_eq!(answer.status, wanted, "{factor}");
        }
        assert_eq!(
            browser.get("/safe/account").await.header("location"),
            "/safe/sign-in",
            "every session ended"
        );
        let fields = [("login", ZED), ("password", "another passphrase")];
        assert!(fresh.post("/safe/sign-in", &fields).await.text.contains("name=\"step\""));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_recipient_sets_counts_and_a_deleted_account_leaves_nothing() {
    for portal in portals().await {
        let sent = portal.send(Mode::Registered, ZED, LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        let (_, codes) = join(&portal, &mut browser, &place).await;
        let zed = Address::parse(ZED).unwrap();
        let page = browser.get("/safe/account").await;
        assert!(page.text.contains(ZED) && page.text.contains("/safe/account/delete"), "{}", page.text);
        // Every letter is accepted in advance by whoever has agreed to receive them.
        let choices = |registered: &'static str| [("language", "de"), ("registered", registered)];
        let early = browser.post("/safe/account/choices", &choices("accept")).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.post(&format!("{place}/consent"), &[]).await;
        let kept = browser.post("/safe/account/choices", &choices("accept")).await;
        assert!(kept.status == StatusCode::OK && kept.text.contains("lang=\"de\""), "{}", kept.text);
        let chosen = portal.secure.choices(&zed).await.unwrap();
        assert!(chosen.accepts_registered && chosen.consent.is_some(), "{chosen:?}");
        assert_eq!(chosen.language.map(mail_secure::Language::tag), Some("de"));
        browser.post("/safe/account/choices", &choices("block")).await;
        let blocked = portal.send(Mode::Registered, "zed+x@else.test", LETTER).await;
        assert_eq!(state(&portal, &blocked).await, State::Offered, "another address");
        assert!(portal.secure.choices(&zed).await.unwrap().blocks_registered);
        // Password and factors are changed with a proof.
        let new = ("new", "another passphrase");
        for (present, wanted) in [("wrong", StatusCode::UNPROCESSABLE_ENTITY), (PASSWORD, StatusCode::OK)] {
            let fields = [("present", present), new, ("repeated", "another passphrase")];
            assert_eq!(browser.post("/safe/account/password", &fields).await.status, wanted);
        }
        let renewed = browser.post("/safe/account/recovery", &[("present", "another passphrase")]).await;
        assert!(renewed.text.matches("<code>").count() == 10 && !renewed.text.contains(&codes[0]));
        let page = browser.get("/safe/account").await.text;
        let factor = between(&page, "name=\"id\" value=\"", "\"").to_owned();
        let fields = [("present", PASSWORD), ("id", &factor)];
        assert_eq!(
            browser.post("/safe/account/factors/remove", &fields).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let fields = [("present", "another passphrase"), ("id", &factor)];
        assert_eq!(browser.post("/safe/account/factors/remove", &fields).await.status, StatusCode::OK);
        assert_eq!(browser.post(&format!("{place}/accept"), &[]).await.status, StatusCode::FORBIDDEN);
        // Browsers are forgotten, by a session and by a code.
        browser.post("/safe/account/visits", &[]).await;
        assert_eq!(portal.secure.visits(&zed).await.unwrap(), 0);
        for fields in [vec![("present", "another passphrase")], vec![("present", "wrong"), ("sure", "yes")]] {
            let answer = browser.post("/safe/account/delete", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let gone =
            browser.post("/safe/account/delete", &[("present", "another passphrase"), ("sure", "yes")]).await;
        assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
        assert_eq!(portal.secure.choices(&zed).await.unwrap(), mail_secure::Choices::default());
        assert!(!portal.directory.has_account(&zed).await.unwrap());
        assert_eq!(browser.get("/safe/account").await.header("location"), "/safe/sign-in");
    }
}

/// A user of Valbois.
async fn user(portal: &Portal, login: &str) -> model::UserId {
    let new = NewUser {
        organisation: organisation(portal, "Commune de Valbois").await,
        login: Address::parse(login).unwrap(),
        name: login.to_owned(),
        role: Role::External,
        password: Zeroizing::new(PASSWORD.to_owned()),
    };
    tenant(portal).await.create_user(new).await.unwrap().id
}

async fn organisation(portal: &Portal, name: &str) -> OrganisationId {
    let operator = portal.directory.administration(Scope::Operator("test"), "test");
    let all = operator.organisations().await.unwrap();
    all.into_iter().find(|one| one.name == name).unwrap().id
}

async fn tenant(portal: &Portal) -> directory::Administration {
    let valbois = organisation(portal, "Commune de Valbois").await;
    portal.directory.administration(Scope::Tenant(valbois), "test")
}

/// Signs in and adds a second factor.
async fn enter(portal: &Portal, browser: &mut Browser<'_>, login: &str, place: &str) {
    let fields = [("next", place), ("login", login), ("password", PASSWORD)];
    assert_eq!(browser.post("/safe/sign-in", &fields).await.header("location"), place);
    let page = browser.get(place).await;
    assert!(page.text.contains("/safe/account/totp"), "it is weak: {}", page.text);
    assert_eq!(browser.post(&format!("{place}/accept"), &[]).await.status, StatusCode::FORBIDDEN);
    let setup = browser.post("/safe/account/totp", &[("next", place)]).await;
    secured(portal, browser, place, &setup).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_to_a_shared_mailbox_are_opened_by_its_people_and_the_evidence_names_who() {
    for portal in portals().await {
        let new = |name: &str, targets: &[&str]| NewAddress {
            address: Address::parse(name).unwrap(),
            alias_to: targets.iter().map(|target| Address::parse(target).unwrap()).collect(),
            quota_bytes: None,
        };
        let office = tenant(&portal).await.create_address(new("office@valbois.test", &[])).await.unwrap().id;
        tenant(&portal)
            .await
            .create_address(new("all@valbois.test", &["office@valbois.test"]))
            .await
            .unwrap();
        let clerk = user(&portal, "clerk@elsewhere.test").await;
        user(&portal, "bruno@valbois.test").await;
        tenant(&portal).await.grant_access(office, clerk, None, AddressProof::Machine).await.unwrap();
        let sent = portal.send(Mode::Registered, "all@valbois.test", LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        enter(&portal, &mut browser, "clerk@elsewhere.test", &place).await;
        browser.post(&format!("{place}/consent"), &[]).await;
        let page = browser.get(&place).await.text;
        assert!(page.contains("clerk@elsewhere.test") && page.contains("all@valbois.test"), "{page}");
        browser.post(&format!("{place}/accept"), &[]).await;
        assert_eq!(state(&portal, &sent).await, State::Consigned);
        portal.secure.notarise().await.unwrap();
        let bundle = portal.secure.bundle(&sent.slot).await.unwrap();
        let mut statements = bundle.letters[0].statements.iter().map(|one| one.sealed.evidence());
        let accepted =
            statements.rfind(|one| one.event == mail_secure::Event::ConsignmentAcceptance).unwrap();
        assert_eq!(accepted.recipient.address, "all@valbois.test");
        assert_eq!(accepted.recipient.acting_person.as_deref(), Some("clerk@elsewhere.test"));
        // Whoever does not read the mailbox opens nothing of it.
        let mut other = portal.browser();
        let others = other.arrive(&sent).await;
        let fields = [("next", others.as_str()), ("login", "bruno@valbois.test"), ("password", PASSWORD)];
        other.post("/safe/sign-in", &fields).await;
        let setup = other.post("/safe/account/totp", &[("next", &others)]).await;
        secured(&portal, &mut other, &others, &setup).await;
        assert!(other.get(&others).await.text.contains("ne reçoit pas le courrier"));
        assert_eq!(other.post(&format!("{others}/share"), &[]).await.status, StatusCode::FORBIDDEN);
        // The clerk's own address is where an administrator says: the mailbox has to be shown.
        let own = portal.send(Mode::Personal, "clerk@elsewhere.test", LETTER).await;
        let own_at = browser.arrive(&own).await;
        assert!(browser.get(&own_at).await.text.contains("administrateur"));
        assert_eq!(browser.post(&format!("{own_at}/share"), &[]).await.status, StatusCode::FORBIDDEN);
        browser.enter(&own_at).await;
        assert_eq!(browser.post(&format!("{own_at}/share"), &[]).await.status, StatusCode::OK);
        // Whoever left today opens nothing more.
        let share = format!("{place}/share");
        assert_eq!(browser.post(&share, &[]).await.status, StatusCode::OK);
        let blocked = UserChange { is_disabled: Some(true), ..UserChange::default() };
        tenant(&portal).await.change_user(clerk, blocked).await.unwrap();
        assert_eq!(browser.post(&share, &[]).await.status, StatusCode::FORBIDDEN);
        tenant(&portal)
            .await
            .change_user(clerk, UserChange { is_disabled: Some(false), ..UserChange::default() })
            .await
            .unwrap();
        assert_eq!(browser.post(&share, &[]).await.status, StatusCode::OK);
        tenant(&portal).await.revoke_access(office, clerk).await.unwrap();
        assert_eq!(browser.post(&share, &[]).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_gives_way_to_the_user_of_the_domains_organisation_with_nothing_of_it() {
    for portal in portals().await {
        let sent = portal.send(Mode::Registered, "zoe@acme.test", LETTER).await;
        let mut browser = portal.browser();
        let place = browser.arrive(&sent).await;
        join(&portal, &mut browser, &place).await;
        browser.post(&format!("{place}/consent"), &[]).await;
        let operator = portal.directory.administration(Scope::Operator("test"), "test");
        let acme = organisation(&portal, "Acme").await;
        let new = NewUser {
            organisation: acme,
            login: Address::parse("zoe@acme.test").unwrap(),
            name: "Zoé".to_owned(),
            role: Role::External,
            password: Zeroizing::new("another passphrase".to_owned()),
        };
        operator.create_user(new).await.unwrap();
        assert_eq!(browser.post(&format!("{place}/accept"), &[]).await.status, StatusCode::FORBIDDEN);
        let mut fresh = portal.browser();
        let fields = [("next", place.as_str()), ("login", "zoe@acme.test"), ("password", PASSWORD)];
        assert_eq!(fresh.post("/safe/sign-in", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields =
            [("next", place.as_str()), ("login", "zoe@acme.test"), ("password", "another passphrase")];
        fresh.post("/safe/sign-in", &fields).await;
        let setup = fresh.post("/safe/account/totp", &[("next", &place)]).await;
        secured(&portal, &mut fresh, &place, &setup).await;
        // Nothing of the journal goes over; what comes from now on is theirs.
        let journal = fresh.get("/safe/journal").await;
        assert_eq!(journal.status, StatusCode::OK);
        assert!(!journal.text.contains(&sent.slot.to_string()), "{}", journal.text);
        let letter = fresh.get(&format!("/safe/journal/{}", sent.slot)).await;
        assert_eq!(letter.status, StatusCode::NOT_FOUND);
        portal.world.clock.advance(MINUTE);
        let later = portal.send(Mode::Registered, "zoe@acme.test", LETTER).await;
        assert!(fresh.get("/safe/journal").await.text.contains(&later.slot.to_string()));
        // Another person has agreed to nothing yet.
        assert!(fresh.get(&place).await.text.contains(&format!("{place}/consent")));
        assert_eq!(fresh.post(&format!("{place}/accept"), &[]).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_of_the_senders_is_asked_for_and_a_wrong_one_ends_nothing() {
    for portal in portals().await {
        let sent = portal
            .send(Mode::Confidential, ZED, &format!("X-Relais-Passphrase: Grüezi 4711\r\n{LETTER}"))
            .await;
        let mut browser = portal.browser();
        let encoded = STANDARD.encode(&sent.envelope);
        let a = sent.share.as_str();
        let page = browser.bring(&[("a", a.as_bytes()), ("envelope", encoded.as_bytes())]).await;
        let place = format!("/safe/o/{}", between(&page.text, "action=\"/safe/o/", "/"));
        assert!(!page.text.contains("name=\"passphrase\""), "first the mailbox");
        browser.enter(&place).await;
        let page = browser.post(&format!("{place}/next"), &[("a", a)]).await;
        assert!(page.text.contains("name=\"passphrase\""), "{}", page.text);
        for wrong in ["", "4711", "grüezi 4711"] {
            let again = browser.post(&format!("{place}/read"), &[("a", a), ("passphrase", wrong)]).await;
            assert!(again.text.contains("Ce n’est pas la phrase secrète"), "{}", again.text);
            assert!(again.text.contains("name=\"passphrase\"") && again.text.contains(a));
            assert!(!again.text.contains("secret words"));
            assert_eq!(state(&portal, &sent).await, State::Notified);
        }
        let fields = [("a", a), ("passphrase", "Gru\u{308}ezi 4711")];
        // Whoever goes on guessing waits, and reads from when on another is compared.
        for _ in 0..2 {
            let again = browser.post(&format!("{place}/read"), &[("a", a), ("passphrase", "4711")]).await;
            assert!(again.text.contains("Ce n’est pas la phrase secrète"), "{}", again.text);
        }
        let from = crate::letter::moment_in_words(
            &portal.shared,
            portal.world.clock.now().plus(MINUTE + Duration::from_secs(59)),
        );
        for said in ["4711", "Grüezi 4711"] {
            let later = browser.post(&format!("{place}/read"), &[("a", a), ("passphrase", said)]).await;
            assert!(
                later.text.contains("Trop de phrases secrètes") && later.text.contains(&from),
                "{}",
                later.text
            );
            assert!(!later.text.contains("secret words"));
        }
        let file = browser.post(&format!("{place}/download"), &fields).await;
        assert_eq!(file.status, StatusCode::TOO_MANY_REQUESTS);
        portal.world.clock.advance(2 * MINUTE);
        let read = browser.post(&format!("{place}/read"), &fields).await;
        assert!(read.text.contains("secret words"), "{}", read.text);
        let file = browser.post(&format!("{place}/download"), &fields).await;
        assert!(file.text.contains("Subject: Bonjour") && !file.text.contains("4711"), "{}", file.text);
        assert!(browser.get(&place).await.text.contains("id=\"passphrase\""), "in the browser as well");
    }
}
