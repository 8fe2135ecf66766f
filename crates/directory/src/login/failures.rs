//! How often a source or a login name failed: in memory, bounded; bans are kept in the database too.

use std::collections::HashMap;
use std::time::Duration;

use model::Timestamp;

use super::ban_length;
use crate::entities::Ban;
use crate::limits;
use crate::sources::{BanRule, Evidence, MassError};

/// How many failures lead to what.
#[derive(Clone, Debug)]
pub struct FailureLimits {
    /// Failures of one source within the window that ban it.
    pub per_source: u32,
    /// Failures of one login name within the window, from all strange sources together, that slow it.
    pub per_login: u32,
    /// How long a failure counts.
    pub window: Duration,
    /// Requests to the web doors that are answered 401 or 403, within the window, that ban a source.
    pub requests_per_source: u32,
    /// Recipients that do not exist, within the window, that ban a source: each that exists makes up for one.
    pub recipients_per_source: u32,
    /// The first ban; each further one is twice as long.
    pub first_ban: Duration,
    /// The longest ban, and how long after its last ban a subject has to behave to count as new.
    pub longest_ban: Duration,
    /// How far apart strangers are tried for a slowed login name.
    pub slowed_interval: Duration,
    /// How late failures of a known source are answered once they are many.
    pub known_source_delay: Duration,
}

impl Default for FailureLimits {
    fn default() -> Self {
        FailureLimits {
            per_source: 10,
            per_login: 30,
            requests_per_source: 100,
            recipients_per_source: 50,
            window: Duration::from_secs(10 * 60),
            first_ban: Duration::from_secs(15 * 60),
            longest_ban: Duration::from_secs(24 * 60 * 60),
            slowed_interval: Duration::from_secs(10),
            known_source_delay: Duration::from_secs(3),
        }
    }
}

#[derive(Clone)]
struct Entry {
    failures: u32,
    window_from: Timestamp,
    strikes: u32,
    banned_at: Timestamp,
    until: Timestamp,
    /// Somebody logs in from here: the connection itself is not refused.
    has_known_login: bool,
    /// The database has the row; when it is gone, somebody lifted the ban.
    is_kept: bool,
    /// When a stranger may next try a slowed login name.
    next_slot: Timestamp,
    last: Timestamp,
    /// What was counted in this window.
    evidence: Evidence,
}

impl Entry {
    fn new(now: Timestamp) -> Entry {
        Entry {
            failures: 0,
            window_from: now,
            strikes: 0,
            banned_at: Timestamp(i64::MIN),
            until: Timestamp(i64::MIN),
            has_known_login: false,
            is_kept: false,
            next_slot: now,
            last: now,
            evidence: Evidence::default(),
        }
    }

    /// Counts one failure, in a new window where the last is over.
    fn add(&mut self, seen: &Seen, window: Duration, now: Timestamp) {
        if now.since(self.window_from) >= window {
            (self.failures, self.window_from, self.evidence) = (0, now, Evidence::default());
        }
        self.failures = self.failures.saturating_add(1);
        self.evidence.add(seen.protocol, seen.login);
    }

    /// Begins a new window; gives what was counted in the last.
    fn close_window(&mut self, now: Timestamp) -> (u32, Evidence) {
        self.window_from = now;
        (std::mem::take(&mut self.failures), std::mem::take(&mut self.evidence))
    }
}

/// What is remembered of a failure.
pub(super) struct Seen<'a> {
    pub(super) protocol: &'a str,
    pub(super) login: &'a str,
}

/// What errors in mass are counted under.
fn errors_of(subject: &str, error: MassError) -> String {
    format!("{} {subject}", error.rule())
}

pub(super) struct Failures {
    limits: FailureLimits,
    entries: HashMap<String, Entry>,
    next_sweep: Timestamp,
}

impl Failures {
    pub(super) fn new(limits: FailureLimits) -> Failures {
        Failures { limits, entries: HashMap::new(), next_sweep: Timestamp(i64::MIN) }
    }

    pub(super) fn banned_until(&self, subject: &str, now: Timestamp) -> Option<Timestamp> {
        self.entries.get(subject).map(|entry| entry.until).filter(|until| *until > now)
    }

    /// Like [`Failures::banned_until`], unless somebody is known to log in from there.
    pub(super) fn closed_until(&self, subject: &str, now: Timestamp) -> Option<Timestamp> {
        let entry = self.entries.get(subject)?;
        (entry.until > now && !entry.has_known_login).then_some(entry.until)
    }

    pub(super) fn count_source(&mut self, subject: &str, seen: &Seen, now: Timestamp) -> Option<Ban> {
        self.count(subject, self.limits.per_source, seen, now)
    }

    pub(super) fn count_login(&mut self, subject: &str, seen: &Seen, now: Timestamp) -> Option<Ban> {
        self.count(subject, self.limits.per_login, seen, now)
    }

    /// Counts an error of a source that is banned in mass, apart from its failed logins.
    pub(super) fn count_error(
        &mut self,
        subject: &str,
        error: MassError,
        protocol: &str,
        now: Timestamp,
    ) -> Option<Ban> {
        let limit = match error {
            MassError::Request => self.limits.requests_per_source,
            MassError::Recipient => self.limits.recipients_per_source,
        };
        let window = self.limits.window;
        let entry = self.entry(&errors_of(subject, error), now);
        entry.add(&Seen { protocol, login: "" }, window, now);
        if entry.failures < limit {
            return None;
        }
        let (failures, evidence) = entry.close_window(now);
        let what = match error {
            MassError::Request => "refused requests",
            MassError::Recipient => "recipients that do not exist",
        };
        self.begin(subject, error.rule(), evidence, format!("{failures} {what}"), now)
    }

