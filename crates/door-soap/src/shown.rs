//! What a request shows of who calls, over HTTP.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire_soap::{Code, Fault};

use crate::authenticator::Password;
use crate::limits::AUTHORIZATION_OCTETS;

/// Name and password of the `Authorization` field (RFC 7617 §2, in UTF-8); none without one.
pub(crate) fn basic(headers: &HeaderMap) -> Result<Option<Password>, Fault> {
    let wrong = || Fault::new(Code::Auth, "the Authorization field is no HTTP Basic");
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let Some(field) = fields.next() else { return Ok(None) };
    if fields.next().is_some() || field.len() > AUTHORIZATION_OCTETS {
        return Err(wrong());
    }
    let (scheme, encoded) = field.to_str().ok().and_then(|field| field.split_once(' ')).ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong());
    }
    let decoded = STANDARD.decode(encoded.trim()).ok().and_then(|octets| String::from_utf8(octets).ok());
    let decoded = decoded.filter(|decoded| !decoded.contains(char::is_control)).ok_or_else(wrong)?;
    let (username, password) = decoded.split_once(':').ok_or_else(wrong)?;
    Ok(Some(Password { username: username.to_owned(), password: password.to_owned() }))
}
