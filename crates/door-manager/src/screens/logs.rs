//! Logs: what an address or a mail service sent and received, and the whole way of one letter.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use db::{Moment, Seek};
use directory::{AddressInfo, AddressKind, Administration};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use minijinja::{Value, context};
use model::{Address, MessageId, ServiceId, Timestamp};
use trail::{Direction, LetterSearch, Line, Search, Status, Step, Whose};

use super::{Answer, way};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, limits, page};

/// Addresses that the list offers; others are typed.
const ADDRESSES_OFFERED: usize = 200;
/// Lines of a file.
const LINES_EXPORTED: usize = 10_000;

const COLUMNS: [Column; 6] = [
    Column { key: "log-date", is_number: false },
    Column { key: "log-sender", is_number: false },
    Column { key: "log-recipient", is_number: false },
    Column { key: "log-subject", is_number: false },
    Column { key: "log-size", is_number: true },
    Column { key: "log-status", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/logs", get(show)).route("/logs/{message}", get(show_way))
}

/// The zone in which moments are asked for: that of the customers.
fn zone() -> TimeZone {
    TimeZone::get("Europe/Zurich").unwrap_or(TimeZone::UTC)
}

/// What `datetime-local` sends, `2026-11-22T09:30`.
fn moment(text: &str) -> Option<Timestamp> {
    let local: DateTime = text.parse().ok()?;
    Some(Timestamp(local.to_zoned(zone()).ok()?.timestamp().as_millisecond()))
}

/// What `datetime-local` shows.
fn shown(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone());
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Whose log is looked at, as the list of addresses says it: an address, or `service:17`.
struct Chosen {
    value: String,
    whose: Whose,
}

async fn chosen(
    directory: &Administration,
    person: &Person,
    wanted: &str,
    offered: &[AddressInfo],
) -> Result<Option<Chosen>, Trouble> {
    if let Some(id) = wanted.strip_prefix("service:") {
        let id = ServiceId(id.parse().map_err(|_| Trouble::NotFound)?);
        let service = directory.service(id).await?;
        let domains = directory.domains(Some(person.session.organisation)).await?;
        let own = domains.into_iter().filter(|domain| domain.service == service.id);
        let whose = Whose::Domains(own.map(|domain| domain.name).collect());
        return Ok(Some(Chosen { value: wanted.to_owned(), whose }));
    }
    let info = match (wanted, offered.first()) {
        // R320: the first address of the service, where none is chosen.
        ("", Some(first)) => first.clone(),
        ("", None) => return Ok(None),
        (text, _) => {
            let address = Address::parse(text).map_err(|_| Trouble::NotFound)?;
            directory.address_called(&address).await?
        }
    };
    // Its people see who reads it.
    directory.note_opened(info.id, directory::Opened::Logs).await?;
    Ok(Some(Chosen { value: info.address.to_string(), whose: Whose::Address(info.address) }))
}

fn state(status: Status) -> &'static str {
    match status {
        Status::Delivered | Status::Sorted | Status::Redirected => "ok",
        Status::Waiting | Status::Greylisted | Status::Spam => "waiting",
        Status::Deleted => "unknown",
        Status::Rejected
        | Status::Blocked
        | Status::Bounced
        | Status::NotAuthenticated
        | Status::OverQuota
        | Status::OverSendLimit => "lost",
    }
}

fn row(person: &Person, line: Line) -> Row {
    let say = |key: &str| person.guest.say(key, &[]);
    let href = line.message.map(|id| format!("/manager/logs/{id}")).unwrap_or_default();
    let subject = line.subject.unwrap_or_default();
    let status = say(&format!("log-{}", line.status));
    let nobody = |address: String| if address.is_empty() { say("log-nobody") } else { address };
    Row {
        id: line.id.to_string(),
        href,
        cells: vec![
            Cell { text: line.at.rfc3339(), kind: "time", ..Cell::default() },
            Cell::text(nobody(line.sender)),
            Cell::text(line.recipient),
            Cell::text(subject),
            line.size_bytes.map_or_else(Cell::default, |size| Cell {
                text: crate::reader::octets(size),
                kind: "number",
                order: i64::try_from(size).unwrap_or(i64::MAX),
                ..Cell::default()
            }),
            Cell {
                kind: "status",
                state: state(line.status),
                text: status,
                note: way::told(&person.guest, &line.detail),
                ..Cell::default()
            },
        ],
        ..Row::default()
    }
}

