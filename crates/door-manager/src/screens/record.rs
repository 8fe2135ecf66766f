//! One record: choosing its kind, guided entry with the raw view beside it, changing, deleting.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use minijinja::{Value, context};
use model::RecordId;
use zones::{Edit, NewRecord};

use super::Answer;
use super::guide::{self, Input};
use super::subject::{FieldError, Subject, refusal, text};
use super::zone::{full_name, undoable};
use crate::fields::Fields;
use crate::toast::done;
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone/new", get(kinds))
        .route("/domains/{name}/zone/new/{kind}", get(empty).post(add))
        .route("/domains/{name}/zone/preview/{kind}", post(preview))
        .route("/domains/{name}/zone/records/{id}", get(open).post(change))
}

async fn kinds(State(shared): State<Arc<Shared>>, person: Administrator, Path(name): Path<String>) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    subject.hosted()?;
    let groups: Vec<Value> = guide::KINDS.iter().map(|(group, kinds)| context! { group, kinds }).collect();
    page::of(&person, "record_kind.html", "zone", context! { domain => subject.name, groups })
}

/// What the form is about: a new record of a kind, or one that stands.
struct Form<'a> {
    subject: &'a Subject,
    kind: &'a str,
    record: Option<RecordId>,
    managed_by: &'a str,
    fields: &'a Fields,
    errors: &'a [FieldError],
    spf_host: &'a str,
}

async fn spf_host(shared: &Shared) -> Result<String, Trouble> {
    Ok(shared
        .zones
        .installation()
        .await?
        .map_or(String::new(), |installation| installation.spf_host.to_string()))
}

impl Form<'_> {
    fn show(&self, person: &Administrator) -> Answer {
        let zone = self.subject.hosted()?;
        let zone_name = text(&zone.name);
        let say = |key: &str| person.guest.say(key, &[]);
        let inputs = guide::inputs(self.kind).ok_or(Trouble::NotFound)?;
        let views: Vec<Value> = inputs.iter().map(|input| self.input(person, input, &zone_name)).collect();
        let made = guide::compose(self.kind, self.fields, self.spf_host);
        let presets: Vec<Value> = match self.kind {
            "srv" => guide::PRESETS
                .iter()
                .map(|(preset, service, protocol, port)| {
                    let query = format!("?service={service}&protocol={protocol}&port={port}");
                    context! { text => say(&format!("preset-{preset}")), href => format!("{}{query}", self.subject.path("zone/new/srv")) }
                })
                .collect(),
            _ => Vec::new(),
        };
        let content = context! {
            domain => self.subject.name,
            kind => self.kind,
            record => self.record.map(|id| id.to_string()),
            managed_by => self.managed_by,
            inputs => views,
            ttl => self.fields.text("ttl"),
            default_ttl => zone.default_ttl,
            note => self.fields.text("note"),
            serial => zone.serial,
            errors => Value::from_serialize(self.errors),
            raw => raw_line(&made, &zone_name, zone.default_ttl),
            presets,
        };
        page::of(person, "record.html", "zone", content)
    }

    fn input(&self, person: &Administrator, input: &Input, zone_name: &str) -> Value {
        let own = format!("field-{}-{}", self.kind, input.name);
        let key = if crate::words::knows(person.guest.language, &own) {
            own
        } else {
            format!("field-{}", input.name)
        };
        let help = format!("{key}-help");
        let help = if crate::words::knows(person.guest.language, &help) {
            person.guest.say(&help, &[])
        } else {
            String::new()
        };
        let options: Vec<Value> = input
            .options
            .iter()
            .map(|option| {
                let word = option_word(option);
                let key = format!("option-{}-{word}", input.name);
                let own = format!("option-{}-{}-{word}", self.kind, input.name);
                let key = if crate::words::knows(person.guest.language, &own) { own } else { key };
                let help = format!("{key}-help");
                let known = crate::words::knows(person.guest.language, &help);
                context! {
                    value => option,
                    text => person.guest.say(&key, &[]),
                    help => if known { person.guest.say(&help, &[]) } else { String::new() },
                }
            })
            .collect();
        context! {
            name => input.name,
            kind => if input.kind == "owner" { "text" } else { input.kind },
            label => person.guest.say(&key, &[]),
            help,
            options,
            suffix => if input.kind == "owner" { format!(".{zone_name}") } else { String::new() },
            value => self.fields.text(input.name),
            required => input.is_required,
        }
    }
}

/// Signs have names in keys.
fn option_word(option: &str) -> &str {
    match option {
        "-" => "fail",
        "~" => "softfail",
        "?" => "neutral",
        "" => "same",
        other => other,
    }
}

/// The line as a zone file has it.
fn raw_line(record: &NewRecord, zone: &str, default_ttl: u32) -> String {
    let ttl = record.ttl.unwrap_or(default_ttl);
    format!("{}. {ttl} IN {} {}", full_name(&record.owner, zone), record.kind, record.data)
}

