//! What a person does with a mailbox by the permissions that were given: the administrator's own functions, held to that
//! mailbox. Without the permission the thing is not found.

use model::{AccountId, Address, AddressId, CredentialId};

use super::{OwnMailbox, Permission, Result, found};
use crate::{
    AddressCreation, AddressInfo, AddressKind, Administration, DevicePasswordInfo, Directory, DirectoryError,
    ForwardTarget, NewKind, NewTargets, Scope, Session,
};

impl Directory {
    /// One of the person's mailboxes, and the directory of its organisation in the person's name: nothing else of it is
    /// touched here.
    async fn desk(
        &self,
        session: &Session,
        account: AccountId,
        permission: Permission,
    ) -> Result<(OwnMailbox, Administration)> {
        let mailbox = self.own_mailbox(session, account, Some(permission)).await?;
        let scope = Scope::Tenant(mailbox.account.organisation);
        Ok((mailbox, self.administration(scope, session.actor())))
    }

    /// The other names of a mailbox whose aliases the person manages.
    pub async fn own_aliases(&self, session: &Session, account: AccountId) -> Result<Vec<AddressInfo>> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageAliases).await?;
        desk.aliases_of(mailbox.address_id).await
    }

    /// Makes another name of the mailbox: a local part in its own domain.
    pub async fn add_own_alias(
        &self,
        session: &Session,
        account: AccountId,
        local_part: &str,
    ) -> Result<AddressInfo> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageAliases).await?;
        let text = format!("{}@{}", local_part.trim(), mailbox.address.domain());
        let Ok(alias) = Address::parse(&text) else {
            return Err(DirectoryError::Invalid {
                field: "alias",
                reason: format!("«{text}»"),
                rule: "an address: name@domain",
            });
        };
        // What stands in front may hold no other domain.
        if alias.domain() != mailbox.address.domain() {
            return Err(DirectoryError::NotFound { what: "mail domain" });
        }
        desk.create_address(AddressCreation::of(alias, NewKind::Alias(vec![mailbox.address]))).await
    }

    /// Takes another name of the mailbox away, if it is a name of this one alone.
    pub async fn delete_own_alias(
        &self,
        session: &Session,
        account: AccountId,
        alias: AddressId,
    ) -> Result<()> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageAliases).await?;
        let all = desk.aliases_of(mailbox.address_id).await?;
        let alias = found("alias", all.into_iter().find(|one| one.id == alias))?;
        if !matches!(&alias.kind, AddressKind::Alias { targets } if targets.len() == 1) {
            return Err(DirectoryError::Invalid {
                field: "alias",
                reason: format!("«{}» leads to others too", alias.address),
                rule: "an alias of several mailboxes is an administrator's to delete",
            });
        }
        desk.delete_address(alias.id).await.map(drop)
    }

    /// Where a mailbox leads whose redirections the person manages, and whether it keeps a copy.
    pub async fn own_targets(
        &self,
        session: &Session,
        account: AccountId,
    ) -> Result<(Vec<ForwardTarget>, bool)> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageRedirections).await?;
        let keeps_copy = desk.address(mailbox.address_id).await?.keeps_copy;
        Ok((desk.targets(mailbox.address_id).await?, keeps_copy))
    }

    /// Says where the mailbox leads.
    pub async fn set_own_targets(
        &self,
        session: &Session,
        account: AccountId,
        new: NewTargets,
    ) -> Result<Vec<ForwardTarget>> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageRedirections).await?;
        desk.set_targets(mailbox.address_id, new).await
    }

    /// Writes once more to a target of the mailbox that has not answered.
    pub async fn ask_own_target_again(
        &self,
        session: &Session,
        account: AccountId,
        target: i64,
    ) -> Result<ForwardTarget> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageRedirections).await?;
        let all = desk.targets(mailbox.address_id).await?;
        found("target", all.iter().find(|one| one.id == target))?;
        desk.ask_target_again(target).await
    }

    /// Every password of a mailbox whose security the person manages, whoever made it.
    pub async fn passwords_of_own(
        &self,
        session: &Session,
        account: AccountId,
    ) -> Result<Vec<DevicePasswordInfo>> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageSecurity).await?;
        desk.device_passwords(mailbox.address_id).await
    }

    /// Deletes one of them, at once.
    pub async fn delete_password_of_own(
        &self,
        session: &Session,
        account: AccountId,
        id: CredentialId,
    ) -> Result<()> {
        let (mailbox, desk) = self.desk(session, account, Permission::ManageSecurity).await?;
        let all = desk.device_passwords(mailbox.address_id).await?;
        found("device password", all.iter().find(|password| password.id == id))?;
        desk.delete_device_password(id).await
    }
}
