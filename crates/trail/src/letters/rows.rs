//! What the list of letters reads: the beginnings of lines, the heads of letters, what became of deliveries.
//!
//! `+organisation` keeps SQLite from the table itself, which is clustered by organisation and time: it would read all of
//! an organisation's events to save a sort of a few rows.

use db::{DbError, Moment, Tx, values};
use model::{DeliveryId, MessageId, OrganisationId, Timestamp};

use super::{Direction, LetterSearch, Whose};
use crate::rows::event;
use crate::{Event, Step, limits, search_key};

/// What all lines of a letter share.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) subject: Option<String>,
    pub(super) size_bytes: Option<u64>,
    /// Somebody of the organisation was logged in, or it is our own.
    pub(super) is_submitted: bool,
    /// Why it was put among the unwanted ones, if it was.
    pub(super) why_spam: Option<String>,
}

/// The days that an organisation's plan shows.
pub fn visible_days(tx: &mut Tx, organisation: OrganisationId) -> Result<u64, DbError> {
    let days = tx.query_one(
        "SELECT visible_days FROM log_plan WHERE organisation = ?1",
        values![organisation],
        |row| row.integer(0),
    )?;
    Ok(days.and_then(|days| u64::try_from(days).ok()).unwrap_or(limits::VISIBLE_DAYS))
}

/// Writes the days that an organisation's plan shows, into the caller's transaction.
pub fn set_visible_days(tx: &mut Tx, organisation: OrganisationId, days: u64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO log_plan (organisation, visible_days) VALUES (?1, ?2)
         ON CONFLICT (organisation) DO UPDATE SET visible_days = excluded.visible_days",
        values![organisation, i64::try_from(days).unwrap_or(i64::MAX)],
    )?;
    Ok(())
}

pub(super) fn has_events_before(
    tx: &mut Tx,
    organisation: OrganisationId,
    before: Timestamp,
) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM event WHERE organisation = ?1 AND at < ?2 LIMIT 1",
        values![organisation, before],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// The newest events by which lines begin, before a key.
pub(super) fn begins(
    tx: &mut Tx,
    search: &LetterSearch,
    since: Timestamp,
    until: Timestamp,
    (before, before_id): Moment,
    limit: usize,
) -> Result<Vec<Event>, DbError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // Said twice, so that both engines begin at the key: once for the index, once exactly.
    let until = until.min(Timestamp(before.0.saturating_add(1)));
    let organisation = search.organisation;
    match (&search.whose, search.direction) {
        (Whose::Address(address), Direction::Received) => tx.query(
            "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
             WHERE recipient_key = ?1 AND +organisation = ?2 AND at >= ?3 AND at < ?4 AND (at, id) < (?5, ?6)
               AND kind IN ('queued', 'refused')
             ORDER BY at DESC, id DESC LIMIT ?7",
            values![
                search_key(&address.to_string()).as_str(),
                organisation,
                since,
                until,
                before,
                before_id,
                limit
            ],
            event,
        ),
        (Whose::Address(address), Direction::Sent) => tx.query(
            "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
             WHERE lower(sender) = ?2 AND +organisation = ?1 AND kind = 'queued' AND at >= ?3 AND at < ?4
               AND (at, id) < (?5, ?6)
             ORDER BY at DESC, id DESC LIMIT ?7",
            values![
                organisation,
                address.to_string().to_ascii_lowercase().as_str(),
                since,
                until,
                before,
                before_id,
                limit
            ],
            event,
        ),
        (Whose::Domains(_), _) => tx.query(
            "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
             WHERE organisation = ?1 AND at >= ?2 AND at < ?3 AND (at, id) < (?4, ?5)
               AND kind IN ('queued', 'refused')
             ORDER BY at DESC, id DESC LIMIT ?6",
            values![organisation, since, until, before, before_id, limit],
            event,
        ),
    }
}

/// What a letter's acceptance tells.
pub(super) fn head(tx: &mut Tx, organisation: OrganisationId, message: MessageId) -> Result<Head, DbError> {
    let events = tx.query(
        "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
         WHERE message = ?1 AND delivery IS NULL AND +organisation = ?2 ORDER BY at, id LIMIT 10",
        values![message, organisation],
        event,
    )?;
    let mut head = Head::default();
    for event in events {
        match event.step {
            Step::Accepted { protocol, login, size_bytes, subject, .. } => {
                head.is_submitted = login.is_some() || protocol == "ourselves";
                (head.subject, head.size_bytes) = (subject, Some(size_bytes));
            }
            Step::Judged { verdict, why, .. } if verdict == "junk" => head.why_spam = Some(why),
            _ => {}
        }
    }
    Ok(head)
}

/// The newest events of one delivery, oldest first.
pub(super) fn of_delivery(
    tx: &mut Tx,
    organisation: OrganisationId,
    message: MessageId,
    delivery: DeliveryId,
) -> Result<Vec<Event>, DbError> {
    let mut events = tx.query(
        "SELECT organisation, at, id, message, delivery, sender, recipient, detail FROM event
         WHERE message = ?1 AND delivery = ?2 AND +organisation = ?3 ORDER BY at DESC, id DESC LIMIT ?4",
        values![message, delivery, organisation, limits::EVENTS_PER_LINE as i64],
        event,
    )?;
    events.reverse();
    Ok(events)
}
