//! The names below which every domain's mail comes to the gateways to be sent securely: their zones, with a wildcard.

use model::{Domain, OrganisationId};

use super::installation::{keep_installation, needed, set_installation};
use super::zone::{checked_name, create_zone_within};
use super::{Administration, found};
use crate::entities::ZoneInfo;
use crate::limits::SUFFIXES_LIMIT;
use crate::managed::Kept;
use crate::{Result, ZONES, ZoneError, rows};

impl Administration {
    /// Makes a suffix lead to the installation's exchangers, in one commit: its zone, `owner`'s, where none encloses it yet;
    /// the wildcard; the addresses of the hosts where their zone is ours. Once more brings it up to date. Only an operator can.
    pub async fn publish_suffix(&self, suffix: &Domain, owner: OrganisationId) -> Result<(ZoneInfo, Kept)> {
        self.operator_only()?;
        let name = checked_name(suffix.as_str())?;
        let (keys, suffix) = (self.zones.keys.clone(), suffix.clone());
        self.write(move |tx, hand| {
            let before = needed(tx)?;
            if rows::enclosing_anywhere(tx, &name)?.is_none() {
                create_zone_within(tx, hand, &keys, owner, &name, true)?;
            }
            if !before.suffixes.contains(&suffix) {
                if before.suffixes.len() >= SUFFIXES_LIMIT {
                    return Err(ZoneError::invalid(
                        "suffix",
                        format!("there are {}", before.suffixes.len()),
                        "at most 16 suffixes are published",
                    ));
                }
                let mut after = before.clone();
                after.suffixes.push(suffix.clone());
                set_installation(tx, hand, &before, &after)?;
            }
            let published = needed(tx)?;
            let kept = keep_installation(tx, hand, &published)?;
            tx.notify(ZONES, String::new());
            let zone = found("zone", rows::enclosing_anywhere(tx, &name)?)?;
            Ok((zone, kept))
        })
        .await
    }

    /// Takes the wildcard of a suffix away; its zone stays. Only an operator can.
    pub async fn withdraw_suffix(&self, suffix: &Domain) -> Result<Kept> {
        self.operator_only()?;
        let suffix = suffix.clone();
        self.write(move |tx, hand| {
            let before = needed(tx)?;
            if !before.suffixes.contains(&suffix) {
                return Err(ZoneError::NotFound { what: "suffix" });
            }
            let mut after = before.clone();
            after.suffixes.retain(|known| *known != suffix);
            set_installation(tx, hand, &before, &after)?;
            keep_installation(tx, hand, &after)
        })
        .await
    }
}
