//! What a person does with the own second factors and the own password: always with a proof, and with a letter.

use std::net::IpAddr;

use db::Tx;
use model::{Timestamp, UserId};
use zeroize::Zeroizing;

use super::{Challenge, FactorId, FactorInfo, FactorKind, Factors, RecoveryCodes, rows};
use crate::administration::{checked_name, found};
use crate::error::{AuthRefusal, DirectoryError};
use crate::login::{Sought, check_chosen};
use crate::notice::{self, Event};
use crate::{Administration, Directory, Session, limits, membership};

/// How somebody who is signed in proves to be the same person still.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The present password.
    Password(Zeroizing<String>),
    /// A passkey's answer to [`Directory::proof_challenge`].
    Passkey {
        /// The challenge's token.
        token: String,
        /// The answer, as JSON.
        answer: String,
    },
}

/// That the person of a session has just proved to be it. Only [`Directory::prove`] and
/// [`Directory::recently_proved`] make one.
#[derive(Clone, Copy, Debug)]
pub struct Proved {
    user: UserId,
    /// Right after signing in: enough to add something, not to take something away.
    is_by_signing_in: bool,
}

impl Directory {
    /// Asks one of the person's passkeys for a proof; `None` if there is none.
    pub async fn proof_challenge(&self, session: &Session) -> Result<Option<Challenge>, DirectoryError> {
        let Some((options, state)) = self.ask_passkey(session.user).await? else { return Ok(None) };
        let token = self.begin("proof", Some(session.user), &session.login, state).await?;
        Ok(Some(Challenge { token, options }))
    }

    /// Checks a proof. A wrong one counts like a wrong password.
    pub async fn prove(
        &self,
        session: &Session,
        proof: Proof,
        source: IpAddr,
    ) -> Result<Proved, AuthRefusal> {
        let attempt = self.begin_attempt(&session.login, source).await?;
        let is_right = match &proof {
            Proof::Password(password) => {
                self.is_password(&attempt, Sought::Known(session.user), password).await?
            }
            Proof::Passkey { token, answer } => {
                let begun = self.begun(token, "proof").await?;
                match begun.filter(|begun| begun.person == Some(session.user)) {
                    Some(begun) if self.end_begun(token).await? => {
                        self.take_passkey(session.user, &begun.state, answer).await?
                    }
                    _ => false,
                }
            }
        };
        match is_right {
            true => Ok(Proved { user: session.user, is_by_signing_in: false }),
            false => Err(self.attempt_failed(&attempt, "wrong proof of a signed-in person").await),
        }
    }

    /// Whether somebody signed in so lately that this is proof enough to add a second factor.
    pub fn recently_proved(&self, session: &Session) -> Option<Proved> {
        let since = self.world.clock.now().since(session.created_at);
        (since < limits::RECENTLY_SIGNED_IN).then_some(Proved { user: session.user, is_by_signing_in: true })
    }

    /// What the person has to show.
    pub async fn own_factors(&self, session: &Session) -> Result<Factors, DirectoryError> {
        self.factors_of_person(session.user).await
    }

    /// Ends the set-up of an application with its first code. Gives recovery codes if there were none.
    pub async fn add_totp(
        &self,
        session: &Session,
        proved: Proved,
        token: &str,
        code: &str,
        name: &str,
    ) -> Result<RecoveryCodes, DirectoryError> {
        let name = checked_name("name", name)?;
        let (secret, step) = self.proven_totp(session, token, code).await?;
        let new = Added { kind: FactorKind::Totp, name, secret: Some(secret.to_vec()), step, passkey: None };
        self.add(session, proved, token, new).await
    }

    /// Ends the making of a passkey. Gives recovery codes if there were none.
    pub async fn add_passkey(
        &self,
        session: &Session,
        proved: Proved,
        token: &str,
        answer: &str,
        name: &str,
    ) -> Result<RecoveryCodes, DirectoryError> {
        let name = checked_name("name", name)?;
        let made = self.made_passkey(session, token, answer).await?;
        let new = Added { kind: FactorKind::Passkey, name, secret: None, step: 0, passkey: Some(made) };
        self.add(session, proved, token, new).await
    }

