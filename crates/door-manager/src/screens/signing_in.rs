//! Signing in and out, the language: the password, then the second factor of whoever has one; or a passkey alone.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use directory::{AuthRefusal, Challenge, Entrance, FactorKind, StepRefusal, limits as directory_limits};
use minijinja::{Value, context};
use model::Domain;
use serde::Deserialize;

use super::Answer;
use crate::Shared;
use crate::fields::{Fields, SignInFields};
use crate::kept::{self, Kept};
use crate::page;
use crate::toast::see_other;
use crate::trouble::Trouble;
use crate::visitor::{Entering, Guest, LANGUAGE_COOKIE, cookie, new_proof, session_cookie, session_token_of};
use crate::words::{Language, Word};

/// The cookie of the step between password and session, where the connection is encrypted (RFC 6265bis §4.1.3.2).
const SECURE_STEP: &str = "__Host-relais-step";
/// The same without encryption, which only loopback has.
const PLAIN_STEP: &str = "relais-step";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-in/step", get(step).post(with_code))
        .route("/sign-in/step/options", post(step_options))
        .route("/sign-in/step/passkey", post(with_passkey))
        .route("/sign-in/options", post(options))
        .route("/sign-in/passkey", post(by_passkey))
        .route("/sign-out", post(sign_out))
        .route("/language/{tag}", get(language))
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

/// A path to go to, of the Manager or of those who send people here to sign in; and nothing else: not another host.
fn safe(next: &str) -> &str {
    let is_ours = ["/manager/", "/invitation/", "/safe/"].iter().any(|start| next.starts_with(start))
        && !next.contains('\\')
        && !next.contains("//")
        && !next.contains("/..");
    if is_ours { next } else { "/manager/" }
}

/// What a browser is asked, for the script; `null` where there are no passkeys.
pub(super) fn asked(challenge: Option<Challenge>) -> Response {
    let json = challenge.map(|challenge| {
        let options: serde_json::Value = serde_json::from_str(&challenge.options).unwrap_or_default();
        serde_json::json!({ "token": challenge.token.as_str(), "options": options })
    });
    axum::Json(json).into_response()
}

/// Whether the page is shown under the name to which passkeys belong, and where.
pub(super) fn has_passkeys(shared: &Shared, guest: &Guest) -> bool {
    let party = shared.directory.relying_party().map(|party| party.id.as_str());
    guest.client.is_tls && party.is_some() && party == guest.host.as_deref()
}

/// Where somebody goes after signing in: to a page, or on with a form that is kept.
#[derive(Clone, Copy)]
struct Going<'a> {
    next: &'a str,
    /// The form, sealed; empty for none.
    kept: &'a str,
}

