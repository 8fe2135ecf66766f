//! What a zone was, who mirrors it and who transfers it.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zones::{DnsName, RecordData, Secondary};

use super::zone::{
    Diff, IfMatch, Record, Zone, ZoneDetails, diff_view, record_view, unchanged, view, with_ds,
};
use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Created, Input, OfZone};
use crate::page::{Page, PageQuery};
use crate::refusal::{Result, invalid};

/// One change in a zone's history.
#[derive(Serialize, ToSchema)]
pub(crate) struct ZoneHistoryEntry {
    /// The serial that it gave the zone.
    serial: u32,
    #[schema(format = DateTime)]
    at: String,
    who: String,
    called: String,
    added: Vec<Record>,
    removed: Vec<Record>,
}

/// Two versions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Versions {
    /// The serial of the earlier one.
    from: u32,
    /// The serial of the later one.
    to: u32,
}

/// Which version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restore {
    serial: u32,
}

/// Zones that mirror another one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Synonyms {
    items: Vec<ZoneDetails>,
}

/// A name that is to be a synonym.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSynonym {
    /// Another zone of the organisation; its own records go.
    name: String,
}

/// A secondary name server.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Secondary)]
pub(crate) struct SecondaryView {
    /// Where it listens for NOTIFY: `192.0.2.53:53`.
    address: String,
    /// The name of the TSIG key.
    key: String,
    /// The key (hmac-sha256) in base64; never shown, and absent to keep the one that stands.
    #[serde(skip_serializing)]
    #[schema(write_only)]
    secret: Option<String>,
}

/// All secondaries of a zone.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secondaries {
    items: Vec<SecondaryView>,
}

fn views(records: Vec<RecordData>) -> Vec<Record> {
    records.into_iter().map(|record| record_view(None, record)).collect()
}

/// The history of a zone, the newest first
#[utoipa::path(get, path = "/zones/{zone}/history", tag = "zones",
    params(("zone" = String, Path), PageQuery), responses((status = 200, body = Page<ZoneHistoryEntry>)))]
pub(crate) async fn list_zone_changes(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ZoneHistoryEntry>>> {
    let changes = caller.zones().page_of_history(zone.id, page.seek()?).await?;
    Ok(Json(Page::of(changes, |change| ZoneHistoryEntry {
        serial: change.serial,
        at: change.at.rfc3339(),
        who: change.who,
        called: change.called,
        added: views(change.added),
        removed: views(change.removed),
    })))
}

/// What differs between two versions of a zone
#[utoipa::path(get, path = "/zones/{zone}/diff", tag = "zones", params(("zone" = String, Path), Versions),
    responses((status = 200, body = Diff)))]
pub(crate) async fn compare_zone_versions(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    Asked(versions): Asked<Versions>,
) -> Result<Json<Diff>> {
    Ok(Json(diff_view(caller.zones().diff(zone.id, versions.from, versions.to).await?)))
}

/// Make a zone what it was at an earlier serial
#[utoipa::path(post, path = "/zones/{zone}/restore", tag = "zones", params(("zone" = String, Path), IfMatch),
    request_body = Restore, responses((status = 200, body = Diff)))]
pub(crate) async fn restore_zone(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    headers: HeaderMap,
    Input(version): Input<Restore>,
) -> Result<Json<Diff>> {
    unchanged(&zone, &headers)?;
    Ok(Json(diff_view(caller.zones().restore(zone.id, version.serial).await?)))
}

/// The synonyms of a zone
#[utoipa::path(get, path = "/zones/{zone}/synonyms", tag = "zones", params(("zone" = String, Path)),
    responses((status = 200, body = Synonyms)))]
pub(crate) async fn list_synonyms(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
) -> Result<Json<Synonyms>> {
    let mut items = Vec::new();
    for synonym in caller.zones().synonyms(zone.id).await? {
        items.push(with_ds(&caller, synonym).await?);
    }
    Ok(Json(Synonyms { items }))
}

/// Make another zone of the organisation a synonym of this one
#[utoipa::path(post, path = "/zones/{zone}/synonyms", tag = "zones", params(("zone" = String, Path)),
    request_body = NewSynonym, responses((status = 201, body = ZoneDetails)))]
pub(crate) async fn add_synonym(
    caller: Caller,
    OfZone(zone): OfZone,
    Input(new): Input<NewSynonym>,
) -> Result<Created<ZoneDetails>> {
    let made = caller.zones().add_synonym(zone.id, &new.name).await?;
    Ok(Created(format!("/api/v1/zones/{}", made.id), with_ds(&caller, made).await?))
}

/// Make a synonym a zone of its own again
#[utoipa::path(post, path = "/zones/{zone}/dissociate", tag = "zones", params(("zone" = String, Path)),
    responses((status = 200, body = Zone)))]
pub(crate) async fn dissociate_synonym(caller: Caller, OfZone(zone): OfZone) -> Result<Json<Zone>> {
    Ok(Json(view(caller.zones().dissociate_synonym(zone.id).await?)))
}

/// The secondary name servers of a zone
#[utoipa::path(get, path = "/zones/{zone}/secondaries", tag = "zones", params(("zone" = String, Path)),
    responses((status = 200, body = Secondaries)))]
pub(crate) async fn list_secondaries(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
) -> Result<Json<Secondaries>> {
    let secondaries = caller.zones().secondaries(zone.id).await?;
    let items = secondaries.into_iter().map(|one| SecondaryView {
        address: one.address.to_string(),
        key: one.key_name.to_string(),
        secret: None,
    });
    Ok(Json(Secondaries { items: items.collect() }))
}

/// Replace the secondary name servers of a zone
#[utoipa::path(put, path = "/zones/{zone}/secondaries", tag = "zones", params(("zone" = String, Path)),
    request_body = Secondaries, responses((status = 204)))]
pub(crate) async fn set_secondaries(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    Input(wanted): Input<Secondaries>,
) -> Result<StatusCode> {
    let zones = caller.zones();
    let standing = zones.secondaries(zone.id).await?;
    let mut secondaries = Vec::with_capacity(wanted.items.len());
    for one in wanted.items {
        secondaries.push(secondary(one, &standing)?);
    }
    zones.set_secondaries(zone.id, secondaries).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn secondary(view: SecondaryView, standing: &[Secondary]) -> Result<Secondary> {
    let address = view.address.parse().map_err(|_| {
        invalid("address", format!("«{}» is no address with a port", view.address), "as 192.0.2.53:53")
    })?;
    let key_name = DnsName::parse(&view.key).map_err(|wrong| invalid("key", wrong.reason, wrong.rule))?;
    let secret = match view.secret {
        Some(text) => STANDARD
            .decode(text.trim())
            .map_err(|_| invalid("secret", "it is no base64", "the key in base64 (RFC 4648 §4)"))?,
        None => standing
            .iter()
            .find(|known| known.address == address && known.key_name == key_name)
            .map(|known| known.secret.clone())
            .ok_or_else(|| invalid("secret", "it is missing", "a new secondary comes with its key"))?,
    };
    Ok(Secondary { address, key_name, secret })
}
