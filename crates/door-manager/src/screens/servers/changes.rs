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
    let changes = desk.servers().changes(None).await?;
    let of = |act: Act| -> Vec<Value> {
        changes.iter().filter(|change| change.act == act).map(|change| entry(desk, change)).collect()
    };
    let groups = [(Act::Create, "created"), (Act::Modify, "modified"), (Act::Delete, "deleted")];
    let groups: Vec<Value> =
        groups.into_iter().map(|(act, key)| context! { key, entries => of(act) }).collect();
    let run = desk.servers().last_run(None).await?;
    let content = context! {
        groups,
        count => changes.len(),
        run => run.as_ref().map(progress),
        is_running => run.as_ref().is_some_and(|run| run.state == RunState::Running),
        refused,
        live => "hosts",
    };
    desk.page("changes.html", "changes", content).await
}

fn entry(desk: &Desk, change: &PendingChange) -> Value {
    let differences: Vec<Value> = change
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
            context! { name, before => word(before), after => word(after) }
        })
        .collect();
    let entity = desk.say(&format!("entity-{}", change.thing.entity().replace('_', "-")), &[]);
    context! {
        id => change.id.to_string(),
        name => change.name,
        entity,
        differences,
        who => change.who,
        at => change.at.rfc3339(),
        is_applying => change.run.is_some(),
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
