//! `relais.toml`: the bootstrap file, parsed once into checked types.
//!
//! About a screen; unknown keys are errors. All that tenants and administrators change lives in the
//! database instead.

mod addresses;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use ipnet::IpNet;
use model::{Address, Domain};
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who this node is and where it keeps its files.
    pub node: Node,
    /// Socket addresses per service; a service without addresses is not offered.
    #[serde(default)]
    pub listen: Listen,
    /// Where rows are kept.
    #[serde(default)]
    pub database: Database,
    /// Where message bodies are kept.
    #[serde(default)]
    pub blobs: Blobs,
    /// The certificate that every door shows.
    #[serde(default)]
    pub tls: Tls,
    /// How we show ourselves to integrated organisations.
    #[serde(default)]
    pub gateway: Gateway,
    /// Whom to ask for names.
    #[serde(default)]
    pub dns: Dns,
    /// How mail leaves.
    #[serde(default)]
    pub outbound: Outbound,
    /// Who may sign in how.
    #[serde(default)]
    pub auth: Auth,
    /// How arriving letters are checked.
    #[serde(default)]
    pub judge: Judge,
    /// Invitations to use an address.
    #[serde(default)]
    pub invitations: Invitations,
    /// How short messages are sent; nobody sends any where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<Sms>,
    /// The pages that anybody may open.
    #[serde(default)]
    pub public: Public,
    /// Secure and registered letters.
    #[serde(default, skip_serializing_if = "Secure::is_default")]
    pub secure: Secure,
    /// Under which names business software finds the services of SOAP.
    #[serde(default, skip_serializing_if = "Soap::is_default")]
    pub soap: Soap,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
}

/// `[secure]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secure {
    /// Tags of subjects that ask for a secured letter, without brackets; `im` where they are not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Domains that ask for it when they stand behind a recipient's; `incamail.ch` where they are not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffixes: Option<Vec<String>>,
    /// Where recipients open letters, `https://NAME` with `:port` where it is another than 443; the node's own address
    /// where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portal: Option<String>,
    /// What the platform calls itself in evidence and letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The rules by which it works, as a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The file with the master key, the same on every node; `keys/vault.key` below the data where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<PathBuf>,
    /// Larger envelopes stay here and the notice has a link, in MB; 7 where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_above_mb: Option<u32>,
    /// Domains whose servers take no HTML attachments, with all below them: their recipients get links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_domains: Vec<String>,
    /// The virus scanner that sees letters before they are sealed: clamd, `ADDRESS:PORT` or the path of its socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clamd: Option<String>,
    /// By whose customs registered letters are handed over: `ch`, `fr`, `at`, `basic`; `ch` where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Days until an offered registered letter expires; the profile's where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptance_days: Option<u32>,
    /// Whether the subject stands on the letter that carries an envelope; it does where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows_subject: Option<bool>,
    /// Addresses of time-stamp authorities (RFC 3161), asked in this order until one answers. Where none is given, the
    /// platform stamps with its own time, and its evidence says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time_stamps: Vec<String>,
    /// The file with the roots of the authorities' certificates, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_stamp_roots: Option<PathBuf>,
    /// In which language people are written to of whom no other is known: `fr`, `de`, `it` or `en`; `fr` where it is not
    /// given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl Secure {
    fn is_default(&self) -> bool {
        *self == Secure::default()
    }
}

/// `[soap]`: for each service `https://NAME`, with `:PORT` where it is another than 443; where it is not given, the https
/// listener's address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Soap {
    /// Of the service that sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// Of the service that reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Of the service that administers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administration: Option<String>,
}

impl Soap {
    fn is_default(&self) -> bool {
        *self == Soap::default()
    }
}

/// `[public]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Public {
    /// A name of ours with IPv4 addresses only, with `:port` where https has another one: `/ip` asks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_name: Option<String>,
    /// The same with IPv6 addresses only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_name: Option<String>,
}

impl Public {
    /// Whether what is to be names are names.
    fn check(&self) -> Result<()> {
        for (key, name) in [("ipv4_name", &self.ipv4_name), ("ipv6_name", &self.ipv6_name)] {
            let Some(name) = name else { continue };
            let is_name = doorway_http::Host::parse(name).is_some_and(|host| host.name().is_some());
            ensure!(is_name, "public.{key}: «{name}» is no host name");
        }
        Ok(())
    }
}

