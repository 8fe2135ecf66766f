//! Records: shown, changed in one go, their history, restoring.

use std::collections::HashMap;

use db::{Page, Seek};
use model::{RecordId, ZoneId};

use super::{Administration, Hand, apply, found, take};
use crate::entities::{ChangeInfo, Diff, Edit, ManagedBy, NewRecord, RecordData, RecordInfo, ZoneInfo};
use crate::name::DnsName;
use crate::rules::{self, Draft, Language};
use crate::{Result, ZoneError, limits, mail, rows};

impl Administration {
    /// The records of a zone, by name and type; of a synonym those of its main zone.
    pub async fn records(&self, id: ZoneId) -> Result<Vec<RecordInfo>> {
        self.read_limited(move |tx| {
            let zone = found("zone", rows::zone(tx, id)?)?;
            Ok(rows::records(tx, zone.main.unwrap_or(id))?)
        })
        .await
    }

    /// As [`Administration::records`], a page at a time in the order they were written.
    pub async fn page_of_records(&self, id: ZoneId, seek: Seek) -> Result<Page<RecordInfo>> {
        self.read_limited(move |tx| {
            let zone = found("zone", rows::zone(tx, id)?)?;
            Ok(rows::page_of_records(tx, zone.main.unwrap_or(id), &seek)?)
        })
        .await
    }

    /// Removes, changes and adds records: one change with one serial, or a refusal and no change at all.
    pub async fn edit(&self, id: ZoneId, edit: Edit) -> Result<Diff> {
        let is_operator = self.operator_only().is_ok();
        if edit.remove.len() + edit.change.len() + edit.add.len() > limits::RECORDS_PER_CHANGE_LIMIT {
            return Err(ZoneError::invalid(
                "records",
                "too many at once",
                "a change names at most 50000 records",
            ));
        }
        self.write_limited(move |tx, hand| {
            let mut zone = take(tx, hand, id)?;
            if let Some(expected) = edit.expected
                && expected != zone.serial
            {
                return Err(ZoneError::Stale { expected, serial: zone.serial });
            }
            let called = rules::checked_note("called", &edit.called)?;
            let before = rows::records(tx, id)?;
            let drafts = drafts(hand, &zone, &before, &edit, is_operator)?;
            apply(tx, hand, &mut zone, &before, drafts, &called, edit.is_dry)
        })
        .await
    }

    /// Puts `text` in the place of every SPF record of a name, in one change: the merge tool's last step, and
    /// «remove the others» (R123). Other texts of the name stay.
    pub async fn replace_spf(&self, id: ZoneId, owner: &str, text: &str) -> Result<Diff> {
        crate::spf::checked(text)?;
        let zone = self.zone(id).await?;
        let owner = rules::checked_owner(owner, &zone.name)?;
        let records = self.records(id).await?;
        let standing: Vec<RecordId> = records
            .iter()
            .filter(|info| info.owner == owner && Language::of_record(info) == Some(Language::Spf))
            .map(|info| info.id)
            .collect();
        let new = NewRecord::new(owner, "TXT", crate::kind::quoted(text.as_bytes()));
        let mut edit =
            Edit { called: "one SPF record".to_owned(), expected: Some(zone.serial), ..Edit::default() };
        match standing.split_first() {
            Some((first, others)) => {
                edit.change.push((*first, new));
                edit.remove.extend(others);
            }
            None => edit.add.push(new),
        }
        self.edit(id, edit).await
    }

    /// The last changes of a zone, newest first; as many as are kept if no limit is given.
    pub async fn history(&self, id: ZoneId, limit: Option<usize>) -> Result<Vec<ChangeInfo>> {
        self.read_limited(move |tx| {
            found("zone", rows::zone(tx, id)?)?;
            Ok(rows::changes(tx, id, &Seek::first(limit.unwrap_or(usize::MAX)))?.items)
        })
        .await
    }

