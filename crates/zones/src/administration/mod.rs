//! Creating, changing, deleting: every function within a scope, every act audited, every change in the history.
//!
//! Things are found by the name that people use and then changed by their identifier. Within a tenant's scope
//! another tenant's zone is not found; only that a name is taken shows, and not by whom.

mod candidates;
mod dkim;
mod file;
mod installation;
mod mail;
mod ownership;
mod records;
mod servers;
mod suffix;
mod synonym;
mod transfer;
mod zone;

use std::collections::{BTreeSet, HashMap, HashSet};

use db::{DbError, Scoped, Tx};
use directory::Scope;
use model::{OrganisationId, RecordId, Timestamp, ZoneId};

use crate::entities::{ChangeInfo, Diff, RecordData, RecordInfo, ZoneInfo};
use crate::kind::RecordKind;
use crate::name::DnsName;
use crate::rules::{self, Draft};
use crate::{Result, ZONES, ZoneError, Zones, limits, rows, serial};

pub use candidates::Candidate;
pub use file::ImportOptions;
pub(crate) use installation::{installation_of, set_installation};
pub(crate) use mail::{
    ALGORITHMS, MailOf, count_mail_records, is_mail_domain, keep_mail, own_domain_called, own_zone_called,
    remove_mail, zone_of_mail,
};
pub use mail::{Checked, MailDomain, Seen};
pub(crate) use ownership::{check_domain, check_domain_free, enclosing};
pub use synonym::Prerequisite;
pub(crate) use synonym::join;
use synonym::synonym_refusal;
pub(crate) use zone::{check_public_suffix, create_zone_within};

/// The zones within a scope, in somebody's name.
#[derive(Clone)]
pub struct Administration {
    pub(crate) zones: Zones,
    scope: Scope,
    who: trail::Actor,
}

/// What every change writes down: who, when, and from where new identifiers come.
#[derive(Clone)]
pub(crate) struct Hand {
    pub(crate) world: world::World,
    pub(crate) who: trail::Actor,
    pub(crate) at: Timestamp,
}

impl Hand {
    pub(crate) fn new_id(&self) -> i64 {
        self.world.new_id()
    }

    /// One administrative act, into the audit.
    pub(crate) fn audit(
        &self,
        tx: &mut Tx,
        organisation: Option<OrganisationId>,
        action: &str,
        what: String,
    ) -> Result<()> {
        let change = trail::Change::new(self.at, self.new_id(), organisation, self.who.clone(), action, what);
        Ok(trail::audit(tx, &change)?)
    }
}

impl Administration {
    pub(crate) fn new(zones: Zones, scope: Scope, who: trail::Actor) -> Administration {
        Administration { zones, scope, who }
    }

    /// How far this reaches.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The rows within the scope; none for who is limited to one domain.
    fn scoped(&self) -> Result<Scoped> {
        self.scope.whole(&self.zones.db).ok_or(ZoneError::NotFound { what: "this within the domain's scope" })
    }

    /// The whole organisation, in the same name: for what follows by itself from an act on a domain that was found
    /// within the limit, such as its records in a zone that encloses it.
    pub(crate) fn of_organisation(&self, organisation: OrganisationId) -> Administration {
        let scope = match self.scope {
            Scope::Domain { .. } => Scope::Tenant(organisation),
            Scope::Tenant(_) | Scope::Operator(_) => self.scope,
        };
        Administration { zones: self.zones.clone(), scope, who: self.who.clone() }
    }

    pub(crate) fn hand(&self) -> Hand {
        Hand { world: self.zones.world.clone(), who: self.who.clone(), at: self.zones.world.clock.now() }
    }

