//! My sessions; and for the operator's staff, the organisation that is looked at.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use directory::{Scope, SessionId};
use minijinja::context;
use model::OrganisationId;

use super::Answer;
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{Entering, Person};
use crate::words::Word;
use crate::{Shared, page};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sessions", get(show))
        .route("/sessions/end", post(end))
        .route("/sessions/end-others", post(end_others))
        .route("/organisations", get(organisations).post(choose))
}

async fn show(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    let sessions = shared.directory.sessions(&person.session).await?;
    let count = sessions.len();
    let wish = Wish::of(&person.guest.target);
    let rows = sessions.iter().map(|session| {
        let is_this = session.id == person.session.id;
        let this = if is_this { person.guest.say("sessions-this", &[]) } else { String::new() };
        Row {
            id: session.id.0.to_string(),
            cells: vec![
                Cell::text(browser(&session.agent)).with_note(this),
                Cell::text(&session.source),
                Cell::time(Some(session.created_at), String::new()),
                Cell::time(Some(session.last_seen_at), String::new()),
            ],
            more: context! { is_this },
            ..Row::default()
        }
    });
    let columns = columns(["browser", "source", "session-since", "session-seen"]);
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("sessions", |key| person.guest.say(key, &[])));
    }
    let content = context! { table => minijinja::Value::from_serialize(&table), count };
    page::of(&person, "sessions.html", "sessions", content)
}

/// What a person recognises in how a browser calls itself: `Firefox · Linux`.
pub(super) fn browser(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let words: Vec<String> = [first(&browsers), first(&systems)].into_iter().flatten().collect();
    if words.is_empty() { agent.chars().take(40).collect() } else { words.join(" · ") }
}

async fn end(State(shared): State<Arc<Shared>>, person: Person, fields: Fields) -> Answer {
    let id = fields.text("id").parse().map_err(|_| Trouble::NotFound)?;
    shared.directory.end_session(&person.session, SessionId(id)).await?;
    Ok(done(
        &person,
        "/manager/sessions",
        &Toast::of(person.guest.say("sessions-ended", &[("count", Word::Number(1.0))])),
    ))
}

async fn end_others(State(shared): State<Arc<Shared>>, person: Person, _fields: Fields) -> Answer {
    let ended = shared.directory.end_other_sessions(&person.session).await?;
    let words = person.guest.say("sessions-ended", &[("count", Word::from(ended as usize))]);
    Ok(done(&person, "/manager/sessions", &Toast::of(words)))
}

/// The organisations among which the person may choose: exactly the own ones; the operator's staff, all of them.
async fn organisations(State(shared): State<Arc<Shared>>, Entering(person): Entering) -> Answer {
    let scope = Scope::Operator("a person chooses among the organisations");
    let mut all = shared.directory.administration(scope, person.who()).organisations().await?;
    if !person.session.is_operator {
        let own = shared.directory.choices(&person.session).await?;
        all.retain(|organisation| own.iter().any(|one| one.organisation == organisation.id));
    }
    let wish = Wish::of(&person.guest.target);
    let columns = [
        Column { key: "organisation", ..Column::default() },
        Column { key: "domains", is_number: true },
        Column { key: "addresses", is_number: true },
    ];
    let rows = all.into_iter().filter(|organisation| !organisation.is_disabled).map(|organisation| Row {
        id: organisation.id.to_string(),
        cells: vec![
            Cell::text(&organisation.name),
            Cell::number(organisation.domains),
            Cell::number(organisation.addresses),
        ],
        ..Row::default()
    });
    let table = table::of(&wish, &columns, rows.collect());
    if wish.is_csv {
        return Ok(table.csv("organisations", |key| person.guest.say(key, &[])));
    }
    let content = context! { table => minijinja::Value::from_serialize(&table), current => person.session.organisation.to_string() };
    page::of(&person, "organisations.html", "organisations", content)
}

async fn choose(State(shared): State<Arc<Shared>>, Entering(person): Entering, fields: Fields) -> Answer {
    let id = fields.text("organisation").parse().map_err(|_| Trouble::NotFound)?;
    shared.directory.choose_organisation(&person.session, OrganisationId(id)).await?;
    Ok(crate::toast::see_other("/manager/"))
}
