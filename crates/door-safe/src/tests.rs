//! What recipients get at the portal, on both engines: a whole town behind it, letters that went sealed, browsers.

mod accounts;
mod attacks;
mod journal;
mod letters;
mod public;
mod replies;
mod routes;
mod telephone;
mod visitors;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blobs::Blobs;
use directory::{Directory, Entrance, NewUser, Role, Scope, Zeroizing};
use doorway_http::Client;
use mail_flow::testing::Town;
use mail_flow::{Flow, Settings};
use mail_judge::Scanner;
use mail_secure::{Mode, Secure, Submission, Way, unmarked};
use mail_store::MailStore;
use model::{Address, Domain, OrganisationId};
use tower::ServiceExt;
use wire_safe::Slot;
use world::World;

use crate::{Memory, Shared, router};

const HOST: &str = "mail.valbois.test";
const PASSWORD: &str = "une phrase de passe";

pub(crate) struct Portal {
    pub(crate) db: db::Db,
    blobs: Blobs,
    pub(crate) world: World,
    pub(crate) secure: Secure,
    pub(crate) flow: Flow,
    pub(crate) store: MailStore,
    pub(crate) directory: Directory,
    pub(crate) organisation: OrganisationId,
    pub(crate) shared: Arc<Shared>,
    router: Router,
}

/// A letter that went sealed: its page's parts.
pub(crate) struct Sent {
    pub(crate) slot: Slot,
    pub(crate) envelope: Vec<u8>,
    pub(crate) share: String,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
}

impl Sent {
    /// What a carrier brings.
    pub(crate) fn of(slot: Slot, carrier: &[u8]) -> Sent {
        let text = String::from_utf8(carrier.to_vec()).unwrap();
        let between = |from: &str, to: &str| {
            let start = text.find(from).unwrap_or_else(|| panic!("{from} in {text}")) + from.len();
            text[start..start + text[start..].find(to).unwrap()].to_owned()
        };
        let encoded: String =
            between("name=\"envelope\" value=\"", "\"").chars().filter(|c| !c.is_whitespace()).collect();
        Sent { slot, envelope: STANDARD.decode(encoded).unwrap(), share: between("/safe/open#a=", "\"") }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A browser with its cookie.
pub(crate) struct Browser<'a> {
    portal: &'a Portal,
    pub(crate) cookie: String,
}

pub(crate) async fn portals() -> Vec<Portal> {
    portals_with(&None).await
}

/// Portals whose letters a scanner sees before they are sealed.
pub(crate) async fn portals_with(scanner: &Option<Scanner>) -> Vec<Portal> {
    let mut portals = Vec::new();
    for db in mail_flow::testing::engines() {
        let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
        let mut settings = Settings::new(Domain::parse(HOST).unwrap(), "one");
        settings.scanner.clone_from(scanner);
        let town = Town::found(db.clone(), blobs.clone(), World::testing(), settings).await;
        let Town { world, directory, operator, flow, store, .. } = town;
        let secure = flow.secure().clone();
        let organisation = operator.organisations().await.unwrap()[0].id;
        let shared = Arc::new(Shared {
            world: world.clone(),
            directory: directory.clone(),
            secure: secure.clone(),
            flow: flow.clone(),
            memory: Memory::default(),
            turns: crate::Turns::default(),
        });
        let router = router(shared.clone());
        portals.push(Portal {
            db,
            blobs,
            world,
            secure,
            flow,
            store,
            directory,
            organisation,
            shared,
            router,
        });
    }
    portals
}

impl Portal {
    /// A letter from anna to one recipient, sealed and queued.
    pub(crate) async fn send(&self, mode: Mode, to: &str, letter: &str) -> Sent {
        self.send_to(mode, &[to], letter).await.remove(0)
    }

    /// A letter from anna to some recipients.
    pub(crate) async fn send_to(&self, mode: Mode, to: &[&str], letter: &str) -> Vec<Sent> {
        let marks = self.secure.settings().marks.clone();
        let submission = Submission {
            organisation: self.organisation,
            sender: Address::parse("anna@valbois.test").unwrap(),
            sender_name: "Anna Muster".to_owned(),
            authentication: "password of the mailbox (SMTP AUTH)".to_owned(),
            mode,
            message_id: "<1@mail.valbois.test>".to_owned(),
            letter: unmarked(letter.as_bytes(), &marks, ""),
            recipients: to.iter().map(|to| (Address::parse(to).unwrap(), Way::Sealed)).collect(),
            language: mail_secure::Language::French,
            client_reference: None,
            answers: None,
        };
        let prepared = Arc::new(self.secure.prepare(submission).await.unwrap());
        let (secure, queued) = (self.secure.clone(), prepared.clone());
        self.db.operator("test").write(move |tx| secure.commit(tx, &queued)).await.unwrap();
        prepared.carriers().iter().map(|carrier| Sent::of(carrier.slot, &carrier.bytes)).collect()
    }

