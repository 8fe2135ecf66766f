//! Creating, listing, changing, disabling, deleting: every function within a scope, every act audited.
//!
//! Things are found by the name that people use and then changed by their identifier. Within a tenant's
//! scope another tenant's name or identifier is not found; only that a domain or a login is taken shows,
//! because it must, and not by whom.

mod rows;

use db::{DbError, Scoped, Tx};
use model::{
    AccountId, Address, AddressId, CredentialId, Domain, DomainId, OrganisationId, ServiceId, Timestamp,
    UserId,
};
use zeroize::Zeroizing;

use crate::entities::{
    AddressInfo, AddressKind, Ban, CreatedDevicePassword, DevicePasswordInfo, DomainInfo, OrganisationInfo,
    Protocols, Role, ServiceInfo, UserInfo,
};
use crate::error::DirectoryError;
use crate::login::{NewHash, check_chosen, device_password};
use crate::rows::{address_key, localpart_key};
use crate::{Directory, limits};

type Result<T> = std::result::Result<T, DirectoryError>;

/// How far an administrator reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One organisation; nothing else exists.
    Tenant(OrganisationId),
    /// The whole installation, for a reason that the code states.
    Operator(&'static str),
}

/// What to change of an organisation; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct OrganisationChange {
    /// A new name.
    pub name: Option<String>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
}

/// What to change of a mail service; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ServiceChange {
    /// A new name.
    pub name: Option<String>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
    /// The quota of addresses without one of their own; `Some(None)` is no limit.
    pub quota_bytes: Option<Option<u64>>,
    /// The mailbox that gets the letters to postmaster and abuse; `Some(None)` is the oldest one.
    pub administrator: Option<Option<Address>>,
}

/// What to change of a domain; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct DomainChange {
    /// Another mail service of the same organisation, with all addresses.
    pub service: Option<ServiceId>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
}

/// A new address.
#[derive(Clone, Debug)]
pub struct NewAddress {
    /// The address; its domain exists.
    pub address: Address,
    /// None for a mailbox; for an alias the addresses that it stands for.
    pub alias_to: Vec<Address>,
    /// A mailbox's own quota; `None` is the service's.
    pub quota_bytes: Option<u64>,
}

/// What to change of an address; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct AddressChange {
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
    /// A mailbox's own quota; `Some(None)` is the service's.
    pub quota_bytes: Option<Option<u64>>,
    /// An alias's new targets.
    pub alias_to: Option<Vec<Address>>,
}

/// A new user.
#[derive(Clone)]
pub struct NewUser {
    /// The owner.
    pub organisation: OrganisationId,
    /// The login: an address, here or elsewhere.
    pub login: Address,
    /// What the person is called.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The password that the person chose.
    pub password: Zeroizing<String>,
}

/// What to change of a user; `None` stays.
#[derive(Clone, Default)]
pub struct UserChange {
    /// A new name.
    pub name: Option<String>,
    /// A new role.
    pub role: Option<Role>,
    /// A new password.
    pub password: Option<Zeroizing<String>>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
}

/// A new device password.
#[derive(Clone, Debug)]
pub struct NewDevicePassword {
    /// The mailbox address.
    pub address: AddressId,
    /// What its owner calls it.
    pub label: String,
    /// What it is for.
    pub protocols: Protocols,
}

/// The directory within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    directory: Directory,
    scope: Scope,
    who: String,
}

impl Administration {
    pub(crate) fn new(directory: Directory, scope: Scope, who: String) -> Administration {
        Administration { directory, scope, who }
    }

