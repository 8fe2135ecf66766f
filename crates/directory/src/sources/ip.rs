//! The addresses of the installation: static or dynamic, shared or dedicated to an organisation, and the name that each
//! address's pointer (PTR) is to lead to and leads to. Letters leave from a dedicated address that is bound to their
//! mail service, or to the mail server that carries them (docs/decisions/0063-dedicated-addresses.md).

use std::net::IpAddr;

use model::{Domain, OrganisationId, ServiceId, Timestamp};

use super::{checked_text, parsed_ip, rows};
use crate::administration::{Administration, found};
use crate::error::DirectoryError;
use crate::{Directory, Scope};

type Result<T> = std::result::Result<T, DirectoryError>;

/// An address of the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpInfo {
    /// The address.
    pub ip: IpAddr,
    /// Whom it is dedicated to.
    pub organisation: Option<OrganisationId>,
    /// Whether it stays the same.
    pub is_static: bool,
    /// Whether one organisation has it alone.
    pub is_dedicated: bool,
    /// What the operator remembers about it.
    pub note: String,
    /// The name that its pointer is to lead to; empty: none.
    pub pointer_wanted: String,
    /// The name that it leads to; empty: none, or not looked at yet.
    pub pointer_found: String,
    /// Whether that name leads back to the address (FCrDNS), as many mail servers ask for.
    pub is_confirmed: bool,
    /// When it was last looked at.
    pub looked_at: Option<Timestamp>,
    /// The mail service whose letters leave from it.
    pub service: Option<ServiceId>,
    /// The mail server, by its host's full name, whose letters leave from it; with a service, those that are both.
    pub server: Option<Domain>,
}

/// An address that a letter is to leave from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingAddress {
    /// The address.
    pub ip: IpAddr,
    /// The name that its pointer is to lead to, or leads to.
    pub name: Option<Domain>,
}

impl IpInfo {
    fn sending(&self) -> SendingAddress {
        let name = match self.pointer_wanted.as_str() {
            "" if self.is_confirmed => self.pointer_found.as_str(),
            wanted => wanted,
        };
        SendingAddress { ip: self.ip, name: Domain::parse(name).ok() }
    }
}

/// A new address of the installation.
#[derive(Clone, Debug)]
pub struct NewIp {
    /// The address.
    pub ip: String,
    /// Whom it is dedicated to; `None`: shared.
    pub organisation: Option<OrganisationId>,
    /// Whether it stays the same.
    pub is_static: bool,
    /// What to remember about it.
    pub note: String,
}

/// What to change of an address; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IpChange {
    /// Dedicated to whom; `Some(None)`: shared.
    pub organisation: Option<Option<OrganisationId>>,
    /// Whether it stays the same.
    pub is_static: Option<bool>,
    /// What to remember about it.
    pub note: Option<String>,
    /// The name that its pointer is to lead to; empty: none.
    pub pointer_wanted: Option<String>,
    /// The mail service whose letters leave from it; `Some(None)`: none.
    pub service: Option<Option<ServiceId>>,
    /// The mail server whose letters leave from it; whoever changes it has looked whether it is one.
    pub server: Option<Option<Domain>>,
}

impl Directory {
    /// The addresses that the letters of a sender leave from on the node that is `host`, at most one of each family;
    /// none: the node's usual ones. Those of his mail service come first, and among these what is bound to the node
    /// itself or to none; then the organisation's on this node, then the node's for everybody. Of several
    /// `turn` takes one.
    pub async fn sending_addresses(
        &self,
        organisation: Option<OrganisationId>,
        sender: Option<&Domain>,
        host: Option<&Domain>,
        turn: u64,
    ) -> Result<Vec<SendingAddress>> {
        let (sender, host) = (sender.map(ToString::to_string), host.cloned());
        let scope = self.db.operator("where a letter leaves from");
        let (bound, service) = scope
            .read(move |tx| {
                let bound = rows::bound_ips(tx, organisation)?;
                let service = match (&organisation, &sender) {
                    (Some(organisation), Some(sender)) if !bound.is_empty() => {
                        rows::service_of_domain(tx, *organisation, sender)?
                    }
                    _ => None,
                };
                Ok::<_, DirectoryError>((bound, service))
            })
            .await?;
        let is_here = |info: &IpInfo| info.server.is_some() && info.server == host;
        let is_of_service = |info: &IpInfo| info.service.is_some() && info.service == service;
        let ranks: [&dyn Fn(&IpInfo) -> bool; 4] = [
            &|info| is_of_service(info) && (info.server.is_none() || is_here(info)),
            // Another node has to carry it.
            &is_of_service,
            &|info| info.service.is_none() && info.organisation.is_some() && is_here(info),
            &|info| info.service.is_none() && info.organisation.is_none() && is_here(info),
        ];
        let Some(rank) = ranks.iter().find(|rank| bound.iter().any(rank)) else {
            return Ok(Vec::new());
        };
        let of_family = |is_ipv4: bool| {
            let all: Vec<&IpInfo> =
                bound.iter().filter(|info| rank(info) && info.ip.is_ipv4() == is_ipv4).collect();
            let place = usize::try_from(turn % (all.len().max(1) as u64)).unwrap_or_default();
            all.get(place).map(|info| info.sending())
        };
        Ok([of_family(true), of_family(false)].into_iter().flatten().collect())
    }
}

