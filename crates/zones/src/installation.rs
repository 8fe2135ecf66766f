//! What the installation is called and where it is: the data from which its own records and the mail records
//! of every domain are made.

use std::net::IpAddr;

use model::{Address, Domain};
use serde::{Deserialize, Serialize};
use trust::lists::DnsList;

use crate::error::ZoneError;
use crate::kind::RecordKind;
use crate::limits::{BLOCK_LISTS_LIMIT, SERVERS_LIMIT, SPF_SOURCES_LIMIT};
use crate::name::DnsName;
use crate::spf;

type Result<T> = std::result::Result<T, ZoneError>;

/// A host of the installation and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name.
    pub name: Domain,
    /// Where it is; empty if its records are kept elsewhere.
    pub addresses: Vec<IpAddr>,
}

/// A mail exchanger of the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanger {
    /// Its name and addresses.
    pub host: Host,
    /// Lower is tried first (RFC 5321 §5.1).
    pub priority: u16,
}

/// A service that mail programs connect to; port 0 means that it is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The host's name.
    pub host: Domain,
    /// IMAP with implicit TLS (RFC 8314); normally 993.
    pub imaps: u16,
    /// IMAP with STARTTLS; normally 143.
    pub imap: u16,
    /// Submission with implicit TLS; normally 465.
    pub submissions: u16,
    /// Submission with STARTTLS; normally 587.
    pub submission: u16,
    /// POP3 with implicit TLS; normally 995.
    pub pop3s: u16,
    /// ManageSieve (RFC 5804); normally 4190.
    pub sieve: u16,
    /// HTTPS, for policies and automatic configuration; normally 443.
    pub https: u16,
}

/// How strictly senders of a domain are to treat our exchangers (RFC 8461 §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StsMode {
    /// Trouble is reported, and letters come all the same.
    Testing,
    /// Letters come with a valid certificate or not at all.
    #[default]
    Enforce,
}

impl StsMode {
    /// The word of the policy file.
    pub fn as_str(self) -> &'static str {
        match self {
            StsMode::Testing => "testing",
            StsMode::Enforce => "enforce",
        }
    }
}

/// The installation's settings; only an operator changes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The name that the installation greets with.
    pub hostname: Domain,
    /// Where mail for the hosted domains goes.
    pub exchangers: Vec<Exchanger>,
    /// Who answers for the hosted zones; the first is the primary of every SOA.
    pub name_servers: Vec<Host>,
    /// The name that every hosted domain's SPF includes.
    pub spf_host: Domain,
    /// What the SPF host publishes before its `-all`: `ip4:192.0.2.1`, `include:relay.example.org`. Empty:
    /// the addresses of the exchangers.
    pub spf_sources: Vec<String>,
    /// Addresses that may send beside these while the installation moves to other ones: kept by the program.
    pub also_sends_from: Vec<IpAddr>,
    /// Names below which every domain's mail comes to the exchangers to be sent securely: `incamail.ch` for letters to
    /// `muster@example.com.incamail.ch`. See `publish_suffix`.
    pub suffixes: Vec<Domain>,
    /// Who answers for the installation (RFC 1035 §3.3.13, RFC 2142).
    pub contact: Address,
    /// What mail programs connect to.
    pub access: Access,
    /// Where web pages of the hosted domains are served (policies, automatic configuration); empty: the
    /// addresses of the access host are pointed to by CNAME.
    pub web_host: Domain,
    /// MTA-STS of hosted domains.
    pub sts_mode: StsMode,
    /// Certificates of the exchangers as TLSA data (`3 1 1 …`), put by the program when it knows them.
    pub tlsa: Vec<String>,
    /// Lists of sources of spam that the diagnosis asks; none unless somebody switches one on.
    pub block_lists: Vec<DnsList>,
}

impl Installation {
    /// Settings of one machine that is everything: its name, its addresses, the usual ports.
    pub fn single(hostname: Domain, addresses: Vec<IpAddr>) -> Installation {
        let host = Host { name: hostname.clone(), addresses };
        let below =
            |label: &str| Domain::parse(&format!("{label}.{hostname}")).unwrap_or_else(|_| hostname.clone());
        let contact = Address::parse(&format!("postmaster@{hostname}"))
            .expect("invariant: postmaster and a domain are an address");
        Installation {
            exchangers: vec![Exchanger { host: host.clone(), priority: 10 }],
            name_servers: vec![host],
            spf_host: below("spf"),
            spf_sources: Vec::new(),
            also_sends_from: Vec::new(),
            suffixes: Vec::new(),
            contact,
            access: Access::usual(hostname.clone()),
            web_host: hostname.clone(),
            sts_mode: StsMode::default(),
            tlsa: Vec::new(),
            block_lists: Vec::new(),
            hostname,
        }
    }

