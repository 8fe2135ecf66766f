//! `relais address …`

use anyhow::Result;
use clap::Subcommand;
use directory::{AddressChange, AddressInfo, AddressKind, NewAddress};
use mail_store::Usage;
use model::{AccountRef, Domain};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, quota, size, state, table};
use super::values::{self, QuotaArgument, password_from_stdin};

/// Mailboxes and aliases.
#[derive(Subcommand)]
pub enum Address {
    /// Creates a mailbox, or with --alias-to an alias.
    Create {
        /// The address; its domain exists.
        #[arg(value_parser = values::address)]
        address: model::Address,
        /// Make an alias that stands for this address; may be given several times.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        alias_to: Vec<model::Address>,
        /// The mailbox's own quota: `5GB`; the mail service's without it.
        #[arg(long, value_parser = values::quota)]
        quota: Option<QuotaArgument>,
        /// Give it the password in the first line of standard input.
        #[arg(long, conflicts_with = "alias_to")]
        password_stdin: bool,
    },
    /// Lists the addresses.
    List {
        /// Only those of this domain.
        #[arg(long, value_parser = values::domain)]
        domain: Option<Domain>,
    },
    /// Shows one.
    Show {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
    },
    /// Changes a mailbox's quota or an alias's targets.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
        /// The mailbox's own quota: `5GB`; `none` for the mail service's.
        #[arg(long, value_parser = values::quota, group = "news")]
        quota: Option<QuotaArgument>,
        /// What the alias stands for from now on; may be given several times.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address, group = "news")]
        alias_to: Vec<model::Address>,
    },
    /// Gives a mailbox the password in the first line of standard input, instead of the one it had.
    Password {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
    },
    /// Puts it out of use: letters to it are refused, nobody logs in.
    Disable {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
    },
    /// Puts it to use again.
    Enable {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
    },
    /// Deletes it, a mailbox with its passwords and letters.
    Delete {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
    },
}

impl Address {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |address: &model::Address, change| -> Result<Output> {
            let id = administration.address_called(address).await?.id;
            Ok(show(&administration.change_address(id, change).await?))
        };
        match self {
            Address::Create { address, alias_to, quota, password_stdin } => {
                let password = if password_stdin { Some(password_from_stdin()?) } else { None };
                let quota_bytes = quota.and_then(|quota| quota.0);
                let new = NewAddress { address, alias_to, quota_bytes };
                let mut info = administration.create_address(new).await?;
                if let Some(password) = password {
                    if let Err(refusal) = administration.choose_password(info.id, &password).await {
                        // A mailbox that nobody can open is not what was asked for.
                        administration.delete_address(info.id).await?;
                        return Err(refusal.into());
                    }
                    info = administration.address(info.id).await?;
                }
                Ok(show(&info))
            }
            Address::List { domain } => {
                let domain = match domain {
                    Some(domain) => Some(administration.domain_called(&domain).await?.id),
                    None => None,
                };
                let addresses = administration.addresses(domain).await?;
                let rows = addresses.iter().map(|info| {
                    let (kind, about) = described(info);
                    let cells = vec![
                        info.address.to_string(),
                        info.id.to_string(),
                        kind.to_owned(),
                        about,
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["ADDRESS", "ID", "KIND", "QUOTA OR TARGETS", "STATE"], rows.collect()))
            }
            Address::Show { address } => {
                let info = administration.address_called(&address).await?;
                let usage = match &info.kind {
                    AddressKind::Mailbox { account, .. } => {
                        let account = AccountRef { organisation: info.organisation, account: *account };
                        Some(platform.installation.store.account(account).usage().await?)
                    }
                    AddressKind::Alias { .. } => None,
                };
                Ok(show_with(&info, usage))
            }
            Address::Change { address, quota, alias_to } => {
                let change = AddressChange {
                    quota_bytes: quota.map(|quota| quota.0),
                    alias_to: (!alias_to.is_empty()).then_some(alias_to),
                    ..AddressChange::default()
                };
                changed(&address, change).await
            }
            Address::Password { address } => {
                let id = administration.address_called(&address).await?.id;
                administration.choose_password(id, &password_from_stdin()?).await?;
                Ok(Output::done(format!("{address} has a new password")))
            }
            Address::Disable { address } => {
                let change = AddressChange { is_disabled: Some(true), ..AddressChange::default() };
                changed(&address, change).await
            }
            Address::Enable { address } => {
                let change = AddressChange { is_disabled: Some(false), ..AddressChange::default() };
                changed(&address, change).await
            }
            Address::Delete { address } => {
                let id = administration.address_called(&address).await?.id;
                administration.delete_address(id).await?;
                Ok(Output::done(format!("{address} is deleted")))
            }
        }
    }
}

/// The kind in a word, and what matters of it.
fn described(info: &AddressInfo) -> (&'static str, String) {
    match &info.kind {
        AddressKind::Mailbox { quota_bytes, .. } => ("mailbox", quota(*quota_bytes)),
        AddressKind::Alias { targets } => {
            ("alias", targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    }
}

fn to_json(info: &AddressInfo) -> Value {
    let mut value = json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "service": info.service.to_string(),
        "domain": info.domain.to_string(),
        "address": info.address.to_string(),
        "disabled": info.is_disabled,
        "created_at": info.created_at.rfc3339(),
    });
    match &info.kind {
        AddressKind::Mailbox { account, own_quota_bytes, quota_bytes, passwords } => {
            value["kind"] = "mailbox".into();
            value["account"] = account.to_string().into();
            value["own_quota_bytes"] = (*own_quota_bytes).into();
            value["quota_bytes"] = (*quota_bytes).into();
            value["passwords"] = (*passwords).into();
        }
        AddressKind::Alias { targets } => {
            value["kind"] = "alias".into();
            value["targets"] = targets.iter().map(ToString::to_string).collect::<Vec<_>>().into();
        }
    }
    value
}

fn show(info: &AddressInfo) -> Output {
    show_with(info, None)
}

/// The address and, where it was looked for, what its mailbox holds.
fn show_with(info: &AddressInfo, usage: Option<Usage>) -> Output {
    let (kind, about) = described(info);
    let mut fields = vec![
        ("address", info.address.to_string()),
        ("id", info.id.to_string()),
        ("kind", kind.to_owned()),
        (if kind == "alias" { "targets" } else { "quota" }, about),
        ("state", state(info.is_disabled)),
        ("created", info.created_at.rfc3339()),
    ];
    if let AddressKind::Mailbox { account, passwords, .. } = &info.kind {
        fields.push(("account", account.to_string()));
        fields.push(("passwords", passwords.to_string()));
    }
    let mut value = to_json(info);
    if let Some(usage) = usage {
        value["used_bytes"] = usage.used_bytes.into();
        value["used_messages"] = usage.used_messages.into();
        fields.push(("used", format!("{} in {} messages", size(usage.used_bytes), usage.used_messages)));
    }
    card(value, &fields)
}
