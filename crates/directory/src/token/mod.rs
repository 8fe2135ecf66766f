//! Tokens of programs that administer over the API, and the memory of what their requests were answered.
//!
//! A token looks like `relais_7kqdm3vn_…`: eight characters by which people tell tokens apart, and
//! thirty-two secret ones, of which only a digest is kept. It reaches one organisation or, made by the
//! operator, the whole installation; it may only read unless it was made for writing. It may be limited to a mail domain,
//! and may be somebody's: then it reaches no further than that person does at the moment of the request. What people
//! make for their own things is another kind (`own`).

mod own;
mod rows;

use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use db::{Page, Seek, Tx};
use model::{DomainId, OrganisationId, Timestamp, UserId};
use zeroize::Zeroizing;

use crate::administration::{checked_name, found};
use crate::error::DirectoryError;
use crate::login::random_characters;
use crate::{Administration, Directory, Scope, limits};

pub use own::NewOwnToken;
pub(crate) use rows::revoke_weak;

/// Which token: what lists name it by; it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub i64);

impl std::fmt::Display for TokenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Which token.
    pub id: TokenId,
    /// Whose things it reaches; `None` is the whole installation.
    pub organisation: Option<OrganisationId>,
    /// The only mail domain whose things it reaches.
    pub domain: Option<DomainId>,
    /// Whose token it is: it reaches no further than that person.
    pub user: Option<UserId>,
    /// What that person signs in with.
    pub user_login: Option<String>,
    /// Whether that person made it for the own things: then it opens these, and nothing of the organisation.
    pub is_own: bool,
    /// What its maker calls it.
    pub name: String,
    /// Its first characters.
    pub shown: String,
    /// Whether it may change things.
    pub may_write: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it holds; `None` until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// From where it was last used.
    pub last_source: Option<String>,
}

/// A new token.
#[derive(Clone, Debug, Default)]
pub struct NewToken {
    /// Whose things it reaches; `None` is the whole installation, which only an operator can grant.
    pub organisation: Option<OrganisationId>,
    /// The only mail domain of the organisation whose things it reaches.
    pub domain: Option<DomainId>,
    /// Whose token it is, an administrator of the organisation: it never reaches further than that person does.
    pub user: Option<UserId>,
    /// What its maker calls it.
    pub name: String,
    /// Whether it may change things.
    pub may_write: bool,
    /// Until when it holds; `None` until it is revoked.
    pub expires_at: Option<Timestamp>,
}

/// A new token; the only moment at which it can be read.
#[derive(Clone)]
pub struct CreatedToken {
    /// Everything but the token.
    pub info: TokenInfo,
    /// The token.
    pub token: Zeroizing<String>,
}

/// What a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The status code.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// The body; `None` where it held a secret or was too long to be kept.
    pub body: Option<Vec<u8>>,
}

/// What is known of an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Nothing: the request is done now, and its answer is told with [`Directory::keep_answer`].
    First,
    /// It was done, and answered so.
    Done(StoredAnswer),
    /// It is being done at this moment.
    UnderWay,
    /// The key was used for another request.
    Another,
    /// The token has so many answers that no further key is remembered: which limit, in words.
    Full(&'static str),
}

const PREFIX: &str = "relais_";

fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

impl Administration {
    /// Makes a token. The result is the only place where it can be read.
    pub async fn create_token(&self, new: NewToken) -> Result<CreatedToken, DirectoryError> {
        let organisation = match (self.scope(), new.organisation) {
            (Scope::Tenant(own), Some(other)) if own != other => {
                return Err(DirectoryError::NotFound { what: "organisation" });
            }
            // Within an organisation's scope nothing reaches further.
            (Scope::Tenant(own), _) => Some(own),
            (Scope::Operator(_), organisation) => organisation,
            // Who is limited to a domain makes no tokens: they are made for him.
            (Scope::Domain { .. }, _) => return Err(DirectoryError::NotFound { what: "token" }),
        };
        let (domain, user) = (new.domain, new.user);
        if organisation.is_none() && (domain.is_some() || user.is_some()) {
            return Err(DirectoryError::Invalid {
                field: "organisation",
                reason: "none is named".to_owned(),
                rule: "a domain and a person are those of the organisation that the token reaches",
            });
        }
        let name = checked_name("name", &new.name)?;
        let now = self.now();
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(DirectoryError::Invalid {
                field: "expires_at",
                reason: "it is past".to_owned(),
                rule: "a token holds at least until some later moment",
            });
        }
        let world = &self.directory().world;
        let (shown, secret) = (random_characters(world, 8), random_characters(world, 32));
        let token = Zeroizing::new(format!("{PREFIX}{}_{}", *shown, *secret));
        let info = TokenInfo {
            id: TokenId(self.new_id()),
            organisation,
            domain,
            user,
            user_login: None,
            is_own: false,
            name,
            shown: format!("{PREFIX}{}", *shown),
            may_write: new.may_write,
            created_by: self.who().to_owned(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            last_source: None,
        };
        let hash = token_hash(&token);
        let row = info;
        let info = self
            .act("create token", row.name.clone(), move |tx| {
                if let Some(organisation) = organisation {
                    if !crate::rows::is_active(tx, organisation)? {
                        return Err(DirectoryError::NotFound { what: "organisation" });
                    }
                    if rows::count(tx, organisation)? >= limits::TOKENS_PER_ORGANISATION_LIMIT {
                        return Err(DirectoryError::Invalid {
                            field: "organisation",
                            reason: format!("it has {} tokens", limits::TOKENS_PER_ORGANISATION_LIMIT),
                            rule: "an organisation has at most 100 tokens",
                        });
                    }
                    if let Some(domain) = domain
                        && !crate::membership::rows::has_domain(tx, organisation, domain)?
                    {
                        return Err(DirectoryError::NotFound { what: "domain" });
                    }
                    if let Some(user) = user
                        && rows::limit_of(tx, organisation, user)?.is_none()
                    {
                        return Err(DirectoryError::Invalid {
                            field: "user",
                            reason: "it is no administrator of the organisation".to_owned(),
                            rule: "a token is a legal owner's or an administrator's, who can sign in",
                        });
                    }
                }
                rows::insert(tx, &row, &hash)?;
                let made = found("token", rows::one(tx, row.id)?)?;
                let after = facts(tx, &made)?;
                trail::tell(tx, trail::Told::of_thing(&made.name).after(after));
                Ok((organisation, made))
            })
            .await?;
        Ok(CreatedToken { info, token })
    }

