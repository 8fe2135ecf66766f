//! Sessions of people in the browser: opaque tokens, of which only a digest is kept.
//!
//! A session ends by signing out, by being revoked, after [`limits::SESSION_IDLE`] without a request, after
//! [`limits::SESSION_LIFETIME`] in any case, and with a new password, a disabled person or organisation.
//! Between [`Directory::sign_in`] and the session stands [`Directory::enter`], which asks for a second factor.

mod rows;

use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{DomainId, OrganisationId, Timestamp, UserId};
use zeroize::Zeroizing;

use crate::error::DirectoryError;
use crate::{Administration, Brand, Directory, Role, Scope, SignedIn, Support, limits};

/// Which session: what the list of sessions names them by; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub i64);

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// The login.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// What the person may do in the organisation that is looked at: everything, for the operator's staff.
    pub role: Role,
    /// The only domain within which an administrator administers.
    pub domain: Option<DomainId>,
    /// The person's home, which made the account.
    pub home: OrganisationId,
    /// The organisation that is looked at: one of the person's own, or any for the operator's staff.
    pub organisation: OrganisationId,
    /// Whether the person belongs to the organisation that is looked at.
    pub is_member: bool,
    /// The language that the person chose for letters and screens.
    pub language: Option<String>,
    /// Whether the person has a second factor.
    pub has_second_factor: bool,
    /// Whether an organisation of the person, or the one that is looked at, asks for one.
    pub is_second_factor_required: bool,
    /// The name of the organisation that is looked at.
    pub organisation_name: String,
    /// How the organisation that is looked at shows itself.
    pub brand: Brand,
    /// Whom its people ask for help.
    pub support: Support,
    /// Whether the person runs the installation.
    pub is_operator: bool,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When a request was last written down, to the minute.
    pub last_seen_at: Timestamp,
    /// From where: the IP address of the sign-in, unless a door says which one the request at hand comes from.
    pub source: String,
    /// The name of the token by which a program acts for the person; `None` in a browser.
    pub token: Option<String>,
    /// Which of the person's passwords it began with; what is tied to the password is tied to this one.
    pub(crate) version: i64,
}

impl Session {
    /// The same, for a request that comes from there.
    pub fn coming_from(self, source: impl ToString) -> Session {
        Session { source: source.to_string(), ..self }
    }

    /// The same, for a program that acts for the person by this token.
    pub fn by_token(self, token: impl Into<String>) -> Session {
        Session { token: Some(token.into()), ..self }
    }

    /// Who acts in this session, and from where.
    pub fn actor(&self) -> trail::Actor {
        let who = match &self.token {
            Some(token) => format!("{} (token «{token}»)", self.login),
            None => self.login.clone(),
        };
        trail::Actor::from(who).coming_from(&self.source)
    }
}

/// A session in the list that its owner sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// Which session.
    pub id: SessionId,
    /// From where the person signed in.
    pub source: String,
    /// What the browser called itself.
    pub agent: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When a request was last written down.
    pub last_seen_at: Timestamp,
}

/// What the table keeps of a token.
fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

