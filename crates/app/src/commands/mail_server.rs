//! `relais mail-server …`

use anyhow::Result;
use clap::{Args, Subcommand};
use hosts::{
    ApplyRun, ChangeId, MailServer as Server, NewMailServer, PendingChange, Roles, RunState, ServerRole,
    ServerSearch,
};
use model::{Address, Domain};
use serde_json::{Value, json};

use super::host::{addresses, waits};
use super::output::{Output, card, table};
use super::{Platform, values};

/// Hosts with the roles IMAP, SMTP in and SMTP out. Changes wait until they are applied.
#[derive(Subcommand)]
pub enum MailServer {
    /// Makes a host a mail server.
    Create {
        /// The host, by its name or identifier.
        host: String,
        #[command(flatten)]
        roles: RoleArguments,
    },
    /// Lists the mail servers that fulfil every condition.
    List {
        #[command(flatten)]
        search: Search,
    },
    /// Shows one.
    Show {
        /// The name of its host, or its identifier.
        server: String,
    },
    /// Changes what it does; its host stays.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// The name of its host, or its identifier.
        server: String,
        /// Whether people read their mail there.
        #[arg(long, value_name = "yes|no", value_parser = values::yes_or_no, group = "news")]
        imap: Option<bool>,
        /// Whether it takes mail from the world for our domains.
        #[arg(long, value_name = "yes|no", value_parser = values::yes_or_no, group = "news")]
        smtp_in: Option<bool>,
        /// Whether it takes mail from our people and brings mail to the world.
        #[arg(long, value_name = "yes|no", value_parser = values::yes_or_no, group = "news")]
        smtp_out: Option<bool>,
    },
    /// Deletes it, if nobody uses it.
    Delete {
        /// The name of its host, or its identifier.
        server: String,
        /// Only tell whether it could be deleted; status 1 if it could not.
        #[arg(long)]
        check: bool,
    },
    /// Prints the mail servers that fulfil every condition as CSV.
    Export {
        #[command(flatten)]
        search: Search,
    },
    /// Chooses the servers that a domain uses in a role; none is the installation's.
    Assign {
        /// The domain, or a mailbox (which is read on one server: role imap).
        target: String,
        /// imap, smtp-in or smtp-out.
        #[arg(long)]
        role: ServerRole,
        /// The name of the server's host, or its identifier; may be given several times.
        #[arg(long = "server")]
        servers: Vec<String>,
    },
    /// Lists what of hosts and mail servers waits to be applied.
    Changes,
    /// Takes a change back before it is applied.
    Cancel {
        /// The change's identifier.
        #[arg(value_parser = values::id)]
        change: i64,
    },
    /// Applies everything that waits; the nodes follow within seconds.
    Apply,
}

/// The roles of a new server.
#[derive(Args)]
pub struct RoleArguments {
    /// People read their mail there.
    #[arg(long)]
    imap: bool,
    /// It takes mail from the world for our domains.
    #[arg(long)]
    smtp_in: bool,
    /// It takes mail from our people and brings mail to the world.
    #[arg(long)]
    smtp_out: bool,
}

impl RoleArguments {
    fn roles(&self) -> Roles {
        Roles { imap: self.imap, smtp_in: self.smtp_in, smtp_out: self.smtp_out }
    }
}

/// What to find.
#[derive(Args)]
pub struct Search {
    /// A part of the host's name.
    #[arg(long, default_value = "")]
    name: String,
    /// The beginning of an address.
    #[arg(long, default_value = "")]
    ip: String,
    #[command(flatten)]
    roles: RoleArguments,
}

impl MailServer {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let hosts = platform.hosts();
        let find = async |name: &str| -> Result<Server> { server_called(platform, name).await };
        let search = |search: Search| {
            let roles = search.roles.roles();
            hosts.servers(None, ServerSearch { name: search.name, ip: search.ip, roles })
        };
        match self {
            MailServer::Create { host, roles } => {
                let host = hosts.host_called(&host).await?.id;
                Ok(show(&hosts.create_server(NewMailServer { host, roles: roles.roles() }).await?))
            }
            MailServer::List { search: wanted } => {
                let servers = search(wanted).await?;
                let rows = servers.iter().map(|server| {
                    let mut cells =
                        vec![server.host.full_name(), server.id.to_string(), addresses(&server.host)];
                    let mark = |role| if server.roles.has(role) { "X" } else { "" }.to_owned();
                    cells.extend(ServerRole::ALL.map(mark));
                    cells.push(waits(server.waits));
                    (to_json(server), cells)
                });
                let columns = ["HOST", "ID", "ADDRESSES", "IMAP", "SMTP IN", "SMTP OUT", "WAITS"];
                Ok(table(&columns, rows.collect()))
            }
            MailServer::Show { server } => Ok(show(&find(&server).await?)),
            MailServer::Change { server, imap, smtp_in, smtp_out } => {
                let server = find(&server).await?;
                let roles = Roles {
                    imap: imap.unwrap_or(server.roles.imap),
                    smtp_in: smtp_in.unwrap_or(server.roles.smtp_in),
                    smtp_out: smtp_out.unwrap_or(server.roles.smtp_out),
                };
                Ok(show(&hosts.change_server(server.id, roles).await?))
            }
            MailServer::Delete { server, check: true } => {
                let links = hosts.links(find(&server).await?.id).await?;
                let facts = json!({
                    "can_be_deleted": links.is_empty(), "users": links.users, "domains": links.domains,
                });
                Ok(match links.is_empty() {
                    true => Output::new(facts, format!("«{server}» can be deleted")),
                    false => {
                        let text = format!(
                            "«{server}» cannot be deleted: users {}, domains {}",
                            links.users, links.domains
                        );
                        Output::new(facts, text).with_status(1)
                    }
                })
            }
            MailServer::Delete { server, check: false } => {
                hosts.delete_server(find(&server).await?.id).await?;
                Ok(Output::done(format!("«{server}» is deleted; it waits to be applied")))
            }
            MailServer::Export { search: wanted } => {
                let text = hosts::csv(&search(wanted).await?);
                Ok(Output::new(json!({"csv": text}), text))
            }
            MailServer::Assign { target, role, servers } => assign(platform, &target, role, &servers).await,
            MailServer::Changes => {
                let changes = hosts.changes(None).await?;
                let rows = changes.iter().map(|change| {
                    let cells = vec![
                        change.id.to_string(),
                        change.act.as_str().to_owned(),
                        change.thing.entity().to_owned(),
                        change.name.clone(),
                        difference(change),
                        change.who.clone(),
                        change.at.rfc3339(),
                    ];
                    (change_to_json(change), cells)
                });
                Ok(table(&["ID", "ACT", "WHAT", "NAME", "CHANGE", "WHO", "AT"], rows.collect()))
            }
            MailServer::Cancel { change } => {
                hosts.cancel_change(ChangeId(change)).await?;
                Ok(Output::done(format!("change {change} is taken back")))
            }
            MailServer::Apply => {
                let run = hosts.begin_applying(platform.owner().await?).await?;
                platform.installation.hosts.work(run.id).await?;
                let run = hosts.run(run.id).await?;
                let is_done = run.state == RunState::Done;
                Ok(run_output(&run).with_status(if is_done { 0 } else { 1 }))
            }
        }
    }
}

