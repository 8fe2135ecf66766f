//! `relais access …`, `relais invitation …`, `relais sender-list …`

use anyhow::Result;
use clap::Subcommand;
use directory::{
    AccessChange, AccessInfo, AddressProof, CreatedInvitation, InvitationChange, InvitationInfo,
    NewInvitation, Permissions, SenderEntry, SenderKind,
};
use model::Address;
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, table};
use super::values;

/// Who uses which mailbox with an account of the Manager.
#[derive(Subcommand)]
pub enum Access {
    /// Lists the people who use a mailbox.
    List {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
    },
    /// Gives a person of the organisation access to a mailbox, at once.
    Grant {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
        /// The person's login.
        #[arg(value_parser = values::address)]
        user: Address,
        /// What the person may do, with commas; without it what the mail service gives.
        #[arg(long, value_parser = permissions)]
        permissions: Option<Permissions>,
    },
    /// Changes what somebody may do with a mailbox, at once.
    Change {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
        /// The person's login.
        #[arg(value_parser = values::address)]
        user: Address,
        /// Exactly these, with commas; `none` or `all`.
        #[arg(long, value_parser = permissions)]
        permissions: Permissions,
    },
    /// Takes somebody's access to a mailbox away, at once.
    Revoke {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
        /// The person's login.
        #[arg(value_parser = values::address)]
        user: Address,
    },
    /// Shows what a mail service gives with an access, or changes it.
    Defaults {
        /// The mail service, by name or identifier.
        service: String,
        /// From now on these, with commas; `none` or `all`.
        #[arg(long, value_parser = permissions)]
        permissions: Option<Permissions>,
    },
}

/// Invitations to use a mailbox.
#[derive(Subcommand)]
pub enum Invitation {
    /// Invites somebody to use a mailbox and shows the link, this once.
    Create {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
        /// What whoever accepts may do, with commas; without it what the mail service gives.
        #[arg(long, value_parser = permissions)]
        permissions: Option<Permissions>,
        /// In which language it is written: fr, de, it or en.
        #[arg(long, default_value = "fr")]
        language: String,
        /// Send it there by mail.
        #[arg(long, default_value = "")]
        email: String,
        /// Send it there by SMS, where the installation has a gateway.
        #[arg(long, default_value = "")]
        phone: String,
    },
    /// Lists the invitations to a mailbox that nobody has accepted.
    List {
        /// The mailbox.
        #[arg(value_parser = values::address)]
        address: Address,
    },
    /// Changes an invitation that nobody has accepted.
    Change {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
        /// Exactly these, with commas; `none` or `all`.
        #[arg(long, value_parser = permissions)]
        permissions: Option<Permissions>,
        /// In which language it is written: fr, de, it or en.
        #[arg(long)]
        language: Option<String>,
    },
    /// Takes an invitation back: its links lead nowhere any more.
    Revoke {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Another link in the place of the one that was shown, and a new term.
    Renew {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
}

/// Whom a mail service blocks and approves.
#[derive(Subcommand)]
pub enum SenderList {
    /// Lists the entries of both lists.
    List {
        /// The mail service, by name or identifier.
        service: String,
    },
    /// Writes an entry; it has no effect before `apply`.
    Add {
        /// The mail service, by name or identifier.
        service: String,
        /// Which list: blocked or approved.
        list: SenderKind,
        /// An address, a domain (with what lies below it), or a pattern with * and ?.
        pattern: String,
    },
    /// Removes an entry; one that acts on mail does until `apply`.
    Remove {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Applies what waits: it holds from the next letter on.
    Apply {
        /// The mail service, by name or identifier.
        service: String,
    },
    /// Forgets what waits.
    Discard {
        /// The mail service, by name or identifier.
        service: String,
    },
}

fn permissions(text: &str) -> Result<Permissions, String> {
    match text.trim() {
        "none" => Ok(Permissions::NONE),
        "all" => Ok(Permissions::all()),
        words => Permissions::parse(words.split(',')),
    }
}

fn words(permissions: Permissions) -> Vec<&'static str> {
    permissions.each().map(|permission| permission.as_str()).collect()
}

fn access_json(access: &AccessInfo) -> Value {
    json!({
        "user": access.user.to_string(),
        "login": access.login,
        "name": access.name,
        "role": access.role.as_str(),
        "permissions": words(access.permissions),
        "is_primary": access.is_primary,
        "granted_by": access.granted_by,
        "created_at": access.created_at.rfc3339(),
    })
}

fn access_card(access: &AccessInfo) -> Output {
    let fields = [
        ("login", access.login.clone()),
        ("name", access.name.clone()),
        ("role", access.role.to_string()),
        ("permissions", access.permissions.to_string()),
        ("granted by", access.granted_by.clone()),
    ];
    card(access_json(access), &fields)
}

impl Access {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let found = async |address: &Address| {
            Ok::<_, anyhow::Error>(administration.address_called(address).await?.id)
        };
        let person =
            async |login: &Address| Ok::<_, anyhow::Error>(administration.user_called(login).await?.id);
        match self {
            Access::List { address } => {
                let accesses = administration.accesses(found(&address).await?).await?;
                let rows = accesses.iter().map(|access| {
                    let cells = vec![
                        access.login.clone(),
                        access.name.clone(),
                        access.role.to_string(),
                        access.permissions.to_string(),
                        access.granted_by.clone(),
                    ];
                    (access_json(access), cells)
                });
                Ok(table(&["LOGIN", "NAME", "ROLE", "PERMISSIONS", "GRANTED BY"], rows.collect()))
            }
            Access::Grant { address, user, permissions } => {
                let (address, user) = (found(&address).await?, person(&user).await?);
                let proof = AddressProof::Machine;
                Ok(access_card(&administration.grant_access(address, user, permissions, proof).await?))
            }
            Access::Change { address, user, permissions } => {
                let (address, user) = (found(&address).await?, person(&user).await?);
                let change = AccessChange { permissions: Some(permissions), is_primary: None };
                Ok(access_card(&administration.change_access(address, user, change).await?))
            }
            Access::Revoke { address, user } => {
                let (id, user) = (found(&address).await?, person(&user).await?);
                administration.revoke_access(id, user).await?;
                Ok(Output::done(format!("the access to {address} is taken away")))
            }
            Access::Defaults { service, permissions } => {
                let service = platform.service(&service).await?;
                if let Some(permissions) = permissions {
                    administration.set_default_permissions(service, permissions).await?;
                }
                let now = administration.default_permissions(service).await?;
                Ok(card(json!({"permissions": words(now)}), &[("permissions", now.to_string())]))
            }
        }
    }
}

fn invitation_json(invitation: &InvitationInfo) -> Value {
    json!({
        "id": invitation.id.to_string(),
        "address": invitation.address.to_string(),
        "permissions": words(invitation.permissions),
        "language": invitation.language,
        "email": invitation.email,
        "phone": invitation.phone,
        "invited_by": invitation.invited_by,
        "created_at": invitation.created_at.rfc3339(),
        "expires_at": invitation.expires_at.rfc3339(),
        "letter_sent_at": invitation.letter_sent_at.map(|at| at.rfc3339()),
        "sms_sent_at": invitation.sms_sent_at.map(|at| at.rfc3339()),
        "sms_trouble": invitation.sms_trouble,
    })
}

/// The link stands here and nowhere else.
fn created(platform: &Platform, created: &CreatedInvitation) -> Output {
    let link = platform.installation.directory.invitation_link(&created.token);
    let mut value = invitation_json(&created.info);
    value["link"] = json!(link);
    let fields = [
        ("link", link),
        ("address", created.info.address.to_string()),
        ("expires", created.info.expires_at.rfc3339()),
        ("id", created.info.id.to_string()),
    ];
    card(value, &fields)
}

impl Invitation {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Invitation::Create { address, permissions, language, email, phone } => {
                let address = administration.address_called(&address).await?.id;
                let new = NewInvitation { permissions, language, email, phone, inviter: String::new() };
                let made = administration.invite(address, new, AddressProof::Machine).await?;
                Ok(created(platform, &made))
            }
            Invitation::List { address } => {
                let address = administration.address_called(&address).await?.id;
                let invitations = administration.invitations(address).await?;
                let rows = invitations.iter().map(|invitation| {
                    let cells = vec![
                        invitation.id.to_string(),
                        invitation.expires_at.rfc3339(),
                        format!("{} {}", invitation.email, invitation.phone).trim().to_owned(),
                        invitation.permissions.to_string(),
                        invitation.invited_by.clone(),
                    ];
                    (invitation_json(invitation), cells)
                });
                Ok(table(&["ID", "EXPIRES", "TO", "PERMISSIONS", "INVITED BY"], rows.collect()))
            }
            Invitation::Change { id, permissions, language } => {
                let change = InvitationChange { permissions, language };
                let changed = administration.change_invitation(id, change).await?;
                let fields = [
                    ("address", changed.address.to_string()),
                    ("permissions", changed.permissions.to_string()),
                    ("language", changed.language.clone()),
                ];
                Ok(card(invitation_json(&changed), &fields))
            }
            Invitation::Revoke { id } => {
                administration.revoke_invitation(id).await?;
                Ok(Output::done("the invitation is taken back"))
            }
            Invitation::Renew { id } => {
                let made = administration.renew_invitation(id).await?;
                Ok(created(platform, &made))
            }
        }
    }
}

