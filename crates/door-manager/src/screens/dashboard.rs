//! The first page: what there is, and what asks for attention.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use db::Seek;
use directory::{Administration, Role};
use mail_queue::Selection;
use minijinja::{Value, context};
use model::{AccountId, AddressId};

use super::domains::{Listed, listed};
use super::{Answer, announcements, secured, system};
use crate::toast::see_other;
use crate::trouble::Trouble;
use crate::visitor::{Administrator, Person};
use crate::words::Word;
use crate::{Shared, page};

/// Letters that wait are counted so far.
const QUEUE_COUNTED: usize = 1_000;
/// From this age on a letter that was tried and not taken is told of.
const LATE_AFTER: Duration = Duration::from_secs(3600);
/// From this part of its quota on a mailbox is looked after.
const NEARLY_FULL_PERCENT: u64 = 90;
/// Full mailboxes that are named.
const FULL_NAMED: usize = 5;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/manager/", get(show)).route("/manager", get(async || see_other("/manager/")))
}

/// Whoever administers a part finds that part; a collaborator, what was granted; whoever has neither, the own profile.
async fn show(State(shared): State<Arc<Shared>>, person: Person) -> Answer {
    if let (Some(domain), Role::Administrator) = (person.session.domain, person.session.role) {
        return Ok(match person.people(&shared).domain(domain).await {
            Ok(domain) => see_other(&format!("/manager/domains/{}/security", domain.name)),
            // It was deleted: nothing is left to administer.
            Err(error) if error.is_refusal() => see_other("/manager/profile"),
            Err(error) => return Err(error.into()),
        });
    }
    if person.session.role == Role::Collaborator {
        return Ok(see_other("/manager/granted"));
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
    let waiting =
        shared.queue.page(Some(organisation), Selection::All, Seek::first(QUEUE_COUNTED + 1)).await?;
    let queue = match waiting.items.len() {
        count if count > QUEUE_COUNTED => format!("> {}", crate::reader::number(QUEUE_COUNTED as i64)),
        count => crate::reader::number(count as i64),
    };
    let mut alerts: Vec<Value> = domains
        .iter()
        .filter(|domain| matches!(domain.state, "lost" | "waiting"))
        .take(20)
        .map(|domain: &Listed| {
            context! { name => domain.name, state => domain.state, text => person.guest.say(domain.state_key(), &[]), href => format!("/manager/domains/{}/security", domain.name) }
        })
        .collect();
    let held = waiting.items.iter().filter(|entry| entry.is_held).count();
    if held > 0 {
        let text = person.guest.say("alert-held", &[("count", Word::from(held))]);
        let name = person.guest.say("queue-title", &[]);
        alerts.push(context! { name, state => "waiting", text, href => "/manager/queue?sort=queue-state" });
    }
    let now = shared.world.clock.now();
    let is_late = |entry: &&mail_queue::Entry| {
        !entry.is_held && entry.attempts > 0 && now.since(entry.received_at) >= LATE_AFTER
    };
    let late = waiting.items.iter().filter(is_late).count();
    if late > 0 {
        let text = person.guest.say("alert-late", &[("count", Word::from(late))]);
        let name = person.guest.say("queue-title", &[]);
        alerts
            .push(context! { name, state => "waiting", text, href => "/manager/queue?sort=queue-received" });
    }
    let asked = directory.count_undecided_unban_requests().await?;
    if asked > 0 {
        let text = person.guest.say("alert-unban", &[("count", Word::from(asked as usize))]);
        let name = person.guest.say("requests-title", &[]);
        alerts.push(context! { name, state => "waiting", text, href => "/manager/sources#requests" });
    }
    alerts.extend(secured::alerts(&shared, &person).await?);
    alerts.extend(full(&shared, &person, &directory).await?);
    alerts.extend(announcements::alerts(&shared, &person).await?);
    if person.session.is_operator {
        alerts.extend(machines(&shared, &person).await?);
    }
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

/// The mailboxes that have nearly no room any more, the fullest first; a few by name, the others in a number.
async fn full(shared: &Shared, person: &Person, directory: &Administration) -> Result<Vec<Value>, Trouble> {
    let organisation = person.session.organisation;
    let quotas = directory.quotas(organisation).await?;
    let used = if quotas.is_empty() {
        Default::default()
    } else {
        mail_store::used_by_account(&shared.db, organisation).await?
    };
    let share = |(account, address, quota): (AccountId, AddressId, u64)| {
        let used = used.get(&account).copied().unwrap_or(0);
        (used.saturating_mul(100) / quota.max(1), address)
    };
    let mut full: Vec<(u64, AddressId)> =
        quotas.into_iter().map(share).filter(|(percent, _)| *percent >= NEARLY_FULL_PERCENT).collect();
    full.sort_by(|one, other| other.cmp(one));
    let mut alerts = Vec::new();
    for (percent, address) in full.iter().take(FULL_NAMED) {
        let name = match directory.address(*address).await {
            Ok(info) => info.address.to_string(),
            // Deleted since its quota was read: that is no trouble of this page.
            Err(error) if error.is_refusal() => continue,
            Err(error) => return Err(error.into()),
        };
        let state = if *percent >= 100 { "lost" } else { "waiting" };
        let text = person.guest.say("alert-full", &[("percent", Word::from(*percent as usize))]);
        alerts.push(context! { name, state, text, href => format!("/manager/addresses/{address}") });
    }
    let more = full.len().saturating_sub(FULL_NAMED);
    if more > 0 {
        let text = person.guest.say("alert-full-more", &[("count", Word::from(more))]);
        let name = person.guest.say("addresses-title", &[]);
        alerts.push(context! { name, state => "waiting", text, href => "/manager/addresses" });
    }
    Ok(alerts)
}

/// What the machines need, for the operator's staff: nodes that are silent, full disks, certificates that end soon.
async fn machines(shared: &Shared, person: &Person) -> Result<Vec<Value>, Trouble> {
    let now = shared.world.clock.now();
    let mut alerts = Vec::new();
    for node in shared.trail.nodes().await? {
        let mut tell = |state: &str, key: &str, values: &[(&str, Word)]| {
            let text = person.guest.say(key, values);
            alerts.push(context! { name => node.state.name, state, text, href => "/manager/system" });
        };
        if now.since(node.seen_at) >= system::MISSED_AFTER {
            tell("lost", "node-missed", &[]);
        }
        let disk = node.state.disk_bytes.zip(node.state.free_bytes).filter(|(all, _)| *all > 0);
        let used = disk.map_or(0, |(all, free)| all.saturating_sub(free).saturating_mul(100) / all);
        if used > system::DISK_NEARLY_FULL_PERCENT {
            tell("waiting", "alert-disk", &[("percent", Word::from(used as usize))]);
        }
        if let Some(ends_at) = node.state.certificate_ends_at
            && (ends_at <= now || ends_at.since(now) < system::ENDS_SOON)
        {
            let state = if ends_at <= now { "lost" } else { "waiting" };
            let day = crate::reader::day_of(person.guest.language, ends_at);
            tell(state, "alert-certificate", &[("day", Word::from(day))]);
        }
    }
    Ok(alerts)
}
