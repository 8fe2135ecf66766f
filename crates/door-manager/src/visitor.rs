//! Who asks for a page: the session behind the cookie, and the language.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use directory::{Administration, Role, Scope, Session};
use doorway_http::{Client, Host};
use model::DomainId;

use crate::Shared;
use crate::toast::{self, Toast, see_other};
use crate::trouble::Trouble;
use crate::underway::Underway;
use crate::words::{Language, Word, say};

/// The session's cookie where the connection is encrypted (RFC 6265bis §4.1.3.2).
pub(crate) const SECURE_COOKIE: &str = "__Host-relais-session";
/// The session's cookie without encryption, which only loopback has: the demo.
pub(crate) const PLAIN_COOKIE: &str = "relais-session";
/// The chosen language.
pub(crate) const LANGUAGE_COOKIE: &str = "relais-language";

/// From where, and whether encrypted.
pub(crate) fn client(extensions: &Extensions) -> Client {
    let loopback = Client { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), is_tls: false };
    extensions.get::<Client>().copied().unwrap_or(loopback)
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .find_map(|pair| {
            let (known, value) = pair.trim().split_once('=')?;
            (known == name).then(|| value.to_owned())
        })
}

/// The token in the session's cookie. A cookie without the prefix could come from a neighbouring host, so it counts
/// only where there is no encryption.
pub(crate) fn session_token(headers: &HeaderMap, extensions: &Extensions) -> Option<String> {
    session_token_of(headers, client(extensions).is_tls)
}

/// The same, where it is known whether the connection is encrypted.
pub(crate) fn session_token_of(headers: &HeaderMap, is_tls: bool) -> Option<String> {
    cookie(headers, if is_tls { SECURE_COOKIE } else { PLAIN_COOKIE })
}

