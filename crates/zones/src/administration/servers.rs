//! The servers that a domain uses, and the mail records that follow them.

use hosts::{MailServerId, ServerRole};
use model::Domain;

use super::mail::{MailOf, keep_mail};
use super::{Administration, MailDomain, installation_of};
use crate::installation::Installation;
use crate::managed::Standing;
use crate::{Result, Zones, mail};

impl Administration {
    /// Chooses the servers that a domain uses in a role, and brings its mail records up to date in the same commit;
    /// none is the installation's. Servers that are not applied yet count as soon as they are.
    pub async fn assign_servers(
        &self,
        domain: &Domain,
        role: ServerRole,
        servers: Vec<MailServerId>,
    ) -> Result<MailDomain> {
        let keys = self.zones.keys.clone();
        let domain = self.domain_called(domain).await?;
        self.write(move |tx, hand| {
            let (former, names) = hosts::assign_domain(tx, domain.id, role, &servers)?;
            let of = |names: &[String]| trail::Facts::new().with(role.as_str(), names.join(", "));
            trail::tell(tx, trail::Told::of_thing(&domain.name).before(of(&former)).after(of(&names)));
            hand.audit(tx, Some(domain.organisation), "assign servers", domain.name.to_string())?;
            let (zone, kept) = keep_mail(tx, hand, &keys, &MailOf::from(&domain), Standing::Stays, None)?;
            Ok(MailDomain { domain: domain.clone(), zone, kept })
        })
        .await
    }
}

impl Zones {
    /// The settings of the installation as they hold for a domain, which may have servers of its own.
    pub async fn installation_of_domain(&self, domain: &Domain) -> Result<Option<Installation>> {
        let domain = domain.clone();
        let scope = self.db.operator("read how a domain's mail goes");
        scope
            .read(move |tx| {
                let Some(installation) = installation_of(tx)? else { return Ok(None) };
                let servers = hosts::domain_servers(tx, &domain)?;
                Ok(Some(mail::for_domain(&installation, &servers)))
            })
            .await
    }
}
