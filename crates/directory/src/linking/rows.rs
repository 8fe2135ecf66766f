//! What linking reads and writes.

use db::{DbError, Tx, values};
use model::{DomainId, OrganisationId, ServiceId};

/// An address for which another one stands.
pub(super) struct Target {
    address: i64,
    position: i64,
    pub(super) target: String,
}

pub(super) fn set_linked(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    is_linked: bool,
    keeps_records: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE domain SET linked = ?3, keeps_records = ?4 WHERE id = ?1 AND organisation = ?2",
        values![domain, organisation, is_linked, keeps_records],
    )?;
    Ok(())
}

pub(super) fn set_keeps_records(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    keeps: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE domain SET keeps_records = ?3 WHERE id = ?1 AND organisation = ?2",
        values![domain, organisation, keeps],
    )?;
    Ok(())
}

pub(super) fn keeps_records(tx: &mut Tx, domain: DomainId) -> Result<bool, DbError> {
    let keeps = tx
        .query_one("SELECT keeps_records FROM domain WHERE id = ?1", values![domain], |row| row.boolean(0))?;
    Ok(keeps.unwrap_or(false))
}

pub(super) fn set_main(
    tx: &mut Tx,
    service: ServiceId,
    organisation: OrganisationId,
    domain: DomainId,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET main_domain = ?3 WHERE id = ?1 AND organisation = ?2",
        values![service, organisation, domain],
    )?;
    Ok(())
}

/// Where a service has lost its main domain or has none yet, its oldest domain with addresses of its own becomes it.
pub(crate) fn settle_main(
    tx: &mut Tx,
    service: ServiceId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE service SET main_domain =
             (SELECT min(d.id) FROM domain d WHERE d.service = service.id AND d.linked = 0)
         WHERE id = ?1 AND organisation = ?2 AND NOT EXISTS
             (SELECT 1 FROM domain d WHERE d.id = service.main_domain AND d.service = service.id)",
        values![service, organisation],
    )?;
    Ok(())
}

pub(super) fn move_addresses(
    tx: &mut Tx,
    from: DomainId,
    to: DomainId,
    organisation: OrganisationId,
) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE address SET domain = ?2 WHERE domain = ?1 AND organisation = ?3",
        values![from, to, organisation],
    )
}

pub(super) fn move_limits(
    tx: &mut Tx,
    from: DomainId,
    to: DomainId,
    organisation: OrganisationId,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE membership SET domain = ?2 WHERE domain = ?1 AND organisation = ?3",
        values![from, to, organisation],
    )?;
    Ok(())
}

/// What of an organisation stands for an address under this name.
pub(super) fn targets_at(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
) -> Result<Vec<Target>, DbError> {
    tx.query(
        "SELECT address, position, target FROM alias_target
         WHERE organisation = ?1 AND target LIKE ?2 ORDER BY address, position",
        values![organisation, format!("%@{domain}").as_str()],
        |row| {
            Ok(Target {
                address: row.integer(0)?,
                position: row.integer(1)?,
                target: row.text(2)?.to_owned(),
            })
        },
    )
}

/// Writes a target anew, or takes it away where the same stands there already.
pub(super) fn rename_target(
    tx: &mut Tx,
    organisation: OrganisationId,
    target: &Target,
    new: &str,
    key: &str,
) -> Result<(), DbError> {
    let twice = tx.query_one(
        "SELECT 1 FROM alias_target WHERE address = ?1 AND organisation = ?2 AND lower(target) = ?3",
        values![target.address, organisation, key],
        |row| row.integer(0),
    )?;
    if twice.is_some() {
        tx.execute(
            "DELETE FROM alias_target WHERE address = ?1 AND position = ?2 AND organisation = ?3",
            values![target.address, target.position, organisation],
        )?;
    } else {
        tx.execute(
            "UPDATE alias_target SET target = ?4 WHERE address = ?1 AND position = ?2 AND organisation = ?3",
            values![target.address, target.position, organisation, new],
        )?;
    }
    Ok(())
}

pub(super) fn some_localparts(
    tx: &mut Tx,
    domain: DomainId,
    organisation: OrganisationId,
    limit: usize,
) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT localpart FROM address WHERE domain = ?1 AND organisation = ?2 ORDER BY localpart_key LIMIT ?3",
        values![domain, organisation, limit as i64],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

pub(super) fn synonyms_of(tx: &mut Tx, organisation: OrganisationId, main: &str) -> Result<u64, DbError> {
    let count = tx.query_one(
        "SELECT count(*) FROM domain_synonym WHERE organisation = ?1 AND main = ?2",
        values![organisation, main],
        |row| row.integer(0),
    )?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

pub(super) fn main_of_synonym(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &str,
) -> Result<Option<String>, DbError> {
    tx.query_one(
        "SELECT main FROM domain_synonym WHERE organisation = ?1 AND name = ?2",
        values![organisation, name],
        |row| Ok(row.text(0)?.to_owned()),
    )
}
