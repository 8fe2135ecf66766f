//! «Services Mail» of a collaborator: those that were granted, and their addresses, to be looked at. Who uses an address
//! is on the page of its users ([`super::access`]); nothing is changed here (docs/manual/people.md).

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use directory::{AddressInfo, AddressKind, AddressQuery, AddressSort, Role, ServiceInfo};
use minijinja::{Value, context};
use model::ServiceId;

use super::Answer;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::see_other;
use crate::trouble::Trouble;
use crate::visitor::Person;
use crate::{Shared, limits, page};

const SERVICES: [Column; 3] = [
    Column { key: "name", is_number: false },
    Column { key: "domain", is_number: false },
    Column { key: "addresses", is_number: true },
];
const ADDRESSES: [Column; 4] = [
    Column { key: "address", is_number: false },
    Column { key: "kind", is_number: false },
    Column { key: "users", is_number: true },
    Column { key: "state", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/granted", get(list)).route("/granted/{service}", get(addresses))
}

/// The mail services that a collaborator was given in the organisation that is looked at.
async fn granted(shared: &Shared, person: &Person) -> Result<Vec<ServiceInfo>, Trouble> {
    if person.session.role != Role::Collaborator {
        return Err(Trouble::NotAllowed);
    }
    let (people, organisation) = (person.people(shared), person.session.organisation);
    let granted = people.granted_services(organisation, person.session.user).await?;
    let services = people.services(Some(organisation)).await?;
    Ok(services.into_iter().filter(|service| granted.contains(&service.id)).collect())
}

async fn list(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    // Who administers has all of them.
    if person.administers_something() {
        return Ok(see_other("/manager/services"));
    }
    let services = granted(&shared, &person).await?;
    let domains = person.people(&shared).domains(Some(person.session.organisation)).await?;
    let rows = services.into_iter().map(|service| {
        let own = || domains.iter().filter(|domain| domain.service == service.id);
        let names: Vec<String> = own().map(|domain| domain.name.to_string()).collect();
        Row {
            id: service.id.to_string(),
            href: format!("/manager/granted/{}", service.id),
            cells: vec![
                Cell::text(&service.name),
                Cell::text(names.join(", ")),
                Cell::number(own().map(|domain| domain.addresses).sum()),
            ],
            ..Row::default()
        }
    });
    let wish = Wish::of(&person.guest.target);
    let table = table::of(&wish, &SERVICES, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("services", |key| person.guest.say(key, &[])));
    }
    let content = context! { table => Value::from_serialize(&table) };
    page::of(&person, "granted.html", "services", content)
}

fn row(person: &Person, info: AddressInfo) -> Row {
    let mut kind = Cell::text(super::addresses::kind_word(&person.guest, info.kind.as_str()));
    let mut users = Cell::text("");
    let mut href = String::new();
    match &info.kind {
        AddressKind::Mailbox { users: count, .. } => {
            users = Cell::number(*count);
            href = format!("/manager/addresses/{}/users", info.id);
        }
        AddressKind::Alias { targets } => {
            let names: Vec<String> = targets.iter().map(ToString::to_string).collect();
            kind.note = format!("→ {}", names.join(", "));
        }
        AddressKind::Redirection => {}
    }
    let (state, word) = if info.is_disabled { ("lost", "state-disabled") } else { ("ok", "state-active") };
    let address = Cell::text(info.address.to_string()).with_note(info.display_name);
    Row {
        id: info.id.to_string(),
        href,
        cells: vec![address, kind, users, Cell::lamp(state, person.guest.say(word, &[]))],
        ..Row::default()
    }
}

async fn addresses(State(shared): State<Arc<Shared>>, person: Person, Path(service): Path<i64>) -> Answer {
    if person.administers_something() {
        let service = person.people(&shared).service(ServiceId(service)).await?;
        return Ok(see_other(&format!("/manager/services/{}", service.id)));
    }
    let services = granted(&shared, &person).await?;
    let service = services.into_iter().find(|one| one.id == ServiceId(service)).ok_or(Trouble::NotFound)?;
    let wish = Wish::of(&person.guest.target);
    let limit = if wish.is_csv { limits::SORTED_ROWS } else { limits::ROWS_PER_PAGE };
    let query = |page: usize| AddressQuery {
        service: Some(service.id),
        search: wish.search.clone(),
        sort: if wish.sort == "kind" { AddressSort::Kind } else { AddressSort::Address },
        is_descending: wish.is_descending,
        skip: if wish.is_csv { 0 } else { page.saturating_sub(1).saturating_mul(limit) },
        limit,
        ..AddressQuery::default()
    };
    let people = person.people(&shared);
    let mut found = people.find_addresses(person.session.organisation, query(wish.page)).await?;
    if found.items.is_empty() && found.found > 0 {
        // There are fewer pages than there were.
        let last = (found.found as usize).div_ceil(limit).max(1);
        found = people.find_addresses(person.session.organisation, query(last)).await?;
    }
    let counts = (found.found as usize, found.total as usize);
    let rows = found.items.into_iter().map(|info| row(&person, info)).collect();
    let table = table::cut(&wish, &ADDRESSES, &["address", "kind"], rows, counts);
    if wish.is_csv {
        return Ok(table.csv("addresses", |key| person.guest.say(key, &[])));
    }
    let content = context! { name => service.name, table => Value::from_serialize(&table) };
    page::of(&person, "granted_service.html", "services", content)
}
