//! Creating, listing, changing, disabling, deleting: every function within a scope, every act audited.
//!
//! Things are found by the name that people use and then changed by their identifier. Within a tenant's
//! scope another tenant's name or identifier is not found; only that a domain or a login is taken shows,
//! because it must, and not by whom.

mod address;
mod ban;
mod deleted;
mod domain;
pub(crate) mod facts;
mod log_plan;
mod organisation;
mod password;
mod reach;
mod rows;
mod selected;
mod service;
mod staff;
mod user;

use db::{DbError, Scoped, Tx};
use model::{AccountId, Address, AddressId, CredentialId, OrganisationId, Timestamp};
use zeroize::Zeroizing;

use crate::error::DirectoryError;
use crate::login::NewHash;
use crate::{Directory, Role, limits};

pub use address::{
    AddressChange, AddressCreation, AddressQuery, AddressSort, AddressesFound, NewAddress, NewKind,
};
pub(crate) use address::{checked_display_name, checked_note, insert as insert_address, name_state};
pub use ban::LiftedBan;
pub(crate) use ban::liftable;
pub use deleted::{DeletedAddress, DeletedQuery, DeletedSort, FoundDeleted};
pub use domain::{DomainChange, DomainCreation, check_domain_name, create_domain, delete_domain};
pub(crate) use domain::{domain_in, domain_within, domains_in, insert_linked, place_in};
pub use facts::{facts_of_domain, name_of_service};
pub use organisation::OrganisationChange;
pub(crate) use organisation::rename as rename_organisation;
pub use password::NewDevicePassword;
pub(crate) use reach::check_whole_service;
pub use reach::{Scope, names_in_reach};
pub(crate) use rows::is_login_taken;
pub use selected::{Acted, Done, SelectedAct};
pub use service::ServiceChange;
pub(crate) use service::service_within;
pub use staff::StaffInfo;
pub use user::{About, NewUser, UserChange};
pub(crate) use user::{forget_user, own_user, user_at_home, user_in, users_in};

type Result<T> = std::result::Result<T, DirectoryError>;

/// What who is limited to one domain hears of everything that is not declared to be open to him.
const NOT_WITHIN_A_DOMAIN: DirectoryError =
    DirectoryError::NotFound { what: "this within the domain's scope" };

/// The directory within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    directory: Directory,
    scope: Scope,
    who: trail::Actor,
    role: Role,
}

impl Administration {
    pub(crate) fn new(directory: Directory, scope: Scope, who: trail::Actor) -> Administration {
        // A tenant's programs have an administrator's power, unless somebody vouches for more.
        let role = match scope {
            Scope::Tenant(_) | Scope::Domain { .. } => Role::Administrator,
            Scope::Operator(_) => Role::LegalOwner,
        };
        Administration { directory, scope, who, role }
    }

    /// The same, for somebody who has this role in the organisation: only a legal owner makes legal owners.
    pub fn in_role(self, role: Role) -> Administration {
        Administration { role, ..self }
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// How far this reaches.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn who(&self) -> &str {
        &self.who.who
    }

    /// Who acts, for whom and from where.
    pub fn actor(&self) -> trail::Actor {
        self.who.clone()
    }

    /// The rows within the scope; none for who is limited to one domain.
    fn scoped(&self) -> Result<Scoped> {
        self.scope.whole(&self.directory.db).ok_or(NOT_WITHIN_A_DOMAIN)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.directory.world.clock.now()
    }

    pub(crate) fn new_id(&self) -> i64 {
        self.directory.world.new_id()
    }

