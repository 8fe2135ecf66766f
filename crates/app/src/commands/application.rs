//! `relais application …`

use anyhow::Result;
use clap::Subcommand;
use db::Seek;
use directory::{
    AllowedSender, ApplicationChange, ApplicationId, ApplicationInfo, CreatedApplication, NewApplication,
};
use model::Address;
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, size, state, table};
use super::values;

/// Accounts that are read at once.
const PAGE: usize = 200;

/// Accounts of business software: payroll and the like, which send by SMTP with AUTH or by SOAP.
#[derive(Subcommand)]
pub enum Application {
    /// Makes an account with a random password, and shows that this once.
    Create {
        /// What it is called: small letters, digits, and . - _ between them.
        name: String,
        /// Whom it may name as the sender: an address, or a domain for all its addresses. May stand several times.
        #[arg(long = "sender", value_name = "ADDRESS_OR_DOMAIN", required = true)]
        senders: Vec<AllowedSender>,
        /// For which address it reads secure letters; nobody's login. May stand several times.
        #[arg(long = "reads", value_name = "ADDRESS", value_parser = values::address)]
        reads: Vec<Address>,
        /// To how many recipients it may write within an hour.
        #[arg(long, value_name = "NUMBER")]
        hourly: Option<u32>,
        /// How large one letter may be: 30MiB.
        #[arg(long, value_name = "SIZE", value_parser = values::quota)]
        size: Option<values::QuotaArgument>,
    },
    /// Lists the accounts, without their passwords.
    List,
    /// Shows one; the password itself nobody can show.
    Show {
        /// Its identifier, as listed.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Changes whom it may name, for whom it reads and how much it may send.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
        /// Whom it may name as the sender from now on, instead of those before.
        #[arg(long = "sender", value_name = "ADDRESS_OR_DOMAIN", group = "news")]
        senders: Vec<AllowedSender>,
        /// For which address it reads secure letters from now on, instead of those before.
        #[arg(long = "reads", value_name = "ADDRESS", value_parser = values::address, group = "news")]
        reads: Vec<Address>,
        /// It reads for no address any more.
        #[arg(long, group = "news", conflicts_with = "reads")]
        reads_nothing: bool,
        /// To how many recipients it may write within an hour.
        #[arg(long, value_name = "NUMBER", group = "news")]
        hourly: Option<u32>,
        /// How large one letter may be: 30MiB.
        #[arg(long, value_name = "SIZE", value_parser = values::quota, group = "news")]
        size: Option<values::QuotaArgument>,
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
    /// Gives it another password and shows that this once; the former one opens nothing from now on.
    RenewPassword {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
    /// Deletes it, at once.
    Delete {
        /// Its identifier.
        #[arg(value_parser = values::id)]
        id: i64,
    },
}

impl Application {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Application::Create { name, senders, reads, hourly, size } => {
                let new = NewApplication {
                    organisation: platform.owner().await?,
                    name,
                    senders,
                    reads,
                    hourly_limit: hourly,
                    size_limit_bytes: size.and_then(|size| size.0),
                };
                Ok(once(&administration.create_application(new).await?))
            }
            Application::List => {
                let mut applications = Vec::new();
                let mut seek = Seek::first(PAGE);
                loop {
                    let page = administration.applications(seek).await?;
                    applications.extend(page.items);
                    seek.after = page.next;
                    if seek.after.is_none() {
                        break;
                    }
                }
                let rows = applications.iter().map(|info| {
                    let cells = vec![
                        info.id.to_string(),
                        info.name.clone(),
                        info.login.clone(),
                        senders_of(info),
                        last_used(info),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["ID", "NAME", "LOGIN", "SENDERS", "LAST USED", "STATE"], rows.collect()))
            }
            Application::Show { id } => Ok(show(&administration.application(ApplicationId(id)).await?)),
            Application::Change { id, senders, reads, reads_nothing, hourly, size } => {
                let change = ApplicationChange {
                    senders: (!senders.is_empty()).then_some(senders),
                    reads: (reads_nothing || !reads.is_empty()).then_some(reads),
                    hourly_limit: hourly,
                    size_limit_bytes: size.and_then(|size| size.0),
                    is_disabled: None,
                };
                Ok(show(&administration.change_application(ApplicationId(id), change).await?))
            }
            Application::Disable { id } => put(platform, id, true).await,
            Application::Enable { id } => put(platform, id, false).await,
            Application::RenewPassword { id } => {
                Ok(once(&administration.renew_application_password(ApplicationId(id)).await?))
            }
            Application::Delete { id } => {
                administration.delete_application(ApplicationId(id)).await?;
                Ok(Output::done("the application account is deleted"))
            }
        }
    }
}

async fn put(platform: &Platform, id: i64, is_disabled: bool) -> Result<Output> {
    let change = ApplicationChange { is_disabled: Some(is_disabled), ..ApplicationChange::default() };
    Ok(show(&platform.administration.change_application(ApplicationId(id), change).await?))
}

fn once(created: &CreatedApplication) -> Output {
    let mut value = to_json(&created.info);
    value["password"] = created.password.as_str().into();
    let mut fields = vec![("password", format!("{} (shown this once)", *created.password))];
    fields.extend(fields_of(&created.info));
    card(value, &fields)
}

fn show(info: &ApplicationInfo) -> Output {
    card(to_json(info), &fields_of(info))
}

fn senders_of(info: &ApplicationInfo) -> String {
    info.senders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn last_used(info: &ApplicationInfo) -> String {
    info.last_used_at.map_or_else(|| "never".to_owned(), |at| at.rfc3339())
}

fn fields_of(info: &ApplicationInfo) -> Vec<(&'static str, String)> {
    vec![
        ("login", info.login.clone()),
        ("name", info.name.clone()),
        ("id", info.id.to_string()),
        ("senders", senders_of(info)),
        ("reads for", info.reads.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("recipients per hour", info.hourly_limit.to_string()),
        ("size of a letter", size(info.size_limit_bytes)),
        ("state", state(info.is_disabled)),
        ("created", info.created_at.rfc3339()),
        ("last used", last_used(info)),
    ]
}

fn to_json(info: &ApplicationInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "organisation": info.organisation.to_string(),
        "name": info.name,
        "login": info.login,
        "senders": info.senders.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "reads": info.reads.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "hourly_limit": info.hourly_limit,
        "size_limit_bytes": info.size_limit_bytes,
        "disabled": info.is_disabled,
        "created_by": info.created_by,
        "created_at": info.created_at.rfc3339(),
        "last_used_at": info.last_used_at.map(|at| at.rfc3339()),
        "last_source": info.last_source,
    })
}
