//! `relais setup`: from nothing to a configuration that `relais serve` starts with.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use directory::{Administration, NewAddress, NewDevicePassword, Protocols, Scope};
use model::{Address, Domain, OrganisationId};
use world::{LookupError, Names, NamesOptions};
use zones::Standing;

use crate::config::{
    Auth, Blobs, Config, Database, Dns, Judge, Listen, Log, Node, Outbound, Public, Secure, Tls,
};
use crate::installation::{Installation, make_private};

const SCOPE: Scope = Scope::Operator("setting up the installation");

/// Checks the machine, writes the configuration, makes keys and database, and says what to publish.
#[derive(Args)]
pub(crate) struct Setup {
    /// Where the installation's data will lie; `relais.toml` is written into it.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The name that the server greets with, such as mail.example.ch.
    #[arg(long, value_name = "NAME")]
    hostname: String,
    /// Where rows are kept: `postgres://…`, or `sqlite:PATH`; relais.db in DIR without it.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Where message bodies are kept: `s3://…`, or `file:PATH`; blobs in DIR without it.
    #[arg(long, value_name = "URL")]
    blobs: Option<String>,
    /// The first organisation.
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// The first mailbox, such as admin@example.ch; its domain is made too.
    #[arg(long, value_name = "ADDRESS", requires = "organisation")]
    admin: Option<String>,
    /// Ask nothing; go on although a check fails.
    #[arg(long)]
    yes: bool,
}

impl Setup {
    /// Prints what it does and, at the end, what is left to do.
    pub(crate) async fn run(self) -> Result<()> {
        let hostname = Domain::parse(&self.hostname).context("--hostname")?;
        ensure!(
            hostname.as_str().contains('.'),
            "--hostname: a mail server's name has a domain: mail.example.ch"
        );
        let admin = self.admin.as_deref().map(Address::parse).transpose().context("--admin")?;
        let file = self.data.join("relais.toml");
        ensure!(!file.exists(), "{} exists: this directory is set up already", file.display());

        let Flight { trouble, addresses, dns } = pre_flight(&hostname).await;
        if trouble && !self.yes && !agrees("Go on nevertheless?")? {
            bail!("stopped; nothing was written");
        }
        make_private(&self.data).with_context(|| format!("--data: cannot make {}", self.data.display()))?;
        let mut config = config(&hostname, &self.data, dns)?;
        config.database.url = self.database.clone().unwrap_or(config.database.url);
        config.blobs.url = self.blobs.clone().unwrap_or(config.blobs.url);
        // Given here, relative paths begin where we are; in the file, where it lies.
        let config = Config::parse(&config.to_toml()?, &std::env::current_dir()?)?;
        let installation = Installation::open(config.clone())?;
        installation.server_tls()?;
        let zones = installation.zones.administration(SCOPE, "relais setup");
        if zones.installation().await?.is_none() {
            zones.change_installation(zones::Installation::single(hostname.clone(), addresses)).await?;
        }
        let made = self.first_rows(&installation, admin.as_ref()).await?;
        // The configuration last: its presence says that the rest is there.
        // Closed to others, for one day it may hold the database's password.
        let text = config.to_toml()?;
        let created = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
        created
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", file.display()))?;

        println!("\nWritten: {}", file.display());
        if let Some((address, password)) = &made {
            println!("First mailbox: {address}, password {password} (shown only now)");
        }
        if let (Some(admin), true) = (&admin, made.is_some()) {
            print_records(&zones, &hostname, admin.domain()).await?;
        }
        println!("\nNext\n  relais check --config {0}\n  relais serve --config {0}", file.display());
        Ok(())
    }

    async fn first_rows(
        &self,
        installation: &Installation,
        admin: Option<&Address>,
    ) -> Result<Option<(Address, String)>> {
        let Some(name) = &self.organisation else { return Ok(None) };
        let administration = installation.directory.administration(SCOPE, "relais setup");
        let organisation = administration.create_organisation(name).await.context("--organisation")?;
        let Some(admin) = admin else { return Ok(None) };
        let made = first_mailbox(installation, &administration, organisation.id, admin).await;
        if made.is_err() {
            // So that the same command with a better address does not find a name taken.
            administration.delete_organisation(organisation.id, true).await?;
        }
        made.map(Some)
    }
}

