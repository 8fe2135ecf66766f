//! Users: the people who administer.

use db::{Page, Seek, Tx};
use model::{Address, OrganisationId, Timestamp, UserId};
use zeroize::Zeroizing;

use super::{Administration, Result, checked_name, conflict, facts, found, rows};
use crate::entities::{Role, UserInfo};
use crate::error::DirectoryError;
use crate::factor;
use crate::login::check_chosen;
use crate::membership::{self, Limits, Membership, keep_an_owner, owner_grants};
use crate::notice::{self, Event};
use crate::recipient;
use crate::rows::address_key;

/// A new user.
#[derive(Clone)]
pub struct NewUser {
    /// The owner.
    pub organisation: OrganisationId,
    /// The login: an address, here or elsewhere.
    pub login: Address,
    /// What the person is called.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The password that the person chose.
    pub password: Zeroizing<String>,
}

/// What administrators are told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Something of the whole organisation.
    Organisation,
    /// A domain of it, by one of its names.
    Domain(model::Domain),
}

/// What to change of a user; `None` stays.
#[derive(Clone, Default)]
pub struct UserChange {
    /// A new name.
    pub name: Option<String>,
    /// A new role.
    pub role: Option<Role>,
    /// A new password.
    pub password: Option<Zeroizing<String>>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
}

impl Administration {
    /// Creates a user. Within a tenant's scope a login at a domain that another organisation has here is refused:
    /// nobody takes the name of somebody else's people.
    pub async fn create_user(&self, new: NewUser) -> Result<UserInfo> {
        self.make_user(new, false).await
    }

    /// As [`Administration::create_user`], for a login that the person has proved to be the own one.
    pub(crate) async fn create_proved_user(&self, new: NewUser) -> Result<UserInfo> {
        self.make_user(new, true).await
    }

