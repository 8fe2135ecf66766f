//! `/integrations/{integration}/recipient-notices`: the letter that tells recipients what to expect, and who got it.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{IntegrationId, Timestamp};
use onboarding::{Informed, Language, LetterState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::onboarding::{integration_of, onboarding};
use crate::caller::Caller;
use crate::input::{Asked, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// Recipients who are to be informed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecipientNotices {
    /// One address each, as `name@example.com` or `Name <name@example.com>`; at most 500 at once, and 1000 of an
    /// organisation within 24 hours.
    addresses: Vec<String>,
    /// In which language they are written to: `fr`, `de`, `it` or `en`.
    language: String,
}

/// What became of a list of recipients.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientNoticesAsked {
    /// So many get a letter now.
    asked: usize,
    /// So many had one before: nobody gets it twice.
    known: usize,
}

/// A recipient who is informed, or about to be.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientNotice {
    address: String,
    /// `fr`, `de`, `it` or `en`.
    language: &'static str,
    #[schema(format = DateTime)]
    asked_at: String,
    asked_by: String,
    /// `waiting`, `posted` or `refused`.
    state: &'static str,
    /// When the letter was put into the queue.
    #[schema(format = DateTime)]
    posted_at: Option<String>,
    /// Why it was refused for good; whoever is named once more gets it tried again.
    refusal: Option<String>,
}

fn view(informed: Informed) -> RecipientNotice {
    let state = informed.state.as_str();
    let (posted_at, refusal) = match informed.state {
        LetterState::Waiting => (None, None),
        LetterState::Posted(at) => (Some(Timestamp::rfc3339(at)), None),
        LetterState::Refused(reply) => (None, Some(reply)),
    };
    RecipientNotice {
        address: informed.address.to_string(),
        language: informed.language.tag(),
        asked_at: informed.asked_at.rfc3339(),
        asked_by: informed.asked_by,
        state,
        posted_at,
        refusal,
    }
}

/// Recipients who are informed by a letter, the newest first
#[utoipa::path(get, path = "/integrations/{integration}/recipient-notices", tag = "onboarding",
    params(("integration" = String, Path), PageQuery), responses((status = 200, body = Page<RecipientNotice>)))]
pub(crate) async fn list_recipient_notices(
    caller: Caller,
    Of(id): Of,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<RecipientNotice>>> {
    let informed = onboarding(&caller).informed(IntegrationId(id), page.seek()?).await?;
    Ok(Json(Page::of(informed, view)))
}

/// Inform recipients by a letter, once each; the page for them has to be published
#[utoipa::path(post, path = "/integrations/{integration}/recipient-notices", tag = "onboarding",
    params(("integration" = String, Path)), request_body = NewRecipientNotices,
    responses((status = 202, body = RecipientNoticesAsked)))]
pub(crate) async fn inform_recipients(
    caller: Caller,
    Path(integration): Path<String>,
    Input(new): Input<NewRecipientNotices>,
) -> Result<Response> {
    let id = integration_of(&caller, &integration).await?;
    let language = Language::of_tag(&new.language).ok_or_else(|| {
        invalid("language", format!("«{}» is none of them", new.language), "fr, de, it or en")
    })?;
    let asked = onboarding(&caller).inform(id, &new.addresses.join("\n"), language).await?;
    let told = RecipientNoticesAsked { asked: asked.asked, known: asked.known };
    Ok((StatusCode::ACCEPTED, Json(told)).into_response())
}
