//! Records that are kept right by the program: what is wanted beside what stands, and never over it unasked.

use std::collections::HashSet;

use db::Tx;

use crate::administration::{Hand, apply};
use crate::entities::{Diff, ManagedBy, RecordData, RecordInfo, ZoneInfo};
use crate::kind::RecordKind;
use crate::rules::{Draft, Language};
use crate::{Result, rows};
use model::RecordId;

/// A record that was not written because people's records stand in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConflict {
    /// The zone.
    pub zone: model::ZoneId,
    /// What we would write.
    pub wanted: RecordData,
    /// What stands there.
    pub standing: Vec<RecordData>,
}

/// What keeping records right did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What changed, zone by zone.
    pub changes: Vec<(model::ZoneId, Diff)>,
    /// What was left alone.
    pub conflicts: Vec<MailConflict>,
}

impl Kept {
    pub(crate) fn add(&mut self, zone: model::ZoneId, diff: Diff, conflicts: Vec<MailConflict>) {
        if !diff.is_empty() {
            self.changes.push((zone, diff));
        }
        self.conflicts.extend(conflicts);
    }
}

/// How to treat what stands in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It stays, and is told.
    #[default]
    Stays,
    /// It goes.
    IsReplaced,
    /// What says exactly what we would write is ours to keep from now on; the rest stays.
    IsAdopted,
}

/// Makes the records of `manager` in a zone those that are `wanted`; others stay, unless they are in the way
/// and `standing` says that they go.
pub(crate) fn keep(
    tx: &mut Tx,
    hand: &Hand,
    zone: &mut ZoneInfo,
    manager: ManagedBy,
    wanted: Vec<RecordData>,
    standing: Standing,
    called: &str,
) -> Result<(Diff, Vec<MailConflict>)> {
    let before = rows::records(tx, zone.id)?;
    let plan = plan(zone, &before, manager, wanted, standing);
    let mut drafts: Vec<Draft> =
        before.iter().filter(|info| !plan.gone.contains(&info.id)).map(Draft::kept).collect();
    for draft in drafts.iter_mut().filter(|draft| plan.adopted.contains(&draft.id)) {
        draft.record.managed_by = manager;
    }
    for record in plan.new {
        let id = RecordId(hand.new_id());
        drafts.push(Draft { id, record, index: None, has_own_ttl: false });
    }
    let diff = apply(tx, hand, zone, &before, drafts, called, false)?;
    Ok((diff, plan.conflicts))
}

#[derive(Debug, Default)]
struct Plan {
    gone: HashSet<RecordId>,
    new: Vec<RecordData>,
    adopted: HashSet<RecordId>,
    conflicts: Vec<MailConflict>,
}

fn plan(
    zone: &ZoneInfo,
    before: &[RecordInfo],
    manager: ManagedBy,
    wanted: Vec<RecordData>,
    standing: Standing,
) -> Plan {
    let mut plan = Plan::default();
    let keys: HashSet<_> = wanted.iter().map(RecordData::key).collect();
    for info in before.iter().filter(|info| info.managed_by == manager && !keys.contains(&info.key())) {
        plan.gone.insert(info.id);
    }
    for mut record in wanted.iter().cloned() {
        if let Some(same) = before.iter().find(|info| info.key() == record.key()) {
            if standing == Standing::IsAdopted && same.managed_by == ManagedBy::User {
                plan.adopted.insert(same.id);
            }
            continue;
        }
        if plan.new.iter().any(|new| new.key() == record.key()) {
            continue;
        }
        let in_the_way: Vec<&RecordInfo> = before
            .iter()
            .filter(|info| !plan.gone.contains(&info.id) && info.managed_by != manager)
            .filter(|info| is_in_the_way(&info.record, &record))
            .collect();
        if !in_the_way.is_empty() {
            // The installation's records are nobody's to replace.
            let may_go = in_the_way.iter().all(|info| info.managed_by == ManagedBy::User);
            if standing != Standing::IsReplaced || !may_go {
                plan.conflicts.push(MailConflict {
                    zone: zone.id,
                    wanted: record,
                    standing: in_the_way.into_iter().map(|info| info.record.clone()).collect(),
                });
                continue;
            }
            plan.gone.extend(in_the_way.iter().map(|info| info.id));
        }
        // RFC 2181 §5.2: the records of a set share one time to live.
        let beside = before.iter().find(|info| {
            !plan.gone.contains(&info.id) && info.owner == record.owner && info.kind == record.kind
        });
        if let Some(beside) = beside {
            record.ttl = beside.ttl;
        }
        plan.new.push(record);
    }
    plan
}

/// Whether `standing` and `wanted` cannot both hold, or would mean something else together.
fn is_in_the_way(standing: &RecordData, wanted: &RecordData) -> bool {
    if standing.owner != wanted.owner {
        // Below a delegation others speak (RFC 1034 §4.2.1).
        return standing.kind == RecordKind::Ns
            && standing.owner != "@"
            && wanted.owner.strip_suffix(&standing.owner).is_some_and(|rest| rest.ends_with('.'));
    }
    if standing.kind == RecordKind::Cname || wanted.kind == RecordKind::Cname {
        return true;
    }
    if standing.kind == RecordKind::Ns && standing.owner != "@" {
        return !matches!(wanted.kind, RecordKind::A | RecordKind::Aaaa | RecordKind::Ns);
    }
    if standing.kind != wanted.kind {
        return false;
    }
    match wanted.kind {
        RecordKind::Txt => match Language::of_record(wanted) {
            Some(language) => Language::of_record(standing) == Some(language),
            // A key's name holds one key.
            None => wanted.owner.contains("._domainkey") || wanted.owner.ends_with("_domainkey"),
        },
        RecordKind::Mx | RecordKind::Srv | RecordKind::A | RecordKind::Aaaa => true,
        _ => false,
    }
}
