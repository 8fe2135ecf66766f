//! `relais device-password …`

use anyhow::Result;
use clap::Subcommand;
use directory::{DeviceKind, DevicePasswordInfo, NewDevicePassword, Protocols};
use model::{Address, CredentialId};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, state, table};
use super::values;

/// Passwords of mailboxes.
#[derive(Subcommand)]
pub enum DevicePassword {
    /// Makes a random password and shows it, this once.
    Create {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
        /// What to call it: the device.
        #[arg(long)]
        label: String,
        /// What it is for: `all`, or some of smtp, imap, pop3, sieve, jmap with commas.
        #[arg(long, default_value = "all")]
        protocols: Protocols,
        /// On what it is: computer, phone, tablet or other.
        #[arg(long, default_value = "other")]
        kind: DeviceKind,
    },
    /// Lists the passwords of a mailbox.
    List {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
    },
    /// Shows one; the password itself nobody can show.
    Show {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Changes what it is called and what it is for.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
        /// The new label.
        #[arg(long, group = "news")]
        label: Option<String>,
        /// What it is for from now on.
        #[arg(long, group = "news")]
        protocols: Option<Protocols>,
        /// On what it is: computer, phone, tablet or other.
        #[arg(long, group = "news")]
        kind: Option<DeviceKind>,
    },
    /// Puts it out of use, at once.
    Disable {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Puts it to use again.
    Enable {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Revokes every password of a mailbox, at once and for good.
    DeleteAll {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
    },
    /// Revokes it, at once and for good.
    Delete {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
}

impl DevicePassword {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            DevicePassword::Create { address, label, protocols, kind } => {
                let address = administration.address_called(&address).await?.id;
                let new = NewDevicePassword { address, label, protocols, kind };
                let created = administration.create_device_password(new).await?;
                let mut value = to_json(&created.info);
                value["password"] = created.password.as_str().into();
                let mut fields = vec![("password", created.password.to_string())];
                fields.extend(fields_of(&created.info));
                Ok(card(value, &fields))
            }
            DevicePassword::List { address } => {
                let address = administration.address_called(&address).await?.id;
                let passwords = administration.device_passwords(address).await?;
                let rows = passwords.iter().map(|info| {
                    let cells = vec![
                        info.label.clone(),
                        info.id.to_string(),
                        begin(info),
                        info.protocols.to_string(),
                        last_used(info),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["LABEL", "ID", "BEGINS", "PROTOCOLS", "LAST USED", "STATE"], rows.collect()))
            }
            DevicePassword::Show { id } => Ok(show(&administration.device_password(CredentialId(id)).await?)),
            DevicePassword::Change { id, label, protocols, kind } => {
                let (id, label) = (CredentialId(id), label.as_deref());
                Ok(show(&administration.change_device_password(id, label, protocols, kind).await?))
            }
            DevicePassword::DeleteAll { address } => {
                let id = administration.address_called(&address).await?.id;
                let count = administration.delete_device_passwords(id).await?;
                Ok(Output::done(format!("{count} passwords of {address} are deleted")))
            }
            DevicePassword::Disable { id } => {
                Ok(show(&administration.disable_device_password(CredentialId(id), true).await?))
            }
            DevicePassword::Enable { id } => {
                Ok(show(&administration.disable_device_password(CredentialId(id), false).await?))
            }
            DevicePassword::Delete { id } => {
                administration.delete_device_password(CredentialId(id)).await?;
                Ok(Output::done("the password is revoked"))
            }
        }
    }
}

fn begin(info: &DevicePasswordInfo) -> String {
    info.selector.as_ref().map_or_else(|| "(chosen)".to_owned(), |selector| format!("{selector}-…"))
}

fn last_used(info: &DevicePasswordInfo) -> String {
    info.last_used_at.map_or_else(|| "never".to_owned(), |at| at.rfc3339())
}

fn to_json(info: &DevicePasswordInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "account": info.account.to_string(),
        "label": info.label,
        "selector": info.selector,
        "protocols": info.protocols.names(),
        "disabled": info.is_disabled,
        "created_at": info.created_at.rfc3339(),
        "last_used_at": info.last_used_at.map(|at| at.rfc3339()),
    })
}

fn fields_of(info: &DevicePasswordInfo) -> Vec<(&'static str, String)> {
    vec![
        ("label", info.label.clone()),
        ("id", info.id.to_string()),
        ("begins", begin(info)),
        ("protocols", info.protocols.to_string()),
        ("state", state(info.is_disabled)),
        ("created", info.created_at.rfc3339()),
        ("last used", last_used(info)),
    ]
}

fn show(info: &DevicePasswordInfo) -> Output {
    card(to_json(info), &fields_of(info))
}
