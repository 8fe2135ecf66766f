//! A forgotten password: a code to the mailbox, and the second factor. The pages are the same whether there is such an
//! account or not.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use directory::{Forgotten, NotReplaced, Zeroizing};
use minijinja::context;
use model::Address;
use serde::Deserialize;

use super::{Going, or_trouble, page, refusal, unable};
use crate::Shared;
use crate::fields::Sent;
use crate::visitor::Guest;
use crate::words::say;

/// Where an address says that somebody goes afterwards.
#[derive(Default, Deserialize)]
pub(super) struct Next {
    next: Option<String>,
}

fn form(guest: &Guest, going: &Going, step: &str, login: &str, wrong: Option<String>) -> Response {
    let content = context! { title => "forgotten-title", step, login };
    page(guest, "account-forgotten.html", going, wrong, content)
}

/// `GET /safe/forgotten`
pub(super) async fn show(guest: Guest, Query(Next { next }): Query<Next>) -> Response {
    form(&guest, &Going::to(next.as_deref().unwrap_or_default()), "address", "", None)
}

/// `POST /safe/forgotten`: a code to the mailbox; without an address the page itself.
pub(super) async fn send(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let answer = async {
        let fields = sent.0?;
        let (going, login) = (Going::of(&fields), fields.text("login"));
        if login.is_empty() {
            return Ok(form(&guest, &going, "address", "", None));
        }
        let Ok(address) = Address::parse(login) else {
            let wrong = say(guest.language, "forgotten-no-address", &[]);
            return Ok(form(&guest, &going, "address", login, Some(wrong)));
        };
        match shared.directory.send_recipient_code(&address, guest.client.ip).await? {
            true => Ok(form(&guest, &going, "code", login, None)),
            false => {
                let wrong = say(guest.language, "too-often", &[]);
                Ok(form(&guest, &going, "address", login, Some(wrong)))
            }
        }
    };
    or_trouble(&guest, answer.await)
}

/// `POST /safe/forgotten/password`: the new password, with what was asked for.
pub(super) async fn replace(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let answer = async {
        let fields = sent.0?;
        let (going, login) = (Going::of(&fields), fields.text("login"));
        let again = |wrong: String| Ok(form(&guest, &going, "code", login, Some(wrong)));
        let Ok(address) = Address::parse(login) else {
            return again(say(guest.language, "forgotten-no-address", &[]));
        };
        if fields.raw("new") != fields.raw("repeated") {
            return again(say(guest.language, "password-differs", &[]));
        }
        let shown = Forgotten {
            login: address,
            code: Zeroizing::new(fields.text("code").to_owned()),
            second_factor: Zeroizing::new(fields.text("factor").to_owned()),
            password: Zeroizing::new(fields.raw("new").to_owned()),
            source: guest.client.ip,
        };
        match shared.directory.replace_forgotten_password(shown).await {
            Ok(()) => Ok(form(&guest, &going, "done", login, None)),
            Err(NotReplaced::Password(error)) => again(unable(&guest, error)?),
            Err(NotReplaced::Refused(refused)) => {
                again(refusal(&shared, &guest, refused, "forgotten-wrong")?)
            }
        }
    };
    or_trouble(&guest, answer.await)
}
