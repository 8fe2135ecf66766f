//! What an entry of the log of changes tells of a thing: by the names of the fields, never a secret.

use trail::Facts;

use crate::{
    AddressInfo, AddressKind, DomainInfo, OrganisationInfo, OrganisationSettings, Role, ServiceInfo, UserInfo,
};

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

pub(crate) fn of_domain(info: &DomainInfo) -> Facts {
    Facts::new().with("service", info.service).with_bool("disabled", info.is_disabled)
}

pub(crate) fn of_service(info: &ServiceInfo) -> Facts {
    Facts::new()
        .with("name", &info.name)
        .with_bool("disabled", info.is_disabled)
        .with_bool("maintenance", info.is_in_maintenance)
        .with("quota bytes", quota(info.quota_bytes))
        .with_some("administrator", info.administrator.as_ref())
}

pub(crate) fn of_user(info: &UserInfo) -> Facts {
    let role: Role = info.role;
    Facts::new()
        .with("name", &info.name)
        .with("role", role)
        .with_bool("disabled", info.is_disabled)
        .with_some("domain", info.domain)
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
}
