//! `/addresses/act`: one thing done to many addresses.

use axum::Json;
use directory::{Acted, SelectedAct};
use model::AddressId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::AnyCaller;
use crate::input::{Id, Input};
use crate::refusal::{Result, invalid};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AddressAct)]
pub(crate) enum Act {
    /// Out of use: letters to it are refused, nobody logs in.
    Disable,
    /// In use again.
    Enable,
    /// Mailboxes get this quota of their own; others are passed over.
    Quota,
    /// Deleted; each can be restored for 30 days.
    Delete,
}

/// One thing that is done to many addresses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActOnAddresses {
    /// Which: 1 to 1000.
    #[schema(value_type = Vec<String>)]
    addresses: Vec<Id>,
    act: Act,
    /// With `quota` the quota; null is the service's.
    quota_bytes: Option<u64>,
}

/// What became of one of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActedAddress {
    id: String,
    address: String,
    /// Whether it was done to it; otherwise it was so already, or the act means nothing to it.
    changed: bool,
}

/// What became of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActedAddresses {
    /// To how many it was done.
    changed: u64,
    /// How many were passed over.
    passed_over: u64,
    /// Each of them, in the order in which they were named.
    items: Vec<ActedAddress>,
}

/// Disable, enable or delete many addresses, or give them a quota: all or, if one is not found, none
#[utoipa::path(post, path = "/addresses/act", tag = "addresses", request_body = ActOnAddresses,
    responses((status = 200, body = ActedAddresses)))]
pub(crate) async fn act_on_addresses(
    AnyCaller(caller): AnyCaller,
    Input(wanted): Input<ActOnAddresses>,
) -> Result<Json<ActedAddresses>> {
    if wanted.act != Act::Quota && wanted.quota_bytes.is_some() {
        return Err(invalid("quota_bytes", "the act gives no quota", "a quota goes with the act «quota»"));
    }
    let act = match wanted.act {
        Act::Disable => SelectedAct::Disable,
        Act::Enable => SelectedAct::Enable,
        Act::Quota => SelectedAct::Quota(wanted.quota_bytes),
        Act::Delete => SelectedAct::Delete,
    };
    let ids = wanted.addresses.into_iter().map(|Id(id)| AddressId(id)).collect();
    let done = caller.directory().act_on_addresses(ids, act).await?;
    let view = |Acted { id, address, is_changed }| ActedAddress {
        id: id.to_string(),
        address: address.to_string(),
        changed: is_changed,
    };
    let (changed, passed_over) = (done.changed, done.passed_over);
    Ok(Json(ActedAddresses { changed, passed_over, items: done.each.into_iter().map(view).collect() }))
}
