//! «Appareils»: a password for each device, shown once; the password of the address is one of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use directory::{AddressKind, AuthProtocol, DeviceKind, DevicePasswordInfo, NewDevicePassword, Protocols};
use minijinja::{Value, context};
use model::{AddressId, CredentialId};

use super::{about, counted, shown};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::table::{self, Cell, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/{id}/devices", get(list).post(create))
        .route("/addresses/{id}/devices/{password}/revoke", post(revoke))
        .route("/addresses/{id}/devices/revoke", post(revoke_all))
        .route("/addresses/{id}/password", post(choose))
}

async fn list(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    listed(&shared, &person, id, &Fields::default(), &[]).await
}

async fn listed(shared: &Shared, person: &Person, id: i64, typed: &Fields, errors: &[FieldError]) -> Answer {
    let people = person.people(shared);
    let info = people.address(AddressId(id)).await?;
    if !matches!(info.kind, AddressKind::Mailbox { .. }) {
        return Err(Trouble::NotFound);
    }
    let wish = Wish::of(&person.guest.target);
    let passwords = people.device_passwords(info.id).await?;
    let passwords: Vec<Row> = passwords.into_iter().map(|one| row(person, one)).collect();
    let columns = columns(["device", "kind", "protocols", "since", "last-used"]);
    let table = table::of(&wish, &columns, passwords);
    if wish.is_csv {
        return Ok(table.csv("devices", |key| person.guest.say(key, &[])));
    }
    let kinds: Vec<Value> = DeviceKind::ALL
        .iter()
        .map(|kind| {
            let text = person.guest.say(&format!("device-{}", kind.as_str()), &[]);
            context! { value => kind.as_str(), text }
        })
        .collect();
    let content = context! {
        table => Value::from_serialize(&table),
        kinds,
        label => typed.text("label"),
        protocols => if typed.has("protocols") { typed.text("protocols") } else { "all" },
        kind => if typed.has("kind") { typed.text("kind") } else { "computer" },
        ..about(person, &info)
    };
    shown(person, "address_devices.html", content, errors)
}

fn row(person: &Person, one: DevicePasswordInfo) -> Row {
    let say = |key: &str| person.guest.say(key, &[]);
    let is_chosen = one.selector.is_none();
    let label = if is_chosen { say("password-of-address") } else { one.label };
    let begins = one.selector.map(|selector| format!("{selector}-…")).unwrap_or_default();
    let protocols = match one.protocols {
        Protocols::ALL => say("protocols-all"),
        some => some.to_string(),
    };
    Row {
        id: one.id.to_string(),
        cells: vec![
            Cell::text(&label).with_note(begins),
            Cell::text(if is_chosen { String::new() } else { say(&format!("device-{}", one.kind.as_str())) }),
            Cell::text(protocols),
            Cell::time(Some(one.created_at), String::new()),
            Cell::time(one.last_used_at, say("never")).with_note(one.last_source.unwrap_or_default()),
        ],
        more: context! { label },
        ..Row::default()
    }
}

async fn create(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let protocols = match fields.text("protocols") {
        "read" => Protocols::of(&[AuthProtocol::Imap]),
        "send" => Protocols::of(&[AuthProtocol::Smtp]),
        _ => Protocols::ALL,
    };
    let new = NewDevicePassword {
        address: AddressId(id),
        label: fields.text("label").to_owned(),
        protocols,
        kind: fields.text("kind").parse().unwrap_or_default(),
    };
    let people = person.people(&shared);
    match people.create_device_password(new).await {
        Ok(created) => {
            let info = people.address(AddressId(id)).await?;
            let content = context! {
                label => created.info.label,
                password => created.password.as_str(),
                ..about(&person, &info)
            };
            shown(&person, "address_password.html", content, &[])
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            listed(&shared, &person, id, &fields, &[error]).await
        }
    }
}

async fn choose(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    match person.people(&shared).choose_password(AddressId(id), fields.raw("password")).await {
        Ok(_) => {
            let words = person.guest.say("password-chosen", &[]);
            Ok(done(&person, &format!("/manager/addresses/{id}/devices"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("password");
            listed(&shared, &person, id, &Fields::default(), &[error]).await
        }
    }
}

async fn revoke(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path((id, password)): Path<(i64, i64)>,
    _fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    people.delete_device_password(CredentialId(password)).await?;
    let words = person.guest.say("passwords-revoked", &counted(1));
    Ok(done(&person, &format!("/manager/addresses/{id}/devices"), &Toast::of(words)))
}

async fn revoke_all(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let count = person.people(&shared).delete_device_passwords(AddressId(id)).await?;
    let words = person.guest.say("passwords-revoked", &counted(count));
    Ok(done(&person, &format!("/manager/addresses/{id}/devices"), &Toast::of(words)))
}