/// RFC 6265bis §4.1.3.2: `__Host-` holds the cookie to this very host, over TLS.
pub(crate) fn session_cookie(is_tls: bool, token: &str, seconds: u64) -> String {
    let (name, secure) = if is_tls { (SECURE_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// What a form carries to prove that our own page sent it: derived from the session, so nothing is stored.
pub(crate) fn form_token(session_token: &str) -> String {
    let key = blake3::derive_key("relais 2026-11 door-manager form token", session_token.as_bytes());
    blake3::Hash::from(key).to_hex().to_string()
}

/// What a form carries, and whose page it stands on: the proof, the person, and a proof of that.
fn proof(session_token: &str, user: i64) -> String {
    format!("{}.{user}.{}", form_token(session_token), person_hash(session_token, user).to_hex())
}

fn person_hash(session_token: &str, user: i64) -> blake3::Hash {
    let key = blake3::derive_key("relais 2026-11 door-manager whose form", session_token.as_bytes());
    blake3::keyed_hash(&key, &user.to_be_bytes())
}

/// Whose page carried this proof, if it was made for this session, which may have ended.
pub(crate) fn whose(proof: &str, session_token: &str) -> Option<i64> {
    let mut parts = proof.split('.').skip(1);
    let user: i64 = parts.next()?.parse().ok()?;
    let hash = blake3::Hash::from_hex(parts.next()?).ok()?;
    // Hashes compare in constant time.
    (person_hash(session_token, user) == hash).then_some(user)
}

/// What a form carries, for a session that was just opened.
pub(crate) fn new_proof(session_token: &str, session: &Session) -> String {
    proof(session_token, session.user.0)
}

/// Somebody, signed in or not.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) client: Client,
    pub(crate) language: Language,
    /// The name under which the page was asked for: it chooses what to show and is never trusted.
    pub(crate) host: Option<String>,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) agent: String,
}

impl Guest {
    pub(crate) fn of(parts: &Parts) -> Guest {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let chosen = cookie(&parts.headers, LANGUAGE_COOKIE).and_then(|tag| Language::of_tag(&tag));
        let language =
            chosen.or_else(|| Language::of_accept(text(ACCEPT_LANGUAGE))).unwrap_or(Language::French);
        // A nested router sees its own part of the path only.
        let uri =
            parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let target = uri.path_and_query().map_or("/manager/", |target| target.as_str()).to_owned();
        Guest {
            client: client(&parts.extensions),
            language,
            host: Host::of(uri, &parts.headers).map(|host| host.to_string()),
            target,
            agent: text(axum::http::header::USER_AGENT).to_owned(),
        }
    }

    pub(crate) fn say(&self, key: &str, values: &[(&str, Word)]) -> String {
        say(self.language, key, values)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Guest, Self::Rejection> {
        Ok(Guest::of(parts))
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) guest: Guest,
    pub(crate) session: Session,
    pub(crate) form_token: String,
    pub(crate) toast: Option<Toast>,
    /// Proves that a message was written for this session.
    pub(crate) toast_key: toast::Key,
    /// What the header tells of the organisation.
    pub(crate) underway: Underway,
}

impl Person {
    /// The person behind a request; `None` without a session.
    pub(crate) async fn of(parts: &Parts, shared: &Shared) -> Result<Option<Person>, Trouble> {
        let Some(token) = session_token(&parts.headers, &parts.extensions) else { return Ok(None) };
        let Some(session) = shared.directory.session(&token).await? else { return Ok(None) };
        let guest = Guest::of(parts);
        let session = session.coming_from(guest.client.ip);
        let form_token = new_proof(&token, &session);
        let toast_key = toast::Key::of(&token);
        let toast = toast::of(&parts.headers, guest.client.is_tls, &toast_key);
        let underway = Underway::default();
        let mut person = Person { guest, session, form_token, toast, toast_key, underway };
        if person.administers() {
            person.underway = Underway::of(shared, person.scope(), person.session.organisation).await?;
        }
        Ok(Some(person))
    }

    /// What of the installation the person may touch: the organisation looked at, or the one domain of it to which the
    /// person is limited; never more.
    pub(crate) fn scope(&self) -> Scope {
        Scope::within(self.session.organisation, self.session.domain)
    }

    /// Who the audit will say did it.
    pub(crate) fn who(&self) -> trail::Actor {
        let who = match self.session.is_member {
            true => self.session.login.clone(),
            false => format!("{} (operator's staff)", self.session.login),
        };
        trail::Actor::from(who).coming_from(self.guest.client.ip)
    }

    /// Whether the person administers the whole organisation that is looked at.
    pub(crate) fn administers(&self) -> bool {
        matches!(self.session.role, Role::LegalOwner | Role::Administrator) && self.session.domain.is_none()
    }

    /// Whether the person administers something of it: the whole organisation, or one domain.
    pub(crate) fn administers_something(&self) -> bool {
        matches!(self.session.role, Role::LegalOwner | Role::Administrator)
    }

    /// Whether the person administers this domain, if not the whole organisation.
    pub(crate) fn administers_domain(&self, domain: DomainId) -> bool {
        self.administers()
            || (self.session.role == Role::Administrator && self.session.domain == Some(domain))
    }

    /// Whether nothing is shown but the page on which a second factor is set up.
    pub(crate) fn lacks_second_factor(&self) -> bool {
        self.session.is_second_factor_required && !self.session.has_second_factor
    }

    /// The people of the organisation that is looked at, in the person's name and with the person's role.
    pub(crate) fn people(&self, shared: &Shared) -> Administration {
        shared.directory.administration(self.scope(), self.who()).in_role(self.session.role)
    }
}

/// Marks the answer to a form whose session has ended: what was typed is kept, where it can be.
#[derive(Clone, Copy)]
pub(crate) struct SessionOver;

/// Where a request without a session goes: to the sign-in page, and back afterwards. The cookie stays, though it opens
/// nothing any more: it proves whose the forms of its pages are.
fn to_sign_in(parts: &Parts) -> Response {
    let guest = Guest::of(parts);
    if parts.method != axum::http::Method::GET {
        let mut response = see_other("/manager/sign-in");
        response.extensions_mut().insert(SessionOver);
        return response;
    }
    match guest.target.as_str() {
        "/manager/" => see_other("/manager/sign-in"),
        target => see_other(&sign_in_for(target)),
    }
}

/// The sign-in page that leads to `next`.
pub(crate) fn sign_in_for(next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/manager/sign-in?next={next}")
}

impl FromRequestParts<Arc<Shared>> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Person, Response> {
        match Person::of(parts, shared).await {
            Ok(Some(person)) if person.lacks_second_factor() => Err(see_other("/manager/profile/security")),
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(to_sign_in(parts)),
            Err(trouble) => Err(trouble.into_response()),
        }
    }
}

/// Somebody who is signed in, perhaps without the second factor that an organisation asks for: for the pages on which
/// one is set up, and for nothing else.
pub(crate) struct Entering(pub(crate) Person);

impl FromRequestParts<Arc<Shared>> for Entering {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Entering, Response> {
        match Person::of(parts, shared).await {
            Ok(Some(person)) => Ok(Entering(person)),
            Ok(None) => Err(to_sign_in(parts)),
            Err(trouble) => Err(trouble.into_response()),
        }
    }
}

/// Somebody who administers the whole organisation that is looked at: a page that asks for this one is forbidden to who is
/// limited to a domain.
#[derive(Clone)]
pub(crate) struct Administrator(pub(crate) Person);

impl std::ops::Deref for Administrator {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0
    }
}

impl FromRequestParts<Arc<Shared>> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Administrator, Response> {
        let person = Person::from_request_parts(parts, shared).await?;
        if person.administers() {
            Ok(Administrator(person))
        } else {
            Err(Trouble::NotAllowed.into_response())
        }
    }
}

/// Somebody of the operator's staff; to others the page does not exist.
#[derive(Clone)]
pub(crate) struct Staff(pub(crate) Person);

impl std::ops::Deref for Staff {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0
    }
}

impl FromRequestParts<Arc<Shared>> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Staff, Response> {
        let person = Person::from_request_parts(parts, shared).await?;
        if person.session.is_operator { Ok(Staff(person)) } else { Err(Trouble::NotFound.into_response()) }
    }
}

/// Somebody who administers the organisation that is looked at, or one domain of it: for pages that do everything within
/// [`Person::scope`], which knows the limit, and use the session's organisation for nothing else.
#[derive(Clone)]
pub(crate) struct AnyAdministrator(pub(crate) Person);

impl std::ops::Deref for AnyAdministrator {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0
    }
}

impl FromRequestParts<Arc<Shared>> for AnyAdministrator {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<AnyAdministrator, Response> {
        let person = Person::from_request_parts(parts, shared).await?;
        if person.administers_something() {
            Ok(AnyAdministrator(person))
        } else {
            Err(Trouble::NotAllowed.into_response())
        }
    }
}
