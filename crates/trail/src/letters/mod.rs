//! «Logs»: what an address, or all addresses of some domains, sent and received: a line for each recipient of each
//! letter, with what became of it.
//!
//! Nothing is written for it while letters travel. A line begins with the event by which a delivery was queued (or a
//! recipient refused), found by an index; its subject, size and outcome are two more seeks. So a page costs the same
//! among ten million events as among ten.

mod rows;
mod status;

use std::time::Duration;

use db::{DbError, Moment, Page, Seek, Tx};
use model::{Address, DeliveryId, Domain, MessageId, OrganisationId, Timestamp};

pub use rows::{set_visible_days, visible_days};
pub use status::Status;

use crate::{Event, Step, Trail, limits};

const DAY: Duration = Duration::from_secs(86_400);

/// Letters that an address sent, or such as came for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// «Envoyés»: submitted by somebody who was logged in, or by ourselves.
    Sent,
    /// «Réceptionnés».
    Received,
}

/// Whose letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One address's.
    Address(Address),
    /// Those of every address of these domains: a mail service's.
    Domains(Vec<Domain>),
}

/// Which lines to find.
#[derive(Clone, Debug)]
pub struct LetterSearch {
    /// Whose log.
    pub organisation: OrganisationId,
    /// Which addresses; whoever may see some only asks for these.
    pub whose: Whose,
    /// Sent or received.
    pub direction: Direction,
    /// From this moment on; never from before what is visible.
    pub since: Option<Timestamp>,
    /// Up to and without this moment.
    pub until: Option<Timestamp>,
    /// Only those of which this became.
    pub status: Option<Status>,
    /// Only those whose sender, recipient or subject contains this, in whatever case; empty: all.
    pub text: String,
}

/// One recipient of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was queued, or refused.
    pub at: Timestamp,
    /// The event by which the line is found: with `at` the key of lists.
    pub id: i64,
    /// The letter; `None` for a refusal.
    pub message: Option<MessageId>,
    /// The recipient's delivery.
    pub delivery: Option<DeliveryId>,
    /// The envelope's sender; empty for a report.
    pub sender: String,
    /// The recipient.
    pub recipient: String,
    /// The Subject field, where the letter was accepted.
    pub subject: Option<String>,
    /// The letter's size, where it was accepted.
    pub size_bytes: Option<u64>,
    /// What became of it.
    pub status: Status,
    /// The words behind the status: a remote server's, ours, or the folder; empty where there is no more to say.
    pub detail: String,
    /// When that was.
    pub status_at: Timestamp,
}

/// How much of an organisation's log is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Days that are shown.
    pub visible_days: u64,
    /// Days that are kept; older events are deleted.
    pub kept_days: u64,
    /// The first moment that is shown.
    pub visible_from: Timestamp,
    /// Whether there are older events, kept but not shown.
    pub has_locked: bool,
}

/// Days that are kept where so many are shown.
pub(crate) fn kept_days(visible: u64) -> u64 {
    visible.max(limits::KEPT_DAYS)
}