    /// As [`Administration::history`], a page at a time.
    pub async fn page_of_history(&self, id: ZoneId, seek: Seek) -> Result<Page<ChangeInfo>> {
        self.read_limited(move |tx| {
            found("zone", rows::zone(tx, id)?)?;
            Ok(rows::changes(tx, id, &seek)?)
        })
        .await
    }

    /// The records of a zone as they stood at `serial`.
    pub async fn version(&self, id: ZoneId, serial: u32) -> Result<Vec<RecordData>> {
        self.read_limited(move |tx| {
            let zone = found("zone", rows::zone(tx, id)?)?;
            version(tx, &zone, serial)
        })
        .await
    }

    /// What differs between two versions of a zone.
    pub async fn diff(&self, id: ZoneId, from: u32, to: u32) -> Result<Diff> {
        self.read_limited(move |tx| {
            let zone = found("zone", rows::zone(tx, id)?)?;
            let (old, new) = (version(tx, &zone, from)?, version(tx, &zone, to)?);
            Ok(difference(to, &old, &new))
        })
        .await
    }

    /// Makes the zone hold what it held at `serial`, as a new change. Records that mail services keep come back as
    /// they were; [`Administration::refresh`] brings them up to date. So do the installation's within an
    /// operator's scope; within a tenant's scope they stay as they stand, because they are not its to change.
    pub async fn restore(&self, id: ZoneId, serial: u32) -> Result<Diff> {
        let is_operator = self.operator_only().is_ok();
        self.write_limited(move |tx, hand| {
            let mut zone = take(tx, hand, id)?;
            let mut wanted = version(tx, &zone, serial)?;
            let before = rows::records(tx, id)?;
            if !is_operator {
                let is_ours = |record: &RecordData| record.managed_by == ManagedBy::Installation;
                wanted.retain(|record| !is_ours(record));
                wanted
                    .extend(before.iter().map(|info| &info.record).filter(|record| is_ours(record)).cloned());
                // A record that changed hands meanwhile stands once.
                let mut seen = std::collections::HashSet::new();
                wanted.reverse();
                wanted.retain(|record| seen.insert((record.owner.clone(), record.kind, record.data.clone())));
            }
            let drafts = drafts_of(hand, &before, wanted);
            apply(tx, hand, &mut zone, &before, drafts, &format!("restored serial {serial}"), false)
        })
        .await
    }
}

/// The zone as it would be after `edit`.
fn drafts(
    hand: &Hand,
    zone: &ZoneInfo,
    before: &[RecordInfo],
    edit: &Edit,
    is_operator: bool,
) -> Result<Vec<Draft>> {
    let mut drafts: Vec<Option<Draft>> = before.iter().map(|info| Some(Draft::kept(info))).collect();
    let places: HashMap<RecordId, usize> =
        before.iter().enumerate().map(|(place, info)| (info.id, place)).collect();
    let place_of = |id: &RecordId| found("record", places.get(id).copied());
    for id in &edit.remove {
        let place = place_of(id)?;
        check_hand(&before[place], is_operator)?;
        if !edit.is_forced {
            check_loss(zone, &before[place], edit)?;
        }
        drafts[place] = None;
    }
    for (index, (id, new)) in edit.change.iter().enumerate() {
        let place = place_of(id)?;
        check_hand(&before[place], is_operator).map_err(|error| error.at(index))?;
        // Whoever changes a record by hand keeps it from then on.
        let mut record =
            rules::checked_record(new, zone, ManagedBy::User).map_err(|error| error.at(index))?;
        if new.ttl.is_none() {
            record.ttl = before[place].ttl;
        }
        // Only the note, and who keeps it, stays with who kept it.
        if record.key() == before[place].key() && record.ttl == before[place].ttl {
            record.managed_by = before[place].managed_by;
        }
        drafts[place] = Some(Draft { id: *id, record, index: Some(index), has_own_ttl: new.ttl.is_some() });
    }
    for (number, new) in edit.add.iter().enumerate() {
        let index = edit.change.len() + number;
        let record = rules::checked_record(new, zone, ManagedBy::User).map_err(|error| error.at(index))?;
        let id = RecordId(hand.new_id());
        drafts.push(Some(Draft { id, record, index: Some(index), has_own_ttl: new.ttl.is_some() }));
    }
    Ok(drafts.into_iter().flatten().collect())
}

