//! Signing in, what belongs to others, forms and their proof, and the main tasks of each screen.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use directory::Scope;
use zones::{Edit, NewRecord};

use super::towns;
use crate::words::Language;

/// Every page of a domain.
pub(super) const PAGES: [&str; 12] = [
    "zone",
    "zone/new",
    "zone/new/mx",
    "zone/history",
    "zone/settings",
    "zone/import",
    "zone/end",
    "spf",
    "synonyms",
    "security",
    "dmarc?days=7",
    "reputation",
];

/// Everything that a domain's pages change.
const ACTS: [&str; 16] = [
    "zone/delete",
    "zone/undo",
    "zone/new/mx",
    "zone/preview/mx",
    "zone/restore",
    "zone/import",
    "zone/dnssec",
    "zone/rollover",
    "zone/ttl",
    "zone/secondaries",
    "zone/end",
    "spf/all",
    "spf/merge",
    "synonyms",
    "security/look",
    "security/fix",
];

#[tokio::test]
async fn nothing_is_shown_before_signing_in() {
    for town in towns().await {
        let mut browser = town.browser();
        for path in ["/manager/", "/manager/domains", "/manager/domains/valbois.test/zone", "/manager/events"]
        {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(answer.location.starts_with("/manager/sign-in"), "{path}: {}", answer.location);
        }
        let wrong =
            browser.post("/manager/sign-in", &[("login", "admin@valbois.test"), ("password", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("admin@valbois.test") && wrong.cookies.is_empty());
        let fields =
            [("login", "admin@valbois.test"), ("password", super::PASSWORD), ("next", "/manager/domains")];
        let right = browser.post("/manager/sign-in", &fields).await;
        assert_eq!((right.status, right.location.as_str()), (StatusCode::SEE_OTHER, "/manager/domains"));
        let cookie = &right.cookies[0];
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(browser.get("/manager/").await.status, StatusCode::OK);
        browser.post("/manager/sign-out", &[]).await;
        assert_eq!(browser.get("/manager/").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn another_organisations_domain_is_not_found_by_any_page_or_act() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        for page in PAGES {
            assert_eq!(
                browser.get(&format!("/manager/domains/valbois.test/{page}")).await.status,
                StatusCode::OK,
                "{page}"
            );
            assert_eq!(
                browser.get(&format!("/manager/domains/acme.test/{page}")).await.status,
                StatusCode::NOT_FOUND,
                "{page}"
            );
        }
        for act in ACTS {
            let answer = browser
                .post(&format!("/manager/domains/acme.test/{act}"), &[("before", "1"), ("serial", "1")])
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}: {}", answer.text);
        }
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        let theirs = zones.zone_called("acme.test").await.unwrap();
        let record =
            zones.records(theirs.id).await.unwrap().into_iter().find(|record| record.owner == "www").unwrap();
        let own = format!("/manager/domains/valbois.test/zone/records/{}", record.id);
        assert_eq!(browser.get(&own).await.status, StatusCode::NOT_FOUND);
        let fields = [("guide", "a"), ("owner", "www"), ("address", "203.0.113.1")];
        assert_eq!(browser.post(&own, &fields).await.status, StatusCode::NOT_FOUND);
        browser.post("/manager/domains/valbois.test/zone/delete", &[("id", &record.id.to_string())]).await;
        assert!(zones.records(theirs.id).await.unwrap().contains(&record));
        let list = browser.get("/manager/domains").await;
        assert!(list.text.contains("valbois.test") && !list.text.contains("acme.test"));
        assert!(!browser.get("/manager/organisations").await.text.contains("acme"), "nothing else to choose");
    }
}

#[tokio::test]
async fn a_form_without_its_proof_or_from_elsewhere_changes_nothing() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
        let before = zones.zone_called("valbois.test").await.unwrap();
        for act in ACTS {
            let path = format!("/manager/domains/valbois.test/{act}");
            let answer = browser.post_raw(&path, &[("_token", "0")], "http://localhost").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{act}");
        }
        for act in [
            "/manager/sign-out",
            "/manager/sessions/end",
            "/manager/sessions/end-others",
            "/manager/domains/new",
        ] {
            assert_eq!(
                browser.post_raw(act, &[], "http://localhost").await.status,
                StatusCode::FORBIDDEN,
                "{act}"
            );
        }
        let proof = browser.cookies.iter().find_map(|cookie| cookie.strip_prefix("relais-session=")).unwrap();
        let proof = crate::visitor::form_token(proof);
        let fields = [("_token", proof.as_str()), ("signed", "yes")];
        let path = "/manager/domains/valbois.test/zone/dnssec";
        assert_eq!(browser.post_raw(path, &fields, "https://evil.test").await.status, StatusCode::FORBIDDEN);
        assert_eq!(zones.zone_called("valbois.test").await.unwrap(), before);
    }
}

