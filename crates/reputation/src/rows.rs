//! The tables of reputation.

use std::collections::BTreeMap;

use db::{DbError, Migrations, Row, Tx, values};
use model::{OrganisationId, Timestamp};

use crate::sender::{Letters, Sender};
use crate::{Counts, DAY_MILLISECONDS, Day, Score, Signal, limits};

/// Tables of reputation.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "reputation",
    steps: &[
        (1, "days and traps", include_str!("0001_reputation.sql")),
        (2, "others' domains", include_str!("0002_senders.sql")),
        // Nobody ever read it: who wrote to a trap stands in the trail.
        (3, "no list of trap hits", "DROP TABLE trap_hit"),
    ],
};

/// The only row of the cursor's table.
const CURSOR: i64 = 1;

/// Adds a signal to a domain's day, in the caller's transaction.
pub fn note(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    day: Timestamp,
    signal: Signal,
) -> Result<(), DbError> {
    let mut counts = Counts::default();
    match signal {
        Signal::Complaints(count) => counts.complaints = bounded(count),
        Signal::AuthenticationFailures(count) => counts.authentication_failures = bounded(count),
        Signal::TrapHit => counts.trap_hits = 1,
    }
    add(tx, organisation, domain, day, &counts)
}

/// So that sums of many cannot overflow.
fn bounded(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).min(1 << 32)
}

/// Adds counts to a domain's day; the busiest hour is the larger one.
pub(crate) fn add(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    day: Timestamp,
    counts: &Counts,
) -> Result<(), DbError> {
    let day = Timestamp(day.0.div_euclid(DAY_MILLISECONDS) * DAY_MILLISECONDS);
    tx.execute(
        "INSERT INTO reputation_day (organisation, domain, day, sent, policy_bounces, unknown_bounces, complaints,
             authentication_failures, trap_hits, busiest_hour)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (organisation, domain, day) DO UPDATE SET
             sent = reputation_day.sent + excluded.sent,
             policy_bounces = reputation_day.policy_bounces + excluded.policy_bounces,
             unknown_bounces = reputation_day.unknown_bounces + excluded.unknown_bounces,
             complaints = reputation_day.complaints + excluded.complaints,
             authentication_failures =
                 reputation_day.authentication_failures + excluded.authentication_failures,
             trap_hits = reputation_day.trap_hits + excluded.trap_hits,
             busiest_hour = CASE WHEN excluded.busiest_hour > reputation_day.busiest_hour
                 THEN excluded.busiest_hour ELSE reputation_day.busiest_hour END",
        values![
            organisation,
            domain,
            day,
            counts.sent,
            counts.policy_bounces,
            counts.unknown_bounces,
            counts.complaints,
            counts.authentication_failures,
            counts.trap_hits,
            counts.busiest_hour,
        ],
    )?;
    Ok(())
}

/// Adds to an hour's recipients; tells how many they are now.
pub(crate) fn add_hour(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    hour: Timestamp,
    sent: i64,
) -> Result<i64, DbError> {
    let now = tx.query_one(
        "INSERT INTO reputation_hour (organisation, domain, hour, sent) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (organisation, domain, hour) DO UPDATE SET sent = reputation_hour.sent + excluded.sent
         RETURNING sent",
        values![organisation, domain, hour, sent],
        |row| row.integer(0),
    )?;
    Ok(now.unwrap_or(sent))
}

/// Until when the trail has been counted.
pub(crate) fn cursor(tx: &mut Tx) -> Result<Option<Timestamp>, DbError> {
    tx.query_one("SELECT counted_until FROM reputation_cursor WHERE id = ?1", values![CURSOR], |row| {
        row.timestamp(0)
    })
}

/// Moves the cursor; false if another node has done so meanwhile, and then nothing may be counted.
pub(crate) fn move_cursor(tx: &mut Tx, from: Option<Timestamp>, to: Timestamp) -> Result<bool, DbError> {
    let moved = match from {
        Some(from) => tx.execute(
            "UPDATE reputation_cursor SET counted_until = ?3 WHERE id = ?1 AND counted_until = ?2",
            values![CURSOR, from, to],
        )?,
        None => tx.execute(
            "INSERT INTO reputation_cursor (id, counted_until) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            values![CURSOR, to],
        )?,
    };
    Ok(moved > 0)
}

