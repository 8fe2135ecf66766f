//! What the world may think of our domains, from what we saw ourselves.
//!
//! Every hosted domain has a row for each day with what was seen of it: letters sent, refusals as spam,
//! recipients that do not exist, complaints, failed authentication, hits of traps, the busiest hour. [`score()`]
//! turns the last [`limits::WINDOW_DAYS`] days into 0 to 100 points, older days counting less, and says which
//! [`Factor`] took how many away.
//!
//! The same count keeps what others' domains sent us ([`Sender`]), as evidence about their next letters.
//!
//! Nothing of this is written while letters travel. [`Reputation::update`] counts the trail from where it stopped,
//! an hour at most in one commit that also moves the cursor, so that each event counts once on several nodes and
//! over crashes. What stands in reports (complaints, failed authentication) is added with [`note`] in the commit
//! that keeps the report.

pub mod limits;
mod rows;
mod score;
mod sender;
mod words;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use db::{Db, DbError};
use directory::{Directory, DirectoryError, Scope};
use model::{Address, Domain, MessageId, OrganisationId, Timestamp};
use thiserror::Error;
use tracing::info;
use trail::{Event, Search, Step, Trail};
use world::World;

use sender::Strangers;

pub use rows::{MIGRATIONS, note};
pub use score::{Cause, Counts, Factor, Score, score};
pub use sender::Sender;
pub use words::{TOOLS, Tool, Words, advice, consequence, explanation};

/// Something that speaks against a domain and does not stand in the trail, or not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Recipients complained about so many letters.
    Complaints(u64),
    /// So many letters of our own sources failed at others.
    AuthenticationFailures(u64),
    /// A letter went to a trap.
    TrapHit,
}

