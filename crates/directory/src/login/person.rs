//! Signing in of the people who administer: the password, and what a second factor needs of the same limits.

use std::net::IpAddr;

use db::DbError;
use zeroize::Zeroizing;

use super::admission::{Admission, Stage};
use super::{LoginName, SignedIn, prepare, rows};
use crate::error::AuthRefusal;
use crate::recipient::NOWHERE;
use crate::{Directory, limits};

/// A try of a person that the limits let through: it fails or succeeds.
pub(crate) struct PersonAttempt(Admission);

impl Directory {
    /// Checks a user's password, for the screens of administration. [`Directory::enter`] goes on from here. Where a
    /// second factor is asked for, the source is known only after that.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        source: IpAddr,
    ) -> Result<SignedIn, AuthRefusal> {
        let signed_in = self.signed_in_anywhere(login, password, source).await?;
        match signed_in.organisation == NOWHERE {
            true => Err(AuthRefusal::Disabled),
            false => Ok(signed_in),
        }
    }

    /// The same, and for people without an organisation too: they know the portal only.
    pub(crate) async fn signed_in_anywhere(
        &self,
        login: &str,
        password: &str,
        source: IpAddr,
    ) -> Result<SignedIn, AuthRefusal> {
        let key = LoginName::parse(login).key;
        let attempt = self.begin_attempt(&key, source).await?;
        let person = self.person(&key).await?;
        if !self.is_password_of(&attempt, person.as_ref(), password).await? {
            return Err(self.attempt_failed(&attempt, "wrong password").await);
        }
        let person = person.ok_or(AuthRefusal::Wrong)?;
        match person.has_factor && !person.is_disabled {
            true => Ok(signed_in(&person, key)),
            false => self.attempt_succeeded(attempt, &key).await,
        }
    }

    /// Looks at the limits for a person's login.
    pub(crate) async fn begin_attempt(
        &self,
        login: &str,
        source: IpAddr,
    ) -> Result<PersonAttempt, AuthRefusal> {
        Ok(PersonAttempt(self.admit(source, &format!("user {login}"), Stage::Decides).await?))
    }

    /// Counts a failure and gives the refusal.
    pub(crate) async fn attempt_failed(&self, attempt: &PersonAttempt, why: &'static str) -> AuthRefusal {
        self.failed(&attempt.0, why).await
    }

    /// Everything was right: the source is known from now on.
    pub(crate) async fn attempt_succeeded(
        &self,
        attempt: PersonAttempt,
        login: &str,
    ) -> Result<SignedIn, AuthRefusal> {
        let person = self.person(login).await?.ok_or(AuthRefusal::Wrong)?;
        if person.is_disabled {
            return Err(AuthRefusal::Disabled);
        }
        let usage = rows::Use::Person(person.user);
        self.succeeded(&attempt.0, usage, person.organisation, person.last_used_at).await;
        Ok(signed_in(&person, login.to_owned()))
    }

    /// Whether it is the present password of a login.
    pub(crate) async fn is_password(
        &self,
        attempt: &PersonAttempt,
        login: &str,
        password: &str,
    ) -> Result<bool, AuthRefusal> {
        let person = self.person(login).await?;
        self.is_password_of(attempt, person.as_ref(), password).await
    }

    async fn person(&self, login: &str) -> Result<Option<rows::Person>, AuthRefusal> {
        let login = login.to_owned();
        let operator = self.db.operator("find whose a sign-in is");
        let found: Result<_, DbError> = operator.read(move |tx| rows::person(tx, &login)).await;
        found.map_err(|error| AuthRefusal::Later(error.into()))
    }

    /// Nobody's password costs the same as somebody's.
    async fn is_password_of(
        &self,
        attempt: &PersonAttempt,
        person: Option<&rows::Person>,
        password: &str,
    ) -> Result<bool, AuthRefusal> {
        let is_short = password.len() <= limits::PASSWORD_LIMIT_OCTETS;
        let password: Zeroizing<String> = prepare(if is_short { password } else { "" });
        let now = self.world.clock.now();
        let digest =
            person.map(|person| self.login.digest(b"person", person.user.0, person.version, &password));
        if digest.is_some_and(|digest| self.login.was_verified(&digest, now)) {
            return Ok(true);
        }
        let hash = person.map(|person| person.argon2.clone());
        if !self.login.hasher.verify(attempt.0.priority, hash, &password).await? {
            return Ok(false);
        }
        if let Some(digest) = digest {
            self.login.verified.insert(digest, now);
        }
        Ok(true)
    }
}

fn signed_in(person: &rows::Person, login: String) -> SignedIn {
    SignedIn { user: person.user, organisation: person.organisation, role: person.role, login }
}
