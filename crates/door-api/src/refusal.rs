//! Errors of the domain crates as problems: the one place that maps them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::DbError;
use directory::DirectoryError;
use doorway_http::Problem;
use keys::KeysError;
use mail_reports::ReportsError;
use reputation::ReputationError;
use tracing::warn;
use zones::ZoneError;

/// Why a request was not done.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Problem>);

/// What a handler gives.
pub(crate) type Result<T> = std::result::Result<T, Refusal>;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal(Box::new(problem))
    }
}

/// A value breaks a rule.
pub(crate) fn invalid(field: &str, reason: impl Into<String>, rule: &str) -> Refusal {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "A value breaks a rule")
        .detail(reason)
        .field(field, rule)
        .into()
}

/// The name is taken.
pub(crate) fn conflict(field: &str, reason: impl Into<String>, rule: &str) -> Refusal {
    Problem::new(StatusCode::CONFLICT, "conflict", "The name is taken")
        .detail(reason)
        .field(field, rule)
        .into()
}

/// Other things depend on it.
pub(crate) fn in_use(field: &str, reason: impl Into<String>, rule: &str) -> Refusal {
    Problem::new(StatusCode::CONFLICT, "in-use", "Other things depend on it")
        .detail(reason)
        .field(field, rule)
        .into()
}

/// There is no such thing within the token's reach.
pub(crate) fn not_found(what: &str) -> Refusal {
    Problem::not_found().detail(format!("{what} not found")).into()
}

/// Our own trouble; the log has the reason.
pub(crate) fn trouble(error: &(dyn std::error::Error + 'static), is_temporary: bool) -> Refusal {
    warn!(error = %model::Chain(error), "a request of the API failed");
    if is_temporary { Problem::later().into() } else { Problem::bug().into() }
}

impl From<DirectoryError> for Refusal {
    fn from(error: DirectoryError) -> Refusal {
        match error {
            DirectoryError::Invalid { field, reason, rule } => invalid(field, reason, rule),
            DirectoryError::Conflict { field, value, rule } => {
                conflict(field, format!("«{value}» exists already"), rule)
            }
            DirectoryError::InUse { field, value, dependents, rule } => {
                in_use(field, format!("«{value}» still has {dependents}"), rule)
            }
            DirectoryError::NotFound { what } => not_found(what),
            other => {
                let is_temporary = other.is_temporary();
                trouble(&other, is_temporary)
            }
        }
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Refusal {
        let is_temporary = error.is_temporary();
        trouble(&error, is_temporary)
    }
}

impl From<ZoneError> for Refusal {
    fn from(error: ZoneError) -> Refusal {
        match error {
            ZoneError::Invalid { field, reason, rule, index } => {
                let place =
                    index.map_or_else(|| field.to_owned(), |index| format!("records[{index}].{field}"));
                invalid(&place, reason, rule)
            }
            ZoneError::Conflict { field, value, rule } => {
                conflict(field, format!("«{value}» exists already"), rule)
            }
            ZoneError::InUse { field, value, dependents, rule } => {
                in_use(field, format!("«{value}» still has {dependents}"), rule)
            }
            ZoneError::NotFound { what } => not_found(what),
            ZoneError::Stale { serial, .. } => stale(serial),
            ZoneError::Directory(error) => error.into(),
            ZoneError::Keys(error) => error.into(),
            other => {
                let is_temporary = other.is_temporary();
                trouble(&other, is_temporary)
            }
        }
    }
}

/// The zone was changed since it was read (RFC 9110 §15.5.13).
pub(crate) fn stale(serial: u32) -> Refusal {
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "It was changed since it was read")
        .detail(format!("the zone is at serial {serial} by now"))
        .into()
}

impl From<KeysError> for Refusal {
    fn from(error: KeysError) -> Refusal {
        match error {
            KeysError::Invalid { field, reason, rule } => invalid(field, reason, rule),
            KeysError::NotFound { what } => not_found(what),
            KeysError::Directory(error) => error.into(),
            other => {
                let is_temporary = other.is_temporary();
                trouble(&other, is_temporary)
            }
        }
    }
}

impl From<ReportsError> for Refusal {
    fn from(error: ReportsError) -> Refusal {
        match error {
            ReportsError::Directory(error) => error.into(),
            ReportsError::Db(error) => error.into(),
            other => trouble(&other, false),
        }
    }
}

impl From<ReputationError> for Refusal {
    fn from(error: ReputationError) -> Refusal {
        match error {
            ReputationError::Directory(error) => error.into(),
            ReputationError::Db(error) => error.into(),
        }
    }
}
