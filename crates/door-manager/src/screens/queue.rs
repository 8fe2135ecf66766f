//! File d'attente: letters that wait, with the reason; retried, held, released, deleted, several at once.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use db::Seek;
use futures_util::stream;
use jiff::tz::TimeZone;
use mail_queue::{Entry, Reach, Selection};
use minijinja::{Value, context};
use model::DeliveryId;

use super::{Answer, way};
use crate::fields::Fields;
use crate::table::{self, Cell, Column, Row, Wish};
use crate::toast::{Toast, done};
use crate::trouble::Trouble;
use crate::visitor::{AnyAdministrator, Person};
use crate::words::Word;
use crate::{Shared, limits, page};

/// Deliveries that one form acts upon.
const AT_ONCE: usize = 500;

const COLUMNS: [Column; 6] = [
    Column { key: "log-recipient", is_number: false },
    Column { key: "log-sender", is_number: false },
    Column { key: "queue-received", is_number: false },
    Column { key: "log-size", is_number: true },
    Column { key: "queue-attempts", is_number: true },
    Column { key: "queue-state", is_number: false },
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/queue", get(show)).route("/queue/act", post(act))
}

/// The deliveries of the organisation; within the limit to a domain what that domain sent or is to get.
async fn reach(shared: &Shared, person: &Person) -> Result<Reach, Trouble> {
    let domains = person.people(shared).names_in_reach().await?;
    Ok(Reach { organisation: Some(person.session.organisation), domains })
}

fn row(person: &Person, entry: Entry) -> Row {
    let say = |key: &str, values: &[(&str, Word)]| person.guest.say(key, values);
    let (state, text) = match (&entry.node, entry.is_held) {
        (Some(node), _) => ("unknown", say("queue-under-way", &[("node", Word::from(node.as_str()))])),
        (None, true) => ("lost", say("queue-held", &[])),
        (None, false) => ("waiting", say("queue-next", &[])),
    };
    let from = entry.from.to_string();
    Row {
        id: entry.delivery.to_string(),
        href: format!("/manager/logs/{}", entry.message),
        cells: vec![
            Cell::text(entry.recipient.to_string()),
            Cell::text(if from.is_empty() { say("log-nobody", &[]) } else { from }),
            Cell::time(Some(entry.received_at), String::new()),
            Cell {
                text: crate::reader::octets(person.guest.language, entry.size_bytes),
                kind: "number",
                order: i64::try_from(entry.size_bytes).unwrap_or(i64::MAX),
                ..Cell::default()
            },
            Cell::number(u64::from(entry.attempts)),
            Cell {
                kind: "status",
                state,
                at: if state == "waiting" { entry.next_at.rfc3339() } else { String::new() },
                order: entry.next_at.0,
                text,
                note: entry
                    .last_reply
                    .map(|reply| way::told(&person.guest, &reply.to_string()))
                    .unwrap_or_default(),
                ..Cell::default()
            },
        ],
        is_selectable: true,
        ..Row::default()
    }
}

async fn show(State(shared): State<Arc<Shared>>, person: AnyAdministrator) -> Answer {
    let mut wish = Wish::of(&person.guest.target);
    wish.hide("after");
    let whose = reach(&shared, &person).await?;
    let selection = match wish.search.trim() {
        "" => Selection::All,
        part => Selection::Named(part.to_owned()),
    };
    if wish.is_csv {
        return export(&shared, &person, whose, selection).await;
    }
    let is_sorted = !wish.sort.is_empty();
    let limit = if is_sorted { limits::SORTED_ROWS } else { limits::ROWS_PER_PAGE };
    let seek = Seek { after: wish.filter("after").parse().ok(), limit };
    let waiting = shared.queue.page(whose, selection, seek).await?;
    let next = waiting.next.map(|id| wish.address(&[("after", &id.to_string())]));
    let rows: Vec<Row> = waiting.items.into_iter().map(|entry| row(&person, entry)).collect();
    let table = match is_sorted {
        // The search has been done where the deliveries are found.
        true => table::of(&wish.found(), &COLUMNS, rows).with_search(&wish),
        false => table::in_order(&wish, &COLUMNS, rows),
    };
    let content = context! {
        table => Value::from_serialize(&table),
        is_cut => is_sorted && next.is_some(),
        is_sorted,
        zone => crate::reader::zone().iana_name().unwrap_or("UTC"),
        is_searched => !wish.search.is_empty(),
        sorted => limits::SORTED_ROWS,
        next,
        is_first => wish.filter("after").is_empty(),
        first => wish.address(&[("after", "")]),
    };
    page::of(&person, "queue.html", "queue", content)
}

