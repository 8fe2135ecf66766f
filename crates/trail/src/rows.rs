//! The event table.

use db::{DbError, Migrations, Moment, Row, Tx};
use model::{DeliveryId, MessageId, OrganisationId, Timestamp};

use crate::{Event, Search, Step, limits, search_key};

/// Tables of the trail.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "trail",
    steps: &[
        (1, "event and audit", include_str!("0001_event_and_audit.sql")),
        (2, "audit by time", include_str!("0002_audit_by_time.sql")),
        (3, "letters of an address, nodes", include_str!("0003_watching.sql")),
        (4, "chain of changes", include_str!("0004_audit_chain.sql")),
    ],
};

/// What the organisation column holds where an event belongs to none.
pub(crate) const NOBODY: i64 = 0;

/// Writes one event into the caller's transaction. Within a tenant's scope the event is the tenant's,
/// whatever it says.
pub fn record(tx: &mut Tx, event: &Event) -> Result<(), DbError> {
    let organisation = tx.organisation().or(event.organisation).map_or(NOBODY, |id| id.0);
    let recipient = event.recipient.as_deref().map(cut);
    let recipient_key = recipient.map(search_key);
    let detail = detail(&event.step);
    tx.execute(
        "INSERT INTO event (organisation, at, id, message, delivery, sender, recipient, recipient_key, kind, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            organisation.into(),
            event.at.into(),
            event.id.into(),
            event.message.map(|id| id.0).into(),
            event.delivery.map(|id| id.0).into(),
            cut(&event.sender).into(),
            recipient.into(),
            recipient_key.as_deref().into(),
            event.step.kind().into(),
            detail.as_str().into(),
        ],
    )?;
    Ok(())
}

/// The step as JSON; texts that a stranger made long are cut.
fn detail(step: &Step) -> String {
    let detail = serde_json::to_string(step).unwrap_or_default();
    if detail.len() <= limits::TEXT_LIMIT_OCTETS {
        return detail;
    }
    let mut value = serde_json::to_value(step).unwrap_or_default();
    for field in value.as_object_mut().into_iter().flat_map(|object| object.values_mut()) {
        if let serde_json::Value::String(text) = field {
            text.truncate(cut(text).len());
        }
    }
    value.to_string()
}