/// `[invitations]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Invitations {
    /// How many days an invitation can be accepted; seven where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// `[sms]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// The gateway; `{to}` and `{text}` stand for the number and the message.
    pub url: String,
    /// How it is asked.
    #[serde(default = "post")]
    pub method: String,
    /// The body, with `{to}` and `{text}`: coded as JSON where the type says so, else as a form.
    #[serde(default)]
    pub body: String,
    /// What the request carries: a key, the type of the body.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

fn post() -> String {
    "POST".to_owned()
}

/// `[node]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The node's name, unique among the nodes of one database; the host name where it is not given.
    #[serde(default)]
    pub name: String,
    /// The name we greet with; it should resolve to our addresses and back.
    pub hostname: String,
    /// The directory for everything that has no other place; relative to the file's own directory.
    pub data: PathBuf,
    /// Which host this node is (`hote1.example.ch`): it opens only the doors of that host's applied roles. All doors
    /// where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl Node {
    /// Takes the host that the command line names, if it does.
    pub fn be(&mut self, host: Option<String>) -> Result<()> {
        self.host = host.or(self.host.take());
        match &self.host {
            None => Ok(()),
            Some(host) => {
                let name = Domain::parse(host).context("node.host")?;
                ensure!(name.as_str().contains('.'), "node.host: «{host}» has no domain: write NAME.DOMAIN");
                Ok(())
            }
        }
    }
}

/// `[listen]`: one array of socket addresses per service.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Mail from other servers, port 25.
    pub smtp: Vec<SocketAddr>,
    /// Mail from our users, STARTTLS, port 587.
    pub submission: Vec<SocketAddr>,
    /// Mail from our users, TLS from the first byte, port 465.
    pub submissions: Vec<SocketAddr>,
    /// Mail from a neighbour such as a filter (RFC 2033); for trusted networks only.
    pub lmtp: Vec<SocketAddr>,
    /// IMAP with STARTTLS, port 143.
    pub imap: Vec<SocketAddr>,
    /// IMAP with TLS from the first byte, port 993.
    pub imaps: Vec<SocketAddr>,
    /// Not built yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pop3: Vec<SocketAddr>,
    /// Not built yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pop3s: Vec<SocketAddr>,
    /// Not built yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sieve: Vec<SocketAddr>,
    /// HTTP, port 80: leads to https, but for what its own standard asks for without TLS.
    pub http: Vec<SocketAddr>,
    /// HTTP over TLS, port 443: the Manager, the API, automatic configuration, MTA-STS policies.
    pub https: Vec<SocketAddr>,
    /// DNS, port 53, over UDP and TCP: answers for the hosted zones.
    pub dns: Vec<SocketAddr>,
    /// Not built yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<SocketAddr>,
}

/// `[database]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`; `sqlite:DATA/relais.db` where it is not given.
    pub url: String,
}

/// `[blobs]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Blobs {
    /// `file:PATH` or `s3://…`; `file:DATA/blobs` where it is not given.
    pub url: String,
}

/// `[tls]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// PEM file of the certificate chain. Without it, our own authority in `DATA/keys` makes one.
    pub certificate: Option<PathBuf>,
    /// PEM file of the key.
    pub key: Option<PathBuf>,
    /// More of them, for other names: each is shown to who asks for one of its names (SNI), and the first of all
    /// to who asks for none or for another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateFiles>,
}

/// `[[tls.certificates]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    /// PEM file of the certificate chain.
    pub certificate: PathBuf,
    /// PEM file of the key.
    pub key: PathBuf,
}

impl Tls {
    /// Every chain with its key, the one for all other names first; none where our own authority makes one.
    pub fn pairs(&self) -> Vec<(&Path, &Path)> {
        let first = self.certificate.as_deref().zip(self.key.as_deref());
        let others = self.certificates.iter().map(|files| (files.certificate.as_path(), files.key.as_path()));
        first.into_iter().chain(others).collect()
    }
}

/// `[gateway]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateway {
    /// PEM file of the certificate chain that we show when we deliver to integrated organisations. Without it, the one
    /// of `[tls]`.
    pub certificate: Option<PathBuf>,
    /// PEM file of the key.
    pub key: Option<PathBuf>,
}