    /// Reads what concerns the whole organisation: within one domain it is not found.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scoped()?.read(read).await
    }

    /// Reads what also who is limited to one domain may see: it begins at a zone or a domain that is found by the
    /// limit.
    pub(crate) async fn read_limited<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.scope.limited(&self.zones.db).read(read).await
    }

    /// Changes what concerns the whole organisation: within one domain it is not found.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        mut write: impl FnMut(&mut Tx, &Hand) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let hand = self.hand();
        self.scoped()?.write(move |tx| write(tx, &hand)).await
    }

    /// Changes what also who is limited to one domain may change: see [`Administration::read_limited`].
    pub(crate) async fn write_limited<T: Send + 'static>(
        &self,
        mut write: impl FnMut(&mut Tx, &Hand) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let hand = self.hand();
        self.scope.limited(&self.zones.db).write(move |tx| write(tx, &hand)).await
    }

    pub(crate) fn operator_only(&self) -> Result<()> {
        match self.scope {
            Scope::Operator(_) => Ok(()),
            // Nothing is said about what lies outside of a tenant's scope.
            Scope::Tenant(_) | Scope::Domain { .. } => {
                Err(ZoneError::NotFound { what: "this within the organisation's scope" })
            }
        }
    }
}

pub(crate) fn found<T>(what: &'static str, thing: Option<T>) -> Result<T> {
    thing.ok_or(ZoneError::NotFound { what })
}

/// Two administrators created the same name at the same moment.
pub(crate) fn conflict(taken: impl FnOnce() -> ZoneError) -> impl FnOnce(DbError) -> ZoneError {
    move |error| match error {
        DbError::Conflict { .. } => taken(),
        other => other.into(),
    }
}

/// Takes a zone of its own for a change.
pub(crate) fn take(tx: &mut Tx, hand: &Hand, id: ZoneId) -> Result<ZoneInfo> {
    let zone = found("zone", rows::take_zone(tx, id, hand.at)?)?;
    match zone.main {
        Some(_) => Err(is_synonym("zone", &zone.name)),
        None => Ok(zone),
    }
}

/// A synonym says what its main zone says: nothing of it can be changed by itself.
pub(crate) fn is_synonym(field: &'static str, name: &DnsName) -> ZoneError {
    ZoneError::invalid(
        field,
        format!("{name} is a synonym"),
        "a synonym has no records of its own: its main zone is changed, or it is dissociated first",
    )
}

/// Makes the zone hold `drafts` instead of `before`: checks the names that differ, writes what differs, gives
/// one serial, the history and the notice. Nothing is written when nothing differs, or when `is_dry`.
pub(crate) fn apply(
    tx: &mut Tx,
    hand: &Hand,
    zone: &mut ZoneInfo,
    before: &[RecordInfo],
    mut drafts: Vec<Draft>,
    called: &str,
    is_dry: bool,
) -> Result<Diff> {
    rules::level_ttls(&mut drafts);
    let old: HashMap<RecordId, &RecordInfo> = before.iter().map(|info| (info.id, info)).collect();
    let kept: HashSet<RecordId> = drafts.iter().map(|draft| draft.id).collect();
    let mut diff = Diff { serial: zone.serial, ..Diff::default() };
    let mut touched = BTreeSet::new();
    for info in before.iter().filter(|info| !kept.contains(&info.id)) {
        diff.removed.push(info.record.clone());
        touched.insert(info.owner.clone());
    }
    for draft in &drafts {
        match old.get(&draft.id) {
            Some(info) if info.record == draft.record => {}
            Some(info) => {
                diff.removed.push(info.record.clone());
                diff.added.push(draft.record.clone());
                touched.insert(info.owner.clone());
                touched.insert(draft.record.owner.clone());
            }
            None => {
                diff.added.push(draft.record.clone());
                touched.insert(draft.record.owner.clone());
            }
        }
    }
    let mut is_alias = |name: &DnsName| is_alias_in_ours(tx, name);
    rules::check(&zone.name, &touched, &drafts, &mut is_alias)?;
    if diff.is_empty() {
        return Ok(diff);
    }
    diff.serial = serial::next(zone.serial, hand.at);
    if is_dry {
        return Ok(diff);
    }
    for info in before.iter().filter(|info| !kept.contains(&info.id)) {
        rows::delete_record(tx, zone, info.id)?;
    }
    let mut new = Vec::new();
    for draft in drafts {
        let info = RecordInfo { id: draft.id, record: draft.record };
        match old.get(&info.id) {
            Some(standing) if standing.record == info.record => {}
            Some(_) => rows::update_record(tx, zone, &info)?,
            None => new.push((info.id, info.record)),
        }
    }
    rows::insert_records(tx, zone, &new)?;
    write_change(tx, hand, zone, &diff, called)?;
    Ok(diff)
}

