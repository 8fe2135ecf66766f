//! Who uses which mailbox: people with an account of the Manager, each with the permissions that were given.
//!
//! ```text
//! administrator ─ existing person ──────────────────────────────┐
//!               └ invitation (link, letter, SMS) ─ accepted once ┴─ access ─ changed │ revoked, at once
//! ```
//!
//! Nobody needs the address's password for it but the administrator, who shows when inviting that he may. Whoever
//! accepts from outside becomes an «externe» of the organisation. What an administrator opens of somebody's mailbox
//! leaves a notice that the people of the mailbox see.

mod accept;
mod held;
mod invitation;
mod letter;
mod losses;
mod opened;
mod own;
mod permission;
mod rows;

use std::net::IpAddr;

use db::{Page, Seek, Tx};
use model::{
    AccountId, AccountRef, Address, AddressId, CredentialId, OrganisationId, ServiceId, Timestamp, UserId,
};
use zeroize::Zeroizing;

use crate::administration::{found, names_in_reach, user_in, users_in};
use crate::entities::UserInfo;
use crate::error::DirectoryError;
use crate::login::Sought;
use crate::rows::address_key;
use crate::{
    Administration, Attempt, AuthProtocol, AuthRefusal, CreatedDevicePassword, DeviceKind,
    DevicePasswordInfo, Directory, NewDevicePassword, Protocols, Role, Scope, Session,
};

pub use accept::{NewAccount, Offer};
pub use invitation::{CreatedInvitation, InvitationChange, InvitationInfo, NewInvitation};
pub use letter::{InvitationLetter, Way};
pub use losses::UserLosses;
pub(crate) use opened::note_at;
pub use opened::{Opened, OpenedInfo};
pub use permission::{Permission, Permissions};
pub(crate) use rows::{forget_member, holder, remember_use};

type Result<T> = std::result::Result<T, DirectoryError>;

/// Somebody's access to a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessInfo {
    /// Who.
    pub user: UserId,
    /// The login.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// What the person is in the organisation of the mailbox.
    pub role: Role,
    /// What the person may do besides reading.
    pub permissions: Permissions,
    /// Whether it is the person's principal address.
    pub is_primary: bool,
    /// Who gave it.
    pub granted_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// What to change of an access; `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessChange {
    /// Exactly these permissions.
    pub permissions: Option<Permissions>,
    /// Whether it is the person's principal address.
    pub is_primary: Option<bool>,
}

/// A mailbox as one of its people sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMailbox {
    /// Its account.
    pub account: AccountRef,
    /// Its address by identifier.
    pub address_id: AddressId,
    /// Its address.
    pub address: Address,
    /// Whose it is.
    pub organisation_name: String,
    /// What the person may do.
    pub permissions: Permissions,
    /// Whether it is the person's principal address.
    pub is_primary: bool,
    /// Since when.
    pub since: Timestamp,
}

/// What shows that whoever gives access to a mailbox may: the seed asks for the address's password.
pub enum AddressProof {
    /// A password of the address, or the administrator's own: addresses whose passwords are for devices have none that
    /// anybody knows (docs/decisions/0055).
    Password {
        /// As it was typed.
        password: Zeroizing<String>,
        /// From where: failures are counted.
        source: IpAddr,
        /// The login of the administrator; none for a program.
        login: Option<String>,
    },
    /// Whoever commands the machine could read the mailbox's files: the command line gives it and nobody else.
    Machine,
}

/// Why nobody can be invited to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Who asks does not administer the organisation.
    Rights,
    /// The address is somebody's login: that account has to go first.
    IsLogin,
    /// One of the people of the mailbox has the address as login.
    UserListed,
}

impl Hindrance {
    /// The word that the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            Hindrance::Rights => "rights",
            Hindrance::IsLogin => "is-login",
            Hindrance::UserListed => "user-listed",
        }
    }

    fn error(self, address: &Address) -> DirectoryError {
        let (reason, rule) = match self {
            Hindrance::Rights => {
                ("your role does not reach so far".to_owned(), "an administrator of the organisation invites")
            }
            Hindrance::IsLogin => (
                format!("«{address}» is the login of an account"),
                "an address that is a login is shared by nobody",
            ),
            Hindrance::UserListed => (
                format!("a user of «{address}» has it as login"),
                "the account whose login is the address has to be deleted first",
            ),
        };
        DirectoryError::Invalid { field: "address", reason, rule }
    }
}

/// A mailbox that access is given to.
pub(crate) struct Mailbox {
    pub(crate) account: AccountRef,
    pub(crate) address: Address,
    pub(crate) service: ServiceId,
}

