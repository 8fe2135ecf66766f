//! What is known of people is kept no longer than it is of use: see [`crate::limits`] for how long.

pub(crate) mod rows;

use crate::error::DirectoryError;
use crate::{Directory, limits};

impl Directory {
    /// Forgets invitations that nobody accepted, requests to be let in again, permissions that were refused or have
    /// ended, and notices of what was opened, each after its time; gives how many.
    pub async fn forget_requests(&self) -> Result<u64, DirectoryError> {
        let now = self.world.clock.now();
        self.db
            .operator("forget what was asked and told long ago")
            .write(move |tx| {
                let mut forgotten = rows::invitations(tx, now.minus(limits::INVITATION_KEPT_FOR))?;
                forgotten += rows::unban_requests(tx, now.minus(limits::UNBAN_REQUEST_KEPT_FOR))?;
                forgotten += rows::allowed_sources(tx, now.minus(limits::ALLOWED_SOURCE_KEPT_FOR))?;
                forgotten += rows::notices(tx, now.minus(limits::MAILBOX_NOTICE_KEPT_FOR))?;
                Ok(forgotten)
            })
            .await
    }
}
