//! Système: the nodes, their disks and certificates, and when each chore was last done; for the operator's staff.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use minijinja::{Value, context};
use trail::NodeInfo;

use super::Answer;
use crate::visitor::Staff;
use crate::{Shared, page};

/// A node that said nothing for so long is missed.
pub(super) const MISSED_AFTER: Duration = Duration::from_secs(180);
/// A certificate that ends so soon is worth a look.
pub(super) const ENDS_SOON: Duration = Duration::from_secs(14 * 86_400);
/// A disk that is fuller than this is worth a look.
pub(super) const DISK_NEARLY_FULL_PERCENT: u64 = 85;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/system", get(show))
}

async fn show(State(shared): State<Arc<Shared>>, person: Staff) -> Answer {
    let now = shared.world.clock.now();
    let view = |node: NodeInfo| {
        let is_here = now.since(node.seen_at) < MISSED_AFTER;
        let disk = node.state.disk_bytes.zip(node.state.free_bytes).filter(|(all, _)| *all > 0);
        let used = disk.map(|(all, free)| all.saturating_sub(free).saturating_mul(100) / all);
        let certificate = match node.state.certificate_ends_at {
            None => "unknown",
            Some(ends_at) if ends_at <= now => "lost",
            Some(ends_at) if ends_at.since(now) < ENDS_SOON => "waiting",
            Some(_) => "ok",
        };
        let chores: Vec<Value> = node
            .chores
            .iter()
            .map(|run| {
                let key = format!("chore-{}", run.chore.replace([' ', '\''], "-"));
                let name = match crate::words::knows(person.guest.language, &key) {
                    true => person.guest.say(&key, &[]),
                    false => run.chore.clone(),
                };
                context! {
                    name,
                    at => run.ended_at.rfc3339(),
                    milliseconds => run.ended_at.since(run.began_at).as_millis() as u64,
                    error => run.error,
                }
            })
            .collect();
        context! {
            name => node.state.name,
            version => node.state.version,
            started_at => node.state.started_at.rfc3339(),
            seen_at => node.seen_at.rfc3339(),
            is_here,
            doors => node.state.doors,
            used,
            free => disk.map(|(_, free)| crate::reader::octets(person.guest.language, free)),
            size => disk.map(|(all, _)| crate::reader::octets(person.guest.language, all)),
            certificate,
            certificate_names => node.state.certificate_names,
            certificate_ends_at => node.state.certificate_ends_at.map(|at| at.rfc3339()),
            chores,
        }
    };
    let nodes: Vec<Value> = shared.trail.nodes().await?.into_iter().map(view).collect();
    page::of(&person, "system.html", "system", context! { nodes })
}
