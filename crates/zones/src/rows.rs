//! The tables of the zones. Every statement carries the organisation: the scope's own, or within an
//! operator's scope the one of the row that was read before.

use std::sync::LazyLock;

use db::{DbError, Migrations, Page, Row, Seek, Tx, Value, in_order, values};
use model::{DomainId, OrganisationId, RecordId, Timestamp, ZoneId};

use crate::administration::MailOf;
use crate::entities::{ChangeInfo, ManagedBy, RecordData, RecordInfo, Secondary, ZoneInfo};
use crate::kind::RecordKind;
use crate::name::DnsName;
use crate::snapshot;

/// Tables of the zones.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "zones",
    steps: &[
        (1, "hosted zones", include_str!("0001_zones.sql")),
        (2, "diagnosis", include_str!("0002_diagnosis.sql")),
        (3, "operations on domains", include_str!("0003_domain_operations.sql")),
    ],
};

fn serial(column: i64) -> u32 {
    // Written from a u32.
    u32::try_from(column).unwrap_or(0)
}

fn name(text: &str, column: usize) -> Result<DnsName, DbError> {
    match text {
        "" => Ok(DnsName::root()),
        text => DnsName::parse(text).map_err(|_| DbError::Column { column, expected: "name" }),
    }
}

macro_rules! zone_columns {
    ($($rest:literal),+) => {
        concat!(
            "SELECT z.id, z.organisation, z.name, COALESCE(m.serial, z.serial), COALESCE(m.default_ttl, z.default_ttl),
                    z.signed, z.main, z.newsletter, z.version + COALESCE(m.version, 0), z.created_at, z.changed_at,
                    (SELECT count(*) FROM zone_record r WHERE r.zone = z.id)
             FROM zone z LEFT JOIN zone m ON m.id = z.main ",
            $($rest),+
        )
    };
}

fn zone_info(row: &Row) -> Result<ZoneInfo, DbError> {
    Ok(ZoneInfo {
        id: ZoneId(row.integer(0)?),
        organisation: OrganisationId(row.integer(1)?),
        name: name(row.text(2)?, 2)?,
        serial: serial(row.integer(3)?),
        default_ttl: serial(row.integer(4)?),
        is_signed: row.boolean(5)?,
        main: row.optional_integer(6)?.map(ZoneId),
        has_newsletter: row.boolean(7)?,
        version: row.integer(8)?,
        created_at: row.timestamp(9)?,
        changed_at: row.timestamp(10)?,
        records: u64::try_from(row.integer(11)?).unwrap_or(0),
    })
}

/// Keeps the zones within the limit to one domain: those called as the domain, as one linked to it or as a synonym,
/// unless a mail domain beyond the limit lies in them.
fn within_limit(tx: &mut Tx, zones: &mut Vec<ZoneInfo>) -> Result<(), DbError> {
    let Some(names) = directory::names_in_reach(tx)? else { return Ok(()) };
    zones.retain(|zone| names.iter().any(|name| name == zone.name.as_str()));
    let mut kept = Vec::new();
    for zone in zones.drain(..) {
        let below = domains_within(tx, &zone.name, zone.organisation)?;
        if below.iter().all(|domain| names.iter().any(|name| name == domain.name.as_str())) {
            kept.push(zone);
        }
    }
    *zones = kept;
    Ok(())
}

fn one_within_limit(tx: &mut Tx, zone: Option<ZoneInfo>) -> Result<Option<ZoneInfo>, DbError> {
    let mut zones = Vec::from_iter(zone);
    within_limit(tx, &mut zones)?;
    Ok(zones.pop())
}

pub(crate) fn zone(tx: &mut Tx, id: ZoneId) -> Result<Option<ZoneInfo>, DbError> {
    let zone = tx.query_one(
        zone_columns!("WHERE z.id = ?1 AND z.organisation = COALESCE(?2, z.organisation)"),
        values![id, tx.organisation()],
        zone_info,
    )?;
    one_within_limit(tx, zone)
}

