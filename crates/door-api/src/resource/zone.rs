//! `/zones`: hosted DNS zones and their records. A zone's ETag is its serial: whoever sends it back as
//! `If-Match` changes only what was read (RFC 9110 §13.1.1).

use axum::Json;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::RecordId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zones::{Edit, ImportMode, ImportOptions, NewRecord, RecordData, ZoneChange, ZoneInfo};

use super::user::Whose;
use crate::caller::{AnyCaller, Caller};
use crate::input::{Asked, Created, Id, Input, OfZone};
use crate::page::{Page, PageQuery};
use crate::refusal::{Refusal, Result, invalid, stale};

/// A hosted DNS zone.
#[derive(Serialize, ToSchema)]
pub(crate) struct Zone {
    id: String,
    organisation: String,
    /// With its final dot.
    name: String,
    /// The serial of its last change; also its ETag.
    serial: u32,
    /// The time to live of records that say none.
    default_ttl: u32,
    /// Whether its answers are signed (DNSSEC).
    signed: bool,
    /// The zone whose records a synonym mirrors; null for a zone of its own.
    main: Option<String>,
    /// Whether the newsletter is bound to it: it has no synonyms then.
    newsletter: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    changed_at: String,
    /// How many records it has of its own.
    records: u64,
}

pub(super) fn view(info: ZoneInfo) -> Zone {
    Zone {
        id: info.id.to_string(),
        organisation: info.organisation.to_string(),
        name: info.name.to_string(),
        serial: info.serial,
        default_ttl: info.default_ttl,
        signed: info.is_signed,
        main: info.main.map(|id| id.to_string()),
        newsletter: info.has_newsletter,
        created_at: info.created_at.rfc3339(),
        changed_at: info.changed_at.rfc3339(),
        records: info.records,
    }
}

/// A zone with what its parent must hold.
#[derive(Serialize, ToSchema)]
pub(crate) struct ZoneDetails {
    #[serde(flatten)]
    zone: Zone,
    /// The DS records for the parent, where answers are signed.
    ds: Vec<String>,
}

/// A record.
#[derive(Serialize, ToSchema)]
pub(crate) struct Record {
    /// Null for a record of the past or one that does not stand.
    id: Option<String>,
    /// `@`, `www`, `*`, `_imaps._tcp`: relative to the zone.
    owner: String,
    r#type: String,
    /// As in a zone file: `10 mx.example.org.`.
    data: String,
    ttl: u32,
    /// `user`, `mail-service` or `installation`.
    managed_by: &'static str,
    note: String,
}

pub(super) fn record_view(id: Option<RecordId>, record: RecordData) -> Record {
    Record {
        id: id.map(|id| id.to_string()),
        owner: record.owner,
        r#type: record.kind.to_string(),
        data: record.data,
        ttl: record.ttl,
        managed_by: record.managed_by.as_str(),
        note: record.note,
    }
}

/// Records of a zone.
#[derive(Serialize, ToSchema)]
pub(crate) struct Records {
    /// The zone's; another one than on the page before tells that the records changed meanwhile.
    serial: u32,
    #[serde(flatten)]
    page: Page<Record>,
}

/// What a change did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Diff {
    /// The zone's serial afterwards.
    serial: u32,
    added: Vec<Record>,
    removed: Vec<Record>,
}

pub(super) fn diff_view(diff: zones::Diff) -> Diff {
    let views =
        |records: Vec<RecordData>| records.into_iter().map(|record| record_view(None, record)).collect();
    Diff { serial: diff.serial, added: views(diff.added), removed: views(diff.removed) }
}

/// A new zone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewZone)]
pub(crate) struct New {
    /// The owner; an organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
    name: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ZoneChange)]
pub(crate) struct Change {
    /// Seconds, 60 to 86400.
    default_ttl: Option<u32>,
    /// DNSSEC on, with the zone's synonyms, or off.
    signed: Option<bool>,
    /// Whether the newsletter is bound to it.
    newsletter: Option<bool>,
}

/// A record as somebody enters it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRecord)]
pub(crate) struct Entry {
    /// `@` or empty for the zone itself, relative, or absolute with a final dot.
    #[serde(default)]
    owner: String,
    r#type: String,
    /// As in a zone file; names without a final dot are relative, text may stand without quotes.
    data: String,
    /// Seconds, 60 to 86400; absent: that of the records beside it, or else the zone's.
    ttl: Option<u32>,
    #[serde(default)]
    note: String,
}

impl From<Entry> for NewRecord {
    fn from(entry: Entry) -> NewRecord {
        NewRecord {
            owner: entry.owner,
            kind: entry.r#type,
            data: entry.data,
            ttl: entry.ttl,
            note: entry.note,
        }
    }
}

