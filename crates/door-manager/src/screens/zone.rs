//! Zone DNS: the table of records, what is done with several, and taking the last change back.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use minijinja::{Value, context};
use model::RecordId;
use zones::{Edit, ManagedBy, RecordData, RecordInfo, RecordKind};

use super::Answer;
use super::subject::{Hosted, Subject, text};
use crate::Shared;
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::Toast;
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone", get(show))
        .route("/domains/{name}/zone/delete", post(delete))
        .route("/domains/{name}/zone/undo", post(undo))
}

/// The kinds that guided entry and filters tell apart: what a record is for, where its type alone does not say it.
pub(super) fn purpose(record: &RecordData) -> &'static str {
    let data = record.data.trim_start_matches('"').to_ascii_lowercase();
    match record.kind {
        RecordKind::Txt if data.starts_with("v=spf1") => "spf",
        RecordKind::Txt if record.owner.starts_with("_dmarc") => "dmarc",
        RecordKind::Txt if record.owner.contains("_domainkey") => "dkim",
        RecordKind::Txt if record.owner.contains("._bimi") => "bimi",
        _ => "",
    }
}

fn matches_type(record: &RecordData, wanted: &str) -> bool {
    wanted.is_empty()
        || record.kind.as_str().eq_ignore_ascii_case(wanted)
        || purpose(record).eq_ignore_ascii_case(wanted)
}

/// The order in which people look for names: the zone itself, then by name.
fn name_order(record: &RecordData) -> (bool, String, RecordKind) {
    (record.owner != "@", record.owner.clone(), record.kind)
}

async fn show(subject: Subject) -> Answer {
    if subject.zone.is_none() {
        return subject.page("zone.html", "zone", context! { elsewhere => true });
    }
    let at = subject.hosted()?;
    let wish = Wish::of(&at.person.guest.target);
    let mut records = at.records().await?;
    records.sort_by_key(|record| name_order(record));
    let is_synonym = at.zone.main.is_some();
    let zone_name = at.zone_name();
    let (kind, keeper) = (wish.filter("type").to_owned(), wish.filter("managed").to_owned());
    let rows = records
        .iter()
        .filter(|record| {
            matches_type(record, &kind) && (keeper.is_empty() || record.managed_by.as_str() == keeper)
        })
        .map(|record| row(&at, record, &zone_name));
    let columns = [
        Column { key: "type", ..Column::default() },
        Column { key: "value", ..Column::default() },
        Column { key: "ttl", is_number: true },
        Column { key: "managed", ..Column::default() },
    ];
    let say = |key: &str| at.say(key, &[]);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv(&zone_name, say));
    }
    let mut kinds: Vec<String> = records
        .iter()
        .flat_map(|record| [record.kind.as_str().to_owned(), purpose(record).to_uppercase()])
        .filter(|kind| !kind.is_empty())
        .collect();
    kinds.sort();
    kinds.dedup();
    let types: Vec<Value> = kinds.iter().map(|kind| context! { value => kind, text => kind }).collect();
    let keepers: Vec<Value> = ["user", "mail-service", "installation"]
        .iter()
        .map(|keeper| context! { value => keeper, text => say(&format!("managed-{keeper}")) })
        .collect();
    let filters = vec![
        context! { name => "type", label => say("filter-type"), all => say("filter-type-all"), value => kind, options => types },
        context! { name => "managed", label => say("filter-managed"), all => say("filter-managed-all"), value => keeper, options => keepers },
    ];
    let main = match at.zone.main {
        Some(main) => Some(text(&at.zones().zone(main).await?.name)),
        None => None,
    };
    let content = context! {
        zone_name,
        table => Value::from_serialize(&table),
        filters,
        serial => at.zone.serial.to_string(),
        changed_at => at.zone.changed_at.rfc3339(),
        is_signed => at.zone.is_signed,
        is_synonym,
        main,
        live => "zones",
    };
    at.page("zone.html", "zone", content)
}

fn row(at: &Hosted, record: &RecordInfo, zone_name: &str) -> Row {
    let is_synonym = at.zone.main.is_some();
    let mut badge = Cell::kind("badge", record.kind.as_str());
    badge.note = purpose(record).to_uppercase();
    let mut value = Cell::kind("value", &record.data);
    value.note = record.note.clone();
    let ttl = Cell::number(u64::from(record.ttl));
    let managed = Cell::text(at.say(&format!("managed-{}", record.managed_by), &[]));
    let href = if is_synonym { String::new() } else { at.path(&format!("zone/records/{}", record.id)) };
    Row {
        id: record.id.to_string(),
        href,
        group: full_name(&record.owner, zone_name),
        cells: vec![badge, value, ttl, managed],
        is_selectable: !is_synonym && !matches!(record.managed_by, ManagedBy::Installation),
        ..Row::default()
    }
}

/// `www` of `example.ch` is `www.example.ch`.
pub(super) fn full_name(owner: &str, zone: &str) -> String {
    match owner {
        "@" | "" => zone.to_owned(),
        owner if owner.ends_with('.') => owner.trim_end_matches('.').to_owned(),
        owner => format!("{owner}.{zone}"),
    }
}

async fn delete(at: Hosted, fields: Fields) -> Answer {
    let remove: Vec<RecordId> = fields.all("id").filter_map(|id| id.parse().ok()).map(RecordId).collect();
    let count = remove.len();
    // Here one press takes it back, so what the mail service keeps goes unasked too.
    match at.zones().edit(at.zone.id, Edit { remove, is_forced: true, ..Edit::default() }).await {
        Ok(diff) => {
            let words = at.say("records-deleted", &[("count", Word::from(count))]);
            at.done("zone", &at.undoable(diff.serial, words))
        }
        Err(error) => at.refused("zone", error),
    }
}

/// Takes a change back, unless another one followed it.
async fn undo(at: Hosted, fields: Fields) -> Answer {
    let before: u32 = fields.text("before").parse().map_err(|_| Trouble::NotFound)?;
    if fields.text("after") != at.zone.serial.to_string() {
        return at.done("zone/history", &Toast::of(at.say("undo-too-late", &[])));
    }
    match at.zones().restore(at.zone.id, before).await {
        Ok(_) => at.done("zone", &Toast::of(at.say("undone", &[]))),
        Err(error) => at.refused("zone", error),
    }
}