async fn server_called(platform: &Platform, name: &str) -> Result<Server> {
    let hosts = platform.hosts();
    let wanted = name.trim().to_lowercase();
    let servers = hosts.servers(None, ServerSearch::default()).await?;
    if let Some(server) = servers.iter().find(|server| server.id.to_string() == wanted) {
        return Ok(server.clone());
    }
    let host = hosts.host_called(name).await?.id;
    let server = servers.into_iter().find(|server| server.host.id == host);
    Ok(server.ok_or(directory::DirectoryError::NotFound { what: "mail server" })?)
}

async fn assign(platform: &Platform, target: &str, role: ServerRole, names: &[String]) -> Result<Output> {
    let mut servers = Vec::new();
    for name in names {
        servers.push(server_called(platform, name).await?.id);
    }
    if target.contains('@') {
        let address = platform.administration.address_called(&Address::parse(target)?).await?.id;
        anyhow::ensure!(
            role == ServerRole::Imap && servers.len() <= 1,
            "a mailbox is read on one server: --role imap, and one --server or none"
        );
        platform.hosts().assign_mailbox(address, servers.first().copied()).await?;
    } else {
        platform.zones().assign_servers(&Domain::parse(target)?, role, servers).await?;
    }
    let names = if names.is_empty() { "the installation's".to_owned() } else { names.join(", ") };
    Ok(Output::done(format!("{target} uses {names} ({role})")))
}

/// `smtp_in: no → yes`
fn difference(change: &PendingChange) -> String {
    let told = |(field, before, after): (&str, &str, &str)| match (before, after) {
        ("", after) => format!("{field}: {after}"),
        (before, "") => format!("{field}: {before} →"),
        (before, after) => format!("{field}: {before} → {after}"),
    };
    change.differences().into_iter().map(told).collect::<Vec<_>>().join(", ")
}

fn change_to_json(change: &PendingChange) -> Value {
    let values = |values: &Option<hosts::Values>| {
        values.as_ref().map(|values| {
            values.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>()
        })
    };
    json!({
        "id": change.id.to_string(),
        "organisation": change.organisation.to_string(),
        "entity": change.thing.entity(),
        "thing": change.thing.id().to_string(),
        "act": change.act.as_str(),
        "name": change.name,
        "before": values(&change.before),
        "after": values(&change.after),
        "who": change.who,
        "at": change.at.rfc3339(),
    })
}

fn run_output(run: &ApplyRun) -> Output {
    let json = json!({
        "id": run.id.to_string(),
        "state": run.state.as_str(),
        "done": run.done,
        "total": run.total,
        "failure": run.failure,
    });
    let text = match &run.failure {
        Some(failure) => format!("{} of {} changes applied, then: {failure}", run.done, run.total),
        None => format!("{} of {} changes applied", run.done, run.total),
    };
    Output::new(json, text)
}

fn to_json(server: &Server) -> Value {
    json!({
        "id": server.id.to_string(),
        "host": super::host::to_json(&server.host),
        "imap": server.roles.imap,
        "smtp_in": server.roles.smtp_in,
        "smtp_out": server.roles.smtp_out,
        "waits": server.waits.map(hosts::Act::as_str),
        "created_at": server.created_at.rfc3339(),
    })
}

fn show(server: &Server) -> Output {
    let yes = |role| if server.roles.has(role) { "yes" } else { "no" }.to_owned();
    card(
        to_json(server),
        &[
            ("host", server.host.full_name()),
            ("id", server.id.to_string()),
            ("addresses", addresses(&server.host)),
            ("imap", yes(ServerRole::Imap)),
            ("smtp in", yes(ServerRole::SmtpIn)),
            ("smtp out", yes(ServerRole::SmtpOut)),
            ("waits", waits(server.waits)),
        ],
    )
}
