//! Messages signed with a shared secret (RFC 8945), hmac-sha256 only.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use hickory_proto::rr::Name;
use thiserror::Error;

use crate::limits::TSIG_FUDGE_SECONDS;
use crate::name::key;
use crate::query::{Query, skip_name};

/// `hmac-sha256.` on the wire.
const ALGORITHM: &[u8] = b"\x0bhmac-sha256\x00";
const TYPE_TSIG: u16 = 250;
const CLASS_ANY: u16 = 255;
const MAC_OCTETS: usize = 32;
/// Errors inside of the record (RFC 8945 §3).
const BAD_SIGNATURE: u16 = 16;
const BAD_KEY: u16 = 17;
const BAD_TIME: u16 = 18;

/// A shared secret and its name.
#[derive(Clone)]
pub struct TsigKey {
    name: Vec<u8>,
    secret: hmac::Key,
}

impl TsigKey {
    /// The key of that name.
    pub fn new(name: &Name, secret: &[u8]) -> TsigKey {
        TsigKey { name: key(name), secret: hmac::Key::new(HMAC_SHA256, secret) }
    }

    /// How many octets its record adds to a message.
    pub fn octets(&self) -> usize {
        // Owner, the fixed part, algorithm, times, signature, the fields behind it, and the other time of BADTIME.
        self.name.len() + 10 + ALGORITHM.len() + 8 + 2 + MAC_OCTETS + 6 + 6
    }
}

impl std::fmt::Debug for TsigKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TsigKey")
            .field("name", &String::from_utf8_lossy(&self.name))
            .finish_non_exhaustive()
    }
}

/// Why a signature does not count (RFC 8945 §5.2).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotSigned {
    /// It is not where it should be, or not one.
    #[error("the signature cannot be read")]
    Malformed,
    /// A name or algorithm that we do not know.
    #[error("no such key")]
    BadKey,
    /// It does not fit to the message.
    #[error("the signature is wrong")]
    BadSignature,
    /// The message is too old, or from the future.
    #[error("the signature's time is off by more than five minutes")]
    BadTime(Box<Verified>),
}

/// A message whose signature is right: what the signature of the answer begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The key's name.
    name: Vec<u8>,
    mac: Vec<u8>,
    /// As the message wrote it.
    id: u16,
    time: u64,
}

impl Verified {
    /// Whether the signature was made with a key of that name.
    pub fn is_by(&self, key: &TsigKey) -> bool {
        self.name == key.name
    }
}

/// The fields of a TSIG record.
struct Fields<'message> {
    name: Vec<u8>,
    algorithm: Vec<u8>,
    time: u64,
    fudge: u16,
    mac: &'message [u8],
    original_id: u16,
    error: u16,
    other: &'message [u8],
}

/// Checks the signature of `message`, from which `query` was read, at `now` seconds since 1970. `known` finds a key
/// by its name on the wire in lower case.
pub fn verify<'keys>(
    message: &[u8],
    query: &Query,
    keys: impl IntoIterator<Item = &'keys TsigKey>,
    now: u64,
) -> Result<(&'keys TsigKey, Verified), NotSigned> {
    let at = query.tsig_at.ok_or(NotSigned::Malformed)?;
    let fields = Fields::read(message, at).ok_or(NotSigned::Malformed)?;
    let known = keys.into_iter().find(|key| key.name == fields.name);
    let known = known.filter(|_| fields.algorithm == ALGORITHM).ok_or(NotSigned::BadKey)?;
    // Shorter ones are allowed to be refused (RFC 8945 §5.2.2.1).
    if fields.mac.len() != MAC_OCTETS {
        return Err(NotSigned::BadSignature);
    }
    let mut signed = Vec::with_capacity(message.len() + 64);
    push_unsigned(&mut signed, message, at, fields.original_id).ok_or(NotSigned::Malformed)?;
    push_variables(&mut signed, known, fields.time, fields.fudge, fields.error, fields.other);
    hmac::verify(&known.secret, &signed, fields.mac).map_err(|_| NotSigned::BadSignature)?;
    let verified = Verified {
        name: known.name.clone(),
        mac: fields.mac.to_vec(),
        id: fields.original_id,
        time: fields.time,
    };
    if fields.time.abs_diff(now) > TSIG_FUDGE_SECONDS.min(u64::from(fields.fudge)) {
        return Err(NotSigned::BadTime(Box::new(verified)));
    }
    Ok((known, verified))
}