/// The key of the last line of the page before, as the address has it.
fn after(wish: &Wish) -> Option<Moment> {
    let (at, id) = wish.filter("after").split_once('.')?;
    Some((Timestamp(at.parse().ok()?), id.parse().ok()?))
}

async fn show(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let mut wish = Wish::of(&person.guest.target);
    for part in ["address", "direction", "from", "to", "status", "after"] {
        wish.hide(part);
    }
    let directory = shared.directory.administration(person.scope(), person.who());
    let offered = directory.page_of_addresses(None, Seek::first(ADDRESSES_OFFERED + 1)).await?;
    let has_more = offered.items.len() > ADDRESSES_OFFERED;
    // Only what has a mailbox has a log of its own.
    let offered: Vec<AddressInfo> = offered
        .items
        .into_iter()
        .filter(|info| matches!(info.kind, AddressKind::Mailbox { .. }))
        .take(ADDRESSES_OFFERED)
        .collect();
    let services = directory.services(Some(person.session.organisation)).await?;
    let Some(chosen) = chosen(&directory, &person, wish.filter("address"), &offered).await? else {
        return page::of(&person, "logs.html", "logs", context! { has_nobody => true });
    };
    let organisation = person.session.organisation;
    let now = shared.world.clock.now();
    let window = shared.trail.window(organisation, now).await?;
    let direction = if wish.filter("direction") == "sent" { Direction::Sent } else { Direction::Received };
    let search = LetterSearch {
        organisation,
        whose: chosen.whose,
        direction,
        since: moment(wish.filter("from")),
        // To the minute: the one that is named is still in.
        until: moment(wish.filter("to")).map(|at| at.plus(std::time::Duration::from_secs(60))),
        status: wish.filter("status").parse().ok(),
    };
    if wish.is_csv {
        return export(&shared, &person, &wish, search, now).await;
    }
    let seek = Seek { after: after(&wish), limit: limits::ROWS_PER_PAGE };
    let lines = shared.trail.letters(search, now, seek).await?;
    let next = lines.next.map(|(at, id)| wish.address(&[("after", &format!("{}.{id}", at.0))]));
    let rows: Vec<Row> = lines.items.into_iter().map(|line| row(&person, line)).collect();
    let table = table::in_order(&wish, &COLUMNS, rows);
    let option = |value: String, text: String| context! { value, text };
    let mut addresses: Vec<Value> =
        offered.iter().map(|info| option(info.address.to_string(), info.address.to_string())).collect();
    if !chosen.value.starts_with("service:")
        && !offered.iter().any(|info| info.address.to_string() == chosen.value)
    {
        addresses.insert(0, option(chosen.value.clone(), chosen.value.clone()));
    }
    let of_service = |name: &str| person.guest.say("log-service", &[("service", Word::from(name))]);
    addresses.extend(
        services.iter().map(|service| option(format!("service:{}", service.id), of_service(&service.name))),
    );
    let statuses: Vec<Value> = Status::EACH
        .iter()
        .map(|status| option(status.to_string(), person.guest.say(&format!("log-{status}"), &[])))
        .collect();
    let or = |text: &str, other: Timestamp| if text.is_empty() { shown(other) } else { text.to_owned() };
    let content = context! {
        table => Value::from_serialize(&table),
        next,
        is_first => after(&wish).is_none(),
        first => wish.address(&[("after", "")]),
        addresses,
        has_more,
        address => chosen.value,
        direction => if direction == Direction::Sent { "sent" } else { "received" },
        from => or(wish.filter("from"), window.visible_from),
        to => or(wish.filter("to"), now),
        earliest => shown(window.visible_from),
        status => wish.filter("status"),
        statuses,
        visible_days => window.visible_days,
        kept_days => window.kept_days,
        has_locked => window.has_locked,
    };
    page::of(&person, "logs.html", "logs", content)
}

