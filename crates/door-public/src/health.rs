//! Whether this node lives and can serve, for load balancers and monitoring.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use model::OrganisationId;
use serde_json::json;
use tracing::warn;

use crate::Shared;

/// The process answers; nothing else is asked.
pub(crate) async fn live() -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(json!({"status": "live"}))).into_response()
}

/// Whether mail would be accepted and read now, and what stands in the way.
pub(crate) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    // An organisation that cannot exist: one look-up by key, on the same way as every other.
    let database = shared.directory.is_active(OrganisationId(0)).await;
    if let Err(error) = &database {
        warn!(error = %model::Chain(error), "not ready: the database does not answer");
    }
    // Which engine, where and why is for the log only.
    let reasons: Vec<&str> =
        database.is_err().then_some("the database does not answer").into_iter().collect();
    let (status, word) = match reasons.is_empty() {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    let body = Json(json!({"status": word, "reasons": reasons}));
    (status, [(CACHE_CONTROL, "no-store")], body).into_response()
}
