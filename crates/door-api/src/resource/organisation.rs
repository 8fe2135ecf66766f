//! `/organisations`: the owners of everything else.

use axum::Json;
use axum::http::StatusCode;
use directory::{OrganisationChange, OrganisationInfo};
use model::OrganisationId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Asked, Created, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// A tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct Organisation {
    id: String,
    /// Unique within the installation.
    name: String,
    /// Whether everything below is out of use.
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// How many domains it has.
    domains: u64,
    /// How many addresses it has.
    addresses: u64,
}

fn view(info: OrganisationInfo) -> Organisation {
    Organisation {
        id: info.id.to_string(),
        name: info.name,
        disabled: info.is_disabled,
        created_at: info.created_at.rfc3339(),
        domains: info.domains,
        addresses: info.addresses,
    }
}

/// A new organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrganisation {
    name: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationChange)]
pub(crate) struct Change {
    name: Option<String>,
    disabled: Option<bool>,
}

/// Whether to delete what is below, too.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Force {
    /// Delete it with all its addresses and their letters.
    #[serde(default)]
    pub(crate) force: bool,
}

/// The organisations within the token's reach
#[utoipa::path(get, path = "/organisations", tag = "organisations", params(PageQuery),
    responses((status = 200, body = Page<Organisation>)))]
pub(crate) async fn list_organisations(
    caller: Caller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Organisation>>> {
    let page = caller.directory().page_of_organisations(page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Create an organisation (operator only)
#[utoipa::path(post, path = "/organisations", tag = "organisations", request_body = NewOrganisation,
    responses((status = 201, body = Organisation)))]
pub(crate) async fn create_organisation(
    caller: Caller,
    Input(new): Input<NewOrganisation>,
) -> Result<Created<Organisation>> {
    let made = caller.directory().create_organisation(&new.name).await?;
    Ok(Created(format!("/api/v1/organisations/{}", made.id), view(made)))
}

/// An organisation
#[utoipa::path(get, path = "/organisations/{organisation}", tag = "organisations",
    params(("organisation" = String, Path)), responses((status = 200, body = Organisation)))]
pub(crate) async fn show_organisation(caller: Caller, Of(id): Of) -> Result<Json<Organisation>> {
    Ok(Json(view(caller.directory().organisation(OrganisationId(id)).await?)))
}

/// Rename, disable or enable an organisation
#[utoipa::path(patch, path = "/organisations/{organisation}", tag = "organisations",
    params(("organisation" = String, Path)), request_body = Change,
    responses((status = 200, body = Organisation)))]
pub(crate) async fn change_organisation(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<Organisation>> {
    let change = OrganisationChange { name: change.name, is_disabled: change.disabled };
    Ok(Json(view(caller.directory().change_organisation(OrganisationId(id), change).await?)))
}

/// Delete an organisation (operator only)
#[utoipa::path(delete, path = "/organisations/{organisation}", tag = "organisations",
    params(("organisation" = String, Path), Force), responses((status = 204)))]
pub(crate) async fn delete_organisation(
    caller: Caller,
    Of(id): Of,
    Asked(how): Asked<Force>,
) -> Result<StatusCode> {
    caller.directory().delete_organisation(OrganisationId(id), how.force).await?;
    Ok(StatusCode::NO_CONTENT)
}
