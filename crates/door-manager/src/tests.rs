//! The screens through the router, as a browser uses them; and what must hold of words and templates.

mod access;
mod addresses;
mod applications;
mod connecting;
mod domains;
mod events;
mod foreign;
mod forms;
mod integrations;
mod isolation;
mod journal;
mod letters;
mod limited;
mod linking;
mod names;
mod new_addresses;
mod operator;
mod people;
mod recipients;
mod roles;
mod routes;
mod rules;
mod screens;
mod secured;
mod servers;
mod shown;
mod watching;
mod ways;
mod words;

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE};
use axum::http::{Request, StatusCode};
use directory::{Directory, NewUser, Options, Role, Scope, Zeroizing};
use doorway_http::Client;
use model::{Address, Domain, OrganisationId};
use tower::ServiceExt;
use world::{StaticNames, World};
use zones::diagnosis::Looker;
use zones::{Edit, Installation, NewRecord, Standing, Zones};

use crate::{Shared, router};

const PASSWORD: &str = "une phrase de passe";

/// Two organisations, each with a person, a mail domain and its zone: `valbois.test` and `acme.test`.
struct Town {
    directory: Directory,
    world: World,
    router: Router,
    zones: Zones,
    keys: keys::Keys,
    hosts: hosts::Hosts,
    gateways: gateways::Gateways,
    renumberings: renumbering::Renumberings,
    secure: mail_secure::Secure,
    db: db::Db,
    valbois: OrganisationId,
    acme: OrganisationId,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    location: String,
    cookies: Vec<String>,
    referrer_policy: String,
    text: String,
}

/// A browser with its cookies.
struct Browser<'a> {
    town: &'a Town,
    cookies: Vec<String>,
    language: &'static str,
    /// What it asks for by `Host`.
    host: &'static str,
    is_tls: bool,
}

async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&[
        trail::MIGRATIONS,
        directory::MIGRATIONS,
        hosts::MIGRATIONS,
        mail_queue::MIGRATIONS,
        mail_store::MIGRATIONS,
        mail_secure::MIGRATIONS,
        mail_route::MIGRATIONS,
        renumbering::MIGRATIONS,
        keys::MIGRATIONS,
        gateways::MIGRATIONS,
        zones::MIGRATIONS,
        mail_reports::MIGRATIONS,
        reputation::MIGRATIONS,
        trust::MIGRATIONS,
        onboarding::MIGRATIONS,
    ]) {
        let names = StaticNames::default()
            .with("valbois.test", "TXT", "v=spf1 include:spf.relais.test -all")
            .with("deux.test", "TXT", "v=spf1 include:un.test -all")
            .with("deux.test", "TXT", "v=spf1 include:autre.test ~all")
            .with("faux.test", "TXT", "v=spf1 ip4:300.1.1.1 -all")
            .with("boucle.test", "TXT", "v=spf1 mx include:rien.test include:boucle.test ~all mx")
            .with("jumeau.test", "NS", "mail.relais.test.")
            .failing("muet.test");
        let world = World::testing_with_names(names);
        let options = Options { exempt_loopback: true, ..Options::default() };
        let directory = Directory::with_options(db.clone(), world.clone(), options);
        let operator = directory.administration(Scope::Operator("test"), "test");
        let keys = keys::Keys::new(db.clone(), world.clone());
        let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys.clone());
        let all = zones.administration(Scope::Operator("test"), "test");
        let hostname = Domain::parse("mail.relais.test").unwrap();
        let installation = Installation::single(hostname.clone(), vec!["192.0.2.25".parse().unwrap()]);
        all.change_installation(installation).await.unwrap();
        let mut organisations = Vec::new();
        for name in ["valbois", "acme"] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            let domain = format!("{name}.test");
            let zone = all.create_zone(organisation, &domain).await.unwrap();
            all.create_domain(organisation, None, &Domain::parse(&domain).unwrap(), Standing::Stays)
                .await
                .unwrap();
            let add = vec![NewRecord::new("www", "A", "192.0.2.80")];
            all.edit(zone.id, Edit { add, ..Edit::default() }).await.unwrap();
            let new = NewUser {
                organisation,
                login: Address::parse(&format!("admin@{domain}")).unwrap(),
                name: "Claire".to_owned(),
                role: Role::LegalOwner,
                password: Zeroizing::new(PASSWORD.to_owned()),
            };
            operator.create_user(new).await.unwrap();
            organisations.push(organisation);
        }
        let settings = mail_reports::Settings::new(hostname);
        let hosts = hosts::Hosts::new(db.clone(), world.clone(), directory.clone());
        let gateways = gateways::Gateways::new(db.clone(), world.clone(), keys.clone());
        let secure = secure(&db, &world);
        let shared = Shared {
            secure: secure.clone(),
            hosts: hosts.clone(),
            gateways: gateways.clone(),
            onboarding: onboarding::testing::onboarding(&db, &world, &zones),
            trail: trail::Trail::new(db.clone()),
            relays: mail_route::Relays::new(db.clone(), world.clone()),
            renumberings: renumbering::Renumberings::new(renumbering::Parts {
                db: db.clone(),
                world: world.clone(),
                directory: directory.clone(),
                hosts: hosts.clone(),
                gateways: gateways.clone(),
                zones: zones.clone(),
                relays: mail_route::Relays::new(db.clone(), world.clone()),
            }),
            queue: mail_queue::Queue::new(db.clone(), world.clone(), "one"),
            reports: mail_reports::Reports::new(db.clone(), world.clone(), directory.clone(), settings),
            reputation: reputation::Reputation::new(db.clone(), world.clone(), directory.clone()),
            looker: Looker { world: world.clone(), certificate: None },
            zones: zones.clone(),
            db: db.clone(),
            world: world.clone(),
            directory: directory.clone(),
            keys: keys.clone(),
        };
        let (valbois, acme) = (organisations[0], organisations[1]);
        let renumberings = shared.renumberings.clone();
        let router = router(Arc::new(shared));
        towns.push(Town {
            directory,
            world,
            router,
            zones,
            keys,
            db,
            valbois,
            acme,
            hosts,
            gateways,
            renumberings,
            secure,
        });
    }
    towns
}

