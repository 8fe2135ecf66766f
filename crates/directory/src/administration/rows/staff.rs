//! The operator's staff.

use db::{DbError, Tx};
use model::{OrganisationId, UserId};

use crate::administration::staff::StaffInfo;

pub(in crate::administration) fn staff(tx: &mut Tx) -> Result<Vec<StaffInfo>, DbError> {
    tx.query(
        "SELECT p.id, p.organisation, p.login, p.name, f.granted_at
         FROM operator_staff f JOIN person p ON p.id = f.person ORDER BY p.login",
        &[],
        |row| {
            Ok(StaffInfo {
                user: UserId(row.integer(0)?),
                organisation: OrganisationId(row.integer(1)?),
                login: row.text(2)?.to_owned(),
                name: row.text(3)?.to_owned(),
                granted_at: row.timestamp(4)?,
            })
        },
    )
}