    /// What a source does right makes up for one error.
    pub(super) fn forgive_error(&mut self, subject: &str, error: MassError) {
        if let Some(entry) = self.entries.get_mut(&errors_of(subject, error)) {
            entry.failures = entry.failures.saturating_sub(1);
        }
    }

    /// Counts a failure of a known pair; whether it failed so often that it is answered late.
    pub(super) fn count_pair(&mut self, subject: &str, now: Timestamp) -> bool {
        let (window, limit) = (self.limits.window, self.limits.per_source);
        let entry = self.entry(subject, now);
        if now.since(entry.window_from) >= window {
            (entry.failures, entry.window_from) = (0, now);
        }
        entry.failures = entry.failures.saturating_add(1);
        entry.failures > limit
    }

    fn count(&mut self, subject: &str, limit: u32, seen: &Seen, now: Timestamp) -> Option<Ban> {
        let window = self.limits.window;
        let entry = self.entry(subject, now);
        entry.add(seen, window, now);
        if entry.failures < limit {
            return None;
        }
        if entry.until > now {
            return None;
        }
        let (failures, evidence) = entry.close_window(now);
        self.begin(subject, BanRule::Logins, evidence, format!("{failures} failed logins"), now)
    }

    /// Begins a ban, twice as long as the one before; `None` while one holds: tries that were on their way when it
    /// began do not make it longer.
    fn begin(
        &mut self,
        subject: &str,
        rule: BanRule,
        evidence: Evidence,
        what: String,
        now: Timestamp,
    ) -> Option<Ban> {
        let limits = self.limits.clone();
        let entry = self.entry(subject, now);
        if entry.until > now {
            return None;
        }
        if now.since(entry.until) >= limits.longest_ban {
            entry.strikes = 0;
        }
        entry.strikes = entry.strikes.saturating_add(1);
        entry.banned_at = now;
        entry.until = now.plus(ban_length(&limits, entry.strikes));
        entry.is_kept = false;
        // Until the database has been asked, the connection is not refused.
        entry.has_known_login = true;
        Some(Ban {
            subject: subject.to_owned(),
            from: now,
            until: entry.until,
            strikes: entry.strikes,
            reason: format!("{what} within {} minutes", limits.window.as_secs() / 60),
            rule,
            evidence,
        })
    }

    /// Lets one stranger try a slowed login name, or says when the next may.
    pub(super) fn take_slot(&mut self, subject: &str, now: Timestamp) -> Result<(), Timestamp> {
        let interval = self.limits.slowed_interval;
        let Some(entry) = self.entries.get_mut(subject).filter(|entry| entry.until > now) else {
            return Ok(());
        };
        if entry.next_slot > now {
            return Err(entry.next_slot);
        }
        entry.next_slot = now.plus(interval);
        Ok(())
    }

    pub(super) fn kept(&mut self, subject: &str, has_known_login: bool) {
        if let Some(entry) = self.entries.get_mut(subject) {
            entry.is_kept = true;
            entry.has_known_login = has_known_login;
        }
    }

    /// Ends a ban whose row is gone; not one that was never written.
    pub(super) fn lift(&mut self, subject: &str) -> bool {
        match self.entries.get(subject) {
            Some(entry) if entry.is_kept => self.entries.remove(subject).is_some(),
            _ => false,
        }
    }

    /// Makes the bans in memory those of the database (`bool`: somebody is known to log in from there).
    pub(super) fn take_over(&mut self, bans: &[(Ban, bool)], now: Timestamp) {
        let rows: HashMap<&str, &(Ban, bool)> =
            bans.iter().map(|row| (row.0.subject.as_str(), row)).collect();
        self.entries.retain(|subject, entry| {
            !(entry.is_kept && entry.until > now && !rows.contains_key(subject.as_str()))
        });
        for (ban, has_known_login) in bans {
            let entry = self.entry(&ban.subject, ban.from);
            if ban.until >= entry.until {
                entry.banned_at = ban.from;
                entry.until = ban.until;
                entry.strikes = ban.strikes;
                entry.is_kept = true;
                entry.has_known_login = *has_known_login;
            }
        }
    }

    /// Whether it is time to forget what is over, here (done at once) and in the database.
    pub(super) fn is_sweep_due(&mut self, now: Timestamp) -> bool {
        if now < self.next_sweep {
            return false;
        }
        self.next_sweep = now.plus(self.limits.window);
        let FailureLimits { window, longest_ban, .. } = self.limits.clone();
        self.entries.retain(|_, entry| {
            now.since(entry.last) < window || now.since(entry.until) < longest_ban || entry.until > now
        });
        true
    }

    fn entry(&mut self, subject: &str, now: Timestamp) -> &mut Entry {
        if self.entries.len() >= limits::FAILURE_SUBJECTS_LIMIT && !self.entries.contains_key(subject) {
            // A few of the many, in the map's own random order: the one that failed longest ago goes, and
            // a banned one only if all are.
            let oldest = self
                .entries
                .iter()
                .take(16)
                .min_by_key(|(_, entry)| (entry.until > now, entry.last))
                .map(|(subject, _)| subject.clone());
            if let Some(oldest) = oldest {
                self.entries.remove(&oldest);
            }
        }
        let entry = self.entries.entry(subject.to_owned()).or_insert_with(|| Entry::new(now));
        entry.last = entry.last.max(now);
        entry
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests;
