//! «Sécurité globale» on a schedule: every domain is looked at, and its administrators hear of what changed.

use anyhow::{Context, Result, anyhow};
use directory::{Role, Scope};
use keys::CertificateFacts;
use mail_flow::{Arrival, Origin};
use model::{Address, BodyKind, Envelope, Notify, Recipient, ReversePath, TlsWish};
use tracing::{info, warn};
use zones::diagnosis::{Certificate, Changed, Looker};

use crate::installation::Installation;

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
        // What was found is kept in any case: a letter that cannot be written now is not worth a second look.
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

/// One letter to everybody who administers the organisation.
async fn tell(installation: &Installation, changed: &Changed) -> Result<()> {
    let scope = Scope::Operator("tell administrators what changed about their domain");
    let directory = installation.directory.administration(scope, "relais");
    let users = directory.users(Some(changed.organisation)).await?;
    let administrators = users
        .into_iter()
        .filter(|user| matches!(user.role, Role::LegalOwner | Role::Administrator) && !user.is_disabled);
    let recipients: Vec<Address> =
        administrators.filter_map(|user| Address::parse(&user.login).ok()).collect();
    if recipients.is_empty() {
        return Ok(());
    }
    let mut body = installation.flow.receive();
    let letter = letter(installation, changed, &recipients);
    body.write(letter.as_bytes()).await.map_err(refused)?;
    let recipients = recipients.into_iter();
    let envelope = Envelope {
        // Nobody is to answer a notice: a full mailbox there makes no letters here.
        from: ReversePath::Null,
        recipients: recipients
            .map(|address| Recipient { address, notify: Some(Notify::NEVER), original: None })
            .collect(),
        return_content: None,
        envelope_id: None,
        body: BodyKind::SevenBit,
        smtputf8: false,
        tls: TlsWish::Usual,
    };
    installation.flow.accept(Arrival { origin: Origin::Ourselves, envelope, body }).await.map_err(refused)?;
    Ok(())
}

fn refused(reply: model::Reply) -> anyhow::Error {
    anyhow!("{reply}")
}

fn letter(installation: &Installation, changed: &Changed, recipients: &[Address]) -> String {
    let domain = &changed.diagnosis.domain;
    let id = installation.world.new_id();
    let to: Vec<String> = recipients.iter().map(Address::to_string).collect();
    let date = changed.diagnosis.checked_at.rfc5322();
    let mut text = format!(
        "From: Relais <postmaster@{domain}>\r\n\
         To: {}\r\n\
         Subject: {domain}: {}\r\n\
         Date: {date}\r\n\
         Message-ID: <{id}.diagnosis@{domain}>\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\
         \r\n\
         What the world sees of {domain} has changed.\r\n\r\n",
        to.join(",\r\n "),
        lights(changed),
    );
    for (check, before) in &changed.lamps {
        let Some(lamp) = changed.diagnosis.lamp(*check) else { continue };
        text.push_str(&format!("{check}: {before} -> {}\r\n", lamp.light));
        for remark in &lamp.remarks {
            text.push_str(&format!("  {}\r\n", printable(&remark.to_string())));
        }
    }
    text.push_str(&format!("\r\nAll of it, and what mends it: relais domain check {domain}\r\n"));
    text
}

/// What strangers publish in their DNS stands in the letter: ASCII, and in lines that every server takes.
fn printable(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    printable.take(900).collect()
}

#[cfg(test)]
mod tests;
