//! What strangers and mail programs get, on both engines.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use directory::{Directory, DomainChange, Scope};
use doorway_http::{Client, Host};
use hosts::Hosts;
use model::{Address, Domain};
use tower::ServiceExt;
use world::World;

use crate::{Families, Servers, Shared, router};

struct Place {
    files: tempfile::TempDir,
    db: db::Db,
    router: Router,
    administration: directory::Administration,
    hosts: Hosts,
    zones: zones::Zones,
    gateways: gateways::Gateways,
    onboarding: onboarding::Onboarding,
    organisation: model::OrganisationId,
    domain: model::DomainId,
}

async fn places() -> Vec<Place> {
    let mut places = Vec::new();
    for db in db::testing::migrated(&mail_flow::testing::MIGRATIONS) {
        db.migrate(&[hosts::MIGRATIONS, zones::MIGRATIONS, onboarding::MIGRATIONS]).unwrap();
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let keys = keys::Keys::new(db.clone(), world.clone());
        let zones = zones::Zones::new(db.clone(), world.clone(), directory.clone(), keys.clone());
        let onboarding = onboarding::testing::onboarding(&db, &world, &zones);
        let hosts = Hosts::new(db.clone(), world.clone(), directory.clone());
        let administration = directory.administration(Scope::Operator("test"), "test");
        let organisation = administration.create_organisation("Valbois").await.unwrap().id;
        let name = Domain::parse("valbois.test").unwrap();
        let domain = administration.create_domain(organisation, None, &name).await.unwrap().id;
        let servers = Servers {
            reading: "mail.valbois.test".to_owned(),
            sending: "mail.valbois.test".to_owned(),
            imaps: Some(993),
            imap: Some(143),
            submissions: Some(465),
            submission: None,
        };
        let mut installation = zones::Installation::single(Domain::parse(&servers.reading).unwrap(), vec![]);
        installation.exchangers = ["mx1.valbois.test", "mx2.valbois.test"]
            .map(|name| zones::Exchanger {
                host: zones::Host {
                    name: Domain::parse(name).unwrap(),
                    addresses: vec!["192.0.2.1".parse().unwrap()],
                },
                priority: 10,
            })
            .to_vec();
        installation.name_servers[0].addresses = vec!["192.0.2.1".parse().unwrap()];
        installation.access.submission = 0;
        zones
            .administration(Scope::Operator("test"), "test")
            .change_installation(installation)
            .await
            .unwrap();
        let families = Families {
            ipv4: Some("ipv4.valbois.test".to_owned()),
            ipv6: Some("ipv6.valbois.test:8443".to_owned()),
        };
        let files = tempfile::tempdir().unwrap();
        let router = router(Arc::new(Shared {
            directory,
            hosts: hosts.clone(),
            zones: zones.clone(),
            servers,
            families,
            onboarding: onboarding.clone(),
            certificates: Some(certificates(files.path())),
        }));
        let gateways = gateways::Gateways::new(db.clone(), world, keys);
        places.push(Place {
            files,
            db,
            router,
            administration,
            hosts,
            zones,
            gateways,
            onboarding,
            organisation,
            domain,
        });
    }
    places
}

impl Place {
    async fn ask(&self, request: axum::http::request::Builder, body: &str) -> (StatusCode, String) {
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        let host = Host::of(request.uri(), request.headers()).unwrap();
        request.extensions_mut().insert(host);
        request.extensions_mut().insert(Client { ip: "192.0.2.7".parse().unwrap(), is_tls: true });
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, host: &str, path: &str) -> (StatusCode, String) {
        self.ask(Request::get(path).header("host", host), "").await
    }
}

