//! Sources that no rule keeps out: asked for, decided, ended.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use db::Seek;
use directory::{AllowState, AllowedSource, NewAllowedSource, Role, SourceSearch};
use minijinja::{Value, context};

use super::{LISTED, Listed, View, exported, show_with};
use crate::fields::Fields;
use crate::screens::Answer;
use crate::screens::refusal::{FieldError, directory_refusal};
use crate::screens::routes::validity_words;
use crate::table::{self, Cell, Column, Row, Wish, columns};
use crate::trouble::Trouble;
use crate::visitor::Administrator;
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/sources/allow", get(form).post(ask)).route("/sources/allowed", post(decide))
}

fn heads() -> [Column; 6] {
    columns(["source", "state", "purpose", "asked-at", "allow-confirmed-at", "decided-at"])
}

fn row(view: &View, source: AllowedSource) -> Row {
    let state = match source.state {
        AllowState::Active => "ok",
        AllowState::Asked | AllowState::Confirmed => "waiting",
        AllowState::Refused => "lost",
        AllowState::Ended => "unknown",
    };
    let contact = view.say("allow-contact", &[("contact", Word::from(source.contact.as_str()))]);
    let validity = validity_words(&view.person, source.validity).unwrap_or_default();
    Row {
        id: source.id.to_string(),
        cells: vec![
            Cell::text(source.source).with_note(validity),
            Cell::lamp(state, view.say(&format!("allow-{}", source.state), &[])).with_note(&source.reason),
            Cell::text(source.purpose),
            Cell::time(Some(source.asked_at), String::new()).with_note(source.asked_by),
            Cell::time(source.confirmed_at, String::new()).with_note(contact),
            Cell::time(source.decided_at, String::new()).with_note(source.decided_by.unwrap_or_default()),
        ],
        more: context! {
            acceptance => source.acceptance,
            is_confirmed => source.state == AllowState::Confirmed,
            can_end => !matches!(source.state, AllowState::Refused | AllowState::Ended),
        },
        ..Row::default()
    }
}

fn search(view: &View, wish: &Wish) -> SourceSearch<AllowState> {
    SourceSearch { part: wish.search.clone(), states: view.states_called("allow", AllowState::EACH, wish) }
}

pub(super) async fn listed(view: &View, wish: &Wish) -> Result<Listed, Trouble> {
    let search = search(view, wish);
    let found = view.directory().page_of_allowed_sources(search, Seek::first(LISTED)).await?;
    let rows = found.items.into_iter().map(|source| row(view, source)).collect();
    let table = table::of(&wish.found(), &heads(), rows).with_search(wish);
    Ok(Listed { table, is_cut: found.next.is_some() })
}

pub(super) async fn export(view: &View, wish: Wish) -> Answer {
    let search = search(view, &wish);
    let page = move |view: View, seek| {
        let search = search.clone();
        async move { view.directory().page_of_allowed_sources(search, seek).await }
    };
    exported(view, "allowed", &heads(), page, row).await
}

async fn form(State(shared): State<Arc<Shared>>, person: Administrator) -> Answer {
    form_with(&View::of(shared, person, ""), &Fields::default(), &[]).await
}

/// The form with the words that are accepted.
async fn form_with(view: &View, typed: &Fields, errors: &[FieldError]) -> Answer {
    let people = view.directory().users(Some(view.person.session.organisation)).await?;
    let contacts: Vec<Value> = people
        .into_iter()
        .filter(|user| matches!(user.role, Role::LegalOwner | Role::Administrator) && !user.is_disabled)
        .map(|user| context! { value => user.login, text => format!("{} ({})", user.login, user.name) })
        .collect();
    let content = context! {
        ip => typed.text("ip"),
        purpose => typed.text("purpose"),
        contact => if typed.has("contact") { typed.text("contact") } else { &view.person.session.login },
        contacts,
        errors => Value::from_serialize(errors),
    };
    page::of(&view.person, "allow.html", "sources", content)
}

async fn ask(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, "");
    // What is kept is what was shown.
    let acceptance = if fields.has("acceptance") { view.say("allow-acceptance", &[]) } else { String::new() };
    let new = NewAllowedSource {
        organisation: view.person.session.organisation,
        ip: fields.text("ip").to_owned(),
        purpose: fields.text("purpose").to_owned(),
        acceptance,
        language: view.person.guest.language.tag().to_owned(),
        contact: fields.text("contact").to_owned(),
    };
    match view.directory().ask_for_allowed_source(new).await {
        Ok(source) => {
            view.done(view.say("allow-was-asked", &[("contact", Word::from(source.contact.as_str()))]))
        }
        Err(error) => form_with(&view, &fields, &[directory_refusal(&view.person.guest, error)?]).await,
    }
}

async fn decide(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let id = fields.text("id").parse().map_err(|_| Trouble::NotFound)?;
    let directory = view.directory();
    let (result, key) = match fields.text("decision") {
        "grant" => (directory.decide_allowed_source(id, true, "").await.map(drop), "allow-was-granted"),
        "refuse" => {
            let reason = fields.text("reason");
            (directory.decide_allowed_source(id, false, reason).await.map(drop), "allow-was-refused")
        }
        _ => (directory.end_allowed_source(id, "").await, "allow-was-ended"),
    };
    match result {
        Ok(()) => view.done(view.say(key, &[])),
        Err(error) if fields.has("reason") => {
            let error = directory_refusal(&view.person.guest, error)?;
            let field = format!("reason-{}", fields.text("id"));
            show_with(&view, &fields, &[error.at(&field)]).await
        }
        Err(error) => view.refused(error),
    }
}
