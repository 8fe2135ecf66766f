//! Zone DNS: the table of records, what is done with several, and taking the last change back.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use minijinja::{Value, context};
use model::RecordId;
use zones::{Edit, ManagedBy, RecordData, RecordKind, ZoneInfo};

use super::Answer;
use super::subject::{Subject, refusal, text};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

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

async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let say = |key: &str| person.guest.say(key, &[]);
    let Some(zone) = &subject.zone else {
        return page::of(
            &person,
            "zone.html",
            "zone",
            context! { domain => subject.name, elsewhere => true },
        );
    };
    let wish = Wish::of(&person.guest.target);
    let mut records = subject.records(&shared, &person).await?;
    records.sort_by_key(|record| name_order(record));
    let is_synonym = zone.main.is_some();
    let zone_name = text(&zone.name);
    let (kind, keeper) = (wish.filter("type").to_owned(), wish.filter("managed").to_owned());
    let rows = records
        .iter()
        .filter(|record| {
            matches_type(record, &kind) && (keeper.is_empty() || record.managed_by.as_str() == keeper)
        })
        .map(|record| {
            let mut badge = Cell::kind("badge", record.kind.as_str());
            let purpose = purpose(record);
            if !purpose.is_empty() {
                badge.note = purpose.to_uppercase();
            }
            let mut value = Cell::kind("value", &record.data);
            value.note = record.note.clone();
            let ttl = Cell::number(u64::from(record.ttl));
            let managed = Cell::text(say(&format!("managed-{}", record.managed_by)));
            Row {
                id: record.id.to_string(),
                href: if is_synonym {
                    String::new()
                } else {
                    subject.path(&format!("zone/records/{}", record.id))
                },
                group: full_name(&record.owner, &zone_name),
                cells: vec![badge, value, ttl, managed],
                is_selectable: !is_synonym && !matches!(record.managed_by, ManagedBy::Installation),
            }
        });
    let columns = [
        Column { key: "type", ..Column::default() },
        Column { key: "value", ..Column::default() },
        Column { key: "ttl", is_number: true },
        Column { key: "managed", ..Column::default() },
    ];
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
    let main = match zone.main {
        Some(main) => {
            Some(text(&shared.zones.administration(person.scope(), person.who()).zone(main).await?.name))
        }
        None => None,
    };
    let content = context! {
        domain => subject.name,
        zone_name,
        table => Value::from_serialize(&table),
        filters,
        serial => zone.serial,
        changed_at => zone.changed_at.rfc3339(),
        is_signed => zone.is_signed,
        is_synonym,
        main,
        live => "zones",
    };
    page::of(&person, "zone.html", "zone", content)
}

/// `www` of `example.ch` is `www.example.ch`.
pub(super) fn full_name(owner: &str, zone: &str) -> String {
    match owner {
        "@" | "" => zone.to_owned(),
        owner if owner.ends_with('.') => owner.trim_end_matches('.').to_owned(),
        owner => format!("{owner}.{zone}"),
    }
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let remove: Vec<RecordId> = fields.all("id").filter_map(|id| id.parse().ok()).map(RecordId).collect();
    let count = remove.len();
    let edit = Edit { remove, ..Edit::default() };
    let result = shared.zones.administration(person.scope(), person.who()).edit(zone.id, edit).await;
    match result {
        Ok(diff) => {
            let words = person.guest.say("records-deleted", &[("count", Word::from(count))]);
            Ok(done(&person, &subject.path("zone"), &undoable(&subject, zone, diff.serial, words)))
        }
        Err(error) => {
            let error = refusal(&person, error)?;
            Ok(done(&person, &subject.path("zone"), &Toast::of(format!("{} {}", error.reason, error.rule))))
        }
    }
}

/// The message after a change, with the way back to what stood before.
pub(super) fn undoable(subject: &Subject, before: &ZoneInfo, serial: u32, words: String) -> Toast {
    let (before, after) = (before.serial.to_string(), serial.to_string());
    Toast::of(words).with_undo(subject.path("zone/undo"), &[("before", &before), ("after", &after)])
}

/// Takes a change back, unless another one followed it.
async fn undo(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let before: u32 = fields.text("before").parse().map_err(|_| Trouble::NotFound)?;
    let is_latest = fields.text("after") == zone.serial.to_string();
    let back = subject.path("zone");
    if !is_latest {
        return Ok(done(
            &person,
            &subject.path("zone/history"),
            &Toast::of(person.guest.say("undo-too-late", &[])),
        ));
    }
    match shared.zones.administration(person.scope(), person.who()).restore(zone.id, before).await {
        Ok(_) => Ok(done(&person, &back, &Toast::of(person.guest.say("undone", &[])))),
        Err(error) => {
            let error = refusal(&person, error)?;
            Ok(done(&person, &back, &Toast::of(error.reason)))
        }
    }
}
