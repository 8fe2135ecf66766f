//! One statement of the platform: what happened, when, to which letter, concerning whom.
//!
//! Names of members follow EN 319 522-3 in JSON's manner. The form is the one of RFC 8785: a statement has exactly one
//! spelling, so its digest is one too. Fields stand in the order of their names in JSON, which is the order of RFC 8785;
//! so `serde_json` writes the canonical form at once. A test compares it with another implementation.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::{Digest, Identifier};
use crate::event::Event;
use crate::limits::{PARTS, REASONS, SEALED_BYTES, TEXT_BYTES, WHOLE_NUMBER};
use crate::moment;

/// The only version so far.
const VERSION: &str = "1";

/// How secret a letter is, and whether its recipient is asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// `c`: by a verified connection, or in an envelope that the mailbox's owner opens.
    Confidential,
    /// `p`: in an envelope that a person opens with a second factor.
    Personal,
    /// `r`: offered to the person first, and with receipts.
    Registered,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Mode::Confidential => "confidential",
            Mode::Personal => "personal",
            Mode::Registered => "registered",
        })
    }
}

/// One statement about one letter and one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// Of an offer: until when the recipient may accept or refuse.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "moment::optional_milliseconds")]
    pub deadline: Option<Timestamp>,
    /// What happened.
    #[serde(rename = "erdsEventId")]
    pub event: Event,
    /// Why; at least one when the event is negative.
    #[serde(rename = "eventReasons", default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// When it happened.
    #[serde(with = "moment::milliseconds")]
    pub event_time: Timestamp,
    /// Names the statement.
    #[serde(rename = "evidenceIdentifier")]
    pub id: Identifier,
    /// Who says this.
    #[serde(rename = "evidenceIssuerDetails")]
    pub issuer: Issuer,
    /// The rules by which the platform works, as a URI.
    #[serde(rename = "evidenceIssuerPolicyID")]
    pub policy: String,
    /// `1`.
    #[serde(rename = "evidenceVersion")]
    pub version: String,
    /// Names the letter; the same for all its recipients.
    #[serde(rename = "letterIdentifier")]
    pub letter: Identifier,
    /// The letter's Message-ID.
    pub message_identifier: String,
    /// What kind of letter.
    pub mode: Mode,
    /// SHA-256 of the sealed statement before it; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// To whom.
    #[serde(rename = "recipientDetails")]
    pub recipient: Recipient,
    /// Who sent it.
    #[serde(rename = "senderDetails")]
    pub sender: Sender,
    /// Which statement about this letter and this recipient it is, from 1.
    pub sequence: u64,
    /// When the letter was submitted.
    #[serde(with = "moment::milliseconds")]
    pub submission_time: Timestamp,
    /// What was in it.
    #[serde(rename = "userContentInfo")]
    pub content: Content,
}

/// Why something did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// A short code, for example `RC08`.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// Who makes statements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Which of its keys seals: the `kid` of the seal.
    pub key: String,
    /// The platform's name.
    pub name: String,
}

/// Who sent a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sender {
    /// The address.
    pub address: String,
    /// How we knew: `password`, `password and one-time code`, `certificate of the mail server`.
    pub authentication: String,
    /// The organisation, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// To whom a letter goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recipient {
    /// Who acted for a shared address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_person: Option<String>,
    /// The address.
    pub address: String,
    /// How the recipient showed who they are, when the event has to do with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<String>,
    /// Names this letter to this recipient: the slot of the envelope.
    pub slot: Identifier,
}

/// What was in a letter: digests that need the letter's salt, so that nobody guesses a short letter from a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// [`Content::digest`] of the whole letter as it goes to its recipient, from its first header field to its last
    /// byte: without what its sender wrote for the platform alone (marks, blind recipients), with the fields that every
    /// letter needs.
    pub digest: Digest,
    /// Its parts.
    #[serde(rename = "partsInfo")]
    pub parts: Vec<Part>,
    /// [`Content::salt_digest`] of the salt.
    pub salt_digest: Digest,
    /// Bytes of the whole letter.
    #[serde(rename = "size")]
    pub size_bytes: u64,
}

/// A part of a letter: its text, or an attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Part {
    /// The media type.
    pub content_type: String,
    /// [`Content::digest`] of these bytes.
    pub digest: Digest,
    /// The file name, or the part's number.
    pub identifier: String,
    /// Bytes after the transfer encoding was taken off.
    #[serde(rename = "size")]
    pub size_bytes: u64,
}

impl Content {
    /// SHA-256 over the 32 bytes of the salt and the bytes: `cat salt file | sha256sum`.
    pub fn digest(salt: &Digest, bytes: &[u8]) -> Digest {
        Digest::of(&[&salt.0, bytes])
    }

    /// What binds the salt without telling it: SHA-256 over `relais-evidence/1 salt`, a zero byte and the salt.
    pub fn salt_digest(salt: &Digest) -> Digest {
        Digest::of(&[b"relais-evidence/1 salt\0", &salt.0])
    }

    /// What a letter with these parts says of itself.
    pub fn of<'p>(
        salt: &Digest,
        whole: &[u8],
        parts: impl IntoIterator<Item = (&'p str, &'p str, &'p [u8])>,
    ) -> Content {
        let part = |(identifier, content_type, bytes): (&str, &str, &[u8])| Part {
            identifier: identifier.to_owned(),
            content_type: content_type.to_owned(),
            size_bytes: bytes.len() as u64,
            digest: Content::digest(salt, bytes),
        };
        Content {
            salt_digest: Content::salt_digest(salt),
            digest: Content::digest(salt, whole),
            size_bytes: whole.len() as u64,
            parts: parts.into_iter().map(part).collect(),
        }
    }
}

