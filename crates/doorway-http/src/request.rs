//! One request: checked on the way in, caught when it panics, completed and logged on the way out.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CONTENT_LENGTH, LOCATION};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::ServiceExt;
use tracing::{error, info};

use crate::limits::LOGGED_PATH_OCTETS;
use crate::{Client, Host, Problem, RequestId, Shared, ToHttps, headers};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Octets of a body where a route says nothing else.
const ROUTE_BODY_BYTES: usize = 1024 * 1024;

/// Answers one request.
pub(crate) async fn answer(
    mut request: Request<Body>,
    client: Client,
    router: Router,
    shared: &Shared,
) -> Response<Body> {
    let began = shared.world.clock.now();
    let id = RequestId(new_id(shared));
    let host = Host::of(request.uri(), request.headers());
    let method = request.method().clone();
    let path = shown_path(request.uri().path(), &shared.secret_paths);
    let version = request.version();
    let mut response = match check(&request, client, host.as_ref(), shared) {
        Err(response) => *response,
        Ok(_place) if let Some(redirect) = Redirect::of(&request, client, host.as_ref(), shared) => {
            redirect.answer().await
        }
        Ok(_place) => {
            let extensions = request.extensions_mut();
            extensions.insert(client);
            extensions.insert(id.clone());
            extensions.extend_host(host.clone());
            run(request, router, shared, &id).await
        }
    };
    headers::complete(response.headers_mut(), client, host.as_ref());
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    // The query is left out: links carry tokens there.
    info!(
        target: "relais::http",
        request = %id.0,
        peer = %client.ip,
        host = %host.map(|host| host.to_string()).unwrap_or_default(),
        tls = client.is_tls,
        %method,
        %path,
        ?version,
        status = response.status().as_u16(),
        milliseconds = shared.world.clock.now().since(began).as_millis() as u64,
        "request",
    );
    response
}

trait WithHost {
    fn extend_host(&mut self, host: Option<Host>);
}

impl WithHost for axum::http::Extensions {
    fn extend_host(&mut self, host: Option<Host>) {
        if let Some(host) = host {
            self.insert(host);
        }
    }
}

/// A place among the requests under way of one source; given back when it is dropped.
struct Place<'a> {
    shared: &'a Shared,
    source: std::net::IpAddr,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut under_way = self.shared.counters.under_way.lock();
        if let Some(count) = under_way.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.source);
            }
        }
    }
}

/// Refuses what no door should see.
fn check<'a>(
    request: &Request<Body>,
    client: Client,
    host: Option<&Host>,
    shared: &'a Shared,
) -> Result<Place<'a>, Box<Response<Body>>> {
    let refuse = |problem: Problem| Err(Box::new(problem.into_response()));
    let Some(place) = take_place(client, shared) else {
        let title = "Too many requests from one address at the same time";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-at-once", title);
        return refuse(problem.retry_after(1));
    };
    let Some(host) = host else {
        // RFC 9112 §3.2: without one Host field, or with an invalid one, 400.
        let problem = Problem::new(StatusCode::BAD_REQUEST, "host", "A request names one host");
        return refuse(problem);
    };
    if host.name().is_none() && !(host.is_loopback() && client.ip.is_loopback()) {
        // R160: nothing is served by a bare address. RFC 9110 §15.5.20.
        let problem = Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "bare-address",
            "Nothing is served by a bare address: use the name",
        );
        return refuse(problem);
    }
    let octets: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if octets > shared.limits.head_bytes {
        // The reader's limit counts in its own buffers only.
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return refuse(Problem::new(status, "head-too-large", "The request's head is too large"));
    }
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > shared.limits.body_bytes) {
        let title = "The body is too large";
        return refuse(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title));
    }
    Ok(place)
}

fn take_place(client: Client, shared: &Shared) -> Option<Place<'_>> {
    let mut under_way = shared.counters.under_way.lock();
    let count = under_way.entry(client.ip).or_insert(0);
    if *count >= shared.limits.requests_per_source && !shared.is_exempt(client.ip) {
        return None;
    }
    *count += 1;
    Some(Place { shared, source: client.ip })
}

