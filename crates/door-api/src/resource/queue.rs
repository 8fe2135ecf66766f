//! `/queue`: deliveries that wait.

use axum::Json;
use axum::http::StatusCode;
use mail_queue::{Entry, Reach, Selection};
use model::{DeliveryId, MessageId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Id, Input, Of, domain};
use crate::page::{Page, PageQuery};
use crate::refusal::{Refusal, Result, invalid, not_found};

/// One recipient of one letter that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    id: String,
    message: String,
    organisation: Option<String>,
    /// The envelope's sender; empty for a report.
    from: String,
    recipient: String,
    /// The remote domain; null for a mailbox here.
    destination: Option<String>,
    size_bytes: u64,
    #[schema(format = DateTime)]
    received_at: String,
    /// When it is tried next.
    #[schema(format = DateTime)]
    next_at: String,
    attempts: u32,
    /// The node that works on it now.
    node: Option<String>,
    held: bool,
    /// What the last attempt was answered.
    last_reply: Option<String>,
}

fn view(entry: Entry) -> Delivery {
    Delivery {
        id: entry.delivery.to_string(),
        message: entry.message.to_string(),
        organisation: entry.organisation.map(|id| id.to_string()),
        from: entry.from.to_string(),
        recipient: entry.recipient.to_string(),
        destination: entry.destination.map(|domain| domain.to_string()),
        size_bytes: entry.size_bytes,
        received_at: entry.received_at.rfc3339(),
        next_at: entry.next_at.rfc3339(),
        attempts: entry.attempts,
        node: entry.node,
        held: entry.is_held,
        last_reply: entry.last_reply.map(|reply| reply.to_string()),
    }
}

/// Which deliveries: all, or those that one of these names; of several none is followed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those of this message.
    #[param(value_type = Option<String>)]
    message: Option<Id>,
    /// Only those to this domain.
    destination: Option<String>,
    /// Only those whose sender or recipient contains this, in whatever case.
    text: Option<String>,
}

/// What to do with deliveries.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    /// Hold them until they are released.
    Hold,
    /// Let held ones go on.
    Release,
    /// Try them now.
    Retry,
    /// Delete them; their senders are not told.
    Delete,
}

/// What to do with which deliveries: those of a message, those to a destination, or without either all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    action: Action,
    #[schema(value_type = Option<String>)]
    message: Option<Id>,
    destination: Option<String>,
}

/// How many were concerned.
#[derive(Serialize, ToSchema)]
pub(crate) struct Concerned {
    deliveries: usize,
}

/// One selector at most: whoever names two means fewer deliveries than either has.
fn selection(message: Option<Id>, destination: Option<&str>, text: Option<String>) -> Result<Selection> {
    Ok(match (message, destination, text) {
        (None, None, None) => Selection::All,
        (Some(Id(id)), None, None) => Selection::Message(MessageId(id)),
        (None, Some(name), None) => Selection::Destination(domain("destination", name)?),
        (None, None, Some(text)) => Selection::Named(text),
        (_, Some(_), _) => return Err(one_selector("destination")),
        (Some(_), None, Some(_)) => return Err(one_selector("text")),
    })
}

fn one_selector(field: &str) -> Refusal {
    invalid(
        field,
        "Deliveries are chosen in one way.",
        "one of message, destination and text, or none of them",
    )
}

/// The deliveries of the organisation; within the limit to a domain what that domain sent or is to get.
async fn reach(caller: &Caller) -> Result<Reach> {
    let domains = caller.directory().names_in_reach().await?;
    Ok(Reach { organisation: caller.token.organisation, domains })
}

async fn run(caller: &Caller, action: Action, selection: Selection) -> Result<usize> {
    let (queue, scope) = (&caller.shared.queue, reach(caller).await?);
    Ok(match action {
        Action::Hold => queue.hold(scope, selection, caller.who()).await?,
        Action::Release => queue.release(scope, selection, caller.who()).await?,
        Action::Retry => queue.retry(scope, selection, caller.who()).await?,
        Action::Delete => queue.delete(scope, selection, caller.who()).await?,
    })
}

async fn run_one(caller: &Caller, action: Action, id: i64) -> Result<StatusCode> {
    match run(caller, action, Selection::Delivery(DeliveryId(id))).await? {
        0 => Err(not_found("delivery to which this applies")),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// The deliveries that wait, the oldest first
#[utoipa::path(get, path = "/queue", tag = "queue", params(Which, PageQuery),
    responses((status = 200, body = Page<Delivery>)))]
pub(crate) async fn list_deliveries(
    AnyCaller(caller): AnyCaller,
    Asked(which): Asked<Which>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Delivery>>> {
    let selection = selection(which.message, which.destination.as_deref(), which.text)?;
    let page = caller.shared.queue.page(reach(&caller).await?, selection, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Hold, release, retry or delete many deliveries
#[utoipa::path(post, path = "/queue", tag = "queue", request_body = Order,
    responses((status = 200, body = Concerned)))]
pub(crate) async fn act_on_deliveries(
    AnyCaller(caller): AnyCaller,
    Input(order): Input<Order>,
) -> Result<Json<Concerned>> {
    let selection = selection(order.message, order.destination.as_deref(), None)?;
    Ok(Json(Concerned { deliveries: run(&caller, order.action, selection).await? }))
}

/// A delivery that waits
#[utoipa::path(get, path = "/queue/{delivery}", tag = "queue", params(("delivery" = String, Path)),
    responses((status = 200, body = Delivery)))]
pub(crate) async fn show_delivery(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Delivery>> {
    let selection = Selection::Delivery(DeliveryId(id));
    let found = caller.shared.queue.list(reach(&caller).await?, selection, 1).await?;
    found.into_iter().next().map(|entry| Json(view(entry))).ok_or_else(|| not_found("delivery"))
}

/// Hold a delivery until it is released
#[utoipa::path(post, path = "/queue/{delivery}/hold", tag = "queue", params(("delivery" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn hold_delivery(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    run_one(&caller, Action::Hold, id).await
}

/// Let a held delivery go on
#[utoipa::path(post, path = "/queue/{delivery}/release", tag = "queue", params(("delivery" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn release_delivery(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    run_one(&caller, Action::Release, id).await
}

/// Try a delivery now
#[utoipa::path(post, path = "/queue/{delivery}/retry", tag = "queue", params(("delivery" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn retry_delivery(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    run_one(&caller, Action::Retry, id).await
}

/// Delete a delivery; its sender is not told
#[utoipa::path(delete, path = "/queue/{delivery}", tag = "queue", params(("delivery" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_delivery(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    run_one(&caller, Action::Delete, id).await
}
