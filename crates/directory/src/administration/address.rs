//! Addresses: mailboxes and aliases.

use db::{Page, Seek};
use model::{AccountId, Address, AddressId, DomainId};

use super::told::{quota, state, told};
use super::{Administration, Result, checked_quota, conflict, found, not_a_mailbox, rows};
use crate::entities::{AddressInfo, AddressKind};
use crate::error::DirectoryError;
use crate::limits;
use crate::linking::DomainPlace;
use crate::rows::{address_key, localpart_key};

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

impl Administration {
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
            if domain.place == DomainPlace::Linked {
                return Err(DirectoryError::Invalid {
                    field: "address",
                    reason: format!("«{}» is linked to the main domain of its mail service", domain.name),
                    rule: "addresses are made at the main domain, and answer under the name of each linked one",
                });
            }
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

    /// As [`Administration::addresses`], a page at a time in the order they were made.
    pub async fn page_of_addresses(&self, domain: Option<DomainId>, seek: Seek) -> Result<Page<AddressInfo>> {
        self.read(move |tx| Ok(rows::page_of_addresses(tx, domain, &seek)?)).await
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
        let news = told([
            state(change.is_disabled),
            quota(change.quota_bytes),
            change.alias_to.as_ref().map(|targets| {
                let targets: Vec<String> = targets.iter().map(ToString::to_string).collect();
                format!("stands for {}", targets.join(", "))
            }),
        ]);
        self.act("change address", format!("{id}: {news}"), move |tx| {
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
    /// ([`crate::Directory::deleted_accounts`]).
    pub async fn delete_address(&self, id: AddressId) -> Result<()> {
        let at = self.now();
        self.act("delete address", id.to_string(), move |tx| {
            let address = found("address", rows::address(tx, id)?)?;
            rows::delete_address(tx, &address, &address_key(&address.address), at)?;
            Ok((Some(address.organisation), ()))
        })
        .await
    }
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
