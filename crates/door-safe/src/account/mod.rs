//! Accounts at the portal: opened by whoever has shown a mailbox, signed in to by people with and without an
//! organisation, looked after by their owners.
//!
//! Whoever comes from a letter goes back to it, and takes the mail's share of its key along: where a script runs it stays
//! in the browser's session storage, and where none does it stands in every form on the way ([`Going`]).

mod consent;
mod factors;
mod forgotten;
mod joining;
mod passkeys;
mod settings;
mod signing_in;

use std::sync::Arc;

use axum::Router;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use directory::{AuthRefusal, DirectoryError, Proof, Proved, Session, Zeroizing};
use minijinja::{Value, context};
use tracing::warn;

use crate::fields::Fields;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::say;
use crate::{Shared, letter, pages};

/// Where the settings are, and where whoever comes from no letter goes.
const SETTINGS: &str = "/safe/account";

/// The routes of accounts.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/safe/sign-in", get(signing_in::show).post(signing_in::sign_in))
        .route("/safe/sign-in/step", post(signing_in::step))
        .route("/safe/sign-in/passkey", post(passkeys::enter))
        .route("/safe/sign-in/passkey/options", post(passkeys::options))
        .route("/safe/sign-out", post(signing_in::sign_out))
        .route("/safe/join", post(joining::show))
        .route("/safe/join/open", post(joining::open))
        .route("/safe/forgotten", get(forgotten::show).post(forgotten::send))
        .route("/safe/forgotten/password", post(forgotten::replace))
        .route("/safe/account", get(settings::show))
        .route("/safe/account/choices", post(settings::choose))
        .route("/safe/account/password", post(settings::password))
        .route("/safe/account/sessions", post(settings::end_session))
        .route("/safe/account/visits", post(settings::end_visits))
        .route("/safe/account/delete", post(settings::delete))
        .route("/safe/account/totp", post(factors::totp))
        .route("/safe/account/passkey", post(passkeys::make))
        .route("/safe/account/passkey/options", post(passkeys::making_options))
        .route("/safe/account/factors/remove", post(factors::remove))
        .route("/safe/account/recovery", post(factors::renew_recovery))
        .route("/safe/{way}/{id}/consent", post(consent::agree))
}

/// Where somebody goes on, once signed in or ready.
#[derive(Clone, Debug)]
pub(crate) struct Going {
    /// The page of a letter, or the settings; nothing else.
    next: String,
    /// The mail's share of the letter's key, where the browser runs no script.
    share: Option<String>,
}

impl Going {
    /// To a page that an address names: of ours, or the settings.
    fn to(next: &str) -> Going {
        let parts: Vec<&str> = next.split('/').collect();
        let is_known = match parts.as_slice() {
            ["", "safe", "o" | "m", id] => mail_secure::sixteen(id).is_some(),
            ["", "safe", "journal"] => true,
            _ => false,
        };
        Going { next: if is_known { next } else { SETTINGS }.to_owned(), share: None }
    }

    /// As a form of ours carries it.
    fn of(fields: &Fields) -> Going {
        Going { share: fields.share().map(str::to_owned), ..Going::to(fields.text("next")) }
    }

    /// The letter, if it is one.
    async fn letter(&self, shared: &Shared) -> Result<Option<(Place, mail_secure::Seen)>, Trouble> {
        match self.next.split('/').collect::<Vec<_>>().as_slice() {
            ["", "safe", way, id] => Ok(Some(Place::find(shared, way, id).await?)),
            _ => Ok(None),
        }
    }

    /// Goes there: by a redirect, or with the page itself where the share has to come along.
    async fn on(&self, shared: &Shared, guest: &Guest) -> Response {
        let Some(share) = &self.share else { return pages::see_other(&self.next) };
        match self.letter(shared).await {
            Ok(Some((place, _))) => letter::page_of(shared, guest, &place, Some(share), "").await,
            Ok(None) => pages::see_other(&self.next),
            Err(trouble) => trouble.page(guest),
        }
    }
}

