//! Until when a registered letter can be accepted or refused: the end of a day in the recipient's country.

use jiff::civil::{Time, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Moment, ToSpan};
use model::Timestamp;

use crate::error::SecureError;
use crate::settings::Settings;

/// The last moment of a day.
const END: Time = time(23, 59, 59, 999_000_000);

/// The deadline of a letter that is offered at a moment: the end of the day that is so many days later.
pub(crate) fn of(offered_at: Timestamp, settings: &Settings) -> Result<Timestamp, SecureError> {
    let damaged = |_| SecureError::Damaged("a deadline cannot be computed");
    let zone = TimeZone::get(&settings.zone).map_err(damaged)?;
    let day = Moment::from_millisecond(offered_at.0).map_err(damaged)?.to_zoned(zone.clone()).date();
    let last = day.checked_add(i64::from(settings.acceptance_days).days()).map_err(damaged)?;
    let end = last.to_datetime(END).to_zoned(zone).map_err(damaged)?;
    Ok(Timestamp(end.timestamp().as_millisecond()))
}

/// A moment as people in that zone write it: `30.11.2026 23:59 (Europe/Zurich)`.
pub(crate) fn in_words(at: Timestamp, settings: &Settings) -> String {
    let zone = TimeZone::get(&settings.zone).unwrap_or(TimeZone::UTC);
    match Moment::from_millisecond(at.0) {
        Ok(moment) => {
            let local = moment.to_zoned(zone);
            format!("{} ({})", local.strftime("%d.%m.%Y %H:%M"), settings.zone)
        }
        Err(_) => at.rfc3339(),
    }
}
