//! Rows of what goes with the share of a key, and of organisations that hold shares.

use db::{DbError, Tx, values};
use model::OrganisationId;
use wire_safe::Slot;

use super::due;
use crate::limits;
use crate::rows::Due;
use crate::types::Copy;

/// What lies here and served to open a copy: the envelope behind a link, and who had its code by telephone.
pub(crate) fn forget_way_to(tx: &mut Tx, copy: &Copy) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_recipient SET envelope = NULL WHERE slot = ?1 AND organisation = ?2",
        values![&copy.slot.to_string(), copy.organisation],
    )?;
    super::forget_code(tx, &copy.slot)?;
    super::passphrase::forget_tries(tx, &copy.slot)?;
    forget_visits_to(tx, &copy.slot)
}

fn forget_visits_to(tx: &mut Tx, slot: &Slot) -> Result<(), DbError> {
    tx.execute("DELETE FROM secure_visit WHERE slot = ?1", values![&slot.to_string()])?;
    Ok(())
}

/// Whose letters somebody can still open.
pub(crate) fn organisations_with_shares(tx: &mut Tx) -> Result<Vec<OrganisationId>, DbError> {
    tx.query(
        "SELECT DISTINCT organisation FROM secure_recipient WHERE store_share IS NOT NULL",
        values![],
        |row| Ok(OrganisationId(row.integer(0)?)),
    )
}

/// Copies of an organisation's letters that somebody can still open, some of them.
pub(crate) fn with_shares(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Due>, DbError> {
    tx.query(
        "SELECT not_after, slot FROM secure_recipient
         WHERE organisation = ?1 AND store_share IS NOT NULL ORDER BY not_after, slot LIMIT ?2",
        values![organisation, limits::CHORE_LIMIT],
        due,
    )
}
