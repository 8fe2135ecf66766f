//! Secure letters: what an organisation sent, how far it is, what proves it; and sending for business software.
//!
//! Whoever administers sees counts and states. What tells of the content (receipts name the subject, evidence the files)
//! is given out for letters that the organisation's own applications sent, and for nobody's private ones
//! (docs/decisions/0074).

pub(crate) mod asking;
pub(crate) mod letter;
pub(crate) mod proof;
pub(crate) mod received;
pub(crate) mod sending;

use axum::http::StatusCode;
use doorway_http::Problem;
use mail_secure::{Entry, SecureError};
use model::{OrganisationId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::refusal::{Refusal, Result, invalid, not_found, trouble};

/// Seconds after which a receipt that waits for its time-stamp may be there.
const RECEIPT_SECONDS: u32 = 60;
/// Seconds after which somebody who asked for too much may ask again.
const TOO_OFTEN_SECONDS: u32 = 3600;

/// A secure letter: who, when, how; nothing of its content.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureLetter {
    id: String,
    organisation: String,
    /// What others call it: the messageId of SOAP, the identifier in evidence and receipts.
    public_id: String,
    #[schema(format = DateTime)]
    submitted_at: String,
    /// `confidential`, `personal` or `registered`.
    mode: String,
    sender: String,
    /// The login of the application account that sent it; null: a person or a mail server did.
    application: Option<String>,
    /// What that application's programme calls it.
    reference: Option<String>,
    size_bytes: u64,
    /// One for each recipient.
    copies: Vec<SecureCopy>,
}

/// A secure letter for one recipient.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecureCopy {
    id: String,
    recipient: String,
    /// By which way it goes: `sealed`, `mailbox`, `gateway` or `blocked`.
    way: &'static str,
    /// How far it is: `offered`, `accepted`, `handed-over` and so on.
    state: &'static str,
    /// Of a registered letter: until when it can be accepted or refused.
    #[schema(format = DateTime)]
    deadline: Option<String>,
    #[schema(format = DateTime)]
    accepted_at: Option<String>,
    /// When what opens it was given out: from then on it may have been read, whether that was confirmed or not.
    #[schema(format = DateTime)]
    released_at: Option<String>,
    #[schema(format = DateTime)]
    opened_at: Option<String>,
    /// When it came to its end without being opened.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// When the sender's side had what opens it destroyed, after the recipient had it: from then on nobody opens it.
    #[schema(format = DateTime)]
    erased_at: Option<String>,
}

pub(super) fn view(entry: &Entry) -> SecureLetter {
    let letter = &entry.letter;
    let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    let copies = entry.copies.iter().map(|copy| SecureCopy {
        id: copy.slot.to_string(),
        recipient: copy.address.to_string(),
        way: copy.way.word(),
        state: copy.state.word(),
        deadline: time(copy.deadline),
        accepted_at: time(copy.accepted_at),
        released_at: time(copy.released.as_ref().map(|released| released.at)),
        opened_at: time(copy.opened_at),
        ended_at: time(copy.ended_at),
        erased_at: time(copy.erased_at),
    });
    SecureLetter {
        id: letter.id.to_string(),
        organisation: letter.organisation.to_string(),
        public_id: mail_secure::hex(&letter.public_id),
        submitted_at: letter.submitted_at.rfc3339(),
        mode: letter.mode.to_string(),
        sender: letter.sender.to_string(),
        application: letter.application().map(str::to_owned),
        reference: letter.client_reference.as_deref().map(mail_flow::reference_shown).map(str::to_owned),
        size_bytes: letter.size_bytes,
        copies: copies.collect(),
    }
}

/// The organisation whose letters the token reaches; `None` for an operator's, which reaches everybody's.
fn reach(caller: &Caller) -> Option<OrganisationId> {
    caller.token.organisation
}

async fn entry(caller: &Caller, id: i64) -> Result<Entry> {
    Ok(caller.shared.flow.secure().letter(reach(caller), id).await?)
}

/// How far a letter is does not allow what is asked.
fn state_problem() -> Problem {
    Problem::new(StatusCode::CONFLICT, "state", "How far the letter is does not allow it")
}

/// Whoever asks may not do it, whatever the token reaches.
fn not_allowed(why: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not-allowed", "This is not allowed").detail(why)
}

impl From<SecureError> for Refusal {
    fn from(error: SecureError) -> Refusal {
        match error {
            SecureError::NotFound => not_found("secure letter"),
            SecureError::Illegal(why) => state_problem().detail(why.to_string()).into(),
            error @ (SecureError::Ended | SecureError::CanBeWithdrawn) => {
                state_problem().detail(error.to_string()).into()
            }
            error @ SecureError::Proof => not_allowed(error.to_string()).into(),
            error @ SecureError::Consent => {
                let title = "The person has not agreed to this way of delivery";
                Problem::new(StatusCode::FORBIDDEN, "consent", title).detail(error.to_string()).into()
            }
            SecureError::Passphrase => {
                let title = "The letter asks for the sender's passphrase";
                let detail = "it is opened at the portal";
                Problem::new(StatusCode::CONFLICT, "passphrase", title).detail(detail).into()
            }
            error @ SecureError::Forged => {
                let rule =
                    "the e-mail as a mail server gave it out, or the page that was attached to it, in base64";
                invalid("mail", error.to_string(), rule)
            }
            error @ (SecureError::TooOften | SecureError::Paused { .. }) => {
                let title = "Too much was asked in a short time";
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-often", title);
                problem.detail(error.to_string()).retry_after(TOO_OFTEN_SECONDS).into()
            }
            error @ SecureError::Underway => {
                let title = "The letter is being delivered at this moment";
                Problem::new(StatusCode::CONFLICT, "underway", title).detail(error.to_string()).into()
            }
            SecureError::NotYet => {
                let title = "The receipt waits for its time-stamp";
                Problem::new(StatusCode::CONFLICT, "not-yet", title).retry_after(RECEIPT_SECONDS).into()
            }
            other => {
                let is_temporary = other.is_temporary();
                trouble(&other, is_temporary)
            }
        }
    }
}