/// A page of accounts, with what was wrong and where it leads on.
fn page(guest: &Guest, template: &str, going: &Going, wrong: Option<String>, content: Value) -> Response {
    let is_wrong = wrong.is_some();
    let content = context! {
        next => going.next,
        share => going.share,
        is_letter => going.next != SETTINGS,
        wrong,
        ..content
    };
    let mut page = pages::page(guest.language, template, &content);
    if is_wrong && page.status().is_success() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    page
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Why somebody is not let in, in words; trouble if it is ours.
fn refusal(shared: &Shared, guest: &Guest, refused: AuthRefusal, wrong: &str) -> Result<String, Trouble> {
    Ok(match refused {
        AuthRefusal::Banned { until } => {
            let minutes = until.since(shared.world.clock.now()).as_secs().div_ceil(60).to_string();
            say(guest.language, "sign-in-banned", &[("minutes", &minutes)])
        }
        AuthRefusal::Disabled => say(guest.language, "sign-in-disabled", &[]),
        AuthRefusal::Later(error) => return Err(error.into()),
        _ => say(guest.language, wrong, &[]),
    })
}

/// Why something of the account was not done, in words; trouble if it is ours.
fn unable(guest: &Guest, error: DirectoryError) -> Result<String, Trouble> {
    let key = match &error {
        DirectoryError::Invalid { field: "password", .. } => "password-rule",
        DirectoryError::Invalid { field: "code", .. } => "totp-wrong",
        DirectoryError::Invalid { field: "passkey", .. } => "passkey-wrong",
        DirectoryError::Invalid { field: "name", .. } => "factors-many",
        DirectoryError::Invalid { field: "factor", .. } => "factor-last",
        DirectoryError::Invalid { field: "login", .. } => "join-shared",
        DirectoryError::Conflict { .. } => "join-taken",
        DirectoryError::NotFound { .. } => "gone-meanwhile",
        _ => {
            warn!(error = %model::Chain(&error), "something of an account cannot be done");
            return Err(error.into());
        }
    };
    Ok(say(guest.language, key, &[]))
}

/// That the person of a session is still the same: by the present password.
async fn proved(
    shared: &Shared,
    guest: &Guest,
    session: &Session,
    fields: &Fields,
) -> Result<Result<Proved, String>, Trouble> {
    let proof = Proof::Password(Zeroizing::new(fields.raw("present").to_owned()));
    match shared.directory.prove(session, proof, guest.client.ip).await {
        Ok(proved) => Ok(Ok(proved)),
        Err(refused) => Ok(Err(refusal(shared, guest, refused, "present-wrong")?)),
    }
}

/// A form of ours and the session that sent it; or the page that asks to sign in.
async fn entered(
    shared: &Shared,
    guest: &Guest,
    sent: crate::fields::Sent,
) -> Result<(Session, Fields, Going), Response> {
    let fields = sent.0.map_err(|trouble| trouble.page(guest))?;
    let going = Going::of(&fields);
    match guest.session(shared).await {
        Ok(Some(session)) => Ok((session, fields, going)),
        Ok(None) => Err(Trouble::Proof.page(guest)),
        Err(trouble) => Err(trouble.page(guest)),
    }
}

/// An answer, or the page of the trouble.
fn or_trouble(guest: &Guest, answer: Result<Response, Trouble>) -> Response {
    answer.unwrap_or_else(|trouble| trouble.page(guest))
}

#[cfg(test)]
mod tests {
    use super::Going;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        let id = "0123456789abcdef0123456789abcdef";
        for (next, wanted) in [
            (format!("/safe/o/{id}"), format!("/safe/o/{id}")),
            (format!("/safe/m/{id}"), format!("/safe/m/{id}")),
            (format!("/safe/m/{id}/accept"), super::SETTINGS.to_owned()),
            (format!("//evil.test/safe/m/{id}"), super::SETTINGS.to_owned()),
            (format!("https://evil.test/safe/m/{id}"), super::SETTINGS.to_owned()),
            ("/safe/o/..".to_owned(), super::SETTINGS.to_owned()),
            ("/manager/".to_owned(), super::SETTINGS.to_owned()),
            (String::new(), super::SETTINGS.to_owned()),
        ] {
            assert_eq!(Going::to(&next).next, wanted, "{next}");
        }
    }
}