/// The installation's records, its name servers among them, are the operator's to change.
fn check_hand(info: &RecordInfo, is_operator: bool) -> Result<()> {
    if info.managed_by == ManagedBy::Installation && !is_operator {
        return Err(ZoneError::invalid(
            "record",
            format!("«{} {}» is kept by the installation", info.owner, info.kind),
            "the name servers of a zone are those of the installation as long as it is hosted here",
        ));
    }
    Ok(())
}

/// What the mail service keeps is not removed by a slip: whoever does it hears what it breaks. Something else in its
/// place is a decision, and the record is that person's from then on.
fn check_loss(zone: &ZoneInfo, info: &RecordInfo, edit: &Edit) -> Result<()> {
    let is_replaced = |new: &NewRecord| {
        let owner =
            DnsName::within(&new.owner, &zone.name).ok().and_then(|name| name.relative_to(&zone.name));
        owner.as_ref() == Some(&info.owner) && new.kind.eq_ignore_ascii_case(info.kind.as_str())
    };
    match info.managed_by {
        ManagedBy::MailService(_) if !edit.add.iter().any(is_replaced) => Err(ZoneError::invalid(
            "force",
            format!(
                "«{} {}» is kept by the mail service: without it {}",
                info.owner,
                info.kind,
                mail::loss(info)
            ),
            "a record that the mail service keeps is removed by force; `refresh` writes it again",
        )),
        _ => Ok(()),
    }
}

/// Drafts that hold exactly `wanted`, with the identifiers of those that stand already.
pub(super) fn drafts_of(hand: &Hand, before: &[RecordInfo], wanted: Vec<RecordData>) -> Vec<Draft> {
    let mut standing: HashMap<&RecordData, Vec<RecordId>> = HashMap::new();
    for info in before {
        standing.entry(&info.record).or_default().push(info.id);
    }
    wanted
        .into_iter()
        .map(|record| {
            let id = standing.get_mut(&record).and_then(Vec::pop).unwrap_or_else(|| RecordId(hand.new_id()));
            Draft { id, record, index: None, has_own_ttl: false }
        })
        .collect()
}

/// The records at `serial`: the changes since then, taken back one after the other.
fn version(tx: &mut db::Tx, zone: &ZoneInfo, serial: u32) -> Result<Vec<RecordData>> {
    let mut records: Vec<RecordData> =
        rows::records(tx, zone.id)?.into_iter().map(|info| info.record).collect();
    let changes = rows::changes(tx, zone.id, &Seek::first(usize::MAX))?.items;
    if serial == zone.serial {
        return Ok(records);
    }
    for (place, change) in changes.iter().enumerate() {
        if change.serial == serial {
            records.sort();
            return Ok(records);
        }
        let mut gone: HashMap<&RecordData, usize> = HashMap::new();
        for record in &change.added {
            *gone.entry(record).or_default() += 1;
        }
        records.retain(|record| match gone.get_mut(record) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        records.extend(change.removed.iter().cloned());
        // Before the first change of all there was nothing; before the first that is kept nobody knows.
        if place + 1 == changes.len() {
            break;
        }
    }
    Err(ZoneError::NotFound { what: "this version of the zone" })
}

pub(super) fn difference(serial: u32, old: &[RecordData], new: &[RecordData]) -> Diff {
    let mut counts: HashMap<&RecordData, i64> = HashMap::new();
    for record in new {
        *counts.entry(record).or_default() += 1;
    }
    for record in old {
        *counts.entry(record).or_default() -= 1;
    }
    let mut diff = Diff { serial, ..Diff::default() };
    for (record, count) in counts {
        let list = if count > 0 { &mut diff.added } else { &mut diff.removed };
        list.extend(std::iter::repeat_n(record.clone(), usize::try_from(count.abs()).unwrap_or(0)));
    }
    diff.added.sort();
    diff.removed.sort();
    diff
}
