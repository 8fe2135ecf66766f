//! Who gets in where: every route of the screens has a decision, and each role meets it; and what
//! roles are changed by.

use axum::http::StatusCode;
use directory::{Limits, NewUser, Role, Zeroizing};
use model::{Address, UserId};

use super::routes::{Route, routes};
use super::{Browser, PASSWORD, Town, towns};

/// Who gets in, at least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Who {
    /// Somebody without a session.
    Anybody,
    /// Whoever is signed in: what is shown is the person's own.
    Person,
    /// A collaborator who was given the mail service looks, an administrator changes.
    Service,
    /// Who administers the organisation.
    Administrator,
    /// The operator's staff; nobody else learns that it exists.
    Staff,
}

/// Every route below `/manager`, in groups. A new one belongs into one of them.
const DECISIONS: [(Who, &str); 5] = [
    (
        Who::Anybody,
        "/manager /sign-in /sign-in/step /sign-in/step/options /sign-in/step/passkey /sign-in/options /sign-in/passkey
         /language/{tag} /assets/{name} /invitation/{token} /invitation/{token}/account",
    ),
    (
        Who::Person,
        "/manager/ /events /sign-out /organisations /organisation/logo /organisation/brand.css
         /sessions /sessions/end /sessions/end-others
         /profile /profile/security /profile/password /profile/totp /profile/passkey /profile/passkey/options
         /profile/proof/options /profile/recovery /profile/factors/{id}/remove /profile/offers/{offer}
         /profile/tokens /profile/tokens/{token}/revoke
         /mine /mine/{account} /mine/{account}/logs /mine/{account}/passwords /mine/{account}/passwords/{id}/delete
         /mine/{account}/aliases /mine/{account}/aliases/{id}/delete /mine/{account}/redirections
         /mine/{account}/targets/{id}/again /mine/{account}/security/{id}/revoke",
    ),
    (Who::Service, "/granted /granted/{service} /addresses/{id}/users"),
    (
        Who::Administrator,
        "/users /users/new /users/{id} /users/{id}/role /users/{id}/block /users/{id}/delete
         /users/{id}/factors/{factor}/remove /users/{id}/password /users/offers/{offer}/withdraw
         /users/{id}/profile /users/{id}/sessions/end /users/{id}/sessions/{session}/end /organisation
         /organisation/tokens /organisation/tokens/{token}
         /services /services/{id} /services/{id}/maintenance /services/{service}/state /services/{service}/delete
         /services/{service}/domain /services/{service}/domains /services/{service}/domains/{name}/delete
         /services/{service}/domains/{name}/move /services/{service}/domains/{name}/state
         /services/{service}/domains/add /services/{service}/domains/{name}/{act}
         /services/{service}/domains/{name}/servers /addresses/{id}/server
         /addresses /addresses/act /addresses/domain /addresses/new /addresses/several /addresses/deleted
         /addresses/deleted/{id}/erase /addresses/deleted/{id}/restore /addresses/lists/{id}
         /addresses/lists/{id}/confirm /addresses/lists/{id}/discard /addresses/lists/{id}/passwords
         /addresses/{id} /addresses/{id}/aliases /addresses/{id}/delete /addresses/{id}/devices
         /addresses/{id}/devices/revoke /addresses/{id}/devices/{password} /addresses/{id}/devices/{password}/state
         /addresses/{id}/devices/{password}/revoke /addresses/{id}/password
         /addresses/{id}/redirections /addresses/{id}/state /addresses/{id}/targets/{target}/again
         /addresses/{id}/invite /addresses/{id}/users/{user} /addresses/{id}/users/{user}/revoke
         /invitations/{id} /invitations/{id}/link /invitations/{id}/revoke
         /global /global/{service} /global/{service}/rules /global/{service}/responder
         /global/{service}/security /global/{service}/security/apply /global/{service}/security/discard
         /global/{service}/security/remove
         /domains /domains/new /domains/{name}/dmarc /domains/{name}/tls /domains/{name}/reputation
         /domains/{name}/security /domains/{name}/security/look /domains/{name}/security/fix
         /domains/{name}/dkim /domains/{name}/dkim/rotate /domains/{name}/dkim/revoke
         /domains/{name}/spf /domains/{name}/spf/all /domains/{name}/spf/merge /domains/{name}/synonyms
         /domains/{name}/zone /domains/{name}/zone/delete /domains/{name}/zone/dnssec /domains/{name}/zone/end
         /domains/{name}/zone/export /domains/{name}/zone/history /domains/{name}/zone/history/{serial}
         /domains/{name}/zone/import /domains/{name}/zone/new /domains/{name}/zone/new/{kind}
         /domains/{name}/zone/preview/{kind} /domains/{name}/zone/records/{id} /domains/{name}/zone/restore
         /domains/{name}/zone/rollover /domains/{name}/zone/secondaries /domains/{name}/zone/settings
         /domains/{name}/zone/ttl /domains/{name}/zone/undo
         /hosts /hosts/new /hosts/{id} /hosts/{id}/edit /hosts/{id}/delete
         /servers /servers/new /servers/{id} /servers/{id}/edit /servers/{id}/delete
         /applications /applications/new /applications/{id} /applications/{id}/state /applications/{id}/password
         /applications/{id}/delete /secured /secured/{letter} /secured/senders /secured/{letter}/withdraw
         /secured/{letter}/erase
         /secured/{letter}/evidence
         /secured/{letter}/receipts/{copy}/{of}
         /integrations /integrations/new /integrations/authorities /integrations/{id} /integrations/{id}/edit
         /integrations/{id}/delete /integrations/{id}/domains /integrations/{id}/domains/prove
         /integrations/{id}/domains/remove /integrations/{id}/certificates /integrations/{id}/certificates/remove
         /integrations/{id}/phases /integrations/{id}/answers /integrations/{id}/set-up /integrations/{id}/set-up/submit
         /integrations/{id}/go-live/accept /integrations/{id}/test /integrations/{id}/report.pdf
         /integrations/{id}/contacts /integrations/{id}/recipients /integrations/{id}/informed /integrations/{id}/matrix
         /integrations/{id}/matrix.csv
         /changes /changes/cancel /changes/apply
         /journal /journal/verify /journal/{change} /logs /logs/{message} /queue /queue/act /routes /routes/remove /renumberings /renumberings/{renumbering}/answer
         /sources /sources/allow /sources/allowed /sources/bans /sources/bans/again
         /sources/bans/lift /sources/ips /sources/ips/look
         /sources/ips/pointer /sources/ips/binding /sources/requests",
    ),
    (
        Who::Staff,
        "/sources/ips/{ip}/delete /integrations/{id}/state /integrations/{id}/go-live /integrations/{id}/domains/confirm
         /installation/integrations /installation/secured /installation/authorities /installation/authorities/{authority} /system /installation /installation/journal /installation/journal/verify /installation/journal/{change}
         /installation/staff /installation/staff/{user} /installation/organisations
         /installation/organisations/{organisation} /installation/organisations/{organisation}/quotas
         /installation/organisations/{organisation}/state /installation/organisations/{organisation}/delete
         /installation/suffixes /installation/renumberings /installation/renumberings/new /installation/renumberings/{renumbering}
         /installation/renumberings/{renumbering}/letters /installation/renumberings/{renumbering}/announce
         /installation/renumberings/{renumbering}/cancel",
    ),
];

