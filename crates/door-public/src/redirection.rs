//! `/redirection/{token}`: somebody is asked whether letters for an address of ours may come to his, and may think
//! again later. Reading changes nothing; links that were never made count against who tries them.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use directory::{Confirmation, DirectoryError, MassError, TargetState};
use doorway_http::{Client, Problem};
use minijinja::context;
use serde::Deserialize;
use tracing::warn;

use crate::{Shared, pages, words};

#[derive(Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
}

/// What a button says.
#[derive(Deserialize)]
pub(crate) struct Answer {
    answer: String,
}

fn later(error: &DirectoryError) -> Problem {
    warn!(error = %model::Chain(error), "cannot ask about a redirection now");
    Problem::later()
}

/// The page's language: the one that it names, else that of the letter.
fn shown(
    found: Confirmation,
    lang: Option<&str>,
    headers: &HeaderMap,
    token: &str,
    is_done: bool,
) -> Result<Response, Problem> {
    let language = words::language(lang.or(Some(&found.language)), headers);
    let content = context! {
        title => "redirection-title",
        state => found.state.as_str(),
        is_accepted => found.state == TargetState::Accepted,
        is_refused => found.state == TargetState::Refused,
        is_done,
        token,
        address => found.address.to_string(),
        target => found.target.to_string(),
        organisation => found.organisation,
        asked_by => found.asked_by,
        at => found.asked_at.rfc3339().get(..10).unwrap_or_default(),
    };
    pages::page(language, "redirection.html", &format!("/redirection/{token}"), content)
}

/// `GET /redirection/{token}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match shared.directory.confirmation(&token).await.map_err(|error| later(&error))? {
        Some(found) => shown(found, asked.lang.as_deref(), &headers, &token, false),
        None => gone(&shared, client, asked.lang.as_deref(), &headers).await,
    }
}

/// `POST /redirection/{token}`
pub(crate) async fn decide(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(Answer { answer }): Form<Answer>,
) -> Result<Response, Problem> {
    let agrees = match answer.as_str() {
        "accept" => true,
        "refuse" => false,
        _ => return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "accept or refuse")),
    };
    let answered = shared.directory.answer_confirmation(&token, agrees, client.ip).await;
    match answered.map_err(|error| later(&error))? {
        Some(found) => shown(found, asked.lang.as_deref(), &headers, &token, true),
        None => gone(&shared, client, asked.lang.as_deref(), &headers).await,
    }
}

async fn gone(
    shared: &Shared,
    client: Client,
    lang: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    shared.directory.count_error(client.ip, MassError::Request, "web").await;
    let language = words::language(lang, headers);
    let content = context! { title => "redirection-title", state => "gone" };
    let page = pages::page(language, "redirection.html", "/help", content)?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}
