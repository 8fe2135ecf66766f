//! `relais demo`: everything on loopback with a sample organisation.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use directory::{Administration, NewAddress, NewToken, NewUser, Role, Scope};
use hosts::{NewHost, NewMailServer, Roles};
use mail_store::{Flags, Import, ImportContent, Target};
use model::{Address, Domain, OrganisationId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zones::Standing;

use self::time_stamps::TimeStamps;
use crate::config::{Auth, Config, Database, Dns, Judge, Listen, Log, Node, Outbound, Public, Secure, Tls};
use crate::installation::{self, Installation};
use crate::letters::{LETTERS, SampleFolder, SampleState};
use crate::{http, listeners, logging, samples, serve};

mod time_stamps;

/// Everything on loopback with a sample organisation; Ctrl-C ends it.
#[derive(Args)]
pub(crate) struct Demo {
    /// Where its data lie; the same directory goes on where it stopped.
    #[arg(long, value_name = "DIR", default_value = "relais-demo")]
    data: PathBuf,
    /// The first of the ports: smtp is N+25, submission N+587, imap N+143 and so on.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    port_base: u16,
    /// Print one line of JSON when every door is open, instead of a text for people.
    #[arg(long)]
    json: bool,
    /// Bring mail for a domain to this server; may be given several times.
    #[arg(long, value_name = "DOMAIN=HOST:PORT", value_parser = stranger)]
    stranger: Vec<(String, SocketAddr)>,
    /// Have the evidence of secured letters stamped by this authority (RFC 3161) instead of one made of OpenSSL's `ts`.
    #[arg(long, value_name = "URL", requires = "time_stamp_roots")]
    time_stamps: Option<String>,
    /// The roots of its certificates, as PEM.
    #[arg(long, value_name = "FILE", requires = "time_stamps")]
    time_stamp_roots: Option<PathBuf>,
}

fn stranger(text: &str) -> Result<(String, SocketAddr)> {
    let (domain, server) = text.split_once('=').context("it has the form DOMAIN=HOST:PORT")?;
    let server = std::net::ToSocketAddrs::to_socket_addrs(server)
        .with_context(|| format!("{server} is no HOST:PORT"))?
        .next()
        .with_context(|| format!("{server} has no address"))?;
    Ok((Domain::parse(domain)?.to_string(), server))
}

const HOSTNAME: &str = "mail.valbois.test";
const ORGANISATION: &str = "Commune de Valbois";
const DOMAIN: &str = "valbois.test";
const ADDRESSES: [&str; 3] = ["anna@valbois.test", "bruno@valbois.test", "admin@valbois.test"];
const ADMINISTRATOR: &str = "admin@valbois.test";

/// What the demo must remember between two starts.
#[derive(Serialize, Deserialize)]
struct Memory {
    addresses: Vec<KnownAddress>,
    users: Vec<KnownUser>,
    /// An operator's token for the API, which may write.
    #[serde(default)]
    api_token: String,
    /// The last step of the preparation: without it, the next start prepares again.
    ready: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct KnownAddress {
    address: String,
    password: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct KnownUser {
    login: String,
    password: String,
    role: String,
}

impl Demo {
    /// Runs until a signal ends it.
    pub(crate) async fn run(self) -> Result<()> {
        installation::make_private(&self.data)
            .with_context(|| format!("--data: cannot make {}", self.data.display()))?;
        // Letters and passwords lie in it.
        std::fs::set_permissions(&self.data, std::fs::Permissions::from_mode(0o700))
            .with_context(|| format!("--data: {} is not ours", self.data.display()))?;
        let data = self.data.canonicalize()?;
        let config = self.config(&data)?;
        logging::start(&config.log)?;
        let _lock = installation::lock(&data)?;
        let listeners = listeners::bind(&config.listen)
            .context("give another --port-base, or end what uses these ports")?;
        std::fs::write(data.join("relais.toml"), format!("{WRITTEN_BY_DEMO}{}", config.to_toml()?))
            .with_context(|| format!("cannot write {}", data.join("relais.toml").display()))?;
        let config = self.stamped(config, &data).await?;
        // First the authority: outgoing connections trust it too.
        let authority = installation::own_authority(&config, world::Clock::real().now())?;
        let installation = Installation::open(config.clone())?;
        let tls = installation.server_tls()?;
        let memory = prepare(&installation, &data).await?;
        let shutdown = serve::watch_signals(tls.clone())?;
        let ready = match self.json {
            true => as_json(&config, &data, &authority.certificate_file(), &memory),
            false => as_text(&config, &data, &authority.certificate_file(), &memory),
        };
        // The sockets are bound: whoever connects from now on is served.
        let mut output = std::io::stdout().lock();
        output.write_all(ready.as_bytes())?;
        output.flush()?;
        drop(output);
        serve::serve(&installation, listeners, &tls, shutdown).await
    }

    /// With a time-stamp authority where none was given. What is written for other commands does not name it: it is there
    /// as long as the demo runs.
    async fn stamped(&self, mut config: Config, data: &Path) -> Result<Config> {
        if self.time_stamps.is_none()
            && let Some(authority) = TimeStamps::start(data).await?
        {
            config.secure.time_stamps = vec![authority.url];
            config.secure.time_stamp_roots = Some(authority.roots);
        }
        Ok(config)
    }

    fn config(&self, data: &Path) -> Result<Config> {
        let port = |offset: u16| -> Result<Vec<SocketAddr>> {
            let port =
                self.port_base.checked_add(offset).context("--port-base: the ports would pass 65535")?;
            ensure!(port >= 1024, "--port-base: port {port} is for administrators");
            Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))])
        };
        Ok(Config {
            node: Node {
                name: "demo".to_owned(),
                hostname: HOSTNAME.to_owned(),
                data: data.to_owned(),
                host: None,
            },
            listen: Listen {
                smtp: port(25)?,
                submission: port(587)?,
                submissions: port(465)?,
                lmtp: port(24)?,
                imap: port(143)?,
                imaps: port(993)?,
                http: port(80)?,
                https: port(443)?,
                dns: port(53)?,
                ..Listen::default()
            },
            database: Database { url: format!("sqlite:{}", data.join("relais.db").display()) },
            blobs: crate::config::Blobs { url: format!("file:{}", data.join("blobs").display()) },
            invitations: crate::config::Invitations::default(),
            sms: None,
            tls: Tls::default(),
            dns: Dns {
                // What the demo hosts, it also finds.
                forward: BTreeMap::from([("test".to_owned(), port(53)?)]),
                ..Dns::default()
            },
            outbound: Outbound {
                routes: self.stranger.iter().cloned().collect(),
                // The sample domain's MTA-STS policy is served here too.
                https_port: port(443)?[0].port(),
                may_reach_itself: true,
                ..Outbound::default()
            },
            auth: Auth {
                plaintext_from: vec!["127.0.0.0/8".parse()?],
                exempt_loopback: true,
                ..Auth::default()
            },
            judge: Judge::default(),
            public: Public::default(),
            secure: Secure {
                time_stamps: self.time_stamps.iter().cloned().collect(),
                time_stamp_roots: self.time_stamp_roots.clone(),
                ..Secure::default()
            },
            gateway: crate::config::Gateway::default(),
            soap: crate::config::Soap::default(),
            log: Log { level: "warn".to_owned(), ..Log::default() },
        })
    }
}

