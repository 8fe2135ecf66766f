//! How many days of its log an organisation sees.

use model::OrganisationId;

use super::{Administration, Result, found, rows};
use crate::error::DirectoryError;

impl Administration {
    /// Sets the days of the log that an organisation's plan shows (operator only).
    pub async fn set_log_days(&self, organisation: OrganisationId, days: u64) -> Result<()> {
        self.operator_only()?;
        if days == 0 || days > trail::limits::VISIBLE_DAYS_LIMIT {
            return Err(DirectoryError::Invalid {
                field: "visible_days",
                reason: format!("{days} days"),
                rule: "from 1 to 366 days of the log are shown",
            });
        }
        self.act("set log days", format!("{organisation}: {days} days"), move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            trail::set_visible_days(tx, organisation, days)?;
            Ok((Some(organisation), ()))
        })
        .await
    }
}
