//! Users: the people who administer.

use db::{Page, Seek, Tx};
use model::{Address, OrganisationId, UserId};
use zeroize::Zeroizing;

use super::told::{called, state, told};
use super::{Administration, Result, checked_name, conflict, found, rows};
use crate::entities::{Role, UserInfo};
use crate::error::DirectoryError;
use crate::login::check_chosen;
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
    /// Creates a user.
    pub async fn create_user(&self, new: NewUser) -> Result<UserInfo> {
        let name = checked_name("name", &new.name)?;
        let password = check_chosen(&new.password)?;
        let hash = self.hash(&password, b"no SCRAM for users".to_vec(), 1).await?;
        let login = address_key(&new.login);
        let (id, at) = (UserId(self.new_id()), self.now());
        let (organisation, role) = (new.organisation, new.role);
        self.act("create user", format!("{login} as {role}"), move |tx| {
            found("organisation", rows::organisation(tx, organisation)?)?;
            let taken = || DirectoryError::Conflict {
                field: "login",
                value: login.clone(),
                rule: "a login exists once in the installation",
            };
            if rows::is_login_taken(tx, &login)? {
                return Err(taken());
            }
            let new = rows::NewPerson {
                id,
                organisation,
                login: &login,
                name: &name,
                role,
                argon2: &hash.argon2,
                at,
            };
            rows::insert_user(tx, &new).map_err(conflict(taken))?;
            Ok((Some(organisation), found("user", rows::user(tx, id)?)?))
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
        let news = told([
            state(change.is_disabled),
            called(name.as_deref()),
            change.role.map(|role| format!("role {role}")),
            hash.is_some().then(|| "a new password".to_owned()),
        ]);
        self.act("change user", format!("{id}: {news}"), move |tx| {
            let user = changeable(tx, id)?;
            let organisation = user.organisation;
            let loses_owner =
                change.role.is_some_and(|role| role != Role::LegalOwner) || change.is_disabled == Some(true);
            if loses_owner {
                keep_an_owner(tx, &user)?;
            }
            if let Some(name) = &name {
                rows::rename_user(tx, id, organisation, name)?;
            }
            if let Some(role) = change.role {
                rows::user_role(tx, id, organisation, role)?;
            }
            if let Some(hash) = &hash {
                rows::user_password(tx, id, organisation, hash)?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_user(tx, id, organisation, is_disabled)?;
            }
            Ok((Some(organisation), found("user", rows::user(tx, id)?)?))
        })
        .await
    }

    /// Deletes a user; not the last legal owner of an organisation, and within a tenant's scope nobody of the
    /// operator's staff.
    pub async fn delete_user(&self, id: UserId) -> Result<()> {
        self.act("delete user", id.to_string(), move |tx| {
            let user = changeable(tx, id)?;
            keep_an_owner(tx, &user)?;
            rows::delete_user(tx, id, user.organisation, &user.login)?;
            Ok((Some(user.organisation), ()))
        })
        .await
    }
}

/// A user whom this scope may change.
fn changeable(tx: &mut Tx, id: UserId) -> Result<UserInfo> {
    let user = found("user", rows::user(tx, id)?)?;
    match tx.organisation().is_some() && rows::is_operator_staff(tx, id)? {
        true => Err(DirectoryError::NotFound { what: "user" }),
        false => Ok(user),
    }
}

fn keep_an_owner(tx: &mut Tx, user: &UserInfo) -> Result<()> {
    if user.role == Role::LegalOwner && rows::count_owners(tx, user.organisation)? <= 1 && !user.is_disabled {
        return Err(DirectoryError::Invalid {
            field: "user",
            reason: format!("«{}» is the last legal owner", user.login),
            rule: "an organisation keeps one legal owner who can sign in",
        });
    }
    Ok(())
}
