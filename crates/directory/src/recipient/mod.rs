//! People who only receive secured letters: they have an account for the portal and belong to no organisation.
//!
//! ```text
//! mailbox shown by a code ─ open_recipient ─ session ─ second factor ─ letters to that address
//!                                              ├ forgotten password: a code to the mailbox and the second factor
//!                                              └ deleted by its owner │ gives way to a user of the domain's organisation │
//!                                                ends once others have read the mailbox for a while
//! ```
//!
//! Their home is [`NOWHERE`], and they have no membership. Their logins are apart from those of users: one whom an
//! administrator gave an address elsewhere as login has not shown that mailbox, and keeps nobody from it. Whatever a person may do in an organisation begins with a
//! membership, so that nothing is open to them that nobody thought of: not the Manager, not the API, no list of users
//! has them. [`Directory::portal_session`] alone knows their sessions. Passwords, second factors, limits and bans are
//! those of everybody (docs/decisions/0073).

mod forgotten;
mod opening;
pub(crate) mod rows;
mod sharing;

use std::net::IpAddr;

use db::{DbError, Tx};
use model::{Address, OrganisationId, UserId};
use zeroize::Zeroizing;

use crate::administration::forget_user;
use crate::error::DirectoryError;
use crate::login::{Sought, check_chosen};
use crate::notice::{self, Event, OfRecipient};
use crate::rows::address_key;
use crate::{AuthRefusal, Directory, Found, Proved, Role, Session, SignedIn};

pub use forgotten::{Forgotten, NotReplaced};
pub use opening::Opens;

/// The home of whoever belongs to no organisation.
pub(crate) const NOWHERE: OrganisationId = OrganisationId(0);

/// An account that somebody opens for the letters to an address.
#[derive(Clone)]
pub struct NewRecipient {
    /// The address, which its owner has shown to be theirs; it is the login.
    pub login: Address,
    /// The password that the person chose.
    pub password: Zeroizing<String>,
    /// The language of letters about the account.
    pub language: Option<String>,
    /// From where.
    pub source: IpAddr,
}

/// Whose account stands behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Who.
    pub(crate) user: UserId,
    /// Whether it is somebody without an organisation.
    pub(crate) is_recipient: bool,
}

impl Session {
    /// Whether it is somebody's who belongs to no organisation, and knows the portal only.
    pub fn is_recipients(&self) -> bool {
        self.home == NOWHERE
    }
}