const WRITTEN_BY_DEMO: &str = "# Written by `relais demo` at each start, for the other commands' --config.\n";

/// Makes the sample organisation at the first start, and finds it at later ones.
async fn prepare(installation: &Installation, data: &Path) -> Result<Memory> {
    let path = data.join("demo.json");
    let administration = installation
        .directory
        .administration(Scope::Operator("the demo makes its sample organisation"), "relais demo");
    if let Ok(text) = std::fs::read_to_string(&path) {
        let mut memory: Memory =
            serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        if memory.ready {
            // A directory from before there were tokens.
            if memory.api_token.is_empty() {
                memory.api_token = make_token(&administration).await?;
                remember(&path, &memory)?;
            }
            return Ok(memory);
        }
    }
    // A start that was interrupted here is begun again from nothing.
    for former in administration.organisations().await? {
        administration.delete_organisation(former.id, true).await?;
    }
    let memory = make_sample(installation, &administration).await?;
    remember(&path, &memory)?;
    Ok(memory)
}

fn remember(path: &Path, memory: &Memory) -> Result<()> {
    let text = serde_json::to_string_pretty(memory)?;
    let new = path.with_extension("new");
    let _ = std::fs::remove_file(&new);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, path).with_context(|| format!("cannot write {}", path.display()))
}

async fn make_token(administration: &Administration) -> Result<String> {
    let new = NewToken { name: "demo".to_owned(), may_write: true, ..NewToken::default() };
    Ok(administration.create_token(new).await?.token.to_string())
}