impl Directory {
    /// Opens a session for a person whose password and second factor were right; the token is shown to the
    /// browser and kept nowhere.
    pub(crate) async fn open_session(
        &self,
        person: &SignedIn,
        source: IpAddr,
        agent: &str,
    ) -> Result<Zeroizing<String>, DirectoryError> {
        let mut random = Zeroizing::new([0_u8; limits::SESSION_TOKEN_OCTETS]);
        self.world.random.fill(&mut random[..]);
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(&random[..]));
        let hash = token_hash(&token);
        let (id, audit_id, now) = (self.world.new_id(), self.world.new_id(), self.world.clock.now());
        let agent: String =
            agent.chars().filter(|c| !c.is_control()).take(limits::SESSION_AGENT_LIMIT_CHARACTERS).collect();
        let (person, source) = (person.clone(), source.to_canonical().to_string());
        self.db
            .tenant(person.organisation)
            .write(move |tx| {
                rows::forget_dead(tx, person.organisation, now)?;
                rows::keep_within_limit(tx, person.organisation, person.user)?;
                rows::open(
                    tx,
                    &rows::NewSession {
                        id,
                        hash: &hash,
                        person: &person,
                        source: &source,
                        agent: &agent,
                        now,
                    },
                )?;
                let change = trail::Change::new(
                    now,
                    audit_id,
                    Some(person.organisation),
                    trail::Actor::from(&person.login).coming_from(&source),
                    "sign in",
                    person.login.clone(),
                );
                trail::audit(tx, &change)?;
                Ok::<_, DirectoryError>(())
            })
            .await?;
        Ok(token)
    }

    /// Whose session a token opens, if it still does.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, DirectoryError> {
        self.session_found_by(token, rows::find).await
    }

    /// The same for those whom `find` finds by the digest of the token.
    pub(crate) async fn session_found_by(
        &self,
        token: &str,
        find: fn(&mut db::Tx, &[u8]) -> Result<Option<Session>, db::DbError>,
    ) -> Result<Option<Session>, DirectoryError> {
        if token.len() > limits::SESSION_TOKEN_LIMIT_CHARACTERS {
            return Ok(None);
        }
        let hash = token_hash(token);
        let now = self.world.clock.now();
        let operator = self.db.operator("find whose a session is");
        let Some(session) = operator.read(move |tx| find(tx, &hash)).await? else {
            return Ok(None);
        };
        let is_over = now.since(session.last_seen_at) >= limits::SESSION_IDLE
            || now.since(session.created_at) >= limits::SESSION_LIFETIME;
        if is_over {
            return Ok(None);
        }
        if now.since(session.last_seen_at) >= limits::SESSION_SEEN_EVERY {
            let id = session.id;
            let tenant = self.db.tenant(session.home);
            tenant.write(move |tx| rows::seen(tx, id, now)).await?;
        }
        Ok(Some(session))
    }

    /// Ends a session of the person: one of the list, or the own one, which is signing out and no entry in the log of
    /// changes: nobody else is concerned, and sessions that end by themselves leave none either.
    pub async fn end_session(&self, session: &Session, id: SessionId) -> Result<(), DirectoryError> {
        let (home, user) = (session.home, session.user);
        let change = (id != session.id).then(|| self.ending(session));
        self.db
            .tenant(home)
            .write(move |tx| {
                if !rows::end(tx, home, user, id)? {
                    return Err(DirectoryError::NotFound { what: "session" });
                }
                match &change {
                    Some(change) => {
                        Ok(trail::audit(tx, &change.clone().with(trail::Facts::new(), ended(1)))?)
                    }
                    None => Ok(()),
                }
            })
            .await
    }

    /// Ends every session of the person but this one; gives how many these were.
    pub async fn end_other_sessions(&self, session: &Session) -> Result<u64, DirectoryError> {
        let (home, user, id) = (session.home, session.user, session.id);
        let change = self.ending(session);
        self.db
            .tenant(home)
            .write(move |tx| {
                let count = rows::end_others(tx, home, user, id)?;
                trail::audit(tx, &change.clone().with(trail::Facts::new(), ended(count)))?;
                Ok(count)
            })
            .await
    }

    /// The entry of a person who ends own sessions.
    fn ending(&self, session: &Session) -> trail::Change {
        let (at, id) = (self.world.clock.now(), self.world.new_id());
        let (who, login) = (session.actor(), session.login.clone());
        trail::Change::new(at, id, Some(session.home), who, "end sessions", login)
    }

    /// The sessions of the person that are still open, the latest first.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<SessionInfo>, DirectoryError> {
        let (home, user) = (session.home, session.user);
        let now = self.world.clock.now();
        self.db.tenant(home).read(move |tx| rows::list(tx, home, user, now)).await
    }

    /// Looks at another organisation of the person; the operator's staff may look at every one.
    pub async fn choose_organisation(
        &self,
        session: &Session,
        organisation: OrganisationId,
    ) -> Result<(), DirectoryError> {
        let absent = || DirectoryError::NotFound { what: "organisation" };
        let is_own = self.choices(session).await?.iter().any(|one| one.organisation == organisation);
        if !is_own && !session.is_operator {
            return Err(absent());
        }
        if !self.is_active(organisation).await? {
            return Err(absent());
        }
        let id = session.id;
        let (audit_id, at, who) = (self.world.new_id(), self.world.clock.now(), session.actor());
        self.db
            .operator("a person looks at another organisation")
            .write(move |tx| {
                rows::choose(tx, id, organisation)?;
                let looked_at = crate::administration::organisation_in_scope(tx, organisation)?;
                let change = trail::Change::new(
                    at,
                    audit_id,
                    Some(organisation),
                    who.clone(),
                    "look at organisation",
                    looked_at.map(|looked_at| looked_at.name).unwrap_or_default(),
                );
                trail::audit(tx, &change)?;
                Ok(())
            })
            .await
    }
}

