//! Signing in and out, the language. The second factor of «3 · Manager» goes between the password and the session.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use axum::routing::{get, post};
use directory::{AuthRefusal, limits as directory_limits};
use minijinja::context;
use serde::Deserialize;

use super::Answer;
use crate::Shared;
use crate::fields::{Fields, SignInFields};
use crate::page;
use crate::toast::see_other;
use crate::trouble::Trouble;
use crate::visitor::{Guest, LANGUAGE_COOKIE, Person, session_cookie};
use crate::words::{Language, Word};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/language/{tag}", get(language))
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

/// A path of the Manager to go to, and nothing else: not another host, not another door.
fn safe(next: &str) -> &str {
    let is_ours = next.starts_with("/manager/")
        && !next.contains('\\')
        && !next.contains("//")
        && !next.contains("/..");
    if is_ours { next } else { "/manager/" }
}

async fn show(guest: Guest, Query(Next { next }): Query<Next>) -> Answer {
    page::alone(&guest, "sign_in.html", context! { next => safe(next.as_deref().unwrap_or("/manager/")) })
}

async fn sign_in(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    SignInFields(fields): SignInFields,
) -> Answer {
    let login = fields.text("login").to_owned();
    let next = safe(fields.text("next")).to_owned();
    let again = |trouble: String| -> Answer {
        let mut page = page::alone(&guest, "sign_in.html", context! { next, login, trouble })?;
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(page)
    };
    if !fields.has("login") || !fields.has("password") {
        return again(guest.say("sign-in-empty", &[]));
    }
    match shared.directory.sign_in(&login, fields.raw("password"), guest.client.ip).await {
        Ok(signed_in) => {
            let token = shared.directory.open_session(&signed_in, guest.client.ip, &guest.agent).await?;
            let mut response = see_other(&next);
            let cookie =
                session_cookie(guest.client.is_tls, &token, directory_limits::SESSION_LIFETIME.as_secs());
            response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
            Ok(response)
        }
        Err(AuthRefusal::Banned { until }) => {
            let minutes = until.since(shared.world.clock.now()).as_secs().div_ceil(60);
            again(guest.say("sign-in-banned", &[("minutes", Word::from(minutes as usize))]))
        }
        Err(AuthRefusal::Disabled) => again(guest.say("sign-in-disabled", &[])),
        Err(AuthRefusal::Later(error)) => Err(error.into()),
        Err(_) => again(guest.say("sign-in-wrong", &[])),
    }
}

async fn sign_out(State(shared): State<Arc<Shared>>, person: Person, _fields: Fields) -> Answer {
    match shared.directory.end_session(&person.session, person.session.id).await {
        Ok(()) | Err(directory::DirectoryError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut response = see_other("/manager/sign-in");
    let cookie = session_cookie(person.guest.client.is_tls, "", 0);
    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("the cookie is ASCII"));
    Ok(response)
}

async fn language(
    guest: Guest,
    Path(tag): Path<String>,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Trouble> {
    let language = Language::of_tag(&tag).ok_or(Trouble::NotFound)?;
    let mut response = see_other(safe(next.as_deref().unwrap_or("/manager/")));
    let secure = if guest.client.is_tls { "; Secure" } else { "" };
    let cookie = format!(
        "{LANGUAGE_COOKIE}={language}; Path=/manager/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
    );
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