    async fn add(
        &self,
        session: &Session,
        proved: Proved,
        token: &str,
        new: Added,
    ) -> Result<RecoveryCodes, DirectoryError> {
        let user = of_session(session, proved)?;
        if !self.end_begun(token).await? {
            return Err(DirectoryError::NotFound { what: "set-up" });
        }
        let (codes, hashes) = self.new_recovery_codes(user);
        let (id, now) = (FactorId(self.world.new_id()), self.world.clock.now());
        let made_codes = self
            .change_own(session, move |tx, telling| {
                let present = rows::of_person(tx, user)?;
                if present.len() >= limits::FACTORS_PER_PERSON_LIMIT {
                    return Err(DirectoryError::Invalid {
                        field: "name",
                        reason: format!("there are {} already", present.len()),
                        rule: "a person has at most 20 second factors",
                    });
                }
                rows::insert(
                    tx,
                    &rows::NewFactor {
                        id,
                        person: user,
                        kind: new.kind,
                        name: &new.name,
                        secret: new.secret.as_deref(),
                        last_step: new.step,
                        credential_id: new.passkey.as_ref().map(|(id, _)| id.as_slice()),
                        passkey: new.passkey.as_ref().map(|(_, text)| text.as_str()),
                        at: now,
                    },
                )?;
                if present.is_empty() {
                    // Whoever knew the password alone may have made them.
                    crate::token::revoke_weak(tx, user)?;
                }
                let needs_codes = rows::recovery_codes_left(tx, user)? == 0;
                if needs_codes {
                    rows::set_recovery_codes(tx, user, &hashes)?;
                }
                let after = trail::Facts::new().with("second factor", &new.name);
                trail::tell(tx, trail::Told::of_thing(&telling.who).after(after));
                telling.write(tx, user, &Event::FactorAdded(new.name.clone()))?;
                Ok(needs_codes)
            })
            .await?;
        Ok(if made_codes { codes } else { Vec::new() })
    }

    /// Removes a second factor. The last one stays where an organisation asks for one.
    pub async fn remove_own_factor(
        &self,
        session: &Session,
        proved: Proved,
        id: FactorId,
    ) -> Result<(), DirectoryError> {
        let user = removing(session, proved)?;
        self.change_own(session, move |tx, telling| {
            let all = rows::of_person(tx, user)?;
            let gone = found("second factor", all.iter().find(|stored| stored.info.id == id))?;
            let memberships = membership::rows::open_to_person(tx, user)?;
            let asked = memberships.iter().find(|one| one.requires_second_factor);
            if let (1, Some(asked)) = (all.len(), asked) {
                return Err(DirectoryError::Invalid {
                    field: "factor",
                    reason: format!("«{}» asks for one", asked.organisation_name),
                    rule: "the last second factor stays where an organisation asks for one",
                });
            }
            rows::remove(tx, user, id)?;
            if all.len() == 1 {
                // Codes beside a password alone would be a second password on paper.
                rows::set_recovery_codes(tx, user, &[])?;
            }
            let before = trail::Facts::new().with("second factor", &gone.info.name);
            trail::tell(tx, trail::Told::of_thing(&telling.who).before(before));
            telling.write(tx, user, &Event::FactorRemoved(gone.info.name.clone()))
        })
        .await
    }

