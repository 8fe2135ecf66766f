//! «Sécurité globale» on a schedule: every domain is looked at, and its administrators hear of what changed.

use anyhow::{Context, Result};
use directory::{About, Scope};
use door_manager::letters;
use keys::CertificateFacts;
use tracing::{info, warn};
use zones::diagnosis::{Certificate, Changed, Looker};

use crate::installation::Installation;
use crate::own_letter::{self, OwnLetter};

/// What it takes to look at a domain from this installation.
pub(crate) fn looker(installation: &Installation) -> Result<Looker> {
    let config = &installation.config;
    let tls = installation.server_tls().context("the certificate to be diagnosed")?;
    let facts = CertificateFacts::read(&tls.certificate_for(&config.node.hostname));
    let mut world = installation.world.clone();
    // What was mended a moment ago is to be seen.
    world.names = world.names.without_cache().context("[dns]")?;
    Ok(Looker {
        world,
        certificate: facts.map(|facts| Certificate {
            names: facts.names,
            ends_at: facts.ends_at,
            is_own: config.tls.pairs().is_empty(),
        }),
    })
}

/// Looks at the domains whose turn it is, and writes to their administrators where a light has changed.
pub(crate) async fn look_at_what_is_due(installation: &Installation) -> Result<()> {
    for changed in installation.zones.diagnose_due(&looker(installation)?).await? {
        let domain = &changed.diagnosis.domain;
        info!(%domain, lights = lights(&changed), "what the world sees of a domain has changed");
        if let Err(error) = tell(installation, &changed).await {
            warn!(%domain, error = %format!("{error:#}"), "cannot tell the administrators of a domain");
        }
    }
    Ok(())
}

/// `spf good -> bad, mx bad -> good`.
fn lights(changed: &Changed) -> String {
    let lights = changed.lamps.iter().map(|(check, before)| {
        let now = changed.diagnosis.lamp(*check).map_or("unknown", |lamp| lamp.light.as_str());
        format!("{check} {before} -> {now}")
    });
    lights.collect::<Vec<_>>().join(", ")
}

/// A letter to everybody who administers the organisation, in the language of each.
async fn tell(installation: &Installation, changed: &Changed) -> Result<()> {
    let scope = Scope::Operator("tell administrators what changed about their domain");
    let directory = installation.directory.administration(scope, trail::Actor::program("relais"));
    let domain = changed.diagnosis.domain.clone();
    let administrators = directory.administrators(changed.organisation, About::Domain(domain)).await?;
    for (language, recipients) in own_letter::by_language(&administrators) {
        let letter = OwnLetter {
            domain: changed.diagnosis.domain.to_string(),
            id: format!("{}.diagnosis", installation.world.new_id()),
            at: changed.diagnosis.checked_at,
            words: letters::changed(language, changed),
        };
        // What was found is kept in any case: a letter that cannot be written now is not worth a second look.
        letter.post(installation, &recipients).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