fn ended(count: u64) -> trail::Facts {
    trail::Facts::new().with("sessions", count)
}

/// The session in which somebody changed the own password goes on with the new one.
pub(crate) fn keep_after_new_password(tx: &mut db::Tx, id: SessionId) -> Result<(), DirectoryError> {
    rows::keep_after_new_password(tx, id)
}

/// Ends every session of a person but one.
pub(crate) fn end_all_others(tx: &mut db::Tx, user: UserId, id: SessionId) -> Result<(), DirectoryError> {
    rows::end_all_others(tx, user, id)
}

impl Administration {
    /// The open sessions of somebody whose account this scope looks after, the latest first.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<SessionInfo>, DirectoryError> {
        let (actor, now) = (self.role(), self.now());
        self.read(move |tx| {
            let info = crate::administration::own_user(tx, user, actor)?;
            rows::list(tx, info.organisation, user, now)
        })
        .await
    }

    /// Ends a session of somebody whose account this scope looks after, or all of them; gives how many these were.
    pub async fn end_sessions_of(&self, user: UserId, one: Option<SessionId>) -> Result<u64, DirectoryError> {
        let actor = self.role();
        self.act("end sessions", String::new(), move |tx| {
            let info = crate::administration::own_user(tx, user, actor)?;
            let home = info.organisation;
            let count = match one {
                Some(id) if rows::end(tx, home, user, id)? => 1,
                Some(_) => return Err(DirectoryError::NotFound { what: "session" }),
                None => rows::end_every(tx, home, user)?,
            };
            trail::tell(tx, trail::Told::of_thing(&info.login).after(ended(count)));
            Ok((Some(home), count))
        })
        .await
    }

    /// Takes a person into the operator's staff, or out of it. Only within the operator's scope.
    pub async fn set_operator(&self, user: UserId, is_operator: bool) -> Result<(), DirectoryError> {
        if !matches!(self.scope(), Scope::Operator(_)) {
            return Err(DirectoryError::NotFound { what: "this within the organisation's scope" });
        }
        let info = self.user(user).await?;
        let directory = self.directory().clone();
        let (id, at, who) = (directory.world.new_id(), directory.world.clock.now(), self.actor());
        directory
            .db
            .operator("change the operator's staff")
            .write(move |tx| {
                let was_operator = rows::is_operator(tx, user)?;
                rows::set_operator(tx, user, is_operator, at)?;
                let change = trail::Change::new(
                    at,
                    id,
                    Some(info.organisation),
                    who.clone(),
                    "change operator's staff",
                    info.login.clone(),
                );
                let of = |is_so| trail::Facts::new().with_bool("operator", is_so);
                trail::audit(tx, &change.with(of(was_operator), of(is_operator)))?;
                Ok(())
            })
            .await
    }
}
