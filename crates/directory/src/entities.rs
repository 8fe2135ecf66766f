//! The things themselves, as administrators and the flow see them.

use std::fmt;
use std::str::FromStr;

use model::{
    AccountId, AccountRef, Address, AddressId, CredentialId, Domain, DomainId, OrganisationId, ServiceId,
    Timestamp, UserId,
};

use crate::linking::DomainPlace;
use crate::login::AuthProtocol;
use crate::sources::{BanRule, Evidence};

/// Who an address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its domain is not hosted here.
    NotOurs,
    /// Its domain is hosted, but there is no such address.
    Unknown {
        /// The domain's owner.
        organisation: OrganisationId,
    },
    /// The address, its domain, service or organisation is disabled.
    Disabled {
        /// The owner.
        organisation: OrganisationId,
    },
    /// It opens an account.
    Mailbox {
        /// The account.
        account: AccountRef,
        /// The mailbox's own address, without subaddress; the administrator's for a postmaster that
        /// has no address of its own.
        address: Address,
        /// The subaddress: `list` of `anna+list@…`.
        detail: Option<String>,
        /// What the mailbox is for.
        purpose: Purpose,
        /// Where its letters go besides, or instead.
        forwarding: Option<Forwarding>,
    },
    /// There is no such address, and the domain's catch-all takes what no address takes.
    CatchAll {
        /// The account.
        account: AccountRef,
        /// The catch-all's own address.
        address: Address,
    },
    /// It leads to others who agreed to that; to nobody as long as none of them has.
    Redirection {
        /// The owner.
        organisation: OrganisationId,
        /// Who agreed.
        targets: Vec<Address>,
    },
    /// Reports about a hosted domain go there, unless somebody has made an address of that name.
    Reports {
        /// The domain's owner.
        organisation: OrganisationId,
        /// The domain.
        domain: Domain,
    },
    /// It stands for other addresses, here or elsewhere.
    Alias {
        /// The owner.
        organisation: OrganisationId,
        /// The addresses.
        targets: Vec<Address>,
    },
}

/// Where a mailbox's letters go besides; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarding {
    /// Who agreed to receive them.
    pub targets: Vec<Address>,
    /// Whether the mailbox keeps them too.
    pub keeps_copy: bool,
}

/// What a mailbox is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// One person's.
    Personal,
    /// For several people: it is shown so.
    Shared,
    /// It takes what no address of the domain takes, and never sends.
    CatchAll,
}

impl Purpose {
    /// The word of the column, of commands and of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Personal => "mailbox",
            Purpose::Shared => "shared",
            Purpose::CatchAll => "catchall",
        }
    }

    pub(crate) fn of(text: &str) -> Purpose {
        match text {
            "shared" => Purpose::Shared,
            "catchall" => Purpose::CatchAll,
            _ => Purpose::Personal,
        }
    }
}

/// What the store needs to know of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountInfo {
    /// Its address.
    pub address: Address,
    /// How much it may hold; `None` without a limit.
    pub quota_bytes: Option<u64>,
    /// Whether the address, its domain, service or organisation is disabled.
    pub is_disabled: bool,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationInfo {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name, unique within the installation.
    pub name: String,
    /// Whether everything below is out of use.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many domains it has.
    pub domains: u64,
    /// How many addresses it has.
    pub addresses: u64,
}

/// A mail service of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceInfo {
    /// Its identifier.
    pub id: ServiceId,
    /// The owner.
    pub organisation: OrganisationId,
    /// Its name, unique within the organisation.
    pub name: String,
    /// Whether everything below is out of use.
    pub is_disabled: bool,
    /// Whether letters are received, and nobody reads or sends any.
    pub is_in_maintenance: bool,
    /// The quota of its addresses that have none of their own; `None` without a limit.
    pub quota_bytes: Option<u64>,
    /// Who gets the letters to postmaster and abuse where these are no addresses; `None` is its oldest
    /// mailbox.
    pub administrator: Option<Address>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A mail domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainInfo {
    /// Its identifier.
    pub id: DomainId,
    /// The owner.
    pub organisation: OrganisationId,
    /// Its mail service.
    pub service: ServiceId,
    /// Its name, unique within the installation.
    pub name: Domain,
    /// Whether its addresses are out of use.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many addresses it has.
    pub addresses: u64,
    /// What it is within its mail service.
    pub place: DomainPlace,
    /// Whether its mail records are kept right in a hosted zone.
    pub keeps_records: bool,
}

