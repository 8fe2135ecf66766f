//! Who a peer is: PLAIN, LOGIN and SCRAM-SHA-256, remembered successes, failures and bans.
//!
//! One login with a password costs one Argon2id at most, on a pool of two threads: a device password
//! names its row by its public characters, and an address has one chosen password at most. An unknown
//! name costs the same. Once verified, a password is remembered as a keyed digest over its row and
//! version; the row is still read each time, so that revoking or disabling it acts at once.
//!
//! # Failures
//! Failures count for the **source** (an IPv4 address, an IPv6 /64) and for the **login name**. A source
//! above its limit is banned, each time twice as long. A login name above its limit is slowed: strangers
//! are tried one at a time, some seconds apart, and refused between. A *known* pair, that is a source
//! from which this login succeeded within 30 days, is neither banned nor slowed by what others do, nor
//! do its own failures ban anybody; they are answered late instead. So nobody can lock out the owner by
//! failing in his name, or behind his address.

mod admission;
mod application;
mod attempt;
mod failures;
mod hash;
mod person;
mod protocol;
mod rows;
mod scram;
mod secret;

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use aws_lc_rs::hmac;
use db::DbError;
use ipnet::IpNet;
use model::{Address, Timestamp};
use parking_lot::{Mutex, RwLock};
use tokio::sync::OnceCell;
use world::World;
use zeroize::Zeroizing;

use crate::entities::Ban;
use crate::error::AuthRefusal;
use crate::factor::RelyingParty;
use crate::rows::{address_key, localpart_key};
use crate::sources::MassError;
use crate::{Directory, limits};
use admission::{Admission, Stage};
use failures::Failures;
use hash::Hasher;
use rows::{Candidate, Credential};

pub(crate) use admission::source_subject;
pub use attempt::{Attempt, Authenticated, MalformedPlain, PlainMessage, SignedIn};
pub use failures::FailureLimits;
pub(crate) use hash::{NewHash, check_chosen, prepare};
pub(crate) use person::PersonAttempt;
pub use protocol::AuthProtocol;
pub(crate) use rows::{Sought, ban_of, delete_ban, keep_ban};
pub use scram::ScramExchange;
pub(crate) use secret::{device_password, random_characters, selector_of};

/// How strict logging in is.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Loopback is neither slowed nor banned: for the demo.
    pub exempt_loopback: bool,
    /// Networks that no rule keeps out: the secure gateways.
    pub never_banned: Vec<IpNet>,
    /// How many failures lead to what.
    pub failures: FailureLimits,
    /// Where the pages of the web doors are, without a slash at the end: `https://mail.example.ch`; links in letters
    /// and on screens begin with it.
    pub base_url: Option<String>,
    /// How long an invitation to a mailbox can be accepted; `None` is [`limits::INVITATION_FOR`].
    pub invitations_live: Option<Duration>,
    /// For whom passkeys are made; none where the installation is reached by an address.
    pub relying_party: Option<RelyingParty>,
}

/// What logging in needs to remember.
pub(crate) struct Login {
    options: Options,
    pub(crate) hasher: Hasher,
    failures: Mutex<Failures>,
    /// Sources that no rule keeps out, as the database had them a moment ago.
    allowed: RwLock<HashSet<String>>,
    /// Keyed digests of verified passwords, and when they were verified.
    verified: moka::sync::Cache<[u8; 32], Timestamp>,
    verified_key: hmac::Key,
    /// (login, source) of good logins, and when that was last written.
    known: moka::sync::Cache<(String, String), Timestamp>,
    /// What makes the salts of unknown names repeatable.
    server_secret: OnceCell<hmac::Key>,
}

impl Login {
    pub(crate) fn new(world: &World, options: Options) -> Login {
        let mut key = Zeroizing::new([0; 32]);
        world.random.fill(&mut key[..]);
        Login {
            failures: Mutex::new(Failures::new(options.failures.clone())),
            allowed: RwLock::default(),
            options,
            hasher: Hasher::start(),
            verified: moka::sync::Cache::new(limits::VERIFIED_LIMIT),
            verified_key: hmac::Key::new(hmac::HMAC_SHA256, &key[..]),
            known: moka::sync::Cache::new(limits::KNOWN_SOURCES_LIMIT),
            server_secret: OnceCell::new(),
        }
    }

    pub(crate) fn count_error(
        &self,
        subject: &str,
        error: MassError,
        protocol: &str,
        now: Timestamp,
    ) -> Option<Ban> {
        self.failures.lock().count_error(subject, error, protocol, now)
    }

    pub(crate) fn forgive_error(&self, subject: &str, error: MassError) {
        self.failures.lock().forgive_error(subject, error);
    }

    fn is_exempt(&self, source: IpAddr) -> bool {
        self.options.exempt_loopback && source.to_canonical().is_loopback()
    }

