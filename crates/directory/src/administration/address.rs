//! Addresses: mailboxes, aliases and redirections.

use db::{Page, Seek, Tx};
use model::{AccountId, Address, AddressId, DomainId, OrganisationId, ServiceId, Timestamp};

use super::{
    Administration, Result, checked_name, checked_quota, conflict, facts, found, not_a_mailbox, rows,
};
use crate::entities::{AddressInfo, AddressKind, DomainInfo, Purpose};
use crate::error::DirectoryError;
use crate::job::Fault;
use crate::limits;
use crate::linking::DomainPlace;
use crate::rows::{address_key, localpart_key};

/// A new address of the two common kinds.
#[derive(Clone, Debug)]
pub struct NewAddress {
    /// The address; its domain exists.
    pub address: Address,
    /// None for a mailbox; for an alias the addresses that it stands for.
    pub alias_to: Vec<Address>,
    /// A mailbox's own quota; `None` is the service's.
    pub quota_bytes: Option<u64>,
}

/// What a new address is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewKind {
    /// It has an account.
    Mailbox {
        /// What it is for.
        purpose: Purpose,
        /// Its own quota; `None` is the service's.
        quota_bytes: Option<u64>,
    },
    /// It stands for these.
    Alias(Vec<Address>),
    /// It leads to those who agree: they are named by [`Administration::set_targets`].
    Redirection,
}

/// A new address.
#[derive(Clone, Debug)]
pub struct AddressCreation {
    /// The address; its domain exists.
    pub address: Address,
    /// What it is to be.
    pub kind: NewKind,
    /// What stands before the address in letters; may be empty.
    pub display_name: String,
    /// What administrators note; may be empty.
    pub note: String,
}

impl AddressCreation {
    /// An address without a name and a note.
    pub fn of(address: Address, kind: NewKind) -> AddressCreation {
        AddressCreation { address, kind, display_name: String::new(), note: String::new() }
    }
}

impl From<NewAddress> for AddressCreation {
    fn from(new: NewAddress) -> AddressCreation {
        let NewAddress { address, alias_to, quota_bytes } = new;
        let kind = match alias_to.is_empty() {
            true => NewKind::Mailbox { purpose: Purpose::Personal, quota_bytes },
            false => NewKind::Alias(alias_to),
        };
        AddressCreation::of(address, kind)
    }
}

/// By what a list of addresses is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressSort {
    /// By domain, then local part.
    #[default]
    Address,
    /// By what they are for.
    Kind,
    /// By their notes.
    Note,
}

/// Which addresses of an organisation a table shows.
#[derive(Clone, Debug, Default)]
pub struct AddressQuery {
    /// Only those of this mail service.
    pub service: Option<ServiceId>,
    /// Only those of this kind: its word; empty: all.
    pub kind: String,
    /// What address, name or note holds; any case.
    pub search: String,
    /// The order.
    pub sort: AddressSort,
    /// From the last one.
    pub is_descending: bool,
    /// How many come before.
    pub skip: usize,
    /// How many at most.
    pub limit: usize,
}

/// A part of a table of addresses.
#[derive(Clone, Debug)]
pub struct AddressesFound {
    /// The addresses.
    pub items: Vec<AddressInfo>,
    /// How many fit the question.
    pub found: u64,
    /// How many there are.
    pub total: u64,
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
    /// What stands before the address in letters.
    pub display_name: Option<String>,
    /// What administrators note.
    pub note: Option<String>,
    /// Whether a mailbox is for several people. A catch-all stays what it is.
    pub is_shared: Option<bool>,
}

impl Administration {
    /// Creates a mailbox, with its account, an alias or a redirection.
    pub async fn create_address(&self, new: impl Into<AddressCreation>) -> Result<AddressInfo> {
        let new = checked(new.into())?;
        let (id, account, at) = (AddressId(self.new_id()), AccountId(self.new_id()), self.now());
        let mut salt = [0; limits::SCRAM_SALT_OCTETS];
        self.directory.world.random.fill(&mut salt);
        self.act_limited("create address", new.address.to_string(), move |tx| {
            let domain = found("domain", rows::domain_called(tx, new.address.domain().as_str())?)?;
            insert(tx, &domain, &new, (id, account), &salt, at)?;
            let made = found("address", rows::address(tx, id)?)?;
            trail::tell(tx, trail::Told::of_thing(&made.address).after(facts::of_address(&made)));
            Ok((Some(domain.organisation), made))
        })
        .await
    }

