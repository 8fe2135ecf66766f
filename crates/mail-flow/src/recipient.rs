//! Answers while the envelope is being built: may this one send, can that one receive?

use directory::{Authenticated, Found, Purpose};
use mail_store::StoreError;
use model::{AccountRef, Address, Recipient, Reply, ReversePath, Route};
use tracing::error;

use crate::arrival::Origin;
use crate::limits::ROOMY_BYTES;
use crate::{Flow, trouble};

impl Flow {
    /// At MAIL: whether `origin` may send with this reverse path.
    pub async fn sender(&self, origin: &Origin, from: &ReversePath) -> Result<(), Reply> {
        if let Some(application) = origin.application() {
            return self.application_sends(application, from).await;
        }
        if let Some(authenticated) = origin.authenticated() {
            self.submits(authenticated).await?;
        }
        let (Some(authenticated), Some(address)) = (origin.authenticated(), from.address()) else {
            self.expect(origin, from);
            // RFC 5321 §4.5.5: the null sender is for everybody, also for a client's own receipts (RFC 8098 §3).
            return Ok(());
        };
        match self.inner.directory.may_send_as(&authenticated.account, address).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Reply::never(553, 7, 1, self.foreign(&authenticated.address, address).await)),
            Err(error) => Err(trouble::directory(&error)),
        }
    }

    /// At RCPT: whether `origin` may send to this recipient, and whether it can receive a message of the size that
    /// SIZE declared (zero where it said nothing).
    pub async fn recipient(
        &self,
        origin: &Origin,
        recipient: &Recipient,
        smtputf8: bool,
        declared_bytes: u64,
    ) -> Result<(), Reply> {
        let address = &recipient.address;
        if !address.is_ascii() && !smtputf8 {
            // RFC 6531 §3.5: 553 with 5.6.7.
            return Err(Reply::never(553, 6, 7, "the address needs SMTPUTF8"));
        }
        if self.is_return_path(address) {
            return self.returned_to(address).await.map(drop);
        }
        self.application_takes(origin, declared_bytes).await?;
        let found = self.inner.directory.find(address).await.map_err(|error| trouble::directory(&error))?;
        match found {
            // A tag may say at the end of the letter that it goes secured; what does not is refused then.
            Found::NotOurs if origin.gateway().is_some() => Ok(()),
            Found::NotOurs => may_relay(origin),
            // What it leads to depends on the sender, and is found out at the end of the letter.
            Found::CatchAll { account, .. } if !mail_route::looks_like_one(address) => {
                self.has_room(account, address, declared_bytes).await
            }
            Found::Unknown { .. } | Found::CatchAll { .. } => {
                match self.inner.return_paths.follow(address).await {
                    Ok(None) => refused(mail_route::unknown()),
                    Ok(Some(found)) => found.map(drop),
                    Err(error) => Err(trouble::routing(&error.into())),
                }
            }
            Found::Disabled { .. } => refused(mail_route::disabled()),
            Found::Redirection { targets, .. } if targets.is_empty() => refused(mail_route::unanswered()),
            Found::Alias { .. } | Found::Redirection { .. } | Found::Reports { .. } => Ok(()),
            // Whose letters go on is found out again at the end; there may be no room, and no need of any.
            Found::Mailbox { forwarding: Some(forwarding), .. } if !forwarding.keeps_copy => Ok(()),
            Found::Mailbox { account, forwarding: Some(_), .. } => {
                self.has_room(account, address, declared_bytes).await
            }
            Found::Mailbox { account, address: mailbox, forwarding: None, .. } => {
                self.has_room(account, address, declared_bytes).await?;
                self.inner.known.learn(address, account, mailbox, self.inner.world.clock.now());
                Ok(())
            }
        }
    }

    /// Whether the password that somebody signed in with sends: what a person may be taken away while a device is signed
    /// in, so that it is asked for each letter.
    async fn submits(&self, authenticated: &Authenticated) -> Result<(), Reply> {
        let Authenticated { account, credential, address, .. } = authenticated;
        match self.inner.directory.may_submit(*account, *credential).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Reply::never(
                550,
                7,
                1,
                format!("you may read {address} and not send from it; its administrator can allow it"),
            )),
            Err(error) => Err(trouble::directory(&error)),
        }
    }

    /// Why somebody may not write an address as the sender.
    async fn foreign(&self, own: &Address, address: &Address) -> String {
        match self.inner.directory.find(own).await {
            Ok(Found::Mailbox { purpose: Purpose::CatchAll, .. }) => {
                format!("{own} takes what no address takes, and sends nothing")
            }
            _ => format!("{address} is not an address of yours"),
        }
    }

    // RFC 1870 §6.1 lets a server refuse at RCPT what one mailbox has no room for. A size that nobody declared, or one that
    // was declared wrong, is found at delivery, which counts exactly; the sender's server waits better than ours.
    async fn has_room(
        &self,
        account: AccountRef,
        address: &Address,
        declared_bytes: u64,
    ) -> Result<(), Reply> {
        let now = self.inner.world.clock.now();
        if declared_bytes <= ROOMY_BYTES && self.inner.known.is_roomy(account, now) {
            return Ok(());
        }
        let is_full = |used: u64, quota: u64| used >= quota || used.saturating_add(declared_bytes) > quota;
        match self.inner.store.account(account).usage().await {
            Ok(usage) if usage.quota_bytes.is_some_and(|quota| is_full(usage.used_bytes, quota)) => {
                Err(Reply::later(452, 2, 2, format!("the mailbox of {address} is full")))
            }
            Ok(usage) => {
                if usage
                    .quota_bytes
                    .is_none_or(|quota| quota.saturating_sub(usage.used_bytes) > 2 * ROOMY_BYTES)
                {
                    self.inner.known.note_roomy(account, now);
                }
                Ok(())
            }
            // Deleted since the directory was asked.
            Err(StoreError::NoSuchAccount) => refused(mail_route::unknown()),
            Err(StoreError::Db(source)) => Err(trouble::db(&source)),
            Err(error) => {
                error!(error = %model::Chain(&error), %address, "cannot read an account's usage");
                Err(Reply::later(451, 3, 0, "temporary trouble here, try again later"))
            }
        }
    }
}

/// Only those who signed in, and we, send to other people's domains.
pub(crate) fn may_relay(origin: &Origin) -> Result<(), Reply> {
    match origin {
        Origin::Submitted { .. } | Origin::Application { .. } | Origin::Ourselves => Ok(()),
        Origin::Peer(_) => Err(Reply::never(550, 7, 1, "we do not relay to that domain")),
    }
}

fn refused(route: Route) -> Result<(), Reply> {
    match route {
        Route::Nowhere { reply } => Err(reply),
        Route::Account { .. } | Route::Remote { .. } | Route::Gateway { .. } | Route::Reports { .. } => {
            Ok(())
        }
    }
}
