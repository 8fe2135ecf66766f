//! People in the Manager: the second step of signing in, the profile, users and roles, the organisation's settings.

use axum::http::StatusCode;
use directory::{Limits, NewMember, SettingsChange};
use model::{Address, Domain};

use super::foreign::user;
use super::{Answer, Browser, Scope, Town, towns};

/// What stands between two texts of a page.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no «{before}» in {text}")).1;
    rest.split_once(after).unwrap().0
}

fn secret(page: &Answer) -> String {
    between(&page.text, "id=\"totp-secret\">", "<").replace(' ', "")
}

/// The code that an application shows, so many steps of thirty seconds from now.
fn code(town: &Town, secret: &str, steps: i64) -> String {
    let key = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(key).with_account_name("x").build().unwrap();
    totp.generate((town.world.clock.now().0 / 1000 + steps * 30) as u64).to_string()
}

/// Sets an application up; gives its secret and the page with the recovery codes.
pub(super) async fn set_up(town: &Town, browser: &mut Browser<'_>) -> (String, Answer) {
    let page = browser.get("/manager/profile/totp").await;
    let (secret, challenge) =
        (secret(&page), between(&page.text, "name=\"challenge\" value=\"", "\"").to_owned());
    assert!(page.text.contains("<svg"), "the QR code is drawn in the page");
    let wrong = [("challenge", challenge.as_str()), ("code", "000000"), ("name", "Téléphone")];
    let refused = browser.post("/manager/profile/totp", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.replace(' ', "").contains(&secret), "the same secret again");
    let code = code(town, &secret, 0);
    let right = [("challenge", challenge.as_str()), ("code", code.as_str()), ("name", "Téléphone")];
    let added = browser.post("/manager/profile/totp", &right).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.text);
    (secret, added)
}

