//! Who asks to be let in again.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use db::Seek;
use directory::{SourceSearch, UnbanRequest, UnbanState};
use minijinja::context;

use super::{LISTED, Listed, View, exported};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::Answer;
use crate::table::{self, Cell, Column, Row, Wish, columns};
use crate::trouble::Trouble;
use crate::visitor::Administrator;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/sources/requests", post(decide))
}

fn heads() -> [Column; 6] {
    columns(["source", "contact", "request-message", "asked-at", "ban-until", "state"])
}

fn row(view: &View, request: UnbanRequest) -> Row {
    // What administrators passed on waits for the operator.
    let is_open =
        request.state == UnbanState::Open || (view.is_installation && request.state == UnbanState::PassedOn);
    let state = match (request.state, is_open) {
        (_, true) => "waiting",
        (UnbanState::Granted, _) => "ok",
        _ => "unknown",
    };
    let word = view.say(&format!("request-{}", request.state), &[]);
    Row {
        id: request.id.to_string(),
        cells: vec![
            Cell::text(request.source),
            Cell::text(request.contact).with_note(request.domain),
            Cell::text(request.message),
            Cell::time(Some(request.at), String::new()),
            Cell::time(request.banned_until, view.say("request-not-banned", &[])),
            Cell::lamp(state, word).with_note(request.decided_by.unwrap_or_default()),
        ],
        more: context! { is_open, can_lift => request.can_lift },
        ..Row::default()
    }
}

fn search(view: &View, wish: &Wish) -> SourceSearch<UnbanState> {
    SourceSearch { part: wish.search.clone(), states: view.states_called("request", UnbanState::EACH, wish) }
}

pub(super) async fn listed(view: &View, wish: &Wish) -> Result<Listed, Trouble> {
    let search = search(view, wish);
    let found = view.directory().page_of_unban_requests(search, Seek::first(LISTED)).await?;
    let rows = found.items.into_iter().map(|request| row(view, request)).collect();
    let table = table::of(&wish.found(), &heads(), rows).with_search(wish);
    Ok(Listed { table, is_cut: found.next.is_some() })
}

pub(super) async fn export(view: &View, wish: Wish) -> Answer {
    let search = search(view, &wish);
    let page = move |view: View, seek| {
        let search = search.clone();
        async move { view.directory().page_of_unban_requests(search, seek).await }
    };
    exported(view, "requests", &heads(), page, row).await
}

async fn decide(State(shared): State<Arc<Shared>>, person: Administrator, fields: Fields) -> Answer {
    let view = View::of(shared, person, fields.text("of"));
    let id = fields.text("id").parse().map_err(|_| Trouble::NotFound)?;
    let is_granted = fields.text("decision") == "grant";
    match view.directory().decide_unban_request(id, is_granted).await {
        Ok(state) => view.done(view.say(&format!("request-was-{state}"), &[])),
        Err(error) => view.refused(error),
    }
}