    /// The settings, or the first rule that they break.
    pub fn check(&self) -> Result<()> {
        let names = [
            ("hostname", &self.hostname),
            ("spf host", &self.spf_host),
            ("access host", &self.access.host),
            ("web host", &self.web_host),
        ];
        let hosts = self.hosts().map(|host| ("host", &host.name));
        for (field, name) in names.into_iter().chain(hosts) {
            if name.literal().is_some() || !name.as_str().contains('.') {
                let rule = "it is a name of its own with a dot (RFC 5321 §2.3.5)";
                return Err(ZoneError::invalid(field, format!("«{name}» is no full name"), rule));
            }
        }
        if self.exchangers.is_empty() || self.exchangers.len() > SERVERS_LIMIT {
            return Err(ZoneError::invalid(
                "exchangers",
                format!("there are {}", self.exchangers.len()),
                "an installation has 1 to 16 mail exchangers",
            ));
        }
        if self.name_servers.is_empty() || self.name_servers.len() > SERVERS_LIMIT {
            return Err(ZoneError::invalid(
                "name servers",
                format!("there are {}", self.name_servers.len()),
                "an installation has 1 to 16 name servers; two are usual (RFC 2182 §5)",
            ));
        }
        if self.spf_sources.len() > SPF_SOURCES_LIMIT {
            return Err(ZoneError::invalid(
                "spf sources",
                format!("there are {}", self.spf_sources.len()),
                "the SPF host has at most 60 sources",
            ));
        }
        for source in &self.spf_sources {
            let is_word = !source.is_empty() && source.bytes().all(|b| b.is_ascii_graphic());
            if !is_word || source.ends_with("all") || source.starts_with("redirect=") {
                return Err(ZoneError::invalid(
                    "spf sources",
                    format!("«{source}» is no source"),
                    "a source is one mechanism (ip4:, ip6:, a:, mx:, include:, exists:); «-all» is put behind them",
                ));
            }
        }
        spf::checked(&self.spf_text())?;
        if self.block_lists.len() > BLOCK_LISTS_LIMIT {
            let reason = format!("there are {}", self.block_lists.len());
            return Err(ZoneError::invalid("block lists", reason, "the diagnosis asks at most 32 lists"));
        }
        for data in &self.tlsa {
            RecordKind::Tlsa
                .normalise(data, &DnsName::root())
                .map_err(|wrong| ZoneError::invalid("tlsa", wrong.reason, wrong.rule))?;
        }
        Ok(())
    }

