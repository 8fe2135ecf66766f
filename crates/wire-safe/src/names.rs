//! What an envelope and the rows that belong to it are called by: numbers without meaning of their own.

use std::fmt;

use thiserror::Error;

use crate::limits::WRAPPING_KEY_NAME_LIMIT_CHARACTERS;

macro_rules! sixteen_octets {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            /// 32 hexadecimal digits, in small letters.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
        }
    };
}

sixteen_octets!(
    /// A secure letter, the same for all of its recipients.
    SecureLetterId
);
sixteen_octets!(
    /// One letter for one recipient: random, and says nothing about either.
    Slot
);
sixteen_octets!(
    /// The salt with which a passphrase is stretched.
    StretchingSalt
);

/// The name of the key under which the store's share is wrapped: 1 to 32 of `A-Z a-z 0-9 . _ -`.
///
/// Whoever has the envelope reads it, so it should not name a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WrappingKeyName(String);

/// A text that is not the name of a wrapping key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a wrapping key's name has 1 to 32 letters, digits, dots, dashes or underscores")]
pub struct NotAWrappingKeyName;

impl WrappingKeyName {
    /// Checks length and characters.
    pub fn parse(text: &str) -> Result<WrappingKeyName, NotAWrappingKeyName> {
        let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"._-".contains(&octet);
        if text.is_empty() || text.len() > WRAPPING_KEY_NAME_LIMIT_CHARACTERS || !text.bytes().all(allowed) {
            return Err(NotAWrappingKeyName);
        }
        Ok(WrappingKeyName(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which of the platform's keys signed: the first eight octets of the SHA-256 of its 32 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvelopeKeyId(pub [u8; 8]);

impl fmt::Display for EnvelopeKeyId {
    /// 16 hexadecimal digits, in small letters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