    /// The addresses within the scope, of one domain or of all.
    pub async fn addresses(&self, domain: Option<DomainId>) -> Result<Vec<AddressInfo>> {
        self.read_limited(move |tx| Ok(rows::addresses(tx, domain)?)).await
    }

    /// As [`Administration::addresses`], a page at a time in the order they were made.
    pub async fn page_of_addresses(&self, domain: Option<DomainId>, seek: Seek) -> Result<Page<AddressInfo>> {
        self.read_limited(move |tx| Ok(rows::page_of_addresses(tx, domain, &seek)?)).await
    }

    /// The mailboxes of an organisation that have a quota, their own or the mail service's, with its octets.
    pub async fn quotas(&self, organisation: OrganisationId) -> Result<Vec<(AccountId, AddressId, u64)>> {
        self.read_limited(move |tx| Ok(rows::quotas(tx, organisation)?)).await
    }

    /// The addresses of an organisation that fit a question, in an order, a part of them.
    pub async fn find_addresses(
        &self,
        organisation: OrganisationId,
        query: AddressQuery,
    ) -> Result<AddressesFound> {
        self.read_limited(move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            let (items, fit, total) = rows::find_addresses(tx, organisation, &query)?;
            Ok(AddressesFound { items, found: fit, total })
        })
        .await
    }

    /// The aliases that stand for an address, among others or alone.
    pub async fn aliases_of(&self, id: AddressId) -> Result<Vec<AddressInfo>> {
        self.read_limited(move |tx| {
            let address = found("address", rows::address(tx, id)?)?;
            Ok(rows::aliases_of(tx, address.organisation, &address.address.to_string().to_lowercase())?)
        })
        .await
    }

    /// An address by its identifier.
    pub async fn address(&self, id: AddressId) -> Result<AddressInfo> {
        self.read_limited(move |tx| found("address", rows::address(tx, id)?)).await
    }

    /// An address by its name, exactly: no subaddress, no postmaster that nobody created.
    pub async fn address_called(&self, address: &Address) -> Result<AddressInfo> {
        let (key, domain) = (localpart_key(address.localpart()), address.domain().as_str().to_owned());
        self.read_limited(move |tx| found("address", rows::address_called(tx, &domain, &key)?)).await
    }

    /// Disables or enables an address, changes a mailbox's quota, an alias's targets, or what it is called.
    pub async fn change_address(&self, id: AddressId, change: AddressChange) -> Result<AddressInfo> {
        if let Some(Some(bytes)) = change.quota_bytes {
            checked_quota(bytes)?;
        }
        let display_name = change.display_name.as_deref().map(checked_display_name).transpose()?;
        let note = change.note.as_deref().map(checked_note).transpose()?;
        self.act_limited("change address", String::new(), move |tx| {
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
                        reason: format!("«{}» is no alias, or no target is left", address.address),
                        rule: "an alias has at least one target; a mailbox has none",
                    });
                }
                check_targets(&address.address, targets)?;
                rows::replace_targets(tx, id, organisation, &texts(targets))?;
            }
            let kind = match (change.is_shared, &address.kind) {
                (None, kind) => kind.as_str(),
                (
                    Some(is_shared),
                    AddressKind::Mailbox { purpose: Purpose::Personal | Purpose::Shared, .. },
                ) => {
                    if is_shared {
                        "shared"
                    } else {
                        "mailbox"
                    }
                }
                (Some(_), _) => return Err(not_a_mailbox("shared", &address.address)),
            };
            let display_name = display_name.as_ref().unwrap_or(&address.display_name);
            let note = note.as_ref().unwrap_or(&address.note);
            rows::describe_address(tx, id, organisation, display_name, note, kind)?;
            let after = found("address", rows::address(tx, id)?)?;
            let told = trail::Told::of_thing(&after.address).before(facts::of_address(&address));
            trail::tell(tx, told.after(facts::of_address(&after)));
            Ok((Some(organisation), after))
        })
        .await
    }
}

