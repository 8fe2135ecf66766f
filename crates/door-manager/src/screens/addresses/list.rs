//! «Adresses»: the table, searched, sorted and cut in the database, and the bar over the selected ones.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use directory::{AddressInfo, AddressKind, AddressQuery, AddressSort, SelectedAct};
use minijinja::{Value, context};
use model::{AccountId, AddressId, ServiceId};

use super::{counted, kind_word, quota_text, shown, size};
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::directory_refusal;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, limits};

const KINDS: [&str; 5] = ["mailbox", "shared", "catchall", "alias", "redirection"];
/// Rows of a file.
const CSV_ROWS: usize = 100_000;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/addresses", get(list)).route("/addresses/act", post(act))
}

const COLUMNS: [Column; 7] = [
    Column { key: "address", is_number: false },
    Column { key: "kind", is_number: false },
    Column { key: "size", is_number: true },
    Column { key: "users", is_number: true },
    Column { key: "passwords", is_number: true },
    Column { key: "note", is_number: false },
    Column { key: "state", is_number: false },
];

/// The rows of addresses with what they hold.
async fn rows(shared: &Shared, person: &Person, items: Vec<AddressInfo>) -> Result<Vec<Row>, Trouble> {
    let accounts: Vec<AccountId> = items
        .iter()
        .filter_map(|info| match info.kind {
            AddressKind::Mailbox { account, .. } => Some(account),
            AddressKind::Alias { .. } | AddressKind::Redirection => None,
        })
        .collect();
    let used = mail_store::used_bytes(&shared.db, person.session.organisation, accounts).await?;
    let mut used = used.into_iter();
    Ok(items
        .into_iter()
        .map(|info| {
            let mut kind = Cell::text(kind_word(&person.guest, info.kind.as_str()));
            if info.targets.targets > 0 {
                let (accepted, targets) = (info.targets.accepted as usize, info.targets.targets as usize);
                let values = [("accepted", Word::from(accepted)), ("targets", Word::from(targets))];
                kind.note = person.guest.say("targets-agreed", &values);
            }
            let (space, users, passwords) = match &info.kind {
                AddressKind::Mailbox { quota_bytes, passwords, users, .. } => {
                    let bytes = used.next().unwrap_or(0);
                    let text = match quota_bytes {
                        Some(quota) => {
                            format!("{} / {}", size(&person.guest, bytes), quota_text(&person.guest, *quota))
                        }
                        None => size(&person.guest, bytes),
                    };
                    (
                        Cell { order: i64::try_from(bytes).unwrap_or(i64::MAX), ..Cell::text(text) },
                        Cell {
                            href: format!("/manager/addresses/{}/users", info.id),
                            kind: "link",
                            ..Cell::number(*users)
                        },
                        Cell::number(*passwords),
                    )
                }
                AddressKind::Alias { targets } => {
                    let names: Vec<String> = targets.iter().map(ToString::to_string).collect();
                    kind.note = format!("→ {}", names.join(", "));
                    (Cell::text(""), Cell::text(""), Cell::text(""))
                }
                AddressKind::Redirection => (Cell::text(""), Cell::text(""), Cell::text("")),
            };
            let state = match info.is_disabled {
                true => Cell::lamp("lost", person.guest.say("state-disabled", &[])),
                false => Cell::lamp("ok", person.guest.say("state-active", &[])),
            };
            let mut address = Cell::text(info.address.to_string());
            address.note = info.display_name;
            Row {
                id: info.id.to_string(),
                href: format!("/manager/addresses/{}", info.id),
                cells: vec![address, kind, space, users, passwords, Cell::text(info.note), state],
                is_selectable: true,
                ..Row::default()
            }
        })
        .collect())
}

async fn list(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let (people, organisation) = (person.people(&shared), person.session.organisation);
    let mut wish = Wish::of(&person.guest.target);
    wish.hide("service");
    let service = wish.filter("service").to_owned();
    let kind = wish.filter("what").to_owned();
    let limit = if wish.is_csv { CSV_ROWS } else { limits::ROWS_PER_PAGE };
    let query = |page: usize| AddressQuery {
        service: service.parse().ok().map(ServiceId),
        kind: kind.clone(),
        search: wish.search.clone(),
        sort: match wish.sort.as_str() {
            "kind" => AddressSort::Kind,
            "note" => AddressSort::Note,
            _ => AddressSort::Address,
        },
        is_descending: wish.is_descending,
        skip: if wish.is_csv { 0 } else { page.saturating_sub(1).saturating_mul(limit) },
        limit,
    };
    let mut found = people.find_addresses(organisation, query(wish.page)).await?;
    if found.items.is_empty() && found.found > 0 {
        // There are fewer pages than there were.
        let last = (found.found as usize).div_ceil(limit).max(1);
        found = people.find_addresses(organisation, query(last)).await?;
    }
    let rows = rows(&shared, &person, found.items).await?;
    let counts = (found.found as usize, found.total as usize);
    let table = table::cut(&wish, &COLUMNS, &["address", "kind", "note"], rows, counts);
    if wish.is_csv {
        return Ok(table.csv("addresses", |key| person.guest.say(key, &[])));
    }
    let domains = people.domains(Some(organisation)).await?;
    let services: Vec<Value> = people
        .services(Some(organisation))
        .await?
        .into_iter()
        .map(|one| {
            let has_domain = domains.iter().any(|domain| domain.service == one.id);
            context! { value => one.id.to_string(), text => one.name, has_domain }
        })
        .collect();
    // Where there is no domain, no address can be made: the page says what comes first.
    let without_domain: Vec<Value> = services
        .iter()
        .filter(|one| one.get_attr("has_domain").is_ok_and(|has_domain| !has_domain.is_true()))
        .cloned()
        .collect();

    let filters = vec![
        context! {
            name => "service",
            label => person.guest.say("services-title", &[]),
            all => person.guest.say("filter-service-all", &[]),
            value => service,
            options => services,
        },
        context! {
            name => "what",
            label => person.guest.say("column-kind", &[]),
            all => person.guest.say("filter-what-all", &[]),
            value => kind,
            options => KINDS
                .map(|kind| context! { value => kind, text => kind_word(&person.guest, kind) })
                .to_vec(),
        },
    ];
    let content = context! {
        table => Value::from_serialize(&table),
        filters,
        back => person.guest.target,
        has_domain => !domains.is_empty(),
        without_domain,
    };
    shown(&person, "addresses.html", content, &[])
}