async fn make_sample(installation: &Installation, administration: &Administration) -> Result<Memory> {
    let organisation = administration.create_organisation(ORGANISATION).await?.id;
    host_domain(installation, organisation).await?;
    let mut addresses = Vec::new();
    for name in ADDRESSES {
        let new = NewAddress { address: Address::parse(name)?, alias_to: Vec::new(), quota_bytes: None };
        let made = administration.create_address(new).await?;
        let device = directory::NewDevicePassword {
            address: made.id,
            label: "demo".to_owned(),
            protocols: directory::Protocols::ALL,
            kind: directory::DeviceKind::Other,
        };
        let created = administration.create_device_password(device).await?;
        addresses.push(KnownAddress { address: name.to_owned(), password: created.password.to_string() });
    }
    let password = addresses
        .iter()
        .find(|known| known.address == ADMINISTRATOR)
        .map(|known| known.password.clone())
        .context("the administrator has an address")?;
    let user = NewUser {
        organisation,
        login: Address::parse(ADMINISTRATOR)?,
        name: "Administration communale".to_owned(),
        role: Role::LegalOwner,
        password: password.clone().into(),
    };
    administration.create_user(user).await?;
    make_servers(installation, organisation).await?;
    deliver_letters(installation).await?;
    samples::receive(installation, organisation, &Domain::parse(DOMAIN)?).await?;
    let users =
        vec![KnownUser { login: ADMINISTRATOR.to_owned(), password, role: Role::LegalOwner.to_string() }];
    let api_token = make_token(administration).await?;
    Ok(Memory { addresses, users, api_token, ready: true })
}

/// The hosts of the sample domain, which are mail servers with every role, applied.
async fn make_servers(installation: &Installation, organisation: OrganisationId) -> Result<()> {
    let scope = Scope::Operator("the demo makes sample servers");
    let domain = installation
        .directory
        .administration(scope, "relais demo")
        .domain_called(&Domain::parse(DOMAIN)?)
        .await?
        .id;
    let hosts = installation.hosts.administration(scope, "relais demo");
    for number in 1..=3 {
        let new = NewHost {
            domain,
            name: format!("hote{number}"),
            fqdn: None,
            ipv4: Some(Ipv4Addr::new(192, 162, 0, number)),
            ipv6: None,
            description: String::new(),
        };
        let host = hosts.create_host(new).await?.id;
        hosts.create_server(NewMailServer { host, roles: Roles::ALL }).await?;
    }
    installation.hosts.work(hosts.begin_applying(organisation).await?.id).await?;
    Ok(())
}

/// The zone of the sample domain, which also holds the names of the installation itself, and its mail records.
async fn host_domain(installation: &Installation, organisation: OrganisationId) -> Result<()> {
    let scope = Scope::Operator("the demo hosts its sample domain");
    let zones = installation.zones.administration(scope, "relais demo");
    // A start that was interrupted left it.
    for former in zones.zones(None).await? {
        zones.delete_zone(former.id, true).await?;
    }
    let loopback = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let below = |label: &str| Domain::parse(&format!("{label}.{DOMAIN}"));
    let mut names = zones::Installation::single(Domain::parse(HOSTNAME)?, loopback.clone());
    names.name_servers = vec![zones::Host { name: below("ns1")?, addresses: loopback }];
    names.spf_host = below("spf")?;
    names.contact = Address::parse(ADMINISTRATOR)?;
    let listen = &installation.config.listen;
    let port = |addresses: &[SocketAddr]| addresses.first().map_or(0, SocketAddr::port);
    names.access.imaps = port(&listen.imaps);
    names.access.imap = port(&listen.imap);
    names.access.submissions = port(&listen.submissions);
    names.access.submission = port(&listen.submission);
    names.access.https = port(&listen.https);
    zones.create_zone(organisation, DOMAIN).await?;
    zones.change_installation(names).await?;
    zones.create_domain(organisation, None, &Domain::parse(DOMAIN)?, Standing::Stays).await?;
    Ok(())
}

async fn deliver_letters(installation: &Installation) -> Result<()> {
    let now = installation.world.clock.now();
    for letter in &LETTERS {
        let directory::Found::Mailbox { account, .. } =
            installation.directory.find(&Address::parse(letter.address)?).await?
        else {
            anyhow::bail!("{} was just made", letter.address);
        };
        let role = match letter.folder {
            SampleFolder::Inbox => mail_store::Role::Inbox,
            SampleFolder::Sent => mail_store::Role::Sent,
            SampleFolder::Junk => mail_store::Role::Junk,
        };
        let flags: &[&str] = match letter.state {
            SampleState::New => &[],
            SampleState::Seen => &["\\Seen"],
            SampleState::Answered => &["\\Seen", "\\Answered"],
            SampleState::Flagged => &["\\Seen", "\\Flagged"],
        };
        let date = now.minus(letter.age);
        let import = Import {
            content: ImportContent::Bytes(letter.message(date).into_bytes().into()),
            flags: Flags::from_names(flags.iter().copied())?,
            internal_date: Some(date),
        };
        installation.store.account(account).append_messages(Target::Role(role), vec![import]).await?;
    }
    Ok(())
}

