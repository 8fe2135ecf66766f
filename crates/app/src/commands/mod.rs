//! Administration on the command line: thin over `directory`, `trail` and `mail-queue`.
//!
//! Each command prints a table for people or, with `--json`, one JSON document. With `--organisation`
//! everything runs in that tenant's scope: what belongs to others is not found. Exit codes: 0 done, 1
//! refused by a rule or a name (the error names the field, the reason and the rule), 2 wrong usage or our
//! own trouble.

mod access;
mod address;
mod application;
mod authority;
mod ban;
mod device_password;
mod diagnosis;
mod dkim;
mod domain;
pub mod evidence;
mod host;
mod informing;
mod installation;
mod integration;
pub mod judge;
mod linking;
mod log;
mod mail_server;
mod many;
mod onboarding;
mod organisation;
mod output;
mod person;
mod queue;
mod renumbering;
mod reports;
mod route;
mod secure;
mod service;
mod source;
pub mod spf;
mod staff;
mod system;
mod token;
mod user;
mod values;
mod zone;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use directory::{Administration, DirectoryError, OrganisationInfo, Role, Scope};
use mail_queue::Queue;
use model::{OrganisationId, ServiceId};

use crate::Place;
use crate::installation::Installation;
pub use output::Output;

/// What can be administered.
#[derive(Subcommand)]
pub enum Command {
    /// Tenants: communes, clinics, firms.
    Organisation(Administer<organisation::Organisation>),
    /// Mail services of an organisation: quotas, postmaster. The first one is made by itself.
    Service(Administer<service::Service>),
    /// Mail domains.
    Domain(Administer<domain::Domain>),
    /// Hosted DNS zones.
    Zone(Administer<zone::Zone>),
    /// What the installation is called: its mail exchangers, name servers and SPF host.
    Installation(Administer<installation::Installation>),
    /// Machines of a domain.
    Host(Administer<host::Host>),
    /// Hosts with the roles IMAP, SMTP in and SMTP out, and what waits to be applied.
    MailServer(Administer<mail_server::MailServer>),
    /// Addresses: mailboxes and aliases.
    Address(Administer<address::Address>),
    /// Who uses which mailbox with an account of the Manager.
    Access(Administer<access::Access>),
    /// Invitations to use a mailbox.
    Invitation(Administer<access::Invitation>),
    /// Whom a mail service blocks and approves.
    SenderList(Administer<access::SenderList>),
    /// Passwords of mailboxes, one for each device.
    DevicePassword(Administer<device_password::DevicePassword>),
    /// People who administer.
    User(Administer<user::User>),
    /// The operator's staff: people who may look at every organisation.
    Staff(Administer<staff::Staff>),
    /// Sources and login names that failed too often.
    Ban(Administer<ban::Ban>),
    /// Sources that no rule keeps out.
    AllowedSource(Administer<source::Allowed>),
    /// Addresses of the installation, and the names that their pointers (PTR) lead to.
    Ip(Administer<source::Ip>),
    /// Nodes, disks, certificates, chores.
    System(Administer<system::System>),
    /// Tokens of programs that use the API.
    Token(Administer<token::Token>),
    /// Accounts of business software.
    Application(Administer<application::Application>),
    /// Which mail for others goes to a relay.
    Route(Administer<route::Route>),
    /// The platform's endpoints get other addresses: report, letters, progress.
    Renumbering(Administer<renumbering::Renumbering>),
    /// Organisations whose own mail servers are connected.
    Integration(Administer<integration::Integration>),
    /// Authorities that vouch for certificates of integrated organisations.
    Authority(Administer<authority::Authority>),
    /// Messages that wait to be delivered.
    Queue(Administer<queue::Queue>),
    /// Secured and registered letters: how far they are, their evidence and receipts.
    Secure(Administer<secure::Secure>),
    /// What happened to messages, and who changed what.
    Log(Administer<log::Log>),
}

const OPERATOR: Scope = Scope::Operator("the machine's administrator asks on the command line");

/// One kind of thing, and what all commands have in common.
#[derive(Args)]
pub struct Administer<C: Subcommand> {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: C,
}

#[derive(Args)]
struct Common {
    #[command(flatten)]
    place: Place,
    /// Act within this organisation only (its name or identifier): what belongs to others is not found.
    #[arg(long, visible_alias = "tenant", value_name = "NAME_OR_ID", global = true)]
    organisation: Option<String>,
    /// Print one JSON document instead of a table.
    #[arg(long, global = true)]
    json: bool,
}

/// What the commands work on, already opened.
pub struct Platform {
    /// Its parts.
    pub installation: Installation,
    /// What waits.
    pub queue: Queue,
    /// The directory within the scope.
    pub administration: Administration,
    /// The organisation that the scope names; `None` for the operator.
    pub organisation: Option<OrganisationInfo>,
    /// In whose name the audit has what is done.
    pub who: trail::Actor,
}

impl Platform {
    /// Enters the scope that `organisation` names, or the operator's.
    pub async fn enter(installation: Installation, organisation: Option<&str>) -> Result<Platform> {
        let who = who();
        let directory = &installation.directory;
        let operator = directory.administration(OPERATOR, &who);
        let organisation = match organisation {
            Some(name) => Some(operator.organisation_called(name).await?),
            None => None,
        };
        let administration = match &organisation {
            Some(organisation) => {
                directory.administration(Scope::Tenant(organisation.id), &who).in_role(Role::LegalOwner)
            }
            None => operator,
        };
        let queue = Queue::new(installation.db.clone(), installation.world.clone(), "command line");
        Ok(Platform { installation, queue, administration, organisation, who })
    }

    /// How far the commands reach.
    fn reach(&self) -> Scope {
        self.organisation.as_ref().map_or(OPERATOR, |organisation| Scope::Tenant(organisation.id))
    }

