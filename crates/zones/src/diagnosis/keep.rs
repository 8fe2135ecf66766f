//! Looking at a domain within a scope, keeping what was found, and mending it.

use std::collections::BTreeMap;
use std::time::Duration;

use directory::DomainInfo;
use keys::DkimState;
use model::{Domain, RecordId, ZoneId};
use world::{RData, RecordType};

use super::judge::{Findings, is_same, judge};
use super::mend::{Fix, Line, fix};
use super::{Check, Diagnosis, Expectation, HostedZone, Lamp, Light, Looker, Wanted, kept, look, rows};
use crate::administration::{Administration, apply, is_synonym, take};
use crate::entities::{Diff, ManagedBy, NewRecord, RecordInfo, ZoneChange, ZoneInfo};
use crate::mail::{FullRecord, REPORTS_LABELS};
use crate::name::DnsName;
use crate::rules::{self, Draft};
use crate::{Result, ZoneError, Zones};

/// How often every domain is looked at.
pub const INTERVAL: Duration = Duration::from_secs(6 * 3600);
/// Domains taken at once by one round of the schedule.
const ROUND_LIMIT: i64 = 50;

/// What mending did, and what takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The zone.
    pub zone: ZoneId,
    /// The serial before: [`Administration::restore`] of it takes the change back.
    pub before: u32,
    /// What changed.
    pub diff: Diff,
    /// Whether the zone began to sign.
    pub is_signed_now: bool,
}

/// What a change of the zone is to do.
#[derive(Default)]
struct Change {
    expected: u32,
    remove: Vec<RecordId>,
    add: Vec<NewRecord>,
    checks: Vec<&'static str>,
}

/// A light that is another than at the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What was found now.
    pub diagnosis: Diagnosis,
    /// The organisation of the domain.
    pub organisation: model::OrganisationId,
    /// Which lamps have another light, with the one before.
    pub lamps: Vec<(Check, Light)>,
}

impl Administration {
    /// Looks at a mail domain now, keeps what was found, and tells what would mend it. The name that a mail domain
    /// has by a synonym is looked at as well; what is found there is not kept, and mended in the main zone.
    pub async fn diagnose(&self, domain: &Domain, looker: &Looker) -> Result<Diagnosis> {
        let (diagnosis, _) = self.look(domain, looker).await?;
        Ok(diagnosis)
    }

    /// What was found at the last look; `None` before the first. Without what would mend it.
    pub async fn last_diagnosis(&self, domain: &Domain) -> Result<Option<Diagnosis>> {
        let info = self.domain_called(domain).await?;
        let found = self.read_limited(move |tx| Ok(rows::found(tx, info.id)?)).await?;
        Ok(found.map(|found| Diagnosis {
            domain: domain.clone(),
            checked_at: found.checked_at,
            lamps: kept::read(&found.lamps),
        }))
    }

    /// The worst light of each domain of an organisation at its last look, for lists.
    pub async fn last_lights(&self, organisation: model::OrganisationId) -> Result<Vec<(String, Light)>> {
        let found = self
            .read_limited(move |tx| {
                let mut found = rows::all_of(tx, organisation)?;
                if let Some(names) = directory::names_in_reach(tx)? {
                    found.retain(|(domain, _)| names.contains(domain));
                }
                Ok(found)
            })
            .await?;
        let worst = |lamps: &str| kept::read(lamps).iter().map(|lamp| lamp.light).max().unwrap_or(Light::Off);
        Ok(found.into_iter().map(|(domain, lamps)| (domain, worst(&lamps))).collect())
    }

    /// Mends those of `checks` that a change of the zone here can mend; all of them where `checks` is empty.
    /// `None` if there is nothing to do.
    pub async fn mend(&self, domain: &Domain, checks: &[Check], looker: &Looker) -> Result<Option<Mended>> {
        let (diagnosis, place) = self.look(domain, looker).await?;
        let (zone, records) = match place {
            Place::Here(zone, records) => (zone, records),
            Place::Synonym(zone) => return Err(is_synonym("domain", &zone.name)),
            Place::Elsewhere => {
                let rule = "only a zone that is hosted here can be changed here; the lines to copy are shown instead";
                return Err(ZoneError::invalid("domain", format!("the zone of {domain} is elsewhere"), rule));
            }
        };
        let mut change = Change { expected: zone.serial, ..Change::default() };
        let mut signs = false;
        for lamp in diagnosis.lamps.iter().filter(|lamp| checks.is_empty() || checks.contains(&lamp.check)) {
            match &lamp.fix {
                Some(Fix::Write { remove, add }) => {
                    change.remove.extend(remove.iter().flat_map(|line| matching(line, &zone, &records)));
                    change.add.extend(add.iter().cloned());
                    change.checks.push(lamp.check.as_str());
                }
                // Signing a zone is a decision of its own: the parent has to follow.
                Some(Fix::Sign) if checks.contains(&Check::Dnssec) => signs = true,
                _ => {}
            }
        }
        let nothing =
            Mended { zone: zone.id, before: zone.serial, diff: Diff::default(), is_signed_now: signs };
        let diff = match change.add.is_empty() && change.remove.is_empty() {
            true => None,
            false => Some(self.write_mended(domain, zone.id, change).await?),
        };
        if signs {
            self.change_zone(zone.id, ZoneChange { is_signed: Some(true), ..ZoneChange::default() }).await?;
        }
        Ok(match (diff, signs) {
            (None, false) => None,
            (diff, _) => Some(Mended { diff: diff.unwrap_or_default(), ..nothing }),
        })
    }

