//! What can go wrong with secure letters.

use std::sync::Arc;

use db::DbError;
use evidence::{Event, Illegal};
use thiserror::Error;

use crate::stamping::NoTimeStamp;

/// Something could not be done.
#[derive(Debug, Error)]
pub enum SecureError {
    /// The database does not answer.
    #[error("the database does not answer")]
    Db(#[from] DbError),
    /// The bodies cannot be read or written.
    #[error("a body cannot be read or written")]
    Blob(#[from] blobs::BlobError),
    /// The platform's keys are not as they should be.
    #[error("the platform's keys for secure letters cannot be used: {0}")]
    Keys(&'static str),
    /// A certificate cannot be made.
    #[error("a certificate for the platform's seal cannot be made")]
    Certificate {
        /// Why.
        source: Arc<rcgen::Error>,
    },
    /// The vault does not open.
    #[error("the vault does not open")]
    Vault(#[from] keys::VaultError),
    /// The letter cannot be sealed.
    #[error("the letter cannot be sealed")]
    Sealing(#[from] wire_safe::NotSealed),
    /// A statement of evidence cannot be made.
    #[error("evidence of {event} cannot be made: {why}")]
    Evidence {
        /// What it was to say.
        event: Event,
        /// Why not.
        why: String,
    },
    /// No authority says when.
    #[error("no time-stamp came for the public log")]
    NoTimeStamp(#[from] NoTimeStamp),
    /// A receipt cannot be made.
    #[error("a receipt cannot be made: {why}")]
    Receipt {
        /// Why not.
        why: String,
    },
    /// There is no receipt before the statement is in the log and time-stamped.
    #[error("the receipt waits for its time-stamp")]
    NotYet,
    /// A row says what no version of ours writes.
    #[error("a row of secure letters is damaged: {0}")]
    Damaged(&'static str),
    /// There is no such letter, or not for this person.
    #[error("no such letter")]
    NotFound,
    /// What is asked cannot follow upon what happened.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// It is to be taken back, and a server takes it at this moment.
    #[error(
        "the letter is being delivered at this moment: try again in a few minutes, if it has not arrived by then"
    )]
    Underway,
    /// It is to be erased, and can still be taken back, which says more.
    #[error("the letter can still be taken back: withdraw it in place of erasing it")]
    CanBeWithdrawn,
    /// It can no longer be opened: withdrawn, expired or erased.
    #[error("the letter can no longer be opened")]
    Ended,
    /// What was brought is no envelope of this platform.
    #[error("that is no letter of this platform, or it was changed on its way")]
    Forged,
    /// Who asks has not shown enough.
    #[error("this needs another proof of who asks")]
    Proof,
    /// Who asks has not agreed to receive personal and registered letters.
    #[error("personal and registered letters are opened by whoever has agreed to receive them")]
    Consent,
    /// A passphrase of the sender's is needed, and what was said is another.
    #[error("the passphrase is missing, or not that of the letter")]
    Passphrase,
    /// Too many passphrases were wrong: none is compared before that moment.
    #[error("too many passphrases were wrong: the next is compared later")]
    Paused {
        /// From when on.
        until: model::Timestamp,
    },
    /// A code is wrong, too old or was tried too often.
    #[error("the code is wrong, too old, or was tried too often")]
    Code,
    /// Too much was asked in a short time.
    #[error("too much was asked in a short time")]
    TooOften,
    /// Others are having the same heavy work done at the moment.
    #[error("too much of this is asked at the same time")]
    Busy,
}

impl SecureError {
    /// Whether the same may work later.
    pub fn is_temporary(&self) -> bool {
        match self {
            SecureError::Db(error) => error.is_temporary(),
            SecureError::Blob(_) | SecureError::NoTimeStamp(_) | SecureError::NotYet | SecureError::Busy => {
                true
            }
            _ => false,
        }
    }
}
