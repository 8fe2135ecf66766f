//! How many days of its log an organisation sees.

use model::OrganisationId;

use super::{Administration, Result, found, rows};
use crate::error::DirectoryError;

impl Administration {
    /// Sets the days of the log that an organisation's plan shows (operator only); the same as before is no act.
    pub async fn set_log_days(&self, organisation: OrganisationId, days: u64) -> Result<()> {
        self.operator_only()?;
        if days == 0 || days > trail::limits::VISIBLE_DAYS_LIMIT {
            return Err(DirectoryError::Invalid {
                field: "visible_days",
                reason: format!("{days} days"),
                rule: "from 1 to 366 days of the log are shown",
            });
        }
        let known = self
            .read(move |tx| {
                found("organisation", rows::organisation(tx, organisation)?)?;
                Ok(trail::visible_days(tx, organisation)?)
            })
            .await?;
        if known == days {
            return Ok(());
        }
        self.act("set log days", String::new(), move |tx| {
            let info = found("organisation", rows::organisation(tx, organisation)?)?;
            let of = |days| trail::Facts::new().with("visible days", days);
            let before = trail::visible_days(tx, organisation)?;
            trail::tell(tx, trail::Told::of_thing(&info.name).before(of(before)).after(of(days)));
            trail::set_visible_days(tx, organisation, days)?;
            Ok((Some(organisation), ()))
        })
        .await
    }
}
