//! What everybody may read of an envelope: deterministic CBOR (RFC 8949 §4.2.1), a map with the keys 1 to 12, all of them.

use model::Timestamp;
use thiserror::Error;

use crate::cbor::{NotCbor, Reader, Writer};
use crate::limits::{HEADER_LIMIT_OCTETS, LAST_SECOND};
use crate::names::{EnvelopeKeyId, NotAWrappingKeyName, SecureLetterId, Slot, WrappingKeyName};
use crate::origin::{NotAnOrigin, PortalOrigin};
use crate::padding::is_padded;
use crate::secret::{NotAStretching, Stretching};

/// The version of this format.
const VERSION: u64 = 1;
/// HKDF-SHA-256, AES-256-GCM in chunks of 64 KiB, a tree of SHA-256, Ed25519.
const SUITE: u64 = 1;
/// PBKDF2 with HMAC-SHA-256.
const PBKDF2: u64 = 1;
/// Keys of the map.
const FIELDS: u64 = 12;

/// How a letter is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Only its recipients read it.
    Confidential,
    /// Only this person reads it, having identified herself.
    Personal,
    /// As personal; and what became of it is proven.
    Registered,
}

impl Mode {
    fn number(self) -> u64 {
        match self {
            Mode::Confidential => 1,
            Mode::Personal => 2,
            Mode::Registered => 3,
        }
    }

    fn of(number: u64) -> Option<Mode> {
        [Mode::Confidential, Mode::Personal, Mode::Registered]
            .into_iter()
            .find(|mode| mode.number() == number)
    }
}

/// The header. It says which letter for which slot, how and until when; nothing of sender, recipient or subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The letter.
    pub letter: SecureLetterId,
    /// The letter for this recipient.
    pub slot: Slot,
    /// How it is treated.
    pub mode: Mode,
    /// Under which key the store's share was first wrapped.
    pub wrapping_key: WrappingKeyName,
    /// Which key of the platform signed.
    pub signing_key: EnvelopeKeyId,
    /// From when it may be opened: seconds since 1970.
    pub not_before_seconds: u64,
    /// Until when it may be opened, this second included.
    pub not_after_seconds: u64,
    /// Salt of the key derivation.
    pub salt: [u8; 32],
    /// Where it is opened.
    pub origin: PortalOrigin,
    /// How the recipient's passphrase is stretched, if one is needed.
    pub stretching: Option<Stretching>,
    /// Octets of the padded letter, 8 of its length included.
    pub padded_octets: usize,
}

