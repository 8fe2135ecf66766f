//! What was found last, as rows.

use db::{DbError, Tx, values};
use model::{Domain, DomainId, OrganisationId, Timestamp};

/// What was found last of a domain.
pub(super) struct Found {
    pub(super) checked_at: Timestamp,
    pub(super) lamps: String,
}

pub(super) fn found(tx: &mut Tx, domain: DomainId) -> Result<Option<Found>, DbError> {
    let organisation = tx.organisation().map(|id| id.0);
    let found = tx.query_one(
        "SELECT checked_at, lamps FROM zone_diagnosis
         WHERE domain = ?1 AND organisation = COALESCE(?2, organisation)",
        values![domain, organisation],
        |row| Ok((row.optional_integer(0)?, row.text(1)?.to_owned())),
    )?;
    Ok(found.and_then(|(at, lamps)| Some(Found { checked_at: Timestamp(at?), lamps })))
}

/// What was found last of every domain of an organisation; of another one than the scope's, nothing.
pub(super) fn all_of(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<(String, String)>, DbError> {
    let scope = tx.organisation().map(|id| id.0);
    tx.query(
        "SELECT d.name, g.lamps FROM zone_diagnosis g JOIN domain d ON d.id = g.domain
         WHERE d.organisation = ?1 AND d.organisation = COALESCE(?2, d.organisation)
           AND g.checked_at IS NOT NULL",
        values![organisation, scope],
        |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())),
    )
}

pub(super) fn put(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    at: Timestamp,
    lamps: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO zone_diagnosis (domain, organisation, begun_at, checked_at, lamps)
         VALUES (?1, ?2, ?3, ?3, ?4)
         ON CONFLICT (domain) DO UPDATE SET begun_at = ?3, checked_at = ?3, lamps = ?4",
        values![domain, organisation, at, lamps],
    )?;
    Ok(())
}

/// The domains that nobody began to look at since `before`, those that waited longest first.
pub(super) fn due(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<Due>, DbError> {
    tx.query(
        "SELECT d.id, d.organisation, d.name FROM domain d LEFT JOIN zone_diagnosis g ON g.domain = d.id
         WHERE d.disabled = 0 AND (g.begun_at IS NULL OR g.begun_at < ?1)
         ORDER BY COALESCE(g.begun_at, 0), d.id LIMIT ?2",
        values![before, limit],
        |row| {
            let name =
                Domain::parse(row.text(2)?).map_err(|_| DbError::Column { column: 2, expected: "domain" })?;
            Ok(Due { id: DomainId(row.integer(0)?), organisation: OrganisationId(row.integer(1)?), name })
        },
    )
}

/// A domain to look at.
pub(super) struct Due {
    pub(super) id: DomainId,
    pub(super) organisation: OrganisationId,
    pub(super) name: Domain,
}

/// Takes a domain for this node; false if another one was first.
pub(super) fn begin(tx: &mut Tx, due: &Due, before: Timestamp, at: Timestamp) -> Result<bool, DbError> {
    let taken = tx.execute(
        "INSERT INTO zone_diagnosis (domain, organisation, begun_at, checked_at, lamps)
         VALUES (?1, ?2, ?3, NULL, '[]')
         ON CONFLICT (domain) DO UPDATE SET begun_at = ?3 WHERE zone_diagnosis.begun_at < ?4",
        values![due.id, due.organisation, at, before],
    )?;
    Ok(taken == 1)
}

/// Forgets what was found of domains that are gone.
pub(super) fn forget_gone(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute("DELETE FROM zone_diagnosis WHERE domain NOT IN (SELECT id FROM domain)", values![])?;
    Ok(())
}
