//! Logs: what an address or a mail service sent and received, and the whole way of one letter.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use db::{Moment, Page, Seek};
use directory::{AddressInfo, AddressKind, Administration, Permission};
use futures_util::stream;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use minijinja::{Value, context};
use model::{AccountId, Address, MessageId, OrganisationId, ServiceId, Timestamp};
use trail::{Direction, LetterSearch, Line, Search, Status, Step, Whose};

use super::{Answer, way};
use crate::table::{self, Cell, Column, Row, Wish};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, limits, page, reader};

/// Addresses that the list offers; others are typed.
const ADDRESSES_OFFERED: usize = 200;
/// Lines of a file that are read at once.
const LINES_AT_ONCE: usize = 500;

const COLUMNS: [Column; 6] = [
    Column { key: "log-date", is_number: false },
    Column { key: "log-sender", is_number: false },
    Column { key: "log-recipient", is_number: false },
    Column { key: "log-subject", is_number: false },
    Column { key: "log-size", is_number: true },
    Column { key: "log-status", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/logs", get(show))
        .route("/logs/{message}", get(show_way))
        .route("/mine/{account}/logs", get(show_own))
}

/// The zone in which moments are asked for: the one that the form names, which its script knows; else the reader's.
pub(super) fn asked_zone(wanted: &str) -> TimeZone {
    if wanted.is_empty() { reader::zone() } else { reader::zone_called(wanted) }
}

/// What `datetime-local` sends, `2026-11-22T09:30`.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local: DateTime = text.parse().ok()?;
    Some(Timestamp(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

/// What `datetime-local` shows, and the moment for the script, which knows the browser's zone.
pub(super) fn shown(at: Timestamp, zone: &TimeZone) -> Value {
    context! { at => at.rfc3339(), text => local(at, zone) }
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
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
    is_asked: bool,
) -> Result<Option<Chosen>, Trouble> {
    if let Some(id) = wanted.strip_prefix("service:") {
        let id = ServiceId(id.parse().map_err(|_| Trouble::NotFound)?);
        let service = directory.service(id).await?;
        let domains = directory.domains(Some(person.session.organisation)).await?;
        let own = domains.into_iter().filter(|domain| domain.service == service.id);
        let whose = Whose::Domains(own.map(|domain| domain.name).collect());
        directory.note_service_opened(id).await?;
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
    if is_asked {
        // Its people see who reads it.
        directory.note_opened(info.id, directory::Opened::Logs).await?;
    }
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

fn row(person: &Person, line: Line, opens: bool) -> Row {
    let say = |key: &str| person.guest.say(key, &[]);
    let message = line.message.filter(|_| opens);
    let href = message.map(|id| format!("/manager/logs/{id}")).unwrap_or_default();
    let subject = line.subject.unwrap_or_default();
    let status = say(&format!("log-{}", line.status));
    let nobody = |address: String| if address.is_empty() { say("log-nobody") } else { address };
    Row {
        id: line.id.to_string(),
        href,
        cells: vec![
            Cell::time(Some(line.at), String::new()),
            Cell::text(nobody(line.sender)),
            Cell::text(line.recipient),
            Cell::text(subject),
            line.size_bytes.map_or_else(Cell::default, |size| Cell {
                text: reader::octets(person.guest.language, size),
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
pub(super) fn after(wish: &Wish) -> Option<Moment> {
    let (at, id) = wish.filter("after").split_once('.')?;
    Some((Timestamp(at.parse().ok()?), id.parse().ok()?))
}

/// Whose log a page shows, and where it stands.
struct Listing {
    organisation: OrganisationId,
    /// Which page of the Manager it is.
    section: &'static str,
    /// Where the form leads.
    action: String,
    chosen: Chosen,
    /// What the form offers, and whether there is more that can be typed.
    addresses: Vec<Value>,
    has_more: bool,
    /// Whether a line leads to the whole way of its letter, which names the others who got it.
    opens: bool,
    /// Whether something was asked for: whoever only comes to the page sees nothing of anybody's log, and nobody is told.
    is_asked: bool,
}

/// Whether a search was asked for, by «Rechercher» or by a link that names what is looked for.
fn is_asked(wish: &Wish) -> bool {
    let parts = ["address", "direction", "from", "to", "status", "after"];
    wish.is_csv
        || !wish.search.is_empty()
        || !wish.sort.is_empty()
        || parts.iter().any(|part| !wish.filter(part).is_empty())
}

fn wish_of(person: &Person) -> Wish {
    let mut wish = Wish::of(&person.guest.target);
    for part in ["address", "direction", "from", "to", "status", "after", "zone"] {
        wish.hide(part);
    }
    wish
}

fn option(value: String, text: String) -> Value {
    context! { value, text }
}

async fn show(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let wish = wish_of(&person);
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
    let is_asked = is_asked(&wish);
    let chosen = chosen(&directory, &person, wish.filter("address"), &offered, is_asked).await?;
    let Some(chosen) = chosen else {
        return page::of(&person, "logs.html", "logs", context! { has_nobody => true });
    };
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
    let listing = Listing {
        organisation: person.session.organisation,
        section: "logs",
        action: "/manager/logs".to_owned(),
        chosen,
        addresses,
        has_more,
        opens: true,
        is_asked,
    };
    listed(&shared, &person, &wish, listing).await
}

/// The log of one of the person's own mailboxes, where the person may see it (docs/decisions/0055).
async fn show_own(State(shared): State<Arc<Shared>>, person: Person, Path(account): Path<i64>) -> Answer {
    let permission = Some(Permission::AccessLogs);
    let mailbox = shared.directory.own_mailbox(&person.session, AccountId(account), permission).await?;
    let value = mailbox.address.to_string();
    let listing = Listing {
        organisation: mailbox.account.organisation,
        section: "mine",
        action: format!("/manager/mine/{account}/logs"),
        addresses: vec![option(value.clone(), value.clone())],
        chosen: Chosen { value, whose: Whose::Address(mailbox.address) },
        has_more: false,
        opens: false,
        is_asked: true,
    };
    listed(&shared, &person, &wish_of(&person), listing).await
}

async fn listed(shared: &Shared, person: &Person, wish: &Wish, listing: Listing) -> Answer {
    let Listing { organisation, section, action, chosen, addresses, has_more, opens, is_asked } = listing;
    let now = shared.world.clock.now();
    let window = shared.trail.window(organisation, now).await?;
    let direction = if wish.filter("direction") == "sent" { Direction::Sent } else { Direction::Received };
    // What is shown has one clock, whatever the zone in which the address was written.
    let (asked, zone) = (asked_zone(wish.filter("zone")), reader::zone());
    let search = LetterSearch {
        organisation,
        whose: chosen.whose,
        direction,
        since: moment(wish.filter("from"), &asked),
        // To the minute: the one that is named is still in.
        until: moment(wish.filter("to"), &asked).map(|at| at.plus(std::time::Duration::from_secs(60))),
        status: wish.filter("status").parse().ok(),
        text: wish.search.clone(),
    };
    if wish.is_csv {
        return export(shared, person, search, now).await;
    }
    let is_sorted = !wish.sort.is_empty();
    let limit = if is_sorted { limits::SORTED_ROWS } else { limits::ROWS_PER_PAGE };
    let seek = Seek { after: after(wish), limit };
    let lines = match is_asked {
        true => shared.trail.letters(search, now, seek).await?,
        false => Page { items: Vec::new(), next: None },
    };
    let next = lines.next.map(|(at, id)| wish.address(&[("after", &format!("{}.{id}", at.0))]));
    let rows: Vec<Row> = lines.items.into_iter().map(|line| row(person, line, opens)).collect();
    let table = match is_sorted {
        // The search has been done where the lines are found.
        true => table::of(&wish.found(), &COLUMNS, rows).with_search(wish),
        false => table::in_order(wish, &COLUMNS, rows),
    };
    let statuses: Vec<Value> = Status::EACH
        .iter()
        .map(|status| option(status.to_string(), person.guest.say(&format!("log-{status}"), &[])))
        .collect();
    let or = |text: &str, other: Timestamp| shown(moment(text, &asked).unwrap_or(other), &zone);
    let content = context! {
        table => Value::from_serialize(&table),
        is_asked,
        next,
        is_first => after(wish).is_none(),
        first => wish.address(&[("after", "")]),
        action,
        addresses,
        has_more,
        address => chosen.value,
        text => wish.search,
        direction => if direction == Direction::Sent { "sent" } else { "received" },
        from => or(wish.filter("from"), window.visible_from),
        to => or(wish.filter("to"), now),
        earliest => shown(window.visible_from, &zone),
        zone => zone.iana_name().unwrap_or("UTC"),
        is_cut => is_sorted && next.is_some(),
        is_sorted,
        sorted => limits::SORTED_ROWS,
        status => wish.filter("status"),
        statuses,
        visible_days => window.visible_days,
        kept_days => window.kept_days,
        has_locked => window.has_locked,
    };
    page::of(person, "logs.html", section, content)
}

/// All lines that were asked for, as many as there are.
async fn export(shared: &Shared, person: &Person, search: LetterSearch, now: Timestamp) -> Answer {
    let (trail, reader) = (shared.trail.clone(), person.clone());
    let parts = stream::try_unfold(Some(Seek::first(LINES_AT_ONCE)), move |seek| {
        let (trail, reader, search) = (trail.clone(), reader.clone(), search.clone());
        async move {
            let Some(seek) = seek else { return Ok(None) };
            let lines = trail.letters(search, now, seek).await.map_err(Trouble::from)?;
            let rows: Vec<Row> = lines.items.into_iter().map(|line| exported(&reader, line)).collect();
            let next = lines.next.map(|after| Seek { after: Some(after), limit: LINES_AT_ONCE });
            Ok(Some((rows, next)))
        }
    });
    table::csv_in_parts("logs", &COLUMNS, |key| person.guest.say(key, &[]), parts).await
}

/// In a file the reason stands beside the status.
fn exported(person: &Person, line: Line) -> Row {
    let reason = match line.detail.as_str() {
        "" => String::new(),
        detail => format!(" ({})", way::told(&person.guest, detail)),
    };
    let mut row = row(person, line, false);
    if let Some(cell) = row.cells.last_mut() {
        cell.text.push_str(&reason);
    }
    row
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
    let people = person.people(&shared);
    if let Some(names) = people.names_in_reach().await? {
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
    // The people of its sender and recipients see who looked.
    people.note_letter_opened(way.addresses()).await?;
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
                _ => "info",
            };
            context! {
                at => event.at.rfc3339(),
                kind,
                state,
                title => person.guest.say(&format!("step-{kind}"), &[]),
                recipient => event.recipient,
                text => said.ours,
                reply => said.answer,
                is_theirs => said.is_theirs,
            }
        })
        .collect();
    let content = context! {
        subject => subject.unwrap_or_default(),
        sender,
        size => reader::octets(person.guest.language, size),
        message_id => message_id.unwrap_or_default(),
        id => message.to_string(),
        has_more => way.events.len() > 500,
        steps,
    };
    page::of(&person, "letter.html", "logs", content)
}

#[cfg(test)]
mod tests {
    use super::{asked_zone, local, moment};
    use crate::reader::zone_called;

    #[test]
    fn moments_are_asked_for_and_shown_in_the_browsers_zone_else_in_the_customers() {
        let customers = zone_called("");
        let at = moment("2026-07-01T09:30", &customers).unwrap();
        assert_eq!(local(at, &customers), "2026-07-01T09:30");
        assert!(moment("yesterday", &customers).is_none());
        // What a browser elsewhere shows is the same moment.
        assert_eq!(local(at, &asked_zone("America/New_York")), "2026-07-01T03:30");
        assert_eq!(local(at, &asked_zone("Nowhere/Land")), "2026-07-01T09:30");
    }
}
