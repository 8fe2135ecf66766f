//! What was typed is never lost, and no page breaks by a reload.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::routes::Route;
use super::{Browser, PASSWORD, Town, towns};
use crate::templates::TEMPLATES;

/// Every route of the Manager: its path and whether it has a page and takes forms.
fn routes() -> Vec<(String, bool, bool)> {
    let whole = |route: Route| (Route::whole(&route.path), route.gets, route.posts);
    let is_screen = |route: &Route| route.path != "/events" && !route.path.starts_with("/assets");
    super::routes::routes().into_iter().filter(is_screen).map(whole).collect()
}

/// A path with something in the place of each variable.
fn filled(route: &str, values: &[(&str, &str)], otherwise: &str) -> String {
    let parts = route.split('/').map(|part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(name) => values.iter().find(|(known, _)| *known == name).map_or(otherwise, |(_, value)| value),
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The value of the first hidden field with this name.
fn hidden(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, rest)| rest);
    let value = rest.and_then(|rest| rest.split_once('"')).map(|(value, _)| value);
    value.unwrap_or_else(|| panic!("{name} is missing in {page}")).to_owned()
}

#[tokio::test]
async fn an_address_that_only_takes_forms_leads_to_the_page_of_the_form() {
    let routes = routes();
    let only_forms: BTreeSet<&str> = routes
        .iter()
        .filter(|(_, has_page, takes_forms)| *takes_forms && !has_page)
        .map(|(route, ..)| route.as_str())
        .collect();
    assert!(only_forms.len() > 40, "{only_forms:?}");
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        for route in &only_forms {
            let path = filled(route, &[("name", "valbois.test"), ("kind", "mx")], "1");
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
            let mut page = browser.get(&answer.location).await;
            // The sign-in page, for instance, leads on.
            if page.status == StatusCode::SEE_OTHER {
                page = browser.get(&page.location).await;
            }
            // The number may name nothing, and the step of signing in is over.
            let statuses = [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(statuses.contains(&page.status), "{path}: {}", page.text);
            assert!(page.text.contains("<html lang=\"fr\">"), "{path}: {}", page.text);
        }
        let answer = browser.get("/manager/queue/act").await;
        assert_eq!(answer.location, "/manager/queue");
        let page = browser.get(&answer.location).await;
        assert!(page.text.contains("Rien n’a été envoyé de nouveau."), "{}", page.text);
        // A change of the language on a page that a form was answered with goes the same way.
        let answer = browser.get("/manager/language/de?next=/manager/queue/act").await;
        let answer = browser.get(&answer.location).await;
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/manager/queue"));
    }
}

#[tokio::test]
async fn an_address_with_something_else_in_the_place_of_a_number_does_not_exist() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        for (route, has_page, _) in routes() {
            if !has_page || !route.contains('{') {
                continue;
            }
            let answer = browser.get(&filled(&route, &[], "x")).await;
            assert_ne!(answer.status, StatusCode::BAD_REQUEST, "{route}: {}", answer.text);
            let is_page =
                answer.status != StatusCode::NOT_FOUND || answer.text.contains("<html lang=\"fr\">");
            assert!(is_page, "{route}: {}", answer.text);
        }
        let answer = browser.get("/manager/addresses/x").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text.contains("Cette page n’existe pas"), "{}", answer.text);
    }
}

const PATH: &str = "/manager/domains/valbois.test/zone/new/mx";

/// Sends what was typed on a page of a session that another browser of the person ended meanwhile.
async fn sent_too_late(town: &Town, browser: &mut Browser<'_>) -> super::Answer {
    let proof = hidden(&browser.get(PATH).await.text, "_token");
    let mut other = town.signed_in("valbois").await;
    assert_eq!(other.post("/manager/sessions/end-others", &[]).await.status, StatusCode::SEE_OTHER);
    let fields =
        [("_token", proof.as_str()), ("guide", "mx"), ("target", "mx.valbois.test"), ("note", "saisie")];
    browser.post_raw(PATH, &fields, "http://localhost").await
}

