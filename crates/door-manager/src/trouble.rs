//! Why a page cannot be shown: it does not exist for this person, is not allowed, or is our own trouble.

use std::sync::Arc;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use db::DbError;
use directory::DirectoryError;
use keys::KeysError;
use minijinja::context;
use model::Chain;
use zones::ZoneError;

use crate::fields::{self, Fields};
use crate::kept::{self, Kept};
use crate::toast::{self, Toast, see_other};
use crate::visitor::{self, Guest, Person, SessionOver, sign_in_for};
use crate::ways::Ways;
use crate::{Shared, limits, page};

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such thing, or it is another organisation's, of which nothing is said.
    NotFound,
    /// The person's role does not reach so far.
    NotAllowed,
    /// A form that no page of ours sent, or one of another session.
    NotOurs,
    /// A form that cannot be read, or is too long.
    Unreadable,
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
            Trouble::NotOurs => StatusCode::FORBIDDEN,
            Trouble::Unreadable => StatusCode::PAYLOAD_TOO_LARGE,
            Trouble::Later => StatusCode::SERVICE_UNAVAILABLE,
            Trouble::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Trouble::NotFound => "not-found",
            Trouble::NotAllowed => "not-allowed",
            Trouble::NotOurs => "not-ours",
            Trouble::Unreadable => "unreadable",
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
            ZoneError::Keys(error) => error.into(),
            error if error.is_temporary() => {
                tracing::warn!(error = %Chain(&error), "the Manager cannot reach the zones");
                Trouble::Later
            }
            error => Trouble::ours(&error),
        }
    }
}

impl From<KeysError> for Trouble {
    fn from(error: KeysError) -> Trouble {
        match error {
            KeysError::NotFound { .. } => Trouble::NotFound,
            KeysError::Directory(error) => error.into(),
            error if error.is_temporary() => {
                tracing::warn!(error = %Chain(&error), "the Manager cannot reach the keys");
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

/// Shows trouble as a page, in the person's language and with the way on; keeps what was typed; and leads from
/// addresses that only take forms to their pages.
pub(crate) async fn explain(
    State((shared, ways)): State<(Arc<Shared>, Ways)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, mut body) = request.into_parts();
    let asked = parts.clone();
    let mut typed = None;
    if may_be_kept(&asked, &body) {
        match to_bytes(body, limits::KEPT_FORM_LIMIT_BYTES).await {
            Ok(octets) => {
                body = Body::from(octets.clone());
                typed = Some(octets);
            }
            Err(_) => return told(&shared, &asked, Trouble::Unreadable).await,
        }
    }
    let response = next.run(Request::from_parts(parts, body)).await;
    let path = asked.uri.path();
    if response.extensions().get::<SessionOver>().is_some() {
        let back = ways.page_of(path).await;
        let kept = match typed {
            Some(octets) => sign_in_keeping(&shared, &asked, &back, &Fields::of_body(&octets)).await,
            None => None,
        };
        return kept.unwrap_or_else(|| see_other(&sign_in_for(&back)));
    }
    let trouble = match response.extensions().get::<Trouble>().copied() {
        Some(trouble) => trouble,
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            if asked.method != Method::GET && asked.method != Method::HEAD {
                return response;
            }
            return to_the_form(&shared, &asked, &ways.page_of(path).await).await;
        }
        // Only axum answers so: a part of the path is no number.
        None if response.status() == StatusCode::BAD_REQUEST && is_plain(&response) => Trouble::NotFound,
        None => return response,
    };
    // Whoever signed in anew meanwhile in another window: the browser says that the page is ours.
    if trouble == Trouble::NotOurs
        && let Some(octets) = typed
        && fields::is_ours(&asked.headers, &asked.uri)
        && let Ok(Some(person)) = Person::of(&asked, &shared).await
    {
        let (fields, now) = (Fields::of_body(&octets), shared.world.clock.now());
        let back = ways.page_of(path).await;
        let kept = Kept::of(&person.guest.target, &back, &fields, person.session.user.0, now);
        if let Ok(mut page) = kept.page(&person.guest, &person.form_token) {
            *page.status_mut() = trouble.status();
            return page;
        }
    }
    told(&shared, &asked, trouble).await
}

fn is_plain(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Whether a form is read before it is known whose it is.
fn may_be_kept(asked: &Parts, body: &Body) -> bool {
    let kind = asked.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    asked.method == Method::POST
        && kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
        && body.size_hint().upper().is_some_and(|octets| octets <= limits::KEPT_FORM_LIMIT_BYTES as u64)
}

/// The sign-in page, with what was typed on a page of the session that has ended.
async fn sign_in_keeping(shared: &Shared, asked: &Parts, back: &str, fields: &Fields) -> Option<Response> {
    let token = visitor::session_token(&asked.headers, &asked.extensions)?;
    let user = kept::sender(fields, &token)?;
    let guest = Guest::of(asked);
    let sealed = Kept::of(&guest.target, back, fields, user, shared.world.clock.now()).seal(&token);
    crate::screens::sign_in_keeping(shared, &guest, back, &sealed).await.ok()
}

/// From an address that only takes forms to the page of the form.
async fn to_the_form(shared: &Shared, asked: &Parts, page: &str) -> Response {
    match Person::of(asked, shared).await {
        Ok(Some(person)) => {
            let words = person.guest.say("form-not-sent", &[]);
            toast::done(&person, page, &Toast::of(words))
        }
        _ => see_other(page),
    }
}

/// Trouble as a page.
async fn told(shared: &Shared, asked: &Parts, trouble: Trouble) -> Response {
    let person = Person::of(asked, shared).await.ok().flatten();
    let guest = Guest::of(asked);
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
        Err(_) => trouble.status().into_response(),
    }
}
