//! `relais installation …`: what the installation is called and where it is, from which mail records are made.

use std::net::IpAddr;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use model::Domain;
use serde_json::{Value, json};
use zones::{Exchanger, Host, Kept, StsMode, ZoneError};

use trust::lists::DnsList;

use super::Platform;
use super::output::{Output, card};
use super::values;

/// The installation's own names: mail exchangers, name servers, the SPF host.
#[derive(Subcommand)]
pub enum Installation {
    /// Shows them.
    Show,
    /// Changes them, and every record that follows from them.
    Change(Box<Change>),
    /// Makes the zone of a suffix with a wildcard that leads every domain below it to the exchangers.
    PublishSuffix {
        /// The suffix; without it each of `secure.suffixes`.
        #[arg(value_parser = values::domain)]
        suffix: Option<Domain>,
        /// Whose the zone is, where there is none yet: the organisation's name or identifier.
        #[arg(long, value_name = "ORGANISATION")]
        owner: String,
    },
    /// Takes the wildcard of a suffix away; its zone stays.
    WithdrawSuffix {
        /// The suffix.
        #[arg(value_parser = values::domain)]
        suffix: Domain,
    },
}

/// What is not given stays. A list that is given replaces the former one.
#[derive(Args)]
pub struct Change {
    /// The name that the installation greets with; at the first time everything else follows from it.
    #[arg(long, value_parser = values::domain)]
    hostname: Option<Domain>,
    /// A mail exchanger, with its priority and addresses: `10,mail.example.org,192.0.2.1,2001:db8::1`.
    #[arg(long, value_parser = exchanger)]
    exchanger: Vec<Exchanger>,
    /// A name server with its addresses: `ns1.example.org,192.0.2.1`.
    #[arg(long, value_parser = host)]
    name_server: Vec<Host>,
    /// The name that every domain's SPF record includes.
    #[arg(long, value_parser = values::domain)]
    spf_host: Option<Domain>,
    /// What may send besides the exchangers: `ip4:192.0.2.7`.
    #[arg(long, value_name = "MECHANISM")]
    spf_source: Vec<String>,
    /// Who answers for the installation.
    #[arg(long, value_parser = values::address)]
    contact: Option<model::Address>,
    /// The host that mail programs connect to.
    #[arg(long, value_parser = values::domain)]
    access: Option<Domain>,
    /// The host of web pages: policies, automatic configuration.
    #[arg(long, value_parser = values::domain)]
    web_host: Option<Domain>,
    /// MTA-STS of hosted domains: `testing` or `enforce`.
    #[arg(long, value_parser = sts_mode)]
    sts_mode: Option<StsMode>,
    /// A block list that `domain check` asks: `ip:bl.example.org` or `domain:bl.example.org`; `none` for none.
    #[arg(long, value_parser = block_list)]
    block_list: Vec<Option<DnsList>>,
}

fn sts_mode(text: &str) -> Result<StsMode, String> {
    match text {
        "testing" => Ok(StsMode::Testing),
        "enforce" => Ok(StsMode::Enforce),
        other => Err(format!("«{other}» is neither testing nor enforce")),
    }
}

fn block_list(text: &str) -> Result<Option<DnsList>, String> {
    if text == "none" { Ok(None) } else { text.parse().map(Some) }
}

fn host(text: &str) -> Result<Host> {
    let mut parts = text.split(',').map(str::trim);
    let name = Domain::parse(parts.next().unwrap_or_default())?;
    let addresses = parts
        .map(|part| part.parse::<IpAddr>().with_context(|| format!("«{part}» is no address")))
        .collect::<Result<_>>()?;
    Ok(Host { name, addresses })
}

fn exchanger(text: &str) -> Result<Exchanger> {
    let (priority, rest) = text.split_once(',').context("it has the form PRIORITY,NAME,ADDRESS,…")?;
    let priority = priority.trim().parse().with_context(|| format!("«{priority}» is no priority"))?;
    Ok(Exchanger { host: host(rest)?, priority })
}

