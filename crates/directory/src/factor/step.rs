//! From a right password to a session: with a step between for whoever has a second factor.

use std::net::IpAddr;

use model::UserId;
use zeroize::Zeroizing;

use super::{Challenge, FactorKind, Factors, recovery, rows};
use crate::error::{AuthRefusal, DirectoryError};
use crate::login::source_subject;
use crate::notice::{self, Event};
use crate::{Directory, SignedIn, limits};

/// What stands behind a right password.
#[derive(Clone, Debug)]
pub enum Entrance {
    /// A session, by its token.
    Session(Zeroizing<String>),
    /// A step, by its token: a second factor is missing.
    Step(Zeroizing<String>),
}

/// Somebody whose password was right and who has to show a second factor.
#[derive(Clone, Debug)]
pub struct Step {
    /// What there is to show.
    pub factors: Factors,
    user: UserId,
    login: String,
}

/// Why a step does not lead on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepRefusal {
    /// It is too old, failed too often, or the password has changed: the password has to be given again.
    #[error("the step is over")]
    Over,
    /// As for a password.
    #[error(transparent)]
    Refused(#[from] AuthRefusal),
}

impl From<DirectoryError> for StepRefusal {
    fn from(error: DirectoryError) -> StepRefusal {
        StepRefusal::Refused(error.into())
    }
}

impl Directory {
    /// Goes on from a right password: to a session, or to the step where a second factor is asked for.
    pub async fn enter(
        &self,
        person: &SignedIn,
        source: IpAddr,
        agent: &str,
    ) -> Result<Entrance, DirectoryError> {
        if self.factors_of_person(person.user).await?.all.is_empty() {
            return Ok(Entrance::Session(self.open_session(person, source, agent).await?));
        }
        let subject = source_subject(source);
        let token = self.begin("step", Some(person.user), &subject, String::new()).await?;
        Ok(Entrance::Step(token))
    }

    /// The step behind a token; `None` if it is over.
    pub async fn step(&self, token: &str) -> Result<Option<Step>, DirectoryError> {
        let Some(user) = self.begun(token, "step").await?.and_then(|begun| begun.person) else {
            return Ok(None);
        };
        let operator = self.db.operator("nobody is signed in yet");
        let Some(login) = operator.read(move |tx| rows::login_of(tx, user)).await? else { return Ok(None) };
        Ok(Some(Step { factors: self.factors_of_person(user).await?, user, login }))
    }

    /// Shows a code of an application, or a recovery code; gives the token of the session.
    pub async fn enter_with_code(
        &self,
        token: &str,
        code: &str,
        source: IpAddr,
        agent: &str,
    ) -> Result<Zeroizing<String>, StepRefusal> {
        let step = self.step(token).await?.ok_or(StepRefusal::Over)?;
        let attempt = self.begin_attempt(&step.login, source).await?;
        self.try_begun(token, "step").await?.ok_or(StepRefusal::Over)?;
        if !self.takes_second_factor(step.user, code).await? {
            return Err(self.attempt_failed(&attempt, "wrong second factor").await.into());
        }
        self.end_step(token, &step, attempt, source, agent).await
    }

    /// Takes a code of an application, or a recovery code, of which the person is told.
    pub(crate) async fn takes_second_factor(&self, user: UserId, code: &str) -> Result<bool, DirectoryError> {
        if !recovery::is_formed(code) {
            return Ok(self.take_totp(user, code).await?.is_some());
        }
        let Some(left) = self.take_recovery_code(user, code).await? else { return Ok(false) };
        let operator = self.db.operator("a person's own affair");
        let login = operator.read(move |tx| rows::login_of(tx, user)).await?.unwrap_or_default();
        self.tell(user, Event::RecoveryCodeUsed(left), &login).await?;
        Ok(true)
    }