/// Secured letters, with bodies in memory and a key of the vault that everybody knows.
fn secure(db: &db::Db, world: &World) -> mail_secure::Secure {
    let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
    let vault = keys::Vault::with_key(&[7; 32], world.random.clone());
    let portal = wire_safe::PortalOrigin::parse("https://safe.relais.test").unwrap();
    let settings = mail_secure::Settings::new(portal, &Domain::parse("relais.test").unwrap());
    mail_secure::Secure::new(db.clone(), blobs, world.clone(), vault, settings)
}

impl Town {
    fn people(&self) -> directory::Administration {
        self.directory.administration(Scope::Tenant(self.valbois), "test")
    }

    fn browser(&self) -> Browser<'_> {
        Browser { town: self, cookies: Vec::new(), language: "fr", host: "localhost", is_tls: false }
    }

    /// The mail domain of Valbois.
    async fn mail_domain(&self) -> model::DomainId {
        let zones = self.zones.administration(Scope::Operator("test"), "test");
        let name = Domain::parse("valbois.test").unwrap();
        zones.refresh(&name, Standing::Stays).await.unwrap().domain.id
    }

    async fn signed_in(&self, organisation: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let login = format!("admin@{organisation}.test");
        let answer = browser.post("/manager/sign-in", &[("login", &login), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }
}

impl Browser<'_> {
    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let client = Client { ip: Ipv4Addr::LOCALHOST.into(), is_tls: self.is_tls };
        let request = request
            .extension(client)
            .header(HOST, self.host)
            .header(COOKIE, self.cookies.join("; "))
            .header("accept-language", self.language)
            .body(body)
            .unwrap();
        let response = self.town.router.clone().oneshot(request).await.unwrap();
        let header = |name| {
            let all = response.headers().get_all(name).iter();
            all.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (status, cookies) = (response.status(), header(SET_COOKIE));
        let location = header(LOCATION).first().cloned().unwrap_or_default();
        let referrer_policy = header(REFERRER_POLICY).first().cloned().unwrap_or_default();
        for cookie in &cookies {
            let pair = cookie.split(';').next().unwrap_or_default();
            let name = pair.split('=').next().unwrap_or_default();
            self.cookies.retain(|known| !known.starts_with(&format!("{name}=")));
            if !pair.ends_with('=') {
                self.cookies.push(pair.to_owned());
            }
        }
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer {
            status,
            location,
            cookies,
            referrer_policy,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// What our page sends: with its origin and, once signed in, its proof.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, "http://localhost").await
    }

    /// The same, out of a page of this origin.
    async fn post_from(&mut self, path: &str, fields: &[(&str, &str)], origin: &str) -> Answer {
        let proof = self.cookies.iter().find_map(|cookie| cookie.split_once("relais-session="));
        let proof = proof.map(|(_, token)| token).map(crate::visitor::form_token).unwrap_or_default();
        let mut all = vec![("_token", proof.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(path, &all, origin).await
    }

    async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)], origin: &str) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(ORIGIN, origin)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }
}
