//! `/services/{service}/senders`: whom a mail service blocks and approves.

use axum::Json;
use axum::http::StatusCode;
use directory::{SenderEntry, SenderKind};
use model::ServiceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::AnyCaller;
use crate::input::{Asked, Created, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// An entry of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sender {
    id: String,
    service: String,
    /// `blocked` or `approved`.
    list: &'static str,
    /// An address, a domain, or a pattern with `*` and `?`.
    pattern: String,
    /// `applied`, `adding` or `removing`: the last two have no effect before they are applied.
    state: &'static str,
    created_by: String,
    #[schema(format = DateTime)]
    created_at: String,
}

fn view(entry: SenderEntry) -> Sender {
    Sender {
        id: entry.id.to_string(),
        service: entry.service.to_string(),
        list: entry.kind.as_str(),
        pattern: entry.pattern,
        state: entry.state.as_str(),
        created_by: entry.who,
        created_at: entry.at.rfc3339(),
    }
}

/// A new entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSender)]
pub(crate) struct New {
    /// `blocked` or `approved`.
    list: String,
    /// An address, a domain (with what lies below it), or a pattern with `*` and `?`.
    pattern: String,
}

/// What became of the entries that waited.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppliedSenders {
    /// How many entries act on mail from now on.
    added: u64,
    /// How many do no more.
    removed: u64,
}

/// What was forgotten.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiscardedSenders {
    /// How many changes waited.
    discarded: u64,
}

/// Whom a mail service blocks and approves
#[utoipa::path(get, path = "/services/{service}/senders", tag = "senders",
    params(("service" = String, Path), PageQuery), responses((status = 200, body = Page<Sender>)))]
pub(crate) async fn list_senders(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Sender>>> {
    Ok(Json(Page::of(caller.directory().page_of_senders(ServiceId(id), page.seek()?).await?, view)))
}

/// Write an entry; it waits until it is applied
#[utoipa::path(post, path = "/services/{service}/senders", tag = "senders",
    params(("service" = String, Path)), request_body = New, responses((status = 201, body = Sender)))]
pub(crate) async fn add_sender(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(new): Input<New>,
) -> Result<Created<Sender>> {
    // Whose it is comes before what is wrong.
    caller.directory().service(ServiceId(id)).await?;
    let kind: SenderKind =
        new.list.parse().map_err(|reason: String| invalid("list", reason, "blocked or approved"))?;
    let entry = caller.directory().add_sender(ServiceId(id), kind, &new.pattern).await?;
    Ok(Created(format!("/api/v1/senders/{}", entry.id), view(entry)))
}

/// An entry
#[utoipa::path(get, path = "/senders/{sender}", tag = "senders", params(("sender" = String, Path)),
    responses((status = 200, body = Sender)))]
pub(crate) async fn show_sender(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Sender>> {
    Ok(Json(view(caller.directory().sender(id).await?)))
}

/// Remove an entry; one that acts on mail does until the removal is applied
#[utoipa::path(delete, path = "/senders/{sender}", tag = "senders", params(("sender" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove_sender(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().remove_sender(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Apply what waits: it holds from the next letter on
#[utoipa::path(post, path = "/services/{service}/senders/apply", tag = "senders",
    params(("service" = String, Path)), responses((status = 200, body = AppliedSenders)))]
pub(crate) async fn apply_senders(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<AppliedSenders>> {
    let (added, removed) = caller.directory().apply_senders(ServiceId(id)).await?;
    Ok(Json(AppliedSenders { added, removed }))
}

/// Forget what waits
#[utoipa::path(post, path = "/services/{service}/senders/discard", tag = "senders",
    params(("service" = String, Path)), responses((status = 200, body = DiscardedSenders)))]
pub(crate) async fn discard_senders(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<Json<DiscardedSenders>> {
    Ok(Json(DiscardedSenders { discarded: caller.directory().discard_senders(ServiceId(id)).await? }))
}
