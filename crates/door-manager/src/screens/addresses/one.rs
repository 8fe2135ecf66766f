//! The pages of one address: «Général», «Alias», «Redirections»; and its end.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use directory::{
    AddressChange, AddressCreation, AddressKind, ForwardTarget, NewKind, NewTargets, Purpose, TargetState,
};
use minijinja::{Value, context};
use model::{Address, AddressId};

use super::new::addresses;
use super::{about, counted, quota_text, shown, size, usage};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::screens::{Answer, servers};
use crate::table::{self, Cell, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::visitor::{AnyAdministrator, Guest, Person};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/addresses/{id}", get(show).post(change))
        .route("/addresses/{id}/state", post(state))
        .route("/addresses/{id}/delete", get(deleting).post(delete))
        .route("/addresses/{id}/aliases", get(aliases).post(add_alias))
        .route("/addresses/{id}/redirections", get(redirections).post(redirect))
        .route("/addresses/{id}/targets/{target}/again", post(again))
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
    let info = person.people(shared).address(AddressId(id)).await?;
    let own = |name: &str, saved: String| typed.map_or(saved, |typed| typed.raw(name).to_owned());
    let (mut space, mut own_quota, mut passwords, mut targets) = (None, String::new(), 0, String::new());
    match &info.kind {
        AddressKind::Mailbox { account, own_quota_bytes, quota_bytes, passwords: count, .. } => {
            let used =
                mail_store::used_bytes(&shared.db, person.session.organisation, vec![*account]).await?;
            space = Some(usage(&person.guest, used.first().copied().unwrap_or(0), *quota_bytes));
            own_quota = own_quota_bytes.map(|bytes| quota_text(&person.guest, bytes)).unwrap_or_default();
            passwords = *count;
        }
        AddressKind::Alias { targets: all } => {
            targets = all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        }
        AddressKind::Redirection => {}
    }
    let server = match info.kind {
        AddressKind::Mailbox { .. } => Some(servers::offered(shared, person, info.id).await?),
        AddressKind::Alias { .. } | AddressKind::Redirection => None,
    };
    let content = context! {
        server,
        name => own("display-name", info.display_name.clone()),
        note => own("note", info.note.clone()),
        quota => own("quota", own_quota),
        targets => own("alias-to", targets),
        is_shared => typed.map_or(info.kind.as_str() == "shared", |typed| typed.has("shared")),
        is_catch_all => info.kind.as_str() == "catchall",
        space,
        passwords,
        created_at => info.created_at.rfc3339(),
        ..about(person, &info)
    };
    shown(person, "address.html", content, errors)
}

