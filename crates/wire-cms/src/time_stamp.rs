//! Time-stamps (RFC 3161): asking an authority, reading its answer, verifying its token years later; and answering as
//! one.

use std::time::Duration;

use model::Timestamp;
use x509_cert::der::DateTime;

use crate::certificate::{Certificate, hexadecimal};
use crate::chain::{self, ChainError, Purpose};
use crate::der::{self, BOOLEAN, INTEGER, Item, NotDer, OCTET_STRING, SEQUENCE};
use crate::signed_data::{self, CmsError};
use crate::{limits, oid};

mod issue;

pub use issue::{Issuing, NotIssued, issue};

/// The media type of a request over HTTP (RFC 3161 §3.4).
pub const REQUEST_TYPE: &str = "application/timestamp-query";
/// The media type of an answer over HTTP (RFC 3161 §3.4).
pub const RESPONSE_TYPE: &str = "application/timestamp-reply";

/// A token: the authority's signature over a digest and a time. Read, but not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    bytes: Vec<u8>,
    info: Info,
}

/// TSTInfo (RFC 3161 §2.4.2), as far as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Info {
    policy: String,
    digest: Vec<u8>,
    serial: String,
    time: Timestamp,
    accuracy: Option<Duration>,
    nonce: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
}

/// What a verified token proves: the digest was there at this time, says the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The time (genTime), to the millisecond.
    pub time: Timestamp,
    /// How far the time may be off in either direction, if the authority says so.
    pub accuracy: Option<Duration>,
    /// The token's serial number, lower-case hexadecimal digits.
    pub serial: String,
    /// The policy under which the authority works, dotted.
    pub policy: String,
    /// The authority's name: the common name of its certificate, or else its whole subject.
    pub authority: String,
}

