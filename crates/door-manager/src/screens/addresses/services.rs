//! «Services Mail»: their names, domains and quotas, maintenance.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use directory::{AddressQuery, DomainPlace, ServiceChange, quota_of_text};
use minijinja::{Value, context};
use model::{Address, ServiceId};

use super::{counted, quota_text, shown};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::visitor::{Administrator, AnyAdministrator, Person};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/services", get(list).post(create))
        .route("/services/{id}", get(show).post(change))
        .route("/services/{id}/maintenance", post(maintain))
}

async fn list(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    listed(&shared, &person, &Fields::default(), &[]).await
}

async fn listed(shared: &Shared, person: &Person, typed: &Fields, errors: &[FieldError]) -> Answer {
    let (people, organisation) = (person.people(shared), person.session.organisation);
    let domains = people.domains(Some(organisation)).await?;
    let mut rows = Vec::new();
    for service in people.services(Some(organisation)).await? {
        let own: Vec<_> = domains.iter().filter(|domain| domain.service == service.id).collect();
        let names: Vec<String> = own.iter().map(|domain| domain.name.to_string()).collect();
        let count: u64 = own.iter().map(|domain| domain.addresses).sum();
        let state = match (service.is_disabled, service.is_in_maintenance) {
            (true, _) => Cell::lamp("lost", person.guest.say("state-disabled", &[])),
            (false, true) => Cell::lamp("waiting", person.guest.say("service-maintenance", &[])),
            (false, false) => Cell::lamp("ok", person.guest.say("service-active", &[])),
        };
        let quota = match service.quota_bytes {
            Some(bytes) => quota_text(&person.guest, bytes),
            None => person.guest.say("quota-none", &[]),
        };
        rows.push(Row {
            id: service.id.to_string(),
            href: format!("/manager/services/{}", service.id),
            cells: vec![
                Cell::text(&service.name),
                Cell::text(names.join(", ")),
                Cell {
                    href: format!("/manager/addresses?service={}", service.id),
                    kind: "link",
                    ..Cell::number(count)
                },
                Cell::text(quota),
                state,
            ],
            ..Row::default()
        });
    }
    let columns = ["name", "domain", "addresses", "quota", "state"]
        .map(|key| Column { key, is_number: key == "addresses" });
    let wish = Wish::of(&person.guest.target);
    let table = table::of(&wish, &columns, rows);
    if wish.is_csv {
        return Ok(table.csv("services", |key| person.guest.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table), name => typed.text("name") };
    shown(person, "services.html", content, errors)
}

async fn create(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let (people, organisation) = (person.people(&shared), person.session.organisation);
    match people.create_service(organisation, fields.text("name"), None).await {
        Ok(service) => {
            let words = person.guest.say("service-created", &[("name", service.name.into())]);
            Ok(done(&person, &format!("/manager/services/{}", service.id), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            listed(&shared, &person, &fields, &[error]).await
        }
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    form(&shared, &person, id, None, &[]).await
}

async fn form(
    shared: &Shared,
    person: &Person,
    id: i64,
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let (people, organisation) = (person.people(shared), person.session.organisation);
    let service = people.service(ServiceId(id)).await?;
    let query = AddressQuery { service: Some(service.id), limit: 0, ..AddressQuery::default() };
    let count = people.find_addresses(organisation, query).await?.total;
    let domains: Vec<Value> = people
        .domains(Some(organisation))
        .await?
        .into_iter()
        .filter(|domain| domain.service == service.id)
        .map(|domain| {
            context! {
                name => domain.name.to_string(),
                addresses => domain.addresses,
                is_disabled => domain.is_disabled,
                is_linked => domain.place == DomainPlace::Linked,
            }
        })
        .collect();
    let own = |name: &str, saved: String| typed.map_or(saved, |typed| typed.text(name).to_owned());
    let content = context! {
        id => service.id.to_string(),
        title => service.name.clone(),
        name => own("name", service.name),
        quota => own("quota", service.quota_bytes.map(|bytes| quota_text(&person.guest, bytes)).unwrap_or_default()),
        administrator => own("administrator", service.administrator.map(|one| one.to_string()).unwrap_or_default()),
        is_in_maintenance => service.is_in_maintenance,
        is_disabled => service.is_disabled,
        domains,
        count,
    };
    shown(person, "service.html", content, errors)
}

async fn change(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let mut errors = Vec::new();
    let quota_bytes = quota(&person, &fields, &mut errors);
    let administrator = match fields.text("administrator") {
        "" => None,
        text => match Address::parse(text) {
            Ok(address) => Some(address),
            Err(_) => {
                let words = person.guest.say("people-no-address", &[("text", text.into())]);
                errors.push(FieldError::new("administrator", words));
                None
            }
        },
    };
    if !errors.is_empty() {
        return form(&shared, &person, id, Some(&fields), &errors).await;
    }
    let change = ServiceChange {
        name: Some(fields.text("name").to_owned()),
        quota_bytes: Some(quota_bytes),
        administrator: Some(administrator),
        ..ServiceChange::default()
    };
    match person.people(&shared).change_service(ServiceId(id), change).await {
        Ok(_) => {
            let words = person.guest.say("saved", &[]);
            Ok(done(&person, &format!("/manager/services/{id}"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            form(&shared, &person, id, Some(&fields), &[error]).await
        }
    }
}

/// A quota that somebody typed; none where nothing stands.
pub(super) fn quota(person: &Person, fields: &Fields, errors: &mut Vec<FieldError>) -> Option<u64> {
    let text = fields.text("quota");
    let read = quota_of_text(text);
    if read.is_none() && !text.is_empty() {
        errors.push(FieldError::new("quota", person.guest.say("quota-wrong", &[("text", text.into())])));
    }
    read
}

async fn maintain(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let is_in_maintenance = fields.text("state") == "on";
    let change = ServiceChange { is_in_maintenance: Some(is_in_maintenance), ..ServiceChange::default() };
    person.people(&shared).change_service(ServiceId(id), change).await?;
    let key = if is_in_maintenance { "maintenance-begun" } else { "maintenance-ended" };
    let words = person.guest.say(key, &counted(0));
    Ok(done(&person, &format!("/manager/services/{id}"), &Toast::of(words)))
}
