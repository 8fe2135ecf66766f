//! Signing in and out, the language: the password, then the second factor of whoever has one; or a passkey alone.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use directory::{AuthRefusal, Challenge, Entrance, FactorKind, StepRefusal, limits as directory_limits};
use minijinja::context;
use serde::Deserialize;

use super::Answer;
use crate::Shared;
use crate::fields::{Fields, SignInFields};
use crate::page;
use crate::toast::see_other;
use crate::trouble::Trouble;
use crate::visitor::{Entering, Guest, LANGUAGE_COOKIE, cookie, session_cookie};
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

/// A path of the Manager to go to, and nothing else: not another host, not another door.
fn safe(next: &str) -> &str {
    let is_ours = (next.starts_with("/manager/") || next.starts_with("/invitation/"))
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

fn form(shared: &Shared, guest: &Guest, next: &str, login: Option<&str>, trouble: Option<String>) -> Answer {
    let mut content = context! { next, has_passkeys => has_passkeys(shared, guest) };
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
    form(&shared, &guest, safe(next.as_deref().unwrap_or("/manager/")), None, None)
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
    SignInFields(fields): SignInFields,
) -> Answer {
    let (login, next) = (fields.text("login"), safe(fields.text("next")));
    let again = |trouble: String| form(&shared, &guest, next, Some(login), Some(trouble));
    if !fields.has("login") || !fields.has("password") {
        return again(guest.say("sign-in-empty", &[]));
    }
    let signed_in = match shared.directory.sign_in(login, fields.raw("password"), guest.client.ip).await {
        Ok(signed_in) => signed_in,
        Err(refused) => return again(refusal(&shared, &guest, refused)?),
    };
    match shared.directory.enter(&signed_in, guest.client.ip, &guest.agent).await? {
        Entrance::Session(token) => Ok(opened(&guest, &token, next)),
        Entrance::Step(token) => {
            let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let mut response = see_other(&format!("/manager/sign-in/step?next={query}"));
            let seconds = directory_limits::CEREMONY_FOR.as_secs();
            set_step(&mut response, &guest, &token, seconds);
            Ok(response)
        }
    }
}

/// Goes on with a session.
fn opened(guest: &Guest, token: &str, next: &str) -> Response {
    let mut response = see_other(next);
    let cookie = session_cookie(guest.client.is_tls, token, directory_limits::SESSION_LIFETIME.as_secs());
    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
    response
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
    next: &str,
    trouble: Option<String>,
) -> Answer {
    let Some(step) = shared.directory.step(token).await? else {
        return form(shared, guest, next, None, Some(guest.say("step-over", &[])));
    };
    let has_passkey = step.factors.has(FactorKind::Passkey) && has_passkeys(shared, guest);
    let is_refused = trouble.is_some();
    let mut content = context! { next, has_passkey, has_totp => step.factors.has(FactorKind::Totp) };
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
    let next = safe(next.as_deref().unwrap_or("/manager/"));
    step_page(&shared, &guest, &step_token(&guest, &headers), next, None).await
}

async fn with_code(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(fields): SignInFields,
) -> Answer {
    let (token, next) = (step_token(&guest, &headers), safe(fields.text("next")));
    let code = fields.text("code");
    let entered = shared.directory.enter_with_code(&token, code, guest.client.ip, &guest.agent).await;
    ended(&shared, &guest, &token, next, entered.map(|token| token.to_string())).await
}

async fn with_passkey(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    headers: HeaderMap,
    SignInFields(fields): SignInFields,
) -> Answer {
    let (token, next) = (step_token(&guest, &headers), safe(fields.text("next")));
    let answer = fields.raw("answer");
    let entered = shared.directory.enter_with_passkey(&token, answer, guest.client.ip, &guest.agent).await;
    ended(&shared, &guest, &token, next, entered.map(|token| token.to_string())).await
}

async fn ended(
    shared: &Shared,
    guest: &Guest,
    token: &str,
    next: &str,
    entered: Result<String, StepRefusal>,
) -> Answer {
    match entered {
        Ok(session) => {
            let mut response = opened(guest, &session, next);
            set_step(&mut response, guest, "", 0);
            Ok(response)
        }
        Err(StepRefusal::Over) => form(shared, guest, next, None, Some(guest.say("step-over", &[]))),
        Err(StepRefusal::Refused(AuthRefusal::Wrong)) => {
            step_page(shared, guest, token, next, Some(guest.say("step-wrong", &[]))).await
        }
        Err(StepRefusal::Refused(refused)) => {
            let words = refusal(shared, guest, refused)?;
            form(shared, guest, next, None, Some(words))
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
    SignInFields(fields): SignInFields,
) -> Answer {
    let (token, answer, next) = (fields.text("challenge"), fields.raw("answer"), safe(fields.text("next")));
    match shared.directory.sign_in_with_passkey(token, answer, guest.client.ip, &guest.agent).await {
        Ok(session) => Ok(opened(&guest, &session, next)),
        Err(StepRefusal::Over | StepRefusal::Refused(AuthRefusal::Wrong)) => {
            form(&shared, &guest, next, None, Some(guest.say("passkey-wrong", &[])))
        }
        Err(StepRefusal::Refused(refused)) => {
            let words = refusal(&shared, &guest, refused)?;
            form(&shared, &guest, next, None, Some(words))
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
