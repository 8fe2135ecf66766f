//! What was done a moment ago, told on the next page, with the way back where there is one.
//!
//! The message travels in a cookie, and its way back becomes a form with the visitor's proof: so it counts only with
//! a hash that nobody can make who does not know the session.

use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::visitor::{Person, cookie};

/// The cookie where the connection is encrypted: no neighbouring host can write it (RFC 6265bis §4.1.3.2).
const SECURE_COOKIE: &str = "__Host-relais-toast";
/// The cookie without encryption, which only loopback has: the demo.
const PLAIN_COOKIE: &str = "relais-toast";
/// What a way back may do; a star stands for whatever it is done to.
const WAYS_BACK: [&str; 11] = [
    "domains/*/zone/undo",
    "domains/*/zone/dnssec",
    "domains/*/zone/ttl",
    "domains/*/synonyms",
    "addresses/*/state",
    "addresses/deleted/*/restore",
    "changes/cancel",
    "routes",
    "services/*/domains/*/move",
    "services/*/domains/*/state",
    "sources/bans/again",
];

/// Derived from the session's token, so nothing is stored.
#[derive(Clone)]
pub(crate) struct Key([u8; blake3::KEY_LEN]);

impl Key {
    pub(crate) fn of(session_token: &str) -> Key {
        Key(blake3::derive_key("relais 2026-11 door-manager toast", session_token.as_bytes()))
    }

    /// What a form brings back as it was given out, for this session.
    pub(crate) fn seal(&self, text: &str) -> String {
        self.sign(format!("seal {text}").as_bytes()).to_hex().to_string()
    }

    /// Whether a text was given out with this seal.
    pub(crate) fn is_sealed(&self, text: &str, seal: &str) -> bool {
        // Hashes compare in constant time.
        blake3::Hash::from_hex(seal).is_ok_and(|seal| self.sign(format!("seal {text}").as_bytes()) == seal)
    }

    fn sign(&self, json: &[u8]) -> blake3::Hash {
        blake3::keyed_hash(&self.0, json)
    }
}

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

fn cookie_name(is_tls: bool) -> &'static str {
    if is_tls { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// The message that the cookie carries, if it was written for this session.
pub(crate) fn of(headers: &HeaderMap, is_tls: bool, key: &Key) -> Option<Toast> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie(headers, cookie_name(is_tls))?).ok()?;
    let (hash, json) = bytes.split_first_chunk::<{ blake3::OUT_LEN }>()?;
    // Hashes compare in constant time.
    if key.sign(json) != *hash {
        return None;
    }
    let toast: Toast = serde_json::from_slice(json).ok()?;
    toast.undo.as_deref().is_none_or(is_way_back).then_some(toast)
}

/// Whether a path is one of those to which messages lead back.
fn is_way_back(path: &str) -> bool {
    let Some(path) = path.strip_prefix("/manager/") else { return false };
    WAYS_BACK.iter().any(|way| {
        let (mut way, mut path) = (way.split('/'), path.split('/'));
        loop {
            match (way.next(), path.next()) {
                (None, None) => return true,
                (Some("*"), Some(part)) if !part.is_empty() => {}
                (Some(known), Some(part)) if known == part => {}
                _ => return false,
            }
        }
    })
}

/// The cookie with what the browser needs to know of it.
fn set_cookie(is_tls: bool, value: &str, seconds: u32) -> String {
    let (name, secure) = (cookie_name(is_tls), if is_tls { "; Secure" } else { "" });
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Takes the message away once it was shown.
pub(crate) fn shown(response: &mut Response, is_tls: bool) {
    let cleared = set_cookie(is_tls, "", 0);
    response.headers_mut().append(SET_COOKIE, cleared.parse().expect("the cookie is ASCII"));
}

/// Goes on to `location` and tells there what was done.
pub(crate) fn done(person: &Person, location: &str, toast: &Toast) -> Response {
    let mut response = see_other(location);
    let json = serde_json::to_vec(toast).unwrap_or_default();
    if json.len() <= limits::TOAST_LIMIT_BYTES {
        let signed = [person.toast_key.sign(&json).as_bytes().as_slice(), &json].concat();
        let value = URL_SAFE_NO_PAD.encode(signed);
        let cookie = set_cookie(person.guest.client.is_tls, &value, limits::TOAST_SECONDS);
        response.headers_mut().append(SET_COOKIE, cookie.parse().expect("base64 is ASCII"));
    }
    response
}

/// Goes on to `location`, a path of ours.
pub(crate) fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, location.to_owned())]).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;
    use axum::http::{HeaderMap, HeaderValue};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{Key, Toast, of};

    #[test]
    fn a_message_leads_back_only_to_what_messages_lead_back_to() {
        let key = Key::of("session");
        for (undo, counts) in [
            ("/manager/domains/valbois.test/zone/undo", true),
            ("/manager/domains/valbois.test/synonyms", true),
            ("/manager/domains/valbois.test/zone/end", false),
            ("/manager/domains//zone/undo", false),
            ("/manager/domains/a/b/zone/undo", false),
            ("/manager/addresses/17/state", true),
            ("/manager/addresses/deleted/17/restore", true),
            ("/manager/addresses/17/delete", false),
            ("/manager/changes/cancel", true),
            ("/manager/changes/apply", false),
            ("/manager/sources/bans/again", true),
            ("/manager/routes/remove", false),
            ("/manager/services/17/domains/valbois.test/state", true),
            ("/manager/services/17/domains/valbois.test/delete", false),
            ("/manager/services/17/state", false),
            ("/manager/sign-out", false),
            ("https://evil.test/manager/domains/valbois.test/zone/undo", false),
        ] {
            let toast = Toast::of("done".to_owned()).with_undo(undo.to_owned(), &[]);
            let json = serde_json::to_vec(&toast).unwrap();
            let signed = [key.sign(&json).as_bytes().as_slice(), &json].concat();
            let cookie = format!("relais-toast={}", URL_SAFE_NO_PAD.encode(signed));
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(&cookie).unwrap());
            assert_eq!(of(&headers, false, &key).is_some(), counts, "{undo}");
        }
    }
}