/// A record that gets other content.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replacement {
    #[schema(value_type = String)]
    id: Id,
    record: Entry,
}

/// One change of a zone's records: all of it or nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordEdit {
    /// What the history calls it.
    #[serde(default)]
    called: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    remove: Vec<Id>,
    #[serde(default)]
    change: Vec<Replacement>,
    #[serde(default)]
    add: Vec<Entry>,
    /// Check and tell only.
    #[serde(default)]
    dry_run: bool,
}

/// Whether to remove what a mail service keeps, too.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ForceRecords {
    /// Remove also records that a mail service keeps, and what they do for the domain; the refusal without it says what.
    #[serde(default)]
    force: bool,
}

/// Whether to delete a zone that has synonyms.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ForceZone {
    /// Delete it although it has synonyms: these become zones of their own without records.
    #[serde(default)]
    force: bool,
}

/// A zone file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZoneFile {
    /// RFC 1035 §5.
    zone_file: String,
    /// Remove what people wrote and the file does not name; managed records stay.
    #[serde(default)]
    replace: bool,
    /// Take the rest although some lines are refused.
    #[serde(default)]
    skip_refused: bool,
    /// Check and tell only.
    #[serde(default)]
    dry_run: bool,
}

/// A line of a zone file that is not taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefusedLine {
    /// Counted from 1; null if the whole does not fit together.
    line: Option<usize>,
    field: &'static str,
    reason: String,
    rule: &'static str,
}

/// What an import does, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    diff: Diff,
    /// How many records of the file stand in the zone already.
    unchanged: usize,
    /// Lines that are ours to say and are passed over.
    skipped: Vec<RefusedLine>,
    /// Lines that break a rule.
    refused: Vec<RefusedLine>,
}

/// A header that names what was read.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header in the document")]
pub(crate) struct IfMatch {
    /// The ETag that was read: with another one nothing is changed.
    #[param(rename = "If-Match", value_type = Option<String>)]
    if_match: Option<String>,
}

/// The serial that the caller has read.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<u32>> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let serial =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    serial
        .map(Some)
        .ok_or_else(|| invalid("If-Match", format!("{text} is no ETag of ours"), "the ETag as it was read"))
}

/// Refuses where the zone is no longer what the caller has read.
pub(super) fn unchanged(zone: &ZoneInfo, headers: &HeaderMap) -> Result<()> {
    match expected(headers)? {
        Some(serial) if serial != zone.serial => Err(stale(zone.serial)),
        _ => Ok(()),
    }
}

/// The answer with the zone's ETag.
fn tagged(serial: u32, body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{serial}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// The zone with what its parent must hold.
pub(super) async fn with_ds(caller: &Caller, info: ZoneInfo) -> Result<ZoneDetails> {
    let ds = if info.is_signed { caller.zones().ds(info.id).await? } else { Vec::new() };
    Ok(ZoneDetails { zone: view(info), ds })
}

async fn details(caller: &Caller, info: ZoneInfo) -> Result<Response> {
    let serial = info.serial;
    Ok(tagged(serial, with_ds(caller, info).await?))
}

/// The hosted zones
#[utoipa::path(get, path = "/zones", tag = "zones", params(Whose, PageQuery),
    responses((status = 200, body = Page<Zone>)))]
pub(crate) async fn list_zones(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<Zone>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.zones().page_of_zones(organisation, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Host a zone
#[utoipa::path(post, path = "/zones", tag = "zones", request_body = New, responses((status = 201, body = Zone)))]
pub(crate) async fn create_zone(caller: Caller, Input(new): Input<New>) -> Result<Created<Zone>> {
    let owner = caller.owner(new.organisation.map(|Id(id)| id)).await?;
    let zones = caller.zones();
    let made = zones.create_zone(owner, &new.name).await?;
    Ok(Created(format!("/api/v1/zones/{}", made.id), view(made)))
}

/// A hosted zone
#[utoipa::path(get, path = "/zones/{zone}", tag = "zones", params(("zone" = String, Path)),
    responses((status = 200, body = ZoneDetails)))]
pub(crate) async fn show_zone(AnyCaller(caller): AnyCaller, OfZone(zone): OfZone) -> Result<Response> {
    details(&caller, zone).await
}

/// Change a zone's default time to live, sign its answers or end that, bind the newsletter to it
#[utoipa::path(patch, path = "/zones/{zone}", tag = "zones", params(("zone" = String, Path), IfMatch),
    request_body = Change, responses((status = 200, body = ZoneDetails)))]
pub(crate) async fn change_zone(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    headers: HeaderMap,
    Input(change): Input<Change>,
) -> Result<Response> {
    unchanged(&zone, &headers)?;
    let change = ZoneChange {
        default_ttl: change.default_ttl,
        is_signed: change.signed,
        has_newsletter: change.newsletter,
    };
    let info = caller.zones().change_zone(zone.id, change).await?;
    details(&caller, info).await
}