    /// Every host with its addresses: exchangers, name servers.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.exchangers.iter().map(|exchanger| &exchanger.host).chain(&self.name_servers)
    }

    /// Every name that is the installation's own: its host name, exchangers, name servers, SPF host, and the hosts
    /// of mail programs and of web pages.
    pub fn own_names(&self) -> impl Iterator<Item = &Domain> {
        let single = [&self.hostname, &self.spf_host, &self.access.host, &self.web_host];
        single.into_iter().chain(self.hosts().map(|host| &host.name))
    }

    /// What the SPF host publishes (R127–R130).
    pub fn spf_text(&self) -> String {
        let mut sources = self.spf_sources.clone();
        let own = self.exchangers.iter().flat_map(|exchanger| &exchanger.host.addresses);
        let own = own.filter(|_| self.spf_sources.is_empty());
        for source in own.chain(&self.also_sends_from).map(spf::mechanism) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources.insert(0, "v=spf1".to_owned());
        sources.push("-all".to_owned());
        sources.join(" ")
    }

    /// What an exchanger publishes at its own name, for letters without a sender (RFC 7208 §2.3).
    pub(crate) fn exchanger_spf_text(&self) -> String {
        let mut terms = vec!["v=spf1 a".to_owned()];
        terms.extend(self.also_sends_from.iter().map(spf::mechanism));
        terms.push("-all".to_owned());
        terms.join(" ")
    }

    /// What a hosted domain publishes: the strict default (R113).
    pub fn domain_spf(&self) -> String {
        format!("v=spf1 include:{} -all", self.spf_host)
    }

    /// What the log of changes tells of it.
    pub(crate) fn facts(&self) -> trail::Facts {
        let list = |all: Vec<String>| all.join(", ");
        let told = |host: &Host| {
            let addresses = host.addresses.iter().map(ToString::to_string).collect();
            format!("{} ({})", host.name, list(addresses))
        };
        let exchangers = self.exchangers.iter();
        let exchangers = exchangers.map(|one| format!("{} {}", one.priority, told(&one.host)));
        let access = &self.access;
        let ports = [
            ("imaps", access.imaps),
            ("imap", access.imap),
            ("submissions", access.submissions),
            ("submission", access.submission),
            ("pop3s", access.pop3s),
            ("sieve", access.sieve),
            ("https", access.https),
        ];
        trail::Facts::new()
            .with("hostname", &self.hostname)
            .with("exchangers", list(exchangers.collect()))
            .with("name servers", list(self.name_servers.iter().map(told).collect()))
            .with("spf host", &self.spf_host)
            .with("spf sources", list(self.spf_sources.clone()))
            .with("also sends from", list(self.also_sends_from.iter().map(ToString::to_string).collect()))
            .with("suffixes", list(self.suffixes.iter().map(ToString::to_string).collect()))
            .with("contact", &self.contact)
            .with("access host", &access.host)
            .with("ports", list(ports.map(|(name, port)| format!("{name} {port}")).to_vec()))
            .with("web host", &self.web_host)
            .with("sts mode", self.sts_mode.as_str())
            .with("tlsa", list(self.tlsa.clone()))
            .with("block lists", list(self.block_lists.iter().map(ToString::to_string).collect()))
    }

    pub(crate) fn write(&self) -> String {
        let kept = Kept {
            hostname: self.hostname.to_string(),
            exchangers: self
                .exchangers
                .iter()
                .map(|exchanger| KeptHost::of(&exchanger.host, Some(exchanger.priority)))
                .collect(),
            name_servers: self.name_servers.iter().map(|host| KeptHost::of(host, None)).collect(),
            spf_host: self.spf_host.to_string(),
            spf_sources: self.spf_sources.clone(),
            also_sends_from: self.also_sends_from.clone(),
            suffixes: self.suffixes.iter().map(ToString::to_string).collect(),
            contact: self.contact.to_string(),
            access: KeptAccess {
                host: self.access.host.to_string(),
                imaps: self.access.imaps,
                imap: self.access.imap,
                submissions: self.access.submissions,
                submission: self.access.submission,
                pop3s: self.access.pop3s,
                sieve: self.access.sieve,
                https: self.access.https,
            },
            web_host: self.web_host.to_string(),
            sts_mode: self.sts_mode,
            tlsa: self.tlsa.clone(),
            block_lists: self.block_lists.iter().map(ToString::to_string).collect(),
        };
        serde_json::to_string(&kept).expect("invariant: texts and numbers are always JSON")
    }

    /// The settings of a text; `None` if it is not one of ours.
    pub(crate) fn read(text: &str) -> Option<Installation> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        let domain = |text: &str| Domain::parse(text).ok();
        Some(Installation {
            hostname: domain(&kept.hostname)?,
            exchangers: kept
                .exchangers
                .iter()
                .map(|host| Some(Exchanger { host: host.host()?, priority: host.priority.unwrap_or(10) }))
                .collect::<Option<_>>()?,
            name_servers: kept.name_servers.iter().map(KeptHost::host).collect::<Option<_>>()?,
            spf_host: domain(&kept.spf_host)?,
            spf_sources: kept.spf_sources,
            also_sends_from: kept.also_sends_from,
            suffixes: kept.suffixes.iter().map(|suffix| domain(suffix)).collect::<Option<_>>()?,
            contact: Address::parse(&kept.contact).ok()?,
            access: Access {
                host: domain(&kept.access.host)?,
                imaps: kept.access.imaps,
                imap: kept.access.imap,
                submissions: kept.access.submissions,
                submission: kept.access.submission,
                pop3s: kept.access.pop3s,
                sieve: kept.access.sieve,
                https: kept.access.https,
            },
            web_host: domain(&kept.web_host)?,
            sts_mode: kept.sts_mode,
            tlsa: kept.tlsa,
            block_lists: kept.block_lists.iter().filter_map(|list| list.parse().ok()).collect(),
        })
    }
}

impl Access {
    /// The usual ports, without POP3 and ManageSieve.
    pub fn usual(host: Domain) -> Access {
        Access {
            host,
            imaps: 993,
            imap: 143,
            submissions: 465,
            submission: 587,
            pop3s: 0,
            sieve: 0,
            https: 443,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    hostname: String,
    exchangers: Vec<KeptHost>,
    name_servers: Vec<KeptHost>,
    spf_host: String,
    spf_sources: Vec<String>,
    #[serde(default)]
    also_sends_from: Vec<IpAddr>,
    #[serde(default)]
    suffixes: Vec<String>,
    contact: String,
    access: KeptAccess,
    web_host: String,
    #[serde(default)]
    sts_mode: StsMode,
    #[serde(default)]
    tlsa: Vec<String>,
    #[serde(default)]
    block_lists: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct KeptAccess {
    host: String,
    imaps: u16,
    imap: u16,
    submissions: u16,
    submission: u16,
    #[serde(default)]
    pop3s: u16,
    #[serde(default)]
    sieve: u16,
    https: u16,
}

#[derive(Serialize, Deserialize)]
struct KeptHost {
    name: String,
    addresses: Vec<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<u16>,
}

impl KeptHost {
    fn of(host: &Host, priority: Option<u16>) -> KeptHost {
        KeptHost { name: host.name.to_string(), addresses: host.addresses.clone(), priority }
    }

    fn host(&self) -> Option<Host> {
        Some(Host { name: Domain::parse(&self.name).ok()?, addresses: self.addresses.clone() })
    }
}
