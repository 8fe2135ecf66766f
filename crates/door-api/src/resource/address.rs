//! `/addresses`: mailboxes, aliases and redirections.

use axum::Json;
use axum::http::StatusCode;
use directory::{AddressChange, AddressCreation, AddressInfo, AddressKind, NewKind, NewTargets, Purpose};
use model::{Address, AddressId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::AnyCaller;
use crate::input::{Asked, Created, Input, Of, absent_or, address};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// What an address is for.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AddressKind)]
pub(crate) enum KindView {
    /// It has an account with letters.
    Mailbox,
    /// A mailbox for several people.
    Shared,
    /// The mailbox `catchall`: it takes what no address of the domain takes, and never sends.
    Catchall,
    /// It stands for other addresses.
    Alias,
    /// It leads to others who agreed.
    Redirection,
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
    /// What stands before the address in letters; may be empty.
    name: String,
    /// What administrators noted; may be empty.
    note: String,
    /// For an alias the addresses that it stands for; empty for others.
    alias_to: Vec<String>,
    /// How many targets a redirection has, or a mailbox that forwards.
    targets: u64,
    /// How many of them agreed: letters go to these.
    targets_accepted: u64,
    /// Whether a mailbox keeps what it forwards.
    keeps_copy: bool,
    /// A mailbox's own quota; null is the service's.
    own_quota_bytes: Option<u64>,
    /// The quota that holds; null is no limit.
    quota_bytes: Option<u64>,
    /// How many passwords it has.
    passwords: u64,
    /// How many people use it.
    users: u64,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

pub(super) fn view(info: AddressInfo) -> AddressView {
    let (passwords, users) = match info.kind {
        AddressKind::Mailbox { passwords, users, .. } => (passwords, users),
        AddressKind::Alias { .. } | AddressKind::Redirection => (0, 0),
    };
    let (kind, alias_to, own_quota_bytes, quota_bytes) = match info.kind {
        AddressKind::Mailbox { purpose, own_quota_bytes, quota_bytes, .. } => {
            let kind = match purpose {
                Purpose::Personal => KindView::Mailbox,
                Purpose::Shared => KindView::Shared,
                Purpose::CatchAll => KindView::Catchall,
            };
            (kind, Vec::new(), own_quota_bytes, quota_bytes)
        }
        AddressKind::Redirection => (KindView::Redirection, Vec::new(), None, None),
        AddressKind::Alias { targets } => {
            (KindView::Alias, targets.iter().map(ToString::to_string).collect(), None, None)
        }
    };
    AddressView {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        service: info.service.to_string(),
        domain: info.domain.to_string(),
        address: info.address.to_string(),
        kind,
        name: info.display_name,
        note: info.note,
        targets: info.targets.targets,
        targets_accepted: info.targets.accepted,
        keeps_copy: info.keeps_copy,
        alias_to,
        own_quota_bytes,
        quota_bytes,
        passwords,
        users,
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
    /// Without it a mailbox, or an alias where there is something that it stands for.
    kind: Option<KindView>,
    /// For an alias the addresses that it stands for; none for others.
    #[serde(default)]
    alias_to: Vec<String>,
    /// For a redirection where it leads: 1 to 10 addresses, which are asked by letter unless they are of the same
    /// organisation.
    #[serde(default)]
    targets: Vec<String>,
    /// The language of the letters to a redirection's targets: `fr` (which it is without), `de`, `it` or `en`.
    language: Option<String>,
    /// What stands before the address in letters.
    #[serde(default)]
    name: String,
    /// At most 80 characters.
    #[serde(default)]
    note: String,
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
    name: Option<String>,
    /// At most 80 characters.
    note: Option<String>,
    /// Whether a mailbox is for several people.
    shared: Option<bool>,
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
    AnyCaller(caller): AnyCaller,
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

/// What the parts of a new address make it, or which of them does not go with the others.
fn kind(new: &New) -> Result<NewKind> {
    let alias_to = targets(&new.alias_to)?;
    let mailbox = |purpose| NewKind::Mailbox { purpose, quota_bytes: new.quota_bytes };
    let kind = match new.kind {
        None if alias_to.is_empty() => mailbox(Purpose::Personal),
        None | Some(KindView::Alias) => NewKind::Alias(alias_to),
        Some(KindView::Mailbox) => mailbox(Purpose::Personal),
        Some(KindView::Shared) => mailbox(Purpose::Shared),
        Some(KindView::Catchall) => mailbox(Purpose::CatchAll),
        Some(KindView::Redirection) => NewKind::Redirection,
    };
    let is_alias = matches!(kind, NewKind::Alias(_));
    if !is_alias && !new.alias_to.is_empty() {
        return Err(invalid("alias_to", "it is no alias", "only an alias stands for other addresses"));
    }
    if kind != NewKind::Redirection && !new.targets.is_empty() {
        return Err(invalid("targets", "it is no redirection", "only a redirection is made with targets"));
    }
    if !matches!(kind, NewKind::Mailbox { .. }) && new.quota_bytes.is_some() {
        return Err(invalid("quota_bytes", "it holds no letters", "only a mailbox has a quota"));
    }
    Ok(kind)
}

/// Create a mailbox, an alias or a redirection
#[utoipa::path(post, path = "/addresses", tag = "addresses", request_body = New,
    responses((status = 201, body = AddressView)))]
pub(crate) async fn create_address(
    AnyCaller(caller): AnyCaller,
    Input(new): Input<New>,
) -> Result<Created<AddressView>> {
    let (kind, directory) = (kind(&new)?, caller.directory());
    let is_redirection = kind == NewKind::Redirection;
    let leads_to: Vec<Address> =
        new.targets.iter().map(|text| address("targets", text)).collect::<Result<_>>()?;
    let New { name: display_name, note, language, .. } = new;
    let language = super::forwarding::letters_in(language)?;
    let creation = AddressCreation { address: address("address", &new.address)?, kind, display_name, note };
    let mut made = directory.create_address(creation).await?;
    if is_redirection {
        let new = NewTargets { targets: leads_to, keeps_copy: None, language };
        if let Err(refusal) = directory.set_targets(made.id, new).await {
            // A redirection that leads nowhere is not what was asked for.
            directory.erase_address(made.id).await?;
            return Err(refusal.into());
        }
        made = directory.address(made.id).await?;
    }
    Ok(Created(format!("/api/v1/addresses/{}", made.id), view(made)))
}

/// An address
#[utoipa::path(get, path = "/addresses/{address}", tag = "addresses", params(("address" = String, Path)),
    responses((status = 200, body = AddressView)))]
