//! SASL as AUTH carries it (RFC 4954): base64 with limits, the messages of PLAIN (RFC 4616) and LOGIN.
//! SCRAM's messages live with the credentials in `directory`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::limits::{SASL_FIELD_LIMIT_OCTETS, SASL_MESSAGE_LIMIT_OCTETS};

/// What is wrong with a client's response.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SaslError {
    /// RFC 4954 §4: reply 501 5.5.2.
    #[error("the response is not base64 (RFC 4648 §4)")]
    NotBase64,
    /// Above [`SASL_MESSAGE_LIMIT_OCTETS`] or [`SASL_FIELD_LIMIT_OCTETS`].
    #[error("the response is too long")]
    TooLong,
    /// The message does not have the mechanism's form.
    #[error("the response does not have the mechanism's form")]
    Malformed,
}

/// A login name and a password, checked for form only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whom to act as; empty for the one who signs in.
    pub authorisation: String,
    /// Who signs in.
    pub login: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    // The password goes nowhere.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Encodes a challenge or a response.
pub fn encode_base64(message: &[u8]) -> String {
    STANDARD.encode(message)
}

/// Decodes a response line.
pub fn decode_base64(line: &str) -> Result<Vec<u8>, SaslError> {
    let line = line.trim_end_matches(' ');
    if line.len() / 4 * 3 > SASL_MESSAGE_LIMIT_OCTETS {
        return Err(SaslError::TooLong);
    }
    STANDARD.decode(line).map_err(|_| SaslError::NotBase64)
}

/// Decodes the initial response of an AUTH command, in which `=` stands for an empty one (RFC 4954 §4).
pub fn decode_initial(word: &str) -> Result<Vec<u8>, SaslError> {
    if word == "=" { Ok(Vec::new()) } else { decode_base64(word) }
}

/// The message of PLAIN.
// message = [authzid] UTF8NUL authcid UTF8NUL passwd
pub fn parse_plain(message: &[u8]) -> Result<Credentials, SaslError> {
    let mut fields = message.split(|byte| *byte == 0).map(field);
    let (Some(authorisation), Some(login), Some(password), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(SaslError::Malformed);
    };
    let credentials = Credentials { authorisation: authorisation?, login: login?, password: password? };
    if credentials.login.is_empty() || credentials.password.is_empty() {
        return Err(SaslError::Malformed);
    }
    Ok(credentials)
}

/// The message of PLAIN for a client, before base64.
pub fn plain(login: &str, password: &str) -> Vec<u8> {
    format!("\0{login}\0{password}").into_bytes()
}

/// One of the two responses of LOGIN: a name or a password, not empty.
pub fn parse_login(message: &[u8]) -> Result<String, SaslError> {
    let text = field(message)?;
    if text.is_empty() || text.contains('\0') { Err(SaslError::Malformed) } else { Ok(text) }
}

fn field(octets: &[u8]) -> Result<String, SaslError> {
    if octets.len() > SASL_FIELD_LIMIT_OCTETS {
        return Err(SaslError::TooLong);
    }
    String::from_utf8(octets.to_vec()).map_err(|_| SaslError::Malformed)
}
