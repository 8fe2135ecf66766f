//! «Configuration globale» of a mail service: what is given with an access, whom it blocks and approves.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{EntryState, SenderEntry, SenderKind, SenderQuery, SenderSort, ServiceInfo};
use futures_util::stream;
use minijinja::{Value, context};
use model::ServiceId;

use super::Answer;
use super::access::{boxes, ticked};
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done, see_other};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, limits, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/global", get(choose))
        .route("/global/{service}", get(general).post(set_default))
        .route("/global/{service}/security", get(security).post(add))
        .route("/global/{service}/security/remove", post(remove))
        .route("/global/{service}/security/apply", post(apply))
        .route("/global/{service}/security/discard", post(discard))
        .route("/global/{service}/rules", get(rules))
        .route("/global/{service}/responder", get(responder))
}

/// With one mail service there is nothing to choose.
async fn choose(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let services = person.people(&shared).services(Some(person.session.organisation)).await?;
    if let [only] = services.as_slice() {
        return Ok(see_other(&format!("/manager/global/{}", only.id)));
    }
    let services: Vec<Value> = services
        .iter()
        .map(|service| context! { id => service.id.to_string(), name => service.name })
        .collect();
    page::of(&person, "global.html", "global", context! { services })
}

async fn subject(shared: &Shared, person: &Person, id: i64) -> Result<ServiceInfo, Trouble> {
    Ok(person.people(shared).service(ServiceId(id)).await?)
}

