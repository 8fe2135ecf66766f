//! Tokens that people make for their own things: profile, sessions, mailboxes. Nobody makes one for somebody else, and
//! it opens nothing of an organisation, whatever its person administers.

use model::Timestamp;

use super::{CreatedToken, PREFIX, TokenId, TokenInfo, rows, token_hash};
use crate::administration::checked_name;
use crate::error::DirectoryError;
use crate::login::random_characters;
use crate::notice::{self, Event};
use crate::{Directory, Proved, Session, limits};
use zeroize::Zeroizing;

/// A new token for the own things.
#[derive(Clone, Debug, Default)]
pub struct NewOwnToken {
    /// What its maker calls it.
    pub name: String,
    /// Whether it may change things.
    pub may_write: bool,
    /// Until when it holds; `None` until it is revoked, or the password is another one.
    pub expires_at: Option<Timestamp>,
}

/// By what its maker, and whoever reads the log of changes, know a token.
fn told(token: &TokenInfo) -> String {
    format!("{} ({}…)", token.name, token.shown)
}

impl Directory {
    /// The tokens that the person of a session made for the own things, oldest first.
    pub async fn own_tokens(&self, session: &Session) -> Result<Vec<TokenInfo>, DirectoryError> {
        let (home, user) = (session.home, session.user);
        self.db.tenant(home).read(move |tx| Ok(rows::own(tx, home, user)?)).await
    }

    /// Makes one. The result is the only place where it can be read; the person is told by letter.
    pub async fn create_own_token(
        &self,
        session: &Session,
        proved: Proved,
        new: NewOwnToken,
    ) -> Result<CreatedToken, DirectoryError> {
        let user = crate::factor::of_session(session, proved)?;
        let name = checked_name("name", &new.name)?;
        let (home, now) = (session.home, self.now());
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(DirectoryError::Invalid {
                field: "expires_at",
                reason: "it is past".to_owned(),
                rule: "a token holds at least until some later moment",
            });
        }
        let (shown, secret) = (random_characters(&self.world, 8), random_characters(&self.world, 32));
        let token = Zeroizing::new(format!("{PREFIX}{}_{}", *shown, *secret));
        let info = TokenInfo {
            id: TokenId(self.world.new_id()),
            organisation: Some(home),
            domain: None,
            user: Some(user),
            user_login: Some(session.login.clone()),
            is_own: true,
            name,
            shown: format!("{PREFIX}{}", *shown),
            may_write: new.may_write,
            created_by: session.login.clone(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            last_source: None,
        };
        let (hash, row, who) = (token_hash(&token), info.clone(), session.actor());
        let (audit_id, notice_id, version) = (self.world.new_id(), self.world.new_id(), session.version);
        let is_strong = session.has_second_factor;
        self.db
            .tenant(home)
            .write(move |tx| {
                rows::forget_ended(tx, home, user, now)?;
                if rows::own(tx, home, user)?.len() >= limits::OWN_TOKENS_LIMIT {
                    return Err(DirectoryError::Invalid {
                        field: "name",
                        reason: format!("there are {} tokens", limits::OWN_TOKENS_LIMIT),
                        rule: "a person has at most 20 own tokens",
                    });
                }
                rows::insert(tx, &row, &hash)?;
                // Whose password was changed meanwhile has no session any more.
                if !rows::make_own(tx, row.id, user, version, is_strong)? {
                    return Err(DirectoryError::NotFound { what: "session" });
                }
                notice::write(tx, notice_id, user, &Event::Token(row.name.clone()), &who.who, now)?;
                let change = trail::Change::new(
                    now,
                    audit_id,
                    Some(home),
                    &who,
                    "change own account",
                    row.created_by.clone(),
                );
                let after =
                    trail::Facts::new().with("token", told(&row)).with_bool("may write", row.may_write);
                trail::audit(tx, &change.with(trail::Facts::new(), after))?;
                Ok(())
            })
            .await?;
        Ok(CreatedToken { info, token })
    }

    /// Revokes one, at once.
    pub async fn revoke_own_token(&self, session: &Session, id: TokenId) -> Result<(), DirectoryError> {
        let (home, user, who) = (session.home, session.user, session.actor());
        let (audit_id, at, login) = (self.world.new_id(), self.now(), session.login.clone());
        self.db
            .tenant(home)
            .write(move |tx| {
                let all = rows::own(tx, home, user)?;
                let Some(token) = all.into_iter().find(|token| token.id == id) else {
                    return Err(DirectoryError::NotFound { what: "token" });
                };
                rows::delete(tx, id)?;
                let change =
                    trail::Change::new(at, audit_id, Some(home), &who, "change own account", login.clone());
                let before = trail::Facts::new().with("token", told(&token));
                trail::audit(tx, &change.with(before, trail::Facts::new()))?;
                Ok(())
            })
            .await
    }

    /// The person of a token for the own things, as a session of that person would have it: none for any other token,
    /// and none while an organisation of the person asks for a second factor that was not shown when the token was made
    /// (what the person adds later makes no token stronger). It is no
    /// proof of having signed in, and no row of the table of sessions.
    pub async fn person_of(&self, token: &TokenInfo) -> Result<Option<Session>, DirectoryError> {
        if !token.is_own {
            return Ok(None);
        }
        let id = token.id;
        let operator = self.db.operator("find whose a token is");
        let session = operator.read(move |tx| Ok::<_, DirectoryError>(rows::person_of(tx, id)?)).await?;
        Ok(session.filter(|session| session.has_second_factor || !session.is_second_factor_required))
    }
}
