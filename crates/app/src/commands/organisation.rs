//! `relais organisation …`

use anyhow::Result;
use clap::Subcommand;
use directory::{OrganisationChange, OrganisationInfo, SettingsChange};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, state, table};
use super::values;

/// Tenants.
#[derive(Subcommand)]
pub enum Organisation {
    /// Creates an organisation.
    Create {
        /// Its name, unique here.
        name: String,
    },
    /// Lists the organisations.
    List,
    /// Shows one.
    Show {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Renames it, or asks its people for a second factor.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its name or identifier.
        organisation_called: String,
        /// The new name.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// Whether its people need a second factor to sign in.
        #[arg(long, group = "news", value_name = "yes|no", value_parser = values::yes_or_no)]
        require_second_factor: Option<bool>,
    },
    /// Puts it and everything below out of use; nothing is lost.
    Disable {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Puts it to use again.
    Enable {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Deletes it.
    Delete {
        /// Its name or identifier.
        organisation_called: String,
        /// Also with all its domains, addresses and letters.
        #[arg(long)]
        force: bool,
    },
}

impl Organisation {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |name: &str, change| -> Result<Output> {
            let id = administration.organisation_called(name).await?.id;
            Ok(show(&administration.change_organisation(id, change).await?))
        };
        match self {
            Organisation::Create { name } => Ok(show(&administration.create_organisation(&name).await?)),
            Organisation::List => {
                let organisations = administration.organisations().await?;
                let rows = organisations.iter().map(|info| {
                    let cells = vec![
                        info.name.clone(),
                        info.id.to_string(),
                        info.domains.to_string(),
                        info.addresses.to_string(),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["NAME", "ID", "DOMAINS", "ADDRESSES", "STATE"], rows.collect()))
            }
            Organisation::Show { organisation_called } => {
                Ok(show(&administration.organisation_called(&organisation_called).await?))
            }
            Organisation::Change { organisation_called, name, require_second_factor } => {
                let info = administration.organisation_called(&organisation_called).await?;
                if require_second_factor.is_some() {
                    let requires_second_factor = require_second_factor;
                    let change = SettingsChange { requires_second_factor, ..SettingsChange::default() };
                    administration.change_settings(info.id, change).await?;
                }
                let change = OrganisationChange { name, ..OrganisationChange::default() };
                Ok(show(&administration.change_organisation(info.id, change).await?))
            }
            Organisation::Disable { organisation_called } => {
                let change = OrganisationChange { is_disabled: Some(true), ..OrganisationChange::default() };
                changed(&organisation_called, change).await
            }
            Organisation::Enable { organisation_called } => {
                let change = OrganisationChange { is_disabled: Some(false), ..OrganisationChange::default() };
                changed(&organisation_called, change).await
            }
            Organisation::Delete { organisation_called, force } => {
                let info = administration.organisation_called(&organisation_called).await?;
                administration.delete_organisation(info.id, force).await?;
                Ok(Output::done(format!("«{}» is deleted", info.name)))
            }
        }
    }
}

fn to_json(info: &OrganisationInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "name": info.name,
        "disabled": info.is_disabled,
        "created_at": info.created_at.rfc3339(),
        "domains": info.domains,
        "addresses": info.addresses,
    })
}

fn show(info: &OrganisationInfo) -> Output {
    card(
        to_json(info),
        &[
            ("name", info.name.clone()),
            ("id", info.id.to_string()),
            ("state", state(info.is_disabled)),
            ("created", info.created_at.rfc3339()),
            ("domains", info.domains.to_string()),
            ("addresses", info.addresses.to_string()),
        ],
    )
}
