//! `relais authority …`

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use gateways::{Authority as Known, AuthorityId, AuthorityKind};
use model::Timestamp;
use serde_json::{Value, json};

use super::Platform;
use super::integration::read_pem;
use super::output::{Output, table};

/// Authorities that vouch for certificates of integrated organisations.
#[derive(Subcommand)]
pub enum Authority {
    /// Lists them, those that were removed too. The public ones are one entry.
    List,
    /// Registers one.
    Add {
        /// What people call it.
        name: String,
        /// A PEM file with its certificate.
        certificate: PathBuf,
    },
    /// Removes one, or switches the public ones off: what it vouches for identifies nobody any more.
    Remove {
        /// Its identifier.
        authority: i64,
    },
    /// Lets one that was removed vouch again, or switches the public ones on.
    Restore {
        /// Its identifier.
        authority: i64,
    },
}

impl Authority {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let all = platform.installation.flow.gateways();
        let gateways = all.administration(platform.reach(), platform.who.clone());
        match self {
            Authority::List => {
                let rows = gateways.authorities().await?;
                let rows = rows.iter().map(|one| (to_json(one), cells(one)));
                Ok(table(&["ID", "NAME", "VOUCHES", "ENDS", "SHA-256"], rows.collect()))
            }
            Authority::Add { name, certificate } => {
                let added = gateways.add_authority(&name, &read_pem(&certificate)?).await?;
                Ok(Output::new(to_json(&added), format!("authority {}: {name}", added.id.0)))
            }
            Authority::Remove { authority } => {
                let removed = gateways.set_authority(AuthorityId(authority), false).await?;
                Ok(Output::new(to_json(&removed), format!("{} vouches no more", removed.name)))
            }
            Authority::Restore { authority } => {
                let restored = gateways.set_authority(AuthorityId(authority), true).await?;
                Ok(Output::new(to_json(&restored), format!("{} vouches", restored.name)))
            }
        }
    }
}

fn cells(one: &Known) -> Vec<String> {
    let (ends, print) = match &one.kind {
        AuthorityKind::Public => (String::new(), String::new()),
        AuthorityKind::Registered(certificate) => {
            (certificate.ends_at.rfc3339(), certificate.sha256.to_string())
        }
    };
    let vouches = if one.removed_at.is_none() { "yes" } else { "no" };
    vec![one.id.0.to_string(), one.name.clone(), vouches.to_owned(), ends, print]
}

fn to_json(one: &Known) -> Value {
    let certificate = match &one.kind {
        AuthorityKind::Public => Value::Null,
        AuthorityKind::Registered(certificate) => json!({
            "subject": certificate.subject,
            "sha1": certificate.sha1,
            "sha256": certificate.sha256.to_string(),
            "ends_at": certificate.ends_at.rfc3339(),
        }),
    };
    json!({
        "id": one.id.0.to_string(),
        "name": one.name,
        "certificate": certificate,
        "added_at": one.added_at.rfc3339(),
        "removed_at": one.removed_at.map(Timestamp::rfc3339),
    })
}