fn shown(person: &Person, service: &ServiceInfo, tab: &str, content: Value, errors: &[FieldError]) -> Answer {
    let content = context! {
        service => context! { id => service.id.to_string(), name => service.name },
        tab,
        errors => Value::from_serialize(errors),
        ..content
    };
    let mut page = page::of(person, "global_service.html", "global", content)?;
    if !errors.is_empty() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn general(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    let service = subject(&shared, &person, id).await?;
    let permissions = person.people(&shared).default_permissions(service.id).await?;
    let content = context! { permissions => boxes(&person.guest, permissions) };
    shown(&person, &service, "general", content, &[])
}

async fn set_default(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let service = subject(&shared, &person, id).await?;
    person.people(&shared).set_default_permissions(service.id, ticked(&fields)).await?;
    let words = person.guest.say("global-default-changed", &[]);
    Ok(done(&person, &format!("/manager/global/{id}"), &Toast::of(words)))
}

/// Entries of a file that are read at once.
const ENTRIES_AT_ONCE: usize = 1_000;
const KINDS: [SenderKind; 2] = [SenderKind::Blocked, SenderKind::Approved];
const COLUMNS: [Column; 4] = [
    Column { key: "sender-pattern", is_number: false },
    Column { key: "state", is_number: false },
    Column { key: "sender-who", is_number: false },
    Column { key: "sender-at", is_number: false },
];

fn row(person: &Person, entry: SenderEntry) -> Row {
    let lamp = if entry.state == EntryState::Applied { "ok" } else { "waiting" };
    let state = person.guest.say(&format!("senders-state-{}", entry.state.as_str()), &[]);
    Row {
        id: entry.id.to_string(),
        cells: vec![
            Cell::kind("code", &entry.pattern),
            Cell::lamp(lamp, state),
            Cell::text(entry.who),
            Cell::time(Some(entry.at), String::new()),
        ],
        more: context! { pattern => entry.pattern, is_going => entry.state == EntryState::Removing },
        ..Row::default()
    }
}

fn query(wish: &Wish, kind: SenderKind) -> SenderQuery {
    SenderQuery {
        kind,
        search: wish.search.clone(),
        sort: match wish.sort.as_str() {
            "sender-at" => SenderSort::At,
            "state" => SenderSort::State,
            _ => SenderSort::Pattern,
        },
        is_descending: wish.is_descending,
        skip: wish.skip(),
        limit: limits::ROWS_PER_PAGE,
    }
}

/// A part of one list, as the address wishes for it.
async fn list(
    shared: &Shared,
    person: &Person,
    service: ServiceId,
    kind: SenderKind,
) -> Result<Value, Trouble> {
    let wish = Wish::part(&person.guest.target, kind.as_str());
    let found = person.people(shared).find_senders(service, query(&wish, kind)).await?;
    let rows = found.items.into_iter().map(|entry| row(person, entry)).collect();
    let counts = (found.found as usize, found.total as usize);
    let table = table::cut(&wish, &COLUMNS, &["sender-pattern", "state", "sender-at"], rows, counts);
    Ok(context! { kind => kind.as_str(), table => Value::from_serialize(&table) })
}

/// One list as a file, all that was searched for.
async fn export(
    shared: &Arc<Shared>,
    person: &Person,
    service: ServiceId,
    kind: SenderKind,
    wish: &Wish,
) -> Answer {
    let all = SenderQuery { skip: 0, limit: ENTRIES_AT_ONCE, ..query(wish, kind) };
    let (shared, reader) = (shared.clone(), person.clone());
    let parts = stream::try_unfold(Some(all), move |query| {
        let (shared, reader) = (shared.clone(), reader.clone());
        async move {
            let Some(query) = query else { return Ok(None) };
            let found = reader.people(&shared).find_senders(service, query.clone()).await?;
            let skip = query.skip + ENTRIES_AT_ONCE;
            let next = (skip < found.found as usize).then_some(SenderQuery { skip, ..query });
            let rows: Vec<Row> = found.items.into_iter().map(|entry| row(&reader, entry)).collect();
            Ok(Some((rows, next)))
        }
    });
    table::csv_in_parts(kind.as_str(), &COLUMNS, |key| person.guest.say(key, &[]), parts).await
}

async fn security_with(
    shared: &Shared,
    person: &Person,
    id: i64,
    typed: &Fields,
    errors: &[FieldError],
) -> Answer {
    let service = subject(shared, person, id).await?;
    let mut lists = Vec::new();
    for kind in KINDS {
        lists.push(list(shared, person, service.id, kind).await?);
    }
    let content = context! {
        lists,
        waiting => person.people(shared).count_waiting_senders(service.id).await?,
        typed => context! { kind => typed.text("kind"), pattern => typed.text("pattern") },
    };
    shown(person, &service, "security", content, errors)
}

async fn security(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
) -> Answer {
    let wish = |kind: SenderKind| Wish::part(&person.guest.target, kind.as_str());
    if let Some(kind) = KINDS.into_iter().find(|kind| wish(*kind).is_csv) {
        let service = subject(&shared, &person, id).await?;
        return export(&shared, &person, service.id, kind, &wish(kind)).await;
    }
    security_with(&shared, &person, id, &Fields::default(), &[]).await
}

fn security_path(id: i64) -> String {
    format!("/manager/global/{id}/security")
}

async fn add(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let Ok(kind) = fields.text("kind").parse::<SenderKind>() else { return Err(Trouble::NotFound) };
    match person.people(&shared).add_sender(ServiceId(id), kind, fields.text("pattern")).await {
        Ok(entry) => {
            let words = person.guest.say("sender-added", &[("pattern", entry.pattern.into())]);
            Ok(done(&person, &security_path(id), &Toast::of(words)))
        }
        Err(error) => {
            // Two boxes have a field of this name.
            let error = directory_refusal(&person.guest, error)?.at(kind.as_str());
            security_with(&shared, &person, id, &fields, &[error]).await
        }
    }
}

async fn remove(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let entry: i64 = fields.text("entry").parse().map_err(|_| Trouble::NotFound)?;
    person.people(&shared).remove_sender(entry).await?;
    Ok(done(&person, &security_path(id), &Toast::of(person.guest.say("sender-removed", &[]))))
}

async fn apply(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let (come, gone) = person.people(&shared).apply_senders(ServiceId(id)).await?;
    let values = [("come", Word::from(come as usize)), ("gone", Word::from(gone as usize))];
    let words = person.guest.say("senders-applied", &values);
    Ok(done(&person, &security_path(id), &Toast::of(words)))
}

async fn discard(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    person.people(&shared).discard_senders(ServiceId(id)).await?;
    Ok(done(&person, &security_path(id), &Toast::of(person.guest.say("senders-discarded", &[]))))
}

async fn rules(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    let service = subject(&shared, &person, id).await?;
    shown(&person, &service, "rules", context! {}, &[])
}

async fn responder(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
) -> Answer {
    let service = subject(&shared, &person, id).await?;
    shown(&person, &service, "responder", context! {}, &[])
}
