//! What was typed while the session ended is not lost: it travels through the sign-in page and waits for one more
//! press of a button (docs/decisions/0057).
//!
//! Nothing is stored. The page that asks for the password carries the fields, bound to the session that has ended
//! and to its person: they count only for the same person in the same browser, and for a few minutes. Passwords are
//! never among them; they are asked for again.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minijinja::context;
use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, TOKEN};
use crate::limits;
use crate::page;
use crate::trouble::Trouble;
use crate::visitor::{self, Guest};

/// The field of the sign-in forms.
pub(crate) const FIELD: &str = "kept";
/// Fields that are asked for again.
pub(crate) const PASSWORDS: [&str; 4] = ["present", "password", "new", "repeated"];
/// Fields that count at one moment only.
const MOMENTARY: [&str; 3] = ["code", "answer", "challenge"];

/// A form that was sent and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Where it goes.
    path: String,
    /// The page that it belongs to.
    back: String,
    fields: Vec<(String, String)>,
    /// Passwords that it had.
    asked_again: Vec<String>,
    /// Whose it is.
    user: i64,
    at: i64,
}

fn key(session_token: &str) -> [u8; blake3::KEY_LEN] {
    blake3::derive_key("relais 2026-11 door-manager kept form", session_token.as_bytes())
}

impl Kept {
    /// What was sent to `path` in the name of `user`.
    pub(crate) fn of(path: &str, back: &str, fields: &Fields, user: i64, now: Timestamp) -> Kept {
        let mut kept = Kept {
            path: path.to_owned(),
            back: back.to_owned(),
            fields: Vec::new(),
            asked_again: Vec::new(),
            user,
            at: now.0,
        };
        for (name, value) in fields.pairs().filter(|(name, _)| !MOMENTARY.contains(name)) {
            match PASSWORDS.contains(&name) {
                true if value.is_empty() => {}
                true => kept.asked_again.push(name.to_owned()),
                false => kept.fields.push((name.to_owned(), value.to_owned())),
            }
        }
        kept
    }

    /// As the sign-in page carries it, bound to the session that has ended.
    pub(crate) fn seal(&self, session_token: &str) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let hash = blake3::keyed_hash(&key(session_token), &json);
        URL_SAFE_NO_PAD.encode([hash.as_bytes().as_slice(), &json].concat())
    }

    /// What was sealed for this session a few minutes ago.
    pub(crate) fn open(sealed: &str, session_token: &str, now: Timestamp) -> Option<Kept> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (hash, json) = bytes.split_first_chunk::<{ blake3::OUT_LEN }>()?;
        // Hashes compare in constant time.
        if blake3::keyed_hash(&key(session_token), json) != *hash {
            return None;
        }
        let kept: Kept = serde_json::from_slice(json).ok()?;
        let is_fresh = now.since(Timestamp(kept.at)) <= limits::KEPT_FORM_FOR;
        (is_fresh && is_ours(&kept.path) && is_ours(&kept.back)).then_some(kept)
    }

    /// Whose it is.
    pub(crate) fn user(&self) -> i64 {
        self.user
    }

    /// The page on which it is sent after all, or left.
    pub(crate) fn page(&self, guest: &Guest, proof: &str) -> Result<axum::response::Response, Trouble> {
        let content = context! {
            path => self.path,
            back => self.back,
            fields => self.fields,
            asked_again => self.asked_again,
            token => proof,
        };
        let mut page = page::alone(guest, "kept.html", content)?;
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(page)
    }
}

/// Whether a path is one of the Manager's, and no other host's.
fn is_ours(path: &str) -> bool {
    path.starts_with("/manager/") && !path.contains("//") && !path.contains('\\') && !path.contains("/..")
}

/// Whose page sent these fields, if it was one of this session, which may have ended.
pub(crate) fn sender(fields: &Fields, session_token: &str) -> Option<i64> {
    visitor::whose(fields.raw(TOKEN), session_token)
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::Kept;
    use crate::fields::Fields;
    use crate::limits::KEPT_FORM_FOR;

    #[test]
    fn a_kept_form_counts_for_its_session_and_some_minutes_and_holds_no_password() {
        let typed = [("_token", "x"), ("name", "Anna"), ("password", "très secret"), ("code", "123456")];
        let fields: Fields = typed.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let now = Timestamp(1_000_000);
        let kept = Kept::of("/manager/users/new", "/manager/users/new", &fields, 7, now);
        assert_eq!(kept.fields, [("name".to_owned(), "Anna".to_owned())]);
        assert_eq!(kept.asked_again, ["password"]);
        let sealed = kept.seal("one");
        assert_eq!(Kept::open(&sealed, "one", now), Some(kept));
        assert_eq!(Kept::open(&sealed, "another", now), None);
        assert_eq!(Kept::open(&sealed, "one", now.plus(KEPT_FORM_FOR * 2)), None);
        assert_eq!(Kept::open(&sealed[..sealed.len() - 2], "one", now), None);
        assert_eq!(Kept::open("", "one", now), None);
        for elsewhere in ["https://evil.test/manager/", "/manager//evil.test", "/api/v1/users"] {
            let sealed = Kept::of(elsewhere, "/manager/", &fields, 7, now).seal("one");
            assert_eq!(Kept::open(&sealed, "one", now), None, "{elsewhere}");
        }
    }
}
