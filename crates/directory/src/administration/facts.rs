//! What an entry of the log of changes tells of a thing: by the names of the fields, never a secret.

use db::Tx;
use model::{DomainId, ServiceId};
use trail::Facts;

use super::rows;
use crate::{
    AddressInfo, AddressKind, AllowedSender, Ban, DirectoryError, DomainInfo, OrganisationInfo,
    OrganisationSettings, Role, ServiceInfo, UserInfo, membership,
};

type Result<T> = std::result::Result<T, DirectoryError>;

/// The texts, with commas.
pub(crate) fn list<T: ToString>(things: impl IntoIterator<Item = T>) -> String {
    things.into_iter().map(|thing| thing.to_string()).collect::<Vec<_>>().join(", ")
}

fn quota(quota_bytes: Option<u64>) -> String {
    quota_bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string())
}

pub(crate) fn of_address(info: &AddressInfo) -> Facts {
    let facts = Facts::new()
        .with("kind", info.kind.as_str())
        .with_bool("disabled", info.is_disabled)
        .with("name", &info.display_name)
        .with("note", &info.note)
        .with_bool("keeps copy", info.keeps_copy);
    match &info.kind {
        AddressKind::Mailbox { own_quota_bytes, .. } => facts.with("quota bytes", quota(*own_quota_bytes)),
        AddressKind::Alias { targets } => facts.with("targets", list(targets)),
        AddressKind::Redirection => facts,
    }
}

/// What a mail service is called, for the log of changes; `None` where it is gone, or out of the scope.
pub fn name_of_service(tx: &mut Tx, id: ServiceId) -> Result<Option<String>> {
    Ok(rows::service(tx, id)?.map(|service| service.name))
}

/// What a domain is called.
pub(crate) fn name_of_domain(tx: &mut Tx, id: DomainId) -> Result<Option<String>> {
    Ok(rows::domain(tx, id)?.map(|domain| domain.name.to_string()))
}

/// What the log of changes tells of a domain.
pub fn facts_of_domain(tx: &mut Tx, info: &DomainInfo) -> Result<Facts> {
    let facts = Facts::new().with_bool("disabled", info.is_disabled);
    Ok(facts.with_some("service", name_of_service(tx, info.service)?))
}

pub(crate) fn of_service(info: &ServiceInfo) -> Facts {
    Facts::new()
        .with("name", &info.name)
        .with_bool("disabled", info.is_disabled)
        .with_bool("maintenance", info.is_in_maintenance)
        .with("quota bytes", quota(info.quota_bytes))
        .with_some("administrator", info.administrator.as_ref())
}

pub(crate) fn of_user(tx: &mut Tx, info: &UserInfo) -> Result<Facts> {
    let role: Role = info.role;
    let facts =
        Facts::new().with("name", &info.name).with("role", role).with_bool("disabled", info.is_disabled);
    let domain = match info.domain {
        Some(domain) => name_of_domain(tx, domain)?,
        None => None,
    };
    let mut services = Vec::new();
    for service in membership::rows::services(tx, info.organisation, info.id)? {
        services.extend(name_of_service(tx, service)?);
    }
    let services = Some(services).filter(|services| !services.is_empty());
    Ok(facts.with_some("domain", domain).with_some("services", services.map(list)))
}

pub(crate) fn of_ban(ban: &Ban) -> Facts {
    Facts::new().with("reason", &ban.reason).with("until", ban.until.rfc3339())
}

pub(crate) fn of_organisation(info: &OrganisationInfo) -> Facts {
    Facts::new().with("name", &info.name).with_bool("disabled", info.is_disabled)
}

pub(crate) fn of_settings(settings: &OrganisationSettings) -> Facts {
    Facts::new()
        .with("legal name", &settings.legal_name)
        .with_bool("second factor required", settings.requires_second_factor)
        .with("support email", &settings.support.email)
        .with("support phone", &settings.support.phone)
        .with("support page", &settings.support.page)
        .with("support hours", &settings.support.hours)
        .with("brand name", &settings.brand.name)
        .with("brand colour", &settings.brand.colour)
        .with_bool("logo", settings.brand.has_logo)
        .with_some("secured senders", settings.secured.senders.as_deref().map(AllowedSender::several))
        .with("secured rules", list(&settings.secured.rules))
        .with("secured guidance", &settings.secured.guidance)
}