#[tokio::test]
async fn a_record_is_added_refused_beside_its_field_and_taken_back() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/zone/new/mx";
        let wrong =
            browser.post(path, &[("priority", "10"), ("target", "192.0.2.1"), ("note", "gardée")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text.contains("id=\"error-target\"") && wrong.text.contains("href=\"#field-target\""),
            "{}",
            wrong.text
        );
        assert!(
            wrong.text.contains("value=\"192.0.2.1\"") && wrong.text.contains("gardée"),
            "nothing typed is lost"
        );
        let preview = "/manager/domains/valbois.test/zone/preview/mx";
        let raw =
            browser.post(preview, &[("owner", "sub"), ("priority", "5"), ("target", "mx.autre.test.")]).await;
        assert_eq!(raw.text, "sub.valbois.test. 3600 IN MX 5 mx.autre.test.");
        let added =
            browser.post(path, &[("owner", "sub"), ("priority", "5"), ("target", "mx.autre.test.")]).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
        let zone = zones.zone_called("valbois.test").await.unwrap();
        let has = async || {
            zones.records(zone.id).await.unwrap().iter().any(|record| record.data == "5 mx.autre.test.")
        };
        assert!(has().await);
        let shown = browser.get("/manager/domains/valbois.test/zone").await;
        assert!(shown.text.contains("&#x2f;undo") && shown.text.contains("sub.valbois.test"));
        let (before, after) = (zone.serial - 1, zone.serial);
        let fields = [("before", before.to_string()), ("after", after.to_string())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/manager/domains/valbois.test/zone/undo", &fields).await;
        assert!(!has().await);
        // Somebody changed the zone since: what he wrote stays.
        let edit = Edit { add: vec![NewRecord::new("autre", "A", "192.0.2.9")], ..Edit::default() };
        zones.edit(zone.id, edit).await.unwrap();
        browser.post("/manager/domains/valbois.test/zone/undo", &fields).await;
        assert!(zones.records(zone.id).await.unwrap().iter().any(|record| record.owner == "autre"));
    }
}

/// R122: the seed's three records become exactly the seed's result.
#[tokio::test]
async fn spf_records_are_merged_as_the_seed_shows() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let pasted = "v=spf1 include:the-second-domain.xyz ~all\nv=spf1 include:the-other-domain.xyz -all";
        let path = "/manager/domains/valbois.test/spf/merge";
        let expected = "v=spf1 include:spf.mail.relais.test include:the-second-domain.xyz include:the-other-domain.xyz -all";
        let looked = browser.post(path, &[("pasted", pasted)]).await;
        assert!(looked.text.contains(expected), "{}", looked.text);
        let applied = browser.post(path, &[("pasted", pasted), ("step", "apply")]).await;
        assert_eq!(applied.status, StatusCode::SEE_OTHER);
        let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
        let zone = zones.zone_called("valbois.test").await.unwrap();
        let records = zones.records(zone.id).await.unwrap();
        let spf: Vec<_> = records.iter().filter(|record| record.data.starts_with("\"v=spf1")).collect();
        assert_eq!((spf.len(), spf[0].data.as_str()), (1, format!("\"{expected}\"").as_str()));
    }
}

#[tokio::test]
async fn every_page_holds_in_every_language_without_anything_inline() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let pages = [
            "/manager/",
            "/manager/domains",
            "/manager/domains/new",
            "/manager/sessions",
            "/manager/nothing",
        ];
        let own = PAGES.map(|page| format!("/manager/domains/valbois.test/{page}"));
        for language in Language::ALL {
            browser.language = language.tag();
            for page in pages.iter().copied().chain(own.iter().map(String::as_str)) {
                let answer = browser.get(page).await;
                assert!(
                    answer.text.contains(&format!("<html lang=\"{language}\"")),
                    "{page} in {language}: {}",
                    answer.text
                );
                assert!(!answer.text.contains(" style=") && !answer.text.contains("<style"), "{page}");
                assert_eq!(
                    answer.text.matches("<script").count(),
                    answer.text.matches("<script src=").count(),
                    "{page}"
                );
                assert!(!answer.text.contains(" onclick") && answer.text.contains("<h1>"), "{page}");
            }
        }
    }
}

