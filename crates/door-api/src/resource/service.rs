//! `/services`: mail services, each with its domains, one postmaster and one quota.

use axum::Json;
use axum::http::StatusCode;
use directory::{ServiceChange, ServiceInfo};
use model::ServiceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::Whose;
use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Created, Id, Input, Of, absent_or, address};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// A mail service.
#[derive(Serialize, ToSchema)]
pub(crate) struct Service {
    id: String,
    organisation: String,
    /// Unique within the organisation.
    name: String,
    /// Whether everything below is out of use.
    disabled: bool,
    /// Whether letters are received, and nobody reads or sends any.
    maintenance: bool,
    /// The quota of addresses without one of their own; null is no limit.
    quota_bytes: Option<u64>,
    /// Who gets the letters to postmaster and abuse; null is the oldest mailbox.
    administrator: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

fn view(info: ServiceInfo) -> Service {
    Service {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        name: info.name,
        disabled: info.is_disabled,
        maintenance: info.is_in_maintenance,
        quota_bytes: info.quota_bytes,
        administrator: info.administrator.map(|address| address.to_string()),
        created_at: info.created_at.rfc3339(),
    }
}

/// A new mail service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewService)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    name: String,
    /// The quota of addresses without one of their own; null is no limit.
    quota_bytes: Option<u64>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceChange)]
pub(crate) struct Change {
    name: Option<String>,
    disabled: Option<bool>,
    /// Letters are received, and nobody reads or sends any.
    maintenance: Option<bool>,
    /// Null is no limit.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<u64>)]
    quota_bytes: Option<Option<u64>>,
    /// A mailbox of the service; null is its oldest one.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<String>)]
    administrator: Option<Option<String>>,
}

/// The mail services
#[utoipa::path(get, path = "/services", tag = "services", params(Whose, PageQuery),
    responses((status = 200, body = Page<Service>)))]
pub(crate) async fn list_services(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Service>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.directory().page_of_services(organisation, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Create a mail service
#[utoipa::path(post, path = "/services", tag = "services", request_body = New,
    responses((status = 201, body = Service)))]
pub(crate) async fn create_service(caller: Caller, Input(new): Input<New>) -> Result<Created<Service>> {
    let owner = caller.owner(new.organisation.map(|Id(id)| id)).await?;
    let made = caller.directory().create_service(owner, &new.name, new.quota_bytes).await?;
    Ok(Created(format!("/api/v1/services/{}", made.id), view(made)))
}

/// A mail service
#[utoipa::path(get, path = "/services/{service}", tag = "services", params(("service" = String, Path)),
    responses((status = 200, body = Service)))]
pub(crate) async fn show_service(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Service>> {
    Ok(Json(view(caller.directory().service(ServiceId(id)).await?)))
}

/// Rename, disable or enable a mail service, put it into maintenance; change its quota or its postmaster
#[utoipa::path(patch, path = "/services/{service}", tag = "services", params(("service" = String, Path)),
    request_body = Change, responses((status = 200, body = Service)))]
pub(crate) async fn change_service(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<Service>> {
    let administrator = match change.administrator {
        Some(Some(text)) => Some(Some(address("administrator", &text)?)),
        Some(None) => Some(None),
        None => None,
    };
    let change = ServiceChange {
        name: change.name,
        is_disabled: change.disabled,
        is_in_maintenance: change.maintenance,
        quota_bytes: change.quota_bytes,
        administrator,
    };
    Ok(Json(view(caller.directory().change_service(ServiceId(id), change).await?)))
}

/// Delete a mail service without domains
#[utoipa::path(delete, path = "/services/{service}", tag = "services", params(("service" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_service(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().delete_service(ServiceId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
