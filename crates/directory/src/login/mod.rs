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

mod failures;
mod hash;
mod rows;
mod scram;
mod secret;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use aws_lc_rs::hmac;
use db::DbError;
use model::{AccountRef, Address, CredentialId, OrganisationId, Timestamp, UserId};
use parking_lot::Mutex;
use tokio::sync::OnceCell;
use world::World;
use zeroize::Zeroizing;

use crate::entities::{Ban, Role};
use crate::error::{AuthRefusal, DirectoryError};
use crate::rows::{address_key, localpart_key};
use crate::{Directory, limits};
use failures::Failures;
use hash::{Hasher, Priority};
use rows::{Candidate, Credential};

pub use failures::FailureLimits;
pub(crate) use hash::{NewHash, check_chosen, prepare};
pub use scram::ScramExchange;
pub(crate) use secret::{device_password, random_characters, selector_of};

/// What a password is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthProtocol {
    /// Submission.
    Smtp,
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// ManageSieve.
    Sieve,
    /// JMAP.
    Jmap,
}

impl AuthProtocol {
    pub(crate) const EACH: [AuthProtocol; 5] =
        [AuthProtocol::Smtp, AuthProtocol::Imap, AuthProtocol::Pop3, AuthProtocol::Sieve, AuthProtocol::Jmap];

    /// The word that commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthProtocol::Smtp => "smtp",
            AuthProtocol::Imap => "imap",
            AuthProtocol::Pop3 => "pop3",
            AuthProtocol::Sieve => "sieve",
            AuthProtocol::Jmap => "jmap",
        }
    }

    pub(crate) fn bit(self) -> u32 {
        match self {
            AuthProtocol::Smtp => 1,
            AuthProtocol::Imap => 2,
            AuthProtocol::Pop3 => 4,
            AuthProtocol::Sieve => 8,
            AuthProtocol::Jmap => 16,
        }
    }
}

impl fmt::Display for AuthProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AuthProtocol {
    type Err = String;

    fn from_str(text: &str) -> Result<AuthProtocol, String> {
        AuthProtocol::EACH
            .into_iter()
            .find(|protocol| protocol.as_str() == text.trim())
            .ok_or_else(|| format!("«{text}» is no protocol: smtp, imap, pop3, sieve or jmap"))
    }
}

/// A login with a password in clear: AUTH PLAIN, AUTH LOGIN, IMAP's LOGIN, POP3's PASS.
#[derive(Clone)]
pub struct Attempt {
    /// The address.
    pub login: String,
    /// Whom to act as (RFC 4616's authzid): empty, or the login itself.
    pub authorise_as: String,
    /// The password as it arrived.
    pub password: Zeroizing<String>,
    /// What for.
    pub protocol: AuthProtocol,
    /// From where.
    pub source: IpAddr,
}

/// The message of SASL PLAIN, decoded from base64.
#[derive(Clone)]
pub struct PlainMessage {
    /// Whom to act as; often empty.
    pub authorise_as: String,
    /// The login.
    pub login: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// The bytes are no message of SASL PLAIN (RFC 4616 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PLAIN message has three parts of UTF-8 with NUL between them (RFC 4616 §2)")]
pub struct MalformedPlain;

impl PlainMessage {
    /// Parses `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
    pub fn parse(message: &[u8]) -> Result<PlainMessage, MalformedPlain> {
        if message.len() > limits::SASL_MESSAGE_LIMIT_OCTETS {
            return Err(MalformedPlain);
        }
        let text = std::str::from_utf8(message).map_err(|_| MalformedPlain)?;
        let mut parts = text.split('\0');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(authorise_as), Some(login), Some(password), None)
                if !login.is_empty() && !password.is_empty() =>
            {
                Ok(PlainMessage {
                    authorise_as: authorise_as.to_owned(),
                    login: login.to_owned(),
                    password: Zeroizing::new(password.to_owned()),
                })
            }
            _ => Err(MalformedPlain),
        }
    }
}