pub(crate) fn zone_called(tx: &mut Tx, called: &DnsName) -> Result<Option<ZoneInfo>, DbError> {
    let zone = tx.query_one(
        zone_columns!("WHERE z.name = ?1 AND z.organisation = COALESCE(?2, z.organisation)"),
        values![called.as_str(), tx.organisation()],
        zone_info,
    )?;
    one_within_limit(tx, zone)
}

/// The zone that encloses `of`, the deepest one, whoever owns it: what it says is public.
pub(crate) fn enclosing_anywhere(tx: &mut Tx, of: &DnsName) -> Result<Option<ZoneInfo>, DbError> {
    for candidate in of.ancestry() {
        let found =
            tx.query_one(zone_columns!("WHERE z.name = ?1"), values![candidate.as_str()], zone_info)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

pub(crate) fn zones(tx: &mut Tx, organisation: Option<OrganisationId>) -> Result<Vec<ZoneInfo>, DbError> {
    let mut zones = tx.query(
        zone_columns!(
            "WHERE z.organisation = COALESCE(?1, z.organisation) AND z.organisation = COALESCE(?2, z.organisation)
             ORDER BY z.name"
        ),
        values![tx.organisation(), organisation.map(|id| id.0)],
        zone_info,
    )?;
    within_limit(tx, &mut zones)?;
    Ok(zones)
}

pub(crate) fn page_of_zones(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    seek: &Seek,
) -> Result<Page<ZoneInfo>, DbError> {
    if tx.domain().is_some() {
        // They are few.
        let mut within = zones(tx, organisation)?;
        within.retain(|zone| zone.id.0 > seek.after());
        within.sort_by_key(|zone| zone.id.0);
        return Ok(seek.page(within, |zone| zone.id.0));
    }
    tx.page(in_order!(zone_columns, "z"), organisation, seek, zone_info, |zone| zone.id.0)
}

pub(crate) fn synonyms(tx: &mut Tx, main: ZoneId) -> Result<Vec<ZoneInfo>, DbError> {
    let mut zones = tx.query(
        zone_columns!("WHERE z.main = ?1 AND z.organisation = COALESCE(?2, z.organisation) ORDER BY z.name"),
        values![main, tx.organisation()],
        zone_info,
    )?;
    within_limit(tx, &mut zones)?;
    Ok(zones)
}

pub(crate) fn count_zones(tx: &mut Tx, organisation: OrganisationId) -> Result<u64, DbError> {
    let count =
        tx.query_one("SELECT count(*) FROM zone WHERE organisation = ?1", values![organisation], |row| {
            row.integer(0)
        })?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// Whether another organisation has a zone below or above `of`, or of this very name.
pub(crate) fn is_taken_around(tx: &mut Tx, of: &DnsName, but: OrganisationId) -> Result<bool, DbError> {
    for above in of.ancestry().filter(|above| !above.is_root()) {
        let owner =
            tx.query_one("SELECT organisation FROM zone WHERE name = ?1", values![above.as_str()], |row| {
                row.integer(0)
            })?;
        if owner.is_some_and(|owner| owner != but.0) {
            return Ok(true);
        }
    }
    let below = tx.query_one(
        "SELECT 1 FROM zone WHERE name LIKE ?1 ESCAPE '!' AND organisation <> ?2",
        values![&below_pattern(of), but],
        |row| row.integer(0),
    )?;
    Ok(below.is_some())
}

/// Whether a mail domain of another organisation has this name, or lies above or below it.
pub(crate) fn is_domain_of_another_around(
    tx: &mut Tx,
    of: &DnsName,
    but: OrganisationId,
) -> Result<bool, DbError> {
    for above in of.ancestry().skip(1).filter(|above| !above.is_root()) {
        let owner = tx.query_one(
            "SELECT organisation FROM domain WHERE name = ?1",
            values![above.as_str()],
            |row| row.integer(0),
        )?;
        if owner.is_some_and(|owner| owner != but.0) {
            return Ok(true);
        }
    }
    let found = tx.query_one(
        "SELECT 1 FROM domain WHERE (name = ?1 OR name LIKE ?2 ESCAPE '!') AND organisation <> ?3",
        values![of.as_str(), &below_pattern(of), but],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether a mail domain has this name or lies below it.
pub(crate) fn has_domain_at_or_below(tx: &mut Tx, of: &DnsName) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM domain WHERE name = ?1 OR name LIKE ?2 ESCAPE '!'",
        values![of.as_str(), &below_pattern(of)],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whose a mail domain is; `None` if there is none of this name within the scope.
pub(crate) fn domain_organisation(
    tx: &mut Tx,
    name: &model::Domain,
) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one(
        "SELECT organisation FROM domain WHERE name = ?1 AND organisation = COALESCE(?2, organisation)",
        values![name.as_str(), tx.organisation()],
        |row| Ok(OrganisationId(row.integer(0)?)),
    )
}

/// The mail domains of an organisation at or below a name.
pub(crate) fn domains_within(
    tx: &mut Tx,
    of: &DnsName,
    organisation: OrganisationId,
) -> Result<Vec<MailOf>, DbError> {
    tx.query(
        "SELECT id, name FROM domain WHERE (name = ?1 OR name LIKE ?2 ESCAPE '!') AND organisation = ?3 ORDER BY name",
        values![of.as_str(), &below_pattern(of), organisation],
        |row| {
            let name = model::Domain::parse(row.text(1)?)
                .map_err(|_| DbError::Column { column: 1, expected: "domain" })?;
            Ok(MailOf { id: DomainId(row.integer(0)?), organisation, name })
        },
    )
}

/// Names below this one, for LIKE.
fn below_pattern(of: &DnsName) -> String {
    if of.is_root() {
        return "%".to_owned();
    }
    format!("%.{}", of.as_str().replace('!', "!!").replace('_', "!_").replace('%', "!%"))
}

pub(crate) fn is_organisation(tx: &mut Tx, id: OrganisationId) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT 1 FROM organisation WHERE id = ?1 AND id = COALESCE(?2, id) AND deleted_at IS NULL",
        values![id, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

pub(crate) fn insert_zone(tx: &mut Tx, zone: &ZoneInfo) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO zone (id, organisation, name, serial, default_ttl, signed, main, newsletter, version,
                           created_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?9)",
        values![
            zone.id,
            zone.organisation,
            zone.name.as_str(),
            zone.serial,
            zone.default_ttl,
            zone.is_signed,
            zone.main.map(|id| id.0),
            zone.has_newsletter,
            zone.created_at
        ],
    )?;
    Ok(())
}

/// Takes a zone for a change: whoever changes it too waits until this one is through.
pub(crate) fn take_zone(tx: &mut Tx, id: ZoneId, at: Timestamp) -> Result<Option<ZoneInfo>, DbError> {
    if tx.domain().is_some() && zone(tx, id)?.is_none() {
        return Ok(None);
    }
    tx.execute(
        "UPDATE zone SET version = version + 1, changed_at = ?3
         WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![id, tx.organisation(), at],
    )?;
    zone(tx, id)
}

/// Writes the columns that change.
pub(crate) fn update_zone(tx: &mut Tx, zone: &ZoneInfo) -> Result<(), DbError> {
    tx.execute(
        "UPDATE zone SET serial = ?3, default_ttl = ?4, signed = ?5, main = ?6, newsletter = ?7
         WHERE id = ?1 AND organisation = ?2",
        values![
            zone.id,
            zone.organisation,
            zone.serial,
            zone.default_ttl,
            zone.is_signed,
            zone.main.map(|id| id.0),
            zone.has_newsletter
        ],
    )?;
    Ok(())
}

pub(crate) fn delete_zone(tx: &mut Tx, id: ZoneId, organisation: OrganisationId) -> Result<(), DbError> {
    let values = values![id, organisation];
    tx.execute("DELETE FROM zone_record WHERE zone = ?1 AND organisation = ?2", values)?;
    tx.execute("DELETE FROM zone_change WHERE zone = ?1 AND organisation = ?2", values)?;
    tx.execute("DELETE FROM zone_secondary WHERE zone = ?1 AND organisation = ?2", values)?;
    tx.execute("DELETE FROM zone WHERE id = ?1 AND organisation = ?2", values)?;
    Ok(())
}

// Records

fn record(row: &Row) -> Result<RecordInfo, DbError> {
    let damaged = |column, expected| DbError::Column { column, expected };
    Ok(RecordInfo {
        id: RecordId(row.integer(0)?),
        record: RecordData {
            owner: row.text(1)?.to_owned(),
            kind: RecordKind::parse(row.text(2)?).map_err(|_| damaged(2, "type of record"))?,
            data: row.text(3)?.to_owned(),
            ttl: serial(row.integer(4)?),
            managed_by: ManagedBy::from_columns(row.text(5)?, row.optional_integer(6)?)
                .ok_or(damaged(5, "manager"))?,
            note: row.text(7)?.to_owned(),
        },
    })
}

/// All records of a zone that was found within the scope, by name and type.
pub(crate) fn records(tx: &mut Tx, zone: ZoneId) -> Result<Vec<RecordInfo>, DbError> {
    tx.query(
        "SELECT id, owner, kind, data, ttl, manager, manager_domain, note FROM zone_record
         WHERE zone = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY owner, kind, data",
        values![zone, tx.organisation()],
        record,
    )
}

/// The records of a zone in the order they were written.
pub(crate) fn page_of_records(tx: &mut Tx, zone: ZoneId, seek: &Seek) -> Result<Page<RecordInfo>, DbError> {
    let rows = tx.query(
        "SELECT id, owner, kind, data, ttl, manager, manager_domain, note FROM zone_record
         WHERE zone = ?1 AND organisation = COALESCE(?2, organisation) AND id > ?3 ORDER BY id LIMIT ?4",
        values![zone, tx.organisation(), seek.after(), seek.rows()],
        record,
    )?;
    Ok(seek.page(rows, |record| record.id.0))
}

/// Records of every zone within the scope that hold an address (A, AAAA), with their zones.
pub(crate) fn records_with_address(tx: &mut Tx, address: &str) -> Result<Vec<(ZoneId, RecordInfo)>, DbError> {
    tx.query(
        "SELECT id, owner, kind, data, ttl, manager, manager_domain, note, zone FROM zone_record
         WHERE kind IN ('A', 'AAAA') AND data = ?1 AND organisation = COALESCE(?2, organisation)
         ORDER BY zone, owner",
        values![address, tx.organisation()],
        |row| Ok((ZoneId(row.integer(8)?), record(row)?)),
    )
}

/// SPF records of every zone within the scope, with their zones.
pub(crate) fn spf_records(tx: &mut Tx) -> Result<Vec<(ZoneId, RecordInfo)>, DbError> {
    tx.query(
        "SELECT id, owner, kind, data, ttl, manager, manager_domain, note, zone FROM zone_record
         WHERE kind = 'TXT' AND small(data) LIKE '\"v=spf1%' AND organisation = COALESCE(?1, organisation)
         ORDER BY zone, owner",
        values![tx.organisation()],
        |row| Ok((ZoneId(row.integer(8)?), record(row)?)),
    )
}

/// The records of one name, whoever owns the zone: what it says is public.
pub(crate) fn records_at(tx: &mut Tx, zone: ZoneId, owner: &str) -> Result<Vec<RecordInfo>, DbError> {
    tx.query(
        "SELECT id, owner, kind, data, ttl, manager, manager_domain, note FROM zone_record
         WHERE zone = ?1 AND owner = ?2 ORDER BY kind, data",
        values![zone, owner],
        record,
    )
}

fn insert_record(tx: &mut Tx, zone: &ZoneInfo, id: RecordId, new: &RecordData) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO zone_record (zone, id, organisation, owner, kind, data, ttl, manager, manager_domain, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            zone.id,
            id,
            zone.organisation,
            &new.owner,
            new.kind.as_str(),
            &new.data,
            new.ttl,
            new.managed_by.as_str(),
            new.managed_by.domain().map(|id| id.0),
            &new.note
        ],
    )?;
    Ok(())
}

/// Records of one statement: an import writes thousands, and each statement is a way to the server and back.
const RECORDS_PER_STATEMENT: usize = 100;

static INSERT_RECORDS: LazyLock<&'static str> = LazyLock::new(|| {
    let rows: Vec<String> = (0..RECORDS_PER_STATEMENT)
        .map(|row| {
            let places: Vec<String> = (1..=8).map(|place| format!("?{}", 2 + row * 8 + place)).collect();
            format!("(?1, ?2, {})", places.join(", "))
        })
        .collect();
    let sql = format!(
        "INSERT INTO zone_record (zone, organisation, id, owner, kind, data, ttl, manager, manager_domain, note)
         VALUES {}",
        rows.join(", ")
    );
    // One text for the life of the program, as statements are kept by their address.
    Box::leak(sql.into_boxed_str())
});

