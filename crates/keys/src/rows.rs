//! The tables of keys.

use db::{DbError, Migrations, Row, Tx, values};
use model::{Domain, DomainId, OrganisationId, Timestamp, ZoneId};
use zeroize::Zeroizing;

use crate::dkim::{Algorithm, DkimKey, FreshKey};
use crate::zone::{ZoneKey, ZoneKeyState};

/// Tables of keys.
pub const MIGRATIONS: Migrations =
    Migrations { owner: "keys", steps: &[(1, "keys", include_str!("0001_keys.sql"))] };

fn dkim_key(row: &Row<'_>) -> Result<DkimKey, DbError> {
    Ok(DkimKey {
        id: row.integer(0)?,
        organisation: OrganisationId(row.integer(1)?),
        domain: DomainId(row.integer(2)?),
        selector: row.text(3)?.to_owned(),
        algorithm: Algorithm::parse(row.text(4)?)
            .ok_or(DbError::Column { column: 4, expected: "algorithm" })?,
        public_key: row.bytes(5)?.to_vec(),
        created_at: row.timestamp(6)?,
        seen_at: row.optional_integer(7)?.map(Timestamp),
        is_in_our_zone: row.boolean(8)?,
        active_at: row.optional_integer(9)?.map(Timestamp),
        retired_at: row.optional_integer(10)?.map(Timestamp),
        revoked_at: row.optional_integer(11)?.map(Timestamp),
    })
}

/// The keys of a domain in the order they were made.
pub(crate) fn dkim_keys(tx: &mut Tx, domain: DomainId) -> Result<Vec<DkimKey>, DbError> {
    tx.query(
        "SELECT id, organisation, domain, selector, algorithm, public_key, created_at, seen_at, in_our_zone,
                active_at, retired_at, revoked_at
         FROM dkim_key WHERE domain = ?1 AND organisation = COALESCE(?2, organisation)
         ORDER BY created_at, selector",
        values![domain, tx.organisation()],
        dkim_key,
    )
}

/// The domain behind a name, with its owner; none if nobody hosts it.
pub(crate) fn domain(tx: &mut Tx, name: &Domain) -> Result<Option<(DomainId, OrganisationId)>, DbError> {
    tx.query_one(
        "SELECT id, organisation FROM domain WHERE name = ?1 AND organisation = COALESCE(?2, organisation)",
        values![name.as_str(), tx.organisation()],
        |row| Ok((DomainId(row.integer(0)?), OrganisationId(row.integer(1)?))),
    )
}

/// The domain whose keys sign for a name: its own, or those of the main domain that it is a synonym of, whose
/// zone it mirrors with the records of the keys.
pub(crate) fn signing_domain(
    tx: &mut Tx,
    name: &Domain,
) -> Result<Option<(DomainId, OrganisationId)>, DbError> {
    tx.query_one(
        "SELECT id, organisation FROM domain
         WHERE name = COALESCE((SELECT y.main FROM domain_synonym y WHERE y.name = ?1), ?1)
           AND organisation = COALESCE((SELECT y.organisation FROM domain_synonym y WHERE y.name = ?1),
                                       organisation)",
        values![name.as_str()],
        |row| Ok((DomainId(row.integer(0)?), OrganisationId(row.integer(1)?))),
    )
}

/// Selector, algorithm and private key of what signs for a domain.
pub(crate) type Signing = (String, Algorithm, Zeroizing<Vec<u8>>);

/// What signs for a domain now.
pub(crate) fn signing(tx: &mut Tx, domain: DomainId) -> Result<Vec<Signing>, DbError> {
    tx.query(
        "SELECT selector, algorithm, private_key FROM dkim_key
         WHERE domain = ?1 AND active_at IS NOT NULL AND retired_at IS NULL AND revoked_at IS NULL
           AND private_key IS NOT NULL
         ORDER BY active_at, selector",
        values![domain],
        |row| {
            let algorithm =
                Algorithm::parse(row.text(1)?).ok_or(DbError::Column { column: 1, expected: "algorithm" })?;
            Ok((row.text(0)?.to_owned(), algorithm, Zeroizing::new(row.bytes(2)?.to_vec())))
        },
    )
}

