//! The parts of an installation, put together in one visible place.

use std::fs::File;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use db::{Db, Migrations};
use directory::{Directory, FailureLimits};
use hosts::Hosts;
use keys::{Authority, Keys, ServerTls, Vault};
use mail_deliver::{Outbound, SmartHost, SmartHostTls, StaticRoute};
use mail_flow::{Flow, Parts, Settings};
use mail_judge::Scanner;
use mail_secure::Secure;
use mail_store::MailStore;
use model::{Domain, Timestamp};
use onboarding::{Onboarding, Surroundings};
use renumbering::Renumberings;
use trail::Trail;
use trust::ListWeight;
use wire_safe::PortalOrigin;
use world::{Clock, Dial, FetchOptions, Names, NamesOptions, SourceAddresses, World};
use zones::Zones;

use crate::config::{self, Config};

/// Every table, in the order in which they are made.
pub const MIGRATIONS: [Migrations; 15] = [
    trail::MIGRATIONS,
    trust::MIGRATIONS,
    directory::MIGRATIONS,
    hosts::MIGRATIONS,
    keys::MIGRATIONS,
    gateways::MIGRATIONS,
    zones::MIGRATIONS,
    mail_store::MIGRATIONS,
    mail_secure::MIGRATIONS,
    mail_queue::MIGRATIONS,
    mail_route::MIGRATIONS,
    reputation::MIGRATIONS,
    mail_reports::MIGRATIONS,
    renumbering::MIGRATIONS,
    onboarding::MIGRATIONS,
];

/// The parts of an installation. What serves and what administers are made of the same.
#[derive(Clone)]
pub struct Installation {
    /// What `relais.toml` says.
    pub config: Config,
    /// Clock, randomness, names, dialling out.
    pub world: World,
    /// Rows.
    pub db: Db,
    /// Bodies.
    pub blobs: blobs::Blobs,
    /// Who exists.
    pub directory: Directory,
    /// Machines and their roles.
    pub hosts: Hosts,
    /// What signs letters and zones.
    pub keys: Keys,
    /// Hosted DNS zones.
    pub zones: Zones,
    /// What happened.
    pub trail: Trail,
    /// What accounts own.
    pub store: MailStore,
    /// How letters go.
    pub flow: Flow,
    /// How the platform's endpoints get other addresses.
    pub renumberings: Renumberings,
    /// How organisations' own servers are connected.
    pub onboarding: Onboarding,
    /// Where business software finds the services of SOAP.
    pub soap: door_soap::Addresses,
    /// When this process opened it.
    pub started_at: Timestamp,
}

impl Installation {
    /// Opens everything that `config` names and brings the tables up to date. Blocks; inside a runtime.
    pub fn open(config: Config) -> Result<Installation> {
        let mut world = World::real(names(&config)?, dial(&config)?);
        world.fetching = FetchOptions {
            port: config.outbound.https_port,
            may_reach_itself: config.outbound.may_reach_itself,
        };
        Installation::open_in(config, world, db::Options::default(), blobs::Options::default())
    }

    /// [`Installation::open`] in a given world and with faults, for tests.
    pub fn open_in(
        config: Config,
        world: World,
        db_options: db::Options,
        blob_options: blobs::Options,
    ) -> Result<Installation> {
        make_private(&config.node.data)
            .with_context(|| format!("node.data: cannot make {}", config.node.data.display()))?;
        let db = Db::open(&config.database.url, db_options).context("database.url")?;
        db.migrate(&MIGRATIONS).context("cannot bring the tables up to date")?;
        let blobs = blobs::Blobs::open(&config.blobs.url, blob_options).context("blobs.url")?;
        let given = config.secure.vault.clone();
        let path = given.unwrap_or_else(|| config.node.data.join("keys/vault.key"));
        let vault = Vault::open(&path, world.random.clone()).context("secure.vault")?;
        Installation::assemble(config, world, db, blobs, vault)
    }

