//! The API as programs meet it: through its router, with tokens, on both engines.

mod behaviour;
mod document;
mod informing;
mod isolation;
mod log;
mod me;
mod received;
mod screens;
mod secure;
mod zones_and_keys;

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use directory::{Directory, NewToken, Scope};
use doorway_http::Client;
use hosts::Hosts;
use keys::Keys;
use mail_flow::{Flow, testing};
use mail_queue::{NewDelivery, Queue};
use mail_reports::Reports;
use model::{Address, BlobRef, BodyKind, DeliveryId, Domain, MessageId, OrganisationId, ReversePath, Route};
use reputation::Reputation;
use serde_json::{Value, json};
use tower::ServiceExt;
use trail::Trail;
use world::World;
use zones::Zones;
use zones::diagnosis::Looker;

use crate::{Limits, Parts, router};

/// An installation with two organisations.
struct Place {
    router: Router,
    world: World,
    db: db::Db,
    queue: Queue,
    hosts: Hosts,
    zones: Zones,
    directory: Directory,
    flow: Flow,
    operator: String,
}

/// An organisation with one of everything, by the names of the document's parameters.
struct Tenant {
    token: String,
    things: Vec<(&'static str, String)>,
}

impl Tenant {
    fn id(&self, name: &str) -> &str {
        let found = self.things.iter().find(|(known, _)| *known == name);
        &found.unwrap_or_else(|| panic!("no {name}: add one to Place::tenant")).1
    }
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn places() -> Vec<Place> {
    places_with(Limits::default()).await
}

async fn places_with(limits: Limits) -> Vec<Place> {
    let mut places = Vec::new();
    for db in db::testing::migrated(&[
        trail::MIGRATIONS,
        trust::MIGRATIONS,
        directory::MIGRATIONS,
        hosts::MIGRATIONS,
        keys::MIGRATIONS,
        gateways::MIGRATIONS,
        zones::MIGRATIONS,
        mail_store::MIGRATIONS,
        mail_secure::MIGRATIONS,
        mail_queue::MIGRATIONS,
        mail_route::MIGRATIONS,
        renumbering::MIGRATIONS,
        reputation::MIGRATIONS,
        mail_reports::MIGRATIONS,
        onboarding::MIGRATIONS,
    ]) {
        let world = World::testing();
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let hostname = Domain::parse("mail.relais.test").unwrap();
        let flow_settings = mail_flow::Settings::new(hostname, "one");
        let town = testing::Town::node(db.clone(), blobs, world.clone(), flow_settings);
        let directory = Directory::new(db.clone(), world.clone());
        let queue = Queue::new(db.clone(), world.clone(), "one");
        let keys = Keys::new(db.clone(), world.clone());
        let settings = mail_reports::Settings::new(Domain::parse("mail.relais.test").unwrap());
        let hosts = Hosts::new(db.clone(), world.clone(), directory.clone());
        let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys.clone());
        let onboarding = onboarding::testing::onboarding(&db, &world, &zones);
        let parts = Parts {
            onboarding,
            hosts: hosts.clone(),
            zones: zones.clone(),
            renumberings: renumbering::Renumberings::new(renumbering::Parts {
                db: db.clone(),
                world: world.clone(),
                directory: directory.clone(),
                hosts: hosts.clone(),
                gateways: gateways::Gateways::new(db.clone(), world.clone(), keys.clone()),
                zones: zones.clone(),
                relays: mail_route::Relays::new(db.clone(), world.clone()),
            }),
            gateways: gateways::Gateways::new(db.clone(), world.clone(), keys.clone()),
            keys,
            looker: Looker { world: world.clone(), certificate: None },
            reports: Reports::new(db.clone(), world.clone(), directory.clone(), settings),
            reputation: Reputation::new(db.clone(), world.clone(), directory.clone()),
            world: world.clone(),
            directory: directory.clone(),
            trail: Trail::new(db.clone()),
            queue: queue.clone(),
            relays: mail_route::Relays::new(db.clone(), world.clone()),
            flow: town.flow.clone(),
            limits,
            exempt_loopback: false,
        };
        let operator = token(&directory, None, true).await;
        let flow = town.flow;
        places.push(Place {
            router: router(parts),
            world,
            db,
            queue,
            hosts,
            zones,
            directory,
            flow,
            operator,
        });
    }
    places
}

async fn token(directory: &Directory, organisation: Option<OrganisationId>, may_write: bool) -> String {
    let administration = directory.administration(Scope::Operator("test"), "test");
    let new = NewToken { organisation, name: "test".to_owned(), may_write, ..NewToken::default() };
    administration.create_token(new).await.unwrap().token.to_string()
}

impl Place {
    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Client { ip: "192.0.2.7".parse().unwrap(), is_tls: true });
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn ask(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let path = if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v1{path}") };
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        match body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.send(request, Body::from(body.to_string())).await
            }
            None => self.send(request, Body::empty()).await,
        }
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, Method::GET, path, None).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.ask(token, Method::POST, path, Some(body)).await
    }

    /// Something made over the API; its identifier.
    async fn made(&self, token: &str, path: &str, body: Value) -> String {
        let answer = self.post(token, path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.body);
        let location = answer.headers["location"].to_str().unwrap();
        location.rsplit_once('/').unwrap().1.to_owned()
    }

    /// An organisation with one of everything.
    async fn tenant(&self, name: &str) -> Tenant {
        let organisation = self.made(&self.operator, "/organisations", json!({"name": name})).await;
        let owner = OrganisationId(organisation.parse().unwrap());
        let token = token(&self.directory, Some(owner), true).await;
        let service = self.made(&token, "/services", json!({"name": "mail"})).await;
        let zone = self.made(&token, "/zones", json!({"name": format!("{name}.test")})).await;
        // A tenant would have to prove that the name is its own.
        let domain =
            json!({"organisation": organisation, "service": service, "name": format!("{name}.test")});
        let domain = self.made(&self.operator, "/domains", domain).await;
        let mailbox = format!("anna@{name}.test");
        let address = self.made(&token, "/addresses", json!({"address": mailbox})).await;
        let alias = json!({"address": format!("alias@{name}.test"), "alias_to": [mailbox]});
        let alias = self.made(&token, "/addresses", alias).await;
        let user = json!({"login": format!("boss@{name}.test"), "name": "Boss", "role": "administrator",
                          "password": "correct horse battery"});
        let user = self.made(&token, "/users", user).await;
        let passwords = format!("/addresses/{address}/device-passwords");
        let device_password = self.made(&token, &passwords, json!({"label": "phone"})).await;
        let own = self.directory.administration(Scope::Tenant(owner), "test");
        let (proof, invitation) = (directory::AddressProof::Machine, directory::NewInvitation::default());
        let invitation =
            own.invite(model::AddressId(address.parse().unwrap()), invitation, proof).await.unwrap();
        let invitation = invitation.info.id.to_string();
        let target = self.target(&own, &address).await;
        let session = self.session(&own, &user).await;
        let (to, proof) = (model::UserId(user.parse().unwrap()), directory::AddressProof::Machine);
        own.grant_access(model::AddressId(address.parse().unwrap()), to, None, proof).await.unwrap();
        let info = own.address(model::AddressId(address.parse().unwrap())).await.unwrap();
        let directory::AddressKind::Mailbox { account, .. } = info.kind else { panic!("{info:?}") };
        let sender = json!({"list": "blocked", "pattern": format!("{name}-spam.test")});
        let sender = self.made(&token, &format!("/services/{service}/senders"), sender).await;
        let list = json!({"domain": domain, "lines": "list1\nlist2"});
        let address_list = self.made(&token, "/address-lists", list).await;
        let other = self.made(&token, "/tokens", json!({"name": "other"})).await;
        let host = json!({"domain": domain, "name": "hote1", "ipv4": "192.162.0.1"});
        let host = self.made(&token, "/hosts", host).await;
        let server = json!({"host": host, "imap": true, "smtp_in": true});
        let server = self.made(&token, "/mail-servers", server).await;
        let run = self.post(&token, "/server-changes/apply", json!({})).await;
        assert_eq!(run.status, StatusCode::ACCEPTED, "{}", run.body);
        let run = run.body["id"].as_str().unwrap().to_owned();
        // The API applies it beside what else it does.
        let hosts = self.hosts.administration(Scope::Tenant(owner), "test");
        while hosts.count_changes(None).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let change = json!({"description": "a change that waits"});
        self.ask(&token, Method::PATCH, &format!("/hosts/{host}"), Some(change)).await;
        let waiting = self.get(&token, "/server-changes").await.body["items"].clone();
        let Some([change]) = waiting.as_array().map(Vec::as_slice) else { panic!("{waiting}") };
        let change = change["id"].as_str().unwrap().to_owned();
        let route =
            json!({"recipients": "*.gate.test", "target": "mx:gate.test", "organisation": organisation});
        let route = self.made(&self.operator, "/routes", route).await;
        let (message, delivery) = self.queued(owner, &mailbox).await;
        let (ip, unban_request, allowed_source) = self.sources(name, &organisation).await;
        let linked = json!({"name": format!("linked-{name}.test")});
        let begun = self.post(&self.operator, &format!("/services/{service}/domains"), linked).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.body);
        let domain_operation = begun.body["id"].as_str().unwrap().to_owned();
        let new = json!({"organisation": organisation, "name": "connected"});
        let integration = self.made(&self.operator, "/integrations", new).await;
        let declared = self
            .post(
                &self.operator,
                &format!("/integrations/{integration}/certificates"),
                json!({"host": format!("gw.{name}.test")}),
            )
            .await;
        let peer_certificate = declared.body["certificates"][0]["id"].as_str().unwrap().to_owned();
        let payroll = json!({"name": "payroll", "senders": [format!("salaires@{name}.test")]});
        let application = self.made(&token, "/applications", payroll).await;
        let (secure_letter, secure_copy) = self.sealed(owner, name).await;
        let things = vec![
            ("application", application),
            ("secure_letter", secure_letter),
            ("received_letter", secure_copy.clone()),
            ("secure_copy", secure_copy),
            ("domain_operation", domain_operation),
            ("membership_offer", self.offer(name, owner).await),
            ("organisation", organisation),
            ("service", service),
            // No such factor, of a user that is nobody else's business.
            ("factor", "9000000000000000001".to_owned()),
            ("domain", domain),
            ("zone", zone),
            ("address", address),
            ("alias", alias),
            ("mailbox", account.to_string()),
            ("address_list", address_list),
            ("session", session),
            ("user", user),
            ("device_password", device_password),
            ("token", other),
            ("invitation", invitation),
            ("sender", sender),
            ("target", target),
            ("host", host),
            ("mail_server", server),
            ("apply_run", run),
            ("server_change", change),
            ("route", route),
            ("integration", integration),
            ("connected_domain", format!("{name}.test")),
            ("peer_certificate", peer_certificate),
            // No such change of addresses, and no such authority: they are the operator's.
            ("renumbering", "9000000000000000003".to_owned()),
            ("suffix", "secure-suffix.test".to_owned()),
            ("authority", "9000000000000000002".to_owned()),
            // No such test: one that is made here goes on for a while.
            ("connection_test", "9000000000000000003".to_owned()),
            ("message", message),
            ("delivery", delivery),
            ("ip", ip),
            ("unban_request", unban_request),
            ("allowed_source", allowed_source),
        ];
        Tenant { token, things }
    }

    /// Somewhere else to which the mailbox is to lead.
    async fn target(&self, own: &directory::Administration, address: &str) -> String {
        let new = directory::NewTargets {
            targets: vec![Address::parse("anna@far.test").unwrap()],
            keeps_copy: Some(true),
            language: "fr".to_owned(),
        };
        let targets = own.set_targets(model::AddressId(address.parse().unwrap()), new).await.unwrap();
        targets[0].id.to_string()
    }

    /// A session that the person has open.
    async fn session(&self, own: &directory::Administration, user: &str) -> String {
        let user = model::UserId(user.parse().unwrap());
        let (login, source) = (own.user(user).await.unwrap().login, "192.0.2.7".parse().unwrap());
        let person = self.directory.sign_in(&login, "correct horse battery", source).await.unwrap();
        self.directory.enter(&person, source, "test").await.unwrap();
        own.sessions_of(user).await.unwrap()[0].id.0.to_string()
    }

    /// Somebody from elsewhere who is asked to belong to the organisation.
    async fn offer(&self, name: &str, owner: OrganisationId) -> String {
        let login = format!("guest-of-{name}@far.test");
        let elsewhere =
            self.post(&self.operator, "/organisations", json!({"name": format!("home of {name}")})).await;
        let new = json!({
            "organisation": elsewhere.body["id"], "login": login, "name": "Guest", "role": "external",
            "password": "correct horse battery",
        });
        self.post(&self.operator, "/users", new).await;
        let people = self.directory.administration(Scope::Tenant(owner), "test");
        let new = directory::NewMember {
            organisation: owner,
            login: Address::parse(&login).unwrap(),
            role: directory::Role::External,
        };
        match people.add_member(new).await.unwrap() {
            directory::Joined::Asked(offer) => offer.id.to_string(),
            directory::Joined::Member(user) => panic!("{user:?}"),
        }
    }

    /// Another domain of the same organisation, with a mail service and a zone of its own, and a token that is limited to
    /// it. What it names of the organisation's other domain is what `tenant` has.
    async fn limited(&self, tenant: &Tenant) -> String {
        let (organisation, name) = (tenant.id("organisation"), "school.test");
        let service = self.made(&tenant.token, "/services", json!({"name": "school"})).await;
        self.made(&tenant.token, "/zones", json!({"name": name})).await;
        let domain = json!({"organisation": organisation, "service": service, "name": name});
        let domain = self.made(&self.operator, "/domains", domain).await;
        let mailbox = json!({"address": format!("teacher@{name}")});
        self.made(&tenant.token, "/addresses", mailbox).await;
        let limited = json!({"name": "limited", "write": true, "domain": domain});
        let made = self.post(&tenant.token, "/tokens", limited).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        made.body["secret"].as_str().unwrap().to_owned()
    }

    /// A dedicated address, somebody who asks to be let in, and a source that is to be allowed.
    async fn sources(&self, name: &str, organisation: &str) -> (String, String, String) {
        let number = name.len();
        let ip = format!("203.0.113.{number}");
        self.made(&self.operator, "/ips", json!({"ip": ip, "organisation": organisation})).await;
        let request = directory::NewUnbanRequest {
            domain: format!("{name}.test"),
            ip: format!("198.51.100.{number}"),
            contact: "worker@far.test".to_owned(),
            message: String::new(),
        };
        self.directory.ask_to_be_let_in(request, ip.parse().unwrap()).await.unwrap();
        let requests = self.get(&self.operator, "/unban-requests").await.body;
        let unban_request = requests["items"][0]["id"].as_str().unwrap().to_owned();
        let new = json!({"organisation": organisation, "ip": format!("198.51.100.{number}"), "purpose": "office",
                         "acceptance": "all mine", "contact": format!("boss@{name}.test")});
        let allowed_source = self.made(&self.operator, "/allowed-sources", new).await;
        (ip, unban_request, allowed_source)
    }

    /// A registered letter that the organisation's payroll sent, and its copy; its carrier waits in no queue.
    async fn sealed(&self, owner: OrganisationId, name: &str) -> (String, String) {
        let login = format!("payroll@application.{owner}");
        let to = Address::parse("eve@far.test").unwrap();
        self.sealed_by(owner, name, mail_secure::application_words("password of", &login, "SOAP"), to).await
    }

    /// A registered letter from `salaires@`, known by these words.
    async fn sealed_by(
        &self,
        owner: OrganisationId,
        name: &str,
        authentication: String,
        to: Address,
    ) -> (String, String) {
        let from = Address::parse(&format!("salaires@{name}.test")).unwrap();
        let (mode, passphrase) = (mail_secure::Mode::Registered, None);
        let prepared = self.kept(owner, from, authentication, to.clone(), mode, passphrase).await;
        (prepared.letter().id.to_string(), prepared.slot_of(&to).unwrap().to_string())
    }

    /// The recipient of a registered letter accepts it, and opens it.
    async fn accepted(&self, slot: &wire_safe::Slot, login: &str) {
        let who = mail_secure::Shown {
            canonical: login.to_owned(),
            authentication: "password and one-time code".to_owned(),
            acting: None,
            person: Some(model::UserId(77)),
            is_strong: true,
            by_telephone: None,
        };
        let secure = self.flow.secure();
        secure.consent(&who, mail_secure::Language::French).await.unwrap();
        secure.accept(slot, &who).await.unwrap();
        secure.note_opened(slot, &who, false).await.unwrap();
    }

    /// A letter for one recipient, with what brings it.
    async fn kept(
        &self,
        owner: OrganisationId,
        sender: Address,
        authentication: String,
        to: Address,
        mode: mail_secure::Mode,
        passphrase: Option<mail_secure::wish::Passphrase>,
    ) -> std::sync::Arc<mail_secure::Prepared> {
        let submission = mail_secure::Submission {
            organisation: owner,
            message_id: String::new(),
            sender,
            sender_name: String::new(),
            authentication,
            mode,
            letter: mail_secure::Unmarked {
                bytes: b"Subject: Secret of the month\r\n\r\nnet: 5000\r\n".to_vec(),
                subject: "Secret of the month".to_owned(),
                message_id: Some("<1@sender.test>".to_owned()),
                passphrase,
                phones: mail_secure::phone::Phones::default(),
            },
            recipients: vec![(to, mail_secure::Way::Sealed)],
            language: mail_secure::Language::default(),
            client_reference: None,
            answers: None,
        };
        let secure = self.flow.secure().clone();
        let prepared = std::sync::Arc::new(secure.prepare(submission).await.unwrap());
        let kept = prepared.clone();
        let scope = self.db.operator("test");
        scope.write(move |tx| secure.commit(tx, &kept)).await.unwrap();
        prepared
    }

    /// A letter that waits.
    async fn queued(&self, owner: OrganisationId, from: &str) -> (String, String) {
        let (message, delivery) = (MessageId(self.world.new_id()), DeliveryId(self.world.new_id()));
        let to = Address::parse("zed@else.test").unwrap();
        let letter = mail_queue::Message {
            id: message,
            organisation: Some(owner),
            from: ReversePath::Address(Address::parse(from).unwrap()),
            blob: BlobRef { segment: 1, offset: 2, size_bytes: 3, hash: [4; 32] },
            prefix: Vec::new(),
            received_at: self.world.clock.now(),
            return_content: None,
            envelope_id: None,
            body: BodyKind::SevenBit,
            tls: model::TlsWish::default(),
            needs_smtputf8: false,
            is_doubtful: false,
            body_key: None,
            pending: 1,
        };
        let new = NewDelivery {
            id: delivery,
            organisation: Some(owner),
            recipient: to.clone(),
            original: None,
            notify: None,
            route: Route::Remote { address: to },
            is_doubtful: None,
            slot: None,
        };
        let node = self.queue.node().to_owned();
        self.db
            .operator("test")
            .write(move |tx| mail_queue::commit(tx, &letter, std::slice::from_ref(&new), &node, None))
            .await
            .unwrap();
        (message.to_string(), delivery.to_string())
    }
}
