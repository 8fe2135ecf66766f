//! The addresses of the installation: static or dynamic, shared or dedicated to an organisation, and the name that each
//! address's pointer (PTR) is to lead to and leads to.

use std::net::IpAddr;

use model::{Domain, OrganisationId, Timestamp};

use super::{checked_text, parsed_ip, rows};
use crate::Scope;
use crate::administration::{Administration, found};
use crate::error::DirectoryError;

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
            };
            rows::write_ip(tx, &info, now)?;
            Ok((new.organisation, info))
        })
        .await
    }

    /// Changes an address. An organisation changes the pointer of one that is dedicated to it, and nothing else.
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