fn counts(row: &Row<'_>, from: usize) -> Result<Counts, DbError> {
    Ok(Counts {
        sent: row.integer(from)?,
        policy_bounces: row.integer(from + 1)?,
        unknown_bounces: row.integer(from + 2)?,
        complaints: row.integer(from + 3)?,
        authentication_failures: row.integer(from + 4)?,
        trap_hits: row.integer(from + 5)?,
        busiest_hour: row.integer(from + 6)?,
    })
}

/// The days of a domain within the scope's organisation, from `since` to `until` (both included), oldest first.
pub(crate) fn days(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<Day>, DbError> {
    tx.query(
        "SELECT day, sent, policy_bounces, unknown_bounces, complaints, authentication_failures, trap_hits,
             busiest_hour, score, factors
         FROM reputation_day WHERE organisation = ?1 AND domain = ?2 AND day >= ?3 AND day <= ?4 ORDER BY day",
        values![organisation, domain, since, until],
        |row| {
            let factors = row.optional_text(9)?.and_then(|text| serde_json::from_str::<Score>(text).ok());
            Ok(Day { day: row.timestamp(0)?, counts: counts(row, 1)?, score: factors })
        },
    )
}

/// Writes the score of a day, whether or not anything was seen on it.
pub(crate) fn set_score(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
    day: Timestamp,
    score: &Score,
) -> Result<(), DbError> {
    add(tx, organisation, domain, day, &Counts::default())?;
    tx.execute(
        "UPDATE reputation_day SET score = ?4, factors = ?5 WHERE organisation = ?1 AND domain = ?2 AND day = ?3",
        values![
            organisation,
            domain,
            day,
            score.points,
            &serde_json::to_string(score).unwrap_or_default(),
        ],
    )?;
    Ok(())
}

/// The counts of the last days of each of an organisation's domains, by age in days.
pub(crate) fn windows(
    tx: &mut Tx,
    organisation: OrganisationId,
    today: Timestamp,
) -> Result<BTreeMap<String, Vec<Counts>>, DbError> {
    let mut windows: BTreeMap<String, Vec<Counts>> = BTreeMap::new();
    let since = Timestamp(today.0 - (limits::WINDOW_DAYS - 1) * DAY_MILLISECONDS);
    tx.for_each(
        "SELECT domain, day, sent, policy_bounces, unknown_bounces, complaints, authentication_failures, trap_hits,
             busiest_hour
         FROM reputation_day WHERE organisation = ?1 AND day >= ?2 AND day <= ?3",
        values![organisation, since, today],
        |row| {
            let age = (today.0 - row.integer(1)?).div_euclid(DAY_MILLISECONDS);
            let window = windows
                .entry(row.text(0)?.to_owned())
                .or_insert_with(|| vec![Counts::default(); limits::WINDOW_DAYS as usize]);
            if let Some(place) = usize::try_from(age).ok().and_then(|age| window.get_mut(age)) {
                *place = counts(row, 2)?;
            }
            Ok(())
        },
    )?;
    Ok(windows)
}

/// Adds what came from a stranger's domain to its day.
pub(crate) fn add_letters(
    tx: &mut Tx,
    domain: &str,
    day: Timestamp,
    Letters { letters, doubtful }: Letters,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sender_day (domain, day, letters, doubtful) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (domain, day) DO UPDATE SET
             letters = sender_day.letters + excluded.letters, doubtful = sender_day.doubtful + excluded.doubtful",
        values![domain, day, letters, doubtful],
    )?;
    Ok(())
}

/// What came from a stranger's domain since a day.
pub(crate) fn sender(tx: &mut Tx, domain: &str, since: Timestamp) -> Result<Option<Sender>, DbError> {
    tx.query_one(
        "SELECT CAST(SUM(letters) AS BIGINT), CAST(SUM(doubtful) AS BIGINT) FROM sender_day
         WHERE domain = ?1 AND day >= ?2 HAVING COUNT(*) > 0",
        values![domain, since],
        |row| Ok(Sender::of(row.integer(0)?, row.integer(1)?)),
    )
}

/// Forgets what is out of date.
pub(crate) fn prune(tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
    let days = now.minus(limits::RETENTION);
    tx.execute("DELETE FROM reputation_day WHERE day < ?1", values![days])?;
    tx.execute("DELETE FROM sender_day WHERE day < ?1", values![now.minus(limits::SENDERS_RETENTION)])?;
    tx.execute("DELETE FROM reputation_hour WHERE hour < ?1", values![now.minus(limits::HOURS_RETENTION)])?;
    Ok(())
}