/// Who logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// The account that the login opens.
    pub account: AccountRef,
    /// Its address.
    pub address: Address,
    /// The login as the peer wrote it.
    pub login: String,
    /// Which of the address's passwords.
    pub credential: CredentialId,
    /// How much the account may hold; `None` without a limit.
    pub quota_bytes: Option<u64>,
}

/// Which person signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The organisation within which the person may act.
    pub organisation: OrganisationId,
    /// What the person may do.
    pub role: Role,
    /// The login, in lower case.
    pub login: String,
}

/// How strict logging in is.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Loopback is neither slowed nor banned: for the demo.
    pub exempt_loopback: bool,
    /// How many failures lead to what.
    pub failures: FailureLimits,
}

/// What logging in needs to remember.
pub(crate) struct Login {
    options: Options,
    pub(crate) hasher: Hasher,
    failures: Mutex<Failures>,
    /// Keyed digests of verified passwords, and when they were verified.
    verified: moka::sync::Cache<[u8; 32], Timestamp>,
    verified_key: hmac::Key,
    /// (login, source) of good logins, and when that was last written.
    known: moka::sync::Cache<(String, String), Timestamp>,
    /// What makes the salts of unknown names repeatable.
    server_secret: OnceCell<hmac::Key>,
}

/// Where a login stands when the limits are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is proved yet, so that it takes no stranger's turn.
    Begins,
    /// A password or a proof is compared.
    Decides,
}

/// The outcome of looking at the limits before looking at the password.
struct Admission {
    source: String,
    login: String,
    is_exempt: bool,
    priority: Priority,
}

impl Login {
    pub(crate) fn new(world: &World, options: Options) -> Login {
        let mut key = Zeroizing::new([0; 32]);
        world.random.fill(&mut key[..]);
        Login {
            failures: Mutex::new(Failures::new(options.failures.clone())),
            options,
            hasher: Hasher::start(),
            verified: moka::sync::Cache::new(limits::VERIFIED_LIMIT),
            verified_key: hmac::Key::new(hmac::HMAC_SHA256, &key[..]),
            known: moka::sync::Cache::new(limits::KNOWN_SOURCES_LIMIT),
            server_secret: OnceCell::new(),
        }
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
        let admission = self.admit(attempt.source, &name.key, Stage::Decides).await?;
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
        let name = LoginName::parse(&first.login);
        let admission = self.admit(source, &name.key, Stage::Begins).await?;
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
        let admission = self.admit(exchange.source, &name.key, Stage::Decides).await?;
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

    /// Checks a user's password, for the screens of administration.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        source: IpAddr,
    ) -> Result<SignedIn, AuthRefusal> {
        let key = LoginName::parse(login).key;
        let admission = self.admit(source, &format!("user {key}"), Stage::Decides).await?;
        let operator = self.db.operator("find whose a sign-in is");
        let by_login = key.clone();
        let person = operator
            .read(move |tx| rows::person(tx, &by_login))
            .await
            .map_err(|error: DbError| AuthRefusal::Later(error.into()))?;
        let is_short = password.len() <= limits::PASSWORD_LIMIT_OCTETS;
        let password = prepare(if is_short { password } else { "" });
        let now = self.world.clock.now();
        let digest = person
            .as_ref()
            .map(|person| self.login.digest(b"person", person.user.0, person.version, &password));
        let is_remembered = digest.is_some_and(|digest| self.login.was_verified(&digest, now));
        if !is_remembered {
            let hash = person.as_ref().map(|person| person.argon2.clone());
            if !self.login.hasher.verify(admission.priority, hash, &password).await? {
                return Err(self.failed(&admission, "wrong password").await);
            }
        }
        let person = person.ok_or(AuthRefusal::Wrong)?;
        if let Some(digest) = digest {
            self.login.verified.insert(digest, now);
        }
        if person.is_disabled {
            return Err(AuthRefusal::Disabled);
        }
        self.succeeded(&admission, rows::Use::Person(person.user), person.organisation, person.last_used_at)
            .await;
        Ok(SignedIn { user: person.user, organisation: person.organisation, role: person.role, login: key })
    }