    /// The parts upon an open database, whose tables are up to date, open bodies and the master key.
    pub fn assemble(
        config: Config,
        world: World,
        db: Db,
        blobs: blobs::Blobs,
        vault: Vault,
    ) -> Result<Installation> {
        let options = directory::Options {
            exempt_loopback: config.auth.exempt_loopback,
            never_banned: config.auth.never_banned.clone(),
            failures: FailureLimits::default(),
            relying_party: crate::http::relying_party(&config),
            base_url: crate::http::base_url(&config),
            invitations_live: config
                .invitations
                .days
                .map(|days| Duration::from_secs(u64::from(days) * 86_400)),
        };
        let directory = Directory::with_options(db.clone(), world.clone(), options);
        let hosts = Hosts::new(db.clone(), world.clone(), directory.clone());
        let keys = Keys::new(db.clone(), world.clone());
        let zones = Zones::new(db.clone(), world.clone(), directory.clone(), keys.clone());
        let store = MailStore::new(db.clone(), blobs.clone(), world.clone());
        let secure = secure(&config, &db, &blobs, &world, vault)?;
        let flow = Flow::new(Parts {
            db: db.clone(),
            blobs: blobs.clone(),
            world: world.clone(),
            directory: directory.clone(),
            store: store.clone(),
            keys: keys.clone(),
            secure,
            settings: settings(&config)?,
        });
        let surroundings =
            Surroundings { hostname: config.hostname()?, sources: config.outbound.source.clone() };
        let onboarding =
            Onboarding::new(db.clone(), world.clone(), flow.clone(), zones.clone(), surroundings);
        let trail = Trail::new(db.clone());
        let suffixes = flow.secure().settings().marks.suffixes.iter().map(ToString::to_string).collect();
        let renumberings = Renumberings::new(renumbering::Parts {
            db: db.clone(),
            world: world.clone(),
            directory: directory.clone(),
            hosts: hosts.clone(),
            gateways: flow.gateways().clone(),
            zones: zones.clone(),
            relays: flow.relays().clone(),
        });
        let renumberings = renumberings.with_settings(config.addresses()).with_suffixes(suffixes);
        let started_at = world.clock.now();
        let soap = crate::soap::addresses(&config)?;
        Ok(Installation {
            config,
            world,
            db,
            blobs,
            directory,
            hosts,
            keys,
            zones,
            trail,
            store,
            flow,
            renumberings,
            onboarding,
            soap,
            started_at,
        })
    }

    /// The certificate that the doors show: the operator's, or one of our own authority.
    pub fn server_tls(&self) -> Result<ServerTls> {
        let pairs = self.config.tls.pairs();
        if !pairs.is_empty() {
            return ServerTls::from_pairs(&pairs).context("[tls]");
        }
        let clock = &self.world.clock;
        let authority = own_authority(&self.config, clock.now())?;
        let (certificate, key) =
            authority.server_certificate(&certificate_names(&self.config), clock.now())?;
        ServerTls::with_authority(&certificate, &key, authority, clock.clone()).context("[tls]")
    }
}

/// Secure letters, with the master key of this installation.
fn secure(config: &Config, db: &Db, blobs: &blobs::Blobs, world: &World, vault: Vault) -> Result<Secure> {
    let given = &config.secure;
    let hostname = config.hostname()?;
    let portal = match &given.portal {
        Some(portal) => portal.clone(),
        None => crate::http::base_url(config).unwrap_or_else(|| format!("https://{hostname}")),
    };
    let portal = PortalOrigin::parse(&portal).context("secure.portal")?;
    let mut settings = mail_secure::Settings::new(portal, &hostname);
    if let Some(tags) = &given.tags {
        let is_tag = |tag: &String| !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric());
        if let Some(bad) = tags.iter().find(|tag| !is_tag(tag)) {
            bail!("secure.tags: «{bad}» is no tag: letters and digits are");
        }
        settings.marks.tags.clone_from(tags);
    }
    if let Some(suffixes) = &given.suffixes {
        let parsed = suffixes.iter().map(|suffix| Domain::parse(suffix)).collect::<Result<_, _>>();
        settings.marks.suffixes = parsed.context("secure.suffixes")?;
    }
    if let Some(issuer) = &given.issuer {
        settings.issuer.clone_from(issuer);
    }
    if let Some(policy) = &given.policy {
        settings.policy.clone_from(policy);
    }
    if let Some(megabytes) = given.link_above_mb {
        settings.link_above_bytes = megabytes as usize * 1024 * 1024;
    }
    let link_domains =
        given.link_domains.iter().map(|domain| Domain::parse(domain)).collect::<Result<_, _>>();
    settings.link_domains = link_domains.context("secure.link_domains")?;
    if let Some(word) = &given.profile {
        let profile = mail_secure::Profile::from_word(word);
        settings.follow(
            profile.with_context(|| format!("secure.profile: «{word}» is none of ch, fr, at, basic"))?,
        );
    }
    // No statement could be made with anything else, and so no letter sent.
    for (key, text) in [("issuer", &settings.issuer), ("policy", &settings.policy)] {
        let is_plain = evidence::is_plain(text);
        ensure!(is_plain, "secure.{key}: 1 to 2,000 octets on one line are, without control characters");
    }
    settings.acceptance_days = given.acceptance_days.unwrap_or(settings.acceptance_days);
    settings.sends_short_messages = config.sms.is_some();
    ensure!(
        (1..=365).contains(&settings.acceptance_days),
        "secure.acceptance_days: {} is not between 1 and 365",
        settings.acceptance_days
    );
    settings.shows_subject = given.shows_subject.unwrap_or(settings.shows_subject);
    for address in &given.time_stamps {
        let is_address = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
        ensure!(is_address, "secure.time_stamps: «{address}» is no address of HTTP");
    }
    settings.time_stamps.clone_from(&given.time_stamps);
    if let Some(path) = &given.time_stamp_roots {
        let pem = std::fs::read_to_string(path)
            .with_context(|| format!("secure.time_stamp_roots: cannot read {}", path.display()))?;
        settings.time_stamp_roots =
            wire_cms::Certificate::from_pem(&pem).context("secure.time_stamp_roots")?;
    }
    // Without them no answer would ever be believed.
    let has_roots = !settings.time_stamp_roots.is_empty();
    ensure!(settings.time_stamps.is_empty() || has_roots, "secure.time_stamps needs secure.time_stamp_roots");
    if let Some(tag) = &given.language {
        settings.language = mail_secure::Language::of_tag(tag)
            .with_context(|| format!("secure.language: «{tag}» is none of fr, de, it, en"))?;
    }
    Ok(Secure::new(db.clone(), blobs.clone(), world.clone(), vault, settings))
}

