//! The end of a rollover: the parent shows the new key's DS, so the former key can retire.

use keys::{ZoneKey, ZoneKeyState};
use model::ZoneId;
use world::RecordType;

use crate::administration::{advance, found};
use crate::{Result, ZoneError, Zones, load, rows};

impl Zones {
    /// Looks at the parents of the zones whose key is being replaced, and lets the former key retire where the
    /// parent shows the new one; gives those zones. A parent that cannot be asked now is asked again later.
    pub async fn complete_rollovers(&self) -> Result<Vec<ZoneId>> {
        let scope = directory::Scope::Operator("end the rollovers that the parents have followed");
        let administration = self.administration(scope, trail::Actor::program("relais"));
        let mut completed = Vec::new();
        for zone in administration.zones(None).await?.into_iter().filter(|zone| zone.is_signed) {
            let keys = self.keys.zone_keys(zone.id).await?;
            let Some(new) = keys.iter().find(|key| key.state == ZoneKeyState::New) else { continue };
            if !self.is_at_parent(zone.name.as_str(), &load::wire_name(&zone.name), new).await? {
                continue;
            }
            let (keys, id) = (self.keys.clone(), zone.id);
            let done = administration
                .write(move |tx, hand| {
                    let mut zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
                    keys.complete_zone_rollover(tx, id)?;
                    advance(tx, hand, &mut zone)?;
                    hand.audit(
                        tx,
                        Some(zone.organisation),
                        "complete rollover",
                        zone.name.as_str().to_owned(),
                    )
                })
                .await;
            match done {
                Ok(()) => completed.push(zone.id),
                // The new key has not stood there for a day, or another node was first.
                Err(error) if error.is_refusal() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(completed)
    }

    async fn is_at_parent(&self, name: &str, wire_name: &wire_dns::Name, key: &ZoneKey) -> Result<bool> {
        let pair = wire_dns::SigningKey::from_pkcs8(&key.pkcs8)
            .map_err(|_| ZoneError::Keys(keys::KeysError::Key("the zone's key is damaged")))?;
        let Ok(shown) = self.world.names.look_up(name, RecordType::DS).await else { return Ok(false) };
        Ok(shown.records.contains(&pair.ds(wire_name)))
    }
}
