//! What a peer shows, and who it turns out to be.

use std::net::IpAddr;

use model::{AccountRef, Address, CredentialId, OrganisationId, UserId};
use zeroize::Zeroizing;

use super::AuthProtocol;
use crate::entities::Role;
use crate::limits;

/// A login with a password in clear: AUTH PLAIN, AUTH LOGIN, IMAP's LOGIN, POP3's PASS.
#[derive(Clone)]
pub struct Attempt {
    /// The address.
    pub login: String,
    /// Whom to act as (RFC 4616's authzid): empty, or the login itself.
    pub authorise_as: String,
    /// The password as it arrived.
    pub password: Zeroizing<String>,
    /// What for.
    pub protocol: AuthProtocol,
    /// From where.
    pub source: IpAddr,
}

/// The message of SASL PLAIN, decoded from base64.
#[derive(Clone)]
pub struct PlainMessage {
    /// Whom to act as; often empty.
    pub authorise_as: String,
    /// The login.
    pub login: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// The bytes are no message of SASL PLAIN (RFC 4616 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PLAIN message has three parts of UTF-8 with NUL between them (RFC 4616 §2)")]
pub struct MalformedPlain;

impl PlainMessage {
    /// Parses `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
    pub fn parse(message: &[u8]) -> Result<PlainMessage, MalformedPlain> {
        if message.len() > limits::SASL_MESSAGE_LIMIT_OCTETS {
            return Err(MalformedPlain);
        }
        let text = std::str::from_utf8(message).map_err(|_| MalformedPlain)?;
        let mut parts = text.split('\0');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(authorise_as), Some(login), Some(password), None)
                if !login.is_empty() && !password.is_empty() =>
            {
                Ok(PlainMessage {
                    authorise_as: authorise_as.to_owned(),
                    login: login.to_owned(),
                    password: Zeroizing::new(password.to_owned()),
                })
            }
            _ => Err(MalformedPlain),
        }
    }
}

/// Who logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// The account that the login opens.
    pub account: AccountRef,
    /// Its address.
    pub address: Address,
    /// The login as the peer wrote it.
    pub login: String,
    /// Which of the address's passwords.
    pub credential: CredentialId,
    /// How much the account may hold; `None` without a limit.
    pub quota_bytes: Option<u64>,
}

/// Which person signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The organisation within which the person may act.
    pub organisation: OrganisationId,
    /// What the person may do.
    pub role: Role,
    /// The login, in lower case.
    pub login: String,
}