async fn export(
    shared: &Shared,
    person: &Person,
    wish: &Wish,
    search: LetterSearch,
    now: Timestamp,
) -> Answer {
    let mut rows = Vec::new();
    let mut seek = Seek::first(1_000);
    while rows.len() < LINES_EXPORTED {
        let lines = shared.trail.letters(search.clone(), now, seek).await?;
        rows.extend(lines.items.into_iter().map(|line| {
            // In a file the reason stands beside the status.
            let reason = match line.detail.as_str() {
                "" => String::new(),
                detail => format!(" ({})", way::told(&person.guest, detail)),
            };
            let mut row = row(person, line);
            if let Some(cell) = row.cells.last_mut() {
                cell.text.push_str(&reason);
            }
            row
        }));
        let Some(next) = lines.next else { break };
        seek.after = Some(next);
    }
    Ok(table::in_order(wish, &COLUMNS, rows).csv("logs", |key| person.guest.say(key, &[])))
}

/// The whole way of a letter, step by step.
async fn show_way(
    State(shared): State<Arc<Shared>>,
    person: AnyAdministrator,
    Path(message): Path<String>,
) -> Answer {
    let message = MessageId(message.parse().map_err(|_| Trouble::NotFound)?);
    let organisation = person.session.organisation;
    let window = shared.trail.window(organisation, shared.world.clock.now()).await?;
    let search = Search {
        organisation: Some(organisation),
        message: Some(message),
        since: Some(window.visible_from),
        ..Search::default()
    };
    let ways = shared.trail.ways(search).await?;
    let mut way = ways.into_iter().next().ok_or(Trouble::NotFound)?;
    if let Some(names) = person.people(&shared).names_in_reach().await? {
        let is_own = |address: &str| {
            let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
            domain.is_some_and(|domain| names.contains(&domain))
        };
        // What the own domain sent, and of the others' letters what became of them there.
        let is_sent = way.events.iter().any(|event| is_own(&event.sender));
        let is_received = way.events.iter().any(|event| event.recipient.as_deref().is_some_and(is_own));
        if !is_sent && !is_received {
            return Err(Trouble::NotFound);
        }
        way.events.retain(|event| is_sent || event.recipient.as_deref().is_none_or(is_own));
    }
    let accepted = way.events.iter().find_map(|event| match &event.step {
        Step::Accepted { subject, size_bytes, message_id, .. } => {
            Some((subject.clone(), *size_bytes, message_id.clone()))
        }
        _ => None,
    });
    let (subject, size, message_id) = accepted.unwrap_or_default();
    let sender = way.events.first().map(|event| event.sender.clone()).unwrap_or_default();
    let steps: Vec<Value> = way
        .events
        .iter()
        .take(500)
        .map(|event| {
            let kind = event.step.kind();
            let said = way::sentence(&person.guest, &event.step);
            let state = match &event.step {
                Step::Delivered { .. } => "ok",
                Step::Deferred { .. } | Step::Held => "waiting",
                Step::Refused { .. } | Step::Bounced { .. } | Step::Expired | Step::Deleted => "lost",
                _ => "unknown",
            };
            context! {
                at => event.at.rfc3339(),
                kind,
                state,
                title => person.guest.say(&format!("step-{kind}"), &[]),
                recipient => event.recipient,
                text => said.ours,
                reply => said.theirs,
            }
        })
        .collect();
    let content = context! {
        subject => subject.unwrap_or_default(),
        sender,
        size => crate::reader::octets(size),
        message_id => message_id.unwrap_or_default(),
        id => message.to_string(),
        has_more => way.events.len() > 500,
        steps,
    };
    page::of(&person, "letter.html", "logs", content)
}

#[cfg(test)]
mod tests {
    use super::{moment, shown};

    #[test]
    fn moments_are_asked_for_and_shown_in_the_customers_zone() {
        let at = moment("2026-07-01T09:30").unwrap();
        assert_eq!(shown(at), "2026-07-01T09:30");
        assert!(moment("yesterday").is_none());
    }
}