    /// How far this reaches.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    fn scoped(&self) -> Scoped {
        match self.scope {
            Scope::Tenant(organisation) => self.directory.db.tenant(organisation),
            Scope::Operator(why) => self.directory.db.operator(why),
        }
    }

    fn now(&self) -> Timestamp {
        self.directory.world.clock.now()
    }

    fn new_id(&self) -> i64 {
        self.directory.world.new_id()
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scoped().read(read).await
    }

    /// Runs `act`, which returns the organisation concerned and a result, and audits it in the same
    /// transaction.
    async fn act<T: Send + 'static>(
        &self,
        action: &'static str,
        what: String,
        mut act: impl FnMut(&mut Tx) -> Result<(Option<OrganisationId>, T)> + Send + 'static,
    ) -> Result<T> {
        let (at, id, who) = (self.now(), self.new_id(), self.who.clone());
        self.scoped()
            .write(move |tx| {
                let (organisation, result) = act(tx)?;
                let change = trail::Change {
                    at,
                    id,
                    organisation,
                    who: who.clone(),
                    action: action.to_owned(),
                    what: what.clone(),
                };
                trail::audit(tx, &change)?;
                Ok(result)
            })
            .await
    }

    // Organisations

    /// Creates an organisation; only an operator can.
    pub async fn create_organisation(&self, name: &str) -> Result<OrganisationInfo> {
        self.operator_only()?;
        let name = checked_name("name", name)?;
        let (id, at) = (OrganisationId(self.new_id()), self.now());
        self.act("create organisation", format!("{name} ({id})"), move |tx| {
            if rows::organisation_by_name(tx, &name_key(&name))?.is_some() {
                return Err(organisation_exists(&name));
            }
            rows::insert_organisation(tx, id, &name, &name_key(&name), at)
                .map_err(conflict(|| organisation_exists(&name)))?;
            Ok((Some(id), found("organisation", rows::organisation(tx, id)?)?))
        })
        .await
    }

    /// All organisations within the scope, by name.
    pub async fn organisations(&self) -> Result<Vec<OrganisationInfo>> {
        self.read(|tx| Ok(rows::organisations(tx)?)).await
    }

    /// An organisation by its identifier.
    pub async fn organisation(&self, id: OrganisationId) -> Result<OrganisationInfo> {
        self.read(move |tx| found("organisation", rows::organisation(tx, id)?)).await
    }

    /// An organisation by its name (any case) or by its identifier in digits.
    pub async fn organisation_called(&self, name: &str) -> Result<OrganisationInfo> {
        let key = name_key(name);
        let id = name.trim().parse().ok().map(OrganisationId);
        self.read(move |tx| {
            let by_name = rows::organisation_by_name(tx, &key)?;
            let id = found("organisation", by_name.or(id))?;
            found("organisation", rows::organisation(tx, id)?)
        })
        .await
    }

    /// Renames, disables or enables an organisation.
    pub async fn change_organisation(
        &self,
        id: OrganisationId,
        change: OrganisationChange,
    ) -> Result<OrganisationInfo> {
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        self.act("change organisation", format!("{id}: {change:?}"), move |tx| {
            found("organisation", rows::organisation(tx, id)?)?;
            if let Some(name) = &name {
                let other = rows::organisation_by_name(tx, &name_key(name))?;
                if other.is_some_and(|other| other != id) {
                    return Err(organisation_exists(name));
                }
                rows::rename_organisation(tx, id, name, &name_key(name))
                    .map_err(conflict(|| organisation_exists(name)))?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_organisation(tx, id, is_disabled)?;
            }
            Ok((Some(id), found("organisation", rows::organisation(tx, id)?)?))
        })
        .await
    }

    /// Deletes an organisation. With addresses it needs `force`, which deletes everything below too; the
    /// letters go later ([`Directory::deleted_accounts`]).
    pub async fn delete_organisation(&self, id: OrganisationId, force: bool) -> Result<()> {
        self.operator_only()?;
        let at = self.now();
        self.act("delete organisation", id.to_string(), move |tx| {
            let organisation = found("organisation", rows::organisation(tx, id)?)?;
            if organisation.addresses > 0 && !force {
                return Err(in_use("organisation", organisation.name, organisation.addresses));
            }
            for domain in rows::domains_of(tx, id)? {
                rows::delete_domain(tx, id, domain, at)?;
            }
            rows::delete_organisation(tx, id, at)?;
            Ok((Some(id), ()))
        })
        .await
    }

    // Mail services

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
        self.act("create service", format!("{name} ({id})"), move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            insert_service(tx, organisation, id, &name, quota_bytes, at)?;
            Ok((Some(organisation), found("service", rows::service(tx, id)?)?))
        })
        .await
    }

    /// The mail services within the scope, of one organisation or of all.
    pub async fn services(&self, organisation: Option<OrganisationId>) -> Result<Vec<ServiceInfo>> {
        self.read(move |tx| Ok(rows::services(tx, organisation)?)).await
    }

    /// A mail service.
    pub async fn service(&self, id: ServiceId) -> Result<ServiceInfo> {
        self.read(move |tx| found("service", rows::service(tx, id)?)).await
    }

    /// Renames, disables or enables a mail service, changes its quota or who its postmaster is.
    pub async fn change_service(&self, id: ServiceId, change: ServiceChange) -> Result<ServiceInfo> {
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        if let Some(Some(bytes)) = change.quota_bytes {
            checked_quota(bytes)?;
        }
        self.act("change service", format!("{id}: {change:?}"), move |tx| {
            let service = found("service", rows::service(tx, id)?)?;
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
            Ok((Some(service.organisation), found("service", rows::service(tx, id)?)?))
        })
        .await
    }

    /// Deletes a mail service that has no domain any more.
    pub async fn delete_service(&self, id: ServiceId) -> Result<()> {
        self.act("delete service", id.to_string(), move |tx| {
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
            Ok((Some(service.organisation), ()))
        })
        .await
    }

    // Domains

    /// Creates a domain. Without a service it goes into the organisation's only one, which is made, with
    /// the organisation's name, if there is none.
    pub async fn create_domain(
        &self,
        organisation: OrganisationId,
        service: Option<ServiceId>,
        name: &Domain,
    ) -> Result<DomainInfo> {
        let name = checked_domain(name)?;
        let (id, new_service, at) = (DomainId(self.new_id()), ServiceId(self.new_id()), self.now());
        self.act("create domain", name.clone(), move |tx| {
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
            Ok((Some(organisation), found("domain", rows::domain(tx, id)?)?))
        })
        .await
    }

    /// The domains within the scope, of one organisation or of all, by name.
    pub async fn domains(&self, organisation: Option<OrganisationId>) -> Result<Vec<DomainInfo>> {
        self.read(move |tx| Ok(rows::domains(tx, organisation)?)).await
    }

    /// A domain by its identifier.
    pub async fn domain(&self, id: DomainId) -> Result<DomainInfo> {
        self.read(move |tx| found("domain", rows::domain(tx, id)?)).await
    }

    /// A domain by its name.
    pub async fn domain_called(&self, name: &Domain) -> Result<DomainInfo> {
        let name = name.as_str().to_owned();
        self.read(move |tx| found("domain", rows::domain_called(tx, &name)?)).await
    }

    /// Disables or enables a domain, or moves it to another mail service of its organisation.
    pub async fn change_domain(&self, id: DomainId, change: DomainChange) -> Result<DomainInfo> {
        self.act("change domain", format!("{id}: {change:?}"), move |tx| {
            let domain = found("domain", rows::domain(tx, id)?)?;
            if let Some(service) = change.service {
                let service = found("service", rows::service(tx, service)?)?;
                if service.organisation != domain.organisation {
                    return Err(DirectoryError::NotFound { what: "service" });
                }
                rows::move_domain(tx, id, domain.organisation, service.id)?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_domain(tx, id, domain.organisation, is_disabled)?;
            }
            Ok((Some(domain.organisation), found("domain", rows::domain(tx, id)?)?))
        })
        .await
    }

    /// Deletes a domain. With addresses it needs `force`, which deletes them too.
    pub async fn delete_domain(&self, id: DomainId, force: bool) -> Result<()> {
        let at = self.now();
        self.act("delete domain", id.to_string(), move |tx| {
            let domain = found("domain", rows::domain(tx, id)?)?;
            if domain.addresses > 0 && !force {
                return Err(in_use("domain", domain.name.to_string(), domain.addresses));
            }
            rows::delete_domain(tx, domain.organisation, id, at)?;
            Ok((Some(domain.organisation), ()))
        })
        .await
    }

    // Addresses

    /// Creates a mailbox, with its account, or an alias.
    pub async fn create_address(&self, new: NewAddress) -> Result<AddressInfo> {
        let quota_bytes = new.quota_bytes.map(checked_quota).transpose()?;
        check_targets(&new.address, &new.alias_to)?;
        if !new.alias_to.is_empty() && quota_bytes.is_some() {
            return Err(DirectoryError::Invalid {
                field: "quota",
                reason: "an alias holds no letters".to_owned(),
                rule: "only a mailbox has a quota",
            });
        }
        let (id, account, at) = (AddressId(self.new_id()), AccountId(self.new_id()), self.now());
        let mut salt = [0; limits::SCRAM_SALT_OCTETS];
        self.directory.world.random.fill(&mut salt);
        let what = match new.alias_to.is_empty() {
            true => format!("mailbox {}", new.address),
            false => format!("alias {} to {}", new.address, joined(&new.alias_to)),
        };
        self.act("create address", what, move |tx| {
            let domain = found("domain", rows::domain_called(tx, new.address.domain().as_str())?)?;
            let key = localpart_key(new.address.localpart());
            let taken = || DirectoryError::Conflict {
                field: "address",
                value: new.address.to_string(),
                rule: "an address exists once, as a mailbox or as an alias",
            };
            if rows::is_address_taken(tx, domain.id, domain.organisation, &key)? {
                return Err(taken());
            }
            let mailbox = new.alias_to.is_empty().then_some(account);
            rows::insert_address(tx, id, &domain, new.address.localpart().as_str(), &key, mailbox, at)
                .map_err(conflict(taken))?;
            match mailbox {
                Some(account) => {
                    rows::insert_account(tx, account, domain.organisation, id, quota_bytes, &salt, at)?;
                }
                None => rows::replace_targets(tx, id, domain.organisation, &texts(&new.alias_to))?,
            }
            Ok((Some(domain.organisation), found("address", rows::address(tx, id)?)?))
        })
        .await
    }

    /// The addresses within the scope, of one domain or of all.
    pub async fn addresses(&self, domain: Option<DomainId>) -> Result<Vec<AddressInfo>> {
        self.read(move |tx| Ok(rows::addresses(tx, domain)?)).await
    }

    /// An address by its identifier.
    pub async fn address(&self, id: AddressId) -> Result<AddressInfo> {
        self.read(move |tx| found("address", rows::address(tx, id)?)).await
    }

    /// An address by its name, exactly: no subaddress, no postmaster that nobody created.
    pub async fn address_called(&self, address: &Address) -> Result<AddressInfo> {
        let (key, domain) = (localpart_key(address.localpart()), address.domain().as_str().to_owned());
        self.read(move |tx| found("address", rows::address_called(tx, &domain, &key)?)).await
    }

    /// Disables or enables an address, changes a mailbox's quota or an alias's targets.
    pub async fn change_address(&self, id: AddressId, change: AddressChange) -> Result<AddressInfo> {
        if let Some(Some(bytes)) = change.quota_bytes {
            checked_quota(bytes)?;
        }
        self.act("change address", format!("{id}: {change:?}"), move |tx| {
            let address = found("address", rows::address(tx, id)?)?;
            let organisation = address.organisation;
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_address(tx, id, organisation, is_disabled)?;
            }
            if let Some(quota_bytes) = change.quota_bytes {
                let AddressKind::Mailbox { account, .. } = address.kind else {
                    return Err(not_a_mailbox("quota", &address.address));
                };
                rows::account_quota(tx, account, organisation, quota_bytes.map(|bytes| bytes as i64))?;
            }
            if let Some(targets) = &change.alias_to {
                if !matches!(address.kind, AddressKind::Alias { .. }) || targets.is_empty() {
                    return Err(DirectoryError::Invalid {
                        field: "alias-to",
                        reason: format!("«{}» is a mailbox, or no target is left", address.address),
                        rule: "an alias has at least one target; a mailbox has none",
                    });
                }
                check_targets(&address.address, targets)?;
                rows::replace_targets(tx, id, organisation, &texts(targets))?;
            }
            Ok((Some(organisation), found("address", rows::address(tx, id)?)?))
        })
        .await
    }

    /// Deletes an address: a mailbox with its passwords, and its letters later
    /// ([`Directory::deleted_accounts`]).
    pub async fn delete_address(&self, id: AddressId) -> Result<()> {
        let at = self.now();
        self.act("delete address", id.to_string(), move |tx| {
            let address = found("address", rows::address(tx, id)?)?;
            rows::delete_address(tx, &address, &address_key(&address.address), at)?;
            Ok((Some(address.organisation), ()))
        })
        .await
    }

    // Passwords

    /// Makes a random password for a device. The result is the only place where it can be read.
    pub async fn create_device_password(&self, new: NewDevicePassword) -> Result<CreatedDevicePassword> {
        let label = checked_name("label", &new.label)?;
        let others = self.device_passwords(new.address).await?;
        let (selector, password) = loop {
            let (selector, password) = device_password(&self.directory.world);
            // The public characters tell the address's passwords apart.
            if others.iter().all(|other| other.selector.as_ref() != Some(&selector)) {
                break (selector, password);
            }
        };
        self.create_password(new.address, label, Some(selector), new.protocols, password).await
    }

    /// Gives an address a password that somebody chose, instead of the one it had.
    pub async fn choose_password(&self, address: AddressId, password: &str) -> Result<DevicePasswordInfo> {
        let password = check_chosen(password)?;
        let created =
            self.create_password(address, "chosen".to_owned(), None, Protocols::ALL, password).await?;
        Ok(created.info)
    }

    async fn create_password(
        &self,
        address: AddressId,
        label: String,
        selector: Option<String>,
        protocols: Protocols,
        password: Zeroizing<String>,
    ) -> Result<CreatedDevicePassword> {
        let (account, name, salt, iterations) = self
            .read(move |tx| {
                let address = found("address", rows::address(tx, address)?)?;
                let AddressKind::Mailbox { account, .. } = address.kind else {
                    return Err(not_a_mailbox("address", &address.address));
                };
                let (salt, iterations) =
                    found("account", rows::scram_parameters(tx, account, address.organisation)?)?;
                Ok((account, address.address, salt, iterations))
            })
            .await?;
        let hash = self.hash(&password, salt, iterations).await?;
        let (id, at) = (CredentialId(self.new_id()), self.now());
        let what = match &selector {
            Some(selector) => format!("«{label}» ({selector}…) of {name} for {protocols}"),
            None => format!("chosen, of {name}"),
        };
        let info = self
            .act("create password", what, move |tx| {
                let address = found("address", rows::address(tx, address)?)?;
                let organisation = address.organisation;
                let passwords = rows::passwords(tx, account, organisation)?;
                if selector.is_none() {
                    for chosen in passwords.iter().filter(|password| password.selector.is_none()) {
                        rows::delete_password(tx, account, organisation, chosen.id)?;
                    }
                }
                if passwords.len() >= limits::CREDENTIALS_PER_ADDRESS_LIMIT {
                    return Err(DirectoryError::Invalid {
                        field: "address",
                        reason: format!("it has {} passwords", passwords.len()),
                        rule: "an address has at most 50 passwords",
                    });
                }
                if selector.is_some() && passwords.iter().any(|password| password.selector == selector) {
                    // Another one was made at the same moment with the same million-to-one characters.
                    return Err(DirectoryError::Busy);
                }
                let new = rows::NewCredential {
                    id,
                    account,
                    organisation,
                    label: &label,
                    selector: selector.as_deref(),
                    protocols,
                    hash: &hash,
                    at,
                };
                rows::insert_password(tx, &new)?;
                Ok((Some(organisation), found("password", rows::password(tx, id)?)?))
            })
            .await?;
        Ok(CreatedDevicePassword { info, password })
    }

    /// The passwords of an address.
    pub async fn device_passwords(&self, address: AddressId) -> Result<Vec<DevicePasswordInfo>> {
        self.read(move |tx| {
            let address = found("address", rows::address(tx, address)?)?;
            match address.kind {
                AddressKind::Mailbox { account, .. } => {
                    Ok(rows::passwords(tx, account, address.organisation)?)
                }
                AddressKind::Alias { .. } => Err(not_a_mailbox("address", &address.address)),
            }
        })
        .await
    }

    /// A password by its identifier.
    pub async fn device_password(&self, id: CredentialId) -> Result<DevicePasswordInfo> {
        self.read(move |tx| found("device password", rows::password(tx, id)?)).await
    }

    /// Disables or enables a password, at once.
    pub async fn disable_device_password(
        &self,
        id: CredentialId,
        is_disabled: bool,
    ) -> Result<DevicePasswordInfo> {
        let action = if is_disabled { "disable password" } else { "enable password" };
        self.act(action, id.to_string(), move |tx| {
            let password = found("device password", rows::password(tx, id)?)?;
            rows::disable_password(tx, password.account, password.organisation, id, is_disabled)?;
            Ok((Some(password.organisation), found("device password", rows::password(tx, id)?)?))
        })
        .await
    }

    /// Changes what a password is called and what it is for.
    pub async fn change_device_password(
        &self,
        id: CredentialId,
        label: Option<&str>,
        protocols: Option<Protocols>,
    ) -> Result<DevicePasswordInfo> {
        let label = label.map(|label| checked_name("label", label)).transpose()?;
        self.act("change password", format!("{id}: {label:?} {protocols:?}"), move |tx| {
            let password = found("device password", rows::password(tx, id)?)?;
            let label = label.as_deref().unwrap_or(&password.label);
            let protocols = protocols.unwrap_or(password.protocols);
            rows::describe_password(tx, password.account, password.organisation, id, label, protocols)?;
            Ok((Some(password.organisation), found("device password", rows::password(tx, id)?)?))
        })
        .await
    }

    /// Deletes a password, at once.
    pub async fn delete_device_password(&self, id: CredentialId) -> Result<()> {
        self.act("delete password", id.to_string(), move |tx| {
            let password = found("device password", rows::password(tx, id)?)?;
            rows::delete_password(tx, password.account, password.organisation, id)?;
            Ok((Some(password.organisation), ()))
        })
        .await
    }

    // Users

    /// Creates a user.
    pub async fn create_user(&self, new: NewUser) -> Result<UserInfo> {
        let name = checked_name("name", &new.name)?;
        let password = check_chosen(&new.password)?;
        let hash = self.hash(&password, b"no SCRAM for users".to_vec(), 1).await?;
        let login = address_key(&new.login);
        let (id, at) = (UserId(self.new_id()), self.now());
        let (organisation, role) = (new.organisation, new.role);
        self.act("create user", format!("{login} as {role}"), move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            let taken = || DirectoryError::Conflict {
                field: "login",
                value: login.clone(),
                rule: "a login exists once in the installation",
            };
            if rows::is_login_taken(tx, &login)? {
                return Err(taken());
            }
            let new = rows::NewPerson {
                id,
                organisation,
                login: &login,
                name: &name,
                role,
                argon2: &hash.argon2,
                at,
            };
            rows::insert_user(tx, &new).map_err(conflict(taken))?;
            Ok((Some(organisation), found("user", rows::user(tx, id)?)?))
        })
        .await
    }

    /// The users within the scope, of one organisation or of all, by login.
    pub async fn users(&self, organisation: Option<OrganisationId>) -> Result<Vec<UserInfo>> {
        self.read(move |tx| Ok(rows::users(tx, organisation)?)).await
    }

    /// A user by its identifier.
    pub async fn user(&self, id: UserId) -> Result<UserInfo> {
        self.read(move |tx| found("user", rows::user(tx, id)?)).await
    }

    /// A user by login, in any case.
    pub async fn user_called(&self, login: &Address) -> Result<UserInfo> {
        let login = address_key(login);
        self.read(move |tx| found("user", rows::user_called(tx, &login)?)).await
    }

    /// Changes a user's name, role or password; disables or enables it.
    pub async fn change_user(&self, id: UserId, change: UserChange) -> Result<UserInfo> {
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        let hash = match &change.password {
            None => None,
            Some(password) => {
                let password = check_chosen(password)?;
                Some(self.hash(&password, b"no SCRAM for users".to_vec(), 1).await?.argon2)
            }
        };
        let what = format!(
            "{id}: name {name:?}, role {:?}, disabled {:?}, password {}",
            change.role,
            change.is_disabled,
            if hash.is_some() { "changed" } else { "kept" }
        );
        self.act("change user", what, move |tx| {
            let user = found("user", rows::user(tx, id)?)?;
            let organisation = user.organisation;
            let loses_owner =
                change.role.is_some_and(|role| role != Role::LegalOwner) || change.is_disabled == Some(true);
            if loses_owner {
                keep_an_owner(tx, &user)?;
            }
            if let Some(name) = &name {
                rows::rename_user(tx, id, organisation, name)?;
            }
            if let Some(role) = change.role {
                rows::user_role(tx, id, organisation, role)?;
            }
            if let Some(hash) = &hash {
                rows::user_password(tx, id, organisation, hash)?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_user(tx, id, organisation, is_disabled)?;
            }
            Ok((Some(organisation), found("user", rows::user(tx, id)?)?))
        })
        .await
    }

    /// Deletes a user; not the last legal owner of an organisation.
    pub async fn delete_user(&self, id: UserId) -> Result<()> {
        self.act("delete user", id.to_string(), move |tx| {
            let user = found("user", rows::user(tx, id)?)?;
            keep_an_owner(tx, &user)?;
            rows::delete_user(tx, id, user.organisation, &user.login)?;
            Ok((Some(user.organisation), ()))
        })
        .await
    }

    // Bans: they concern sources, so they are the operator's.

    /// The bans that hold, the longest first.
    pub async fn bans(&self) -> Result<Vec<Ban>> {
        self.operator_only()?;
        let now = self.now();
        self.read(move |tx| Ok(rows::bans(tx, now)?)).await
    }

    /// Lifts a ban: `192.0.2.1`, `2001:db8::/64`, `login anna@…`, or the subject as listed.
    pub async fn lift_ban(&self, subject: &str) -> Result<()> {
        self.operator_only()?;
        let subject = ban_subject(subject);
        let row = subject.clone();
        self.act("lift ban", subject, move |tx| {
            if rows::delete_ban(tx, &row)? == 0 {
                return Err(DirectoryError::NotFound { what: "ban" });
            }
            Ok((None, ()))
        })
        .await
    }

    fn operator_only(&self) -> Result<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            // Nothing is said about what lies outside of a tenant's scope.
            Scope::Tenant(_) => {
                Err(DirectoryError::NotFound { what: "this within the organisation's scope" })
            }
        }
    }

    async fn hash(
        &self,
        password: &Zeroizing<String>,
        scram_salt: Vec<u8>,
        iterations: u32,
    ) -> Result<NewHash> {
        let mut salt = [0; 16];
        self.directory.world.random.fill(&mut salt);
        self.directory.login.hasher.hash(password.clone(), salt, scram_salt, iterations).await
    }
}

