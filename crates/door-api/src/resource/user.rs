//! `/users`: the people who administer.

use axum::Json;
use axum::http::StatusCode;
use directory::{NewUser, ProfileChange, Role, UserChange, UserInfo, Zeroizing};
use model::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Asked, Created, Id, Input, Of, address};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// What a user may do.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Role)]
pub(crate) enum RoleView {
    /// Answers for the organisation.
    LegalOwner,
    /// Administers everything.
    Administrator,
    /// Administers what was granted.
    Collaborator,
    /// Somebody from outside.
    External,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> RoleView {
        match role {
            Role::LegalOwner => RoleView::LegalOwner,
            Role::Administrator => RoleView::Administrator,
            Role::Collaborator => RoleView::Collaborator,
            Role::External => RoleView::External,
        }
    }
}

impl From<RoleView> for Role {
    fn from(role: RoleView) -> Role {
        match role {
            RoleView::LegalOwner => Role::LegalOwner,
            RoleView::Administrator => Role::Administrator,
            RoleView::Collaborator => Role::Collaborator,
            RoleView::External => Role::External,
        }
    }
}

/// A person who signs in to administer.
#[derive(Serialize, ToSchema)]
pub(crate) struct User {
    id: String,
    organisation: String,
    /// An address, in lower case; unique within the installation.
    login: String,
    name: String,
    role: RoleView,
    /// The only mail domain within which an administrator administers; null is all.
    domain: Option<String>,
    /// How many second factors the person has.
    second_factors: u64,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// When the person last signed in.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

pub(crate) fn view(info: UserInfo) -> User {
    User {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        login: info.login,
        name: info.name,
        role: info.role.into(),
        domain: info.domain.map(|domain| domain.to_string()),
        second_factors: info.second_factors,
        disabled: info.is_disabled,
        created_at: info.created_at.rfc3339(),
        last_used_at: info.last_used_at.map(|at| at.rfc3339()),
    }
}

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// An address, here or elsewhere.
    login: String,
    name: String,
    role: RoleView,
    #[schema(format = Password)]
    password: String,
    /// The language of letters to the person, and of the screens: `fr`, `de`, `it` or `en`.
    language: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub(crate) struct Change {
    name: Option<String>,
    role: Option<RoleView>,
    #[schema(format = Password)]
    password: Option<String>,
    disabled: Option<bool>,
}

/// Whose things.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// Only those of this organisation.
    #[param(value_type = Option<String>)]
    pub(crate) organisation: Option<Id>,
}

impl Whose {
    pub(crate) fn organisation(&self) -> Option<i64> {
        self.organisation.map(|Id(id)| id)
    }
}

/// The users
#[utoipa::path(get, path = "/users", tag = "users", params(Whose, PageQuery),
    responses((status = 200, body = Page<User>)))]
pub(crate) async fn list_users(
    caller: Caller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<User>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.directory().page_of_users(organisation, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Create a user
#[utoipa::path(post, path = "/users", tag = "users", request_body = New,
    responses((status = 201, body = User)))]
pub(crate) async fn create_user(caller: Caller, Input(new): Input<New>) -> Result<Created<User>> {
    let language = super::member::language(new.language)?;
    let new = NewUser {
        organisation: caller.owner(new.organisation.map(|Id(id)| id)).await?,
        login: address("login", &new.login)?,
        name: new.name,
        role: new.role.into(),
        password: Zeroizing::new(new.password),
    };
    let directory = caller.directory();
    let made = directory.create_user(new).await?;
    if language.is_some() {
        directory.change_profile(made.id, ProfileChange { language, ..ProfileChange::default() }).await?;
    }
    Ok(Created(format!("/api/v1/users/{}", made.id), view(made)))
}

/// A user
#[utoipa::path(get, path = "/users/{user}", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = User)))]
pub(crate) async fn show_user(caller: Caller, Of(id): Of) -> Result<Json<User>> {
    Ok(Json(view(caller.directory().user(UserId(id)).await?)))
}

/// Change a user's name, role or password; disable or enable the user
#[utoipa::path(patch, path = "/users/{user}", tag = "users", params(("user" = String, Path)),
    request_body = Change, responses((status = 200, body = User)))]
pub(crate) async fn change_user(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<User>> {
    let change = UserChange {
        name: change.name,
        role: change.role.map(Role::from),
        password: change.password.map(Zeroizing::new),
        is_disabled: change.disabled,
    };
    Ok(Json(view(caller.directory().change_user(UserId(id), change).await?)))
}

/// Delete a user; not the last legal owner
#[utoipa::path(delete, path = "/users/{user}", tag = "users", params(("user" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_user(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().delete_user(UserId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
