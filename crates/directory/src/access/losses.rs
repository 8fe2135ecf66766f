//! What an act takes away that cannot be had back, counted before it is done.

use model::{AddressId, UserId};

use super::{Result, mailbox, rows};
use crate::Administration;
use crate::administration::found;

/// What a person has in the organisation, and what ends when the person leaves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserLosses {
    /// Mailboxes to which the person has access.
    pub mailboxes: u64,
    /// Passwords of devices that the person made for them.
    pub device_passwords: u64,
    /// Mail services that were given.
    pub services: u64,
    /// Sessions that are open.
    pub sessions: u64,
}

impl Administration {
    /// What ends when a user is blocked or deleted.
    pub async fn losses_of_user(&self, id: UserId) -> Result<UserLosses> {
        let user = self.user(id).await?;
        let now = self.now();
        self.read(move |tx| Ok(rows::losses_of_user(tx, user.organisation, id, now)?)).await
    }

    /// How many passwords of devices end with a person's access to a mailbox.
    pub async fn losses_of_access(&self, address: AddressId, user: UserId) -> Result<u64> {
        self.read_limited(move |tx| {
            let mailbox = mailbox(tx, address)?;
            found("access", rows::access(tx, mailbox.account, user)?)?;
            Ok(rows::passwords_by_access(tx, mailbox.account, user)?)
        })
        .await
    }

    /// How many passwords end with a deleted address.
    pub async fn passwords_of_deleted(&self, id: AddressId) -> Result<u64> {
        let deleted = self.deleted_address(id).await?;
        let Some(account) = deleted.account else { return Ok(0) };
        self.read_limited(move |tx| Ok(rows::passwords_of(tx, account, deleted.organisation)?)).await
    }
}
