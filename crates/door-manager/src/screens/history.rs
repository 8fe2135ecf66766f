//! A zone's history: each change with what it added and removed, any version against today's, and back to it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use minijinja::{Value, context};
use serde::Deserialize;
use zones::{Diff, RecordData};

use super::Answer;
use super::subject::Hosted;
use crate::Shared;
use crate::fields::Fields;
use crate::trouble::Trouble;
use crate::words::Word;

/// Changes that one page shows.
const CHANGES_SHOWN: usize = 100;
/// Lines of a comparison that one page shows.
const LINES_SHOWN: usize = 500;

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
    all.into_iter().take(LINES_SHOWN).map(|(_, _, view)| view).collect()
}

async fn show(at: Hosted) -> Answer {
    let history = at.zones().history(at.zone.id, Some(CHANGES_SHOWN)).await?;
    let changes: Vec<Value> = history
        .iter()
        .map(|change| {
            context! {
                serial => change.serial.to_string(),
                at => change.at.rfc3339(),
                who => change.who,
                called => change.called,
                added => change.added.len(),
                removed => change.removed.len(),
                lines => changed(&change.added, &change.removed),
                is_current => change.serial == at.zone.serial,
            }
        })
        .collect();
    at.page("history.html", "zone", context! { changes, live => "zones" })
}

#[derive(Deserialize)]
struct Version {
    serial: u32,
}

async fn version(at: Hosted, Path(Version { serial }): Path<Version>) -> Answer {
    let records = at.zones().version(at.zone.id, serial).await?;
    let diff = at.zones().diff(at.zone.id, at.zone.serial, serial).await?;
    let content = context! {
        serial => serial.to_string(),
        count => records.len(),
        lines => lines(&diff),
        added => diff.added.len(),
        removed => diff.removed.len(),
    };
    at.page("version.html", "zone", content)
}

async fn restore(at: Hosted, fields: Fields) -> Answer {
    let serial: u32 = fields.text("serial").parse().map_err(|_| Trouble::NotFound)?;
    match at.zones().restore(at.zone.id, serial).await {
        Ok(diff) => {
            let words = at.say("version-restored", &[("serial", Word::from(serial.to_string()))]);
            at.done("zone", &at.undoable(diff.serial, words))
        }
        Err(error) => at.refused("zone/history", error),
    }
}
