//! Rows for who administers: letters without what they say, and how many there are.

use db::{DbError, Row, Tx, values};
use model::{Address, OrganisationId, Timestamp};

use crate::overview::{DayCount, Overview, Sought};
use crate::types::application_in;
use crate::wish;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

fn overview(row: &Row<'_>) -> Result<Overview, DbError> {
    let column = |column, expected| DbError::Column { column, expected };
    Ok(Overview {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        mode: wish::mode_named(row.text(2)?).ok_or_else(|| column(2, "mode"))?,
        sender: Address::parse(row.text(3)?).map_err(|_| column(3, "address"))?,
        size_bytes: u64::try_from(row.integer(4)?).unwrap_or_default(),
        submitted_at: row.timestamp(5)?,
        application: application_in(row.text(6)?).map(str::to_owned),
        copies: Vec::new(),
    })
}

/// Letters that are looked for, the newest first, without their copies.
pub(crate) fn sought(tx: &mut Tx, sought: &Sought) -> Result<Vec<Overview>, DbError> {
    let pattern = db::holding(sought.part.as_deref().unwrap_or_default());
    let mode = sought.mode.map(|mode| mode.to_string());
    tx.query(
        "SELECT l.id, l.organisation, l.mode, l.sender, l.size_bytes, l.submitted_at, l.authentication
         FROM secure_letter l
         WHERE l.organisation = COALESCE(?1, l.organisation) AND l.mode = COALESCE(?2, l.mode)
             AND l.submitted_at >= COALESCE(CAST(?3 AS BIGINT), 0) AND l.submitted_at < COALESCE(?4, 9223372036854775807)
             AND l.id < COALESCE(?5, 9223372036854775807)
             AND EXISTS (SELECT 1 FROM secure_recipient r
                         WHERE r.letter = l.id AND r.state = COALESCE(?6, r.state)
                             AND (?9 = 0 OR r.state = 'undeliverable'
                                  OR (r.state IN ('offered', 'accepted', 'consigned', 'notified')
                                      AND (SELECT MIN(CASE WHEN g.failed_at IS NULL THEN 0 ELSE 1 END)
                                           FROM secure_leg g WHERE g.slot = r.slot) = 1))
                             AND (small(l.sender) LIKE ?7 ESCAPE '!' OR small(r.canonical) LIKE ?7 ESCAPE '!'))
         ORDER BY l.id DESC LIMIT ?8",
        values![
            tx.organisation(),
            mode.as_deref(),
            sought.since,
            sought.until,
            sought.before,
            sought.state.map(evidence::State::word),
            &pattern,
            i64::from(sought.limit),
            i64::from(sought.has_failed)
        ],
        overview,
    )
}

/// A letter without its copies.
pub(crate) fn one(tx: &mut Tx, id: i64) -> Result<Option<Overview>, DbError> {
    tx.query_one(
        "SELECT id, organisation, mode, sender, size_bytes, submitted_at, authentication FROM secure_letter
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
        overview,
    )
}

/// How many copies were sent each day, by mode.
pub(crate) fn days(tx: &mut Tx, since: Timestamp) -> Result<Vec<DayCount>, DbError> {
    tx.query(
        "SELECT r.submitted_at / 86400000, l.mode, COUNT(*)
         FROM secure_recipient r JOIN secure_letter l ON l.id = r.letter
         WHERE r.organisation = COALESCE(?1, r.organisation) AND r.submitted_at >= ?2
         GROUP BY r.submitted_at / 86400000, l.mode ORDER BY 1, 2",
        values![tx.organisation(), since],
        |row| {
            let unknown = || DbError::Column { column: 1, expected: "mode" };
            Ok(DayCount {
                day: Timestamp(row.integer(0)?.saturating_mul(DAY)),
                mode: wish::mode_named(row.text(1)?).ok_or_else(unknown)?,
                copies: u64::try_from(row.integer(2)?).unwrap_or_default(),
            })
        },
    )
}
