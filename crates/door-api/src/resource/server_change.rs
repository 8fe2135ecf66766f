//! `/server-changes`: what of hosts and mail servers waits, and applying it.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use hosts::{ApplyRun, ChangeId, PendingChange, RunId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::Whose;
use crate::caller::AnyCaller;
use crate::input::{Asked, Id, Input, Of};
use crate::page::{Page, PageQuery};
use crate::refusal::Result;

/// What waits to be applied of one thing.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerChange {
    id: String,
    organisation: String,
    /// The identifier of the host's domain.
    domain: String,
    /// `host` or `mail_server`.
    entity: &'static str,
    /// The thing's identifier.
    thing: String,
    /// `create`, `modify` or `delete`.
    act: &'static str,
    name: String,
    /// What the nodes act on; null if they do not know it.
    before: Option<BTreeMap<String, String>>,
    /// What they will act on; null if it goes.
    after: Option<BTreeMap<String, String>>,
    /// Who changed it last.
    who: String,
    #[schema(format = DateTime)]
    at: String,
    /// The run that is just applying it.
    run: Option<String>,
}

fn view(change: PendingChange) -> ServerChange {
    let values = |values: Option<hosts::Values>| values.map(|values| values.into_iter().collect());
    ServerChange {
        id: change.id.to_string(),
        organisation: change.organisation.to_string(),
        domain: change.domain.to_string(),
        entity: change.thing.entity(),
        thing: change.thing.id().to_string(),
        act: change.act.as_str(),
        name: change.name,
        before: values(change.before),
        after: values(change.after),
        who: change.who,
        at: change.at.rfc3339(),
        run: change.run.map(|run| run.to_string()),
    }
}

/// One application of what waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Run {
    id: String,
    organisation: String,
    /// `running`, `done` or `failed`.
    state: &'static str,
    /// Changes to apply, without those cancelled meanwhile.
    total: u64,
    /// Changes applied.
    done: u64,
    who: String,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Why it ended before its end.
    failure: Option<String>,
}

fn run_view(run: ApplyRun) -> Run {
    Run {
        id: run.id.to_string(),
        organisation: run.organisation.to_string(),
        state: run.state.as_str(),
        total: run.total,
        done: run.done,
        who: run.who,
        started_at: run.started_at.rfc3339(),
        ended_at: run.ended_at.map(|at| at.rfc3339()),
        failure: run.failure,
    }
}

/// Whose changes to apply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    /// An organisation's token needs to say none.
    #[schema(value_type = Option<String>)]
    organisation: Option<Id>,
}

/// What waits to be applied
#[utoipa::path(get, path = "/server-changes", tag = "servers", params(Whose, PageQuery),
    responses((status = 200, body = Page<ServerChange>)))]
pub(crate) async fn list_server_changes(
    AnyCaller(caller): AnyCaller,
    Asked(whose): Asked<Whose>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<Page<ServerChange>>> {
    let organisation = caller.chosen(whose.organisation()).await?;
    let page = caller.hosts().page_of_changes(organisation, page.seek()?).await?;
    Ok(Json(Page::of(page, view)))
}

/// Take a change back before it is applied
#[utoipa::path(delete, path = "/server-changes/{server_change}", tag = "servers",
    params(("server_change" = String, Path)), responses((status = 204)))]
pub(crate) async fn cancel_server_change(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<StatusCode> {
    caller.hosts().cancel_change(ChangeId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to apply everything that waits
#[utoipa::path(post, path = "/server-changes/apply", tag = "servers", request_body = Application,
    responses((status = 202, body = Run)))]
pub(crate) async fn apply_server_changes(
    AnyCaller(caller): AnyCaller,
    Input(whose): Input<Application>,
) -> Result<(StatusCode, Json<Run>)> {
    let owner = caller.owner(whose.organisation.map(|Id(id)| id)).await?;
    let run = caller.hosts().begin_applying(owner).await?;
    caller.shared.hosts.work_soon(run.id);
    Ok((StatusCode::ACCEPTED, Json(run_view(run))))
}

/// How far an application has come
#[utoipa::path(get, path = "/apply-runs/{apply_run}", tag = "servers", params(("apply_run" = String, Path)),
    responses((status = 200, body = Run)))]
pub(crate) async fn show_apply_run(AnyCaller(caller): AnyCaller, Of(id): Of) -> Result<Json<Run>> {
    Ok(Json(run_view(caller.hosts().run(RunId(id)).await?)))
}
