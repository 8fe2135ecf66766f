//! `/tokens`: who may use this API.

use axum::http::StatusCode;
use axum::{Extension, Json};
use directory::{NewToken, TokenId, TokenInfo};
use model::{DomainId, OrganisationId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Bearer, Caller};
use crate::input::{Asked, Created, Id, Input, Of, moment};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, not_found};
use crate::repeat::ShownOnce;

/// A token of the API, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    id: String,
    /// Whose things it reaches; null is the whole installation.
    organisation: Option<String>,
    /// The only mail domain whose things it reaches; of a person who is limited to one, that one.
    domain: Option<String>,
    /// Whose token it is: it reaches no further than this administrator does.
    user: Option<String>,
    /// Whether that person made it for the own things (`/me`): then it opens nothing else.
    own: bool,
    name: String,
    /// Its first characters.
    shown: String,
    /// Whether it may change things.
    write: bool,
    created_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it holds; null until it is revoked.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// From where it was last used.
    last_source: Option<String>,
}

pub(super) fn view(info: TokenInfo) -> Token {
    Token {
        id: info.id.to_string(),
        organisation: info.organisation.map(|id| id.to_string()),
        domain: info.domain.map(|id| id.to_string()),
        user: info.user.map(|id| id.to_string()),
        own: info.is_own,
        name: info.name,
        shown: info.shown,
        write: info.may_write,
        created_by: info.created_by,
        created_at: info.created_at.rfc3339(),
        expires_at: info.expires_at.map(|at| at.rfc3339()),
        last_used_at: info.last_used_at.map(|at| at.rfc3339()),
        last_source: info.last_source,
    }
}

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(crate) struct New {
    name: String,
    /// Whose things it reaches. An organisation's token makes tokens of its own organisation only; where an
    /// operator's token says none, the new one reaches the whole installation.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    /// The only mail domain of the organisation whose things it reaches.
    #[schema(value_type = Option<String>)]
    domain: Option<Id>,
    /// An administrator of the organisation whose token it is: it never reaches further than this person does, also
    /// not later. What such a token makes is the same person's.
    #[schema(value_type = Option<String>)]
    user: Option<Id>,
    /// Whether it may change things.
    #[serde(default)]
    write: bool,
    /// Until when it holds.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A new token, with its secret: the only moment at which it can be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    pub(super) secret: String,
    pub(super) token: Token,
}

/// The tokens
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, body = Page<Token>)))]
pub(crate) async fn list_tokens(caller: Caller, Asked(page): Asked<PageQuery>) -> Result<Json<Page<Token>>> {
    let page = caller.directory().tokens(page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Make a token; its secret is shown this once
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = New,
    responses((status = 201, body = CreatedToken)))]
pub(crate) async fn create_token(
    caller: Caller,
    Input(new): Input<New>,
) -> Result<(Extension<ShownOnce>, Created<CreatedToken>)> {
    let user = new.user.map(|Id(id)| UserId(id));
    if user.is_some_and(|user| caller.token.user.is_some_and(|own| own != user)) {
        return Err(not_found("user"));
    }
    let new = NewToken {
        domain: new.domain.map(|Id(id)| DomainId(id)),
        user: user.or(caller.token.user),
        organisation: new.organisation.map(|Id(id)| OrganisationId(id)),
        name: new.name,
        may_write: new.write,
        expires_at: new.expires_at.as_deref().map(|text| moment("expires_at", text)).transpose()?,
    };
    let made = caller.directory().create_token(new).await?;
    let place = format!("/api/v1/tokens/{}", made.info.id);
    let shown = CreatedToken { secret: made.token.to_string(), token: view(made.info) };
    Ok((Extension(ShownOnce), Created(place, shown)))
}

/// The token that asks
#[utoipa::path(get, path = "/tokens/current", tag = "tokens", responses((status = 200, body = Token)))]
pub(crate) async fn show_current_token(Bearer(caller): Bearer) -> Result<Json<Token>> {
    Ok(Json(view(caller.token)))
}

/// A token
#[utoipa::path(get, path = "/tokens/{token}", tag = "tokens", params(("token" = String, Path)),
    responses((status = 200, body = Token)))]
pub(crate) async fn show_token(caller: Caller, Of(id): Of) -> Result<Json<Token>> {
    Ok(Json(view(caller.directory().token(TokenId(id)).await?)))
}

/// Revoke a token, at once
#[utoipa::path(delete, path = "/tokens/{token}", tag = "tokens", params(("token" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn revoke_token(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().revoke_token(TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
