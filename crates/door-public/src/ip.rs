//! The address from which somebody reaches us: as a page, as text for `curl`, as JSON for scripts.

use axum::Extension;
use axum::Json;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CACHE_CONTROL, VARY};
use axum::response::{Html, IntoResponse, Response};
use doorway_http::{Client, Problem};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub(crate) struct Form {
    format: Option<String>,
}

/// `GET /ip`, `GET /ip?format=text|json|html`
pub(crate) async fn page(
    Extension(client): Extension<Client>,
    Query(form): Query<Form>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = match form.format.as_deref() {
        Some(form) => form,
        // Only browsers ask for text/html by name; `*/*` is curl and scripts, which want a line.
        None if accepted.contains("text/html") => "html",
        None if accepted.contains("application/json") => "json",
        None => "text",
    };
    let version = if client.ip.is_ipv4() { 4 } else { 6 };
    let body = match form {
        "text" => format!("{}\n", client.ip).into_response(),
        "json" => Json(json!({"ip": client.ip.to_string(), "version": version})).into_response(),
        "html" => Html(html(client, version)).into_response(),
        _ => return Err(Problem::not_found().detail("The formats are html, text and json")),
    };
    Ok(([(CACHE_CONTROL, "no-store"), (VARY, "Accept")], body).into_response())
}

fn html(client: Client, version: u8) -> String {
    let ip = client.ip;
    format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Votre adresse IP</title>\n</head>\n<body>\n<main>\n<h1>Votre adresse IP publique</h1>\n\
         <p><strong>{ip}</strong> (IPv{version})</p>\n\
         <p>En ligne de commande : <code>curl -4 …/ip</code> ou <code>curl -6 …/ip</code>, en JSON : \
         <a href=\"?format=json\">?format=json</a>.</p>\n\
         <p lang=\"de\">Ihre öffentliche IP-Adresse. <span lang=\"it\">Il suo indirizzo IP pubblico.</span> \
         <span lang=\"en\">Your public IP address.</span></p>\n</main>\n</body>\n</html>\n"
    )
}