/// What is asked for without TLS by its own standard, holds no secret, or stays on this machine in the demo.
fn may_stay_plain(request: &Request<Body>, client: Client, host: &Host, shared: &Shared) -> bool {
    let path = request.uri().path();
    path.starts_with("/.well-known/acme-challenge/")
        || path.starts_with("/.well-known/autoconfig/")
        || path == "/mail/config-v1.1.xml"
        || path == "/health"
        || path.starts_with("/health/")
        || path == "/ip"
        || (shared.is_exempt(client.ip) && host.is_loopback())
}

/// The way of a request without TLS to where it is answered.
struct Redirect<'a> {
    to: &'a ToHttps,
    client: Client,
    host: Host,
    /// Path and query; `None` for what is no question: a redirect would hide that what it carried was readable on the
    /// way.
    path: Option<String>,
}

impl<'a> Redirect<'a> {
    /// `None` where the request may be answered as it came.
    fn of(
        request: &Request<Body>,
        client: Client,
        host: Option<&Host>,
        shared: &'a Shared,
    ) -> Option<Redirect<'a>> {
        let (to, host) = (shared.https.as_ref()?, host?);
        if client.is_tls || may_stay_plain(request, client, host, shared) {
            return None;
        }
        let is_question = matches!(*request.method(), Method::GET | Method::HEAD);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        Some(Redirect { to, client, host: host.clone(), path: is_question.then(|| path.to_owned()) })
    }

    async fn answer(self) -> Response<Body> {
        let Some(path) = self.path else {
            let problem = Problem::new(StatusCode::FORBIDDEN, "https-only", "This is served by https only");
            return problem.into_response();
        };
        let host = self.to.host(&self.host, self.client).await;
        let port = if self.to.port == 443 { String::new() } else { format!(":{}", self.to.port) };
        match HeaderValue::from_str(&format!("https://{host}{port}{path}")) {
            Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response(),
            Err(_) => Problem::not_found().into_response(),
        }
    }
}

/// The router's answer; a panic or a delay becomes a problem.
async fn run(request: Request<Body>, router: Router, shared: &Shared, id: &RequestId) -> Response<Body> {
    let timeout: Duration = shared.limits.request_timeout;
    let answered = AssertUnwindSafe(router.oneshot(request)).catch_unwind();
    tokio::select! {
        answered = answered => match answered {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => {
                shared.counters.panics.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                error!(request = %id.0, panic = said(&*panic), "a bug of ours ended a request");
                Problem::bug().into_response()
            }
        },
        () = tokio::time::sleep(timeout) => {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The request took too long").into_response()
        }
    }
}

/// The limit of bodies for routes that name no other; the program puts it around all doors.
pub(crate) fn route_body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(ROUTE_BODY_BYTES)
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

fn new_id(shared: &Shared) -> String {
    let mut bytes = [0; 8];
    shared.world.random.fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// A path as the log has it: cut, without what moves a terminal's cursor (paths are ASCII once parsed), and without the
/// secrets of links.
fn shown_path(path: &str, secret_paths: &[&str]) -> String {
    let secret = secret_paths.iter().find_map(|begin| Some((begin, path.strip_prefix(begin)?)));
    let path = match secret {
        Some((begin, rest)) => {
            let after = rest.find('/').map_or("", |end| &rest[end..]);
            format!("{begin}…{after}")
        }
        None => path.to_owned(),
    };
    path.chars().filter(|c| !c.is_control()).take(LOGGED_PATH_OCTETS).collect()
}

#[test]
fn the_secret_of_a_link_stands_in_no_log() {
    let shown = |path: &str| shown_path(path, &["/invitation/", "/allow/"]);
    assert_eq!(shown("/invitation/SECRET/account"), "/invitation/…/account");
    assert_eq!(shown("/allow/SECRET"), "/allow/…");
    assert_eq!(shown("/manager/addresses/12"), "/manager/addresses/12");
}
