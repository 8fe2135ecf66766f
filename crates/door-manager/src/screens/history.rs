//! A zone's history: each change with what it added and removed, any version against today's, and back to it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use minijinja::{Value, context};
use zones::{Diff, RecordData};

use super::Answer;
use super::subject::{Subject, refusal};
use super::zone::undoable;
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

/// Changes that one page shows.
const CHANGES_SHOWN: usize = 100;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone/history", get(show))
        .route("/domains/{name}/zone/history/{serial}", get(version))
        .route("/domains/{name}/zone/restore", post(restore))
}

/// Lines of a comparison: `+` or `-`, and the record as a zone file has it.
pub(super) fn lines(diff: &Diff) -> Vec<Value> {
    changed(&diff.added, &diff.removed)
}

fn changed(added: &[RecordData], removed: &[RecordData]) -> Vec<Value> {
    let line = |sign: &str, record: &RecordData| {
        let text = format!("{} {} {} {}", record.owner, record.ttl, record.kind.as_str(), record.data);
        (record.owner.clone(), sign == "+", context! { sign, text })
    };
    let mut all: Vec<(String, bool, Value)> = removed.iter().map(|record| line("−", record)).collect();
    all.extend(added.iter().map(|record| line("+", record)));
    all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    all.into_iter().take(500).map(|(_, _, view)| view).collect()
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let history = shared
        .zones
        .administration(person.scope(), person.who())
        .history(zone.id, Some(CHANGES_SHOWN))
        .await?;
    let changes: Vec<Value> = history
        .iter()
        .map(|change| {
            context! {
                serial => change.serial,
                at => change.at.rfc3339(),
                who => change.who,
                called => change.called,
                added => change.added.len(),
                removed => change.removed.len(),
                lines => changed(&change.added, &change.removed),
                is_current => change.serial == zone.serial,
            }
        })
        .collect();
    page::of(
        &person,
        "history.html",
        "zone",
        context! { domain => subject.name, changes, serial => zone.serial, live => "zones" },
    )
}

async fn version(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((name, serial)): Path<(String, u32)>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let zones = shared.zones.administration(person.scope(), person.who());
    let records = zones.version(zone.id, serial).await?;
    let diff = zones.diff(zone.id, zone.serial, serial).await?;
    let content = context! {
        domain => subject.name,
        serial,
        current => zone.serial,
        count => records.len(),
        lines => lines(&diff),
        added => diff.added.len(),
        removed => diff.removed.len(),
    };
    page::of(&person, "version.html", "zone", content)
}

async fn restore(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let serial: u32 = fields.text("serial").parse().map_err(|_| crate::trouble::Trouble::NotFound)?;
    match shared.zones.administration(person.scope(), person.who()).restore(zone.id, serial).await {
        Ok(diff) => {
            let words = person.guest.say("version-restored", &[("serial", Word::from(serial.to_string()))]);
            Ok(done(&person, &subject.path("zone"), &undoable(&subject, zone, diff.serial, words)))
        }
        Err(error) => {
            let error = refusal(&person, error)?;
            Ok(done(
                &person,
                &subject.path("zone/history"),
                &Toast::of(format!("{} {}", error.reason, error.rule)),
            ))
        }
    }
}
