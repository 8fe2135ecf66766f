//! Deleted addresses: for thirty days everything can be brought back, then it is gone.
//!
//! A deleted address is no address: letters to it are refused, nobody signs in with it, and its name stays with its
//! organisation. The account with its letters, the passwords and the targets wait where they are.

use db::{Page, Seek};
use model::{AccountId, Address, AddressId, DomainId, OrganisationId, ServiceId, Timestamp};

use super::{Administration, Result, conflict, found, rows};
use crate::entities::{AddressInfo, AddressKind};
use crate::error::DirectoryError;
use crate::rows::address_key;
use crate::{Directory, Scope, limits};

/// An address that was deleted and can be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedAddress {
    /// Its identifier: the same when it is restored.
    pub id: AddressId,
    /// The owner.
    pub organisation: OrganisationId,
    /// Its mail service.
    pub service: ServiceId,
    /// Its domain.
    pub domain: DomainId,
    /// The address.
    pub address: Address,
    /// `mailbox`, `shared`, `catchall`, `alias` or `redirection`.
    pub kind: String,
    /// What stands before the address in letters.
    pub display_name: String,
    /// What administrators noted.
    pub note: String,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Who did it.
    pub deleted_by: String,
    /// The account that waits with its letters.
    pub account: Option<AccountId>,
}

/// By what a table of deleted addresses is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletedSort {
    /// When they were deleted.
    #[default]
    DeletedAt,
    /// Their name.
    Address,
}

/// Which part of the deleted addresses a table shows.
#[derive(Clone, Debug, Default)]
pub struct DeletedQuery {
    /// What they contain; empty: all.
    pub search: String,
    /// The order.
    pub sort: DeletedSort,
    /// The other way round.
    pub is_descending: bool,
    /// Those that stand before the part.
    pub skip: usize,
    /// The most of them.
    pub limit: usize,
}

/// A part of the deleted addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundDeleted {
    /// The addresses.
    pub items: Vec<DeletedAddress>,
    /// How many fit the search.
    pub found: u64,
    /// How many there are.
    pub total: u64,
}

impl DeletedAddress {
    /// Until when it can be restored.
    pub fn restorable_until(&self) -> Timestamp {
        self.deleted_at.plus(limits::RESTORABLE_FOR)
    }

    fn facts(&self) -> trail::Facts {
        trail::Facts::new()
            .with("kind", &self.kind)
            .with("name", &self.display_name)
            .with("note", &self.note)
            .with("deleted at", self.deleted_at.rfc3339())
            .with("deleted by", &self.deleted_by)
    }
}

impl Administration {
    /// Deletes an address in a way that [`Administration::restore_address`] undoes within thirty days.
    pub async fn delete_address(&self, id: AddressId) -> Result<DeletedAddress> {
        let (at, who) = (self.now(), self.who().to_owned());
        self.act_limited("delete address", String::new(), move |tx| {
            let address = found("address", rows::address(tx, id)?)?;
            trail::tell(
                tx,
                trail::Told::of_thing(&address.address).before(super::facts::of_address(&address)),
            );
            rows::put_away(tx, id, address.organisation, &who, at)?;
            let deleted = found("address", rows::deleted_address(tx, id)?)?;
            Ok((Some(address.organisation), deleted))
        })
        .await
    }

    /// The deleted addresses that can be restored, a page at a time.
    pub async fn page_of_deleted_addresses(&self, seek: Seek) -> Result<Page<DeletedAddress>> {
        self.read_limited(move |tx| Ok(rows::page_of_deleted_addresses(tx, &seek)?)).await
    }

    /// A part of the deleted addresses, searched and sorted; past the end the last part.
    pub async fn find_deleted_addresses(&self, query: DeletedQuery) -> Result<FoundDeleted> {
        self.read_limited(move |tx| {
            let (mut items, found, total) = rows::find_deleted_addresses(tx, &query)?;
            if items.is_empty() && found > 0 && query.limit > 0 {
                let last = (found as usize - 1) / query.limit * query.limit;
                items = rows::find_deleted_addresses(tx, &DeletedQuery { skip: last, ..query.clone() })?.0;
            }
            Ok(FoundDeleted { items, found, total })
        })
        .await
    }