impl<'message> Fields<'message> {
    fn read(message: &'message [u8], at: usize) -> Option<Fields<'message>> {
        let fixed = skip_name(message, at)?;
        let name = name_at(message, at)?;
        let head = message.get(fixed..fixed + 10)?;
        let is_tsig = head[..4] == [0, TYPE_TSIG as u8, 0, CLASS_ANY as u8] && head[4..8] == [0; 4];
        let length = usize::from(u16::from_be_bytes([head[8], head[9]]));
        let data = message.get(fixed + 10..fixed + 10 + length)?;
        // Nothing comes behind it (RFC 8945 §5.1).
        if !is_tsig || fixed + 10 + length != message.len() {
            return None;
        }
        let algorithm = crate::rdata::name_octets(data)?;
        let mut rest = &data[algorithm.len()..];
        let mut take = |count: usize| {
            let (taken, after) = rest.split_at_checked(count)?;
            rest = after;
            Some(taken)
        };
        let short = |octets: &[u8]| u16::from_be_bytes([octets[0], octets[1]]);
        let time = take(6)?.iter().fold(0, |time, octet| time << 8 | u64::from(*octet));
        let fudge = short(take(2)?);
        let mac_octets = usize::from(short(take(2)?));
        let mac = take(mac_octets)?;
        let original_id = short(take(2)?);
        let error = short(take(2)?);
        let other_octets = usize::from(short(take(2)?));
        let other = take(other_octets)?;
        let algorithm = algorithm.to_ascii_lowercase();
        rest.is_empty().then_some(Fields { name, algorithm, time, fudge, mac, original_id, error, other })
    }
}

/// An uncompressed name in lower case (RFC 8945 §4.2: the owner should not be compressed; then it is refused).
fn name_at(message: &[u8], at: usize) -> Option<Vec<u8>> {
    let name = crate::rdata::name_octets(message.get(at..)?)?;
    (name.len() <= crate::limits::NAME_OCTETS).then(|| name.to_ascii_lowercase())
}

/// The message as it was before it was signed (RFC 8945 §4.3.2).
fn push_unsigned(signed: &mut Vec<u8>, message: &[u8], at: usize, id: u16) -> Option<()> {
    let began = signed.len();
    signed.extend_from_slice(message.get(..at)?);
    signed.get_mut(began..began + 2)?.copy_from_slice(&id.to_be_bytes());
    let additionals = u16::from_be_bytes([message[10], message[11]]).checked_sub(1)?;
    signed[began + 10..began + 12].copy_from_slice(&additionals.to_be_bytes());
    Some(())
}

/// RFC 8945 §4.3.3.
fn push_variables(signed: &mut Vec<u8>, key: &TsigKey, time: u64, fudge: u16, error: u16, other: &[u8]) {
    signed.extend_from_slice(&key.name);
    signed.extend([0, CLASS_ANY as u8, 0, 0, 0, 0]);
    signed.extend_from_slice(ALGORITHM);
    push_timers(signed, time, fudge);
    signed.extend(error.to_be_bytes());
    signed.extend((other.len() as u16).to_be_bytes());
    signed.extend_from_slice(other);
}

fn push_timers(signed: &mut Vec<u8>, time: u64, fudge: u16) {
    signed.extend_from_slice(&time.to_be_bytes()[2..]);
    signed.extend(fudge.to_be_bytes());
}

/// Signs a question of ours; what its answer has to fit to.
pub fn sign_question(message: &mut Vec<u8>, key: &TsigKey, now: u64) -> Verified {
    let id = u16::from_be_bytes([message[0], message[1]]);
    let fudge = TSIG_FUDGE_SECONDS as u16;
    let mut signed = message.clone();
    push_variables(&mut signed, key, now, fudge, 0, &[]);
    let mac = hmac::sign(&key.secret, &signed).as_ref().to_vec();
    push_record(message, key, now, &mac, id, 0, &[]);
    Verified { name: key.name.clone(), mac, id, time: now }
}

/// Signs the messages of one answer, one after the other (RFC 8945 §5.3).
pub struct Signer<'key> {
    key: &'key TsigKey,
    id: u16,
    former: Vec<u8>,
    is_first: bool,
    error: u16,
    /// The time of the question, where the error is that it is off.
    question_time: u64,
}