/// `[dns]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// Addresses with port; the system's resolvers where none is given.
    pub resolvers: Vec<SocketAddr>,
    /// Servers for the names at and below a zone, instead of the resolvers:
    /// `"example.test" = ["127.0.0.1:53"]`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub forward: BTreeMap<String, Vec<SocketAddr>>,
    /// How it is found out whether an answer is authentic (DNSSEC).
    pub validation: Validation,
    /// DNSKEY records in zone-file form to trust; the root's built-in keys where the file has none of the root.
    pub trust_anchor: Option<PathBuf>,
}

/// `dns.validation`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Validation {
    /// By following the signatures to the trust anchor.
    #[default]
    Own,
    /// By the AD bit of a resolver on this machine.
    Ad,
    /// Not at all, and therefore without DANE.
    Off,
}

/// `[outbound]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// The port of other mail servers: 25, but for tests.
    pub port: u16,
    /// The port of the web servers with other domains' MTA-STS policies: 443, but for tests.
    pub https_port: u16,
    /// Names that strangers choose may lead to this machine itself: only for tests.
    pub may_reach_itself: bool,
    /// Addresses to send from, at most one of each family.
    pub source: Vec<IpAddr>,
    /// A server that takes all our mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smarthost: Option<SmartHost>,
    /// Domains with a server of their own instead of their MX: `"example.ch" = "192.0.2.1:25"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub routes: BTreeMap<String, SocketAddr>,
}

impl Default for Outbound {
    fn default() -> Outbound {
        Outbound {
            port: 25,
            https_port: 443,
            may_reach_itself: false,
            source: Vec::new(),
            smarthost: None,
            routes: BTreeMap::new(),
        }
    }
}

/// `[outbound.smarthost]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SmartHost {
    /// Its name; with `tls` its certificate must say so.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whom to sign in as.
    #[serde(default)]
    pub user: Option<String>,
    /// A file with the password on its first line.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Encryption, with a certificate that is valid for `host`.
    #[serde(default)]
    pub tls: SmartHostTls,
}

/// `outbound.smarthost.tls`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SmartHostTls {
    /// STARTTLS, and nothing without it: port 587.
    #[default]
    Starttls,
    /// From the first byte: port 465.
    Implicit,
    /// None, and no password: a server on the same machine or in a tunnel.
    None,
}

/// `[auth]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Networks that may sign in without TLS.
    pub plaintext_from: Vec<IpNet>,
    /// Loopback is neither limited nor banned: for the demo and for tests.
    pub exempt_loopback: bool,
    /// Networks that no rule keeps out: the secure gateways, one's own monitoring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub never_banned: Vec<IpNet>,
}

/// `[judge]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Judge {
    /// Networks whose letters are not checked: relays of ours in front of us.
    pub trusted_networks: Vec<IpNet>,
    /// Domains whose ARC seals are believed: forwarders that check what they forward.
    pub trusted_forwarders: Vec<String>,
    /// Lists of good or bad senders that are asked about what arrives; none unless they are named here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
    /// What follows when a sender's earlier letters were mostly doubtful; nobody looks where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub senders: Option<Weight>,
    /// Addresses that nobody writes to but those who guess or buy lists: a letter that one of our users sends there
    /// costs his domain reputation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traps: Vec<String>,
}

impl Judge {
    /// The addresses of `traps`.
    pub fn traps(&self) -> Result<Vec<Address>> {
        self.traps
            .iter()
            .map(|trap| Address::parse(trap).with_context(|| format!("judge.traps: «{trap}»")))
            .collect()
    }
}

/// `[[judge.lists]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// `ip:bl.example.org` is asked about the peer's address, `domain:bl.example.org` about the author's domain.
    pub list: String,
    /// The codes that count, `"127.0.0.2"` or `"127.0.0.4-127.0.0.7"`; all where none is given.
    #[serde(default)]
    pub codes: Vec<String>,
    /// What follows from an entry.
    #[serde(default)]
    pub weight: Weight,
}

/// `weight`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// No other list counts.
    Allow,
    /// It stands in the log and in the message's results.
    #[default]
    Mark,
    /// The message goes to Spam.
    Spam,
    /// It is refused, with what the list says.
    Refuse,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// A filter such as `info` or `warn,door_imap=debug`.
    pub level: String,
    /// `text` or `json`, on standard error.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Log {
        Log { level: "info".to_owned(), format: LogFormat::Text }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

