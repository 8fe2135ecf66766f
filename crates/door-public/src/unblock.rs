//! Who is kept out asks to be let in again; and who was written to confirms that a source be allowed for good.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use directory::{DirectoryError, NewUnbanRequest};
use doorway_http::{Client, Problem};
use minijinja::{Value, context};
use serde::Deserialize;
use tracing::warn;

use crate::{Shared, pages, words};

/// What the form has, and the address that the page was called with.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    domain: String,
    ip: String,
    contact: String,
    message: String,
    lang: Option<String>,
}

fn shown(
    shared: &Shared,
    client: Client,
    headers: &HeaderMap,
    typed: &Typed,
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    let language = words::language(typed.lang.as_deref(), headers);
    let own_ip = client.ip.to_string();
    let field = |name: &str, value: &str| {
        let error = (wrong == Some(name)).then(|| words::say(language, &format!("error-{name}"), &[]));
        context! { name, value, error }
    };
    let ip = if typed.ip.is_empty() { &own_ip } else { &typed.ip };
    let fields: Vec<Value> = vec![
        field("domain", &typed.domain),
        field("ip", ip),
        field("contact", &typed.contact),
        field("message", &typed.message),
    ];
    let content = context! {
        title => "unblock-title",
        own_ip,
        banned_until => shared.directory.is_banned(client.ip).map(|until| until.rfc3339()),
        // Nothing is wrong with what was typed: it cannot be taken now.
        error => wrong.filter(|wrong| ["waits", "limit"].contains(wrong))
            .map(|wrong| words::say(language, &format!("error-{wrong}"), &[])),
        fields,
    };
    pages::page(language, "unblock.html", "/unblock", content)
}

/// `GET /unblock`
pub(crate) async fn form(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    Query(typed): Query<Typed>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shown(&shared, client, &headers, &typed, None)
}

/// `POST /unblock`
pub(crate) async fn ask(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let new = NewUnbanRequest {
        domain: typed.domain.clone(),
        ip: typed.ip.clone(),
        contact: typed.contact.clone(),
        message: typed.message.clone(),
    };
    match shared.directory.ask_to_be_let_in(new, client.ip).await {
        Ok(()) => {
            let language = words::language(typed.lang.as_deref(), &headers);
            let content = context! { title => "unblock-title", is_done => true };
            pages::page(language, "unblock.html", "/unblock", content)
        }
        Err(DirectoryError::Invalid { field, .. }) => {
            let mut response = shown(&shared, client, &headers, &typed, Some(field))?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(later(&error)),
    }
}

fn later(error: &DirectoryError) -> Problem {
    warn!(error = %model::Chain(error), "cannot take a request now");
    Problem::later()
}

#[derive(Deserialize)]
pub(crate) struct Lang {
    lang: Option<String>,
}

/// `GET /allow/{token}`: what the link of a letter is about.
pub(crate) async fn show_request(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    Query(asked): Query<Lang>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = shared.directory.allowed_source_to_confirm(&token).await.map_err(|error| later(&error))?;
    let Some(source) = found else { return gone(asked.lang.as_deref(), &headers) };
    let language = words::language(asked.lang.as_deref(), &headers);
    let content = context! {
        title => "allow-title",
        state => "open",
        token,
        source => source.source,
        asked_by => source.asked_by,
        purpose => source.purpose,
        acceptance => source.acceptance,
        text_language => source.language,
    };
    pages::page(language, "allow.html", &format!("/allow/{token}"), content)
}

/// `POST /allow/{token}`: the contact address confirms.
pub(crate) async fn confirm_request(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match shared.directory.confirm_allowed_source(&token, client.ip).await {
        Ok(source) => {
            let language = words::language(None, &headers);
            let content = context! { title => "allow-title", state => "done", source => source.source };
            pages::page(language, "allow.html", "/help", content)
        }
        Err(DirectoryError::NotFound { .. }) => gone(None, &headers),
        Err(error) => Err(later(&error)),
    }
}

fn gone(lang: Option<&str>, headers: &HeaderMap) -> Result<Response, Problem> {
    let language = words::language(lang, headers);
    let content = context! { title => "allow-title", state => "gone" };
    let page = pages::page(language, "allow.html", "/help", content)?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}