/// What an address is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// It opens an account.
    Mailbox {
        /// What it is for.
        purpose: Purpose,
        /// The account.
        account: AccountId,
        /// Its own quota; `None` is the service's.
        own_quota_bytes: Option<u64>,
        /// The quota that holds; `None` without a limit.
        quota_bytes: Option<u64>,
        /// How many passwords it has.
        passwords: u64,
        /// How many people use it.
        users: u64,
    },
    /// It stands for others.
    Alias {
        /// The addresses it stands for.
        targets: Vec<Address>,
    },
    /// It leads to those of its targets that agreed: [`AddressInfo::targets`].
    Redirection,
}

impl AddressKind {
    /// The word of the column, of commands and of the API.
    pub fn as_str(&self) -> &'static str {
        match self {
            AddressKind::Mailbox { purpose, .. } => purpose.as_str(),
            AddressKind::Alias { .. } => "alias",
            AddressKind::Redirection => "redirection",
        }
    }
}

/// How many targets an address has, and how many of them agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// All.
    pub targets: u64,
    /// Those who agreed.
    pub accepted: u64,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressInfo {
    /// Its identifier.
    pub id: AddressId,
    /// The owner.
    pub organisation: OrganisationId,
    /// Its mail service.
    pub service: ServiceId,
    /// Its domain.
    pub domain: DomainId,
    /// The address as it was created.
    pub address: Address,
    /// Mailbox, alias or redirection.
    pub kind: AddressKind,
    /// What stands before the address in letters: `Anna Muster`; may be empty.
    pub display_name: String,
    /// What administrators noted; may be empty.
    pub note: String,
    /// Where a redirection leads, or a mailbox forwards.
    pub targets: Agreed,
    /// Whether a mailbox keeps what it forwards.
    pub keeps_copy: bool,
    /// Whether it is out of use.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a user may do in the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers for the organisation; the last one cannot be deleted.
    LegalOwner,
    /// Administers everything.
    Administrator,
    /// Administers what was granted.
    Collaborator,
    /// Somebody from outside.
    External,
}

impl Role {
    /// The word that commands and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::LegalOwner => "legal-owner",
            Role::Administrator => "administrator",
            Role::Collaborator => "collaborator",
            Role::External => "external",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Role, String> {
        [Role::LegalOwner, Role::Administrator, Role::Collaborator, Role::External]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| {
                format!("«{text}» is no role: legal-owner, administrator, collaborator or external")
            })
    }
}

/// A person who signs in to administer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInfo {
    /// Its identifier.
    pub id: UserId,
    /// The organisation that sees the person so.
    pub organisation: OrganisationId,
    /// The login, unique within the installation: an address, in lower case.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// What the person may do there.
    pub role: Role,
    /// Whether the person is blocked, there or everywhere.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the person last signed in.
    pub last_used_at: Option<Timestamp>,
    /// The language that the person chose.
    pub language: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// The only domain within which an administrator administers.
    pub domain: Option<DomainId>,
    /// Whether this organisation made the account.
    pub is_at_home: bool,
    /// How many second factors the person has.
    pub second_factors: u64,
}

impl UserInfo {
    /// Whether the person answers for a whole organisation: who is written to about it.
    pub fn answers_for_organisation(&self) -> bool {
        matches!(self.role, Role::LegalOwner | Role::Administrator)
            && !self.is_disabled
            && self.domain.is_none()
    }
}

/// The protocols that a password is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Protocols(u32);

impl Protocols {
    /// Every protocol, also those to come.
    pub const ALL: Protocols = Protocols(0);

    /// Exactly these; none means all.
    pub fn of(protocols: &[AuthProtocol]) -> Protocols {
        Protocols(protocols.iter().fold(0, |bits, protocol| bits | protocol.bit()))
    }