    async fn make_user(&self, new: NewUser, is_proved: bool) -> Result<UserInfo> {
        let name = checked_name("name", &new.name)?;
        let password = check_chosen(&new.password)?;
        let hash = self.hash(&password, b"no SCRAM for users".to_vec(), 1).await?;
        let login = address_key(&new.login);
        let domain = new.login.domain().as_str().to_owned();
        let (id, notice, at) = (UserId(self.new_id()), self.new_id(), self.now());
        let (organisation, role) = (new.organisation, new.role);
        let (who, actor) = (self.who().to_owned(), self.role());
        self.act("create user", login.clone(), move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            owner_grants(actor, role)?;
            let taken = || DirectoryError::Conflict {
                field: "login",
                value: login.clone(),
                rule: "a login exists once in the installation",
            };
            if rows::is_login_taken(tx, &login)? {
                return Err(taken());
            }
            if !is_proved && is_anothers(tx, &domain)? {
                return Err(DirectoryError::Invalid {
                    field: "login",
                    reason: format!("«{login}» is an address of another organisation"),
                    rule: "a login at a domain of another organisation here is made there, or by an invitation",
                });
            }
            let is_room_made = recipient::make_room(tx, organisation, &login, &who, (notice, at))?;
            let new =
                rows::NewPerson { id, organisation, login: &login, name: &name, argon2: &hash.argon2, at };
            rows::insert_user(tx, &new).map_err(conflict(taken))?;
            membership::rows::insert(tx, organisation, id, role, &who, at)?;
            let made = found("user", rows::user(tx, id)?)?;
            let after = facts::of_user(tx, &made)?;
            let after = if is_room_made { after.with_bool("recipient replaced", true) } else { after };
            trail::tell(tx, trail::Told::of_thing(&made.login).after(after));
            Ok((Some(organisation), made))
        })
        .await
    }

    /// The users within the scope, of one organisation or of all, by login.
    pub async fn users(&self, organisation: Option<OrganisationId>) -> Result<Vec<UserInfo>> {
        self.read(move |tx| Ok(rows::users(tx, organisation)?)).await
    }

    /// As [`Administration::users`], a page at a time in the order they were made.
    pub async fn page_of_users(
        &self,
        organisation: Option<OrganisationId>,
        seek: Seek,
    ) -> Result<Page<UserInfo>> {
        self.read(move |tx| Ok(rows::page_of_users(tx, organisation, &seek)?)).await
    }

    /// Who administers what is to be told of, and may sign in there: of a domain also those who are limited to it, of
    /// the organisation those who are not limited.
    pub async fn administrators(&self, organisation: OrganisationId, about: About) -> Result<Vec<UserInfo>> {
        self.read(move |tx| {
            let mut told = Vec::new();
            for user in rows::users(tx, Some(organisation))? {
                let is_within = match (user.domain, &about) {
                    (None, _) => true,
                    (Some(_), About::Organisation) => false,
                    (Some(limit), About::Domain(name)) => {
                        rows::names_of(tx, organisation, limit)?.iter().any(|one| one == name.as_str())
                    }
                };
                let administers = matches!(user.role, Role::LegalOwner | Role::Administrator);
                if administers && is_within && !user.is_disabled {
                    told.push(user);
                }
            }
            Ok(told)
        })
        .await
    }

    /// A user by its identifier.
    pub async fn user(&self, id: UserId) -> Result<UserInfo> {
        self.read(move |tx| found("user", rows::user(tx, id)?)).await
    }

    /// A user by login, in any case.
    pub async fn user_called(&self, login: &Address) -> Result<UserInfo> {
        let login = address_key(login);
        self.read(move |tx| found("user", rows::user_called(tx, &login)?)).await
    }

    /// Changes a user's name, role or password; disables or enables it. Whoever is of the operator's staff is
    /// changed within an operator's scope only: a tenant must not get into that account.
    pub async fn change_user(&self, id: UserId, change: UserChange) -> Result<UserInfo> {
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        let hash = match &change.password {
            None => None,
            Some(password) => {
                let password = check_chosen(password)?;
                Some(self.hash(&password, b"no SCRAM for users".to_vec(), 1).await?.argon2)
            }
        };
        let (actor, who, at) = (self.role(), self.who().to_owned(), self.now());
        let notices = [self.new_id(), self.new_id()];
        self.act("change user", String::new(), move |tx| {
            let user = changeable(tx, id, actor)?;
            let before = facts::of_user(tx, &user)?;
            let organisation = user.organisation;
            if let Some(role) = change.role {
                give_role(tx, &user, role, &Grant { actor, who: &who, at, notice: notices[0] })?;
            }
            if let Some(name) = &name {
                at_home(&user)?;
                rows::rename_user(tx, id, organisation, name)?;
            }
            if let Some(hash) = &hash {
                alone_at_home(tx, &user)?;
                rows::user_password(tx, id, organisation, hash)?;
                notice::write(tx, notices[1], id, &Event::Password, &who, at)?;
            }
            if let Some(is_disabled) = change.is_disabled {
                disable(tx, &user, is_disabled)?;
            }
            let after = found("user", rows::user(tx, id)?)?;
            let now = facts::of_user(tx, &after)?;
            let now = if hash.is_some() { now.with_new("password") } else { now };
            trail::tell(tx, trail::Told::of_thing(&user.login).before(before).after(now));
            Ok((Some(organisation), after))
        })
        .await
    }

    /// Gives a user another role together with what narrows it, or neither: nobody administers everything between two
    /// changes. What narrows another role than this one is taken off.
    pub async fn change_role(&self, id: UserId, role: Role, limits: Limits) -> Result<UserInfo> {
        let (actor, who, at, notice) = (self.role(), self.who().to_owned(), self.now(), self.new_id());
        let limits = Limits {
            domain: Some(limits.domain.flatten()),
            services: Some(limits.services.unwrap_or_default()),
        };
        self.act("change role", String::new(), move |tx| {
            let user = changeable(tx, id, actor)?;
            let told = trail::Told::of_thing(&user.login).before(facts::of_user(tx, &user)?);
            let organisation = user.organisation;
            give_role(tx, &user, role, &Grant { actor, who: &who, at, notice })?;
            membership::limit(tx, &UserInfo { role, ..user }, &limits)?;
            let after = found("user", rows::user_in(tx, id, organisation)?)?;
            let now = facts::of_user(tx, &after)?;
            trail::tell(tx, told.after(now));
            Ok((Some(organisation), after))
        })
        .await
    }

    /// Deletes a user; not the last legal owner of an organisation, and within a tenant's scope nobody of the
    /// operator's staff. Whoever belongs to other organisations too leaves this one only.
    pub async fn delete_user(&self, id: UserId) -> Result<()> {
        let (actor, who, at, notice_id) = (self.role(), self.who().to_owned(), self.now(), self.new_id());
        self.act("delete user", String::new(), move |tx| {
            let user = changeable(tx, id, actor)?;
            let before = facts::of_user(tx, &user)?;
            let organisation = user.organisation;
            let within = tx.organisation();
            let all = membership::rows::of_person(tx, id)?;
            let left = all.iter().filter(|one| within.is_none_or(|within| within == one.organisation));
            let left: Vec<&Membership> = left.collect();
            let owned = left.iter().filter(|one| one.role == Role::LegalOwner && !one.is_disabled);
            if !user.is_disabled {
                keep_an_owner(tx, &user.login, owned.map(|one| one.organisation))?;
            }
            let event = Event::Role { organisation, role: None };
            notice::write(tx, notice_id, id, &event, &who, at)?;
            for one in &left {
                membership::rows::remove(tx, one.organisation, id)?;
            }
            if left.len() == all.len() {
                forget_user(tx, id, &user.login, at)?;
            }
            trail::tell(tx, trail::Told::of_thing(&user.login).before(before));
            Ok((Some(organisation), ()))
        })
        .await
    }
}

/// Who gives a role, and when; `notice` identifies what the person is told.
struct Grant<'a> {
    actor: Role,
    who: &'a str,
    at: Timestamp,
    notice: i64,
}