/// Begin to replace the key of a signed zone: a new one signs beside it, and the former one ends once the parent shows
/// the new one's DS record
#[utoipa::path(post, path = "/zones/{zone}/rollover", tag = "zones", params(("zone" = String, Path), IfMatch),
    responses((status = 200, body = ZoneDetails)))]
pub(crate) async fn roll_zone_key_over(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    headers: HeaderMap,
) -> Result<Response> {
    unchanged(&zone, &headers)?;
    let info = caller.zones().begin_rollover(zone.id).await?;
    details(&caller, info).await
}

/// Delete a zone with its records and history
#[utoipa::path(delete, path = "/zones/{zone}", tag = "zones",
    params(("zone" = String, Path), ForceZone, IfMatch), responses((status = 204)))]
pub(crate) async fn delete_zone(
    caller: Caller,
    OfZone(zone): OfZone,
    Asked(how): Asked<ForceZone>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    unchanged(&zone, &headers)?;
    caller.zones().delete_zone(zone.id, how.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The records of a zone in the order they were written; those of a synonym are its main zone's
#[utoipa::path(get, path = "/zones/{zone}/records", tag = "zones",
    params(("zone" = String, Path), PageQuery), responses((status = 200, body = Records)))]
pub(crate) async fn list_records(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    Asked(page): Asked<PageQuery>,
) -> Result<Response> {
    let records = caller.zones().page_of_records(zone.id, page.seek()?).await?;
    let page = Page::of(records, |info| record_view(Some(info.id), info.record));
    Ok(tagged(zone.serial, Records { serial: zone.serial, page }))
}

/// Remove, change and add records: one change with one serial, or a refusal and no change at all. What a mail service keeps
/// is removed with `force` only
#[utoipa::path(post, path = "/zones/{zone}/records", tag = "zones", params(("zone" = String, Path), ForceRecords, IfMatch),
    request_body = RecordEdit, responses((status = 200, body = Diff)))]
pub(crate) async fn edit_records(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    Asked(how): Asked<ForceRecords>,
    headers: HeaderMap,
    Input(edit): Input<RecordEdit>,
) -> Result<Response> {
    let edit = Edit {
        called: edit.called,
        remove: edit.remove.into_iter().map(|Id(id)| RecordId(id)).collect(),
        change: edit.change.into_iter().map(|one| (RecordId(one.id.0), one.record.into())).collect(),
        add: edit.add.into_iter().map(NewRecord::from).collect(),
        expected: expected(&headers)?,
        is_dry: edit.dry_run,
        is_forced: how.force,
    };
    let diff = caller.zones().edit(zone.id, edit).await?;
    Ok(tagged(diff.serial, diff_view(diff)))
}

/// A zone as a file (RFC 1035)
#[utoipa::path(get, path = "/zones/{zone}/file", tag = "zones", params(("zone" = String, Path)),
    responses((status = 200, body = String, content_type = "text/dns")))]
pub(crate) async fn export_zone(AnyCaller(caller): AnyCaller, OfZone(zone): OfZone) -> Result<Response> {
    let text = caller.zones().export(zone.id).await?;
    // RFC 4027 §4.
    Ok(([(CONTENT_TYPE, "text/dns")], text).into_response())
}

/// Read a zone file into a zone, or see what that would do
#[utoipa::path(post, path = "/zones/{zone}/file", tag = "zones", params(("zone" = String, Path), IfMatch),
    request_body = ZoneFile, responses((status = 200, body = Imported)))]
pub(crate) async fn import_zone(
    AnyCaller(caller): AnyCaller,
    OfZone(zone): OfZone,
    headers: HeaderMap,
    Input(file): Input<ZoneFile>,
) -> Result<Json<Imported>> {
    unchanged(&zone, &headers)?;
    let options = ImportOptions {
        mode: if file.replace { ImportMode::Replace } else { ImportMode::Add },
        is_dry: file.dry_run,
        skips_refused: file.skip_refused,
    };
    let import = caller.zones().import(zone.id, file.zone_file, options).await.map_err(Refusal::from)?;
    let lines = |lines: Vec<zones::RefusedLine>| {
        let line = |one: zones::RefusedLine| RefusedLine {
            line: one.line,
            field: one.field,
            reason: one.reason,
            rule: one.rule,
        };
        lines.into_iter().map(line).collect()
    };
    Ok(Json(Imported {
        diff: diff_view(import.diff),
        unchanged: import.unchanged,
        skipped: lines(import.skipped),
        refused: lines(import.refused),
    }))
}
