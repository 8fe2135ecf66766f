//! What everybody may read of an envelope: deterministic CBOR (RFC 8949 §4.2.1), a map with the keys 1 to 12, all of them.

use std::convert::Infallible;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder, decode, encode};
use model::Timestamp;
use thiserror::Error;

use crate::limits::{HEADER_LIMIT_OCTETS, LAST_SECOND};
use crate::names::{EnvelopeKeyId, NotAWrappingKeyName, SecureLetterId, Slot, WrappingKeyName};
use crate::origin::{NotAnOrigin, PortalOrigin};
use crate::padding::is_padded;
use crate::secret::{NotAStretching, Stretching};

/// The version of this format.
const VERSION: u8 = 1;
/// HKDF-SHA-256, AES-256-GCM in chunks of 64 KiB, a tree of SHA-256, Ed25519.
const SUITE: u8 = 1;
/// PBKDF2 with HMAC-SHA-256.
const PBKDF2: u8 = 1;
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
    fn number(self) -> u8 {
        match self {
            Mode::Confidential => 1,
            Mode::Personal => 2,
            Mode::Registered => 3,
        }
    }

    fn of(number: u8) -> Option<Mode> {
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
    /// Not CBOR, or of other types.
    #[error("the header is not the CBOR that it should be")]
    Cbor(#[source] decode::Error),
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
    /// The same values written otherwise than by the one way (RFC 8949 §4.2.1).
    #[error("the header is not deterministic CBOR")]
    NotDeterministic,
}

impl Header {
    /// Whether it may be opened at this moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        u64::try_from(now.seconds())
            .is_ok_and(|now| (self.not_before_seconds..=self.not_after_seconds).contains(&now))
    }

    /// The header's octets: there is one way to write each header.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::with_capacity(HEADER_LIMIT_OCTETS));
        self.write(&mut encoder).expect("writing to memory cannot fail: the error is Infallible");
        encoder.into_writer()
    }

    fn write(&self, to: &mut Encoder<Vec<u8>>) -> Result<(), encode::Error<Infallible>> {
        to.map(FIELDS)?;
        to.u8(1)?.u8(VERSION)?;
        to.u8(2)?.u8(SUITE)?;
        to.u8(3)?.bytes(&self.letter.0)?;
        to.u8(4)?.bytes(&self.slot.0)?;
        to.u8(5)?.u8(self.mode.number())?;
        to.u8(6)?.str(self.wrapping_key.as_str())?;
        to.u8(7)?.bytes(&self.signing_key.0)?;
        to.u8(8)?.array(2)?.u64(self.not_before_seconds)?.u64(self.not_after_seconds)?;
        to.u8(9)?.bytes(&self.salt)?;
        to.u8(10)?.str(self.origin.as_str())?;
        to.u8(11)?;
        match &self.stretching {
            None => to.null()?,
            Some(stretching) => {
                to.array(3)?.u8(PBKDF2)?.bytes(&stretching.salt().0)?.u32(stretching.iterations())?
            }
        };
        to.u8(12)?.u64(self.padded_octets as u64)?;
        Ok(())
    }

    /// Reads a header and refuses everything that [`Header::encode`] would not have written.
    pub fn decode(octets: &[u8]) -> Result<Header, NotAHeader> {
        let header = read(octets)?;
        // Longer forms of numbers, lengths without end and octets behind the map are seen here, all at once.
        if header.encode() != octets {
            return Err(NotAHeader::NotDeterministic);
        }
        Ok(header)
    }
}

fn read(octets: &[u8]) -> Result<Header, NotAHeader> {
    let mut from = Decoder::new(octets);
    if from.map().map_err(NotAHeader::Cbor)? != Some(FIELDS) {
        return Err(NotAHeader::Fields);
    }
    let version = field(&mut from, 1)?.u64().map_err(NotAHeader::Cbor)?;
    let suite = field(&mut from, 2)?.u64().map_err(NotAHeader::Cbor)?;
    if (version, suite) != (u64::from(VERSION), u64::from(SUITE)) {
        return Err(NotAHeader::Unknown { version, suite });
    }
    let letter = SecureLetterId(bytes(&mut from, 3)?);
    let slot = Slot(bytes(&mut from, 4)?);
    let mode = field(&mut from, 5)?.u64().map_err(NotAHeader::Cbor)?;
    let mode = u8::try_from(mode).ok().and_then(Mode::of).ok_or(NotAHeader::Mode(mode))?;
    let wrapping_key = field(&mut from, 6)?.str().map_err(NotAHeader::Cbor)?;
    let wrapping_key = WrappingKeyName::parse(wrapping_key).map_err(NotAHeader::WrappingKey)?;
    let signing_key = EnvelopeKeyId(bytes(&mut from, 7)?);
    list(field(&mut from, 8)?, 2)?;
    let not_before_seconds = from.u64().map_err(NotAHeader::Cbor)?;
    let not_after_seconds = from.u64().map_err(NotAHeader::Cbor)?;
    if not_after_seconds < not_before_seconds || not_after_seconds > LAST_SECOND {
        return Err(NotAHeader::Validity);
    }
    let salt = bytes(&mut from, 9)?;
    let origin = field(&mut from, 10)?.str().map_err(NotAHeader::Cbor)?;
    let origin = PortalOrigin::parse(origin).map_err(NotAHeader::Origin)?;
    let stretching = stretching(field(&mut from, 11)?)?;
    let padded = field(&mut from, 12)?.u64().map_err(NotAHeader::Cbor)?;
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

/// The decoder behind the key of the next field, which must be this one.
fn field<'a, 'b>(from: &'a mut Decoder<'b>, key: u64) -> Result<&'a mut Decoder<'b>, NotAHeader> {
    if from.u64().map_err(NotAHeader::Cbor)? != key {
        return Err(NotAHeader::Fields);
    }
    Ok(from)
}

fn bytes<const OCTETS: usize>(from: &mut Decoder<'_>, key: u64) -> Result<[u8; OCTETS], NotAHeader> {
    let found = field(from, key)?.bytes().map_err(NotAHeader::Cbor)?;
    found.try_into().map_err(|_| NotAHeader::Length { field: key, octets: found.len() })
}

fn list(from: &mut Decoder<'_>, values: u64) -> Result<(), NotAHeader> {
    match from.array().map_err(NotAHeader::Cbor)? {
        Some(found) if found == values => Ok(()),
        _ => Err(NotAHeader::Fields),
    }
}

fn stretching(from: &mut Decoder<'_>) -> Result<Option<Stretching>, NotAHeader> {
    if from.datatype().map_err(NotAHeader::Cbor)? == Type::Null {
        from.null().map_err(NotAHeader::Cbor)?;
        return Ok(None);
    }
    list(from, 3)?;
    let kind = from.u64().map_err(NotAHeader::Cbor)?;
    if kind != u64::from(PBKDF2) {
        return Err(NotAHeader::UnknownStretching(kind));
    }
    let salt = from.bytes().map_err(NotAHeader::Cbor)?;
    let salt = salt.try_into().map_err(|_| NotAHeader::Length { field: 11, octets: salt.len() })?;
    let iterations = from.u32().map_err(NotAHeader::Cbor)?;
    Stretching::with_iterations(salt, iterations).map(Some).map_err(NotAHeader::Stretching)
}