#[tokio::test]
async fn what_was_typed_when_the_session_ended_waits_behind_the_sign_in_page() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let answer = sent_too_late(&town, &mut browser).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        assert!(answer.text.contains("name=\"login\"") && answer.text.contains("n’est pas perdu"));
        let kept = hidden(&answer.text, "kept");
        // A wrong password loses nothing.
        let fields = [("login", "admin@valbois.test"), ("password", "x"), ("kept", &kept)];
        let again = browser.post_raw("/manager/sign-in", &fields, "http://localhost").await;
        assert_eq!(hidden(&again.text, "kept"), kept);
        let fields = [("login", "admin@valbois.test"), ("password", PASSWORD), ("kept", &kept)];
        let page = browser.post_raw("/manager/sign-in", &fields, "http://localhost").await;
        assert_eq!(
            (hidden(&page.text, "note"), hidden(&page.text, "target")),
            ("saisie".into(), "mx.valbois.test".into())
        );
        assert!(page.text.contains(&format!("action=\"{}\"", PATH.replace('/', "&#x2f;"))), "{}", page.text);
        // It goes with the proof of the new session.
        let proof = hidden(&page.text, "_token");
        let fields = [("_token", proof.as_str()), ("guide", "mx"), ("priority", "x"), ("note", "saisie")];
        let sent = browser.post_raw(PATH, &fields, "http://localhost").await;
        assert!(sent.text.contains("saisie") && sent.text.contains("id=\"error-"), "{}", sent.text);
    }
}

#[tokio::test]
async fn what_was_typed_is_kept_for_nobody_else() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let answer = sent_too_late(&town, &mut browser).await;
        let kept = hidden(&answer.text, "kept");
        let fields = [("login", "admin@acme.test"), ("password", PASSWORD), ("kept", &kept)];
        let page = browser.post_raw("/manager/sign-in", &fields, "http://localhost").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        // Nor in another browser.
        let fields = [("login", "admin@valbois.test"), ("password", PASSWORD), ("kept", &kept)];
        let page = town.browser().post_raw("/manager/sign-in", &fields, "http://localhost").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
}

#[tokio::test]
async fn a_form_of_the_session_before_is_offered_again_and_one_from_elsewhere_is_not() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let proof = hidden(&browser.get(PATH).await.text, "_token");
        // In another window of the same browser.
        let fields = [("login", "admin@valbois.test"), ("password", PASSWORD)];
        browser.post("/manager/sign-in", &fields).await;
        let fields =
            [("_token", proof.as_str()), ("guide", "mx"), ("note", "saisie"), ("password", "geheim")];
        let answer = browser.post_raw(PATH, &fields, "http://localhost").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(hidden(&answer.text, "note"), "saisie");
        assert_ne!(hidden(&answer.text, "_token"), proof);
        assert!(!answer.text.contains("geheim") && answer.text.contains("type=\"password\""));
        let answer = browser.post_raw(PATH, &fields, "https://evil.test").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            !answer.text.contains("saisie") && answer.text.contains("Rien n’a été changé"),
            "{}",
            answer.text
        );
    }
}

/// Every password that a page asks for is known to be one.
#[test]
fn passwords_are_never_kept() {
    for (name, text) in TEMPLATES {
        for input in text.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
            if input.contains("type=\"password\"") && !input.contains("{{ name }}") {
                let field =
                    input.split_once(" name=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
                assert!(crate::kept::PASSWORDS.contains(&field), "{name}: {field}");
            }
        }
    }
}

/// Where leaving loses nothing: a login or a code is typed anew, a file is still there.
const WITHOUT_WARNING: [&str; 3] = ["sign_in.html", "step.html", "import.html"];

