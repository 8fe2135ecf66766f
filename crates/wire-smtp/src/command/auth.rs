//! AUTH (RFC 4954 §4).

use crate::SyntaxError;

/// The beginning of an authentication.
#[derive(Clone, PartialEq, Eq)]
pub struct Auth {
    /// The mechanism in upper case.
    pub mechanism: String,
    /// The initial response as written: base64, or `=` for an empty one.
    pub initial: Option<String>,
}

impl std::fmt::Debug for Auth {
    // The initial response of PLAIN is a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("mechanism", &self.mechanism).finish_non_exhaustive()
    }
}

impl Auth {
    // auth-command = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64]), sasl-mech = 1*20mech-char
    pub(super) fn parse(argument: &str) -> Result<Auth, SyntaxError> {
        let mut words = argument.split(' ').filter(|word| !word.is_empty());
        let is_mechanism = |word: &&str| {
            word.len() <= 20 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let (mechanism, initial) = (words.next().filter(is_mechanism), words.next());
        match (mechanism, words.next()) {
            (Some(mechanism), None) => {
                Ok(Auth { mechanism: mechanism.to_ascii_uppercase(), initial: initial.map(str::to_owned) })
            }
            _ => Err(SyntaxError::argument(
                "AUTH",
                "the argument is a mechanism, perhaps with an initial response (RFC 4954 §4)",
            )),
        }
    }

    pub(super) fn encode(&self, wire: &mut Vec<u8>) {
        wire.extend_from_slice(b"AUTH ");
        wire.extend_from_slice(self.mechanism.as_bytes());
        if let Some(initial) = &self.initial {
            wire.push(b' ');
            wire.extend_from_slice(initial.as_bytes());
        }
    }
}
