//! `relais host …`

use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::Result;
use clap::Subcommand;
use hosts::{HostChange, NewHost};
use model::Domain;
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, table};
use super::values;

/// The machines of a domain. Changes wait until `relais mail-server apply`.
#[derive(Subcommand)]
pub enum Host {
    /// Creates a host.
    Create {
        /// Its name: letters, digits and hyphens; unique in its domain.
        name: String,
        /// The domain that it belongs to.
        #[arg(long, value_parser = values::domain)]
        domain: Domain,
        /// Its IPv4 address.
        #[arg(long, required_unless_present = "ipv6")]
        ipv4: Option<Ipv4Addr>,
        /// Its IPv6 address.
        #[arg(long)]
        ipv6: Option<Ipv6Addr>,
        /// The name by which others find it; its name below its domain without it.
        #[arg(long, value_parser = values::domain)]
        fqdn: Option<Domain>,
        /// What it is.
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Lists the hosts.
    List,
    /// Shows one.
    Show {
        /// Its name, with its domain where several have it, or its identifier.
        host: String,
    },
    /// Changes it.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its name, with its domain where several have it, or its identifier.
        host: String,
        /// The new name.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// The new IPv4 address.
        #[arg(long, group = "news")]
        ipv4: Option<Ipv4Addr>,
        /// The new IPv6 address.
        #[arg(long, group = "news")]
        ipv6: Option<Ipv6Addr>,
        /// Another full name.
        #[arg(long, value_parser = values::domain, group = "news")]
        fqdn: Option<Domain>,
        /// Another description.
        #[arg(long, group = "news")]
        description: Option<String>,
    },
    /// Deletes it, once it is no mail server.
    Delete {
        /// Its name, with its domain where several have it, or its identifier.
        host: String,
    },
}

impl Host {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let hosts = platform.hosts();
        match self {
            Host::Create { name, domain, ipv4, ipv6, fqdn, description } => {
                let domain = platform.administration.domain_called(&domain).await?.id;
                let new = NewHost { domain, name, fqdn, ipv4, ipv6, description };
                Ok(show(&hosts.create_host(new).await?))
            }
            Host::List => {
                let all = hosts.hosts(None).await?;
                let rows = all.iter().map(|host| {
                    let cells =
                        vec![host.full_name(), host.id.to_string(), addresses(host), waits(host.waits)];
                    (to_json(host), cells)
                });
                Ok(table(&["NAME", "ID", "ADDRESSES", "WAITS"], rows.collect()))
            }
            Host::Show { host } => Ok(show(&hosts.host_called(&host).await?)),
            Host::Change { host, name, ipv4, ipv6, fqdn, description } => {
                let id = hosts.host_called(&host).await?.id;
                let (ipv4, ipv6) = (ipv4.map(Some), ipv6.map(Some));
                let change = HostChange { name, fqdn, ipv4, ipv6, description };
                Ok(show(&hosts.change_host(id, change).await?))
            }
            Host::Delete { host } => {
                hosts.delete_host(hosts.host_called(&host).await?.id).await?;
                Ok(Output::done(format!("«{host}» is deleted; it waits to be applied")))
            }
        }
    }
}

pub(super) fn addresses(host: &hosts::Host) -> String {
    let addresses: Vec<String> = host.addresses().iter().map(ToString::to_string).collect();
    addresses.join(", ")
}

pub(super) fn waits(act: Option<hosts::Act>) -> String {
    act.map_or("", hosts::Act::as_str).to_owned()
}

pub(super) fn to_json(host: &hosts::Host) -> Value {
    json!({
        "id": host.id.to_string(),
        "organisation": host.organisation.to_string(),
        "domain": host.domain_name.as_str(),
        "name": host.name,
        "fqdn": host.fqdn.as_str(),
        "ipv4": host.ipv4,
        "ipv6": host.ipv6,
        "description": host.description,
        "waits": host.waits.map(hosts::Act::as_str),
        "created_at": host.created_at.rfc3339(),
    })
}

fn show(host: &hosts::Host) -> Output {
    card(
        to_json(host),
        &[
            ("name", host.full_name()),
            ("id", host.id.to_string()),
            ("full name", host.fqdn.to_string()),
            ("addresses", addresses(host)),
            ("description", host.description.clone()),
            ("waits", waits(host.waits)),
        ],
    )
}