    /// The digest under which a verified password is remembered.
    fn digest(&self, kind: &[u8], id: i64, version: i64, password: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.verified_key);
        context.update(kind);
        context.update(&id.to_be_bytes());
        context.update(&version.to_be_bytes());
        context.update(password.as_bytes());
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        digest
    }

    fn was_verified(&self, digest: &[u8; 32], now: Timestamp) -> bool {
        self.verified.get(digest).is_some_and(|at| now.since(at) < limits::VERIFIED_FOR)
    }
}

/// A login name taken apart: what the rows are found by, and what failures are counted under.
struct LoginName {
    parts: Option<(String, String)>,
    key: String,
}

impl LoginName {
    fn parse(login: &str) -> LoginName {
        let login = login.trim();
        let short = login.len() <= limits::LOGIN_LIMIT_OCTETS;
        match short.then(|| Address::parse(login).ok()).flatten() {
            Some(address) => LoginName {
                parts: Some((localpart_key(address.localpart()), address.domain().as_str().to_owned())),
                key: address_key(&address),
            },
            None => LoginName { parts: None, key: login.to_lowercase().chars().take(100).collect() },
        }
    }
}

impl Directory {
    /// Checks a password. Unknown names, wrong passwords and passwords for another protocol are all
    /// [`AuthRefusal::Wrong`] and take the same time.
    pub async fn authenticate(&self, attempt: Attempt) -> Result<Authenticated, AuthRefusal> {
        let name = LoginName::parse(&attempt.login);
        let admission = self.admit(attempt.source, &name.key, Stage::Decides).await?.over(attempt.protocol);
        // RFC 4616 §2: acting as somebody else is nobody's right here.
        let acts_as_himself =
            attempt.authorise_as.is_empty() || LoginName::parse(&attempt.authorise_as).key == name.key;
        if attempt.password.is_empty()
            || attempt.password.len() > limits::PASSWORD_LIMIT_OCTETS
            || !acts_as_himself
        {
            return Err(self.failed(&admission, "wrong password").await);
        }
        let candidate = self.candidate(&name).await?;
        let password = prepare(&attempt.password);
        let Some(credential) = self.verify(&admission, candidate.as_ref(), &password).await? else {
            return Err(self.failed(&admission, "wrong password").await);
        };
        let candidate = candidate.ok_or(AuthRefusal::Wrong)?;
        self.conclude(&admission, candidate, &credential, attempt.login, attempt.protocol).await
    }

    /// Begins SCRAM-SHA-256 (RFC 5802, RFC 7677): takes the client's first message and gives the
    /// server's. An unknown name gets a salt too, always the same one.
    pub async fn scram_begin(
        &self,
        client_first: &[u8],
        protocol: AuthProtocol,
        source: IpAddr,
    ) -> Result<(String, ScramExchange), AuthRefusal> {
        let first = scram::ClientFirst::parse(client_first).map_err(AuthRefusal::Malformed)?;
        if Directory::is_application_login(&first.login) {
            // No password was tried, so that it is no failure: programs go on with another mechanism.
            return Err(AuthRefusal::Malformed("an application signs in by PLAIN or LOGIN"));
        }
        let name = LoginName::parse(&first.login);
        let admission = self.admit(source, &name.key, Stage::Begins).await?.over(protocol);
        if !first.authorise_as.is_empty() && LoginName::parse(&first.authorise_as).key != name.key {
            return Err(self.failed(&admission, "acts as somebody else").await);
        }
        let (salt, iterations) = match self.candidate(&name).await? {
            Some(candidate) => (candidate.scram_salt, candidate.scram_iterations),
            None => (self.fake_salt(&name.key).await?, limits::SCRAM_ITERATIONS),
        };
        let mut nonce = [0; limits::SCRAM_NONCE_OCTETS];
        self.world.random.fill(&mut nonce);
        Ok(ScramExchange::begin(first, &nonce, &salt, iterations, protocol, source))
    }

    /// Ends SCRAM-SHA-256: takes the client's final message, and gives who it is and the server's final
    /// message, which proves that we know the keys too.
    pub async fn scram_finish(
        &self,
        exchange: ScramExchange,
        client_final: &[u8],
    ) -> Result<(Authenticated, String), AuthRefusal> {
        let name = LoginName::parse(&exchange.login);
        let admission = self.admit(exchange.source, &name.key, Stage::Decides).await?.over(exchange.protocol);
        let proof = match exchange.proof(client_final) {
            Ok(proof) => proof,
            Err(scram::ProofTrouble::Malformed(what)) => return Err(AuthRefusal::Malformed(what)),
            Err(scram::ProofTrouble::Wrong(why)) => return Err(self.failed(&admission, why).await),
        };
        let Some(candidate) = self.candidate(&name).await? else {
            return Err(self.failed(&admission, "wrong proof").await);
        };
        // Every password of the address is compared, so that the time says nothing about which.
        let mut matching = None;
        for credential in &candidate.credentials {
            if proof.is_made_with(&credential.scram_stored_key) && matching.is_none() {
                matching = Some(credential.clone());
            }
        }
        let Some(credential) = matching else {
            return Err(self.failed(&admission, "wrong proof").await);
        };
        let server_final = proof.server_final(&credential.scram_server_key);
        let authenticated =
            self.conclude(&admission, candidate, &credential, exchange.login, exchange.protocol).await?;
        Ok((authenticated, server_final))
    }

