//! `/addresses`: mailboxes and aliases.

use axum::Json;
use axum::http::StatusCode;
use directory::{AddressChange, AddressInfo, AddressKind, NewAddress};
use model::{Address, AddressId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Asked, Created, Input, Of, absent_or, address};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// Mailbox or alias.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AddressKind)]
pub(crate) enum KindView {
    /// It has an account with letters.
    Mailbox,
    /// It stands for other addresses.
    Alias,
}

/// An address.
#[derive(Serialize, ToSchema)]
#[schema(as = Address)]
pub(crate) struct AddressView {
    id: String,
    organisation: String,
    service: String,
    domain: String,
    address: String,
    kind: KindView,
    /// For an alias the addresses that it stands for; empty for a mailbox.
    alias_to: Vec<String>,
    /// A mailbox's own quota; null is the service's.
    own_quota_bytes: Option<u64>,
    /// The quota that holds; null is no limit.
    quota_bytes: Option<u64>,
    /// How many passwords it has.
    passwords: u64,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

fn view(info: AddressInfo) -> AddressView {
    let (kind, alias_to, own_quota_bytes, quota_bytes, passwords) = match info.kind {
        AddressKind::Mailbox { own_quota_bytes, quota_bytes, passwords, .. } => {
            (KindView::Mailbox, Vec::new(), own_quota_bytes, quota_bytes, passwords)
        }
        AddressKind::Alias { targets } => {
            (KindView::Alias, targets.iter().map(ToString::to_string).collect(), None, None, 0)
        }
    };
    AddressView {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        service: info.service.to_string(),
        domain: info.domain.to_string(),
        address: info.address.to_string(),
        kind,
        alias_to,
        own_quota_bytes,
        quota_bytes,
        passwords,
        disabled: info.is_disabled,
        created_at: info.created_at.rfc3339(),
    }
}

/// A new address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAddress)]
pub(crate) struct New {
    /// Its domain exists.
    address: String,
    /// For an alias the addresses that it stands for; none for a mailbox.
    #[serde(default)]
    alias_to: Vec<String>,
    /// A mailbox's own quota; null is the service's.
    quota_bytes: Option<u64>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddressChange)]
pub(crate) struct Change {
    disabled: Option<bool>,
    /// A mailbox's own quota; null is the service's.
    #[serde(default, deserialize_with = "absent_or")]
    #[schema(value_type = Option<u64>)]
    quota_bytes: Option<Option<u64>>,
    /// An alias's new targets.
    alias_to: Option<Vec<String>>,
}

/// A password that somebody chose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenPassword {
    #[schema(format = Password)]
    password: String,
}

/// Which addresses.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those of this domain, by identifier or by name.
    domain: Option<String>,
    /// Only this address.
    address: Option<String>,
}

fn targets(texts: &[String]) -> Result<Vec<Address>> {
    texts.iter().map(|text| address("alias_to", text)).collect()
}

/// The addresses
#[utoipa::path(get, path = "/addresses", tag = "addresses", params(Which, PageQuery),
    responses((status = 200, body = Page<AddressView>)))]
pub(crate) async fn list_addresses(
    caller: Caller,
    Asked(which): Asked<Which>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<AddressView>>> {
    let directory = caller.directory();
    if let Some(text) = &which.address {
        let one = directory.address_called(&address("address", text)?).await?;
        return Ok(Json(Page { items: vec![view(one)], next: None }));
    }
    let domain = match &which.domain {
        Some(text) => Some(caller.domain(text).await?.id),
        None => None,
    };
    let page = directory.page_of_addresses(domain, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Create a mailbox or an alias
#[utoipa::path(post, path = "/addresses", tag = "addresses", request_body = New,
    responses((status = 201, body = AddressView)))]
pub(crate) async fn create_address(caller: Caller, Input(new): Input<New>) -> Result<Created<AddressView>> {
    let new = NewAddress {
        address: address("address", &new.address)?,
        alias_to: targets(&new.alias_to)?,
        quota_bytes: new.quota_bytes,
    };
    let made = caller.directory().create_address(new).await?;
    Ok(Created(format!("/api/v1/addresses/{}", made.id), view(made)))
}

/// An address
#[utoipa::path(get, path = "/addresses/{address}", tag = "addresses", params(("address" = String, Path)),
    responses((status = 200, body = AddressView)))]
pub(crate) async fn show_address(caller: Caller, Of(id): Of) -> Result<Json<AddressView>> {
    Ok(Json(view(caller.directory().address(AddressId(id)).await?)))
}

/// Disable or enable an address; change a mailbox's quota or an alias's targets
#[utoipa::path(patch, path = "/addresses/{address}", tag = "addresses", params(("address" = String, Path)),
    request_body = Change, responses((status = 200, body = AddressView)))]
pub(crate) async fn change_address(
    caller: Caller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<AddressView>> {
    let change = AddressChange {
        is_disabled: change.disabled,
        quota_bytes: change.quota_bytes,
        alias_to: change.alias_to.as_deref().map(targets).transpose()?,
    };
    Ok(Json(view(caller.directory().change_address(AddressId(id), change).await?)))
}

/// Delete an address, a mailbox with its letters
#[utoipa::path(delete, path = "/addresses/{address}", tag = "addresses",
    params(("address" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_address(caller: Caller, Of(id): Of) -> Result<StatusCode> {
    caller.directory().delete_address(AddressId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a mailbox a chosen password, instead of the one it had
#[utoipa::path(put, path = "/addresses/{address}/password", tag = "addresses",
    params(("address" = String, Path)), request_body = ChosenPassword, responses((status = 204)))]
pub(crate) async fn choose_password(
    caller: Caller,
    Of(id): Of,
    Input(chosen): Input<ChosenPassword>,
) -> Result<StatusCode> {
    caller.directory().choose_password(AddressId(id), &chosen.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
