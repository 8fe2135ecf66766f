//! `/staff`: people who may look at every organisation; the operator's.

use axum::Json;
use axum::http::StatusCode;
use directory::StaffInfo;
use model::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::Of;
use crate::refusal::Result;

/// Somebody of the operator's staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffMember {
    user: String,
    /// The person's own organisation.
    organisation: String,
    login: String,
    name: String,
    #[schema(format = DateTime)]
    granted_at: String,
}

/// The operator's staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct Staff {
    items: Vec<StaffMember>,
}

fn view(info: StaffInfo) -> StaffMember {
    StaffMember {
        user: info.user.to_string(),
        organisation: info.organisation.to_string(),
        login: info.login,
        name: info.name,
        granted_at: info.granted_at.rfc3339(),
    }
}

/// Who may look at every organisation (operator only)
#[utoipa::path(get, path = "/staff", tag = "staff", responses((status = 200, body = Staff)))]
pub(crate) async fn list_staff(caller: Caller) -> Result<Json<Staff>> {
    Ok(Json(Staff { items: caller.directory().staff().await?.into_iter().map(view).collect() }))
}

/// Take a user into the operator's staff, from the next request on (operator only)
#[utoipa::path(put, path = "/staff/{user}", tag = "staff", params(("user" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn add_staff(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().set_operator(UserId(id), true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a user out of the operator's staff, from the next request on (operator only)
#[utoipa::path(delete, path = "/staff/{user}", tag = "staff", params(("user" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove_staff(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().set_operator(UserId(id), false).await?;
    Ok(StatusCode::NO_CONTENT)
}