/// A domain's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its first moment in UTC.
    pub day: Timestamp,
    /// What was seen.
    pub counts: Counts,
    /// The score at its end, or now for today; `None` if it was not computed.
    pub score: Option<Score>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ReputationError {
    /// Trouble with the database.
    #[error("cannot read or write reputation")]
    Db(#[from] DbError),
    /// The domain is not the organisation's, or the directory does not answer.
    #[error("cannot find the domain")]
    Directory(#[from] DirectoryError),
}

/// The reputation of hosted domains; cheap to clone.
#[derive(Clone)]
pub struct Reputation {
    db: Db,
    world: World,
    directory: Directory,
    trail: Trail,
    /// In lower case.
    traps: Arc<HashSet<String>>,
}

pub(crate) const DAY_MILLISECONDS: i64 = 86_400_000;
const HOUR_MILLISECONDS: i64 = 3_600_000;

/// What a stretch of the trail holds of one domain.
#[derive(Default)]
struct Seen {
    days: BTreeMap<Timestamp, Counts>,
    hours: BTreeMap<Timestamp, i64>,
}

impl Reputation {
    /// The reputation kept in this database.
    pub fn new(db: Db, world: World, directory: Directory) -> Reputation {
        let trail = Trail::new(db.clone());
        Reputation { db, world, directory, trail, traps: Arc::default() }
    }

    /// The same, which knows addresses that nobody writes to but those who guess or buy lists. A letter that one of our
    /// users sends there speaks against his domain.
    pub fn with_traps(self, traps: &[Address]) -> Reputation {
        let traps = traps.iter().map(|trap| trap.to_string().to_lowercase()).collect();
        Reputation { traps: Arc::new(traps), ..self }
    }

    /// Counts what the trail has gained since the last time and computes today's scores. To be called every hour or
    /// more often, on any node; what another node counts meanwhile is left to it.
    pub async fn update(&self) -> Result<(), ReputationError> {
        let now = self.world.clock.now();
        let until = now.minus(limits::LAG);
        loop {
            let cursor = self.db.operator("see how far the trail is counted").read(rows::cursor).await?;
            let earliest = now.minus(limits::FIRST_REACH);
            let from = cursor.map_or(earliest, |cursor| cursor.max(earliest));
            let to = from.plus(limits::STRETCH).min(until);
            if to <= from {
                break;
            }
            if !self.count(cursor, from, to).await? {
                return Ok(());
            }
        }
        self.compute(now).await
    }

    /// Counts a stretch; false if another node has.
    async fn count(
        &self,
        cursor: Option<Timestamp>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<bool, ReputationError> {
        let owners = self.owners().await?;
        let mut seen: BTreeMap<(OrganisationId, String), Seen> = BTreeMap::new();
        let mut submitted: HashSet<MessageId> = HashSet::new();
        let mut bounced: Vec<(OrganisationId, String, Event)> = Vec::new();
        let mut strangers = Strangers::default();
        self.trail
            .for_each(&["accepted", "queued", "bounced", "judged", "refused"], from, to, |event| {
                strangers.see(&event);
                if let Some((organisation, domain)) = self.trapped(&event, &owners, &submitted) {
                    let seen = seen.entry((organisation, domain)).or_default();
                    seen.days.entry(start_of(event.at, DAY_MILLISECONDS)).or_default().trap_hits += 1;
                }
                let Some((organisation, domain)) = owner_of(&event, &owners) else { return };
                match (&event.step, event.message) {
                    (Step::Accepted { login: Some(_), .. }, Some(message))
                        if submitted.len() < limits::MESSAGES_REMEMBERED =>
                    {
                        submitted.insert(message);
                    }
                    // Both stand in the commit that accepts the letter, and so have one moment.
                    (Step::Queued { route }, Some(message))
                        if submitted.contains(&message) && !route.starts_with("mailbox ") =>
                    {
                        let seen = seen.entry((organisation, domain)).or_default();
                        seen.days.entry(start_of(event.at, DAY_MILLISECONDS)).or_default().sent += 1;
                        *seen.hours.entry(start_of(event.at, HOUR_MILLISECONDS)).or_default() += 1;
                    }
                    (Step::Bounced { .. }, Some(_)) if bounced.len() < limits::BOUNCES_LOOKED_UP => {
                        bounced.push((organisation, domain, event));
                    }
                    _ => {}
                }
            })
            .await?;
        let mut known: HashMap<MessageId, bool> =
            submitted.into_iter().map(|message| (message, true)).collect();
        for (organisation, domain, event) in bounced {
            let Some(message) = event.message else { continue };
            if !self.was_submitted(organisation, message, &mut known).await? {
                continue;
            }
            let Step::Bounced { reply } = &event.step else { continue };
            let subject = reply.enhanced().map(|code| (code.subject, code.detail));
            let counts = seen.entry((organisation, domain)).or_default();
            let counts = counts.days.entry(start_of(event.at, DAY_MILLISECONDS)).or_default();
            match (subject, reply.code()) {
                // RFC 3463 §3.8: security or policy.
                (Some((7, _)), _) => counts.policy_bounces += 1,
                // RFC 3463 §3.2: bad destination mailbox, or domain; a 550 of somebody without enhanced codes.
                (Some((1, 1 | 2 | 10)), _) | (None, 550) => counts.unknown_bounces += 1,
                // Servers without enhanced codes refuse spam with 554.
                (None, 554) => counts.policy_bounces += 1,
                _ => {}
            }
        }
        let moved = self
            .db
            .operator("count what the trail says of the domains of every organisation")
            .write(move |tx| {
                if !rows::move_cursor(tx, cursor, to)? {
                    return Ok::<_, DbError>(false);
                }
                for ((domain, day), letters) in &strangers.days {
                    rows::add_letters(tx, domain, *day, *letters)?;
                }
                for ((organisation, domain), seen) in &seen {
                    let mut days = seen.days.clone();
                    for (hour, sent) in &seen.hours {
                        let total = rows::add_hour(tx, *organisation, domain, *hour, *sent)?;
                        let counts = days.entry(start_of(*hour, DAY_MILLISECONDS)).or_default();
                        counts.busiest_hour = counts.busiest_hour.max(total);
                    }
                    for (day, counts) in &days {
                        rows::add(tx, *organisation, domain, *day, counts)?;
                    }
                }
                Ok(true)
            })
            .await?;
        Ok(moved)
    }

    /// The hosted domain whose user wrote to a trap. The trap may be another organisation's, in whose log it stands then.
    fn trapped(
        &self,
        event: &Event,
        owners: &HashMap<String, OrganisationId>,
        submitted: &HashSet<MessageId>,
    ) -> Option<(OrganisationId, String)> {
        let Step::Queued { .. } = &event.step else { return None };
        if self.traps.is_empty() || !submitted.contains(&event.message?) {
            return None;
        }
        if !self.traps.contains(&event.recipient.as_ref()?.to_lowercase()) {
            return None;
        }
        let (organisation, domain) = named_in(event, owners)?;
        // The trap's name is nobody's business but the operator's.
        info!(sender = event.sender, trap = event.recipient, "a user wrote to a trap");
        Some((organisation, domain))
    }

    /// Whether one of our users submitted the message: others may have written the domain's name.
    async fn was_submitted(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        known: &mut HashMap<MessageId, bool>,
    ) -> Result<bool, DbError> {
        if let Some(known) = known.get(&message) {
            return Ok(*known);
        }
        let search = Search { organisation: Some(organisation), message: Some(message), ..Search::default() };
        let events = self.trail.search(search).await?;
        let was = events.iter().any(|event| matches!(&event.step, Step::Accepted { login: Some(_), .. }));
        known.insert(message, was);
        Ok(was)
    }

    async fn owners(&self) -> Result<HashMap<String, OrganisationId>, DirectoryError> {
        let scope = Scope::Operator("see which domains are hosted, for their reputation");
        let domains = self.directory.administration(scope, "relais").domains(None).await?;
        Ok(domains.into_iter().map(|domain| (domain.name.to_string(), domain.organisation)).collect())
    }

    /// Writes the scores of the day of `now`, and those of the day before for the last time.
    pub async fn compute(&self, now: Timestamp) -> Result<(), ReputationError> {
        let today = start_of(now, DAY_MILLISECONDS);
        let mut domains: BTreeMap<OrganisationId, Vec<String>> = BTreeMap::new();
        for (domain, organisation) in self.owners().await? {
            domains.entry(organisation).or_default().push(domain);
        }
        for (organisation, domains) in domains {
            self.db
                .tenant(organisation)
                .write(move |tx| {
                    for day in [Timestamp(today.0 - DAY_MILLISECONDS), today] {
                        let windows = rows::windows(tx, organisation, day)?;
                        for domain in &domains {
                            let window = windows.get(domain).map_or(&[][..], Vec::as_slice);
                            rows::set_score(tx, organisation, domain, day, &score(window))?;
                        }
                    }
                    Ok::<_, DbError>(())
                })
                .await?;
        }
        self.db
            .operator("forget reputation that is out of date")
            .write(move |tx| rows::prune(tx, now))
            .await?;
        Ok(())
    }

    /// The domain's score now, from what is counted.
    pub async fn score(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
    ) -> Result<Score, ReputationError> {
        let today = start_of(self.world.clock.now(), DAY_MILLISECONDS);
        let name = self.own(organisation, domain).await?;
        let windows =
            self.db.tenant(organisation).read(move |tx| rows::windows(tx, organisation, today)).await?;
        Ok(score(windows.get(&name).map_or(&[][..], Vec::as_slice)))
    }

    /// The domain's last `days` days that have a row, oldest first.
    pub async fn history(
        &self,
        organisation: OrganisationId,
        domain: &Domain,
        days: u32,
    ) -> Result<Vec<Day>, ReputationError> {
        let today = start_of(self.world.clock.now(), DAY_MILLISECONDS);
        let since = Timestamp(today.0 - i64::from(days.saturating_sub(1)) * DAY_MILLISECONDS);
        let name = self.own(organisation, domain).await?;
        let days = self
            .db
            .tenant(organisation)
            .read(move |tx| rows::days(tx, organisation, &name, since, today))
            .await?;
        Ok(days)
    }

    /// What the letters were like that a stranger's domain provably sent us lately; `None` if there were none.
    pub async fn sender(&self, domain: &str) -> Result<Option<Sender>, ReputationError> {
        let today = start_of(self.world.clock.now(), DAY_MILLISECONDS);
        let since = Timestamp(today.0 - (limits::WINDOW_DAYS - 1) * DAY_MILLISECONDS);
        let domain = domain.to_owned();
        let strangers = self.db.operator("see what a stranger's earlier letters were like");
        Ok(strangers.read(move |tx| rows::sender(tx, &domain, since)).await?)
    }

    /// The domain's name, if it is the organisation's.
    async fn own(&self, organisation: OrganisationId, domain: &Domain) -> Result<String, DirectoryError> {
        let scope = Scope::Tenant(organisation);
        let found = self.directory.administration(scope, "relais").domain_called(domain).await?;
        Ok(found.name.to_string())
    }
}

/// The hosted domain in whose name the letter was sent, where the event is its owner's.
fn owner_of(event: &Event, owners: &HashMap<String, OrganisationId>) -> Option<(OrganisationId, String)> {
    named_in(event, owners).filter(|(owner, _)| event.organisation == Some(*owner))
}

/// The hosted domain in whose name the letter was sent.
fn named_in(event: &Event, owners: &HashMap<String, OrganisationId>) -> Option<(OrganisationId, String)> {
    let (_, domain) = event.sender.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    Some((*owners.get(&domain)?, domain))
}

fn start_of(at: Timestamp, unit: i64) -> Timestamp {
    Timestamp(at.0.div_euclid(unit) * unit)
}

#[cfg(test)]
mod tests;
