//! `/authorities`: who vouches for certificates of integrated organisations.

use axum::Json;
use gateways::{AuthorityId, AuthorityKind};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Created, Input, Of};
use crate::refusal::Result;

/// An entry of the list of authorities.
#[derive(Serialize, ToSchema)]
pub(crate) struct Authority {
    id: String,
    name: String,
    /// Whether it vouches now.
    vouches: bool,
    /// The subject of its certificate; null for the public ones, which are one entry.
    subject: Option<String>,
    sha1: Option<String>,
    sha256: Option<String>,
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    #[schema(format = DateTime)]
    added_at: String,
    #[schema(format = DateTime)]
    removed_at: Option<String>,
}

/// The authorities: their number is limited, so there is one page.
#[derive(Serialize, ToSchema)]
pub(crate) struct Authorities {
    items: Vec<Authority>,
}

/// An authority to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAuthority {
    name: String,
    /// Its certificate.
    pem: String,
}

/// Whether an authority vouches.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorityChange {
    /// False: what it vouches for identifies nobody any more.
    vouches: bool,
}

fn view(one: gateways::Authority) -> Authority {
    let certificate = match one.kind {
        AuthorityKind::Public => None,
        AuthorityKind::Registered(certificate) => Some(*certificate),
    };
    let of = |what: fn(&gateways::Certificate) -> String| certificate.as_ref().map(what);
    Authority {
        id: one.id.0.to_string(),
        name: one.name,
        vouches: one.removed_at.is_none(),
        subject: of(|certificate| certificate.subject.clone()),
        sha1: of(|certificate| certificate.sha1.clone()),
        sha256: of(|certificate| certificate.sha256.to_string()),
        ends_at: of(|certificate| certificate.ends_at.rfc3339()),
        added_at: one.added_at.rfc3339(),
        removed_at: one.removed_at.map(Timestamp::rfc3339),
    }
}

fn gateways_of(caller: &Caller) -> gateways::Administration {
    caller.shared.gateways.administration(caller.scope(), caller.who())
}

/// Who vouches for certificates of integrated organisations
#[utoipa::path(get, path = "/authorities", tag = "integrations", responses((status = 200, body = Authorities)))]
pub(crate) async fn list_authorities(caller: Caller) -> Result<Json<Authorities>> {
    let items = gateways_of(&caller).authorities().await?.into_iter().map(view).collect();
    Ok(Json(Authorities { items }))
}

/// Register an authority (operator only)
#[utoipa::path(post, path = "/authorities", tag = "integrations", request_body = NewAuthority,
    responses((status = 201, body = Authority)))]
pub(crate) async fn register_authority(
    caller: Caller,
    Input(new): Input<NewAuthority>,
) -> Result<Created<Authority>> {
    let added = gateways_of(&caller).add_authority(&new.name, &new.pem).await?;
    Ok(Created(format!("/api/v1/authorities/{}", added.id.0), view(added)))
}

/// Let an authority vouch, or no more (operator only)
#[utoipa::path(put, path = "/authorities/{authority}", tag = "integrations", params(("authority" = String, Path)),
    request_body = AuthorityChange, responses((status = 200, body = Authority)))]
pub(crate) async fn set_authority(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<AuthorityChange>,
) -> Result<Json<Authority>> {
    Ok(Json(view(gateways_of(&caller).set_authority(AuthorityId(id), change.vouches).await?)))
}
