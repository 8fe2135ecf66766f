//! `/device-passwords`: passwords of mailboxes, one for each device.

use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{DeviceKind, DevicePasswordInfo, NewDevicePassword, Protocols};
use model::{AddressId, CredentialId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::AnyCaller;
use crate::input::{Created, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};
use crate::repeat::ShownOnce;

/// A password of a mailbox.
#[derive(Serialize, ToSchema)]
pub(crate) struct DevicePassword {
    id: String,
    organisation: String,
    label: String,
    /// Its first characters; null for a chosen password.
    selector: Option<String>,
    /// What it is for: `all`, or names of protocols.
    protocols: Vec<String>,
    /// On what kind of device it is: `computer`, `phone`, `tablet` or `other`.
    kind: String,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to the hour.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// From where it was last used.
    last_source: Option<String>,
}

pub(super) fn view(info: DevicePasswordInfo) -> DevicePassword {
    DevicePassword {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        label: info.label,
        selector: info.selector,
        protocols: info.protocols.names().into_iter().map(str::to_owned).collect(),
        kind: info.kind.as_str().to_owned(),
        disabled: info.is_disabled,
        created_at: info.created_at.rfc3339(),
        last_used_at: info.last_used_at.map(|at| at.rfc3339()),
        last_source: info.last_source,
    }
}

/// A new device password, with the password: the only moment at which it can be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedDevicePassword {
    pub(super) password: String,
    pub(super) device_password: DevicePassword,
}

/// A new device password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDevicePassword)]
pub(crate) struct New {
    /// What its owner calls it.
    label: String,
    /// `imap`, `smtp` and so on; none means all.
    #[serde(default)]
    protocols: Vec<String>,
    /// `computer`, `phone`, `tablet` or `other`, which it is without.
    kind: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DevicePasswordChange)]
pub(crate) struct Change {
    label: Option<String>,
    protocols: Option<Vec<String>>,
    kind: Option<String>,
    disabled: Option<bool>,
}

fn protocols(names: &[String]) -> Result<Protocols> {
    if names.is_empty() {
        return Ok(Protocols::ALL);
    }
    let rule = "names of protocols, or all";
    names.join(",").parse().map_err(|reason: String| invalid("protocols", reason, rule))
}

fn device(kind: &str) -> Result<DeviceKind> {
    kind.parse().map_err(|reason: String| invalid("kind", reason, "computer, phone, tablet or other"))
}

/// The passwords of a mailbox
#[utoipa::path(get, path = "/addresses/{address}/device-passwords", tag = "device passwords",
    params(("address" = String, Path), PageQuery), responses((status = 200, body = Page<DevicePassword>)))]
pub(crate) async fn list_device_passwords(
    AnyCaller(caller): AnyCaller,
    Of(address): Of,
    crate::input::Asked(page): crate::input::Asked<PageQuery>,
) -> Result<Json<Page<DevicePassword>>> {
    let page = caller.directory().page_of_device_passwords(AddressId(address), page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Make a password for a device; it is shown this once
#[utoipa::path(post, path = "/addresses/{address}/device-passwords", tag = "device passwords",
    params(("address" = String, Path)), request_body = New,
    responses((status = 201, body = CreatedDevicePassword)))]
pub(crate) async fn create_device_password(
    AnyCaller(caller): AnyCaller,
    Of(address): Of,
    Input(new): Input<New>,
) -> Result<(Extension<ShownOnce>, Created<CreatedDevicePassword>)> {
    let protocols = protocols(&new.protocols)?;
    let kind = new.kind.as_deref().map(device).transpose()?.unwrap_or_default();
    let new = NewDevicePassword { address: AddressId(address), label: new.label, protocols, kind };
    let made = caller.directory().create_device_password(new).await?;
    let place = format!("/api/v1/device-passwords/{}", made.info.id);
    let shown =
        CreatedDevicePassword { password: made.password.to_string(), device_password: view(made.info) };
    Ok((Extension(ShownOnce), Created(place, shown)))
}

/// A password of a mailbox
#[utoipa::path(get, path = "/device-passwords/{device_password}", tag = "device passwords",
    params(("device_password" = String, Path)), responses((status = 200, body = DevicePassword)))]
pub(crate) async fn show_device_password(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<Json<DevicePassword>> {
    Ok(Json(view(caller.directory().device_password(CredentialId(id)).await?)))
}

/// Rename, disable or enable a password, or change what it is for
#[utoipa::path(patch, path = "/device-passwords/{device_password}", tag = "device passwords",
    params(("device_password" = String, Path)), request_body = Change,
    responses((status = 200, body = DevicePassword)))]
pub(crate) async fn change_device_password(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<DevicePassword>> {
    let (directory, id) = (caller.directory(), CredentialId(id));
    let protocols = change.protocols.as_deref().map(protocols).transpose()?;
    let kind = change.kind.as_deref().map(device).transpose()?;
    if change.label.is_some() || protocols.is_some() || kind.is_some() {
        directory.change_device_password(id, change.label.as_deref(), protocols, kind).await?;
    }
    if let Some(is_disabled) = change.disabled {
        directory.disable_device_password(id, is_disabled).await?;
    }
    Ok(Json(view(directory.device_password(id).await?)))
}

/// How many passwords were deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevokedPasswords {
    deleted: u64,
}

/// Delete every password of a mailbox, at once
#[utoipa::path(delete, path = "/addresses/{address}/device-passwords", tag = "device passwords",
    params(("address" = String, Path)), responses((status = 200, body = RevokedPasswords)))]
pub(crate) async fn delete_device_passwords(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<Json<RevokedPasswords>> {
    let deleted = caller.directory().delete_device_passwords(AddressId(id)).await?;
    Ok(Json(RevokedPasswords { deleted }))
}

/// Delete a password, at once
#[utoipa::path(delete, path = "/device-passwords/{device_password}", tag = "device passwords",
    params(("device_password" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_device_password(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().delete_device_password(CredentialId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
