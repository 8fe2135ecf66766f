//! Folders: making, naming, deleting, subscribing (RFC 9051 §6.3.4 to §6.3.8).

use db::Tx;
use model::FolderId;

use crate::account::Account;
use crate::error::StoreError;
use crate::limits::{FOLDERS_LIMIT, ROWS_BATCH, SUBSCRIPTIONS_LIMIT};
use crate::names::{SEPARATOR, above, canonical, checked};
use crate::rows::{self, FolderRow, Step};
use crate::types::{Folder, Role};
use crate::uids::UidSet;

const INBOX: &str = "INBOX";

impl Account {
    /// Every folder, by name.
    pub async fn folders(&self) -> Result<Vec<Folder>, StoreError> {
        self.read(|tx, account| {
            let mut folders = rows::folders(tx, account)?;
            mark_parents(&mut folders);
            Ok(folders)
        })
        .await
    }

    /// The folder of that id.
    pub async fn folder(&self, id: FolderId) -> Result<Folder, StoreError> {
        self.read(move |tx, account| found(rows::folder(tx, account, id)?)).await
    }

    /// The folder of that name, in any spelling that NFC makes the same; `inbox` in any case.
    pub async fn folder_named(&self, name: &str) -> Result<Folder, StoreError> {
        let name = canonical(name);
        self.read(move |tx, account| found(rows::folder_named(tx, account, &name)?)).await
    }

    /// The folder of that role.
    pub async fn folder_of(&self, role: Role) -> Result<Folder, StoreError> {
        self.read(move |tx, account| found(rows::folder_of(tx, account, role)?)).await
    }

    /// Makes a folder and what is missing above it; a placeholder becomes a folder.
    pub async fn create_folder(&self, name: &str, role: Option<Role>) -> Result<Folder, StoreError> {
        let name = checked(name)?;
        self.write(move |tx, account| {
            let step = account.begin(tx)?;
            if let Some(role) = role
                && rows::folder_of(tx, step.account, role)?.is_some()
            {
                let rule = "another folder has this special use (RFC 6154 §3)";
                return Err(StoreError::Refused { name: name.clone(), rule });
            }
            let id = account.make_folder(tx, step, &name, role)?;
            found(rows::folder(tx, step.account, id)?)
        })
        .await
    }

    /// Makes a folder and those above it that are missing.
    fn make_folder(
        &self,
        tx: &mut Tx,
        step: Step,
        name: &str,
        role: Option<Role>,
    ) -> Result<FolderId, StoreError> {
        for parent in above(name) {
            if rows::folder_named(tx, step.account, parent)?.is_none() {
                self.insert_folder(tx, step, parent, None)?;
            }
        }
        match rows::folder_named(tx, step.account, name)? {
            None => self.insert_folder(tx, step, name, role),
            Some(row) if row.folder.is_selectable => Err(StoreError::FolderExists(name.to_owned())),
            Some(row) => {
                rows::revive_folder(tx, step, self.store.now(), row.folder.id, role)?;
                Ok(row.folder.id)
            }
        }
    }

    fn insert_folder(
        &self,
        tx: &mut Tx,
        step: Step,
        name: &str,
        role: Option<Role>,
    ) -> Result<FolderId, StoreError> {
        if rows::count_folders(tx, step.account)? >= FOLDERS_LIMIT {
            return Err(StoreError::Limit("folders of an account"));
        }
        let id = FolderId(self.store.inner.world.new_id());
        rows::insert_folder(tx, step, self.store.now(), id, name, role)?;
        Ok(id)
    }

