//! `relais log …`

use anyhow::Result;
use clap::Subcommand;
use model::{Address, MessageId};
use serde_json::{Value, json};
use trail::{Search, Way};

use super::Platform;
use super::output::{Output, shown, table};
use super::values::{self, When};

/// What happened.
#[derive(Subcommand)]
pub enum Log {
    /// Tells the whole way of each letter that matches, the newest last.
    Search {
        /// The recipient.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        to: Option<Address>,
        /// The envelope's sender.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        from: Option<Address>,
        /// From then on: `2h`, `3d` ago, a date, or a time of RFC 3339.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        since: Option<When>,
        /// Until then, in the same forms.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        until: Option<When>,
        /// The identifier of a message, as replies and reports have it.
        #[arg(long, value_name = "ID", value_parser = values::id)]
        message: Option<i64>,
        /// The most letters.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Lists who changed what, the newest first.
    Changes {
        /// The most lines.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

impl Log {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        match self {
            Log::Search { to, from, since, until, message, limit } => {
                let now = platform.installation.world.clock.now();
                let search = Search {
                    organisation: platform.scope(),
                    to,
                    from,
                    since: since.map(|since| since.before(now)),
                    until: until.map(|until| until.before(now)),
                    message: message.map(MessageId),
                    limit: Some(limit),
                };
                let ways = platform.installation.trail.ways(search).await?;
                let value: Vec<Value> = ways.iter().map(to_json).collect();
                let text = match ways.is_empty() {
                    true => "no letter matches".to_owned(),
                    false => ways.iter().map(told).collect::<Vec<_>>().join("\n"),
                };
                Ok(Output::new(value.into(), text))
            }
            Log::Changes { limit } => {
                let seek = db::Seek::first(limit.min(trail::limits::SEARCH_LIMIT));
                let changes = platform.installation.trail.changes(platform.scope(), seek).await?.items;
                let rows = changes.iter().map(|change| {
                    let value = json!({
                        "at": change.at.rfc3339(),
                        "organisation": change.organisation.map(|id| id.to_string()),
                        "who": change.who,
                        "action": change.action,
                        "what": change.what,
                    });
                    let cells = vec![
                        change.at.rfc3339(),
                        change.who.clone(),
                        change.action.clone(),
                        change.what.clone(),
                    ];
                    (value, cells)
                });
                Ok(table(&["AT", "WHO", "ACTION", "WHAT"], rows.collect()))
            }
        }
    }
}

fn to_json(way: &Way) -> Value {
    json!({
        "message": way.message.map(|id| id.to_string()),
        "events": way.events.iter().map(trail::Event::to_json).collect::<Vec<_>>(),
    })
}

/// The letter's way: a heading and a sentence for each step.
fn told(way: &Way) -> String {
    let mut text = match way.message {
        Some(message) => format!("message {message}\n"),
        None => "no message of ours\n".to_owned(),
    };
    for event in &way.events {
        text.push_str(&format!("  {}\n", shown(&event.to_string())));
    }
    text
}
