//! Who belongs where: a person's role in each organisation, and what the role is limited to.
//!
//! A person has one *home*, the organisation that made the account. The home changes the password, the name and the
//! second factors, as long as the person belongs to nobody else; every organisation of the person changes the role
//! that the person has there. Only a legal owner grants or takes the role of a legal owner, and an organisation keeps
//! one who can sign in.
//!
//! Nobody belongs to an organisation without wanting to: a tenant asks ([`MembershipOffer`]), the person accepts or
//! declines, and until then the organisation sees no more than the login that it wrote itself.

mod offer;
pub(crate) mod rows;

pub use offer::{Joined, MembershipOffer};

use db::Tx;
use model::{Address, DomainId, OrganisationId, ServiceId, Timestamp, UserId};

use crate::administration::found;
use crate::entities::UserInfo;
use crate::error::DirectoryError;
use crate::{Administration, Role, Session};

type Result<T> = std::result::Result<T, DirectoryError>;

/// What a person is in one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub organisation: OrganisationId,
    /// What it is called.
    pub organisation_name: String,
    /// What the person may do there.
    pub role: Role,
    /// The only domain within which an administrator administers.
    pub domain: Option<DomainId>,
    /// Whether the person is blocked there.
    pub is_disabled: bool,
    /// Whether it is the person's home.
    pub is_home: bool,
    /// Whether the organisation asks for a second factor.
    pub requires_second_factor: bool,
    /// Since when.
    pub created_at: Timestamp,
}

/// What somebody is to be in an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// Where.
    pub organisation: OrganisationId,
    /// Who: the login of somebody who has an account in this installation.
    pub login: Address,
    /// What the person may do.
    pub role: Role,
}

/// How a role is narrowed; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// An administrator's only domain; `Some(None)` lifts the limit.
    pub domain: Option<Option<DomainId>>,
    /// Exactly the mail services that a collaborator was given.
    pub services: Option<Vec<ServiceId>>,
}

impl Administration {
    /// Narrows a role to a domain or to mail services, or lifts that.
    pub async fn limit_member(
        &self,
        organisation: OrganisationId,
        user: UserId,
        limits: Limits,
    ) -> Result<UserInfo> {
        let actor = self.role();
        self.act("limit member", String::new(), move |tx| {
            let info = found("user", member(tx, user, organisation)?)?;
            owner_grants(actor, info.role)?;
            let before = crate::administration::facts::of_user(tx, &info)?;
            limit(tx, &UserInfo { organisation, ..info }, &limits)?;
            let info = found("user", crate::administration::user_in(tx, user, organisation)?)?;
            let after = crate::administration::facts::of_user(tx, &info)?;
            trail::tell(tx, trail::Told::of_thing(&info.login).before(before).after(after));
            Ok((Some(organisation), info))
        })
        .await
    }

    /// The mail services that somebody was given in an organisation.
    pub async fn granted_services(
        &self,
        organisation: OrganisationId,
        user: UserId,
    ) -> Result<Vec<ServiceId>> {
        self.read(move |tx| {
            found("user", member(tx, user, organisation)?)?;
            Ok(rows::services(tx, organisation, user)?)
        })
        .await
    }

    /// Somebody's memberships within the scope: all of them for an operator.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>> {
        self.read(move |tx| {
            let within = tx.organisation();
            let all = rows::of_person(tx, user)?;
            let seen: Vec<Membership> = all
                .into_iter()
                .filter(|one| within.is_none_or(|within| within == one.organisation))
                .collect();
            if seen.is_empty() { Err(DirectoryError::NotFound { what: "user" }) } else { Ok(seen) }
        })
        .await
    }
}

impl crate::Directory {
    /// The organisations among which a person may choose: exactly the memberships that open something.
    pub async fn choices(&self, session: &Session) -> Result<Vec<Membership>> {
        let user = session.user;
        Ok(self
            .db
            .operator("a person's memberships lie in several organisations")
            .read(move |tx| rows::open_to_person(tx, user))
            .await?)
    }
}

/// Narrows the role of a member as `limits` say.
pub(crate) fn limit(tx: &mut Tx, user: &UserInfo, limits: &Limits) -> Result<()> {
    let organisation = user.organisation;
    if let Some(domain) = limits.domain {
        if let Some(domain) = domain {
            if user.role != Role::Administrator {
                return Err(DirectoryError::Invalid {
                    field: "domain",
                    reason: format!("«{}» is {}", user.login, user.role),
                    rule: "only an administrator is limited to a domain",
                });
            }
            if !rows::has_domain(tx, organisation, domain)? {
                return Err(DirectoryError::NotFound { what: "domain" });
            }
        }
        rows::limit_to(tx, organisation, user.id, domain)?;
    }
    if let Some(services) = &limits.services {
        rows::grant(tx, organisation, user.id, services)?;
    }
    Ok(())
}

/// A member, as the scope sees it.
fn member(tx: &mut Tx, user: UserId, organisation: OrganisationId) -> Result<Option<UserInfo>> {
    if tx.organisation().is_some_and(|within| within != organisation) {
        return Ok(None);
    }
    crate::administration::user_in(tx, user, organisation)
}

/// Whether `actor` may give, take or touch this role.
pub(crate) fn owner_grants(actor: Role, role: Role) -> Result<()> {
    if role == Role::LegalOwner && actor != Role::LegalOwner {
        return Err(DirectoryError::Invalid {
            field: "role",
            reason: "you are no legal owner".to_owned(),
            rule: "only a legal owner makes, changes, blocks or removes a legal owner",
        });
    }
    Ok(())
}

/// Refuses what would leave an organisation without a legal owner who can sign in. `organisations`: where the person
/// would be one no more.
pub(crate) fn keep_an_owner(
    tx: &mut Tx,
    login: &str,
    organisations: impl IntoIterator<Item = OrganisationId>,
) -> Result<()> {
    for organisation in organisations {
        if rows::count_owners(tx, organisation)? <= 1 {
            return Err(DirectoryError::Invalid {
                field: "user",
                reason: format!("«{login}» is the last legal owner"),
                rule: "an organisation keeps one legal owner who can sign in",
            });
        }
    }
    Ok(())
}