pub(crate) fn insert_dkim_key(
    tx: &mut Tx,
    id: i64,
    organisation: OrganisationId,
    domain: DomainId,
    selector: &str,
    fresh: &FreshKey,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO dkim_key (id, organisation, domain, selector, algorithm, private_key, public_key,
                               created_at, in_our_zone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
        values![
            id,
            organisation,
            domain,
            selector,
            fresh.algorithm.as_str(),
            &fresh.private_key[..],
            &fresh.public_key,
            now
        ],
    )?;
    Ok(())
}

/// The records of these keys stand in a zone of ours from now on; those that stood already stay as they are.
pub(crate) fn note_in_our_zone(tx: &mut Tx, domain: DomainId, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE dkim_key SET in_our_zone = 1, seen_at = COALESCE(seen_at, ?2)
         WHERE domain = ?1 AND (in_our_zone = 0 OR seen_at IS NULL)
           AND organisation = COALESCE(?3, organisation)",
        values![domain, now, tx.organisation()],
    )
}

/// The zone is no longer ours: what does not sign yet has to be looked up again.
pub(crate) fn note_elsewhere(tx: &mut Tx, domain: DomainId) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE dkim_key SET in_our_zone = 0,
                seen_at = CASE WHEN active_at IS NULL THEN NULL ELSE seen_at END
         WHERE domain = ?1 AND in_our_zone = 1 AND organisation = COALESCE(?2, organisation)",
        values![domain, tx.organisation()],
    )
}

/// What a look-up of the record said.
pub(crate) fn note_seen(tx: &mut Tx, id: i64, seen_at: Option<Timestamp>) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE dkim_key SET seen_at = ?2 WHERE id = ?1 AND in_our_zone = 0 AND active_at IS NULL
           AND organisation = COALESCE(?3, organisation)",
        values![id, seen_at, tx.organisation()],
    )
}

pub(crate) fn activate(tx: &mut Tx, id: i64, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE dkim_key SET active_at = ?2
         WHERE id = ?1 AND active_at IS NULL AND seen_at IS NOT NULL AND revoked_at IS NULL
           AND organisation = COALESCE(?3, organisation)",
        values![id, now, tx.organisation()],
    )
}

/// The private half goes at once: nothing needs it any more.
pub(crate) fn retire(tx: &mut Tx, id: i64, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE dkim_key SET retired_at = ?2, private_key = NULL WHERE id = ?1 AND retired_at IS NULL
           AND organisation = COALESCE(?3, organisation)",
        values![id, now, tx.organisation()],
    )
}

pub(crate) fn revoke(tx: &mut Tx, id: i64, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE dkim_key SET revoked_at = ?2, private_key = NULL WHERE id = ?1 AND revoked_at IS NULL
           AND organisation = COALESCE(?3, organisation)",
        values![id, now, tx.organisation()],
    )
}

pub(crate) fn remove(tx: &mut Tx, id: i64) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM dkim_key WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation()],
    )
}

/// Every hosted domain, a page at a time, by name.
pub(crate) fn domains_after(
    tx: &mut Tx,
    name: &str,
    limit: i64,
) -> Result<Vec<(String, DomainId, OrganisationId)>, DbError> {
    tx.query(
        "SELECT name, id, organisation FROM domain WHERE name > ?1 ORDER BY name LIMIT ?2",
        values![name, limit],
        |row| Ok((row.text(0)?.to_owned(), DomainId(row.integer(1)?), OrganisationId(row.integer(2)?))),
    )
}