fn as_json(config: &Config, data: &Path, authority: &Path, memory: &Memory) -> String {
    let ports: BTreeMap<&str, u16> = listeners::addresses(&config.listen)
        .into_iter()
        .map(|(purpose, address)| (purpose.key(), address.port()))
        .collect();
    let ready = json!({
        "hostname": config.node.hostname,
        "data": data,
        "ports": ports,
        "urls": {
            "api": http::base_url(config).map(|base| format!("{base}/api/v1/")),
            "manager": http::base_url(config).map(|base| format!("{base}/manager/")),
        },
        "ca_certificate": authority,
        "addresses": memory.addresses,
        "users": memory.users,
        "api_token": memory.api_token,
        "time_stamps": config.secure.time_stamps.first(),
    });
    format!("{ready}\n")
}

fn as_text(config: &Config, data: &Path, authority: &Path, memory: &Memory) -> String {
    let port = |addresses: &[SocketAddr]| addresses.first().map_or(0, SocketAddr::port);
    let listen = &config.listen;
    let mut text = format!(
        "Relais is running: {ORGANISATION}, {DOMAIN}. Ctrl-C ends it, the same command goes on where it stopped.\n\n"
    );
    for known in &memory.addresses {
        text.push_str(&format!("  {:<20} {}\n", known.address, known.password));
    }
    let config_file = data.join("relais.toml");
    // Started by cargo, the program is not where the shell looks for it.
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("relais"));
    text.push_str(&format!(
        "\n  SMTP {}, submission {} (STARTTLS) and {} (TLS), LMTP {}, IMAP {} (STARTTLS) and {} (TLS), DNS {}, all on 127.0.0.1\n",
        port(&listen.smtp),
        port(&listen.submission),
        port(&listen.submissions),
        port(&listen.lmtp),
        port(&listen.imap),
        port(&listen.imaps),
        port(&listen.dns),
    ));
    text.push_str(&format!("  certificate authority: {}\n  data: {}\n", authority.display(), data.display()));
    match config.secure.time_stamps.first() {
        Some(url) => text.push_str(&format!("  time-stamps of evidence: {url}\n\n")),
        None => text.push_str("  time-stamps of evidence: our own clock, for openssl makes none here\n\n"),
    }
    let anna = &memory.addresses[0];
    let base = http::base_url(config).unwrap_or_default();
    text.push_str(&format!(
        "  Manager: {base}/manager/ as {ADMINISTRATOR}\n  API: {base}/api/v1/ with the token {}\n\n",
        memory.api_token,
    ));
    text.push_str(&format!(
        "Try next\n\
         \x20 send a letter      swaks --server 127.0.0.1:{} --from you@stranger.test --to {} --h-Subject Bonjour\n\
         \x20 read it            curl -sS --cacert '{}' --user '{}:{}' 'imaps://127.0.0.1:{}/INBOX;MAILINDEX=*'\n\
         \x20                    or any mail program: IMAP 127.0.0.1, port {}, STARTTLS, user {}\n\
         \x20 see what became of it\n\
         \x20                    '{}' log search --config '{}' --to {} --since 1h\n\
         \x20 seal one           swaks --server 127.0.0.1:{} --tls --auth PLAIN --auth-user {} --auth-password {} --from {} --to {} --h-Subject '<im><r> Décision'\n\
         \x20 follow it          '{}' secure letters --config '{}'; its attached page opens it\n\
         \x20 look around        '{}' address list --config '{}'\n\
         \x20 see what the world sees of the domain\n\
         \x20                    '{}' domain check {DOMAIN} --config '{}'\n",
        port(&listen.smtp),
        anna.address,
        authority.display(),
        anna.address,
        anna.password,
        port(&listen.imaps),
        port(&listen.imap),
        anna.address,
        program.display(),
        config_file.display(),
        anna.address,
        port(&listen.submission),
        anna.address,
        anna.password,
        anna.address,
        memory.addresses[1].address,
        program.display(),
        config_file.display(),
        program.display(),
        config_file.display(),
        program.display(),
        config_file.display(),
    ));
    text
}
