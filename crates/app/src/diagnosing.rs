//! «Sécurité globale» on a schedule: every domain is looked at, and its organisation hears of what changed.

use anyhow::{Context, Result};
use keys::CertificateFacts;
use zones::diagnosis::{Certificate, Looker};

use crate::installation::Installation;

/// What it takes to look at a domain from this installation.
pub(crate) fn looker(installation: &Installation) -> Result<Looker> {
    let config = &installation.config;
    let tls = installation.server_tls().context("the certificate to be diagnosed")?;
    let facts = CertificateFacts::read(&tls.certificate_for(&config.node.hostname));
    Ok(Looker {
        world: installation.world.clone(),
        certificate: facts.map(|facts| Certificate {
            names: facts.names,
            ends_at: facts.ends_at,
            is_own: config.tls.certificate.is_none(),
        }),
    })
}