    /// The tokens within the scope, a page at a time, oldest first.
    pub async fn tokens(&self, seek: Seek) -> Result<Page<TokenInfo>, DirectoryError> {
        self.read(move |tx| Ok(rows::page(tx, &seek)?)).await
    }

    /// A token.
    pub async fn token(&self, id: TokenId) -> Result<TokenInfo, DirectoryError> {
        self.read(move |tx| found("token", rows::one(tx, id)?)).await
    }

    /// Revokes a token, at once.
    pub async fn revoke_token(&self, id: TokenId) -> Result<(), DirectoryError> {
        self.act("revoke token", String::new(), move |tx| {
            let token = found("token", rows::one(tx, id)?)?;
            let before = facts(tx, &token)?;
            rows::delete(tx, id)?;
            trail::tell(tx, trail::Told::of_thing(&token.name).before(before));
            Ok((token.organisation, ()))
        })
        .await
    }
}

/// What the log of changes tells of a token: the characters that are shown anyhow, and no secret one.
fn facts(tx: &mut Tx, token: &TokenInfo) -> Result<trail::Facts, DirectoryError> {
    let domain = match token.domain {
        Some(domain) => crate::administration::facts::name_of_domain(tx, domain)?,
        None => None,
    };
    Ok(trail::Facts::new()
        .with("token", &token.shown)
        .with_bool("may write", token.may_write)
        .with_some("domain", domain)
        .with_some("user", token.user_login.as_ref())
        .with_some("expires at", token.expires_at.map(Timestamp::rfc3339)))
}

impl Directory {
    /// The token that somebody shows, if it holds and its organisation is in use. One that does not counts as a
    /// failed login of its source.
    pub async fn bearer(&self, token: &str, source: IpAddr) -> Result<Option<TokenInfo>, DirectoryError> {
        let known = self.known_bearer(token, source).await?;
        if known.is_none() {
            self.failed_source(source, "no valid token").await;
        }
        Ok(known)
    }

    async fn known_bearer(&self, token: &str, source: IpAddr) -> Result<Option<TokenInfo>, DirectoryError> {
        if token.len() > limits::TOKEN_LIMIT_CHARACTERS || !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let (hash, now) = (token_hash(token), self.world.clock.now());
        let operator = self.db.operator("a program shows its token");
        let Some(info) = operator.read(move |tx| rows::bearer(tx, &hash, now)).await? else {
            return Ok(None);
        };
        let is_due = info.last_used_at.is_none_or(|at| now.since(at) >= limits::TOKEN_USED_EVERY);
        if is_due {
            let (id, source) = (info.id, source.to_canonical().to_string());
            operator.write(move |tx| rows::used(tx, id, now, &source)).await?;
        }
        Ok(Some(info))
    }

    /// Asks whether a request was made before under this key; `First` takes the key.
    pub async fn repetition(
        &self,
        token: TokenId,
        key: &str,
        request: &[u8],
    ) -> Result<Repetition, DirectoryError> {
        let (key, hash, now) =
            (key.to_owned(), digest(&SHA256, request).as_ref().to_vec(), self.world.clock.now());
        let operator = self.db.operator("remember what a program's request was answered");
        operator.write(move |tx| rows::repetition(tx, token, &key, &hash, now)).await
    }

    /// Remembers for a day what the request under this key was answered; `None` frees the key.
    pub async fn keep_answer(
        &self,
        token: TokenId,
        key: &str,
        answer: Option<StoredAnswer>,
    ) -> Result<(), DirectoryError> {
        let key = key.to_owned();
        let operator = self.db.operator("remember what a program's request was answered");
        operator
            .write(move |tx| match &answer {
                Some(answer) => rows::keep(tx, token, &key, answer),
                None => rows::free(tx, token, &key),
            })
            .await
    }
}
