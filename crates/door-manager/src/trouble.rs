//! Why a page cannot be shown: it does not exist for this person, is not allowed, or is our own trouble.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::DbError;
use directory::DirectoryError;
use minijinja::context;
use model::Chain;
use zones::ZoneError;

use crate::Shared;
use crate::page;
use crate::visitor::{Guest, Person};

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such thing, or it is another organisation's, of which nothing is said.
    NotFound,
    /// The person's role does not reach so far.
    NotAllowed,
    /// Too much at once, or the database is away: later.
    Later,
    /// A bug of ours.
    Ours,
}

impl Trouble {
    fn status(self) -> StatusCode {
        match self {
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::NotAllowed => StatusCode::FORBIDDEN,
            Trouble::Later => StatusCode::SERVICE_UNAVAILABLE,
            Trouble::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Trouble::NotFound => "not-found",
            Trouble::NotAllowed => "not-allowed",
            Trouble::Later => "later",
            Trouble::Ours => "ours",
        }
    }

    /// A bug or a broken promise of a floor below, for the log.
    pub(crate) fn ours(error: &(dyn std::error::Error + 'static)) -> Trouble {
        tracing::error!(error = %Chain(error), "a page of the Manager cannot be made");
        Trouble::Ours
    }
}

impl From<DirectoryError> for Trouble {
    fn from(error: DirectoryError) -> Trouble {
        match error {
            DirectoryError::NotFound { .. } => Trouble::NotFound,
            DirectoryError::Busy => Trouble::Later,
            error if error.is_temporary() => {
                tracing::warn!(error = %Chain(&error), "the Manager cannot reach the directory");
                Trouble::Later
            }
            error => Trouble::ours(&error),
        }
    }
}

impl From<ZoneError> for Trouble {
    fn from(error: ZoneError) -> Trouble {
        match error {
            ZoneError::NotFound { .. } => Trouble::NotFound,
            ZoneError::Directory(error) => error.into(),
            error if error.is_temporary() => {
                tracing::warn!(error = %Chain(&error), "the Manager cannot reach the zones");
                Trouble::Later
            }
            error => Trouble::ours(&error),
        }
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Trouble {
        DirectoryError::from(error).into()
    }
}

impl From<minijinja::Error> for Trouble {
    fn from(error: minijinja::Error) -> Trouble {
        Trouble::ours(&error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Shows trouble as a page, in the person's language and with the way on.
pub(crate) async fn explain(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(trouble) = response.extensions().get::<Trouble>().copied() else { return response };
    let person = Person::of(&asked, &shared).await.ok().flatten();
    let guest = Guest::of(&asked);
    let title = guest.say(&format!("trouble-{}", trouble.key()), &[]);
    let content = context! { title, trouble => trouble.key() };
    let page = match &person {
        Some(person) => page::of(person, "trouble.html", "", content),
        None => page::alone(&guest, "trouble.html", content),
    };
    match page {
        Ok(mut page) => {
            *page.status_mut() = trouble.status();
            page
        }
        Err(_) => response,
    }
}
