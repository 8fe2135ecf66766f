//! «Comptes d'application»: what business software (payroll and the like) sends with; made, its password shown once,
//! limited, put out of use, deleted.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use db::Seek;
use directory::{
    AllowedSender, ApplicationChange, ApplicationId, ApplicationInfo, CreatedApplication, NewApplication,
    quota_of_text,
};
use minijinja::{Value, context};
use model::Address;

use super::Answer;
use super::addresses::quota_text;
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, limits, page};

const PATH: &str = "/manager/applications";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/applications", get(list))
        .route("/applications/new", get(new).post(create))
        .route("/applications/{id}", get(show).post(change))
        .route("/applications/{id}/state", post(set_state))
        .route("/applications/{id}/password", post(renew))
        .route("/applications/{id}/delete", post(delete))
}

/// Every application account of the organisation; there are at most a hundred.
async fn applications(shared: &Shared, person: &Person) -> Result<Vec<ApplicationInfo>, Trouble> {
    let people = person.people(shared);
    let (mut all, mut seek) = (Vec::new(), Seek::first(limits::ROWS_PER_PAGE));
    loop {
        let page = people.applications(seek).await?;
        all.extend(page.items);
        seek = Seek::first(limits::ROWS_PER_PAGE);
        seek.after = page.next;
        if seek.after.is_none() {
            return Ok(all);
        }
    }
}

fn state(person: &Person, info: &ApplicationInfo) -> (&'static str, String) {
    match info.is_disabled {
        true => ("lost", person.guest.say("application-disabled", &[])),
        false => ("ok", person.guest.say("application-in-use", &[])),
    }
}

fn texts<T: ToString>(several: &[T]) -> Vec<String> {
    several.iter().map(ToString::to_string).collect()
}

async fn list(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    let say = |key: &str| person.guest.say(key, &[]);
    let rows = applications(&shared, &person).await?.into_iter().map(|info| {
        let (lamp, words) = state(&person, &info);
        let used = Cell::time(info.last_used_at, say("never"));
        Row {
            id: info.id.to_string(),
            href: format!("{PATH}/{}", info.id),
            cells: vec![
                Cell::text(&info.name).with_note(&info.login),
                Cell::text(texts(&info.senders).join(", ")),
                Cell::number(u64::from(info.hourly_limit)),
                used.with_note(info.last_source.clone().unwrap_or_default()),
                Cell::lamp(lamp, words),
            ],
            ..Row::default()
        }
    });
    let columns = ["name", "application-senders", "application-hourly", "last-used", "state"]
        .map(|key| Column { key, is_number: key == "application-hourly" });
    let wish = Wish::of(&person.guest.target);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("comptes-d-application", say));
    }
    let content = context! { table => Value::from_serialize(&table) };
    page::of(&person, "applications.html", "applications", content)
}

/// What the form holds: as it was typed, or as it is.
struct Form {
    name: String,
    senders: String,
    reads: String,
    hourly: String,
    size: String,
}

impl Form {
    fn typed(fields: &Fields) -> Form {
        Form {
            name: fields.text("name").to_owned(),
            senders: fields.text("senders").replace("\r\n", "\n"),
            reads: fields.text("reads").replace("\r\n", "\n"),
            hourly: fields.text("hourly").to_owned(),
            size: fields.text("size").to_owned(),
        }
    }

    fn of(person: &Person, info: &ApplicationInfo) -> Form {
        Form {
            name: info.name.clone(),
            senders: texts(&info.senders).join("\n"),
            reads: texts(&info.reads).join("\n"),
            hourly: info.hourly_limit.to_string(),
            size: quota_text(&person.guest, info.size_limit_bytes),
        }
    }

    fn usual(person: &Person) -> Form {
        Form {
            name: String::new(),
            senders: String::new(),
            reads: String::new(),
            hourly: directory::limits::APPLICATION_HOURLY_LIMIT.to_string(),
            size: quota_text(&person.guest, directory::limits::APPLICATION_SIZE_LIMIT_BYTES),
        }
    }

    fn shown(&self) -> Value {
        context! { name => self.name, senders => self.senders, reads => self.reads, hourly => self.hourly, size => self.size }
    }
}

/// The limits of a form, or what is wrong with each field.
struct Limits {
    senders: Vec<AllowedSender>,
    reads: Vec<Address>,
    hourly: u32,
    size_bytes: u64,
}

impl Limits {
    fn read(person: &Person, fields: &Fields) -> Result<Limits, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, key: &str, text: &str| {
            errors.push(FieldError::new(field, person.guest.say(key, &[("text", Word::from(text))])));
        };
        let mut senders = Vec::new();
        for text in several(fields.text("senders")) {
            match text.parse() {
                Ok(sender) => senders.push(sender),
                Err(_) => wrong("senders", "application-sender-wrong", text),
            }
        }
        let mut reads = Vec::new();
        for text in several(fields.text("reads")) {
            match Address::parse(text) {
                Ok(address) => reads.push(address),
                Err(_) => wrong("reads", "application-reads-wrong", text),
            }
        }
        let hourly = fields.number("hourly").unwrap_or_default();
        if fields.number("hourly").is_none() {
            wrong("hourly", "application-hourly-wrong", fields.text("hourly"));
        }
        let size_bytes = quota_of_text(fields.text("size")).unwrap_or_default();
        if size_bytes == 0 {
            wrong("size", "quota-wrong", fields.text("size"));
        }
        if errors.is_empty() { Ok(Limits { senders, reads, hourly, size_bytes }) } else { Err(errors) }
    }
}

