//! The handle on one account: how its rows are reached, and how a message comes into it.

use db::Tx;
use model::{AccountId, AccountRef, BlobRef, FolderId, LetterId, Timestamp};
use wire_mime::Summary;

use crate::error::StoreError;
use crate::flags::Flags;
use crate::letters::aside;
use crate::limits::{APPEND_LIMIT, PREFIX_LIMIT_OCTETS};
use crate::rows::{self, Delta, NewLetter, NewRow, Step};
use crate::types::{Appended, Import, ImportContent, NewMessage, Role, Target, Usage};
use crate::{CHANNEL, MailStore};

/// One account. Cheap to clone; every query it makes is keyed by the account.
///
/// The account's rows and default folders come into being when they are first touched.
#[derive(Clone)]
pub struct Account {
    pub(crate) store: MailStore,
    pub(crate) account: AccountRef,
}

impl Account {
    /// Whose account this is.
    pub fn id(&self) -> AccountRef {
        self.account
    }

    /// Reads a snapshot; makes the account's rows first where they are missing.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx, AccountId) -> Result<T, StoreError> + Send + Clone + 'static,
    {
        let account = self.account;
        let checked = |work: F| {
            move |tx: &mut Tx| {
                if !rows::account_exists(tx, account)? {
                    return Err(StoreError::NoSuchAccount);
                }
                work(tx, account.account)
            }
        };
        let rows = self.store.inner.db.tenant(account.organisation);
        match rows.read(checked(work.clone())).await {
            Err(StoreError::NoSuchAccount) => {
                self.write(|tx, account| account.begin(tx).map(drop)).await?;
                rows.read(checked(work)).await
            }
            result => result,
        }
    }

    /// Runs a change in a transaction of its own.
    pub(crate) async fn write<T, F>(&self, mut work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx, &Account) -> Result<T, StoreError> + Send + 'static,
    {
        let this = self.clone();
        self.store.inner.db.tenant(self.account.organisation).write(move |tx| work(tx, &this)).await
    }

    /// Locks the account and gives the MODSEQ of a new step; watchers are told after the commit.
    pub(crate) fn begin(&self, tx: &mut Tx) -> Result<Step, StoreError> {
        self.check(tx)?;
        let step = match rows::begin_step(tx, self.account, self.store.inner.history)? {
            Some(step) => step,
            None => {
                self.create(tx)?;
                rows::begin_step(tx, self.account, self.store.inner.history)?
                    .ok_or(StoreError::NoSuchAccount)?
            }
        };
        self.tell(tx);
        Ok(step)
    }

    /// A tenant's transaction reaches its own accounts only.
    fn check(&self, tx: &Tx) -> Result<(), StoreError> {
        match tx.organisation() {
            Some(organisation) if organisation != self.account.organisation => Err(StoreError::NoSuchAccount),
            _ => Ok(()),
        }
    }

    fn tell(&self, tx: &mut Tx) {
        tx.notify(CHANNEL, self.account.account.to_string());
    }

    /// Makes the account's row and default folders, if the directory knows the account.
    fn create(&self, tx: &mut Tx) -> Result<(), StoreError> {
        self.quota(tx)?;
        if !rows::create_account(tx, self.account)? {
            return Ok(());
        }
        let step =
            rows::begin_step(tx, self.account, self.store.inner.history)?.ok_or(StoreError::NoSuchAccount)?;
        for role in Role::ALL {
            let id = FolderId(self.store.inner.world.new_id());
            rows::insert_folder(tx, step, self.store.now(), id, role.default_name(), Some(role))?;
            rows::subscribe(tx, step.account, role.default_name())?;
        }
        Ok(())
    }

    /// The quota, from the directory; [`StoreError::NoSuchAccount`] if it does not know the account.
    fn quota(&self, tx: &mut Tx) -> Result<Option<u64>, StoreError> {
        directory::quota_of(tx, self.account)?.ok_or(StoreError::NoSuchAccount)
    }

    /// The quota as a limit to compare with.
    pub(crate) fn quota_limit(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        Ok(self.quota(tx)?.map_or(i64::MAX, |quota| i64::try_from(quota).unwrap_or(i64::MAX)))
    }

    /// Use and quota.
    pub async fn usage(&self) -> Result<Usage, StoreError> {
        let this = self.clone();
        self.read(move |tx, _| this.usage_in(tx)).await
    }

    /// Use and quota, in the caller's transaction.
    pub fn usage_in(&self, tx: &mut Tx) -> Result<Usage, StoreError> {
        self.check(tx)?;
        let quota_bytes = self.quota(tx)?;
        if !rows::account_exists(tx, self.account)? {
            return Ok(Usage { used_bytes: 0, used_messages: 0, quota_bytes });
        }
        let used = rows::used(tx, self.account.account)?;
        Ok(Usage {
            used_bytes: u64::try_from(used.bytes).unwrap_or(0),
            used_messages: u64::try_from(used.messages).unwrap_or(0),
            quota_bytes,
        })
    }