    /// New recovery codes in the place of all others.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
        proved: Proved,
    ) -> Result<RecoveryCodes, DirectoryError> {
        let user = removing(session, proved)?;
        let (codes, hashes) = self.new_recovery_codes(user);
        self.change_own(session, move |tx, telling| {
            if !rows::has_any(tx, user)? {
                return Err(DirectoryError::NotFound { what: "second factor" });
            }
            rows::set_recovery_codes(tx, user, &hashes)?;
            telling.tell_new(tx, "recovery codes");
            telling.write(tx, user, &Event::RecoveryCodes)
        })
        .await?;
        Ok(codes)
    }

    /// Another password, chosen by its owner. This session goes on; every other one ends.
    pub async fn change_own_password(
        &self,
        session: &Session,
        proved: Proved,
        password: &Zeroizing<String>,
    ) -> Result<(), DirectoryError> {
        let user = removing(session, proved)?;
        let password = check_chosen(password)?;
        let hash = self.password_hash(password).await?;
        let id = session.id;
        self.change_own(session, move |tx, telling| {
            crate::profile::rows::set_password(tx, user, &hash)?;
            crate::session::keep_after_new_password(tx, id)?;
            telling.tell_new(tx, "password");
            telling.write(tx, user, &Event::Password)
        })
        .await
    }

    /// Runs a change of the own account: audited, every other session ended, and the letter in the same transaction.
    async fn change_own<T: Send + 'static>(
        &self,
        session: &Session,
        mut change: impl FnMut(&mut Tx, &Telling) -> Result<T, DirectoryError> + Send + 'static,
    ) -> Result<T, DirectoryError> {
        let (home, user, id) = (session.home, session.user, session.id);
        let telling =
            Telling { id: self.world.new_id(), at: self.world.clock.now(), who: session.login.clone() };
        let (audit_id, actor) = (self.world.new_id(), session.actor());
        let operator = self.db.operator("a person's own account holds in every organisation");
        operator
            .write(move |tx| {
                let result = change(tx, &telling)?;
                crate::session::end_all_others(tx, user, id)?;
                let change = trail::Change::new(
                    telling.at,
                    audit_id,
                    Some(home),
                    actor.clone(),
                    "change own account",
                    telling.who.clone(),
                );
                trail::audit(tx, &change)?;
                Ok(result)
            })
            .await
    }
}

impl Administration {
    /// The second factors of somebody within the scope.
    pub async fn factors(&self, user: UserId) -> Result<Vec<FactorInfo>, DirectoryError> {
        self.user(user).await?;
        Ok(self.directory().factors_of_person(user).await?.all)
    }

    /// Removes a second factor of somebody whose home is within the scope and who belongs to nobody else: the way
    /// back for whoever has lost everything.
    pub async fn remove_factor(&self, user: UserId, id: FactorId) -> Result<(), DirectoryError> {
        let (actor, who, at, notice_id) = (self.role(), self.who().to_owned(), self.now(), self.new_id());
        self.act("remove second factor", String::new(), move |tx| {
            let info = crate::administration::own_user(tx, user, actor)?;
            let all = rows::of_person(tx, user)?;
            let gone = found("second factor", all.iter().find(|stored| stored.info.id == id))?;
            rows::remove(tx, user, id)?;
            if all.len() == 1 {
                rows::set_recovery_codes(tx, user, &[])?;
            }
            let before = trail::Facts::new().with("second factor", &gone.info.name);
            trail::tell(tx, trail::Told::of_thing(&info.login).before(before));
            let event = Event::FactorRemoved(gone.info.name.clone());
            notice::write(tx, notice_id, user, &event, &who, at)?;
            Ok((Some(info.organisation), ()))
        })
        .await
    }
}

/// A factor that is added.
struct Added {
    kind: FactorKind,
    name: String,
    secret: Option<Vec<u8>>,
    step: i64,
    passkey: Option<(Vec<u8>, String)>,
}

/// Who is told, and when.
struct Telling {
    id: i64,
    at: Timestamp,
    who: String,
}

impl Telling {
    /// Tells the entry of the log of changes that something secret is another one.
    fn tell_new(&self, tx: &mut Tx, name: &str) {
        trail::tell(tx, trail::Told::of_thing(&self.who).after(trail::Facts::new().with_new(name)));
    }

    fn write(&self, tx: &mut Tx, user: UserId, event: &Event) -> Result<(), DirectoryError> {
        notice::write(tx, self.id, user, event, &self.who, self.at)
    }
}

pub(crate) fn of_session(session: &Session, proved: Proved) -> Result<UserId, DirectoryError> {
    if proved.user == session.user { Ok(proved.user) } else { Err(DirectoryError::NotFound { what: "user" }) }
}

fn removing(session: &Session, proved: Proved) -> Result<UserId, DirectoryError> {
    match proved.is_by_signing_in {
        true => Err(DirectoryError::Invalid {
            field: "present",
            reason: "no proof was given".to_owned(),
            rule: "the present password, or a passkey, is asked for again",
        }),
        false => of_session(session, proved),
    }
}