fn mailbox(tx: &mut Tx, address: AddressId) -> Result<Mailbox> {
    match found("address", rows::mailbox(tx, address)?)? {
        (mailbox, true) => Ok(mailbox),
        (mailbox, false) => Err(DirectoryError::Invalid {
            field: "address",
            reason: format!("«{}» is no mailbox", mailbox.address),
            rule: "only a mailbox is shared: an alias and a redirection hold no letters",
        }),
    }
}

impl Administration {
    /// The people who use a mailbox, the first first.
    pub async fn accesses(&self, address: AddressId) -> Result<Vec<AccessInfo>> {
        self.read_limited(move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            Ok(rows::accesses(tx, mailbox.account)?)
        })
        .await
    }

    /// As [`Administration::accesses`], a page at a time in the order of the people's identifiers.
    pub async fn page_of_accesses(&self, address: AddressId, seek: Seek) -> Result<Page<AccessInfo>> {
        self.read_limited(move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            Ok(rows::page_of_accesses(tx, mailbox.account, &seek)?)
        })
        .await
    }

    /// Why nobody can be invited to an address now.
    pub async fn hindrance(&self, address: AddressId) -> Result<Option<Hindrance>> {
        let role = self.role();
        self.read_limited(move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            hindrance(tx, role, &mailbox)
        })
        .await
    }

    /// Gives a person of the organisation access to a mailbox, at once; without `permissions` those of the service.
    pub async fn grant_access(
        &self,
        address: AddressId,
        user: UserId,
        permissions: Option<Permissions>,
        proof: AddressProof,
    ) -> Result<AccessInfo> {
        self.prove(address, proof).await?;
        let (role, who, at) = (self.role(), self.who().to_owned(), self.now());
        let ids = self.ids();
        self.act_limited("grant access", String::new(), move |tx| {
            let mailbox = mailbox(tx, address)?;
            if let Some(hindrance) = hindrance(tx, role, &mailbox)? {
                return Err(hindrance.error(&mailbox.address));
            }
            let info = found("user", user_in(tx, user, mailbox.account.organisation)?)?;
            if !is_person_in_reach(tx, &info)? {
                return Err(DirectoryError::NotFound { what: "user" });
            }
            let permissions = match permissions {
                Some(permissions) => permissions,
                None => rows::default_permissions(tx, mailbox.service)?,
            };
            if !rows::grant(tx, mailbox.account, user, permissions, &who, at)? {
                return Err(has_it_already(&info.login, &mailbox.address));
            }
            let told = trail::Told::of_two(&info.login, &mailbox.address);
            trail::tell(tx, told.after(trail::Facts::new().with("permissions", permissions)));
            let opened = Opened::Access(info.login.clone());
            opened::note(tx, &ids, &mailbox, &opened, &who, at)?;
            Ok((
                Some(mailbox.account.organisation),
                found("access", rows::access(tx, mailbox.account, user)?)?,
            ))
        })
        .await
    }

    /// Changes what somebody may do with a mailbox, at once.
    pub async fn change_access(
        &self,
        address: AddressId,
        user: UserId,
        change: AccessChange,
    ) -> Result<AccessInfo> {
        self.act_limited("change access", String::new(), move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            let known = found("access", rows::access(tx, mailbox.account, user)?)?;
            let permissions = change.permissions.unwrap_or(known.permissions);
            let is_primary = change.is_primary.unwrap_or(known.is_primary);
            if is_primary && !known.is_primary {
                rows::no_primary(tx, user)?;
            }
            rows::change(tx, mailbox.account, user, permissions, is_primary)?;
            let of = |permissions: Permissions, is_primary| {
                trail::Facts::new().with("permissions", permissions).with_bool("primary", is_primary)
            };
            let told = trail::Told::of_two(&known.login, &mailbox.address);
            let told = told.before(of(known.permissions, known.is_primary));
            trail::tell(tx, told.after(of(permissions, is_primary)));
            Ok((
                Some(mailbox.account.organisation),
                found("access", rows::access(tx, mailbox.account, user)?)?,
            ))
        })
        .await
    }

    /// Takes somebody's access to a mailbox away, at once.
    pub async fn revoke_access(&self, address: AddressId, user: UserId) -> Result<()> {
        self.act_limited("revoke access", String::new(), move |tx| {
            let (mailbox, _) = found("address", rows::mailbox(tx, address)?)?;
            let known = found("access", rows::access(tx, mailbox.account, user)?)?;
            rows::revoke(tx, mailbox.account, user)?;
            let told = trail::Told::of_two(&known.login, &mailbox.address);
            trail::tell(tx, told.before(trail::Facts::new().with("permissions", known.permissions)));
            Ok((Some(mailbox.account.organisation), ()))
        })
        .await
    }

    /// What is given with an access to a mailbox of this service unless something else is said.
    pub async fn default_permissions(&self, service: ServiceId) -> Result<Permissions> {
        self.service(service).await?;
        self.read_limited(move |tx| Ok(rows::default_permissions(tx, service)?)).await
    }

    /// Changes what is given from now on; what was given stays.
    pub async fn set_default_permissions(&self, service: ServiceId, permissions: Permissions) -> Result<()> {
        let info = self.whole_service(service).await?;
        let organisation = info.organisation;
        self.act_limited("change default permissions", info.name.clone(), move |tx| {
            let of = |permissions: Permissions| trail::Facts::new().with("permissions", permissions);
            let before = of(rows::default_permissions(tx, service)?);
            trail::tell(tx, trail::Told::of_thing(&info.name).before(before).after(of(permissions)));
            rows::set_default_permissions(tx, service, organisation, permissions)?;
            Ok((Some(organisation), ()))
        })
        .await
    }

    /// Identifiers for what a change writes besides its own row.
    pub(crate) fn ids(&self) -> Vec<i64> {
        (0..opened::TOLD_LIMIT).map(|_| self.new_id()).collect()
    }

    /// Whether who asks shows a password that opens the mailbox or the own account. A wrong one counts as a failure
    /// to log in.
    async fn prove(&self, address: AddressId, proof: AddressProof) -> Result<()> {
        let mailbox = self.read_limited(move |tx| mailbox(tx, address)).await?;
        let AddressProof::Password { password, source, login } = proof else {
            return Ok(());
        };
        let directory = self.directory();
        if let Some(login) = login {
            let attempt = directory.begin_attempt(&login, source).await.map_err(refused)?;
            let whose = Sought::User(login);
            if directory.is_password(&attempt, whose, &password).await.map_err(refused)? {
                return Ok(());
            }
        }
        let attempt = Attempt {
            login: mailbox.address.to_string(),
            authorise_as: String::new(),
            password,
            protocol: AuthProtocol::Imap,
            source,
        };
        match directory.authenticate(attempt).await {
            // The password of an address that is out of use is right all the same.
            Ok(_) | Err(AuthRefusal::Disabled) => Ok(()),
            Err(refusal) => Err(refused(refusal)),
        }
    }
}

