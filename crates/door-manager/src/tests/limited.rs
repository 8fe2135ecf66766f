//! An administrator limited to one domain walks every route of the screens, as the sources name them, with what belongs
//! to another domain of the same organisation. A route that forgets the limit makes this fail, and so does a new one that
//! is named nowhere here and answers.

use axum::http::StatusCode;
use directory::{Choice, Limits, NewAddress, NewAddressJob};
use model::Domain;

use super::foreign::{everything, parsed, school, user};
use super::routes::{Route, routes};
use super::{Browser, PASSWORD, Town, towns};

pub(super) async fn limited(town: &Town) -> Browser<'_> {
    let people = town.people();
    let eve = user(&people, town.valbois, "eve@valbois.test").await;
    let own = people.domain_called(&Domain::parse("valbois.test").unwrap()).await.unwrap().id;
    let limits = Limits { domain: Some(Some(own)), ..Limits::default() };
    people.limit_member(town.valbois, eve.id, limits).await.unwrap();
    let mut browser = town.browser();
    let fields = [("login", "eve@valbois.test"), ("password", PASSWORD)];
    let answer = browser.post("/manager/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    browser
}

/// Everybody's: signing in, the own account, the own mailboxes.
const PERSONAL: [&str; 13] = [
    "/assets/",
    "/events",
    "/invitation/",
    "/language/",
    "/manager",
    "/mine",
    "/organisation/brand.css",
    "/organisation/logo",
    "/organisations",
    "/profile",
    "/sessions",
    "/sign-in",
    "/sign-out",
];

/// The pages without a name in their path that who is limited to a domain opens; a new one belongs here only if it shows
/// nothing beyond the limit.
const WITHIN_A_DOMAIN: [&str; 15] = [
    "/addresses",
    "/addresses/deleted",
    "/addresses/new",
    "/addresses/several",
    "/changes",
    "/domains",
    "/global",
    "/granted",
    "/hosts",
    "/hosts/new",
    "/logs",
    "/queue",
    "/servers",
    "/servers/new",
    "/services",
];

#[tokio::test]
async fn no_route_shows_or_changes_what_lies_beyond_the_limit() {
    for town in towns().await {
        let (other, _browser) = school(&town, town.valbois).await;
        let mut browser = limited(&town).await;
        let (address, host) = (other.id("addresses/{id}").to_owned(), other.id("hosts/{id}").to_owned());
        let (service, person) = (other.id("{service}").to_owned(), other.id("{user}").to_owned());
        // A form that names everything of the other domain which a form of ours could name.
        let fields = [
            ("id", address.as_str()),
            ("ids", address.as_str()),
            ("selected", address.as_str()),
            ("host", host.as_str()),
            ("service", service.as_str()),
            ("user", person.as_str()),
            ("domain", "ecole.test"),
            ("name", "ecole.test"),
            ("address", "spy@ecole.test"),
            ("localpart", "spy"),
            ("login", "spy@ecole.test"),
            ("text", "spy\n"),
            ("act", "disable"),
            ("action", "delete"),
            ("sure", "1"),
        ];
        let before = everything(&town, town.valbois).await;
        let mut opened = Vec::new();
        let mut refused = 0;
        for Route { path, gets, posts } in routes() {
            if PERSONAL.iter().any(|personal| path.starts_with(personal)) {
                continue;
            }
            let asked = format!("/manager{}", other.fill(&path));
            let is_no = |status| status == StatusCode::NOT_FOUND || status == StatusCode::FORBIDDEN;
            if gets {
                let answer = browser.get(&asked).await;
                if is_no(answer.status) {
                    refused += 1;
                } else {
                    // Where there is one mail service, nobody is asked which.
                    let is_led_on =
                        answer.status == StatusCode::SEE_OTHER && !answer.location.contains(&service);
                    assert!(answer.status == StatusCode::OK || is_led_on, "{path}: {}", answer.status);
                    assert!(!path.contains('{'), "{path} shows {asked}: {}", answer.text);
                    assert!(!answer.text.contains("ecole"), "{path}: {}", answer.text);
                    opened.push(path.clone());
                }
            }
            if posts {
                let answer = browser.post(&asked, &fields).await;
                let is_refused = is_no(answer.status);
                refused += usize::from(is_refused);
                assert!(is_refused || !path.contains('{'), "{path}: {} {}", answer.status, answer.text);
                assert!(is_refused || !answer.text.contains("ecole.test</"), "{path}: {}", answer.text);
            }
        }
        assert!(refused > 90, "{refused}");
        assert_eq!(
            opened, WITHIN_A_DOMAIN,
            "pages that open although the whole organisation is not within reach"
        );
        assert_eq!(everything(&town, town.valbois).await, before, "and nothing has changed");
    }
}

#[tokio::test]
async fn within_the_limit_pages_open_and_the_menu_offers_no_others() {
    for town in towns().await {
        let people = town.people();
        let own = people.domain_called(&Domain::parse("valbois.test").unwrap()).await.unwrap();
        let new =
            NewAddress { address: parsed("anna@valbois.test"), alias_to: Vec::new(), quota_bytes: None };
        let anna = people.create_address(new).await.unwrap().id;
        let list = NewAddressJob { domain: own.id, text: "paul\n".to_owned(), makes_passwords: false };
        let list = people.show_addresses(list).await.unwrap().id;
        people.confirm_addresses(list, Choice::All).await.unwrap();
        let mut browser = limited(&town).await;
        let service = own.service;
        for path in [
            "domains".to_owned(),
            format!("services/{service}"),
            format!("global/{service}"),
            format!("global/{service}/security"),
            format!("addresses/{anna}"),
            format!("addresses/{anna}/devices"),
            format!("addresses/{anna}/users"),
            format!("addresses/{anna}/invite"),
            format!("addresses/lists/{list}"),
            "domains/valbois.test/security".to_owned(),
            "domains/valbois.test/zone".to_owned(),
            "domains/valbois.test/zone/history".to_owned(),
            "domains/valbois.test/zone/settings".to_owned(),
            "domains/valbois.test/dmarc?days=7".to_owned(),
            "domains/valbois.test/reputation".to_owned(),
            "domains/valbois.test/spf".to_owned(),
            "domains/valbois.test/dkim".to_owned(),
            "domains/valbois.test/dkim/revoke".to_owned(),
            "logs?address=anna%40valbois.test".to_owned(),
        ] {
            let answer = browser.get(&format!("/manager/{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        }
        let menu = browser.get("/manager/domains").await.text;
        for offered in ["services", "logs", "queue", "hosts"] {
            assert!(menu.contains(&format!("href=\"/manager/{offered}\"")), "{offered}");
        }
        for hidden in ["users", "organisation", "routes", "sources", "system"] {
            assert!(!menu.contains(&format!("href=\"/manager/{hidden}\"")), "{hidden}");
        }
        let new = [("kind", "mailbox"), ("address", "neu"), ("domain", "valbois.test")];
        let made = browser.post("/manager/addresses/new", &new).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let other = [("kind", "mailbox"), ("address", "neu"), ("domain", "acme.test")];
        let refused = browser.post("/manager/addresses/new", &other).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER, "{}", refused.location);
    }
}