/// Inserts many, a hundred at a time.
pub(crate) fn insert_records(
    tx: &mut Tx,
    zone: &ZoneInfo,
    records: &[(RecordId, RecordData)],
) -> Result<(), DbError> {
    let chunks = records.chunks_exact(RECORDS_PER_STATEMENT);
    let rest = chunks.remainder();
    for chunk in chunks {
        let mut values = Vec::with_capacity(2 + 8 * RECORDS_PER_STATEMENT);
        values.extend([Value::from(zone.id), Value::from(zone.organisation)]);
        for (id, new) in chunk {
            values.extend([
                Value::from(*id),
                Value::from(&new.owner),
                Value::from(new.kind.as_str()),
                Value::from(&new.data),
                Value::from(new.ttl),
                Value::from(new.managed_by.as_str()),
                Value::from(new.managed_by.domain().map(|id| id.0)),
                Value::from(&new.note),
            ]);
        }
        tx.execute(&INSERT_RECORDS, &values)?;
    }
    rest.iter().try_for_each(|(id, new)| insert_record(tx, zone, *id, new))
}

pub(crate) fn update_record(tx: &mut Tx, zone: &ZoneInfo, record: &RecordInfo) -> Result<(), DbError> {
    tx.execute(
        "UPDATE zone_record SET owner = ?4, kind = ?5, data = ?6, ttl = ?7, manager = ?8, manager_domain = ?9,
                                note = ?10
         WHERE zone = ?1 AND id = ?2 AND organisation = ?3",
        values![
            zone.id,
            record.id,
            zone.organisation,
            &record.owner,
            record.kind.as_str(),
            &record.data,
            record.ttl,
            record.managed_by.as_str(),
            record.managed_by.domain().map(|id| id.0),
            &record.note
        ],
    )?;
    Ok(())
}

