//! What goes in and out of a zone as a whole: zone files, secondaries, DNSSEC, and the end of the zone.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keys::ZoneKeyState;
use minijinja::{Value, context};
use wire_dns::SigningKey;
use zones::{DnsName, Import, ImportMode, ImportOptions, Secondary, ZoneChange};

use super::Answer;
use super::history::lines;
use super::subject::{FieldError, Subject, refusal, text};
use super::zone::undoable;
use crate::fields::Fields;
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone/import", get(form).post(import))
        .route("/domains/{name}/zone/export", get(export))
        .route("/domains/{name}/zone/settings", get(settings))
        .route("/domains/{name}/zone/dnssec", post(dnssec))
        .route("/domains/{name}/zone/rollover", post(rollover))
        .route("/domains/{name}/zone/ttl", post(default_ttl))
        .route("/domains/{name}/zone/secondaries", post(secondaries))
        .route("/domains/{name}/zone/end", get(confirm).post(end))
}

async fn form(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    subject.hosted()?;
    page::of(
        &person,
        "import.html",
        "zone",
        context! { domain => subject.name, text => "", mode => "add", errors => Value::from_serialize(Vec::<FieldError>::new()) },
    )
}

fn preview(import: &Import) -> Value {
    let told = |lines: &[zones::RefusedLine]| -> Vec<Value> {
        lines
            .iter()
            .take(200)
            .map(|line| context! { line => line.line, reason => line.reason, rule => line.rule })
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

async fn import(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let file = fields.raw("file");
    let text = if file.trim().is_empty() { fields.raw("text") } else { file }.to_owned();
    let mode: ImportMode = fields.text("mode").parse().unwrap_or_default();
    let zones = shared.zones.administration(person.scope(), person.who());
    let wants_apply = fields.text("step") == "apply";
    let mut errors = Vec::new();
    let mut view = None;
    if text.trim().is_empty() {
        errors.push(FieldError {
            field: "text".to_owned(),
            reason: person.guest.say("field-empty", &[]),
            rule: String::new(),
        });
    } else {
        match zones
            .import(zone.id, text.clone(), ImportOptions { mode, is_dry: !wants_apply, skips_refused: false })
            .await
        {
            Ok(import) if wants_apply && import.refused.is_empty() => {
                let count = import.diff.added.len() + import.diff.removed.len();
                let words = person.guest.say("imported", &[("count", Word::from(count))]);
                return Ok(done(
                    &person,
                    &subject.path("zone"),
                    &undoable(&subject, zone, import.diff.serial, words),
                ));
            }
            Ok(import) => view = Some(preview(&import)),
            Err(error) => {
                let mut error = refusal(&person, error)?;
                error.field = "text".to_owned();
                errors.push(error);
            }
        }
    }
    let mode = if mode == ImportMode::Replace { "replace" } else { "add" };
    let content = context! { domain => subject.name, text, mode, errors => Value::from_serialize(&errors), preview => view };
    page::of(&person, "import.html", "zone", content)
}

async fn export(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let file = shared.zones.administration(person.scope(), person.who()).export(zone.id).await?;
    let mut response = file.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/dns; charset=utf-8"));
    if let Ok(value) =
        format!("attachment; filename=\"{}.zone\"", text(&zone.name).replace(['"', '\\'], "")).parse()
    {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The fields of the list of secondaries as they were typed, with what is wrong.
struct Typed<'a> {
    address: &'a str,
    key_name: &'a str,
    secret: &'a str,
    errors: Vec<FieldError>,
}

async fn settings(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    show_settings(
        &shared,
        &person,
        &subject,
        Typed { address: "", key_name: "", secret: "", errors: Vec::new() },
    )
    .await
}

async fn show_settings(
    shared: &Shared,
    person: &Administrator,
    subject: &Subject,
    typed: Typed<'_>,
) -> Answer {
    let zone = subject.hosted()?;
    let zones = shared.zones.administration(person.scope(), person.who());
    let secondaries: Vec<Value> = zones
        .secondaries(zone.id)
        .await?
        .iter()
        .map(|secondary| context! { address => secondary.address.to_string(), key_name => secondary.key_name.to_string(), secret => STANDARD.encode(&secondary.secret) })
        .collect();
    let ds = ds_lines(shared, zone).await?;
    let content = context! {
        form => "settings",
        domain => subject.name,
        zone_name => text(&zone.name),
        serial => zone.serial,
        default_ttl => zone.default_ttl,
        is_signed => zone.is_signed,
        is_synonym => zone.main.is_some(),
        ds,
        secondaries,
        address => typed.address,
        key_name => typed.key_name,
        secret => typed.secret,
        errors => Value::from_serialize(&typed.errors),
    };
    page::of(person, "settings.html", "zone", content)
}

/// The DS records that the parent zone needs (RFC 4034 §5).
pub(super) async fn ds_lines(shared: &Shared, zone: &zones::ZoneInfo) -> Result<Vec<String>, Trouble> {
    if !zone.is_signed {
        return Ok(Vec::new());
    }
    let keys = shared.keys.zone_keys(zone.id).await.map_err(|error| Trouble::ours(&error))?;
    let Ok(name) = wire_dns::Name::from_ascii(zone.name.to_string()) else { return Ok(Vec::new()) };
    let known = keys.iter().filter(|key| key.state != ZoneKeyState::Retiring);
    let pairs = known.filter_map(|key| SigningKey::from_pkcs8(&key.pkcs8).ok());
    Ok(pairs.map(|pair| pair.ds_text(&name)).collect())
}

async fn dnssec(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let is_signed = fields.text("signed") == "yes";
    let change = ZoneChange { is_signed: Some(is_signed), ..ZoneChange::default() };
    let back = subject.path("zone/settings");
    match shared.zones.administration(person.scope(), person.who()).change_zone(zone.id, change).await {
        Ok(_) => {
            let words = person.guest.say(if is_signed { "dnssec-on-done" } else { "dnssec-off-done" }, &[]);
            let opposite = if is_signed { "" } else { "yes" };
            let toast = Toast::of(words).with_undo(subject.path("zone/dnssec"), &[("signed", opposite)]);
            Ok(done(&person, &back, &toast))
        }
        Err(error) => Ok(done(&person, &back, &Toast::of(refusal(&person, error)?.reason))),
    }
}

/// Begins to replace the key that signs the zone (RFC 6781 §4.1.2).
async fn rollover(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    _fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let words = match shared.zones.administration(person.scope(), person.who()).begin_rollover(zone.id).await
    {
        Ok(_) => person.guest.say("dnssec-rollover-done", &[]),
        Err(error) => refusal(&person, error)?.reason,
    };
    Ok(done(&person, &subject.path("zone/settings"), &Toast::of(words)))
}

async fn default_ttl(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let empty = || Typed { address: "", key_name: "", secret: "", errors: Vec::new() };
    let Ok(ttl) = fields.text("ttl").parse() else {
        let error = FieldError {
            field: "ttl".to_owned(),
            reason: person.guest.say("field-not-a-number", &[]),
            rule: String::new(),
        };
        return show_settings(&shared, &person, &subject, Typed { errors: vec![error], ..empty() }).await;
    };
    let change = ZoneChange { default_ttl: Some(ttl), ..ZoneChange::default() };
    match shared.zones.administration(person.scope(), person.who()).change_zone(zone.id, change).await {
        Ok(_) => {
            let before = zone.default_ttl.to_string();
            let toast = Toast::of(person.guest.say("saved", &[]))
                .with_undo(subject.path("zone/ttl"), &[("ttl", &before)]);
            Ok(done(&person, &subject.path("zone/settings"), &toast))
        }
        Err(error) => {
            let mut error = refusal(&person, error)?;
            error.field = "ttl".to_owned();
            show_settings(&shared, &person, &subject, Typed { errors: vec![error], ..empty() }).await
        }
    }
}

async fn secondaries(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let zones = shared.zones.administration(person.scope(), person.who());
    let mut all = zones.secondaries(zone.id).await?;
    let removed = fields.text("remove").to_owned();
    let mut errors = Vec::new();
    let mut wrong = |field: &str, key: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            reason: person.guest.say(key, &[]),
            rule: String::new(),
        });
    };
    if removed.is_empty() {
        let typed = fields.text("address");
        let address = typed
            .parse()
            .or_else(|_| format!("{typed}:53").parse())
            .or_else(|_| format!("[{typed}]:53").parse());
        let key_name = DnsName::parse(fields.text("key_name"));
        let secret = STANDARD.decode(fields.text("secret"));
        if address.is_err() {
            wrong("address", "secondary-address-wrong");
        }
        if key_name.is_err() {
            wrong("key_name", "secondary-key-wrong");
        }
        if secret.is_err() {
            wrong("secret", "secondary-secret-wrong");
        }
        if let (Ok(address), Ok(key_name), Ok(secret)) = (address, key_name, secret) {
            all.push(Secondary { address, key_name, secret });
        }
    } else {
        all.retain(|secondary| secondary.address.to_string() != removed);
    }
    if errors.is_empty() {
        match zones.set_secondaries(zone.id, all).await {
            Ok(()) => {
                return Ok(done(
                    &person,
                    &subject.path("zone/settings"),
                    &Toast::of(person.guest.say("saved", &[])),
                ));
            }
            Err(error) => {
                let mut error = refusal(&person, error)?;
                if error.field == "key" {
                    error.field = "key_name".to_owned();
                }
                errors.push(error);
            }
        }
    }
    let typed = Typed {
        address: fields.text("address"),
        key_name: fields.text("key_name"),
        secret: fields.text("secret"),
        errors,
    };
    show_settings(&shared, &person, &subject, typed).await
}

async fn confirm(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    show_confirm(&person, &subject, Vec::new())
}

fn show_confirm(person: &Administrator, subject: &Subject, errors: Vec<FieldError>) -> Answer {
    let zone = subject.hosted()?;
    let content = context! { domain => subject.name, zone_name => text(&zone.name), records => zone.records, errors => Value::from_serialize(&errors) };
    page::of(person, "confirm.html", "zone", content)
}

async fn end(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(name): Path<String>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    let zone_name = text(&zone.name);
    if fields.text("name") != zone_name {
        let reason = person.guest.say("confirm-name-wrong", &[("name", Word::from(zone_name.as_str()))]);
        return show_confirm(
            &person,
            &subject,
            vec![FieldError { field: "name".to_owned(), reason, rule: String::new() }],
        );
    }
    match shared.zones.administration(person.scope(), person.who()).delete_zone(zone.id, false).await {
        Ok(()) => {
            let words = person.guest.say("zone-deleted", &[("domain", Word::from(zone_name))]);
            Ok(done(&person, "/manager/domains", &Toast::of(words)))
        }
        Err(error) => {
            let mut error = refusal(&person, error)?;
            error.field = "name".to_owned();
            show_confirm(&person, &subject, vec![error])
        }
    }
}