fn days(count: u64) -> Duration {
    DAY.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

impl Trail {
    /// What an organisation sees of its log, and what is kept besides.
    pub async fn window(&self, organisation: OrganisationId, now: Timestamp) -> Result<Window, DbError> {
        self.scoped(Some(organisation))
            .read(move |tx| {
                let visible_days = visible_days(tx, organisation)?;
                let visible_from = now.minus(days(visible_days));
                let has_locked = rows::has_events_before(tx, organisation, visible_from)?;
                Ok(Window { visible_days, kept_days: kept_days(visible_days), visible_from, has_locked })
            })
            .await
    }

    /// A page of lines, the newest first. It may hold less than was asked for although more follow, where a status or
    /// a text is looked for that is rare.
    pub async fn letters(
        &self,
        search: LetterSearch,
        now: Timestamp,
        seek: Seek<Moment>,
    ) -> Result<Page<Line, Moment>, DbError> {
        self.scoped(Some(search.organisation)).read(move |tx| page(tx, &search, now, &seek)).await
    }

    /// Deletes what is older than each organisation's plan keeps, in small transactions; returns how many events.
    pub async fn prune_by_plan(&self, now: Timestamp) -> Result<u64, DbError> {
        let operator = self.operator("forget events that no plan keeps any longer");
        let mut forgotten = 0;
        let mut organisation = operator.read(move |tx| crate::rows::next_organisation(tx, -1)).await?;
        while let Some(current) = organisation {
            let before = operator
                .read(move |tx| {
                    let visible = visible_days(tx, OrganisationId(current))?;
                    Ok::<_, DbError>(now.minus(days(kept_days(visible))))
                })
                .await?;
            loop {
                let batch = operator.write(move |tx| crate::rows::prune_batch(tx, current, before)).await?;
                forgotten += batch;
                if batch < limits::PRUNE_BATCH {
                    break;
                }
            }
            organisation = operator.read(move |tx| crate::rows::next_organisation(tx, current)).await?;
        }
        Ok(forgotten)
    }
}

fn page(
    tx: &mut Tx,
    search: &LetterSearch,
    now: Timestamp,
    seek: &Seek<Moment>,
) -> Result<Page<Line, Moment>, DbError> {
    let visible_from = now.minus(days(visible_days(tx, search.organisation)?));
    let since = search.since.unwrap_or(visible_from).max(visible_from);
    let until = search.until.unwrap_or(Timestamp(i64::MAX));
    let text = search.text.trim().to_lowercase();
    let says = |said: &str| said.to_lowercase().contains(&text);
    let mut before = seek.before();
    let mut items = Vec::new();
    let mut read = 0;
    // The letter's head is the same for its recipients, which follow one another.
    let mut known: Option<(MessageId, rows::Head)> = None;
    while read < limits::LINES_READ_LIMIT {
        let batch = limits::LINE_BATCH.max(seek.limit.saturating_add(1)).min(limits::LINES_READ_LIMIT);
        let begins = rows::begins(tx, search, since, until, before, batch)?;
        let is_last = begins.len() < batch;
        read += begins.len();
        for event in begins {
            let key = (event.at, event.id);
            if !search.concerns(&event) {
                before = key;
                continue;
            }
            let head = match (event.message, &known) {
                (None, _) => rows::Head::default(),
                (Some(message), Some((last, head))) if *last == message => head.clone(),
                (Some(message), _) => {
                    let head = rows::head(tx, search.organisation, message)?;
                    known = Some((message, head.clone()));
                    head
                }
            };
            // Somebody else wrote the address as the sender.
            let is_foreign = search.direction == Direction::Sent && !head.is_submitted;
            let is_named = text.is_empty()
                || says(&event.sender)
                || event.recipient.as_deref().is_some_and(says)
                || head.subject.as_deref().is_some_and(says);
            let line = match is_named && !is_foreign {
                true => Some(line(tx, search, event, head)?),
                false => None,
            };
            if let Some(line) = line.filter(|line| search.status.is_none_or(|status| status == line.status)) {
                if items.len() == seek.limit {
                    return Ok(Page { items, next: Some(before) });
                }
                items.push(line);
            }
            before = key;
        }
        if is_last {
            return Ok(Page { items, next: None });
        }
    }
    Ok(Page { items, next: Some(before) })
}

fn line(tx: &mut Tx, search: &LetterSearch, event: Event, head: rows::Head) -> Result<Line, DbError> {
    let follows = match (event.message, event.delivery) {
        (Some(message), Some(delivery)) => rows::of_delivery(tx, search.organisation, message, delivery)?,
        _ => Vec::new(),
    };
    let outcome = status::of(search.direction, &event, &follows, head.why_spam.as_deref());
    Ok(Line {
        at: event.at,
        id: event.id,
        message: event.message,
        delivery: event.delivery,
        sender: event.sender,
        recipient: event.recipient.unwrap_or_default(),
        subject: head.subject,
        size_bytes: head.size_bytes,
        status: outcome.status,
        detail: outcome.detail,
        status_at: outcome.at,
    })
}

impl LetterSearch {
    /// Whether a line that begins so is one of those looked for, where the statement did not say so already.
    fn concerns(&self, event: &Event) -> bool {
        if self.direction == Direction::Sent && !matches!(event.step, Step::Queued { .. }) {
            return false;
        }
        let Whose::Domains(domains) = &self.whose else { return true };
        let address = match self.direction {
            Direction::Sent => Some(event.sender.as_str()),
            Direction::Received => event.recipient.as_deref(),
        };
        address.and_then(|address| address.rsplit_once('@')).is_some_and(|(_, domain)| {
            domains.iter().any(|known| known.as_str().eq_ignore_ascii_case(domain))
        })
    }
}

#[cfg(test)]
mod tests;