fn sender_json(entry: &SenderEntry) -> Value {
    json!({
        "id": entry.id.to_string(),
        "list": entry.kind.as_str(),
        "pattern": entry.pattern,
        "state": entry.state.as_str(),
        "created_by": entry.who,
        "created_at": entry.at.rfc3339(),
    })
}

fn sender_cells(entry: &SenderEntry) -> Vec<String> {
    vec![
        entry.id.to_string(),
        entry.kind.to_string(),
        entry.pattern.clone(),
        entry.state.as_str().to_owned(),
        entry.who.clone(),
    ]
}

impl SenderList {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            SenderList::List { service } => {
                let entries = administration.senders(platform.service(&service).await?).await?;
                let rows = entries.iter().map(|entry| (sender_json(entry), sender_cells(entry)));
                Ok(table(&["ID", "LIST", "PATTERN", "STATE", "WRITTEN BY"], rows.collect()))
            }
            SenderList::Add { service, list, pattern } => {
                let service = platform.service(&service).await?;
                let entry = administration.add_sender(service, list, &pattern).await?;
                let fields = [
                    ("id", entry.id.to_string()),
                    ("list", entry.kind.to_string()),
                    ("pattern", entry.pattern.clone()),
                    ("state", entry.state.as_str().to_owned()),
                ];
                Ok(card(sender_json(&entry), &fields))
            }
            SenderList::Remove { id } => {
                administration.remove_sender(id).await?;
                Ok(Output::done("it goes, with `relais sender-list apply` if it acts on mail"))
            }
            SenderList::Apply { service } => {
                let (added, removed) =
                    administration.apply_senders(platform.service(&service).await?).await?;
                let text =
                    format!("{added} entries more, {removed} less act on mail from the next letter on");
                Ok(Output::new(json!({"added": added, "removed": removed}), text))
            }
            SenderList::Discard { service } => {
                let discarded = administration.discard_senders(platform.service(&service).await?).await?;
                Ok(Output::new(json!({"discarded": discarded}), format!("{discarded} changes are forgotten")))
            }
        }
    }
}
