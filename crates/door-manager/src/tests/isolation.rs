//! The legal owner of one organisation walks every route of the screens, as the sources name them, with the identifiers of
//! another organisation's things: all of it answers as if it did not exist, and nothing has changed. And whoever owns the
//! things opens their pages, but sends no form without the proof that a page of ours did.

use axum::http::StatusCode;

use super::foreign::{Foreign, acts, everything, school};
use super::routes::{Route, routes};
use super::towns;

/// What opens with what it names and to nobody else: the secret of an invitation.
const SECRETS: [&str; 2] = ["/invitation/{token}", "/invitation/{token}/account"];

/// What ends or changes the walker's own session, and the language of the pages that come after.
const OF_THE_WALK: [&str; 4] = ["/sign-out", "/language/{tag}", "/sessions/end-others", "/events"];

/// A form that names whatever of the other's a form of ours could name.
fn named(other: &Foreign) -> Vec<(&'static str, &str)> {
    vec![
        ("id", other.id("addresses/{id}")),
        ("ids", other.id("addresses/{id}")),
        ("host", other.id("hosts/{id}")),
        ("server", other.id("servers/{id}")),
        ("service", other.id("{service}")),
        ("user", other.id("{user}")),
        ("domain", other.id("{name}")),
        ("name", other.id("{name}")),
        ("organisation", other.id("{organisation}")),
        ("change", other.id("{pending}")),
        ("address", "spy"),
        ("localpart", "spy"),
        ("login", "spy@far.test"),
        ("text", "spy\n"),
        ("kind", "mailbox"),
        ("act", "disable"),
        ("action", "delete"),
        ("answer", "adapted"),
        ("decision", "grant"),
        ("sure", "1"),
        ("confirmed", "1"),
    ]
}

/// The forms without a place in their path in which another's thing can be named, each with the fields that its page
/// sends.
fn forms(other: &Foreign) -> Vec<(&'static str, Vec<(&'static str, &str)>)> {
    let domain = other.id("{name}");
    vec![
        (
            "addresses/act",
            vec![("id", other.id("addresses/{id}")), ("action", "disable"), ("confirmed", "1")],
        ),
        ("addresses/act", vec![("id", other.id("addresses/{id}")), ("action", "delete"), ("confirmed", "1")]),
        ("addresses/act", vec![("id", other.id("addresses/{id}")), ("action", "delete")]),
        ("addresses/new", vec![("kind", "mailbox"), ("address", "spy"), ("domain", domain)]),
        ("addresses/several", vec![("domain", domain), ("lines", "spy")]),
        ("changes/cancel", vec![("change", other.id("{pending}"))]),
        ("hosts/new", vec![("domain", other.id("{domain}")), ("name", "espion"), ("ipv4", "192.0.2.9")]),
        ("organisation/tokens", vec![("name", "x"), ("days", "30"), ("user", other.id("{user}"))]),
        ("organisation/tokens", vec![("name", "x"), ("days", "30"), ("reach", other.id("{domain}"))]),
        ("organisations", vec![("organisation", other.id("{organisation}"))]),
        ("queue/act", vec![("id", other.id("{delivery}")), ("action", "hold")]),
        ("queue/act", vec![("id", other.id("{delivery}")), ("action", "delete"), ("sure", "1")]),
        ("queue/act", vec![("id", other.id("{delivery}")), ("action", "retry")]),
        ("servers/new", vec![("host", other.id("hosts/{id}")), ("imap", "yes")]),
        ("servers/new", vec![("pick", other.id("hosts/{id}")), ("imap", "yes")]),
        ("sessions/end", vec![("id", other.id("{session}"))]),
        ("sources/allowed", vec![("id", other.id("{allowed}")), ("decision", "grant")]),
        ("sources/allowed", vec![("id", other.id("{allowed}")), ("decision", "refuse"), ("reason", "x")]),
        ("sources/allowed", vec![("id", other.id("{allowed}")), ("decision", "end"), ("reason", "x")]),
        ("sources/bans/lift", vec![("subject", other.id("{subject}"))]),
        ("sources/ips/binding", vec![("binding", other.id("{ip}")), ("service", ""), ("server", "")]),
        ("sources/ips/look", vec![("address", other.id("{ip}"))]),
        ("sources/ips/pointer", vec![("address", other.id("{ip}")), ("pointer", "mail.valbois.test")]),
        ("sources/requests", vec![("id", other.id("{request}")), ("decision", "grant")]),
        ("sources/requests", vec![("id", other.id("{request}")), ("decision", "refuse")]),
    ]
}

/// The main part of an answer without what was asked for, to compare what is said of another's thing with what is said of
/// none; what is told around it is of the walker's own acts.
fn said(text: &str, asked: [&Foreign; 2]) -> String {
    let mut values: Vec<&str> =
        asked.iter().flat_map(|one| &one.things).map(|(_, value)| value.as_str()).collect();
    values.retain(|value| value.len() > 6);
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let main = text.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>"));
    let mut text = main.map_or(text, |(main, _)| main).to_owned();
    for value in values {
        text = text.replace(value, "·");
    }
    text
}