fn decision(path: &str) -> Option<Who> {
    let is_named = |paths: &str| paths.split_whitespace().any(|known| known == path);
    DECISIONS.iter().find(|(_, paths)| is_named(paths)).map(|(who, _)| *who)
}

async fn person(town: &Town, login: &str, role: Role) -> UserId {
    let new = NewUser {
        organisation: town.valbois,
        login: Address::parse(login).unwrap(),
        name: login.to_owned(),
        role,
        password: Zeroizing::new(PASSWORD.to_owned()),
    };
    town.people().create_user(new).await.unwrap().id
}

async fn browser<'a>(town: &'a Town, login: &str) -> Browser<'a> {
    let mut browser = town.browser();
    let entered = browser.post("/manager/sign-in", &[("login", login), ("password", PASSWORD)]).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{login}: {}", entered.text);
    browser
}

#[test]
fn every_route_has_a_decision_and_every_decision_a_route() {
    let routes = routes();
    for route in &routes {
        assert!(decision(&route.path).is_some(), "who may ask for {}?", route.path);
    }
    for path in DECISIONS.iter().flat_map(|(_, paths)| paths.split_whitespace()) {
        assert!(routes.iter().any(|route| route.path == path), "{path} is no route any more");
    }
}

#[tokio::test]
async fn each_role_gets_in_where_it_was_decided_and_nowhere_else() {
    for town in towns().await {
        town.mail_domain().await;
        let new = directory::NewAddress {
            address: Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let anna = town.people().create_address(new).await.unwrap();
        let guest = person(&town, "externe@far.test", Role::External).await;
        let given = person(&town, "collaborateur@far.test", Role::Collaborator).await;
        let services = Limits { domain: None, services: Some(vec![anna.service]) };
        town.people().limit_member(town.valbois, given, services).await.unwrap();
        person(&town, "administrateur@far.test", Role::Administrator).await;
        let staff = person(&town, "operateur@far.test", Role::Administrator).await;
        let operator = town.directory.administration(super::Scope::Operator("test"), "test");
        operator.set_operator(staff, true).await.unwrap();
        let filled = |path: &str| {
            let id = match path.split('/').nth(1) {
                Some("addresses") => anna.id.to_string(),
                Some("users") => guest.to_string(),
                Some("services") => anna.service.to_string(),
                _ => "1".to_owned(),
            };
            let name = if path.starts_with("/assets") { "style.css" } else { "valbois.test" };
            let path = path.replace("{id}", &id).replace("{name}", name);
            let path = path.replace("{service}", &anna.service.to_string());
            let path = path.replace("{tag}", "fr").replace("{kind}", "A").replace("{act}", "unlink");
            let path = match path.find('{') {
                Some(_) => path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "1" } else { part })
                    .collect::<Vec<_>>()
                    .join("/"),
                None => path,
            };
            Route::whole(&path)
        };
        for (login, most) in [
            ("", Who::Anybody),
            ("externe@far.test", Who::Person),
            ("collaborateur@far.test", Who::Service),
            ("administrateur@far.test", Who::Administrator),
            ("admin@valbois.test", Who::Administrator),
            ("operateur@far.test", Who::Staff),
        ] {
            let mut browser = if login.is_empty() { town.browser() } else { browser(&town, login).await };
            for route in routes() {
                let (who, path) = (decision(&route.path).unwrap(), filled(&route.path));
                // What ends the session, or changes the language that the next pages are in.
                if ["/sign-out", "/language/{tag}"].contains(&route.path.as_str()) {
                    continue;
                }
                if who > most {
                    let mut answers = Vec::new();
                    if route.gets {
                        answers.push(browser.get(&path).await);
                    }
                    if route.posts {
                        answers.push(browser.post(&path, &[]).await);
                    }
                    for answer in answers {
                        let is_sent_away = most == Who::Anybody && answer.location.contains("/sign-in");
                        let is_refused =
                            [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&answer.status);
                        assert!(is_sent_away || is_refused, "{login} {path}: {}", answer.status);
                    }
                } else if route.gets && route.path != "/events" {
                    let answer = browser.get(&path).await;
                    assert_ne!(answer.status, StatusCode::FORBIDDEN, "{login} {path}");
                    assert!(!answer.status.is_server_error(), "{login} {path}: {}", answer.text);
                    // An organisation without a logo has none.
                    let is_there = route.path.contains('{') || route.path == "/organisation/logo";
                    assert!(is_there || answer.status != StatusCode::NOT_FOUND, "{login} {path}");
                }
            }
        }
    }
}