    /// Asks one of the step's passkeys; `None` if there is none.
    pub async fn step_challenge(&self, token: &str) -> Result<Option<Challenge>, DirectoryError> {
        let Some(step) = self.step(token).await? else { return Ok(None) };
        let Some((options, state)) = self.ask_passkey(step.user).await? else { return Ok(None) };
        let hash = super::token_hash(token);
        let operator = self.db.operator("nobody is signed in yet");
        operator.write(move |tx| rows::keep_state(tx, &hash, &state)).await?;
        Ok(Some(Challenge { token: Zeroizing::new(token.to_owned()), options }))
    }

    /// Shows a passkey beside the password; gives the token of the session.
    pub async fn enter_with_passkey(
        &self,
        token: &str,
        answer: &str,
        source: IpAddr,
        agent: &str,
    ) -> Result<Zeroizing<String>, StepRefusal> {
        let step = self.step(token).await?.ok_or(StepRefusal::Over)?;
        let attempt = self.begin_attempt(&step.login, source).await?;
        let state = self.try_begun(token, "step").await?.ok_or(StepRefusal::Over)?.state;
        if !step.factors.has(FactorKind::Passkey) || !self.take_passkey(step.user, &state, answer).await? {
            return Err(self.attempt_failed(&attempt, "wrong passkey").await.into());
        }
        self.end_step(token, &step, attempt, source, agent).await
    }

    /// Asks whichever passkey the browser finds, without a password; `None` where there are no passkeys.
    pub async fn passkey_challenge(&self, source: IpAddr) -> Result<Option<Challenge>, DirectoryError> {
        if self.relying_party().is_none() {
            return Ok(None);
        }
        let (options, state) = self.ask_anybody()?;
        let token = self.begin("anybody", None, &source_subject(source), state).await?;
        Ok(Some(Challenge { token, options }))
    }

    /// Signs in with a passkey that says who it is for and has verified that person; gives the token of the session.
    pub async fn sign_in_with_passkey(
        &self,
        token: &str,
        answer: &str,
        source: IpAddr,
        agent: &str,
    ) -> Result<Zeroizing<String>, StepRefusal> {
        if let Some(until) = self.is_banned(source) {
            return Err(AuthRefusal::Banned { until }.into());
        }
        let begun = self.begun(token, "anybody").await?.ok_or(StepRefusal::Over)?;
        // A challenge is answered once, rightly or not.
        if !self.end_begun(token).await? {
            return Err(StepRefusal::Over);
        }
        let Some(user) = self.take_anybodys_passkey(&begun.state, answer).await? else {
            self.failed_source(source, "wrong passkey").await;
            return Err(AuthRefusal::Wrong.into());
        };
        let operator = self.db.operator("nobody is signed in yet");
        let login = operator.read(move |tx| rows::login_of(tx, user)).await.map_err(DirectoryError::from)?;
        let login = login.ok_or(StepRefusal::Over)?;
        let attempt = self.begin_attempt(&login, source).await?;
        let person = self.attempt_succeeded(attempt, user).await?;
        Ok(self.open_session(&person, source, agent).await?)
    }

    async fn end_step(
        &self,
        token: &str,
        step: &Step,
        attempt: crate::login::PersonAttempt,
        source: IpAddr,
        agent: &str,
    ) -> Result<Zeroizing<String>, StepRefusal> {
        if !self.end_begun(token).await? {
            return Err(StepRefusal::Over);
        }
        let person = self.attempt_succeeded(attempt, step.user).await?;
        Ok(self.open_session(&person, source, agent).await?)
    }

    /// Writes a letter to a person about the own account.
    pub(super) async fn tell(&self, user: UserId, event: Event, who: &str) -> Result<(), DirectoryError> {
        let (id, at, who) = (self.world.new_id(), self.world.clock.now(), who.to_owned());
        let operator = self.db.operator("a person's own affair");
        operator.write(move |tx| notice::write(tx, id, user, &event, &who, at)).await
    }
}

const _: () =
    assert!(limits::RECOVERY_CODE_CHARACTERS != 6, "a recovery code is told from a TOTP by its length");
