//! The page of an invitation's link, for everybody: who invites, to which address, and how to accept.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use directory::{DirectoryError, Entrance, NewAccount, Offer, Zeroizing, limits as directory_limits};
use minijinja::{Value, context};
use model::Address;

use super::Answer;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::{Fields, SignInFields};
use crate::toast::{Toast, done, see_other};
use crate::trouble::Trouble;
use crate::visitor::{Entering, Guest, LANGUAGE_COOKIE, Person, cookie, session_cookie};
use crate::words::Language;
use crate::{Shared, page};

/// By its whole path: a link in an SMS is short.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/invitation/{token}", get(show).post(accept))
        .route("/invitation/{token}/account", post(create))
}

async fn offer(shared: &Shared, token: &str) -> Result<Offer, Trouble> {
    shared.directory.offer(token).await?.ok_or(Trouble::NotFound)
}

/// In the invitation's language, unless the visitor chose one.
fn in_its_language(guest: Guest, parts: Option<&Parts>, offer: &Offer) -> Guest {
    let has_chosen = parts.is_some_and(|parts| cookie(&parts.headers, LANGUAGE_COOKIE).is_some());
    match Language::of_tag(&offer.invitation.language) {
        Some(language) if !has_chosen => Guest { language, ..guest },
        _ => guest,
    }
}

fn shown(
    guest: &Guest,
    person: Option<&Person>,
    token: &str,
    offer: &Offer,
    typed: Value,
    errors: &[FieldError],
) -> Answer {
    let content = context! {
        link_token => token,
        inviter => offer.invitation.inviter,
        organisation => offer.organisation_name,
        helper => offer.organisation_name,
        contact => page::support(&offer.support),
        address => offer.invitation.address.to_string(),
        permissions => super::access::boxes(guest, offer.invitation.permissions),
        expires_at => offer.invitation.expires_at.rfc3339(),
        person => person.map(|person| context! { name => person.session.name, login => person.session.login }),
        token => person.map(|person| person.form_token.clone()),
        errors => Value::from_serialize(errors),
        ..typed
    };
    let mut page = page::alone(guest, "invitation.html", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    request: axum::extract::Request,
) -> Answer {
    let (parts, _) = request.into_parts();
    let Some(offer) = shared.directory.offer(&token).await? else {
        // No secret of why: used, taken back or too old.
        let guest = Guest::of(&parts);
        let mut page = page::alone(&guest, "invitation_over.html", context! {})?;
        *page.status_mut() = StatusCode::NOT_FOUND;
        return Ok(page);
    };
    let person = Person::of(&parts, &shared).await?;
    let guest = in_its_language(Guest::of(&parts), Some(&parts), &offer);
    let typed = context! { login => offer.invitation.email, name => "" };
    shown(&guest, person.as_ref(), &token, &offer, typed, &[])
}

/// Whoever is signed in takes the address.
async fn accept(
    State(shared): State<Arc<Shared>>,
    Entering(person): Entering,
    Path(token): Path<String>,
    _fields: Fields,
) -> Answer {
    let offer = offer(&shared, &token).await?;
    match shared.directory.accept_invitation(&person.session, &token).await {
        Ok(invitation) => {
            let words = person
                .guest
                .say("invitation-accepted", &[("address", invitation.address.to_string().into())]);
            Ok(done(&person, "/manager/mine", &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            let typed = context! { login => "", name => "" };
            shown(&person.guest, Some(&person), &token, &offer, typed, &[error])
        }
    }
}

/// Whoever has no account makes one.
async fn create(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Path(token): Path<String>,
    SignInFields(fields): SignInFields,
) -> Answer {
    let offer = offer(&shared, &token).await?;
    let guest = in_its_language(guest, None, &offer);
    let again = |error: FieldError| {
        let typed = context! { login => fields.text("login"), name => fields.text("name"), is_typed => true };
        shown(&guest, None, &token, &offer, typed, &[error])
    };
    let Ok(login) = Address::parse(fields.text("login")) else {
        let words = guest.say("people-no-address", &[("text", fields.text("login").into())]);
        return again(FieldError::new("login", words));
    };
    if fields.raw("password") != fields.raw("repeated") {
        return again(FieldError::new("repeated", guest.say("password-differs", &[])));
    }
    let new = NewAccount {
        login: login.clone(),
        name: if fields.has("name") { fields.text("name").to_owned() } else { login.to_string() },
        password: Zeroizing::new(fields.raw("password").to_owned()),
        source: guest.client.ip,
    };
    let language = Some(guest.language.tag().to_owned());
    match shared.directory.accept_with_new_account(&token, new, language).await {
        Ok((_, signed_in)) => {
            match shared.directory.enter(&signed_in, guest.client.ip, &guest.agent).await? {
                Entrance::Session(session) => {
                    let mut response = see_other("/manager/mine").into_response();
                    let seconds = directory_limits::SESSION_LIFETIME.as_secs();
                    let cookie = session_cookie(guest.client.is_tls, &session, seconds);
                    response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
                    Ok(response)
                }
                Entrance::Step(_) => Ok(see_other("/manager/sign-in")),
            }
        }
        Err(DirectoryError::Conflict { field: "login", .. }) => {
            again(FieldError::new("login", guest.say("invitation-login-taken", &[])))
        }
        Err(error) => again(directory_refusal(&guest, error)?),
    }
}