/// Records for the log of changes: by name and type, those of one name and type together.
fn facts(records: &[RecordData]) -> trail::Facts {
    let mut told = trail::Facts::new();
    for record in records {
        let name = format!("{} {}", record.owner, record.kind);
        let data = format!("{} ({} s)", rules::short(&record.data), record.ttl);
        let data = match told.get(&name) {
            Some(others) => format!("{others}; {data}"),
            None => data,
        };
        told = told.with(&name, data);
    }
    told
}

/// Gives the zone the serial of `diff` and writes it into the history and the audit.
fn write_change(tx: &mut Tx, hand: &Hand, zone: &mut ZoneInfo, diff: &Diff, called: &str) -> Result<()> {
    let former = std::mem::replace(&mut zone.serial, diff.serial);
    rows::update_zone(tx, zone)?;
    let called = if called.is_empty() { told(diff) } else { called.to_owned() };
    let change = ChangeInfo {
        serial: diff.serial,
        at: hand.at,
        who: hand.who.to_string(),
        called,
        added: diff.added.clone(),
        removed: diff.removed.clone(),
    };
    rows::insert_change(tx, zone, &change, limits::HISTORY_LIMIT)?;
    let before = facts(&diff.removed).with("serial", former);
    let after = facts(&diff.added).with("serial", diff.serial);
    trail::tell(tx, trail::Told::of_thing(zone.name.as_str()).before(before).after(after));
    hand.audit(tx, Some(zone.organisation), "change zone", zone.name.as_str().to_owned())?;
    notify(tx, zone.id)
}

/// Writes a zone that was taken, with the next serial, although none of its records changed: a secondary compares
/// serials to see that there is something new. A synonym's serial is its main zone's.
pub(crate) fn advance(tx: &mut Tx, hand: &Hand, zone: &mut ZoneInfo) -> Result<()> {
    zone.serial = serial::next(zone.serial, hand.at);
    rows::update_zone(tx, zone)?;
    if let Some(main) = zone.main {
        let mut main = found("zone", rows::take_zone(tx, main, hand.at)?)?;
        main.serial = zone.serial;
        rows::update_zone(tx, &main)?;
    }
    notify(tx, zone.main.unwrap_or(zone.id))
}

/// Wakes whoever answers from this zone, and from its synonyms.
pub(crate) fn notify(tx: &mut Tx, zone: ZoneId) -> Result<()> {
    let organisation = rows::zone(tx, zone)?.map(|zone| zone.organisation).or(tx.organisation());
    tx.notify_of(organisation, ZONES, zone.to_string());
    for synonym in rows::synonyms(tx, zone)? {
        tx.notify_of(Some(synonym.organisation), ZONES, synonym.id.to_string());
    }
    Ok(())
}

/// What a change does, in a line.
fn told(diff: &Diff) -> String {
    let line = |sign: &str, record: &RecordData| {
        format!("{sign} {} {} {}", record.owner, record.kind, rules::short(&record.data))
    };
    let count = diff.removed.len() + diff.added.len();
    let mut lines: Vec<String> = diff
        .removed
        .iter()
        .map(|record| line("−", record))
        .chain(diff.added.iter().map(|record| line("+", record)))
        .take(4)
        .collect();
    if count > lines.len() {
        lines.push(format!("and {} more", count - lines.len()));
    }
    lines.join(", ")
}

/// Whether a name is an alias in one of the zones that we host, whoever owns it.
fn is_alias_in_ours(tx: &mut Tx, name: &DnsName) -> Result<bool> {
    let Some(zone) = rows::enclosing_anywhere(tx, name)? else { return Ok(false) };
    let Some(owner) = name.relative_to(&zone.name) else { return Ok(false) };
    let here = rows::records_at(tx, zone.main.unwrap_or(zone.id), &owner)?;
    Ok(here.iter().any(|record| record.kind == RecordKind::Cname))
}
