//! The address from which somebody reaches us: as a page, as text for `curl`, as JSON for scripts.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use doorway_http::{Client, Host, Problem};
use minijinja::{Value, context};
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
                families => families(&shared),
                banned_until => shared.directory.is_banned(client.ip).map(|until| until.rfc3339()),
            };
            let mut page = pages::page(language, "ip.html", "/ip", content)?;
            if let Some(policy) = policy(&shared) {
                page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            }
            return Ok(page);
        }
        _ => return Err(Problem::not_found().detail("The formats are html, text and json")),
    };
    let mut answer = ([(CACHE_CONTROL, "no-store"), (VARY, "Accept")], body).into_response();
    if shared.families.all().next().is_some() {
        // The page asks the other names; and to everybody it tells what he knows.
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    Ok(answer)
}

fn families(shared: &Shared) -> Vec<Value> {
    shared.families.all().map(|(version, name)| context! { version, name }).collect()
}

/// What the page may ask: the two names and nothing else. `None` where there are none.
fn policy(shared: &Shared) -> Option<HeaderValue> {
    let names: Vec<String> = shared.families.all().map(|(_, name)| format!("https://{name}")).collect();
    if names.is_empty() {
        return None;
    }
    let asks = format!("connect-src {}", names.join(" "));
    HeaderValue::from_str(&doorway_http::CONTENT_SECURITY_POLICY.replace("connect-src 'self'", &asks)).ok()
}

/// `GET /public/ip.js`
pub(crate) async fn script() -> Response {
    const SCRIPT: &str = include_str!("../../../web/public/ip.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], SCRIPT)
        .into_response()
}
