//! `relais log …`

use anyhow::Result;
use clap::Subcommand;
use directory::Opened;
use model::{Address, MessageId};
use serde_json::{Value, json};
use trail::{
    ChainOf, ChangeSearch, Direction, Entry, Head, LetterSearch, Line, Search, Status, Walk, Way, Whose,
};

use super::Platform;
use super::output::{Output, shown, size, table};
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
    /// Lists what an address sent or received, a line for each recipient, the newest first.
    List {
        /// The address.
        #[arg(value_parser = values::address)]
        address: Address,
        /// What it sent; what it received without.
        #[arg(long)]
        sent: bool,
        /// From then on: `2h`, `3d` ago, a date, or a time of RFC 3339.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        since: Option<When>,
        /// Until then, in the same forms.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        until: Option<When>,
        /// Only letters of which this became: delivered, spam, waiting, bounced, rejected …
        #[arg(long, value_name = "STATUS")]
        status: Option<Status>,
        /// Only letters whose sender, recipient or subject contains this.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        /// The most lines.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Shows, or sets, how many days of its log an organisation sees.
    Plan {
        /// The organisation: name or identifier.
        #[arg(value_name = "ORGANISATION")]
        organisation_called: String,
        /// The days that are shown from now on; older ones are kept for a while (operator only).
        #[arg(long)]
        days: Option<u64>,
    },
    /// Lists who changed what, the newest first.
    Changes {
        /// Part of any text of the entry; any case.
        #[arg(long)]
        text: Option<String>,
        /// Part of who did it, or of on whose behalf.
        #[arg(long)]
        who: Option<String>,
        /// Part of the action: `delete`, `create address`.
        #[arg(long)]
        action: Option<String>,
        /// From then on: `2h`, `3d` ago, a date, or a time of RFC 3339.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        since: Option<When>,
        /// Until then, in the same forms.
        #[arg(long, value_name = "TIME", value_parser = values::when)]
        until: Option<When>,
        /// The most lines.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Walks the chains of the log of changes, and names the first entry that was changed, removed or added.
    Verify {
        /// An end that was noted before, as this command prints it, which must still be in the chain of the
        /// organisation that --organisation names, or without it in the installation's own.
        #[arg(long, value_name = "NUMBER:DIGEST")]
        noted: Option<Head>,
    },
}

impl Log {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        match self {
            Log::Search { to, from, since, until, message, limit } => {
                let now = platform.installation.world.clock.now();
                // An organisation sees what its plan shows; the operator all that is kept.
                let visible_from = match platform.scope() {
                    Some(own) => Some(platform.installation.trail.window(own, now).await?.visible_from),
                    None => None,
                };
                let search = Search {
                    organisation: platform.scope(),
                    to,
                    from,
                    since: since.map(|since| since.before(now)).max(visible_from),
                    until: until.map(|until| until.before(now)),
                    message: message.map(MessageId),
                    limit: Some(limit),
                };
                let ways = platform.installation.trail.ways(search).await?;
                // The people of its mailboxes see who looked.
                let seen: Vec<String> = ways.iter().flat_map(Way::addresses).collect();
                platform.administration.note_letter_opened(seen).await?;
                let value: Vec<Value> = ways.iter().map(to_json).collect();
                let text = match ways.is_empty() {
                    true => "no letter matches".to_owned(),
                    false => ways.iter().map(told).collect::<Vec<_>>().join("\n"),
                };
                Ok(Output::new(value.into(), text))
            }
            Log::List { address, sent, since, until, status, text, limit } => {
                let clock = &platform.installation.world.clock;
                let info = platform.administration.address_called(&address).await?;
                let search = LetterSearch {
                    organisation: info.organisation,
                    whose: Whose::Address(info.address),
                    direction: if sent { Direction::Sent } else { Direction::Received },
                    since: since.map(|since| since.before(clock.now())),
                    until: until.map(|until| until.before(clock.now())),
                    status,
                    text: text.unwrap_or_default(),
                };
                let seek = db::Seek::first(limit.min(trail::limits::WAYS_LIMIT));
                let page = platform.installation.trail.letters(search, clock.now(), seek).await?;
                platform.administration.note_opened(info.id, Opened::Logs).await?;
                let rows = page.items.iter().map(line).collect();
                Ok(table(&["AT", "FROM", "TO", "SUBJECT", "SIZE", "STATUS", "DETAIL"], rows))
            }
            Log::Plan { organisation_called, days } => {
                let organisation = platform.administration.organisation_called(&organisation_called).await?;
                if let Some(days) = days {
                    platform.administration.set_log_days(organisation.id, days).await?;
                }
                let now = platform.installation.world.clock.now();
                let window = platform.installation.trail.window(organisation.id, now).await?;
                let value = json!({
                    "visible_days": window.visible_days,
                    "kept_days": window.kept_days,
                    "has_locked": window.has_locked,
                });
                let text = format!(
                    "{} sees {} days of its log; {} are kept",
                    organisation.name, window.visible_days, window.kept_days
                );
                Ok(Output::new(value, text))
            }
            Log::Changes { text, who, action, since, until, limit } => {
                let now = platform.installation.world.clock.now();
                let search = ChangeSearch {
                    organisation: platform.scope(),
                    text: text.unwrap_or_default(),
                    who: who.unwrap_or_default(),
                    action: action.unwrap_or_default(),
                    since: since.map(|since| since.before(now)),
                    until: until.map(|until| until.before(now)),
                    is_oldest_first: false,
                };
                let seek = db::Seek::first(limit.min(trail::limits::SEARCH_LIMIT));
                let entries = platform.installation.trail.changes(search, seek).await?.items;
                Ok(table(
                    &["AT", "WHO", "FROM", "ACTION", "WHAT", "CHANGED"],
                    entries.iter().map(entry).collect(),
                ))
            }
            Log::Verify { noted } => {
                let of = match platform.scope() {
                    Some(organisation) => ChainOf::Organisation(organisation),
                    // An end belongs to one chain.
                    None if noted.is_some() => ChainOf::Installation,
                    None => ChainOf::Everybody,
                };
                verified(&platform.installation.trail.verify(of, noted).await?)
            }
        }
    }
}