pub(crate) fn delete_record(tx: &mut Tx, zone: &ZoneInfo, id: RecordId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM zone_record WHERE zone = ?1 AND id = ?2 AND organisation = ?3",
        values![zone.id, id, zone.organisation],
    )?;
    Ok(())
}

/// How many records the mail service of a domain keeps right.
pub(crate) fn count_records_of(tx: &mut Tx, domain: DomainId) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM zone_record
         WHERE manager_domain = ?1 AND organisation = COALESCE(?2, organisation)",
        values![domain, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

/// Zones that hold records of the mail service of a domain, deepest first.
pub(crate) fn zones_with_records_of(tx: &mut Tx, domain: DomainId) -> Result<Vec<ZoneId>, DbError> {
    tx.query(
        "SELECT DISTINCT zone FROM zone_record
         WHERE manager_domain = ?1 AND organisation = COALESCE(?2, organisation)",
        values![domain, tx.organisation()],
        |row| Ok(ZoneId(row.integer(0)?)),
    )
}

// History

pub(crate) fn insert_change(
    tx: &mut Tx,
    zone: &ZoneInfo,
    change: &ChangeInfo,
    keep: i64,
) -> Result<(), DbError> {
    let last = tx.query_one(
        "SELECT max(number) FROM zone_change WHERE zone = ?1 AND organisation = ?2",
        values![zone.id, zone.organisation],
        |row| row.optional_integer(0),
    )?;
    let number = last.flatten().unwrap_or(0) + 1;
    tx.execute(
        "INSERT INTO zone_change (zone, number, organisation, serial, at, who, called, added, removed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        values![
            zone.id,
            number,
            zone.organisation,
            change.serial,
            change.at,
            &change.who,
            &change.called,
            &snapshot::write(&change.added),
            &snapshot::write(&change.removed)
        ],
    )?;
    tx.execute(
        "DELETE FROM zone_change WHERE zone = ?1 AND organisation = ?2 AND number <= ?3",
        values![zone.id, zone.organisation, number - keep],
    )?;
    Ok(())
}

