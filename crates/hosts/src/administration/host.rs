//! Hosts: the machines of a domain.

use std::net::{Ipv4Addr, Ipv6Addr};

use db::{Page, Seek, Tx};
use directory::DirectoryError;
use model::{Domain, DomainId, OrganisationId};

use super::{Administration, Hand, conflict, found, page};
use crate::entities::{Host, HostId, Thing};
use crate::limits::{DESCRIPTION_LIMIT_CHARACTERS, HOSTS_LIMIT};
use crate::{Result, rows};

/// A new host.
#[derive(Clone, Debug)]
pub struct NewHost {
    /// The domain that it belongs to.
    pub domain: DomainId,
    /// Its name, unique in its domain.
    pub name: String,
    /// The name by which others find it; `None` is its name below its domain.
    pub fqdn: Option<Domain>,
    /// Its IPv4 address.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address; it has one of the two at least.
    pub ipv6: Option<Ipv6Addr>,
    /// What it is.
    pub description: String,
}

/// What to change of a host; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct HostChange {
    /// A new name.
    pub name: Option<String>,
    /// Another full name.
    pub fqdn: Option<Domain>,
    /// Another IPv4 address; `Some(None)` takes it away.
    pub ipv4: Option<Option<Ipv4Addr>>,
    /// Another IPv6 address; `Some(None)` takes it away.
    pub ipv6: Option<Option<Ipv6Addr>>,
    /// Another description.
    pub description: Option<String>,
}

impl Administration {
    /// The hosts within the scope, of one organisation or of all, by name: what can be chosen for a mail server.
    pub async fn hosts(&self, organisation: Option<OrganisationId>) -> Result<Vec<Host>> {
        let domain = self.domain;
        self.read(move |tx| Ok(rows::hosts(tx, organisation, domain)?)).await
    }

    /// As [`Administration::hosts`], a page at a time in the order they were made.
    pub async fn page_of_hosts(
        &self,
        organisation: Option<OrganisationId>,
        seek: Seek,
    ) -> Result<Page<Host>> {
        Ok(page(self.hosts(organisation).await?, seek, |host| host.id.0))
    }

    /// A host.
    pub async fn host(&self, id: HostId) -> Result<Host> {
        self.look(move |tx, hand| hand.host(tx, id)).await
    }

    /// The host with this name (`hote1`, or `hote1.valbois.ch` where several domains have one).
    pub async fn host_called(&self, name: &str) -> Result<Host> {
        let wanted = name.trim().to_lowercase();
        let hosts = self.hosts(None).await?;
        let is_it =
            |host: &Host| host.id.to_string() == wanted || host.name == wanted || host.full_name() == wanted;
        let mut matching = hosts.into_iter().filter(is_it);
        match (matching.next(), matching.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(DirectoryError::invalid(
                "host",
                format!("several are called «{name}»"),
                "a name that several domains use needs the domain behind it, or the identifier",
            )),
            _ => Err(DirectoryError::NotFound { what: "host" }),
        }
    }

    /// Creates a host in the staged form.
    pub async fn create_host(&self, new: NewHost) -> Result<Host> {
        let name = checked_name(&new.name)?;
        let description = checked_description(&new.description)?;
        self.write(move |tx, hand| {
            let owner = rows::domain_owner(tx, new.domain)?.filter(|_| hand.reaches(new.domain));
            let organisation = found("domain", owner)?;
            let domain_name = found("domain", rows::domain_name(tx, new.domain)?)?;
            if rows::count_hosts(tx, organisation)? >= HOSTS_LIMIT {
                let reason = format!("there are {HOSTS_LIMIT}");
                return Err(DirectoryError::invalid(
                    "name",
                    reason,
                    "an organisation has at most 1000 hosts",
                ));
            }
            let fqdn = match &new.fqdn {
                Some(fqdn) => checked_fqdn(fqdn)?,
                None => below(&name, &domain_name)?,
            };
            let host = Host {
                id: HostId(hand.world.new_id()),
                organisation,
                domain: new.domain,
                domain_name,
                name: name.clone(),
                fqdn,
                ipv4: new.ipv4,
                ipv6: new.ipv6,
                description: description.clone(),
                waits: None,
                created_at: hand.at,
            };
            check(tx, &host)?;
            rows::insert_host(tx, &host).map_err(conflict(|| exists(&host.name)))?;
            hand.stage(tx, Thing::Host(host.id), &host)?;
            trail::tell(tx, trail::Told::of_thing(host.full_name()).after(facts(&host)));
            hand.audit(tx, organisation, "create host", host.full_name())?;
            hand.host(tx, host.id)
        })
        .await
    }