/// The identifiers that a form chose.
fn chosen(fields: &Fields) -> Vec<AddressId> {
    fields.all("id").filter_map(|id| id.parse().ok().map(AddressId)).collect()
}

/// The list as it was looked at: search, filters and page.
fn back(fields: &Fields) -> String {
    let query = fields.text("back").split_once('?').map_or("", |(_, query)| query);
    let mut list = url::form_urlencoded::Serializer::new(String::new());
    list.extend_pairs(url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "format"));
    match list.finish() {
        query if query.is_empty() => "/manager/addresses".to_owned(),
        query => format!("/manager/addresses?{query}"),
    }
}

/// Asks first, with numbers; then does it.
async fn act(State(shared): State<Arc<Shared>>, person: AnyAdministrator, fields: Fields) -> Answer {
    let (ids, action, back) = (chosen(&fields), fields.text("action").to_owned(), back(&fields));
    let people = person.people(&shared);
    if ids.is_empty() {
        let words = person.guest.say("addresses-choose", &[]);
        return Ok(done(&person, &back, &Toast::of(words)));
    }
    if action == "export" {
        return export(&shared, &person, ids).await;
    }
    let mut errors = Vec::new();
    let is_confirmed = fields.has("confirmed");
    let quota = match action.as_str() {
        "quota" if is_confirmed => super::services::quota(&person, &fields, &mut errors),
        _ => None,
    };
    let act = match action.as_str() {
        "disable" => SelectedAct::Disable,
        "enable" => SelectedAct::Enable,
        "quota" => SelectedAct::Quota(quota),
        "delete" => SelectedAct::Delete,
        _ => return Err(Trouble::NotFound),
    };
    let count = ids.len() as u64;
    if is_confirmed && errors.is_empty() {
        match people.act_on_addresses(ids.clone(), act).await {
            Ok(result) => {
                let mut words =
                    person.guest.say(&format!("addresses-done-{action}"), &counted(result.changed));
                if result.passed_over > 0 {
                    words.push(' ');
                    words.push_str(&person.guest.say("addresses-passed-over", &counted(result.passed_over)));
                }
                return Ok(done(&person, &back, &Toast::of(words)));
            }
            Err(error) => errors.push(directory_refusal(&person.guest, error)?),
        }
    }
    let (mut names, mut accounts) = (Vec::new(), Vec::new());
    for id in &ids {
        let info = people.address(*id).await?;
        if let AddressKind::Mailbox { account, .. } = info.kind {
            accounts.push(account);
        }
        names.push(info.address.to_string());
    }
    let mailboxes = accounts.len() as u64;
    let used = mail_store::used_bytes(&shared.db, person.session.organisation, accounts).await?;
    let held = size(&person.guest, used.iter().sum());
    let effect = person.guest.say(
        &format!("addresses-effect-{action}"),
        &[
            ("count", Word::from(count as usize)),
            ("mailboxes", Word::from(mailboxes as usize)),
            ("size", Word::from(held)),
        ],
    );
    let content = context! {
        action,
        back,
        effect,
        button => person.guest.say(&format!("addresses-do-{}", fields.text("action")), &counted(count)),
        ids => ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        names,
        quota => fields.text("quota"),
    };
    shown(&person, "addresses_act.html", content, &errors)
}

async fn export(shared: &Shared, person: &Person, ids: Vec<AddressId>) -> Answer {
    let people = person.people(shared);
    let mut items = Vec::new();
    for id in ids {
        items.push(people.address(id).await?);
    }
    let rows = rows(shared, person, items).await?;
    let wish = Wish::of("/manager/addresses?format=csv");
    let counts = (rows.len(), rows.len());
    let table = table::cut(&wish, &COLUMNS, &[], rows, counts);
    let response: Response = table.csv("addresses", |key| person.guest.say(key, &[]));
    Ok(response.into_response())
}
