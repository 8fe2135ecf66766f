//! `relais service …`

use anyhow::Result;
use clap::Subcommand;
use directory::{ServiceChange, ServiceInfo};
use model::Address;
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, quota, state, table};
use super::values::{self, QuotaArgument};

/// Mail services.
#[derive(Subcommand)]
pub enum Service {
    /// Creates a mail service in the organisation.
    Create {
        /// Its name, unique in the organisation.
        name: String,
        /// The quota of addresses that have none of their own: `5GB`, `none`.
        #[arg(long, value_parser = values::quota)]
        quota: Option<QuotaArgument>,
    },
    /// Lists the mail services.
    List,
    /// Shows one.
    Show {
        /// Its name or identifier.
        service: String,
    },
    /// Begins or ends its maintenance: letters are received, and nobody reads or sends any.
    Maintenance {
        /// Its name or identifier.
        service: String,
        /// `on` or `off`.
        #[arg(value_parser = ["on", "off"])]
        state: String,
    },
    /// Changes its name, quota or administrator.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its name or identifier.
        service: String,
        /// The new name.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// The quota of addresses that have none of their own: `5GB`, `none`.
        #[arg(long, value_parser = values::quota, group = "news")]
        quota: Option<QuotaArgument>,
        /// The mailbox that gets letters to postmaster and abuse.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address, group = "news")]
        administrator: Option<Address>,
    },
    /// Puts it and everything below out of use.
    Disable {
        /// Its name or identifier.
        service: String,
    },
    /// Puts it to use again.
    Enable {
        /// Its name or identifier.
        service: String,
    },
    /// Deletes it, once it has no domain any more.
    Delete {
        /// Its name or identifier.
        service: String,
    },
}

impl Service {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |name: &str, change| -> Result<Output> {
            let id = platform.service(name).await?;
            Ok(show(&administration.change_service(id, change).await?))
        };
        match self {
            Service::Create { name, quota } => {
                let owner = platform.owner().await?;
                let quota_bytes = quota.and_then(|quota| quota.0);
                Ok(show(&administration.create_service(owner, &name, quota_bytes).await?))
            }
            Service::List => {
                let services = administration.services(None).await?;
                let rows = services.iter().map(|info| {
                    let cells = vec![
                        info.name.clone(),
                        info.id.to_string(),
                        info.organisation.to_string(),
                        quota(info.quota_bytes),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["NAME", "ID", "ORGANISATION", "QUOTA", "STATE"], rows.collect()))
            }
            Service::Show { service } => {
                let id = platform.service(&service).await?;
                Ok(show(&administration.service(id).await?))
            }
            Service::Change { service, name, quota, administrator } => {
                let change = ServiceChange {
                    name,
                    quota_bytes: quota.map(|quota| quota.0),
                    administrator: administrator.map(Some),
                    ..ServiceChange::default()
                };
                changed(&service, change).await
            }
            Service::Maintenance { service, state } => {
                let is_in_maintenance = Some(state == "on");
                changed(&service, ServiceChange { is_in_maintenance, ..ServiceChange::default() }).await
            }
            Service::Disable { service } => {
                changed(&service, ServiceChange { is_disabled: Some(true), ..ServiceChange::default() }).await
            }
            Service::Enable { service } => {
                changed(&service, ServiceChange { is_disabled: Some(false), ..ServiceChange::default() })
                    .await
            }
            Service::Delete { service } => {
                let id = platform.service(&service).await?;
                administration.delete_service(id).await?;
                Ok(Output::done(format!("«{service}» is deleted")))
            }
        }
    }
}

fn to_json(info: &ServiceInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "name": info.name,
        "disabled": info.is_disabled,
        "maintenance": info.is_in_maintenance,
        "quota_bytes": info.quota_bytes,
        "administrator": info.administrator.as_ref().map(ToString::to_string),
        "created_at": info.created_at.rfc3339(),
    })
}

fn show(info: &ServiceInfo) -> Output {
    let administrator = info.administrator.as_ref().map(ToString::to_string);
    card(
        to_json(info),
        &[
            ("name", info.name.clone()),
            ("id", info.id.to_string()),
            ("organisation", info.organisation.to_string()),
            ("state", state(info.is_disabled)),
            ("maintenance", if info.is_in_maintenance { "on" } else { "off" }.to_owned()),
            ("quota", quota(info.quota_bytes)),
            ("administrator", administrator.unwrap_or_else(|| "the oldest mailbox".to_owned())),
            ("created", info.created_at.rfc3339()),
        ],
    )
}
