//! The two halves without which nothing opens: one travels in the letter, one stays in the store. Neither says anything
//! about the other, and neither can be printed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The share in the letter: 32 random octets, in the fragment of the address that opens it. Never in a header, a log, a
/// database or the part of an address that reaches a server.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MailShare([u8; 32]);

/// The share in the store: 32 random octets, kept wrapped ([`StoreShare::wrap`]). Destroying it recalls the letter.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StoreShare([u8; 32]);

/// A text that is not a mail share.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a mail share is 43 characters of base64url")]
pub struct NotAMailShare;

impl MailShare {
    /// A share of 32 random octets.
    pub fn new(random: [u8; 32]) -> MailShare {
        MailShare(random)
    }

    /// Reads 43 characters of base64url without padding (RFC 4648 §5), and no second spelling of the same octets.
    pub fn from_base64url(text: &str) -> Result<MailShare, NotAMailShare> {
        let octets = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAMailShare)?);
        Ok(MailShare(octets.as_slice().try_into().map_err(|_| NotAMailShare)?))
    }

    /// The 43 characters that stand behind `#a=`.
    pub fn to_base64url(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0))
    }

    pub(crate) fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

impl StoreShare {
    /// A share of 32 random octets.
    pub fn new(random: [u8; 32]) -> StoreShare {
        StoreShare(random)
    }

    /// The octets, for the one answer that gives them to a recipient who has signed in.
    pub fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MailShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailShare(…)")
    }
}

impl fmt::Debug for StoreShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreShare(…)")
    }
}