pub(crate) async fn show_address(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<AddressView>> {
    Ok(Json(view(caller.directory().address(AddressId(id)).await?)))
}

/// Disable or enable an address; change a mailbox's quota, an alias's targets, name and note
#[utoipa::path(patch, path = "/addresses/{address}", tag = "addresses", params(("address" = String, Path)),
    request_body = Change, responses((status = 200, body = AddressView)))]
pub(crate) async fn change_address(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(change): Input<Change>,
) -> Result<Json<AddressView>> {
    let change = AddressChange {
        is_disabled: change.disabled,
        quota_bytes: change.quota_bytes,
        alias_to: change.alias_to.as_deref().map(targets).transpose()?,
        display_name: change.name,
        note: change.note,
        is_shared: change.shared,
    };
    Ok(Json(view(caller.directory().change_address(AddressId(id), change).await?)))
}

/// How an address is deleted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Deletion {
    /// At once and for good, a mailbox with its passwords and letters; also one that was deleted before.
    #[serde(default)]
    #[param(required = false)]
    for_good: bool,
}

/// Delete an address; it can be restored for 30 days
#[utoipa::path(delete, path = "/addresses/{address}", tag = "addresses",
    params(("address" = String, Path), Deletion), responses((status = 204)))]
pub(crate) async fn delete_address(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Asked(how): Asked<Deletion>,
) -> Result<StatusCode> {
    match how.for_good {
        true => caller.directory().erase_address(AddressId(id)).await?,
        false => drop(caller.directory().delete_address(AddressId(id)).await?),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Give a mailbox a chosen password, instead of the one it had
#[utoipa::path(put, path = "/addresses/{address}/password", tag = "addresses",
    params(("address" = String, Path)), request_body = ChosenPassword, responses((status = 204)))]
pub(crate) async fn choose_password(
    AnyCaller(caller): AnyCaller,
    Of(id): Of,
    Input(chosen): Input<ChosenPassword>,
) -> Result<StatusCode> {
    caller.directory().choose_password(AddressId(id), &chosen.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
