//! A forgotten password: a code to the mailbox, and the second factor of whoever has one. The mailbox alone opens nothing
//! that more was asked for.

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use model::{Address, UserId};
use thiserror::Error;
use zeroize::Zeroizing;

use super::rows;
use crate::error::{AuthRefusal, DirectoryError};
use crate::login::{check_chosen, source_subject};
use crate::notice::{self, Event, OfRecipient};
use crate::rows::address_key;
use crate::{Directory, limits};

/// What somebody shows who has forgotten the password.
pub struct Forgotten {
    /// The login.
    pub login: Address,
    /// The code that came to the mailbox.
    pub code: Zeroizing<String>,
    /// A code of an application, or a recovery code; empty where there is no second factor.
    pub second_factor: Zeroizing<String>,
    /// The new password.
    pub password: Zeroizing<String>,
    /// From where.
    pub source: IpAddr,
}

/// Why the password stays what it was.
#[derive(Clone, Debug, Error)]
pub enum NotReplaced {
    /// The new one is none that is taken.
    #[error("the new password breaks a rule")]
    Password(#[source] DirectoryError),
    /// What was shown is wrong, and nothing is said of which part; or too much was wrong.
    #[error(transparent)]
    Refused(#[from] AuthRefusal),
}

impl From<DirectoryError> for NotReplaced {
    fn from(error: DirectoryError) -> NotReplaced {
        NotReplaced::Refused(error.into())
    }
}

impl Directory {
    /// Sends a code to the mailbox of a recipient; to an address without such an account nothing goes, and nobody can
    /// tell. `false`: too much was asked for this address, or from this source.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn send_recipient_code(&self, login: &Address, source: IpAddr) -> Result<bool, DirectoryError> {
        let login = address_key(login);
        let subjects = [
            (format!("address {login}"), limits::RECIPIENT_CODES_PER_ADDRESS),
            (source_subject(source), limits::RECIPIENT_CODES_PER_SOURCE),
        ];
        let code = Zeroizing::new(format!("{:08}", self.world.random.below(100_000_000)));
        let ids = [self.world.new_id(), self.world.new_id(), self.world.new_id()];
        let now = self.world.clock.now();
        let operator = self.db.operator("somebody without an organisation has forgotten the password");
        operator
            .write(move |tx| {
                for (subject, limit) in &subjects {
                    if rows::asked(tx, subject, now.minus(limits::RECIPIENT_CODES_WITHIN))? >= *limit {
                        return Ok(false);
                    }
                }
                for ((subject, _), id) in subjects.iter().zip(ids) {
                    rows::note_asked(tx, id, subject, now)?;
                }
                if let Some(user) = rows::recipient_called(tx, &login)? {
                    rows::put_code(tx, user, &hash(user, &code), now)?;
                    let event = Event::Recipient(OfRecipient::Code(code.to_string()));
                    notice::write(tx, ids[2], user, &event, &login, now)?;
                }
                Ok(true)
            })
            .await
    }

    /// Sets a new password; every session ends.
    ///
    /// # Errors
    /// [`NotReplaced`].
    pub async fn replace_forgotten_password(&self, shown: Forgotten) -> Result<(), NotReplaced> {
        let password = check_chosen(&shown.password).map_err(NotReplaced::Password)?;
        let login = address_key(&shown.login);
        let attempt = self.begin_attempt(&login, shown.source).await?;
        let Some((user, taken)) = self.shown_by_recipient(&login, &shown).await? else {
            return Err(self.attempt_failed(&attempt, "wrong code for a new password").await.into());
        };
        let argon2 = self.password_hash(password).await?;
        let (notice, audit, at) = (self.world.new_id(), self.world.new_id(), self.world.clock.now());
        let actor = trail::Actor::from(&login).coming_from(shown.source);
        let operator = self.db.operator("somebody without an organisation sets a new password");
        let is_first = operator
            .write(move |tx| {
                if !rows::take_code(tx, user, &taken)? {
                    return Ok(false);
                }
                crate::profile::rows::set_password(tx, user, &argon2)?;
                notice::write(tx, notice, user, &Event::Password, &login, at)?;
                let told = trail::Facts::new().with_new("password");
                let change =
                    trail::Change::new(at, audit, None, actor.clone(), "change own account", login.clone());
                trail::audit(tx, &change.with(trail::Facts::new(), told))?;
                Ok::<_, DirectoryError>(true)
            })
            .await?;
        if is_first { Ok(()) } else { Err(AuthRefusal::Wrong.into()) }
    }

    /// Who it is that showed the code and the second factor; with the digest of the code. A try is counted
    /// before anything is compared, so that nobody tries many second factors with one code, not even at the same time; a
    /// right one takes the code, and the count with it.
    async fn shown_by_recipient(
        &self,
        login: &str,
        shown: &Forgotten,
    ) -> Result<Option<(UserId, Vec<u8>)>, DirectoryError> {
        let typed: Zeroizing<String> =
            shown.code.chars().filter(char::is_ascii_digit).collect::<String>().into();
        let (login, now) = (login.to_owned(), self.world.clock.now());
        let operator = self.db.operator("somebody without an organisation sets a new password");
        let found = operator
            .write(move |tx| {
                let Some(user) = rows::recipient_called(tx, &login)? else { return Ok(None) };
                let since = now.minus(limits::RECIPIENT_CODE_FOR);
                let Some(wanted) = rows::try_code(tx, user, since, limits::CEREMONY_FAILURES_LIMIT)? else {
                    return Ok(None);
                };
                let is_right = verify_slices_are_equal(&wanted, &hash(user, &typed)).is_ok();
                Ok::<_, db::DbError>(is_right.then_some((user, wanted)))
            })
            .await?;
        let Some((user, wanted)) = found else { return Ok(None) };
        let is_enough = self.factors_of_person(user).await?.all.is_empty()
            || self.takes_second_factor(user, &shown.second_factor).await?;
        Ok(is_enough.then_some((user, wanted)))
    }
}

/// What the table keeps of a code: bound to the person.
fn hash(user: UserId, code: &str) -> Vec<u8> {
    crate::factor::token_hash(&format!("new password {} {code}", user.0))
}
