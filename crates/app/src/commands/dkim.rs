//! `relais domain dkim …`

use anyhow::Result;
use clap::Subcommand;
use directory::{DirectoryError, Scope};
use keys::rotation::Next;
use keys::{DkimKey, KeysError};
use model::Domain;
use serde_json::{Value, json};

use super::output::{Output, table};
use super::{OPERATOR, Platform, values};

/// Keys that sign the domain's letters.
#[derive(Subcommand)]
pub enum Dkim {
    /// Lists the keys with the records that the domain's zone has to hold.
    List {
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
    },
    /// Makes successors and publishes them; they sign once their records have stood in the DNS for two days.
    Rotate {
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
    },
    /// Revokes a key, or all that sign or signed: nothing they signed holds from now on.
    Revoke {
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
        /// One key only.
        #[arg(long)]
        selector: Option<String>,
    },
}

impl Dkim {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let scope = platform.scope().map_or(OPERATOR, Scope::Tenant);
        let keys = platform.installation.keys.administration(scope, &platform.who);
        let zones = platform.zones();
        let (domain, found) = match self {
            Dkim::List { domain } => {
                // A domain of a minute ago has none yet.
                let found = keys.dkim_keys(&domain).await.map_err(refusal)?;
                if found.is_empty() {
                    platform.installation.keys.dkim_records(&domain).await.map_err(refusal)?;
                }
                let found = keys.dkim_keys(&domain).await.map_err(refusal)?;
                (domain, found)
            }
            Dkim::Rotate { domain } => {
                let found = zones.rotate_dkim(&domain).await?;
                (domain, found)
            }
            Dkim::Revoke { domain, selector } => {
                let found = zones.revoke_dkim(&domain, selector.as_deref()).await?;
                (domain, found)
            }
        };
        let rows = found.iter().map(|key| {
            let next = keys::rotation::next(key, &found);
            (to_json(key, next, &domain), cells(key, next, &domain))
        });
        Ok(table(
            &["SELECTOR", "ALGORITHM", "STATE", "SINCE", "SEEN IN DNS", "NEXT", "RECORD"],
            rows.collect(),
        ))
    }
}

fn since(key: &DkimKey) -> String {
    let at = key.revoked_at.or(key.retired_at).or(key.active_at).unwrap_or(key.created_at);
    at.rfc3339()
}

fn cells(key: &DkimKey, next: Next, domain: &Domain) -> Vec<String> {
    let record = key.record(domain);
    vec![
        key.selector.clone(),
        key.algorithm.as_str().to_owned(),
        key.state().as_str().to_owned(),
        since(key),
        key.seen_at.map_or_else(|| "not yet".to_owned(), |at| at.rfc3339()),
        next.at()
            .map_or_else(|| next.as_str().to_owned(), |at| format!("{} {}", next.as_str(), at.rfc3339())),
        format!("{} TXT {}", record.name, record.value),
    ]
}

fn to_json(key: &DkimKey, next: Next, domain: &Domain) -> Value {
    let record = key.record(domain);
    json!({
        "selector": key.selector,
        "algorithm": key.algorithm.as_str(),
        "state": key.state().as_str(),
        "since": since(key),
        "created_at": key.created_at.rfc3339(),
        "seen_at": key.seen_at.map(|at| at.rfc3339()),
        "in_our_zone": key.is_in_our_zone,
        "next": next.as_str(),
        "next_at": next.at().map(|at| at.rfc3339()),
        "name": record.name,
        "value": record.value,
    })
}

/// Refusals of keys look like those of the directory.
fn refusal(error: KeysError) -> anyhow::Error {
    match error {
        KeysError::NotFound { what } => DirectoryError::NotFound { what }.into(),
        KeysError::Invalid { field, reason, rule } => DirectoryError::Invalid { field, reason, rule }.into(),
        other => other.into(),
    }
}
