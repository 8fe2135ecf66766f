//! What every page gets on its way out: no storing by others, compression.

use std::io::Write;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::limits;

/// The octets, compressed.
pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::new(5));
    // A vector takes everything.
    encoder.write_all(plain).expect("writing to memory succeeds");
    encoder.finish().expect("writing to memory succeeds")
}

/// Whether the client takes gzip (RFC 9110 §12.5.3).
pub(crate) fn takes_gzip(accepts: Option<&HeaderValue>) -> bool {
    let text = accepts.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        is_gzip && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Adds what pages need and compresses text.
pub(crate) async fn complete(request: Request, next: Next) -> Response {
    let is_gzip = takes_gzip(request.headers().get(ACCEPT_ENCODING));
    let headers = request.headers().clone();
    let mut response = crate::reader::in_zone_of(&headers, next.run(request)).await;
    let headers = response.headers_mut();
    // What an administrator sees stays in his browser's window.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // With no-referrer, the doors' default, browsers send `Origin: null` with our own forms (Fetch §3.2).
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    if !is_gzip || !is_text(headers) || headers.contains_key(CONTENT_ENCODING) {
        return response;
    }
    let size = response.body().size_hint().exact();
    if size.is_none_or(|bytes| bytes < limits::COMPRESS_FROM_BYTES as u64) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(gzip(&plain)))
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/") && !kind.starts_with("text/event-stream")
}
