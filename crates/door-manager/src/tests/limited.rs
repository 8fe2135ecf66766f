//! An administrator limited to one domain walks every route of the screens, as the sources name them, with what belongs
//! to another domain of the same organisation. A route that forgets the limit makes this fail, and so does a new one that
//! is named nowhere here and answers.

use std::path::Path;

use axum::http::StatusCode;
use directory::{
    Administration, Choice, Limits, NewAddress, NewAddressJob, NewInvitation, NewUser, Role, Scope,
    SenderKind, Zeroizing,
};
use model::{Address, Domain};
use zones::Standing;

use super::{Browser, PASSWORD, Town, towns};

/// What the other domain has, by the place in a path that names it.
struct Other {
    things: Vec<(&'static str, String)>,
}

impl Other {
    /// The path with the other domain's things in it.
    fn fill(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for (place, value) in &self.things {
            let (_, name) = place.rsplit_once('/').unwrap_or(("", place));
            if filled.contains(place) {
                filled = filled.replace(name, value);
            }
        }
        assert!(!filled.contains('{'), "{path}: say in this test what the other domain has there");
        filled
    }
}

fn parsed(text: &str) -> Address {
    Address::parse(text).unwrap()
}

async fn user(people: &Administration, town: &Town, login: &str) -> directory::UserInfo {
    let new = NewUser {
        organisation: town.valbois,
        login: parsed(login),
        name: "Eve".to_owned(),
        role: Role::Administrator,
        password: Zeroizing::new(PASSWORD.to_owned()),
    };
    people.create_user(new).await.unwrap()
}

/// Somebody from elsewhere who is asked to belong to the organisation.
async fn offer(town: &Town) -> i64 {
    let all = town.directory.administration(Scope::Operator("test"), "test");
    let login = parsed("guest@far.test");
    let new = NewUser {
        organisation: town.acme,
        login: login.clone(),
        name: "Guest".to_owned(),
        role: Role::External,
        password: Zeroizing::new(PASSWORD.to_owned()),
    };
    all.create_user(new).await.unwrap();
    let own = town.directory.administration(Scope::Tenant(town.valbois), "test");
    let new = directory::NewMember { organisation: town.valbois, login, role: Role::External };
    match own.add_member(new).await.unwrap() {
        directory::Joined::Asked(offer) => offer.id,
        directory::Joined::Member(user) => panic!("{user:?}"),
    }
}

/// `ecole.test` beside `valbois.test`, in a mail service and a zone of its own, with one of everything.
async fn school(town: &Town) -> Other {
    let people = town.people();
    let service = people.create_service(town.valbois, "school", None).await.unwrap().id;
    let all = town.zones.administration(Scope::Operator("test"), "test");
    all.create_zone(town.valbois, "ecole.test").await.unwrap();
    let name = Domain::parse("ecole.test").unwrap();
    let domain = all.create_domain(town.valbois, Some(service), &name, Standing::Stays).await.unwrap().domain;
    let mailbox = |text: &str| NewAddress { address: parsed(text), alias_to: Vec::new(), quota_bytes: None };
    let address = people.create_address(mailbox("emile@ecole.test")).await.unwrap().id;
    let gone = people.create_address(mailbox("gone@ecole.test")).await.unwrap().id;
    people.delete_address(gone).await.unwrap();
    let list = NewAddressJob { domain: domain.id, text: "paul\n".to_owned(), makes_passwords: false };
    let list = people.show_addresses(list).await.unwrap().id;
    let invited = NewInvitation { language: "fr".to_owned(), ..NewInvitation::default() };
    let proof = directory::AddressProof::Machine;
    let invitation = people.invite(address, invited, proof).await.unwrap().info.id;
    people.add_sender(service, SenderKind::Blocked, "spam-of-ecole.test").await.unwrap();
    let hosts = town.hosts.administration(Scope::Tenant(town.valbois), "test");
    let new = hosts::NewHost {
        domain: domain.id,
        name: "tableau".to_owned(),
        fqdn: None,
        ipv4: Some("192.0.2.40".parse().unwrap()),
        ipv6: None,
        description: String::new(),
    };
    let host = hosts.create_host(new).await.unwrap().id;
    let server = hosts::NewMailServer { host, roles: hosts::Roles { imap: true, ..hosts::Roles::default() } };
    let server = hosts.create_server(server).await.unwrap().id;
    let person = user(&people, town, "denis@ecole.test").await.id;
    let offer = offer(town).await;
    let token = directory::NewToken { name: "programme".to_owned(), ..directory::NewToken::default() };
    let token = people.create_token(token).await.unwrap().info.id;
    let things = vec![
        ("addresses/deleted/{id}", gone.to_string()),
        ("addresses/lists/{id}", list.to_string()),
        ("addresses/{id}", address.to_string()),
        ("invitations/{id}", invitation.to_string()),
        ("hosts/{id}", host.to_string()),
        ("servers/{id}", server.to_string()),
        ("users/{id}", person.to_string()),
        ("services/{id}", service.to_string()),
        ("zone/records/{id}", "1".to_owned()),
        ("{service}", service.to_string()),
        ("{user}", person.to_string()),
        ("{token}", token.to_string()),
        ("{organisation}", town.acme.to_string()),
        ("{offer}", offer.to_string()),
        ("{name}", "ecole.test".to_owned()),
        ("{kind}", "mx".to_owned()),
        ("{act}", "unlink".to_owned()),
        ("{serial}", "1".to_owned()),
        ("{message}", "1".to_owned()),
        ("{change}", "1".to_owned()),
        ("{target}", "1".to_owned()),
        ("{password}", "1".to_owned()),
        ("{factor}", "1".to_owned()),
    ];
    Other { things }
}

pub(super) async fn limited(town: &Town) -> Browser<'_> {
    let people = town.people();
    let eve = user(&people, town, "eve@valbois.test").await;
    let own = people.domain_called(&Domain::parse("valbois.test").unwrap()).await.unwrap().id;
    let limits = Limits { domain: Some(Some(own)), ..Limits::default() };
    people.limit_member(town.valbois, eve.id, limits).await.unwrap();
    let mut browser = town.browser();
    let fields = [("login", "eve@valbois.test"), ("password", PASSWORD)];
    let answer = browser.post("/manager/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    browser
}

/// Whether a route has a page, and whether it changes something.
struct Route {
    path: String,
    is_read: bool,
    is_written: bool,
}

/// Every route of the screens, as the sources have it.
fn routes() -> Vec<Route> {
    fn collect(folder: &Path, routes: &mut Vec<Route>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, routes);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for part in text.split(".route(").skip(1) {
                let Some(path) = part.trim_start().strip_prefix('"') else { continue };
                let Some((path, rest)) = path.split_once('"') else { continue };
                let rest = rest.split(['\n', ';', '}']).next().unwrap_or_default();
                routes.push(Route {
                    path: path.to_owned(),
                    is_read: rest.contains("get("),
                    is_written: rest.contains("post("),
                });
            }
        }
    }
    let mut routes = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/screens")), &mut routes);
    routes.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(routes.len() > 100, "{}", routes.len());
    assert!(routes.iter().all(|route| route.is_read || route.is_written));
    routes
}

