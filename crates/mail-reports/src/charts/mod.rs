//! What the reports say, for charts: by day, by source, by reporter.

pub(crate) mod rows;
mod services;

use std::collections::HashMap;
use std::net::IpAddr;

use directory::Scope;
use model::{Domain, OrganisationId, Timestamp};
use serde::Serialize;

use crate::limits::{NAME_LIFETIME, NAMES_PATIENCE, NAMES_PER_PAGE, SOURCES_LIMIT};
use crate::{Reports, ReportsError};

/// Days of UTC, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// A moment of the first day.
    pub from: Timestamp,
    /// A moment of the last day.
    pub to: Timestamp,
}

impl Range {
    /// The last `days` days, today included.
    pub fn last_days(now: Timestamp, days: u32) -> Range {
        Range {
            from: Timestamp(now.0 - i64::from(days.saturating_sub(1)) * crate::DAY_MILLISECONDS),
            to: now,
        }
    }
}

/// Letters of one day, or of all days together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Letters {
    /// DMARC passed.
    pub passed: i64,
    /// It failed, and nothing was done.
    pub failed: i64,
    /// It failed, and the letters were treated as suspicious.
    pub quarantined: i64,
    /// It failed, and the letters were refused.
    pub rejected: i64,
}

/// A day of the DMARC chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmarcDay {
    /// Its first moment in UTC.
    pub day: Timestamp,
    /// Its letters.
    pub letters: Letters,
}

/// Somebody who reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporter {
    /// Its name.
    pub name: String,
    /// Its reports.
    pub reports: i64,
    /// Letters (or connections) that passed.
    pub good: i64,
    /// Those that did not.
    pub bad: i64,
}

/// A day of the TLS chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsDay {
    /// Its first moment in UTC.
    pub day: Timestamp,
    /// Connections that kept the policy.
    pub succeeded: i64,
    /// Others.
    pub failed: i64,
}

/// How connections failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsTrouble {
    /// RFC 8460 §4.3.
    pub failure: String,
    /// The server of ours that they went to.
    pub host: String,
    /// The policy: `sts`, `tlsa`, `no-policy-found`.
    pub policy: String,
    /// How many.
    pub sessions: i64,
}

/// What reports say of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// DMARC, by day; days without reports are left out.
    pub dmarc: Vec<DmarcDay>,
    /// Who reported about DMARC, the most letters first.
    pub reporters: Vec<Reporter>,
    /// TLS, by day.
    pub tls: Vec<TlsDay>,
    /// How connections failed, the most first.
    pub tls_troubles: Vec<TlsTrouble>,
    /// Who reported about TLS.
    pub tls_reporters: Vec<Reporter>,
    /// Letters that reports told of and no row was kept of: those of their smallest sources, and of broken rows.
    pub left_out: i64,
    /// Complaints about letters that were sent from here.
    pub complaints: i64,
}

impl Summary {
    /// All days together.
    pub fn letters(&self) -> Letters {
        self.dmarc.iter().fold(Letters::default(), |sum, day| Letters {
            passed: sum.passed + day.letters.passed,
            failed: sum.failed + day.letters.failed,
            quarantined: sum.quarantined + day.letters.quarantined,
            rejected: sum.rejected + day.letters.rejected,
        })
    }
}

/// Whose a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This installation.
    Ours,
    /// A service that sends for others; its name.
    Known(&'static str),
    /// Somebody.
    Unknown,
}

impl Owner {
    /// In a word, for tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Owner::Ours => "ours",
            Owner::Known(service) => service,
            Owner::Unknown => "unknown",
        }
    }
}

/// A server that sends in a domain's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address.
    pub address: String,
    /// Its name, confirmed by a look-up forth and back.
    pub name: Option<String>,
    /// Whose it is.
    pub owner: Owner,
    /// Its letters.
    pub letters: Letters,
    /// Letters whose aligned signature held.
    pub dkim_aligned: i64,
    /// Letters whose aligned envelope passed SPF.
    pub spf_aligned: i64,
}

impl Reports {
    /// What reports say of one of the organisation's domains.
    pub async fn summary(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
        range: Range,
    ) -> Result<Summary, ReportsError> {
        let domain = self.own(organisation, domain).await?;
        let summary = self
            .db
            .tenant(organisation)
            .read(move |tx| rows::summary(tx, organisation, &domain, range))
            .await?;
        Ok(summary)
    }

    /// Who sends in a domain's name, the most letters first. Names are looked up for a moment and remembered; what
    /// takes longer has a name the next time.
    pub async fn sources(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
        range: Range,
    ) -> Result<Vec<Source>, ReportsError> {
        let domain = self.own(organisation, domain).await?;
        let mut sources = self
            .db
            .tenant(organisation)
            .read(move |tx| rows::sources(tx, organisation, &domain, range, SOURCES_LIMIT))
            .await?;
        let names = self.names(sources.iter().map(|source| source.address.clone()).collect()).await?;
        for source in &mut sources {
            source.name = names.get(&source.address).cloned().flatten();
            source.owner = self.owner(&source.address, source.name.as_deref());
        }
        Ok(sources)
    }

    fn owner(&self, address: &str, name: Option<&str>) -> Owner {
        let is_own_address =
            address.parse::<IpAddr>().is_ok_and(|ip| self.settings.own_addresses.contains(&ip));
        match name {
            _ if is_own_address => Owner::Ours,
            Some(name) if name == self.settings.hostname.as_str() => Owner::Ours,
            Some(name) => services::known(name).map_or(Owner::Unknown, Owner::Known),
            None => Owner::Unknown,
        }
    }

    /// Names of addresses: remembered ones, and those that answer within a moment.
    async fn names(&self, addresses: Vec<String>) -> Result<HashMap<String, Option<String>>, ReportsError> {
        let since = self.world.clock.now().minus(NAME_LIFETIME);
        let asked = addresses.clone();
        let mut names = self
            .db
            .operator("read the names of servers, which belong to nobody here")
            .read(move |tx| rows::names(tx, &asked, since))
            .await?;
        let unknown: Vec<IpAddr> = addresses
            .iter()
            .filter(|address| !names.contains_key(*address))
            .filter_map(|address| address.parse().ok())
            .take(NAMES_PER_PAGE)
            .collect();
        if unknown.is_empty() {
            return Ok(names);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for ip in unknown {
            let resolver = self.world.names.clone();
            tasks.spawn(async move { (ip, trust::iprev(&resolver, ip).await) });
        }
        let mut found = Vec::new();
        let collect = async {
            while let Some(ended) = tasks.join_next().await {
                let Ok((ip, evidence)) = ended else { continue };
                match evidence.result {
                    trust::ReverseResult::Pass => found.push((ip.to_string(), Some(evidence.name))),
                    trust::ReverseResult::TempError => {}
                    trust::ReverseResult::Fail | trust::ReverseResult::PermError => {
                        found.push((ip.to_string(), None));
                    }
                }
            }
        };
        tokio::select! {
            () = collect => {}
            () = self.world.clock.sleep(NAMES_PATIENCE) => {}
        }
        names.extend(found.iter().cloned());
        let now = self.world.clock.now();
        self.db
            .operator("remember the names of servers")
            .write(move |tx| rows::remember_names(tx, &found, now))
            .await?;
        Ok(names)
    }

    /// The domain's name, if it is the organisation's.
    async fn own(&self, organisation: OrganisationId, domain: &Domain) -> Result<String, ReportsError> {
        let administration = self.directory.administration(Scope::Tenant(organisation), "relais");
        Ok(administration.domain_called(domain).await?.name.to_string())
    }
}
