//! «Appareils»: a password for each device, shown once; the password of the address is one of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use directory::{
    AddressKind, Administration, AuthProtocol, DeviceKind, DevicePasswordInfo, DirectoryError,
    NewDevicePassword, Protocols,
};
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
        .route("/addresses/{id}/devices/{password}", get(show).post(change))
        .route("/addresses/{id}/devices/{password}/state", post(state))
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
    let passwords: Vec<Row> = passwords.into_iter().map(|one| row(person, info.id, one)).collect();
    let columns = columns(["device", "kind", "protocols", "state", "since", "last-used"]);
    let table = table::of(&wish, &columns, passwords);
    if wish.is_csv {
        return Ok(table.csv("devices", |key| person.guest.say(key, &[])));
    }
    let content = context! {
        table => Value::from_serialize(&table),
        kinds => kinds(person),
        usages => usages(person, Protocols::ALL),
        label => typed.text("label"),
        protocols => if typed.has("protocols") { typed.text("protocols") } else { "all" },
        kind => if typed.has("kind") { typed.text("kind") } else { "computer" },
        ..about(person, &info)
    };
    shown(person, "address_devices.html", content, errors)
}

/// On what a password can be.
fn kinds(person: &Person) -> Vec<Value> {
    let words = |kind: &DeviceKind| person.guest.say(&format!("device-{}", kind.as_str()), &[]);
    DeviceKind::ALL.iter().map(|kind| context! { value => kind.as_str(), text => words(kind) }).collect()
}

/// What a form offers a password to be for, by the words of the form.
const USAGES: [(&str, Protocols); 3] = [
    ("all", Protocols::ALL),
    ("read", Protocols::only(AuthProtocol::Imap)),
    ("send", Protocols::only(AuthProtocol::Smtp)),
];

/// The word of the form for these protocols: theirs where a program chose what no word says.
fn usage(protocols: Protocols) -> String {
    let word = USAGES.iter().find(|(_, known)| *known == protocols).map(|(word, _)| (*word).to_owned());
    word.unwrap_or_else(|| protocols.to_string())
}

/// The same in the person's words.
fn usage_text(person: &Person, protocols: Protocols) -> String {
    match usage(protocols) {
        word if USAGES.iter().any(|(known, _)| *known == word) => {
            person.guest.say(&format!("protocols-{word}"), &[])
        }
        names => names.to_uppercase().replace(',', ", "),
    }
}

/// What can be chosen: the usual, and what is so now.
fn usages(person: &Person, now: Protocols) -> Vec<Value> {
    let mut all = USAGES.map(|(_, protocols)| protocols).to_vec();
    if !all.contains(&now) {
        all.push(now);
    }
    all.into_iter().map(|one| context! { value => usage(one), text => usage_text(person, one) }).collect()
}

/// What a form chose; `None` is something that it did not offer.
fn chosen_usage(text: &str) -> Option<Protocols> {
    let known = USAGES.iter().find(|(word, _)| *word == text).map(|(_, protocols)| *protocols);
    known.or_else(|| text.parse().ok())
}

/// What a person calls a password.
fn label_of(person: &Person, one: &DevicePasswordInfo) -> String {
    match one.selector {
        None => person.guest.say("password-of-address", &[]),
        Some(_) => one.label.clone(),
    }
}

fn begins(one: &DevicePasswordInfo) -> String {
    one.selector.as_ref().map(|selector| format!("{selector}-…")).unwrap_or_default()
}

fn in_use(person: &Person, one: &DevicePasswordInfo) -> Cell {
    match one.is_disabled {
        true => Cell::lamp("lost", person.guest.say("password-out-of-use", &[])),
        false => Cell::lamp("ok", person.guest.say("password-in-use", &[])),
    }
}

