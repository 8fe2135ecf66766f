//! Signing in of the people who administer: the password, and what a second factor needs of the same limits.

use std::net::IpAddr;

use db::DbError;
use model::UserId;
use zeroize::Zeroizing;

use super::admission::{Admission, Stage};
use super::rows::Sought;
use super::{LoginName, SignedIn, prepare, rows};
use crate::error::AuthRefusal;
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
        self.signed_in_as(Sought::User, login, password, source).await
    }

    /// The same for whom a login stands.
    pub(crate) async fn signed_in_as(
        &self,
        sought: fn(String) -> Sought,
        login: &str,
        password: &str,
        source: IpAddr,
    ) -> Result<SignedIn, AuthRefusal> {
        let key = LoginName::parse(login).key;
        let attempt = self.begin_attempt(&key, source).await?;
        let person = self.person(sought(key)).await?;
        if !self.is_password_of(&attempt, person.as_ref(), password).await? {
            return Err(self.attempt_failed(&attempt, "wrong password").await);
        }
        let person = person.ok_or(AuthRefusal::Wrong)?;
        match person.has_factor && !person.is_disabled {
            true => Ok(signed_in(person)),
            false => self.attempt_succeeded(attempt, person.user).await,
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
        user: UserId,
    ) -> Result<SignedIn, AuthRefusal> {
        let person = self.person(Sought::Known(user)).await?.ok_or(AuthRefusal::Wrong)?;
        if person.is_disabled {
            return Err(AuthRefusal::Disabled);
        }
        let usage = rows::Use::Person(person.user);
        self.succeeded(&attempt.0, usage, person.organisation, person.last_used_at).await;
        Ok(signed_in(person))
    }

    /// Whether it is somebody's present password.
    pub(crate) async fn is_password(
        &self,
        attempt: &PersonAttempt,
        whose: Sought,
        password: &str,
    ) -> Result<bool, AuthRefusal> {
        let person = self.person(whose).await?;
        self.is_password_of(attempt, person.as_ref(), password).await
    }

    async fn person(&self, sought: Sought) -> Result<Option<rows::Person>, AuthRefusal> {
        let operator = self.db.operator("find whose a sign-in is");
        let found: Result<_, DbError> = operator.read(move |tx| rows::person(tx, &sought)).await;
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

fn signed_in(person: rows::Person) -> SignedIn {
    let rows::Person { user, organisation, role, login, .. } = person;
    SignedIn { user, organisation, role, login }
}
