//! `relais domain …`

use anyhow::Result;
use clap::Subcommand;
use directory::{DomainChange, DomainInfo};
use serde_json::{Value, json};

use super::Platform;
use super::dkim::Dkim;
use super::output::{Output, card, state, table};
use super::values;

/// Mail domains.
#[derive(Subcommand)]
pub enum Domain {
    /// Creates a domain in the organisation; its mail service is made if it has none.
    Create {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// The mail service (name or identifier), where there are several.
        #[arg(long)]
        service: Option<String>,
    },
    /// Lists the domains.
    List,
    /// Shows one.
    Show {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Moves it, with its addresses, to another mail service of the organisation.
    Change {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// The mail service (name or identifier).
        #[arg(long)]
        service: String,
    },
    /// Puts it and its addresses out of use.
    Disable {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Puts it to use again.
    Enable {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
    },
    /// Deletes it.
    Delete {
        /// Its name.
        #[arg(value_parser = values::domain)]
        domain: model::Domain,
        /// Also with all its addresses and their letters.
        #[arg(long)]
        force: bool,
    },
    /// Keys that sign its letters.
    #[command(subcommand)]
    Dkim(Dkim),
}

impl Domain {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |domain: &model::Domain, change| -> Result<Output> {
            let id = administration.domain_called(domain).await?.id;
            Ok(show(&administration.change_domain(id, change).await?))
        };
        match self {
            Domain::Create { domain, service } => {
                let service = match service {
                    Some(service) => Some(administration.service(platform.service(&service).await?).await?),
                    None => None,
                };
                let owner = match &service {
                    Some(service) => service.organisation,
                    None => platform.owner().await?,
                };
                let service = service.map(|service| service.id);
                Ok(show(&administration.create_domain(owner, service, &domain).await?))
            }
            Domain::Dkim(dkim) => dkim.run(platform).await,
            Domain::List => {
                let domains = administration.domains(None).await?;
                let rows = domains.iter().map(|info| {
                    let cells = vec![
                        info.name.to_string(),
                        info.id.to_string(),
                        info.organisation.to_string(),
                        info.addresses.to_string(),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["DOMAIN", "ID", "ORGANISATION", "ADDRESSES", "STATE"], rows.collect()))
            }
            Domain::Show { domain } => Ok(show(&administration.domain_called(&domain).await?)),
            Domain::Change { domain, service } => {
                let service = Some(platform.service(&service).await?);
                changed(&domain, DomainChange { service, ..DomainChange::default() }).await
            }
            Domain::Disable { domain } => {
                changed(&domain, DomainChange { is_disabled: Some(true), ..DomainChange::default() }).await
            }
            Domain::Enable { domain } => {
                changed(&domain, DomainChange { is_disabled: Some(false), ..DomainChange::default() }).await
            }
            Domain::Delete { domain, force } => {
                let id = administration.domain_called(&domain).await?.id;
                administration.delete_domain(id, force).await?;
                Ok(Output::done(format!("{domain} is deleted")))
            }
        }
    }
}

fn to_json(info: &DomainInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "service": info.service.to_string(),
        "name": info.name.to_string(),
        "disabled": info.is_disabled,
        "addresses": info.addresses,
        "created_at": info.created_at.rfc3339(),
    })
}

fn show(info: &DomainInfo) -> Output {
    card(
        to_json(info),
        &[
            ("domain", info.name.to_string()),
            ("id", info.id.to_string()),
            ("organisation", info.organisation.to_string()),
            ("service", info.service.to_string()),
            ("state", state(info.is_disabled)),
            ("addresses", info.addresses.to_string()),
            ("created", info.created_at.rfc3339()),
        ],
    )
}
