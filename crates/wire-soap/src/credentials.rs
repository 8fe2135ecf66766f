//! Name and password in the header (WS-Security UsernameToken Profile 1.1). Signatures are not read: who calls is known
//! by TLS, by HTTP, or by this.

use std::fmt;

use model::Timestamp;

use crate::fault::{Code, Fault};
use crate::limits::CREDENTIAL_CHARACTERS;
use crate::moment;
use crate::namespaces::{SECURITY, SECURITY_UTILITY};
use crate::xml::{Element, is_space};

/// UsernameToken Profile 1.1 §3.1: the type of a password that is itself; also where none is said.
const PASSWORD_TEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

/// A name and a password, as they were shown.
#[derive(Clone, PartialEq, Eq)]
pub struct UsernameToken {
    /// Who.
    pub username: String,
    /// The secret.
    pub password: String,
    /// Until when the sender wants it to hold (WS-Security 1.1 §10).
    pub expires: Option<Timestamp>,
}

impl fmt::Debug for UsernameToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsernameToken").field("username", &self.username).finish_non_exhaustive()
    }
}

impl UsernameToken {
    /// Reads a `Security` entry: one UsernameToken at most, and a Timestamp; anything else is refused, because whoever
    /// signs or encrypts has to know that nobody looks.
    pub(crate) fn read(security: &Element<'_>) -> Result<Option<UsernameToken>, Fault> {
        let wrong = |reason: &str| {
            Fault::new(Code::Auth, reason).field("Security").rule("one UsernameToken with a PasswordText")
        };
        let (mut token, mut expires) = (None, None);
        for child in &security.children {
            if child.name.is(SECURITY, "UsernameToken") && token.is_none() {
                token = Some((
                    only(child, "Username").ok_or_else(|| wrong("a UsernameToken has one Username"))?,
                    only(child, "Password").ok_or_else(|| wrong("a UsernameToken has one Password"))?,
                ));
            } else if child.name.is(SECURITY_UTILITY, "Timestamp") && expires.is_none() {
                let ends = child.children.iter().find(|one| one.name.is(SECURITY_UTILITY, "Expires"));
                expires = match ends {
                    None => None,
                    Some(ends) => Some(
                        moment::read(ends.text.trim_matches(is_space))
                            .ok_or_else(|| wrong("the Timestamp's Expires is no moment"))?,
                    ),
                };
            } else {
                let name = &child.name.local;
                return Err(wrong(&format!("«{name}» is not read here, or stands twice")));
            }
        }
        let Some((username, password)) = token else { return Ok(None) };
        if password.attribute(None, "Type").is_some_and(|kind| kind != PASSWORD_TEXT) {
            return Err(wrong("a password is shown as PasswordText: a digest would need it stored in clear"));
        }
        let text = |element: &Element<'_>| {
            let is_value = element.children.is_empty() && !element.has_comment;
            let text = element.text.chars().take(CREDENTIAL_CHARACTERS + 1).collect::<String>();
            (is_value && text.chars().count() <= CREDENTIAL_CHARACTERS).then_some(text)
        };
        match (text(username), text(password)) {
            (Some(username), Some(password)) if !username.is_empty() => {
                Ok(Some(UsernameToken { username, password, expires }))
            }
            _ => Err(wrong("a name and a password are plain texts")),
        }
    }
}

fn only<'e, 'a>(token: &'e Element<'a>, local: &str) -> Option<&'e Element<'a>> {
    let mut all = token.children.iter().filter(|child| child.name.is(SECURITY, local));
    match (all.next(), all.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}
