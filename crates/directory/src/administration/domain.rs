//! Domains: each belongs to one mail service.

use db::{Page, Seek, Tx};
use model::{Domain, DomainId, OrganisationId, ServiceId, Timestamp};

use super::service::insert_service;
use super::{Administration, Result, conflict, counted, facts, found, in_use, rows};
use crate::entities::DomainInfo;
use crate::error::DirectoryError;
use crate::linking::rows::settle_main;
use crate::linking::{DomainPlace, count_linked_to};

/// What to change of a domain; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct DomainChange {
    /// Another mail service of the same organisation, with all addresses.
    pub service: Option<ServiceId>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
}

impl Administration {
    /// Creates a domain. Without a service it goes into the organisation's only one, which is made, with
    /// the organisation's name, if there is none. Only within an operator's scope, as nothing here asks whose the
    /// name is: `zones` does, and makes a tenant's domains.
    pub async fn create_domain(
        &self,
        organisation: OrganisationId,
        service: Option<ServiceId>,
        name: &Domain,
    ) -> Result<DomainInfo> {
        self.operator_only()?;
        let name = name.clone();
        let creation = DomainCreation {
            id: DomainId(self.new_id()),
            new_service: ServiceId(self.new_id()),
            organisation,
            service,
            at: self.now(),
        };
        self.act("create domain", name.to_string(), move |tx| {
            let made = create_domain(tx, &creation, &name)?;
            let told = trail::Told::of_thing(&name).after(facts::facts_of_domain(tx, &made)?);
            trail::tell(tx, told);
            Ok((Some(organisation), made))
        })
        .await
    }

    /// The domains within the scope, of one organisation or of all, by name.
    pub async fn domains(&self, organisation: Option<OrganisationId>) -> Result<Vec<DomainInfo>> {
        self.read_limited(move |tx| Ok(rows::domains(tx, organisation)?)).await
    }

    /// As [`Administration::domains`], a page at a time in the order they were made.
    pub async fn page_of_domains(
        &self,
        organisation: Option<OrganisationId>,
        seek: Seek,
    ) -> Result<Page<DomainInfo>> {
        self.read_limited(move |tx| Ok(rows::page_of_domains(tx, organisation, &seek)?)).await
    }

    /// A domain by its identifier.
    pub async fn domain(&self, id: DomainId) -> Result<DomainInfo> {
        self.read_limited(move |tx| found("domain", rows::domain(tx, id)?)).await
    }

    /// A domain by its name.
    pub async fn domain_called(&self, name: &Domain) -> Result<DomainInfo> {
        let name = name.as_str().to_owned();
        self.read_limited(move |tx| found("domain", rows::domain_called(tx, &name)?)).await
    }

    /// Disables or enables a domain, or moves it to another mail service of its organisation.
    pub async fn change_domain(&self, id: DomainId, change: DomainChange) -> Result<DomainInfo> {
        self.act("change domain", String::new(), move |tx| {
            let domain = found("domain", rows::domain(tx, id)?)?;
            let before = facts::facts_of_domain(tx, &domain)?;
            if let Some(service) = change.service {
                let service = found("service", rows::service(tx, service)?)?;
                if service.organisation != domain.organisation {
                    return Err(DirectoryError::NotFound { what: "service" });
                }
                check_movable(tx, &domain)?;
                place_in(tx, &domain, service.id)?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_domain(tx, id, domain.organisation, is_disabled)?;
            }
            let after = found("domain", rows::domain(tx, id)?)?;
            let told = trail::Told::of_thing(&after.name).before(before);
            let told = told.after(facts::facts_of_domain(tx, &after)?);
            trail::tell(tx, told);
            Ok((Some(domain.organisation), after))
        })
        .await
    }

    /// Deletes a domain. With addresses it needs `force`, which deletes them too.
    pub async fn delete_domain(&self, id: DomainId, force: bool) -> Result<()> {
        let at = self.now();
        self.act("delete domain", String::new(), move |tx| {
            let domain = delete_domain(tx, id, force, at)?;
            let before = facts::facts_of_domain(tx, &domain)?.with("addresses", domain.addresses);
            trail::tell(tx, trail::Told::of_thing(&domain.name).before(before));
            Ok((Some(domain.organisation), ()))
        })
        .await
    }
}

/// What a new domain is made of beside its name.
#[derive(Clone, Copy, Debug)]
pub struct DomainCreation {
    /// Its identifier.
    pub id: DomainId,
    /// The identifier of the mail service that is made if there is none.
    pub new_service: ServiceId,
    /// The owner.
    pub organisation: OrganisationId,
    /// Its mail service; `None`: the organisation's only one.
    pub service: Option<ServiceId>,
    /// When.
    pub at: Timestamp,
}

