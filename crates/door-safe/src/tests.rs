//! What recipients get at the portal, on both engines: a whole town behind it, letters that went sealed, browsers.

mod accounts;
mod attacks;
mod letters;
mod routes;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blobs::Blobs;
use doorway_http::Client;
use mail_secure::{Mode, Secure, Submission, Way, unmarked};
use model::{Address, Domain, OrganisationId};
use tower::ServiceExt;
use wire_safe::Slot;
use world::World;

use crate::{Memory, Shared, router};

const HOST: &str = "mail.valbois.test";

pub(crate) struct Portal {
    pub(crate) db: db::Db,
    pub(crate) world: World,
    pub(crate) secure: Secure,
    pub(crate) organisation: OrganisationId,
    pub(crate) directory: directory::Directory,
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
    let mut portals = Vec::new();
    for db in db::testing::engines() {
        let world = World::testing();
        mail_flow::testing::populate(&db, &world).await;
        let directory = directory::Directory::new(db.clone(), world.clone());
        let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
        let secure = Secure::new(
            db.clone(),
            blobs,
            world.clone(),
            keys::Vault::with_key(&[7; 32], world.random.clone()),
            mail_flow::testing::secure_settings(&Domain::parse(HOST).unwrap()),
        );
        let operator = directory.administration(directory::Scope::Operator("test"), "test");
        let organisation = operator.organisations().await.unwrap()[0].id;
        let shared = Arc::new(Shared {
            world: world.clone(),
            directory: directory.clone(),
            secure: secure.clone(),
            memory: Memory::default(),
        });
        portals.push(Portal { db, world, secure, organisation, directory, router: router(shared) });
    }
    portals
}

impl Portal {
    /// A letter from anna to one recipient, sealed and queued.
    pub(crate) async fn send(&self, mode: Mode, to: &str, letter: &str) -> Sent {
        let recipient = Address::parse(to).unwrap();
        let marks = self.secure.settings().marks.clone();
        let submission = Submission {
            organisation: self.organisation,
            sender: Address::parse("anna@valbois.test").unwrap(),
            sender_name: "Anna Muster".to_owned(),
            authentication: "password of the mailbox (SMTP AUTH)".to_owned(),
            mode,
            message_id: "<1@mail.valbois.test>".to_owned(),
            letter: unmarked(letter.as_bytes(), &marks, ""),
            recipients: vec![(recipient, Way::Sealed)],
            language: mail_secure::Language::French,
            client_reference: None,
        };
        let prepared = Arc::new(self.secure.prepare(submission).await.unwrap());
        let carrier = prepared.carriers().first().unwrap();
        let (slot, bytes) = (carrier.slot, carrier.bytes.clone());
        let (secure, queued) = (self.secure.clone(), prepared.clone());
        self.db.operator("test").write(move |tx| secure.commit(tx, &queued)).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let between = |from: &str, to: &str| {
            let start = text.find(from).unwrap_or_else(|| panic!("{from} in {text}")) + from.len();
            text[start..start + text[start..].find(to).unwrap()].to_owned()
        };
        let encoded: String =
            between("name=\"envelope\" value=\"", "\"").chars().filter(|c| !c.is_whitespace()).collect();
        Sent { slot, envelope: STANDARD.decode(encoded).unwrap(), share: between("/safe/open#a=", "\"") }
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

    /// The form of a letter's page, as a browser sends it from a file.
    pub(crate) async fn bring(&mut self, fields: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
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