impl Directory {
    /// Whether there is an account for the letters to an address: its owner's, or that of a user of its domain's
    /// organisation. Only for whoever has shown that the address is theirs: others learn nothing of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_account(&self, login: &Address) -> Result<bool, DirectoryError> {
        let login = address_key(login);
        let operator = self.db.operator("the owner of an address asks whether there is an account");
        Ok(operator
            .read(move |tx| {
                Ok::<_, DbError>(rows::recipient_called(tx, &login)?.is_some() || rows::is_users(tx, &login)?)
            })
            .await?)
    }

    /// Opens an account for the letters to an address; gives whom to let in.
    ///
    /// # Errors
    /// [`DirectoryError::Invalid`] for the password, and for the login where others get the mail of the address too;
    /// [`DirectoryError::Conflict`] where the address is a login.
    pub async fn open_recipient(&self, new: NewRecipient) -> Result<SignedIn, DirectoryError> {
        let password = check_chosen(&new.password)?;
        if !self.may_join(&new.login).await? {
            return Err(DirectoryError::Invalid {
                field: "login",
                reason: format!("others read what comes to «{}», or it is sent on", new.login),
                rule: "an account is opened for the mailbox of one person; a shared one is read by its organisation's users",
            });
        }
        let hash = self.password_hash(password).await?;
        let login = address_key(&new.login);
        let (user, at) = (UserId(self.world.new_id()), self.world.clock.now());
        let (notice, audit) = (self.world.new_id(), self.world.new_id());
        let actor = trail::Actor::from(&login).coming_from(new.source);
        let opened = SignedIn { user, organisation: NOWHERE, role: Role::External, login: login.clone() };
        let language = new.language;
        let operator = self.db.operator("somebody without an organisation opens an account");
        operator
            .write(move |tx| {
                let taken = || DirectoryError::Conflict {
                    field: "login",
                    value: login.clone(),
                    rule: "a login exists once in the installation",
                };
                // A user's login that nobody has shown keeps its owner out of nothing, and knows nothing of it.
                if rows::recipient_called(tx, &login)?.is_some() || rows::is_users(tx, &login)? {
                    return Err(taken());
                }
                let new =
                    rows::NewPerson { user, login: &login, argon2: &hash, language: language.as_deref(), at };
                rows::insert(tx, &new).map_err(|error| match error {
                    DbError::Conflict { .. } => taken(),
                    error => error.into(),
                })?;
                notice::write(tx, notice, user, &Event::Recipient(OfRecipient::Opened), &login, at)?;
                let change =
                    trail::Change::new(at, audit, None, actor.clone(), "open account", login.clone());
                Ok(trail::audit(tx, &change)?)
            })
            .await?;
        Ok(opened)
    }

    /// Whether whoever shows the mailbox of an address may open an account for it: one that others read, or that is sent
    /// on to somebody, is shown by these as well.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn may_join(&self, login: &Address) -> Result<bool, DirectoryError> {
        let is_sent_on = matches!(self.find(login).await?, Found::Mailbox { forwarding: Some(_), .. });
        Ok(!is_sent_on && self.is_read_by_one(login).await?)
    }

    /// Checks a password at the portal, of people with and without an organisation; of two with the same login it is the one
    /// who opened an account for its letters. [`Directory::enter`] goes on.
    ///
    /// # Errors
    /// As [`Directory::sign_in`].
    pub async fn sign_in_at_portal(
        &self,
        login: &str,
        password: &str,
        source: IpAddr,
    ) -> Result<SignedIn, AuthRefusal> {
        self.signed_in_as(Sought::Anybody, login, password, source).await
    }

    /// Whose session a token opens at the portal, if it still does: people with and without an organisation.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn portal_session(&self, token: &str) -> Result<Option<Session>, DirectoryError> {
        match self.session(token).await? {
            Some(session) => Ok(Some(session)),
            None => self.session_found_by(token, rows::session).await,
        }
    }

    /// Somebody without an organisation deletes the own account.
    ///
    /// # Errors
    /// [`DirectoryError::NotFound`] for anybody else.
    pub async fn delete_recipient(&self, session: &Session, proved: Proved) -> Result<(), DirectoryError> {
        let user = crate::factor::of_session(session, proved)?;
        let (login, actor, at) = (session.login.clone(), session.actor(), self.world.clock.now());
        let (notice, audit) = (self.world.new_id(), self.world.new_id());
        let operator = self.db.operator("somebody without an organisation deletes the own account");
        operator
            .write(move |tx| {
                if rows::login_of(tx, user)?.is_none() {
                    return Err(DirectoryError::NotFound { what: "account" });
                }
                notice::write(tx, notice, user, &Event::Recipient(OfRecipient::Deleted), &login, at)?;
                forget_user(tx, user, &login, at)?;
                let change =
                    trail::Change::new(at, audit, None, actor.clone(), "delete account", login.clone());
                Ok(trail::audit(tx, &change)?)
            })
            .await
    }

    /// Argon2id of a person's password.
    pub(crate) async fn password_hash(&self, password: Zeroizing<String>) -> Result<String, DirectoryError> {
        let mut salt = [0; 16];
        self.world.random.fill(&mut salt);
        let no_scram = b"no SCRAM for users".to_vec();
        Ok(self.login.hasher.hash(password, salt, no_scram, 1).await?.argon2)
    }
}

/// An organisation makes a user of its own domain whose login is a recipient's: that account makes room, with everything
/// that was shown with it, and nothing of it goes over. Nobody's makes room for a login at a domain elsewhere, because
/// whoever made that user has not shown whose mailbox it is. Says whether one made room.
pub(crate) fn make_room(
    tx: &mut Tx,
    organisation: OrganisationId,
    login: &str,
    who: &str,
    (notice, at): (i64, model::Timestamp),
) -> Result<bool, DirectoryError> {
    let Some(user) = rows::recipient_called(tx, login)? else { return Ok(false) };
    let domain = login.rsplit_once('@').map_or("", |(_, domain)| domain);
    if crate::membership::rows::owner_of_domain(tx, domain)? != Some(organisation) {
        return Ok(false);
    }
    notice::write(tx, notice, user, &Event::Recipient(OfRecipient::Replaced), who, at)?;
    forget_user(tx, user, login, at)?;
    Ok(true)
}
