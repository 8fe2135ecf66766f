//! The token of a request: whose it is, whether it holds, how often it asks and whether it may write.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doorway_http::{Client, Problem};

use crate::Shared;
use crate::caller::Caller;
use crate::refusal::{Refusal, Result};

/// Stands before every route.
pub(crate) async fn admit(
    State(shared): State<Arc<Shared>>,
    Extension(client): Extension<Client>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match identify(&shared, client, request.method(), request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    // Answers hold what only this token may see.
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if response.status() == StatusCode::UNAUTHORIZED {
        // RFC 9110 §11.6.1, RFC 6750 §3.
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"relais\""));
    }
    response
}

async fn identify(
    shared: &Arc<Shared>,
    client: Client,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Caller> {
    if shared.directory.is_banned(client.ip).is_some() {
        let problem = Problem::new(StatusCode::FORBIDDEN, "banned", "This address failed too often");
        return Err(problem.into());
    }
    let unknown = || {
        let detail = "Show a token that holds: Authorization: Bearer relais_…";
        Refusal::from(Problem::new(StatusCode::UNAUTHORIZED, "token", "No valid token").detail(detail))
    };
    let shown = bearer(headers).ok_or_else(unknown)?;
    let token = shared.directory.bearer(shown, client.ip).await?.ok_or_else(unknown)?;
    let now = shared.world.clock.now();
    let is_exempt = shared.exempt_loopback && client.ip.is_loopback();
    if !is_exempt && let Err(seconds) = shared.rates.take(token.id, &shared.limits, now) {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", "This token asks too often");
        return Err(problem.retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)).into());
    }
    if !token.may_write && !matches!(*method, Method::GET | Method::HEAD) {
        let problem = Problem::new(StatusCode::FORBIDDEN, "read-only", "This token may only read");
        return Err(problem.into());
    }
    Ok(Caller { token, client, shared: shared.clone() })
}

/// RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