/// All that waits, as much as there is.
async fn export(shared: &Shared, person: &Person, whose: Reach, selection: Selection) -> Answer {
    let (queue, reader) = (shared.queue.clone(), person.clone());
    let zone = crate::reader::zone();
    let parts = stream::try_unfold(Some(Seek::first(limits::SORTED_ROWS)), move |seek| {
        let (queue, reader, whose, zone) = (queue.clone(), reader.clone(), whose.clone(), zone.clone());
        let selection = selection.clone();
        async move {
            let Some(seek) = seek else { return Ok(None) };
            let waiting = queue.page(whose, selection, seek).await.map_err(Trouble::from)?;
            let rows: Vec<Row> =
                waiting.items.into_iter().map(|entry| exported(&reader, entry, &zone)).collect();
            let next = waiting.next.map(|after| Seek { after: Some(after), limit: limits::SORTED_ROWS });
            Ok(Some((rows, next)))
        }
    });
    table::csv_in_parts("queue", &COLUMNS, |key| person.guest.say(key, &[]), parts).await
}

/// In a file the moment of the next attempt and the last answer stand beside the state.
fn exported(person: &Person, entry: Entry, zone: &TimeZone) -> Row {
    let mut row = row(person, entry);
    if let Some(cell) = row.cells.last_mut() {
        let at = crate::reader::in_zone(zone, &cell.at);
        let parts = [cell.text.as_str(), at.as_str(), cell.note.as_str()];
        cell.text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    }
    row
}

async fn act(State(shared): State<Arc<Shared>>, person: AnyAdministrator, fields: Fields) -> Answer {
    let ids: Vec<i64> = fields.all("id").filter_map(|id| id.parse().ok()).take(AT_ONCE).collect();
    let action = fields.text("action");
    let back = |words: String| Ok(done(&person, "/manager/queue", &Toast::of(words)));
    if ids.is_empty() {
        return back(person.guest.say("queue-none-chosen", &[]));
    }
    let whose = reach(&shared, &person).await?;
    if action == "delete" && !fields.has("sure") {
        return confirm(&shared, &person, &ids).await;
    }
    let mut count = 0;
    for id in &ids {
        let selection = Selection::Delivery(DeliveryId(*id));
        count += match action {
            "hold" => shared.queue.hold(whose.clone(), selection, person.who()).await?,
            "release" => shared.queue.release(whose.clone(), selection, person.who()).await?,
            "delete" => shared.queue.delete(whose.clone(), selection, person.who()).await?,
            _ => shared.queue.retry(whose.clone(), selection, person.who()).await?,
        };
    }
    let key = match action {
        "hold" => "queue-was-held",
        "release" => "queue-was-released",
        "delete" => "queue-was-deleted",
        _ => "queue-was-retried",
    };
    back(person.guest.say(key, &[("count", Word::from(count))]))
}

/// What will be lost, in numbers: nobody is told of it and nothing brings it back.
async fn confirm(shared: &Shared, person: &Person, ids: &[i64]) -> Answer {
    let mut entries = Vec::new();
    let whose = reach(shared, person).await?;
    for id in ids {
        let selection = Selection::Delivery(DeliveryId(*id));
        entries.extend(shared.queue.list(whose.clone(), selection, 1).await?);
    }
    let letters: std::collections::BTreeSet<_> = entries.iter().map(|entry| entry.message.0).collect();
    let shown: Vec<Value> = entries
        .iter()
        .take(20)
        .map(|entry| context! { recipient => entry.recipient.to_string(), sender => entry.from.to_string() })
        .collect();
    let content = context! {
        ids => entries.iter().map(|entry| entry.delivery.to_string()).collect::<Vec<_>>(),
        count => entries.len(),
        letters => letters.len(),
        entries => shown,
        more => entries.len().saturating_sub(20),
    };
    page::of(person, "queue_delete.html", "queue", content)
}
