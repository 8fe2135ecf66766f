//! `relais queue …`

use anyhow::Result;
use clap::{Args, Subcommand};
use directory::DirectoryError;
use mail_queue::{Entry, Selection};
use model::{DeliveryId, Domain, MessageId};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, shown, size, table};
use super::values;

/// Messages that wait to be delivered.
#[derive(Subcommand)]
pub enum Queue {
    /// Lists the deliveries that wait, oldest first.
    List {
        #[command(flatten)]
        which: Which,
        /// The most lines.
        #[arg(long, default_value_t = 1000)]
        limit: usize,
    },
    /// Holds deliveries until they are released.
    Hold(Chosen),
    /// Lets held deliveries go on.
    Release(Chosen),
    /// Tries deliveries now.
    Retry(Chosen),
    /// Deletes deliveries; their senders are not told.
    Delete(Chosen),
}

/// Which deliveries; all without an argument.
#[derive(Args)]
#[group(multiple = false)]
pub struct Which {
    /// That delivery, or all deliveries of that message.
    #[arg(value_parser = values::id)]
    id: Option<i64>,
    /// All deliveries to that domain.
    #[arg(long, value_name = "DOMAIN", value_parser = values::domain)]
    destination: Option<Domain>,
    /// All whose sender or recipient contains this.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

/// Which deliveries; all of them must be said.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Chosen {
    /// That delivery, or all deliveries of that message.
    #[arg(value_parser = values::id)]
    id: Option<i64>,
    /// All deliveries to that domain.
    #[arg(long, value_name = "DOMAIN", value_parser = values::domain)]
    destination: Option<Domain>,
    /// All deliveries.
    #[arg(long)]
    all: bool,
}

/// Identifiers are unique among all things, so that one tries both.
fn selections(id: Option<i64>, destination: Option<Domain>) -> Vec<Selection> {
    match (id, destination) {
        (Some(id), _) => vec![Selection::Delivery(DeliveryId(id)), Selection::Message(MessageId(id))],
        (None, Some(destination)) => vec![Selection::Destination(destination)],
        (None, None) => vec![Selection::All],
    }
}

impl Queue {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let (queue, scope) = (&platform.queue, platform.scope());
        let (chosen, done) = match self {
            Queue::List { which, limit } => {
                let mut entries = Vec::new();
                let wanted = match which.text {
                    Some(text) => vec![Selection::Named(text)],
                    None => selections(which.id, which.destination),
                };
                for selection in wanted {
                    entries.extend(queue.list(scope, selection, limit).await?);
                }
                return Ok(list(&entries));
            }
            Queue::Hold(chosen) => (chosen, "held"),
            Queue::Release(chosen) => (chosen, "released"),
            Queue::Retry(chosen) => (chosen, "tried now"),
            Queue::Delete(chosen) => (chosen, "deleted"),
        };
        let is_one = chosen.id.is_some();
        let mut changed = 0;
        for selection in selections(chosen.id, chosen.destination) {
            changed += match done {
                "held" => queue.hold(scope, selection, &platform.who).await?,
                "released" => queue.release(scope, selection, &platform.who).await?,
                "tried now" => queue.retry(scope, selection, &platform.who).await?,
                _ => queue.delete(scope, selection, &platform.who).await?,
            };
        }
        if is_one && changed == 0 {
            return Err(DirectoryError::NotFound { what: "delivery to which this applies" }.into());
        }
        let plural = if changed == 1 { "delivery" } else { "deliveries" };
        Ok(Output::new(json!({"deliveries": changed}), format!("{changed} {plural} {done}")))
    }
}

fn list(entries: &[Entry]) -> Output {
    let rows = entries.iter().map(|entry| {
        let cells = vec![
            entry.delivery.to_string(),
            entry.message.to_string(),
            format!("<{}>", entry.from),
            format!("<{}>", entry.recipient),
            size(entry.size_bytes),
            entry.attempts.to_string(),
            state(entry),
            entry.last_reply.as_ref().map(|reply| shown(&reply.to_string())).unwrap_or_default(),
        ];
        (to_json(entry), cells)
    });
    let columns = ["DELIVERY", "MESSAGE", "FROM", "TO", "SIZE", "TRIES", "STATE", "LAST REPLY"];
    table(&columns, rows.collect())
}

fn state(entry: &Entry) -> String {
    match (&entry.node, entry.is_held) {
        (Some(node), _) => format!("under way on {node}"),
        (None, true) => "held".to_owned(),
        (None, false) => format!("next {}", entry.next_at.rfc3339()),
    }
}

fn to_json(entry: &Entry) -> Value {
    json!({
        "delivery": entry.delivery.to_string(),
        "message": entry.message.to_string(),
        "organisation": entry.organisation.map(|id| id.to_string()),
        "from": entry.from.to_string(),
        "recipient": entry.recipient.to_string(),
        "destination": entry.destination.as_ref().map(ToString::to_string),
        "size_bytes": entry.size_bytes,
        "received_at": entry.received_at.rfc3339(),
        "next_at": entry.next_at.rfc3339(),
        "attempts": entry.attempts,
        "node": entry.node,
        "held": entry.is_held,
        "last_reply": entry.last_reply.as_ref().map(ToString::to_string),
    })
}
