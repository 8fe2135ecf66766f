//! The addresses of the installation: static or dynamic, shared or dedicated to an organisation, and the name that each
//! address's pointer (PTR) is to lead to and leads to. Letters leave from a dedicated address that is bound to their
//! mail service, or to the mail server that carries them (docs/decisions/0063-dedicated-addresses.md).

use std::net::IpAddr;

use db::{Page, Seek, Tx};
use model::{Domain, OrganisationId, ServiceId, Timestamp};

use super::{checked_text, every, parsed_ip, rows};
use crate::administration::{Administration, found, name_of_service, organisation_in_scope};
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
    /// The name that its pointer leads to, where that leads back and is the one that is wanted; `None`: the node's own.
    pub name: Option<Domain>,
}

impl IpInfo {
    fn sending(&self) -> SendingAddress {
        // Whoever has the address wants what he likes: only a name that leads back to it is its own, and a name that is
        // wanted and not there yet is one that receivers do not find.
        let wanted = self.pointer_wanted.as_str();
        let is_own =
            self.is_confirmed && (wanted.is_empty() || wanted.eq_ignore_ascii_case(&self.pointer_found));
        let name = is_own.then(|| Domain::parse(&self.pointer_found).ok()).flatten();
        SendingAddress { ip: self.ip, name }
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
        every(|seek| self.page_of_ips(seek)).await
    }

    /// A page of [`Administration::ips`].
    pub async fn page_of_ips(&self, seek: Seek<IpAddr>) -> Result<Page<IpInfo, IpAddr>> {
        self.read(move |tx| Ok(seek.page(rows::ips(tx, &seek)?, |info| info.ip))).await
    }

    /// One of them.
    pub async fn ip(&self, ip: IpAddr) -> Result<IpInfo> {
        let ip = ip.to_canonical();
        self.read(move |tx| found("ip", rows::ip(tx, ip)?)).await
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
            rows::add_ip(tx, &info, now)?;
            let after = facts(tx, &info)?;
            trail::tell(tx, trail::Told::of_thing(ip).after(after));
            Ok((new.organisation, info))
        })
        .await
    }

    /// Changes an address. An organisation changes the pointer of one that is dedicated to it, and what leaves from
    /// it, and nothing else.
    pub async fn change_ip(&self, ip: IpAddr, change: IpChange) -> Result<IpInfo> {
        let is_tenant = self.scope().organisation().is_some();
        if is_tenant && (change.is_static.is_some() || change.note.is_some()) {
            return Err(DirectoryError::NotFound { what: "this within the organisation's scope" });
        }
        let ip = ip.to_canonical();
        let wanted = change.pointer_wanted.as_deref().map(checked_pointer).transpose()?;
        let note = change.note.as_deref().map(|note| checked_text("note", note, true)).transpose()?;
        self.act("change ip", ip.to_string(), move |tx| {
            let mut info = found("ip", rows::ip(tx, ip)?)?;
            let before = facts(tx, &info)?;
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
            // Whoever it belongs to by now says what becomes of it.
            found("ip", rows::change_ip(tx, &info)?.then_some(()))?;
            let after = facts(tx, &info)?;
            trail::tell(tx, trail::Told::of_thing(ip).before(before).after(after));
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
            let before = facts(tx, &info)?;
            trail::tell(tx, trail::Told::of_thing(ip).before(before));
            rows::delete_ip(tx, ip)?;
            Ok((info.organisation, ()))
        })
        .await
    }

    /// Asks the DNS which name the pointer leads to, and whether that leads back (RFC 1912 §2.1). Only that is written:
    /// the answer may take its time, and the address may be somebody else's by then.
    pub async fn look_at_ip(&self, ip: IpAddr) -> Result<IpInfo> {
        self.note_pointer(self.ip(ip).await?).await
    }

    /// The second half of it, for an address as it was read.
    pub(crate) async fn note_pointer(&self, known: IpInfo) -> Result<IpInfo> {
        let ip = known.ip;
        let names = &self.directory().world.names;
        let pointers = names.pointers(ip).await.unwrap_or_default();
        let first = pointers.into_iter().next().unwrap_or_default();
        let pointer_found = first.trim_end_matches('.').to_lowercase();
        let is_confirmed = match Domain::parse(&pointer_found) {
            Ok(name) => names.addresses(&name).await.unwrap_or_default().contains(&ip),
            Err(_) => false,
        };
        let info = IpInfo { pointer_found, is_confirmed, looked_at: Some(self.now()), ..known };
        let row = info.clone();
        let operator = self.directory().db.operator("note what the DNS says of an address");
        operator.write(move |tx| rows::looked_at_ip(tx, &row)).await?;
        Ok(info)
    }
}

/// What the log of changes tells of an address.
pub(super) fn facts(tx: &mut Tx, info: &IpInfo) -> Result<trail::Facts> {
    let organisation = match info.organisation {
        Some(organisation) => organisation_in_scope(tx, organisation)?.map(|owner| owner.name),
        None => None,
    };
    let service = match info.service {
        Some(service) => name_of_service(tx, service)?,
        None => None,
    };
    Ok(trail::Facts::new()
        .with_some("organisation", organisation)
        .with_bool("static", info.is_static)
        .with("note", &info.note)
        .with("pointer", &info.pointer_wanted)
        .with_some("service", service)
        .with_some("server", info.server.as_ref()))
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
