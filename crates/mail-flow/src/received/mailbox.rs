//! The e-mail that brought a letter, where the recipient's mailbox is here and it is still in it.

use bytes::Bytes;
use directory::Found;
use mail_secure::{Seen, receiving};
use mail_store::{SearchKey, StoreError, UidSet};

use super::{NotDone, Reader};
use crate::Flow;

/// An e-mail lies in the mailbox after its letter was taken; clocks of two nodes may differ.
const CLOCKS_DIFFER: std::time::Duration = std::time::Duration::from_secs(3600);
/// Mails with a letter's Message-ID in one folder that are looked at.
const CANDIDATES_LIMIT: usize = 20;
/// Folders of a mailbox in which is looked.
const FOLDERS_LIMIT: usize = 200;

impl Flow {
    /// The e-mail that brought a copy; `None` where it is in no mailbox of this platform, or was deleted.
    pub(super) async fn mail_of(&self, reader: &Reader, seen: &Seen) -> Result<Option<Bytes>, NotDone> {
        let found = self.inner.directory.find(&seen.copy.address).await?;
        let Found::Mailbox { account, .. } = found else { return Ok(None) };
        if !reader.looks_into(account) {
            return Ok(None);
        }
        let message_id = self.secure().carrier_message_id(&seen.letter, &seen.copy);
        let key = SearchKey::Every(vec![
            SearchKey::Younger(seen.copy.submitted_at.minus(CLOCKS_DIFFER)),
            SearchKey::Header { name: "message-id".to_owned(), text: message_id },
        ]);
        Ok(self.mail_in(account, &key, seen).await?)
    }

    async fn mail_in(
        &self,
        account: model::AccountRef,
        key: &SearchKey,
        seen: &Seen,
    ) -> Result<Option<Bytes>, StoreError> {
        let account = self.inner.store.account(account);
        let folders = account.folders().await?;
        for folder in folders.iter().filter(|folder| folder.is_selectable).take(FOLDERS_LIMIT) {
            // The newest is the one with a link, where the first did not arrive.
            let found = account.search(folder.id, key).await?.into_iter().rev().take(CANDIDATES_LIMIT);
            let uids = UidSet::from_ranges(found.map(|one| one.uid..=one.uid));
            let rows = account.messages(folder.id, &uids, mail_store::Columns::default()).all().await?;
            for row in rows.iter().rev() {
                let mail = account.read_letter(row.letter).await?;
                if receiving::is_mail_of(seen, &mail) {
                    return Ok(Some(mail));
                }
            }
        }
        Ok(None)
    }
}
