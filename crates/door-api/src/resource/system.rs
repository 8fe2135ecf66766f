//! `/system`: the nodes, their disks and certificates, and when each chore was last done; the operator's.

use axum::Json;
use directory::DirectoryError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::refusal::Result;

/// A node.
#[derive(Serialize, ToSchema)]
pub(crate) struct Node {
    name: String,
    version: String,
    #[schema(format = DateTime)]
    started_at: String,
    /// When it last said that it is there; it does so every minute.
    #[schema(format = DateTime)]
    seen_at: String,
    doors: String,
    disk_bytes: Option<u64>,
    free_bytes: Option<u64>,
    /// The names of the certificate that its doors show.
    certificate_names: String,
    #[schema(format = DateTime)]
    certificate_ends_at: Option<String>,
    chores: Vec<Chore>,
}

/// The last run of something that comes back.
#[derive(Serialize, ToSchema)]
pub(crate) struct Chore {
    chore: String,
    #[schema(format = DateTime)]
    began_at: String,
    #[schema(format = DateTime)]
    ended_at: String,
    /// Why it failed; null where it did not.
    error: Option<String>,
}

/// All nodes.
#[derive(Serialize, ToSchema)]
pub(crate) struct System {
    nodes: Vec<Node>,
}

/// The nodes, their disks and certificates, and their chores (operator only)
#[utoipa::path(get, path = "/system", tag = "installation", responses((status = 200, body = System)))]
pub(crate) async fn show_system(caller: Caller) -> Result<Json<System>> {
    if caller.scope().organisation().is_some() {
        return Err(DirectoryError::NotFound { what: "this within the organisation's scope" }.into());
    }
    let nodes = caller.shared.trail.nodes().await?;
    let nodes = nodes.into_iter().map(|node| Node {
        name: node.state.name,
        version: node.state.version,
        started_at: node.state.started_at.rfc3339(),
        seen_at: node.seen_at.rfc3339(),
        doors: node.state.doors,
        disk_bytes: node.state.disk_bytes,
        free_bytes: node.state.free_bytes,
        certificate_names: node.state.certificate_names,
        certificate_ends_at: node.state.certificate_ends_at.map(|at| at.rfc3339()),
        chores: node
            .chores
            .into_iter()
            .map(|run| Chore {
                chore: run.chore,
                began_at: run.began_at.rfc3339(),
                ended_at: run.ended_at.rfc3339(),
                error: run.error,
            })
            .collect(),
    });
    Ok(Json(System { nodes: nodes.collect() }))
}