fn give_role(tx: &mut Tx, user: &UserInfo, role: Role, grant: &Grant<'_>) -> Result<()> {
    let organisation = user.organisation;
    owner_grants(grant.actor, role)?;
    if role == user.role {
        return Ok(());
    }
    if owns(user) {
        keep_an_owner(tx, &user.login, [organisation])?;
    }
    membership::rows::set_role(tx, organisation, user.id, role)?;
    if role != Role::Administrator {
        membership::rows::limit_to(tx, organisation, user.id, None)?;
    }
    let event = Event::Role { organisation, role: Some(role) };
    notice::write(tx, grant.notice, user.id, &event, grant.who, grant.at)
}

/// Forgets a person who belongs to nobody any more, with everything that opens the account. That the login is free stays:
/// whoever has it afterwards is somebody else.
pub(crate) fn forget_user(tx: &mut Tx, id: UserId, login: &str, at: Timestamp) -> Result<()> {
    factor::rows::forget_person(tx, id)?;
    membership::rows::forget_offers_to(tx, id)?;
    Ok(rows::delete_user(tx, id, login, at)?)
}

/// As one organisation sees a person.
pub(crate) fn user_in(tx: &mut Tx, id: UserId, organisation: OrganisationId) -> Result<Option<UserInfo>> {
    Ok(rows::user_in(tx, id, organisation)?)
}

/// A user whom this scope may change.
fn changeable(tx: &mut Tx, id: UserId, actor: Role) -> Result<UserInfo> {
    let user = found("user", rows::user(tx, id)?)?;
    if tx.organisation().is_some() && rows::is_operator_staff(tx, id)? {
        return Err(DirectoryError::NotFound { what: "user" });
    }
    owner_grants(actor, user.role)?;
    Ok(user)
}

/// A user whose home is within the scope.
pub(crate) fn user_at_home(tx: &mut Tx, id: UserId, actor: Role) -> Result<UserInfo> {
    let user = changeable(tx, id, actor)?;
    at_home(&user)?;
    Ok(user)
}

/// A user whose password and second factors this scope may change.
pub(crate) fn own_user(tx: &mut Tx, id: UserId, actor: Role) -> Result<UserInfo> {
    let user = changeable(tx, id, actor)?;
    alone_at_home(tx, &user)?;
    Ok(user)
}

fn at_home(user: &UserInfo) -> Result<()> {
    match user.is_at_home {
        true => Ok(()),
        false => Err(DirectoryError::Invalid {
            field: "user",
            reason: format!("the account of «{}» was made by another organisation", user.login),
            rule: "name and password are changed by the person, or where the account was made",
        }),
    }
}

/// Else the administrators of one organisation would get into another one.
fn alone_at_home(tx: &mut Tx, user: &UserInfo) -> Result<()> {
    at_home(user)?;
    // Also where this became the home because the old one deleted the person.
    let domain = user.login.rsplit_once('@').map_or("", |(_, domain)| domain);
    if is_anothers(tx, domain)? {
        return Err(DirectoryError::Invalid {
            field: "user",
            reason: format!("«{}» is an address of another organisation", user.login),
            rule: "whoever signs in with an address of another organisation changes password and second factors \
                   himself",
        });
    }
    if tx.organisation().is_some() && membership::rows::of_person(tx, user.id)?.len() > 1 {
        return Err(DirectoryError::Invalid {
            field: "user",
            reason: format!("«{}» belongs to other organisations too", user.login),
            rule: "whoever belongs to several organisations changes password and second factors himself",
        });
    }
    Ok(())
}

/// Whether a domain belongs to another organisation here than that of the scope.
fn is_anothers(tx: &mut Tx, domain: &str) -> Result<bool> {
    let Some(own) = tx.organisation() else { return Ok(false) };
    Ok(membership::rows::owner_of_domain(tx, domain)?.is_some_and(|owner| owner != own))
}

fn owns(user: &UserInfo) -> bool {
    user.role == Role::LegalOwner && !user.is_disabled
}

/// Blocks a person, or lets in again: everywhere where nobody else is concerned, otherwise in this organisation.
fn disable(tx: &mut Tx, user: &UserInfo, is_disabled: bool) -> Result<()> {
    let all = membership::rows::of_person(tx, user.id)?;
    let is_everywhere = user.is_at_home && (tx.organisation().is_none() || all.len() == 1);
    if is_disabled && !user.is_disabled {
        let concerned = all.iter().filter(|one| is_everywhere || one.organisation == user.organisation);
        let owned = concerned.filter(|one| one.role == Role::LegalOwner && !one.is_disabled);
        keep_an_owner(tx, &user.login, owned.map(|one| one.organisation))?;
    }
    if is_everywhere {
        rows::disable_user(tx, user.id, user.organisation, is_disabled)?;
    }
    if !is_everywhere || !is_disabled {
        membership::rows::disable(tx, user.organisation, user.id, is_disabled)?;
    }
    Ok(())
}

/// The people of an organisation, if it lies within the scope.
pub(crate) fn users_in(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<UserInfo>> {
    Ok(rows::users(tx, Some(organisation))?)
}