fn entry(entry: &Entry) -> (Value, Vec<String>) {
    let change = &entry.change;
    let value = json!({
        "id": change.id.to_string(),
        "at": change.at.rfc3339(),
        "organisation": change.organisation.map(|id| id.to_string()),
        "who": change.actor.who,
        "behalf": change.actor.behalf,
        "source": change.actor.source,
        "action": change.action,
        "what": change.what,
        "before": change.before.to_json(),
        "after": change.after.to_json(),
        "number": entry.number,
        "digest": entry.digest.map(|digest| digest.to_string()),
    });
    let who = match &change.actor.behalf {
        Some(behalf) => format!("{} for {behalf}", change.actor.who),
        None => change.actor.who.clone(),
    };
    let gone = change.before.iter().filter(|(name, _)| change.after.get(name).is_none());
    let changed: Vec<String> = change
        .after
        .iter()
        .map(|(name, after)| match change.before.get(name) {
            Some(before) => format!("{name}: {before} → {after}"),
            None => format!("{name}: {after}"),
        })
        .chain(gone.map(|(name, before)| format!("{name}: {before} →")))
        .collect();
    let source = change.actor.source.clone().unwrap_or_default();
    let cells =
        [change.at.rfc3339(), who, source, change.action.clone(), change.what.clone(), changed.join(", ")];
    (value, cells.iter().map(|cell| shown(cell)).collect())
}

/// What the walk found; an error where a chain is broken, so that a program sees it.
fn verified(walks: &[Walk]) -> Result<Output> {
    let name = |walk: &Walk| match walk.organisation {
        Some(id) => format!("organisation {id}"),
        None => "installation".to_owned(),
    };
    for walk in walks {
        if let Some(broken) = walk.broken {
            let place = broken.number.map_or("without a number".to_owned(), |number| number.to_string());
            let row = broken.id.map(|id| format!(" (row {id})")).unwrap_or_default();
            anyhow::bail!(
                "the chain of changes of {} is broken: entry {place}{row} is {}; {} before it are as written",
                name(walk),
                broken.fault.as_str(),
                walk.checked
            );
        }
    }
    let rows = walks.iter().map(|walk| {
        let head = walk.head.map(|head| head.to_string());
        let value = json!({
            "organisation": walk.organisation.map(|id| id.to_string()),
            "first": walk.first,
            "checked": walk.checked,
            "head": head,
        });
        let cells =
            vec![name(walk), walk.first.to_string(), walk.checked.to_string(), head.unwrap_or_default()];
        (value, cells)
    });
    Ok(table(&["CHAIN OF", "FIRST", "AS WRITTEN", "END"], rows.collect()))
}

fn line(line: &Line) -> (Value, Vec<String>) {
    let value = json!({
        "at": line.at.rfc3339(),
        "message": line.message.map(|id| id.to_string()),
        "from": line.sender,
        "to": line.recipient,
        "subject": line.subject,
        "size_bytes": line.size_bytes,
        "status": line.status.as_str(),
        "detail": line.detail,
        "status_at": line.status_at.rfc3339(),
    });
    let cells = vec![
        line.at.rfc3339(),
        format!("<{}>", line.sender),
        format!("<{}>", line.recipient),
        line.subject.clone().unwrap_or_default(),
        line.size_bytes.map(size).unwrap_or_default(),
        line.status.to_string(),
        shown(&line.detail),
    ];
    (value, cells)
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