fn change_info(row: &Row) -> Result<ChangeInfo, DbError> {
    let read = |column| {
        snapshot::read(row.text(column)?).ok_or(DbError::Column { column, expected: "list of records" })
    };
    Ok(ChangeInfo {
        serial: serial(row.integer(0)?),
        at: row.timestamp(1)?,
        who: row.text(2)?.to_owned(),
        called: row.text(3)?.to_owned(),
        added: read(4)?,
        removed: read(5)?,
    })
}

/// The changes of a zone, the newest first. Their keys count up with them.
pub(crate) fn changes(tx: &mut Tx, zone: ZoneId, seek: &Seek) -> Result<Page<ChangeInfo>, DbError> {
    let rows = tx.query(
        "SELECT serial, at, who, called, added, removed, number FROM zone_change
         WHERE zone = ?1 AND organisation = COALESCE(?2, organisation) AND number < ?3
         ORDER BY number DESC LIMIT ?4",
        values![zone, tx.organisation(), seek.before(), seek.rows()],
        |row| Ok((row.integer(6)?, change_info(row)?)),
    )?;
    Ok(seek.page(rows, |(number, _)| *number).map(|(_, change)| change))
}

// Secondaries

pub(crate) fn secondaries(tx: &mut Tx, zone: ZoneId) -> Result<Vec<Secondary>, DbError> {
    tx.query(
        "SELECT address, key_name, secret FROM zone_secondary
         WHERE zone = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY position",
        values![zone, tx.organisation()],
        |row| {
            Ok(Secondary {
                address: row
                    .text(0)?
                    .parse()
                    .map_err(|_| DbError::Column { column: 0, expected: "socket address" })?,
                key_name: name(row.text(1)?, 1)?,
                secret: row.bytes(2)?.to_vec(),
            })
        },
    )
}

