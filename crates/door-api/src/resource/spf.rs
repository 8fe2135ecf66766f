//! SPF as people keep it: strict, soft or marking for a domain, and several records made one.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zones::{SpfStrictness, Standing};

use super::domain::{Refreshed, refreshed};
use crate::caller::AnyCaller;
use crate::input::{Input, OfDomain};
use crate::refusal::Result;

/// How a domain's SPF ends.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Strictness {
    /// `-all`: nobody else may send.
    Strict,
    /// `?all`: nothing is said of others.
    Soft,
    /// `~all`: what others send is marked.
    Marking,
}

/// What the SPF of a domain should be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpfChange {
    strictness: Strictness,
    /// Replace a record that somebody wrote; otherwise it stays and is told.
    #[serde(default)]
    replace: bool,
}

/// Records to be made one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpfMerge {
    /// Its mechanisms come first, and its end holds.
    ours: String,
    /// The others, in their order.
    #[schema(max_items = 20)]
    others: Vec<String>,
}

/// One record.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpfRecord {
    record: String,
}

/// Make the SPF of a domain on a hosted zone strict, soft or marking
#[utoipa::path(put, path = "/domains/{domain}/spf", tag = "domains", params(("domain" = String, Path)),
    request_body = SpfChange, responses((status = 200, body = Refreshed)))]
pub(crate) async fn set_spf(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Input(wanted): Input<SpfChange>,
) -> Result<Json<Refreshed>> {
    let name = domain.name;
    let strictness = match wanted.strictness {
        Strictness::Strict => SpfStrictness::Strict,
        Strictness::Soft => SpfStrictness::Soft,
        Strictness::Marking => SpfStrictness::Marking,
    };
    let standing = if wanted.replace { Standing::IsReplaced } else { Standing::Stays };
    Ok(Json(refreshed(caller.zones().set_spf(&name, strictness, standing).await?.kept)))
}

/// Make one SPF record out of several; nothing is written anywhere
#[utoipa::path(post, path = "/tools/spf-merge", tag = "tools", request_body = SpfMerge,
    responses((status = 200, body = SpfRecord)))]
pub(crate) async fn merge_spf(
    AnyCaller(_caller): AnyCaller,
    Input(records): Input<SpfMerge>,
) -> Result<Json<SpfRecord>> {
    let others: Vec<&str> = records.others.iter().map(String::as_str).collect();
    Ok(Json(SpfRecord { record: zones::spf::merge(&records.ours, &others)? }))
}