async fn empty(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((name, kind)): Path<(String, String)>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let inputs = guide::inputs(&kind).ok_or(Trouble::NotFound)?;
    let query = person.guest.target.split_once('?').map_or("", |(_, query)| query).to_owned();
    let asked: Fields = url::form_urlencoded::parse(query.as_bytes()).into_owned().take(20).collect();
    let fields: Fields = inputs
        .iter()
        .map(|input| {
            let value = if asked.has(input.name) { asked.text(input.name) } else { input.default };
            (input.name.to_owned(), value.to_owned())
        })
        .collect();
    let spf_host = spf_host(&shared).await?;
    Form {
        subject: &subject,
        kind: &kind,
        record: None,
        managed_by: "",
        fields: &fields,
        errors: &[],
        spf_host: &spf_host,
    }
    .show(&person)
}

async fn add(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((name, kind)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    save(&shared, &person, &name, kind, None, &fields).await
}

async fn change(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((name, id)): Path<(String, i64)>,
    fields: Fields,
) -> Answer {
    let kind = fields.text("guide").to_owned();
    save(&shared, &person, &name, kind, Some(RecordId(id)), &fields).await
}

async fn save(
    shared: &Shared,
    person: &Administrator,
    name: &str,
    kind: String,
    record: Option<RecordId>,
    fields: &Fields,
) -> Answer {
    let subject = Subject::of(shared, person, name).await?;
    let zone = subject.hosted()?;
    let inputs = guide::inputs(&kind).ok_or(Trouble::NotFound)?;
    let spf_host = spf_host(shared).await?;
    let mut errors: Vec<FieldError> = inputs
        .iter()
        .filter(|input| {
            input.is_required
                && !input.kind.starts_with("c")
                && input.kind != "select"
                && !fields.has(input.name)
        })
        .map(|input| FieldError {
            field: input.name.to_owned(),
            reason: person.guest.say("field-empty", &[]),
            rule: String::new(),
        })
        .collect();
    if !fields.text("ttl").is_empty() && fields.text("ttl").parse::<u32>().is_err() {
        errors.push(FieldError {
            field: "ttl".to_owned(),
            reason: person.guest.say("field-not-a-number", &[]),
            rule: String::new(),
        });
    }
    if errors.is_empty() {
        let made = guide::compose(&kind, fields, &spf_host);
        let mut edit = Edit::default();
        match record {
            Some(id) => edit.change.push((id, made)),
            None => edit.add.push(made),
        }
        match shared.zones.administration(person.scope(), person.who()).edit(zone.id, edit).await {
            Ok(diff) => {
                let key = if record.is_some() { "record-changed" } else { "record-added" };
                let words = person.guest.say(key, &[("kind", Word::from(kind.to_uppercase()))]);
                return Ok(done(
                    person,
                    &subject.path("zone"),
                    &undoable(&subject, zone, diff.serial, words),
                ));
            }
            Err(error) => {
                let mut error = refusal(person, error)?;
                error.field = guide::field_for(&kind, &error.field).to_owned();
                errors.push(error);
            }
        }
    }
    let form = Form {
        subject: &subject,
        kind: &kind,
        record,
        managed_by: "",
        fields,
        errors: &errors,
        spf_host: &spf_host,
    };
    let mut page = form.show(person)?;
    *page.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

async fn preview(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((name, kind)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let zone = subject.hosted()?;
    guide::inputs(&kind).ok_or(Trouble::NotFound)?;
    let made = guide::compose(&kind, &fields, &spf_host(&shared).await?);
    Ok(raw_line(&made, &text(&zone.name), zone.default_ttl).into_response())
}

async fn open(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path((name, id)): Path<(String, i64)>,
) -> Answer {
    let subject = Subject::of(&shared, &person, &name).await?;
    let records = subject.records(&shared, &person).await?;
    let record = records.iter().find(|record| record.id == RecordId(id)).ok_or(Trouble::NotFound)?;
    let spf_host = spf_host(&shared).await?;
    let wants_raw = person.guest.target.ends_with("?raw");
    let (kind, fields) = match wants_raw {
        true => {
            let owner = if record.owner == "@" { "" } else { &record.owner };
            let pairs = [("owner", owner), ("kind", record.kind.as_str()), ("data", &record.data)];
            ("raw", pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        }
        false => guide::decompose(record, &spf_host),
    };
    let rest = [("ttl".to_owned(), record.ttl.to_string()), ("note".to_owned(), record.note.clone())];
    let owned = fields.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).chain(rest);
    let fields: Fields = owned.collect();
    Form {
        subject: &subject,
        kind,
        record: Some(record.id),
        managed_by: record.managed_by.as_str(),
        fields: &fields,
        errors: &[],
        spf_host: &spf_host,
    }
    .show(&person)
}
