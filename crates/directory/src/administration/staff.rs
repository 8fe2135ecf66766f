//! The operator's staff: people who may look at every organisation. [`Administration::set_operator`] takes them in.

use model::{OrganisationId, Timestamp, UserId};

use super::{Administration, Result, rows};

/// Somebody of the operator's staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffInfo {
    /// Who.
    pub user: UserId,
    /// The person's own organisation.
    pub organisation: OrganisationId,
    /// The login.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// Since when.
    pub granted_at: Timestamp,
}

impl Administration {
    /// The operator's staff, by login. Only within the operator's scope.
    pub async fn staff(&self) -> Result<Vec<StaffInfo>> {
        self.operator_only()?;
        self.read(|tx| Ok(rows::staff(tx)?)).await
    }
}
