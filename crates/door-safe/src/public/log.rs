//! The published keys and the public log, as a verifier fetches them: `keys.json`, `checkpoint` and tiles (C2SP
//! tlog-tiles). Nothing here says anything about anybody: leaves are blinded.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::Shared;
use crate::trouble::Trouble;

/// Keys change rarely, and whoever verifies may fetch them a few minutes late.
const KEYS_CACHE: &str = "public, max-age=300";
/// A checkpoint is the newest one, or it is none.
const CHECKPOINT_CACHE: &str = "no-cache";
/// A full tile never changes (C2SP tlog-tiles, «Merkle Tree»).
const FULL_TILE_CACHE: &str = "public, max-age=31536000, immutable";
/// What a partial tile says stays true, but it is replaced by a wider one soon.
const PARTIAL_TILE_CACHE: &str = "public, max-age=300";
/// What marks the path of a partial tile.
const PARTIAL: &str = ".p/";

/// `GET /safe/keys.json`
pub(crate) async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    match shared.secure.keys_file().await {
        Ok(file) => file_of(file, "application/json", KEYS_CACHE),
        Err(error) => Trouble::from(error).plain(),
    }
}

/// `GET /safe/log/checkpoint`
pub(crate) async fn checkpoint(State(shared): State<Arc<Shared>>) -> Response {
    match shared.secure.checkpoint().await {
        Ok(Some(note)) => file_of(note.into_bytes(), "text/plain; charset=utf-8", CHECKPOINT_CACHE),
        Ok(None) => Trouble::NotFound.plain(),
        Err(error) => Trouble::from(error).plain(),
    }
}

/// `GET /safe/log/tile/{level}/{index}[.p/{width}]`
pub(crate) async fn tile(State(shared): State<Arc<Shared>>, Path(path): Path<String>) -> Response {
    let cache = if path.contains(PARTIAL) { PARTIAL_TILE_CACHE } else { FULL_TILE_CACHE };
    match shared.secure.tile(&format!("tile/{path}")).await {
        Ok(Some(octets)) => file_of(octets, "application/octet-stream", cache),
        Ok(None) => Trouble::NotFound.plain(),
        Err(error) => Trouble::from(error).plain(),
    }
}

/// Octets for programs, also for those that run in a page of somebody else's.
fn file_of(octets: Vec<u8>, kind: &'static str, cache: &'static str) -> Response {
    let mut response = (StatusCode::OK, Body::from(octets)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [(CONTENT_TYPE, kind), (CACHE_CONTROL, cache), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