impl Administration {
    /// The people to whom access can be given: those of the organisation, and for who is limited to a domain those of
    /// them who belong there.
    pub async fn people_in_reach(&self, organisation: OrganisationId) -> Result<Vec<UserInfo>> {
        self.read_limited(move |tx| {
            let mut reached = Vec::new();
            for info in users_in(tx, organisation)? {
                if is_person_in_reach(tx, &info)? {
                    reached.push(info);
                }
            }
            Ok(reached)
        })
        .await
    }
}

fn hindrance(tx: &mut Tx, role: Role, mailbox: &Mailbox) -> Result<Option<Hindrance>> {
    if !matches!(role, Role::LegalOwner | Role::Administrator) {
        return Ok(Some(Hindrance::Rights));
    }
    let login = address_key(&mailbox.address);
    if rows::accesses(tx, mailbox.account)?.iter().any(|access| access.login == login) {
        return Ok(Some(Hindrance::UserListed));
    }
    Ok(rows::is_login(tx, &login)?.then_some(Hindrance::IsLogin))
}

/// Whether a person exists for who is limited to one domain: by the own login at one of its names, or by an access to a
/// mailbox of it.
fn is_person_in_reach(tx: &mut Tx, info: &UserInfo) -> Result<bool> {
    let Some(names) = names_in_reach(tx)? else { return Ok(true) };
    let is_at_home =
        info.login.rsplit_once('@').is_some_and(|(_, domain)| names.iter().any(|name| name == domain));
    Ok(is_at_home || rows::has_access_in_reach(tx, info.id)?)
}

fn has_it_already(login: &str, address: &Address) -> DirectoryError {
    DirectoryError::Conflict {
        field: "user",
        value: format!("{login} at {address}"),
        rule: "a person has access to a mailbox once",
    }
}

fn not_proved(reason: String) -> DirectoryError {
    DirectoryError::Invalid {
        field: "password",
        reason,
        rule: "a password of the address, or your own, shows that you may share it",
    }
}

fn refused(refusal: AuthRefusal) -> DirectoryError {
    match refusal {
        AuthRefusal::Later(error) => error,
        AuthRefusal::Banned { until } => not_proved(format!("too many failures until {}", until.rfc3339())),
        _ => not_proved("the password is wrong".to_owned()),
    }
}

impl Directory {
    /// The mailboxes that a person may use now, in whichever organisation, the principal one first.
    pub async fn own_mailboxes(&self, session: &Session) -> Result<Vec<OwnMailbox>> {
        let user = session.user;
        let operator = self.db.operator("a person's mailboxes lie in several organisations");
        operator.read(move |tx| rows::own_mailboxes(tx, user)).await
    }

