//! Where addresses lead (`…/targets`), and the addresses that can be restored (`/deleted-addresses`).

use axum::Json;
use directory::{DeletedAddress, ForwardTarget, NewTargets};
use model::AddressId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::{AddressView, view};
use crate::caller::AnyCaller;
use crate::input::{Asked, Input, Of, address};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// A target of a redirection, or of a mailbox that forwards.
#[derive(Serialize, ToSchema)]
pub(crate) struct Target {
    id: String,
    /// The address that leads there.
    address: String,
    target: String,
    /// `pending`, `accepted` (letters go there) or `refused`.
    state: String,
    asked_by: String,
    #[schema(format = DateTime)]
    asked_at: String,
    /// How many letters asked it.
    letters: u32,
    #[schema(format = DateTime)]
    letter_sent_at: Option<String>,
    #[schema(format = DateTime)]
    decided_at: Option<String>,
}

/// The targets of an address.
#[derive(Serialize, ToSchema)]
pub(crate) struct Targets {
    items: Vec<Target>,
}

pub(super) fn target(target: ForwardTarget) -> Target {
    Target {
        id: target.id.to_string(),
        address: target.address.to_string(),
        target: target.target.to_string(),
        state: target.state.as_str().to_owned(),
        asked_by: target.asked_by,
        asked_at: target.asked_at.rfc3339(),
        letters: target.letters,
        letter_sent_at: target.letter_sent_at.map(|at| at.rfc3339()),
        decided_at: target.decided_at.map(|at| at.rfc3339()),
    }
}

fn targets(all: Vec<ForwardTarget>) -> Json<Targets> {
    Json(Targets { items: all.into_iter().map(target).collect() })
}

/// Where an address is to lead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTargets)]
pub(crate) struct New {
    /// At most 10; none where a mailbox forwards no more.
    pub(super) targets: Vec<String>,
    /// Whether a mailbox keeps what it forwards; absent stays.
    pub(super) keeps_copy: Option<bool>,
    /// The language of the letters to new targets: `fr` (which it is without), `de`, `it` or `en`.
    pub(super) language: Option<String>,
}

/// The language of the letters to targets.
pub(crate) fn letters_in(language: Option<String>) -> Result<String> {
    Ok(super::member::language(language)?.unwrap_or_else(|| "fr".to_owned()))
}

/// Where an address leads, and what each target said
#[utoipa::path(get, path = "/addresses/{address}/targets", tag = "addresses",
    params(("address" = String, Path)), responses((status = 200, body = Targets)))]
pub(crate) async fn list_targets(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Targets>> {
    Ok(targets(caller.directory().targets(AddressId(id)).await?))
}

/// Say where a redirection leads, or a mailbox forwards; new targets from outside are asked by letter
#[utoipa::path(put, path = "/addresses/{address}/targets", tag = "addresses",
    params(("address" = String, Path)), request_body = New, responses((status = 200, body = Targets)))]
pub(crate) async fn set_targets(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(new): Input<New>,
) -> Result<Json<Targets>> {
    let language = letters_in(new.language)?;
    let named = new.targets.iter().map(|text| address("targets", text)).collect::<Result<_>>()?;
    let new = NewTargets { targets: named, keeps_copy: new.keeps_copy, language };
    Ok(targets(caller.directory().set_targets(AddressId(id), new).await?))
}

/// Write once more to a target that has not answered
#[utoipa::path(post, path = "/targets/{target}/ask-again", tag = "addresses",
    params(("target" = String, Path)), responses((status = 200, body = Target)))]
pub(crate) async fn ask_target_again(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Target>> {
    Ok(Json(target(caller.directory().ask_target_again(id).await?)))
}

/// A deleted address that can be restored.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletedAddress)]
pub(crate) struct Deleted {
    /// The same when it is restored.
    id: String,
    organisation: String,
    service: String,
    domain: String,
    address: String,
    /// `mailbox`, `shared`, `catchall`, `alias` or `redirection`.
    kind: String,
    name: String,
    note: String,
    #[schema(format = DateTime)]
    deleted_at: String,
    deleted_by: String,
    /// From then on it is gone.
    #[schema(format = DateTime)]
    restorable_until: String,
}

fn deleted(one: DeletedAddress) -> Deleted {
    Deleted {
        id: one.id.to_string(),
        organisation: one.organisation.to_string(),
        service: one.service.to_string(),
        domain: one.domain.to_string(),
        restorable_until: one.restorable_until().rfc3339(),
        address: one.address.to_string(),
        kind: one.kind,
        name: one.display_name,
        note: one.note,
        deleted_at: one.deleted_at.rfc3339(),
        deleted_by: one.deleted_by,
    }
}

/// The deleted addresses that can be restored
#[utoipa::path(get, path = "/deleted-addresses", tag = "addresses", params(PageQuery),
    responses((status = 200, body = Page<Deleted>)))]
pub(crate) async fn list_deleted_addresses(
    AnyCaller(caller): AnyCaller,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Deleted>>> {
    let page = caller.directory().page_of_deleted_addresses(page.seek()?).await?;
    Ok(Json(Page::of(page, deleted)))
}

/// Restore a deleted address with everything it had
#[utoipa::path(post, path = "/deleted-addresses/{address}/restore", tag = "addresses",
    params(("address" = String, Path)), responses((status = 200, body = AddressView)))]
pub(crate) async fn restore_address(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<AddressView>> {
    Ok(Json(view(caller.directory().restore_address(AddressId(id)).await?)))
}