fn row(person: &Person, address: AddressId, one: DevicePasswordInfo) -> Row {
    let say = |key: &str| person.guest.say(key, &[]);
    let label = label_of(person, &one);
    let is_chosen = one.selector.is_none();
    Row {
        id: one.id.to_string(),
        href: format!("/manager/addresses/{address}/devices/{}", one.id),
        cells: vec![
            Cell::text(&label).with_note(begins(&one)),
            Cell::text(if is_chosen { String::new() } else { say(&format!("device-{}", one.kind.as_str())) }),
            Cell::text(usage_text(person, one.protocols)),
            in_use(person, &one),
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
    let Some(protocols) = chosen_usage(fields.text("protocols")) else { return Err(Trouble::NotFound) };
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

/// A password of this very address.
async fn of_address(people: &Administration, id: i64, password: i64) -> Result<DevicePasswordInfo, Trouble> {
    let all = people.device_passwords(AddressId(id)).await;
    let all = match all {
        // An alias has none.
        Err(DirectoryError::Invalid { .. }) => return Err(Trouble::NotFound),
        all => all?,
    };
    all.into_iter().find(|one| one.id == CredentialId(password)).ok_or(Trouble::NotFound)
}

async fn show(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path((id, password)): Path<(i64, i64)>,
) -> Answer {
    card(&shared, &person, (id, password), None, &[]).await
}

/// One password: what it is called, what it is for, whether it is in use; never itself.
async fn card(
    shared: &Shared,
    person: &Person,
    (id, password): (i64, i64),
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let one = of_address(&people, id, password).await?;
    let info = people.address(AddressId(id)).await?;
    let own = |field: &str, kept: String| typed.map_or(kept, |typed| typed.text(field).to_owned());
    let content = context! {
        password,
        shown => label_of(person, &one),
        begins => begins(&one),
        is_chosen => one.selector.is_none(),
        is_out_of_use => one.is_disabled,
        created_at => one.created_at.rfc3339(),
        last_used_at => one.last_used_at.map(|at| at.rfc3339()),
        last_source => one.last_source,
        kinds => kinds(person),
        usages => usages(person, one.protocols),
        kind => own("kind", one.kind.as_str().to_owned()),
        protocols => own("protocols", usage(one.protocols)),
        label => own("label", one.label),
        ..about(person, &info)
    };
    shown(person, "address_device.html", content, errors)
}

async fn change(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path((id, password)): Path<(i64, i64)>,
    fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let one = of_address(&people, id, password).await?;
    let Some(protocols) = chosen_usage(fields.text("protocols")) else { return Err(Trouble::NotFound) };
    // The password of the address has no name and is on no device.
    let (mut label, mut kind) = (None, None);
    if one.selector.is_some() {
        let Ok(chosen) = fields.text("kind").parse() else { return Err(Trouble::NotFound) };
        (label, kind) = (Some(fields.text("label")), Some(chosen));
    }
    match people.change_device_password(one.id, label, Some(protocols), kind).await {
        Ok(_) => {
            let words = person.guest.say("saved", &[]);
            Ok(done(&person, &format!("/manager/addresses/{id}/devices"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            card(&shared, &person, (id, password), Some(&fields), &[error]).await
        }
    }
}

/// Out of use, or in use again; nothing is lost by it, so it can be taken back.
async fn state(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path((id, password)): Path<(i64, i64)>,
    fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let one = of_address(&people, id, password).await?;
    let is_disabled = fields.text("state") == "off";
    people.disable_device_password(one.id, is_disabled).await?;
    let (key, other) = if is_disabled { ("password-disabled", "on") } else { ("password-enabled", "off") };
    let words = person.guest.say(key, &[("name", label_of(&person, &one).into())]);
    let page = format!("/manager/addresses/{id}/devices/{password}");
    let toast = Toast::of(words).with_undo(format!("{page}/state"), &[("state", other)]);
    Ok(done(&person, &page, &toast))
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
    let one = of_address(&people, id, password).await?;
    people.delete_device_password(one.id).await?;
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