/// What stands on the lines of a field, or between commas.
fn several(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\n', '\r']).filter(|text| !text.is_empty())
}

/// Where what the directory refuses is shown.
fn refused(person: &Person, error: directory::DirectoryError) -> Result<FieldError, Trouble> {
    let error = directory_refusal(&person.guest, error)?;
    Ok(match error.field.as_str() {
        "hourly_limit" => error.at("hourly"),
        "size_limit" => error.at("size"),
        _ => error.at_known(&["senders", "reads"], "name"),
    })
}

fn with_errors(person: &Person, template: &str, content: Value, errors: &[FieldError]) -> Answer {
    let content = context! { errors => Value::from_serialize(errors), ..content };
    let mut page = page::of(person, template, "applications", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn new(person: Administrator) -> Answer {
    with_errors(&person, "application_new.html", Form::usual(&person).shown(), &[])
}

async fn create(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let again = |errors: &[FieldError]| {
        with_errors(&person, "application_new.html", Form::typed(&fields).shown(), errors)
    };
    let limits = match Limits::read(&person, &fields) {
        Ok(limits) => limits,
        Err(errors) => return again(&errors),
    };
    let new = NewApplication {
        organisation: person.session.organisation,
        name: fields.text("name").to_owned(),
        senders: limits.senders,
        reads: limits.reads,
        hourly_limit: Some(limits.hourly),
        size_limit_bytes: Some(limits.size_bytes),
    };
    match person.people(&shared).create_application(new).await {
        Ok(made) => once(&person, &made),
        Err(error) => again(&[refused(&person, error)?]),
    }
}

/// The one page on which the password can be read.
fn once(person: &Person, made: &CreatedApplication) -> Answer {
    let content = context! {
        id => made.info.id.to_string(),
        name => made.info.name,
        login => made.info.login,
        password => made.password.as_str(),
    };
    page::of(person, "application_secret.html", "applications", content)
}

async fn show(State(shared): State<Arc<Shared>>, person: Administrator, Path(id): Path<i64>) -> Answer {
    let info = person.people(&shared).application(ApplicationId(id)).await?;
    card(&person, &info, &Form::of(&person, &info), &[])
}

fn card(person: &Person, info: &ApplicationInfo, form: &Form, errors: &[FieldError]) -> Answer {
    let (lamp, state) = state(person, info);
    let content = context! {
        id => info.id.to_string(),
        title => info.name,
        login => info.login,
        lamp,
        state,
        is_disabled => info.is_disabled,
        created_at => info.created_at.rfc3339(),
        created_by => info.created_by,
        last_used_at => info.last_used_at.map(|at| at.rfc3339()),
        last_source => info.last_source,
        ..form.shown()
    };
    with_errors(person, "application.html", content, errors)
}

async fn change(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let info = people.application(ApplicationId(id)).await?;
    let limits = match Limits::read(&person, &fields) {
        Ok(limits) => limits,
        Err(errors) => return card(&person, &info, &Form::typed(&fields), &errors),
    };
    let change = ApplicationChange {
        senders: Some(limits.senders),
        reads: Some(limits.reads),
        hourly_limit: Some(limits.hourly),
        size_limit_bytes: Some(limits.size_bytes),
        ..ApplicationChange::default()
    };
    match people.change_application(info.id, change).await {
        Ok(_) => Ok(done(&person, &format!("{PATH}/{id}"), &Toast::of(person.guest.say("saved", &[])))),
        Err(error) => card(&person, &info, &Form::typed(&fields), &[refused(&person, error)?]),
    }
}

async fn set_state(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let is_disabled = match fields.text("state") {
        "off" => true,
        "on" => false,
        _ => return Err(Trouble::NotFound),
    };
    let change = ApplicationChange { is_disabled: Some(is_disabled), ..ApplicationChange::default() };
    let info = person.people(&shared).change_application(ApplicationId(id), change).await?;
    let key = if is_disabled { "application-was-disabled" } else { "application-was-enabled" };
    told(&person, &format!("{PATH}/{id}"), key, info.name)
}

fn told(person: &Person, location: &str, key: &str, name: String) -> Answer {
    Ok(done(person, location, &Toast::of(person.guest.say(key, &[("name", name.into())]))))
}

/// Another password, shown once; the former one opens nothing from now on.
async fn renew(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _proven: Fields,
) -> Answer {
    once(&person, &person.people(&shared).renew_application_password(ApplicationId(id)).await?)
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    person: Administrator,
    Path(id): Path<i64>,
    _proven: Fields,
) -> Answer {
    let people = person.people(&shared);
    let info = people.application(ApplicationId(id)).await?;
    people.delete_application(info.id).await?;
    told(&person, PATH, "application-deleted", info.name)
}
