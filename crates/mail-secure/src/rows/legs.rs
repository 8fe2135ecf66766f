//! The legs of a copy: one for each delivery that brings it, or the link to it.

use db::{DbError, Row, Tx, values};
use model::{Address, OrganisationId};
use wire_safe::Slot;

use crate::legs::{Heard, KeptLeg, Leg};
use crate::types::Copy;

pub(crate) fn insert_leg(tx: &mut Tx, organisation: OrganisationId, leg: &Leg) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO secure_leg (slot, number, organisation, delivery, address) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![
            &leg.slot.to_string(),
            i64::from(leg.number),
            organisation,
            leg.delivery,
            &leg.address.to_string()
        ],
    )?;
    Ok(())
}

fn leg(row: &Row<'_>) -> Result<KeptLeg, DbError> {
    Ok(KeptLeg {
        number: u32::try_from(row.integer(0)?).unwrap_or(u32::MAX),
        address: Address::parse(row.text(1)?)
            .map_err(|_| DbError::Column { column: 1, expected: "address" })?,
        arrived_at: row.optional_timestamp(2)?,
        failed_at: row.optional_timestamp(3)?,
    })
}

/// The leg that something was heard of.
pub(crate) fn leg_heard_of(tx: &mut Tx, slot: &Slot, heard: Heard) -> Result<Option<KeptLeg>, DbError> {
    let (delivery, number) = match heard {
        Heard::Queue(delivery) => (Some(delivery), None),
        Heard::Report(number) => (None, Some(i64::from(number))),
    };
    tx.query_one(
        "SELECT number, address, arrived_at, failed_at FROM secure_leg
         WHERE slot = ?1 AND (delivery = CAST(?2 AS BIGINT) OR number = CAST(?3 AS BIGINT))
             AND organisation = COALESCE(?4, organisation)",
        values![&slot.to_string(), delivery, number, tx.organisation()],
        leg,
    )
}

/// All legs of a copy, in their order.
pub(crate) fn legs_of(tx: &mut Tx, slot: &Slot) -> Result<Vec<KeptLeg>, DbError> {
    tx.query(
        "SELECT number, address, arrived_at, failed_at FROM secure_leg
         WHERE slot = ?1 AND organisation = COALESCE(?2, organisation) ORDER BY number",
        values![&slot.to_string(), tx.organisation()],
        leg,
    )
}

/// Writes what became of a leg.
pub(crate) fn update_leg(tx: &mut Tx, copy: &Copy, leg: &KeptLeg) -> Result<(), DbError> {
    tx.execute(
        "UPDATE secure_leg SET arrived_at = ?3, failed_at = ?4
         WHERE slot = ?1 AND number = ?2 AND organisation = ?5",
        values![
            &copy.slot.to_string(),
            i64::from(leg.number),
            leg.arrived_at,
            leg.failed_at,
            copy.organisation
        ],
    )?;
    Ok(())
}

/// Whether any leg of a copy is not known to be dead.
pub(crate) fn has_living_leg(tx: &mut Tx, copy: &Copy) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT number FROM secure_leg WHERE slot = ?1 AND organisation = ?2 AND failed_at IS NULL LIMIT 1",
        values![&copy.slot.to_string(), copy.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Whether a copy arrived anywhere.
pub(crate) fn has_arrived(tx: &mut Tx, copy: &Copy) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT number FROM secure_leg WHERE slot = ?1 AND organisation = ?2 AND arrived_at IS NOT NULL LIMIT 1",
        values![&copy.slot.to_string(), copy.organisation],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}
