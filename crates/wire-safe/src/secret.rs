//! The optional third share: a passphrase that sender and recipient know, and the platform does not.

use std::fmt;
use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::limits::{PASSPHRASE_LIMIT_OCTETS, STRETCHING_LIMIT_ITERATIONS, STRETCHING_MINIMUM_ITERATIONS};
use crate::names::StretchingSalt;

/// How a passphrase becomes a share: PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2). It stands in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretching {
    salt: StretchingSalt,
    iterations: NonZeroU32,
}

/// Rounds outside of what is accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a passphrase is stretched by 600,000 to 10,000,000 rounds, not by {iterations}")]
pub struct NotAStretching {
    iterations: u32,
}

impl Stretching {
    /// With the number of rounds of new envelopes.
    pub fn new(salt: [u8; 16]) -> Stretching {
        const ROUNDS: NonZeroU32 = NonZeroU32::new(STRETCHING_MINIMUM_ITERATIONS).expect("it is not zero");
        Stretching { salt: StretchingSalt(salt), iterations: ROUNDS }
    }

    /// With a number of rounds that somebody else chose: neither so few that guessing is cheap nor so many that opening
    /// takes minutes.
    pub fn with_iterations(salt: [u8; 16], iterations: u32) -> Result<Stretching, NotAStretching> {
        let refused = NotAStretching { iterations };
        if !(STRETCHING_MINIMUM_ITERATIONS..=STRETCHING_LIMIT_ITERATIONS).contains(&iterations) {
            return Err(refused);
        }
        let iterations = NonZeroU32::new(iterations).ok_or(refused)?;
        Ok(Stretching { salt: StretchingSalt(salt), iterations })
    }

    /// The salt: 16 random octets of this envelope.
    pub fn salt(&self) -> &StretchingSalt {
        &self.salt
    }

    /// The number of rounds.
    pub fn iterations(&self) -> u32 {
        self.iterations.get()
    }
}

/// A stretched passphrase: the third share.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecipientSecret {
    #[zeroize(skip)]
    stretching: Stretching,
    octets: [u8; 32],
}

/// A text that is not a passphrase.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotAPassphrase {
    /// No character at all.
    #[error("the passphrase is empty")]
    Empty,
    /// More than 1,024 octets.
    #[error("the passphrase has more than 1,024 octets")]
    TooLong,
}

impl RecipientSecret {
    /// Stretches a passphrase: a fraction of a second of one core, which is its purpose; not for a thread on which others
    /// wait.
    ///
    /// Before, every kind of space becomes U+0020 and the text is composed (RFC 8265 §4.2.2: OpaqueString), because
    /// keyboards differ in how they write the same letter. Nothing is cut off at the ends.
    pub fn stretch(passphrase: &str, stretching: Stretching) -> Result<RecipientSecret, NotAPassphrase> {
        if passphrase.len() > PASSPHRASE_LIMIT_OCTETS {
            return Err(NotAPassphrase::TooLong);
        }
        let spaced = passphrase.chars().map(|one| if is_space(one) { ' ' } else { one });
        // Room for the longest composition, so that no copy of a part stays behind unerased.
        let mut text = Zeroizing::new(String::with_capacity(passphrase.len() * 3));
        text.extend(spaced.nfc());
        if text.is_empty() {
            return Err(NotAPassphrase::Empty);
        }
        let mut octets = [0; 32];
        let (rounds, salt) = (stretching.iterations, &stretching.salt.0);
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, text.as_bytes(), &mut octets);
        let secret = RecipientSecret { stretching, octets };
        octets.zeroize();
        Ok(secret)
    }

    /// How it was stretched.
    pub fn stretching(&self) -> &Stretching {
        &self.stretching
    }

    pub(crate) fn octets(&self) -> &[u8; 32] {
        &self.octets
    }
}

impl fmt::Debug for RecipientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecipientSecret(…)")
    }
}

/// The spaces of Unicode (general category Zs) besides U+0020.
fn is_space(one: char) -> bool {
    matches!(one, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}
