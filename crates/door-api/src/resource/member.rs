//! What narrows a user's role, what a user says of himself, and where a user is signed in.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use directory::{Limits, Profile, ProfileChange, SessionId, SessionInfo, UserInfo};
use model::{DomainId, ServiceId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::RoleView;
use crate::caller::Caller;
use crate::input::{Id, Input, Of, address};
use crate::refusal::{Result, invalid, not_found};

/// A user's role, and what narrows it.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserRole {
    organisation: String,
    role: RoleView,
    /// The only mail domain within which an administrator administers; null is all.
    domain: Option<String>,
    /// The mail services that a collaborator was given.
    services: Vec<String>,
}

/// A user's role, and what narrows it: exactly this, in one commit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserRoleChange)]
pub(crate) struct ChangeRole {
    role: RoleView,
    /// The only mail domain within which an administrator administers; without it all.
    #[schema(value_type = Option<String>)]
    domain: Option<Id>,
    /// The mail services that a collaborator is given.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    services: Vec<Id>,
}

async fn role_of(caller: &Caller, user: UserInfo) -> Result<Json<UserRole>> {
    let granted = caller.directory().granted_services(user.organisation, user.id).await?;
    Ok(Json(UserRole {
        organisation: user.organisation.to_string(),
        role: user.role.into(),
        domain: user.domain.map(|domain| domain.to_string()),
        services: granted.iter().map(ToString::to_string).collect(),
    }))
}

/// A user's role, and what narrows it
#[utoipa::path(get, path = "/users/{user}/role", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = UserRole)))]
pub(crate) async fn show_role(caller: Caller, Of(id): Of) -> Result<Json<UserRole>> {
    let user = caller.directory().user(UserId(id)).await?;
    role_of(&caller, user).await
}

/// Give a user a role, limited to a domain or to mail services, or not limited
#[utoipa::path(put, path = "/users/{user}/role", tag = "users", params(("user" = String, Path)),
    request_body = ChangeRole, responses((status = 200, body = UserRole)))]
pub(crate) async fn change_role(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<ChangeRole>,
) -> Result<Json<UserRole>> {
    let limits = Limits {
        domain: Some(change.domain.map(|Id(id)| DomainId(id))),
        services: Some(change.services.into_iter().map(|Id(id)| ServiceId(id)).collect()),
    };
    let user = caller.directory().change_role(UserId(id), change.role.into(), limits).await?;
    role_of(&caller, user).await
}

/// What a person says of himself besides the name.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub(crate) struct ProfileView {
    /// The language of letters and screens: `fr`, `de`, `it` or `en`; null is none in particular.
    language: Option<String>,
    phone: Option<String>,
    /// Addresses besides the login.
    contacts: Vec<String>,
}

pub(super) fn profile_view(profile: Profile) -> ProfileView {
    ProfileView { language: profile.language, phone: profile.phone, contacts: profile.contacts }
}

/// What to change; what is absent stays, an empty text takes away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfileChange)]
pub(crate) struct ChangeProfile {
    /// What the person is called.
    name: Option<String>,
    /// `fr`, `de`, `it` or `en`.
    language: Option<String>,
    /// 3 to 15 digits, with + in front for other countries.
    phone: Option<String>,
    /// All addresses besides the login: at most five.
    contacts: Option<Vec<String>>,
}

impl ChangeProfile {
    pub(super) fn checked(self) -> Result<ProfileChange> {
        let contacts = self
            .contacts
            .map(|all| all.iter().map(|text| address("contacts", text)).collect::<Result<_>>())
            .transpose()?;
        Ok(ProfileChange { name: self.name, language: self.language, phone: self.phone, contacts })
    }
}

/// What a user says of himself
#[utoipa::path(get, path = "/users/{user}/profile", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = ProfileView)))]
pub(crate) async fn show_profile(caller: Caller, Of(id): Of) -> Result<Json<ProfileView>> {
    Ok(Json(profile_view(caller.directory().profile(UserId(id)).await?)))
}

/// Change a user's name, language, telephone number or other addresses
#[utoipa::path(patch, path = "/users/{user}/profile", tag = "users", params(("user" = String, Path)),
    request_body = ChangeProfile, responses((status = 200, body = ProfileView)))]
pub(crate) async fn change_profile(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<ChangeProfile>,
) -> Result<Json<ProfileView>> {
    let directory = caller.directory();
    directory.change_profile(UserId(id), change.checked()?).await?;
    Ok(Json(profile_view(directory.profile(UserId(id)).await?)))
}

/// A session of somebody in the browser.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    id: String,
    /// From where the person signed in.
    source: String,
    /// What the browser called itself.
    agent: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When a request was last written down, to the minute.
    #[schema(format = DateTime)]
    last_seen_at: String,
}

/// The sessions of a person, the latest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sessions {
    items: Vec<SessionView>,
}

pub(super) fn sessions_view(sessions: Vec<SessionInfo>) -> Json<Sessions> {
    let view = |session: SessionInfo| SessionView {
        id: session.id.0.to_string(),
        source: session.source,
        agent: session.agent,
        created_at: session.created_at.rfc3339(),
        last_seen_at: session.last_seen_at.rfc3339(),
    };
    Json(Sessions { items: sessions.into_iter().map(view).collect() })
}

/// How many sessions were ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedSessions {
    pub(super) ended: u64,
}

/// Where a user is signed in: of somebody whose account is made here, and who belongs to nobody else
#[utoipa::path(get, path = "/users/{user}/sessions", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = Sessions)))]
pub(crate) async fn list_user_sessions(caller: Caller, Of(id): Of) -> Result<Json<Sessions>> {
    Ok(sessions_view(caller.directory().sessions_of(UserId(id)).await?))
}

/// End every session of a user
#[utoipa::path(delete, path = "/users/{user}/sessions", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = EndedSessions)))]
pub(crate) async fn end_user_sessions(caller: Caller, Of(id): Of) -> Result<Json<EndedSessions>> {
    Ok(Json(EndedSessions { ended: caller.directory().end_sessions_of(UserId(id), None).await? }))
}

/// End a session of a user
#[utoipa::path(delete, path = "/users/{user}/sessions/{session}", tag = "users",
    params(("user" = String, Path), ("session" = String, Path)), responses((status = 204)))]
pub(crate) async fn end_user_session(
    caller: Caller,
    Path((user, session)): Path<(String, String)>,
) -> Result<StatusCode> {
    let (Ok(user), Ok(session)) = (user.parse(), session.parse()) else { return Err(not_found("session")) };
    caller.directory().end_sessions_of(UserId(user), Some(SessionId(session))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A language in which we write.
pub(super) fn language(text: Option<String>) -> Result<Option<String>> {
    match text {
        Some(text) if !["fr", "de", "it", "en"].contains(&text.as_str()) => {
            Err(invalid("language", format!("«{text}»"), "fr, de, it or en"))
        }
        text => Ok(text),
    }
}