/// Octets that are not a header.
#[derive(Debug, Error)]
pub enum NotAHeader {
    /// Not CBOR, of other types, or spelled otherwise (RFC 8949 §4.2.1).
    #[error("the header is not the CBOR that it should be")]
    Cbor(#[from] NotCbor),
    /// The map has other keys than 1 to 12, in this order.
    #[error("the header has a field too many, too few or twice")]
    Fields,
    /// Another version or suite.
    #[error("the header is of version {version}, suite {suite}, which are not known")]
    Unknown {
        /// Field 1.
        version: u64,
        /// Field 2.
        suite: u64,
    },
    /// A field of octets with another number of them.
    #[error("field {field} of the header has {octets} octets")]
    Length {
        /// Its key.
        field: u64,
        /// What it has.
        octets: usize,
    },
    /// No such mode.
    #[error("the header has an unknown mode: {0}")]
    Mode(u64),
    /// The wrapping key's name.
    #[error("the header names no wrapping key")]
    WrappingKey(#[source] NotAWrappingKeyName),
    /// The origin.
    #[error("the header names no portal")]
    Origin(#[source] NotAnOrigin),
    /// Ends before it begins, or after the year 9999.
    #[error("the envelope ends before it begins to be valid, or after the year 9999")]
    Validity,
    /// The rounds.
    #[error("the header wants a passphrase stretched in a way that is not accepted")]
    Stretching(#[source] NotAStretching),
    /// A way of stretching that is not known.
    #[error("the header wants a passphrase stretched in an unknown way: {0}")]
    UnknownStretching(u64),
    /// No letter has this padded length.
    #[error("no letter is padded to {0} octets")]
    Padding(u64),
}

impl Header {
    /// Whether it may be opened at this moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        u64::try_from(now.seconds())
            .is_ok_and(|now| (self.not_before_seconds..=self.not_after_seconds).contains(&now))
    }

    /// The header's octets: there is one way to write each header.
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::with_capacity(HEADER_LIMIT_OCTETS);
        to.map(FIELDS);
        to.number(1).number(VERSION);
        to.number(2).number(SUITE);
        to.number(3).octets(&self.letter.0);
        to.number(4).octets(&self.slot.0);
        to.number(5).number(self.mode.number());
        to.number(6).text(self.wrapping_key.as_str());
        to.number(7).octets(&self.signing_key.0);
        to.number(8).list(2).number(self.not_before_seconds).number(self.not_after_seconds);
        to.number(9).octets(&self.salt);
        to.number(10).text(self.origin.as_str());
        to.number(11);
        match &self.stretching {
            None => to.null(),
            Some(stretching) => {
                to.list(3).number(PBKDF2).octets(&stretching.salt().0).number(stretching.iterations().into())
            }
        };
        to.number(12).number(self.padded_octets as u64);
        to.finish()
    }

    /// Reads a header and refuses everything that [`Header::encode`] would not have written.
    pub fn decode(octets: &[u8]) -> Result<Header, NotAHeader> {
        let mut from = Reader::new(octets);
        let header = read(&mut from)?;
        from.finish()?;
        Ok(header)
    }
}

fn read(from: &mut Reader<'_>) -> Result<Header, NotAHeader> {
    if from.map()? != FIELDS {
        return Err(NotAHeader::Fields);
    }
    let version = field(from, 1)?.number()?;
    let suite = field(from, 2)?.number()?;
    if (version, suite) != (VERSION, SUITE) {
        return Err(NotAHeader::Unknown { version, suite });
    }
    let letter = SecureLetterId(bytes(from, 3)?);
    let slot = Slot(bytes(from, 4)?);
    let mode = field(from, 5)?.number()?;
    let mode = Mode::of(mode).ok_or(NotAHeader::Mode(mode))?;
    let wrapping_key = field(from, 6)?.text()?;
    let wrapping_key = WrappingKeyName::parse(wrapping_key).map_err(NotAHeader::WrappingKey)?;
    let signing_key = EnvelopeKeyId(bytes(from, 7)?);
    list(field(from, 8)?, 2)?;
    let not_before_seconds = from.number()?;
    let not_after_seconds = from.number()?;
    if not_after_seconds < not_before_seconds || not_after_seconds > LAST_SECOND {
        return Err(NotAHeader::Validity);
    }
    let salt = bytes(from, 9)?;
    let origin = field(from, 10)?.text()?;
    let origin = PortalOrigin::parse(origin).map_err(NotAHeader::Origin)?;
    let stretching = stretching(field(from, 11)?)?;
    let padded = field(from, 12)?.number()?;
    let padded_octets = usize::try_from(padded).map_err(|_| NotAHeader::Padding(padded))?;
    if !is_padded(padded_octets) {
        return Err(NotAHeader::Padding(padded));
    }
    Ok(Header {
        letter,
        slot,
        mode,
        wrapping_key,
        signing_key,
        not_before_seconds,
        not_after_seconds,
        salt,
        origin,
        stretching,
        padded_octets,
    })
}

/// The reader behind the key of the next field, which must be this one.
fn field<'a, 'b>(from: &'a mut Reader<'b>, key: u64) -> Result<&'a mut Reader<'b>, NotAHeader> {
    if from.number()? != key {
        return Err(NotAHeader::Fields);
    }
    Ok(from)
}

fn bytes<const OCTETS: usize>(from: &mut Reader<'_>, key: u64) -> Result<[u8; OCTETS], NotAHeader> {
    let found = field(from, key)?.octets()?;
    found.try_into().map_err(|_| NotAHeader::Length { field: key, octets: found.len() })
}

fn list(from: &mut Reader<'_>, values: u64) -> Result<(), NotAHeader> {
    if from.list()? == values { Ok(()) } else { Err(NotAHeader::Fields) }
}

fn stretching(from: &mut Reader<'_>) -> Result<Option<Stretching>, NotAHeader> {
    if from.is_null() {
        return Ok(None);
    }
    list(from, 3)?;
    let kind = from.number()?;
    if kind != PBKDF2 {
        return Err(NotAHeader::UnknownStretching(kind));
    }
    let salt = from.octets()?;
    let salt = salt.try_into().map_err(|_| NotAHeader::Length { field: 11, octets: salt.len() })?;
    // Whatever does not fit is far beyond the limit.
    let iterations = u32::try_from(from.number()?).unwrap_or(u32::MAX);
    Stretching::with_iterations(salt, iterations).map(Some).map_err(NotAHeader::Stretching)
}
