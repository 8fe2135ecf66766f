//! What the post-it leads to: the changes that wait, taking one back, applying all.

use std::sync::Arc;

use ::hosts::{Act, ApplyRun, ChangeId, PendingChange, RunState, ServerRole};
use axum::Router;
use axum::routing::{get, post};
use directory::DirectoryError;
use minijinja::{Value, context};

use super::{Answer, Desk, id};
use crate::Shared;
use crate::fields::Fields;
use crate::table::{self, Cell, Row, Wish, columns};
use crate::toast::{Toast, done};
use crate::words::Word;

const PAGE: &str = "/manager/changes";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/changes", get(show))
        .route("/changes/cancel", post(cancel))
        .route("/changes/apply", post(apply))
}

async fn show(desk: Desk) -> Answer {
    show_with(&desk, None).await
}

async fn show_with(desk: &Desk, refused: Option<String>) -> Answer {
    let mut changes = desk.servers().changes(None).await?;
    // Where they are in no other order, the groups stand together.
    changes.sort_by_key(|change| match change.act {
        Act::Create => 0,
        Act::Modify => 1,
        Act::Delete => 2,
    });
    let wish = Wish::of(&desk.person.guest.target);
    let rows = changes.iter().map(|change| row(desk, change)).collect();
    let table = table::of(&wish, &columns(["change-name", "change-what", "change-who", "change-at"]), rows);
    if wish.is_csv {
        return Ok(table.csv("changes", |key| desk.say(key, &[])));
    }
    let run = desk.servers().last_run(None).await?;
    let content = context! {
        table => Value::from_serialize(&table),
        count => changes.len(),
        run => run.as_ref().map(progress),
        is_running => run.as_ref().is_some_and(|run| run.state == RunState::Running),
        refused,
        live => "hosts",
    };
    desk.page("changes.html", "changes", content).await
}

fn row(desk: &Desk, change: &PendingChange) -> Row {
    let lines: Vec<String> = change
        .differences()
        .into_iter()
        .map(|(field, before, after)| {
            let name = desk.say(&format!("change-{}", field.replace('_', "-")), &[]);
            let is_role = ServerRole::ALL.into_iter().any(|role| role.as_str() == field);
            let word = |text: &str| match (is_role, text) {
                (true, "yes") => desk.yes(true),
                (true, "no") => desk.yes(false),
                _ => text.to_owned(),
            };
            let (before, after) = (word(before), word(after));
            let name = desk.say("change-difference", &[("name", Word::from(name))]);
            let arrow = if before.is_empty() || after.is_empty() { "" } else { " → " };
            format!("{name} {before}{arrow}{after}")
        })
        .collect();
    let entity = desk.say(&format!("entity-{}", change.thing.entity().replace('_', "-")), &[]);
    let group = match change.act {
        Act::Create => "changes-created",
        Act::Modify => "changes-modified",
        Act::Delete => "changes-deleted",
    };
    Row {
        id: change.id.to_string(),
        group: desk.say(group, &[]),
        cells: vec![
            Cell::text(&change.name).with_note(entity),
            Cell::kind("lines", lines.join("\n")),
            Cell::text(&change.who),
            Cell::time(Some(change.at), String::new()),
        ],
        more: context! { name => change.name },
        ..Row::default()
    }
}

fn progress(run: &ApplyRun) -> Value {
    context! {
        state => run.state.as_str(),
        is_running => run.state == RunState::Running,
        done => run.done,
        total => run.total,
        who => run.who,
        at => run.ended_at.unwrap_or(run.started_at).rfc3339(),
        failure => run.failure,
    }
}

async fn cancel(desk: Desk, fields: Fields) -> Answer {
    match desk.servers().cancel_change(ChangeId(id(fields.text("change"))?)).await {
        Ok(()) => Ok(done(&desk.person, PAGE, &Toast::of(desk.say("change-cancelled", &[])))),
        // It was applied or taken back a moment ago.
        Err(DirectoryError::NotFound { .. }) => {
            Ok(done(&desk.person, PAGE, &Toast::of(desk.say("change-gone", &[]))))
        }
        Err(error) => {
            let refused = desk.refusal(error)?.sentence();
            show_with(&desk, Some(refused)).await
        }
    }
}

async fn apply(desk: Desk, _proven: Fields) -> Answer {
    match desk.servers().begin_applying(desk.person.session.organisation).await {
        Ok(run) => {
            desk.shared.hosts.work_soon(run.id);
            let words = desk.say("changes-applying", &[("count", Word::from(run.total as usize))]);
            Ok(done(&desk.person, PAGE, &Toast::of(words)))
        }
        Err(error) => {
            let refused = desk.refusal(error)?.sentence();
            show_with(&desk, Some(refused)).await
        }
    }
}
