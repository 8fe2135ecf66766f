//! One record: choosing its kind, guided entry with the raw view beside it, changing, deleting.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use minijinja::{Value, context};
use model::RecordId;
use serde::Deserialize;
use zones::Edit;

use super::Answer;
use super::guide::{self, Input};
use super::refusal::FieldError;
use super::subject::Hosted;
use super::zone::full_name;
use crate::fields::Fields;
use crate::trouble::Trouble;
use crate::words::{Word, knows};
use crate::{Shared, reader};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/domains/{name}/zone/new", get(kinds))
        .route("/domains/{name}/zone/new/{kind}", get(empty).post(add))
        .route("/domains/{name}/zone/preview/{kind}", post(preview))
        .route("/domains/{name}/zone/records/{id}", get(open).post(change))
}

/// The kind of the record in the address.
#[derive(Deserialize)]
struct OfKind {
    kind: String,
}

/// The record in the address.
#[derive(Deserialize)]
struct Which {
    id: i64,
}

async fn kinds(at: Hosted) -> Answer {
    let groups: Vec<Value> = guide::KINDS.iter().map(|(group, kinds)| context! { group, kinds }).collect();
    at.page("record_kind.html", "zone", context! { groups })
}

/// What the form is about: a new record of a kind, or one that stands.
struct Form<'a> {
    at: &'a Hosted,
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
    fn show(&self) -> Answer {
        let at = self.at;
        let zone_name = at.zone_name();
        let inputs = guide::inputs(self.kind).ok_or(Trouble::NotFound)?;
        let views: Vec<Value> = inputs.iter().map(|input| self.input(input, &zone_name)).collect();
        let presets: Vec<Value> = match self.kind {
            "srv" => guide::PRESETS
                .iter()
                .map(|(preset, service, protocol, port)| {
                    let query = format!("?service={service}&protocol={protocol}&port={port}");
                    context! { text => at.say(&format!("preset-{preset}"), &[]), href => format!("{}{query}", at.path("zone/new/srv")) }
                })
                .collect(),
            _ => Vec::new(),
        };
        let content = context! {
            kind => self.kind,
            record => self.record.map(|id| id.to_string()),
            managed_by => self.managed_by,
            inputs => views,
            ttl => self.fields.text("ttl"),
            default_ttl => reader::number(i64::from(at.zone.default_ttl)),
            note => self.fields.text("note"),
            errors => Value::from_serialize(self.errors),
            raw => raw_line(at, self.kind, self.fields, self.spf_host),
            presets,
        };
        at.page("record.html", "zone", content)
    }

    fn input(&self, input: &Input, zone_name: &str) -> Value {
        let language = self.at.person.guest.language;
        let say = |key: &str| self.at.say(key, &[]);
        let help_of = |key: &str| {
            let help = format!("{key}-help");
            if knows(language, &help) { say(&help) } else { String::new() }
        };
        let key = label_key(self.at, self.kind, input);
        let options: Vec<Value> = input
            .options
            .iter()
            .map(|option| {
                let word = option_word(option);
                let own = format!("option-{}-{}-{word}", self.kind, input.name);
                let key = if knows(language, &own) { own } else { format!("option-{}-{word}", input.name) };
                context! { value => option, text => say(&key), help => help_of(&key) }
            })
            .collect();
        context! {
            name => input.name,
            kind => if input.kind == "owner" { "text" } else { input.kind },
            label => say(&key),
            help => help_of(&key),
            options,
            suffix => if input.kind == "owner" { format!(".{zone_name}") } else { String::new() },
            value => self.fields.text(input.name),
            required => input.is_required,
        }
    }
}

