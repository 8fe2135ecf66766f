//! Room for large bodies: only so many letters are sent at the same time, because each lies in memory.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doorway_http::Problem;

use crate::{Shared, limits};

/// Stands before whatever reads a body.
pub(crate) async fn hold(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let is_large = limits::body_bytes(request.uri().path()) > limits::BODY_BYTES;
    if request.method() != Method::POST || !is_large {
        return next.run(request).await;
    }
    match shared.room.try_acquire() {
        Ok(_held) => next.run(request).await,
        Err(_) => Problem::later().detail("too many letters are sent at the same time").into_response(),
    }
}