/// With the doors' no-referrer a browser would say `Origin: null` and every form would be refused.
#[tokio::test]
async fn pages_let_the_browser_say_where_a_form_comes_from() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.browser();
        let page = browser.get("/manager/sign-in").await;
        assert_eq!(page.referrer_policy, "same-origin");
        let fields = [("login", "admin@valbois.test"), ("password", super::PASSWORD)];
        let refused = browser.post_raw("/manager/sign-in", &fields, "null").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

/// ui.md: a first load of at most 150 KiB.
#[tokio::test]
async fn a_first_load_weighs_little() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/domains/valbois.test/zone").await;
        let mut bytes = crate::headers::gzip(page.text.as_bytes()).len();
        for name in ["style.css", "script.js", "icons.svg", "favicon.svg"] {
            let path = crate::assets::path(name).unwrap();
            bytes += crate::headers::gzip(browser.get(&path).await.text.as_bytes()).len();
        }
        assert!(bytes < 40 * 1024, "{bytes}");
    }
}

/// A browser keeps the cookie for a day; the session ends after four hours.
#[tokio::test]
async fn whoever_has_the_cookie_of_an_old_session_can_sign_in() {
    let fields = [("login", "admin@valbois.test"), ("password", super::PASSWORD)];
    for town in towns().await {
        for is_tls in [false, true] {
            let mut browser = town.browser();
            browser.is_tls = is_tls;
            let name = if is_tls { "__Host-relais-session" } else { "relais-session" };
            browser.cookies.push(format!("{name}=long-over"));
            let sent_away = browser.get("/manager/domains").await;
            assert_eq!(sent_away.status, StatusCode::SEE_OTHER);
            // It stays, for what was typed on the session's pages.
            assert!(sent_away.cookies.is_empty(), "{:?}", sent_away.cookies);
            let answer = browser.post_raw("/manager/sign-in", &fields, "http://localhost").await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
            assert_eq!(browser.get("/manager/").await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_page_or_by_one_that_says_nothing() {
    let body = "login=admin%40valbois.test&password=une+phrase+de+passe";
    for town in towns().await {
        for (origin, site, expected) in [
            (None, None, StatusCode::FORBIDDEN),
            (Some("https://evil.test"), None, StatusCode::FORBIDDEN),
            (Some("http://localhost"), Some("same-site"), StatusCode::FORBIDDEN),
            (None, Some("cross-site"), StatusCode::FORBIDDEN),
            (None, Some("none"), StatusCode::FORBIDDEN),
            (None, Some("same-origin"), StatusCode::SEE_OTHER),
            (Some("http://localhost"), Some("same-origin"), StatusCode::SEE_OTHER),
        ] {
            let mut request =
                Request::post("/manager/sign-in").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            let answer = town.browser().send(request, Body::from(body)).await;
            assert_eq!(answer.status, expected, "{origin:?} {site:?}");
        }
    }
}

/// A neighbouring host can write cookies of the whole domain, and a message's way back carries the visitor's proof.
#[tokio::test]
async fn a_message_counts_only_for_the_session_it_was_written_for() {
    let path = "/manager/domains/valbois.test/zone/ttl";
    let page = "/manager/domains/valbois.test/zone/settings";
    let is_toast = |cookie: &String| cookie.contains("relais-toast=");
    let action = format!("action=\"{}\"", path.replace('/', "&#x2f;"));
    for town in towns().await {
        let mut other = town.signed_in("acme").await;
        let theirs = other.post("/manager/domains/acme.test/zone/ttl", &[("ttl", "600")]).await;
        let theirs = theirs.cookies.into_iter().find(is_toast).unwrap();
        let theirs = theirs.split(';').next().unwrap().to_owned();

        let mut browser = town.signed_in("valbois").await;
        let session = browser.cookies[0].clone();
        let told = browser.post(path, &[("ttl", "600")]).await;
        let cookie = told.cookies.iter().find(|cookie| is_toast(cookie)).unwrap();
        assert!(cookie.contains("; Path=/;"), "{cookie}");
        let own = cookie.split(';').next().unwrap().to_owned();
        let shown = browser.get(page).await;
        assert!(shown.text.contains(&action), "{}", shown.text);
        assert!(shown.cookies.iter().any(|cookie| is_toast(cookie) && cookie.contains("Max-Age=0")));
        assert!(!browser.get(page).await.text.contains(&action), "it is told once");

        let json = format!(r#"{{"text":"Relais","undo":"{path}","fields":[["ttl","60"]]}}"#);
        let planted = format!("relais-toast={}", URL_SAFE_NO_PAD.encode(&json));
        let zeros = format!("relais-toast={}", URL_SAFE_NO_PAD.encode([&[0; 32], json.as_bytes()].concat()));
        let mut flipped = own.clone();
        let last = if flipped.pop() == Some('A') { 'B' } else { 'A' };
        flipped.push(last);
        for wrong in [theirs, planted, zeros, flipped, "relais-toast=".to_owned()] {
            browser.cookies = vec![session.clone(), wrong.clone()];
            let shown = browser.get(page).await;
            assert_eq!(shown.status, StatusCode::OK);
            assert!(!shown.text.contains("class=\"toast\""), "{wrong}");
        }
        browser.cookies = vec![session, own];
        assert!(browser.get(page).await.text.contains("class=\"toast\""), "and the right one still counts");
    }
}

#[tokio::test]
async fn over_tls_a_message_is_held_to_this_very_host() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.browser();
        browser.is_tls = true;
        let fields = [("login", "admin@valbois.test"), ("password", super::PASSWORD)];
        let signed = browser.post("/manager/sign-in", &fields).await;
        let session = signed.cookies.iter().find(|cookie| cookie.contains("relais-session=")).unwrap();
        assert!(session.starts_with("__Host-") && session.contains("; Path=/;"), "{session}");
        for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(session.contains(flag), "{session}");
        }
        let told = browser.post("/manager/domains/valbois.test/zone/ttl", &[("ttl", "600")]).await;
        let cookie = told.cookies.iter().find(|cookie| cookie.starts_with("__Host-relais-toast=")).unwrap();
        assert!(cookie.contains("; Path=/;") && cookie.ends_with("; Secure"), "{cookie}");
        // Without the prefix any neighbour could have written it.
        browser
            .cookies
            .iter_mut()
            .for_each(|cookie| *cookie = cookie.replace("__Host-relais-toast", "relais-toast"));
        let shown = browser.get("/manager/domains/valbois.test/zone/settings").await;
        assert!(!shown.text.contains("class=\"toast\""));
    }
}

#[tokio::test]
async fn what_a_browser_calls_us_is_repeated_nowhere() {
    for town in towns().await {
        town.mail_domain().await;
        let people = town.directory.administration(Scope::Tenant(town.valbois), "test");
        let address = model::Address::parse("anna@valbois.test").unwrap();
        let new = directory::NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
        let anna = people.create_address(new).await.unwrap().id;
        let mut browser = town.signed_in("valbois").await;
        browser.host = "evil.test";
        let invite = format!("/manager/addresses/{anna}/invite");
        for path in
            ["/manager/", "/manager/addresses", "/manager/profile", "/manager/nowhere", "/ip", &invite]
        {
            let answer = browser.get(path).await;
            assert!(!answer.text.contains("evil.test"), "{path}: {}", answer.text);
            assert!(!answer.location.contains("evil.test"), "{path}: {}", answer.location);
        }
        browser.cookies.clear();
        let sent_away = browser.get("/manager/addresses").await;
        assert!(sent_away.location.starts_with("/manager/sign-in"), "{}", sent_away.location);
    }
}

#[tokio::test]
async fn the_key_of_a_signed_zone_is_replaced() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/zone";
        let (settings, rollover) = (format!("{path}/settings"), format!("{path}/rollover"));
        let button = format!("action=\"{rollover}\"").replace('/', "&#x2f;");
        let is_offered =
            async |browser: &mut super::Browser<'_>| browser.get(&settings).await.text.contains(&button);
        assert!(!is_offered(&mut browser).await, "it has no key");
        browser.post(&format!("{path}/dnssec"), &[("signed", "yes")]).await;
        assert!(is_offered(&mut browser).await);
        let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
        let zone = zones.zone_called("valbois.test").await.unwrap().id;
        assert_eq!(zones.ds(zone).await.unwrap().len(), 1);
        assert_eq!(browser.post(&rollover, &[]).await.status, StatusCode::SEE_OTHER);
        let both = zones.ds(zone).await.unwrap();
        assert_eq!(both.len(), 2);
        let shown = browser.get(&settings).await.text;
        assert!(both.iter().all(|line| shown.contains(line)) && !shown.contains(&button), "{shown}");
        // Twice says why not, and changes nothing.
        browser.post(&rollover, &[]).await;
        assert_eq!(zones.ds(zone).await.unwrap(), both);
    }
}