    async fn candidate(&self, name: &LoginName) -> Result<Option<Candidate>, AuthRefusal> {
        let Some((localpart, domain)) = name.parts.clone() else {
            return Ok(None);
        };
        self.db
            .operator("find whose a login is")
            .read(move |tx| rows::candidate(tx, &localpart, &domain))
            .await
            .map_err(|error: DbError| AuthRefusal::Later(error.into()))
    }

    /// The credential that the password belongs to, with at most one Argon2id and never none for an
    /// unknown password.
    async fn verify(
        &self,
        admission: &Admission,
        candidate: Option<&Candidate>,
        password: &Zeroizing<String>,
    ) -> Result<Option<Credential>, AuthRefusal> {
        let now = self.world.clock.now();
        let selector = selector_of(password);
        let credentials = candidate.map_or(&[][..], |candidate| &candidate.credentials);
        let by_selector = selector.and_then(|selector| {
            credentials.iter().find(|credential| credential.selector.as_deref() == Some(selector))
        });
        let chosen =
            by_selector.or_else(|| credentials.iter().find(|credential| credential.selector.is_none()));
        let digest = chosen.map(|credential| {
            self.login.digest(b"credential", credential.id.0, credential.version, password)
        });
        if let (Some(credential), Some(digest)) = (chosen, digest)
            && self.login.was_verified(&digest, now)
        {
            return Ok(Some(credential.clone()));
        }
        let hash = chosen.map(|credential| credential.argon2.clone());
        if !self.login.hasher.verify(admission.priority, hash, password).await? {
            return Ok(None);
        }
        if let Some(digest) = digest {
            self.login.verified.insert(digest, now);
        }
        Ok(chosen.cloned())
    }

    /// The password is right: is it for this, and is the address in use?
    async fn conclude(
        &self,
        admission: &Admission,
        candidate: Candidate,
        credential: &Credential,
        login: String,
        protocol: AuthProtocol,
    ) -> Result<Authenticated, AuthRefusal> {
        if credential.is_disabled || !credential.protocols.contains(protocol) {
            return Err(self.failed(admission, "a password that is disabled or for another protocol").await);
        }
        if candidate.is_disabled {
            return Err(AuthRefusal::Disabled);
        }
        if candidate.is_in_maintenance {
            return Err(AuthRefusal::Maintenance);
        }
        // Made by somebody who may have no devices any more. The device is honest, so that it counts as no failure.
        if !self.may_open(candidate.account, credential.id).await? {
            return Err(AuthRefusal::Disabled);
        }
        let usage = rows::Use::Credential(candidate.account.account, credential.id);
        self.succeeded(admission, usage, candidate.account.organisation, credential.last_used_at).await;
        Ok(Authenticated {
            account: candidate.account,
            address: candidate.address,
            login,
            credential: credential.id,
            quota_bytes: candidate.quota_bytes,
        })
    }

    async fn fake_salt(&self, login: &str) -> Result<Vec<u8>, AuthRefusal> {
        let key = self
            .login
            .server_secret
            .get_or_try_init(async || {
                let mut fresh = Zeroizing::new([0; 32]);
                self.world.random.fill(&mut fresh[..]);
                let operator = self.db.operator("read or make the installation's secret");
                let secret: Vec<u8> =
                    operator.write(move |tx| rows::server_secret(tx, "scram salt", &fresh[..])).await?;
                Ok::<_, DbError>(hmac::Key::new(hmac::HMAC_SHA256, &secret))
            })
            .await
            .map_err(|error| AuthRefusal::Later(error.into()))?;
        let mut salt = hmac::sign(key, login.as_bytes()).as_ref().to_vec();
        salt.truncate(limits::SCRAM_SALT_OCTETS);
        Ok(salt)
    }
}

/// How long a ban lasts that follows `strikes - 1` others.
fn ban_length(limits: &FailureLimits, strikes: u32) -> Duration {
    let doubled = 1_u32.checked_shl(strikes.saturating_sub(1)).unwrap_or(u32::MAX);
    limits.first_ban.checked_mul(doubled).unwrap_or(limits.longest_ban).min(limits.longest_ban)
}