#[tokio::test]
async fn a_hosted_domain_has_an_mta_sts_policy_and_others_have_none() {
    for place in places().await {
        let path = "/.well-known/mta-sts.txt";
        let (status, text) = place.get("mta-sts.valbois.test", path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            text,
            "version: STSv1\r\nmode: enforce\r\nmx: mx1.valbois.test\r\nmx: mx2.valbois.test\r\nmax_age: 604800\r\n"
        );
        for host in ["mta-sts.stranger.test", "valbois.test", "mta-sts.", "mta-sts.mta-sts.valbois.test"] {
            let Some(_) = Host::parse(host) else { continue };
            assert_eq!(place.get(host, path).await.0, StatusCode::NOT_FOUND, "{host}");
        }
        // A synonym's letters arrive at the same servers.
        let organisation = place.administration.domain(place.domain).await.unwrap().organisation;
        let add = move |tx: &mut db::Tx| -> Result<(), directory::DirectoryError> {
            let domain = |name| Domain::parse(name).unwrap();
            directory::add_synonym(tx, organisation, &domain("bains.test"), &domain("valbois.test"))
        };
        place.db.operator("test").write(add).await.unwrap();
        assert_eq!(place.get("mta-sts.bains.test", path).await, (StatusCode::OK, text));
        let change = DomainChange { is_disabled: Some(true), ..DomainChange::default() };
        place.administration.change_domain(place.domain, change).await.unwrap();
        for host in ["mta-sts.valbois.test", "mta-sts.bains.test"] {
            assert_eq!(place.get(host, path).await.0, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn thunderbird_finds_the_servers_by_every_way_it_asks() {
    for place in places().await {
        for (host, path) in [
            ("autoconfig.valbois.test", "/mail/config-v1.1.xml"),
            ("autoconfig.valbois.test", "/mail/config-v1.1.xml?emailaddress=anna%40valbois.test"),
            ("valbois.test", "/.well-known/autoconfig/mail/config-v1.1.xml"),
            ("mail.valbois.test", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=a@valbois.test"),
        ] {
            let (status, text) = place.get(host, path).await;
            assert_eq!(status, StatusCode::OK, "{host}{path}");
            assert!(text.contains("<emailProvider id=\"valbois.test\">"), "{text}");
            assert!(text.contains("<port>993</port>\n      <socketType>SSL</socketType>"), "{text}");
            // What is not offered is not named.
            assert!(!text.contains("<port>587</port>"), "{text}");
            assert_eq!(text.matches("<incomingServer").count(), 2);
            assert_eq!(text.matches("<outgoingServer").count(), 1);
        }
        for (host, path) in [
            ("autoconfig.stranger.test", "/mail/config-v1.1.xml?emailaddress=anna%40valbois.test"),
            ("mail.valbois.test", "/mail/config-v1.1.xml?emailaddress=anna@stranger.test"),
            ("mail.valbois.test", "/mail/config-v1.1.xml?emailaddress=%3Cscript%3E"),
        ] {
            assert_eq!(place.get(host, path).await.0, StatusCode::NOT_FOUND, "{host}{path}");
        }
    }
}

fn question(address: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"http://schemas.microsoft.com/\
         exchange/autodiscover/outlook/requestschema/2006\"><Request><EMailAddress>{address}</EMailAddress>\
         <AcceptableResponseSchema>x</AcceptableResponseSchema></Request></Autodiscover>"
    )
}

#[tokio::test]
async fn outlook_gets_both_protocols_in_one_account() {
    for place in places().await {
        let post =
            || Request::post("/autodiscover/autodiscover.xml").header("host", "autodiscover.valbois.test");
        let (status, text) = place.ask(post(), &question("a&amp;b@valbois.test")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(text.matches("<Account>").count(), 1);
        assert_eq!(text.matches("<Protocol>").count(), 2);
        assert!(text.contains("<LoginName>a&amp;b@valbois.test</LoginName>"), "{text}");
        assert!(!text.contains("MobileSync"), "R235: no section for ActiveSync");
        for (body, code) in [
            (question("anna@stranger.test"), "<ErrorCode>500</ErrorCode>"),
            (question("no address"), "<ErrorCode>600</ErrorCode>"),
            ("<not xml".to_owned(), "<ErrorCode>600</ErrorCode>"),
            (
                format!("<!DOCTYPE a [<!ENTITY b \"anna@valbois.test\">]>{}", question("&b;")),
                "<ErrorCode>600</ErrorCode>",
            ),
        ] {
            let (status, text) = place.ask(post(), &body).await;
            assert_eq!(status, StatusCode::OK);
            assert!(text.contains(code), "{body}: {text}");
        }
        let too_long = question(&"a".repeat(20_000));
        assert_eq!(place.ask(post(), &too_long).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn the_address_comes_in_the_form_that_was_asked_for() {
    for place in places().await {
        let get = |path: &str| Request::get(path).header("host", "mail.valbois.test");
        let curl = place.ask(get("/ip").header("accept", "*/*"), "").await;
        assert_eq!(curl, (StatusCode::OK, "192.0.2.7\n".to_owned()));
        let json = place.ask(get("/ip?format=json"), "").await;
        assert_eq!(json, (StatusCode::OK, "{\"ip\":\"192.0.2.7\",\"version\":4}".to_owned()));
        let (_, html) = place.ask(get("/ip").header("accept", "text/html,*/*"), "").await;
        assert!(html.contains("<strong>192.0.2.7</strong>"), "{html}");
        assert_eq!(place.ask(get("/ip?format=pdf"), "").await.0, StatusCode::NOT_FOUND);
    }
}

/// What somebody else calls us is never repeated: a cache would show it to others.
#[tokio::test]
async fn the_lines_to_copy_name_us_by_a_name_of_our_own() {
    for place in places().await {
        for (host, shown) in [
            ("mail.valbois.test", "mail.valbois.test"),
            ("mx1.valbois.test", "mx1.valbois.test"),
            ("valbois.test", "valbois.test"),
            ("autoconfig.valbois.test", "autoconfig.valbois.test"),
            ("www.valbois.test", "mail.valbois.test"),
            ("autoconfig.evil.test", "mail.valbois.test"),
            ("evil.test", "mail.valbois.test"),
            ("mail.valbois.test.evil.test", "mail.valbois.test"),
            ("localhost", "mail.valbois.test"),
        ] {
            let get = Request::get("/ip").header("host", host).header("accept", "text/html");
            let (_, html) = place.ask(get, "").await;
            assert!(html.contains(&format!("https:&#x2f;&#x2f;{shown}/ip")), "{host}: {html}");
            assert!(!html.contains("evil.test"), "{host}: {html}");
        }
    }
}

#[tokio::test]
async fn the_page_asks_a_name_of_each_family_and_nobody_else() {
    for place in places().await {
        let answer = async |path: &str| {
            let mut request = Request::get(path)
                .header("host", "mail.valbois.test")
                .header("accept", "text/html")
                .body(Body::empty())
                .unwrap();
            request.extensions_mut().insert(Client { ip: "2001:db8::7".parse().unwrap(), is_tls: true });
            request.extensions_mut().insert(Host::parse("mail.valbois.test").unwrap());
            place.router.clone().oneshot(request).await.unwrap()
        };
        let page = answer("/ip").await;
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let asks = "connect-src https://ipv4.valbois.test https://ipv6.valbois.test:8443;";
        assert!(policy.contains(asks) && policy.contains("script-src 'self';"), "{policy}");
        assert!(!page.headers().contains_key("access-control-allow-origin"));
        let text = to_bytes(page.into_body(), 100_000).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        // Without the script they are links.
        for link in ["https://ipv4.valbois.test/ip", "https://ipv6.valbois.test:8443/ip"] {
            assert!(text.contains(&format!("<a href=\"{link}\">")), "{text}");
            assert!(text.contains(&format!("data-ip=\"{link}?format=text\"")), "{text}");
        }
        let line = answer("/ip?format=text").await;
        assert_eq!(line.headers()["access-control-allow-origin"], "*");
        assert!(!line.headers().contains_key("content-security-policy"));
        assert_eq!(to_bytes(line.into_body(), 100).await.unwrap(), "2001:db8::7\n");
        assert!(!answer("/help").await.headers().contains_key("access-control-allow-origin"));
        assert_eq!(answer("/public/ip.js").await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn health_says_whether_the_node_serves() {
    for place in places().await {
        let (status, text) = place.get("mail.valbois.test", "/health").await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, "{\"reasons\":[],\"status\":\"ready\"}"));
        assert_eq!(place.get("mail.valbois.test", "/health/live").await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_domain_and_a_mailbox_with_servers_of_their_own_are_told_those() {
    use hosts::{NewHost, NewMailServer, Roles, ServerRole};

    for place in places().await {
        let tenant = Scope::Tenant(place.organisation);
        let admin = place.hosts.administration(tenant, "test");
        let mut servers = Vec::new();
        for (name, last) in [("mx9", 9), ("imap8", 8)] {
            let host = NewHost {
                domain: place.domain,
                name: name.to_owned(),
                fqdn: None,
                ipv4: Some(std::net::Ipv4Addr::new(192, 0, 2, last)),
                ipv6: None,
                description: String::new(),
            };
            let host = admin.create_host(host).await.unwrap().id;
            servers.push(admin.create_server(NewMailServer { host, roles: Roles::ALL }).await.unwrap().id);
        }
        let zones = place.zones.administration(tenant, "test");
        let domain = Domain::parse("valbois.test").unwrap();
        for role in [ServerRole::SmtpIn, ServerRole::SmtpOut] {
            zones.assign_servers(&domain, role, vec![servers[0]]).await.unwrap();
        }
        let anna = directory::NewAddress {
            address: Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let anna = place.administration.create_address(anna).await.unwrap().id;
        admin.assign_mailbox(anna, Some(servers[1])).await.unwrap();
        let ask =
            async |path: &str, host: &str| place.ask(Request::get(path).header("host", host), "").await.1;
        let asked = "/mail/config-v1.1.xml?emailaddress=anna@valbois.test";
        let policy = "/.well-known/mta-sts.txt";
        // Nothing is applied yet.
        let text = ask(asked, "autoconfig.valbois.test").await;
        assert!(text.contains("mail.valbois.test") && !text.contains("mx9"), "{text}");
        assert!(ask(policy, "mta-sts.valbois.test").await.contains("mx: mx1.valbois.test"));
        let run = admin.begin_applying(place.organisation).await.unwrap();
        place.hosts.work(run.id).await.unwrap();
        let text = ask(asked, "autoconfig.valbois.test").await;
        let (incoming, outgoing) = text.split_once("<outgoingServer").unwrap();
        assert!(incoming.contains("<hostname>imap8.valbois.test<"), "{text}");
        assert!(outgoing.contains("<hostname>mx9.valbois.test<"), "{text}");
        // Somebody else reads where the domain does.
        let text =
            ask("/mail/config-v1.1.xml?emailaddress=bruno@valbois.test", "autoconfig.valbois.test").await;
        assert!(text.contains("<hostname>mail.valbois.test<") && !text.contains("imap8"), "{text}");
        let text = ask(policy, "mta-sts.valbois.test").await;
        assert!(text.contains("mx: mx9.valbois.test") && !text.contains("mx1"), "{text}");
    }
}

impl Place {
    async fn form(&self, path: &str, body: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header("host", "mail.valbois.test")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept-language", "en");
        self.ask(request, body).await
    }

    async fn page(&self, path: &str, language: &str) -> (StatusCode, String) {
        let request = Request::get(path)
            .header("host", "mail.valbois.test")
            .header("accept", "text/html")
            .header("accept-language", language);
        self.ask(request, "").await
    }
}

#[tokio::test]
async fn the_address_is_shown_in_four_languages() {
    for place in places().await {
        for (language, word) in [
            ("fr-CH", "adresse IP publique"),
            ("de", "öffentliche IP"),
            ("it", "IP pubblico"),
            ("en", "public IP"),
        ] {
            let (status, page) = place.page("/ip", language).await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.contains("192.0.2.7") && page.contains(word), "{page}");
            assert!(page.contains("/unblock?ip=192.0.2.7"), "the request is one click away, filled in");
        }
        let (_, named) = place.page("/ip?lang=it", "de").await;
        assert!(named.contains("lang=\"it\""), "{named}");
    }
}

#[tokio::test]
async fn help_fills_in_the_settings_and_says_nothing_of_addresses() {
    for place in places().await {
        let (_, carla) = place.page("/help?address=carla@valbois.test", "fr").await;
        assert!(
            carla.contains("<code>carla@valbois.test</code>") && carla.contains("<code>993</code>"),
            "{carla}"
        );
        for client in ["Thunderbird", "Outlook", "Apple Mail", "iPhone", "Android", "mutt"] {
            assert!(carla.contains(client), "{client}");
        }
        // An address that does not exist has the very same page.
        let (_, nobody) = place.page("/help?address=nobody@valbois.test", "fr").await;
        assert_eq!(carla.replace("carla@", "nobody@"), nobody);
        assert!(!carla.contains("id=\"support\""), "nobody said whom to ask");
        let owner = &place.administration;
        let organisation = owner.organisations().await.unwrap()[0].id;
        let change = directory::SettingsChange {
            support_email: Some("aide@valbois.test".to_owned()),
            support_hours: Some("<lundi>".to_owned()),
            ..directory::SettingsChange::default()
        };
        owner.change_settings(organisation, change).await.unwrap();
        assert!(
            carla.contains("&lt;im&gt;&lt;r&gt;") && carla.contains("eve@example.com.incamail.ch"),
            "{carla}"
        );
        let (_, helped) = place.page("/help?address=carla@valbois.test", "fr").await;
        assert!(helped.contains("mailto:aide@valbois.test") && helped.contains("&lt;lundi&gt;"), "{helped}");
        let (status, elsewhere) = place.page("/help?address=eve@far.test", "fr").await;
        assert!(!elsewhere.contains("aide@valbois.test"));
        assert_eq!(status, StatusCode::OK);
        assert!(elsewhere.contains("far.test") && elsewhere.contains("hébergé"), "{elsewhere}");
        let (_, hostile) = place.page("/help?address=%3Cscript%3E@valbois.test", "fr").await;
        assert!(!hostile.contains("<script>"), "{hostile}");
    }
}

#[tokio::test]
async fn who_is_kept_out_asks_to_be_let_in_and_hears_the_same_about_any_domain() {
    for place in places().await {
        let (_, form) = place.page("/unblock", "en").await;
        assert!(form.contains("value=\"192.0.2.7\""), "{form}");
        let about = |domain: &str, ip: &str| {
            format!("domain={domain}&ip={ip}&contact=worker%40far.test&message=help")
        };
        let ask = |domain: &str| about(domain, "192.0.2.7");
        let (status, own) = place.form("/unblock", &ask("valbois.test")).await;
        assert_eq!(status, StatusCode::OK);
        let (_, nobodys) = place.form("/unblock", &ask("far.test")).await;
        assert_eq!(own, nobodys);
        let requests = place.administration.unban_requests().await.unwrap();
        assert_eq!(requests.len(), 2);
        let (status, wrong) = place.form("/unblock", &ask("no+domain")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.contains("This is no domain") && wrong.contains("worker@far.test"), "{wrong}");
        for domain in ["valbois.test", "far.test"] {
            let (status, again) = place.form("/unblock", &ask(domain)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{domain}");
            assert!(again.contains("waiting for an answer already"), "{again}");
        }
        let (status, _) = place.form("/unblock", &about("valbois.test", "192.0.2.8")).await;
        assert_eq!(status, StatusCode::OK);
        let (status, full) = place.form("/unblock", &about("valbois.test", "192.0.2.9")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "three an hour");
        assert!(full.contains("Your request was not taken") && full.contains("worker@far.test"), "{full}");
    }
}

#[tokio::test]
async fn a_link_that_is_none_confirms_nothing() {
    for place in places().await {
        let (status, page) = place.page("/allow/AAAAAAAA", "en").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(page.contains("no longer holds"), "{page}");
        assert_eq!(place.form("/allow/AAAAAAAA", "").await.0, StatusCode::NOT_FOUND);
    }
}

/// Certificates of an authority of our own in a directory: one for both ways.
fn certificates(files: &std::path::Path) -> crate::Certificates {
    let clock = world::Clock::real();
    let authority = keys::Authority::open(files, clock.now()).unwrap();
    let names = ["mail.valbois.test".to_owned()];
    let (certificate, key) = authority.server_certificate(&names, clock.now()).unwrap();
    let tls = keys::ServerTls::with_authority(&certificate, &key, authority, clock).unwrap();
    crate::Certificates { reception: tls.clone(), sending: tls }
}

#[tokio::test]
async fn the_page_of_certificates_says_what_openssl_says_and_the_chain_verifies() {
    let openssl = |place: &Place, arguments: &str| {
        let output = std::process::Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(place.files.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for place in places().await {
        let (status, page) = place.page("/certificates", "fr").await;
        assert_eq!(status, StatusCode::OK);
        for digest in ["sha1", "sha256"] {
            let said = openssl(&place, &format!("x509 -in server.pem -noout -fingerprint -{digest}"));
            let print = said.trim().split_once('=').unwrap().1;
            assert!(page.contains(&format!("<code>{print}</code>")), "{digest} {print}: {page}");
        }
        assert!(page.contains("CN=mail.valbois.test") && page.contains("/certificates/both.pem"), "{page}");
        let (status, chain) = place.page("/certificates/both.pem", "fr").await;
        assert_eq!((status, chain.matches("BEGIN CERTIFICATE").count()), (StatusCode::OK, 2));
        std::fs::write(place.files.path().join("chain.pem"), &chain).unwrap();
        let verified = openssl(&place, "verify -CAfile ca.pem -untrusted chain.pem chain.pem");
        assert_eq!(verified.trim(), "chain.pem: OK");
        for unknown in ["/certificates/sending.pem", "/certificates/..%2Fserver.key", "/certificates/both"] {
            assert_eq!(place.page(unknown, "fr").await.0, StatusCode::NOT_FOUND, "{unknown}");
        }
    }
}

#[tokio::test]
async fn recipients_read_what_an_organisation_tells_them_without_signing_in() {
    for place in places().await {
        let scope = Scope::Tenant(place.organisation);
        let gateways = place.gateways.administration(scope, "anna");
        let new = gateways::NewIntegration {
            organisation: place.organisation,
            name: "Muster".to_owned(),
            contact: String::new(),
            is_hosted_gateway: false,
            inbound: gateways::InboundTarget::Exchangers,
            accepts_host_name: false,
            takes_ordinary: false,
        };
        let one = gateways.create(new).await.unwrap().id;
        let own = place.onboarding.administration(scope, "anna");
        let mut page = own.page(one).await.unwrap();
        own.set_page(one, page.clone()).await.unwrap();
        // Nobody reads what is not published, nor what there is not.
        for unread in ["/secure-mail/muster", "/secure-mail/nobody", "/secure-mail/..%2F..%2Fetc"] {
            assert_eq!(place.page(unread, "fr").await.0, StatusCode::NOT_FOUND, "{unread}");
        }
        page.is_published = true;
        page.notices[1] = "Grüezi <b>alle</b>".to_owned();
        own.set_page(one, page).await.unwrap();
        let help = onboarding::Contact {
            name: "Support".to_owned(),
            email: "help@valbois.test".to_owned(),
            phone: "+41 21 000 00 00".to_owned(),
            hours: "8–18".to_owned(),
            except_holidays: true,
        };
        own.set_contact(one, onboarding::Level::First, help).await.unwrap();
        let (status, french) = place.page("/secure-mail/muster", "fr").await;
        assert_eq!(status, StatusCode::OK);
        assert!(french.contains("Valbois vous envoie désormais"), "{french}");
        assert!(french.contains("mailto:help@valbois.test") && french.contains("jours fériés"), "{french}");
        let (_, german) = place.page("/secure-mail/muster", "de").await;
        assert!(german.contains("Grüezi &lt;b&gt;alle"), "{german}");
        assert!(!german.contains("<b>alle"), "{german}");
    }
}