    /// Until when nobody may log in from here; doors ask when a connection begins. A source with a
    /// recent good login is never refused as a whole: [`Directory::authenticate`] decides for each name.
    pub fn is_banned(&self, source: IpAddr) -> Option<Timestamp> {
        if self.login.is_exempt(source) {
            return None;
        }
        let now = self.world.clock.now();
        self.login.failures.lock().closed_until(&source_subject(source), now)
    }

    /// Takes over bans that other nodes or the command line made or lifted, and forgets what is long
    /// over. The program calls it at the start and then every few seconds.
    pub async fn maintain(&self) -> Result<(), DirectoryError> {
        let now = self.world.clock.now();
        let operator = self.db.operator("read the bans of the installation");
        let bans = operator.read(move |tx| rows::bans(tx, now)).await?;
        let is_sweep_due = {
            let mut failures = self.login.failures.lock();
            failures.take_over(&bans, now);
            failures.is_sweep_due(now)
        };
        if is_sweep_due {
            let longest = self.login.options.failures.longest_ban;
            operator.write(move |tx| rows::forget_old(tx, now, longest)).await?;
        }
        Ok(())
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

    /// Looks at the bans before anything costs anything.
    async fn admit(&self, source: IpAddr, login: &str, stage: Stage) -> Result<Admission, AuthRefusal> {
        let now = self.world.clock.now();
        let is_exempt = self.login.is_exempt(source);
        let source = source_subject(source);
        let login = format!("login {login}");
        let mut admission = Admission {
            source,
            login,
            is_exempt,
            priority: if is_exempt { Priority::Known } else { Priority::Stranger },
        };
        if is_exempt {
            return Ok(admission);
        }
        let (banned, slowed) = {
            let failures = self.login.failures.lock();
            (failures.banned_until(&admission.source, now), failures.banned_until(&admission.login, now))
        };
        if banned.is_none() && slowed.is_none() {
            if self.login.hasher.is_crowded() && self.is_known(&admission, now).await? {
                admission.priority = Priority::Known;
            }
            return Ok(admission);
        }
        if self.is_known(&admission, now).await? {
            admission.priority = Priority::Known;
            return Ok(admission);
        }
        if let Some(until) = banned {
            // The command line may have lifted it a moment ago.
            let subject = admission.source.clone();
            let operator = self.db.operator("see whether a ban was lifted");
            let holds: Result<bool, DbError> =
                operator.read(move |tx| rows::ban_holds(tx, &subject, now)).await;
            if holds.unwrap_or(true) || !self.login.failures.lock().lift(&admission.source) {
                return Err(AuthRefusal::Banned { until });
            }
        }
        if stage == Stage::Decides {
            let slot = self.login.failures.lock().take_slot(&admission.login, now);
            slot.map_err(|until| AuthRefusal::Banned { until })?;
        }
        Ok(admission)
    }

    /// Whether this login succeeded from this source within [`limits::KNOWN_SOURCE_FOR`].
    async fn is_known(&self, admission: &Admission, now: Timestamp) -> Result<bool, AuthRefusal> {
        let key = (admission.login.clone(), admission.source.clone());
        let recent = now.minus(limits::KNOWN_SOURCE_FOR);
        if let Some(at) = self.login.known.get(&key) {
            return Ok(at >= recent);
        }
        let (login, source) = key.clone();
        let operator = self.db.operator("see whether a login succeeded from here before");
        let last: Option<Timestamp> = operator
            .read(move |tx| rows::known_since(tx, &login, &source))
            .await
            .map_err(|error: DbError| AuthRefusal::Later(error.into()))?;
        if let Some(at) = last {
            self.login.known.insert(key, at);
        }
        Ok(last.is_some_and(|at| at >= recent))
    }

    /// Counts a failure, begins a ban where the limit is reached, and gives the refusal.
    async fn failed(&self, admission: &Admission, why: &'static str) -> AuthRefusal {
        tracing::info!(
            source = value(&admission.source),
            login = value(&admission.login),
            why,
            "a login failed"
        );
        if admission.is_exempt {
            return AuthRefusal::Wrong;
        }
        let now = self.world.clock.now();
        if self.is_known(admission, now).await.unwrap_or(false) {
            let pair = format!("pair {} {}", admission.source, admission.login);
            let is_often = self.login.failures.lock().count_pair(&pair, now);
            if is_often {
                self.world.clock.sleep(self.login.options.failures.known_source_delay).await;
            }
            return AuthRefusal::Wrong;
        }
        let begun: Vec<Ban> = {
            let mut failures = self.login.failures.lock();
            [failures.count_source(&admission.source, now), failures.count_login(&admission.login, now)]
                .into_iter()
                .flatten()
                .collect()
        };
        self.keep_bans(begun, now).await;
        AuthRefusal::Wrong
    }

    /// Counts a failure that names no login, as of a token, and begins a ban where the limit is reached.
    pub(crate) async fn failed_source(&self, source: IpAddr, why: &'static str) {
        let subject = source_subject(source);
        tracing::info!(source = value(&subject), why, "a login failed");
        if self.login.is_exempt(source) {
            return;
        }
        let now = self.world.clock.now();
        let begun = self.login.failures.lock().count_source(&subject, now);
        self.keep_bans(begun, now).await;
    }

    async fn keep_bans(&self, begun: impl IntoIterator<Item = Ban>, now: Timestamp) {
        for ban in begun {
            tracing::warn!(subject = %ban.subject, until = %ban.until.rfc3339(), strikes = ban.strikes, "too many failures");
            let subject = ban.subject.clone();
            let operator = self.db.operator("keep a ban over a restart");
            let kept: Result<bool, DbError> = operator
                .write(move |tx| {
                    rows::keep_ban(tx, &ban)?;
                    rows::has_known_login(tx, &ban.subject, now.minus(limits::KNOWN_SOURCE_FOR))
                })
                .await;
            match kept {
                Ok(has_known_login) => self.login.failures.lock().kept(&subject, has_known_login),
                Err(error) => {
                    tracing::error!(error = %model::Chain(&error), subject, "a ban cannot be kept over a restart")
                }
            }
        }
    }

    /// Remembers when and from where, seldom enough to cost nothing. A login does not fail because this
    /// cannot be written.
    async fn succeeded(
        &self,
        admission: &Admission,
        usage: rows::Use,
        organisation: OrganisationId,
        last_used_at: Option<Timestamp>,
    ) {
        let now = self.world.clock.now();
        let is_use_due = last_used_at.is_none_or(|at| now.since(at) >= limits::LAST_USED_EVERY);
        let key = (admission.login.clone(), admission.source.clone());
        let is_source_due =
            self.login.known.get(&key).is_none_or(|at| now.since(at) >= limits::KNOWN_SOURCE_EVERY);
        if !is_use_due && !is_source_due {
            return;
        }
        let (login, source) = key.clone();
        let written: Result<(), DbError> = self
            .db
            .tenant(organisation)
            .write(move |tx| {
                if is_use_due {
                    rows::used(tx, organisation, usage, now)?;
                }
                if is_source_due {
                    rows::know_source(tx, &login, &source, now)?;
                }
                Ok(())
            })
            .await;
        match written {
            Ok(()) => self.login.known.insert(key, now),
            Err(error) => {
                tracing::warn!(error = %model::Chain(&error), "cannot write when a password was last used")
            }
        }
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

/// A subject without the word for its kind.
fn value(subject: &str) -> &str {
    subject.split_once(' ').map_or(subject, |(_, value)| value)
}

/// What failures of a source are counted under: an IPv4 address, or the /64 that one customer has.
pub(crate) fn source_subject(source: IpAddr) -> String {
    match source.to_canonical() {
        IpAddr::V4(ip) => format!("source {ip}"),
        IpAddr::V6(ip) => {
            let network = std::net::Ipv6Addr::from(u128::from(ip) & !u128::from(u64::MAX));
            format!("source {network}/64")
        }
    }
}

/// How long a ban lasts that follows `strikes - 1` others.
fn ban_length(limits: &FailureLimits, strikes: u32) -> Duration {
    let doubled = 1_u32.checked_shl(strikes.saturating_sub(1)).unwrap_or(u32::MAX);
    limits.first_ban.checked_mul(doubled).unwrap_or(limits.longest_ban).min(limits.longest_ban)
}