    /// Changes a host in the staged form.
    pub async fn change_host(&self, id: HostId, change: HostChange) -> Result<Host> {
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let description = change.description.as_deref().map(checked_description).transpose()?;
        let fqdn = change.fqdn.as_ref().map(checked_fqdn).transpose()?;
        self.write(move |tx, hand| {
            let mut host = hand.host(tx, id)?;
            let before = facts(&host);
            let follows = host.fqdn.as_str() == host.full_name();
            if let Some(name) = &name {
                host.name.clone_from(name);
                // A full name that nobody chose goes with the name.
                if follows && fqdn.is_none() {
                    host.fqdn = below(name, &host.domain_name)?;
                }
            }
            if let Some(fqdn) = &fqdn {
                host.fqdn.clone_from(fqdn);
            }
            host.ipv4 = change.ipv4.unwrap_or(host.ipv4);
            host.ipv6 = change.ipv6.unwrap_or(host.ipv6);
            if let Some(description) = &description {
                host.description.clone_from(description);
            }
            check(tx, &host)?;
            rows::update_host(tx, &host).map_err(conflict(|| exists(&host.name)))?;
            hand.stage(tx, Thing::Host(id), &host)?;
            if let Some(server) = rows::server_on(tx, id)? {
                // What waits of it shows the host's name.
                if server.waits.is_some() {
                    hand.stage(tx, Thing::MailServer(server.id), &host)?;
                }
            }
            trail::tell(tx, trail::Told::of_thing(host.full_name()).before(before).after(facts(&host)));
            hand.audit(tx, host.organisation, "change host", host.full_name())?;
            hand.host(tx, id)
        })
        .await
    }

    /// Deletes a host in the staged form, once it is no mail server any more.
    pub async fn delete_host(&self, id: HostId) -> Result<()> {
        self.write(move |tx, hand| {
            let host = hand.host(tx, id)?;
            refuse_server_on(tx, &host)?;
            rows::delete_host(tx, id, host.organisation)?;
            hand.stage(tx, Thing::Host(id), &host)?;
            trail::tell(tx, trail::Told::of_thing(host.full_name()).before(facts(&host)));
            hand.audit(tx, host.organisation, "delete host", host.full_name())
        })
        .await
    }
}

/// What the log of changes tells of a host.
fn facts(host: &Host) -> trail::Facts {
    trail::Facts::new()
        .with("name", &host.name)
        .with("fqdn", &host.fqdn)
        .with_some("ipv4", host.ipv4)
        .with_some("ipv6", host.ipv6)
        .with("description", &host.description)
}

impl Hand {
    /// Takes back what waits of a host: created ones go, changed and deleted ones are again as applied.
    pub(super) fn revert_host(&self, tx: &mut Tx, id: HostId) -> Result<()> {
        let staged = rows::host(tx, id)?;
        if let Some(host) = &staged
            && rows::values_of_host(tx, id, true)?.is_none()
        {
            refuse_server_on(tx, host)?;
        }
        let taken = || exists(staged.as_ref().map_or("", |host| &host.name));
        rows::revert_host(tx, id).map_err(conflict(taken))?;
        // A created host is gone by now, and its own row says what it was.
        let host = rows::host(tx, id)?.or(staged.clone());
        let host = found("host", host)?;
        self.stage(tx, Thing::Host(id), &host)
    }
}

fn refuse_server_on(tx: &mut Tx, host: &Host) -> Result<()> {
    if rows::server_on(tx, host.id)?.is_some() {
        return Err(DirectoryError::InUse {
            field: "host",
            value: host.name.clone(),
            dependents: "a mail server".to_owned(),
            rule: "a host is deleted after the mail server on it",
        });
    }
    Ok(())
}

fn check(tx: &mut Tx, host: &Host) -> Result<()> {
    if host.ipv4.is_none() && host.ipv6.is_none() {
        return Err(DirectoryError::invalid(
            "ipv4",
            "there is no address",
            "a host has an IPv4 or an IPv6 address",
        ));
    }
    let is_nowhere = |address: &std::net::IpAddr| address.is_unspecified() || address.is_multicast();
    if let Some(address) = host.addresses().iter().find(|address| is_nowhere(address)) {
        let field = if address.is_ipv4() { "ipv4" } else { "ipv6" };
        let reason = format!("{address} is no machine's");
        return Err(DirectoryError::invalid(field, reason, "an address of one machine"));
    }
    if rows::has_other_host(tx, host.domain, &host.name, host.id)? {
        return Err(exists(&host.name));
    }
    Ok(())
}

/// RFC 1123 §2.1: letters, digits and hyphens, at most 63, none of the hyphens outside.
fn checked_name(name: &str) -> Result<String> {
    let name = name.trim().to_lowercase();
    let is_label = (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if is_label {
        return Ok(name);
    }
    let rule = "a host's name has 1 to 63 letters, digits and hyphens (RFC 1123 §2.1)";
    Err(DirectoryError::invalid("name", format!("«{name}» is no host name"), rule))
}

fn checked_fqdn(fqdn: &Domain) -> Result<Domain> {
    if fqdn.literal().is_some() || !fqdn.as_str().contains('.') {
        let rule = "it is a name of its own with a dot (RFC 5321 §2.3.5)";
        return Err(DirectoryError::invalid("fqdn", format!("«{fqdn}» is no full name"), rule));
    }
    Ok(fqdn.clone())
}

fn below(name: &str, domain: &Domain) -> Result<Domain> {
    Domain::parse(&format!("{name}.{domain}")).map_err(|_| {
        let rule = "with its domain a host's name has at most 253 characters (RFC 1035 §2.3.4)";
        DirectoryError::invalid("name", format!("«{name}.{domain}» is too long"), rule)
    })
}

fn checked_description(description: &str) -> Result<String> {
    let description = description.trim();
    let characters = description.chars().count();
    if characters > DESCRIPTION_LIMIT_CHARACTERS || description.chars().any(char::is_control) {
        let rule = "a description has at most 500 characters, none of them a control character";
        return Err(DirectoryError::invalid("description", format!("it has {characters} characters"), rule));
    }
    Ok(description.to_owned())
}

fn exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "name",
        value: name.to_owned(),
        rule: "a host's name exists once in its domain",
    }
}
