//! «Sécurité globale» on a schedule: every domain is looked at, and its administrators hear of what changed.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::{Role, Scope, UserInfo};
use door_manager::Language;
use door_manager::lamps::{self, Notice};
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

/// A letter to everybody who administers the organisation, in the language of each.
async fn tell(installation: &Installation, changed: &Changed) -> Result<()> {
    let scope = Scope::Operator("tell administrators what changed about their domain");
    let directory = installation.directory.administration(scope, "relais");
    let mut recipients: BTreeMap<&str, Vec<Address>> = BTreeMap::new();
    for user in directory.users(Some(changed.organisation)).await? {
        let administers = matches!(user.role, Role::LegalOwner | Role::Administrator) && !user.is_disabled;
        if let (true, Ok(address)) = (administers, Address::parse(&user.login)) {
            recipients.entry(language_of(&user).tag()).or_default().push(address);
        }
    }
    for (tag, recipients) in recipients {
        let language = Language::of_tag(tag).unwrap_or(Language::French);
        post(installation, changed, language, recipients).await?;
    }
    Ok(())
}

/// In which language somebody is written to: the chosen one, or the one of the first customers.
fn language_of(user: &UserInfo) -> Language {
    user.language.as_deref().and_then(Language::of_tag).unwrap_or(Language::French)
}

async fn post(
    installation: &Installation,
    changed: &Changed,
    language: Language,
    recipients: Vec<Address>,
) -> Result<()> {
    let mut body = installation.flow.receive();
    let letter = letter(changed, language, &recipients, installation.world.new_id());
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

fn letter(changed: &Changed, language: Language, recipients: &[Address], id: i64) -> String {
    let domain = changed.diagnosis.domain.as_str();
    let to: Vec<String> = recipients.iter().map(Address::to_string).collect();
    let date = changed.diagnosis.checked_at.rfc5322();
    let subject = lamps::notice(language, Notice::Subject, domain);
    let subject = String::from_utf8_lossy(&wire_mime::encode_words(subject.as_bytes())).into_owned();
    let mut text = format!("{}\n", lamps::notice(language, Notice::Opening, domain));
    for (check, before) in &changed.lamps {
        let Some(lamp) = changed.diagnosis.lamp(*check) else { continue };
        let [name, before, now] = [
            lamps::check(language, *check),
            lamps::light(language, *before),
            lamps::light(language, lamp.light),
        ];
        text.push_str(&format!("\n{name}: {before} → {now}\n"));
        for remark in &lamp.remarks {
            text.push_str(&format!("    {}\n", printable(&lamps::remark(language, remark))));
        }
    }
    let closing = lamps::notice(language, Notice::Closing, domain);
    text.push_str(&format!("\n{closing}\n    relais domain check {domain}\n"));
    format!(
        "From: Relais <postmaster@{domain}>\r\n\
         To: {}\r\n\
         Subject: {subject}\r\n\
         Date: {date}\r\n\
         Message-ID: <{id}.diagnosis@{domain}>\r\n\
         Content-Language: {language}\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\
         \r\n\
         {}",
        to.join(",\r\n "),
        base64_lines(text.replace('\n', "\r\n").as_bytes()),
    )
}

/// RFC 2045 §6.8: lines of at most 76 characters.
fn base64_lines(bytes: &[u8]) -> String {
    bytes.chunks(57).map(|line| format!("{}\r\n", STANDARD.encode(line))).collect()
}

/// What strangers publish in their DNS stands in the letter: no signs that move a screen about, and no end of it.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).take(900).collect()
}

#[cfg(test)]
mod tests;
