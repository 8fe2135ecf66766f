//! Why a page is not what was asked for, and the page that says so.

use axum::http::StatusCode;
use axum::response::Response;
use mail_secure::SecureError;
use minijinja::context;
use model::Chain;
use tracing::{error, warn};

use crate::pages;
use crate::visitor::Guest;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such letter, or its envelope lies here no more.
    NotFound,
    /// The envelope that was brought lies here no more.
    Gone,
    /// The form cannot be read.
    Unreadable,
    /// The form does not come from our page.
    NotOurs,
    /// What was brought is no envelope of this platform.
    Forged,
    /// Too much was asked in a short time.
    TooOften,
    /// It can no longer be opened.
    Ended,
    /// Who asks has not shown enough.
    Proof,
    /// What is asked does not fit what happened.
    Illegal,
    /// Too many envelopes at the same time.
    Busy,
    /// Larger than an envelope can be.
    TooLarge,
    /// Who asks has not agreed to receive such letters.
    Consent,
    /// The sender's passphrase is missing or another.
    Passphrase,
    /// Too many passphrases were wrong: none is compared for a while.
    Paused,
    /// The share of the key is not this letter's.
    Share,
    /// The receipt waits for its time-stamp.
    NotYet,
    /// Our own trouble.
    Later,
}

impl Trouble {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::Gone | Trouble::Ended => StatusCode::GONE,
            Trouble::Unreadable => StatusCode::BAD_REQUEST,
            Trouble::NotOurs | Trouble::Proof | Trouble::Consent => StatusCode::FORBIDDEN,
            Trouble::Forged | Trouble::Share | Trouble::Passphrase => StatusCode::UNPROCESSABLE_ENTITY,
            Trouble::TooOften | Trouble::Paused => StatusCode::TOO_MANY_REQUESTS,
            Trouble::Illegal => StatusCode::CONFLICT,
            Trouble::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Trouble::Busy | Trouble::NotYet | Trouble::Later => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The end of the keys of its words, and what the script knows it by.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Trouble::NotFound => "not-found",
            Trouble::Gone => "gone",
            Trouble::Unreadable => "unreadable",
            Trouble::NotOurs => "not-ours",
            Trouble::Forged => "forged",
            Trouble::TooOften => "too-often",
            Trouble::Ended => "ended",
            Trouble::Proof => "proof",
            Trouble::Illegal => "illegal",
            Trouble::Busy => "busy",
            Trouble::TooLarge => "too-large",
            Trouble::Share => "share",
            Trouble::Consent => "consent",
            Trouble::Passphrase => "passphrase",
            Trouble::Paused => "paused",
            Trouble::NotYet => "not-yet",
            Trouble::Later => "later",
        }
    }

    /// The page that says it.
    pub(crate) fn page(self, guest: &Guest) -> Response {
        let content = context! { title => format!("trouble-{}-title", self.word()), text => format!("trouble-{}-text", self.word()) };
        let mut page = pages::page(guest.language, "trouble.html", &content);
        if page.status().is_success() {
            *page.status_mut() = self.status();
        }
        page
    }

    /// The same for programs that fetch a file.
    pub(crate) fn plain(self) -> Response {
        use axum::response::IntoResponse;
        (self.status(), [(axum::http::header::CONTENT_TYPE, "text/plain; charset=utf-8")], self.word())
            .into_response()
    }

    /// The same for the script.
    pub(crate) fn json(self) -> Response {
        use axum::response::IntoResponse;
        (self.status(), axum::Json(serde_json::json!({ "trouble": self.word() }))).into_response()
    }
}

impl From<SecureError> for Trouble {
    fn from(error: SecureError) -> Trouble {
        match error {
            SecureError::NotFound => Trouble::NotFound,
            SecureError::Forged => Trouble::Forged,
            SecureError::Ended => Trouble::Ended,
            SecureError::Proof | SecureError::Code => Trouble::Proof,
            SecureError::Consent => Trouble::Consent,
            SecureError::Passphrase => Trouble::Passphrase,
            SecureError::Paused { .. } => Trouble::Paused,
            SecureError::TooOften => Trouble::TooOften,
            SecureError::Busy => Trouble::Busy,
            SecureError::Illegal(_) | SecureError::Underway => Trouble::Illegal,
            SecureError::NotYet => Trouble::NotYet,
            error if error.is_temporary() => {
                warn!(error = %Chain(&error), "the portal cannot answer now");
                Trouble::Later
            }
            error => {
                error!(error = %Chain(&error), "the portal cannot answer");
                Trouble::Later
            }
        }
    }
}

impl From<directory::DirectoryError> for Trouble {
    fn from(error: directory::DirectoryError) -> Trouble {
        warn!(error = %Chain(&error), "the portal cannot ask who somebody is now");
        Trouble::Later
    }
}
