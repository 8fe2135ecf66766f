//! `/addresses/{address}/access`, `/invitations`: who uses which mailbox.

use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{
    AccessChange, AccessInfo, AddressProof, InvitationChange, InvitationInfo, NewInvitation, Permissions,
    Zeroizing,
};
use model::{AddressId, ServiceId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Created, Id, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid, not_found};
use crate::repeat::ShownOnce;

/// Somebody's access to a mailbox.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxAccess {
    user: String,
    login: String,
    name: String,
    /// What the person is in the organisation.
    role: &'static str,
    /// What the person may do besides reading.
    permissions: Vec<&'static str>,
    /// Whether it is the person's principal address.
    primary: bool,
    granted_by: String,
    #[schema(format = DateTime)]
    created_at: String,
}

fn words(permissions: Permissions) -> Vec<&'static str> {
    permissions.each().map(|permission| permission.as_str()).collect()
}

fn view(access: AccessInfo) -> MailboxAccess {
    MailboxAccess {
        user: access.user.to_string(),
        login: access.login,
        name: access.name,
        role: access.role.as_str(),
        permissions: words(access.permissions),
        primary: access.is_primary,
        granted_by: access.granted_by,
        created_at: access.created_at.rfc3339(),
    }
}

fn permissions(words: &[String]) -> Result<Permissions> {
    let rule = "configure_device, manage_auto_reply, manage_signatures, manage_redirections, manage_aliases, \
                access_logs, restore_emails, manage_filters, manage_rules, configure_mail_folders, \
                manage_security, send_emails";
    let set = Permissions::parse(words.iter().map(String::as_str));
    set.map_err(|reason| invalid("permissions", reason, rule))
}

/// A person of the organisation who is to use a mailbox.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccess)]
pub(crate) struct NewAccess {
    /// The person.
    #[schema(value_type = String)]
    user: Id,
    /// What the person may do; absent: what the mail service gives.
    permissions: Option<Vec<String>>,
    /// A password of the address: it shows that the caller may share it.
    password: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessChange)]
pub(crate) struct Change {
    /// Exactly these.
    permissions: Option<Vec<String>>,
    /// Whether it is the person's principal address.
    primary: Option<bool>,
}

/// An address and one of its people.
#[derive(Deserialize)]
pub(crate) struct Place {
    address: String,
    user: String,
}

impl Place {
    fn ids(&self) -> Result<(AddressId, UserId)> {
        let id =
            |text: &str| text.parse().map_err(|_| not_found(&format!("«{text}», which is no identifier,")));
        Ok((AddressId(id(&self.address)?), UserId(id(&self.user)?)))
    }
}

fn proof(caller: &Caller, password: String) -> AddressProof {
    AddressProof::Password { password: Zeroizing::new(password), source: caller.client.ip, login: None }
}

/// The people who use a mailbox
#[utoipa::path(get, path = "/addresses/{address}/access", tag = "access",
    params(("address" = String, Path), PageQuery), responses((status = 200, body = Page<MailboxAccess>)))]
pub(crate) async fn list_accesses(
    AnyCaller(caller): AnyCaller,
    Of(address): Of,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<MailboxAccess>>> {
    let page = caller.directory().page_of_accesses(AddressId(address), page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Give a person of the organisation access to a mailbox, at once
#[utoipa::path(post, path = "/addresses/{address}/access", tag = "access",
    params(("address" = String, Path)), request_body = NewAccess, responses((status = 201, body = MailboxAccess)))]
pub(crate) async fn grant_access(
    AnyCaller(caller): AnyCaller,
    Of(address): Of,
    Input(new): Input<NewAccess>,
) -> Result<Created<MailboxAccess>> {
    let permissions = new.permissions.as_deref().map(permissions).transpose()?;
    let (proof, user) = (proof(&caller, new.password), UserId(new.user.0));
    let access = caller.directory().grant_access(AddressId(address), user, permissions, proof).await?;
    Ok(Created(format!("/api/v1/addresses/{address}/access/{}", access.user), view(access)))
}

/// Change what somebody may do with a mailbox, at once
#[utoipa::path(patch, path = "/addresses/{address}/access/{user}", tag = "access",
    params(("address" = String, Path), ("user" = String, Path)), request_body = Change,
    responses((status = 200, body = MailboxAccess)))]
