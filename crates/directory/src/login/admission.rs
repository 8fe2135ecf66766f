//! Who is let in to try at all: what is looked at before a password and remembered after it.

use std::net::IpAddr;

use db::DbError;
use model::{OrganisationId, Timestamp};

use super::failures::Seen;
use super::hash::Priority;
use super::{AuthProtocol, rows};
use crate::entities::Ban;
use crate::error::{AuthRefusal, DirectoryError};
use crate::sources::active_subjects;
use crate::{Directory, limits};

/// Where a login stands when the limits are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing is proved yet, so that it takes no stranger's turn.
    Begins,
    /// A password or a proof is compared.
    Decides,
}

/// The outcome of looking at the limits before looking at the password.
pub(super) struct Admission {
    source: String,
    login: String,
    is_exempt: bool,
    /// No rule keeps the source out; strangers to a slowed login name are slowed from there too.
    is_spared: bool,
    protocol: &'static str,
    pub(super) priority: Priority,
}

impl Admission {
    /// The same, over a protocol of mail instead of the Manager.
    pub(super) fn over(mut self, protocol: AuthProtocol) -> Admission {
        self.protocol = protocol.as_str();
        self
    }
}

impl Directory {
    /// Until when nobody may log in from here; doors ask when a connection begins. A source with a
    /// recent good login is never refused as a whole: [`Directory::authenticate`] decides for each name.
    pub fn is_banned(&self, source: IpAddr) -> Option<Timestamp> {
        if self.is_spared(source) {
            return None;
        }
        let now = self.world.clock.now();
        self.login.failures.lock().closed_until(&source_subject(source), now)
    }

    /// Whether no rule keeps a source out: allowed for good, one of the installation's own, or loopback in the demo.
    pub(crate) fn is_spared(&self, source: IpAddr) -> bool {
        let canonical = source.to_canonical();
        self.login.is_exempt(source)
            || self.login.options.never_banned.iter().any(|network| network.contains(&canonical))
            || self.login.allowed.read().contains(&source_subject(source))
    }

    /// Takes over bans that other nodes or the command line made or lifted, and forgets what is long
    /// over. The program calls it at the start and then every few seconds.
    pub async fn maintain(&self) -> Result<(), DirectoryError> {
        let now = self.world.clock.now();
        let operator = self.db.operator("read the bans of the installation");
        let (bans, allowed) = operator
            .read(move |tx| Ok::<_, DbError>((rows::bans(tx, now)?, active_subjects(tx, now)?)))
            .await?;
        *self.login.allowed.write() = allowed.into_iter().collect();
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

    /// Looks at the bans before anything costs anything.
    pub(super) async fn admit(
        &self,
        source: IpAddr,
        login: &str,
        stage: Stage,
    ) -> Result<Admission, AuthRefusal> {
        let now = self.world.clock.now();
        let (is_exempt, is_spared) = (self.login.is_exempt(source), self.is_spared(source));
        let source = source_subject(source);
        let login = format!("login {login}");
        let mut admission = Admission {
            source,
            login,
            is_exempt,
            is_spared,
            protocol: "manager",
            priority: if is_exempt { Priority::Known } else { Priority::Stranger },
        };
        if is_exempt {
            return Ok(admission);
        }
        let (banned, slowed) = {
            let failures = self.login.failures.lock();
            (failures.banned_until(&admission.source, now), failures.banned_until(&admission.login, now))
        };
        let banned = banned.filter(|_| !is_spared);
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
    pub(super) async fn failed(&self, admission: &Admission, why: &'static str) -> AuthRefusal {
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
        let seen = Seen { protocol: admission.protocol, login: value(&admission.login) };
        let begun: Vec<Ban> = {
            let mut failures = self.login.failures.lock();
            let of_source = (!admission.is_spared)
                .then(|| failures.count_source(&admission.source, &seen, now))
                .flatten();
            [of_source, failures.count_login(&admission.login, &seen, now)].into_iter().flatten().collect()
        };
        self.keep_bans(begun, now).await;
        AuthRefusal::Wrong
    }

    /// Counts a failure that names no login, as of a token, and begins a ban where the limit is reached.
    pub(crate) async fn failed_source(&self, source: IpAddr, why: &'static str) {
        let subject = source_subject(source);
        tracing::info!(source = value(&subject), why, "a login failed");
        if self.is_spared(source) {
            return;
        }
        let now = self.world.clock.now();
        let seen = Seen { protocol: "api", login: "" };
        let begun = self.login.failures.lock().count_source(&subject, &seen, now);
        self.keep_bans(begun, now).await;
    }

    pub(crate) async fn keep_bans(&self, begun: impl IntoIterator<Item = Ban>, now: Timestamp) {
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
    pub(super) async fn succeeded(
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
                    rows::used(tx, organisation, usage, value(&source), now)?;
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