#[test]
fn whoever_leaves_a_form_with_something_typed_in_it_is_warned() {
    // The script warns of these, and of those with `data-guard`.
    let script = include_str!("../../../../web/manager/script.js");
    assert!(script.contains("\"form[data-guard], form.form[method=post]:not([data-passkey])\""));
    let typed = ["ui.field(", "<textarea", "<select", "type=\"text\"", "type=\"number\"", "type=\"email\""];
    let (mut unguarded, mut guarded) = (Vec::new(), 0);
    for (name, text) in TEMPLATES {
        for form in text.split("<form").skip(1) {
            let (head, rest) = form.split_once('>').unwrap();
            let body = rest.split("</form>").next().unwrap();
            if !head.contains("method=\"post\"") || !typed.iter().any(|mark| body.contains(mark)) {
                continue;
            }
            let is_guarded = head.contains("data-guard") || head.contains("class=\"form\"");
            if is_guarded { guarded += 1 } else { unguarded.push(format!("{name}: {head}")) }
        }
    }
    unguarded.retain(|form| !WITHOUT_WARNING.iter().any(|known| form.starts_with(known)));
    assert!(guarded > 30, "{guarded}");
    assert!(unguarded.is_empty(), "{unguarded:#?}");
}

/// What a form does at once, by its template and the last word of its path, and why that is right.
const AT_ONCE: [(&str, &str, &str); 15] = [
    ("address_user.html", "revoke", "its section says what ends, and an access is given again"),
    ("addresses_list.html", "discard", "nothing of the list was made yet"),
    ("changes.html", "cancel", "what waits has no effect yet"),
    ("global_service.html", "discard", "what waits for «Valider» has no effect yet"),
    ("global_service.html", "remove", "it waits for «Valider»"),
    ("host.html", "delete", "leads to the page that asks"),
    ("invitation_edit.html", "revoke", "its section says what ends, and another is made"),
    ("own_tokens.html", "revoke", "one's own, and another is made on the same page"),
    ("record.html", "delete", "«Annuler» takes it back"),
    ("routes.html", "remove", "«Annuler» takes it back"),
    ("server.html", "delete", "leads to the page that asks"),
    ("settings.html", "rollover", "nothing ends before the parent has the new key"),
    ("sources.html", "lift", "«Annuler» takes it back"),
    ("user.html", "block", "lets in again; blocking has a page that asks"),
    ("zone.html", "delete", "«Annuler» takes it back"),
];

#[test]
fn what_ends_something_asks_first_or_can_be_taken_back() {
    const ENDS: [&str; 12] = [
        "delete",
        "revoke",
        "remove",
        "end",
        "end-others",
        "withdraw",
        "lift",
        "discard",
        "cancel",
        "erase",
        "block",
        "rollover",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let (mut at_once, mut asked) = (BTreeSet::new(), 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for end in ENDS {
            for (at, _) in text.match_indices(&format!("/{end}\"")) {
                let before = &text[..at];
                let last = |what: &str| before.rfind(what).map_or(0, |place| place + 1);
                if last("href=\"") > last("ui.act(").max(last("ui.sure(")).max(last("action=\"")) {
                    // A link leads to a page.
                    continue;
                }
                let is_sure = last("ui.sure(") > last("ui.act(").max(last("action=\""));
                // A page of its own, or `details` that are opened first.
                let is_page =
                    ["_delete.html", "_erase.html", "_revoke.html", "_withdraw.html", "confirm.html"]
                        .iter()
                        .any(|page| name.ends_with(page));
                let is_opened = last("<details") > last("</details>");
                if is_sure || is_opened || is_page {
                    asked += 1;
                } else {
                    at_once.insert((name.clone(), end));
                }
            }
        }
    }
    assert!(asked > 20, "{asked}");
    let known = AT_ONCE.iter().map(|(name, end, _)| ((*name).to_owned(), *end)).collect();
    assert_eq!(at_once, known, "what ends something asks first, or it is said why not");
}
