//! What goes in and out of a zone as a whole: zone files, and the end of the zone.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use minijinja::{Value, context};
use zones::{Import, ImportMode, ImportOptions};

use super::Answer;
use super::history::lines;
use super::refusal::{FieldError, in_words};
use super::subject::Hosted;
use crate::Shared;
use crate::fields::Fields;
use crate::toast::{self, Toast};
use crate::visitor::Guest;
use crate::words::Word;

/// Lines of a file that are left out or refused, of which one page tells.
const LINES_TOLD: usize = 200;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone/import", get(form).post(import))
        .route("/domains/{name}/zone/export", get(export))
        .route("/domains/{name}/zone/end", get(confirm).post(end))
}

async fn form(at: Hosted) -> Answer {
    at.page("import.html", "zone", context! { text => "", mode => "add", errors => Vec::<Value>::new() })
}

fn preview(guest: &Guest, import: &Import) -> Value {
    let told = |lines: &[zones::RefusedLine]| -> Vec<Value> {
        lines
            .iter()
            .take(LINES_TOLD)
            .map(|line| {
                let (reason, rule) = in_words(guest, &line.reason, line.rule);
                context! { line => line.line, reason, rule }
            })
            .collect()
    };
    context! {
        lines => lines(&import.diff),
        added => import.diff.added.len(),
        removed => import.diff.removed.len(),
        unchanged => import.unchanged,
        skipped => told(&import.skipped),
        refused => told(&import.refused),
    }
}

async fn import(at: Hosted, fields: Fields) -> Answer {
    let file = fields.raw("file");
    let text = if file.trim().is_empty() { fields.raw("text") } else { file }.to_owned();
    let mode: ImportMode = fields.text("mode").parse().unwrap_or_default();
    let wants_apply = fields.text("step") == "apply";
    let mut errors = Vec::new();
    let mut view = None;
    if text.trim().is_empty() {
        errors.push(FieldError::new("text", at.say("field-empty", &[])));
    } else {
        let options = ImportOptions { mode, is_dry: !wants_apply, skips_refused: false };
        match at.zones().import(at.zone.id, text.clone(), options).await {
            Ok(import) if wants_apply && import.refused.is_empty() => {
                let count = import.diff.added.len() + import.diff.removed.len();
                let words = at.say("imported", &[("count", Word::from(count))]);
                return at.done("zone", &at.undoable(import.diff.serial, words));
            }
            Ok(import) => view = Some(preview(&at.person.guest, &import)),
            Err(error) => errors.push(at.refusal(error)?.at("text")),
        }
    }
    let mode = if mode == ImportMode::Replace { "replace" } else { "add" };
    let content = context! { text, mode, errors => Value::from_serialize(&errors), preview => view };
    at.page("import.html", "zone", content)
}

async fn export(at: Hosted) -> Answer {
    let mut response = at.zones().export(at.zone.id).await?.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/dns; charset=utf-8"));
    let name = at.zone_name().replace(['"', '\\'], "");
    if let Ok(value) = format!("attachment; filename=\"{name}.zone\"").parse() {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn confirm(at: Hosted) -> Answer {
    show_confirm(&at, &[])
}

fn show_confirm(at: &Hosted, errors: &[FieldError]) -> Answer {
    let content = context! { zone_name => at.zone_name(), records => at.zone.records, errors => Value::from_serialize(errors) };
    at.page("confirm.html", "zone", content)
}

async fn end(at: Hosted, fields: Fields) -> Answer {
    let zone_name = at.zone_name();
    if fields.text("name") != zone_name {
        let reason = at.say("confirm-name-wrong", &[("name", Word::from(zone_name))]);
        return show_confirm(&at, &[FieldError::new("name", reason)]);
    }
    match at.zones().delete_zone(at.zone.id, false).await {
        Ok(()) => {
            let words = at.say("zone-deleted", &[("domain", Word::from(zone_name))]);
            Ok(toast::done(&at.person, "/manager/domains", &Toast::of(words)))
        }
        Err(error) => show_confirm(&at, &[at.refusal(error)?.at("name")]),
    }
}
