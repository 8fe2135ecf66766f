//! What went wrong, as a document (RFC 9457).

use axum::Json;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The media type of problems (RFC 9457 §3).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal or a trouble; becomes `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// The last part of the type's URI: `not-found` of `urn:relais:problem:not-found`.
    pub kind: &'static str,
    /// The same words for every problem of this type.
    pub title: &'static str,
    /// What is wrong this time.
    pub detail: Option<String>,
    /// The field that is wrong.
    pub field: Option<String>,
    /// What holds.
    pub rule: Option<String>,
    /// When it may work.
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem of a type.
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Problem {
        Problem { status, kind, title, detail: None, field: None, rule: None, retry_after_seconds: None }
    }

    /// With what is wrong this time.
    pub fn detail(mut self, detail: impl Into<String>) -> Problem {
        self.detail = Some(detail.into());
        self
    }

    /// With the field that is wrong, and what holds.
    pub fn field(mut self, field: impl Into<String>, rule: impl Into<String>) -> Problem {
        (self.field, self.rule) = (Some(field.into()), Some(rule.into()));
        self
    }

    /// With when it may work.
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// There is no such thing, or none that concerns whoever asks.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing")
    }

    /// The path exists, but not with this method.
    pub fn method_not_allowed() -> Problem {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This path has no such method")
    }

    /// Our own trouble.
    pub fn later() -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "later", "This does not work now").retry_after(5)
    }

    /// A bug of ours; the log has it under the request's id.
    pub fn bug() -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
    }

    /// As a JSON document.
    pub fn to_json(&self) -> serde_json::Value {
        let mut value = json!({
            "type": format!("urn:relais:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
        });
        for (name, text) in [("detail", &self.detail), ("field", &self.field), ("rule", &self.rule)] {
            if let Some(text) = text {
                value[name] = text.as_str().into();
            }
        }
        value
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut response = (self.status, Json(self.to_json())).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
