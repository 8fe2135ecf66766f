//! Accounts of recipients for mailboxes here that became shared. While others read the mailbox such an account opens nothing
//! ([`super::Opens`]); if that lasts, it ends, so that it does not come to life again for whoever had it when the mailbox
//! belongs to somebody else.

use model::{Address, UserId};

use super::rows;
use crate::administration::forget_user;
use crate::error::DirectoryError;
use crate::membership::rows::owner_of_domain;
use crate::notice::{self, Event, OfRecipient};
use crate::{Directory, Found, limits};

/// Who ends such accounts, in the log of changes and in the letter.
const WHO: &str = "the platform";

impl Directory {
    /// Ends accounts of recipients whose mailbox others have read for `SHARED_RECIPIENT_FOR`: how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_shared_recipients(&self) -> Result<u64, DirectoryError> {
        let (mut last, mut ended) = (UserId(0), 0);
        loop {
            let operator = self.db.operator("see which accounts of recipients are for shared mailboxes");
            let some = operator
                .read(move |tx| rows::recipients_behind(tx, last, limits::RECIPIENTS_AT_ONCE))
                .await?;
            let Some((user, _)) = some.last() else { return Ok(ended) };
            last = *user;
            for (user, login) in some {
                ended += u64::from(self.end_if_shared(user, login).await?);
            }
        }
    }

    async fn end_if_shared(&self, user: UserId, login: String) -> Result<bool, DirectoryError> {
        let Ok(address) = Address::parse(&login) else { return Ok(false) };
        let is_shared = self.is_shared(&address).await?;
        let now = self.world.clock.now();
        let (notice, audit) = (self.world.new_id(), self.world.new_id());
        let operator = self.db.operator("end the account of a recipient whose mailbox others read");
        operator
            .write(move |tx| {
                if !is_shared {
                    rows::forget_shared(tx, user)?;
                    return Ok(false);
                }
                let since = rows::shared_since(tx, user, now)?;
                // Its owner may have deleted it meanwhile.
                if now.since(since) < limits::SHARED_RECIPIENT_FOR || rows::login_of(tx, user)?.is_none() {
                    return Ok(false);
                }
                notice::write(tx, notice, user, &Event::Recipient(OfRecipient::Shared), WHO, now)?;
                forget_user(tx, user, &login, now)?;
                let owner = owner_of_domain(tx, address.domain().as_str())?;
                let actor = trail::Actor::from(WHO);
                let change = trail::Change::new(
                    now,
                    audit,
                    owner,
                    actor,
                    "end account of a shared mailbox",
                    login.clone(),
                );
                trail::audit(tx, &change)?;
                Ok::<_, DirectoryError>(true)
            })
            .await
    }

    /// Whether others read what comes to an address, for certain: one that is out of use, or that nobody has made yet, is
    /// nobody else's.
    async fn is_shared(&self, address: &Address) -> Result<bool, DirectoryError> {
        Ok(match self.find(address).await? {
            Found::NotOurs | Found::Unknown { .. } | Found::Disabled { .. } | Found::Reports { .. } => false,
            Found::Mailbox { .. }
            | Found::Alias { .. }
            | Found::Redirection { .. }
            | Found::CatchAll { .. } => !self.is_read_by_one(address).await?,
        })
    }
}