/// Everybody's: signing in, the own account, the own mailboxes.
const PERSONAL: [&str; 11] = [
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
const WITHIN_A_DOMAIN: [&str; 14] = [
    "/addresses",
    "/addresses/deleted",
    "/addresses/new",
    "/addresses/several",
    "/changes",
    "/domains",
    "/global",
    "/hosts",
    "/hosts/new",
    "/logs",
    "/queue",
    "/servers",
    "/servers/new",
    "/services",
];

/// What the organisation has beyond the limit.
async fn everything(town: &Town) -> String {
    let people = town.people();
    let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
    let hosts = town.hosts.administration(Scope::Tenant(town.valbois), "test");
    let services = people.services(None).await.unwrap();
    let mut senders = Vec::new();
    for service in &services {
        senders.push(people.senders(service.id).await.unwrap());
    }
    let names = zones.zones(None).await.unwrap();
    let mut records = Vec::new();
    for zone in &names {
        records.push(zones.records(zone.id).await.unwrap());
    }
    let addresses = people.addresses(None).await.unwrap();
    let mut invitations = Vec::new();
    for address in &addresses {
        invitations.push(people.invitations(address.id).await.unwrap());
    }
    format!(
        "{services:?} {senders:?} {addresses:?} {invitations:?} {:?} {:?} {names:?} {records:?} {:?} {:?} {:?}",
        people.domains(None).await.unwrap(),
        people.page_of_deleted_addresses(db::Seek::first(50)).await.unwrap(),
        hosts.hosts(None).await.unwrap(),
        hosts.changes(None).await.unwrap(),
        people.users(None).await.unwrap(),
    )
}

#[tokio::test]
async fn no_route_shows_or_changes_what_lies_beyond_the_limit() {
    for town in towns().await {
        let other = school(&town).await;
        let mut browser = limited(&town).await;
        let id = |place: &str| other.things.iter().find(|(known, _)| *known == place).unwrap().1.clone();
        let (address, host) = (id("addresses/{id}"), id("hosts/{id}"));
        let (service, person) = (id("{service}"), id("{user}"));
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
        let before = everything(&town).await;
        let mut opened = Vec::new();
        let mut refused = 0;
        for Route { path, is_read, is_written } in routes() {
            if PERSONAL.iter().any(|personal| path.starts_with(personal)) {
                continue;
            }
            let asked = format!("/manager{}", other.fill(&path));
            let is_no = |status| status == StatusCode::NOT_FOUND || status == StatusCode::FORBIDDEN;
            if is_read {
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
            if is_written {
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
        assert_eq!(everything(&town).await, before, "and nothing has changed");
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