/// The addresses of the Manager that a page leads to, each once: one of each form.
fn links(page: &str) -> Vec<String> {
    let found = page.split("href=\"").skip(1).filter_map(|part| part.split_once('"'));
    found
        .map(|(link, _)| link.replace("&#x2f;", "/").replace("&amp;", "&"))
        .map(|link| link.split('#').next().unwrap_or_default().to_owned())
        .filter(|link| {
            link.starts_with("/manager") && !link.contains("/assets/") && !link.contains("/language/")
        })
        .collect()
}

#[tokio::test]
async fn no_link_ends_where_its_reader_may_not_go() {
    for town in towns().await {
        let domain = town.mail_domain().await;
        let new = directory::NewAddress {
            address: Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let anna = town.people().create_address(new).await.unwrap();
        let other = town.people().create_service(town.valbois, "Musée", None).await.unwrap();
        person(&town, "externe@far.test", Role::External).await;
        let given = person(&town, "collaborateur@far.test", Role::Collaborator).await;
        let services = Limits { domain: None, services: Some(vec![anna.service]) };
        town.people().limit_member(town.valbois, given, services).await.unwrap();
        person(&town, "nouvelle@far.test", Role::Collaborator).await;
        let limited = person(&town, "limitee@far.test", Role::Administrator).await;
        let limits = Limits { domain: Some(Some(domain)), services: None };
        town.people().limit_member(town.valbois, limited, limits).await.unwrap();
        for (login, reaches) in [
            ("externe@far.test", "/manager/mine"),
            ("nouvelle@far.test", "/manager/granted"),
            ("collaborateur@far.test", "/users"),
            ("limitee@far.test", "/manager/queue"),
            ("administrateur@far.test", "/manager/journal"),
            ("admin@valbois.test", "/manager/users/new"),
        ] {
            if login.starts_with("administrateur") {
                person(&town, login, Role::Administrator).await;
            }
            let mut browser = browser(&town, login).await;
            let (mut waiting, mut seen) = (vec![("/manager/".to_owned(), String::new())], Vec::new());
            let mut wrong = Vec::new();
            while let Some((link, from)) = waiting.pop() {
                let form: String = link.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
                let form = form.split('?').next().unwrap_or_default().to_owned();
                if seen.contains(&form) || seen.len() > 90 {
                    continue;
                }
                seen.push(form);
                let answer = browser.get(&link).await;
                let is_shown = answer.status == StatusCode::OK || answer.status == StatusCode::SEE_OTHER;
                if !is_shown {
                    wrong.push(format!("{from} leads to {link}: {}", answer.status));
                    continue;
                }
                waiting.extend(links(&answer.text).into_iter().map(|next| (next, link.clone())));
                if answer.location.starts_with("/manager") {
                    waiting.push((answer.location, link));
                }
            }
            assert!(wrong.is_empty(), "{login}: {wrong:#?}");
            assert!(seen.iter().any(|path| path.ends_with(reaches)), "{login}: {seen:?}");
        }
        // Of what was not granted a collaborator sees nothing.
        let mut browser = browser(&town, "collaborateur@far.test").await;
        let page = browser.get("/manager/granted").await.text;
        assert!(!page.contains("Musée") && page.contains("valbois.test"), "{page}");
        let hidden = browser.get(&format!("/manager/granted/{}", other.id)).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        let shown = browser.get(&format!("/manager/granted/{}", anna.service)).await.text;
        assert!(links(&shown).contains(&format!("/manager/addresses/{}/users", anna.id)), "{shown}");
        assert_eq!(browser.get("/manager/").await.location, "/manager/granted");
    }
}

#[tokio::test]
async fn an_administrator_makes_no_legal_owner_and_no_limit_is_ever_lifted_by_a_slip() {
    for town in towns().await {
        let domain = town.mail_domain().await.to_string();
        person(&town, "administrateur@far.test", Role::Administrator).await;
        let guest = person(&town, "externe@far.test", Role::External).await;
        let mut admin = browser(&town, "administrateur@far.test").await;
        let path = format!("/manager/users/{guest}/role");
        let role = async || {
            let user = town.people().user(guest).await.unwrap();
            (user.role, user.domain.map(|domain| domain.to_string()))
        };
        for fields in [
            vec![("role", "legal-owner")],
            vec![("role", "administrator"), ("domain", "valbois.test")],
            vec![("role", "administrator"), ("domain", "0x10")],
            vec![("role", "collaborator"), ("service", "all")],
        ] {
            let refused = admin.post(&path, &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert_eq!(role().await, (Role::External, None), "{fields:?}");
        }
        let new = [("login", "eve@far.test"), ("name", "Eve"), ("role", "legal-owner"), ("language", "fr")];
        assert_eq!(admin.post("/manager/users/new", &new).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let foreign = town.directory.administration(super::Scope::Tenant(town.acme), "test");
        let foreign = foreign.domains(Some(town.acme)).await.unwrap()[0].id.to_string();
        let refused = admin.post(&path, &[("role", "administrator"), ("domain", &foreign)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(role().await, (Role::External, None), "nobody administers everything meanwhile");
        let made = admin.post(&path, &[("role", "administrator"), ("domain", &domain)]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        assert_eq!(role().await, (Role::Administrator, Some(domain)));
        // An organisation is renamed with the rest or not at all.
        let pale = [("name", "Autre nom"), ("brand_colour", "#ffee88")];
        let refused = admin.post("/manager/organisation", &pale).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(town.people().organisation(town.valbois).await.unwrap().name, "valbois");
        let good = [("name", "Autre nom"), ("brand_colour", "#0b4f57")];
        assert_eq!(admin.post("/manager/organisation", &good).await.status, StatusCode::SEE_OTHER);
        assert_eq!(town.people().organisation(town.valbois).await.unwrap().name, "Autre nom");
    }
}
