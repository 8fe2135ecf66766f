//! One request and its answer.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use doorway_http::{Client, Full, Held, Pace, Problem, RequestId, TooSlow};
use futures_util::StreamExt;
use tracing::{debug, error, info};
use wire_soap::{Answer, Code, Fault, Incoming, Refused, UsernameToken, Version, wsdl};

use crate::authenticator::{Authenticator, Certificate, Password, Shown};
use crate::limits::ROOM_RETRY_SECONDS;
use crate::services::{Operations, Which};
use crate::{Limits, Shared, shown};

const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// The WSDL, for whoever asks with `?wsdl`; there is nothing else to get.
pub(crate) async fn describe<O, A>(
    service: Which,
    State(shared): State<Arc<Shared<O, A>>>,
    RawQuery(query): RawQuery,
) -> Response {
    if !query.is_some_and(|query| query.eq_ignore_ascii_case("wsdl")) {
        return Problem::method_not_allowed()
            .detail("POST a SOAP envelope, or GET it with ?wsdl")
            .into_response();
    }
    let addresses = &shared.parts.addresses;
    let base = match service {
        Which::Send => &addresses.send,
        Which::Read => &addresses.read,
        Which::Administration => &addresses.administration,
    };
    let table = service.table();
    let description = wsdl(table, &format!("{}{}", base.trim_end_matches('/'), table.path));
    ([(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"))], description).into_response()
}

/// What was not done, and how HTTP says it.
struct NotDone {
    version: Version,
    fault: Fault,
    /// Where HTTP has a status of its own for it.
    status: Option<StatusCode>,
}

impl NotDone {
    fn new(version: Version, fault: Fault) -> NotDone {
        NotDone { version, fault, status: None }
    }
}

/// The answer to a request, or the fault.
pub(crate) async fn answer<C, O, A>(
    service: Which,
    State(shared): State<Arc<Shared<O, A>>>,
    request: Request,
) -> Response
where
    C: Send + Sync + 'static,
    O: Operations<C>,
    A: Authenticator<Caller = C>,
{
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    match answered(service, &shared, request).await {
        Ok(answer) => respond(StatusCode::OK, answer),
        Err(Failed::MediaType) => {
            let title = "SOAP is text/xml, application/soap+xml, or MTOM's multipart/related";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", title).into_response()
        }
        Err(Failed::NotDone(not_done)) => {
            let NotDone { version, fault, status } = *not_done;
            // Not the reason: it may repeat what was sent, and that may be a secret.
            let field = fault.field.as_deref().unwrap_or_default();
            info!(request = %id, code = fault.code.as_str(), field, "a SOAP request was not done");
            refuse(service, version, &fault, status)
        }
    }
}

enum Failed {
    MediaType,
    NotDone(Box<NotDone>),
}

impl From<NotDone> for Failed {
    fn from(not_done: NotDone) -> Failed {
        Failed::NotDone(Box::new(not_done))
    }
}

async fn answered<C, O, A>(service: Which, shared: &Shared<O, A>, request: Request) -> Result<Answer, Failed>
where
    C: Send + Sync + 'static,
    O: Operations<C>,
    A: Authenticator<Caller = C>,
{
    let (head, body) = request.into_parts();
    let content_type = text(&head.headers, &CONTENT_TYPE).unwrap_or_default();
    let version = Incoming::version(content_type);
    let not_done = |fault| Failed::from(NotDone::new(version, fault));
    let client = head.extensions.get::<Client>().copied();
    let client = client.ok_or_else(|| not_done(Fault::internal()))?;
    let certificate = head.extensions.get::<Certificate>().cloned();
    let from_http = shown::basic(&head.headers).map_err(not_done)?;
    // Whoever shows something wrong over HTTP is refused before the body is read.
    let known = match from_http.is_some() || certificate.is_some() {
        true => {
            let caller =
                authenticate(shared, from_http, certificate.clone(), client).await.map_err(not_done)?;
            Some(caller)
        }
        false => None,
    };
    // Refusals before the envelope are said in the version that the media type announces.
    let in_version = |not_done| Failed::from(NotDone { version, ..not_done });
    let limits = &shared.parts.limits;
    let room = if known.is_some() { &shared.callers } else { &shared.strangers };
    let mut held = room.hold(client.ip);
    let announced = text(&head.headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if announced.is_some_and(|octets: usize| octets > limits.request_octets) {
        return Err(in_version(too_large(limits.request_octets)));
    }
    let body = collect(body, limits, &mut held).await.map_err(in_version)?;
    let incoming = Incoming {
        content_type,
        soap_action: text(&head.headers, &SOAP_ACTION),
        body: &body,
        most_octets: shared.parts.limits.request_octets,
    };
    let mut request = incoming.read(service.table()).map_err(|refused| match refused {
        Refused::MediaType => Failed::MediaType,
        Refused::Fault { version, fault } => NotDone::new(version, fault).into(),
    })?;
    let version = request.version;
    let not_done = |fault| Failed::from(NotDone::new(version, fault));
    let caller = match (known, request.username_token.take()) {
        (Some(caller), None) => caller,
        // Two answers to one question: nobody could say which was asked.
        (Some(_), Some(_)) => return Err(not_done(Fault::new(Code::Auth, "show who calls once"))),
        (None, token) => {
            let password = token.map(|token| password_of(shared, token)).transpose().map_err(not_done)?;
            authenticate(shared, password, None, client).await.map_err(not_done)?
        }
    };
    let values = std::mem::take(&mut request.values);
    let operations = &shared.parts.operations;
    let done =
        service.perform(operations, &caller, request.operation.name, values).await.map_err(not_done)?;
    drop(held);
    let mut boundary = [0; 16];
    shared.parts.world.random.fill(&mut boundary);
    Answer::new(service.table(), &request, done, boundary).map_err(|wrong| {
        error!(operation = request.operation.name, error = %wrong, "an answer does not keep to its table");
        not_done(Fault::internal())
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn too_large(most: usize) -> NotDone {
    let fault = Fault::new(Code::TooLarge, format!("a request has at most {most} octets"));
    NotDone { version: Version::One, fault, status: Some(StatusCode::PAYLOAD_TOO_LARGE) }
}

/// The body, as far as its limit, with room for what has come of it.
async fn collect(body: Body, limits: &Limits, held: &mut Held) -> Result<Bytes, NotDone> {
    let broken = |why| NotDone::new(Version::One, Fault::new(Code::Validation, why));
    let mut pieces = body.into_data_stream();
    let (mut collected, mut pace) = (Vec::new(), Pace::new(limits.still_for));
    loop {
        let piece = pace.next(pieces.next()).await;
        let Some(piece) = piece.map_err(|TooSlow| broken("the body stands still"))? else { break };
        let piece = piece.map_err(|error| {
            debug!(%error, "a body broke off");
            broken("the body does not end")
        })?;
        let octets = collected.len() + piece.len();
        if octets > limits.request_octets {
            return Err(too_large(limits.request_octets));
        }
        held.at_least(octets).map_err(|Full| {
            let fault = Fault::new(Code::Temporary, "too much is sent at the same time");
            NotDone::new(Version::One, fault.retry_after(ROOM_RETRY_SECONDS))
        })?;
        pace.came(piece.len());
        collected.extend_from_slice(&piece);
    }
    Ok(collected.into())
}

async fn authenticate<O, A: Authenticator>(
    shared: &Shared<O, A>,
    password: Option<Password>,
    certificate: Option<Certificate>,
    client: Client,
) -> Result<A::Caller, Fault> {
    let stays_here = shared.parts.exempt_loopback && client.ip.to_canonical().is_loopback();
    if password.is_some() && !client.is_tls && !stays_here {
        return Err(Fault::new(Code::Auth, "a password is shown over TLS only"));
    }
    if password.is_none() && certificate.is_none() {
        return Err(Fault::new(Code::Auth, "say who calls")
            .rule("HTTP Basic, a UsernameToken with a PasswordText, or a client certificate"));
    }
    shared.parts.authenticator.authenticate(Shown { password, certificate, client }).await
}

fn password_of<O, A>(shared: &Shared<O, A>, token: UsernameToken) -> Result<Password, Fault> {
    if token.expires.is_some_and(|expires| expires < shared.parts.world.clock.now()) {
        return Err(Fault::new(Code::Auth, "the header's Timestamp has expired"));
    }
    Ok(Password { username: token.username, password: token.password })
}

fn respond(status: StatusCode, answer: Answer) -> Response {
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&answer.content_type) {
        headers.insert(CONTENT_TYPE, value);
    }
    // Answers hold what only this caller may see.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A fault over HTTP: SOAP 1.1 §6.2 has 500 for all; SOAP 1.2 part 2 §7.5.2.2 tells whose trouble it is. Only 401 is
/// said as HTTP has it, because programs show a password when they are asked (RFC 9110 §11.6.1).
fn refuse(service: Which, version: Version, fault: &Fault, status: Option<StatusCode>) -> Response {
    let status = status.unwrap_or(match (fault.code, version) {
        (Code::Auth, _) => StatusCode::UNAUTHORIZED,
        (Code::VersionMismatch | Code::MustUnderstand, _) | (_, Version::One) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        (code, Version::Two) if code.is_the_clients() => StatusCode::BAD_REQUEST,
        (_, Version::Two) => StatusCode::INTERNAL_SERVER_ERROR,
    });
    let mut response = respond(status, Answer::fault(version, service.table().namespace, fault));
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"relais\", charset=\"UTF-8\"");
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = fault.retry_after_seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
