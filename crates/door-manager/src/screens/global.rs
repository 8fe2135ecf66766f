//! «Configuration globale» of a mail service: what is given with an access, whom it blocks and approves.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use directory::{EntryState, SenderEntry, SenderKind, ServiceInfo};
use minijinja::{Value, context};
use model::ServiceId;

use super::Answer;
use super::access::{boxes, ticked};
use super::refusal::{FieldError, directory_refusal};
use crate::fields::Fields;
use crate::toast::{Toast, done, see_other};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, page};

/// Entries of one list that are shown; the search finds the others.
const SHOWN_LIMIT: usize = 200;

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

fn entry(entry: &SenderEntry) -> Value {
    context! {
        id => entry.id.to_string(),
        pattern => entry.pattern,
        state => entry.state.as_str(),
        who => entry.who,
        at => entry.at.rfc3339(),
    }
}

/// What stands in one list, as much as is shown.
fn list(entries: &[SenderEntry], kind: SenderKind, search: &str) -> Value {
    let own = || entries.iter().filter(|entry| entry.kind == kind);
    let found: Vec<&SenderEntry> = own().filter(|entry| entry.pattern.contains(search)).collect();
    context! {
        kind => kind.as_str(),
        total => own().count(),
        found => found.len(),
        entries => found.iter().take(SHOWN_LIMIT).map(|one| entry(one)).collect::<Vec<_>>(),
        is_cut => found.len() > SHOWN_LIMIT,
    }
}

async fn security_with(
    shared: &Shared,
    person: &Person,
    id: i64,
    typed: &Fields,
    errors: &[FieldError],
) -> Answer {
    let service = subject(shared, person, id).await?;
    let entries = person.people(shared).senders(service.id).await?;
    let wish = crate::table::Wish::of(&person.guest.target);
    let search = wish.search.trim().to_lowercase();
    let waiting = entries.iter().filter(|entry| entry.state != EntryState::Applied).count();
    let content = context! {
        lists => [SenderKind::Blocked, SenderKind::Approved].map(|kind| list(&entries, kind, &search)).to_vec(),
        waiting,
        search => wish.search,
        typed => context! { kind => typed.text("kind"), pattern => typed.text("pattern") },
    };
    shown(person, &service, "security", content, errors)
}

async fn security(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
) -> Answer {
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
