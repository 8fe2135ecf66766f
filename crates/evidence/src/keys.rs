//! What the platform publishes so that its evidence can be verified without asking it (`keys.json`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire_cms::{Certificate, NotACertificate};

use crate::digest::Digest;
use crate::limits;
use crate::log::{KeyKind, NotAKey, NoteKey};
use crate::moment;
use crate::statement::is_plain;

/// Names the form.
const FORMAT: &str = "relais-keys/1";

/// The published keys: what a verifier trusts, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// The platform's name.
    pub platform: String,
    /// Roots to which the certificates of seals lead.
    pub seal: Vec<Valid<Certificate>>,
    /// Roots to which the certificates of time-stamp authorities lead.
    pub time_stamp: Vec<Valid<Certificate>>,
    /// Keys that sign checkpoints of the log.
    pub log: Vec<Valid<NoteKey>>,
    /// Keys of witnesses of the log.
    pub witnesses: Vec<Valid<NoteKey>>,
    /// Ed25519 keys that sign envelopes.
    pub envelope: Vec<Valid<[u8; 32]>>,
}

/// Something that holds from a moment on and perhaps until another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid<T> {
    /// What.
    pub value: T,
    /// The first moment.
    pub from: Timestamp,
    /// The first moment at which it holds no more.
    pub until: Option<Timestamp>,
}

impl<T> Valid<T> {
    /// Whether it holds at that moment.
    pub fn at(&self, time: Timestamp) -> bool {
        self.from <= time && self.until.is_none_or(|until| time < until)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    format: String,
    platform: String,
    seal: Vec<Entry>,
    time_stamp: Vec<Entry>,
    log: Vec<Entry>,
    #[serde(default)]
    witnesses: Vec<Entry>,
    #[serde(default)]
    envelope: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A certificate in base64, or a key.
    key: String,
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// Why a file does not hold published keys.
#[derive(Debug, Error)]
pub enum NotKeys {
    /// Longer than the limit.
    #[error("the file has more than {} bytes", limits::KEYS_BYTES)]
    TooLong,
    /// Not JSON of this form.
    #[error("cannot read the file as published keys")]
    Json(#[source] serde_json::Error),
    /// Another format or version.
    #[error("the file is of the unknown format {0:?}")]
    Format(String),
    /// Empty, too long or with control characters.
    #[error("the platform's name is empty, too long or not plain text")]
    Platform,
    /// More of something than the limit.
    #[error("the file has too many keys for {0}")]
    TooMany(&'static str),
    /// Not base64 of the right length.
    #[error("a key for {0} is not base64 of the right length")]
    Base64(&'static str),
    /// A certificate that is none.
    #[error("cannot read a certificate for {what}")]
    Certificate {
        /// For what.
        what: &'static str,
        /// Why.
        source: NotACertificate,
    },
    /// A key of the log or of a witness that is none.
    #[error("cannot read a key for {what}")]
    Key {
        /// For what.
        what: &'static str,
        /// Why.
        source: NotAKey,
    },
    /// A key of a witness where one of the log belongs, or the other way round.
    #[error("a key for {0} is for something else")]
    Kind(&'static str),
    /// Not a moment as this format writes them, or an end before the beginning.
    #[error("the validity of a key for {0} is not one")]
    Validity(&'static str),
}

impl Keys {
    /// The file, to be published.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, NotKeys> {
        let file = File {
            format: FORMAT.to_owned(),
            platform: self.platform.clone(),
            seal: entries(&self.seal, |one| STANDARD.encode(one.der())),
            time_stamp: entries(&self.time_stamp, |one| STANDARD.encode(one.der())),
            log: entries(&self.log, NoteKey::to_string),
            witnesses: entries(&self.witnesses, NoteKey::to_string),
            envelope: entries(&self.envelope, |one| STANDARD.encode(one)),
        };
        // For people too, who compare it with an older one.
        serde_json::to_vec_pretty(&file).map_err(NotKeys::Json)
    }

    /// Reads a file of published keys. How it came is what everything rests on: nothing in it proves itself.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(json: &[u8]) -> Result<Keys, NotKeys> {
        if json.len() > limits::KEYS_BYTES {
            return Err(NotKeys::TooLong);
        }
        let file: File = serde_json::from_slice(json).map_err(NotKeys::Json)?;
        if file.format != FORMAT {
            return Err(NotKeys::Format(file.format));
        }
        if !is_plain(&file.platform) {
            return Err(NotKeys::Platform);
        }
        let root = |what: &'static str| {
            move |text: &str| {
                let der = STANDARD.decode(text).map_err(|_| NotKeys::Base64(what))?;
                Certificate::from_der(&der).map_err(|source| NotKeys::Certificate { what, source })
            }
        };
        let note = |what: &'static str, kind: KeyKind| {
            move |text: &str| {
                let key = NoteKey::parse(text).map_err(|source| NotKeys::Key { what, source })?;
                if key.kind() == kind { Ok(key) } else { Err(NotKeys::Kind(what)) }
            }
        };
        let envelope = |text: &str| {
            let bytes = STANDARD.decode(text).map_err(|_| NotKeys::Base64("envelopes"))?;
            bytes.try_into().map_err(|_| NotKeys::Base64("envelopes"))
        };
        Ok(Keys {
            platform: file.platform,
            seal: valid(&file.seal, "seals", root("seals"))?,
            time_stamp: valid(&file.time_stamp, "time-stamps", root("time-stamps"))?,
            log: valid(&file.log, "the log", note("the log", KeyKind::Ed25519))?,
            witnesses: valid(&file.witnesses, "witnesses", note("witnesses", KeyKind::Cosignature))?,
            envelope: valid(&file.envelope, "envelopes", envelope)?,
        })
    }

    /// SHA-256 of a file of keys: what two people compare before they trust it.
    pub fn digest(json: &[u8]) -> Digest {
        Digest::of(&[json])
    }
}

fn entries<T>(values: &[Valid<T>], write: impl Fn(&T) -> String) -> Vec<Entry> {
    let entry = |one: &Valid<T>| Entry {
        key: write(&one.value),
        from: one.from.rfc3339(),
        until: one.until.map(Timestamp::rfc3339),
    };
    values.iter().map(entry).collect()
}

fn valid<T>(
    entries: &[Entry],
    what: &'static str,
    read: impl Fn(&str) -> Result<T, NotKeys>,
) -> Result<Vec<Valid<T>>, NotKeys> {
    if entries.len() > limits::KEYS {
        return Err(NotKeys::TooMany(what));
    }
    let one = |entry: &Entry| {
        let time = |text: &String| moment::parse_seconds(text).ok_or(NotKeys::Validity(what));
        let (from, until) = (time(&entry.from)?, entry.until.as_ref().map(time).transpose()?);
        if until.is_some_and(|until| until <= from) {
            return Err(NotKeys::Validity(what));
        }
        Ok(Valid { value: read(&entry.key)?, from, until })
    };
    entries.iter().map(one).collect()
}
