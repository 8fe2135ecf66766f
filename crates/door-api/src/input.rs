//! What comes in: bodies, queries and paths, each refused with a problem that names what is wrong.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use directory::DomainInfo;
use doorway_http::Problem;
use model::{Address, Domain, Timestamp, Validity};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use zones::ZoneInfo;

use crate::caller::AnyCaller;
use crate::refusal::{Refusal, Result, invalid, not_found};

/// A JSON body.
pub(crate) struct Input<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Input<T>> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Input(value)),
            Err(rejection) => Err(malformed(rejection).into()),
        }
    }
}

fn malformed(rejection: JsonRejection) -> Problem {
    let problem = |status, kind, title| Problem::new(status, kind, title).detail(rejection.body_text());
    match &rejection {
        JsonRejection::MissingJsonContentType(_) => {
            problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is application/json")
        }
        JsonRejection::JsonDataError(_) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "malformed", "The body has another form")
        }
        JsonRejection::JsonSyntaxError(_) => {
            problem(StatusCode::BAD_REQUEST, "syntax", "The body is no JSON")
        }
        other => match other.clone_status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                problem(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large")
            }
            _ => problem(StatusCode::BAD_REQUEST, "body", "The body cannot be read"),
        },
    }
}

trait Status {
    fn clone_status(&self) -> StatusCode;
}

impl Status for JsonRejection {
    fn clone_status(&self) -> StatusCode {
        self.status()
    }
}

/// The query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Asked(value)),
            Err(rejection) => {
                let problem = Problem::new(StatusCode::BAD_REQUEST, "query", "The query has another form");
                Err(problem.detail(rejection.body_text()).into())
            }
        }
    }
}

/// The identifier in the path; what is none names nothing.
pub(crate) struct Of(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Of> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = text.map_err(|_| not_found("this"))?;
        text.parse().map(Of).map_err(|_| not_found(&format!("«{text}», which is no identifier,")))
    }
}

/// The mail domain that the path names, by identifier or by name.
pub(crate) struct OfDomain(pub(crate) DomainInfo);

impl<S: Send + Sync> FromRequestParts<S> for OfDomain {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<OfDomain> {
        let AnyCaller(caller) = AnyCaller::of(parts)?;
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| not_found("this"))?;
        caller.domain(&text).await.map(OfDomain)
    }
}

/// The hosted zone that the path names, by identifier or by name.
pub(crate) struct OfZone(pub(crate) ZoneInfo);

impl<S: Send + Sync> FromRequestParts<S> for OfZone {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<OfZone> {
        let AnyCaller(caller) = AnyCaller::of(parts)?;
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| not_found("this"))?;
        caller.zone(&text).await.map(OfZone)
    }
}

/// An identifier as JSON has it: a string, because many readers of JSON round numbers of 63 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub(crate) i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Id, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Id).map_err(|_| serde::de::Error::custom(format!("«{text}» is no identifier")))
    }
}

/// A field that may be absent, null or a value: absent stays, null takes away.
pub(crate) fn absent_or<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

pub(crate) fn address(field: &str, text: &str) -> Result<Address> {
    Address::parse(text).map_err(|error| invalid(field, error.to_string(), "an address (RFC 5321 §4.1.2)"))
}

pub(crate) fn domain(field: &str, text: &str) -> Result<Domain> {
    Domain::parse(text).map_err(|error| invalid(field, error.to_string(), "a domain name (RFC 5321 §4.1.2)"))
}

/// From when until when something holds, in the fields `valid_from` and `valid_until`.
pub(crate) fn validity(from: Option<&str>, until: Option<&str>) -> Result<Validity> {
    Ok(Validity {
        from: from.map(|text| moment("valid_from", text)).transpose()?,
        until: until.map(|text| moment("valid_until", text)).transpose()?,
    })
}

/// A moment of RFC 3339.
pub(crate) fn moment(field: &str, text: &str) -> Result<Timestamp> {
    let parsed = text.parse::<jiff::Timestamp>();
    parsed.map(|at| Timestamp(at.as_millisecond())).map_err(|_| {
        invalid(field, format!("«{text}» is no moment"), "as 2026-11-21T12:00:00Z (RFC 3339 §5.6)")
    })
}

/// A created thing: 201 with its place (RFC 9110 §15.3.2).
pub(crate) struct Created<T>(pub(crate) String, pub(crate) T);

impl<T: serde::Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> axum::response::Response {
        let location = [(axum::http::header::LOCATION, self.0)];
        (StatusCode::CREATED, location, axum::Json(self.1)).into_response()
    }
}
