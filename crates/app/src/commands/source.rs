//! `relais allowed-source …` and `relais ip …`

use std::net::IpAddr;

use anyhow::Result;
use clap::Subcommand;
use directory::{AllowedSource, IpInfo, NewAllowedSource, NewIp};
use model::{Timestamp, Validity};
use serde_json::{Value, json};

use super::output::{Output, card, shown, table};
use super::{Platform, values};

/// Sources that no rule keeps out.
#[derive(Subcommand)]
pub enum Allowed {
    /// Lists them, and the requests for such.
    List,
    /// Asks that no rule keeps a source out; the contact confirms by the link in a letter.
    Create {
        /// A public IP address; of IPv6 its /64.
        ip: String,
        /// What comes from there.
        #[arg(long)]
        purpose: String,
        /// The login of the owner or administrator who confirms.
        #[arg(long)]
        contact: String,
        /// The organisation takes the whole responsibility for attacks from there.
        #[arg(long)]
        accept_responsibility: bool,
    },
    /// Lets a confirmed source pass for good (operator only).
    Grant {
        /// The request's identifier.
        id: i64,
    },
    /// Refuses a request (operator only).
    Refuse {
        /// The request's identifier.
        id: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Says from when until when a source passes (operator only); what is not given has no bound.
    Limit {
        /// Its identifier.
        id: i64,
        /// From when it passes: a date (its begin in UTC) or a moment of RFC 3339.
        #[arg(long, value_name = "WHEN", value_parser = values::moment)]
        valid_from: Option<Timestamp>,
        /// When it no longer does.
        #[arg(long, value_name = "WHEN", value_parser = values::moment)]
        valid_until: Option<Timestamp>,
    },
    /// Ends what is allowed, or takes a request back.
    Delete {
        /// Its identifier.
        id: i64,
    },
}

const ACCEPTANCE: &str = "We understand and accept the whole responsibility in case of an attack from this IP \
    address, which the security systems will no longer block by themselves.";

impl Allowed {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Allowed::List => {
                let sources = administration.allowed_sources().await?;
                let rows = sources.iter().map(|source| {
                    let cells = vec![
                        source.id.to_string(),
                        source.source.clone(),
                        source.state.to_string(),
                        shown(&source.purpose),
                        source.contact.clone(),
                        source.asked_at.rfc3339(),
                    ];
                    (allowed_json(source), cells)
                });
                Ok(table(&["ID", "SOURCE", "STATE", "PURPOSE", "CONTACT", "ASKED"], rows.collect()))
            }
            Allowed::Create { ip, purpose, contact, accept_responsibility } => {
                let acceptance = if accept_responsibility { ACCEPTANCE } else { "" };
                let new = NewAllowedSource {
                    organisation: platform.owner().await?,
                    ip,
                    purpose,
                    acceptance: acceptance.to_owned(),
                    language: "en".to_owned(),
                    contact,
                };
                let source = administration.ask_for_allowed_source(new).await?;
                let text = format!(
                    "{} is asked for as {}; {} gets a letter with the link that confirms it",
                    source.source, source.id, source.contact
                );
                Ok(Output::new(allowed_json(&source), text))
            }
            Allowed::Grant { id } => {
                let source = administration.decide_allowed_source(id, true, "").await?;
                Ok(Output::done(format!("no rule keeps {} out any more", source.source)))
            }
            Allowed::Refuse { id, reason } => {
                let source = administration.decide_allowed_source(id, false, &reason).await?;
                Ok(Output::done(format!("{} is refused", source.source)))
            }
            Allowed::Limit { id, valid_from, valid_until } => {
                let validity = Validity { from: valid_from, until: valid_until };
                let source = administration.limit_allowed_source(id, validity).await?;
                let bound =
                    |at: Option<Timestamp>| at.map_or_else(|| "no bound".to_owned(), Timestamp::rfc3339);
                let text = format!(
                    "{} passes from {} until {}",
                    source.source,
                    bound(valid_from),
                    bound(valid_until)
                );
                Ok(Output::new(allowed_json(&source), text))
            }
            Allowed::Delete { id } => {
                administration.end_allowed_source(id, "").await?;
                Ok(Output::done("ended; the rules hold again"))
            }
        }
    }
}

fn allowed_json(source: &AllowedSource) -> Value {
    json!({
        "id": source.id.to_string(),
        "organisation": source.organisation.to_string(),
        "source": source.source,
        "state": source.state.as_str(),
        "purpose": source.purpose,
        "acceptance": source.acceptance,
        "asked_by": source.asked_by,
        "asked_at": source.asked_at.rfc3339(),
        "contact": source.contact,
        "confirmed_at": source.confirmed_at.map(|at| at.rfc3339()),
        "decided_by": source.decided_by,
        "reason": source.reason,
        "valid_from": source.validity.from.map(Timestamp::rfc3339),
        "valid_until": source.validity.until.map(Timestamp::rfc3339),
    })
}