    /// A deleted address by its identifier.
    pub async fn deleted_address(&self, id: AddressId) -> Result<DeletedAddress> {
        self.read_limited(move |tx| found("deleted address", rows::deleted_address(tx, id)?)).await
    }

    /// Brings a deleted address back: letters, passwords, targets, everything.
    pub async fn restore_address(&self, id: AddressId) -> Result<AddressInfo> {
        self.act_limited("restore address", String::new(), move |tx| {
            let deleted = found("deleted address", rows::deleted_address(tx, id)?)?;
            let taken = || DirectoryError::Conflict {
                field: "address",
                value: deleted.address.to_string(),
                rule: "an address exists once, as a mailbox, an alias or a redirection",
            };
            rows::bring_back(tx, id, deleted.organisation).map_err(conflict(taken))?;
            let after = found("address", rows::address(tx, id)?)?;
            let told = trail::Told::of_thing(&deleted.address);
            trail::tell(tx, told.after(super::facts::of_address(&after)));
            Ok((Some(deleted.organisation), after))
        })
        .await
    }

    /// Deletes an address for good, whether it was deleted before or not: a mailbox with its passwords, and its
    /// letters later ([`crate::Directory::deleted_accounts`]).
    pub async fn erase_address(&self, id: AddressId) -> Result<()> {
        let at = self.now();
        self.act_limited("delete address for good", String::new(), move |tx| {
            let (organisation, account, key) = match rows::address(tx, id)? {
                Some(address) => {
                    let account = match address.kind {
                        AddressKind::Mailbox { account, .. } => Some(account),
                        AddressKind::Alias { .. } | AddressKind::Redirection => None,
                    };
                    trail::tell(
                        tx,
                        trail::Told::of_thing(&address.address).before(super::facts::of_address(&address)),
                    );
                    (address.organisation, account, address_key(&address.address))
                }
                None => {
                    let deleted = found("address", rows::deleted_address(tx, id)?)?;
                    trail::tell(tx, trail::Told::of_thing(&deleted.address).before(deleted.facts()));
                    (deleted.organisation, deleted.account, address_key(&deleted.address))
                }
            };
            rows::erase_address(tx, id, organisation, account, &key, at)?;
            Ok((Some(organisation), ()))
        })
        .await
    }
}

impl Directory {
    /// Forgets for good what was deleted more than thirty days ago; gives how many addresses that were.
    pub async fn forget_deleted_addresses(&self) -> Result<u64> {
        let operator = self.administration(
            Scope::Operator("end the time in which addresses come back"),
            trail::Actor::program("relais"),
        );
        let (now, world) = (self.now(), self.world.clone());
        let before = now.minus(limits::RESTORABLE_FOR);
        let mut forgotten = 0;
        loop {
            let world = world.clone();
            let count = operator
                .scoped()?
                .write(move |tx| {
                    let overdue = rows::overdue(tx, before, limits::FORGOTTEN_AT_ONCE)?;
                    for one in &overdue {
                        let key = address_key(&one.address);
                        rows::erase_address(tx, one.id, one.organisation, one.account, &key, now)?;
                        let change = trail::Change::new(
                            now,
                            world.new_id(),
                            Some(one.organisation),
                            trail::Actor::program("relais"),
                            "delete address for good",
                            one.address.to_string(),
                        );
                        trail::audit(tx, &change.with(one.facts(), trail::Facts::new()))?;
                    }
                    Ok::<_, DirectoryError>(overdue.len() as u64)
                })
                .await?;
            forgotten += count;
            if count < limits::FORGOTTEN_AT_ONCE as u64 {
                return Ok(forgotten);
            }
        }
    }
}
