//! Passwords of a mailbox: those made for devices, and the one that somebody chose.

use db::{Page, Seek, Tx};
use model::{AccountId, AddressId, CredentialId, OrganisationId};
use zeroize::Zeroizing;

use super::{Administration, Result, checked_name, found, not_a_mailbox, rows};
use crate::entities::{AddressKind, CreatedDevicePassword, DeviceKind, DevicePasswordInfo, Protocols};
use crate::error::DirectoryError;
use crate::login::{check_chosen, device_password};
use crate::{Opened, access, limits};

/// A new device password.
#[derive(Clone, Debug)]
pub struct NewDevicePassword {
    /// The mailbox address.
    pub address: AddressId,
    /// What its owner calls it.
    pub label: String,
    /// What it is for.
    pub protocols: Protocols,
    /// On what kind of device it is.
    pub kind: DeviceKind,
}

impl Administration {
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
        let purpose = (new.protocols, new.kind);
        self.create_password(new.address, label, Some(selector), purpose, password).await
    }

    /// Gives an address a password that somebody chose, instead of the one it had.
    pub async fn choose_password(&self, address: AddressId, password: &str) -> Result<DevicePasswordInfo> {
        let password = check_chosen(password)?;
        let purpose = (Protocols::ALL, DeviceKind::Other);
        Ok(self.create_password(address, "chosen".to_owned(), None, purpose, password).await?.info)
    }

    /// Makes a password and leaves a notice for the people of the mailbox, in one.
    async fn create_password(
        &self,
        address: AddressId,
        label: String,
        selector: Option<String>,
        (protocols, kind): (Protocols, DeviceKind),
        password: Zeroizing<String>,
    ) -> Result<CreatedDevicePassword> {
        let (account, name, salt, iterations) = self
            .read_limited(move |tx| {
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
        let (who, notices) = (self.who().to_owned(), self.ids());
        let opened = if selector.is_some() { Opened::Password } else { Opened::Chosen };
        let info = self
            .act_limited("create password", name.to_string(), move |tx| {
                let address = found("address", rows::address(tx, address)?)?;
                let organisation = address.organisation;
                access::note_at(tx, &notices, address.id, &opened, &who, at)?;
                let mut passwords = rows::passwords(tx, account, organisation)?;
                if selector.is_none() {
                    for chosen in passwords.extract_if(.., |password| password.selector.is_none()) {
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
                    kind,
                    hash: &hash,
                    at,
                };
                rows::insert_password(tx, &new)?;
                let told = trail::Told::of_thing(&address.address);
                let after = match &selector {
                    Some(selector) => of(&label, protocols, kind).with("selector", selector),
                    None => trail::Facts::new().with_new("password"),
                };
                trail::tell(tx, told.after(after));
                Ok((Some(organisation), found("password", rows::password(tx, id)?)?))
            })
            .await?;
        Ok(CreatedDevicePassword { info, password })
    }

    /// The passwords of an address.
    pub async fn device_passwords(&self, address: AddressId) -> Result<Vec<DevicePasswordInfo>> {
        self.read_limited(move |tx| {
            let (account, organisation) = mailbox(tx, address)?;
            Ok(rows::passwords(tx, account, organisation)?)
        })
        .await
    }

    /// As [`Administration::device_passwords`], a page at a time.
    pub async fn page_of_device_passwords(
        &self,
        address: AddressId,
        seek: Seek,
    ) -> Result<Page<DevicePasswordInfo>> {
        self.read_limited(move |tx| {
            let (account, organisation) = mailbox(tx, address)?;
            Ok(rows::page_of_passwords(tx, account, organisation, &seek)?)
        })
        .await
    }

    /// A password by its identifier.
    pub async fn device_password(&self, id: CredentialId) -> Result<DevicePasswordInfo> {
        self.read_limited(move |tx| found("device password", rows::password(tx, id)?)).await
    }

    /// Disables or enables a password, at once.
    pub async fn disable_device_password(
        &self,
        id: CredentialId,
        is_disabled: bool,
    ) -> Result<DevicePasswordInfo> {
        let action = if is_disabled { "disable password" } else { "enable password" };
        self.act_limited(action, String::new(), move |tx| {
            let password = found("device password", rows::password(tx, id)?)?;
            rows::disable_password(tx, password.account, password.organisation, id, is_disabled)?;
            trail::tell(tx, trail::Told::of_thing(&password.label));
            Ok((Some(password.organisation), found("device password", rows::password(tx, id)?)?))
        })
        .await
    }

    /// Changes what a password is called, what it is for and on what kind of device it is.
    pub async fn change_device_password(
        &self,
        id: CredentialId,
        label: Option<&str>,
        protocols: Option<Protocols>,
        kind: Option<DeviceKind>,
    ) -> Result<DevicePasswordInfo> {
        let label = label.map(|label| checked_name("label", label)).transpose()?;
        self.act_limited("change password", String::new(), move |tx| {
            let password = found("device password", rows::password(tx, id)?)?;
            let before = of(&password.label, password.protocols, password.kind);
            let label = label.as_deref().unwrap_or(&password.label);
            let protocols = protocols.unwrap_or(password.protocols);
            let (account, kind) = (password.account, kind.unwrap_or(password.kind));
            let told = trail::Told::of_thing(&password.label).before(before);
            trail::tell(tx, told.after(of(label, protocols, kind)));
            rows::describe_password(tx, account, password.organisation, id, label, protocols, kind)?;
            Ok((Some(password.organisation), found("device password", rows::password(tx, id)?)?))
        })
        .await
    }

    /// Deletes every password of an address, at once; gives how many there were.
    pub async fn delete_device_passwords(&self, address: AddressId) -> Result<u64> {
        self.act_limited("delete passwords", String::new(), move |tx| {
            let (account, organisation) = mailbox(tx, address)?;
            let name = found("address", rows::address(tx, address)?)?.address;
            let count = rows::delete_passwords(tx, account, organisation)?;
            let before = trail::Facts::new().with("passwords", count);
            trail::tell(tx, trail::Told::of_thing(name).before(before));
            Ok((Some(organisation), count))
        })
        .await
    }

    /// Deletes a password, at once.
    pub async fn delete_device_password(&self, id: CredentialId) -> Result<()> {
        self.act_limited("delete password", String::new(), move |tx| {
            let password = found("device password", rows::password(tx, id)?)?;
            rows::delete_password(tx, password.account, password.organisation, id)?;
            trail::tell(tx, trail::Told::of_thing(&password.label));
            Ok((Some(password.organisation), ()))
        })
        .await
    }
}

/// What the log of changes tells of a password.
fn of(label: &str, protocols: Protocols, kind: DeviceKind) -> trail::Facts {
    trail::Facts::new().with("name", label).with("protocols", protocols).with("device", kind.as_str())
}

/// The account of a mailbox within the scope; an alias has none.
fn mailbox(tx: &mut Tx, address: AddressId) -> Result<(AccountId, OrganisationId)> {
    let address = found("address", rows::address(tx, address)?)?;
    match address.kind {
        AddressKind::Mailbox { account, .. } => Ok((account, address.organisation)),
        AddressKind::Alias { .. } | AddressKind::Redirection => {
            Err(not_a_mailbox("address", &address.address))
        }
    }
}
