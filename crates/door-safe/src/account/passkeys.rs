//! Passkeys at the portal: made by the owner of an account, shown beside the password or in its place. They belong to one host
//! name; under another the pages do not offer them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use directory::{AuthRefusal, Challenge, Session, StepRefusal};
use minijinja::context;

use super::{Going, entered, factors, or_trouble, page, proved, signing_in, unable};
use crate::Shared;
use crate::fields::Sent;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::say;

/// Whether the page is shown under the name to which passkeys belong.
pub(super) fn are_here(shared: &Shared, guest: &Guest) -> bool {
    let party = shared.directory.relying_party().map(|party| party.id.as_str());
    guest.client.is_tls && party.is_some() && party == guest.host.as_deref()
}

/// What a browser is asked, for the script; `null` where there is nothing to ask.
fn asked(challenge: Option<Challenge>) -> Response {
    let json = challenge.map(|challenge| {
        let options: serde_json::Value = serde_json::from_str(&challenge.options).unwrap_or_default();
        serde_json::json!({ "token": challenge.token.as_str(), "options": options })
    });
    Json(json).into_response()
}

/// `POST /safe/sign-in/passkey/options`: what the passkeys of a step are asked, or whichever the browser has.
pub(super) async fn options(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let challenge = async {
        let fields = sent.0?;
        Ok::<_, Trouble>(match fields.text("step") {
            "" => shared.directory.passkey_challenge(guest.client.ip).await?,
            step => shared.directory.step_challenge(step).await?,
        })
    };
    match challenge.await {
        Ok(challenge) => asked(challenge),
        Err(trouble) => trouble.json(),
    }
}

/// `POST /safe/sign-in/passkey`
pub(super) async fn enter(State(shared): State<Arc<Shared>>, mut guest: Guest, sent: Sent) -> Response {
    let fields = match sent.0 {
        Ok(fields) => fields,
        Err(trouble) => return trouble.page(&guest),
    };
    let (going, answer, ip) = (Going::of(&fields), fields.raw("answer"), guest.client.ip);
    let entered = match fields.text("step") {
        "" => {
            let token = fields.text("challenge");
            shared.directory.sign_in_with_passkey(token, answer, ip, &guest.agent).await
        }
        step => shared.directory.enter_with_passkey(step, answer, ip, &guest.agent).await,
    };
    let wrong = match entered {
        Ok(token) => return signing_in::opened(&shared, &mut guest, &token, &going).await,
        Err(StepRefusal::Over | StepRefusal::Refused(AuthRefusal::Wrong)) => {
            Ok(say(guest.language, "passkey-wrong", &[]))
        }
        Err(StepRefusal::Refused(refused)) => super::refusal(&shared, &guest, refused, "passkey-wrong"),
    };
    or_trouble(&guest, wrong.map(|wrong| signing_in::form(&shared, &guest, &going, "", Some(wrong))))
}

fn making(
    shared: &Shared,
    guest: &Guest,
    session: &Session,
    going: &Going,
    wrong: Option<String>,
) -> Response {
    let asks_password = shared.directory.recently_proved(session).is_none();
    let content =
        context! { title => "passkey-title", has_passkeys => are_here(shared, guest), asks_password };
    page(guest, "account-passkey.html", going, wrong, content)
}

/// `POST /safe/account/passkey/options`
pub(super) async fn making_options(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let challenge = async {
        sent.0?;
        let session = guest.session(&shared).await?.ok_or(Trouble::Proof)?;
        Ok::<_, Trouble>(shared.directory.begin_passkey(&session).await?)
    };
    match challenge.await {
        Ok(challenge) => asked(Some(challenge)),
        Err(trouble) => trouble.json(),
    }
}

/// `POST /safe/account/passkey`: the page, and with a browser's answer the new passkey.
pub(super) async fn make(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let (session, fields, going) = match entered(&shared, &guest, sent).await {
        Ok(entered) => entered,
        Err(page) => return page,
    };
    let answer = async {
        let (token, answer) = (fields.text("challenge"), fields.raw("answer"));
        if answer.is_empty() {
            return Ok(making(&shared, &guest, &session, &going, None));
        }
        let again = |wrong| Ok(making(&shared, &guest, &session, &going, Some(wrong)));
        let shown = match shared.directory.recently_proved(&session) {
            Some(proved) => proved,
            None => match proved(&shared, &guest, &session, &fields).await? {
                Ok(proved) => proved,
                Err(wrong) => return again(wrong),
            },
        };
        let name = say(guest.language, "passkey", &[]);
        match shared.directory.add_passkey(&session, shown, token, answer, &name).await {
            Ok(codes) if codes.is_empty() => Ok(going.on(&shared, &guest).await),
            Ok(codes) => Ok(factors::codes_page(&guest, &going, &codes)),
            Err(error) => again(unable(&guest, error)?),
        }
    };
    or_trouble(&guest, answer.await)
}
