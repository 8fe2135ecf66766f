//! Signing in and out: the password, then the second factor of whoever has one. The session is the Manager's for people of
//! an organisation, so that there is one of it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use directory::{AuthRefusal, Entrance, FactorKind, StepRefusal};
use minijinja::context;
use serde::Deserialize;

use super::{Going, or_trouble, page, passkeys, refusal, set_cookie};
use crate::fields::Sent;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::say;
use crate::{Shared, pages};

/// Where an address says that somebody goes afterwards.
#[derive(Default, Deserialize)]
pub(super) struct Next {
    next: Option<String>,
}

/// The page that asks for a login and its password.
pub(super) fn form(
    shared: &Shared,
    guest: &Guest,
    going: &Going,
    login: &str,
    wrong: Option<String>,
) -> Response {
    let content =
        context! { title => "sign-in-title", login, has_passkeys => passkeys::are_here(shared, guest) };
    page(guest, "account-sign-in.html", going, wrong, content)
}

async fn step_page(
    shared: &Shared,
    guest: &Guest,
    going: &Going,
    step: &str,
    wrong: Option<String>,
) -> Result<Response, Trouble> {
    let Some(found) = shared.directory.step(step).await? else {
        let over = say(guest.language, "step-over", &[]);
        return Ok(form(shared, guest, going, "", Some(over)));
    };
    let has_passkey = found.factors.has(FactorKind::Passkey) && passkeys::are_here(shared, guest);
    let content = context! { title => "step-title", step, has_passkey };
    Ok(page(guest, "account-step.html", going, wrong, content))
}

/// `GET /safe/sign-in`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    guest: Guest,
    Query(Next { next }): Query<Next>,
) -> Response {
    form(&shared, &guest, &Going::to(next.as_deref().unwrap_or_default()), "", None)
}

/// `POST /safe/sign-in`: without a login the page itself, for whoever brings the share of a letter along.
pub(super) async fn sign_in(State(shared): State<Arc<Shared>>, mut guest: Guest, sent: Sent) -> Response {
    let fields = match sent.0 {
        Ok(fields) => fields,
        Err(trouble) => return trouble.page(&guest),
    };
    let (going, login) = (Going::of(&fields), fields.text("login"));
    if login.is_empty() {
        return form(&shared, &guest, &going, "", None);
    }
    let answer = async {
        let (ip, password) = (guest.client.ip, fields.raw("password"));
        let signed_in = match shared.directory.sign_in_at_portal(login, password, ip).await {
            Ok(signed_in) => signed_in,
            Err(refused) => {
                let wrong = refusal(&shared, &guest, refused, "sign-in-wrong")?;
                return Ok(form(&shared, &guest, &going, login, Some(wrong)));
            }
        };
        match shared.directory.enter(&signed_in, ip, &guest.agent).await? {
            Entrance::Session(token) => Ok(opened(&shared, &mut guest, &token, &going).await),
            Entrance::Step(token) => step_page(&shared, &guest, &going, &token, None).await,
        }
    };
    let answer: Result<Response, Trouble> = answer.await;
    or_trouble(&guest, answer)
}

/// `POST /safe/sign-in/step`: a code of an application, or a recovery code.
pub(super) async fn step(State(shared): State<Arc<Shared>>, mut guest: Guest, sent: Sent) -> Response {
    let fields = match sent.0 {
        Ok(fields) => fields,
        Err(trouble) => return trouble.page(&guest),
    };
    let (going, token) = (Going::of(&fields), fields.text("step"));
    let (ip, code) = (guest.client.ip, fields.text("code"));
    let answer = async {
        match shared.directory.enter_with_code(token, code, ip, &guest.agent).await {
            Ok(session) => Ok(opened(&shared, &mut guest, &session, &going).await),
            Err(StepRefusal::Refused(AuthRefusal::Wrong)) => {
                let wrong = say(guest.language, "step-wrong", &[]);
                step_page(&shared, &guest, &going, token, Some(wrong)).await
            }
            Err(StepRefusal::Over) => {
                let over = say(guest.language, "step-over", &[]);
                Ok(form(&shared, &guest, &going, "", Some(over)))
            }
            Err(StepRefusal::Refused(refused)) => {
                let wrong = refusal(&shared, &guest, refused, "step-wrong")?;
                Ok(form(&shared, &guest, &going, "", Some(wrong)))
            }
        }
    };
    let answer: Result<Response, Trouble> = answer.await;
    or_trouble(&guest, answer)
}

/// Goes on with a session.
pub(super) async fn opened(shared: &Shared, guest: &mut Guest, token: &str, going: &Going) -> Response {
    guest.sign_in(token);
    let mut response = going.on(shared, guest).await;
    set_cookie(&mut response, &guest.session_cookie(token));
    response
}

/// `POST /safe/sign-out`: the session ends, and the visit by a code with it.
pub(super) async fn sign_out(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let left = async {
        let going = Going::of(&sent.0?);
        if let Some(session) = guest.session(&shared).await? {
            match shared.directory.end_session(&session, session.id).await {
                Ok(()) | Err(directory::DirectoryError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(token) = guest.visit_token() {
            shared.secure.end_visit(token).await?;
        }
        Ok::<_, Trouble>(going)
    };
    match left.await {
        Ok(going) => {
            let mut response =
                pages::see_other(if going.next == super::SETTINGS { "/safe/sign-in" } else { &going.next });
            set_cookie(&mut response, &guest.session_cookie(""));
            set_cookie(&mut response, &guest.visit_cookie(""));
            response
        }
        Err(trouble) => trouble.page(&guest),
    }
}
