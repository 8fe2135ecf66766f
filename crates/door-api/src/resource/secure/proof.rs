//! Receipts and evidence of letters that applications sent.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use doorway_http::Problem;
use mail_secure::{Entry, Event, Language};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::entry;
use super::letter::copy_of;
use crate::caller::Caller;
use crate::input::{Asked, Of};
use crate::refusal::{Result, invalid, not_found, trouble};

/// What a receipt is of.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReceiptKind {
    /// The letter was taken.
    #[default]
    Submission,
    /// It was accepted.
    Acceptance,
    /// It was refused.
    Refusal,
    /// Nobody decided in time.
    Expiry,
    /// It was opened.
    Handover,
}

impl ReceiptKind {
    fn event(self) -> Event {
        match self {
            ReceiptKind::Submission => Event::SubmissionAcceptance,
            ReceiptKind::Acceptance => Event::ConsignmentAcceptance,
            ReceiptKind::Refusal => Event::ConsignmentRejection,
            ReceiptKind::Expiry => Event::AcceptanceRejectionExpiry,
            ReceiptKind::Handover => Event::ContentHandover,
        }
    }
}

/// Which receipt.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptQuery {
    /// What it is of; the submission without one.
    #[serde(default)]
    #[param(inline)]
    of: ReceiptKind,
    /// `fr` (without one), `de`, `it` or `en`.
    language: Option<String>,
}

/// Receipts name the subject and evidence the files: of what a person sent, that is that person's.
fn programmes(entry: &Entry) -> Result<()> {
    match entry.letter.application() {
        Some(_) => Ok(()),
        None => {
            let title = "What a person sent is that person's";
            let detail = "receipts and evidence tell of the content; the API gives them out for letters that an application sent";
            Err(Problem::new(StatusCode::FORBIDDEN, "content", title).detail(detail).into())
        }
    }
}

/// A receipt of a copy, as a signed page
#[utoipa::path(get, path = "/secure-letters/{secure_letter}/copies/{secure_copy}/receipt", tag = "secure letters",
    params(("secure_letter" = String, Path), ("secure_copy" = String, Path), ReceiptQuery),
    responses((status = 200, body = String, content_type = "application/pdf")))]
pub(crate) async fn show_receipt(
    caller: Caller,
    Path((letter, copy)): Path<(String, String)>,
    Asked(query): Asked<ReceiptQuery>,
) -> Result<Response> {
    let id = letter.parse().map_err(|_| not_found("secure letter"))?;
    let entry = entry(&caller, id).await?;
    let slot = copy_of(&entry, &copy)?;
    programmes(&entry)?;
    let language = match query.language.as_deref() {
        None => Language::default(),
        Some(tag) => Language::of_tag(tag)
            .ok_or_else(|| invalid("language", format!("«{tag}» is none of ours"), "fr, de, it or en"))?,
    };
    let page = caller.shared.flow.secure().receipt(&slot, query.of.event(), language).await?;
    let name = format!("attachment; filename=\"receipt-{slot}.pdf\"");
    Ok(([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)], page).into_response())
}

/// The evidence of a letter and all its copies, as far as it has happened
#[utoipa::path(get, path = "/secure-letters/{secure_letter}/evidence", tag = "secure letters",
    params(("secure_letter" = String, Path)),
    responses((status = 200, body = serde_json::Value, content_type = "application/json")))]
pub(crate) async fn show_evidence(caller: Caller, Of(id): Of) -> Result<Response> {
    let entry = entry(&caller, id).await?;
    programmes(&entry)?;
    let bundle = caller.shared.flow.secure().bundle_of_letter(entry.letter.id).await?;
    let json = bundle.to_json().map_err(|error| trouble(&error, false))?;
    let name = format!("attachment; filename=\"{id}.evidence.json\"");
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)], json).into_response())
}
