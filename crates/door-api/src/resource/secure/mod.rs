//! Secure letters: what an organisation sent, how far it is, what proves it; and sending for business software.
//!
//! Whoever administers sees counts and states. What tells of the content (receipts name the subject, evidence the files)
//! is given out for letters that the organisation's own applications sent, and for nobody's private ones
//! (docs/decisions/0074).

pub(crate) mod letter;
pub(crate) mod proof;
pub(crate) mod sending;

use axum::http::StatusCode;
use doorway_http::Problem;
use mail_secure::{Entry, SecureError};
use model::{OrganisationId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::refusal::{Refusal, Result, not_found, trouble};

/// Seconds after which a receipt that waits for its time-stamp may be there.
const RECEIPT_SECONDS: u32 = 60;

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
    #[schema(format = DateTime)]
    opened_at: Option<String>,
    /// When it came to its end without being opened.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
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
        opened_at: time(copy.opened_at),
        ended_at: time(copy.ended_at),
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

impl From<SecureError> for Refusal {
    fn from(error: SecureError) -> Refusal {
        match error {
            SecureError::NotFound => not_found("secure letter"),
            SecureError::Illegal(why) => {
                let title = "How far the letter is does not allow it";
                Problem::new(StatusCode::CONFLICT, "state", title).detail(why.to_string()).into()
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