    /// This one and no other.
    pub const fn only(protocol: AuthProtocol) -> Protocols {
        Protocols(protocol.bit())
    }

    /// Whether a password of this set is good for `protocol`.
    pub fn contains(self, protocol: AuthProtocol) -> bool {
        self.0 == 0 || self.0 & protocol.bit() != 0
    }

    /// The words of the set, `all` for every protocol.
    pub fn names(self) -> Vec<&'static str> {
        if self == Protocols::ALL {
            return vec!["all"];
        }
        AuthProtocol::EACH
            .iter()
            .filter(|protocol| self.0 & protocol.bit() != 0)
            .map(|protocol| protocol.as_str())
            .collect()
    }

    pub(crate) fn bits(self) -> i64 {
        i64::from(self.0)
    }

    pub(crate) fn from_bits(bits: i64) -> Protocols {
        Protocols(u32::try_from(bits).unwrap_or(0))
    }
}

impl fmt::Display for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(","))
    }
}

impl FromStr for Protocols {
    type Err = String;

    /// `all`, or names with commas between them.
    fn from_str(text: &str) -> Result<Protocols, String> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Protocols::ALL);
        }
        let protocols: Vec<AuthProtocol> = text.split(',').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Protocols::of(&protocols))
    }
}

/// A password of an address: made for a device, or chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevicePasswordInfo {
    /// Its identifier.
    pub id: CredentialId,
    /// The owner.
    pub organisation: OrganisationId,
    /// The account that it opens.
    pub account: AccountId,
    /// What its owner calls it.
    pub label: String,
    /// Its public characters; `None` for a chosen password.
    pub selector: Option<String>,
    /// What it is for.
    pub protocols: Protocols,
    /// On what kind of device it is.
    pub kind: DeviceKind,
    /// Whether it is out of use.
    pub is_disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// From where it was last used.
    pub last_source: Option<String>,
}

/// A kind of device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// «Ordinateur».
    Computer,
    /// «Téléphone».
    Phone,
    /// «Tablette».
    Tablet,
    /// «Autre».
    #[default]
    Other,
}

impl DeviceKind {
    /// All, in the order in which they are offered.
    pub const ALL: [DeviceKind; 4] =
        [DeviceKind::Computer, DeviceKind::Phone, DeviceKind::Tablet, DeviceKind::Other];

    /// The word of the column, of commands and of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            DeviceKind::Computer => "computer",
            DeviceKind::Phone => "phone",
            DeviceKind::Tablet => "tablet",
            DeviceKind::Other => "other",
        }
    }
}

impl FromStr for DeviceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<DeviceKind, String> {
        DeviceKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("«{text}» is no kind of device: computer, phone, tablet or other"))
    }
}

/// A new password; the only moment at which it can be read.
#[derive(Clone)]
pub struct CreatedDevicePassword {
    /// Everything but the password.
    pub info: DevicePasswordInfo,
    /// The password.
    pub password: zeroize::Zeroizing<String>,
}

/// A source, or a login name, that failed too often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// `source 192.0.2.1`, `source 2001:db8::/64` or `login anna@…`.
    pub subject: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many bans in a row: each is twice as long as the one before.
    pub strikes: u32,
    /// What led to it, in a sentence.
    pub reason: String,
    /// Which rule it follows from.
    pub rule: BanRule,
    /// What was seen; an organisation sees its own login names only.
    pub evidence: Evidence,
}

/// Where a ban stands in the list of them: its end, and what it keeps out.
pub type BanKey = (Timestamp, String);

/// A ban as somebody who administers sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanView {
    /// The ban.
    pub ban: Ban,
    /// Own people signed in from there within a month: the connection itself is not refused to them.
    pub is_known: bool,
    /// Somebody asks that it be lifted.
    pub is_asked: bool,
    /// Whether this scope may lift it.
    pub can_lift: bool,
}

impl std::ops::Deref for BanView {
    type Target = Ban;

    fn deref(&self) -> &Ban {
        &self.ban
    }
}
