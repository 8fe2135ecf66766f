//! DKIM keys of a domain, with their records: what is made or revoked is published in the same act.

use keys::DkimKey;
use model::Domain;

use super::Administration;
use crate::managed::Standing;
use crate::{Result, ZoneError};

impl Administration {
    /// Makes successors of the keys that sign for a domain ([`keys::Administration::rotate_dkim`]), publishes their
    /// records where the zone is hosted here, and gives all keys of the domain.
    pub async fn rotate_dkim(&self, domain: &Domain) -> Result<Vec<DkimKey>> {
        self.keys().rotate_dkim(domain).await?;
        self.publish(domain).await
    }

    /// Revokes a key, or all that sign or signed ([`keys::Administration::revoke_dkim`]), and publishes that.
    pub async fn revoke_dkim(&self, domain: &Domain, selector: Option<&str>) -> Result<Vec<DkimKey>> {
        self.keys().revoke_dkim(domain, selector).await?;
        self.publish(domain).await
    }

    fn keys(&self) -> keys::Administration {
        self.zones.keys.administration(self.scope, self.who.clone())
    }

    async fn publish(&self, domain: &Domain) -> Result<Vec<DkimKey>> {
        match self.refresh(domain, Standing::Stays).await {
            // Without settings of the installation no records are kept.
            Ok(_) | Err(ZoneError::Invalid { .. }) => Ok(self.keys().dkim_keys(domain).await?),
            Err(error) => Err(error),
        }
    }
}