    /// A browser in which an account of a mailbox here is signed in; with a second factor and what it agreed to, or without.
    pub(crate) async fn account(&self, login: &str, has_factor: bool) -> Browser<'_> {
        let operator = self.directory.administration(Scope::Operator("test"), "test");
        // The one of the mailbox's domain: nobody else's word counts for the address.
        let home = self.home().await;
        let new = NewUser {
            organisation: home,
            login: Address::parse(login).unwrap(),
            name: "Claire".to_owned(),
            role: Role::External,
            password: Zeroizing::new(PASSWORD.to_owned()),
        };
        operator.create_user(new).await.unwrap();
        let source = "192.0.2.7".parse().unwrap();
        let signed_in = self.directory.sign_in(login, PASSWORD, source).await.unwrap();
        let Entrance::Session(token) = self.directory.enter(&signed_in, source, "test").await.unwrap() else {
            panic!("no second factor is set up yet");
        };
        if has_factor {
            self.add_factor(login).await;
            self.consent(login).await;
        }
        let mut browser = self.browser();
        browser.cookie = format!("__Host-relais-session={}", *token);
        browser
    }

    /// The organisation whose mailboxes are on valbois.test.
    pub(crate) async fn home(&self) -> OrganisationId {
        let operator = self.directory.administration(Scope::Operator("test"), "test");
        operator.organisation_called("Commune de Valbois").await.unwrap().id
    }

    /// Gives an account a second factor.
    pub(crate) async fn add_factor(&self, login: &str) {
        let login = login.to_owned();
        let add = "INSERT INTO factor (id, person, kind, name, last_step, created_at)
                   SELECT id, id, 'totp', '', 0, 0 FROM person WHERE login = ?1";
        let scope = self.db.operator("test");
        assert_eq!(scope.write(move |tx| tx.execute(add, db::values![login.as_str()])).await.unwrap(), 1);
    }

    /// The code that is on its way to a mailbox.
    pub(crate) async fn code(&self) -> String {
        let told = self.secure.due_notices().await.unwrap().pop().unwrap();
        let text = String::from_utf8(told.bytes).unwrap();
        let header = wire_mime::whole_header(text.as_bytes()).unwrap();
        let subject = wire_mime::fields(header).find(|field| field.is("subject")).unwrap();
        let subject = wire_mime::decode_words(&subject.unfolded());
        let digits: String = subject.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits.len(), 8, "{subject}");
        let id = told.id;
        self.db.operator("test").write(move |tx| mail_secure::sent(tx, id)).await.unwrap();
        digits
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { portal: self, cookie: String::new() }
    }
}

impl Browser<'_> {
    async fn ask(&mut self, request: axum::http::request::Builder, body: Vec<u8>) -> Answer {
        let mut request =
            request.header("host", HOST).header("cookie", &self.cookie).body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Client { ip: "192.0.2.7".parse().unwrap(), is_tls: true });
        let response = self.portal.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            if pair.starts_with("__Host-") {
                let name = pair.split('=').next().unwrap().to_owned();
                let mut jar: Vec<&str> = self.cookie.split("; ").filter(|one| !one.is_empty()).collect();
                jar.retain(|one| !one.starts_with(&format!("{name}=")));
                jar.push(&pair);
                self.cookie = jar.join("; ");
            }
        }
        let bytes = to_bytes(response.into_body(), 1 << 27).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
        Answer { status, headers, bytes, text }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path), Vec::new()).await
    }

    /// A form of our page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header("origin", format!("https://{HOST}"));
        self.post_as(request, fields).await
    }

    /// A form from wherever its headers say.
    pub(crate) async fn post_as(
        &mut self,
        request: axum::http::request::Builder,
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.ask(request, body.into_bytes()).await
    }

    /// A form of our page with files: their fields have a file's name.
    pub(crate) async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &[u8])],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        self.post_files_as(Request::post(path), fields, files).await
    }

    /// The same with headers of its own.
    pub(crate) async fn post_files_as(
        &mut self,
        request: axum::http::request::Builder,
        fields: &[(&str, &[u8])],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let says_origin = request.headers_ref().is_some_and(|headers| headers.contains_key("origin"));
        let request = match says_origin {
            true => request,
            false => request.header("origin", format!("https://{HOST}")),
        };
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        self.ask(request, multipart(fields, files)).await
    }

    /// The form of a letter's page, as a browser sends it from a file.
    pub(crate) async fn bring(&mut self, fields: &[(&str, &[u8])]) -> Answer {
        let body = multipart(fields, &[]);
        let request = Request::post("/safe/open")
            .header("origin", "null")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "multipart/form-data; boundary=b");
        self.ask(request, body).await
    }

    /// Brings a letter and follows to its page.
    pub(crate) async fn arrive(&mut self, sent: &Sent) -> String {
        let encoded = STANDARD.encode(&sent.envelope);
        let answer = self.bring(&[("envelope", encoded.as_bytes())]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// Shows a code at the page of a letter.
    pub(crate) async fn enter(&mut self, path: &str) {
        assert_eq!(
            self.post(&format!("{path}/code"), &[]).await.header("location"),
            format!("{path}?step=code")
        );
        let code = self.portal.code().await;
        let entered = self.post(&format!("{path}/enter"), &[("code", &code)]).await;
        assert_eq!(entered.header("location"), path, "{}", entered.text);
    }
}

/// A form as browsers send one with files (RFC 7578).
fn multipart(fields: &[(&str, &[u8])], files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut part = |named: String, value: &[u8]| {
        body.extend_from_slice(format!("--b\r\nContent-Disposition: form-data; {named}\r\n\r\n").as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{name}\""), value);
    }
    for (name, file, value) in files {
        part(format!("name=\"{name}\"; filename=\"{file}\""), value);
    }
    body.extend_from_slice(b"--b--\r\n");
    body
}
