//! The address from which somebody reaches us: as a page, as text for `curl`, as JSON for scripts.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CACHE_CONTROL, VARY};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use doorway_http::{Client, Host, Problem};
use minijinja::context;
use serde::Deserialize;
use serde_json::json;

use crate::{Shared, pages, words};

#[derive(Deserialize)]
pub(crate) struct Form {
    format: Option<String>,
    lang: Option<String>,
}

/// The name under which the page was asked for, if it is our own; else the configured one.
async fn own_host(shared: &Shared, host: &Host, client: Client) -> String {
    let is_own = match host.name() {
        _ if host.is_loopback() && client.ip.is_loopback() => true,
        Some(name) => name == shared.servers.reading || shared.zones.is_own_name(name).await.unwrap_or(false),
        None => false,
    };
    if is_own { host.to_string() } else { shared.servers.reading.clone() }
}

/// `GET /ip`, `GET /ip?format=text|json|html`
pub(crate) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    Extension(host): Extension<Host>,
    Query(form): Query<Form>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = match form.format.as_deref() {
        Some(format) => format,
        // Only browsers ask for text/html by name; `*/*` is curl and scripts, which want a line.
        None if accepted.contains("text/html") => "html",
        None if accepted.contains("application/json") => "json",
        None => "text",
    };
    let version = if client.ip.is_ipv4() { 4 } else { 6 };
    let body = match format {
        "text" => format!("{}\n", client.ip).into_response(),
        "json" => Json(json!({"ip": client.ip.to_string(), "version": version})).into_response(),
        "html" => {
            let language = words::language(form.lang.as_deref(), &headers);
            let scheme = if client.is_tls { "https" } else { "http" };
            let content = context! {
                title => "ip-title",
                ip => client.ip.to_string(),
                version => version.to_string(),
                base => format!("{scheme}://{}", own_host(&shared, &host, client).await),
                banned_until => shared.directory.is_banned(client.ip).map(|until| until.rfc3339()),
            };
            return pages::page(language, "ip.html", "/ip", content);
        }
        _ => return Err(Problem::not_found().detail("The formats are html, text and json")),
    };
    Ok(([(CACHE_CONTROL, "no-store"), (VARY, "Accept")], body).into_response())
}