impl Administration {
    /// The installation's addresses; within a tenant's scope those dedicated to it.
    pub async fn ips(&self) -> Result<Vec<IpInfo>> {
        self.read(|tx| Ok(rows::ips(tx)?)).await
    }

    /// Adds an address (operator only).
    pub async fn add_ip(&self, new: NewIp) -> Result<IpInfo> {
        let Scope::Operator(_) = self.scope() else {
            return Err(DirectoryError::NotFound { what: "this within the organisation's scope" });
        };
        let ip = parsed_ip("ip", &new.ip)?;
        let note = checked_text("note", &new.note, true)?;
        let now = self.now();
        self.act("add ip", ip.to_string(), move |tx| {
            if rows::ip(tx, ip)?.is_some() {
                return Err(DirectoryError::Conflict {
                    field: "ip",
                    value: ip.to_string(),
                    rule: "an address is listed once",
                });
            }
            let info = IpInfo {
                ip,
                organisation: new.organisation,
                is_static: new.is_static,
                is_dedicated: new.organisation.is_some(),
                note: note.clone(),
                pointer_wanted: String::new(),
                pointer_found: String::new(),
                is_confirmed: false,
                looked_at: None,
                service: None,
                server: None,
            };
            rows::write_ip(tx, &info, now)?;
            Ok((new.organisation, info))
        })
        .await
    }

    /// Changes an address. An organisation changes the pointer of one that is dedicated to it, and what leaves from
    /// it, and nothing else.
    pub async fn change_ip(&self, ip: IpAddr, change: IpChange) -> Result<IpInfo> {
        let is_tenant = self.scope().organisation().is_some();
        if is_tenant && (change.organisation.is_some() || change.is_static.is_some() || change.note.is_some())
        {
            return Err(DirectoryError::NotFound { what: "this within the organisation's scope" });
        }
        let ip = ip.to_canonical();
        let wanted = change.pointer_wanted.as_deref().map(checked_pointer).transpose()?;
        let note = change.note.as_deref().map(|note| checked_text("note", note, true)).transpose()?;
        let now = self.now();
        let what = format!("{ip} {}", wanted.as_deref().unwrap_or_default());
        self.act("change ip", what, move |tx| {
            let mut info = found("ip", rows::ip(tx, ip)?)?;
            if let Some(organisation) = change.organisation {
                (info.organisation, info.is_dedicated) = (organisation, organisation.is_some());
                (info.service, info.server) = (None, None);
            }
            if let Some(service) = change.service {
                if let Some(service) = service {
                    let owner = info.organisation.ok_or_else(|| DirectoryError::Invalid {
                        field: "service",
                        reason: format!("{ip} is shared"),
                        rule: "letters of one mail service leave from an address that is dedicated to its organisation",
                    })?;
                    found("service", rows::has_service(tx, owner, service)?.then_some(()))?;
                }
                info.service = service;
            }
            if let Some(server) = &change.server {
                info.server.clone_from(server);
            }
            info.is_static = change.is_static.unwrap_or(info.is_static);
            if let Some(note) = &note {
                info.note.clone_from(note);
            }
            if let Some(wanted) = &wanted {
                info.pointer_wanted.clone_from(wanted);
            }
            rows::write_ip(tx, &info, now)?;
            Ok((info.organisation, info))
        })
        .await
    }

    /// Removes an address (operator only).
    pub async fn remove_ip(&self, ip: IpAddr) -> Result<()> {
        let Scope::Operator(_) = self.scope() else {
            return Err(DirectoryError::NotFound { what: "ip" });
        };
        let ip = ip.to_canonical();
        self.act("remove ip", ip.to_string(), move |tx| {
            let info = found("ip", rows::ip(tx, ip)?)?;
            rows::delete_ip(tx, ip)?;
            Ok((info.organisation, ()))
        })
        .await
    }

    /// Asks the DNS which name the pointer leads to, and whether that leads back (RFC 1912 §2.1).
    pub async fn look_at_ip(&self, ip: IpAddr) -> Result<IpInfo> {
        let ip = ip.to_canonical();
        let mut info = found("ip", self.read(move |tx| Ok(rows::ip(tx, ip)?)).await?)?;
        let names = &self.directory().world.names;
        let pointers = names.pointers(ip).await.unwrap_or_default();
        let first = pointers.into_iter().next().unwrap_or_default();
        info.pointer_found = first.trim_end_matches('.').to_lowercase();
        info.is_confirmed = match Domain::parse(&info.pointer_found) {
            Ok(name) => names.addresses(&name).await.unwrap_or_default().contains(&ip),
            Err(_) => false,
        };
        info.looked_at = Some(self.now());
        let (row, now) = (info.clone(), self.now());
        let operator = self.directory().db.operator("note what the DNS says of an address");
        operator.write(move |tx| rows::write_ip(tx, &row, now)).await?;
        Ok(info)
    }
}

fn checked_pointer(name: &str) -> Result<String> {
    let name = name.trim().trim_end_matches('.');
    if name.is_empty() {
        return Ok(String::new());
    }
    match Domain::parse(name) {
        Ok(domain) if domain.literal().is_none() && domain.as_str().contains('.') => Ok(domain.to_string()),
        _ => Err(DirectoryError::Invalid {
            field: "pointer",
            reason: format!("«{name}» is no host name"),
            rule: "a host name that leads to the address, such as mail.example.ch",
        }),
    }
}
