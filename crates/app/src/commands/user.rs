//! `relais user …`

use anyhow::Result;
use clap::Subcommand;
use directory::{
    FactorId, Joined, MembershipOffer, NewMember, NewUser, ProfileChange, Role, UserChange, UserInfo,
};
use model::{Address, Domain};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, state, table};
use super::person;
use super::values::{self, password_from_stdin};

/// People who administer.
#[derive(Subcommand)]
pub enum User {
    /// Creates a user in the organisation, with a random password that is shown this once.
    Create {
        /// The login: an address, here or elsewhere.
        #[arg(value_parser = values::address)]
        login: Address,
        /// What the person is called; the login without it.
        #[arg(long)]
        name: Option<String>,
        /// legal-owner, administrator, collaborator or external.
        #[arg(long, default_value = "administrator")]
        role: Role,
        /// The language of letters to the person, and of the screens: fr, de, it or en.
        #[arg(long, value_parser = ["fr", "de", "it", "en"])]
        language: Option<String>,
        /// Take the password from the first line of standard input instead.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lists the users.
    List,
    /// Shows one.
    Show {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Changes a name, a role or a password.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
        /// The new name.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// The new role.
        #[arg(long, group = "news")]
        role: Option<Role>,
        /// Take a new password from the first line of standard input.
        #[arg(long, group = "news")]
        password_stdin: bool,
    },
    /// Gives a role, and exactly what narrows it: without --domain and --service it is not narrowed.
    Role {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
        /// legal-owner, administrator, collaborator or external.
        role: Role,
        /// The only mail domain within which an administrator administers.
        #[arg(long, value_name = "NAME", value_parser = values::domain)]
        domain: Option<Domain>,
        /// A mail service that a collaborator is given, by name or identifier; may be given several times.
        #[arg(long = "service", value_name = "NAME_OR_ID")]
        services: Vec<String>,
    },
    /// Shows, and changes, what a person says of himself.
    Profile {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
        /// The language of letters and screens: fr, de, it or en.
        #[arg(long, value_parser = ["fr", "de", "it", "en"])]
        language: Option<String>,
        /// A telephone number; empty for none.
        #[arg(long)]
        phone: Option<String>,
        /// All addresses besides the login; may be given several times.
        #[arg(long = "contact", value_name = "ADDRESS", value_parser = values::address)]
        contacts: Vec<Address>,
        /// No addresses besides the login any more.
        #[arg(long, conflicts_with = "contacts")]
        no_contacts: bool,
    },
    /// Lists where a person is signed in.
    Sessions {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Ends a person's sessions: one, or all.
    EndSessions {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
        /// Only this one, as listed.
        #[arg(long, value_parser = values::id)]
        session: Option<i64>,
    },
    /// Lists the passwords that a person made for devices, on whichever mailbox; `device-password` changes and deletes
    /// them.
    DevicePasswords {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Takes somebody who has an account into another organisation; within an organisation's scope the person is
    /// asked and accepts or declines.
    Join {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
        /// legal-owner, administrator, collaborator or external.
        #[arg(long, default_value = "external")]
        role: Role,
    },
    /// Lists who is asked to belong to the organisation and has not answered.
    Offers,
    /// Asks somebody no longer.
    WithdrawOffer {
        /// The offer's identifier, as listed.
        #[arg(value_parser = values::id)]
        offer: i64,
    },
    /// Lists the organisations of a person, with the role in each.
    Memberships {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Lists the second factors of a person.
    Factors {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Removes a second factor of a person who has lost it.
    RemoveFactor {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
        /// Its identifier, as listed.
        #[arg(value_parser = values::id)]
        factor: i64,
    },
    /// Keeps the person from signing in.
    Disable {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Lets the person sign in again.
    Enable {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
    /// Deletes a user; not the last legal owner.
    Delete {
        /// The login.
        #[arg(value_parser = values::address)]
        login: Address,
    },
}

impl User {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |login: &Address, change| -> Result<Output> {
            let id = administration.user_called(login).await?.id;
            Ok(show(&administration.change_user(id, change).await?))
        };
        match self {
            User::Create { login, name, role, language, password_stdin } => {
                let password = match password_stdin {
                    true => password_from_stdin()?,
                    false => platform.installation.directory.random_password(),
                };
                let new = NewUser {
                    organisation: platform.owner().await?,
                    name: name.unwrap_or_else(|| login.to_string()),
                    login,
                    role,
                    password: password.clone(),
                };
                let info = administration.create_user(new).await?;
                if language.is_some() {
                    let change = ProfileChange { language, ..ProfileChange::default() };
                    administration.change_profile(info.id, change).await?;
                }
                let (mut value, mut fields) = (to_json(&info), fields_of(&info));
                if !password_stdin {
                    value["password"] = password.as_str().into();
                    fields.insert(0, ("password", password.to_string()));
                }
                Ok(card(value, &fields))
            }
            User::List => {
                let users = administration.users(None).await?;
                let rows = users.iter().map(|info| {
                    let cells = vec![
                        info.login.clone(),
                        info.name.clone(),
                        info.id.to_string(),
                        info.organisation.to_string(),
                        info.role.to_string(),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["LOGIN", "NAME", "ID", "ORGANISATION", "ROLE", "STATE"], rows.collect()))
            }
            User::Show { login } => Ok(show(&administration.user_called(&login).await?)),
            User::Change { login, name, role, password_stdin } => {
                let password = if password_stdin { Some(password_from_stdin()?) } else { None };
                changed(&login, UserChange { name, role, password, is_disabled: None }).await
            }
            User::Role { login, role, domain, services } => {
                person::give_role(platform, &login, role, domain.as_ref(), &services).await
            }
            User::Profile { login, language, phone, contacts, no_contacts } => {
                let contacts = (no_contacts || !contacts.is_empty()).then_some(contacts);
                let change = ProfileChange { name: None, language, phone, contacts };
                person::profile(platform, &login, change).await
            }
            User::Sessions { login } => person::sessions(platform, &login).await,
            User::EndSessions { login, session } => person::end_sessions(platform, &login, session).await,
            User::DevicePasswords { login } => person::device_passwords(platform, &login).await,
            User::Join { login, role } => {
                let organisation = platform.owner().await?;
                Ok(match administration.add_member(NewMember { organisation, login, role }).await? {
                    Joined::Member(info) => show(&info),
                    Joined::Asked(offer) => Output::done(format!(
                        "{} is asked, by letter too, and has until {} to accept",
                        offer.login,
                        offer.expires_at.rfc3339()
                    )),
                })
            }
            User::Offers => {
                let offers = administration.membership_offers().await?;
                let rows = offers.into_iter().map(offer_row);
                Ok(table(&["LOGIN", "ID", "ORGANISATION", "ROLE", "BY", "UNTIL"], rows.collect()))
            }
            User::WithdrawOffer { offer } => {
                administration.withdraw_membership_offer(offer).await?;
                Ok(Output::done("the offer is withdrawn"))
            }
            User::Memberships { login } => {
                let id = administration.user_called(&login).await?.id;
                let rows = administration.memberships(id).await?.into_iter().map(|one| {
                    let value = json!({
                        "organisation": one.organisation.to_string(),
                        "name": one.organisation_name,
                        "role": one.role.as_str(),
                        "home": one.is_home,
                        "disabled": one.is_disabled,
                        "since": one.created_at.rfc3339(),
                    });
                    let home = if one.is_home { "home" } else { "" };
                    let cells = vec![
                        one.organisation_name,
                        one.organisation.to_string(),
                        one.role.to_string(),
                        state(one.is_disabled),
                        home.to_owned(),
                    ];
                    (value, cells)
                });
                Ok(table(&["ORGANISATION", "ID", "ROLE", "STATE", "HOME"], rows.collect()))
            }
            User::Factors { login } => {
                let id = administration.user_called(&login).await?.id;
                let rows = administration.factors(id).await?.into_iter().map(|factor| {
                    let last = factor.last_used_at.map(|at| at.rfc3339());
                    let value = json!({
                        "id": factor.id.0.to_string(),
                        "kind": factor.kind.as_str(),
                        "name": factor.name,
                        "created_at": factor.created_at.rfc3339(),
                        "last_used_at": last,
                    });
                    let cells = vec![
                        factor.id.0.to_string(),
                        factor.kind.as_str().to_owned(),
                        factor.name,
                        last.unwrap_or_else(|| "never".to_owned()),
                    ];
                    (value, cells)
                });
                Ok(table(&["ID", "KIND", "NAME", "LAST USED"], rows.collect()))
            }
            User::RemoveFactor { login, factor } => {
                let id = administration.user_called(&login).await?.id;
                administration.remove_factor(id, FactorId(factor)).await?;
                Ok(Output::done(format!("{login} signs in without that second factor")))
            }
            User::Disable { login } => {
                changed(&login, UserChange { is_disabled: Some(true), ..UserChange::default() }).await
            }
            User::Enable { login } => {
                changed(&login, UserChange { is_disabled: Some(false), ..UserChange::default() }).await
            }
            User::Delete { login } => {
                let id = administration.user_called(&login).await?.id;
                administration.delete_user(id).await?;
                Ok(Output::done(format!("{login} is deleted")))
            }
        }
    }
}

fn offer_row(offer: MembershipOffer) -> (Value, Vec<String>) {
    let until = offer.expires_at.rfc3339();
    let value = json!({
        "id": offer.id.to_string(),
        "organisation": offer.organisation.to_string(),
        "organisation_name": offer.organisation_name,
        "login": offer.login,
        "role": offer.role.as_str(),
        "offered_by": offer.offered_by,
        "created_at": offer.created_at.rfc3339(),
        "expires_at": until,
    });
    let cells = vec![
        offer.login,
        offer.id.to_string(),
        offer.organisation_name,
        offer.role.to_string(),
        offer.offered_by,
        until,
    ];
    (value, cells)
}

fn to_json(info: &UserInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "login": info.login,
        "name": info.name,
        "role": info.role.as_str(),
        "second_factors": info.second_factors,
        "disabled": info.is_disabled,
        "created_at": info.created_at.rfc3339(),
        "last_used_at": info.last_used_at.map(|at| at.rfc3339()),
    })
}

fn fields_of(info: &UserInfo) -> Vec<(&'static str, String)> {
    vec![
        ("login", info.login.clone()),
        ("name", info.name.clone()),
        ("id", info.id.to_string()),
        ("organisation", info.organisation.to_string()),
        ("role", info.role.to_string()),
        ("state", state(info.is_disabled)),
        ("created", info.created_at.rfc3339()),
        ("last used", info.last_used_at.map_or_else(|| "never".to_owned(), |at| at.rfc3339())),
    ]
}

fn show(info: &UserInfo) -> Output {
    card(to_json(info), &fields_of(info))
}