impl<'a> Going<'a> {
    fn to(next: &'a str) -> Going<'a> {
        Going { next: safe(next), kept: "" }
    }

    fn of(fields: &'a Fields) -> Going<'a> {
        Going { next: safe(fields.text("next")), kept: fields.text(kept::FIELD) }
    }
}

/// The sign-in page for somebody whose session ended while a form was filled in.
pub(crate) async fn sign_in_keeping(shared: &Shared, guest: &Guest, next: &str, kept: &str) -> Answer {
    let words = guest.say("kept-sign-in", &[]);
    form(shared, guest, Going { next: safe(next), kept }, None, Some(words)).await
}

/// Whom to ask for help: the organisation of the domain in the login that was typed, whether there is such a login or
/// not; otherwise of the domain under whose name the page is shown.
async fn support(shared: &Shared, guest: &Guest, login: Option<&str>) -> Result<Value, Trouble> {
    let typed = login.and_then(|login| login.rsplit_once('@')).map(|(_, domain)| domain);
    let host = guest.host.as_deref();
    let parent = host.and_then(|host| host.split_once('.')).map(|(_, parent)| parent);
    for name in [typed, host, parent].into_iter().flatten() {
        let Ok(domain) = Domain::parse(name) else { continue };
        let support = shared.directory.support_of(&domain).await?;
        if !support.is_empty() {
            return Ok(page::support(&support));
        }
    }
    Ok(Value::UNDEFINED)
}

async fn form(
    shared: &Shared,
    guest: &Guest,
    going: Going<'_>,
    login: Option<&str>,
    trouble: Option<String>,
) -> Answer {
    let Going { next, kept } = going;
    let mut content = context! { next, kept, has_passkeys => has_passkeys(shared, guest) };
    content = context! { contact => support(shared, guest, login).await?, ..content };
    if let Some(login) = login {
        content = context! { login, ..content };
    }
    let is_refused = trouble.is_some();
    if let Some(trouble) = trouble {
        content = context! { trouble, ..content };
    }
    let mut page = page::alone(guest, "sign_in.html", content)?;
    if is_refused {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(State(shared): State<Arc<Shared>>, guest: Guest, Query(Next { next }): Query<Next>) -> Answer {
    form(&shared, &guest, Going::to(next.as_deref().unwrap_or("/manager/")), None, None).await
}

/// Why somebody is not let in, in words; trouble if it is ours.
pub(super) fn refusal(shared: &Shared, guest: &Guest, refusal: AuthRefusal) -> Result<String, Trouble> {
    Ok(match refusal {
        AuthRefusal::Banned { until } => {
            let minutes = until.since(shared.world.clock.now()).as_secs().div_ceil(60);
            guest.say("sign-in-banned", &[("minutes", Word::from(minutes as usize))])
        }
        AuthRefusal::Disabled => guest.say("sign-in-disabled", &[]),
        AuthRefusal::Later(error) => return Err(error.into()),
        _ => guest.say("sign-in-wrong", &[]),
    })
}

async fn sign_in(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(fields): SignInFields,
) -> Answer {
    let (login, going) = (fields.text("login"), Going::of(&fields));
    let again = |trouble: String| form(&shared, &guest, going, Some(login), Some(trouble));
    if !fields.has("login") || !fields.has("password") {
        return again(guest.say("sign-in-empty", &[])).await;
    }
    let signed_in = match shared.directory.sign_in(login, fields.raw("password"), guest.client.ip).await {
        Ok(signed_in) => signed_in,
        Err(refused) => return again(refusal(&shared, &guest, refused)?).await,
    };
    match shared.directory.enter(&signed_in, guest.client.ip, &guest.agent).await? {
        Entrance::Session(token) => opened(&shared, &guest, &headers, &token, going).await,
        Entrance::Step(token) => {
            let mut response = match going.kept {
                "" => {
                    let query: String = url::form_urlencoded::byte_serialize(going.next.as_bytes()).collect();
                    see_other(&format!("/manager/sign-in/step?next={query}"))
                }
                // A form does not fit into an address.
                _ => step_page(&shared, &guest, &token, going, None).await?,
            };
            let seconds = directory_limits::CEREMONY_FOR.as_secs();
            set_step(&mut response, &guest, &token, seconds);
            Ok(response)
        }
    }
}

/// Goes on with a session: with the form that is kept, if it is this person's, or to the page.
async fn opened(
    shared: &Shared,
    guest: &Guest,
    headers: &HeaderMap,
    token: &str,
    going: Going<'_>,
) -> Answer {
    let former = session_token_of(headers, guest.client.is_tls).unwrap_or_default();
    let mut response = match Kept::open(going.kept, &former, shared.world.clock.now()) {
        Some(kept) => match shared.directory.session(token).await? {
            Some(session) if session.user.0 == kept.user() => {
                kept.page(guest, &new_proof(token, &session))?
            }
            _ => see_other(going.next),
        },
        None => see_other(going.next),
    };
    let cookie = session_cookie(guest.client.is_tls, token, directory_limits::SESSION_LIFETIME.as_secs());
    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
    Ok(response)
}

fn set_step(response: &mut Response, guest: &Guest, token: &str, seconds: u64) {
    let (name, secure) = if guest.client.is_tls { (SECURE_STEP, "; Secure") } else { (PLAIN_STEP, "") };
    let cookie = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
}

fn step_token(guest: &Guest, headers: &HeaderMap) -> String {
    cookie(headers, if guest.client.is_tls { SECURE_STEP } else { PLAIN_STEP }).unwrap_or_default()
}

/// The page of the second factor.
async fn step_page(
    shared: &Shared,
    guest: &Guest,
    token: &str,
    going: Going<'_>,
    trouble: Option<String>,
) -> Answer {
    let Going { next, kept } = going;
    let Some(step) = shared.directory.step(token).await? else {
        return form(shared, guest, going, None, Some(guest.say("step-over", &[]))).await;
    };
    let has_passkey = step.factors.has(FactorKind::Passkey) && has_passkeys(shared, guest);
    let is_refused = trouble.is_some();
    let mut content = context! { next, kept, has_passkey, has_totp => step.factors.has(FactorKind::Totp) };
    if let Some(trouble) = trouble {
        content = context! { trouble, ..content };
    }
    let mut page = page::alone(guest, "step.html", content)?;
    if is_refused {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn step(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Answer {
    let going = Going::to(next.as_deref().unwrap_or("/manager/"));
    step_page(&shared, &guest, &step_token(&guest, &headers), going, None).await
}

async fn with_code(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(fields): SignInFields,
) -> Answer {
    let (token, going) = (step_token(&guest, &headers), Going::of(&fields));
    let code = fields.text("code");
    let entered = shared.directory.enter_with_code(&token, code, guest.client.ip, &guest.agent).await;
    ended(&shared, &guest, &headers, &token, going, entered.map(|token| token.to_string())).await
}

async fn with_passkey(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(fields): SignInFields,
) -> Answer {
    let (token, going) = (step_token(&guest, &headers), Going::of(&fields));
    let answer = fields.raw("answer");
    let entered = shared.directory.enter_with_passkey(&token, answer, guest.client.ip, &guest.agent).await;
    ended(&shared, &guest, &headers, &token, going, entered.map(|token| token.to_string())).await
}

async fn ended(
    shared: &Shared,
    guest: &Guest,
    headers: &HeaderMap,
    token: &str,
    going: Going<'_>,
    entered: Result<String, StepRefusal>,
) -> Answer {
    match entered {
        Ok(session) => {
            let mut response = opened(shared, guest, headers, &session, going).await?;
            set_step(&mut response, guest, "", 0);
            Ok(response)
        }
        Err(StepRefusal::Over) => form(shared, guest, going, None, Some(guest.say("step-over", &[]))).await,
        Err(StepRefusal::Refused(AuthRefusal::Wrong)) => {
            step_page(shared, guest, token, going, Some(guest.say("step-wrong", &[]))).await
        }
        Err(StepRefusal::Refused(refused)) => {
            let words = refusal(shared, guest, refused)?;
            form(shared, guest, going, None, Some(words)).await
        }
    }
}

/// What the browser's passkeys are asked in the step.
async fn step_options(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(_): SignInFields,
) -> Answer {
    Ok(asked(shared.directory.step_challenge(&step_token(&guest, &headers)).await?))
}

/// What whichever passkey the browser has is asked, without a password.
async fn options(State(shared): State<Arc<Shared>>, guest: Guest, SignInFields(_): SignInFields) -> Answer {
    Ok(asked(shared.directory.passkey_challenge(guest.client.ip).await?))
}

async fn by_passkey(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(fields): SignInFields,
) -> Answer {
    let (token, answer, going) = (fields.text("challenge"), fields.raw("answer"), Going::of(&fields));
    match shared.directory.sign_in_with_passkey(token, answer, guest.client.ip, &guest.agent).await {
        Ok(session) => opened(&shared, &guest, &headers, &session, going).await,
        Err(StepRefusal::Over | StepRefusal::Refused(AuthRefusal::Wrong)) => {
            form(&shared, &guest, going, None, Some(guest.say("passkey-wrong", &[]))).await
        }
        Err(StepRefusal::Refused(refused)) => {
            let words = refusal(&shared, &guest, refused)?;
            form(&shared, &guest, going, None, Some(words)).await
        }
    }
}

async fn sign_out(State(shared): State<Arc<Shared>>, Entering(person): Entering, _fields: Fields) -> Answer {
    match shared.directory.end_session(&person.session, person.session.id).await {
        Ok(()) | Err(directory::DirectoryError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut response = see_other("/manager/sign-in");
    let cookie = session_cookie(person.guest.client.is_tls, "", 0);
    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("the cookie is ASCII"));
    Ok(response)
}

/// What remembers a language in the browser.
pub(super) fn language_cookie(guest: &Guest, language: Language) -> String {
    let secure = if guest.client.is_tls { "; Secure" } else { "" };
    format!("{LANGUAGE_COOKIE}={language}; Path=/manager/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")
}

async fn language(
    guest: Guest,
    Path(tag): Path<String>,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Trouble> {
    let language = Language::of_tag(&tag).ok_or(Trouble::NotFound)?;
    let mut response = see_other(safe(next.as_deref().unwrap_or("/manager/")));
    let cookie = language_cookie(&guest, language);
    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("the cookie is ASCII"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for (next, expected) in [
            ("/manager/domains?q=a", "/manager/domains?q=a"),
            ("/safe/o/0123456789abcdef", "/safe/o/0123456789abcdef"),
            ("/safe/..//evil.test", "/manager/"),
            ("https://evil.test/manager/", "/manager/"),
            ("//evil.test/manager/", "/manager/"),
            ("/manager//evil.test", "/manager/"),
            ("/manager/..//evil.test", "/manager/"),
            ("/manager/\\evil.test", "/manager/"),
            ("", "/manager/"),
        ] {
            assert_eq!(safe(next), expected, "{next}");
        }
    }
}