async fn change(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let info = people.address(AddressId(id)).await?;
    let mut errors = Vec::new();
    let quota = super::services::quota(&person, &fields, &mut errors);
    let alias_to = addresses(&person, "alias-to", fields.raw("alias-to"), &mut errors);
    if !errors.is_empty() {
        return form(&shared, &person, id, Some(&fields), &errors).await;
    }
    let is_mailbox = matches!(info.kind, AddressKind::Mailbox { .. });
    let is_own =
        matches!(info.kind, AddressKind::Mailbox { purpose: Purpose::Personal | Purpose::Shared, .. });
    let change = AddressChange {
        is_disabled: None,
        quota_bytes: is_mailbox.then_some(quota),
        alias_to: matches!(info.kind, AddressKind::Alias { .. }).then_some(alias_to),
        display_name: Some(fields.text("display-name").to_owned()),
        note: Some(fields.text("note").to_owned()),
        is_shared: is_own.then(|| fields.has("shared")),
    };
    match people.change_address(info.id, change).await {
        Ok(_) => {
            let words = person.guest.say("saved", &[]);
            Ok(done(&person, &format!("/manager/addresses/{id}"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?;
            form(&shared, &person, id, Some(&fields), &[error]).await
        }
    }
}

async fn state(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let is_disabled = Some(fields.text("state") == "off");
    let change = AddressChange { is_disabled, ..AddressChange::default() };
    person.people(&shared).change_address(AddressId(id), change).await?;
    let key = if is_disabled == Some(true) { "addresses-done-disable" } else { "addresses-done-enable" };
    let words = person.guest.say(key, &counted(1));
    let other = if is_disabled == Some(true) { "on" } else { "off" };
    let toast = Toast::of(words).with_undo(format!("/manager/addresses/{id}/state"), &[("state", other)]);
    Ok(done(&person, &format!("/manager/addresses/{id}"), &toast))
}

async fn deleting(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
) -> Answer {
    let info = person.people(&shared).address(AddressId(id)).await?;
    let (mut held, mut passwords) = (String::new(), 0);
    if let AddressKind::Mailbox { account, passwords: count, .. } = &info.kind {
        let used = mail_store::used_bytes(&shared.db, person.session.organisation, vec![*account]).await?;
        (held, passwords) = (size(&person.guest, used.first().copied().unwrap_or(0)), *count);
    }
    shown(&person, "address_delete.html", context! { held, passwords, ..about(&person, &info) }, &[])
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    _fields: Fields,
) -> Answer {
    let deleted = person.people(&shared).delete_address(AddressId(id)).await?;
    let words = person.guest.say("address-deleted", &[("address", deleted.address.to_string().into())]);
    let toast = Toast::of(words).with_undo(format!("/manager/addresses/deleted/{id}/restore"), &[]);
    Ok(done(&person, "/manager/addresses/deleted", &toast))
}

async fn aliases(State(shared): State<Arc<Shared>>, person: AnyAdministrator, Path(id): Path<i64>) -> Answer {
    alias_page(&shared, &person, id, "", &[]).await
}

async fn alias_page(shared: &Shared, person: &Person, id: i64, typed: &str, errors: &[FieldError]) -> Answer {
    let people = person.people(shared);
    let info = people.address(AddressId(id)).await?;
    let wish = Wish::of(&person.guest.target);
    let known = people.aliases_of(info.id).await?.into_iter().map(|alias| {
        let others = match &alias.kind {
            AddressKind::Alias { targets } => targets.len().saturating_sub(1),
            _ => 0,
        };
        let others = match others {
            0 => String::new(),
            count => person.guest.say("alias-others", &counted(count as u64)),
        };
        let state = match alias.is_disabled {
            true => Cell::lamp("lost", person.guest.say("state-disabled", &[])),
            false => Cell::lamp("ok", person.guest.say("state-active", &[])),
        };
        Row {
            id: alias.id.to_string(),
            href: format!("/manager/addresses/{}", alias.id),
            cells: vec![
                Cell::text(alias.address.to_string()).with_note(others),
                Cell::text(alias.note),
                state,
                Cell::time(Some(alias.created_at), String::new()),
            ],
            ..Row::default()
        }
    });
    let table = table::of(&wish, &columns(["address", "note", "state", "since"]), known.collect());
    if wish.is_csv {
        return Ok(table.csv("aliases", |key| person.guest.say(key, &[])));
    }
    let content = context! {
        table => Value::from_serialize(&table),
        typed,
        own_domain => info.address.domain().to_string(),
        ..about(person, &info)
    };
    shown(person, "address_aliases.html", content, errors)
}

async fn add_alias(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let people = person.people(&shared);
    let info = people.address(AddressId(id)).await?;
    let local = fields.text("alias");
    let text = format!("{local}@{}", info.address.domain());
    let Ok(alias) = Address::parse(&text) else {
        let words = person.guest.say("people-no-address", &[("text", text.into())]);
        return alias_page(&shared, &person, id, local, &[FieldError::new("alias", words)]).await;
    };
    let creation = AddressCreation::of(alias, NewKind::Alias(vec![info.address]));
    match people.create_address(creation).await {
        Ok(made) => {
            let words = person.guest.say("address-created", &[("address", made.address.to_string().into())]);
            Ok(done(&person, &format!("/manager/addresses/{id}/aliases"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("alias");
            alias_page(&shared, &person, id, local, &[error]).await
        }
    }
}

pub(in crate::screens) fn target(guest: &Guest, target: ForwardTarget) -> Value {
    let lamp = match target.state {
        TargetState::Pending => "waiting",
        TargetState::Accepted => "ok",
        TargetState::Refused => "lost",
    };
    context! {
        id => target.id.to_string(),
        target => target.target.to_string(),
        lamp,
        state => guest.say(&format!("target-{}", target.state.as_str()), &[]),
        is_pending => target.state == TargetState::Pending,
        letters => target.letters,
        letter_sent_at => target.letter_sent_at.map(|at| at.rfc3339()),
        decided_at => target.decided_at.map(|at| at.rfc3339()),
    }
}

fn target_row(guest: &Guest, target: ForwardTarget) -> Row {
    let lamp = match target.state {
        TargetState::Pending => "waiting",
        TargetState::Accepted => "ok",
        TargetState::Refused => "lost",
    };
    let state = guest.say(&format!("target-{}", target.state.as_str()), &[]);
    let is_pending = target.state == TargetState::Pending;
    // Who administers the address named it: an own address needs no letter.
    let none = if is_pending { "target-letter-waits" } else { "target-own" };
    Row {
        id: target.id.to_string(),
        cells: vec![
            Cell::text(target.target.to_string()),
            Cell::lamp(lamp, state),
            Cell::number(u64::from(target.letters)),
            Cell::time(target.letter_sent_at, guest.say(none, &[])),
            Cell::time(target.decided_at, String::new()),
        ],
        more: context! { is_pending },
        ..Row::default()
    }
}

async fn redirections(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
) -> Answer {
    redirection_page(&shared, &person, id, None, &[]).await
}

async fn redirection_page(
    shared: &Shared,
    person: &Person,
    id: i64,
    typed: Option<&Fields>,
    errors: &[FieldError],
) -> Answer {
    let people = person.people(shared);
    let info = people.address(AddressId(id)).await?;
    let targets = people.targets(info.id).await?;
    let named = targets.iter().map(|one| one.target.to_string()).collect::<Vec<_>>().join("\n");
    let wish = Wish::of(&person.guest.target);
    let rows = targets.into_iter().map(|one| target_row(&person.guest, one));
    let columns = columns(["target", "state", "target-letters", "target-letter-at", "decided-at"]);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("redirections", |key| person.guest.say(key, &[])));
    }
    let content = context! {
        text => typed.map_or(named, |typed| typed.raw("targets").to_owned()),
        keeps_copy => typed.map_or(info.keeps_copy, |typed| typed.has("keeps_copy")),
        table => Value::from_serialize(&table),
        ..about(person, &info)
    };
    shown(person, "address_redirections.html", content, errors)
}

async fn redirect(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer {
    let mut errors = Vec::new();
    let targets = addresses(&person, "targets", fields.raw("targets"), &mut errors);
    if !errors.is_empty() {
        return redirection_page(&shared, &person, id, Some(&fields), &errors).await;
    }
    let new = NewTargets {
        targets,
        keeps_copy: Some(fields.has("keeps_copy")),
        language: person.guest.language.tag().to_owned(),
    };
    match person.people(&shared).set_targets(AddressId(id), new).await {
        Ok(targets) => {
            let waiting = targets.iter().filter(|one| one.state == TargetState::Pending).count() as u64;
            let words = person.guest.say("targets-saved", &counted(waiting));
            Ok(done(&person, &format!("/manager/addresses/{id}/redirections"), &Toast::of(words)))
        }
        Err(error) => {
            let error = directory_refusal(&person.guest, error)?.at("targets");
            redirection_page(&shared, &person, id, Some(&fields), &[error]).await
        }
    }
}

async fn again(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path((id, target)): Path<(i64, i64)>,
    _fields: Fields,
) -> Answer {
    let words = match person.people(&shared).ask_target_again(target).await {
        Ok(target) => person.guest.say("target-asked-again", &[("target", target.target.to_string().into())]),
        Err(error) => directory_refusal(&person.guest, error)?.sentence(),
    };
    Ok(done(&person, &format!("/manager/addresses/{id}/redirections"), &Toast::of(words)))
}