    /// Renames a folder and all below it. From INBOX its messages go to a new folder of that name, and
    /// what lies below INBOX stays (RFC 9051 §6.3.6).
    pub async fn rename_folder(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let (from, to) = (canonical(from), checked(to)?);
        self.write(move |tx, account| {
            let step = account.begin(tx)?;
            let folder = found(rows::folder_named(tx, step.account, &from)?)?;
            if rows::folder_named(tx, step.account, &to)?.is_some() {
                return Err(StoreError::FolderExists(to.clone()));
            }
            if from == INBOX {
                let new = account.make_folder(tx, step, &to, None)?;
                return Ok(rows::move_all(tx, step, folder.id, new, account.store.now())?);
            }
            let refused = |rule| Err(StoreError::Refused { name: to.clone(), rule });
            if to.strip_prefix(&from).is_some_and(|rest| rest.starts_with(SEPARATOR)) {
                return refused("a folder does not go below itself");
            }
            for parent in above(&to) {
                if rows::folder_named(tx, step.account, parent)?.is_none() {
                    account.insert_folder(tx, step, parent, None)?;
                }
            }
            rows::rename_folder(tx, step, folder.id, &to)?;
            for (id, name) in rows::folders_below(tx, step.account, &from)? {
                let name = format!("{to}{}", &name[from.len()..]);
                checked(&name)?;
                rows::rename_folder(tx, step, id, &name)?;
            }
            Ok(())
        })
        .await
    }

    /// Deletes a folder with its messages. Where others lie below it, its name stays as a placeholder
    /// that cannot be opened, and such a placeholder is not deleted again (RFC 9051 §6.3.5).
    ///
    /// Messages go in batches before the folder goes, so that a large folder does not keep others waiting.
    pub async fn delete_folder(&self, name: &str) -> Result<(), StoreError> {
        let name = canonical(name);
        if name == INBOX {
            return Err(StoreError::Refused { name, rule: "INBOX is not deleted (RFC 9051 §6.3.5)" });
        }
        loop {
            let name = name.clone();
            let is_done = self
                .write(move |tx, account| {
                    let step = account.begin(tx)?;
                    let folder = found(rows::folder_named(tx, step.account, &name)?)?;
                    let has_children = !rows::folders_below(tx, step.account, &name)?.is_empty();
                    if has_children && !folder.is_selectable {
                        let rule = "folders lie below it (RFC 9051 §6.3.5)";
                        return Err(StoreError::Refused { name: name.clone(), rule });
                    }
                    let batch = rows::messages(tx, step.account, folder.id, &UidSet::all(), ROWS_BATCH)?;
                    if batch.len() == ROWS_BATCH {
                        account.remove_messages(tx, step, folder.id, &batch)?;
                        return Ok(false);
                    }
                    account.remove_messages(tx, step, folder.id, &batch)?;
                    rows::remove_folder(tx, step, folder.id, has_children)?;
                    Ok(true)
                })
                .await?;
            if is_done {
                return Ok(());
            }
        }
    }

    /// Subscribes a name or ends its subscription; the folder need not exist (RFC 9051 §6.3.7: a name
    /// stays subscribed when its folder goes).
    pub async fn subscribe(&self, name: &str, is_subscribed: bool) -> Result<(), StoreError> {
        let name = if is_subscribed { checked(name)? } else { canonical(name) };
        self.write(move |tx, account| {
            let step = account.begin(tx)?;
            if !is_subscribed {
                return Ok(rows::unsubscribe(tx, step.account, &name)?);
            }
            if rows::subscriptions(tx, step.account)?.len() as i64 >= SUBSCRIPTIONS_LIMIT {
                return Err(StoreError::Limit("subscriptions of an account"));
            }
            Ok(rows::subscribe(tx, step.account, &name)?)
        })
        .await
    }

    /// Every subscribed name, whether its folder exists or not.
    pub async fn subscriptions(&self) -> Result<Vec<String>, StoreError> {
        self.read(|tx, account| Ok(rows::subscriptions(tx, account)?)).await
    }
}

pub(crate) fn found(row: Option<FolderRow>) -> Result<Folder, StoreError> {
    row.map(|row| row.folder).ok_or(StoreError::NoSuchFolder)
}

/// Notes which folders others lie below; `folders` is sorted by name, but `a-b` stands between `a` and `a/b`.
fn mark_parents(folders: &mut [Folder]) {
    let parents: std::collections::HashSet<String> =
        folders.iter().flat_map(|folder| above(&folder.name)).map(str::to_owned).collect();
    for folder in folders {
        folder.has_children = parents.contains(&folder.name);
    }
}
