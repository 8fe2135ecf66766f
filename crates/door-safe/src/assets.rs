//! Style and scripts of `web/safe`, in the program. Scripts name one another, so their names stay; browsers ask each time
//! whether they have changed.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: [(&str, &str, &str); 8] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../../../web/safe/style.css")),
    ("envelope.js", SCRIPT, include_str!("../../../web/safe/envelope.js")),
    ("keep.js", SCRIPT, include_str!("../../../web/safe/keep.js")),
    ("open.js", SCRIPT, include_str!("../../../web/safe/open.js")),
    ("letter.js", SCRIPT, include_str!("../../../web/safe/letter.js")),
    ("passkey.js", SCRIPT, include_str!("../../../web/safe/passkey.js")),
    ("answer.js", SCRIPT, include_str!("../../../web/safe/answer.js")),
    ("clean.js", SCRIPT, include_str!("../../../web/safe/clean.js")),
];

/// `GET /safe/assets/{name}`
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(known, ..)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..16]);
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { (*text).into_response() };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}