    /// The hosts and mail servers within the scope.
    fn hosts(&self) -> hosts::Administration {
        self.installation.hosts.administration(self.reach(), self.who.clone())
    }

    /// The hosted zones within the scope.
    fn zones(&self) -> zones::Administration {
        self.installation.zones.administration(self.reach(), self.who.clone())
    }

    fn scope(&self) -> Option<OrganisationId> {
        self.organisation.as_ref().map(|organisation| organisation.id)
    }

    /// The organisation in which something is created: the scope's, or the only one.
    async fn owner(&self) -> Result<OrganisationId> {
        if let Some(organisation) = &self.organisation {
            return Ok(organisation.id);
        }
        match self.administration.organisations().await?.as_slice() {
            [only] => Ok(only.id),
            several => Err(DirectoryError::Invalid {
                field: "organisation",
                reason: format!("there are {}", several.len()),
                rule: "unless there is exactly one organisation, --organisation names it",
            }
            .into()),
        }
    }

    /// A mail service within the scope, by its identifier or its name.
    async fn service(&self, name: &str) -> Result<ServiceId> {
        let services = self.administration.services(None).await?;
        let matching: Vec<ServiceId> = services
            .into_iter()
            .filter(|service| {
                service.id.to_string() == name.trim()
                    || service.name.to_lowercase() == name.trim().to_lowercase()
            })
            .map(|service| service.id)
            .collect();
        match matching.as_slice() {
            [] => Err(DirectoryError::NotFound { what: "service" }.into()),
            [only] => Ok(*only),
            several => Err(DirectoryError::Invalid {
                field: "service",
                reason: format!("{} are called «{name}»", several.len()),
                rule: "a name that several organisations use needs --organisation, or the identifier",
            }
            .into()),
        }
    }
}

impl Command {
    /// Opens the installation, runs the command and prints what it gives.
    pub async fn run(self) -> Result<ExitCode> {
        let is_json = self.common().json;
        match self.open_and_execute().await {
            Ok(output) => {
                print(&if is_json { output.to_json() } else { output.to_text() });
                Ok(ExitCode::from(output.status()))
            }
            Err(error) => {
                match is_json {
                    true => eprintln!("{}", output::error_json(&error)),
                    false => eprintln!("relais: {error:#}"),
                }
                Ok(ExitCode::from(if output::is_refusal(&error) { 1 } else { 2 }))
            }
        }
    }

    async fn open_and_execute(self) -> Result<Output> {
        let common = self.common();
        let platform = Platform::enter(common.place.open()?, common.organisation.as_deref()).await?;
        self.execute(&platform).await
    }

    fn common(&self) -> &Common {
        match self {
            Command::Organisation(administer) => &administer.common,
            Command::Service(administer) => &administer.common,
            Command::Domain(administer) => &administer.common,
            Command::Zone(administer) => &administer.common,
            Command::Installation(administer) => &administer.common,
            Command::Host(administer) => &administer.common,
            Command::MailServer(administer) => &administer.common,
            Command::Address(administer) => &administer.common,
            Command::Access(administer) => &administer.common,
            Command::Invitation(administer) => &administer.common,
            Command::SenderList(administer) => &administer.common,
            Command::DevicePassword(administer) => &administer.common,
            Command::User(administer) => &administer.common,
            Command::Staff(administer) => &administer.common,
            Command::Ban(administer) => &administer.common,
            Command::AllowedSource(administer) => &administer.common,
            Command::Ip(administer) => &administer.common,
            Command::System(administer) => &administer.common,
            Command::Token(administer) => &administer.common,
            Command::Application(administer) => &administer.common,
            Command::Route(administer) => &administer.common,
            Command::Renumbering(administer) => &administer.common,
            Command::Integration(administer) => &administer.common,
            Command::Authority(administer) => &administer.common,
            Command::Queue(administer) => &administer.common,
            Command::Secure(administer) => &administer.common,
            Command::Log(administer) => &administer.common,
        }
    }

    /// Does what the command says within the platform's scope.
    pub async fn execute(self, platform: &Platform) -> Result<Output> {
        // Each verb lies on the heap: the largest of them would be on the stack of every other.
        match self {
            Command::Organisation(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Service(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Domain(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Zone(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Installation(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Host(administer) => Box::pin(administer.command.run(platform)).await,
            Command::MailServer(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Address(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Access(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Invitation(administer) => Box::pin(administer.command.run(platform)).await,
            Command::SenderList(administer) => Box::pin(administer.command.run(platform)).await,
            Command::DevicePassword(administer) => Box::pin(administer.command.run(platform)).await,
            Command::User(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Staff(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Ban(administer) => Box::pin(administer.command.run(platform)).await,
            Command::AllowedSource(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Ip(administer) => Box::pin(administer.command.run(platform)).await,
            Command::System(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Token(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Application(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Route(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Renumbering(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Integration(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Authority(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Queue(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Secure(administer) => Box::pin(administer.command.run(platform)).await,
            Command::Log(administer) => Box::pin(administer.command.run(platform)).await,
        }
    }
}

/// Prints without a panic when the reader has gone, as `| head` does.
fn print(text: &str) {
    use std::io::Write;
    let mut output = std::io::stdout().lock();
    drop(output.write_all(text.as_bytes()).and_then(|()| output.flush()));
}

/// In whose name the audit has it.
fn who() -> trail::Actor {
    let user = nix::unistd::User::from_uid(nix::unistd::getuid()).ok().flatten();
    let name = user.map_or_else(|| nix::unistd::getuid().to_string(), |user| user.name);
    trail::Actor::from(format!("{name} (command line)")).coming_from("command")
}

#[cfg(test)]
mod tests;
