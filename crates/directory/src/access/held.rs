//! The passwords for devices that a person made for mailboxes within the scope.

use model::{Address, UserId};

use super::{Result, rows};
use crate::{Administration, DevicePasswordInfo, DirectoryError};

impl Administration {
    /// The passwords for devices that somebody made by an access, each with the mailbox that it opens.
    pub async fn passwords_of_person(&self, user: UserId) -> Result<Vec<(Address, DevicePasswordInfo)>> {
        self.user(user).await?;
        let held = self.read(move |tx| rows::credentials_of_person(tx, user)).await?;
        let mut all = Vec::with_capacity(held.len());
        for (address, id) in held {
            match self.device_password(id).await {
                Ok(info) => all.push((address, info)),
                // It was deleted a moment ago.
                Err(DirectoryError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}