impl Config {
    /// Reads and checks a file; relative paths in it begin at its directory.
    pub fn read(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("cannot read {}, the file that --config or RELAIS_CONFIG names", path.display())
        })?;
        let base = std::path::absolute(path)?.parent().map(Path::to_owned).unwrap_or_default();
        Config::parse(&text, &base).with_context(|| format!("in {}", path.display()))
    }

    /// Parses the text of a file that lies in `base`.
    pub fn parse(text: &str, base: &Path) -> Result<Config> {
        let mut config: Config = toml::from_str(text)?;
        config.node.data = base.join(&config.node.data);
        for path in [
            &mut config.tls.certificate,
            &mut config.tls.key,
            &mut config.gateway.certificate,
            &mut config.gateway.key,
            &mut config.dns.trust_anchor,
            &mut config.secure.vault,
        ]
        .into_iter()
        .flatten()
        {
            *path = base.join(&*path);
        }
        for files in &mut config.tls.certificates {
            files.certificate = base.join(&files.certificate);
            files.key = base.join(&files.key);
        }
        if let Some(path) = config.outbound.smarthost.as_mut().and_then(|host| host.password_file.as_mut()) {
            *path = base.join(&*path);
        }
        config.complete(base)?;
        Ok(config)
    }

    /// The form that [`Config::parse`] reads.
    pub fn to_toml(&self) -> Result<String> {
        Ok(toml::to_string_pretty(self)?)
    }

    /// Fills in what follows from the rest and refuses what cannot be.
    fn complete(&mut self, base: &Path) -> Result<()> {
        self.hostname().context("node.hostname")?;
        self.judge.traps()?;
        self.node.be(None)?;
        if self.node.name.is_empty() {
            self.node.name = self.node.hostname.clone();
        }
        self.database.url = match self.database.url.strip_prefix("sqlite:") {
            _ if self.database.url.is_empty() => {
                format!("sqlite:{}", self.node.data.join("relais.db").display())
            }
            Some(path) => format!("sqlite:{}", base.join(path).display()),
            None => self.database.url.clone(),
        };
        self.blobs.url = match self.blobs.url.strip_prefix("file:") {
            _ if self.blobs.url.is_empty() => format!("file:{}", self.node.data.join("blobs").display()),
            Some(path) => format!("file:{}", base.join(path).display()),
            None => self.blobs.url.clone(),
        };
        ensure!(
            self.tls.certificate.is_some() == self.tls.key.is_some(),
            "tls.certificate and tls.key belong together: give both or neither"
        );
        ensure!(
            self.gateway.certificate.is_some() == self.gateway.key.is_some(),
            "gateway.certificate and gateway.key belong together: give both or neither"
        );
        let families = |v4: bool| self.outbound.source.iter().filter(|ip| ip.is_ipv4() == v4).count();
        ensure!(
            families(true) <= 1 && families(false) <= 1,
            "outbound.source takes at most one address of each family"
        );
        self.public.check()?;
        for (zone, servers) in &self.dns.forward {
            Domain::parse(zone).context("dns.forward")?;
            ensure!(!servers.is_empty(), "dns.forward.{zone}: names no server");
        }
        for domain in self.outbound.routes.keys() {
            Domain::parse(domain).context("outbound.routes")?;
        }
        if let Some(host) = &self.outbound.smarthost {
            Domain::parse(&host.host).context("outbound.smarthost.host")?;
            ensure!(
                host.user.is_some() == host.password_file.is_some(),
                "outbound.smarthost.user and password_file belong together: give both or neither"
            );
            ensure!(
                host.tls != SmartHostTls::None || host.user.is_none(),
                "outbound.smarthost.tls = \"none\" with a password would send it in the clear"
            );
        }
        let later = [
            ("pop3", &self.listen.pop3),
            ("pop3s", &self.listen.pop3s),
            ("sieve", &self.listen.sieve),
            ("metrics", &self.listen.metrics),
        ];
        for (name, addresses) in later {
            if !addresses.is_empty() {
                bail!("listen.{name}: this version has no such service yet; leave the list empty");
            }
        }
        Ok(())
    }

    /// The name we greet with.
    pub fn hostname(&self) -> Result<Domain> {
        Ok(Domain::parse(&self.node.hostname)?)
    }
}

#[cfg(test)]
mod tests;