/// Why something is not a statement.
#[derive(Debug, Error)]
pub enum NotEvidence {
    /// Longer than the limit.
    #[error("a statement of more than {SEALED_BYTES} bytes")]
    TooLong,
    /// Not JSON of this form.
    #[error("cannot read the statement")]
    Json(#[source] serde_json::Error),
    /// JSON, but not in its one spelling.
    #[error("the statement is not in the canonical form of RFC 8785")]
    NotCanonical,
    /// A version of which nothing is known.
    #[error("the statement has the unknown version {0}")]
    Version(String),
    /// A text that is empty, too long or has control characters.
    #[error("the statement's {0} is empty, too long or not plain text")]
    Text(&'static str),
    /// More parts or reasons than the limit.
    #[error("the statement has too many {0}")]
    TooMany(&'static str),
    /// A number that JSON does not carry.
    #[error("the statement has a number beyond 2⁵³")]
    Number,
    /// A year before 0000 or after 9999.
    #[error("the statement has a moment that cannot be written")]
    Moment,
    /// Negative without a reason.
    #[error("{0} needs a reason")]
    NoReason(Event),
    /// The first statement has nothing before it, every other has.
    #[error("statement {0} and what it says of the one before do not fit")]
    Previous(u64),
    /// A time limit where nothing is offered, or before the submission.
    #[error("the statement has a time limit that cannot be one")]
    Deadline,
    /// The submission is later than what followed.
    #[error("the statement says that something happened before the submission")]
    BeforeSubmission,
}

impl Evidence {
    /// The version to write.
    pub fn version() -> String {
        VERSION.to_owned()
    }

    /// The canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// When a rule of the form is broken: what could not be read again is never written.
    pub fn to_json(&self) -> Result<Vec<u8>, NotEvidence> {
        self.check()?;
        canonical(self).map_err(NotEvidence::Json)
    }

    /// Reads canonical JSON, and nothing else.
    ///
    /// # Errors
    /// When it is not the one spelling of a statement that keeps the rules of the form.
    pub fn parse(json: &[u8]) -> Result<Evidence, NotEvidence> {
        if json.len() > SEALED_BYTES {
            return Err(NotEvidence::TooLong);
        }
        let evidence: Evidence = serde_json::from_slice(json).map_err(NotEvidence::Json)?;
        if evidence.to_json()? != json {
            return Err(NotEvidence::NotCanonical);
        }
        Ok(evidence)
    }

    fn check(&self) -> Result<(), NotEvidence> {
        if self.version != VERSION {
            return Err(NotEvidence::Version(self.version.clone()));
        }
        let texts = [
            ("policy", Some(&self.policy)),
            ("issuer", Some(&self.issuer.name)),
            ("key", Some(&self.issuer.key)),
            ("message identifier", Some(&self.message_identifier)),
            ("sender's address", Some(&self.sender.address)),
            ("sender's organisation", self.sender.organisation.as_ref()),
            ("sender's authentication", Some(&self.sender.authentication)),
            ("recipient's address", Some(&self.recipient.address)),
            ("recipient's authentication", self.recipient.authentication.as_ref()),
            ("acting person", self.recipient.acting_person.as_ref()),
        ];
        let reasons = self.reasons.iter().flat_map(|reason| {
            [("code of a reason", Some(&reason.code)), ("detail of a reason", Some(&reason.detail))]
        });
        let parts = self.content.parts.iter().flat_map(|part| {
            [("identifier of a part", Some(&part.identifier)), ("type of a part", Some(&part.content_type))]
        });
        for (name, text) in texts.into_iter().chain(reasons).chain(parts) {
            if text.is_some_and(|text| !is_plain(text)) {
                return Err(NotEvidence::Text(name));
            }
        }
        if self.reasons.len() > REASONS {
            return Err(NotEvidence::TooMany("reasons"));
        }
        if self.content.parts.len() > PARTS {
            return Err(NotEvidence::TooMany("parts"));
        }
        let sizes = self.content.parts.iter().map(|part| part.size_bytes);
        let mut numbers = sizes.chain([self.content.size_bytes, self.sequence]);
        if numbers.any(|number| number > WHOLE_NUMBER) {
            return Err(NotEvidence::Number);
        }
        if !moment::is_writable(self.event_time) || !moment::is_writable(self.submission_time) {
            return Err(NotEvidence::Moment);
        }
        if self.event.is_negative() && self.reasons.is_empty() {
            return Err(NotEvidence::NoReason(self.event));
        }
        if self.sequence == 0 || (self.sequence == 1) != self.previous.is_none() {
            return Err(NotEvidence::Previous(self.sequence));
        }
        if let Some(deadline) = self.deadline {
            if !moment::is_writable(deadline) {
                return Err(NotEvidence::Moment);
            }
            if self.event != Event::NotificationForAcceptance || deadline < self.submission_time {
                return Err(NotEvidence::Deadline);
            }
        }
        if self.event_time < self.submission_time {
            return Err(NotEvidence::BeforeSubmission);
        }
        Ok(())
    }
}

/// Whether a statement can hold a text: 1 to [`TEXT_BYTES`] octets and on one line, without control characters.
pub fn is_plain(text: &str) -> bool {
    (1..=TEXT_BYTES).contains(&text.len()) && !text.contains(char::is_control)
}

/// The one spelling of a value as JSON (RFC 8785), of types whose fields stand in the order of their names in JSON, with
/// texts and whole numbers up to 2⁵³ only: of these `serde_json` writes no other.
pub(crate) fn canonical(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(value)
}