    /// A mailbox that a person may use, if the person has this permission on it; otherwise it is not found.
    pub async fn own_mailbox(
        &self,
        session: &Session,
        account: AccountId,
        permission: Option<Permission>,
    ) -> Result<OwnMailbox> {
        let all = self.own_mailboxes(session).await?;
        let mailbox = found("mailbox", all.into_iter().find(|one| one.account.account == account))?;
        match permission {
            Some(permission) if !mailbox.permissions.has(permission) => {
                Err(DirectoryError::NotFound { what: "mailbox with this permission" })
            }
            _ => Ok(mailbox),
        }
    }

    /// Whether a person may do something with a mailbox now.
    pub async fn may(&self, user: UserId, account: AccountRef, permission: Permission) -> Result<bool> {
        let operator = self.db.operator("a person's mailboxes lie in several organisations");
        let all = operator.read(move |tx| rows::own_mailboxes(tx, user)).await?;
        Ok(all.iter().any(|one| one.account == account && one.permissions.has(permission)))
    }
}

impl Directory {
    /// Makes a password for a device of a person who may; it goes with the access.
    pub async fn create_own_device_password(
        &self,
        session: &Session,
        account: AccountId,
        label: &str,
    ) -> Result<CreatedDevicePassword> {
        let mailbox = self.own_mailbox(session, account, Some(Permission::ConfigureDevice)).await?;
        let scope = Scope::Tenant(mailbox.account.organisation);
        let administration = self.administration(scope, session.actor());
        let new = NewDevicePassword {
            address: mailbox.address_id,
            label: label.to_owned(),
            protocols: Protocols::ALL,
            kind: DeviceKind::Other,
        };
        let created = administration.create_device_password(new).await?;
        let (user, account, id) = (session.user, mailbox.account, created.info.id);
        let is_kept = self
            .db
            .tenant(account.organisation)
            .write(move |tx| {
                let is_kept = rows::access(tx, account, user)?.is_some();
                if is_kept {
                    rows::own_credential(tx, account, user, id.0)?;
                }
                Ok::<_, DirectoryError>(is_kept)
            })
            .await?;
        if !is_kept {
            // The access was taken away a moment ago.
            administration.delete_device_password(id).await?;
            return Err(DirectoryError::NotFound { what: "mailbox" });
        }
        Ok(created)
    }

    /// The passwords for devices that a person made for a mailbox.
    pub async fn own_device_passwords(
        &self,
        session: &Session,
        account: AccountId,
    ) -> Result<Vec<DevicePasswordInfo>> {
        let mailbox = self.own_mailbox(session, account, None).await?;
        let (user, account) = (session.user, mailbox.account);
        let tenant = self.db.tenant(account.organisation);
        let own =
            tenant.read(move |tx| Ok::<_, DirectoryError>(rows::own_credentials(tx, account, user)?)).await?;
        let administration = self.administration(Scope::Tenant(account.organisation), session.actor());
        let mut all = administration.device_passwords(mailbox.address_id).await?;
        all.retain(|password| own.contains(&password.id.0));
        Ok(all)
    }

    /// Deletes a password for a device that the person made.
    pub async fn delete_own_device_password(
        &self,
        session: &Session,
        account: AccountId,
        id: CredentialId,
    ) -> Result<()> {
        let own = self.own_device_passwords(session, account).await?;
        found("device password", own.iter().find(|password| password.id == id))?;
        let mailbox = self.own_mailbox(session, account, None).await?;
        let scope = Scope::Tenant(mailbox.account.organisation);
        self.administration(scope, session.actor()).delete_device_password(id).await
    }
}

impl Directory {
    /// What the person may do now who made this password for a device by an access to the mailbox: asked whenever it is
    /// used, so that what is taken away ends at once. `None` for a password of the address itself.
    async fn holder_of(&self, account: AccountRef, credential: CredentialId) -> Result<Option<Permissions>> {
        let tenant = self.db.tenant(account.organisation);
        tenant.read(move |tx| Ok(holder(tx, account, credential)?)).await
    }

    /// Whether a password opens the mailbox: one that a person made by an access does while that person may have devices.
    pub(crate) async fn may_open(&self, account: AccountRef, credential: CredentialId) -> Result<bool> {
        let holder = self.holder_of(account, credential).await?;
        Ok(holder.is_none_or(|permissions| permissions.has(Permission::ConfigureDevice)))
    }

    /// Whether letters may be submitted with a password: one that a person made by an access sends while that person may.
    pub async fn may_submit(&self, account: AccountRef, credential: CredentialId) -> Result<bool> {
        let holder = self.holder_of(account, credential).await?;
        Ok(holder.is_none_or(|permissions| permissions.has(Permission::SendEmails)))
    }
}

/// Whose a mailbox is: for what is written in the same transaction.
fn organisation_name(tx: &mut Tx, organisation: OrganisationId) -> Result<String> {
    Ok(rows::organisation_name(tx, organisation)?.unwrap_or_default())
}