impl Installation {
    /// The certificate that we show to integrated organisations' servers: one of its own, or that of the doors.
    pub fn gateway_tls(&self, doors: &ServerTls) -> Result<ServerTls> {
        match (&self.config.gateway.certificate, &self.config.gateway.key) {
            (Some(certificate), Some(key)) => ServerTls::from_files(certificate, key).context("[gateway]"),
            _ => Ok(doors.clone()),
        }
    }
}

/// Our own authority, for installations that bring no certificate.
pub fn own_authority(config: &Config, now: Timestamp) -> Result<Authority> {
    let authority = Authority::open(&config.node.data.join("keys"), now);
    let authority = authority.context("cannot open our own certificate authority")?;
    Ok(match &config.secure.issuer {
        Some(issuer) => authority.of_organisation(issuer),
        None => authority,
    })
}

/// The host name, and loopback for whoever tries things out on the same machine.
fn certificate_names(config: &Config) -> Vec<String> {
    [config.node.hostname.as_str(), "localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec()
}

/// Makes a directory that nobody else may look into: letters and keys lie in it. One that exists stays as it is.
pub fn make_private(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::DirBuilder::new().mode(0o700).create(directory)
}

/// Keeps a second `relais serve` away from the same directory; released with the process.
pub struct Lock(#[expect(dead_code, reason = "held, not used: the lock ends with the file")] File);

/// Takes the directory for this process.
pub fn lock(data: &Path) -> Result<Lock> {
    make_private(data).with_context(|| format!("node.data: cannot make {}", data.display()))?;
    let path = data.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("another relais is already serving {}: stop that one first", data.display())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Whether a `relais serve` has taken the directory.
pub fn is_served(data: &Path) -> bool {
    let Ok(file) = File::open(data.join("lock")) else { return false };
    matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))
}

/// How often the directory looks at what other nodes and commands changed.
pub const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(5);

fn names(config: &Config) -> Result<Names> {
    let options = NamesOptions {
        servers: config.dns.resolvers.clone(),
        forward: config.dns.forward.clone().into_iter().collect(),
        validation: match config.dns.validation {
            config::Validation::Own => world::Validation::Own,
            config::Validation::Ad => world::Validation::AuthenticDataBit,
            config::Validation::Off => world::Validation::Off,
        },
        trust_anchor: config
            .dns
            .trust_anchor
            .as_ref()
            .map(|path| {
                std::fs::read_to_string(path).with_context(|| format!("dns.trust_anchor: {}", path.display()))
            })
            .transpose()?,
    };
    let names = Names::resolver(&options).context("[dns]")?;
    // The demo's host name lies below .test: names there never leave the machine, unless they are forwarded.
    Ok(if config.hostname()?.as_str().ends_with(".test") { names.without_reserved_names() } else { names })
}

fn dial(config: &Config) -> Result<Dial> {
    let mut source = SourceAddresses::default();
    for address in &config.outbound.source {
        match address {
            std::net::IpAddr::V4(ip) => source.v4 = Some(*ip),
            std::net::IpAddr::V6(ip) => source.v6 = Some(*ip),
        }
    }
    // A smart host with a certificate of our own authority is one of our own nodes.
    let own = config.tls.pairs().is_empty() && config.node.data.join("keys/ca.pem").exists();
    let authorities = match own {
        true => vec![own_authority(config, Clock::real().now())?.certificate()],
        false => Vec::new(),
    };
    Dial::trusting(source, &authorities).context("cannot set up outgoing connections")
}

fn settings(config: &Config) -> Result<Settings> {
    let hostname = config.hostname()?;
    let mut outbound = Outbound::new(hostname.clone());
    outbound.port = config.outbound.port;
    outbound.may_reach_itself = config.outbound.may_reach_itself;
    for (domain, server) in &config.outbound.routes {
        let route = StaticRoute {
            domain: Domain::parse(domain)?,
            host: server.ip().to_string(),
            port: server.port(),
        };
        outbound.routes.push(route);
    }
    outbound.smart_host = config.outbound.smarthost.as_ref().map(smart_host).transpose()?;
    let mut settings = Settings::new(hostname, config.node.name.clone());
    settings.host = config.node.host.as_deref().map(Domain::parse).transpose().context("node.host")?;
    settings.outbound = outbound;
    settings.scanner = match &config.secure.clamd {
        Some(text) => Some(
            Scanner::parse(text)
                .with_context(|| format!("secure.clamd: «{text}» is neither ADDRESS:PORT nor a path"))?,
        ),
        None => None,
    };
    settings.policy.trusted_networks = config.judge.trusted_networks.clone();
    settings.policy.trusted_sealers =
        config.judge.trusted_forwarders.iter().map(|domain| domain.to_ascii_lowercase()).collect();
    settings.policy.lists =
        config.judge.lists.iter().map(list).collect::<Result<_>>().context("judge.lists")?;
    settings.policy.senders = config.judge.senders.map(weight);
    settings.reports.own_addresses = config.outbound.source.clone();
    Ok(settings)
}

fn list(list: &config::List) -> Result<mail_judge::List> {
    let codes = list.codes.iter().map(|codes| codes.parse().map_err(anyhow::Error::msg));
    Ok(mail_judge::List {
        list: list.list.parse().map_err(anyhow::Error::msg)?,
        codes: codes.collect::<Result<_>>()?,
        weight: weight(list.weight),
    })
}

fn weight(weight: config::Weight) -> ListWeight {
    match weight {
        config::Weight::Allow => ListWeight::Allow,
        config::Weight::Mark => ListWeight::Mark,
        config::Weight::Spam => ListWeight::Spam,
        config::Weight::Refuse => ListWeight::Refuse,
    }
}

fn smart_host(host: &config::SmartHost) -> Result<SmartHost> {
    let login = match (&host.user, &host.password_file) {
        (Some(user), Some(file)) => {
            let text = std::fs::read_to_string(file).with_context(|| {
                format!("outbound.smarthost.password_file: cannot read {}", file.display())
            })?;
            let password = text.lines().next().unwrap_or_default().to_owned();
            Some((user.clone(), password))
        }
        _ => None,
    };
    let tls = match host.tls {
        config::SmartHostTls::Starttls => SmartHostTls::Starttls,
        config::SmartHostTls::Implicit => SmartHostTls::Implicit,
        config::SmartHostTls::None => SmartHostTls::Plaintext,
    };
    Ok(SmartHost { host: host.host.clone(), port: host.port, tls, login })
}

#[cfg(test)]
mod tests {
    use world::World;

    use super::{Installation, MIGRATIONS};

    fn refused(secure: &str) -> String {
        let db = db::testing::engines().remove(0);
        db.migrate(&MIGRATIONS).unwrap();
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display();
        let config = format!("[node]\nhostname = 'mail.valbois.test'\ndata = '{data}'\n[secure]\n{secure}");
        let config = toml::from_str(&config).unwrap();
        match Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()) {
            Ok(_) => String::new(),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn authorities_are_set_with_their_roots_or_not_at_all() {
        assert_eq!(refused("language = 'de'"), "");
        let address = "time_stamps = ['https://tsa.example.ch/']";
        assert_eq!(refused(address), "secure.time_stamps needs secure.time_stamp_roots");
        let nothing = refused(&format!("{address}\ntime_stamp_roots = '/nowhere/roots.pem'"));
        assert!(
            nothing.starts_with("secure.time_stamp_roots: cannot read /nowhere/roots.pem: "),
            "{nothing}"
        );
        assert_eq!(
            refused("time_stamps = ['tsa.example.ch']"),
            "secure.time_stamps: «tsa.example.ch» is no address of HTTP"
        );
        assert_eq!(refused("language = 'rm'"), "secure.language: «rm» is none of fr, de, it, en");
    }
}