pub(crate) fn replace_secondaries(
    tx: &mut Tx,
    zone: &ZoneInfo,
    secondaries: &[Secondary],
) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM zone_secondary WHERE zone = ?1 AND organisation = ?2",
        values![zone.id, zone.organisation],
    )?;
    for (position, secondary) in secondaries.iter().enumerate() {
        tx.execute(
            "INSERT INTO zone_secondary (zone, position, organisation, address, key_name, secret)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![
                zone.id,
                i64::try_from(position).unwrap_or(i64::MAX),
                zone.organisation,
                &secondary.address.to_string(),
                secondary.key_name.as_str(),
                &secondary.secret
            ],
        )?;
    }
    Ok(())
}

/// The secondaries of every organisation that share a key's name.
pub(crate) fn secret_of_key(tx: &mut Tx, key_name: &DnsName, but: ZoneId) -> Result<Vec<Vec<u8>>, DbError> {
    tx.query(
        "SELECT secret FROM zone_secondary WHERE key_name = ?1 AND zone <> ?2",
        values![key_name.as_str(), but],
        |row| Ok(row.bytes(0)?.to_vec()),
    )
}

// The installation

/// The settings as they were written, with their version; `None` before they are first written.
pub(crate) fn installation(tx: &mut Tx) -> Result<Option<(String, i64)>, DbError> {
    tx.query_one("SELECT settings, version FROM installation WHERE id = 1", &[], |row| {
        Ok((row.text(0)?.to_owned(), row.integer(1)?))
    })
}

pub(crate) fn write_installation(tx: &mut Tx, settings: &str) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO installation (id, settings, version) VALUES (1, ?1, 1)
         ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, version = installation.version + 1",
        values![settings],
    )?;
    Ok(())
}