/// The key of a field's words: the kind's own, where it has any.
fn label_key(at: &Hosted, kind: &str, input: &Input) -> String {
    let own = format!("field-{kind}-{}", input.name);
    if knows(at.person.guest.language, &own) { own } else { format!("field-{}", input.name) }
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

/// The line as a zone file has it. Where something is still to be typed stands what: `‹Serveur›`.
fn raw_line(at: &Hosted, kind: &str, fields: &Fields, spf_host: &str) -> String {
    let inputs = guide::inputs(kind).unwrap_or_default();
    let lacking: Vec<&Input> =
        inputs.iter().filter(|input| input.is_typed() && !fields.has(input.name)).collect();
    // The rules of a zone file hold for ASCII: the words come in afterwards.
    let place = |input: &Input| format!("<{}>", input.name);
    let typed = fields.pairs().filter(|(_, value)| !value.is_empty());
    let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let places = lacking.iter().map(|input| (input.name.to_owned(), place(input)));
    let made = guide::compose(kind, &typed.chain(places).collect(), spf_host);
    let ttl = made.ttl.unwrap_or(at.zone.default_ttl);
    let owner = full_name(&made.owner, &at.zone_name());
    let line = format!("{owner}. {ttl} IN {} {}", made.kind, made.data);
    lacking.iter().fold(line, |line, input| {
        let label = at.say(&label_key(at, kind, input), &[]);
        line.replace(&place(input), &format!("‹{label}›"))
            .replace(&place(input).to_uppercase(), &format!("‹{label}›"))
    })
}

async fn empty(at: Hosted, Path(OfKind { kind }): Path<OfKind>) -> Answer {
    let inputs = guide::inputs(&kind).ok_or(Trouble::NotFound)?;
    let query = at.person.guest.target.split_once('?').map_or("", |(_, query)| query).to_owned();
    let asked: Fields = url::form_urlencoded::parse(query.as_bytes()).into_owned().take(20).collect();
    let fields: Fields = inputs
        .iter()
        .map(|input| {
            let value = if asked.has(input.name) { asked.text(input.name) } else { input.default };
            (input.name.to_owned(), value.to_owned())
        })
        .collect();
    let spf_host = spf_host(&at.shared).await?;
    Form {
        at: &at,
        kind: &kind,
        record: None,
        managed_by: "",
        fields: &fields,
        errors: &[],
        spf_host: &spf_host,
    }
    .show()
}

async fn add(at: Hosted, Path(OfKind { kind }): Path<OfKind>, fields: Fields) -> Answer {
    save(&at, &kind, None, &fields).await
}

async fn change(at: Hosted, Path(Which { id }): Path<Which>, fields: Fields) -> Answer {
    save(&at, fields.text("guide"), Some(RecordId(id)), &fields).await
}

async fn save(at: &Hosted, kind: &str, record: Option<RecordId>, fields: &Fields) -> Answer {
    let inputs = guide::inputs(kind).ok_or(Trouble::NotFound)?;
    let spf_host = spf_host(&at.shared).await?;
    let lacks = |input: &&Input| input.is_typed() && !fields.has(input.name);
    let mut errors: Vec<FieldError> = inputs
        .iter()
        .filter(lacks)
        .map(|input| FieldError::new(input.name, at.say("field-empty", &[])))
        .collect();
    if fields.has("ttl") && fields.number("ttl").is_none() {
        errors.push(FieldError::new("ttl", at.say("field-not-a-number", &[])));
    }
    if errors.is_empty() {
        let made = guide::compose(kind, fields, &spf_host);
        let mut edit = Edit::default();
        match record {
            Some(id) => edit.change.push((id, made)),
            None => edit.add.push(made),
        }
        match at.zones().edit(at.zone.id, edit).await {
            Ok(diff) => {
                let key = if record.is_some() { "record-changed" } else { "record-added" };
                let words = at.say(key, &[("kind", Word::from(kind.to_uppercase()))]);
                return at.done("zone", &at.undoable(diff.serial, words));
            }
            Err(error) => {
                let error = at.refusal(error)?;
                let field = guide::field_for(kind, &error.field);
                errors.push(error.at(field));
            }
        }
    }
    let form = Form { at, kind, record, managed_by: "", fields, errors: &errors, spf_host: &spf_host };
    let mut page = form.show()?;
    *page.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

async fn preview(at: Hosted, Path(OfKind { kind }): Path<OfKind>, fields: Fields) -> Answer {
    guide::inputs(&kind).ok_or(Trouble::NotFound)?;
    Ok(raw_line(&at, &kind, &fields, &spf_host(&at.shared).await?).into_response())
}

async fn open(at: Hosted, Path(Which { id }): Path<Which>) -> Answer {
    let records = at.records().await?;
    let record = records.iter().find(|record| record.id == RecordId(id)).ok_or(Trouble::NotFound)?;
    let spf_host = spf_host(&at.shared).await?;
    let wants_raw = at.person.guest.target.ends_with("?raw");
    let (kind, fields) = if wants_raw { guide::as_raw(record) } else { guide::decompose(record, &spf_host) };
    let rest = [("ttl".to_owned(), record.ttl.to_string()), ("note".to_owned(), record.note.clone())];
    let owned = fields.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).chain(rest);
    let fields: Fields = owned.collect();
    Form {
        at: &at,
        kind,
        record: Some(record.id),
        managed_by: record.managed_by.as_str(),
        fields: &fields,
        errors: &[],
        spf_host: &spf_host,
    }
    .show()
}
