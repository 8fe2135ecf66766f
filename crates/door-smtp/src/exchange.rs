//! The conversation behind AUTH (RFC 4954 §4): PLAIN (RFC 4616), LOGIN, SCRAM-SHA-256 (RFC 7677).

use model::Reply;
use wire_smtp::sasl::{self, SaslError};

use crate::session::Need;

/// What the client's next response is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// The one message of PLAIN.
    Plain,
    /// The name of LOGIN.
    LoginName,
    /// The password of LOGIN.
    LoginPassword { login: String },
    /// The first message of SCRAM.
    ScramFirst,
    /// The final message of SCRAM.
    ScramFinal,
    /// The empty response to our final message: SMTP has no place for it beside the 235 (RFC 4954 §4).
    ScramEnd { login: String },
}

/// What follows from a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Send a challenge and wait for the next response.
    Challenge(Exchange, &'static str),
    /// Ask the directory.
    Ask(Need),
    /// The client proved who it is.
    Done { login: String },
    /// The exchange is over.
    Refuse(Reply),
}

impl Exchange {
    /// The exchange of a mechanism, and its first challenge where the client sent no initial response.
    pub(crate) fn begin(mechanism: &str) -> Option<(Exchange, &'static str)> {
        match mechanism {
            "PLAIN" => Some((Exchange::Plain, "")),
            "LOGIN" => Some((Exchange::LoginName, "Username:")),
            "SCRAM-SHA-256" => Some((Exchange::ScramFirst, "")),
            _ => None,
        }
    }

    /// Takes a response line.
    pub(crate) fn line(self, line: &[u8]) -> Move {
        // RFC 4954 §4: the client gives up with a single asterisk.
        if line == b"*" {
            return Move::Refuse(Reply::never(501, 7, 0, "Authentication cancelled"));
        }
        match std::str::from_utf8(line).map_err(|_| SaslError::NotBase64).and_then(sasl::decode_base64) {
            Ok(message) => self.message(message),
            Err(error) => refuse(error),
        }
    }

    /// Takes a decoded response.
    pub(crate) fn message(self, message: Vec<u8>) -> Move {
        match self {
            Exchange::Plain => match sasl::parse_plain(&message) {
                Ok(credentials) => Move::Ask(Need::Login(credentials)),
                Err(error) => refuse(error),
            },
            Exchange::LoginName => match sasl::parse_login(&message) {
                Ok(login) => Move::Challenge(Exchange::LoginPassword { login }, "Password:"),
                Err(error) => refuse(error),
            },
            Exchange::LoginPassword { login } => match sasl::parse_login(&message) {
                Ok(password) => Move::Ask(Need::Login(sasl::Credentials {
                    authorisation: String::new(),
                    login,
                    password,
                })),
                Err(error) => refuse(error),
            },
            Exchange::ScramFirst => Move::Ask(Need::ScramFirst(message)),
            Exchange::ScramFinal => Move::Ask(Need::ScramFinal(message)),
            Exchange::ScramEnd { login } if message.is_empty() => Move::Done { login },
            Exchange::ScramEnd { .. } => refuse(SaslError::Malformed),
        }
    }
}

/// What is wrong with a response, as the client hears it.
pub(crate) fn refuse(error: SaslError) -> Move {
    Move::Refuse(match error {
        SaslError::TooLong => Reply::never(500, 5, 6, "Authentication response too long"),
        SaslError::NotBase64 => Reply::never(501, 5, 2, "The response is not base64"),
        SaslError::Malformed => Reply::never(501, 5, 2, "The response does not have the mechanism's form"),
    })
}
