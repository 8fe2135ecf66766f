//! «Mes jetons»: what programs reach a person's own things with; made with a proof, shown once, revoked.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{NewOwnToken, TokenId};
use minijinja::{Value, context};

use super::Answer;
use super::profile::{ProofTrouble, proved_to_add};
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::visitor::Person;
use crate::{Shared, page};

const PATH: &str = "/manager/profile/tokens";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/profile/tokens", get(list).post(create))
        .route("/profile/tokens/{token}/revoke", post(revoke))
}

async fn list(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    shown(&shared, &person, &Fields::default(), "", &[]).await
}

/// The tokens and the form; `secret` is one that was just made.
async fn shown(
    shared: &Shared,
    person: &Person,
    fields: &Fields,
    secret: &str,
    errors: &[FieldError],
) -> Answer {
    let tokens = shared.directory.own_tokens(&person.session).await?.into_iter().map(|one| {
        context! {
            id => one.id.to_string(),
            name => one.name,
            shown => one.shown,
            may_write => one.may_write,
            created_at => one.created_at.rfc3339(),
            last_used_at => one.last_used_at.map(|at| at.rfc3339()),
        }
    });
    let content = context! {
        tokens => tokens.collect::<Vec<Value>>(),
        secret,
        name => if secret.is_empty() { fields.text("name") } else { "" },
        write => fields.has("write") && secret.is_empty(),
        asks_password => shared.directory.recently_proved(&person.session).is_none(),
        errors => Value::from_serialize(errors),
    };
    let mut page = page::of(person, "own_tokens.html", "profile", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn create(State(shared): State<Arc<Shared>>, person: Person, fields: Fields) -> Answer {
    let proved = match proved_to_add(&shared, &person, &fields).await {
        Ok(proved) => proved,
        Err(ProofTrouble::Wrong(error)) => return shown(&shared, &person, &fields, "", &[error]).await,
        Err(ProofTrouble::Ours(trouble)) => return Err(trouble),
    };
    let new = NewOwnToken {
        name: fields.text("name").to_owned(),
        may_write: fields.has("write"),
        expires_at: None,
    };
    match shared.directory.create_own_token(&person.session, proved, new).await {
        Ok(made) => shown(&shared, &person, &fields, &made.token, &[]).await,
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            shown(&shared, &person, &fields, "", &[error]).await
        }
    }
}

async fn revoke(
    State(shared): State<Arc<Shared>>,
    person: Person,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    shared.directory.revoke_own_token(&person.session, TokenId(id)).await?;
    Ok(done(&person, PATH, &Toast::of(person.guest.say("own-token-revoked", &[]))))
}
