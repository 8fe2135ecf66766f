//! What lies within the limit to one domain.

use db::{DbError, Tx, values};
use model::{AccountId, DomainId, OrganisationId, ServiceId};

/// The domain, those linked to it, and their synonyms.
pub(in crate::administration) fn names_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    domain: DomainId,
) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT d.name FROM domain d JOIN service s ON s.id = d.service
         WHERE d.organisation = ?1 AND (d.id = ?2 OR (d.linked = 1 AND s.main_domain = ?2))
         UNION
         SELECT y.name FROM domain_synonym y
         JOIN domain d ON d.name = y.main AND d.organisation = y.organisation
         JOIN service s ON s.id = d.service
         WHERE y.organisation = ?1 AND (d.id = ?2 OR (d.linked = 1 AND s.main_domain = ?2))",
        values![organisation, domain],
        |row| Ok(row.text(0)?.to_owned()),
    )
}

/// Whether a mail service of the limit has a domain beyond the limit.
pub(in crate::administration) fn has_others(tx: &mut Tx, service: ServiceId) -> Result<bool, DbError> {
    let other = tx.query_one(
        "SELECT 1 FROM domain d JOIN service s ON s.id = d.service
         WHERE d.service = ?1 AND d.id <> ?2 AND NOT (d.linked = 1 AND s.main_domain = ?2)
           AND d.organisation = COALESCE(?3, d.organisation)",
        values![service, tx.domain(), tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(other.is_some())
}

/// Whether an account is one of the limit's domain; without a limit it always is.
pub(in crate::administration) fn is_account_in_reach(
    tx: &mut Tx,
    account: AccountId,
) -> Result<bool, DbError> {
    let Some(domain) = tx.domain() else { return Ok(true) };
    let found = tx.query_one(
        "SELECT 1 FROM account c JOIN address a ON a.id = c.address WHERE c.id = ?1 AND a.domain = ?2
           AND a.organisation = COALESCE(?3, a.organisation)",
        values![account, domain, tx.organisation()],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}
