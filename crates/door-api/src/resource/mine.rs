//! `/me/mailboxes`: what a person does with the mailboxes that were given, by the permissions that were given.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{NewTargets, OwnMailbox, Permission};
use model::{AccountId, AddressId, CredentialId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::{AddressView, view as address_view};
use super::device_password::{CreatedDevicePassword, DevicePassword, view as password_view};
use super::forwarding::{self, Target, letters_in, target as target_view};
use crate::caller::Me;
use crate::input::{Created, Input, Of, address};
use crate::refusal::{Result, not_found};
use crate::repeat::ShownOnce;

/// A mailbox that I may use.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyMailbox {
    id: String,
    address: String,
    organisation: String,
    organisation_name: String,
    permissions: Vec<String>,
    /// Whether it is the principal one.
    primary: bool,
    #[schema(format = DateTime)]
    since: String,
}

fn view(mailbox: OwnMailbox) -> MyMailbox {
    MyMailbox {
        id: mailbox.account.account.to_string(),
        address: mailbox.address.to_string(),
        organisation: mailbox.account.organisation.to_string(),
        organisation_name: mailbox.organisation_name,
        permissions: mailbox.permissions.each().map(|one: Permission| one.as_str().to_owned()).collect(),
        primary: mailbox.is_primary,
        since: mailbox.since.rfc3339(),
    }
}

/// The mailboxes that I may use, the principal one first.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyMailboxes {
    items: Vec<MyMailbox>,
}

/// Passwords of a mailbox.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyPasswords {
    items: Vec<DevicePassword>,
}

/// Other names of a mailbox.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyAliases {
    items: Vec<AddressView>,
}

/// Where a mailbox leads.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyTargets {
    items: Vec<Target>,
    /// Whether the mailbox keeps what it forwards.
    keeps_copy: bool,
}

/// A password for a device of mine.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMyPassword {
    /// What I call it: the device.
    label: String,
}

/// Another name of a mailbox.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMyAlias {
    /// Before the @: the domain is the mailbox's.
    local_part: String,
}

/// A mailbox, and something of it: what is no identifier names nothing.
fn pair((mailbox, thing): (String, String)) -> Result<(AccountId, i64)> {
    match (mailbox.parse(), thing.parse()) {
        (Ok(mailbox), Ok(thing)) => Ok((AccountId(mailbox), thing)),
        _ => Err(not_found("this of a mailbox")),
    }
}

/// The mailboxes that I may use
#[utoipa::path(get, path = "/me/mailboxes", tag = "me", responses((status = 200, body = MyMailboxes)))]
pub(crate) async fn list_own_mailboxes(me: Me) -> Result<Json<MyMailboxes>> {
    let all = me.directory().own_mailboxes(&me.person).await?;
    Ok(Json(MyMailboxes { items: all.into_iter().map(view).collect() }))
}

/// A mailbox that I may use
#[utoipa::path(get, path = "/me/mailboxes/{mailbox}", tag = "me", params(("mailbox" = String, Path)),
    responses((status = 200, body = MyMailbox)))]
pub(crate) async fn show_own_mailbox(me: Me, Of(id): Of) -> Result<Json<MyMailbox>> {
    Ok(Json(view(me.directory().own_mailbox(&me.person, AccountId(id), None).await?)))
}

/// The passwords that I made for my devices
#[utoipa::path(get, path = "/me/mailboxes/{mailbox}/device-passwords", tag = "me",
    params(("mailbox" = String, Path)), responses((status = 200, body = MyPasswords)))]
pub(crate) async fn list_own_device_passwords(me: Me, Of(id): Of) -> Result<Json<MyPasswords>> {
    let all = me.directory().own_device_passwords(&me.person, AccountId(id)).await?;
    Ok(Json(MyPasswords { items: all.into_iter().map(password_view).collect() }))
}

/// Make a password for a device of mine; it is shown this once
#[utoipa::path(post, path = "/me/mailboxes/{mailbox}/device-passwords", tag = "me",
    params(("mailbox" = String, Path)), request_body = NewMyPassword,
    responses((status = 201, body = CreatedDevicePassword)))]
pub(crate) async fn create_own_device_password(
    me: Me,
    Of(id): Of,
    Input(new): Input<NewMyPassword>,
) -> Result<(Extension<ShownOnce>, Created<CreatedDevicePassword>)> {
    let made = me.directory().create_own_device_password(&me.person, AccountId(id), &new.label).await?;
    let place = format!("/api/v1/me/mailboxes/{id}/device-passwords/{}", made.info.id);
    let password = made.password.to_string();
    let shown = CreatedDevicePassword { password, device_password: password_view(made.info) };
    Ok((Extension(ShownOnce), Created(place, shown)))
}