/// The addresses of the installation, and the names that their pointers (PTR) lead to.
#[derive(Subcommand)]
pub enum Ip {
    /// Lists them; with --organisation those dedicated to it.
    List,
    /// Lists an address of the installation; with --organisation dedicated to it (operator only).
    Create {
        /// The address.
        ip: String,
        /// It may change.
        #[arg(long)]
        dynamic: bool,
        /// The organisation that has it alone: name or identifier.
        #[arg(long, value_name = "NAME_OR_ID")]
        dedicated_to: Option<String>,
        /// What to remember about it.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Sets the name that an address's pointer leads to; an empty one takes it away.
    SetPointer {
        /// The address.
        ip: IpAddr,
        /// The host name.
        name: String,
    },
    /// Lets the letters of a mail service leave from an address, or those that a mail server carries, or with both
    /// the letters of the one that the other carries. Without either nothing is bound to it any more.
    Bind {
        /// The address.
        ip: IpAddr,
        /// The mail service: name or identifier.
        #[arg(long, value_name = "NAME_OR_ID")]
        service: Option<String>,
        /// The full name of the mail server's host.
        #[arg(long, value_name = "NAME.DOMAIN")]
        server: Option<String>,
    },
    /// Asks the DNS for the pointer, and whether its name leads back.
    Look {
        /// The address.
        ip: IpAddr,
    },
    /// Takes an address from the list (operator only).
    Delete {
        /// The address.
        ip: IpAddr,
    },
}

impl Ip {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        match self {
            Ip::List => {
                let ips = administration.ips().await?;
                let rows = ips.iter().map(|info| {
                    let cells = vec![
                        info.ip.to_string(),
                        if info.is_static { "static" } else { "dynamic" }.to_owned(),
                        info.organisation
                            .map_or_else(|| "shared".to_owned(), |id| format!("dedicated to {id}")),
                        info.pointer_wanted.clone(),
                        pointer(info),
                    ];
                    (ip_json(info), cells)
                });
                Ok(table(&["IP", "KIND", "SHARING", "POINTER WANTED", "FOUND"], rows.collect()))
            }
            Ip::Create { ip, dynamic, dedicated_to, note } => {
                let organisation = match dedicated_to {
                    Some(name) => Some(administration.organisation_called(&name).await?.id),
                    None => None,
                };
                let new = NewIp { ip, organisation, is_static: !dynamic, note };
                Ok(told(&administration.add_ip(new).await?))
            }
            Ip::SetPointer { ip, name } => {
                let zones = &platform.installation.zones;
                let (info, is_written) = zones.set_pointer(administration, ip, &name).await?;
                let text = match is_written {
                    true => {
                        format!("the pointer of {ip} is written into the reverse zone, which is hosted here")
                    }
                    false => format!("noted; whoever serves the reverse zone of {ip} has to write it"),
                };
                Ok(Output::new(ip_json(&info), text))
            }
            Ip::Bind { ip, service, server } => {
                let service = match service {
                    Some(name) => Some(platform.service(&name).await?),
                    None => None,
                };
                let binding = hosts::Binding { service: Some(service), server: Some(server) };
                let hosts = &platform.installation.hosts;
                Ok(told(&hosts.bind_ip(administration, ip, binding).await?))
            }
            Ip::Look { ip } => Ok(told(&administration.look_at_ip(ip).await?)),
            Ip::Delete { ip } => {
                administration.remove_ip(ip).await?;
                Ok(Output::done(format!("{ip} is no longer listed")))
            }
        }
    }
}

fn pointer(info: &IpInfo) -> String {
    match (info.pointer_found.is_empty(), info.is_confirmed, info.looked_at) {
        (true, _, None) => "not looked at".to_owned(),
        (true, ..) => "none".to_owned(),
        (false, true, _) => shown(&info.pointer_found),
        (false, false, _) => format!("{}, which does not lead back", shown(&info.pointer_found)),
    }
}

/// What leaves from an address.
fn leaving(info: &IpInfo) -> String {
    match (info.service, &info.server) {
        (None, None) => "none are bound to it".to_owned(),
        (Some(service), None) => format!("of the mail service {service}"),
        (None, Some(server)) => format!("that {server} carries"),
        (Some(service), Some(server)) => format!("of the mail service {service} that {server} carries"),
    }
}

fn told(info: &IpInfo) -> Output {
    let fields = [
        ("ip", info.ip.to_string()),
        ("pointer wanted", info.pointer_wanted.clone()),
        ("pointer found", pointer(info)),
        ("letters", leaving(info)),
    ];
    card(ip_json(info), &fields)
}

fn ip_json(info: &IpInfo) -> Value {
    json!({
        "ip": info.ip.to_string(),
        "organisation": info.organisation.map(|id| id.to_string()),
        "is_static": info.is_static,
        "is_dedicated": info.is_dedicated,
        "note": info.note,
        "pointer": info.pointer_wanted,
        "pointer_found": info.pointer_found,
        "is_confirmed": info.is_confirmed,
        "looked_at": info.looked_at.map(|at| at.rfc3339()),
        "service": info.service.map(|id| id.to_string()),
        "server": info.server.as_ref().map(ToString::to_string),
    })
}