/// Refuses what breaks a rule whatever else there is.
pub(crate) fn checked(new: AddressCreation) -> Result<AddressCreation> {
    let (display_name, note) = (checked_display_name(&new.display_name)?, checked_note(&new.note)?);
    match &new.kind {
        NewKind::Mailbox { purpose, quota_bytes } => {
            quota_bytes.map(checked_quota).transpose()?;
            if *purpose == Purpose::CatchAll
                && localpart_key(new.address.localpart()) != limits::CATCH_ALL_LOCALPART
            {
                return Err(DirectoryError::Invalid {
                    field: "address",
                    reason: format!("«{}» is to take what no address takes", new.address),
                    rule: "a catch-all is called catchall",
                });
            }
        }
        NewKind::Alias(targets) if targets.is_empty() => {
            return Err(DirectoryError::Invalid {
                field: "alias-to",
                reason: "no target is given".to_owned(),
                rule: "an alias has at least one target; a mailbox has none",
            });
        }
        NewKind::Alias(targets) => check_targets(&new.address, targets)?,
        NewKind::Redirection => {}
    }
    Ok(AddressCreation { display_name, note, ..new })
}

/// Writes a checked address into its domain, if the name is free.
pub(crate) fn insert(
    tx: &mut Tx,
    domain: &DomainInfo,
    new: &AddressCreation,
    (id, account): (AddressId, AccountId),
    salt: &[u8],
    at: Timestamp,
) -> Result<()> {
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
        rule: "an address exists once, as a mailbox, an alias or a redirection",
    };
    match name_state(tx, domain, &key)? {
        None => {}
        Some(Fault::Restorable) => {
            return Err(DirectoryError::Conflict {
                field: "address",
                value: new.address.to_string(),
                rule: "a deleted address keeps its name for 30 days: it is restored, or deleted for good",
            });
        }
        Some(_) => return Err(taken()),
    }
    let (kind, mailbox) = match &new.kind {
        NewKind::Mailbox { purpose, .. } => (purpose.as_str(), Some(account)),
        NewKind::Alias(_) => ("alias", None),
        NewKind::Redirection => ("redirection", None),
    };
    let row = rows::AddressRow {
        id,
        localpart: new.address.localpart().as_str(),
        key: &key,
        account: mailbox,
        kind,
        display_name: &new.display_name,
        note: &new.note,
        at,
    };
    rows::insert_address(tx, domain, &row).map_err(conflict(taken))?;
    match &new.kind {
        NewKind::Mailbox { quota_bytes, .. } => {
            let quota_bytes = quota_bytes.map(checked_quota).transpose()?;
            rows::insert_account(tx, account, domain.organisation, id, quota_bytes, salt, at)?;
        }
        NewKind::Alias(targets) => rows::replace_targets(tx, id, domain.organisation, &texts(targets))?,
        NewKind::Redirection => {}
    }
    Ok(())
}

/// Why an address of this name cannot be made, if it cannot.
pub(crate) fn name_state(tx: &mut Tx, domain: &DomainInfo, key: &str) -> Result<Option<Fault>> {
    if rows::is_address_taken(tx, domain.id, domain.organisation, key)? {
        return Ok(Some(Fault::Taken));
    }
    let is_restorable = rows::is_address_restorable(tx, domain.id, domain.organisation, key)?;
    Ok(is_restorable.then_some(Fault::Restorable))
}

pub(crate) fn checked_display_name(name: &str) -> Result<String> {
    if name.trim().is_empty() { Ok(String::new()) } else { checked_name("display-name", name) }
}

pub(crate) fn checked_note(note: &str) -> Result<String> {
    let note = note.trim();
    let characters = note.chars().count();
    if characters > limits::NOTE_LIMIT_CHARACTERS || note.chars().any(char::is_control) {
        return Err(DirectoryError::Invalid {
            field: "note",
            reason: format!("it has {characters} characters, or one that is not printed"),
            rule: "a note has at most 80 characters, on one line",
        });
    }
    Ok(note.to_owned())
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
