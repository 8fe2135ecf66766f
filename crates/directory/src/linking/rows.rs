//! What linking reads and writes.

use db::{DbError, Tx, values};
use model::{DomainId, OrganisationId, ServiceId};

/// An address to which another one leads.
pub(super) struct Target {
    address: i64,
    place: Place,
    pub(super) target: String,
}

/// Where that stands.
enum Place {
    /// An alias, at this position.
    Alias(i64),
    /// A redirection or a mailbox that forwards, by its identifier.
    Forward(i64),
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
    let keeps = tx.query_one(
        "SELECT keeps_records FROM domain WHERE id = ?1 AND organisation = COALESCE(?2, organisation)",
        values![domain, tx.organisation()],
        |row| row.boolean(0),
    )?;
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
    // Those that can be restored come back under the new name.
    tx.execute(
        "UPDATE deleted_address SET domain = ?2 WHERE domain = ?1 AND organisation = ?3",
        values![from, to, organisation],
    )?;
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
    tx.execute(
        "UPDATE api_token SET domain = ?2 WHERE domain = ?1 AND organisation = ?3",
        values![from, to, organisation],
    )?;
    Ok(())
}

/// What of an organisation leads to an address under this name.
pub(super) fn targets_at(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: &str,
) -> Result<Vec<Target>, DbError> {
    let pattern = format!("%@{domain}");
    let mut targets = tx.query(
        "SELECT address, position, target FROM alias_target
         WHERE organisation = ?1 AND target LIKE ?2 ORDER BY address, position",
        values![organisation, pattern.as_str()],
        |row| {
            let place = Place::Alias(row.integer(1)?);
            Ok(Target { address: row.integer(0)?, place, target: row.text(2)?.to_owned() })
        },
    )?;
    targets.extend(tx.query(
        "SELECT address, id, target FROM forward_target
         WHERE organisation = ?1 AND target LIKE ?2 AND removed = 0 ORDER BY address, id",
        values![organisation, pattern.as_str()],
        |row| {
            let place = Place::Forward(row.integer(1)?);
            Ok(Target { address: row.integer(0)?, place, target: row.text(2)?.to_owned() })
        },
    )?);
    Ok(targets)
}

/// Writes a target anew, or takes it away where the same stands there already.
pub(super) fn rename_target(
    tx: &mut Tx,
    organisation: OrganisationId,
    target: &Target,
    new: &str,
    key: &str,
) -> Result<(), DbError> {
    match target.place {
        Place::Alias(position) => {
            let twice = tx.query_one(
                "SELECT 1 FROM alias_target WHERE address = ?1 AND organisation = ?2 AND lower(target) = ?3",
                values![target.address, organisation, key],
                |row| row.integer(0),
            )?;
            match twice {
                Some(_) => tx.execute(
                    "DELETE FROM alias_target WHERE address = ?1 AND position = ?2 AND organisation = ?3",
                    values![target.address, position, organisation],
                )?,
                None => tx.execute(
                    "UPDATE alias_target SET target = ?4
                     WHERE address = ?1 AND position = ?2 AND organisation = ?3",
                    values![target.address, position, organisation, new],
                )?,
            };
        }
        Place::Forward(id) => {
            // One that was asked under both names, or taken out under the new one.
            tx.execute(
                "DELETE FROM forward_target WHERE address = ?1 AND organisation = ?2 AND target_key = ?3",
                values![target.address, organisation, key],
            )?;
            tx.execute(
                "UPDATE forward_target SET target = ?3, target_key = ?4 WHERE id = ?1 AND organisation = ?2",
                values![id, organisation, new, key],
            )?;
        }
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
        "SELECT localpart FROM address WHERE domain = ?1
           AND organisation = ?2 ORDER BY localpart_key LIMIT ?3",
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