    /// One change: what comes is the mail service's to keep where it is exactly what the service wants, and
    /// otherwise people's, as a merged SPF record is.
    async fn write_mended(&self, domain: &Domain, zone: ZoneId, change: Change) -> Result<Diff> {
        let wanted: Vec<(String, RData)> = self
            .records_to_copy(domain)
            .await?
            .into_iter()
            .filter_map(|record| {
                Some((record.name.as_str().to_owned(), data(record.kind.as_str(), &record.data)?))
            })
            .collect();
        let manager = ManagedBy::MailService(self.domain_called(domain).await?.id);
        let called = format!("mended {}", change.checks.join(", "));
        self.write_limited(move |tx, hand| {
            let mut zone = take(tx, hand, zone)?;
            if zone.serial != change.expected {
                return Err(ZoneError::Stale { expected: change.expected, serial: zone.serial });
            }
            let before = crate::rows::records(tx, zone.id)?;
            let stays = |info: &&RecordInfo| {
                // The installation's records are nobody's to remove.
                info.managed_by == ManagedBy::Installation || !change.remove.contains(&info.id)
            };
            let mut drafts: Vec<Draft> = before.iter().filter(stays).map(Draft::kept).collect();
            for (index, new) in change.add.iter().enumerate() {
                let mut record =
                    rules::checked_record(new, &zone, ManagedBy::User).map_err(|error| error.at(index))?;
                let is_wanted = data(record.kind.as_str(), &record.data).is_some_and(|new| {
                    let name = absolute(&record.owner, &zone);
                    wanted.iter().any(|(wanted, data)| *wanted == name && is_same(data, &new))
                });
                if is_wanted {
                    record.managed_by = manager;
                }
                let id = RecordId(hand.new_id());
                drafts.push(Draft { id, record, index: Some(index), has_own_ttl: false });
            }
            apply(tx, hand, &mut zone, &before, drafts, &called, false)
        })
        .await
    }

    /// The lamps with their fixes, kept; and where the records stand.
    async fn look(&self, name: &Domain, looker: &Looker) -> Result<(Diagnosis, Place)> {
        let subject = self.subject(name).await?;
        let info = &subject.info;
        let whole = self.of_organisation(info.organisation);
        let enclosing = whole.enclosing(name.as_str()).await?;
        let place = match enclosing.filter(|zone| zone.organisation == info.organisation) {
            Some(zone) if zone.main.is_some() => Place::Synonym(zone),
            Some(zone) => {
                let records = whole.records(zone.id).await?;
                Place::Here(zone, records)
            }
            None => Place::Elsewhere,
        };
        let expectation = whole.expectation(&subject, place.zone()).await?;
        let findings = looker.look(&expectation).await;
        let now = self.zones.world.clock.now();
        let mut lamps = judge(&expectation, &findings, now);
        let present = match &place {
            Place::Here(zone, records) => present_here(zone, records),
            Place::Synonym(_) | Place::Elsewhere => present_elsewhere(&findings),
        };
        for lamp in &mut lamps {
            lamp.fix = fix(lamp, &expectation, &present);
            if matches!((&place, &lamp.fix), (Place::Synonym(_), Some(Fix::Write { .. } | Fix::Sign))) {
                lamp.fix = None;
            }
        }
        if !subject.is_second_name() {
            let (text, id, organisation) = (kept::write(&lamps), info.id, info.organisation);
            whole.write(move |tx, _| Ok(rows::put(tx, id, organisation, now, &text)?)).await?;
        }
        Ok((Diagnosis { domain: name.clone(), checked_at: now, lamps }, place))
    }

    /// The mail domain that `name` stands for.
    async fn subject(&self, name: &Domain) -> Result<Subject> {
        let not_found = match self.domain_called(name).await {
            Ok(info) => return Ok(Subject { name: name.clone(), info }),
            Err(error) => error,
        };
        let zone = self.enclosing(name.as_str()).await?;
        let Some((synonym, main)) = zone.and_then(|zone| Some((zone.name, zone.main?))) else {
            return Err(not_found);
        };
        let owner = DnsName::from(name).relative_to(&synonym).unwrap_or_default();
        let main = DnsName::within(&owner, &self.zone(main).await?.name);
        match main.ok().and_then(|main| Domain::parse(main.as_str()).ok()) {
            Some(main) => Ok(Subject { name: name.clone(), info: self.domain_called(&main).await? }),
            None => Err(not_found),
        }
    }