/// Delete a password that I made, at once
#[utoipa::path(delete, path = "/me/mailboxes/{mailbox}/device-passwords/{device_password}", tag = "me",
    params(("mailbox" = String, Path), ("device_password" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_own_device_password(
    me: Me,
    Path(names): Path<(String, String)>,
) -> Result<StatusCode> {
    let (mailbox, id) = pair(names)?;
    me.directory().delete_own_device_password(&me.person, mailbox, CredentialId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every password of a mailbox whose security I manage
#[utoipa::path(get, path = "/me/mailboxes/{mailbox}/passwords", tag = "me",
    params(("mailbox" = String, Path)), responses((status = 200, body = MyPasswords)))]
pub(crate) async fn list_passwords_of_own(me: Me, Of(id): Of) -> Result<Json<MyPasswords>> {
    let all = me.directory().passwords_of_own(&me.person, AccountId(id)).await?;
    Ok(Json(MyPasswords { items: all.into_iter().map(password_view).collect() }))
}

/// Delete a password of a mailbox whose security I manage, whoever made it
#[utoipa::path(delete, path = "/me/mailboxes/{mailbox}/passwords/{device_password}", tag = "me",
    params(("mailbox" = String, Path), ("device_password" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_password_of_own(
    me: Me,
    Path(names): Path<(String, String)>,
) -> Result<StatusCode> {
    let (mailbox, id) = pair(names)?;
    me.directory().delete_password_of_own(&me.person, mailbox, CredentialId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The other names of a mailbox whose aliases I manage
#[utoipa::path(get, path = "/me/mailboxes/{mailbox}/aliases", tag = "me",
    params(("mailbox" = String, Path)), responses((status = 200, body = MyAliases)))]
pub(crate) async fn list_own_aliases(me: Me, Of(id): Of) -> Result<Json<MyAliases>> {
    let all = me.directory().own_aliases(&me.person, AccountId(id)).await?;
    Ok(Json(MyAliases { items: all.into_iter().map(address_view).collect() }))
}

/// Make another name of a mailbox whose aliases I manage
#[utoipa::path(post, path = "/me/mailboxes/{mailbox}/aliases", tag = "me",
    params(("mailbox" = String, Path)), request_body = NewMyAlias,
    responses((status = 201, body = AddressView)))]
pub(crate) async fn add_own_alias(
    me: Me,
    Of(id): Of,
    Input(new): Input<NewMyAlias>,
) -> Result<Created<AddressView>> {
    let made = me.directory().add_own_alias(&me.person, AccountId(id), &new.local_part).await?;
    Ok(Created(format!("/api/v1/me/mailboxes/{id}/aliases/{}", made.id), address_view(made)))
}

/// Take another name of a mailbox away, if it is a name of this one alone
#[utoipa::path(delete, path = "/me/mailboxes/{mailbox}/aliases/{alias}", tag = "me",
    params(("mailbox" = String, Path), ("alias" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_own_alias(me: Me, Path(names): Path<(String, String)>) -> Result<StatusCode> {
    let (mailbox, id) = pair(names)?;
    me.directory().delete_own_alias(&me.person, mailbox, AddressId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a mailbox leads whose redirections I manage
#[utoipa::path(get, path = "/me/mailboxes/{mailbox}/targets", tag = "me",
    params(("mailbox" = String, Path)), responses((status = 200, body = MyTargets)))]
pub(crate) async fn list_own_targets(me: Me, Of(id): Of) -> Result<Json<MyTargets>> {
    let (all, keeps_copy) = me.directory().own_targets(&me.person, AccountId(id)).await?;
    Ok(Json(MyTargets { items: all.into_iter().map(target_view).collect(), keeps_copy }))
}

/// Say where a mailbox leads; new targets from outside are asked by letter
#[utoipa::path(put, path = "/me/mailboxes/{mailbox}/targets", tag = "me",
    params(("mailbox" = String, Path)), request_body = forwarding::New,
    responses((status = 200, body = MyTargets)))]
pub(crate) async fn set_own_targets(
    me: Me,
    Of(id): Of,
    Input(new): Input<forwarding::New>,
) -> Result<Json<MyTargets>> {
    let language = letters_in(new.language)?;
    let targets = new.targets.iter().map(|text| address("targets", text)).collect::<Result<_>>()?;
    let new = NewTargets { targets, keeps_copy: new.keeps_copy, language };
    let (directory, id) = (me.directory(), AccountId(id));
    directory.set_own_targets(&me.person, id, new).await?;
    let (all, keeps_copy) = directory.own_targets(&me.person, id).await?;
    Ok(Json(MyTargets { items: all.into_iter().map(target_view).collect(), keeps_copy }))
}

/// Write once more to a target of a mailbox that has not answered
#[utoipa::path(post, path = "/me/mailboxes/{mailbox}/targets/{target}/ask-again", tag = "me",
    params(("mailbox" = String, Path), ("target" = String, Path)), responses((status = 200, body = Target)))]
pub(crate) async fn ask_own_target_again(
    me: Me,
    Path(names): Path<(String, String)>,
) -> Result<Json<Target>> {
    let (mailbox, id) = pair(names)?;
    Ok(Json(target_view(me.directory().ask_own_target_again(&me.person, mailbox, id).await?)))
}