/// Why an answer brings no token.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The answer cannot be read, or is too long.
    #[error("the time-stamp authority's answer cannot be read")]
    Unreadable(#[from] NotDer),
    /// The authority said no (RFC 3161 §2.4.2).
    #[error("the time-stamp authority refuses with status {status}: {text}")]
    Status {
        /// PKIStatus: 2 rejection, 3 waiting, 4 and 5 revocation.
        status: u64,
        /// Its words, shortened; and the bits of PKIFailureInfo that are set.
        text: String,
    },
    /// The token is about something else: another digest, or another nonce (an old answer sent again).
    #[error("the time-stamp authority answered another question: {0} differs")]
    OtherQuestion(&'static str),
    /// The token cannot be read.
    #[error("the time-stamp authority's token cannot be read")]
    Token(#[source] StampError),
}

/// Why a token proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// More than [`limits::TIME_STAMP_BYTES`].
    #[error("a time-stamp of {length} bytes is longer than {} bytes", limits::TIME_STAMP_BYTES)]
    TooLong {
        /// How many.
        length: usize,
    },
    /// TSTInfo is not what RFC 3161 §2.4.2 says.
    #[error("cannot read the time-stamp")]
    Structure(#[from] NotDer),
    /// The digest is not SHA-256, or a field has a value that cannot be.
    #[error("the time-stamp's {0} is not accepted")]
    Field(&'static str),
    /// The signature does not hold, or the structure around it is wrong.
    #[error("the time-stamp's signature does not hold")]
    Signature(#[from] CmsError),
    /// It is about other bytes.
    #[error("the time-stamp is over another digest")]
    OtherDigest,
    /// The token does not name its certificate, or names another (RFC 3161 §2.4.2, RFC 5816 §2.2.1).
    #[error("the time-stamp does not name the certificate with which it is signed")]
    OtherCertificate,
    /// Nobody who is trusted vouches for the authority at the time of the token.
    #[error("the time-stamp authority is not trusted")]
    Chain(#[from] ChainError),
}

/// A request for a token over this SHA-256, with its certificates (RFC 3161 §2.4.1).
///
/// ```text
/// TimeStampReq ::= SEQUENCE {
///     version INTEGER { v1(1) },
///     messageImprint MessageImprint,
///     reqPolicy TSAPolicyId OPTIONAL,
///     nonce INTEGER OPTIONAL,
///     certReq BOOLEAN DEFAULT FALSE,
///     extensions [0] IMPLICIT Extensions OPTIONAL }
/// ```
pub fn request(digest: &[u8; 32], nonce: u64) -> Vec<u8> {
    let imprint = der::sequence(&[&der::algorithm_null(oid::SHA256), &der::encode(OCTET_STRING, &[digest])]);
    der::sequence(&[&der::unsigned(1), &imprint, &der::unsigned(nonce), &der::encode(BOOLEAN, &[&[0xFF]])])
}

/// The token in an authority's answer, if it answers this question. Its signature is not verified here, because that
/// needs the trusted certificates: [`Token::verify`].
///
/// ```text
/// TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken TimeStampToken OPTIONAL }
/// PKIStatusInfo ::= SEQUENCE { status INTEGER, statusString SEQUENCE OF UTF8String OPTIONAL, failInfo BIT STRING OPTIONAL }
/// ```
///
/// # Errors
/// Why there is none.
pub fn response(bytes: &[u8], digest: &[u8; 32], nonce: u64) -> Result<Token, Refused> {
    if bytes.len() > limits::TIME_STAMP_BYTES {
        return Err(Refused::Token(StampError::TooLong { length: bytes.len() }));
    }
    let mut items = Item::only(bytes, SEQUENCE)?.items();
    let status_info = items.take(SEQUENCE)?;
    let status = status_info.items().take(INTEGER)?.unsigned()?;
    // 0 granted, 1 granted with modifications.
    if status > 1 {
        return Err(Refused::Status { status, text: status_text(&status_info) });
    }
    let token = items.take(SEQUENCE)?;
    items.end()?;
    let token = Token::from_der(token.whole).map_err(Refused::Token)?;
    if token.info.digest != digest {
        return Err(Refused::OtherQuestion("the digest"));
    }
    let expected = der::unsigned(nonce);
    if token.info.nonce.as_deref() != Some(&expected) {
        return Err(Refused::OtherQuestion("the nonce"));
    }
    Ok(token)
}

/// The longest text of an authority that is passed on, in characters.
const STATUS_TEXT_CHARACTERS: usize = 200;

/// The words of a refusal, without control characters; then what PKIFailureInfo says (RFC 3161 §2.4.2).
fn status_text(status_info: &Item<'_>) -> String {
    let mut words = Vec::new();
    let mut items = status_info.items();
    while let Ok(Some(item)) = items.next() {
        match item.tag {
            SEQUENCE => {
                let texts = item.items().all(limits::ATTRIBUTES).unwrap_or_default();
                words.extend(texts.iter().map(|text| String::from_utf8_lossy(text.value).into_owned()));
            }
            der::BIT_STRING => {
                let bits = item.value.get(1..).unwrap_or_default();
                let is_set =
                    |bit: usize| bits.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
                let named =
                    FAILURES.iter().filter(|(bit, _)| is_set(*bit)).map(|(_, name)| (*name).to_owned());
                words.extend(named);
            }
            _ => {}
        }
    }
    let text = words.join(", ");
    text.chars().filter(|character| !character.is_control()).take(STATUS_TEXT_CHARACTERS).collect()
}

/// PKIFailureInfo (RFC 3161 §2.4.2).
const FAILURES: &[(usize, &str)] = &[
    (0, "badAlg"),
    (2, "badRequest"),
    (5, "badDataFormat"),
    (14, "timeNotAvailable"),
    (15, "unacceptedPolicy"),
    (16, "unacceptedExtension"),
    (17, "addInfoNotAvailable"),
    (25, "systemFailure"),
];

impl Token {
    /// Reads a token (TimeStampToken, RFC 3161 §2.4.2), without verifying it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn from_der(bytes: &[u8]) -> Result<Token, StampError> {
        if bytes.len() > limits::TIME_STAMP_BYTES {
            return Err(StampError::TooLong { length: bytes.len() });
        }
        let info = read_info(signed_data::content_of_type(bytes, oid::TST_INFO)?)?;
        Ok(Token { bytes: bytes.to_vec(), info })
    }

    /// The bytes.
    pub fn der(&self) -> &[u8] {
        &self.bytes
    }

    /// The time that the token claims; proven only by [`Token::verify`].
    pub fn claimed_time(&self) -> Timestamp {
        self.info.time
    }

    /// The SHA-256 over which it claims to be.
    pub fn digest(&self) -> &[u8] {
        &self.info.digest
    }

    /// Verifies that a trusted authority signed this digest with its time (RFC 3161 §2.2, RFC 5816):
    ///
    /// 1. the token is over `digest`;
    /// 2. its signature holds, with a certificate in the token that its signed attributes name by hash;
    /// 3. the `tsa` field, if there, is a name of that certificate;
    /// 4. the certificate is for time-stamping alone, critically, and one of `anchors` vouches for it at the token's
    ///    own time — so that the proof outlives the certificate.
    ///
    /// # Errors
    /// The first of these that fails.
    pub fn verify(&self, digest: &[u8; 32], anchors: &[Certificate]) -> Result<Stamp, StampError> {
        if self.info.digest != digest {
            return Err(StampError::OtherDigest);
        }
        let signed = signed_data::verify(&self.bytes, None)?;
        if !signed_data::names_its_certificate(&self.bytes, &signed)? {
            return Err(StampError::OtherCertificate);
        }
        if let Some(name) = &self.info.authority
            && !signed.signer.is_named(name)
        {
            return Err(StampError::OtherCertificate);
        }
        chain::verify(&signed.signer, &signed.certificates, anchors, self.info.time, Purpose::TimeStamping)?;
        Ok(Stamp {
            time: self.info.time,
            accuracy: self.info.accuracy,
            serial: self.info.serial.clone(),
            policy: self.info.policy.clone(),
            authority: signed.signer.display_name(),
        })
    }
}

/// ```text
/// TSTInfo ::= SEQUENCE {
///     version INTEGER { v1(1) },
///     policy TSAPolicyId,
///     messageImprint MessageImprint,
///     serialNumber INTEGER,
///     genTime GeneralizedTime,
///     accuracy Accuracy OPTIONAL,
///     ordering BOOLEAN DEFAULT FALSE,
///     nonce INTEGER OPTIONAL,
///     tsa [0] GeneralName OPTIONAL,
///     extensions [1] IMPLICIT Extensions OPTIONAL }
/// ```
fn read_info(bytes: &[u8]) -> Result<Info, StampError> {
    let mut items = Item::only(bytes, SEQUENCE)?.items();
    if items.take(INTEGER)?.unsigned()? != 1 {
        return Err(StampError::Field("version"));
    }
    let policy = der::dotted(items.object_identifier()?).ok_or(StampError::Field("policy"))?;
    let mut imprint = items.take(SEQUENCE)?.items();
    if imprint.take(SEQUENCE)?.items().object_identifier()? != oid::SHA256 {
        return Err(StampError::Field("digest algorithm"));
    }
    let digest = imprint.take(OCTET_STRING)?.value.to_vec();
    imprint.end()?;
    if digest.len() != 32 {
        return Err(StampError::Field("digest"));
    }
    let serial = hexadecimal(items.take(INTEGER)?.value);
    let time = read_time(items.take(der::GENERALIZED_TIME)?.value).ok_or(StampError::Field("time"))?;
    let accuracy = items.optional(SEQUENCE)?.map(|item| read_accuracy(&item)).transpose()?;
    items.optional(BOOLEAN)?;
    let nonce = items.optional(INTEGER)?.map(|item| item.whole.to_vec());
    let authority = items.optional(der::context_constructed(0))?.map(|item| item.value.to_vec());
    items.optional(der::context_constructed(1))?;
    items.end()?;
    Ok(Info { policy, digest, serial, time, accuracy, nonce, authority })
}

/// Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis \[0\] INTEGER OPTIONAL, micros \[1\] INTEGER OPTIONAL }
fn read_accuracy(item: &Item<'_>) -> Result<Duration, StampError> {
    let mut items = item.items();
    let seconds = items.optional(INTEGER)?.map_or(Ok(0), |item| item.unsigned())?;
    let millis = items.optional(der::context(0))?.map_or(Ok(0), |item| item.unsigned())?;
    let micros = items.optional(der::context(1))?.map_or(Ok(0), |item| item.unsigned())?;
    items.end()?;
    if millis > 999 || micros > 999 {
        return Err(StampError::Field("accuracy"));
    }
    Duration::from_secs(seconds)
        .checked_add(Duration::from_micros(millis * 1000 + micros))
        .ok_or(StampError::Field("accuracy"))
}

/// `YYYYMMDDhhmmss[.s…]Z` (RFC 3161 §2.4.2); what is finer than a millisecond is cut off.
fn read_time(text: &[u8]) -> Option<Timestamp> {
    let text = text.strip_suffix(b"Z")?;
    let (whole, fraction) = text.split_at_checked(14)?;
    if !whole.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |from: usize, to: usize| -> u16 {
        whole[from..to].iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'))
    };
    let byte = |from: usize| u8::try_from(number(from, from + 2)).ok();
    let moment = DateTime::new(number(0, 4), byte(4)?, byte(6)?, byte(8)?, byte(10)?, byte(12)?).ok()?;
    let milliseconds = match fraction {
        [] => 0,
        // No trailing zeros, and not the point alone.
        [b'.', digits @ .., last] if last.is_ascii_digit() && *last != b'0' => {
            if digits.len() > 12 || !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let mut padded = digits.iter().chain([last]).map(|digit| i64::from(digit - b'0')).chain([0, 0]);
            (0..3).fold(0, |number, _| number * 10 + padded.next().unwrap_or(0))
        }
        _ => return None,
    };
    let whole = i64::try_from(moment.unix_duration().as_millis()).ok()?;
    Some(Timestamp(whole + milliseconds))
}
