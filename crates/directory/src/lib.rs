//! Who exists: organisations, mail services, domains, addresses, users, device passwords, quotas.
//!
//! ```text
//! organisation → service → domain → address (mailbox → account | alias → targets)
//!              → user                          account → credential (device passwords, a chosen password)
//! ```
//!
//! Three faces:
//!
//! - **The doors and the flow** ask [`Directory::find`] who an address is, [`Directory::authenticate`] and
//!   [`Directory::scram_begin`] who a peer is, and [`Directory::may_send_as`] which addresses are his.
//!   These begin with an address, so they reach across tenants; the [`AccountRef`] that they give is the
//!   proof by which the floors above stay within one.
//! - **Administrators** change things through [`Administration`], which carries a scope: within a
//!   tenant's scope everything else is [`DirectoryError::NotFound`].
//! - **The program** calls [`Directory::maintain`] every few seconds, which takes over bans from other
//!   nodes and from the command line.
//!
//! A login name is the address of a mailbox, in any case; an alias is none, because several people may
//! stand behind it and because it may change hands. Device passwords look like
//! `7kqd-…`: four public characters, by which the row is found, and twenty secret ones.
//!
//! Deleted domains, addresses, users and passwords leave no row, so that their names may be used again;
//! what happened to them stands in the trail's audit. Organisations and accounts stay as rows with a time
//! of deletion, because the log and the stored letters name them.

mod access;
mod administration;
mod application;
mod entities;
mod error;
mod factor;
mod find;
mod forgetting;
mod forwarding;
mod job;
pub mod limits;
pub mod linking;
mod login;
mod membership;
mod notice;
mod phone;
mod profile;
mod recipient;
mod rows;
mod sender_list;
mod session;
mod settings;
mod sources;
mod token;

use std::sync::Arc;

use db::Db;
use model::{AccountRef, Address, CredentialId, Domain, OrganisationId, Timestamp};
use world::World;

pub use access::{
    AccessChange, AccessInfo, AddressProof, CreatedInvitation, Hindrance, InvitationChange, InvitationInfo,
    InvitationLetter, NewAccount, NewInvitation, Offer, Opened, OpenedInfo, OwnMailbox, Permission,
    Permissions, UserLosses, Way,
};
pub use administration::{
    About, Acted, AddressChange, AddressCreation, AddressQuery, AddressSort, AddressesFound, Administration,
    DeletedAddress, DeletedQuery, DeletedSort, DomainChange, DomainCreation, Done, FoundDeleted, LiftedBan,
    NewAddress, NewDevicePassword, NewKind, NewUser, OrganisationChange, Scope, SelectedAct, ServiceChange,
    StaffInfo, UserChange, check_domain_name, create_domain, delete_domain, facts_of_domain, name_of_service,
    names_in_reach,
};
pub use application::{
    AllowedSender, ApplicationChange, ApplicationId, ApplicationInfo, Counted, CreatedApplication,
    NewApplication, NotASender, SignedInApplication,
};
pub use entities::{
    AccountInfo, AddressInfo, AddressKind, Agreed, Ban, BanKey, BanView, CreatedDevicePassword, DeviceKind,
    DevicePasswordInfo, DomainInfo, Forwarding, Found, OrganisationInfo, Protocols, Purpose, Role,
    ServiceInfo, UserInfo,
};
pub use error::{AuthRefusal, DirectoryError};
pub use factor::{
    Challenge, Entrance, FactorId, FactorInfo, FactorKind, Factors, Proof, Proved, RecoveryCodes,
    RelyingParty, Step, StepRefusal, TotpSetup,
};
pub use forwarding::{Confirmation, ForwardLetter, ForwardTarget, NewTargets, TargetState};
pub use job::{
    AddressJob, Choice, Fault, JobLine, JobState, NewAddressJob, quota_of as quota_of_text, text_of,
};
pub use linking::DomainPlace;
pub use login::{
    Attempt, AuthProtocol, Authenticated, FailureLimits, MalformedPlain, Options, PlainMessage,
    ScramExchange, SignedIn,
};
pub use membership::{Joined, Limits, Membership, MembershipOffer, NewMember};
pub use notice::Notice;
pub use phone::{NotAPhone, Phone};
pub use profile::rows::language_of;
pub use profile::{Profile, ProfileChange};
pub use recipient::rows::{login_ended, login_holder};
pub use recipient::{Forgotten, NewRecipient, NotReplaced, Opens};
pub use rows::{MIGRATIONS, add_synonym, is_organisation_deleted, quota_of, remove_synonym};
pub use sender_list::{
    EntryState, FoundSenders, Glob, Listed, Pattern, SenderEntry, SenderKind, SenderQuery, SenderSort,
};
pub use session::{Session, SessionId, SessionInfo};
pub use settings::{
    Brand, Logo, LogoKind, Occasion, OrganisationSettings, SecuredSending, SecuringRule, SettingsChange,
    Support, contrast_with_white,
};
pub use sources::{
    AllowState, AllowedSource, BanRule, Evidence, IpChange, IpInfo, MassError, NewAllowedSource, NewIp,
    NewUnbanRequest, SendingAddress, SourceLetter, SourceSearch, Succession, Successor, UnbanRequest,
    UnbanState, follow_allowed_sources, follow_dedicated_addresses, take_back_allowed_sources,
};
pub use token::{CreatedToken, NewOwnToken, NewToken, Repetition, StoredAnswer, TokenId, TokenInfo};
/// Text that is wiped when it is dropped: passwords.
pub use zeroize::Zeroizing;

