//! MTA-STS (RFC 8461): which servers a domain's mail may go to, and that their certificates must be valid. A
//! policy, once seen, stays in force for as long as it says, whatever becomes of DNS and of the web server.

mod rows;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use db::{Db, DbError};
use model::{Domain, Timestamp};
use parking_lot::Mutex;
pub use rows::MIGRATIONS;
use wire_trust::mta_sts::{Mode, Policy, Record};
use world::{FetchError, LookupError, World};

use crate::TlsFailure;
use crate::limits::{STS_FAILURE_INTERVAL, STS_FAILURES_KEPT};

const PATH: &str = "/.well-known/mta-sts.txt";

/// The policies of other domains.
#[derive(Clone)]
pub struct MtaSts {
    db: Db,
    world: World,
    failures: Arc<Mutex<HashMap<Domain, Failure>>>,
}

/// A fetch that failed; it is not tried again at once (RFC 8461 §3.3: at most every five minutes).
#[derive(Clone, Debug)]
struct Failure {
    at: Timestamp,
    id: String,
    what: Trouble,
}

/// Why there is no fresh policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The word for reports.
    pub failure: TlsFailure,
    /// What happened.
    pub why: String,
}

/// What holds for a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The policy in force; its mode is `enforce` or `testing`.
    pub policy: Option<Policy>,
    /// Why it is not fresh, or not there at all.
    pub trouble: Option<Trouble>,
}

/// A policy as we keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The id of the TXT record at the time.
    pub id: String,
    /// The file.
    pub policy: Policy,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

impl Kept {
    fn expires_at(&self) -> Timestamp {
        self.fetched_at.plus(Duration::from_secs(self.policy.max_age_seconds.into()))
    }

    /// Whether it should be fetched anew although its id is the same: halfway to its end (RFC 8461 §3.3).
    fn is_ageing(&self, now: Timestamp) -> bool {
        now.since(self.fetched_at) >= Duration::from_secs(u64::from(self.policy.max_age_seconds) / 2)
    }
}

impl MtaSts {
    /// Policies kept in `db`.
    pub fn new(db: Db, world: World) -> MtaSts {
        MtaSts { db, world, failures: Arc::default() }
    }

    /// What we keep for `domain`, in force or not; nobody is asked.
    pub async fn kept(&self, domain: &Domain) -> Result<Option<Kept>, DbError> {
        let domain = domain.clone();
        self.db.operator("MTA-STS policies of other domains").read(move |tx| rows::find(tx, &domain)).await
    }

    /// What holds for mail to `domain` now. DNS is asked, and the web server if the policy is new.
    pub async fn find(&self, domain: &Domain) -> Result<Found, DbError> {
        let now = self.world.clock.now();
        let kept = self.kept(domain).await?.filter(|kept| kept.expires_at() > now);
        let announced = self.announced(domain).await;
        let id = match (&announced, &kept) {
            (Ok(Some(id)), Some(kept)) if kept.id == *id && !kept.is_ageing(now) => {
                return Ok(in_force(Some(kept.clone()), None));
            }
            (Ok(Some(id)), _) => id.clone(),
            // RFC 8461 §3.1: no record, no new policy; what is kept remains until its end.
            (Ok(None) | Err(_), _) => return Ok(in_force(kept, None)),
        };
        if let Some(trouble) = self.failed_lately(domain, &id, now) {
            return Ok(in_force(kept, Some(trouble)));
        }
        match fetch(&self.world, domain).await {
            Ok(policy) => {
                self.failures.lock().remove(domain);
                let fresh = Kept { id, policy, fetched_at: now };
                self.keep(domain, &fresh).await?;
                Ok(in_force(Some(fresh), None))
            }
            Err(what) => {
                tracing::info!(%domain, failure = %what.failure, why = what.why, "an MTA-STS policy cannot be had");
                self.remember(domain, Failure { at: now, id, what: what.clone() });
                Ok(in_force(kept, Some(what)))
            }
        }
    }

    /// The id in the TXT record, if there is exactly one record (RFC 8461 §3.1).
    async fn announced(&self, domain: &Domain) -> Result<Option<String>, LookupError> {
        let texts = match self.world.names.texts(&format!("_mta-sts.{domain}")).await {
            Err(error) if error.is_void() => return Ok(None),
            texts => texts?,
        };
        let mut meant = texts.iter().filter(|text| Record::is_meant(text));
        Ok(match (meant.next(), meant.next()) {
            (Some(text), None) => std::str::from_utf8(text)
                .ok()
                .and_then(|text| Record::parse(text).ok())
                .map(|record| record.id),
            _ => None,
        })
    }

    async fn keep(&self, domain: &Domain, kept: &Kept) -> Result<(), DbError> {
        let (domain, kept) = (domain.clone(), kept.clone());
        self.db
            .operator("MTA-STS policies of other domains")
            .write(move |tx| rows::put(tx, &domain, &kept))
            .await
    }

    fn failed_lately(&self, domain: &Domain, id: &str, now: Timestamp) -> Option<Trouble> {
        let failures = self.failures.lock();
        let failure = failures.get(domain)?;
        (failure.id == id && now.since(failure.at) < STS_FAILURE_INTERVAL).then(|| failure.what.clone())
    }

    fn remember(&self, domain: &Domain, failure: Failure) {
        let mut failures = self.failures.lock();
        if failures.len() >= STS_FAILURES_KEPT {
            failures.retain(|_, old| failure.at.since(old.at) < STS_FAILURE_INTERVAL);
        }
        if failures.len() < STS_FAILURES_KEPT {
            failures.insert(domain.clone(), failure);
        }
    }
}

/// Fetches the policy that `domain` shows now (RFC 8461 §3.3), whatever is kept.
pub async fn fetch(world: &World, domain: &Domain) -> Result<Policy, Trouble> {
    let trouble = |failure, why: String| Trouble { failure, why };
    let host = Domain::parse(&format!("mta-sts.{domain}"))
        .map_err(|error| trouble(TlsFailure::StsPolicyFetchError, error.to_string()))?;
    let file = world.fetch(&host, PATH).await.map_err(|error| {
        let failure = match error {
            FetchError::Certificate { .. } => TlsFailure::StsWebpkiInvalid,
            _ => TlsFailure::StsPolicyFetchError,
        };
        trouble(failure, error.to_string())
    })?;
    let text = String::from_utf8(file)
        .map_err(|_| trouble(TlsFailure::StsPolicyInvalid, "the policy is not UTF-8".to_owned()))?;
    Policy::parse(&text).map_err(|fault| trouble(TlsFailure::StsPolicyInvalid, fault.to_string()))
}

/// Forgets policies whose time is over; for the chores.
pub async fn forget_expired(db: &Db, now: Timestamp) -> Result<u64, DbError> {
    db.operator("MTA-STS policies of other domains").write(move |tx| rows::forget_expired(tx, now)).await
}

fn in_force(kept: Option<Kept>, trouble: Option<Trouble>) -> Found {
    Found { policy: kept.map(|kept| kept.policy).filter(|policy| policy.mode != Mode::None), trouble }
}

#[cfg(test)]
mod tests;