pub(crate) async fn change_access(
    AnyCaller(caller): AnyCaller,
    axum::extract::Path(place): axum::extract::Path<Place>,
    Input(change): Input<Change>,
) -> Result<Json<MailboxAccess>> {
    let (address, user) = place.ids()?;
    let change = AccessChange {
        permissions: change.permissions.as_deref().map(permissions).transpose()?,
        is_primary: change.primary,
    };
    Ok(Json(view(caller.directory().change_access(address, user, change).await?)))
}

/// Take somebody's access to a mailbox away, at once
#[utoipa::path(delete, path = "/addresses/{address}/access/{user}", tag = "access",
    params(("address" = String, Path), ("user" = String, Path)), responses((status = 204)))]
pub(crate) async fn revoke_access(
    AnyCaller(caller): AnyCaller,
    axum::extract::Path(place): axum::extract::Path<Place>,
) -> Result<StatusCode> {
    let (address, user) = place.ids()?;
    caller.directory().revoke_access(address, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Permissions.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultPermissions {
    /// What is given with an access unless something else is said.
    permissions: Vec<String>,
}

fn default_view(set: Permissions) -> DefaultPermissions {
    DefaultPermissions { permissions: words(set).into_iter().map(str::to_owned).collect() }
}

/// What a mail service gives with an access
#[utoipa::path(get, path = "/services/{service}/default-permissions", tag = "access",
    params(("service" = String, Path)), responses((status = 200, body = DefaultPermissions)))]
pub(crate) async fn show_default_permissions(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<Json<DefaultPermissions>> {
    Ok(Json(default_view(caller.directory().default_permissions(ServiceId(id)).await?)))
}

/// Change what a mail service gives with an access; what was given stays
#[utoipa::path(put, path = "/services/{service}/default-permissions", tag = "access",
    params(("service" = String, Path)), request_body = DefaultPermissions,
    responses((status = 200, body = DefaultPermissions)))]
pub(crate) async fn set_default_permissions(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(new): Input<DefaultPermissions>,
) -> Result<Json<DefaultPermissions>> {
    let set = permissions(&new.permissions)?;
    caller.directory().set_default_permissions(ServiceId(id), set).await?;
    Ok(Json(default_view(set)))
}

/// An invitation that nobody has accepted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    id: String,
    organisation: String,
    /// The mailbox, by the identifier of its address.
    address_id: String,
    /// Its address.
    address: String,
    permissions: Vec<&'static str>,
    /// In which language it is written.
    language: String,
    /// Where it is sent by mail; empty: nowhere.
    email: String,
    /// Where it is sent by SMS; empty: nowhere.
    phone: String,
    invited_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it can be accepted.
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    letter_sent_at: Option<String>,
    #[schema(format = DateTime)]
    sms_sent_at: Option<String>,
    /// Why the SMS did not go out; empty: nothing.
    sms_trouble: String,
}

fn invitation_view(info: InvitationInfo) -> Invitation {
    Invitation {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        address_id: info.address_id.to_string(),
        address: info.address.to_string(),
        permissions: words(info.permissions),
        language: info.language,
        email: info.email,
        phone: info.phone,
        invited_by: info.invited_by,
        created_at: info.created_at.rfc3339(),
        expires_at: info.expires_at.rfc3339(),
        letter_sent_at: info.letter_sent_at.map(|at| at.rfc3339()),
        sms_sent_at: info.sms_sent_at.map(|at| at.rfc3339()),
        sms_trouble: info.sms_trouble,
    }
}

/// An invitation with its link: the only moment at which it can be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedInvitation {
    /// Whoever opens it first and accepts gets the address.
    link: String,
    invitation: Invitation,
}