    /// Puts a message into a folder, in the caller's transaction: what else stands in it commits with it.
    ///
    /// [`StoreError::OverQuota`] and [`StoreError::NoSuchFolder`] leave the transaction as it was, so that
    /// the caller may write down the failure in it.
    pub fn append(
        &self,
        tx: &mut Tx,
        target: Target,
        message: &NewMessage<'_>,
    ) -> Result<Appended, StoreError> {
        self.check(tx)?;
        if message.prefix.len() > PREFIX_LIMIT_OCTETS {
            return Err(StoreError::Limit("octets of a message's prefix"));
        }
        let size_bytes = i64::try_from(message.size_bytes()).map_err(|_| StoreError::OverQuota)?;
        let quota = self.quota_limit(tx)?;
        let history = self.store.inner.history;
        let step = match rows::begin_append(tx, self.account, history, size_bytes, quota)? {
            Some(step) => step,
            None => {
                self.create(tx)?;
                rows::begin_append(tx, self.account, history, size_bytes, quota)?
                    .ok_or(StoreError::OverQuota)?
            }
        };
        let mut delta = Delta::default();
        delta.message(1, &message.flags, size_bytes);
        let taken = match target {
            Target::Folder(id) => rows::take_uids(tx, step, id, delta)?,
            Target::Role(role) => match rows::take_uids_of(tx, step, role, delta)? {
                Some(taken) => Some(taken),
                None => {
                    let id = self.make_folder_of(tx, step, role)?;
                    rows::take_uids(tx, step, id, delta)?
                }
            },
        };
        let Some(taken) = taken else {
            rows::use_account(tx, step, -size_bytes, -1)?;
            return Err(StoreError::NoSuchFolder);
        };
        let row = NewRow {
            folder: taken.folder,
            uid: taken.first_uid,
            flags: &message.flags,
            internal_date: message.internal_date,
            saved_at: self.store.now(),
            size_bytes,
            letter: message.letter,
        };
        rows::insert_message(tx, step, &row)?;
        let NewMessage { letter, prefix, blob, summary, .. } = *message;
        rows::insert_letter(tx, step, &NewLetter { letter, size_bytes, blob, prefix, summary })?;
        rows::prune_changes(tx, step, taken.folder, taken.changes)?;
        self.tell(tx);
        Ok(Appended {
            folder: taken.folder,
            uid_validity: taken.uid_validity,
            uid: taken.first_uid,
            modseq: u64::try_from(step.modseq).unwrap_or(0),
        })
    }

    /// The folder of a role, made anew because it was deleted or renamed away.
    fn make_folder_of(&self, tx: &mut Tx, step: Step, role: Role) -> Result<FolderId, StoreError> {
        let name = role.default_name();
        match rows::folder_named(tx, step.account, name)? {
            // Somebody made a folder of that name: it will do.
            Some(found) if found.folder.is_selectable => {
                if found.folder.role.is_none() {
                    rows::set_role(tx, step, found.folder.id, Some(role))?;
                }
                Ok(found.folder.id)
            }
            Some(found) => {
                rows::revive_folder(tx, step, self.store.now(), found.folder.id, Some(role))?;
                Ok(found.folder.id)
            }
            None => {
                let id = FolderId(self.store.inner.world.new_id());
                rows::insert_folder(tx, step, self.store.now(), id, name, Some(role))?;
                rows::subscribe(tx, step.account, name)?;
                Ok(id)
            }
        }
    }

    /// Keeps messages that a client hands in: bodies first, then all rows in one commit, so that either all
    /// are there or none (RFC 3502 §6.3.11).
    pub async fn append_messages(
        &self,
        target: Target,
        imports: Vec<Import>,
    ) -> Result<Vec<Appended>, StoreError> {
        if imports.len() > APPEND_LIMIT {
            return Err(StoreError::Limit("messages of one append"));
        }
        // Bodies that cannot stay anyway are not written first.
        let size_bytes: u64 = imports.iter().map(|import| import.content.size_bytes()).sum();
        let usage = self.usage().await?;
        if usage.quota_bytes.is_some_and(|quota| usage.used_bytes.saturating_add(size_bytes) > quota) {
            return Err(StoreError::OverQuota);
        }
        let mut prepared: Vec<Prepared> = Vec::with_capacity(imports.len());
        for import in imports {
            let (content, blob) = match import.content {
                ImportContent::Bytes(content) => {
                    let blob =
                        self.store.inner.blobs.put(content.clone()).await.map_err(StoreError::NewBody)?;
                    (content, blob)
                }
                ImportContent::Blob(blob) => {
                    (self.store.inner.blobs.get(&blob).await.map_err(StoreError::NewBody)?, blob)
                }
            };
            prepared.push(Prepared {
                letter: LetterId(self.store.inner.world.new_id()),
                blob,
                summary: aside(content.len(), move || Summary::of(&content)).await,
                flags: import.flags,
                internal_date: import.internal_date.unwrap_or_else(|| self.store.now()),
            });
        }
        self.write(move |tx, account| {
            let append = |message: &Prepared| account.append(tx, target, &message.as_new());
            prepared.iter().map(append).collect()
        })
        .await
    }

    /// A writer for a body that is too large to hold in memory: `finish` gives what
    /// [`ImportContent::Blob`] takes.
    pub fn writer(&self) -> blobs::Writer {
        self.store.inner.blobs.writer()
    }

    /// Removes everything the account holds; for accounts that the directory has deleted.
    pub async fn erase(&self) -> Result<(), StoreError> {
        self.write(|tx, account| {
            rows::erase(tx, account.account)?;
            account.tell(tx);
            Ok(())
        })
        .await
    }
}

/// A message whose body is kept already.
struct Prepared {
    letter: LetterId,
    blob: BlobRef,
    summary: Summary,
    flags: Flags,
    internal_date: Timestamp,
}

impl Prepared {
    fn as_new(&self) -> NewMessage<'_> {
        NewMessage {
            letter: self.letter,
            prefix: b"",
            blob: self.blob,
            summary: &self.summary,
            internal_date: self.internal_date,
            flags: self.flags.clone(),
        }
    }
}