/// The names of hosted domains and of their synonyms, a page at a time.
pub(crate) fn names_after(tx: &mut Tx, name: &str, limit: i64) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT name FROM domain WHERE name > ?1
         UNION SELECT y.name FROM domain_synonym y
               JOIN domain d ON d.name = y.main AND d.organisation = y.organisation WHERE y.name > ?1
         ORDER BY name LIMIT ?2",
        values![name, limit],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Keys whose domain is gone, or was made anew by somebody else.
pub(crate) fn remove_orphans(tx: &mut Tx) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM dkim_key WHERE NOT EXISTS (SELECT 1 FROM domain d WHERE d.id = dkim_key.domain
                                                  AND d.organisation = dkim_key.organisation)",
        values![],
    )
}

/// The keys of a zone in the order they were made.
pub(crate) fn zone_keys(tx: &mut Tx, zone: ZoneId) -> Result<Vec<ZoneKey>, DbError> {
    tx.query(
        "SELECT id, organisation, private_key, created_at, active_at, retired_at FROM zone_key
         WHERE zone = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY created_at, id",
        values![zone, tx.organisation()],
        |row| {
            let (active_at, retired_at) =
                (row.optional_integer(4)?.map(Timestamp), row.optional_integer(5)?.map(Timestamp));
            Ok(ZoneKey {
                id: row.integer(0)?,
                zone,
                organisation: OrganisationId(row.integer(1)?),
                pkcs8: Zeroizing::new(row.bytes(2)?.to_vec()),
                state: match (active_at, retired_at) {
                    (_, Some(_)) => ZoneKeyState::Retiring,
                    (Some(_), None) => ZoneKeyState::Active,
                    (None, None) => ZoneKeyState::New,
                },
                created_at: row.timestamp(3)?,
                active_at,
                retired_at,
            })
        },
    )
}

pub(crate) fn insert_zone_key(tx: &mut Tx, key: &ZoneKey) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO zone_key (zone, id, organisation, private_key, created_at, active_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![key.zone, key.id, key.organisation, &key.pkcs8[..], key.created_at, key.active_at],
    )?;
    Ok(())
}

pub(crate) fn change_zone_key(
    tx: &mut Tx,
    zone: ZoneId,
    id: i64,
    active_at: Option<Timestamp>,
    retired_at: Option<Timestamp>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE zone_key SET active_at = ?3, retired_at = ?4 WHERE zone = ?1 AND id = ?2
           AND organisation = COALESCE(?5, organisation)",
        values![zone, id, active_at, retired_at, tx.organisation()],
    )?;
    Ok(())
}

pub(crate) fn remove_zone_key(tx: &mut Tx, zone: ZoneId, id: i64) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM zone_key WHERE zone = ?1 AND id = ?2 AND organisation = COALESCE(?3, organisation)",
        values![zone, id, tx.organisation()],
    )?;
    Ok(())
}

pub(crate) fn remove_zone_keys(tx: &mut Tx, zone: ZoneId) -> Result<u64, DbError> {
    tx.execute(
        "DELETE FROM zone_key WHERE zone = ?1 AND organisation = COALESCE(?2, organisation)",
        values![zone, tx.organisation()],
    )
}

/// Zones with a predecessor that waits to go.
pub(crate) fn zones_retiring_before(tx: &mut Tx, before: Timestamp) -> Result<Vec<(ZoneId, i64)>, DbError> {
    tx.query("SELECT zone, id FROM zone_key WHERE retired_at < ?1", values![before], |row| {
        Ok((ZoneId(row.integer(0)?), row.integer(1)?))
    })
}

/// The secret of this name, which is made of `fresh` if there is none yet.
pub(crate) fn shared_secret(tx: &mut Tx, name: &str, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    tx.execute(
        "INSERT INTO shared_secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
        values![name, fresh],
    )?;
    tx.query_one("SELECT value FROM shared_secret WHERE name = ?1", values![name], |row| {
        Ok(row.bytes(0)?.to_vec())
    })?
    .ok_or(DbError::Column { column: 0, expected: "secret" })
}