    /// What the checks of a domain are held against.
    async fn expectation(&self, subject: &Subject, zone: Option<&ZoneInfo>) -> Result<Expectation> {
        let installation = self.zones.installation_of_domain(&subject.info.name).await?;
        let records = self.records_to_copy(&subject.info.name).await?;
        let records = records.into_iter().filter_map(|record| subject.said_of(record));
        let mut expectation = Expectation {
            domain: subject.name.clone(),
            zone: None,
            wanted: records.filter_map(|record| wanted(&subject.name, &record)).collect(),
            successors: self.successors(subject).await?,
            spf_host: None,
            hostname: subject.name.clone(),
            addresses: Vec::new(),
            exchangers: Vec::new(),
            block_lists: Vec::new(),
        };
        if let Some(installation) = &installation {
            expectation.spf_host = Some(installation.spf_host.to_string());
            expectation.hostname = installation.hostname.clone();
            expectation.block_lists.clone_from(&installation.block_lists);
            for exchanger in &installation.exchangers {
                let host = &exchanger.host.name;
                expectation.exchangers.push(host.clone());
                // Without signatures TLSA records are not used (RFC 7672 §2.2).
                let zone = self.zones.enclosing(host).await?;
                if zone.is_none_or(|zone| zone.is_signed) {
                    expectation.wanted.extend(installation.tlsa.iter().filter_map(|data| tlsa(host, data)));
                }
                expectation.addresses.extend(&exchanger.host.addresses);
            }
        }
        expectation.addresses.sort();
        expectation.addresses.dedup();
        if let Some(zone) = zone {
            let servers = installation.iter().flat_map(|installation| &installation.name_servers);
            expectation.zone = Some(HostedZone {
                name: zone.name.as_str().to_owned(),
                is_signed: zone.is_signed,
                ds: self.ds(zone.id).await?.iter().filter_map(|line| ds_data(line)).collect(),
                name_servers: servers.map(|host| host.name.to_string()).collect(),
            });
        }
        Ok(expectation)
    }

    /// The names of the DKIM keys that do not sign yet, while others do.
    async fn successors(&self, subject: &Subject) -> Result<Vec<String>> {
        let keys = self.zones.keys.administration(self.scope(), trail::Actor::program("diagnosis"));
        let keys = keys.dkim_keys(&subject.info.name).await?;
        let signs =
            |algorithm| keys.iter().any(|key| key.algorithm == algorithm && key.state() == DkimState::Active);
        let waiting = keys.iter().filter(|key| key.state() == DkimState::Published && signs(key.algorithm));
        Ok(waiting.map(|key| key.record(&subject.name).name).collect())
    }
}

/// Where the records of a domain stand.
enum Place {
    /// In a hosted zone, with all its records.
    Here(ZoneInfo, Vec<RecordInfo>),
    /// In the main zone of this synonym.
    Synonym(ZoneInfo),
    /// Not in a zone of its organisation.
    Elsewhere,
}

impl Place {
    fn zone(&self) -> Option<&ZoneInfo> {
        match self {
            Place::Here(zone, _) | Place::Synonym(zone) => Some(zone),
            Place::Elsewhere => None,
        }
    }
}

/// A mail domain under its own name, or under a second one that it has by a synonym.
struct Subject {
    name: Domain,
    info: DomainInfo,
}

impl Subject {
    fn is_second_name(&self) -> bool {
        self.name != self.info.name
    }

    /// A record of the domain as it stands under the name that is looked at; `None` if it is about another one.
    fn said_of(&self, mut record: FullRecord) -> Option<FullRecord> {
        if !self.is_second_name() {
            return Some(record);
        }
        let own = DnsName::from(&self.info.name);
        let owner = record.name.relative_to(&own)?;
        if let Some(reported) = owner.strip_suffix(REPORTS_LABELS) {
            // The domain says itself that it takes the reports of its second names.
            return (reported.trim_end_matches('.') == self.name.as_str()).then_some(record);
        }
        record.name = DnsName::within(&owner, &DnsName::from(&self.name)).ok()?;
        Some(record)
    }
}

impl Zones {
    /// The deepest hosted zone that encloses a host, whoever owns it: what it says is public.
    async fn enclosing(&self, host: &Domain) -> Result<Option<ZoneInfo>> {
        let name = DnsName::from(host);
        let read = self.db.operator("see whether an exchanger's zone is signed");
        read.read(move |tx| Ok(crate::rows::enclosing_anywhere(tx, &name)?)).await
    }

