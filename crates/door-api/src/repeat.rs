//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that may have been done is sent
//! again with the same key and does nothing twice.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use directory::{Repetition, StoredAnswer};
use doorway_http::Problem;
use tracing::warn;

use crate::caller::Caller;
use crate::limits::{KEPT_ANSWER_BYTES, KEY_CHARACTERS, body_bytes};
use crate::{Shared, refusal};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Marks an answer that must not be kept, because a secret stands in it.
#[derive(Clone, Copy)]
pub(crate) struct ShownOnce;

/// Stands before every route, behind the gate.
pub(crate) async fn once(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match run(&shared, request, next).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn run(shared: &Shared, request: Request, next: Next) -> refusal::Result<Response> {
    let key = request.headers().get(IDEMPOTENCY_KEY);
    let (Some(key), &Method::POST) = (key, request.method()) else { return Ok(next.run(request).await) };
    let is_usable = |key: &&str| !key.is_empty() && key.len() <= KEY_CHARACTERS;
    let key = key.to_str().ok().map(str::trim).filter(is_usable).map(str::to_owned).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "idempotency-key", "The Idempotency-Key cannot be used")
            .detail("It has 1 to 255 printable characters")
    })?;
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        return Err(Problem::bug().into());
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, body_bytes(parts.uri.path())).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large or broke off")
    })?;
    let mut asked = format!("{} {}\n", parts.method, parts.uri).into_bytes();
    asked.extend_from_slice(&body);
    match shared.directory.repetition(caller.token.id, &key, &asked).await? {
        Repetition::First => {}
        Repetition::Done(answer) => return replayed(answer),
        Repetition::UnderWay => {
            let title = "The first request with this key is under way";
            return Err(Problem::new(StatusCode::CONFLICT, "under-way", title).retry_after(1).into());
        }
        Repetition::Full(limit) => {
            let title = "This token has used too many keys";
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-keys", title);
            return Err(problem
                .detail("Send it without a key, or later")
                .field("Idempotency-Key", limit)
                .into());
        }
        Repetition::Another => {
            let title = "This key was used for another request";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused", title).into());
        }
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    keep(shared, &caller, &key, response).await
}

/// Remembers the answer; what was our own trouble may be tried again under the same key.
async fn keep(shared: &Shared, caller: &Caller, key: &str, response: Response) -> refusal::Result<Response> {
    let status = response.status();
    let is_final = !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS;
    let is_shown_once = response.extensions().get::<ShownOnce>().is_some();
    let (parts, body) = response.into_parts();
    let body: Bytes = to_bytes(body, usize::MAX).await.map_err(|_| Problem::bug())?;
    let content_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = is_final.then(|| StoredAnswer {
        status: status.as_u16(),
        content_type: content_type.to_owned(),
        body: (!is_shown_once && body.len() <= KEPT_ANSWER_BYTES).then(|| body.to_vec()),
    });
    if let Err(error) = shared.directory.keep_answer(caller.token.id, key, answer).await {
        // It was done all the same; a repetition within two minutes hears that it is under way.
        warn!(error = %model::Chain(&error), "cannot remember what a request was answered");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replayed(answer: StoredAnswer) -> refusal::Result<Response> {
    let Some(body) = answer.body else {
        let title = "This was done, and its answer is shown only once";
        return Err(Problem::new(StatusCode::CONFLICT, "shown-once", title).into());
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(&answer.content_type)
        && !content_type.is_empty()
    {
        headers.insert(CONTENT_TYPE, content_type);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