impl<'key> Signer<'key> {
    /// For the answer to a message that was verified.
    pub fn new(key: &'key TsigKey, question: &Verified) -> Signer<'key> {
        let question_time = question.time;
        Signer { key, id: question.id, former: question.mac.clone(), is_first: true, error: 0, question_time }
    }

    /// For the answer that says that the question's time is off.
    pub fn of_bad_time(key: &'key TsigKey, question: &Verified) -> Signer<'key> {
        Signer { error: BAD_TIME, ..Signer::new(key, question) }
    }

    /// Adds the signature to `message`.
    pub fn sign(&mut self, message: &mut Vec<u8>, now: u64) {
        let fudge = TSIG_FUDGE_SECONDS as u16;
        let mut signed = (self.former.len() as u16).to_be_bytes().to_vec();
        signed.extend_from_slice(&self.former);
        signed.extend_from_slice(message);
        // The answer about a time that is off is signed with that time, and says ours (RFC 8945 §5.2.3).
        let other: &[u8] = if self.error == BAD_TIME { &now.to_be_bytes()[2..] } else { &[] };
        let time = if self.error == BAD_TIME { self.question_time } else { now };
        if self.is_first {
            push_variables(&mut signed, self.key, time, fudge, self.error, other);
        } else {
            // RFC 8945 §5.3.1: later messages hash the times only.
            push_timers(&mut signed, time, fudge);
        }
        let mac = hmac::sign(&self.key.secret, &signed).as_ref().to_vec();
        push_record(message, self.key, time, &mac, self.id, self.error, other);
        (self.former, self.is_first) = (mac, false);
    }
}

/// Adds the record that says, unsigned, that the key or the signature of `question` is wrong (RFC 8945 §5.2).
pub fn push_error(message: &mut Vec<u8>, question: &[u8], query: &Query, why: &NotSigned, now: u64) {
    let Some(fields) = query.tsig_at.and_then(|at| Fields::read(question, at)) else { return };
    let error = match why {
        NotSigned::BadKey => BAD_KEY,
        _ => BAD_SIGNATURE,
    };
    let key = TsigKey { name: fields.name, secret: hmac::Key::new(HMAC_SHA256, &[]) };
    push_record(message, &key, now, &[], fields.original_id, error, &[]);
}

fn push_record(
    message: &mut Vec<u8>,
    key: &TsigKey,
    time: u64,
    mac: &[u8],
    id: u16,
    error: u16,
    other: &[u8],
) {
    message.extend_from_slice(&key.name);
    message.extend([0, TYPE_TSIG as u8, 0, CLASS_ANY as u8, 0, 0, 0, 0]);
    let length_at = message.len();
    message.extend([0, 0]);
    message.extend_from_slice(ALGORITHM);
    push_timers(message, time, TSIG_FUDGE_SECONDS as u16);
    message.extend((mac.len() as u16).to_be_bytes());
    message.extend_from_slice(mac);
    message.extend(id.to_be_bytes());
    message.extend(error.to_be_bytes());
    message.extend((other.len() as u16).to_be_bytes());
    message.extend_from_slice(other);
    let length = (message.len() - length_at - 2) as u16;
    message[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
    let additionals = u16::from_be_bytes([message[10], message[11]]).saturating_add(1);
    message[10..12].copy_from_slice(&additionals.to_be_bytes());
}
