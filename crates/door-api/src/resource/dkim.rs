//! `/domains/{domain}/dkim-keys`: what signs a domain's letters.

use axum::Json;
use keys::DkimKey;
use model::Domain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::AnyCaller;
use crate::input::{Input, OfDomain};
use crate::refusal::Result;

/// A DKIM key, without its private half.
#[derive(Serialize, ToSchema)]
#[schema(as = DkimKey)]
pub(crate) struct DkimKeyView {
    selector: String,
    /// `rsa` or `ed25519`.
    algorithm: &'static str,
    /// `published`, `active`, `retired` or `revoked`.
    state: &'static str,
    /// The whole name of its TXT record.
    record_name: String,
    /// The text of its TXT record.
    record_value: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Since when its record stands in the DNS, as far as it was seen.
    #[schema(format = DateTime)]
    seen_at: Option<String>,
    /// Whether we serve the zone that holds its record.
    in_our_zone: bool,
    #[schema(format = DateTime)]
    active_at: Option<String>,
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// What comes next: `signs once seen`, `takes over`, `is succeeded` (a successor is made), `hands over` (to its
    /// successor) or `is removed`.
    next: &'static str,
    /// When that is, as far as it is known: what waits for a record to be seen has no moment yet.
    #[schema(format = DateTime)]
    next_at: Option<String>,
}

/// The DKIM keys of a domain, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DkimKeys {
    items: Vec<DkimKeyView>,
}

/// Which keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoke {
    /// Without one, all that sign or signed.
    selector: Option<String>,
}

fn views(domain: &Domain, keys: Vec<DkimKey>) -> Json<DkimKeys> {
    let view = |key: &DkimKey| {
        let (record, next) = (key.record(domain), keys::rotation::next(key, &keys));
        DkimKeyView {
            algorithm: key.algorithm.as_str(),
            state: key.state().as_str(),
            record_name: record.name,
            record_value: record.value,
            created_at: key.created_at.rfc3339(),
            seen_at: key.seen_at.map(|at| at.rfc3339()),
            in_our_zone: key.is_in_our_zone,
            active_at: key.active_at.map(|at| at.rfc3339()),
            retired_at: key.retired_at.map(|at| at.rfc3339()),
            revoked_at: key.revoked_at.map(|at| at.rfc3339()),
            next: next.as_str(),
            next_at: next.at().map(|at| at.rfc3339()),
            selector: key.selector.clone(),
        }
    };
    Json(DkimKeys { items: keys.iter().map(view).collect() })
}

/// The DKIM keys of a domain, oldest first
#[utoipa::path(get, path = "/domains/{domain}/dkim-keys", tag = "dkim", params(("domain" = String, Path)),
    responses((status = 200, body = DkimKeys)))]
pub(crate) async fn list_dkim_keys(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<DkimKeys>> {
    let name = domain.name;
    let keys = caller.keys().dkim_keys(&name).await?;
    Ok(views(&name, keys))
}

/// Make successors of the keys that sign; they take over once their records have stood long enough
#[utoipa::path(post, path = "/domains/{domain}/dkim-keys/rotate", tag = "dkim",
    params(("domain" = String, Path)), responses((status = 200, body = DkimKeys)))]
pub(crate) async fn rotate_dkim_keys(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
) -> Result<Json<DkimKeys>> {
    let name = domain.name;
    let keys = caller.zones().rotate_dkim(&name).await?;
    Ok(views(&name, keys))
}

/// Revoke keys: nothing they signed holds any more
#[utoipa::path(post, path = "/domains/{domain}/dkim-keys/revoke", tag = "dkim",
    params(("domain" = String, Path)), request_body = Revoke, responses((status = 200, body = DkimKeys)))]
pub(crate) async fn revoke_dkim_keys(
    AnyCaller(caller): AnyCaller,
    OfDomain(domain): OfDomain,
    Input(which): Input<Revoke>,
) -> Result<Json<DkimKeys>> {
    let name = domain.name;
    let keys = caller.zones().revoke_dkim(&name, which.selector.as_deref()).await?;
    Ok(views(&name, keys))
}
