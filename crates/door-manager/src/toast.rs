//! What was done a moment ago, told on the next page, with the way back where there is one.

use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::visitor::{Person, cookie};

const COOKIE: &str = "relais-toast";

/// One message.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Toast {
    /// The words, in the person's language.
    pub(crate) text: String,
    /// Where «Annuler» goes: a path of the Manager.
    pub(crate) undo: Option<String>,
    /// The fields that it sends.
    pub(crate) fields: Vec<(String, String)>,
}

impl Toast {
    pub(crate) fn of(text: String) -> Toast {
        Toast { text, ..Toast::default() }
    }

    pub(crate) fn with_undo(mut self, path: String, fields: &[(&str, &str)]) -> Toast {
        self.undo = Some(path);
        self.fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }
}

/// The message that the cookie carries.
pub(crate) fn of(headers: &HeaderMap) -> Option<Toast> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie(headers, COOKIE)?).ok()?;
    let toast: Toast = serde_json::from_slice(&bytes).ok()?;
    let stays = toast.undo.as_deref().is_none_or(|path| path.starts_with("/manager/"));
    stays.then_some(toast)
}

/// Takes the message away once it was shown.
pub(crate) fn shown(response: &mut Response) {
    let cleared = format!("{COOKIE}=; Path=/manager/; Max-Age=0; HttpOnly; SameSite=Lax");
    response.headers_mut().append(SET_COOKIE, cleared.parse().expect("the cookie is ASCII"));
}

/// Goes on to `location` and tells there what was done.
pub(crate) fn done(person: &Person, location: &str, toast: &Toast) -> Response {
    let mut response = see_other(location);
    let json = serde_json::to_vec(toast).unwrap_or_default();
    if json.len() <= limits::TOAST_LIMIT_BYTES {
        let secure = if person.guest.client.is_tls { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={}; Path=/manager/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
            URL_SAFE_NO_PAD.encode(json),
            limits::TOAST_SECONDS
        );
        response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
    }
    response
}

/// Goes on to `location`, a path of ours.
pub(crate) fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, location.to_owned())]).into_response()
}