/// Who exists and may sign in; cheap to clone.
#[derive(Clone)]
pub struct Directory {
    db: Db,
    world: World,
    login: Arc<login::Login>,
    passkeys: Option<Arc<factor::Passkeys>>,
    senders: Arc<sender_list::Lists>,
    invitations_live: std::time::Duration,
    base_url: Option<String>,
}

impl Directory {
    /// The directory kept in this database, with default [`Options`].
    pub fn new(db: Db, world: World) -> Directory {
        Directory::with_options(db, world, Options::default())
    }

    /// The directory kept in this database.
    pub fn with_options(db: Db, world: World, options: Options) -> Directory {
        let passkeys = options.relying_party.as_ref().and_then(factor::Passkeys::new).map(Arc::new);
        let invitations_live = options.invitations_live.unwrap_or(limits::INVITATION_FOR);
        let base_url = options.base_url.clone();
        let login = Arc::new(login::Login::new(&world, options));
        Directory { db, world, login, passkeys, senders: Arc::default(), invitations_live, base_url }
    }

    /// How long an invitation can be accepted.
    pub(crate) fn invitations_live(&self) -> std::time::Duration {
        self.invitations_live
    }

    /// The link by which an invitation is accepted.
    pub fn invitation_link(&self, token: &str) -> String {
        format!("{}/invitation/{token}", self.base_url.as_deref().unwrap_or_default())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Administration within `scope`, in the name of `who` (a login, or the account that runs the
    /// program), as the audit will say.
    pub fn administration(&self, scope: Scope, who: impl Into<trail::Actor>) -> Administration {
        Administration::new(self.clone(), scope, who.into())
    }

    /// A password that nobody can guess, in the form of a device password: for a first sign-in.
    pub fn random_password(&self) -> Zeroizing<String> {
        login::device_password(&self.world).1
    }

    /// Who an address is. An exact address counts before its base without the subaddress (RFC 5233);
    /// postmaster and abuse of every hosted domain exist (RFC 5321 §4.5.1, RFC 2142).
    pub async fn find(&self, address: &Address) -> Result<Found, DirectoryError> {
        find::find(self, address).await
    }

    /// Whether a domain, or a synonym of one, is of this installation, in use or not: mail for it goes nowhere else.
    pub async fn has_domain(&self, domain: &Domain) -> Result<bool, DirectoryError> {
        find::has_domain(self, domain).await
    }

    /// Whether mail for a domain, or for a synonym of one, is taken at all.
    pub async fn serves(&self, domain: &Domain) -> Result<bool, DirectoryError> {
        find::serves(self, domain).await
    }

    /// Whether an account may write this address as its sender: its own address, its subaddresses, and
    /// aliases that lead to it and to nobody else.
    pub async fn may_send_as(&self, account: &AccountRef, address: &Address) -> Result<bool, DirectoryError> {
        find::may_send_as(self, account, address).await
    }

    /// The address, quota and state of an account; [`DirectoryError::NotFound`] if it is gone or another
    /// organisation's.
    pub async fn account_info(&self, account: AccountRef) -> Result<AccountInfo, DirectoryError> {
        self.db
            .tenant(account.organisation)
            .read(move |tx| rows::account_info(tx, account))
            .await?
            .ok_or(DirectoryError::NotFound { what: "account" })
    }

    /// Whether the password that somebody signed in with still opens the account: a long session asks from
    /// time to time, so that what is revoked or disabled ends within a minute.
    pub async fn still_opens(
        &self,
        account: AccountRef,
        credential: CredentialId,
    ) -> Result<bool, DirectoryError> {
        self.db.tenant(account.organisation).read(move |tx| rows::still_opens(tx, account, credential)).await
    }

    /// Accounts whose address was deleted and whose letters may be removed.
    pub async fn deleted_accounts(&self) -> Result<Vec<AccountRef>, DirectoryError> {
        self.db.operator("remove the letters of deleted accounts").read(rows::deleted_accounts).await
    }

    /// Forgets a deleted account, once its letters are removed.
    pub async fn forget_account(&self, account: AccountRef) -> Result<(), DirectoryError> {
        self.db.tenant(account.organisation).write(move |tx| rows::forget_account(tx, account)).await
    }

    /// Whether the organisation exists, is not deleted and not disabled.
    pub async fn is_active(&self, organisation: OrganisationId) -> Result<bool, DirectoryError> {
        self.db.tenant(organisation).read(move |tx| rows::is_active(tx, organisation)).await
    }
}

#[cfg(test)]
mod tests;
