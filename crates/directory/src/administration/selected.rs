//! One act on many addresses at once: all of it in one transaction, each address with its entry in the audit.

use model::{Address, AddressId};

use super::{Administration, Result, checked_quota, facts, found, rows};
use crate::entities::AddressKind;
use crate::error::DirectoryError;
use crate::limits;

/// What is done with the selected addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectedAct {
    /// Out of use.
    Disable,
    /// In use again.
    Enable,
    /// Mailboxes get this quota of their own; `None` is the service's. Others are passed over.
    Quota(Option<u64>),
    /// Deleted; each can be restored.
    Delete,
}

impl SelectedAct {
    /// As the audit says it.
    fn action(self) -> &'static str {
        match self {
            SelectedAct::Disable | SelectedAct::Enable | SelectedAct::Quota(_) => "change address",
            SelectedAct::Delete => "delete address",
        }
    }
}

/// What became of the selected addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// To how many it was done.
    pub changed: u64,
    /// How many were passed over, because the act means nothing to them or they were so already.
    pub passed_over: u64,
    /// The same of each, in the order in which they were named.
    pub each: Vec<Acted>,
}

/// What became of one of the selected addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Which.
    pub id: AddressId,
    /// What it is called.
    pub address: Address,
    /// Whether it was done to it; otherwise it was passed over.
    pub is_changed: bool,
}

impl Administration {
    /// Does one thing to many addresses, or to none if one of them is not found.
    pub async fn act_on_addresses(&self, ids: Vec<AddressId>, act: SelectedAct) -> Result<Done> {
        if ids.is_empty() || ids.len() > limits::SELECTED_LIMIT {
            return Err(DirectoryError::Invalid {
                field: "addresses",
                reason: format!("{} addresses", ids.len()),
                rule: "1 to 1000 addresses are changed at once",
            });
        }
        let quota = match act {
            SelectedAct::Quota(Some(bytes)) => Some(checked_quota(bytes)?),
            _ => None,
        };
        let (at, who, world) = (self.now(), self.actor(), self.directory.world.clone());
        self.scope
            .limited(&self.directory.db)
            .write(move |tx| {
                let mut done = Done::default();
                for id in &ids {
                    let address = found("address", rows::address(tx, *id)?)?;
                    let organisation = address.organisation;
                    let is_change = match (act, &address.kind) {
                        (SelectedAct::Disable, _) => !address.is_disabled,
                        (SelectedAct::Enable, _) => address.is_disabled,
                        (SelectedAct::Delete, _) => true,
                        (SelectedAct::Quota(wanted), AddressKind::Mailbox { own_quota_bytes, .. }) => {
                            *own_quota_bytes != wanted
                        }
                        (SelectedAct::Quota(_), _) => false,
                    };
                    let name = address.address.clone();
                    done.each.push(Acted { id: *id, address: name, is_changed: is_change });
                    if !is_change {
                        done.passed_over += 1;
                        continue;
                    }
                    match (act, &address.kind) {
                        (SelectedAct::Disable, _) => rows::disable_address(tx, *id, organisation, true)?,
                        (SelectedAct::Enable, _) => rows::disable_address(tx, *id, organisation, false)?,
                        (SelectedAct::Delete, _) => rows::put_away(tx, *id, organisation, &who.who, at)?,
                        (SelectedAct::Quota(_), AddressKind::Mailbox { account, .. }) => {
                            rows::account_quota(tx, *account, organisation, quota)?;
                        }
                        (SelectedAct::Quota(_), _) => {}
                    }
                    done.changed += 1;
                    // A deleted one is found no more.
                    let after = rows::address(tx, *id)?.map(|after| facts::of_address(&after));
                    let name = address.address.to_string();
                    let (id, who) = (world.new_id(), who.clone());
                    let change = trail::Change::new(at, id, Some(organisation), who, act.action(), name);
                    let before = facts::of_address(&address);
                    trail::audit(tx, &change.with(before, after.unwrap_or_default()))?;
                }
                Ok(done)
            })
            .await
    }
}