fn insert_service(
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

fn keep_an_owner(tx: &mut Tx, user: &UserInfo) -> Result<()> {
    if user.role == Role::LegalOwner && rows::count_owners(tx, user.organisation)? <= 1 && !user.is_disabled {
        return Err(DirectoryError::Invalid {
            field: "user",
            reason: format!("«{}» is the last legal owner", user.login),
            rule: "an organisation keeps one legal owner who can sign in",
        });
    }
    Ok(())
}

fn found<T>(what: &'static str, thing: Option<T>) -> Result<T> {
    thing.ok_or(DirectoryError::NotFound { what })
}

/// Two administrators created the same name at the same moment.
fn conflict(taken: impl FnOnce() -> DirectoryError) -> impl FnOnce(DbError) -> DirectoryError {
    move |error| match error {
        DbError::Conflict { .. } => taken(),
        other => other.into(),
    }
}

fn organisation_exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "name",
        value: name.to_owned(),
        rule: "an organisation's name exists once in the installation",
    }
}

fn service_exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "name",
        value: name.to_owned(),
        rule: "a mail service's name exists once in the organisation",
    }
}

fn domain_exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "domain",
        value: name.to_owned(),
        rule: "a domain belongs to one mail service of the installation",
    }
}

fn in_use(field: &'static str, value: String, addresses: u64) -> DirectoryError {
    DirectoryError::InUse {
        field,
        value,
        dependents: counted(addresses, "address", "addresses"),
        rule: "it is deleted after its addresses, or with them by force",
    }
}

