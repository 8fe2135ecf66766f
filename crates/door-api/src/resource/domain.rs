//! `/domains`: mail domains.

use axum::Json;
use axum::http::StatusCode;
use directory::{DomainChange, DomainInfo};
use model::{DomainId, ServiceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::organisation::Force;
use super::user::Whose;
use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, domain};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// A mail domain.
#[derive(Serialize, ToSchema)]
#[schema(as = Domain)]
pub(crate) struct DomainView {
    id: String,
    organisation: String,
    service: String,
    /// Unique within the installation.
    name: String,
    /// Whether its addresses are out of use.
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// How many addresses it has.
    addresses: u64,
}

fn view(info: DomainInfo) -> DomainView {
    DomainView {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        service: info.service.to_string(),
        name: info.name.to_string(),
        disabled: info.is_disabled,
        created_at: info.created_at.rfc3339(),
        addresses: info.addresses,
    }
}

/// A new domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDomain)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// Its mail service; where the organisation has only one, none need be said.
    #[schema(value_type = Option<String>)]
    service: Option<Id>,
    name: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DomainChange)]
pub(crate) struct Change {
    /// Another mail service of the same organisation.
    #[schema(value_type = Option<String>)]
    service: Option<Id>,
    disabled: Option<bool>,
}

/// The mail domains
#[utoipa::path(get, path = "/domains", tag = "domains", params(Whose, PageQuery),
    responses((status = 200, body = Page<DomainView>)))]
pub(crate) async fn list_domains(
    caller: Caller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<DomainView>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let all = caller.directory().domains(organisation).await?;
    Ok(Json(page.of(all, |one| one.id.0, view)?))
}

/// Create a mail domain
#[utoipa::path(post, path = "/domains", tag = "domains", request_body = New,
    responses((status = 201, body = DomainView)))]
pub(crate) async fn create_domain(caller: Caller, Input(new): Input<New>) -> Result<Created<DomainView>> {
    let owner = caller.owner(new.organisation.map(|Id(id)| id)).await?;
    let name = domain("name", &new.name)?;
    let service = new.service.map(|Id(id)| ServiceId(id));
    let made = caller.directory().create_domain(owner, service, &name).await?;
    Ok(Created(format!("/api/v1/domains/{}", made.id), view(made)))
}

/// A mail domain
#[utoipa::path(get, path = "/domains/{domain}", tag = "domains", params(("domain" = String, Path)),
    responses((status = 200, body = DomainView)))]
pub(crate) async fn show_domain(caller: Caller, Of(id): Of) -> Result<Json<DomainView>> {
    Ok(Json(view(caller.directory().domain(DomainId(id)).await?)))
}

/// Disable or enable a mail domain, or move it to another mail service
#[utoipa::path(patch, path = "/domains/{domain}", tag = "domains", params(("domain" = String, Path)),
    request_body = Change, responses((status = 200, body = DomainView)))]
pub(crate) async fn change_domain(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<DomainView>> {
    let change =
        DomainChange { service: change.service.map(|Id(id)| ServiceId(id)), is_disabled: change.disabled };
    Ok(Json(view(caller.directory().change_domain(DomainId(id), change).await?)))
}

/// Delete a mail domain
#[utoipa::path(delete, path = "/domains/{domain}", tag = "domains",
    params(("domain" = String, Path), Force), responses((status = 204)))]
pub(crate) async fn delete_domain(
    caller: Caller,
    Of(id): Of,
    Asked(how): Asked<Force>,
) -> Result<StatusCode> {
    caller.directory().delete_domain(DomainId(id), how.force).await?;
    Ok(StatusCode::NO_CONTENT)
}
