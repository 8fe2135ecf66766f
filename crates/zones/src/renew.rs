//! New serial numbers without another record: signatures grow old, keys change, and secondaries ask only for a
//! serial that they do not have.

use model::ZoneId;

use crate::administration::notify;
use crate::{Result, Zones, rows, serial};

impl Zones {
    /// Gives a zone the next serial number, if it still has `seen`: of several nodes one does it. A synonym's is its
    /// main zone's. Nothing is written into the history: no record changed.
    pub async fn renew(&self, id: ZoneId, seen: u32) -> Result<()> {
        let now = self.world.clock.now();
        self.db
            .operator("sign a hosted zone anew")
            .write(move |tx| {
                let Some(zone) = rows::zone(tx, id)? else { return Ok(()) };
                let Some(mut zone) = rows::take_zone(tx, zone.main.unwrap_or(id), now)? else {
                    return Ok(());
                };
                if zone.serial == seen {
                    zone.serial = serial::next(zone.serial, now);
                    rows::update_zone(tx, &zone)?;
                    notify(tx, zone.id)?;
                }
                Ok(())
            })
            .await
    }
}