fn not_a_mailbox(field: &'static str, address: &Address) -> DirectoryError {
    DirectoryError::Invalid {
        field,
        reason: format!("«{address}» is no mailbox of this mail service"),
        rule: "only a mailbox has passwords and a quota, and receives for the administrator",
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn checked_name(field: &'static str, name: &str) -> Result<String> {
    let name = name.trim();
    let invalid = |reason: String| DirectoryError::Invalid {
        field,
        reason,
        rule: "it has 1 to 200 characters, none of them a control character",
    };
    let characters = name.chars().count();
    if characters == 0 {
        return Err(invalid("it is empty".to_owned()));
    }
    if characters > limits::NAME_LIMIT_CHARACTERS {
        return Err(invalid(format!("it has {characters} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(invalid("it holds a control character".to_owned()));
    }
    Ok(name.to_owned())
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
    Ok(name.as_str().to_owned())
}

fn checked_quota(bytes: u64) -> Result<i64> {
    i64::try_from(bytes).ok().filter(|bytes| *bytes > 0).ok_or_else(|| DirectoryError::Invalid {
        field: "quota",
        reason: format!("{bytes} bytes"),
        rule: "a quota has at least one byte and at most 2^63 - 1; none means no limit",
    })
}

fn check_targets(address: &Address, targets: &[Address]) -> Result<()> {
    let invalid = |reason: String| DirectoryError::Invalid {
        field: "alias-to",
        reason,
        rule: "an alias has 1 to 100 different targets, none of them itself",
    };
    if targets.len() > limits::ALIAS_TARGETS_LIMIT {
        return Err(invalid(format!("{} targets", targets.len())));
    }
    let mut seen = std::collections::HashSet::new();
    for target in targets {
        if address_key(target) == address_key(address) {
            return Err(invalid(format!("«{target}» is the alias itself")));
        }
        if !seen.insert(address_key(target)) {
            return Err(invalid(format!("«{target}» stands twice")));
        }
    }
    Ok(())
}

fn texts(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

fn joined(addresses: &[Address]) -> String {
    texts(addresses).join(", ")
}

/// A ban's subject as the table has it.
fn ban_subject(text: &str) -> String {
    let text = text.trim();
    match text.parse::<std::net::IpAddr>() {
        Ok(ip) => crate::login::source_subject(ip),
        Err(_) if text.starts_with("source ") || text.starts_with("login ") => text.to_owned(),
        Err(_) if text.contains('@') => format!("login {}", text.to_lowercase()),
        Err(_) => format!("source {text}"),
    }
}
