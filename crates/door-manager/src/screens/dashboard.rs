//! The first page: what there is, and what asks for attention.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use db::Seek;
use directory::Role;
use mail_queue::Selection;
use minijinja::context;

use super::Answer;
use super::domains::{Listed, listed};
use crate::toast::see_other;
use crate::visitor::{Administrator, Person};
use crate::{Shared, page};

/// Letters that wait are counted so far.
const QUEUE_COUNTED: usize = 1_000;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/manager/", get(show)).route("/manager", get(async || see_other("/manager/")))
}

/// Whoever administers a part finds that part; whoever administers nothing, the own profile.
async fn show(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    if let (Some(domain), Role::Administrator) = (person.session.domain, person.session.role) {
        return Ok(match person.people(&shared).domain(domain).await {
            Ok(domain) => see_other(&format!("/manager/domains/{}/security", domain.name)),
            // It was deleted: nothing is left to administer.
            Err(error) if error.is_refusal() => see_other("/manager/profile"),
            Err(error) => return Err(error.into()),
        });
    }
    if !person.administers() {
        return Ok(see_other("/manager/profile"));
    }
    let person = Administrator(person);
    let domains = listed(&shared, &person).await?;
    let directory = shared.directory.administration(person.scope(), person.who());
    let organisation = person.session.organisation;
    let addresses: u64 =
        directory.domains(Some(organisation)).await?.iter().map(|domain| domain.addresses).sum();
    let services = directory.services(Some(organisation)).await?.len();
    // Counted as far as it is shown: a queue may be long.
    let queue = shared.queue.page(Some(organisation), Selection::All, Seek::first(QUEUE_COUNTED + 1)).await?;
    let queue = match queue.items.len() {
        count if count > QUEUE_COUNTED => format!("> {}", crate::reader::number(QUEUE_COUNTED as i64)),
        count => crate::reader::number(count as i64),
    };
    let alerts: Vec<_> = domains
        .iter()
        .filter(|domain| matches!(domain.state, "lost" | "waiting"))
        .take(20)
        .map(|domain: &Listed| {
            context! { name => domain.name, state => domain.state, text => person.guest.say(domain.state_key(), &[]), href => format!("/manager/domains/{}/security", domain.name) }
        })
        .collect();
    let content = context! {
        domains => domains.len(),
        zones => domains.iter().filter(|domain| domain.is_hosted).count(),
        services,
        addresses,
        queue,
        changes => person.underway.waiting,
        alerts,
        live => "zones hosts",
    };
    page::of(&person, "dashboard.html", "dashboard", content)
}
