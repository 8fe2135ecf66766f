//! The letter to recipients: the form below the page for them names who gets it, and a list shows who got it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use db::Seek;
use futures_util::stream;
use gateways::Integration;
use minijinja::{Value, context};
use onboarding::{Informed, Language, LetterState};

use super::informing::shown;
use super::{Answer, Desk, path_of};
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::table::{self, Cell, Column, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::Person;
use crate::words::Word;
use crate::{Shared, limits};

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/integrations/{id}/informed", get(list).post(inform))
}

/// What the form below the page for recipients shows.
pub(super) async fn form(desk: &Desk, one: &Integration, typed: Option<&Fields>) -> Result<Value, Trouble> {
    let count = desk.onboarding().informed_count(one.id).await?;
    let typed = typed.filter(|typed| typed.has("language"));
    let languages =
        Language::ALL.map(|language| context! { value => language.tag(), text => language.name() }).to_vec();
    Ok(context! {
        total => count.total(),
        posted => count.posted,
        waiting => count.waiting,
        refused => count.refused,
        addresses => typed.map_or("", |typed| typed.raw("addresses")),
        language => typed.map_or(desk.reads().tag(), |typed| typed.text("language")),
        languages,
    })
}

async fn inform(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let Some(language) = Language::of_tag(fields.text("language")) else { return Err(Trouble::NotFound) };
    match desk.onboarding().inform(one.id, fields.raw("addresses"), language).await {
        Ok(asked) => {
            let values = [("asked", Word::from(asked.asked)), ("known", Word::from(asked.known))];
            let words = match (asked.asked, asked.known) {
                (0, _) => desk.say("informed-nobody", &values),
                (_, 0) => desk.say("informed-asked", &values),
                _ => {
                    format!("{} {}", desk.say("informed-asked", &values), desk.say("informed-known", &values))
                }
            };
            let place = format!("{}/contacts#inform", path_of(&one));
            Ok(done(&desk.person, &place, &Toast::of(words)))
        }
        Err(error) => {
            let error: FieldError = desk.refusal(error)?;
            shown(&desk, &one, Some(&fields), &[error]).await
        }
    }
}

const COLUMNS: [&str; 4] = ["address", "informed-language", "asked-at", "state"];

async fn list(desk: Desk, Path(id): Path<String>) -> Answer {
    let one = desk.found(&id).await?;
    let columns: [Column; 4] = columns(COLUMNS);
    let wish = Wish::of(&desk.person.guest.target);
    let own = desk.onboarding();
    if wish.is_csv {
        let (person, id) = (desk.person.clone(), one.id);
        let parts = stream::try_unfold(Some(Seek::first(limits::SORTED_ROWS)), move |seek| {
            let (own, person) = (own.clone(), person.clone());
            async move {
                let Some(seek) = seek else { return Ok::<_, Trouble>(None) };
                let page = own.informed(id, seek).await?;
                let rows: Vec<Row> = page.items.into_iter().map(|informed| row(&person, informed)).collect();
                let next = page.next.map(|after| Seek { after: Some(after), limit: limits::SORTED_ROWS });
                Ok(Some((rows, next)))
            }
        });
        return table::csv_in_parts("informed", &columns, |key| desk.say(key, &[]), parts).await;
    }
    let page = own.informed(one.id, Seek::first(limits::SORTED_ROWS)).await?;
    let is_cut = page.next.is_some();
    let rows = page.items.into_iter().map(|informed| row(&desk.person, informed)).collect();
    let table = table::of(&wish, &columns, rows);
    let content = context! {
        top => desk.top(&one, "contacts"),
        table => Value::from_serialize(&table),
        is_cut,
        shown => limits::SORTED_ROWS,
    };
    desk.page("integration_informed.html", content, &[])
}

fn row(person: &Person, informed: Informed) -> Row {
    let say = |key: &str| person.guest.say(key, &[]);
    let state = match &informed.state {
        LetterState::Waiting => Cell::lamp("waiting", say("informed-waiting")),
        LetterState::Posted(at) => {
            let at = at.rfc3339();
            Cell { text: say("informed-posted"), kind: "status", state: "ok", at, ..Cell::default() }
        }
        LetterState::Refused(reply) => Cell::lamp("lost", say("informed-refused")).with_note(reply),
    };
    Row {
        id: informed.id.to_string(),
        cells: vec![
            Cell::text(informed.address.to_string()),
            Cell::text(informed.language.name()),
            Cell::time(Some(informed.asked_at), String::new()).with_note(informed.asked_by),
            state,
        ],
        ..Row::default()
    }
}