impl Installation {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let zones = platform.zones();
        let known = zones.installation().await?;
        let change = match self {
            Installation::Show => {
                return match known {
                    Some(known) => Ok(show(&known, &Kept::default())),
                    None => Err(ZoneError::NotFound { what: "installation" }.into()),
                };
            }
            Installation::PublishSuffix { suffix, owner } => {
                let owner = platform.administration.organisation_called(&owner).await?.id;
                let configured = &platform.installation.flow.secure().settings().marks.suffixes;
                let suffixes = suffix.map_or_else(|| configured.clone(), |suffix| vec![suffix]);
                let (mut lines, mut values) = (Vec::new(), Vec::new());
                for suffix in suffixes {
                    let (zone, kept) = zones.publish_suffix(&suffix, owner).await?;
                    let changed = kept.changes.len();
                    lines.push(format!(
                        "*.{suffix} leads to the exchangers: zone {}, {changed} zones changed",
                        zone.name.as_str()
                    ));
                    values.push(json!({"suffix": suffix.to_string(), "zone": zone.name.as_str(), "zones_changed": changed}));
                    if !configured.contains(&suffix) {
                        lines.push(format!(
                            "warning: {suffix} is none of secure.suffixes: letters there are refused"
                        ));
                    }
                }
                return Ok(Output::new(Value::Array(values), lines.join("\n")));
            }
            Installation::WithdrawSuffix { suffix } => {
                zones.withdraw_suffix(&suffix).await?;
                return Ok(Output::done(format!("nothing leads *.{suffix} here any more")));
            }
            Installation::Change(change) => *change,
        };
        let mut new = match (known, &change.hostname) {
            (Some(known), _) => known,
            (None, Some(hostname)) => zones::Installation::single(hostname.clone(), Vec::new()),
            (None, None) => {
                let hostname = platform.installation.config.hostname()?;
                zones::Installation::single(hostname, Vec::new())
            }
        };
        if let Some(hostname) = change.hostname {
            new.hostname = hostname;
        }
        if !change.exchanger.is_empty() {
            new.exchangers = change.exchanger;
        }
        if !change.name_server.is_empty() {
            new.name_servers = change.name_server;
        }
        if !change.spf_source.is_empty() {
            new.spf_sources = change.spf_source;
        }
        if let Some(spf_host) = change.spf_host {
            new.spf_host = spf_host;
        }
        if let Some(contact) = change.contact {
            new.contact = contact;
        }
        if let Some(access) = change.access {
            new.access.host = access;
        }
        if let Some(web_host) = change.web_host {
            new.web_host = web_host;
        }
        if let Some(mode) = change.sts_mode {
            new.sts_mode = mode;
        }
        if !change.block_list.is_empty() {
            new.block_lists = change.block_list.into_iter().flatten().collect();
        }
        let mut kept = zones.change_installation(new.clone()).await?;
        let records = zones.refresh_all().await?;
        kept.changes.extend(records.changes);
        kept.conflicts.extend(records.conflicts);
        Ok(show(&new, &kept))
    }
}

fn host_text(host: &Host) -> String {
    let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
    format!("{} {}", host.name, addresses.join(" "))
}

fn host_json(host: &Host) -> Value {
    json!({"name": host.name.to_string(), "addresses": host.addresses})
}

fn show(installation: &zones::Installation, kept: &Kept) -> Output {
    let exchangers = installation.exchangers.iter();
    let json = json!({
        "hostname": installation.hostname.to_string(),
        "exchangers": exchangers.clone().map(|exchanger| {
            json!({"priority": exchanger.priority, "host": host_json(&exchanger.host)})
        }).collect::<Vec<_>>(),
        "name_servers": installation.name_servers.iter().map(host_json).collect::<Vec<_>>(),
        "spf_host": installation.spf_host.to_string(),
        "spf": installation.spf_text(),
        "contact": installation.contact.to_string(),
        "access": installation.access.host.to_string(),
        "web_host": installation.web_host.to_string(),
        "sts_mode": installation.sts_mode.as_str(),
        "block_lists": installation.block_lists.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "zones_changed": kept.changes.len(),
        "conflicts": super::domain::conflicts_json(&kept.conflicts),
    });
    let mut fields = vec![("hostname", installation.hostname.to_string())];
    fields
        .extend(exchangers.map(|exchanger| {
            ("exchanger", format!("{} {}", exchanger.priority, host_text(&exchanger.host)))
        }));
    fields.extend(installation.name_servers.iter().map(|host| ("name server", host_text(host))));
    fields.extend([
        ("SPF host", format!("{}: {}", installation.spf_host, installation.spf_text())),
        ("contact", installation.contact.to_string()),
        ("mail programs", installation.access.host.to_string()),
        ("web pages", installation.web_host.to_string()),
        ("MTA-STS", installation.sts_mode.as_str().to_owned()),
    ]);
    fields.extend(installation.block_lists.iter().map(|list| ("block list", list.to_string())));
    if !kept.changes.is_empty() {
        fields.push(("zones changed", kept.changes.len().to_string()));
    }
    fields.extend(super::domain::conflict_fields(&kept.conflicts));
    card(json, &fields)
}
