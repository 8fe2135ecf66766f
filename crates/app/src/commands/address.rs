//! `relais address …`

use anyhow::Result;
use clap::Subcommand;
use directory::{
    AddressChange, AddressCreation, AddressInfo, AddressKind, DeletedAddress, ForwardTarget, NewKind,
    NewTargets, Purpose,
};
use mail_store::Usage;
use model::{AccountRef, Domain};
use serde_json::{Value, json};

use super::Platform;
use super::many::{self, Import};
use super::output::{Output, card, quota, size, state, table};
use super::values::{self, QuotaArgument, password_from_stdin};

/// Mailboxes, aliases and redirections.
#[derive(Subcommand)]
pub enum Address {
    /// Creates a mailbox, with --alias-to an alias, with --redirect-to a redirection whose targets are asked.
    Create {
        /// The address; its domain exists.
        #[arg(value_parser = values::address)]
        address: model::Address,
        /// Make an alias that stands for this address; may be given several times.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address)]
        alias_to: Vec<model::Address>,
        /// Make a redirection that leads to this address once it agrees; may be given several times.
        #[arg(long, value_name = "ADDRESS", value_parser = values::address, conflicts_with = "alias_to")]
        redirect_to: Vec<model::Address>,
        /// The language of the letters to the targets: fr, de, it or en.
        #[arg(long, default_value = "fr", value_parser = ["fr", "de", "it", "en"])]
        language: String,
        /// Make a mailbox for several people.
        #[arg(long, conflicts_with_all = ["alias_to", "redirect_to"])]
        shared: bool,
        /// Make the mailbox `catchall` that takes what no address of the domain takes.
        #[arg(long, conflicts_with_all = ["alias_to", "redirect_to", "shared"])]
        catch_all: bool,
        /// What stands before the address in letters.
        #[arg(long, default_value = "")]
        name: String,
        /// A note of at most 80 characters.
        #[arg(long, default_value = "")]
        note: String,
        /// The mailbox's own quota: `5GB`; the mail service's without it.
        #[arg(long, value_parser = values::quota, conflicts_with_all = ["alias_to", "redirect_to"])]
        quota: Option<QuotaArgument>,
        /// Give it the password in the first line of standard input.
        #[arg(long, conflicts_with_all = ["alias_to", "redirect_to"])]
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
    /// Changes a mailbox's quota or an alias's targets, or what an address is called.
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
        /// What stands before the address in letters.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// A note of at most 80 characters.
        #[arg(long, group = "news")]
        note: Option<String>,
        /// Whether the mailbox is for several people.
        #[arg(long, group = "news")]
        shared: Option<bool>,
    },
    /// Says where a redirection leads, or a mailbox forwards; who is new and from outside is asked by a letter.
    Forward {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
        /// Where it leads; may be given several times. None: a mailbox forwards no more.
        #[arg(long = "to", value_name = "ADDRESS", value_parser = values::address)]
        targets: Vec<model::Address>,
        /// Whether a mailbox keeps what it forwards.
        #[arg(long)]
        keep_copy: Option<bool>,
        /// The language of the letters: fr, de, it or en.
        #[arg(long, default_value = "fr", value_parser = ["fr", "de", "it", "en"])]
        language: String,
    },
    /// Shows where an address leads, and what each target said.
    Targets {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
    },
    /// Writes once more to a target that has not answered.
    AskAgain {
        /// The target's identifier, as `targets` shows it.
        #[arg(value_parser = values::id)]
        target: i64,
    },
    /// Lists the deleted addresses that can be restored.
    Deleted,
    /// Restores a deleted address with everything it had.
    Restore {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
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
    /// Does one thing to many addresses: to all, or to none if one is not found.
    Act {
        /// What.
        #[arg(value_enum)]
        act: many::Act,
        /// The addresses: 1 to 1000.
        #[arg(required = true, value_parser = values::address)]
        addresses: Vec<model::Address>,
        /// With `quota` the quota: `5GB`, or `none` for the service's.
        #[arg(long, value_parser = values::quota, required_if_eq("act", "quota"))]
        quota: Option<QuotaArgument>,
    },
    /// Makes the addresses of a list: lines of local part, password, name, quota, note (CSV), all but the first may be
    /// missing. With a bad line nothing is made, and the bad lines are shown.
    Import {
        /// The file; `-` is standard input.
        file: std::path::PathBuf,
        /// The domain of the addresses.
        #[arg(long, value_parser = values::domain)]
        domain: Domain,
        /// Only show every line and what would come of it.
        #[arg(long)]
        preview: bool,
        /// Leave bad lines out.
        #[arg(long)]
        only_good: bool,
        /// Make a password for each line that has none, and show them, this once.
        #[arg(long)]
        make_passwords: bool,
    },
    /// Deletes it; it can be restored for 30 days.
    Delete {
        /// The address.
        #[arg(value_parser = values::address)]
        address: model::Address,
        /// At once and for good, a mailbox with its passwords and letters; also what was deleted before.
        #[arg(long)]
        for_good: bool,
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
            Address::Create {
                address,
                alias_to,
                redirect_to,
                language,
                shared,
                catch_all,
                name: display_name,
                note,
                quota,
                password_stdin,
            } => {
                let password = if password_stdin { Some(password_from_stdin()?) } else { None };
                let quota_bytes = quota.and_then(|quota| quota.0);
                let purpose = match (shared, catch_all) {
                    (_, true) => Purpose::CatchAll,
                    (true, _) => Purpose::Shared,
                    (false, false) => Purpose::Personal,
                };
                let kind = match (alias_to.is_empty(), redirect_to.is_empty()) {
                    (false, _) => NewKind::Alias(alias_to),
                    (true, false) => NewKind::Redirection,
                    (true, true) => NewKind::Mailbox { purpose, quota_bytes },
                };
                let new = AddressCreation { address, kind, display_name, note };
                let mut info = administration.create_address(new).await?;
                if !redirect_to.is_empty() {
                    let new = NewTargets { targets: redirect_to, keeps_copy: None, language };
                    if let Err(refusal) = administration.set_targets(info.id, new).await {
                        // A redirection that leads nowhere is not what was asked for.
                        administration.erase_address(info.id).await?;
                        return Err(refusal.into());
                    }
                    info = administration.address(info.id).await?;
                }
                if let Some(password) = password {
                    if let Err(refusal) = administration.choose_password(info.id, &password).await {
                        // A mailbox that nobody can open is not what was asked for.
                        administration.erase_address(info.id).await?;
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
                    AddressKind::Alias { .. } | AddressKind::Redirection => None,
                };
                Ok(show_with(&info, usage))
            }
            Address::Change { address, quota, alias_to, name, note, shared } => {
                let change = AddressChange {
                    quota_bytes: quota.map(|quota| quota.0),
                    alias_to: (!alias_to.is_empty()).then_some(alias_to),
                    display_name: name,
                    note,
                    is_shared: shared,
                    is_disabled: None,
                };
                changed(&address, change).await
            }
            Address::Forward { address, targets, keep_copy, language } => {
                let id = administration.address_called(&address).await?.id;
                let new = NewTargets { targets, keeps_copy: keep_copy, language };
                Ok(show_targets(&administration.set_targets(id, new).await?))
            }
            Address::Targets { address } => {
                let id = administration.address_called(&address).await?.id;
                Ok(show_targets(&administration.targets(id).await?))
            }
            Address::AskAgain { target } => {
                let target = administration.ask_target_again(target).await?;
                Ok(Output::done(format!("{} gets another letter", target.target)))
            }
            Address::Deleted => {
                let rows = deleted(platform).await?.into_iter().map(|one| {
                    let until = one.restorable_until().rfc3339();
                    let value = json!({
                        "id": one.id.to_string(),
                        "address": one.address.to_string(),
                        "kind": one.kind,
                        "deleted_at": one.deleted_at.rfc3339(),
                        "deleted_by": one.deleted_by,
                        "restorable_until": until,
                    });
                    (
                        value,
                        vec![one.address.to_string(), one.id.to_string(), one.kind, one.deleted_by, until],
                    )
                });
                Ok(table(&["ADDRESS", "ID", "KIND", "DELETED BY", "CAN BE RESTORED UNTIL"], rows.collect()))
            }
            Address::Restore { address } => {
                let id = deleted_called(platform, &address).await?;
                Ok(show(&administration.restore_address(id).await?))
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
            Address::Act { act, addresses, quota } => many::act(platform, act, &addresses, quota).await,
            Address::Import { file, domain, preview, only_good, make_passwords } => {
                let import = Import {
                    domain: &domain,
                    file: &file,
                    is_preview: preview,
                    only_good,
                    makes_passwords: make_passwords,
                };
                import.run(platform).await
            }
            Address::Delete { address, for_good: false } => {
                let id = administration.address_called(&address).await?.id;
                let until = administration.delete_address(id).await?.restorable_until();
                Ok(Output::done(format!(
                    "{address} is deleted, and can be restored until {}",
                    until.rfc3339()
                )))
            }
            Address::Delete { address, for_good: true } => {
                let id = match administration.address_called(&address).await {
                    Ok(info) => info.id,
                    Err(_) => deleted_called(platform, &address).await?,
                };
                administration.erase_address(id).await?;
                Ok(Output::done(format!("{address} is deleted for good")))
            }
        }
    }
}

/// The kind in a word, and what matters of it.
fn described(info: &AddressInfo) -> (&'static str, String) {
    match &info.kind {
        AddressKind::Mailbox { quota_bytes, .. } => (info.kind.as_str(), quota(*quota_bytes)),
        AddressKind::Redirection => {
            ("redirection", format!("{} of {} targets agreed", info.targets.accepted, info.targets.targets))
        }
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
        "name": info.display_name,
        "note": info.note,
        "kind": info.kind.as_str(),
        "forwards_to": info.targets.targets,
        "agreed": info.targets.accepted,
        "keeps_copy": info.keeps_copy,
    });
    match &info.kind {
        AddressKind::Mailbox { account, own_quota_bytes, quota_bytes, passwords, users, .. } => {
            value["account"] = account.to_string().into();
            value["own_quota_bytes"] = (*own_quota_bytes).into();
            value["quota_bytes"] = (*quota_bytes).into();
            value["passwords"] = (*passwords).into();
            value["users"] = (*users).into();
        }
        AddressKind::Alias { targets } => {
            value["targets"] = targets.iter().map(ToString::to_string).collect::<Vec<_>>().into();
        }
        AddressKind::Redirection => {}
    }
    value
}

/// What each target of an address said.
fn show_targets(targets: &[ForwardTarget]) -> Output {
    let rows = targets.iter().map(|target| {
        let sent = target.letter_sent_at.map(|at| at.rfc3339());
        let value = json!({
            "id": target.id.to_string(),
            "target": target.target.to_string(),
            "state": target.state.as_str(),
            "asked_by": target.asked_by,
            "asked_at": target.asked_at.rfc3339(),
            "letters": target.letters,
            "letter_sent_at": sent,
            "decided_at": target.decided_at.map(|at| at.rfc3339()),
        });
        let cells = vec![
            target.target.to_string(),
            target.id.to_string(),
            target.state.as_str().to_owned(),
            sent.unwrap_or_default(),
        ];
        (value, cells)
    });
    table(&["TARGET", "ID", "STATE", "LAST LETTER"], rows.collect())
}

/// Every deleted address within the scope.
async fn deleted(platform: &Platform) -> Result<Vec<DeletedAddress>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let seek = db::Seek { after, limit: 500 };
        let page = platform.administration.page_of_deleted_addresses(seek).await?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

async fn deleted_called(platform: &Platform, address: &model::Address) -> Result<model::AddressId> {
    let known =
        deleted(platform).await?.into_iter().find(|one| one.address.canonical() == address.canonical());
    Ok(known.ok_or(directory::DirectoryError::NotFound { what: "deleted address" })?.id)
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
        (if matches!(info.kind, AddressKind::Mailbox { .. }) { "quota" } else { "targets" }, about),
        ("name", info.display_name.clone()),
        ("note", info.note.clone()),
        ("state", state(info.is_disabled)),
        ("created", info.created_at.rfc3339()),
    ];
    if let AddressKind::Mailbox { account, passwords, users, .. } = &info.kind {
        fields.push(("account", account.to_string()));
        fields.push(("passwords", passwords.to_string()));
        fields.push(("users", users.to_string()));
    }
    let mut value = to_json(info);
    if let Some(usage) = usage {
        value["used_bytes"] = usage.used_bytes.into();
        value["used_messages"] = usage.used_messages.into();
        fields.push(("used", format!("{} in {} messages", size(usage.used_bytes), usage.used_messages)));
    }
    card(value, &fields)
}