    /// Looks at the domains that nobody looked at for [`INTERVAL`], and tells those with other lights than
    /// before. For the schedule: several nodes take different domains.
    pub async fn diagnose_due(&self, looker: &Looker) -> Result<Vec<Changed>> {
        let scope = directory::Scope::Operator("the schedule looks at every domain");
        let administration = self.administration(scope, trail::Actor::program("relais"));
        let now = self.world.clock.now();
        let before = now.minus(INTERVAL);
        let due = administration
            .write(move |tx, _| {
                rows::forget_gone(tx)?;
                let mut taken = Vec::new();
                for due in rows::due(tx, before, ROUND_LIMIT)? {
                    if rows::begin(tx, &due, before, now)? {
                        taken.push(due);
                    }
                }
                Ok(taken)
            })
            .await?;
        let mut changed = Vec::new();
        for due in due {
            let last = administration.last_diagnosis(&due.name).await;
            let found = administration.diagnose(&due.name, looker).await;
            let (last, diagnosis) = match (last, found) {
                (Ok(last), Ok(diagnosis)) => (last, diagnosis),
                // Deleted in between: nothing to say about it.
                (Err(error), _) | (_, Err(error)) if error.is_refusal() => continue,
                (Err(error), _) | (_, Err(error)) => return Err(error),
            };
            let lamps = last.map(|last| differing(&last, &diagnosis)).unwrap_or_default();
            if !lamps.is_empty() {
                changed.push(Changed { diagnosis, organisation: due.organisation, lamps });
            }
        }
        Ok(changed)
    }
}

/// The lamps whose light differs. One that could not be seen is no change: nobody wants a letter at each
/// time-out.
fn differing(before: &Diagnosis, after: &Diagnosis) -> Vec<(Check, Light)> {
    let lamps = after.lamps.iter().filter_map(|lamp: &Lamp| {
        let before = before.lamp(lamp.check)?.light;
        let is_news = before != lamp.light && before != Light::Unknown && lamp.light != Light::Unknown;
        is_news.then_some((lamp.check, before))
    });
    lamps.collect()
}

/// A record of the mail service as the checks want it; `None` for what no lamp is about.
fn wanted(domain: &Domain, record: &FullRecord) -> Option<Wanted> {
    let (name, kind) = (record.name.as_str().to_owned(), record.kind.as_str());
    let data = data(kind, &record.data)?;
    let check = look::check_of(&name, domain.as_str(), &data)?;
    let record = NewRecord::new(format!("{name}."), kind, record.data.clone());
    Some(Wanted { check, name, data, record })
}

fn tlsa(host: &Domain, text: &str) -> Option<Wanted> {
    let (name, data) = (format!("_25._tcp.{host}"), data("TLSA", text)?);
    let record = NewRecord::new(format!("{name}."), "TLSA", text);
    Some(Wanted { check: Check::Dane, name, data, record })
}

/// The data of a DS record's line.
fn ds_data(line: &str) -> Option<String> {
    line.split_once(" DS ").map(|(_, data)| data.to_owned())
}

/// A record's data from its presentation form.
fn data(kind: &str, text: &str) -> Option<RData> {
    let kind: RecordType = kind.parse().ok()?;
    RData::try_from_str(kind, text).ok()
}

fn present_here(zone: &ZoneInfo, records: &[RecordInfo]) -> Vec<(String, RData)> {
    records
        .iter()
        .filter_map(|info| Some((absolute(&info.owner, zone), data(info.kind.as_str(), &info.data)?)))
        .collect()
}

fn absolute(owner: &str, zone: &ZoneInfo) -> String {
    match (owner, zone.name.is_root()) {
        ("@", _) => zone.name.as_str().to_owned(),
        (owner, true) => owner.to_owned(),
        (owner, false) => format!("{owner}.{}", zone.name.as_str()),
    }
}

fn present_elsewhere(findings: &Findings) -> Vec<(String, RData)> {
    let answers: &BTreeMap<_, _> = &findings.answers;
    answers
        .iter()
        .filter_map(|((name, _), answer)| Some((name, answer.as_ref().ok()?)))
        .flat_map(|(name, records)| records.iter().map(move |record| (name.clone(), record.clone())))
        .collect()
}

/// The records of the zone that a line names.
fn matching(line: &Line, zone: &ZoneInfo, records: &[RecordInfo]) -> Vec<RecordId> {
    let Some(unwanted) = data(&line.kind, &line.data) else { return Vec::new() };
    let is_meant = |info: &&RecordInfo| {
        absolute(&info.owner, zone) == line.name
            && data(info.kind.as_str(), &info.data).is_some_and(|data| is_same(&data, &unwanted))
    };
    records.iter().filter(is_meant).map(|info| info.id).collect()
}