/// A new invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub(crate) struct New {
    /// What whoever accepts may do; absent: what the mail service gives.
    permissions: Option<Vec<String>>,
    /// `fr`, which it is without, `de`, `it` or `en`.
    language: Option<String>,
    /// Send it there by mail.
    email: Option<String>,
    /// Send it there by SMS: `+41791234567`.
    phone: Option<String>,
    /// A password of the address: it shows that the caller may share it.
    password: String,
    /// Who invites, as people say it.
    inviter: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationChange)]
pub(crate) struct ChangeInvitation {
    /// Exactly these.
    permissions: Option<Vec<String>>,
    /// `fr`, `de`, `it` or `en`.
    language: Option<String>,
}

/// The invitations to a mailbox that nobody has accepted
#[utoipa::path(get, path = "/addresses/{address}/invitations", tag = "access",
    params(("address" = String, Path), PageQuery), responses((status = 200, body = Page<Invitation>)))]
pub(crate) async fn list_invitations(
    AnyCaller(caller): AnyCaller,
    Of(address): Of,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Invitation>>> {
    let page = caller.directory().page_of_invitations(AddressId(address), page.seek()?).await?;
    Ok(Json(Page::of(page, invitation_view)))
}

/// Invite somebody to use a mailbox; the link is shown this once
#[utoipa::path(post, path = "/addresses/{address}/invitations", tag = "access",
    params(("address" = String, Path)), request_body = New,
    responses((status = 201, body = CreatedInvitation)))]
pub(crate) async fn create_invitation(
    AnyCaller(caller): AnyCaller,
    Of(address): Of,
    Input(new): Input<New>,
) -> Result<(Extension<ShownOnce>, Created<CreatedInvitation>)> {
    let proof = proof(&caller, new.password);
    let invitation = NewInvitation {
        permissions: new.permissions.as_deref().map(permissions).transpose()?,
        language: new.language.unwrap_or_default(),
        email: new.email.unwrap_or_default(),
        phone: new.phone.unwrap_or_default(),
        inviter: new.inviter.unwrap_or_default(),
    };
    let made = caller.directory().invite(AddressId(address), invitation, proof).await?;
    let link = caller.shared.directory.invitation_link(&made.token);
    let place = format!("/api/v1/invitations/{}", made.info.id);
    let body = CreatedInvitation { link, invitation: invitation_view(made.info) };
    Ok((Extension(ShownOnce), Created(place, body)))
}

/// An invitation
#[utoipa::path(get, path = "/invitations/{invitation}", tag = "access",
    params(("invitation" = String, Path)), responses((status = 200, body = Invitation)))]
pub(crate) async fn show_invitation(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Invitation>> {
    Ok(Json(invitation_view(caller.directory().invitation(id).await?)))
}

/// Change an invitation that nobody has accepted
#[utoipa::path(patch, path = "/invitations/{invitation}", tag = "access",
    params(("invitation" = String, Path)), request_body = ChangeInvitation,
    responses((status = 200, body = Invitation)))]
pub(crate) async fn change_invitation(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(change): Input<ChangeInvitation>,
) -> Result<Json<Invitation>> {
    let change = InvitationChange {
        permissions: change.permissions.as_deref().map(permissions).transpose()?,
        language: change.language,
    };
    Ok(Json(invitation_view(caller.directory().change_invitation(id, change).await?)))
}

/// Take an invitation back: its links lead nowhere any more
#[utoipa::path(delete, path = "/invitations/{invitation}", tag = "access",
    params(("invitation" = String, Path)), responses((status = 204)))]
pub(crate) async fn revoke_invitation(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().revoke_invitation(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another link in the place of the one that was shown, and a new term
#[utoipa::path(post, path = "/invitations/{invitation}/link", tag = "access",
    params(("invitation" = String, Path)), responses((status = 201, body = CreatedInvitation)))]
pub(crate) async fn renew_invitation(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
) -> Result<(Extension<ShownOnce>, Created<CreatedInvitation>)> {
    let made = caller.directory().renew_invitation(id).await?;
    let link = caller.shared.directory.invitation_link(&made.token);
    let body = CreatedInvitation { link, invitation: invitation_view(made.info) };
    Ok((Extension(ShownOnce), Created(format!("/api/v1/invitations/{id}"), body)))
}