#[tokio::test]
async fn signing_in_goes_over_a_second_step_without_script() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let (secret, codes) = set_up(&town, &mut browser).await;
        assert_eq!(codes.text.matches("<li><code>").count(), 10);
        assert!(!browser.get("/manager/profile/security").await.text.contains("<li><code>"), "shown once");
        let mut browser = town.browser();
        let fields = [("login", "admin@valbois.test"), ("password", super::PASSWORD)];
        let answer = browser.post("/manager/sign-in", &fields).await;
        assert_eq!(answer.location, "/manager/sign-in/step?next=%2Fmanager%2F");
        assert_eq!(browser.get("/manager/").await.status, StatusCode::SEE_OTHER, "a step opens nothing");
        assert!(browser.get("/manager/sign-in/step").await.text.contains("one-time-code"));
        let wrong = browser.post("/manager/sign-in/step", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let late = browser.post_raw("/manager/sign-in/step", &[("code", "1")], "https://evil.test").await;
        assert_eq!(late.status, StatusCode::FORBIDDEN);
        let next = code(&town, &secret, 1);
        let entered =
            browser.post("/manager/sign-in/step", &[("code", &next), ("next", "/manager/users")]).await;
        assert_eq!((entered.status, entered.location.as_str()), (StatusCode::SEE_OTHER, "/manager/users"));
        assert_eq!(browser.get("/manager/users").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn whoever_lacks_a_required_factor_sees_only_the_page_that_adds_one() {
    for town in towns().await {
        let asks = SettingsChange { requires_second_factor: Some(true), ..SettingsChange::default() };
        let people = town.directory.administration(Scope::Tenant(town.valbois), "test");
        people.change_settings(town.valbois, asks).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        for path in
            ["/manager/", "/manager/users", "/manager/domains", "/manager/profile", "/manager/sessions"]
        {
            let answer = browser.get(path).await;
            assert_eq!(answer.location, "/manager/profile/security", "{path}");
        }
        let refused =
            browser.post("/manager/users/new", &[("login", "eve@evil.test"), ("role", "external")]).await;
        assert_eq!(refused.location, "/manager/profile/security");
        assert!(browser.get("/manager/profile/security").await.text.contains("exige un second facteur"));
        set_up(&town, &mut browser).await;
        assert_eq!(browser.get("/manager/").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn taking_away_asks_for_the_password_again() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        set_up(&town, &mut browser).await;
        let page = browser.get("/manager/profile/security").await;
        let path = format!("/manager/profile/factors/{}/remove", between(&page.text, "/factors/", "/remove"));
        assert!(browser.get(&path).await.text.contains("le mot de passe suffit"));
        let wrong = browser.post(&path, &[("present", "wrong")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
        let removed = browser.post(&path, &[("present", super::PASSWORD)]).await;
        assert_eq!(removed.location, "/manager/profile/security");
        let change = [("present", "wrong"), ("new", "une autre phrase"), ("repeated", "une autre phrase")];
        let refused = browser.post("/manager/profile/password", &change).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let change =
            [("present", super::PASSWORD), ("new", "une autre phrase"), ("repeated", "une autre phrase")];
        assert_eq!(browser.post("/manager/profile/password", &change).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/manager/").await.status, StatusCode::OK, "this session goes on");
    }
}

#[tokio::test]
async fn users_are_added_changed_blocked_and_deleted() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let new =
            [("login", "eve@valbois.test"), ("name", "Eve"), ("role", "collaborator"), ("language", "de")];
        let made = browser.post("/manager/users/new", &new).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let password = between(&made.text, "id=\"password\">", "<").to_owned();
        let list = browser.get("/manager/users").await.text;
        assert!(list.contains("eve@valbois.test") && list.contains("Collaborateur"));
        let mut eve = town.browser();
        eve.post("/manager/sign-in", &[("login", "eve@valbois.test"), ("password", &password)]).await;
        assert_eq!(eve.get("/manager/").await.location, "/manager/granted");
        assert_eq!(eve.get("/manager/users").await.status, StatusCode::FORBIDDEN);
        let id = town.people().user_called(&Address::parse("eve@valbois.test").unwrap()).await.unwrap().id;
        let role = format!("/manager/users/{id}/role");
        assert_eq!(browser.post(&role, &[("role", "administrator")]).await.status, StatusCode::SEE_OTHER);
        let users = eve.get("/manager/users").await;
        assert_eq!(users.status, StatusCode::OK);
        // An administrator makes no legal owner and touches none.
        let refused = eve.post(&role, &[("role", "legal-owner")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let own = town.people().user_called(&Address::parse("admin@valbois.test").unwrap()).await.unwrap();
        for act in ["block", "delete", "password"] {
            let fields = [("blocked", "yes")];
            let refused = eve.post(&format!("/manager/users/{}/{act}", own.id), &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        }
        let mut other = town.signed_in("acme").await;
        for path in [format!("/manager/users/{id}"), format!("/manager/users/{id}/delete")] {
            assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
            assert!(!other.post(&path, &[]).await.status.is_success());
        }
        browser.post(&format!("/manager/users/{id}/block"), &[("blocked", "yes")]).await;
        assert_eq!(eve.get("/manager/users").await.status, StatusCode::SEE_OTHER, "the session has ended");
        let gone = browser.post(&format!("/manager/users/{id}/delete"), &[]).await;
        assert_eq!(gone.location, "/manager/users");
        assert!(!browser.get("/manager/users").await.text.contains("eve@valbois.test</"));
        let last = browser.post(&format!("/manager/users/{}/delete", own.id), &[]).await;
        assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY, "the last legal owner stays");
    }
}

#[tokio::test]
async fn an_administrator_sees_and_ends_sessions_and_writes_the_profile_of_own_people_only() {
    for town in towns().await {
        let people = town.people();
        let eve = user(&people, town.valbois, "eve@valbois.test").await.id;
        let path = format!("/manager/users/{eve}");
        let mut browser = town.signed_in("valbois").await;
        assert!(browser.get(&path).await.text.contains("connectée nulle part"));
        let (mut first, mut second) =
            (town.entered("eve@valbois.test").await, town.entered("eve@valbois.test").await);
        let page = browser.get(&path).await.text;
        assert!(page.contains("127.0.0.1") && page.contains("Mettre fin à 2 sessions"), "{page}");
        let session = first.session().await.id.0;
        let ended = browser.post(&format!("{path}/sessions/{session}/end"), &[]).await;
        assert_eq!(ended.location, path);
        assert_eq!(first.get("/manager/profile").await.status, StatusCode::SEE_OTHER, "it has ended");
        assert_eq!(second.get("/manager/profile").await.status, StatusCode::OK, "and no other one");
        let again = browser.post(&format!("{path}/sessions/{session}/end"), &[]).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        // A session is ended as its person's, not as anybody's.
        let own = browser.session().await.id.0;
        let mixed = browser.post(&format!("{path}/sessions/{own}/end"), &[]).await;
        assert_eq!(mixed.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&format!("{path}/sessions/end"), &[]).await.location, path);
        assert_eq!(second.get("/manager/profile").await.status, StatusCode::SEE_OTHER);

        let profile = format!("{path}/profile");
        let said = [
            ("name", "Ève Rochat"),
            ("language", "it"),
            ("phone", "+41 27 123 45 67"),
            ("contacts", "eve@far.test"),
        ];
        assert_eq!(browser.post(&profile, &said).await.location, path);
        assert_eq!(people.user(eve).await.unwrap().name, "Ève Rochat");
        let now = people.profile(eve).await.unwrap();
        assert_eq!((now.language.as_deref(), now.phone.as_deref()), (Some("it"), Some("+41 27 123 45 67")));
        assert_eq!(now.contacts, ["eve@far.test"]);
        for (field, wrong) in [("name", ""), ("phone", "douze"), ("contacts", "personne")] {
            let form = said.map(|(name, text)| if name == field { (name, wrong) } else { (name, text) });
            let refused = browser.post(&profile, &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(refused.text.contains(&format!("error-{field}")), "{field}: {}", refused.text);
            assert!(refused.text.contains(wrong), "{field}: what was typed stays");
        }
        assert_eq!(people.profile(eve).await.unwrap(), now, "and nothing has changed");

        // Who belongs to another organisation too, or signs in with an address of theirs, is let alone.
        let operator = town.directory.administration(Scope::Operator("test"), "test");
        let login = Address::parse("eve@valbois.test").unwrap();
        let role = directory::Role::External;
        operator.add_member(NewMember { organisation: town.acme, login, role }).await.unwrap();
        let mut eves = town.entered("eve@valbois.test").await;
        let page = browser.get(&path).await.text;
        assert!(page.contains("gère seule") && !page.contains("/sessions/end"), "{page}");
        assert!(page.contains("field-name"), "the home still writes the profile");
        let refused = browser.post(&format!("{path}/sessions/end"), &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(eves.get("/manager/profile").await.status, StatusCode::OK, "nothing has ended");
        let mut acme = town.signed_in("acme").await;
        let page = acme.get(&path).await.text;
        assert!(page.contains("gère seule") && !page.contains("id=\"field-name\""), "{page}");
        let refused = acme.post(&profile, &said).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the account was made elsewhere");

        // An administrator touches no legal owner; nobody of an organisation touches the operator's staff.
        let administrator = user(&people, town.valbois, "adam@valbois.test").await.id;
        let mut adam = town.entered("adam@valbois.test").await;
        let owner = browser.session().await.user;
        let page = adam.get(&format!("/manager/users/{owner}")).await.text;
        assert!(page.contains("gère seule") && !page.contains("field-phone"), "{page}");
        for act in ["sessions/end", "profile"] {
            let refused = adam.post(&format!("/manager/users/{owner}/{act}"), &said).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        }
        operator.set_operator(administrator, true).await.unwrap();
        let page = browser.get(&format!("/manager/users/{administrator}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("field-phone") && !page.text.contains("/sessions/end"), "{}", page.text);
        for act in ["sessions/end", "profile"] {
            let refused = browser.post(&format!("/manager/users/{administrator}/{act}"), &said).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{act}");
        }
        assert_eq!(adam.get("/manager/profile").await.status, StatusCode::OK);
        // One's own are elsewhere.
        let own = browser.get(&format!("/manager/users/{owner}")).await.text.replace("&#x2f;", "/");
        assert!(own.contains("href=\"/manager/sessions\"") && !own.contains("field-phone"), "{own}");
    }
}

#[tokio::test]
async fn where_there_are_no_passkeys_none_is_asked_for() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let answer = browser.post("/manager/profile/passkey/options", &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        let page = browser.get("/manager/profile/passkey").await.text;
        assert!(!page.contains("data-passkey"), "and the page offers none: {page}");
    }
}

#[tokio::test]
async fn a_person_of_two_organisations_chooses_between_exactly_these() {
    for town in towns().await {
        let acme = town.directory.administration(Scope::Operator("test"), "test");
        let acme = acme.organisation_called("acme").await.unwrap().id;
        let people = town.directory.administration(Scope::Operator("test"), "test");
        let login = Address::parse("admin@valbois.test").unwrap();
        people
            .add_member(NewMember { organisation: acme, login, role: directory::Role::External })
            .await
            .unwrap();
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/organisations").await.text;
        assert!(page.contains("acme") && page.contains("valbois"));
        let id = acme.to_string();
        browser.post("/manager/organisations", &[("organisation", &id)]).await;
        assert_eq!(browser.get("/manager/users").await.status, StatusCode::FORBIDDEN, "external there");
        let mut other = town.signed_in("acme").await;
        assert!(!other.get("/manager/organisations").await.text.contains("valbois"));
        let own = town.valbois.to_string();
        let refused = other.post("/manager/organisations", &[("organisation", &own)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn who_has_an_account_elsewhere_is_asked_and_answers_in_the_profile() {
    for town in towns().await {
        let mut acme = town.signed_in("acme").await;
        let mut valbois = town.signed_in("valbois").await;
        let new =
            [("login", "admin@valbois.test"), ("name", "x"), ("role", "collaborator"), ("language", "fr")];
        let asked = acme.post("/manager/users/new", &new).await;
        assert_eq!((asked.status, asked.location.as_str()), (StatusCode::SEE_OTHER, "/manager/users"));
        let users = acme.get("/manager/users").await.text.replace("&#x2f;", "/");
        assert!(users.contains("a déjà un compte") && users.contains("Demandes sans réponse"), "{users}");
        let id = between(&users, "/users/offers/", "/").to_owned();
        let answer = format!("/manager/profile/offers/{id}");
        let other = acme.post(&answer, &[("answer", "accept")]).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND, "only the person answers");
        let withdraw = format!("/manager/users/offers/{id}/withdraw");
        assert_eq!(valbois.post(&withdraw, &[]).await.status, StatusCode::NOT_FOUND);
        let profile = valbois.get("/manager/profile").await.text;
        assert!(
            profile.contains("Accepter") && profile.contains("Refuser") && profile.contains("acme"),
            "{profile}"
        );
        let declined = valbois.post(&answer, &[("answer", "decline")]).await;
        assert_eq!(declined.location, "/manager/profile");
        assert!(!acme.get("/manager/users").await.text.contains("admin@valbois.test"));
        acme.post("/manager/users/new", &new).await;
        let users = acme.get("/manager/users").await.text.replace("&#x2f;", "/");
        let id = between(&users, "/users/offers/", "/").to_owned();
        valbois.post(&format!("/manager/profile/offers/{id}"), &[("answer", "accept")]).await;
        assert!(valbois.get("/manager/organisations").await.text.contains("acme"));
        assert!(acme.get("/manager/users").await.text.contains("admin@valbois.test"));
        // No account is made in the name of somebody else's people.
        let foreign =
            [("login", "anna@valbois.test"), ("name", "x"), ("role", "external"), ("language", "fr")];
        let refused = acme.post("/manager/users/new", &foreign).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("appartient à une autre organisation"), "{}", refused.text);
    }
}

#[tokio::test]
async fn an_organisation_says_who_helps_and_how_it_looks() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let with = |colour: &'static str| {
            [
                ("name", "valbois"),
                ("legal_name", "Commune de Valbois"),
                ("support_email", "aide@valbois.test"),
                ("support_phone", "+41 32 000 00 00"),
                ("support_page", "https://valbois.test/aide/"),
                ("support_hours", "lu–ve <8–17>"),
                ("brand_name", "Valbois en ligne"),
                ("brand_colour", colour),
            ]
        };
        let pale = browser.post("/manager/organisation", &with("#ffee88")).await;
        assert_eq!(pale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(pale.text.contains("plus foncée") && pale.text.contains("aide@valbois.test"));
        assert_eq!(
            browser.post("/manager/organisation", &with("#0b4f57")).await.status,
            StatusCode::SEE_OTHER
        );
        let page = browser.get("/manager/").await.text;
        assert!(page.contains("Valbois en ligne"));
        // Whom to ask stands where people look for help, on every page and where one cannot go on.
        let said = [
            "Support de Valbois en ligne",
            "mailto:aide@valbois.test",
            "tel:+41320000000",
            "valbois.test&#x2f;aide</a>",
            "lu–ve &lt;8–17&gt;",
        ];
        let missing = browser.get("/manager/nowhere").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        for words in said {
            assert!(page.contains(words) && missing.text.contains(words), "{words}: {page}");
        }
        let style = browser.get("/manager/organisation/brand.css").await.text;
        assert!(style.contains("#0b4f57"));
        assert_eq!(browser.get("/manager/organisation/logo").await.status, StatusCode::NOT_FOUND);
        let mut other = town.signed_in("acme").await;
        assert!(!other.get("/manager/organisation").await.text.contains("valbois"));
        assert!(!other.get("/manager/").await.text.contains("Support de"));
        // Who does not get in hears it of the domain that was typed, whether there is such a login or not.
        town.mail_domain().await;
        for (login, knows) in [("personne@valbois.test", true), ("personne@far.test", false)] {
            let mut stranger = town.browser();
            let refused = stranger.post("/manager/sign-in", &[("login", login), ("password", "faux")]).await;
            assert_eq!(refused.text.contains("mailto:aide@valbois.test"), knows, "{}", refused.text);
        }
    }
}

#[tokio::test]
async fn who_administers_one_domain_touches_no_other() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let new =
            [("login", "eve@valbois.test"), ("name", "Eve"), ("role", "administrator"), ("language", "fr")];
        let made = browser.post("/manager/users/new", &new).await;
        let password = between(&made.text, "id=\"password\">", "<").to_owned();
        let people = town.people();
        let eve = people.user_called(&Address::parse("eve@valbois.test").unwrap()).await.unwrap();
        let domain = people.domain_called(&Domain::parse("valbois.test").unwrap()).await.unwrap().id;
        let limits = Limits { domain: Some(Some(domain)), ..Limits::default() };
        people.limit_member(eve.organisation, eve.id, limits).await.unwrap();
        let mut browser = town.browser();
        browser.post("/manager/sign-in", &[("login", "eve@valbois.test"), ("password", &password)]).await;
        assert_eq!(browser.get("/manager/domains/valbois.test/synonyms").await.status, StatusCode::OK);
        let refused = browser.post("/manager/domains/valbois.test/synonyms", &[("dissociate", "1")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "a synonym is another domain");
    }
}

#[tokio::test]
async fn a_token_for_the_own_things_is_made_shown_once_and_revoked() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let fields = [("name", "calendar"), ("write", "yes")];
        let made = browser.post("/manager/profile/tokens", &fields).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let secret = between(&made.text, "id=\"secret\">", "<").to_owned();
        let source = "192.0.2.9".parse().unwrap();
        let token = town.directory.bearer(&secret, source).await.unwrap().unwrap();
        assert!(token.is_own && token.may_write, "{token:?}");
        assert!(town.directory.person_of(&token).await.unwrap().is_some());
        let list = browser.get("/manager/profile/tokens").await;
        assert!(list.text.contains("calendar") && !list.text.contains(&secret), "{}", list.text);
        let nameless = browser.post("/manager/profile/tokens", &[("name", "")]).await;
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
        let revoke = format!("/manager/profile/tokens/{}/revoke", token.id);
        assert_eq!(browser.post(&revoke, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(town.directory.bearer(&secret, source).await.unwrap(), None);
        assert_eq!(browser.post(&revoke, &[]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_session_is_ended_from_the_list_and_the_others_go_on() {
    for town in towns().await {
        let mut lost = town.signed_in("valbois").await;
        let mut kept = town.signed_in("valbois").await;
        let mut here = town.signed_in("valbois").await;
        let ended = lost.session().await.id.0.to_string();
        let own = here.session().await.id.0.to_string();
        let list = here.get("/manager/sessions").await.text;
        assert!(list.contains(&format!("name=\"id\" value=\"{ended}\"")), "{list}");
        assert!(!list.contains(&format!("name=\"id\" value=\"{own}\"")), "one ends the own by signing out");
        let answer = here.post("/manager/sessions/end", &[("id", &ended)]).await;
        assert_eq!(answer.location, "/manager/sessions", "{}", answer.text);
        assert_eq!(lost.get("/manager/").await.location, "/manager/sign-in");
        assert_eq!(kept.get("/manager/").await.status, StatusCode::OK);
        assert_eq!(here.post("/manager/sessions/end-others", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(kept.get("/manager/").await.location, "/manager/sign-in");
        assert_eq!(here.get("/manager/").await.status, StatusCode::OK);
    }
}
