//! Style, script and icons of `web/manager`, in the program: under names that change with their content, so that
//! browsers keep them for ever, and compressed once.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::headers::{gzip, takes_gzip};

struct Asset {
    kind: &'static str,
    plain: &'static [u8],
    gzip: Bytes,
}

const FILES: [(&str, &str, &str); 5] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../../../web/manager/style.css")),
    ("script.js", "text/javascript; charset=utf-8", include_str!("../../../web/manager/script.js")),
    ("people.js", "text/javascript; charset=utf-8", include_str!("../../../web/manager/people.js")),
    ("icons.svg", "image/svg+xml", include_str!("../../../web/manager/icons.svg")),
    ("favicon.svg", "image/svg+xml", include_str!("../../../web/manager/favicon.svg")),
];

/// Plain name to hashed name, and hashed name to content.
struct Assets {
    names: HashMap<&'static str, String>,
    files: HashMap<String, Asset>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets { names: HashMap::new(), files: HashMap::new() };
    for (name, kind, text) in FILES {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        let (stem, ending) = name.split_once('.').expect("the files have an ending");
        let hashed = format!("{stem}.{}.{ending}", &hash[..12]);
        assets.names.insert(name, hashed.clone());
        assets
            .files
            .insert(hashed, Asset { kind, plain: text.as_bytes(), gzip: gzip(text.as_bytes()).into() });
    }
    assets
});

/// The path of a file: `/manager/assets/style.0123456789ab.css`.
pub(crate) fn path(name: &str) -> Option<String> {
    ASSETS.names.get(name).map(|hashed| format!("/manager/assets/{hashed}"))
}

/// Answers with a file.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.files.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_gzip = takes_gzip(headers.get(ACCEPT_ENCODING));
    let body = if is_gzip { asset.gzip.clone() } else { Bytes::from_static(asset.plain) };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if is_gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