async fn first_mailbox(
    installation: &Installation,
    administration: &Administration,
    organisation: OrganisationId,
    admin: &Address,
) -> Result<(Address, String)> {
    let zones = installation.zones.administration(SCOPE, "relais setup");
    zones.create_domain(organisation, None, admin.domain(), Standing::Stays).await.context("--admin")?;
    let new = NewAddress { address: admin.clone(), alias_to: Vec::new(), quota_bytes: None };
    let address = administration.create_address(new).await.context("--admin")?;
    let device = NewDevicePassword {
        address: address.id,
        label: "setup".to_owned(),
        protocols: Protocols::ALL,
        kind: directory::DeviceKind::Other,
    };
    let created = administration.create_device_password(device).await?;
    Ok((admin.clone(), created.password.to_string()))
}

fn config(hostname: &Domain, data: &Path, dns: Vec<SocketAddr>) -> Result<Config> {
    let data = std::path::absolute(data)?;
    let everywhere = |port| {
        vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))]
    };
    Ok(Config {
        node: Node {
            name: hostname.to_string(),
            hostname: hostname.to_string(),
            data: data.clone(),
            host: None,
        },
        listen: Listen {
            smtp: everywhere(25),
            submission: everywhere(587),
            submissions: everywhere(465),
            imap: everywhere(143),
            imaps: everywhere(993),
            http: everywhere(80),
            https: everywhere(443),
            dns,
            ..Listen::default()
        },
        database: Database { url: format!("sqlite:{}", data.join("relais.db").display()) },
        blobs: Blobs { url: format!("file:{}", data.join("blobs").display()) },
        tls: Tls::default(),
        dns: Dns::default(),
        outbound: Outbound::default(),
        auth: Auth::default(),
        judge: Judge::default(),
        invitations: crate::config::Invitations::default(),
        sms: None,
        public: Public::default(),
        secure: Secure::default(),
        gateway: crate::config::Gateway::default(),
        soap: crate::config::Soap::default(),
        log: Log::default(),
    })
}

/// What was found before anything is written.
struct Flight {
    /// Something stands in the way.
    trouble: bool,
    /// The addresses of the host name.
    addresses: Vec<IpAddr>,
    /// Those of them on which zones can be served: ours, and nobody else answers there.
    dns: Vec<SocketAddr>,
}

/// Tells what stands in the way.
async fn pre_flight(hostname: &Domain) -> Flight {
    let mut trouble = false;
    let mut tell = |is_well: bool, text: String| {
        trouble |= !is_well;
        println!("{} {text}", if is_well { "ok   " } else { "CHECK" });
    };
    for port in [25, 587, 465, 143, 993, 80, 443] {
        match std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
            Ok(_) => tell(true, format!("port {port} is free")),
            Err(error) => tell(false, format!("port {port}: {error}")),
        }
    }
    let mut addresses = Vec::new();
    match Names::resolver(&NamesOptions::default()) {
        Err(error) => tell(false, format!("names cannot be looked up: {error}")),
        Ok(names) => match names.addresses(hostname).await {
            Ok(found) => {
                let list: Vec<String> = found.iter().map(ToString::to_string).collect();
                tell(true, format!("{hostname} has the address {}", list.join(", ")));
                addresses = found;
            }
            Err(LookupError::Later { reason, .. }) => {
                tell(false, format!("{hostname} cannot be looked up: {reason}"))
            }
            Err(error) => tell(false, format!("{error}: publish an address for it")),
        },
    }
    // Not on every address at once: an answer has to leave from where the question came to (RFC 2181 §4.1).
    let dns: Vec<SocketAddr> =
        addresses.iter().map(|ip| SocketAddr::new(*ip, 53)).filter(is_free_for_dns).collect();
    // Zones may well be served elsewhere, so this is no trouble.
    let served: Vec<String> = dns.iter().map(SocketAddr::to_string).collect();
    println!(
        "{}",
        match served.is_empty() {
            true => "note  zones are not served yet: [listen] dns names the addresses".to_owned(),
            false => format!("ok    zones will be served at {}", served.join(", ")),
        }
    );
    Flight { trouble, addresses, dns }
}

fn is_free_for_dns(address: &SocketAddr) -> bool {
    std::net::TcpListener::bind(address).is_ok() && std::net::UdpSocket::bind(address).is_ok()
}

fn agrees(question: &str) -> Result<bool> {
    ensure!(std::io::stdin().is_terminal(), "a check failed and nobody can be asked: mend it, or give --yes");
    print!("{question} [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "o" | "O" | "oui"))
}

async fn print_records(zones: &zones::Administration, hostname: &Domain, domain: &Domain) -> Result<()> {
    println!(
        "\nPublish these records for {domain}, or let its zone be served here: relais zone create {domain}"
    );
    for record in zones.records_to_copy(domain).await? {
        println!("  {record}");
    }
    println!("and let the addresses of {hostname} resolve back to that name (PTR).");
    Ok(())
}