    /// Reads what concerns the whole organisation: within one domain it is not found.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scoped()?.read(read).await
    }

    /// Reads what also who is limited to one domain may see: every statement that finds something asks
    /// [`Tx::domain`].
    pub(crate) async fn read_limited<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scope.limited(&self.directory.db).read(read).await
    }

    /// Changes what concerns the whole organisation: within one domain it is not found.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scoped()?.write(write).await
    }

    /// Runs `act`, which returns the organisation concerned and a result, and audits it in the same
    /// transaction. It concerns the whole organisation: within one domain it is not found. `what` is the name of the
    /// thing and nothing else; where only `act` finds it, it is empty, and `act` tells it ([`trail::tell`]).
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        action: &'static str,
        what: String,
        act: impl FnMut(&mut Tx) -> Result<(Option<OrganisationId>, T)> + Send + 'static,
    ) -> Result<T> {
        self.act_on(self.scoped()?, action, what, act).await
    }

    /// As [`Administration::act`], for what also who is limited to one domain may do: see
    /// [`Administration::read_limited`].
    pub(crate) async fn act_limited<T: Send + 'static>(
        &self,
        action: &'static str,
        what: String,
        act: impl FnMut(&mut Tx) -> Result<(Option<OrganisationId>, T)> + Send + 'static,
    ) -> Result<T> {
        self.act_on(self.scope.limited(&self.directory.db), action, what, act).await
    }

    async fn act_on<T: Send + 'static>(
        &self,
        scoped: Scoped,
        action: &'static str,
        what: String,
        mut act: impl FnMut(&mut Tx) -> Result<(Option<OrganisationId>, T)> + Send + 'static,
    ) -> Result<T> {
        let (at, id, who) = (self.now(), self.new_id(), self.who.clone());
        scoped
            .write(move |tx| {
                let (organisation, result) = act(tx)?;
                let change = trail::Change::new(at, id, organisation, who.clone(), action, what.clone());
                trail::audit(tx, &change)?;
                Ok(result)
            })
            .await
    }

    fn operator_only(&self) -> Result<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            // Nothing is said about what lies outside of a tenant's scope.
            Scope::Tenant(_) | Scope::Domain { .. } => {
                Err(DirectoryError::NotFound { what: "this within the organisation's scope" })
            }
        }
    }

    pub(crate) async fn hash(
        &self,
        password: &Zeroizing<String>,
        scram_salt: Vec<u8>,
        iterations: u32,
    ) -> Result<NewHash> {
        let mut salt = [0; 16];
        self.directory.world.random.fill(&mut salt);
        self.directory.login.hasher.hash(password.clone(), salt, scram_salt, iterations).await
    }
}

/// An organisation, if it lies within the scope.
pub(crate) fn organisation_in_scope(
    tx: &mut Tx,
    id: OrganisationId,
) -> Result<Option<crate::OrganisationInfo>> {
    Ok(rows::organisation(tx, id)?)
}

/// Gives a new mailbox the password that somebody chose for it.
pub(crate) fn insert_chosen(
    tx: &mut Tx,
    id: CredentialId,
    account: AccountId,
    organisation: OrganisationId,
    hash: &NewHash,
    at: Timestamp,
) -> Result<()> {
    let new = rows::NewCredential {
        id,
        account,
        organisation,
        label: "chosen",
        selector: None,
        protocols: crate::Protocols::ALL,
        kind: crate::DeviceKind::Other,
        hash,
        at,
    };
    Ok(rows::insert_password(tx, &new)?)
}

/// An address, if it lies within the scope.
pub(crate) fn address_within(tx: &mut Tx, id: AddressId) -> Result<Option<crate::AddressInfo>> {
    Ok(rows::address(tx, id)?)
}

/// Whether a mailbox keeps what it forwards.
pub(crate) fn keep_copy(
    tx: &mut Tx,
    id: AddressId,
    organisation: OrganisationId,
    keeps_copy: bool,
) -> Result<()> {
    Ok(rows::keep_copy(tx, id, organisation, keeps_copy)?)
}

pub(crate) fn found<T>(what: &'static str, thing: Option<T>) -> Result<T> {
    thing.ok_or(DirectoryError::NotFound { what })
}

/// Two administrators created the same name at the same moment.
fn conflict(taken: impl FnOnce() -> DirectoryError) -> impl FnOnce(DbError) -> DirectoryError {
    move |error| match error {
        DbError::Conflict { .. } => taken(),
        other => other.into(),
    }
}

fn in_use(field: &'static str, value: String, addresses: u64) -> DirectoryError {
    DirectoryError::InUse {
        field,
        value,
        dependents: counted(addresses, "address", "addresses"),
        rule: "it is deleted after its addresses, or with them by force",
    }
}

fn not_a_mailbox(field: &'static str, address: &Address) -> DirectoryError {
    DirectoryError::Invalid {
        field,
        reason: format!("«{address}» is no mailbox of this mail service"),
        rule: "only a mailbox has passwords and a quota, and receives for the administrator",
    }
}

pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

pub(crate) fn checked_name(field: &'static str, name: &str) -> Result<String> {
    let name = name.trim();
    let invalid = |reason: String| DirectoryError::Invalid {
        field,
        reason,
        rule: "it has 1 to 200 characters, none of them a control character",
    };
    let characters = name.chars().count();
    if characters == 0 {
        return Err(invalid("it is empty".to_owned()));
    }
    if characters > limits::NAME_LIMIT_CHARACTERS {
        return Err(invalid(format!("it has {characters} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(invalid("it holds a control character".to_owned()));
    }
    Ok(name.to_owned())
}

fn checked_quota(bytes: u64) -> Result<i64> {
    i64::try_from(bytes).ok().filter(|bytes| *bytes > 0).ok_or_else(|| DirectoryError::Invalid {
        field: "quota",
        reason: format!("{bytes} bytes"),
        rule: "a quota has at least one byte and at most 2^63 - 1; none means no limit",
    })
}