/// [`Administration::create_domain`] within the caller's transaction, whose scope holds. The caller audits, and has
/// asked whose the name is.
pub fn create_domain(tx: &mut Tx, creation: &DomainCreation, name: &Domain) -> Result<DomainInfo> {
    let name = checked_domain(name)?;
    let DomainCreation { id, new_service, organisation, service, at } = *creation;
    let owner = found("organisation", rows::organisation(tx, organisation)?)?;
    let service = match service {
        Some(service) => {
            let service = found("service", rows::service(tx, service)?)?;
            if service.organisation != organisation {
                return Err(DirectoryError::NotFound { what: "service" });
            }
            service.id
        }
        None => match rows::services(tx, Some(organisation))?.as_slice() {
            [] => {
                insert_service(tx, organisation, new_service, &owner.name, None, at)?;
                new_service
            }
            [only] => only.id,
            several => {
                return Err(DirectoryError::Invalid {
                    field: "service",
                    reason: format!("«{}» has {} mail services", owner.name, several.len()),
                    rule: "where an organisation has several mail services, one is named",
                });
            }
        },
    };
    if rows::is_domain_taken(tx, &name)? {
        return Err(domain_exists(&name));
    }
    rows::insert_domain(tx, id, organisation, service, &name, at)
        .map_err(conflict(|| domain_exists(&name)))?;
    settle_main(tx, service, organisation)?;
    found("domain", rows::domain(tx, id)?)
}

/// [`Administration::delete_domain`] within the caller's transaction, whose scope holds; gives what it was. The
/// caller audits.
pub fn delete_domain(tx: &mut Tx, id: DomainId, force: bool, at: Timestamp) -> Result<DomainInfo> {
    let domain = found("domain", rows::domain(tx, id)?)?;
    if domain.addresses > 0 && !force {
        return Err(in_use("domain", domain.name.to_string(), domain.addresses));
    }
    let restorable = crate::rows::count_deleted_addresses(tx, id, domain.organisation)?;
    if restorable > 0 && !force {
        return Err(DirectoryError::InUse {
            field: "domain",
            value: domain.name.to_string(),
            dependents: counted(restorable, "deleted address", "deleted addresses"),
            rule: "what can be restored yet is deleted for good before its domain, or with it by force",
        });
    }
    check_without_links(tx, &domain)?;
    rows::delete_domain(tx, domain.organisation, id, at)?;
    settle_main(tx, domain.service, domain.organisation)?;
    Ok(domain)
}

/// A domain, if it lies within the scope.
pub(crate) fn domain_within(tx: &mut Tx, id: DomainId) -> Result<DomainInfo> {
    found("domain", rows::domain(tx, id)?)
}

/// The domain of this name, if it is the organisation's.
pub(crate) fn domain_in(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &Domain,
) -> Result<Option<DomainInfo>> {
    let domain = rows::domain_called(tx, name.as_str())?;
    Ok(domain.filter(|domain| domain.organisation == organisation))
}

/// The domains of a mail service within the scope, by name.
pub(crate) fn domains_in(tx: &mut Tx, service: ServiceId) -> Result<Vec<DomainInfo>> {
    Ok(rows::domains_in(tx, service)?)
}

/// A new domain in a mail service, without a look at what else is in it.
pub(crate) fn insert_linked(tx: &mut Tx, creation: &DomainCreation, name: &Domain) -> Result<DomainId> {
    Ok(create_domain(tx, creation, name)?.id)
}

/// Puts a domain, with its addresses, into a mail service of its organisation.
pub(crate) fn place_in(tx: &mut Tx, domain: &DomainInfo, service: ServiceId) -> Result<()> {
    rows::move_domain(tx, domain.id, domain.organisation, service)?;
    settle_main(tx, domain.service, domain.organisation)?;
    Ok(settle_main(tx, service, domain.organisation)?)
}

fn check_movable(tx: &mut Tx, domain: &DomainInfo) -> Result<()> {
    if domain.place == DomainPlace::Linked {
        return Err(DirectoryError::Invalid {
            field: "service",
            reason: format!("«{}» is linked to the main domain of its mail service", domain.name),
            rule: "a domain is unlinked before it goes into another mail service",
        });
    }
    check_without_links(tx, domain)
}

fn check_without_links(tx: &mut Tx, domain: &DomainInfo) -> Result<()> {
    match count_linked_to(tx, domain)? {
        0 => Ok(()),
        linked => Err(DirectoryError::InUse {
            field: "domain",
            value: domain.name.to_string(),
            dependents: counted(linked, "linked domain", "linked domains"),
            rule: "the main domain goes after those linked to it, or after another one became the main domain",
        }),
    }
}

fn domain_exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "domain",
        value: name.to_owned(),
        rule: "a domain belongs to one mail service of the installation",
    }
}

/// Refuses what is no name of a mail domain, whoever asks.
pub fn check_domain_name(name: &Domain) -> Result<()> {
    checked_domain(name).map(drop)
}

fn checked_domain(name: &Domain) -> Result<String> {
    let invalid = |reason: &str| DirectoryError::Invalid {
        field: "domain",
        reason: reason.to_owned(),
        rule: "a mail domain is a name of letters, digits and hyphens with a dot (RFC 5321 §2.3.5)",
    };
    if name.literal().is_some() {
        return Err(invalid("it is an address literal"));
    }
    if !name.as_str().contains('.') {
        return Err(invalid("it has no dot"));
    }
    if name.as_str().contains('_') {
        return Err(invalid("it has an underscore"));
    }
    if name.as_str().rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        // RFC 3696 §2; and the logins of application accounts have such names.
        return Err(invalid("its last label is a number"));
    }
    Ok(name.as_str().to_owned())
}
