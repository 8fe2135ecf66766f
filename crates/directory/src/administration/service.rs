//! Mail services: a set of domains with one postmaster and one quota for addresses without their own.

use db::{Page, Seek, Tx};
use model::{AccountId, Address, OrganisationId, ServiceId, Timestamp};

use super::{
    Administration, Result, check_whole_service, checked_name, checked_quota, conflict, counted, facts,
    found, name_key, not_a_mailbox, rows,
};
use crate::entities::{AddressKind, ServiceInfo};
use crate::error::DirectoryError;
use crate::rows::localpart_key;

/// What to change of a mail service; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ServiceChange {
    /// A new name.
    pub name: Option<String>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
    /// Letters are received, and nobody reads or sends any; or everything works again.
    pub is_in_maintenance: Option<bool>,
    /// The quota of addresses without one of their own; `Some(None)` is no limit.
    pub quota_bytes: Option<Option<u64>>,
    /// The mailbox that gets the letters to postmaster and abuse; `Some(None)` is the oldest one.
    pub administrator: Option<Option<Address>>,
}

impl Administration {
    /// Creates a mail service.
    pub async fn create_service(
        &self,
        organisation: OrganisationId,
        name: &str,
        quota_bytes: Option<u64>,
    ) -> Result<ServiceInfo> {
        let name = checked_name("name", name)?;
        let quota_bytes = quota_bytes.map(checked_quota).transpose()?;
        let (id, at) = (ServiceId(self.new_id()), self.now());
        self.act("create service", name.clone(), move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            insert_service(tx, organisation, id, &name, quota_bytes, at)?;
            let made = found("service", rows::service(tx, id)?)?;
            trail::tell(tx, trail::Told::of_thing(&made.name).after(facts::of_service(&made)));
            Ok((Some(organisation), made))
        })
        .await
    }

    /// The mail services within the scope, of one organisation or of all.
    pub async fn services(&self, organisation: Option<OrganisationId>) -> Result<Vec<ServiceInfo>> {
        self.read_limited(move |tx| Ok(rows::services(tx, organisation)?)).await
    }

    /// As [`Administration::services`], a page at a time in the order they were made.
    pub async fn page_of_services(
        &self,
        organisation: Option<OrganisationId>,
        seek: Seek,
    ) -> Result<Page<ServiceInfo>> {
        self.read_limited(move |tx| Ok(rows::page_of_services(tx, organisation, &seek)?)).await
    }

    /// A mail service.
    pub async fn service(&self, id: ServiceId) -> Result<ServiceInfo> {
        self.read_limited(move |tx| found("service", rows::service(tx, id)?)).await
    }

    /// Renames, disables or enables a mail service, changes its quota or who its postmaster is.
    pub async fn change_service(&self, id: ServiceId, change: ServiceChange) -> Result<ServiceInfo> {
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        if let Some(Some(bytes)) = change.quota_bytes {
            checked_quota(bytes)?;
        }
        self.act_limited("change service", String::new(), move |tx| {
            let service = check_whole_service(tx, id)?;
            if let Some(name) = &name {
                if rows::has_other_service(tx, service.organisation, &name_key(name), id)? {
                    return Err(service_exists(name));
                }
                rows::rename_service(tx, id, service.organisation, name, &name_key(name))
                    .map_err(conflict(|| service_exists(name)))?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_service(tx, id, service.organisation, is_disabled)?;
            }
            if let Some(is_in_maintenance) = change.is_in_maintenance {
                rows::maintain_service(tx, id, service.organisation, is_in_maintenance)?;
            }
            if let Some(quota_bytes) = change.quota_bytes {
                rows::service_quota(tx, id, service.organisation, quota_bytes.map(|bytes| bytes as i64))?;
            }
            if let Some(administrator) = &change.administrator {
                let account = match administrator {
                    None => None,
                    Some(address) => Some(mailbox_of(tx, address, id)?),
                };
                rows::service_administrator(tx, id, service.organisation, account)?;
            }
            let after = found("service", rows::service(tx, id)?)?;
            let told = trail::Told::of_thing(&service.name).before(facts::of_service(&service));
            trail::tell(tx, told.after(facts::of_service(&after)));
            Ok((Some(service.organisation), after))
        })
        .await
    }

    /// Deletes a mail service that has no domain any more.
    pub async fn delete_service(&self, id: ServiceId) -> Result<()> {
        self.act("delete service", String::new(), move |tx| {
            let service = found("service", rows::service(tx, id)?)?;
            let domains = rows::count_domains(tx, id, service.organisation)?;
            if domains > 0 {
                return Err(DirectoryError::InUse {
                    field: "service",
                    value: service.name,
                    dependents: counted(domains, "domain", "domains"),
                    rule: "a mail service is deleted after its domains",
                });
            }
            rows::delete_service(tx, id, service.organisation)?;
            trail::tell(tx, trail::Told::of_thing(&service.name).before(facts::of_service(&service)));
            Ok((Some(service.organisation), ()))
        })
        .await
    }
}

/// A mail service, if it lies within the scope.
pub(crate) fn service_within(tx: &mut Tx, id: ServiceId) -> Result<ServiceInfo> {
    found("service", rows::service(tx, id)?)
}

pub(super) fn insert_service(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ServiceId,
    name: &str,
    quota_bytes: Option<i64>,
    at: Timestamp,
) -> Result<()> {
    if rows::has_other_service(tx, organisation, &name_key(name), id)? {
        return Err(service_exists(name));
    }
    rows::insert_service(tx, id, organisation, name, &name_key(name), quota_bytes, at)
        .map_err(conflict(|| service_exists(name)))
}

/// The account of a mailbox address of a service.
fn mailbox_of(tx: &mut Tx, address: &Address, service: ServiceId) -> Result<AccountId> {
    let key = localpart_key(address.localpart());
    let info = found("address", rows::address_called(tx, address.domain().as_str(), &key)?)?;
    match info.kind {
        AddressKind::Mailbox { account, .. } if info.service == service => Ok(account),
        _ => Err(not_a_mailbox("administrator", address)),
    }
}

fn service_exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "name",
        value: name.to_owned(),
        rule: "a mail service's name exists once in the organisation",
    }
}