#[tokio::test]
async fn what_belongs_to_another_organisation_is_answered_like_what_does_not_exist() {
    for town in towns().await {
        town.mail_domain().await;
        let (other, _browser) = school(&town, town.acme).await;
        let nothing = other.nothing();
        let mut browser = town.signed_in("valbois").await;
        let before = (everything(&town, town.acme).await, acts(&town, town.acme).await);
        let mut compared = 0;
        let walked = |route: &Route| {
            !SECRETS.contains(&route.path.as_str()) && !OF_THE_WALK.contains(&route.path.as_str())
        };
        let names = |path: &str| path.contains('{') && !path.starts_with("/assets/");
        for Route { path, .. } in routes().into_iter().filter(|route| route.gets && walked(route)) {
            let answer = browser.get(&Route::whole(&other.fill(&path))).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
            if names(&path) {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
                let none = browser.get(&Route::whole(&nothing.fill(&path))).await;
                assert_eq!(
                    said(&answer.text, [&other, &nothing]),
                    said(&none.text, [&other, &nothing]),
                    "{path}"
                );
                compared += 1;
            } else {
                assert!(!answer.text.contains("ecole"), "{path}: {}", answer.text);
            }
        }
        for Route { path, .. } in routes().into_iter().filter(|route| route.posts && walked(route)) {
            let answer = browser.post(&Route::whole(&other.fill(&path)), &named(&other)).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
            if names(&path) {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
                let none = browser.post(&Route::whole(&nothing.fill(&path)), &named(&nothing)).await;
                assert_eq!(
                    said(&answer.text, [&other, &nothing]),
                    said(&none.text, [&other, &nothing]),
                    "{path}"
                );
                compared += 1;
            }
        }
        assert!(compared > 120, "{compared}");
        for ((form, of_other), (_, of_none)) in forms(&other).into_iter().zip(forms(&nothing)) {
            let form = format!("/manager/{form}");
            let answer = browser.post(&form, &of_other).await;
            let none = browser.post(&form, &of_none).await;
            assert_eq!(answer.status, none.status, "{form} {of_other:?}: {} / {}", answer.text, none.text);
            assert_eq!(answer.location, none.location, "{form} {of_other:?}");
            let (answer, none) =
                (said(&answer.text, [&other, &nothing]), said(&none.text, [&other, &nothing]));
            assert_eq!(answer, none, "{form} {of_other:?}");
        }
        let after = (everything(&town, town.acme).await, acts(&town, town.acme).await);
        assert_eq!(before, after, "and nothing has changed, nothing was written down");
    }
}

/// What takes no form of a person who is signed in: the browser itself says where it comes from.
const WITHOUT_SESSION: [&str; 8] = [
    "/invitation/{token}",
    "/invitation/{token}/account",
    "/sign-in",
    "/sign-in/options",
    "/sign-in/passkey",
    "/sign-in/step",
    "/sign-in/step/options",
    "/sign-in/step/passkey",
];

#[tokio::test]
async fn whoever_owns_the_things_opens_every_page_and_no_form_counts_without_its_proof() {
    for town in towns().await {
        let (own, mut browser) = school(&town, town.acme).await;
        let denis = browser.session().await.user;
        town.operator().set_operator(denis, true).await.unwrap();
        let before = (everything(&town, town.acme).await, acts(&town, town.acme).await);
        let mut refused = 0;
        for Route { path, .. } in routes().into_iter().filter(|route| route.posts) {
            let asked = Route::whole(&own.fill(&path));
            let fields = named(&own);
            if !WITHOUT_SESSION.contains(&path.as_str()) {
                let answer = browser.post_raw(&asked, &fields, "http://localhost").await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{asked} without a proof: {}", answer.text);
                refused += 1;
            }
            // With the proof, but out of another's page.
            let answer = browser.post_from(&asked, &fields, "https://evil.test").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{asked} from elsewhere: {}", answer.text);
        }
        assert!(refused > 90, "{refused}");
        let after = (everything(&town, town.acme).await, acts(&town, town.acme).await);
        assert_eq!(before, after, "and nothing has changed, nothing was written down");
        for Route { path, .. } in routes().into_iter().filter(|route| route.gets) {
            if OF_THE_WALK.contains(&path.as_str()) || path.starts_with("/assets/") {
                continue;
            }
            let asked = Route::whole(&own.fill(&path));
            let answer = browser.get(&asked).await;
            // Nobody deletes the organisation that is being looked at, and this one has no logo; nobody is signing in.
            let is_own = asked.ends_with(&format!("{}/delete", own.id("{organisation}")));
            let is_none = ["/organisation/logo", "/sign-in/step"].contains(&path.as_str());
            let is_open =
                is_own || is_none || [StatusCode::OK, StatusCode::SEE_OTHER].contains(&answer.status);
            assert!(is_open, "{asked} of {path}: {} {}", answer.status, answer.text);
        }
    }
}