/// The text, cut at a character's boundary where it is longer than [`limits::TEXT_LIMIT_OCTETS`].
pub(crate) fn cut(text: &str) -> &str {
    let mut end = text.len().min(limits::TEXT_LIMIT_OCTETS);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whose rows a number stands for.
pub(crate) fn somebody(organisation: i64) -> Option<OrganisationId> {
    (organisation != NOBODY).then_some(OrganisationId(organisation))
}

pub(crate) fn event(row: &Row) -> Result<Event, DbError> {
    let detail = row.text(7)?;
    // A step that a newer version wrote is told as far as this one understands it.
    let step = serde_json::from_str(detail).unwrap_or_else(|error| {
        tracing::debug!(%error, detail = %detail, "an event's step is unknown to this version");
        Step::Judged { verdict: "unknown step".to_owned(), why: detail.to_owned(), evidence: None }
    });
    Ok(Event {
        organisation: somebody(row.integer(0)?),
        at: Timestamp(row.integer(1)?),
        id: row.integer(2)?,
        message: row.optional_integer(3)?.map(MessageId),
        delivery: row.optional_integer(4)?.map(DeliveryId),
        sender: row.text(5)?.to_owned(),
        recipient: row.optional_text(6)?.map(str::to_owned),
        step,
    })
}

/// The events before a moment that match, newest `limit` of them, oldest first.
pub(crate) fn search(
    tx: &mut Tx,
    search: &Search,
    (before, before_id): Moment,
    limit: usize,
) -> Result<Vec<Event>, DbError> {
    let since = search.since.map_or(i64::MIN, |at| at.0);
    let until = search.until.map_or(i64::MAX, |at| at.0);
    let from = search.from.as_ref().map(ToString::to_string).unwrap_or_default();
    let to = search.to.as_ref().map(|to| search_key(&to.to_string()));
    let scope = tx.organisation().map(|id| id.0);
    let mut events = if let Some(message) = search.message {
        tx.query(
            "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
             WHERE message = ?1 AND organisation = COALESCE(?2, organisation) AND at >= ?3 AND at < ?4
               AND (?5 = '' OR lower(sender) = lower(?5)) AND (?6 = '' OR recipient_key = ?6)
               AND (at, id) < (?8, ?9)
             ORDER BY at DESC, id DESC LIMIT ?7",
            &[
                message.0.into(),
                scope.into(),
                since.into(),
                until.into(),
                from.as_str().into(),
                to.as_deref().unwrap_or_default().into(),
                (limit as i64).into(),
                before.into(),
                before_id.into(),
            ],
            event,
        )?
    } else if let Some(to) = to {
        tx.query(
            "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
             WHERE recipient_key = ?1 AND organisation = COALESCE(?2, organisation) AND at >= ?3 AND at < ?4
               AND (?5 = '' OR lower(sender) = lower(?5)) AND (at, id) < (?7, ?8)
             ORDER BY at DESC, id DESC LIMIT ?6",
            &[
                to.as_str().into(),
                scope.into(),
                since.into(),
                until.into(),
                from.as_str().into(),
                (limit as i64).into(),
                before.into(),
                before_id.into(),
            ],
            event,
        )?
    } else {
        let mut events = Vec::new();
        let mut organisation = match scope {
            Some(scope) => Some(scope),
            None => next_organisation(tx, NOBODY - 1)?,
        };
        // One range of the clustered table for each organisation, instead of a scan of the whole.
        while let Some(current) = organisation {
            events.extend(tx.query(
                "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
                 WHERE organisation = ?1 AND at >= ?2 AND at < ?3 AND (?4 = '' OR lower(sender) = lower(?4))
                   AND (at, id) < (?6, ?7)
                 ORDER BY at DESC, id DESC LIMIT ?5",
                &[
                    current.into(),
                    since.into(),
                    until.into(),
                    from.as_str().into(),
                    (limit as i64).into(),
                    before.into(),
                    before_id.into(),
                ],
                event,
            )?);
            organisation = match scope {
                Some(_) => None,
                None => next_organisation(tx, current)?,
            };
        }
        events
    };
    events.sort_by_key(|event| (event.at, event.id));
    let surplus = events.len().saturating_sub(limit);
    events.drain(..surplus);
    Ok(events)
}

/// The next events of an organisation of some kinds.
pub(crate) fn page(
    tx: &mut Tx,
    organisation: i64,
    (at, id): (Timestamp, i64),
    until: Timestamp,
    kinds: &[&str],
) -> Result<Vec<Event>, DbError> {
    let kind = |index: usize| *kinds.get(index).or(kinds.first()).unwrap_or(&"");
    tx.query(
        "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
         WHERE organisation = ?1 AND (at, id) > (?2, ?3) AND at < ?4 AND kind IN (?5, ?6, ?7, ?8)
         ORDER BY at, id LIMIT ?9",
        &[
            organisation.into(),
            at.into(),
            id.into(),
            until.into(),
            kind(0).into(),
            kind(1).into(),
            kind(2).into(),
            kind(3).into(),
            (limits::PAGE as i64).into(),
        ],
        event,
    )
}

/// All events of one message, oldest first.
pub(crate) fn of_message(tx: &mut Tx, message: MessageId) -> Result<Vec<Event>, DbError> {
    tx.query(
        "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
         WHERE message = ?1 AND organisation = COALESCE(?2, organisation)
         ORDER BY at, id LIMIT ?3",
        &[
            message.0.into(),
            tx.organisation().map(|id| id.0).into(),
            (limits::EVENTS_PER_MESSAGE_LIMIT as i64).into(),
        ],
        event,
    )
}

/// The organisation with events that follows `organisation`: a loose index scan.
pub(crate) fn next_organisation(tx: &mut Tx, organisation: i64) -> Result<Option<i64>, DbError> {
    tx.query_one(
        "SELECT organisation FROM event WHERE organisation > ?1 ORDER BY organisation LIMIT 1",
        &[organisation.into()],
        |row| row.integer(0),
    )
}

/// Forgets up to [`limits::PRUNE_BATCH`] of an organisation's oldest events, those of one moment together.
pub(crate) fn prune_batch(tx: &mut Tx, organisation: i64, before: Timestamp) -> Result<u64, DbError> {
    let last = tx.query_one(
        "SELECT at FROM event WHERE organisation = ?1 ORDER BY at, id LIMIT 1 OFFSET ?2",
        &[organisation.into(), (limits::PRUNE_BATCH as i64 - 1).into()],
        |row| row.integer(0),
    )?;
    let before = last.map_or(before.0, |last| before.0.min(last.saturating_add(1)));
    tx.execute("DELETE FROM event WHERE organisation = ?1 AND at < ?2", &[organisation.into(), before.into()])
}
